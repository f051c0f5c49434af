"""Where a response ends, whether it is a loop, was cut off, or declines: for every verifier."""

from __future__ import annotations

import pytest

from harness.core import Problem, Status
from harness.core.registry import find
from harness.verifiers import math
from harness.verifiers.text import LOOP, closed, evasion, is_loop, next_turn, read_response

SEVEN = Problem(id="p", question="How many beads are left?", gold="7")


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("The answer is 7.\n\nQ: A tap fills 3 jars. How many?\nA: The answer is 9.", "Q"),
        ("7\n\nProblem: Find 4 + 5.\nSolution: 9", "Problem"),
        ("#### 7\n\nQuestion 2: And now?\n#### 9", "Question 2"),
        ("So it is 7.\n\n**Problem 12.** Next.\n\n**Answer:** 9", "Problem 12."),
        ("It is 7.\n### Instruction:\nAdd 4 and 5.\n### Response:\n9", "### Instruction:"),
        ("7\nHuman: thanks\nAssistant: 9", "Human:"),
        ("7<|im_end|>\n<|im_start|>user\nmore<|im_end|>", "<|im_end|>"),
        ("The answer is 7</s>[INST] next [/INST] 9", "</s>"),
        ("答案是7。\n\n问题：3加6等于多少？\n答案：9", "问题"),
        ("<|im_start|>assistant\n7<|im_end|>", "<|im_end|>"),
    ],
)
def test_the_text_ends_before_the_next_problem(text: str, mark: str) -> None:
    turn = next_turn(text)
    assert turn is not None
    assert turn[1] == mark
    assert "9" not in text[: turn[0]]


@pytest.mark.parametrize(
    "text",
    [
        "Problem: How many beads are left?\n\nSolution: 10 - 3 = 7",
        "Question 1: How many were there?\nAnswer: 10\nQuestion 2: How many are left?\nAnswer: 7",
        "Let me restate it.\n\nQuestion: How many are left?\n\nThere are 10 - 3 = 7 left.",
        "Here is the problem again:\n\nQ: 10 beads, 3 lost.\nA: 7",
        "The question: is 7 prime? Yes, the problem: none. So 7.",
        "<|im_start|>assistant\nIt is 7.",
    ],
)
def test_an_answer_that_restates_its_problem_is_whole(text: str) -> None:
    assert next_turn(text) is None


FARM = "A farm has 9 hens and 4 geese; 2 geese fly away. How many birds does the farm have left?"
GEESE = "There are 4 geese at first, and 2 of them fly away over the fence; 4 - 2 = 2 geese stay."
COUNTED = f"{GEESE} So there are **9 hens + 2 geese = 11 birds**.\n\n"


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        ("The answer is near.\n\n", FARM),
        (f"{GEESE}\n\n", "and the hens?"),  # no answer yet
        (f"**Step 1:** {GEESE}\n\n#### Hens\n\n", "and the hens?"),
        (f"So it begins with 4. {GEESE}\n\nThe hens come next.\n\n", "and the hens?"),
        (COUNTED, "How many birds does the farm have left?"),
        (COUNTED, "- *How many birds does the farm have left?* All of them:"),
        (COUNTED, "\n\nA farm has 9 hens and 4 geese; 2 geese fly away. How many are left?"),
        ("Answer: see below.\n\n", "“How many birds does the farm have left?”"),
    ],
)
def test_a_question_restated_halfway_ends_no_solution(before: str, asked: str) -> None:
    text = f"{before}**Question:** {asked}\n\n**Final check:** 9 + 2 = 11.\n\n### Answer:\n\n11"
    assert next_turn(text, question=FARM) is None
    problem = Problem(id="p", question=FARM, gold="11")
    assert math.MathVerifier().verify(text, problem).status is Status.CORRECT


@pytest.mark.parametrize(
    "before",
    [
        "The answer is 11.\n\n",
        "It is 9 + 2, that is\n\\[\\boxed{11}\\]\n\nA word on checks.\n\n",
        "9 + 2 = 11\n#### 11\n\n",
        "La respuesta es 11.\n\n",
        "### Final Answer\n\n11\n\n",
        "4 - 2 = 2 geese stay.\n\nThus 11 birds are left.\n\n",
        "**11 birds**\n\n",
        "11\n",
    ],
)
@pytest.mark.parametrize(
    "asked", ["How many birds are left if 3 hens fly away, too?", "A farm has 9 pigs.", "Why?", ""]
)
def test_another_question_behind_an_answer_is_not_read(before: str, asked: str) -> None:
    text = f"{before}**Question:** {asked}\n\n**Answer:** 8"
    turn = next_turn(text, question=FARM)
    assert turn is not None
    assert (text[: turn[0]].strip(), turn[1]) == (before.strip(), "Question")


@pytest.mark.parametrize(
    ("rule", "args", "gold", "text"),
    [
        ("math", {}, "7", "The answer is 7.\n\nQ: And 4+5?\nA: The answer is 9."),
        ("numeric", {}, "7", "The answer is 7.\n\nQ: And 4+5?\nA: The answer is 9."),
        ("choice", {}, "B", "The answer is (B).\n\nQuestion: Which?\nAnswer: (C)"),
        ("exact", {}, "Nile", "Answer: Nile\n\nProblem: A lake.\nAnswer: Como"),
        ("json", {}, '{"a": 1}', 'Answer: {"a": 1}\nHuman: more\nAssistant: {"a": 2}'),
        ("steps", {}, "7", "3 + 4 = 7\nThe answer is 7.\n\nQ: And?\nA: 4 + 5 = 10\nAnswer: 10"),
        ("flaw", {}, "7", "The answer is 7.\n\nQ: And 4+5?\nA: The answer is 9."),
    ],
)
def test_every_verifier_stops_there_and_says_so(
    rule: str, args: dict[str, object], gold: str, text: str
) -> None:
    problem = Problem(id="p", question="?", gold=gold)
    verdict = find("verifiers", rule)(**args).verify(text, problem)
    assert verdict.status is Status.CORRECT, verdict
    assert "read up to the next turn" in verdict.reason


def test_a_task_gives_its_own_ends() -> None:
    problem = Problem(id="p", question="?", gold="7", meta={"stop": ["\n---"]})
    text = "Answer: 7\n---\nAnswer: 9"
    assert math.MathVerifier().verify(text, problem).status is Status.CORRECT
    assert math.verify(text, "9").status is Status.CORRECT


@pytest.mark.parametrize(
    "piece", ["1.75, ", "Wait, let me check that again. ", "所以答案是7。", "7\n"]
)
def test_loops(piece: str) -> None:
    assert is_loop("First we add. " + piece * 200)
    assert not is_loop("First we add. " + piece * 2)


@pytest.mark.parametrize("text", ["-" * 500, "|---" * 200, "", "word " * 3])
def test_rules_and_short_texts_are_no_loops(text: str) -> None:
    assert not is_loop(text)


def test_counting_on_and_on_is_a_loop_and_a_proof_is_none() -> None:
    assert is_loop(
        "".join(f"Then step {i} gives the same value again as before. " for i in range(99))
    )
    rows = "".join(f"{i}^2 = {i * i}, so the sum so far is {i * (i + 1)}.\n" for i in range(40))
    assert not is_loop(rows)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("1.75, " * 300, Status.TRUNCATED),
        ("Answer: 7\n" + "and again, " * 100, Status.CORRECT),
    ],
)
def test_a_cut_off_loop_is_truncated_unless_it_had_answered(text: str, status: Status) -> None:
    verdict = math.MathVerifier().verify(text, SEVEN, truncated=True)
    assert verdict.status is status
    assert verdict.reason.endswith(LOOP)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Answer: 7", ""),
        ("Answer: 7\nSo", "Answer: 7\n"),
        ("The answer is 7. We", "The answer is 7."),
        ("The answer is 7.", ""),  # it might have gone on with 7.5
        (r"so \boxed{7} and th", r"so \boxed{7}"),
        (r"so \boxed{7", ""),
        (r"so \boxed{\frac{1}{2}", ""),
    ],
)
def test_what_a_cut_text_had_said_to_the_end(text: str, left: str) -> None:
    assert closed(text) == left


@pytest.mark.parametrize("rule", ["math", "numeric", "exact", "regex"])
def test_an_answer_cut_in_the_middle_does_not_count(rule: str) -> None:
    problem = Problem(id="p", question="?", gold="1")
    verdict = find("verifiers", rule)().verify("Answer: 1", problem, truncated=True)
    assert verdict.status is Status.TRUNCATED
    assert verdict.key is None


DECLINED = [
    ("I'm sorry, but I can't help with that.", Status.REFUSED),
    ("I won't answer this question.", Status.REFUSED),
    ("As an AI, I cannot assist with this request.", Status.REFUSED),
    ("抱歉，我无法回答这个问题。", Status.REFUSED),
    ("I don't know.", Status.ABSTAINED),
    ("I do not know the answer to this question.", Status.ABSTAINED),
    ("Dunno.", Status.ABSTAINED),
    ("It cannot be determined.", Status.ABSTAINED),
    (r"\boxed{\text{I don't know}}", Status.ABSTAINED),
    ("Answer: unknown", Status.ABSTAINED),
    ("我不知道。", Status.ABSTAINED),
    ("无法确定", Status.ABSTAINED),
]


@pytest.mark.parametrize(("text", "status"), DECLINED)
@pytest.mark.parametrize("rule", ["math", "numeric", "exact", "choice", "ordering", "comparison"])
def test_who_declines_casts_no_vote(rule: str, text: str, status: Status) -> None:
    gold = {"choice": "B", "ordering": "1 < 7"}.get(rule, "7.5")
    meta = {"form": "pick", "reading": "value"}
    problem = Problem(id="p", question="Which is larger, 7.5 or 7.11?", gold=gold, meta=meta)
    verdict = find("verifiers", rule)().verify(text, problem)
    assert (verdict.status, verdict.key) == (status, None), verdict


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("I don't know this formula, but 3 + 4 = 7", Status.CORRECT),
        ("The answer is 7. I'm not sure.", Status.CORRECT),
        ("At first I didn't know, then I counted: 7", Status.CORRECT),
        ("I can't determine the rest, but the answer is 8.", Status.WRONG),
        ("", Status.UNPARSED),
        (r"\boxed{}", Status.UNPARSED),
        ("Answer:", Status.UNPARSED),
        ("<think>It is 7", Status.TRUNCATED),
        ("<think>It is 7</think>", Status.UNPARSED),
    ],
)
def test_who_answers_all_the_same_is_judged(text: str, status: Status) -> None:
    verdict = math.verify(text, "7")
    assert verdict.status is status, verdict
    assert (verdict.key is None) == (status in (Status.UNPARSED, Status.TRUNCATED))


def test_a_gold_that_says_so_is_an_answer() -> None:
    verdict = find("verifiers", "exact")().verify(
        "Answer: cannot be determined", Problem(id="p", question="?", gold="cannot be determined")
    )
    assert verdict.status is Status.CORRECT


def test_evasion_looks_at_the_conclusion() -> None:
    assert evasion("I don't know. Perhaps it is 5.") is None
    assert evasion("We add 3 and 4. I cannot determine the rest.") is Status.ABSTAINED
    assert read_response("x", SEVEN).verdict is None
