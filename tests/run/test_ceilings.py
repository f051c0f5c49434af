"""`tokens<=` and `usd<=`: what one problem may be charged, held against the counting engine."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from harness.analysis.curves import load_curves
from harness.core import BackendError, Status, UsageError
from harness.cost import PriceEntry, price
from harness.results.outcomes import load_outcomes
from harness.results.samples import iter_samples
from harness.store import open_store
from harness.store.verify import verify

from ..grids import every_second, in_turn  # noqa: TID252

BUDGETS = (
    "greedy",
    "think@64",
    "think@64:waits=2",
    "sample@6",
    "vote@6",
    "vote@4:think=40,min=20",
    "best@4:reward=steps",
    "best@4:reward=judge",
    "best@4:reward=counting,think=20",
    "weighted@4:reward=judge:2",
    "adaptive@9:p=0.9",
    "revise@2x3",
    "revise@2x2:select=best,reward=judge",
    "beam@6x3:reward=steps",
    "beam@4x2:reward=judge,select=best",
    "dvts@6x3:reward=counting",
    "lookahead@6x3+2:reward=steps",
    "lookahead@4x2+1:reward=judge:2",
    "mcts@12x2:reward=steps,batch=5",
    "mcts@6:reward=judge",
    "rmaxts@12:batch=4",
    "rmaxts@9:select=vote",
)
PRICE = PriceEntry(models=(), date=dt.date(2024, 1, 1), input=0.15, output=0.6, source="test")
FAR = 10**9


def outcomes(tmp_path, report, db="t.sqlite"):
    with open_store(tmp_path / db) as store:
        return load_outcomes(store, report.id).outcomes


@pytest.mark.parametrize(
    ("budget", "ceiling"), in_turn(BUDGETS, ((23, False), (150, True)), step=2)
)
def test_charged_is_the_engines_count_and_never_above_the_ceiling(
    run, stub, counting, tmp_path, budget, ceiling
):
    tokens, prompt_once = ceiling
    backend = stub(lines=3, prompt_once=prompt_once)
    result = run(backend, f"{budget} tokens<={tokens}", limit=3)
    assert result.ok
    [report] = result.reports
    for usage in (report.charged, report.spent):
        assert usage.output_tokens == backend.output_tokens
        assert usage.prompt_tokens == backend.prompt_tokens + counting.tokens
    charged = [problem.tokens for problem in outcomes(tmp_path, report)]
    assert len(charged) == 3
    assert max(charged) <= tokens
    assert report.stopped <= sum(c == tokens for c in charged)  # one may end exactly there


@pytest.mark.parametrize("usd", ["0.00001", "0.0003"])
@pytest.mark.parametrize(
    "budget", [b for b in BUDGETS if "judge" in b or "@6:" in b or "@2x3" in b]
)
def test_dollars_are_never_above_the_ceiling(run, stub, tmp_path, budget, usd):
    backend = stub(lines=3)
    [report] = run(backend, f"{budget} usd<={usd}", limit=3, price=PRICE).reports
    assert report.charged.output_tokens == backend.output_tokens
    assert report.charged.prompt_tokens == backend.prompt_tokens
    assert report.usd == pytest.approx(price(report.charged, PRICE))
    assert max(problem.usd for problem in outcomes(tmp_path, report)) <= float(usd) * (1 + 1e-12)


@pytest.mark.parametrize("budget", every_second(BUDGETS, step=4))
def test_a_ceiling_out_of_reach_changes_nothing(run, stub, counting, budget):
    free, capped = stub(lines=3), stub(lines=3)
    [expected] = run(free, budget, limit=3, db="free.sqlite").reports
    [report] = run(capped, f"{budget} tokens<={FAR}", limit=3, db="capped.sqlite").reports
    assert report.stopped == 0
    assert report.charged == expected.charged
    assert report.verdicts == pytest.approx(expected.verdicts)
    assert capped.output_tokens == free.output_tokens


@pytest.mark.parametrize("budget", every_second(BUDGETS, 1, step=4))
def test_what_breaks_off_goes_on_to_the_same_end(run, stub, counting, budget):
    capped = f"{budget} tokens<=150"
    whole = stub(lines=3)
    [expected] = run(whole, capped, limit=3, db="whole.sqlite").reports
    stop = max(1, whole.calls // 2)

    def die(_request, call):
        return BackendError("the engine died", fatal=True) if call >= stop else None

    first, second, third = stub(lines=3, fail=die), stub(lines=3), stub(lines=3)
    with pytest.raises(BackendError, match="the engine died"):
        run(first, capped, limit=3)
    [report] = run(second, capped, limit=3).reports
    assert first.output_tokens + second.output_tokens == whole.output_tokens
    assert (report.charged, report.verdicts) == (expected.charged, expected.verdicts)
    assert report.stopped == expected.stopped
    [again] = run(third, capped, limit=3).reports
    assert third.calls == 0
    assert again.charged == expected.charged


def test_samples_come_in_their_order_until_the_ceiling(run, stub, tmp_path):
    [pool] = run(stub(), "sample@8", db="pool.sqlite").reports
    sizes = {}
    with open_store(tmp_path / "pool.sqlite") as store:
        for view in iter_samples(store, pool.id):  # in the order of their indices
            sizes.setdefault(view.problem.id, []).append(view.usage.output_tokens)
    [report] = run(stub(), "vote@8 tokens<=25").reports
    drawn = {problem.id: problem for problem in outcomes(tmp_path, report)}
    assert report.stopped == len(drawn)  # eight of at least 9 tokens are more than 25
    for name, tokens in sizes.items():
        begun = next(i for i in range(9) if sum(tokens[:i]) >= 25)
        assert drawn[name].tokens == 25
        assert drawn[name].samples == begun


@pytest.mark.parametrize("prompt_once", [False, True])
def test_a_sweep_with_ceilings_costs_its_dearest_point(run, stub, prompt_once):
    sweep, alone = stub(prompt_once=prompt_once), stub(prompt_once=prompt_once)
    budgets = ("vote@{2,8} tokens<={15,40}", "sample@8", "adaptive@8 tokens<=33")
    reports = run(sweep, *budgets, db="sweep.sqlite").reports
    run(alone, "sample@8", db="alone.sqlite")
    assert len(reports) == 6
    assert (sweep.calls, sweep.output_tokens) == (alone.calls, alone.output_tokens)
    for report in reports:
        single = stub(prompt_once=prompt_once)
        name = report.budget.replace("<=", "-")
        [by_itself] = run(single, report.budget, db=f"{name}.sqlite").reports
        assert report.charged == by_itself.charged
        assert report.verdicts == by_itself.verdicts
        assert by_itself.charged.output_tokens == single.output_tokens


def test_an_attempt_without_an_answer_is_truncated_and_done(run, stub, tmp_path):
    backend = stub()
    result = run(backend, "vote@4:think=64 tokens<=4", limit=5)
    [report] = result.reports
    assert result.ok
    assert (report.status, report.stopped, report.correct) == ("complete", 5, 0)
    assert report.verdicts == {Status.TRUNCATED: 5}
    assert report.truncated == 1
    assert report.charged.output_tokens == 20
    with open_store(tmp_path / "t.sqlite") as store:
        assert verify(store)[1] == []
        views = list(iter_samples(store, report.id))
    assert [view.verdict.status for view in views] == [Status.TRUNCATED] * 5
    again = stub()
    run(again, "vote@4:think=64 tokens<=4", limit=5)
    assert again.calls == 0


def test_a_prompt_dearer_than_the_ceiling_is_not_sent(run, stub):
    for _ in range(2):
        backend = stub()
        [report] = run(backend, "vote@4 usd<=0.000000001", limit=5, price=PRICE).reports
        assert backend.calls == 0
        assert (report.problems, report.stopped) == (5, 5)
        assert report.verdicts == {Status.TRUNCATED: 5}
        assert report.charged.output_tokens == 0
        assert report.usd == 0


def test_an_answer_is_scored_before_the_next_is_begun(run, stub, tmp_path):
    backend = stub(lines=3)
    [report] = run(backend, "best@8:reward=judge tokens<=80", limit=4).reports
    with open_store(tmp_path / "t.sqlite") as store:
        views = list(iter_samples(store, report.id))
    assert {view.problem.id for view in views} == {"p0", "p1", "p2", "p3"}
    assert all(view.steps is not None for view in views)


def test_unknown_tokens_count_as_the_limit_of_their_call(run, stub):
    backend = stub()
    whole = backend.generate

    async def forgetful(request):
        reply = await whole(request)
        lost = tuple(replace(c, output_tokens=None, token_ends=None) for c in reply.completions)
        return replace(reply, completions=lost, usage=replace(reply.usage, output_tokens=None))

    backend.generate = forgetful
    [report] = run(backend, "vote@4:max=20 tokens<=50", limit=3).reports
    assert sorted(r.sampling.max_tokens for r in backend.requests) == [10] * 3 + [20] * 6
    assert report.charged.output_tokens is None


def test_another_price_is_another_run(run, stub):
    dear = PriceEntry(models=(), date=dt.date(2024, 1, 1), input=1.5, output=6.0, source="test")
    [cheap] = run(stub(), "vote@6 usd<=0.00003", price=PRICE).reports
    [costly] = run(stub(), "vote@6 usd<=0.00003", price=dear).reports
    assert cheap.id != costly.id
    assert cheap.charged.output_tokens > costly.charged.output_tokens
    assert Decimal(str(costly.usd)) <= 12 * Decimal("0.00003")


def test_ceilings_of_one_budget_are_one_curve(run, stub, tmp_path):
    run(stub(), "vote@8 tokens<={20,60}", "think@{0,8}")
    with open_store(tmp_path / "t.sqlite") as store:
        curves = {curve.metric: curve for curve in load_curves(store)}
    assert [p.size for p in curves["vote@8 tokens<=n"].points] == [20, 60]
    assert [p.cost("tokens") for p in curves["vote@8 tokens<=n"].points] == [20, 60]
    assert [p.size for p in curves["think@n"].points] == [0, 8]


def slow(backend, *latencies):
    """The backend, with so many seconds for its calls to each problem, in turn; tokens decide
    nothing."""
    whole, counts = backend.generate, {}

    async def generate(request):
        prompt = request.prompt.messages[-1].content
        counts[prompt] = number = counts.get(prompt, -1) + 1
        return replace(await whole(request), latency_s=latencies[number % len(latencies)])

    backend.generate = generate
    return backend


def test_seconds_end_an_attempt_and_what_comes_late_is_no_answer(run, stub, tmp_path):
    backend = slow(stub(), 0.4)
    [report] = run(backend, "vote@8 seconds<=1", limit=3).reports
    assert backend.calls == 9  # at 0.4 and 0.8 an answer, at 1.2 none
    assert report.stopped == 3
    assert report.charged_seconds == pytest.approx(3 * 1.2)
    assert report.obedience.asked == 1
    assert (report.obedience.within, report.obedience.median) == (0, pytest.approx(1.2))
    with open_store(tmp_path / "t.sqlite") as store:
        assert len(list(iter_samples(store, report.id))) == 6
        assert verify(store)[1] == []


def test_what_comes_at_the_last_second_is_in_time(run, stub):
    backend = slow(stub(), 0.5)
    [report] = run(backend, "vote@8 seconds<=1", limit=3).reports
    assert (backend.calls, report.stopped) == (6, 3)
    assert report.obedience.within == 1


def test_seconds_that_one_call_passes_leave_no_answer(run, stub):
    [report] = run(slow(stub(), 3.0), "greedy seconds<=2.5", limit=3).reports
    assert report.verdicts == {Status.TRUNCATED: 3}
    assert report.charged_seconds == pytest.approx(9)


def test_samples_from_the_store_take_the_seconds_that_they_took(run, stub):
    run(slow(stub(), 0.1, 0.2, 0.3, 0.4), "vote@4", limit=3)
    again = slow(stub(), 9.0)
    [report] = run(again, "vote@4 seconds<=0.65", limit=3).reports
    assert again.calls == 0
    assert report.charged_seconds == pytest.approx(3 * 1.0)  # 0.6 in time, 0.4 more too late
    assert report.stopped == 3


def test_prompts_from_a_cache_leave_more_of_the_dollars(run, stub, tmp_path):
    def caching(backend):
        """All but the first reading of a prompt comes from the cache."""
        whole, seen = backend.generate, set()

        async def generate(request):
            reply = await whole(request)
            prompt = request.prompt.messages[-1].content
            cached = reply.usage.prompt_tokens if prompt in seen else 0
            seen.add(prompt)
            return replace(reply, usage=replace(reply.usage, cached_prompt_tokens=cached))

        backend.generate = generate
        return backend

    entry = replace(PRICE, cached=0.0)
    budget = "vote@40 usd<=0.0001"
    [full] = run(stub(), budget, price=entry, db="full.sqlite").reports
    backend = caching(stub())
    [cached] = run(backend, budget, price=entry).reports
    assert cached.usd == pytest.approx(price(cached.charged, entry))
    assert max(problem.usd for problem in outcomes(tmp_path, cached)) <= 0.0001 * (1 + 1e-12)
    assert cached.charged.output_tokens > full.charged.output_tokens
    [again] = run(stub(), budget.replace("40", "39"), price=entry).reports  # from the store
    assert again.usd <= cached.usd


def test_a_curve_over_seconds_counts_calls_one_behind_the_other(run, stub, tmp_path):
    run(slow(stub(), 0.1, 0.3, 0.1, 0.3), "vote@4", limit=6)
    with open_store(tmp_path / "t.sqlite") as store:
        curve = next(c for c in load_curves(store) if c.metric == "vote@k")
    costs = [point.cost("seconds") for point in curve.points]
    assert costs == pytest.approx([0.2, 0.4, 0.8])  # the mean of k of the four, times k


def test_a_call_for_several_samples_takes_its_seconds_once(run, stub, tmp_path):
    run(slow(stub(prompt_once=True), 0.5), "vote@4", limit=6)
    with open_store(tmp_path / "t.sqlite") as store:
        curve = next(c for c in load_curves(store) if c.metric == "vote@k")
    assert [p.cost("seconds") for p in curve.points] == pytest.approx([0.5] * 3)


@pytest.mark.parametrize(
    ("budget", "options", "message"),
    [
        ("vote@4 usd<=0.01", {}, "set price="),
        ("best@4:reward=counting usd<=0.01", {"price": PRICE}, "what counting reads"),
        ("vote@4 usd<=0.01", {"price": PRICE, "gpu_usd_per_hour": 2.0}, "leave out one of them"),
    ],
)
def test_dollars_that_cannot_be_counted_are_refused(run, stub, budget, options, message):
    backend = stub()
    with pytest.raises(UsageError, match=message):
        run(backend, budget, **options)
    assert backend.calls == 0
