"""Floating-point operations of one completion, including attention."""

from __future__ import annotations

from harness.core import ModelInfo


def flops(
    info: ModelInfo,
    prompt_tokens: int | None,
    output_tokens: int | None,
    *,
    cached_prompt_tokens: int | None = None,
) -> float | None:
    """FLOPs of one completion; None if the model's shape or a token count is unknown.

    A token that attends to `context` tokens, including itself, costs
    2·(active parameters + 2·layers·width·context): Brown et al. 2024 (arXiv 2407.21787), appendix.
    The sum runs over every token with its own context. Cached prompt tokens cost nothing
    but are still attended to; an unknown number of cached tokens counts as none. For samples that
    share a prompt, pass `cached_prompt_tokens=prompt_tokens` for all but the first.
    """
    parameters = info.active_parameters or info.parameters
    if parameters is None or info.layers is None or info.width is None:
        return None
    if prompt_tokens is None or output_tokens is None:
        return None
    cached = cached_prompt_tokens or 0
    if min(prompt_tokens, output_tokens, cached) < 0 or cached > prompt_tokens:
        raise ValueError(
            f"token counts: prompt {prompt_tokens}, cached {cached}, output {output_tokens}"
        )
    total = prompt_tokens + output_tokens
    contexts = (total * (total + 1) - cached * (cached + 1)) // 2
    return 2.0 * (parameters * (total - cached) + 2 * info.layers * info.width * contexts)
