"""The explanation of a stored verdict: what a page marks in the text, and what it tells."""

from __future__ import annotations

import json

import pytest

from harness.core import Problem, Status, Verdict
from harness.results.explanations import explain_verdict
from harness.verifiers.flaw import FlawVerifier
from harness.verifiers.math.verifier import MathVerifier

POTS = Problem(id="p", question="Glasses cost $4 each. How much does she pay for 16?", gold="64")


def judged(response: str, problem: Problem = POTS) -> Verdict:
    return MathVerifier().verify(response, problem)


@pytest.mark.parametrize(
    ("response", "marked", "read"),
    [
        ("So she needs to pay $64 for 16 glasses.", "64", "So she needs"),
        ("<think>60? 64?</think>The answer is \\boxed{64}.", "64", "The answer"),
        ("Answer: 64\n\nQuestion: A scarf costs $7. Answer: 7", "64", "Answer: 64"),
    ],
)
def test_the_answer_is_marked_in_the_part_that_was_read(
    response: str, marked: str, read: str
) -> None:
    told = explain_verdict(response, POTS, judged(response))
    assert told.status == "correct"
    assert told.span is not None
    assert told.read is not None
    start, end = told.span
    assert response[start:end].strip("$") == marked
    assert response[told.read[0] :].startswith(read)
    assert told.read[0] <= start < end <= told.read[1]
    assert "7" not in response[told.read[0] : told.read[1]]


def test_the_rules_are_those_of_the_verifier_and_the_stage_is_the_stored_one() -> None:
    response = "I think 60.\n\n**64**\n\nThe answer is \\boxed{63}."
    told = explain_verdict(response, POTS, judged(response))
    assert (told.status, told.rule, told.answer) == ("wrong", "boxed", "63")
    assert (told.tried[0].rule, told.tried[0].found) == ("a box", "63")
    assert any(one.why == "a box is surer" for one in told.tried)
    assert told.readings
    assert told.gold_readings
    assert json.loads(json.dumps(told.to_json()))["stage"] == told.stage != ""


def test_a_verdict_of_another_version_stands_without_rules_that_would_contradict_it() -> None:
    response = "It is **64**, and 16 glasses were bought."
    old = Verdict(status=Status.WRONG, answer="16", method="number/value", reason="64 is not 16")
    told = explain_verdict(response, POTS, old)
    assert (told.status, told.answer, told.reason) == ("wrong", "16", "64 is not 16")
    assert told.tried == ()
    assert told.span == (response.index("16"), response.index("16") + 2)


def test_a_verifier_without_rules_is_shown_by_its_verdict() -> None:
    flawed = Problem(id="f", question="Some pears cost $4. What does one cost?", gold=None)
    response = "The number of pears is missing, so it cannot be determined."
    verdict = FlawVerifier().verify(response, flawed)
    told = explain_verdict(response, flawed, verdict, verifier="flaw@6")
    assert (told.status, told.reason) == (str(verdict.status), verdict.reason)
    assert told.tried == ()


def test_an_unread_response_says_why() -> None:
    told = explain_verdict("", POTS, judged(""))
    assert (told.status, told.span, told.read) == ("unparsed", None, None)
    assert "empty" in told.reason


def test_a_very_long_response_is_not_read_again() -> None:
    response = "word " * 10_000 + "The answer is \\boxed{64}."
    told = explain_verdict(response, POTS, judged(response))
    assert told.tried == ()
    assert told.span is not None
    assert response[slice(*told.span)] == "64"
