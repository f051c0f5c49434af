"""Budgets: what may be spent on one problem, and how (proposer × selector)."""

from harness.budgets.grammar import Budget, expand
from harness.budgets.recipes import RECIPES, Recipe, resolve
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

__all__ = [
    "RECIPES",
    "Budget",
    "Caller",
    "Chain",
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
    "expand",
    "resolve",
    "side_by_side",
    "together",
]
