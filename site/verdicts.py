"""The name, meaning and mark of each verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.core import Status

FAILED = "failed"
"""Used in place of a status: the attempt ended in an error."""


@dataclass(frozen=True, slots=True)
class VerdictWord:
    """A verdict for readers; `sign` accompanies the colour, for those who cannot see it."""

    name: str
    sign: str
    meaning: str


_WORDS = (
    (Status.CORRECT, "✓", "The right answer. Where a problem has none: its flaw was named."),
    (Status.LURED, "⚑", "The wrong answer that the shortcut gives: the trap worked."),
    (Status.WRONG, "✗", "Another wrong answer."),
    (Status.ABSTAINED, "–", "“I cannot tell”, on a problem that has an answer."),
    (Status.REFUSED, "⊘", "The model declined to answer."),
    (Status.TRUNCATED, "…", "Cut off by a token limit before an answer."),
    (Status.UNPARSED, "?", "It ended, but no answer was found in it."),
    (Status.UNGRADED, "∅", "The verifier could not decide in its limits. Not the same as wrong."),
)

VERDICTS: Mapping[str, VerdictWord] = {
    **{str(status): VerdictWord(str(status), sign, meaning) for status, sign, meaning in _WORDS},
    FAILED: VerdictWord(FAILED, "!", "The model or its server failed: there is no answer."),
}
