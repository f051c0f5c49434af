"""Verified solutions as training rows, as in STaR (Zelikman et al. 2022, arXiv 2203.14465).

One round: sample solutions of the training problems, keep those with the right answer, and for
missed problems keep solutions written with the answer as a hint ("rationalisation"),
under the prompt without the hint. In each round the base model is trained from scratch on them;
its samples are the next round's.

Problems that are in an evaluation, or too similar, are left out. Two are similar if their
questions are equal up to case, punctuation and space, or share `ngram` consecutive words (13 in
Brown et al. 2020, arXiv 2005.14165, appendix C).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from harness.core import Problem, Status
from harness.results.views import SampleView

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class StarRow:
    """One training row: `completion` is the assistant's turn that follows `prompt`.

    Both are the engine's exact text, so a trainer must not add a template.
    """

    prompt: str
    completion: str
    problem: str
    sample: str
    source: Literal["sampled", "rationalised"]
    round: int = 1

    def to_json(self) -> dict[str, Any]:
        """A row of a prompt-completion data set."""
        return asdict(self)


@dataclass(slots=True)
class StarCount:
    """Counts of what happened to problems and solutions.

    `held_out` problems are left out as equal or similar to those of the evaluation; `missed` have
    no right solution, of which `rationalised` got one by a hint. `cut` solutions were right but cut
    off, `repeated` ones have the same text as another of their problem, and `spare` ones exceed the
    requested number.
    """

    problems: int = 0
    held_out: int = 0
    missed: int = 0
    rationalised: int = 0
    rows: int = 0
    cut: int = 0
    repeated: int = 0
    spare: int = 0

    def to_json(self) -> dict[str, int]:
        """Plain JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Alike:
    """Whether a problem is one of `problems`, or too similar to one; `ngram` 0: only equal."""

    problems: Iterable[Problem]
    ngram: int = 13
    _ids: set[str] = field(default_factory=set)
    _grams: set[tuple[str, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for problem in self.problems:
            self._ids.add(" ".join(_words(problem)))
            self._grams.update(self._of(problem))

    def __contains__(self, problem: Problem) -> bool:
        if " ".join(_words(problem)) in self._ids:
            return True
        return any(gram in self._grams for gram in self._of(problem))

    def _of(self, problem: Problem) -> Iterator[tuple[str, ...]]:
        words, n = _words(problem), self.ngram
        return (tuple(words[i : i + n]) for i in range(len(words) - n + 1)) if n else iter(())


def star_rows(
    samples: Iterable[SampleView],
    count: StarCount,
    *,
    hinted: Iterable[SampleView] = (),
    held_out: Alike | None = None,
    per_problem: int | None = None,
    round_: int = 1,
) -> Iterator[StarRow]:
    """The rows of one round, by problem in the order of `samples`; `count` is updated.

    `hinted` are samples on the same problems under a prompt that contains the answer: they are used
    for problems without a right one among `samples`.
    """
    known = held_out or Alike(())
    own = _by_problem(samples)
    helped = _by_problem(hinted)
    for digest, views in own.items():
        count.problems += 1
        if views[0].problem in known:
            count.held_out += 1
            continue
        prompt = next((view.prompt for view in views if view.prompt), "")
        kept = list(_kept(views, count, per_problem))
        source: Literal["sampled", "rationalised"] = "sampled"
        if not kept:
            count.missed += 1
            kept = list(_kept(helped.get(digest, []), count, per_problem))
            source = "rationalised"
            count.rationalised += bool(kept)
        for view in kept:
            count.rows += 1
            yield StarRow(
                prompt=prompt or view.prompt,
                completion=view.response,
                problem=view.problem.id,
                sample=view.id,
                source=source,
                round=round_,
            )


def _by_problem(samples: Iterable[SampleView]) -> dict[str, list[SampleView]]:
    found: dict[str, list[SampleView]] = {}
    for view in samples:
        found.setdefault(view.problem.id, []).append(view)
    return found


def _kept(views: Iterable[SampleView], count: StarCount, most: int | None) -> Iterator[SampleView]:
    """Right, complete and distinct solutions, the first ones drawn."""
    seen: set[str] = set()
    for view in views:
        if view.verdict is None or view.verdict.status is not Status.CORRECT:
            continue
        said = " ".join(view.response.split())
        if view.finish == "length":
            count.cut += 1
        elif said in seen:
            count.repeated += 1
        elif most is not None and len(seen) >= most:
            count.spare += 1
        else:
            seen.add(said)
            yield view


def _words(problem: Problem) -> list[str]:
    return _WORD.findall(problem.question.casefold())
