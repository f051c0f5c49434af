"""What is said before a gate spends anything, held against gates that are really judged."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from harness.cli import cli
from harness.gate.baseline import write_baseline
from harness.gate.feasibility import ASSUMED_CHANGES, WANTED, feasibility
from harness.gate.judge import run_gate
from harness.gate.results import GateVerdict
from harness.gate.rules import Rule

GATES = 200


def redrawn(run, rng, changes):
    """The run again, with so many of its answers turned round, half of them each way."""
    scores = np.array([o.correct for o in run.outcomes])
    for value in (0.0, 1.0):
        where = np.flatnonzero(scores == value)
        count = rng.binomial(len(scores), changes / 2)
        scores[rng.choice(where, count, replace=False)] = 1 - value
    outcomes = [
        replace(o, correct=s, pool_correct=s) for o, s in zip(run.outcomes, scores, strict=True)
    ]
    return replace(run, outcomes=tuple(outcomes))


@pytest.mark.parametrize("margin", [0.03, pytest.param(0.05, marks=pytest.mark.slow), 0.1])
def test_the_chance_is_the_share_of_gates_that_pass(make_run, margin):
    """By gates that are judged one by one, on scores redrawn in another way."""
    run, rng = make_run([1.0] * 120 + [0.0] * 80), np.random.default_rng(1)
    rule = Rule(metric="accuracy", margin=margin)
    [said] = feasibility([rule], [run], staged=False)
    passed = sum(
        run_gate([rule], [redrawn(run, rng, ASSUMED_CHANGES)], [run]).verdict is GateVerdict.PASS
        for _ in range(GATES)
    )
    assert said.assumed
    assert said.chance == pytest.approx(passed / GATES, abs=0.1)
    assert said.feasible == (said.chance >= WANTED)


def test_the_margin_that_it_names_passes_unchanged_models(make_run):
    run, rng = make_run([1.0] * 120 + [0.0] * 80), np.random.default_rng(2)
    [said] = feasibility([Rule(metric="accuracy", margin=0.03)], [run], staged=False)
    assert not said.feasible
    rule = Rule(metric="accuracy", margin=said.least_margin)
    passed = sum(
        run_gate([rule], [redrawn(run, rng, ASSUMED_CHANGES)], [run]).verdict is GateVerdict.PASS
        for _ in range(GATES)
    )
    assert passed >= 0.92 * GATES


def test_repeated_samples_say_how_many_answers_change(make_run):
    steady, torn = make_run([1.0] * 200), make_run([1.0] * 200)
    outcomes = [replace(o, samples=4) for o in steady.outcomes]
    steady = replace(steady, outcomes=tuple(outcomes))
    torn = replace(torn, outcomes=tuple(replace(o, pool_correct=0.5) for o in outcomes))
    rule = Rule(metric="accuracy", margin=0.05)
    one, other = feasibility([rule], [steady, torn])
    assert (one.changes, one.feasible, one.assumed) == (0.0, True, False)
    assert other.changes == pytest.approx(2 / 3)
    assert not other.feasible


def test_a_baseline_says_at_once_that_it_is_too_small(make_run, tmp_path, monkeypatch):
    """200 problems in 97 clusters and a margin of 3 points: not even identical results pass."""
    monkeypatch.chdir(tmp_path)
    run = make_run([1.0] * 138 + [0.0] * 62)
    outcomes = [replace(o, cluster=f"c{i % 97}") for i, o in enumerate(run.outcomes)]
    write_baseline(Path("b.txt"), [replace(run, outcomes=tuple(outcomes))])
    rules = '[gate]\nbaseline = "b.txt"\n[[gate.rules]]\nmetric = "accuracy"\nmargin = '
    Path("harness.toml").write_text(f"{rules}0.03\n", "utf-8")
    result = CliRunner().invoke(cli, ["gate", "--check"], standalone_mode=False)
    assert result.return_value == 3
    assert "200 problems in 97 clusters" in result.output
    assert "it cannot pass even if no answer changes" in result.output
    Path("harness.toml").write_text(f"{rules}0.1\n", "utf-8")
    result = CliRunner().invoke(cli, ["gate", "--check", "--json"], standalone_mode=False)
    assert result.return_value == 0
    [said] = json.loads(result.output)
    assert said["kept"]
    assert said["feasible"]


@pytest.mark.slow
def test_a_gate_is_planned_before_there_is_a_baseline(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["plan", "--gate", "--task", "arithmetic", "--limit", "100", "--json"]
    few, *_, many = json.loads(CliRunner().invoke(cli, words, standalone_mode=False).output)
    assert (few["problems"], many["problems"]) == (100, 800)
    assert few["rule"] == "accuracy not worse by 0.05"
    assert not few["feasible"]
    assert many["least_margin"] < few["least_margin"]
    Path("harness.toml").write_text('[[gate.rules]]\nmetric = "accuracy"\nmargin = 0.2\n', "utf-8")
    result = CliRunner().invoke(cli, words[:-1], standalone_mode=False)
    assert result.return_value == 0
    assert result.output.startswith("ok           any model / arithmetic / any budget, rule")


def test_a_first_baseline_comes_with_rules_that_pass_an_unchanged_model(
    make_run, tmp_path, monkeypatch
):
    """Without rules `baseline save` names a margin; with it 95% of unchanged models pass."""
    monkeypatch.chdir(tmp_path)
    run, rng = make_run([1.0] * 120 + [0.0] * 80), np.random.default_rng(3)
    write_baseline(Path("a.txt"), [run])
    saved = CliRunner().invoke(cli, ["baseline", "save", "b.txt", "a.txt"], standalone_mode=False)
    assert saved.output.startswith("b.txt: 1 run, 200 outcomes\nno rules in this folder yet")
    [margin] = re.findall(r"^margin = ([\d.]+)$", saved.output, re.MULTILINE)
    rule = Rule(metric="accuracy", margin=float(margin))
    passed = sum(
        run_gate([rule], [redrawn(run, rng, ASSUMED_CHANGES)], [run]).verdict is GateVerdict.PASS
        for _ in range(GATES)
    )
    assert passed >= WANTED * GATES
