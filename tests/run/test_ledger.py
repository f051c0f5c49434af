"""What a budget is charged, and what was really spent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ..grids import in_turn  # noqa: TID252

ALONE = (
    "greedy",
    "sample@5",
    "vote@7",
    "vote@7:temperature=1.3,top_p=0.9",
    "think@0",
    "think@8",
    "think@64",
    "vote@6:think=16",
)


@pytest.mark.parametrize(("budget", "prompt_once"), in_turn(ALONE, (False, True)))
def test_charged_equals_the_engines_own_count_when_run_alone(run, stub, budget, prompt_once):
    backend = stub(prompt_once=prompt_once)
    [report] = run(backend, budget).reports
    assert report.charged.prompt_tokens == backend.prompt_tokens
    assert report.charged.output_tokens == backend.output_tokens
    assert report.spent.prompt_tokens == backend.prompt_tokens
    assert report.spent.output_tokens == backend.output_tokens
    assert report.calls == backend.calls


@pytest.mark.parametrize("prompt_once", [False, True])
def test_a_sweep_spends_what_its_dearest_budget_spends(run, stub, prompt_once):
    sweep, alone = stub(prompt_once=prompt_once), stub(prompt_once=prompt_once)
    reports = run(sweep, "vote@{1,2,4,8,16}", "sample@{2,16}", db="sweep.sqlite").reports
    run(alone, "vote@16", db="alone.sqlite")
    assert (sweep.calls, sweep.prompt_tokens, sweep.output_tokens) == (
        alone.calls,
        alone.prompt_tokens,
        alone.output_tokens,
    )
    spent = [report.spent.output_tokens for report in reports]
    assert sum(spent) == sweep.output_tokens
    assert [report.budget for report in reports if report.spent.output_tokens] == ["vote@16"]


@pytest.mark.parametrize("prompt_once", [False, True])
def test_a_smaller_budget_of_a_sweep_is_charged_its_expectation(run, stub, prompt_once):
    [small, large] = run(stub(prompt_once=prompt_once), "vote@{4,16}").reports
    assert small.charged.output_tokens == pytest.approx(large.charged.output_tokens / 4)
    factor = 1 if prompt_once else 4
    assert small.charged.prompt_tokens == pytest.approx(large.charged.prompt_tokens / factor)


def test_a_shared_thought_is_paid_once_and_charged_to_each_that_uses_it(run, stub):
    sweep = stub()
    reports = run(sweep, "think@{4,16,64}", db="sweep.sqlite").reports
    for report in reports:
        alone = stub()
        [single] = run(alone, report.budget, db=f"{report.budget}.sqlite").reports
        assert report.charged == single.charged
        assert report.verdicts == single.verdicts
        assert single.charged.output_tokens == alone.output_tokens
    thoughts = [r for r in sweep.requests if r.prefix == "<t>"]
    assert {r.sampling.max_tokens for r in thoughts} == {64}
    assert len(thoughts) == 12  # one a problem, cut for the two smaller budgets


def test_a_longer_budget_later_generates_only_what_is_new(run, stub):
    first, second = stub(), stub()
    run(first, "think@64")
    run(second, "think@{4,16,64}")
    assert not [r for r in second.requests if r.prefix == "<t>"]


def test_more_samples_later_leave_the_old_ones(run, stub):
    first, second = stub(), stub()
    run(first, "vote@4")
    reports = run(second, "vote@{4,16}").reports
    assert first.samples == 4 * 12
    assert second.samples == 12 * 12
    assert all(report.status == "complete" for report in reports)


def test_half_a_surrogate_pair_from_an_engine_costs_no_sample(run, stub):
    backend = stub()
    whole = backend.generate

    async def odd(request):
        reply = await whole(request)
        broken = tuple(replace(c, text=c.text + "\ud83d") for c in reply.completions)
        return replace(reply, completions=broken)

    backend.generate = odd
    result = run(backend, "vote@3")
    assert result.ok
    again = stub()
    assert run(again, "vote@3").reports[0].verdicts == result.reports[0].verdicts
    assert again.calls == 0


def test_unknown_tokens_stay_unknown(run, stub, monkeypatch):
    backend = stub()
    whole = backend.generate

    async def forgetful(request):
        reply = await whole(request)
        lost = tuple(replace(c, output_tokens=None, token_ends=None) for c in reply.completions)
        return replace(reply, completions=lost, usage=replace(reply.usage, output_tokens=None))

    backend.generate = forgetful
    [report] = run(backend, "vote@3").reports
    assert report.charged.output_tokens is None
    assert report.spent.output_tokens is None
    assert report.flops is None
    assert report.usd is None
    assert report.charged.prompt_tokens == backend.prompt_tokens
