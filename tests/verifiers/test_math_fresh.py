"""Labelled cases that were written without looking at the verifier, run, and only then looked at.

`fresh_cases.tsv` holds label, gold and response (` \\n ` is a new line). At first sight 89.1%
of the first 450 and 87.4% of the next 253 were judged as labelled, with 80 false negatives and one
false positive; then the classes behind the failures were mended. What is still judged otherwise is
listed here with its reason.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core import Status
from harness.verifiers import math

FILE = Path(__file__).parent / "fresh_cases.tsv"
OTHERWISE = {
    r"\text{All primes } p": "a name behind words is part of the words",
    r"\int_{-\infty}^{\infty} e^{-x^2} dx": "more steps than an answer is allowed",
    "m+n = 25": "an equation as a gold is not its right-hand side",
}


def cases() -> list[tuple[bool, str, str]]:
    """(equal, gold, response)."""
    rows = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()]
    return [(label == "equal", gold, text.replace("\\n ", "\n")) for label, gold, text in rows]


@pytest.fixture(scope="module")
def otherwise() -> list[tuple[bool, str, str]]:
    """The cases that are not judged as labelled."""
    return [c for c in cases() if (math.verify(c[2], c[1]).status is Status.CORRECT) is not c[0]]


def test_a_stranger_s_case_is_judged_as_labelled(otherwise: list[tuple[bool, str, str]]) -> None:
    assert [case for case in otherwise if case[1] not in OTHERWISE] == []


def test_at_most_ten_cases_are_judged_otherwise_and_none_wrongly_correct(
    otherwise: list[tuple[bool, str, str]],
) -> None:
    assert len(otherwise) <= 10
    assert all(equal for equal, _, _ in otherwise)
