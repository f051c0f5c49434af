"""`harness gate --run`: look by look, stopped early, resumed, refused before it spends."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import harness
from harness.cli import cli
from harness.core import BackendError, UsageError
from harness.core.registry import find
from harness.gate.api import judge
from harness.gate.baseline import read_baseline, write_baseline
from harness.gate.results import GateVerdict
from harness.gate.rules import GateConfig, Rule
from harness.gate.staged import growing, plan_gate
from harness.results.outcomes import load_outcomes
from harness.results.reports import find_runs
from harness.run.evaluate import eval_config, evaluate
from harness.stats.sequential import LOOKS
from harness.store import open_store

PLUGIN = Path(__file__).with_name("skilled_plugin.py")
harness.load_plugin(PLUGIN)
ACCURACY = Rule(metric="accuracy", margin=0.15)


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """A file with skilled:80 on 300 problems."""
    tmp_path = tmp_path_factory.mktemp("reference")
    found = evaluate("skilled:80", "echo", "vote@1", db=tmp_path / "old.sqlite")
    file = tmp_path / "b.txt"
    with open_store(str(tmp_path / "old.sqlite")) as store:
        write_baseline(file, [load_outcomes(store, r.id) for r in found.reports])
    return file


@pytest.fixture
def baseline(reference, tmp_path):
    """A copy that a test may spoil."""
    return Path(shutil.copy(reference, tmp_path))


@pytest.fixture
def calls():
    """A function: model calls since the last time it was asked."""
    backend = find("models", "skilled")

    def count():
        done, backend.calls = backend.calls, 0
        return done

    return count


@pytest.fixture
def gate(baseline, tmp_path, calls):
    """Runs a staged gate in a new database."""

    def go(model, rules=(ACCURACY,), db="new.sqlite", **more):
        calls()
        config = GateConfig(rules=tuple(rules), baseline=baseline, path=tmp_path / "h.toml")
        return judge(model=model, config=config, db=tmp_path / db, **more)

    return go


def test_an_unchanged_model_passes_early_and_a_worse_one_is_caught_early(gate, calls):
    result = gate("skilled:80")
    assert result.verdict is GateVerdict.PASS
    at = result.stopping
    assert at.problems < 150
    assert calls() == at.problems
    assert (at.tokens, at.tokens_saved) == (10 * at.problems, 10 * (300 - at.problems))
    result = gate("skilled:20")
    assert result.verdict is GateVerdict.REGRESSED
    assert calls() < 150


def test_the_same_gate_again_asks_the_model_nothing(gate, calls):
    first = gate("skilled:80")
    assert calls() > 0
    again = gate("skilled:80")
    assert calls() == 0
    assert again == first


def test_a_failed_call_is_no_second_chance(gate, calls):
    """What broke is asked again, with the same seeds; what was answered is not."""
    whole = gate("skilled:70", db="whole.sqlite")
    asked = calls()
    with pytest.raises(BackendError, match=r"(?s)1 of 30 problems .*hung up.* to resume"):
        gate("skilled:70-fail3")
    assert calls() > 3
    assert gate("skilled:70") == whole
    assert calls() < asked


def test_every_look_sees_whole_clusters_in_an_order_of_the_data_alone(gate, calls, tmp_path):
    gate("skilled:80")
    with open_store(str(tmp_path / "new.sqlite")) as store:
        [run] = find_runs(store)
        seen = [o.id for o in load_outcomes(store, run).outcomes]
    numbers = {int(name[1:]) for name in seen}
    assert {n ^ 1 for n in numbers} == numbers  # p0 with p1, p2 with p3
    assert max(numbers) > 200  # not simply the first ones
    with_other_model = gate("skilled:81", db="other.sqlite")
    assert with_other_model.stopping.problems == len(seen)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"limit": 299}, "it has 299 problems, the other 300"),
        ({"tasks": ["echo:n=200"]}, "no run of echo:n=200"),
        ({"budgets": ["vote@2"]}, "0 runs for echo under vote@2"),
        ({"rules": [Rule(metric="accuracy", margin=0.1, task="nope")]}, "applies to none"),
        ({"rules": [Rule(metric="lure_rate", margin=0.1)]}, "no problem of the run"),
        ({"rules": [Rule(metric="accuracy", margin=0.1, where=("kind", "x"))]}, "no problem"),
        ({"candidate": "x"}, "not both"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_spent(gate, calls, given, message):
    with pytest.raises(UsageError, match=message):
        gate("skilled:80", **given)
    assert calls() == 0


def test_a_limit_on_tokens_is_an_error_and_no_verdict(gate):
    with pytest.raises(UsageError, match="the limit of max_total_tokens="):
        gate("skilled:80", max_total_tokens=2000)


def test_a_price_given_to_the_command_holds_for_ceilings_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("harness.toml").write_text('[[gate.rules]]\nmetric = "accuracy"\nmin = 0.2\n')
    words = ["gate", "--run", "--model", "skilled:80", "--task", "echo", "--quiet"]
    words += ["--budget", "vote@1 usd<=1", "--limit", "60", "--price", "0.1,0.2"]
    result = CliRunner().invoke(cli, words, standalone_mode=False)
    assert result.return_value == 0, result.output
    assert "gate: pass" in result.output


def test_a_part_that_was_hard_for_the_reference_is_no_error(gate, baseline, calls):
    """The first look sees problems that the baseline has all wrong; the rule can fail yet."""
    [run] = read_baseline(baseline)
    [task] = plan_gate(eval_config("skilled:80", "echo", "vote@1", None, {}), [run]).tasks
    first = next(growing([task], {"echo": task.problems}, LOOKS))["echo"]
    wrong = [replace(o, correct=0.0) if o.id in first else o for o in run.outcomes]
    write_baseline(baseline, [replace(run, outcomes=tuple(wrong))])
    assert gate("skilled:80").verdict is GateVerdict.PASS
    calls()
    with pytest.raises(UsageError, match="can never fail"):
        gate("skilled:80", rules=[Rule(metric="accuracy", margin=0.9)], db="other.sqlite")
    assert calls() == 0


def test_what_nobody_is_told_is_not_simulated(gate, monkeypatch):
    def simulated(*_):
        raise AssertionError

    monkeypatch.setattr("harness.gate.api.feasibility", simulated)
    assert gate("skilled:80", progress=False).verdict is GateVerdict.PASS
    with pytest.raises(AssertionError):
        gate("skilled:80", progress=True)
