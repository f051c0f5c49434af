"""Responses as models end them, with their questions, written by hand before they were judged.

`written_responses.txt` holds label and gold, question, response. Each sentence was also written
wrong: the same numbers with their parts exchanged, or a subtotal for the total.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.core import Problem, Status
from harness.verifiers import math
from harness.verifiers.math import MathVerifier
from harness.verifiers.text.evasion import evasion

FILE = Path(__file__).parent / "written_responses.txt"


class Written(NamedTuple):
    """One response with its label."""

    right: bool
    gold: str
    question: str
    text: str


def written() -> Iterator[Written]:
    """The responses of the file."""
    for block in FILE.read_text(encoding="utf-8").removeprefix("=== ").split("\n=== "):
        head, question, text = block.rstrip("\n").split("\n", 2)
        label, gold = head.split(" | ", 1)
        told = question.removeprefix("Q: "), text.removeprefix("A: ")
        yield Written(label == "correct", gold, *told)


def right(text: str, gold: str, question: str = "") -> bool:
    """Whether a response is judged correct."""
    problem = Problem(id="", question=question, gold=gold)
    return MathVerifier().verify(text, problem).status is Status.CORRECT


def test_most_responses_are_judged_as_they_were_written() -> None:
    told = [(w, right(w.text, w.gold, w.question)) for w in written()]
    falsely = [w for w, said in told if said and not w.right]
    assert len(told) == 832
    assert sum(said == w.right for w, said in told) >= 0.98 * len(told)
    assert len(falsely) <= 2, falsely


@pytest.mark.parametrize(
    ("text", "gold", "question", "expected"),
    [
        # what stands beside a number decides whose it is
        ("Pia has 20 and Jo has 10 marbles.", "20", "How many marbles does Pia have?", True),
        ("Pia has 10 and Jo has 20 marbles.", "20", "How many marbles does Pia have?", False),
        ("Each gets 4 of the 12 eggs.", "4", "How many eggs does each get?", True),
        ("Each gets 12 of the 4 eggs.", "4", "How many eggs does each get?", False),
        ("The lamp, which costs $9, uses 3 bulbs.", "3", "How many bulbs does it use?", True),
        ("He sold 9 on Monday and 4 on Friday, for 13 in all.", "13", "How many?", True),
        ("It is $5 or $7.", "5", "How much does it cost?", False),
        ("It takes 20 to 30 minutes.", "30", "How many minutes?", False),
        ("The roots are $x = 2$ and $x = 3$.", "2, 3", "", True),
        ("$4x = 12 \\implies x = 3$", "3", "Solve for x.", True),
        # a bare "Answer" above a whole solution is its heading
        ("Answer: To find it, add 2 and 3.\n2 + 3 = 5\nThus, the sum is 5.", "5", "", True),
        ("Answer: She has 7 left.\nThat is 9 - 2.", "7", "", True),
        ("He earns 350 per week.", "350", "How much does he earn a week?", True),
    ],
)
def test_the_part_of_a_number(text: str, gold: str, question: str, expected: bool) -> None:
    assert right(text, gold, question) is expected


@pytest.mark.parametrize(
    ("gold", "answer", "expected"),
    [
        ("a < 0, b > 0", "a > 0, b < 0", False),
        ("a < 0, b > 0", "b > 0, a < 0", True),
        (r"\exists x \in \mathbb{R}, x^2 \le 0", r"\exists x \in \mathbb{R}, x^2 < 0", False),
        (r"\\binom{10}{4}", r"\binom{10}{6}", True),
        ("x_1 + x_2 + \\cdots + x_n", r"\sum_{i=1}^{n} x_i", True),
        ("x_1 + x_2 + \\cdots + x_n", r"\sum_{i=1}^{n-1} x_i", False),
        ("x_1 + x_2 + \\cdots + x_n", "x_n + x_{n-1} + \\cdots + x_1", True),
        ("x_1 x_2 \\cdots x_n", "x_1 x_2 \\cdots x_n x_n", False),
        ("0, 1, 2, \\ldots, 9", "all integers from 0 to 9", True),
        ("0, 1, 2, \\ldots, 9", "all integers from 0 to 8", False),
        (r"a = \pm 2, b = 1", "(2, 1), (-2, 1)", True),
        ("f(x) \\ge g(x) + 2 = 5", "5", True),
        ("the third quadrant", "Quadrant III", True),
        ("the third quadrant", "Quadrant IV", False),
        ("O is the incenter of triangle ABC", "the incenter", True),
        ("O is the incenter of triangle ABC", "the orthocenter", False),
        ("There is no such integer", "no such integer exists", True),
        ("If $x \\geq 2$, then $x^2 \\geq 4$", r"\text{If } x \ge 2 \text{ then } x^2 \ge 4", True),
        ("If $x \\geq 2$, then $x^2 \\geq 4$", r"\text{If } x \ge 2 \text{ then } x^2 > 4", False),
        ("8, 30", r"8 \text{ hens and } 30 \text{ cows}", True),
        ("8, 30", r"30 \text{ hens and } 8 \text{ cows}", False),
        ("2", r"\sqrt{" * 400 + "2" + "}" * 400, False),
    ],
)
def test_kinds_of_answers(gold: str, answer: str, expected: bool) -> None:
    assert (math.verify(rf"\boxed{{{answer}}}", gold).status is Status.CORRECT) is expected


@pytest.mark.parametrize(
    ("gold", "answer", "question", "expected"),
    [
        ("The lines are parallel.", "Yes", "Are the lines parallel?", True),
        ("The lines are not parallel.", "Yes", "Are the lines parallel?", False),
        ("The lines are parallel.", "Yes", "What are the lines?", False),
        (r"\frac{\pi}{4}", "45", "Find the angle A.", True),
        (r"\frac{\pi}{4}", "45", "Find the area.", False),
        ("[0, 2]", "(0, 2)", "On which interval is f increasing?", True),
        ("[0, 2]", "(0, 2)", "Solve the inequality.", False),
    ],
)
def test_what_the_question_makes_equal(
    gold: str, answer: str, question: str, expected: bool
) -> None:
    assert right(rf"\boxed{{{answer}}}", gold, question) is expected


@pytest.mark.parametrize("text", ["I'll pass.", "Skip", "I have to pass on this one."])
def test_who_passes_abstains(text: str) -> None:
    assert evasion(text) is Status.ABSTAINED


@pytest.mark.parametrize("text", ["She needs 9 points to pass.", "He saves $2 with a bus pass."])
def test_a_test_and_a_bus_pass_are_none(text: str) -> None:
    assert evasion(text) is None
