r"""Golds as data sets write them, by kinds: sentences, labelled parts, relations in words, sets
with exceptions, typography, and near misses of each.

`worded_golds.tsv` holds label, gold, answer and, where it matters, the question. Each batch was
written before the rules had seen it; what is judged otherwise is listed here with its reason.
"""

from __future__ import annotations

from pathlib import Path

from harness.core import Problem, Status
from harness.verifiers.math import MathVerifier

FILE = Path(__file__).parent / "worded_golds.tsv"
OTHERWISE = {
    "words that mean the same": {
        ("perpendicular", r"\perp"),
        ("they are equal", "="),
        ("甲", r"\text{A}"),
        ("from 3 to 9", "3 to 9"),
        ("twice as much", "2"),
        ("profit, 12 dollars", r"12 \text{ dollars profit}"),
        ("parallelogram ABCD", r"\text{parallelogram}"),
        ("The graph is symmetric about the y-axis.", r"\text{y-axis}"),
        (
            "all integers n ≥ 2 that are not powers of 2",
            r"\text{all } n \geq 2 \text{ that are not powers of } 2",
        ),
        (
            "first player if n is odd, second player if n is even",
            r"\text{The first player wins for odd } n \text{ and the second for even } n",
        ),
    },
    "words for what the other side writes in signs": {
        ("The product is greater than 1.", "ab > 1"),
        ("A circle with center (1, 0) and radius 2", "(x-1)^2 + y^2 = 4"),
        ("circle of radius 3 centered at the origin", "x^2 + y^2 = 9"),
        ("x^2+1=0 has no real roots", r"\text{no real roots}"),
        ("A > B", r"A \text{ is greater}"),
        ("x = 0, y arbitrary", r"(0, t), t \in \mathbb{R}"),
        ("Length 12 cm, width 5 cm", r"12 \text{ cm by } 5 \text{ cm}"),
    },
    "a bound, or none, is no number": {
        ("at least 7", "7"), ("at most 7", "7"), ("no more than 9", "9"), ("none", "0"),
    },
    "a decimal for an exact value": {
        (r"66 \frac{2}{3}\%", r"66.67\%"),
    },
    "digits without their base, and no question that names it": {
        ("101101_2", "101101"), ("1A3_{16}", "1A3"),
    },
    "a remark that could be a factor": {
        ("9 (1+2+6)", "9"), ("13 - for example 1, 3, 9", "13"), ("3 (multiplicity 2), -1", "3, -1"),
    },
    "times and units": {
        ("12 o'clock noon", r"12:00 \text{ PM}"), ("half past two", "2:30"),
        ("$5^{\\prime}$", "5'"),
        (r"60 \mathrm{~km/h}", r"60 \frac{\text{km}}{\text{h}}"), (r"1,5 \text{ hours}", "1.5"),
        (r"4 \text{ and a half}", "4.5"),
    },
    "what only the problem makes equal": {
        (r"\begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}", "I"), ("1,2,3,4", r"n \leq 4"),
        ("$(1,2),(2,1)$", r"\{1, 2\}"), ("$t(0,4]$", "(0, 4]"), ("$t(0,4]$", r"0 < t \leq 4"),
        ("$P(x) = c x, Q(x) = d$", "P(x) = ax, Q(x) = b"),
        (r"all primes $p$ with $p \equiv 1 \pmod 4$", r"p \equiv 1 \pmod{4}"),
        (
            "(4,2,3,2,4,3,1,1),(1,1,3,4,2,3,2,4)",
            r"4,2,3,2,4,3,1,1 \text{ and } 1,1,3,4,2,3,2,4",
        ),
    },
}  # fmt: skip


def test_an_answer_is_judged_as_labelled_or_listed() -> None:
    verifier = MathVerifier()
    otherwise = set()
    for line in FILE.read_text(encoding="utf-8").splitlines():
        label, gold, answer, *question = line.split("\t")
        problem = Problem(id="", question="".join(question), gold=gold)
        correct = verifier.verify(answer, problem).status is Status.CORRECT
        if correct is not (label == "equal"):
            otherwise.add((gold, answer))
    assert otherwise == set().union(*OTHERWISE.values())
