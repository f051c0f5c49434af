"""What all backends that hold the weights themselves have in common: names, prompts, facts."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Sequence
from typing import Any

from harness.core import (
    Completion,
    ContextError,
    ModelInfo,
    ModelSpec,
    Prompt,
    Reply,
    Request,
    UnknownNameError,
    Usage,
)
from harness.models.args import COMMON, RENDERING, Arg, Args
from harness.models.folder import ModelFolder, embedded_names, find_folder
from harness.models.marks import find_marks
from harness.models.wording import Turn, Wording

REVISION = Arg("revision", "text", None, "branch, tag or commit of a hub model")


class LocalBackend:
    """Base of the onnx, hf and vllm backends: everything but the engine itself."""

    backend = ""
    weights = "torch"  # which weight files the engine reads: "torch" or "onnx"
    hub = True
    args: Sequence[Arg] = ()

    def __init__(self, spec: ModelSpec) -> None:
        """Find the model and read its facts; no weights are loaded."""
        self.options = Args(spec, (*COMMON, *RENDERING, *self.args))
        self.folder = self._find(spec)
        marks = find_marks(
            self.options["think_start"],
            self.options["think_end"],
            self.folder.tokenizer.added,
        )
        day, variables = self.options["date"], self.options["template"]
        self.wording = Wording(self.folder, marks, day, variables)
        self.info = self._describe(spec)

    def _find(self, spec: ModelSpec) -> ModelFolder:
        folder = find_folder(spec.name)
        if folder is not None:
            return folder
        if not self.hub:
            raise UnknownNameError(
                f"{self.backend} model", spec.name, embedded_names(), "(or give a folder's path)"
            )
        from harness.models.hub import hub_folder

        return hub_folder(spec.name, self.options["revision"])

    def _describe(self, spec: ModelSpec) -> ModelInfo:
        known = [c for c in (self.folder.context, self.options["context"]) if c is not None]
        affecting = self.options.affecting_output()
        return ModelInfo(
            spec=str(spec),
            name=spec.name if self.folder.revision else self.folder.path.name,
            fingerprint=self.folder.fingerprint(self.backend, self.weights, affecting),
            think=self.wording.marks,
            context=min(known) if known else None,
            parameters=self.folder.parameters,
            active_parameters=self.folder.active_parameters,
            layers=self.folder.config.get("num_hidden_layers"),
            width=self.folder.config.get("hidden_size"),
            prompt_once=self.prompt_once,
            concurrency=self.options["concurrency"] or self.rows(),
            extra=self.facts(),
        )

    prompt_once = True  # is a prompt computed (and billed) once for all samples of a call?

    def rows(self) -> int:
        """How many samples keep the engine full."""
        return 32

    def facts(self) -> dict[str, Any]:
        """More facts for the manifest."""
        args = dict(self.options.given)
        return {"engine": self.backend, "revision": self.folder.revision, "args": args}

    def render(self, prompt: Prompt, prefix: str = "") -> str:
        """The text that is tokenized: the chat template's, continued by `prefix`."""
        return self.wording.render(prompt, prefix)

    def count_tokens(self, rendered: str) -> int:
        """Tokens of a rendered prompt."""
        return len(self.wording.ids(rendered))

    def turn(self, request: Request) -> tuple[Turn, int]:
        """Render and tokenize; also how many tokens may follow.

        Raises ContextError when the prompt leaves no room for a token.
        """
        turn = self.wording.turn(request.prompt, request.prefix)
        limit, context = request.sampling.max_tokens, self.info.context
        if context is None:
            return turn, limit
        if len(turn.ids) >= context:
            raise ContextError(
                f"{self.info.spec}: the prompt has {len(turn.ids)} tokens, and the model's context "
                f"is {context}: shorten the prompt, or cut thinking earlier"
            )
        return turn, min(limit, context - len(turn.ids))

    def reply(
        self,
        turn: Turn,
        completions: Sequence[Completion],
        seconds: float,
        cached: int | None = None,
    ) -> Reply:
        """The reply to one call that kept the engine for `seconds`."""
        prompts = 1 if self.prompt_once else len(completions)
        thoughts = [c.reasoning_tokens for c in completions]
        usage = Usage(
            prompt_tokens=len(turn.ids) * prompts,
            cached_prompt_tokens=cached,
            output_tokens=sum(c.output_tokens or 0 for c in completions),
            reasoning_tokens=None if self.wording.marks is None else sum(t or 0 for t in thoughts),
        )
        return Reply(completions=tuple(completions), usage=usage, latency_s=seconds)


def cuda_is_there() -> bool:
    """Whether torch is installed and finds a GPU."""
    if importlib.util.find_spec("torch") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())


def since(began: float) -> float:
    """Seconds since a `time.perf_counter()`."""
    return time.perf_counter() - began


def dtype_of(folder: ModelFolder) -> str:
    """The number format that config.json names; float32 when it names none."""
    named = folder.config.get("dtype", folder.config.get("torch_dtype"))
    return str(named) if named else "float32"
