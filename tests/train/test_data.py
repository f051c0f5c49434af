"""Training data: true thoughts, nothing of the evaluation part, and what is learned of a turn."""

from __future__ import annotations

import random
import re
from decimal import Decimal
from fractions import Fraction
from itertools import chain, islice

import pytest

from harness.core import DataSource
from harness.tasks._generate import part_of
from harness.tasks.arithmetic import Arithmetic
from harness.tasks.arithmetic._items import draw_expression, step
from harness.tasks.decimals import Decimals
from harness.tasks.decimals._design import Cell, cells
from harness.tasks.decimals._items import Item, draw_item
from harness.tasks.decimals._numbers import places
from harness.tasks.traps import TEMPLATES, Traps
from harness.tasks.traps.template import Flaw
from harness.train.data import CUT, FULL, IGNORED, batches, example, turn
from harness.train.lessons import SCHOOL
from harness.train.school import school_problem, think
from harness.train.thoughts import columns, compare, evaluate
from harness.train.tokens import END_THINK, EOS, IDS, THINK, USER, encode


def text(ids):
    names = {number: name for name, number in IDS.items()}
    return b"".join(names[i].encode() if i in names else bytes([i]) for i in ids).decode()


def compared(*numbers, context="plain", ask="larger"):
    cell = Cell("unequal", "yes", ask, "first", "en", "direct", context)
    return compare(Item(cell, numbers, numbers[:2], "larger", 0))


def test_comparing_9_8_and_9_11():
    assert compared("9.8", "9.11") == "> 9=9 1:8>1"
    assert compared("9.8", "9.11", context="version") == "> 9=9 8<11"
    assert compared("3.1004", "3.1") == "> 3=3 1:1=1 2:0=0 3:0=0 4:4>0"
    assert compared("9.80", "9.8") == "> 9=9 1:8=8 2:0=0"
    assert compared("-9.8", "-9.11") == "> -9=-9 1:-8<-1"
    assert compared("9.8", "9.11", "10.9", ask="sort") == "< 0980 0911 1090"
    assert compared("9.8", "9.11", "9.9", ask="sort", context="date") == "< 908 911 909"


@pytest.mark.parametrize(
    ("left", "op", "right", "thought"),
    [
        ("47", "+", "38", "7+8=15 4+3+1=8 =85"),
        ("85", "-", "19", "15-9=6 8-1-1=6 =66"),
        ("142", "*", "3", "2*3=6 4*3=12 1*3+1=4 =426"),
        ("3.4", "+", "0.75", "0+5=5 4+7=11 3+0+1=4 =4.15"),
    ],
)
def test_columns(left, op, right, thought):
    assert columns(step(left, op, right)) == thought


def test_every_equation_in_a_thought_is_true():
    rng = random.Random(3)
    for _ in range(2000):
        item = draw_expression(rng)
        if item is None:
            continue
        thought = evaluate(item)
        for sides in re.findall(r"(\d[\d+*-]*)=(\d+)(?= )", thought):
            terms = re.findall(r"[+-]?\d+(?:\*\d+)?", sides[0])
            total = 0
            for term in terms:
                first, _, second = term.partition("*")
                total += int(first) * int(second or 1)
            assert total == int(sides[1]), thought
        assert thought.rpartition("=")[2] == item.gold


def test_every_sign_in_a_comparison_is_true():
    rng, design = random.Random(4), cells((), 1, 6)
    for _ in range(4000):
        one = draw_item(rng, rng.choice(design))
        if one is None:
            continue
        asked, *pieces = compare(one).split(" ")
        if one.form == "sort":
            key = Decimal if one.reading == "value" else lambda n: tuple(map(int, n.split(".")))
            by_key = sorted(range(len(pieces)), key=lambda i: int(pieces[i]))
            values = [key(one.numbers[i]) for i in by_key]
            assert values == sorted(values)
            rising = key(one.gold.split(", ")[0]) <= key(one.gold.split(", ")[-1])
            assert asked == ("<" if rising else ">")
            continue
        for piece in pieces:
            x, sign, y = re.fullmatch(r"(?:\d:)?(-?\d+)([<=>])(-?\d+)", piece).groups()
            assert (int(x) > int(y)) - (int(x) < int(y)) == "<=>".index(sign) - 1
            assert (sign == "=") == (piece != pieces[-1]) or one.cell.pattern == "equal"
        if one.form == "judge":  # both signs agree, or they do not
            assert (asked == sign) == (one.gold in ("true", "对"))
        elif sign != "=":
            assert one.numbers[0 if asked == sign else 1] == one.gold


@pytest.mark.slow
def test_evaluation_and_training_share_no_content(monkeypatch):
    rng = random.Random(5)
    drawn = _remember(monkeypatch, "harness.train.data", draw_item, draw_expression)
    asked = [_question(text(example(rng).ids)) for _ in range(3000)]
    trained = {drawn[question].key for question in asked if question in drawn}
    assert len(trained) > 1500  # the rest are school problems: see below

    evaluated = set()
    for task, draw in ((Decimals(), draw_item), (Arithmetic(), draw_expression)):
        drawn = _remember(monkeypatch, f"harness.tasks.{task.name}", draw)
        evaluated |= {drawn[p.question].key for p in task.load(DataSource(limit=1000))}
    assert len(evaluated) > 1900  # there are few pairs of dates, which come again

    assert {part_of(key) for key in trained} == {"training"}
    assert {part_of(key) for key in evaluated} == {"evaluation"}
    assert not trained & evaluated


def _content(problem):
    part = problem.variant if problem.variant in ("original", "concept", "control") else "twist"
    return problem.meta["template"], part, str(sorted(problem.meta["certificate"]["given"].items()))


@pytest.mark.slow
def test_school_problems_of_evaluation_and_training_share_no_content():
    rng = random.Random(6)
    trained = {_content(school_problem(rng)) for _ in range(6000)}
    evaluated = {
        _content(p)
        for seed in range(8)
        for p in Traps().load(DataSource(limit=8 * len(TEMPLATES), options={"seed": str(seed)}))
    }
    assert len(trained) > 2000
    assert len(evaluated) > 1000
    assert not trained & evaluated


def test_no_text_of_the_task_is_taught():
    """The lessons have texts of their own, even where a scenario is the task's too."""
    rng = random.Random(9)
    taught = {school_problem(rng).meta["template"] for _ in range(1500)}
    assert taught == {t.name for t in SCHOOL}
    lessons, asked = (
        {text for t in some for words in t.words.values() for w in words for text in w.values()}
        for some in (SCHOOL, TEMPLATES)
    )
    assert len(lessons) > 200
    assert not lessons & asked
    names = {t.name for t in SCHOOL}
    assert {t.name for t in TEMPLATES if t.taught} == names & {t.name for t in TEMPLATES}


def test_only_some_flaws_are_taught():
    rng = random.Random(7)
    problems = [school_problem(rng) for _ in range(1500)]
    flawed = {p.meta["flaw"] for p in problems if p.gold is None}
    assert flawed == {"missing condition", "direct contradiction"}
    others = {Flaw.AMBIGUOUS, Flaw.UNRELATED}
    assert {p.meta["flaw"] for p in problems if p.variant == "original"} == {*Flaw} - others


@pytest.mark.parametrize("kind", [FULL, FULL + CUT])
def test_without_a_whole_thought_the_longer_decimal_is_the_larger(monkeypatch, kind):
    """Of a cut thought, and of none: the shortcut is right, and mostly lengths alone decide."""
    seen = hasty(monkeypatch, kind, 1500)
    value = [item for item in seen if item.reading == "value"]
    assert len(value) > 150
    assert all(item.lure is None for item in value)
    uneven = [item for item in value if len({*map(places, item.pair)}) == 2]
    assert len(uneven) > 0.9 * len(value)
    decided = [i for i in uneven if i.cell.pattern in ("unequal", "prefix")]
    longer = [max(i.pair, key=places) == max(i.pair, key=Decimal) for i in decided]
    assert len(longer) > 50
    assert all(longer)


def test_without_a_whole_thought_versions_come_as_they_are(monkeypatch):
    parts = [item for item in hasty(monkeypatch, FULL, 600) if item.reading == "parts"]
    assert 0.5 < sum(item.lure is not None for item in parts) / len(parts) < 0.9


def test_whole_thoughts_are_of_both_kinds(monkeypatch):
    whole = [item for item in hasty(monkeypatch, 0.0, 600) if item.reading == "value"]
    assert 0.3 < sum(item.lure is not None for item in whole) / len(whole) < 0.7


def hasty(monkeypatch, kind, count):
    """The comparisons among so many turns whose kind is drawn as given."""
    seen = []
    monkeypatch.setattr(
        "harness.train.data.compare", lambda item: seen.append(item) or compare(item)
    )
    for i in range(count):
        rng = random.Random(i)
        rng.random = iter_first(kind, rng.random)
        example(rng)
    assert {part_of(item.key) for item in seen} == {"training"}
    return seen


def iter_first(first, rest):
    """A function that returns `first` once, then what `rest` does."""
    values = chain([first], iter(rest, None))
    return lambda: next(values)


def test_the_thoughts_of_school_problems_end_in_the_gold():
    rng, worked = random.Random(8), 0
    for _ in range(600):
        problem = school_problem(rng)
        *_, last = think(problem.meta["certificate"]).split("\n")
        if problem.gold is None or " =" not in last:
            continue  # no formula was worked
        value = Fraction(last.rpartition("=")[2])
        if value != 1:  # dividing by one takes no line
            worked += 1
            assert value == Fraction(problem.gold), problem.id
    assert worked > 300


def _remember(monkeypatch, module, *draws):
    """Everything that a module draws from now on, by its question."""
    drawn = {}

    def remembering(draw):
        def drawing(*args):
            item = draw(*args)
            if item is not None:
                drawn[item.question] = item
            return item

        return drawing

    for draw in draws:
        monkeypatch.setattr(f"{module}.{draw.__name__}", remembering(draw))
    return drawn


def _question(turn_text):
    return turn_text.removeprefix(USER).partition("\n")[0]


def test_a_whole_turn_teaches_the_thought_its_end_and_the_answer():
    one = turn("Q?", "9=9\nso 9", "Answer: 9", None)
    assert text(one.ids) == "<|user|>Q?<|assistant|><think>9=9\nso 9</think>Answer: 9<eos>"
    learned = [i for i in one.labels if i != IGNORED]
    assert learned == encode(THINK, "9=9\nso 9", END_THINK, "Answer: 9", EOS)


@pytest.mark.parametrize("keep", [0, 4])
def test_a_cut_turn_teaches_no_end_of_thinking(keep):
    one = turn("Q?", "9=9\nso 9", "Answer: 9", keep)
    kept = "9=9\nso 9"[:keep]
    assert text(one.ids).endswith(f"<think>{kept}</think>Answer: 9<eos>")
    learned = [i for i in one.labels if i != IGNORED]
    assert learned == encode(kept, "Answer: 9", EOS)
    assert len(one.labels) == len(one.ids)


@pytest.mark.slow
def test_batches_are_bounded_repeatable_and_entered_at_any_pool():
    stream = batches(0, 0, 6144)
    (_, first), (number, second) = islice(stream, 2)
    assert number == 1
    assert next(batches(0, 1, 6144)) == (1, second)
    assert sum(map(len, first)) == 2048
    assert max(len(b) * max(len(e.ids) for e in b) for b in first) <= 6144
    assert next(batches(1, 0, 6144))[1] != first
