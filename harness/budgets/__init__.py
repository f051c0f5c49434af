"""Budgets: what may be spent on one problem, and how (proposer × selector)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.core.lazy import lazily

if TYPE_CHECKING:
    from harness.budgets.asking import wording
    from harness.budgets.fitting import fit
    from harness.budgets.grammar import Budget, expand
    from harness.budgets.recipes import RECIPES, Recipe, build_selector, catalogue, resolve
    from harness.budgets.selectors.choosing import Choosing
    from harness.budgets.strategy import (
        Caller,
        Chain,
        Draw,
        Graded,
        Judged,
        Proposer,
        Reward,
        Role,
        Score,
        Selector,
        Strategy,
        side_by_side,
        together,
    )

_WHERE = {
    "asking": ("wording",),
    "fitting": ("fit",),
    "grammar": (
        "Budget",
        "expand",
    ),
    "recipes": (
        "RECIPES",
        "Recipe",
        "build_selector",
        "catalogue",
        "resolve",
    ),
    "selectors.choosing": ("Choosing",),
    "strategy": (
        "Caller",
        "Chain",
        "Draw",
        "Graded",
        "Judged",
        "Proposer",
        "Reward",
        "Role",
        "Score",
        "Selector",
        "Strategy",
        "side_by_side",
        "together",
    ),
}
__getattr__, __dir__ = lazily(__name__, _WHERE)  # a table that is shown again needs no proposers

__all__ = [
    "RECIPES",
    "Budget",
    "Caller",
    "Chain",
    "Choosing",
    "Draw",
    "Graded",
    "Judged",
    "Proposer",
    "Recipe",
    "Reward",
    "Role",
    "Score",
    "Selector",
    "Strategy",
    "build_selector",
    "catalogue",
    "expand",
    "fit",
    "resolve",
    "side_by_side",
    "together",
    "wording",
]
