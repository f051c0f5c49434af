"""`ask@n`: the prompt asks for n tokens, and nothing enforces it.

This is how o1's accuracy over thinking was measured from outside (hughbzhang, "o1 inference-time
scaling laws", 2024), where the model spent several times what was asked: compliance is a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from harness.budgets.grammar import Budget
from harness.core import Prompt, UsageError

WORDING_VERSION = 1
"""Incremented whenever the words below change, because they are part of a sample's identity."""

WISH = (
    "Use about {tokens} tokens in all, your thinking included: think for as long as that allows "
    "and no longer, then give your answer."
)


def with_wish(prompt: Prompt, tokens: int) -> Prompt:
    """The prompt with the request after its last message; UsageError for a text to continue."""
    if prompt.plain:
        raise UsageError("ask= speaks to the model, and this task's prompt is a text to continue")
    last = prompt.messages[-1]
    wished = replace(last, content=f"{last.content}\n\n{WISH.format(tokens=tokens)}")
    return replace(prompt, messages=(*prompt.messages[:-1], wished))


def wording(budget: Budget) -> Mapping[str, int]:
    """Part of a run's identity in addition to its budget's text: the wording; empty without it."""
    asks = budget.name == "ask" or budget.option("ask") is not None
    return {"ask_wording": WORDING_VERSION} if asks else {}
