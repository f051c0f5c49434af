"""A model behind an API may change under its name: a real server that gets worse, a warm store."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

import harness
from harness.core import ModelSpec, UsageError
from harness.core.registry import find
from harness.gate.api import judge
from harness.gate.baseline import write_baseline
from harness.gate.comment import comment
from harness.gate.flips import find_answers
from harness.gate.results import GateVerdict
from harness.gate.rules import GateConfig, Rule
from harness.results.canaries import COUNT
from harness.results.outcomes import load_outcomes
from harness.run.evaluate import evaluate
from harness.run.freshness import ask_anew, ask_within, new_label, parse_age
from harness.run.plan import open_backend
from harness.store import open_store

harness.load_plugin(Path(__file__).with_name("skilled_plugin.py"))  # the task `echo`
RULE = Rule(metric="accuracy", margin=0.15)


@pytest.fixture
def gate(server, tmp_path):
    """A gate on one store, which the baseline's samples are in, as a CI cache would have it."""
    db = tmp_path / "cached.sqlite"
    found = evaluate(server.spec, "echo", "greedy", db=db, limit=120)
    with open_store(db) as store:
        write_baseline(tmp_path / "b.txt", [load_outcomes(store, r.id) for r in found.reports])
    server.count()
    config = GateConfig(rules=(RULE,), baseline=tmp_path / "b.txt", path=tmp_path / "h.toml")
    return lambda **more: judge(model=server.spec, config=config, db=db, **more)


def test_a_regressed_server_is_caught_with_a_warm_store(gate, server):
    assert gate().verdict is GateVerdict.PASS
    assert server.count() > 0
    server.skill = 0.3
    result = gate(fresh="pull request 2")
    assert result.verdict is GateVerdict.REGRESSED
    assert result.stopping.calls == server.count() > 0
    assert result.stopping.asked == "pull request 2"


def test_the_same_label_goes_on_and_another_asks_anew(gate, server):
    first = gate(fresh="job 7")
    asked = server.count()
    assert gate(fresh="job 7") == first
    assert server.count() == 0
    gate(fresh="job 8")
    assert server.count() == asked


def test_stored_samples_hold_as_long_as_the_user_says(gate, server, tmp_path):
    assert gate(max_age="1d").verdict is GateVerdict.PASS
    assert server.count() == COUNT  # canary requests alone
    server.skill = 0.3
    assert gate(max_age="0").verdict is GateVerdict.REGRESSED
    assert server.count() > COUNT
    assert gate(max_age="1d").verdict is GateVerdict.REGRESSED  # the newest asking
    assert server.count() == COUNT
    with open_store(tmp_path / "cached.sqlite") as store:
        late = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
        backend = ask_within(store, open_backend(server.spec), parse_age("1d"), late)
    assert "asked" in backend.info.extra


def test_an_eval_takes_what_is_stored_unless_it_is_told_to_ask_anew(server, tmp_path):
    def asked(**more):
        evaluate(server.spec, "echo", "greedy", db=tmp_path / "e.sqlite", limit=4, **more)
        return server.count()

    assert [asked(), asked(), asked(fresh="x"), asked(fresh="x")] == [4, 0, 4, 0]
    assert [asked(max_age="1d"), asked(max_age="0")] == [0, 4]
    with pytest.raises(UsageError, match="give one of them"):
        asked(fresh="x", max_age="1d")


def test_the_summary_says_how_much_was_asked_now(gate):
    from harness.gate.forms import summary

    result = gate(fresh="x")
    assert f"{result.stopping.calls} calls made now (label x)" in summary(result)
    assert "the model was not called now, all samples were stored" in summary(gate(fresh="x"))


def test_the_comment_shows_what_flipped_with_both_answers(gate, server, tmp_path):
    """Both sides are in the store: the baseline's run, and the one that was just asked for."""
    server.skill = 0.3
    result = gate(fresh="x")
    answers = find_answers(str(tmp_path / "cached.sqlite"), result.flipped)
    text = comment(result, answers, "https://ci.example/7")
    assert text.startswith("### ❌ harness gate: regressed")
    worse = [one for one in result.flipped if one.worse]
    assert f"right before, wrong now: {len(worse)} problems" in text
    folded = text.split("<details>")[1]
    assert worse[0].problem in folded
    number = int(worse[0].problem[1:]) + 10
    assert f"<pre>Answer: {number}</pre>" in folded
    assert "<pre>Answer: -1</pre>" in folded
    assert "(https://ci.example/7)" in text


def test_local_weights_are_known_by_their_hash():
    backend = find("models", "skilled")(ModelSpec.parse("skilled:80"))
    assert ask_anew(backend) is backend


def test_labels_and_ages():
    assert new_label({"GITHUB_RUN_ID": "42"}) == "github-42"
    assert dt.datetime.fromisoformat(new_label({})).tzinfo is not None
    assert parse_age("90m") == dt.timedelta(minutes=90)
    assert parse_age("2w") == dt.timedelta(weeks=2)
    with pytest.raises(UsageError, match="12h"):
        parse_age("soon")
