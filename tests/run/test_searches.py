"""Every strategy against the counting engine: the ledger, resuming, and what goes wrong."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from harness.core import BackendError, UsageError

from ..grids import in_turn  # noqa: TID252

PLUGIN = Path(__file__).with_name("stub_plugin.py")

WHOLE = (
    "adaptive@9:p=0.9",
    "adaptive@6:think=20",
    "revise@3",
    "revise@3x3:select=vote",
    "revise@2x2:select=best,reward=steps",
    "revise@2x3:select=weighted,reward=judge:2",
    "revise@2x2:think=20,min=10",
    "beam@6x3:reward=steps",
    "beam@8x2:reward=counting,select=best",
    "beam@4x4:reward=judge,select=vote",
    "beam@4x2:reward=steps,rounds=2",
    "dvts@6x3:reward=steps",
    "dvts@8x2:reward=counting",
    "lookahead@6x3+2:reward=steps",
    "lookahead@4x2+1:reward=judge:2",
    "mcts@20:reward=steps",
    "mcts@9x2:reward=judge,batch=3",
    "mcts@12:reward=counting,c=0.3",
    "rmaxts@20",
    "rmaxts@12:select=vote,batch=4",
)
POOLS = (
    "best@5:reward=steps",
    "best@5:reward=judge",
    "best@4:reward=judge:3",
    "best@4:reward=counting,agg=min",
    "weighted@5:reward=counting",
    "best@3:reward=counting,think=20",
    "think@64:min=30",
    "think@64:waits=2",
    "vote@3:think=40,min=20",
)


@pytest.mark.parametrize(
    ("budget", "prompt_once"), in_turn((*WHOLE, *POOLS), (False, True), step=2)
)
def test_charged_equals_the_engines_own_count_when_run_alone(
    run, stub, counting, budget, prompt_once
):
    backend = stub(prompt_once=prompt_once, lines=3)
    result = run(backend, budget, limit=5)
    assert result.ok
    [report] = result.reports
    for usage in (report.charged, report.spent):
        assert usage.prompt_tokens == backend.prompt_tokens + counting.tokens
        assert usage.output_tokens == backend.output_tokens
    assert report.calls == backend.calls + counting.calls
    if "reward" in budget:
        generator, reward = report.charged_by_role["generator"], report.charged_by_role["reward"]
        assert generator.prompt_tokens + reward.prompt_tokens == report.charged.prompt_tokens
        assert (reward.prompt_tokens > 0) == ("steps" not in budget)


@pytest.mark.parametrize(("budget", "share"), in_turn((*WHOLE, *POOLS), (0.1, 0.5, 0.9), step=3))
def test_a_search_broken_off_goes_on_without_paying_twice(run, stub, counting, budget, share):
    whole = stub(lines=3)
    [expected] = run(whole, budget, limit=4, db="whole.sqlite").reports
    scored = counting.scored
    counting.reset()
    stop = max(1, round(whole.calls * share))

    def die(_request, call):
        return BackendError("the engine died", fatal=True) if call >= stop else None

    first, second = stub(lines=3, fail=die), stub(lines=3)
    with pytest.raises(BackendError, match="the engine died"):
        run(first, budget, limit=4)
    assert first.samples == stop - 1
    [report] = run(second, budget, limit=4).reports
    assert first.samples + second.samples == whole.samples
    assert first.output_tokens + second.output_tokens == whole.output_tokens
    assert counting.scored == scored
    assert report.charged == expected.charged
    assert report.verdicts == expected.verdicts
    assert report.spent.output_tokens == whole.output_tokens


def command(harness: Path, db: Path) -> list[str]:
    words = [str(harness), "eval", "--plugin", str(PLUGIN), "--db", str(db)]
    words += ["--model", "stub:lines3", "--task", "thirds", "--limit", "6", "--quiet"]
    for budget in ("beam@6x3:reward=steps", "mcts@12:reward=judge", "adaptive@9", "revise@2x2"):
        words += ["--budget", budget]
    return words


@pytest.mark.slow
def test_a_killed_search_ends_like_an_uninterrupted_one(harness_command, tmp_path, contents):
    killed, whole = tmp_path / "killed.sqlite", tmp_path / "whole.sqlite"
    env = {**os.environ, "HARNESS_STUB_KILL_AT": f"83:{killed}"}
    assert (
        subprocess.run(command(harness_command, killed), env=env, capture_output=True).returncode
        == -9
    )
    again = subprocess.run(command(harness_command, killed), capture_output=True, check=True)
    straight = subprocess.run(command(harness_command, whole), capture_output=True, check=True)
    assert again.stdout == straight.stdout
    assert contents(killed) == contents(whole)


def test_a_sweep_of_all_pool_strategies_spends_what_the_largest_spends(run, stub):
    sizes = "{1,2,4,8,16,32,64}"
    sweep, alone = stub(lines=2), stub(lines=2)
    budgets = [f"{name}@{sizes}" for name in ("sample", "vote")]
    budgets += [f"{name}@{sizes}:reward=steps" for name in ("best", "weighted")]
    reports = run(sweep, *budgets, limit=3, db="sweep.sqlite").reports
    run(alone, "sample@64", limit=3, db="alone.sqlite")
    assert len(reports) == 28
    assert (sweep.calls, sweep.prompt_tokens, sweep.output_tokens) == (
        alone.calls,
        alone.prompt_tokens,
        alone.output_tokens,
    )
    by_budget = {report.budget: report for report in reports}
    for name in ("vote", "best", "weighted"):
        tail = "" if name == "vote" else ":reward=steps"
        small, large = by_budget[f"{name}@16{tail}"], by_budget[f"{name}@64{tail}"]
        assert small.charged.output_tokens == pytest.approx(large.charged.output_tokens / 4)


def test_adaptive_votes_use_the_samples_of_the_pool(run, stub):
    backend = stub()
    reports = run(backend, "sample@16", "adaptive@16").reports
    alone = stub()
    run(alone, "sample@16", db="alone.sqlite")
    assert backend.samples == alone.samples
    assert reports[1].charged.output_tokens < reports[0].charged.output_tokens


def test_thinking_at_eight_lengths_spends_at_most_a_quarter_more(run, stub):
    sweep, longest = stub(thought=800), stub(thought=800)
    run(sweep, "think@{100,200,300,400,500,600,700,800}", db="sweep.sqlite")
    run(longest, "think@800", db="longest.sqlite")
    assert len([r for r in sweep.requests if r.prefix == "<t>"]) == 12
    assert sweep.output_tokens <= 1.25 * longest.output_tokens


def test_what_is_charged_does_not_depend_on_what_stood_before(run, stub):
    shared, alone = stub(lines=3), stub(lines=3)
    budgets = (
        "sample@8",
        "beam@8x4:reward=steps",
        "beam@4x2:reward=steps",
        "dvts@8x4:reward=steps",
    )
    together = {r.budget: r for r in run(shared, *budgets, limit=4).reports}
    for budget in budgets:
        [report] = run(alone, budget, limit=4, db=f"{budget[:8]}.sqlite").reports
        assert report.charged == together[budget].charged
        assert report.flops == together[budget].flops
    assert shared.samples < alone.samples


def test_a_reward_that_is_nan_fails_its_attempt_and_keeps_the_rest(run, stub, counting):
    counting.break_at = 9
    backend = stub(lines=3)
    result = run(backend, "beam@6x3:reward=counting", limit=4)
    assert result.failed == 1
    assert "gave nan instead of a value from 0 to 1" in result.errors[0]
    [report] = result.reports
    assert (report.problems, report.failed) == (3, 1)
    counting.break_at = 0
    second, whole = stub(lines=3), stub(lines=3)
    [report] = run(second, "beam@6x3:reward=counting", limit=4).reports
    run(whole, "beam@6x3:reward=counting", limit=4, db="whole.sqlite")
    assert report.status == "complete"
    assert backend.samples + second.samples == whole.samples


def test_a_call_that_fails_in_a_search_lets_those_beside_it_finish(run, stub):
    def fail(_request, call):
        return BackendError("too tired") if call == 5 else None

    first, second, whole = stub(lines=3, fail=fail), stub(lines=3), stub(lines=3)
    assert run(first, "dvts@6x3:reward=steps", limit=2).failed == 1
    run(second, "dvts@6x3:reward=steps", limit=2)
    run(whole, "dvts@6x3:reward=steps", limit=2, db="whole.sqlite")
    assert first.samples + second.samples == whole.samples


@pytest.mark.parametrize("limit", [300, 1500])
def test_the_token_limit_holds_in_a_search(run, stub, counting, limit):
    backend = stub(lines=3)
    result = run(backend, "beam@6x3:reward=counting,max=60", limit=6, max_total_tokens=limit)
    assert backend.prompt_tokens + backend.output_tokens + counting.tokens <= limit
    assert result.limit_reached
    second, whole = stub(lines=3), stub(lines=3)
    run(second, "beam@6x3:reward=counting,max=60", limit=6)
    run(whole, "beam@6x3:reward=counting,max=60", limit=6, db="whole.sqlite")
    assert backend.samples + second.samples == whole.samples


def test_searches_of_many_problems_keep_the_engine_full(run, stub):
    backend = stub(lines=3)
    run(backend, "beam@8x4:reward=steps", limit=40)
    assert backend.most_in_flight == backend.info.concurrency


def test_shared_prefixes_are_sent_as_prefixes(run, stub):
    backend = stub(lines=3)
    run(backend, "beam@6x3:reward=steps", limit=1)
    said = {""}
    for request in backend.requests:
        assert request.prefix == "" or request.prefix.endswith("\n")
        said.add(request.prefix)
    steps = [prefix for prefix in said if prefix]
    assert all(prefix[: prefix[:-1].rfind("\n") + 1] in said for prefix in steps)


def test_flops_count_a_shared_context_once(run, stub):
    from harness.cost import flops

    backend = stub(lines=0)
    [report] = run(backend, "vote@4", limit=1).reports
    prompt = backend.prompt_tokens // 4
    info = backend.info
    outputs = [c.output_tokens for c in backend.completions]
    expected = flops(info, prompt, 0) + sum(
        flops(info, prompt, o, cached_prompt_tokens=prompt) for o in outputs
    )
    assert report.flops == pytest.approx(expected)


@pytest.mark.parametrize("budget", ["think@8", "vote@2:think=8", "adaptive@4:think=8"])
def test_a_model_without_marks_cannot_have_its_thought_cut(run, stub, budget):
    backend = stub(marks=None)
    with pytest.raises(UsageError, match="no thinking marks"):
        run(backend, budget)
    assert backend.calls == 0
