"""Figures of pairs, against sums by hand; small files of our own in the authors' schemas."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.core import DataSource, Problem, Scored, Status, registry
from harness.tasks._pairs import pair_figures


def scored(problem: Problem, correct: float, tokens: float = 10, abstained: float = 0) -> Scored:
    left = 1 - correct - abstained
    return Scored(
        problem=problem,
        statuses={Status.CORRECT: correct, Status.ABSTAINED: abstained, Status.WRONG: left},
        output_tokens=tokens,
    )


def item(cluster: str, variant: str, number: int = 0) -> Problem:
    gold = None if variant == "trap" else "1"
    return Problem(
        id=f"{variant}-{cluster}-{number}",
        question="?",
        gold=gold,
        variant=variant,
        cluster=cluster,
    )


def test_an_original_counts_once_for_each_of_its_traps() -> None:
    """Two originals, three traps: 0.5 and 1.0 with (0.2, 0.4) and (0.3)."""
    found = [
        scored(item("a", "original"), 0.5, 10, abstained=0.25),
        scored(item("a", "trap", 1), 0.2, 30),
        scored(item("a", "trap", 2), 0.4, 50),
        scored(item("b", "original"), 1.0, 20),
        scored(item("b", "trap", 1), 0.3, 20),
    ]
    figures = pair_figures(found)
    assert figures["trap_to_original"].value == pytest.approx((0.2 + 0.4 + 0.3) / (0.5 + 0.5 + 1))
    assert figures["drop/trap"].value == pytest.approx((0.3 + 0.1 + 0.7) / 3)
    assert figures["length_inflation/trap"].value == pytest.approx(100 / 40)
    assert figures["false_alarms/original"].value == pytest.approx(0.125)
    sizes = {name: (one.n, one.clusters) for name, one in figures.items()}
    assert sizes == {
        "trap_to_original": (3, 2), "drop/trap": (3, 2), "length_inflation/trap": (3, 2),
        "false_alarms/original": (2, 2),
    }  # fmt: skip


def test_no_trap_solved_is_a_ratio_of_zero_with_a_lower_limit() -> None:
    found = [scored(item(c, "original"), float(c in "ab")) for c in "abcdef"]
    found += [scored(item(c, "trap"), 0.0) for c in "abcdef"]
    ratio = pair_figures(found)["trap_to_original"]
    assert (ratio.value, ratio.low) == (0, 0)
    assert 0.5 < ratio.high < math.inf


def simulated(rng: np.random.Generator, clusters: int) -> tuple[Sequence[Scored], Sequence[Scored]]:
    """A set whose originals have two or three traps each; and the same with clusters forgotten."""
    kept, torn = [], []
    for c in range(clusters):
        skill = rng.beta(2, 2)
        original = float(rng.random() < 0.3 + 0.6 * skill)
        for k in range(rng.integers(2, 4)):
            trap = float(rng.random() < 0.8 * skill)
            for out, name in ((kept, f"{c}"), (torn, f"{c}-{k}")):
                if k == 0 or out is torn:
                    out.append(scored(item(name, "original"), original))
                out.append(scored(item(name, "trap", k), trap))
    return kept, torn


@pytest.mark.slow
def test_intervals_of_the_drop_hold_and_are_wider_than_without_clusters() -> None:
    """Over 400 sets the true drop, E[0.3 + 0.6 s] - E[0.8 s] = 0.2, is inside 93% to 98.5%."""
    rng = np.random.default_rng(7)
    held, wider = 0, 0
    for _ in range(400):
        kept, torn = simulated(rng, 40)
        drop = pair_figures(kept)["drop/trap"]
        apart = pair_figures(torn)["drop/trap"]
        held += drop.low <= 0.2 <= drop.high
        wider += drop.high - drop.low > apart.high - apart.low
    assert 0.925 <= held / 400 <= 0.99
    assert wider / 400 > 0.9


MATHTRAP = [
    {"category": "Algebra", "trap_problem": f"{t} is odd and even?", "human_annotation": "x",
     "trap_type": kind, "original_problem": f"What is {o} + {o}?", "gpt4_annotation": "x",
     "original_solution": f"It is \\boxed{{{2 * o}}}."}
    for t, (o, kind) in enumerate([(1, "Direct"), (1, "Indirect"), (2, "Direct"), (1, "Direct")])
]  # fmt: skip
UMWP = [
    {"id": 1, "question": "1 + 1?", "answer": [2.0], "answerable": True, "category": None,
     "relevant_ids": [3, 4]},
    {"id": 2, "question": "2 + 2?", "answer": [4.0], "answerable": True, "category": None,
     "relevant_ids": [5]},
    *({"id": i, "question": f"{i} + ?", "answer": None, "answerable": False, "category": 1,
       "relevant_ids": [o]} for i, o in ((3, 1), (4, 1), (5, 2))),
]  # fmt: skip
MIP = [
    {"question": f"{n} + {n}?", "answer": f"so #### {2 * n}", "insufficient_question": f"{n} + ?"}
    for n in (1, 2, 3)
]
PLUS = [
    {"question": f"{n} + {n}, {kind}?", "solution": "", "perturbation_type": kind,
     "seed_question": f"{n} + {n}?", "seed_answer": str(2 * n), "seed_solution": "",
     "answer": "None" if kind == "critical thinking" else str(2 * n)}
    for n in (1, 2)
    for kind in ("critical thinking", "distraction insertion", "numerical substitution")
]  # fmt: skip
IC = [
    {"original_question": f"{n} + {n}?", "new_question": f"{n} + {n}? {word}", "answer": str(2 * n),
     "role_label": "overlapped", "number_label": "in_range", "sentence_label": "in_topic"}
    for n in (1, 2) for word in ("It rains.", "Bo is 7.")
]  # fmt: skip
SYMBOLIC = [
    {"id": n, "instance": k, "question": f"{n} + {k}?", "answer": f"#### {n + k}",
     "original_question": f"{n} + {n}?", "original_answer": f"#### {2 * n}"}
    for n in (1, 2) for k in (0, 1, 2)
]  # fmt: skip

SETS: dict[str, tuple[str, Any, dict[str, int]]] = {
    "mathtrap": ("MathTrap_Public.json", MATHTRAP, {"trap": 4}),
    "umwp": ("StandardDataset.jsonl", UMWP, {"trap": 3}),
    "mip": ("gsm8k.json", MIP, {"trap": 3}),
    "gsm-plus": ("gsmplus_test.jsonl", PLUS, {"trap": 2, "distractor": 2, "variation": 2}),
    "gsm-ic": ("GSM-IC_2step.json", IC, {"distractor": 4}),
    "gsm-symbolic": ("GSM_symbolic.jsonl", SYMBOLIC, {"variation": 6}),
}


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], Sequence[Problem]]:
    """Loads a set from a file of our own."""

    def go(name: str) -> Sequence[Problem]:
        file, rows, _ = SETS[name]
        lines = file.endswith(".jsonl")
        text = "\n".join(map(json.dumps, rows)) if lines else json.dumps(rows)
        (tmp_path / file).write_text(text, "utf-8")
        found: Sequence[Problem] = registry.make("tasks", name).load(DataSource(data_dir=tmp_path))
        return found

    return go


@pytest.mark.parametrize("name", SETS)
def test_every_set_reports_ratio_drop_false_alarms_and_length(
    load: Callable[[str], Sequence[Problem]], name: str
) -> None:
    problems, pairs = load(name), SETS[name][2]
    # originals are right, changed ones right half of the time and three times as long
    made = [scored(p, *((1.0, 10) if p.variant == "original" else (0.5, 30))) for p in problems]
    figures = registry.make("tasks", name).metrics(made)
    assert figures["false_alarms/original"].value == 0
    for variant, count in pairs.items():
        assert figures[f"{variant}_to_original"].value == pytest.approx(0.5)
        assert figures[f"drop/{variant}"].value == pytest.approx(0.5)
        assert figures[f"length_inflation/{variant}"].value == pytest.approx(3.0)
        assert figures[f"drop/{variant}"].n == count
        originals = {p.cluster for p in problems if p.variant == "original"}
        assert figures[f"drop/{variant}"].clusters == len(originals)


def test_mathtrap_asks_each_original_once(load: Callable[[str], Sequence[Problem]]) -> None:
    problems = load("mathtrap")
    clusters: dict[str, list[str]] = {}
    for problem in problems:
        clusters.setdefault(problem.cluster, []).append(problem.variant)
    assert sorted(clusters.values()) == [["original", "trap"], ["original", "trap", "trap", "trap"]]
