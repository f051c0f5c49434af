"""What a plugin implements: one protocol each for tasks, verifiers, models and rewards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from harness.core.problem import DataSource, Problem, Prompt
from harness.core.sample import ModelInfo, ModelSpec, Reply, Request
from harness.core.scored import Estimate, Scored
from harness.core.verdict import Verdict, VerifierSpec


@runtime_checkable
class Task(Protocol):
    """A named set of problems with its wording, its verifier and its metrics.

    Registered under `harness.tasks` as a class that is called without arguments.
    `version` changes whenever a problem, a prompt or a gold answer could.
    """

    name: str
    version: str
    summary: str  # one line for `harness tasks list`

    def load(self, source: DataSource) -> Sequence[Problem]:
        """The problems, in an order that does not depend on `source.limit` (which cuts it).

        A data set's problems come in a fixed shuffled order, so that the first n are a fair
        sample of it; each id tells the row (`test-17`).
        """
        ...

    def prompt(self, problem: Problem) -> Prompt:
        """The turns that a model sees."""
        ...

    def verifier(self) -> VerifierSpec:
        """Who judges the responses."""
        ...

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """Figures beyond accuracy (per category, lure rates …), by name; may be empty."""
        ...


@runtime_checkable
class Designed(Protocol):
    """A task whose problems fill a factorial design, which `harness tasks preview` prints."""

    def design(self, source: DataSource) -> Mapping[str, Sequence[str]]:
        """The factors with the levels that the source's options leave, in the order to print."""
        ...


@runtime_checkable
class Seeded(Protocol):
    """A generated task: its option `seed` gives other problems of the same kind.

    `public_seed` is what it takes unless told: fixed for ever, so that everybody measures the
    same. Any other seed is fresh: nobody can have trained on its problems.
    """

    public_seed: int


@runtime_checkable
class FewShot(Protocol):
    """A task with worked examples of its own: its option `shots=N` puts so many before a question.

    `--shots N` is that option; other tasks take examples from among their own problems.
    """

    def shots(self, problem: Problem) -> Sequence[Sequence[str]]:
        """The examples before a problem, as (question, answer)."""
        ...


@runtime_checkable
class Certified(Protocol):
    """A task that can prove its problems fair without the code that generated them."""

    def certify(self, problem: Problem) -> None:
        """Prove gold, lure and flaw of a problem again; raises HarnessError when it fails."""
        ...


@runtime_checkable
class CertifiedTogether(Protocol):
    """A task with something to prove of its problems together: pairs, or their wording."""

    def certify_all(self, problems: Sequence[Problem]) -> Sequence[str]:
        """What does not hold, one line each; may raise HarnessError instead."""
        ...


@runtime_checkable
class Verifier(Protocol):
    """A pure function of a response and a problem; runs in a worker process.

    Registered under `harness.verifiers` as a class; called with the spec's arguments.
    """

    name: str
    version: str

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Judge the assistant's whole turn (thinking included, between its marks).

        `truncated` says that the token limit cut it: without an answer that is `truncated`
        instead of `unparsed`.
        """
        ...


@runtime_checkable
class ModelJudged(Protocol):
    """A verifier whose verdicts a model may be asked for, instead of its rules.

    `judge_version` changes whenever the question or the reading of the reply could.
    """

    judge_version: str

    def question(self, response: str, problem: Problem, *, vote: int = 0) -> Prompt | None:
        """What the judge is asked; None: the rules are enough.

        Each `vote` presents the choices in another order, so that no place is preferred.
        """
        ...

    def judged(self, reply: str, rules: Verdict) -> Verdict:
        """The verdict by the judge's reply; `rules` is the one that the rules gave.

        `ungraded` where the reply has no verdict that can be read: the judge is asked again.
        """
        ...


@runtime_checkable
class Backend(Protocol):
    """An engine with one model. Building it is cheap; the first `generate` loads the weights.

    Registered under `harness.models` as a class that is called with a ModelSpec.
    """

    info: ModelInfo

    def render(self, prompt: Prompt, prefix: str = "") -> str:
        """The exact text (or canonical JSON of messages) that the engine sees.

        It is part of a sample's identity, so it must be the same at every call.
        """
        ...

    def count_tokens(self, rendered: str) -> int | None:
        """Prompt tokens of a rendered prompt, without loading the weights; None when unknown."""
        ...

    async def generate(self, request: Request) -> Reply:
        """Run one call; raises BackendError when it failed for good. Safe to call concurrently."""
        ...

    async def close(self) -> None:
        """Free the engine. Pending calls are cancelled."""
        ...


class BackendFactory(Protocol):
    """What `harness.models` entry points hold."""

    def __call__(self, spec: ModelSpec) -> Backend:
        """Build the backend for a spec; raises UsageError for bad names or arguments."""
        ...
