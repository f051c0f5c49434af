"""The climb over levels: what is taught and what is asked share no numbers and no persons."""

from __future__ import annotations

import importlib.util
import random
from itertools import islice
from pathlib import Path
from types import ModuleType

import pytest

from harness.core import DataSource
from harness.tasks.traps.names import POOLS
from harness.train.data import IGNORED

FILE = Path(__file__).parents[2] / "benchmarks" / "traps_climb.py"


@pytest.fixture(scope="module")
def climb() -> ModuleType:
    spec = importlib.util.spec_from_file_location("traps_climb", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_thought_ends_with_the_answer_and_grows_with_the_level(climb) -> None:
    lengths = []
    for level in (1, 2, 3, 4):
        thoughts = []
        for *plain, first, second in islice(
            climb.pairs(random.Random(1), 0, "training", level), 30
        ):
            for before, asked in zip(plain, (first, second), strict=True):
                text = climb.thought(before, asked)
                assert text.endswith(f"={asked.gold}")
                assert text.count("\n") >= level
                thoughts.append(len(text))
        lengths.append(sum(thoughts) / len(thoughts))
    assert lengths == sorted(lengths)
    with pytest.raises(ValueError, match="the steps give"):
        climb.thought(first, second)


@pytest.mark.slow
def test_taught_and_asked_share_no_persons_and_no_numbers_of_a_scenario(climb) -> None:
    def told(part: str) -> tuple[set[str], set[str]]:
        keys, names = set(), set()
        for problems in islice(climb.pairs(random.Random(2), 0, part, 3), 150):
            for p in problems[:2]:
                given = sorted(p.meta["certificate"]["given"].items())
                keys.add(f"{p.meta['template']} {given}")
                words = set(
                    p.question.replace("'s", "").replace(".", " ").replace(",", " ").split()
                )
                names |= words & set(POOLS["en"])
        return keys, names

    (taught, people), (asked, others) = told("training"), told("evaluation")
    assert len(people) > 10 < len(others)
    assert not taught & asked
    assert not people & others


def test_scenarios_are_the_same_at_every_level(climb) -> None:
    def problems(level: str):
        return climb.Climb().load(DataSource(limit=40, options={"level": level}))

    low, high = problems("1"), problems("4")
    assert len({p.id for p in low}) == 40
    assert len({p.cluster for p in low}) == 20
    for a, b in zip(low, high, strict=True):
        assert b.question.startswith(a.question)
        assert a.gold != b.gold


def test_examples_are_whole_cut_and_direct(climb) -> None:
    made = list(climb.examples(200))
    learnt = [sum(label != IGNORED for label in one.labels) / len(one.ids) for one in made]
    assert len(made) == 200
    assert min(learnt) < 0.1 < 0.25 < max(learnt)
