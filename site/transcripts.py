"""A run's transcripts: pages of bounded size, and the location of each problem in them.

Budgets of one sweep draw from one pool of samples, so their transcripts are the same: such
runs share the pages of the oldest. If a text would fill a page by itself, only its start and end
are shown, with a link to a plain file that contains all of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

from markupsafe import Markup

from harness.core import Problem, Status
from harness.results.explanations import Explanation, explain_sample
from harness.results.views import SampleView
from harness.site.index import Place
from harness.site.mathematics import typeset_part
from harness.site.text import marked, split_thinking, visible
from harness.site.verdicts import FAILED

PAGE_SAMPLES = 60
PAGE_BYTES = 240_000
TEXT_BYTES = 100_000
"""Of one text as it stands in a page, in bytes."""

EXPLAINED = 200
"""Samples of a run whose verdict is taken apart: it takes half a millisecond each. Those come first
that are not plainly right."""

TYPESET = 500
"""Formulas in the answers of a run that are typeset, the first: it takes a quarter of a millisecond
each. Those of the problems are always."""


def page_name(page: int) -> str:
    """File name of a page of transcripts, from 1."""
    return f"samples-{page}.html"


def verdict_name(view: SampleView) -> str:
    """How a sample was graded; `failed` if the attempt ended in an error."""
    if view.error is not None:
        return FAILED
    return str(view.verdict.status) if view.verdict else str(Status.UNGRADED)


@dataclass(frozen=True, slots=True)
class Shown:
    """A part of a response as shown in the page; `file` contains all of a long one."""

    thinking: bool
    closed: bool
    html: Markup
    file: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """One sample as it is shown."""

    view: SampleView
    anchor: str
    verdict: str
    parts: tuple[Shown, ...]
    prompt: str | None  # where it differs from the sheet's
    told: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """One class of equal answers among a problem's samples."""

    answer: str
    count: int
    verdict: str
    share: float  # of the most frequent one's count, for drawing


@dataclass(slots=True)
class Sheet:
    """The samples of one problem on one page."""

    problem: Problem
    number: int
    continued: bool
    prompt: str
    votes: tuple[Vote, ...]
    views: list[Transcript] = field(default_factory=list)


@dataclass(slots=True)
class TranscriptPage:
    """One page, and the plain files of its long texts by name."""

    number: int
    sheets: list[Sheet] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    samples: int = 0
    bytes: int = 0


class Transcripts:
    """Cuts a run's samples into pages; afterwards `places` and `samples` are known."""

    def __init__(self, views: Iterable[SampleView]) -> None:
        self._views = views
        self.places: dict[str, Place] = {}
        self.samples = 0
        self.pages = 0
        self._left, self._formulas = EXPLAINED, TYPESET

    def __iter__(self) -> Iterator[TranscriptPage]:
        page = TranscriptPage(1)
        for number, (_, group) in enumerate(
            groupby(self._views, key=lambda v: v.problem.id), start=1
        ):
            members = list(group)
            votes = _votes(members)
            sheet: Sheet | None = None
            for position, view in enumerate(members):
                name = f"text-{number}-{position}.txt"
                parts, size = _parts(view, name, self._typeset)
                size += 800 + (len(view.prompt) if sheet is None else 0)
                full = page.samples >= PAGE_SAMPLES or page.bytes + size > PAGE_BYTES
                if page.samples and full:
                    yield page
                    page, sheet = TranscriptPage(page.number + 1), None
                if any(part.file for part in parts):
                    page.files[name] = view.response
                if sheet is None:
                    sheet = Sheet(view.problem, number, position > 0, view.prompt, votes)
                    page.sheets.append(sheet)
                if position == 0:
                    self.places[view.problem.id] = Place(page.number, number)
                page.samples += 1
                page.bytes += size
                sheet.views.append(
                    Transcript(
                        view=view,
                        anchor=f"p{number}-s{position}",
                        verdict=verdict_name(view),
                        parts=parts,
                        prompt=view.prompt if view.prompt != sheet.prompt else None,
                        told=self._explained(view),
                    )
                )
            self.samples += len(members)
        self.pages = page.number
        yield page

    def _typeset(self) -> bool:
        self._formulas -= 1
        return self._formulas >= 0

    def _explained(self, view: SampleView) -> Explanation | None:
        verdict = view.verdict
        plain = verdict is None or (verdict.status is Status.CORRECT and not verdict.warning)
        if plain or not self._left:
            return None
        self._left -= 1
        told = explain_sample(view)
        return told if told and (told.tried or told.readings) else None


def _votes(members: list[SampleView]) -> tuple[Vote, ...]:
    """How often each answer was given, if there are several samples."""
    first: dict[str, tuple[str, str]] = {}
    counts: Counter[str] = Counter()
    for view in members:
        verdict = view.verdict
        key = None if verdict is None else verdict.key if verdict.key is not None else None
        if verdict is None or key is None:
            continue
        counts[key] += 1
        first.setdefault(key, (verdict.answer or key, str(verdict.status)))
    if len(members) < 2 or not counts:
        return ()
    most = max(counts.values())
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:8]
    return tuple(Vote(first[k][0], n, first[k][1], n / most) for k, n in ordered)


def _parts(view: SampleView, name: str, left: Callable[[], bool]) -> tuple[tuple[Shown, ...], int]:
    """The response as it is shown, and its size in bytes."""
    if view.error is not None:
        return (), len(view.error)
    answer = view.verdict.answer if view.verdict else None
    parts, size = [], 0
    split = split_thinking(view.response)
    last = max((i for i, part in enumerate(split) if not part.thinking), default=-1)
    for i, part in enumerate(split):
        write = None if part.thinking else partial(typeset_part, left=left)
        shown = part.text.lstrip("\n") if i else part.text  # empty lines behind a thought
        html, whole = _fitted(shown, answer if i == last else None, write)
        size += len(html.encode("utf-8"))
        parts.append(Shown(part.thinking, part.closed, html, "" if whole else name))
    return tuple(parts), size


def _fitted(
    text: str, answer: str | None, write: Callable[[str], str] | None
) -> tuple[Markup, bool]:
    """The text as markup, and whether it is all there: of a long one the beginning and the end."""
    if len(text) <= TEXT_BYTES:
        for way in dict.fromkeys((write, None)):  # with its formulas typeset it may be too long
            html = marked(text, answer, way)
            if len(html.encode("utf-8")) <= TEXT_BYTES:
                return html, True
    size = TEXT_BYTES // 3
    while True:
        head, tail = visible(text[:size]), visible(text[-size:])
        if len(head.encode("utf-8")) + len(tail.encode("utf-8")) <= TEXT_BYTES:
            left = len(text) - 2 * size
            note = Markup('<span class="cut">[… {} characters …]</span>').format(f"{left:,}")
            return head + Markup("\n") + note + Markup("\n") + tail, False
        size //= 2
