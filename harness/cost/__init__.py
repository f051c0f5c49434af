"""The cost of compute: FLOPs, dollars from a dated price book, and accuracy per cost.

flops(info, prompt_tokens, output_tokens, cached_prompt_tokens=None) -> float | None
price_of_model(info, date) -> PriceEntry | None   our own book, then genai-prices
find_price(model, date) -> PriceEntry | None      load_prices(path) -> entries
price(usage, entry) -> dollars | None             unpriced is None, shown as N/A
cost_of_pass(cost, success) -> cost per correct answer
inference_multiplier(size_ratio, inference_ratio) a small model's allowance at equal FLOPs
pareto([(cost, accuracy), …]) -> indices          area_under_log_cost(points, low, high)
"""

from harness.cost.entries import PriceEntry, PriceTier
from harness.cost.flops import flops
from harness.cost.frontier import area_under_log_cost, cost_of_pass, pareto
from harness.cost.prices import find_price, load_prices, price, price_of_model
from harness.cost.scaling import inference_multiplier

__all__ = [
    "PriceEntry",
    "PriceTier",
    "area_under_log_cost",
    "cost_of_pass",
    "find_price",
    "flops",
    "inference_multiplier",
    "load_prices",
    "pareto",
    "price",
    "price_of_model",
]
