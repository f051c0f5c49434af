"""Recorded sample sets come in, and go out as pass@k: against exact fractions."""

from __future__ import annotations

import json
import random
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

PLUGIN = """
import harness
from harness.core import Problem, Prompt, VerifierSpec

class Sums:
    name, version, summary = "four-hundred", "1", "400 numbers (for tests)"

    def load(self, source):
        return [Problem(id=f"p{i}", question=f"Number {i}?", gold=str(i)) for i in range(400)]

    def prompt(self, problem):
        return Prompt.user(problem.question)

    def verifier(self):
        return VerifierSpec("math")

    def metrics(self, scored):
        return {}

harness.register("tasks", Sums.name, Sums)
"""


def covered(n: int, c: int, k: int) -> Fraction:
    """The chance that none of k draws misses, one draw after the other: no binomials."""
    missed = Fraction(1)
    for i in range(k):
        missed *= Fraction(max(n - c - i, 0), n - i)
    return 1 - missed


def exact(counts: list[int], n: int, k: int) -> float:
    return float(sum(covered(n, c, k) for c in counts) / len(counts))


@pytest.mark.slow
def test_400_problems_of_24_samples_give_pass_at_k_to_1e_12(cli, tmp_path):
    (tmp_path / "plugin.py").write_text(PLUGIN)
    rng = random.Random(3)
    counts, lines = [], []
    for i in range(400):
        rate = rng.betavariate(0.5, 1.5)
        right = [rng.random() < rate for _ in range(24)]
        counts.append(sum(right))
        for s, good in enumerate(right):
            row = {"problem": f"p{i}", "sample": s, "text": f"So it is {i if good else i + 1}."}
            lines.append(json.dumps(row))
    rng.shuffle(lines)
    (tmp_path / "rows.jsonl").write_text("\n".join(lines))
    words = ("--plugin", "plugin.py", "--task", "four-hundred", "--model", "m", "--json")
    result = cli("import", "rows.jsonl", *words)
    assert result.code == 0, result.err
    runs = {run["budget"]: run for run in json.loads(result.out)["runs"]}
    metrics = runs["sample@24"]["metrics"]
    for k in (1, 2, 4, 8, 16, 24):
        assert metrics[f"pass@{k}"]["value"] == pytest.approx(exact(counts, 24, k), abs=1e-12)
    assert metrics["accuracy"]["value"] == pytest.approx(exact(counts, 24, 24), abs=1e-12)
    drawn = json.loads(cli("curve", "--plugin", "plugin.py", "--json").out)
    cover = [point for point in drawn["points"] if point["curve"] == "pass@k"]
    assert [point["size"] for point in cover] == [1, 2, 4, 8, 16, 24]
    for point in cover:
        k = int(point["size"])
        assert point["accuracy"] == pytest.approx(exact(counts, 24, k), abs=1e-12)


def test_recorded_solutions_of_a_real_model(cli, tmp_path, shared_data):
    file: Path = shared_data / "recorded" / "math_cot_100.jsonl"
    if not file.is_file():
        pytest.skip("no recorded/math_cot_100.jsonl among the public data sets")
    recorded = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    rows = [
        {"problem": one["question"], "text": text, "sample": s}
        for one in recorded
        for s, text in enumerate(one["code"])
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    words = ("--task", "math", "--data-dir", shared_data, "--model", "m", "--json")
    result = cli("import", "rows.jsonl", *words)
    assert result.code == 0, result.err
    runs = {run["budget"]: run for run in json.loads(result.out)["runs"]}
    views = json.loads(cli("show", "--samples", runs["sample@8"]["id"], "--json").out)
    right = Counter(v["problem"]["question"] for v in views if v["verdict"]["status"] == "correct")
    counts = [right[one["question"]] for one in recorded]
    metrics = runs["sample@8"]["metrics"]
    for k in (1, 2, 4, 8):
        assert metrics[f"pass@{k}"]["value"] == pytest.approx(exact(counts, 8, k), abs=1e-12)
    labels = [sum(one["score"]) for one in recorded]
    assert sum(abs(a - b) for a, b in zip(counts, labels, strict=True)) <= 16  # 2% of 800 verdicts
