"""The step verifier: which equalities of a solution hold, and where the first one fails."""

from __future__ import annotations

import pytest

from harness.core import Problem, Status
from harness.verifiers.steps import StepVerifier, check_steps, first_error, score


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16 - 3 - 4 = <<16-3-4=9>>9 eggs", [True]),
        ("So 9 x 2 = $18.", [True]),
        (r"Then \(3+4=8\).", [False]),
        (r"$\frac12+\frac13=\frac56$", [True]),
        (r"\[2(x+1)=2x+2\]", [True]),
        (r"\[2x+4=10\]", [None]),
        (r"$1+1=2=3$", [True, False]),
        ("10/3 = 3.33", [True]),
        ("10/3 = 3.34", [False]),
        (r"$\sqrt{2} \approx 1.41$", [True]),
        (r"$\sqrt{2} \approx 1.6$", [False]),
        ("3 / 6 = 50%.", [True]),
        ("the share is 9 / 27 * 100% = 33.333%", [True]),
        ("500/ 2/5 = 1250", [True]),
        ("4p - 5 = 67 and 16 = 4X", []),  # parts of equations with a variable
        ("from 1:00 to 7:00 - 1:00 = 6 hours", []),
        ("at $2.50 each is 5*2.50 = $<<5*2.5=12.50>>12.50", [True]),
        ("$.25*1120 = $280.00", [True]),
        ("$.25*1120 = $281.00", [False]),
        ("no equation here", []),
    ],
)
def test_equalities(text: str, expected: list[bool | None]) -> None:
    assert [s.holds for s in check_steps(text)] == expected


def test_the_first_error_and_the_score() -> None:
    steps = check_steps("3 + 4 = 7\n7 * 2 = 15\n15 - 5 = 10")
    assert first_error(steps) == 1
    assert score(steps) == pytest.approx(2 / 3)


def test_a_right_answer_behind_a_false_step_is_wrong_on_demand() -> None:
    problem = Problem(id="p", question="?", gold="10")
    text = "7 * 2 = 15\n15 - 5 = 10\nAnswer: 10"
    assert StepVerifier().verify(text, problem).status is Status.CORRECT
    strict = StepVerifier(require=True).verify(text, problem)
    assert strict.status is Status.WRONG
    assert "first error is step 1" in strict.reason
