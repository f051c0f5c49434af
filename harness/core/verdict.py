"""Verdicts: how a sample was graded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """The possible verdicts. `ungraded` is not `wrong`: the verifier could not decide."""

    CORRECT = "correct"  # for a problem without an answer: its flaw was named
    LURED = "lured"  # the answer is the lure
    WRONG = "wrong"
    ABSTAINED = "abstained"  # "I cannot tell", on a problem that has an answer
    REFUSED = "refused"
    TRUNCATED = "truncated"  # cut off before an answer
    UNPARSED = "unparsed"  # ended, but no answer was found
    UNGRADED = "ungraded"  # time or memory ran out, or the verifier failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A verifier's grading of one response.

    `answer` is the extracted answer as written; `key` a canonical form of it: equal keys mean
    equivalent answers, which is how votes are counted. `method` names the rule or stage that
    decided; `warning` ranges from 0 (certain) to 3 (a guess); `reason` is one short sentence.
    `loop`: the response ends by repeating itself over and over; None if that was not checked.
    `score` is the share of full marks, from 0 to 1, from verifiers that give partial credit:
    `correct` with 1, `wrong` below. None: all or nothing.
    """

    status: Status
    answer: str | None = None
    key: str | None = None
    method: str = ""
    warning: int = 0
    reason: str = ""
    loop: bool | None = None
    score: float | None = None

    @property
    def shares(self) -> Mapping[Status, float]:
        """The verdict's contribution to each status, summing to 1; partial credit is split."""
        if self.score is None or self.score >= 1:
            return {self.status: 1.0}
        return {Status.CORRECT: self.score, self.status: 1.0 - self.score}


@dataclass(frozen=True, slots=True)
class VerifierSpec:
    """A verifier's registered name and its arguments (plain JSON values)."""

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)
