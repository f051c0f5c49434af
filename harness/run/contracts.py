"""Strangers' tasks, verifiers and backends held to their contracts where they are called.

A plugin that breaks its contract raises one PluginError: what it is, file and line, what came, and
what was expected. See `harness.budgets.contracts` for the parts of a strategy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.budgets.contracts import attribute, method
from harness.core import (
    Completion,
    DataSource,
    Finish,
    HarnessError,
    ModelInfo,
    Problem,
    Prompt,
    Reply,
    Request,
    TaskSpec,
    Usage,
    VerifierSpec,
    registry,
)
from harness.core.origin import blamed, describe, fault, is_builtin, misfit, version_of
from harness.core.protocols import Backend, Task

_TEXT = (str,)
_FIELDS = {"id": (str,), "question": (str,), "gold": (str, type(None)), "lure": (str, type(None)),
           "variant": (str,), "cluster": (str,), "meta": (Mapping,)}  # fmt: skip


def load_problems(spec: TaskSpec, task: Task, source: DataSource) -> tuple[Problem, ...]:
    """`task.load`, each problem looked at."""
    what = f"the task {spec.name!r}"
    if not is_builtin(task):
        for name in ("name", "version", "summary"):
            attribute(what, task, name, _TEXT)
        for name in ("load", "prompt", "verifier", "metrics"):
            method(what, task, name)
    with blamed(what, task):
        found: Any = task.load(source)
    expected = "a sequence of harness.core.Problem"
    if not isinstance(found, Sequence) or isinstance(found, str | bytes):
        raise misfit(what, task, "load", f"gave {describe(found)}", expected)
    for problem in found:
        if not isinstance(problem, Problem):
            raise misfit(what, task, "load", f"gave {describe(problem)} among them", expected)
        check_problem(what, task, problem)
    return tuple(found)


def check_problem(what: str, task: Any, problem: Problem) -> None:
    """The types of a problem's fields: a gold answer of 7 is no text, and equals no answer."""
    for name, kinds in _FIELDS.items():
        value = getattr(problem, name)
        if not isinstance(value, kinds):
            words = " or ".join("None" if k is type(None) else k.__name__ for k in kinds)
            got = f"gave the problem {problem.id!r} with {name} = {describe(value)}"
            raise misfit(what, task, "load", got, words)
    try:
        problem.digest()
    except (TypeError, ValueError) as error:
        raise misfit(
            what, task, "load", f"gave the problem {problem.id!r}: {error}", "plain JSON in meta"
        ) from error


def prompts_of(spec: TaskSpec, task: Task, problems: Sequence[Problem]) -> tuple[Prompt, ...]:
    """`task.prompt` for each problem."""
    what, prompts = f"the task {spec.name!r}", []
    for problem in problems:
        with blamed(what, task):
            prompt: Any = task.prompt(problem)
        if not isinstance(prompt, Prompt) or not prompt.messages:
            got = f"gave {describe(prompt)} for {problem.id!r}"
            raise misfit(what, task, "prompt", got, "a harness.core.Prompt with a message")
        prompts.append(prompt)
    return tuple(prompts)


def verifier_of(spec: TaskSpec, task: Task) -> VerifierSpec:
    """`task.verifier`, and that the verifier is there."""
    what = f"the task {spec.name!r}"
    with blamed(what, task):
        verifier: Any = task.verifier()
    if not isinstance(verifier, VerifierSpec):
        raise misfit(
            what, task, "verifier", f"gave {describe(verifier)}", "a harness.core.VerifierSpec"
        )
    return verifier


def verifier_version(spec: VerifierSpec) -> str:
    """What its verdicts are named by: its version, with a hash of its source for a stranger's."""
    kind, what = registry.find("verifiers", spec.name), f"the verifier {spec.name!r}"
    if is_builtin(kind):
        return str(kind.version)
    attribute(what, kind, "version", _TEXT)
    method(what, kind, "verify")
    with blamed(what, kind):
        kind(**spec.args)
    return str(version_of(kind))


def check_backend(backend: Any) -> Backend:
    """A backend, once its attributes are what they must be."""
    if not is_builtin(backend):
        what = f"the backend {type(backend).__name__!r}"
        info = attribute(what, backend, "info", (ModelInfo,))
        what = f"the backend {info.spec!r}"
        for name in ("render", "count_tokens"):
            method(what, backend, name)
        for name in ("generate", "close"):
            method(what, backend, name, is_async=True)
    checked: Backend = backend
    return checked


async def generate(backend: Backend, request: Request) -> Reply:
    """`backend.generate`, its reply looked at; what a stranger's code raises names its place."""
    if is_builtin(backend):
        return await backend.generate(request)
    what = f"the backend {backend.info.spec!r}"
    try:
        reply = await backend.generate(request)
    except HarnessError:
        raise
    except Exception as error:
        raise fault(what, backend, error) from error
    bad = _amiss(reply, len(request.seeds))
    if bad is not None:
        raise misfit(what, backend, "generate", *bad)
    return reply


def _amiss(reply: Any, wanted: int) -> tuple[str, str] | None:
    """What is wrong with a reply, and what was expected."""
    if not isinstance(reply, Reply) or not isinstance(reply.usage, Usage):
        return f"gave {describe(reply)}", "a harness.core.Reply with its Usage"
    completions: Any = reply.completions
    if not isinstance(completions, Sequence) or len(completions) != wanted:
        return f"gave {describe(completions)}", f"{wanted} completions, one for each seed"
    for one in completions:
        if not isinstance(one, Completion) or not isinstance(one.text, str):
            return f"gave {describe(one)}", "harness.core.Completion with text"
        if one.finish not in tuple(Finish):
            return f"gave finish {describe(one.finish)}", "one of " + ", ".join(Finish)
        for name in ("output_tokens", "reasoning_tokens"):
            count = getattr(one, name)
            if count is not None and (not isinstance(count, int) or count < 0):
                return f"gave {name} {describe(count)}", "a whole number, or None where unknown"
        ends = one.token_ends
        if ends is not None and (len(ends) != one.output_tokens or [*ends] != sorted(ends)):
            return "gave token_ends that do not fit", "one rising length of text for each token"
    return None
