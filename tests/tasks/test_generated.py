"""The generated tasks: right answers, lures, balance, and contents kept apart from training."""

from __future__ import annotations

import ast
import operator
import re
from collections import Counter
from fractions import Fraction

import pytest

from harness.core import (
    DataSource,
    Scored,
    Status,
    UnknownNameError,
    UsageError,
    VerifierSpec,
)
from harness.tasks._generate import EVALUATION_BUCKETS, part_of
from harness.tasks.arithmetic import Arithmetic
from harness.tasks.decimals import Decimals

TASKS = [Decimals(), Arithmetic()]
BY_NAME = pytest.mark.parametrize("task", TASKS, ids=lambda t: t.name)
OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


def value(node: ast.expr | str) -> Fraction:
    """Evaluate an expression by Python's own grammar, in exact fractions."""
    if isinstance(node, str):
        # Quoted numbers stay exact: the literal 0.27 would become a float.
        quoted = re.sub(r"[\d.]+", lambda m: f'"{m[0]}"', node)
        node = ast.parse(quoted, mode="eval").body
    if isinstance(node, ast.Constant):
        return Fraction(node.value)
    assert isinstance(node, ast.BinOp)
    return OPERATIONS[type(node.op)](value(node.left), value(node.right))


def load(task, limit=None, **options):
    return task.load(DataSource(limit=limit, options=options))


@BY_NAME
def test_a_limit_only_cuts_and_seeds_differ(task):
    whole = load(task)
    assert len(whole) == 400
    assert list(load(task, 7)) == list(whole[:7])
    assert [p.id for p in whole] == [f"s0-{i}" for i in range(400)]
    assert [p.digest() for p in load(task, 50)] == [p.digest() for p in whole[:50]]
    other = load(task, seed="7")
    assert other[0].id == "s7-0"
    assert len({p.question for p in other} & {p.question for p in whole}) < 40


@BY_NAME
def test_questions_are_distinct(task):
    assert len({p.question for p in load(task, 1000)}) == 1000


@BY_NAME
def test_the_prompt_is_the_question_and_how_to_end(task):
    [problem] = load(task, 1)
    [message] = task.prompt(problem).messages
    assert message.content.startswith(f"{problem.question}\n")
    assert "Answer" in message.content or "答案" in message.content
    assert task.verifier() == VerifierSpec("comparison" if task.name == "decimals" else "math")


@BY_NAME
def test_unknown_and_bad_options_are_named(task):
    with pytest.raises(UnknownNameError, match="did you mean 'seed'"):
        load(task, sed="1")
    for bad in ("x", "-1", "1.5"):
        with pytest.raises(UsageError, match=f"seed={bad}"):
            load(task, seed=bad)


@BY_NAME
def test_metrics_give_a_figure_for_each_level(task):
    problems = load(task, 60)
    scored = [
        Scored(problem=p, statuses={Status.CORRECT: 1.0 if i % 2 else 0.0})
        for i, p in enumerate(problems)
    ]
    found = task.metrics(scored)
    factor = "language" if task.name == "decimals" else "steps"
    parts = [estimate for name, estimate in found.items() if name.startswith(f"{factor}=")]
    assert len(parts) > 1
    assert sum(e.n for e in parts) == 60
    assert sum(e.n * e.value for e in parts) == pytest.approx(30)


def test_arithmetic_gold_is_the_value():
    for p in load(Arithmetic(), 1000):
        text = re.fullmatch(r"\D*?([(\d].*\d\)?|\d)[.?]", p.question)
        assert text is not None, p.question
        assert Fraction(p.gold) == value(text[1])
        assert p.meta["steps"] == len(re.findall(r"[-+*]", text[1]))
    assert {p.meta["steps"] for p in load(Arithmetic())} == {1, 2, 3}


def test_evaluation_holds_a_quarter_of_all_contents():
    shares = Counter(part_of(f"content {i}") for i in range(4000))
    assert shares["evaluation"] / 4000 == pytest.approx(EVALUATION_BUCKETS / 256, abs=0.035)


def test_more_problems_than_there_are_is_an_error():
    # One place on both sides: each whole part below 1000 gives at most 45 pairs, a quarter of
    # them for evaluation; the same whole part is rarely drawn twice above 100.
    with pytest.raises(UsageError, match="ask for fewer"):
        load(_Few(), 50)


class _Few:
    """A task of eleven contents, most of them for training."""

    def load(self, source):
        from itertools import islice

        from harness.tasks._generate import distinct_items

        draw = lambda rng: _Content(f"few {rng.randrange(11)}")  # noqa: E731
        return list(islice(distinct_items("few", 0, draw, "evaluation"), source.limit))


class _Content:
    def __init__(self, key):
        self.key = key
