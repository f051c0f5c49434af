"""--max-tokens and --max-usd are hard, and the work goes on later."""

from __future__ import annotations

import datetime as dt

import pytest

from harness.core import UsageError
from harness.cost import PriceEntry

PRICE = PriceEntry(models=(), date=dt.date(2024, 1, 1), input=1.0, output=10.0, source="test")


@pytest.mark.parametrize("limit", [100, 777, 2000])
def test_the_token_limit_is_never_passed(run, stub, limit):
    backend = stub()
    result = run(backend, "vote@4:max=20", max_total_tokens=limit)
    assert backend.prompt_tokens + backend.output_tokens <= limit
    assert result.limit_reached
    assert not result.ok
    [report] = result.reports
    assert report.status == "partial"
    assert report.problems < 12


def test_the_dollar_limit_is_never_passed(run, stub):
    backend = stub()
    result = run(backend, "vote@4:max=20", max_usd=0.004, price=PRICE)
    spent = (backend.prompt_tokens * 1.0 + backend.output_tokens * 10.0) / 1e6
    assert 0 < spent <= 0.004
    assert result.limit_reached


def test_a_higher_limit_goes_on_without_paying_twice(run, stub):
    first, second, whole = stub(), stub(), stub()
    run(first, "vote@4:max=20", max_total_tokens=900)
    result = run(second, "vote@4:max=20")
    run(whole, "vote@4:max=20", db="whole.sqlite")
    assert result.ok
    assert first.samples > 0
    assert first.samples + second.samples == whole.samples
    assert first.output_tokens + second.output_tokens == whole.output_tokens


def test_a_dollar_limit_without_a_price_is_refused(run, stub):
    with pytest.raises(UsageError, match="set price="):
        run(stub(), "greedy", max_usd=1.0)
