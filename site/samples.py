"""Reading a run's samples twice: once for the index of its problems, once to write its pages.

Budgets of one sweep draw from one pool of samples, so that their transcripts are the same: runs
whose samples have one digest share their pages.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

from harness.budgets import Judged
from harness.core import Problem, Status, Verdict
from harness.core.errors import UnknownNameError
from harness.core.hashing import canonical_json
from harness.core.sample import add_known
from harness.results.attempts import selector_of
from harness.results.views import RunReport, SampleView
from harness.site.text import Part, split_thinking

SampleSource = Callable[[str], Iterable[SampleView]]
"""All samples of a run by its id: problem by problem, the same at every call."""

PAGE_SAMPLES = 60
PAGE_CHARACTERS = 250_000
FAILED = "failed"


def page_name(page: int) -> str:
    """File name of a page of transcripts, from 1."""
    return f"samples-{page}.html"


@dataclass(slots=True)
class Pager:
    """Cuts a stream of samples into pages of bounded size; texts are never cut."""

    page: int = 1
    samples: int = 0
    characters: int = 0

    def place(self, view: SampleView) -> int:
        """The page of the next sample."""
        size = len(view.response) + len(view.prompt)
        full = self.samples >= PAGE_SAMPLES or self.characters + size > PAGE_CHARACTERS
        if self.samples and full:
            self.page, self.samples, self.characters = self.page + 1, 0, 0
        self.samples += 1
        self.characters += size
        return self.page


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemLine:
    """One problem of a run: how its samples were judged, and where they stand."""

    problem: Problem
    number: int
    page: int
    verdicts: tuple[tuple[str, int], ...]  # in the order of Status, failed attempts last
    tokens: int | None
    score: float | None

    @property
    def href(self) -> str:
        """Its place among the transcripts."""
        return f"{page_name(self.page)}#p{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The samples of a run, indexed."""

    digest: str
    lines: tuple[ProblemLine, ...]
    pages: int
    samples: int


def verdict_name(view: SampleView) -> str:
    """How a sample was judged; `failed` where the attempt ended in an error."""
    if view.error is not None:
        return FAILED
    return str(view.verdict.status) if view.verdict else str(Status.UNGRADED)


_ORDER = [*(str(status) for status in Status), FAILED]


def index_pool(report: RunReport, views: Iterable[SampleView]) -> Pool:
    """First reading: one line a problem, pages counted, digest taken."""
    pager, digest = Pager(), hashlib.sha256()
    lines: list[ProblemLine] = []
    samples = 0
    for number, (_, group) in enumerate(groupby(views, key=lambda v: v.problem.id), start=1):
        members = []
        first_page = 0
        for view in group:
            page = pager.place(view)
            first_page = first_page or page
            digest.update(canonical_json(_identity(view)).encode("utf-8", "surrogatepass"))
            members.append(view)
        samples += len(members)
        lines.append(_line(report, members, number, first_page))
    return Pool(digest=digest.hexdigest(), lines=tuple(lines), pages=pager.page, samples=samples)


def _identity(view: SampleView) -> dict[str, Any]:
    verdict = asdict(view.verdict) if view.verdict else None
    return {
        "id": view.id,
        "problem": view.problem.to_json(),
        "index": view.index,
        "texts": [view.prompt, view.response, view.finish, view.error],
        "usage": asdict(view.usage),
        "verdict": verdict,
        "verifier": view.verifier,
    }


def _line(report: RunReport, members: list[SampleView], number: int, page: int) -> ProblemLine:
    counts = Counter(verdict_name(view) for view in members)
    return ProblemLine(
        problem=members[0].problem,
        number=number,
        page=page,
        verdicts=tuple((name, counts[name]) for name in _ORDER if counts[name]),
        tokens=add_known(view.usage.output_tokens for view in members),
        score=_score(report, members),
    )


def _score(report: RunReport, members: list[SampleView]) -> float | None:
    """The budget's expected score on one problem, by its own selector; None when unknown."""
    pool = [
        Judged(verdict=view.verdict or Verdict(status=Status.UNGRADED), steps=view.steps)
        for view in members
        if view.error is None
    ]
    manifest = report.manifest
    size = len(pool) if manifest.whole else min(manifest.size, len(pool))
    if not pool or size < 1:
        return None
    try:
        selector = selector_of(manifest)
    except UnknownNameError:  # a plugin's selector that is not loaded now
        return None
    return float(selector.expect(pool, size).get(Status.CORRECT, 0.0))


@dataclass(slots=True)
class Sheet:
    """The samples of one problem that stand on one page."""

    problem: Problem
    number: int
    continued: bool
    prompt: str
    views: list[Transcript] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Transcript:
    """One sample as it is shown."""

    view: SampleView
    anchor: str
    verdict: str
    parts: tuple[Part, ...]
    prompt: str | None  # where it differs from the sheet's


def pages(views: Iterable[SampleView]) -> Iterator[list[Sheet]]:
    """Second reading: the pages of transcripts, in order, with the same cuts as the first."""
    pager, current = Pager(), 1
    page: list[Sheet] = []
    for number, (_, group) in enumerate(groupby(views, key=lambda v: v.problem.id), start=1):
        sheet: Sheet | None = None
        for position, view in enumerate(group):
            if pager.place(view) != current:
                yield page
                current, page, sheet = pager.page, [], None
            if sheet is None:
                sheet = Sheet(view.problem, number, position > 0, view.prompt)
                page.append(sheet)
            sheet.views.append(_transcript(view, sheet, position))
    yield page


def _transcript(view: SampleView, sheet: Sheet, position: int) -> Transcript:
    return Transcript(
        view=view,
        anchor=f"p{sheet.number}-s{position}",
        verdict=verdict_name(view),
        parts=tuple(split_thinking(view.response)) if view.error is None else (),
        prompt=view.prompt if view.prompt != sheet.prompt else None,
    )
