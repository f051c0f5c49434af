"""FLOPs, prices and frontiers, against hand-made sums and exhaustive search."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.core import DataError, ModelInfo, Usage
from harness.cost import (
    PriceEntry,
    area_under_log_cost,
    cost_of_pass,
    find_price,
    flops,
    inference_multiplier,
    load_prices,
    pareto,
    price,
    price_of_model,
    prices,
)
from harness.cost.catalogue import catalogue_price

MODEL = ModelInfo(
    spec="hf:x", name="x", fingerprint="f", parameters=1000, layers=3, width=8, prompt_once=True
)


def test_flops_are_the_sum_over_tokens() -> None:
    by_hand = sum(2 * (1000 + 2 * 3 * 8 * context) for context in range(1, 13))
    assert flops(MODEL, 7, 5) == by_hand
    later = sum(2 * (1000 + 2 * 3 * 8 * context) for context in range(8, 13))
    assert flops(MODEL, 7, 5, cached_prompt_tokens=7) == later


def test_flops_of_a_published_shape() -> None:
    # Llama-3-8B: 8.03e9 parameters, 32 layers, width 4096. At 1000 tokens attention adds
    # 2·32·4096·500 on average to 8.03e9: 1.6%.
    llama = replace(MODEL, parameters=8_030_000_000, layers=32, width=4096)
    got = flops(llama, 0, 1000)
    assert got == pytest.approx(2 * 8.03e9 * 1000 * 1.0163, rel=1e-3)


def test_flops_use_active_parameters_and_know_what_they_do_not_know() -> None:
    assert flops(replace(MODEL, active_parameters=10), 1, 0) == 2 * (10 + 48)
    for unknown in ({"parameters": None}, {"layers": None}, {"width": None}):
        assert flops(replace(MODEL, **unknown), 7, 5) is None
    assert flops(MODEL, None, 5) is None
    assert flops(MODEL, 7, None) is None
    with pytest.raises(ValueError, match="token counts"):
        flops(MODEL, 3, 5, cached_prompt_tokens=4)


ENTRY = PriceEntry(
    models=("m",), date=dt.date(2024, 1, 1), input=2.0, cached=0.5, output=8.0, source="s"
)


def test_price_in_closed_form() -> None:
    usage = Usage(prompt_tokens=1_000_000, cached_prompt_tokens=400_000, output_tokens=250_000)
    assert price(usage, ENTRY) == pytest.approx(0.6 * 2 + 0.4 * 0.5 + 0.25 * 8)
    assert price(usage, replace(ENTRY, cached=None)) == pytest.approx(2 + 2)
    assert price(replace(usage, cached_prompt_tokens=None), ENTRY) == pytest.approx(4)


def test_a_published_bill() -> None:
    # https://community.openai.com/t/1099176: 2385 prompt tokens, 2305 of them cached, 2535 out.
    usage = Usage(prompt_tokens=2385, cached_prompt_tokens=2305, output_tokens=2535)
    entry = catalogue_price("o1-preview-2024-09-12", dt.date(2025, 1, 22), provider="openai")
    assert price(usage, entry) == pytest.approx(80 * 15e-6 + 2305 * 7.5e-6 + 2535 * 60e-6)


def test_unpriced_is_none_never_zero() -> None:
    assert price(Usage(prompt_tokens=5, output_tokens=5), None) is None
    assert price(Usage(prompt_tokens=5), ENTRY) is None
    assert price(Usage(output_tokens=5), ENTRY) is None
    with pytest.raises(ValueError, match="cached"):
        price(Usage(prompt_tokens=1, cached_prompt_tokens=2, output_tokens=0), ENTRY)


def test_the_price_of_a_day_is_the_one_that_held() -> None:
    older = replace(ENTRY, until=dt.date(2024, 6, 1))
    newer = replace(ENTRY, date=dt.date(2024, 9, 1), input=1.0)
    book = [newer, older]
    assert find_price("m", dt.date(2023, 12, 31), book) is None
    assert find_price("m", dt.date(2024, 1, 1), book) is older
    assert find_price("m", dt.date(2024, 6, 1), book) is None
    assert find_price("m", dt.date(2025, 1, 1), book) is newer
    assert find_price("m-large", dt.date(2025, 1, 1), book) is None
    assert find_price("no-such-model", dt.date(2025, 1, 1)) is None


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-5"),
        ("anthropic", "claude-sonnet-4-5"),
        ("google", "gemini-2.5-pro"),
        ("openrouter", "openai/gpt-5"),
    ],
)
@pytest.mark.parametrize("prompt", [1_000, 199_999, 200_001, 900_000])
def test_the_catalogues_prices_are_what_the_package_itself_computes(
    provider: str, model: str, prompt: int
) -> None:
    """Cache prices and tiers included, by genai-prices' own arithmetic."""
    genai_prices = pytest.importorskip("genai_prices")
    day = dt.date(2026, 6, 1)
    entry = catalogue_price(model, day, provider=provider)
    usage = Usage(prompt_tokens=prompt, cached_prompt_tokens=prompt // 2, output_tokens=5_000)
    theirs = genai_prices.calc_price(
        genai_prices.Usage(input_tokens=prompt, cache_read_tokens=prompt // 2, output_tokens=5_000),
        model,
        provider_id=provider,
        genai_request_timestamp=dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC),
    )
    assert price(usage, entry, one_call=True) == pytest.approx(float(theirs.total_price))
    assert entry is not None
    assert PriceEntry.from_json(entry.to_json()) == entry
    assert entry.source.startswith("https://")
    assert entry.book.startswith("genai-prices ")


def test_a_model_of_ones_own_with_a_famous_name_is_not_priced() -> None:
    def of(url: str | None) -> PriceEntry | None:
        info = ModelInfo(spec="s", name="gpt-5", fingerprint="f", extra={"url": url})
        return price_of_model(info, dt.date(2026, 6, 1))

    assert of("http://127.0.0.1:8000/v1") is None
    assert of(None) is None
    assert of("https://api.openai.com/v1") is not None


@pytest.mark.parametrize("host", ["localhost", "gpu-box", "127.0.0.1", "10.0.0.7:8000", "[::1]:80"])
def test_for_a_server_of_ones_own_the_price_list_is_not_even_loaded(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(prices, "catalogue_price", lambda *_, url: asked.append(url))
    info = ModelInfo(spec="s", name="m", fingerprint="f", extra={"url": f"http://{host}/v1"})
    assert price_of_model(info, dt.date(2026, 6, 1)) is None
    assert asked == []
    far = ModelInfo(spec="s", name="m", fingerprint="f", extra={"url": "https://api.x.ai/v1"})
    assert price_of_model(far, dt.date(2026, 6, 1)) is None
    assert asked == ["https://api.x.ai/v1"]


def test_our_own_dated_entry_goes_before_the_package() -> None:
    info = ModelInfo(
        spec="s", name="o1-mini", fingerprint="f", extra={"url": "https://api.openai.com/v1"}
    )
    before = price_of_model(info, dt.date(2025, 6, 2))
    after = price_of_model(info, dt.date(2025, 6, 3))
    assert before is not None
    assert after is not None
    assert (before.input, before.book) == (3.0, "prices.toml")
    assert (after.input, after.book[:12]) == (1.1, "genai-prices")


def test_the_shipped_book_is_sound() -> None:
    book = load_prices()
    seen = set()
    for entry in book:
        assert entry.source.startswith("https://")
        assert entry.output >= entry.input >= (entry.cached or 0)
        assert entry.until is None or entry.date < entry.until
        for model in entry.models:
            assert (model, entry.date) not in seen
            seen.add((model, entry.date))
        assert PriceEntry.from_json(entry.to_json()) == entry


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[price]]\nmodels=['m']", "misses"),
        ("price = 3", "needs"),
        ("not toml", "price book"),
        ("[[price]]\nmodels=['m']\ndate='x'\ninput=1\noutput=1\nsource='s'", "dates"),
        ("[[price]]\nmodels=['m']\ndate=2024-01-01\ninput=-1\noutput=1\nsource='s'", "prices"),
        ("[[price]]\nmodels=[]\ndate=2024-01-01\ninput=1\noutput=1\nsource='s'", "models"),
    ],
)
def test_a_bad_book_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=says):
        load_prices(path)


def test_cost_of_pass() -> None:
    assert cost_of_pass(0.3, 0.6) == pytest.approx(0.5)
    assert cost_of_pass(1, 0) == math.inf
    assert cost_of_pass(None, 0.5) is None
    with pytest.raises(ValueError, match="success"):
        cost_of_pass(1, 60)


points = st.lists(
    st.tuples(st.integers(1, 6).map(float), st.integers(0, 5).map(float)), max_size=12
)


@given(points)
def test_pareto_is_the_definition(ps: list[tuple[float, float]]) -> None:
    def beaten(i: int) -> bool:
        c, a = ps[i]
        return any(d <= c and b >= a and (d < c or b > a) for d, b in ps)

    assert sorted(pareto(ps)) == [i for i in range(len(ps)) if not beaten(i)]
    costs = [ps[i][0] for i in pareto(ps)]
    assert costs == sorted(costs)


def test_equal_points_all_stay_on_the_frontier() -> None:
    """Two budgets whose figures coincide, but for the order in which they were summed."""
    same = [(57.0125, 0.1 + 0.2), (57.0125 * (1 + 1e-15), 0.3), (60.0, 0.3), (60.0, 0.9)]
    assert sorted(pareto(same)) == [0, 1, 3]


def test_area_in_closed_form() -> None:
    stairs = [(1.0, 0.2), (10.0, 0.6), (100.0, 0.5), (1000.0, 0.9)]
    assert area_under_log_cost(stairs) == pytest.approx((0.2 + 0.6 + 0.6) / 3)
    assert area_under_log_cost(stairs, 0.1, 100) == pytest.approx((0 + 0.2 + 0.6) / 3)
    assert area_under_log_cost(stairs, 1, 1e4) == pytest.approx((0.2 + 0.6 + 0.6 + 0.9) / 4)
    assert area_under_log_cost([(5.0, 0.7)]) == 0.7
    assert area_under_log_cost(stairs, 0.01, 0.1) == 0
    for bad in ([], [(0.0, 0.5)], [(1.0, math.nan)]):
        with pytest.raises(ValueError, match="point"):
            area_under_log_cost(bad)
    with pytest.raises(ValueError, match="bounds"):
        area_under_log_cost(stairs, 5, 2)


@pytest.mark.parametrize(("ratio", "allowed"), [(0.16, 257.75), (0.79, 63.4), (22, 15.8)])
def test_snells_worked_multipliers(ratio: float, allowed: float) -> None:
    # Snell et al. 2024, section 7: a model of 14 times the parameters, R inference tokens a
    # pretraining token.
    assert inference_multiplier(14, ratio) == pytest.approx(allowed, abs=0.06)
    assert inference_multiplier(1, ratio) == 1
    assert inference_multiplier(14, 1e12) == pytest.approx(14)
    with pytest.raises(ValueError, match="inference_ratio"):
        inference_multiplier(14, 0)


# Brown et al. 2024 (arXiv 2407.21787), table 1: SWE-bench Lite, 300 issues. Dollars of an attempt,
# attempts, share of issues solved; then what the table draws from them, total dollars and relative
# to the cheapest; last the dollars of a solved issue, divided by hand.
MONKEYS = [
    ("DeepSeek-V2-Coder", 0.0072, 5, 0.2962, 10.8, 1.0, 0.1215),
    ("GPT-4o", 0.13, 1, 0.2400, 39.0, 3.6, 0.5417),
    ("Claude 3.5 Sonnet", 0.17, 1, 0.2670, 51.0, 4.7, 0.6367),
]


@pytest.mark.parametrize(
    ("_model", "each", "attempts", "solved", "total", "relative", "per_solved"), MONKEYS
)
def test_the_price_table_of_large_language_monkeys(
    _model: str,
    each: float,
    attempts: int,
    solved: float,
    total: float,
    relative: float,
    per_solved: float,
) -> None:
    # A price book whose unit makes one output token one attempt's dollars.
    entry = PriceEntry(models=(), date=dt.date(2024, 7, 31), input=0, output=each * 1e6, source="s")
    issue = price(Usage(prompt_tokens=0, output_tokens=attempts), entry)
    assert issue is not None
    assert 300 * issue == pytest.approx(total)
    assert 300 * issue / MONKEYS[0][4] == pytest.approx(relative, abs=0.05)
    assert cost_of_pass(issue, solved) == pytest.approx(per_solved, abs=0.0001)
