"""`ask@n`: the wish for n tokens stands in the prompt, and nothing enforces it.

So o1's accuracy over thinking was drawn from outside (hughbzhang, "o1 inference-time scaling laws",
2024), where the model spent several times what it was asked for: obedience is part of the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from harness.budgets.grammar import Budget
from harness.core import Prompt, UsageError

WORDING_VERSION = 1
"""Counts up whenever the words below change: the wish is part of what a sample is."""

WISH = (
    "Use about {tokens} tokens in all, your thinking included: think for as long as that allows "
    "and no longer, then give your answer."
)


def with_wish(prompt: Prompt, tokens: int) -> Prompt:
    """The prompt with the wish behind its last message; UsageError for a text to go on with."""
    if prompt.plain:
        raise UsageError("ask= speaks to the model, and this task's prompt is a text to continue")
    last = prompt.messages[-1]
    wished = replace(last, content=f"{last.content}\n\n{WISH.format(tokens=tokens)}")
    return replace(prompt, messages=(*prompt.messages[:-1], wished))


def wording(budget: Budget) -> Mapping[str, int]:
    """What names a run beside its budget's text: which words ask; empty where none do."""
    asks = budget.name == "ask" or budget.option("ask") is not None
    return {"ask_wording": WORDING_VERSION} if asks else {}
