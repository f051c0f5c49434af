"""The part of a response that is graded, determined in the same way for every verifier.

    view = read_response(response, problem, truncated=truncated)
    if view.verdict is not None:  # nothing was said: no answer to look for
        return view.verdict
    found = extract(view.text)
    if found is None or not view.trusts(found.rule):
        return view.unanswered("math")
    ...
    return view.settled(verdict)

Thinking is removed, and so is everything from another turn on (see `turns`). Of a truncated text
only what was finished is kept, and only a boxed or marked answer counts: "Answer: 17", cut off
after its 1, must not be "Answer: 1".
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.core import Problem, Status, Verdict
from harness.verifiers.patterns import lazy_pattern
from harness.verifiers.text.evasion import evasion, is_evasive, says_so
from harness.verifiers.text.loops import is_loop
from harness.verifiers.text.turns import next_turn

LOOP = "the text is a loop"
"""How the reason of a verdict on a degenerate text ends."""

SURE = ("boxed", "marker")
"""The rules whose finds count in a text that was cut off."""

_EMPTY = lazy_pattern(
    r"(?:\\(?:boxed|fbox|text\w*|mathrm|[()\[\],;])|(?:the )?(?:final )?answer(?: is)?|答案|ans"
    r"|[\s{}$:;!?*_#.\\-])*",
    re.I,
)
"""An answer without content: an empty box, "Answer:" with nothing behind it."""

_MAX = 200_000  # characters of a response that are read: its end
_CLOSED = lazy_pattern(r"\n|(?<!\d)[.!?;](?=\s)|(?<=\d)[.!?;](?=\s+\S)|[。！？；](?=.)", re.S)
"""Where what stands before can no longer change as the text goes on."""


@dataclass(frozen=True, slots=True)
class Response:
    """The part of a response that is graded.

    `text` is cleaned, starts after the thinking, and ends before another turn; if `truncated`,
    after the last finished sentence. `notes` (truncation, a loop) are appended to the verdict's
    reason. `verdict` is set if nothing is left to grade.
    """

    text: str
    truncated: bool = False
    notes: tuple[str, ...] = ()
    verdict: Verdict | None = None

    def trusts(self, rule: str) -> bool:
        """Whether an answer found by `rule` counts: a truncated text's last number does not."""
        return not self.truncated or rule in SURE

    def unanswered(self, method: str, why: str = "no answer was found") -> Verdict:
        """The verdict if no answer was found: the response declined, was cut off, or gave none."""
        if not self.truncated and (status := evasion(self.text)):
            return self.noted(_declined(status, method))
        status = Status.TRUNCATED if self.truncated else Status.UNPARSED
        reason = "cut off before an answer" if self.truncated else why
        return self.noted(Verdict(status=status, method=method, reason=reason))

    def settled(self, verdict: Verdict, gold: str | None = None) -> Verdict:
        """The verdict on an answer that was found, with the notes added to its reason.

        An answer that says that there is none ("I don't know"), or one that was only guessed from
        a text that says so, is `refused` or `abstained` and casts no vote; a marked answer that is
        correct or the lure is kept, and so is one whose gold says that there is none.
        """
        said = verdict.answer or "."
        if _EMPTY.fullmatch(said) and "\\{" not in said:  # \{\} is the empty set
            return self.noted(dataclasses.replace(
                verdict, status=Status.UNPARSED, answer=None, key=None, reason="the answer is empty"
            ))  # fmt: skip
        status = self._declines(verdict, gold)
        return self.noted(verdict if status is None else _declined(status, verdict.method))

    def _declines(self, verdict: Verdict, gold: str | None) -> Status | None:
        if gold is not None and is_evasive(gold):
            return None
        decided = verdict.status in (Status.CORRECT, Status.LURED)
        sure = verdict.method.split("/")[0] in SURE
        if decided and sure:
            return None
        if (status := is_evasive(verdict.answer or "")) is not None:
            return status
        if self.truncated or (sure and not says_so(self.text, verdict.answer or "")):
            return None
        return evasion(self.text)

    def noted(self, verdict: Verdict) -> Verdict:
        """The verdict, with the notes added to its reason, and whether the text is a loop."""
        if not self.notes and verdict.loop is False:
            return verdict
        reason = "; ".join((verdict.reason, *self.notes))
        return dataclasses.replace(verdict, reason=reason, loop=LOOP in self.notes)


@functools.cache
def _reading() -> tuple[Callable[[str], str], Callable[[str], str], Callable[[str], str | None]]:
    # `harness.verifiers.math` imports this module, and its package all of its parts
    from harness.verifiers.math.finding.extract import final_part
    from harness.verifiers.math.reading.characters import clean, strip_surrogates

    return strip_surrogates, clean, final_part


def read_response(
    response: str,
    problem: Problem | None = None,
    *,
    truncated: bool = False,
    cleaned: bool = True,
) -> Response:
    """The part of `response` that answers `problem`; `cleaned` of odd characters, unless told.

    Task-specific stop strings are read from `problem.meta["stop"]`, a list of strings.
    """
    strip_surrogates, clean, final_part = _reading()
    whole = strip_surrogates(response[-_MAX:])
    whole = clean(whole) if cleaned else whole
    loop = (LOOP,) if is_loop(whole) else ()
    text = final_part(whole)
    if text is None:
        reason = "; ".join(("the answer was lost to thinking", *loop))
        return Response("", True, loop, Verdict(
            status=Status.TRUNCATED, method="thinking", reason=reason, loop=bool(loop),
        ))  # fmt: skip
    notes = loop
    turn = next_turn(text, _stops(problem), problem.question if problem else "")
    if turn is not None:
        text, truncated = text[: turn[0]], False
        notes = (f"read up to the next turn ({turn[1]!r})", *loop)
    if not text.strip():
        status = Status.TRUNCATED if truncated else Status.UNPARSED
        reason = "; ".join(("the response is empty", *notes))
        return Response("", truncated, notes, Verdict(
            status=status, method="empty", reason=reason, loop=bool(loop),
        ))  # fmt: skip
    return Response(closed(text) if truncated else text, truncated, notes)


def closed(text: str) -> str:
    """The finished part of a truncated text: whole lines, sentences and boxes."""
    from harness.verifiers.math.reading.boxes import find_boxes  # late, as above

    end = 0
    for match in _CLOSED.finditer(text):
        end = match.end()
    boxes = find_boxes(text[end:])
    if boxes and text[: end + boxes[-1][1]].endswith(boxes[-1][2] + "}"):
        end += boxes[-1][1]
    return text[:end]


def _stops(problem: Problem | None) -> Sequence[str]:
    words = problem.meta.get("stop", ()) if problem is not None else ()
    return [w for w in words if isinstance(w, str)] if isinstance(words, (list, tuple)) else ()


def _declined(status: Status, method: str) -> Verdict:
    said = "it refuses to answer" if status is Status.REFUSED else "it says that it cannot tell"
    return Verdict(status=status, method=method, reason=said)
