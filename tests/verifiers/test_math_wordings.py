"""Answers as models write them: sentences, left sides, conditions, labels, keys, money, `####`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from harness.core import Problem, Status, Verdict
from harness.verifiers import math
from harness.verifiers.math.explain import explain
from harness.verifiers.math.finding.asked import asked
from harness.verifiers.math.finding.dollars import mark_money
from harness.verifiers.math.finding.mentions import mentions
from harness.verifiers.math.reading.conditions import without_condition

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
import verifier_wordings  # noqa: E402 - a script beside the package

WORDINGS = ROOT.parent / "shared/data/grading/wordings.jsonl"


def judged(text: str, gold: str, question: str = "") -> bool:
    verdict = math.MathVerifier().verify(text, Problem(id="p", question=question, gold=gold))
    return verdict.status is Status.CORRECT


@pytest.mark.skipif(not WORDINGS.exists(), reason="the shared cases are not there")
def test_the_labelled_wordings_are_judged_as_labelled() -> None:
    rows = [json.loads(line) for line in WORDINGS.read_text(encoding="utf-8").splitlines()]
    wrong = [r for r in rows if judged(r["text"], r["gold"]) is not r["expected"]]
    assert not wrong


def test_generated_wordings_keep_their_properties() -> None:
    """A small part of `benchmarks/verifier_wordings.py`, labelled by how it was made."""
    told = verifier_wordings.batch((5, 0, 20 * len(verifier_wordings.ALL)))
    assert not told.failures
    assert all(told.checked[rule] for rule in verifier_wordings.PROPERTIES)


class _Agreeable:
    """A verifier to which every answer is right."""

    def verify(self, text: str, problem: Problem) -> Verdict:
        return Verdict(status=Status.CORRECT, answer=text, key="right")


def test_what_fails_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier_wordings, "VERIFIER", _Agreeable())
    told = verifier_wordings.batch((5, 0, 4 * len(verifier_wordings.ALL)))
    assert {f.rule for f, _ in told.failures} >= {"falsely right", "right for two", "votes apart"}
    numbers = [f.case for f, small in told.failures
               if small and f.rule == "falsely right" and f.case.kind == "number"]  # fmt: skip
    assert numbers
    assert {case.gold for case in numbers} == {"2"}


@pytest.mark.parametrize(
    ("text", "gold", "equal"),
    [
        ("The bill comes to $84 for 7 tickets.", "84", True),
        ("The bill comes to $84 for 7 tickets.", "7", False),
        ("In 12 weeks Rosa will have read 30 books.", "30", True),
        ("9 crates hold 450 bottles.", "450", True),
        ("3 pens cost $4 more than 2 rulers.", "4", True),
        ("Since there are 9 tables, she needs 36 chairs.", "36", True),
        ("He packs 6 bags, so 18 bags are left.", "18", True),
        ("Mr. Adeyemi now has $1,700 in savings.", "1700", True),
        ("They sold 5 cakes and bought 7 pies.", "5", False),  # which of the two is not told
        ("There is a 15-pound difference after 5 weeks.", "15", True),
        ("Each pen costs $3, so Al needs to spend 4 * $3 = $12 on pens.", "12", True),
        ("It will take him 2 hours and 30 minutes.", "150 minutes", True),
        ("After turning by 450 degrees, the robot is facing south.", r"\text{south}", True),
        ("After turning by 450 degrees, the robot is not facing south.", r"\text{south}", False),
        ("so it costs #### 92 after 36 months.", "92", True),
        (r"\boxed{#### 18}", "18", True),
        ("The latest time is 2:00 pm.", "2", True),
    ],
)
def test_a_sentence_states_its_object(text: str, gold: str, equal: bool) -> None:
    assert judged(text, gold) is equal


@pytest.mark.parametrize(
    ("text", "gold", "question", "equal"),
    [
        ("They sold 5 cakes and bought 7 pies.", "7", "How many pies did they buy?", True),
        ("She walks 120 minutes.", "2", "How many hours does she walk?", True),
        ("She walks 2 minutes.", "2", "How many hours does she walk?", False),
        (r"\boxed{12 \cdot 7}", "84", r"Work out $12 \cdot 7$.", False),  # echoed, not worked out
        (r"\boxed{84}", "84", r"Work out $12 \cdot 7$.", True),
    ],
)
def test_the_question_helps(text: str, gold: str, question: str, equal: bool) -> None:
    assert judged(text, gold, question) is equal


@pytest.mark.parametrize(
    ("gold", "answer", "equal"),
    [
        ("g(2)=7", "g(3)=7", False),
        ("P(A) = 0.5", "P(B) = 0.5", False),
        ("E[X]=2.5", "2.5", True),
        ("2.5", "E[X]=2.5", True),
        (r"\sin A = \frac35", r"\frac35", True),
        (r"\frac35", r"\sin A = \frac35", False),
        ("11a+c", "7=11a+c", False),
        ("n^2-1", r"m_{\max}=n^2-1", True),
        (r"\log_2 x = 7208", r"\log_2 x = 7209", False),
        ("n-1", r"n-1 \text{ for } n \ge 2", True),
        (r"\{1,2\}", r"\{x \text{ such that } x=1 \text{ or } x=2\}", False),
        ("16,3,1,1", "w=16, d=3, a=1, b=1", True),
        ("14, 18", "Ana: 14, Ben: 18", True),
        ("18, 14", "Ana: 14, Ben: 18", False),
        ("30.52", r"\frac{1587}{52}", True),
        ("30.5", r"\frac{1587}{52}", False),
        ("28", "28.000000000000004", True),
        ("0.3", "0.30000000000000004", True),
        ("28", "28.00001", False),
        ("12", r"12^{\text{th}}", True),
        ("144", r"12^{2}", True),
        ("7:05", "7:05:00", True),
        ("1200", "1.200 €", True),
        ("8400", "8\u202f400", True),
    ],
)
def test_left_sides_conditions_and_forms(gold: str, answer: str, equal: bool) -> None:
    assert judged(answer, gold) is equal


@pytest.mark.parametrize(
    ("gold", "texts"),
    [
        ("1/2", [r"50\%", "0.5", r"\frac12", r"\frac{2}{4}"]),
        ("4", ["4.0", "3.999999999999999", "4.000000000000001", "$4$"]),
        ("1/3", ["0.333333333333333", r"\frac13", r"\frac{2}{6}"]),
        ("x+1", ["1+x", r"\frac{2x+2}{2}"]),
    ],
)
def test_what_is_equal_votes_as_equal_whatever_came_first(gold: str, texts: list[str]) -> None:
    assert len({math.verify(text, gold).key for text in texts}) == 1
    # and without the gold's help, where the answers are wrong ones
    assert len({math.verify(t, "977").key for t in texts if "%" not in t}) == 1


def test_fifty_and_fifty_percent_vote_apart() -> None:
    assert math.verify("50", "2/3").key != math.verify(r"50\%", "2/3").key


@pytest.mark.parametrize("text", [r"\boxed{}", "Answer:", "The answer is", "**Answer:** ", "$$"])
def test_what_is_no_answer_does_not_vote(text: str) -> None:
    verdict = math.verify(text, "7")
    assert verdict.key is None
    assert verdict.status is Status.UNPARSED


def test_small_words_tell_the_parts_of_a_sentence() -> None:
    parts = {m.text: m.part for m in mentions("40 men with 3 picks can mine 200 tons in 9 days.")}
    assert parts == {"40": "subject", "3": "phrase", "200": "object", "9": "phrase"}


def test_dollar_signs_are_money_or_formulas() -> None:
    assert mark_money("costs $2, so 6 * $2 = $12") == r"costs \$2, so 6 * \$2 = \$12"
    assert mark_money("so $x$ costs $2$ and $2x + 1$") == "so $x$ costs $2$ and $2x + 1$"
    assert mark_money("$120 degrees$ or $5 apples$") == "$120 degrees$ or $5 apples$"


def test_a_condition_is_cut_and_an_answer_by_cases_is_not() -> None:
    assert without_condition(r"2k\pi \text{ for } k \in \mathbb{Z}") == r"2k\pi, k \in \mathbb{Z}"
    assert without_condition("x if x > 0, -x if x < 0") == "x if x > 0, -x if x < 0"


def test_what_a_question_asks_for() -> None:
    told = asked("Bill has 3 packs. How many more bottles of water does he need?")
    assert told.nouns == {"bottle", "water"}
    assert told.difference
    assert asked("How much does she earn?").kind == "money"
    assert asked("How many minutes is that?").unit_word == "minutes"


def test_an_explanation_shows_every_step() -> None:
    problem = Problem(id="p", question="How much does she pay?", gold="64")
    told = explain("So she needs to pay $64 for 16 glasses.", problem)
    assert told.marked == "So she needs to pay »$64« for 16 glasses."
    assert [(n.text, n.part) for n in told.numbers] == [("$64", "object"), ("16", "phrase")]
    won = [t for t in told.tried if t.found]
    assert won[0].found == "$64"
    assert won[1].found == "16"
    assert "surer" in won[1].why
    assert told.verdict == math.MathVerifier().verify(told.text, problem)
    assert told.gold == ("64",)
