"""Canary requests: a changed model behind the same name is noticed, by a real server's replies."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import harness
from harness.gate.api import judge
from harness.gate.baseline import read_baseline, write_baseline
from harness.gate.forms import summary
from harness.gate.results import GateVerdict
from harness.gate.rules import GateConfig, Rule
from harness.gate.same_model import Pair, Reply, finding
from harness.gate.sides import find_side
from harness.results.canaries import COUNT, Canary
from harness.run.evaluate import evaluate
from harness.store import open_store
from harness.store.runs import find_runs, spent_by

harness.load_plugin(Path(__file__).with_name("skilled_plugin.py"))  # the task `echo`
RULE = Rule(metric="accuracy", margin=0.4)
PROBLEMS = 40


@pytest.fixture
def gate(server, tmp_path):
    """A gate on the store that made the baseline; as many problems as one look needs."""
    db = tmp_path / "cached.sqlite"
    evaluate(server.spec, "echo", "greedy", db=db, limit=PROBLEMS)
    write_baseline(tmp_path / "b.txt", find_side(str(db), "task=echo"))
    server.count()
    config = GateConfig(rules=(RULE,), baseline=tmp_path / "b.txt", path=tmp_path / "h.toml")
    return lambda **more: judge(model=server.spec, config=config, db=db, **more)


def said(result):
    [line] = [line for line in result.notes if line.startswith("canary: ")]
    return line


def test_a_baseline_keeps_a_few_requests_and_their_replies(gate, tmp_path):
    [run] = read_baseline(tmp_path / "b.txt")
    assert len(run.canaries) == COUNT == len({c.problem for c in run.canaries})
    one = run.canaries[0]
    assert (one.model, one.fingerprint, one.tokens) == ("m", "fp-1", 5)
    assert one.begins.startswith("Answer: ")
    assert one.request().to_json() == one.sampling
    write_baseline(tmp_path / "again.txt", [run])
    assert (tmp_path / "again.txt").read_bytes() == (tmp_path / "b.txt").read_bytes()


def test_an_unchanged_server_costs_no_request_more(gate, server):
    result = gate(fresh="x")
    assert "the server still seems to serve the model of" in said(result)
    assert f"{COUNT} of {COUNT} replies are word for word" in said(result)
    assert result.stopping.calls == server.count()
    used = int(result.stopping.problems)
    assert used <= result.stopping.calls <= used + COUNT  # canaries beyond the look, if any
    assert said(result) in summary(result)
    assert said(result) in result.to_json()["notes"]
    assert said(gate(fresh="x")) == said(result)  # from what that asking has stored
    assert server.count() == 0


def test_other_words_are_noticed_before_a_stored_sample_is_trusted(gate, server, tmp_path):
    server.skill = 0.0
    result = gate(max_age="7d")
    assert result.verdict is GateVerdict.REGRESSED
    told = [line for line in result.notes if "the model is sampled again" in line]
    assert len(told) == 1
    assert "the model has changed since" in told[0]
    assert "'Answer: -1', was 'Answer: " in told[0]
    # Every request stands in the ledger: those of the baseline, the canaries, and the gate.
    with open_store(tmp_path / "cached.sqlite") as store:
        calls = sum(spent_by(store, run).calls for run in find_runs(store))
    assert calls == PROBLEMS + server.count()


def test_as_many_words_for_twice_the_tokens_are_another_model(gate, server):
    server.words = 2
    assert "the model has changed since" in said(gate(fresh="x"))


def test_a_server_that_is_not_deterministic_proves_nothing(gate, server):
    server.noise = True
    result = gate(max_age="7d")
    assert "it is unclear whether the model has changed" in said(result)
    assert result.verdict is GateVerdict.PASS  # by the stored samples, as was asked for
    assert server.count() == 2 * COUNT  # each once more


def test_another_name_or_configuration_is_told(gate, server):
    server.name = "m-2027"
    assert "another model than on" in said(gate(fresh="x"))
    assert "model 'm-2027', was 'm'" in said(gate(fresh="y"))
    server.name, server.fingerprint = "m", "fp-2"
    result = said(gate(fresh="z"))
    assert "fingerprint 'fp-2', was 'fp-1'" in result
    assert "the server still seems to serve the model of" in result


def test_a_gate_on_stored_runs_says_that_nobody_was_asked(gate, server, tmp_path):
    config = GateConfig(rules=(RULE,), baseline=tmp_path / "b.txt", path=tmp_path / "h.toml")
    result = judge("task=echo", config=config, db=tmp_path / "cached.sqlite")
    [line] = result.notes
    assert "the server was not called now" in line
    assert server.count() == 0


def canary(**more):
    given = {
        "problem": "p", "prompt": "q", "prefix": "", "sampling": {}, "max_tokens": 9, "seed": 1,
        "index": 0, "digest": "old", "begins": "old", "tokens": 3, "model": None,
        "fingerprint": None, "asked": "2026-01-02T03:04:05",
    }  # fmt: skip
    return Canary(**{**given, **more})


def test_what_replies_say():
    same, other, third = (Reply(word, word) for word in ("old", "new", "newer"))
    one = canary()
    assert finding([Pair(one, same)])[0] == "same"
    assert finding([Pair(one, same), Pair(one, other, other)])[0] == "changed"
    assert finding([Pair(one, other, other), Pair(one, other, third)])[0] == "unclear"
    named = canary(model="a")
    assert finding([Pair(named, replace(third, model="b"), other)])[0] == "changed"
    assert finding([Pair(named, replace(same, model="a"))])[0] == "same"
    assert "2026-01-02" in finding([Pair(one, same)])[1]


def test_a_canary_that_nobody_can_send_is_refused():
    with pytest.raises(ValueError, match="parameters of a request"):
        Canary.from_json(
            json.loads(json.dumps(canary(sampling={"min_tokens": 0, "stop": []}).to_json()))
        )
