"""The rule verifiers, one line a case."""

from __future__ import annotations

from typing import Any

import pytest

from harness.core import Problem, Status, UsageError
from harness.core.protocols import Verifier
from harness.core.registry import find

CORRECT, WRONG, LURED = Status.CORRECT, Status.WRONG, Status.LURED


def judge(rule: str, args: dict[str, Any], text: str, gold: str, **problem: Any) -> Status:
    verifier = find("verifiers", rule)(**args)
    assert isinstance(verifier, Verifier)
    verdict = verifier.verify(text, Problem(id="p", question="?", gold=gold, **problem))
    return verdict.status


@pytest.mark.parametrize(
    ("rule", "args", "text", "gold", "status"),
    [
        ("choice", {}, "The answer is (B).", "B", CORRECT),
        ("choice", {}, r"so \boxed{\text{C}}", "C", CORRECT),
        ("choice", {}, "A is wrong, so option D is correct.", "D", CORRECT),
        ("choice", {}, "答案是 B", "B", CORRECT),
        ("choice", {}, "Let us see.\n\n(A)", "A", CORRECT),
        ("choice", {}, "The answer is (B).", "A", WRONG),
        ("choice", {}, "I think option B, green, is the right one, not option C.", "B", CORRECT),
        ("choice", {}, "The best option is **B**. Option A would need more water.", "B", CORRECT),
        ("choice", {}, "Answer: B or C", "B", WRONG),
        ("choice", {}, "Both A and B are correct.", "A", WRONG),
        ("choice", {}, "[[B]]", "B", CORRECT),
        ("choice", {}, "It's not A but B.", "B", CORRECT),
        ("choice", {}, "We can rule out A and C. So it is B.", "B", CORRECT),
        ("choice", {}, "Answer: B, since A is too small and C too big.", "B", CORRECT),
        ("choice", {}, "A triangle has three sides, so the answer is D.", "D", CORRECT),
        ("choice", {}, "A和C都错，所以选B", "B", CORRECT),
        ("exact", {}, "Answer: The Nile.", "nile", CORRECT),
        ("exact", {"case": True}, "Answer: nile", "Nile", WRONG),
        ("exact", {"strict": True}, "Answer: the nile", "nile", WRONG),
        ("numeric", {"relative": 0.01}, "about 3.14", "3.1416", CORRECT),
        ("numeric", {"relative": 0.0001}, "The answer is 3.14", "3.1416", WRONG),
        ("numeric", {}, r"\boxed{\frac12}", "0.5", CORRECT),
        ("numeric", {"absolute": 0.5}, "Answer: 7.4 metres", "7", CORRECT),
        ("numeric", {}, "Answer: (1, 2)", "3.5", WRONG),
        ("numeric", {}, r"Answer: \int_0^1 \frac{1}{x} dx", "3.5", WRONG),
        ("numeric", {"absolute": 9}, "Answer: x", "3.5", WRONG),  # a letter is no number
        ("decimal", {}, "Answer: [1, 2]", "3.5", WRONG),
        ("decimal", {}, "9.80 is larger.\nAnswer: 9.80", "9.8", CORRECT),
        ("decimal", {}, "Answer: 9.8000001", "9.8", WRONG),
        ("regex", {}, "Answer: 2024-05-01", r"2024-0?5-0?1", CORRECT),
        ("regex", {}, "Answer: 12024-05-01", r"2024-0?5-0?1", WRONG),
        ("regex", {"search": True}, "Answer: on 2024-05-01", r"2024-0?5-0?1", CORRECT),
        ("accepted", {}, "Answer: New York City", "NYC|New York City", CORRECT),
        ("accepted", {}, "It's New York City, not Boston.", "NYC|New York City", CORRECT),
        ("accepted", {}, "She would be facing east when she stops.", "east", CORRECT),
        ("accepted", {}, "It is not Paris, it is Rome.", "Paris", WRONG),
        ("accepted", {}, "Paris is the capital of France.", "Paris", CORRECT),
        ("accepted", {}, "Mercury is the planet nearest to the Sun.", "Mercury|Merkur", CORRECT),
        ("accepted", {}, "Paris is the capital of France.", "France", WRONG),
        ("accepted", {}, "Alice is the sister of Bob.", "Bob", WRONG),
        ("accepted", {}, "Paris is larger than Lyon.", "Paris", WRONG),
        ("accepted", {}, "Alice beat Bob.", "Alice", WRONG),
        ("accepted", {}, "Answer: either Rome or Paris", "Rome", WRONG),
        ("accepted", {}, "Boston, not New York", "New York", WRONG),
        ("accepted", {}, "Answer: nyc", '["NYC", "New York"]', CORRECT),
        ("accepted", {}, "Answer: Boston", "NYC|New York City", WRONG),
        ("ordering", {}, "Answer: 9.11 < 9.8 < 10", "9.11, 9.8, 10", CORRECT),
        ("ordering", {}, "Answer: 10 > 9.80 > 9.11", "9.11 < 9.8 < 10", CORRECT),
        ("ordering", {}, "Answer: 9.8, 9.11, 10", "9.11, 9.8, 10", WRONG),
        ("ordering", {}, "9.11\n9.8\n10", "9.11 < 9.8 < 10", CORRECT),
        ("ordering", {}, "1. Ann\n2. Bob\n3. Cy", "Ann < Bob < Cy", CORRECT),
        ("ordering", {}, "First Ann, then Bob, then Cy.", "Ann, Bob, Cy", CORRECT),
        ("ordering", {}, "From largest to smallest: 10, 9.8, 9.11", "9.11 < 9.8 < 10", CORRECT),
        ("ordering", {}, "The smallest is 9.11, then 9.8, and finally 10.", "9.11 < 9.8 < 10",
         CORRECT),
        ("ordering", {}, "So Ann, Cy and Bob.", "Ann < Bob < Cy", WRONG),
        ("numeric", {}, "Answer: Lynn ran 17 miles.", "17", CORRECT),
        ("numeric", {}, "They burn **4 logs**", "4", CORRECT),
        ("numeric", {}, "50%", "0.5", CORRECT),
        ("json", {}, 'Here: ```json\n{"a": 1, "b": [2]}\n```', '{"b": [2.0], "a": 1}', CORRECT),
        ("json", {}, 'I say {"a": 2} and then {"a": 1}', '{"a": 1}', CORRECT),
        ("json", {"field": "a.b"}, '{"a": {"b": 3, "c": 4}}', '{"a": {"b": 3}}', CORRECT),
        ("json", {}, '{"a": [1, 2]}', '{"a": [2, 1]}', WRONG),
    ],
)  # fmt: skip
def test_verdicts(rule: str, args: dict[str, Any], text: str, gold: str, status: Status) -> None:
    assert judge(rule, args, text, gold) is status


def test_the_text_of_an_option_counts_as_its_letter() -> None:
    meta = {"choices": ["Paris", "Rome"]}
    assert judge("choice", {}, "Answer: Rome", "B", meta=meta) is CORRECT
    assert judge("choice", {}, "Answer: Paris", "B", meta=meta) is WRONG
    assert judge("choice", {}, "A good question! It must be Rome.", "B", meta=meta) is CORRECT
    assert judge("choice", {}, "It is Paris, not Rome.", "B", meta=meta) is WRONG


@pytest.mark.parametrize("rule", ["choice", "exact", "numeric", "decimal"])
def test_the_lure_is_told_from_other_wrong_answers(rule: str) -> None:
    gold, lure, other = ("A", "B", "C") if rule == "choice" else ("9.8", "9.11", "9.3")
    assert judge(rule, {}, f"Answer: {lure}", gold, lure=lure) is LURED
    assert judge(rule, {}, f"Answer: {other}", gold, lure=lure) is WRONG


def test_abstention_is_not_wrong() -> None:
    assert judge("exact", {}, "Answer: it cannot be determined", "7") is Status.ABSTAINED


@pytest.mark.parametrize(("rule", "gold"), [("regex", "("), ("json", "{"), ("numeric", "north")])
def test_a_gold_that_cannot_be_used_is_the_tasks_error(rule: str, gold: str) -> None:
    with pytest.raises(UsageError, match=rule):
        judge(rule, {}, "Answer: {}", gold)
