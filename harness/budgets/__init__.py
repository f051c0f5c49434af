"""Budgets: what may be spent on one problem, and how (proposer × selector)."""

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
