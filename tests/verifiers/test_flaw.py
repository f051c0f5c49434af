"""Flaw recognition: labelled responses, boxes, thinking, and problems that have an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core import Problem, Status
from harness.core.registry import find
from harness.verifiers.flaw import FlawVerifier, stance
from harness.verifiers.flaw.rules import boxes
from harness.verifiers.flaw.verifier import visible

FLAWED = Problem(id="t", question="q", gold=None, lure="16", variant="trap")
SOUND = Problem(id="o", question="q", gold="12")


@pytest.mark.parametrize(("file", "size"), [("flaw_responses.tsv", 700), ("flaw_heldout.tsv", 100)])
def test_agreement_with_the_labelled_responses(file: str, size: int) -> None:
    lines = Path(__file__).with_name(file).read_text("utf-8").splitlines()
    hits: dict[bool, list[bool]] = {True: [], False: []}
    for label, text in (line.split("\t", 1) for line in lines):
        if label != "wrong-reason":  # rules cannot tell; benchmarks/flaw_agreement.py counts them
            found = stance(visible(text.replace("\\n", "\n"))) == "recognised"
            hits[label == "recognised"].append(found == (label == "recognised"))
    assert sum(len(h) for h in hits.values()) >= size
    assert sum(sum(h) / len(h) for h in hits.values()) / 2 >= 0.97


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (r"Such a triangle cannot exist. \boxed{\text{no solution}}", Status.CORRECT),
        (r"\boxed{\text{None}}", Status.CORRECT),
        (r"3 + 4 + 9 = \boxed{16}", Status.LURED),
        (r"Counting gives \boxed{15}", Status.WRONG),
        (r"The price is not given; assuming 2 dollars, \boxed{16}", Status.LURED),
        ("I'm sorry, but I can't help with that.", Status.REFUSED),
        ("这样的三角形不存在，本题无解。", Status.CORRECT),
        ("周长是 \\boxed{16}", Status.LURED),
        ("Could you tell me the price of a pencil?", Status.CORRECT),
        ("请告诉我铅笔的单价。", Status.CORRECT),
        ("We need the price. Let me know the price and I can work out the total.", Status.CORRECT),
        ("April 31 does not exist. Did you mean April 30?", Status.CORRECT),
        ("He has x - 3 left, where x is what he had at first.", Status.CORRECT),
        ("It needs more information. For example, if he starts with 19, 16 are left.",
         Status.CORRECT),
        ("The price is not given. Let's say it is 2 dollars. Then she pays 16 dollars.",
         Status.LURED),
        ("Since you can't use a fraction of a pod, she needs 16 cycles.", Status.LURED),
        ("That is an even number, which is not possible since n is odd, so n = 16.", Status.LURED),
        ("He didn't spend any money at all, so he has 20 dollars left.", Status.WRONG),
        ("You would have 15 left. Let me know if you have any other questions!", Status.WRONG),
        ("I don't know.", Status.ABSTAINED),
    ],
)  # fmt: skip
def test_a_problem_without_answer(text: str, status: Status) -> None:
    assert FlawVerifier().verify(text, FLAWED).status is status


def test_doubts_in_a_thought_do_not_count_and_an_open_thought_is_truncated() -> None:
    verifier = FlawVerifier()
    doubt = r"<think>This is a contradiction, it cannot be solved.</think>The sum is \boxed{16}."
    assert verifier.verify(doubt, FLAWED).status is Status.LURED
    cut = "<think>This is a contradiction, it cannot be solved. But"
    assert verifier.verify(cut, FLAWED, truncated=True).status is Status.TRUNCATED


def test_a_sound_problem_goes_to_mathematics_and_a_false_alarm_is_an_abstention() -> None:
    verifier = FlawVerifier()
    assert verifier.verify(r"\boxed{12}", SOUND).status is Status.CORRECT
    assert verifier.verify(r"\boxed{13}", SOUND).status is Status.WRONG
    alarm = verifier.verify("There is not enough information to answer.", SOUND)
    assert alarm.status is Status.ABSTAINED
    assert alarm.reason


def test_it_is_registered() -> None:
    assert find("verifiers", "flaw") is FlawVerifier


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("\\boxed{" * 20_000, "answered"),
        ("Answer: " + "not the problem " * 20_000, "recognised"),
        ("no valid real such unique " * 20_000, "recognised"),
        ("It has no solution. " + "\\boxed{" + "9" * 100_000 + "}", "hedged"),
        ("The sides cannot close up.\n" + "So 3 + 4 = 7.\n" * 9_000 + "Answer: 7", "hedged"),
    ],
)
def test_long_and_broken_texts_are_read_at_their_ends(text: str, view: str) -> None:
    assert stance(text) == view


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"\boxed{\frac{1}{2}} then \boxed{3", [r"\frac{1}{2}"]),
        (r"{ \boxed{1} } \fbox {a{b}c}", ["1", "a{b}c"]),
        (r"\boxed{1 \boxed{2}}", [r"1 \boxed{2}", "2"]),
        ("no box }", []),
    ],
)
def test_boxes(text: str, found: list[str]) -> None:
    assert [content for _, content in boxes(text)] == found
