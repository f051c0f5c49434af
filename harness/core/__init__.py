"""Shared building blocks: frozen data types, errors, protocols and the plugin registry.

Nothing here depends on an engine, a database or a terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.core.lazy import lazily

if TYPE_CHECKING:
    from harness.core.errors import (
        BackendError,
        ContextError,
        DataError,
        HarnessError,
        MissingExtraError,
        ParameterError,
        PluginError,
        StoreError,
        UnknownNameError,
        UsageError,
    )
    from harness.core.likelihood import Likelihood, Measured
    from harness.core.manifest import Command, RunIdentity, RunManifest
    from harness.core.problem import (
        Choice,
        DataSource,
        Message,
        Problem,
        Prompt,
        TaskGroup,
        TaskSpec,
    )
    from harness.core.reasoning import EFFORTS, Capabilities, Origin, Thought
    from harness.core.sample import (
        Completion,
        Finish,
        ModelInfo,
        ModelSpec,
        Reply,
        Request,
        Sample,
        Sampling,
        ThinkMarks,
        Usage,
    )
    from harness.core.scored import Estimate, Scored
    from harness.core.verdict import Status, Verdict, VerifierSpec

_WHERE = {
    "errors": (
        "BackendError",
        "ContextError",
        "DataError",
        "HarnessError",
        "MissingExtraError",
        "ParameterError",
        "PluginError",
        "StoreError",
        "UnknownNameError",
        "UsageError",
    ),
    "likelihood": ("Likelihood", "Measured"),
    "manifest": ("Command", "RunIdentity", "RunManifest"),
    "problem": ("Choice", "DataSource", "Message", "Problem", "Prompt", "TaskGroup", "TaskSpec"),
    "reasoning": ("EFFORTS", "Capabilities", "Origin", "Thought"),
    "sample": (
        "Completion",
        "Finish",
        "ModelInfo",
        "ModelSpec",
        "Reply",
        "Request",
        "Sample",
        "Sampling",
        "ThinkMarks",
        "Usage",
    ),
    "scored": ("Estimate", "Scored"),
    "verdict": ("Status", "Verdict", "VerifierSpec"),
}
__getattr__, __dir__ = lazily(__name__, _WHERE)  # a verifier needs only three of these modules

__all__ = [
    "EFFORTS",
    "BackendError",
    "Capabilities",
    "Choice",
    "Command",
    "Completion",
    "ContextError",
    "DataError",
    "DataSource",
    "Estimate",
    "Finish",
    "HarnessError",
    "Likelihood",
    "Measured",
    "Message",
    "MissingExtraError",
    "ModelInfo",
    "ModelSpec",
    "Origin",
    "ParameterError",
    "PluginError",
    "Problem",
    "Prompt",
    "Reply",
    "Request",
    "RunIdentity",
    "RunManifest",
    "Sample",
    "Sampling",
    "Scored",
    "Status",
    "StoreError",
    "TaskGroup",
    "TaskSpec",
    "ThinkMarks",
    "Thought",
    "UnknownNameError",
    "Usage",
    "UsageError",
    "Verdict",
    "VerifierSpec",
]
