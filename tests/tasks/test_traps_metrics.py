"""The figures of the trap task, by hand, and what solvers that do not think can make of them."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

import pytest

from harness.core import DataSource, Problem, Scored, Status
from harness.tasks.traps import TEMPLATES, Traps, cluster_items
from harness.tasks.traps.lazy import LIMIT, PANEL, solve, trained


def _scored(problem: Problem, status: Status, tokens: float | None = None) -> Scored:
    return Scored(problem=problem, statuses={status: 1.0}, output_tokens=tokens)


def _problems(seed: int, level: int = 1, clusters: int = len(TEMPLATES)) -> list[Problem]:
    return [
        p
        for language, c in itertools.product(("en", "zh"), range(clusters))
        for p in cluster_items(seed, c, language, level)
    ]


@pytest.mark.parametrize(
    ("level", "seeds"),
    [(4, (4101,)), *(pytest.param(n, (4101, 4102), marks=pytest.mark.slow) for n in (4, 1))],
)
def test_no_lazy_solver_passes(level: int, seeds: Sequence[int]) -> None:
    """On fresh seeds; the flagger is trained on one seed and tried on others."""
    problems = [p for seed in seeds for p in _problems(seed, level)]
    learnt = _problems(4100, level)
    panel = dict(PANEL) | trained(learnt)
    for name, solver in panel.items():
        found = Traps().metrics(solve(problems, solver))
        assert found["pair_score"].n == 2 * len(seeds) * sum(not t.flaw.sound for t in TEMPLATES)
        assert found["pair_score"].value <= LIMIT, name
        assert found["pairs_solved"].value <= 0.5, name


@pytest.mark.parametrize("name", ["words", "words and numbers", "last sentence", "regression"])
def test_a_trained_flagger_can_learn(name: str) -> None:
    """It finds a word that only traps have: the panel's failure is no fault of its own."""
    marked = [
        dataclasses.replace(p, question=p.question + " Hm Hm Hm Hm") if p.variant == "trap" else p
        for p in _problems(1, clusters=30) + _problems(2, clusters=30)
    ]
    half = len(marked) // 2
    found = Traps().metrics(solve(marked[half:], trained(marked[:half])[name]))
    assert found["pair_score"].value > 0.85


def test_the_reference_lines() -> None:
    """One half for who never and who always flags, though the one is right about all else."""
    problems = _problems(0, clusters=40)
    for name in ("never flags", "always flags"):
        found = Traps().metrics(solve(problems, PANEL[name]))
        assert found["pair_score"].value == found[f"pair_score/{name}"].value == 0.5
    never = Traps().metrics(solve(problems, PANEL["never flags"]))
    assert never["accuracy/control"].value == 1.0
    assert (never["pair_score/sensitivity"].value, never["pair_score/specificity"].value) == (0, 1)
    perfect = [_scored(p, Status.CORRECT) for p in problems]
    found = Traps().metrics(perfect)
    assert found["pair_score"].value == found["pairs_solved"].value == 1.0


def test_a_control_answered_wrongly_is_not_answered() -> None:
    problems = _problems(0, clusters=20)
    scored = [
        _scored(p, Status.WRONG if p.variant == "control" else Status.CORRECT) for p in problems
    ]
    found = Traps().metrics(scored)
    assert found["pair_score/specificity"].value == 0.0
    assert found["pair_score"].value == 0.5
    assert found["pairs_solved"].value == 0.0
    assert found["false_alarms/control"].value == 0.0


@pytest.mark.parametrize("count", [1, 3, 4, 7, 8, 30])
def test_a_few_problems_have_metrics_too(count: int) -> None:
    """However few problems a limit leaves, and whatever a topic has of them."""
    for seed in range(8):
        problems = Traps().load(DataSource(options={"seed": str(seed)}, limit=count))
        scored = [
            _scored(p, (Status.CORRECT, Status.ABSTAINED)[i % 2], None if i % 8 == 2 else 9.0 + i)
            for i, p in enumerate(problems)
        ]
        for figure in Traps().metrics(scored).values():
            assert figure.low <= figure.value <= figure.high
            assert 1 <= figure.n <= count


def test_the_design_counts_all_templates() -> None:
    design = Traps().design(DataSource(options={"lang": "zh", "level": "2"}))
    for factor in ("topic", "flaw"):
        counts = [int(level.rpartition("(")[2].rstrip(")")) for level in design[factor]]
        assert sum(counts) == len(TEMPLATES)
    assert list(design["language"]) == ["zh"]
    assert list(design["level"]) == ["2"]


def test_metrics_by_hand() -> None:
    problems = [p for c in range(len(TEMPLATES)) for p in cluster_items(0, c)]
    status = {"original": Status.CORRECT, "concept": Status.CORRECT, "control": Status.ABSTAINED}
    scored = [
        _scored(p, status.get(p.variant, Status.LURED), 20.0 if p.variant == "trap" else 10.0)
        for p in problems
    ]
    metrics = Traps().metrics(scored)
    assert metrics["accuracy/original"].value == 1.0
    assert metrics["accuracy/trap"].value == 0.0
    assert metrics["trap_to_original"].value == 0.0
    assert metrics["false_alarms/control"].value == 1.0
    assert metrics["false_alarms/original"].value == 0.0
    assert metrics["pair_score"].value == 0.0
    assert metrics["length_inflation"].value == pytest.approx(2.0)
    lures = [p for p in problems if p.lure is not None]
    assert metrics["lure_rate/all"].value == 1.0
    assert metrics["lure_rate/all"].n == len(lures) == len(TEMPLATES)
    assert "flaw=missing condition" in metrics
    direct = [p for p in lures if p.meta["flaw"] == "direct contradiction"]
    assert metrics["lure_rate/flaw=direct contradiction"].n == len(direct) > 0
    assert metrics["false_alarms/control/topic=money"].value == 1.0
    assert metrics["length_inflation/topic=money"].value == pytest.approx(2.0)
    assert metrics["pair_score/flaw=missing condition"].value == 0.0
    assert "pair_score/flaw=distractor" not in metrics  # that problem is sound
    assert metrics["accuracy/original"].low < 1.0


@pytest.mark.parametrize("better", [0, 3])
def test_traps_over_originals_may_exceed_one(better: int) -> None:
    """A ratio of two rates, not a share: by one rule, whether or not a trap beats its original."""
    clusters = [cluster_items(5, c, "en", 1) for c in range(12)]
    scored = []
    for number, items in enumerate(clusters):
        for p in items:
            lost = p.variant == "original" and number < better
            scored.append(_scored(p, Status.WRONG if lost else Status.CORRECT))
    found = Traps().metrics(scored)["trap_to_original"]
    assert found.method == "ratio-mover"
    assert found.low < 1 < found.high
