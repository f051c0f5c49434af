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
        r"$3\leq x\leq5$",
        r"x \text{ is between } 3 \text{ and } 5 \text{ inclusive}",
    ): "a range in words",
    ("$1011_2$", "1011"): "digits without their base",
    ("at most 5", "5"): "a bound is no number",
    ("the origin", "(0,0)"): "a point in words",
    ("5,9,12", "Ann: 12, Ben: 5, Cy: 9"): "labels are held to the gold's order",
    ("4,9", "The minimum is 4 and the maximum is 9."): "the last clause is taken",
    ("$-1,0,1,5,6,7$", "First sequence: -1, 0, 1; second sequence: 5, 6, 7"): "two lists for one",
    ("$-1,0,1,5,6,7$", "(5,6,7) and (-1,0,1)"): "the same",
    ("Option 2", r"\text{the second option}"): "a number and an ordinal in words",
    ("¥12", "12 yuan"): "the sign is read as yen",
    (r"$x=5 \text{ (since } x>0)$", "5"): "a reason in brackets in a text command",
    ("none", "0"): "none is the empty set",
    (r"$\overrightarrow{a} \cdot \overrightarrow{b} = 3$", "3"): "a product is no name",
    (r"$\int f = \ln|x| + C$", r"\ln |x| + C"): "an integral without its differential",
    (r"$\ln|x|+C$", r"\ln x + C"): "compared where both are real",
    (r"$\{a_n\} = n$", "a_n = n"): "braces around a sequence are a set",
    (
        r"$\{x \mid 2k\pi < x < 2k\pi + \pi, k \in Z\}$",
        r"(2n\pi, (2n+1)\pi), n \in \mathbb{Z}",
    ): "bounds with a parameter are no interval",
    ("Correct", "True"): "two words",
    ("isosceles or right", "right or isosceles triangle"): "alternatives in words",
    ("point $P$ lies inside the circle", "inside the circle"): "a phrase of the gold's sentence",
    (r"$\left|\begin{array}{cc}1&2\\3&4\end{array}\right|$", "-2"): "a determinant",
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
