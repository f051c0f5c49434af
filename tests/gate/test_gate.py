"""Rules, verdicts and their forms."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.core import DataError, HarnessError, UsageError
from harness.gate.baseline import read_baseline, write_baseline
from harness.gate.forms import junit, markdown, notes, workflow_commands
from harness.gate.judge import run_gate
from harness.gate.results import GateVerdict
from harness.gate.rules import Rule, read_config

ACCURACY = Rule(metric="accuracy", margin=0.05)
GOOD = [1.0] * 160 + [0.0] * 40


def drop(count: int) -> list[float]:
    return [0.0] * count + GOOD[count:]


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        (GOOD, GateVerdict.PASS),
        (drop(8), GateVerdict.INCONCLUSIVE),
        (drop(40), GateVerdict.REGRESSED),
    ],
)
def test_three_verdicts(make_run, scores, verdict):
    result = run_gate([ACCURACY], [make_run(scores)], [make_run(GOOD)])
    assert result.verdict is verdict
    more = result.results[0].more_problems
    assert (more is not None) == (verdict is GateVerdict.INCONCLUSIVE)


def test_few_problems_cannot_pass_even_when_nothing_changed(make_run):
    result = run_gate([ACCURACY], [make_run([1.0] * 30)], [make_run([1.0] * 30)])
    assert result.verdict is GateVerdict.INCONCLUSIVE


def test_dearer_answers_regress(make_run):
    old, new = make_run(GOOD), make_run(GOOD)
    new = replace(new, outcomes=tuple(replace(o, tokens=13.0) for o in new.outcomes))
    for metric in ("tokens_per_problem", "tokens_per_correct"):
        rule = Rule(metric=metric, margin=0.1, relative=True)
        assert run_gate([rule], [new], [old]).verdict is GateVerdict.REGRESSED
        assert run_gate([rule], [old], [new]).verdict is GateVerdict.PASS


def test_absolute_limits(make_run):
    run = make_run(GOOD)
    for limit, verdict in ((0.6, "pass"), (0.8, "inconclusive"), (0.95, "regressed")):
        assert run_gate([Rule(metric="accuracy", limit=limit)], [run], []).verdict == verdict
    observed = Rule(metric="ungraded_rate", limit=0.0, observed=True)
    assert run_gate([observed], [run], []).verdict == "pass"
    torn = replace(run, outcomes=(replace(run.outcomes[0], ungraded=1.0), *run.outcomes[1:]))
    assert run_gate([observed], [torn], []).verdict == "regressed"


def test_a_model_with_nothing_correct_regresses_in_cost_too(make_run):
    rule = Rule(metric="tokens_per_correct", margin=0.1, relative=True)
    result = run_gate([rule], [make_run([0.0] * 200)], [make_run(GOOD)])
    assert result.verdict is GateVerdict.REGRESSED
    assert result.results[0].to_json()["value"] is None
    few = run_gate([rule], [make_run([0.0, 0.0])], [make_run([1.0, 0.0])])
    assert few.verdict is GateVerdict.INCONCLUSIVE


def test_unknown_costs_are_an_error(make_run):
    rule = Rule(metric="usd_per_problem", margin=0.1, relative=True)
    with pytest.raises(HarnessError, match="unknown"):
        run_gate([rule], [make_run(GOOD)], [make_run(GOOD)])


def test_a_baseline_comes_back_as_it_was_saved(make_run, tmp_path):
    run = make_run([1.0, 1 / 3, 0.0])
    run = replace(run, outcomes=(replace(run.outcomes[0], id="a\tb\n"), *run.outcomes[1:]))
    write_baseline(
        tmp_path / "b.txt", [run, replace(run, task="u", facts=run.facts | {"task": "u"})]
    )
    back = read_baseline(tmp_path / "b.txt")
    assert [r.task for r in back] == ["t", "u"]
    assert back[0].facts == run.facts
    assert back[0].outcomes == tuple(replace(o, problem=None) for o in run.outcomes)


def test_an_edited_baseline_is_found_out(make_run, tmp_path):
    file = tmp_path / "b.txt"
    write_baseline(file, [make_run([1.0, 0.0])])
    text = file.read_text("utf-8")
    for old, new in (('"p1"\t"c1"\t0', '"p1"\t"c1"\t1'), ('"m"', '"n"'), ("\n", "\r\n")):
        file.write_bytes(text.replace(old, new).encode())
        if new == "\r\n":
            assert len(read_baseline(file)) == 1  # git's line ends are no edit
            continue
        with pytest.raises(DataError, match="edited by hand"):
            read_baseline(file)
    for bad, message in (
        (b"", "empty"),
        (b"hello", "not a baseline"),
        (b"\xff\xfe", "cannot be read"),
        (b"<<<<<<< HEAD\nharness-baseline 1\n", "unresolved merge conflict"),
    ):
        file.write_bytes(bad)
        with pytest.raises(DataError, match=message):
            read_baseline(file)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ('metric = "acuracy"\nmargin = 0.1', "did you mean 'accuracy'"),
        ('metric = "accuracy"\nmargin = nan', "margin is nan"),
        ('metric = "accuracy"', "either 'margin'"),
        ('metric = "accuracy"\nmax = 0.1', "write 'min'"),
        ('metric = "accuracy"\nmargin = "5%"', "absolute margin"),
        ('metric = "tokens_per_correct"\nmargin = 5', "relative margin"),
        ('metric = "accuracy"\nmargin = 0.1\nconfidence = 95', "confidence"),
        ('metric = "accuracy"\nmargn = 0.1', "did you mean 'margin'"),
        ("metric", "cannot be read"),
    ],
)
def test_a_bad_rule_is_one_clear_error(tmp_path, rule, message):
    file = tmp_path / "harness.toml"
    file.write_text(f"[[gate.rules]]\n{rule}\n", "utf-8")
    with pytest.raises(HarnessError, match=message) as error:
        read_config(file)
    assert error.value.exit_code == 2


def test_bounds_never_contradict_the_verdict(make_run):
    """Where rules share the error, an undecided one shows the bounds that it was judged by."""
    rules = [Rule(metric="accuracy", margin=0.03), Rule(metric="accuracy", limit=0.1)]
    seen = set()
    for count in range(8, 40):
        for one in run_gate(rules, [make_run(drop(count))], [make_run(GOOD)]).results:
            assert one.low is not None
            assert one.high is not None
            signs = {"pass": one.low > 0, "regressed": one.high < 0}
            assert signs.get(one.verdict, one.low <= 0 <= one.high)
            seen.add(str(one.verdict))
    assert seen == {"pass", "regressed", "inconclusive"}


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, r"^the same 200 problems: accuracy 80\.0%, as before; may fall by 5 points; if"),
        (0, r"; if it got worse, then by at most 1\.5 points \(95% sure\)$"),
        (12, r"accuracy 74\.0%, was 80\.0%; .* worse by \d\.\d to \d\.\d points .* decide it$"),
        (40, r"accuracy 60\.0%, was 80\.0%; .* worse by at least 15\.\d points \(95% sure\)$"),
    ],
)
def test_messages_need_no_documentation(make_run, count, said):
    [one] = run_gate([ACCURACY], [make_run(drop(count))], [make_run(GOOD)]).results
    assert re.search(said, one.message), one.message


def test_a_rule_that_can_never_fail_is_refused(make_run):
    nothing = make_run([0.0] * 200)
    with pytest.raises(UsageError, match=r"can never fail: the baseline's accuracy is 0\.0%"):
        run_gate([ACCURACY], [nothing], [nothing])


def test_a_part_of_the_problems_is_a_baseline_of_those(make_run, tmp_path):
    """A gate that stopped early may become the baseline: later runs are held to what it saw."""
    whole = make_run(GOOD)
    seen = replace(whole, outcomes=whole.outcomes[:150])
    with pytest.raises(DataError, match=r"150 of 200 problems.*partial=True to save"):
        write_baseline(tmp_path / "b.txt", [seen])
    write_baseline(tmp_path / "b.txt", [seen], partial=True)
    [old] = read_baseline(tmp_path / "b.txt")
    worse_elsewhere = make_run(GOOD[:150] + [0.0] * 50)
    [one] = run_gate([ACCURACY], [worse_elsewhere], [old]).results
    assert (one.n, one.verdict) == (150, GateVerdict.PASS)
    assert run_gate([ACCURACY], [make_run(drop(40))], [old]).verdict is GateVerdict.REGRESSED
    short = replace(whole, outcomes=whole.outcomes[:100])
    with pytest.raises(UsageError, match="100 of 200"):
        run_gate([ACCURACY], [short], [old])


def test_forms(make_run):
    rules = [ACCURACY, Rule(metric="accuracy", limit=0.8), Rule(metric="accuracy", limit=0.1)]
    result = run_gate(rules, [make_run(drop(40), model="<m>|\x01")], [make_run(GOOD)])
    assert [str(r.verdict) for r in result.results] == ["regressed", "regressed", "pass"]
    suite = ET.fromstring(junit(result, "report").encode())[0]
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    assert markdown(result).count("\\|") == 3
    assert all(
        line.startswith("::error ") for line in workflow_commands(result, "report", Path("h.toml"))
    )


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("task_version", "has version 1 now and had other then: evaluate the reference again"),
        ("data", "its data has changed"),
        ("prompts", "have different prompts"),
        ("verifier", "graded by other and are now graded by v@1: `harness regrade`"),
    ],
)
def test_a_baseline_that_does_not_fit_is_an_error_and_no_verdict(make_run, fact, said):
    old = make_run(GOOD)
    old = replace(old, facts={**old.facts, fact: "other"})
    with pytest.raises(HarnessError, match=f"cannot be compared with .*{said}") as error:
        run_gate([ACCURACY], [make_run(GOOD)], [old])
    assert error.value.exit_code == 2
    with pytest.raises(HarnessError, match="200 of 201 problems"):
        run_gate([ACCURACY], [make_run(GOOD, planned=201)], [make_run(GOOD)])


def test_a_flaky_problem_never_decides_alone(make_run):
    def verdict(count, flaky):
        run = make_run(drop(count))
        first = replace(run.outcomes[0], pool_correct=0.25 if flaky else 0.0, samples=4)
        run = replace(run, outcomes=(first, *run.outcomes[1:]))
        return run_gate([ACCURACY], [run], [make_run(GOOD)])

    regressed = GateVerdict.REGRESSED
    least = next(n for n in range(8, 40) if verdict(n, flaky=False).verdict is regressed)
    result = verdict(least, flaky=True)
    assert result.verdict is GateVerdict.INCONCLUSIVE
    assert "depends on the flaky problem p0 alone" in result.results[0].message
    assert result.flaky == ("t: p0",)
    assert verdict(least + 1, flaky=True).verdict is regressed


def test_partial_credit_is_no_flip_from_right_to_wrong_and_not_flaky(make_run):
    """One sample each: p0 falls from 1 to 0.5, p1 from 1 to 0, p2 rises from 0.25 to 1."""
    old, new = make_run([1.0, 1.0, 0.25, 0.5] * 10), make_run([0.5, 0.0, 1.0, 0.5] * 10, id="r2")
    result = run_gate([ACCURACY], [new], [old])
    assert result.flaky == ()
    [flips] = [note for note in notes(result) if "now" in note]
    assert flips.startswith("lower score now: 10 problems: p0, p4")
    assert "; right before, wrong now: 10 problems: p1, p5" in flips
    assert "; higher score now: 10 problems: p2, p6" in flips
    exact = run_gate([ACCURACY], [make_run([0.0, 1.0], id="r2")], [make_run([1.0, 1.0])])
    [flips] = [note for note in notes(exact) if "now" in note]
    assert flips == "right before, wrong now: 1 problem: p0; wrong before, right now: 0 problems"
