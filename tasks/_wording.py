"""Changing any task's prompt, system prompt, or number of worked examples.

A run with a changed prompt is a separate row: the change is appended to the task's name, as in
`gsm8k:system=~1f3a9c`, by a hash of its text; the text itself is in the run's manifest.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.core import (
    DataError,
    DataSource,
    Estimate,
    Message,
    Problem,
    Prompt,
    Scored,
    TaskSpec,
    UsageError,
    VerifierSpec,
)
from harness.core.hashing import content_hash, derive_seed
from harness.core.protocols import FewShot, Seeded, Task

if TYPE_CHECKING:
    from harness.tasks._template import Template

_EXAMPLES_SEED = 20_251_128  # for the problems that a generated task's examples are made from


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What overrides a task's own prompt: None keeps it.

    `prompt` is a Jinja template of the user's turn, in which `question`, `choices` and the fields
    of the problem's `meta` are available by name; `system` is the system prompt, empty for none;
    `shots` is the number of worked examples before the question.
    """

    prompt: str | None = None
    system: str | None = None
    shots: int | None = None

    @property
    def changes(self) -> bool:
        """Whether anything is overridden."""
        return (self.prompt, self.system, self.shots) != (None, None, None)

    def to_json(self) -> dict[str, Any]:
        """What is overridden, as stored in a run's manifest."""
        given = {"prompt": self.prompt, "system": self.system, "shots": self.shots}
        return {name: value for name, value in given.items() if value is not None}


def reword(task: Task, spec: TaskSpec, wording: Wording) -> tuple[Task, TaskSpec, TaskSpec]:
    """The task with the changes, the spec to load it by, and the spec that names its runs.

    UsageError for an invalid template, or examples that the task cannot provide.
    """
    named, loaded = dict(spec.options), dict(spec.options)
    if wording.shots is not None:
        if "shots" in named:
            raise UsageError(f"task {spec}: shots is given twice, behind its name and as {{shots}}",
                             shots=wording.shots)  # fmt: skip
        named["shots"] = str(wording.shots)
        if isinstance(task, FewShot):
            loaded["shots"] = str(wording.shots)
    for name, text in (("prompt", wording.prompt), ("system", wording.system)):
        if text is not None:
            named[name] = f"~{content_hash(name, text)[:6]}"
    if wording.prompt is None and wording.system is None and isinstance(task, FewShot):
        reworded: Task = task
    else:
        reworded = _Reworded(task, wording)
    specs = (TaskSpec(spec.name, tuple(sorted(o.items()))) for o in (loaded, named))
    return reworded, *specs  # type: ignore[return-value] # two specs


class _Reworded:
    """A task with another prompt; its problems, verifier and figures are its own."""

    def __init__(self, task: Task, wording: Wording) -> None:
        self._task, self._wording = task, wording
        self.name, self.version, self.summary = task.name, task.version, task.summary
        self._template: Template | None = None
        if wording.prompt is not None:
            from harness.tasks._template import Template  # late: reports need no templates

            self._template = Template("prompt", wording.prompt)
        self._examples: list[tuple[Problem, str, str]] = []
        if isinstance(task, Seeded):
            self.public_seed = task.public_seed

    def load(self, source: DataSource) -> Sequence[Problem]:
        """The task's own problems."""
        problems = self._task.load(source)
        if self._wording.shots and not isinstance(self._task, FewShot):
            self._examples = list(self._make_examples(source))
            if len(self._examples) <= self._wording.shots:
                raise DataError(
                    f"task {self.name}: {{shots}}, and no more than {len(self._examples)} of its "
                    "problems can serve as examples", shots=self._wording.shots,
                )  # fmt: skip
        return problems

    def _make_examples(self, source: DataSource) -> Iterator[tuple[Problem, str, str]]:
        """Problems with their answers: of another seed if the task has one, else its others."""
        options = dict(source.options)
        if isinstance(self._task, Seeded):
            options["seed"] = str(_EXAMPLES_SEED)
        pool = list(self._task.load(replace(source, limit=None, options=options)))
        random.Random(derive_seed("shots", self.name)).shuffle(pool)
        for problem in pool:
            if problem.gold is not None:
                own = self._task.prompt(problem).messages[-1].content
                boxed = "\\boxed" in (own if self._template is None else self._template.text)
                answer = f"\\boxed{{{problem.gold}}}" if boxed else f"Answer: {problem.gold}"
                yield problem, own, answer

    def prompt(self, problem: Problem) -> Prompt:
        """The task's own prompt with the overrides."""
        own = self._task.prompt(problem)
        if own.plain:
            raise UsageError(
                f"task {self.name}: its prompt is plain text, which has no turns to replace"
            )
        head = [m for m in own.messages[:1] if m.role == "system"]
        turns = [*own.messages[len(head) : -1], self._asked(problem, own.messages[-1])]
        if self._template is not None and isinstance(self._task, FewShot):
            turns = [*self._own_examples(problem, self._task), turns[-1]]
        elif self._examples:
            turns = [*self._chosen(problem), turns[-1]]
        if self._wording.system is not None:
            head = [Message("system", self._wording.system)] if self._wording.system else []
        return replace(own, messages=(*head, *turns))

    def _asked(self, problem: Problem, own: Message) -> Message:
        if self._template is None:
            return own
        return Message("user", self._template.of(fields(problem), problem.id))

    def _own_examples(self, problem: Problem, task: FewShot) -> Iterator[Message]:
        assert self._template is not None
        for question, answer in task.shots(problem):
            yield Message("user", self._template.of({"question": question}, problem.id))
            yield Message("assistant", answer)

    def _chosen(self, problem: Problem) -> Iterator[Message]:
        """The first examples from a cluster other than the problem's."""
        others = [one for one in self._examples if one[0].cluster != problem.cluster]
        for example, own, answer in others[: self._wording.shots]:
            yield self._asked(example, Message("user", own))
            yield Message("assistant", answer)

    def verifier(self) -> VerifierSpec:
        """The task's own."""
        return self._task.verifier()

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """The task's own."""
        return self._task.metrics(scored)


def fields(problem: Problem) -> dict[str, Any]:
    """The names available in a template: the problem's meta, and its question."""
    return {**problem.meta, "question": problem.question}
