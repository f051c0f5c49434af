"""What a budget's first word stands for: a proposer, a selector, and whether a reward is needed."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from harness.budgets import options
from harness.budgets.grammar import Budget
from harness.budgets.strategy import Reward, Selector, Strategy
from harness.core import UnknownNameError, UsageError, registry


@dataclass(frozen=True, slots=True)
class Recipe:
    """A named strategy; `selects` are the selectors that `select=` may name, the first by default.

    `needs_reward`: it cannot do without. A selector that reads rewards needs one in any case.
    """

    proposer: str
    summary: str
    selects: tuple[str, ...] = ("first",)
    needs_reward: bool = False
    nested: bool = False


_BY_REWARD = ("weighted", "best", "vote", "oracle")
_REWARDED = ("best", "weighted")
_SELECTORS = {"vote": "majority"}  # `select=vote` is the word of the budgets

RECIPES: Mapping[str, Recipe] = {
    "greedy": Recipe("independent", "one sample at temperature 0"),
    "sample": Recipe("independent", "n samples; coverage, pass@k for every k <= n", ("oracle",)),
    "vote": Recipe("independent", "n samples; the most frequent answer", ("vote",)),
    "think": Recipe("independent", "thinking bounded by n tokens, then the answer"),
    "effort": Recipe("independent", "a provider's named level of thinking, as effort@low"),
    "ask": Recipe("independent", "the wish for n tokens stands in the prompt"),
    "best": Recipe("independent", "n samples; the one of highest reward", ("best",)),
    "weighted": Recipe("independent", "n samples; votes weighted by reward", ("weighted",)),
    "adaptive": Recipe("adaptive", "votes until the winner is settled, n at most", ("vote",)),
    "revise": Recipe(
        "revise",
        "n chains of m answers, each a revision of those before",
        ("vote", "last", "best", "weighted", "oracle"),
        nested=True,
    ),
    "beam": Recipe("beam", "beam search over steps", _BY_REWARD, needs_reward=True),
    "dvts": Recipe("dvts", "independent subtrees, each greedy by reward", _BY_REWARD, True),
    "lookahead": Recipe("lookahead", "beam search, scored k steps ahead", _BY_REWARD, True),
    "mcts": Recipe("mcts", "tree search: n simulations by UCT", _BY_REWARD, True),
    "rmaxts": Recipe(
        "rmaxts", "tree search for exact verifiers: new nodes rewarded", ("oracle", *_BY_REWARD[:3])
    ),
}


def resolve(budget: Budget) -> Strategy:
    """The parts of a budget; UsageError or UnknownNameError when they cannot be had."""
    recipe = RECIPES.get(budget.name)
    if recipe is None:
        recipe = _plugged_in(budget)
    chosen = budget.option("select") or recipe.selects[0]
    if chosen not in recipe.selects:
        raise UnknownNameError(f"select= of budget {budget.name!r}:", chosen, recipe.selects)
    reward = _reward(budget, recipe, chosen)
    proposer = registry.find("proposers", recipe.proposer)(budget, reward)
    return Strategy(budget, proposer, _selector(budget, recipe, chosen), reward)


def _plugged_in(budget: Budget) -> Recipe:
    """A stranger's proposer is a budget of its own name."""
    if budget.name in registry.names("proposers") and budget.name != "independent":
        return Recipe(budget.name, "", ("first", "vote", "best", "weighted", "oracle"))
    known = {*RECIPES, *registry.names("proposers")} - {"independent"}
    raise UnknownNameError("budget", budget.name, known)


def _reward(budget: Budget, recipe: Recipe, chosen: str) -> Reward | None:
    spec = budget.option("reward")
    if spec is None:
        if recipe.needs_reward or chosen in _REWARDED:
            known = ", ".join(registry.names("rewards"))
            raise UsageError(f"budget {str(budget)!r} needs a reward: write reward=NAME ({known})")
        if budget.option("agg"):
            raise UsageError(f"budget {str(budget)!r}: agg= joins the steps of a reward=")
        return None
    if chosen not in _REWARDED and not recipe.needs_reward and budget.name != "rmaxts":
        raise UsageError(
            f"budget {str(budget)!r}: choosing by {chosen} uses no reward; leave reward= out, or "
            f"write {'select=best' if len(recipe.selects) > 1 else 'best@n:reward=…'}"
        )
    return build_reward(spec)


@functools.lru_cache(maxsize=32)
def build_reward(spec: str) -> Reward:
    """The reward named `name` or `name:argument`, one object for all budgets that name it."""
    name, _, argument = spec.partition(":")
    reward: Reward = registry.find("rewards", name)(argument or None)
    return reward


def _selector(budget: Budget, recipe: Recipe, chosen: str) -> Selector:
    args: dict[str, str | int] = {}
    if chosen in _REWARDED:
        args["agg"] = options.choice(budget, "agg", ("last", "prod", "min", "mean"))
    name = _SELECTORS.get(chosen, chosen)
    if recipe.nested and chosen != "oracle":
        args |= {"choose": chosen, "length": (budget.width or budget.n or 1)}
        name = "nested"
    selector: Selector = registry.find("selectors", name)(**args)
    return selector
