"""Model size against test-time compute: a smaller model's allowance at a larger one's FLOPs."""

from __future__ import annotations

import math


def inference_multiplier(size_ratio: float, inference_ratio: float) -> float:
    """The factor by which a small model's inference may grow at the large model's total cost.

    The large model has `size_ratio` = M times the parameters; `inference_ratio` = R is inference
    tokens over pretraining tokens. Training costs 6·N FLOPs per token and inference 2·N, so
    equal totals allow M + 3·(M - 1)/R: Snell et al. 2024 (arXiv 2408.03314), section 7. As
    R goes to infinity, pretraining no longer matters and it is M. ValueError for M < 1 or R <= 0.
    """
    if not (size_ratio >= 1 and inference_ratio > 0 and math.isfinite(size_ratio)):
        raise ValueError(
            f"needs size_ratio >= 1, inference_ratio > 0: {size_ratio, inference_ratio}"
        )
    return size_ratio + 3 * (size_ratio - 1) / inference_ratio
