"""Variations of what a mathematician would write, by kinds, made by hand before the rules were.

`kinds.tsv` holds label, gold and answer: sets told in words, parameters and periodic solutions,
answers in parts, cases, permutations, labels, noise of markup, units in Chinese. What is judged
otherwise is listed here with its reason.
"""

from __future__ import annotations

from pathlib import Path

from harness.core import Status
from harness.verifiers import math

FILE = Path(__file__).parent / "kinds.tsv"
OTHERWISE = {
    ("0≤x≤1", r"0\le t\le 1"): "another letter is another statement",
    ("1:2:3", "(1,2,3)"): "a tuple is no ratio",
    (r"5 \Omega", "5"): "a letter behind a number may be an unknown",
    (r"5\,\Omega", r"5\text{ ohms}"): "the same",
    (">", r"\text{greater than}"): "a sign alone is no answer to us",
    ("<", r"\lt"): "the same",
    (r"\gt", ">"): "the same",
    (
        "Alice wins if n is even; Bob wins if n is odd",
        r"\text{Alice if } n \text{ even, Bob if } n \text{ odd}",
    ): "cases of words",
    ("(a,b,c)=(3k,4k,5k)", r"(3n,4n,5n), n\in\mathbb{Z}"): "one side alone names its members",
    ("(x,y)=(k^2,k)", r"(m^2,m) \text{ for integers } m"): "the same",
}


def cases() -> list[tuple[bool, str, str]]:
    """(equal, gold, answer)."""
    rows = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()]
    return [(label == "equal", gold, answer) for label, gold, answer in rows]


def test_a_variation_is_judged_as_labelled_or_listed() -> None:
    otherwise = {
        (gold, answer)
        for equal, gold, answer in cases()
        if (math.verify(answer, gold).status is Status.CORRECT) is not equal
    }
    assert otherwise == OTHERWISE.keys()
