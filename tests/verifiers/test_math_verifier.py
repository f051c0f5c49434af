"""The mathematical verifier's verdicts, one line each."""

from __future__ import annotations

import pytest

from harness.core import Problem, Status
from harness.core.protocols import Verifier
from harness.verifiers import math


def test_it_keeps_the_protocol() -> None:
    assert isinstance(math.MathVerifier(), Verifier)


@pytest.mark.parametrize(
    ("text", "gold", "status"),
    [
        ("The answer is 7.", "7", Status.CORRECT),
        ("3 + 4 = 7\nA: 7", "7", Status.CORRECT),
        ("#### 1,234", "1234", Status.CORRECT),
        (r"so \boxed{\frac{1}{2}}.", "0.5", Status.CORRECT),
        ("<think>7 or 8? 8!</think>Answer: 7", "7", Status.CORRECT),
        ("The total is $12.50", "12.5", Status.CORRECT),
        ("I think it is 5. No wait, it is 7", "7", Status.CORRECT),
        ("The answer is 9.11", "9.8", Status.LURED),
        ("The answer is 9.1", "9.8", Status.WRONG),
        (
            "I do not know that one at all, sorry: it is beyond what I can say here",
            "7",
            Status.ABSTAINED,
        ),
        ("", "7", Status.UNPARSED),
        ("<think>It must be 7", "7", Status.TRUNCATED),
    ],
)
def test_verdicts(text: str, gold: str, status: Status) -> None:
    verdict = math.verify(text, gold, lure="9.11")
    assert verdict.status is status, verdict


def test_a_cut_off_response_is_truncated_unless_it_has_answered() -> None:
    problem = Problem(id="p", question="?", gold="7")
    verifier = math.MathVerifier()
    cut = verifier.verify("First we add 3 and 7", problem, truncated=True)
    assert cut.status is Status.TRUNCATED
    said = verifier.verify("Answer: 7\nTo check this", problem, truncated=True)
    assert said.status is Status.CORRECT


def test_equal_answers_have_equal_keys() -> None:
    keys = {math.verify(t, "1").key for t in ("0.5", r"\frac12", r"\boxed{1/2}", "Answer: .50")}
    assert keys == {"=1/2"}


def test_a_problem_without_an_answer_is_not_judged_here() -> None:
    problem = Problem(id="p", question="?", gold=None)
    assert math.MathVerifier().verify("7", problem).status is Status.UNGRADED


@pytest.mark.parametrize("answer", ["A^T", r"\sum_{n=1}^\infty a_n", r"\det A", "qzx wvkj", "((,"])
@pytest.mark.parametrize("gold", ["27", r"\frac{3}{2}", "2.45"])
def test_what_has_no_value_is_wrong_and_not_undecided(answer: str, gold: str) -> None:
    assert math.verify(answer, gold).status is Status.WRONG


@pytest.mark.parametrize(
    ("text", "gold", "status"),
    [
        ("The answer is not 5", "5", Status.UNPARSED),
        ("The answer cannot be 5.", "5", Status.UNPARSED),
        ("The answer is not equal to 5", "5", Status.UNPARSED),
        ("not 5", "5", Status.WRONG),
        ("It is not B.", "B", Status.WRONG),
        ("We get 6, not 5", "5", Status.WRONG),
        ("We get 6, not 5", "6", Status.CORRECT),
        ("The answer is not 5 but 6", "6", Status.CORRECT),
        ("not possible", "not possible", Status.CORRECT),
    ],
)
def test_a_denied_value_is_no_answer(text: str, gold: str, status: Status) -> None:
    assert math.verify(text, gold).status is status


def test_a_defect_costs_its_own_response(monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.verifiers.math import verifier

    def broken(text: str, question: str = "") -> None:
        raise KeyError(text)

    monkeypatch.setattr(verifier, "extract", broken)
    verdict = math.verify("7", "7")
    assert verdict.status is Status.UNGRADED
    assert "KeyError" in verdict.reason
