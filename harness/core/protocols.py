"""The protocols that plugins implement: tasks, verifiers, models and rewards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from harness.core.likelihood import Measured
from harness.core.problem import DataSource, Problem, Prompt, TaskGroup
from harness.core.sample import ModelInfo, ModelSpec, Reply, Request
from harness.core.scored import Estimate, Scored
from harness.core.verdict import Verdict, VerifierSpec


@runtime_checkable
class Task(Protocol):
    """A named set of problems with its prompt, its verifier and its metrics.

    Registered under `harness.tasks` as a class that is called without arguments.
    `version` changes whenever a problem, a prompt or a gold answer could.
    """

    name: str
    version: str
    summary: str  # one line for `harness tasks list`

    def load(self, source: DataSource) -> Sequence[Problem]:
        """The problems, in an order that does not depend on `source.limit` (which truncates it).

        A data set's problems come in a fixed shuffled order, so that the first n are a fair
        sample of it; each id contains the row (`test-17`).
        """
        ...

    def prompt(self, problem: Problem) -> Prompt:
        """The messages that a model sees."""
        ...

    def verifier(self) -> VerifierSpec:
        """The verifier that grades the responses."""
        ...

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """Figures beyond accuracy (per category, lure rates …), by name; may be empty."""
        ...


@runtime_checkable
class Designed(Protocol):
    """A task whose problems fill a factorial design, which `harness tasks preview` prints."""

    def design(self, source: DataSource) -> Mapping[str, Sequence[str]]:
        """The factors and the levels that the source's options allow, in display order."""
        ...


@runtime_checkable
class Seeded(Protocol):
    """A generated task: its option `seed` gives other problems of the same kind.

    `public_seed` is the default seed. It never changes, so that everyone measures the
    same problems. Any other seed is fresh: nobody can have trained on its problems.
    """

    public_seed: int


@runtime_checkable
class FewShot(Protocol):
    """A task with its own worked examples: option `shots=N` puts N of them before a question.

    `--shots N` sets that option; other tasks take examples from among their own problems.
    """

    def shots(self, problem: Problem) -> Sequence[Sequence[str]]:
        """The examples shown before a problem, as (question, answer)."""
        ...


@runtime_checkable
class Grouped(Protocol):
    """A task whose name may stand for several: `harness eval` and studies take them instead."""

    def group(self) -> TaskGroup | None:
        """The tasks that it stands for; None where it is one itself."""
        ...


@runtime_checkable
class Certified(Protocol):
    """A task that can verify its problems without the code that generated them."""

    def certify(self, problem: Problem) -> None:
        """Verify a problem's gold, lure and flaw; raises HarnessError if that fails."""
        ...


@runtime_checkable
class CertifiedTogether(Protocol):
    """A task that can verify properties of all its problems together, such as pairing."""

    def certify_all(self, problems: Sequence[Problem]) -> Sequence[str]:
        """The violations, one line each; may raise HarnessError instead."""
        ...


@runtime_checkable
class Verifier(Protocol):
    """A pure function of a response and a problem; runs in a worker process.

    Registered under `harness.verifiers` as a class; called with the spec's arguments.
    """

    name: str
    version: str

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Grade the assistant's whole turn (including thinking, between its marks).

        `truncated` means that the token limit cut it: if there is no answer, the status is
        `truncated` instead of `unparsed`.
        """
        ...


@runtime_checkable
class ModelJudged(Protocol):
    """A verifier for whose verdicts a model can be asked instead of its rules.

    `judge_version` changes whenever the question or the parsing of the reply could.
    """

    judge_version: str

    def question(self, response: str, problem: Problem, *, vote: int = 0) -> Prompt | None:
        """The question to the judge; None if the rules are enough.

        Each `vote` presents the choices in another order, to avoid position bias.
        """
        ...

    def judged(self, reply: str, rules: Verdict) -> Verdict:
        """The verdict in the judge's reply; `rules` is the one that the rules gave.

        `ungraded` if the reply has no readable verdict: the judge is asked again.
        """
        ...


@runtime_checkable
class Backend(Protocol):
    """An engine with one model. Construction is cheap; the first `generate` loads the weights.

    Registered under `harness.models` as a class that is called with a ModelSpec.
    """

    info: ModelInfo

    def render(self, prompt: Prompt, prefix: str = "") -> str:
        """The exact text (or canonical JSON of messages) that the engine sees.

        It is part of a sample's identity, so it must be the same on every call.
        """
        ...

    def count_tokens(self, rendered: str) -> int | None:
        """Prompt tokens of a rendered prompt, without loading the weights; None if unknown."""
        ...

    async def generate(self, request: Request) -> Reply:
        """Run one call; raises BackendError if it failed permanently. Safe to call concurrently."""
        ...

    async def close(self) -> None:
        """Free the engine's resources. Pending calls are cancelled."""
        ...


@runtime_checkable
class Reader(Protocol):
    """A backend that says how likely given texts are; its `info.can.likelihood` is true."""

    async def likelihood(self, prompt: Prompt) -> Measured:
        """One figure for each of the prompt's choices, in order; BackendError when it has none.

        Context and choice are tokenized together, and the tokens behind those of the context alone
        are the choice's. The space at the end of a context counts with the choice.
        """
        ...


class BackendFactory(Protocol):
    """The type of `harness.models` entry points."""

    def __call__(self, spec: ModelSpec) -> Backend:
        """Build the backend for a spec; raises UsageError for invalid names or arguments."""
        ...
