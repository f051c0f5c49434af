"""Third-party tasks, verifiers and backends, checked against their contracts when called.

A plugin that violates its contract raises one PluginError: its name, file and line, what it
returned, and what was expected. See `harness.budgets.contracts` for the parts of a strategy.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from harness.budgets import Strategy
from harness.budgets.contracts import attribute, method
from harness.core import (
    Completion,
    DataSource,
    Finish,
    Message,
    ModelInfo,
    ParameterError,
    Problem,
    Prompt,
    Reply,
    Request,
    TaskSpec,
    ThinkMarks,
    Usage,
    UsageError,
    VerifierSpec,
    registry,
    watch,
)
from harness.core.awaiting import awaited
from harness.core.errors import backend_options
from harness.core.origin import (
    blamed,
    describe,
    is_builtin,
    misfit,
    unwritable,
    version_of,
)
from harness.core.problem import Role
from harness.core.protocols import Backend, Task

_TEXT = (str,)
_FIELDS = {"id": (str,), "question": (str,), "gold": (str, type(None)), "lure": (str, type(None)),
           "variant": (str,), "cluster": (str,), "meta": (Mapping,)}  # fmt: skip


def load_problems(spec: TaskSpec, task: Task, source: DataSource) -> tuple[Problem, ...]:
    """`task.load`, checking each problem."""
    what = f"the task {spec.name!r}"
    if not is_builtin(task):
        for name in ("name", "version", "summary"):
            attribute(what, task, name, _TEXT)
        for name in ("load", "prompt", "verifier", "metrics"):
            method(what, task, name)
    expected = "a sequence of harness.core.Problem"
    with blamed(what, task, watch.LOAD):
        found: Any = task.load(source)
        if not isinstance(found, Sequence) or isinstance(found, str | bytes):
            raise misfit(what, task, "load", f"gave {describe(found)}", expected)
        problems: tuple[Any, ...] = tuple(found)  # a sequence may make its items when it is asked
    for problem in problems:
        if not isinstance(problem, Problem):
            raise misfit(what, task, "load", f"gave {describe(problem)} among them", expected)
        check_problem(what, task, problem)
    if not is_builtin(task):
        _check_ids(what, task, [problem.id for problem in problems])
    return problems


def _check_ids(what: str, task: Any, ids: Sequence[str]) -> None:
    if not ids:
        raise misfit(what, task, "load", "gave no problem", "one or more")
    if len(set(ids)) < len(ids):
        name, count = Counter(ids).most_common(1)[0]
        got = f"gave {count} problems with the id {name!r}"
        raise misfit(what, task, "load", got, "an id of its own for each")


def check_problem(what: str, task: Any, problem: Problem) -> None:
    """The types of a problem's fields: a gold answer of 7 is not text, and equals no answer."""
    for name, kinds in _FIELDS.items():
        value = getattr(problem, name)
        if not isinstance(value, kinds):
            words = " or ".join("None" if k is type(None) else k.__name__ for k in kinds)
            got = f"gave the problem {problem.id!r} with {name} = {describe(value)}"
            raise misfit(what, task, "load", got, words)
    if unwritable(problem.id, problem.question, problem.gold, problem.lure):
        got = f"gave the problem {describe(problem.id)} with half a character (a lone surrogate)"
        raise misfit(what, task, "load", got, "text that UTF-8 can hold")
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
        for message in prompt.messages:
            _check_message(what, task, message, problem.id)
        prompts.append(prompt)
    return tuple(prompts)


def check_ready(spec: VerifierSpec) -> None:
    """Have a verifier say that it cannot judge here (`refuse`), before anything is asked."""
    kind = registry.find("verifiers", spec.name)
    if hasattr(kind, "refuse"):
        kind(**spec.args).refuse()


def check_choices(
    strategy: Strategy, task: TaskSpec, prompts: Sequence[Prompt], info: ModelInfo
) -> None:
    """A budget that has choices read has some, and a model that reads; others have none.

    UsageError otherwise: before anything is asked.
    """
    given = [bool(prompt.choices) for prompt in prompts]
    budget = str(strategy.budget)
    if not strategy.reads:
        if any(given):
            raise UsageError(
                f"task {task}: the log-likelihoods of its choices are compared, and budget "
                f"{budget!r} generates an answer: give {{budgets}}", budgets="loglikelihood",
            )  # fmt: skip
        return
    if not all(given):
        raise UsageError(
            f"budget {budget!r} compares given choices, and task {task} gives none: tasks with "
            "choices do by their option scoring=loglikelihood, lm-eval's multiple-choice tasks "
            "always"
        )
    if not info.can.likelihood:
        raise ParameterError(
            f"budget {budget!r}: {info.spec} does not say how likely a given text is: models of "
            "hf:, vllm: and onnx: do, and servers of openai: with {model_args.api} and "
            "{model_args.tokenizer}",
            **backend_options(api="completions", tokenizer="FOLDER"),
        )


def _check_message(what: str, task: Task, message: Any, problem: str) -> None:
    if not isinstance(message, Message):
        got = f"gave {describe(message)} among the messages for {problem!r}"
        raise misfit(what, task, "prompt", got, "harness.core.Message")
    if not isinstance(message.content, str) or unwritable(message.content):
        got = f"gave a message with content {describe(message.content)} for {problem!r}"
        raise misfit(what, task, "prompt", got, "text that UTF-8 can hold")
    if message.role not in get_args(Role):
        got = f"gave a message of {describe(message.role)} for {problem!r}"
        raise misfit(what, task, "prompt", got, "one of " + ", ".join(get_args(Role)))


def verifier_of(spec: TaskSpec, task: Task) -> VerifierSpec:
    """`task.verifier`, checking that the verifier exists."""
    what = f"the task {spec.name!r}"
    with blamed(what, task):
        verifier: Any = task.verifier()
    if not isinstance(verifier, VerifierSpec):
        raise misfit(
            what, task, "verifier", f"gave {describe(verifier)}", "a harness.core.VerifierSpec"
        )
    name: Any = verifier.name
    args: Any = verifier.args
    if not isinstance(name, str) or not isinstance(args, Mapping):
        got = f"gave {describe(verifier)}"
        raise misfit(what, task, "verifier", got, "a name, and arguments by name")
    return verifier


def verifier_version(spec: VerifierSpec) -> str:
    """What identifies its verdicts: its version, plus a hash of third-party source."""
    kind, what = registry.find("verifiers", spec.name), f"the verifier {spec.name!r}"
    if is_builtin(kind):
        return str(kind.version)
    attribute(what, kind, "version", _TEXT)
    method(what, kind, "verify")
    with blamed(what, kind):
        kind(**spec.args)
    return str(version_of(kind))


_SIZES = ("context", "output_limit", "parameters", "active_parameters", "layers", "width")
_INFO = {"spec": (str,), "name": (str,), "fingerprint": (str,), "concurrency": (int,)}


def check_backend(backend: Any) -> Backend:
    """A backend with valid attributes; a third-party one is checked on every call from here on."""
    if isinstance(backend, CheckedBackend) or is_builtin(backend):
        trusted: Backend = backend
        return trusted
    what = f"the backend {type(backend).__name__!r}"
    info = attribute(what, backend, "info", (ModelInfo,))
    what = f"the backend {info.spec!r}"
    for name, kinds in _INFO.items():
        value: Any = getattr(info, name)
        if (
            not isinstance(value, kinds)
            or not value
            or (name == "concurrency" and info.concurrency < 1)
        ):
            wanted = "a whole number from 1" if name == "concurrency" else "text"
            raise misfit(what, backend, None, f"has info.{name} = {describe(value)}", wanted)
    for name in _SIZES:
        if not _is_count(getattr(info, name)) or getattr(info, name) == 0:
            got = f"has info.{name} = {describe(getattr(info, name))}"
            raise misfit(what, backend, None, got, "a whole number from 1, or None")
    marks: Any = info.think
    if marks is not None and not (isinstance(marks, ThinkMarks) and marks.start and marks.end):
        got = f"has info.think = {describe(marks)}"
        raise misfit(what, backend, None, got, "a harness.core.ThinkMarks of two texts, or None")
    for name in ("render", "count_tokens"):
        method(what, backend, name)
    for name in ("generate", "close"):
        method(what, backend, name, is_async=True)
    return CheckedBackend(backend)


class CheckedBackend:
    """A third-party backend; its results are checked, and its exceptions name their place."""

    def __init__(self, backend: Any) -> None:
        self._backend, self._what = backend, f"the backend {backend.info.spec!r}"
        self.info: ModelInfo = backend.info

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)  # any further attributes, such as `notes`

    def render(self, prompt: Prompt, prefix: str = "") -> str:
        """See `harness.core.protocols.Backend`."""
        with blamed(self._what, self._backend):
            text: Any = self._backend.render(prompt, prefix)
        if not isinstance(text, str):
            raise misfit(self._what, self._backend, "render", f"gave {describe(text)}", "text")
        return text

    def count_tokens(self, rendered: str) -> int | None:
        """See `harness.core.protocols.Backend`."""
        with blamed(self._what, self._backend):
            count: Any = self._backend.count_tokens(rendered)
        if not _is_count(count):
            got = f"gave {describe(count)}"
            raise misfit(self._what, self._backend, "count_tokens", got, _COUNT)
        found: int | None = count
        return found

    async def generate(self, request: Request) -> Reply:
        """See `harness.core.protocols.Backend`."""
        reply = await awaited(
            self._what, self._backend, "generate", lambda: self._backend.generate(request)
        )
        bad = _amiss(reply, len(request.seeds))
        if bad is not None:
            raise misfit(self._what, self._backend, "generate", *bad)
        checked: Reply = reply
        return checked

    async def close(self) -> None:
        """See `harness.core.protocols.Backend`."""
        await awaited(self._what, self._backend, "close", self._backend.close)


async def generate(backend: Backend, request: Request) -> Reply:
    """`backend.generate`, checking the reply of a third-party backend."""
    return await check_backend(backend).generate(request)


_MOST_COUNT = 2**63  # what a column holds
_COUNT = "a whole number from 0, or None where unknown"


def _is_count(value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value is None or (whole and 0 <= value < _MOST_COUNT)


def _amiss(reply: Any, wanted: int) -> tuple[str, str] | None:
    """What is wrong with a reply, and what was expected."""
    if not isinstance(reply, Reply) or not isinstance(reply.usage, Usage):
        return f"gave {describe(reply)}", "a harness.core.Reply with its Usage"
    for name in ("prompt_tokens", "cached_prompt_tokens", "output_tokens", "reasoning_tokens"):
        if not _is_count(getattr(reply.usage, name)):
            return f"gave usage with {name} {describe(getattr(reply.usage, name))}", _COUNT
    seconds: Any = reply.latency_s
    if not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
        return f"gave latency_s {describe(seconds)}", "seconds, a number from 0 on"
    completions: Any = reply.completions
    if not isinstance(completions, Sequence) or len(completions) != wanted:
        return f"gave {describe(completions)}", f"{wanted} completions, one for each seed"
    for one in completions:
        if not isinstance(one, Completion) or not isinstance(one.text, str):
            return f"gave {describe(one)}", "harness.core.Completion with text"
        if one.finish not in tuple(Finish):
            return f"gave finish {describe(one.finish)}", "one of " + ", ".join(Finish)
        for name in ("output_tokens", "reasoning_tokens"):
            if not _is_count(getattr(one, name)):
                return f"gave {name} {describe(getattr(one, name))}", _COUNT
        for name in ("reasoning", "stopped_by", "summary"):
            if not isinstance(getattr(one, name), str | None):
                return f"gave {name} {describe(getattr(one, name))}", "text or None"
        ends = one.token_ends
        if ends is not None and (len(ends) != one.output_tokens or [*ends] != sorted(ends)):
            return "gave token_ends that do not fit", "one rising length of text for each token"
    return None
