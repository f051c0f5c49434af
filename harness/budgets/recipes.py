"""What a budget's name stands for: a proposer, a selector, and whether a reward is needed."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from harness.budgets import options
from harness.budgets.contracts import check_proposer, checked_reward, checked_selector
from harness.budgets.grammar import Budget
from harness.budgets.strategy import Proposer, Reward, Selector, Strategy
from harness.core import UnknownNameError, UsageError, registry
from harness.core.origin import blamed, version_of


@dataclass(frozen=True, slots=True)
class Recipe:
    """A named strategy; `selects` are the valid values of `select=`, the first is the default.

    `needs_reward`: it always needs one. A selector that uses rewards needs one in any case.
    """

    proposer: str
    summary: str
    selects: tuple[str, ...] = ("first",)
    needs_reward: bool = False
    nested: bool = False


_BY_REWARD = ("weighted", "best", "vote", "oracle")
_REWARDED = ("best", "weighted")
_SELECTORS = {"vote": "majority"}  # `select=vote` is the word of the budgets
_WORDS = ("vote", "last", *_REWARDED, "first", "oracle")  # built-in choices

RECIPES: Mapping[str, Recipe] = {
    "greedy": Recipe("independent", "one sample at temperature 0"),
    "sample": Recipe("independent", "n samples; coverage, pass@k for every k <= n", ("oracle",)),
    "vote": Recipe("independent", "n samples; the most frequent answer", ("vote",)),
    "think": Recipe("independent", "thinking bounded by n tokens, then the answer"),
    "effort": Recipe("independent", "a provider's named level of thinking, as effort@low"),
    "ask": Recipe("independent", "the wish for n tokens stands in the prompt"),
    "best": Recipe("independent", "n samples; the one of highest reward", ("best",)),
    "weighted": Recipe("independent", "n samples; votes weighted by reward", ("weighted",)),
    "loglikelihood": Recipe("loglikelihood", "the likeliest of given choices; none is generated"),
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
    """The parts of a budget; UsageError or UnknownNameError if they are unavailable."""
    recipe = RECIPES.get(budget.name)
    if recipe is None:
        recipe = _plugged_in(budget)
    chosen = budget.option("select") or recipe.selects[0]
    known = (*recipe.selects, *registry.foreign("selectors"))
    if chosen not in known:
        raise UnknownNameError(f"select= of budget {budget.name!r}:", chosen, known)
    reward = _reward(budget, recipe, chosen)
    selector, own = _selector(budget, recipe, chosen)
    kind = registry.find("proposers", recipe.proposer)
    with blamed(f"the proposer {recipe.proposer!r}", kind):
        proposer = kind(_without(budget, own), reward)
    proposer = check_proposer(recipe.proposer, proposer)
    return Strategy(budget, proposer, selector, reward, _versions(budget, proposer, chosen))


def _versions(budget: Budget, proposer: Proposer, chosen: str) -> Mapping[str, str]:
    """What identifies the code of a strategy's parts, if their names do not."""
    reward = (budget.option("reward") or "").partition(":")[0]
    found = {
        "proposer": version_of(proposer),
        "selector": registry.version("selectors", chosen) if chosen not in _WORDS else None,
        "reward": registry.version("rewards", reward) if reward else None,
        "agg": _named(budget, "agg", "aggregations"),
        "stop": _named(budget, "stop", "stops"),
    }
    return {part: version for part, version in found.items() if version is not None}


def _named(budget: Budget, key: str, kind: str) -> str | None:
    name = budget.option(key)
    return registry.version(kind, name) if name in registry.names(kind) else None


def _without(budget: Budget, own: Collection[str]) -> Budget:
    """The proposer's part: the budget without the selector's own options."""
    return replace(budget, options=tuple(pair for pair in budget.options if pair[0] not in own))


def _plugged_in(budget: Budget) -> Recipe:
    """A third-party proposer is a budget of its own name."""
    if budget.name in registry.names("proposers") and budget.name != "independent":
        return Recipe(budget.name, "", ("first", "vote", "best", "weighted", "oracle"))
    known = {*RECIPES, *registry.names("proposers")} - {"independent"}
    raise UnknownNameError("budget", budget.name, known)


def _reward(budget: Budget, recipe: Recipe, chosen: str) -> Reward | None:
    spec = budget.option("reward")
    if spec is None:
        if recipe.needs_reward or _uses_reward(chosen):
            known = ", ".join(registry.names("rewards"))
            raise UsageError(f"budget {str(budget)!r} needs a reward: write reward=NAME ({known})")
        if budget.option("agg"):
            raise UsageError(f"budget {str(budget)!r}: agg= combines the steps of a reward=")
        return None
    if not (_uses_reward(chosen) or recipe.needs_reward or budget.name == "rmaxts"):
        raise UsageError(
            f"budget {str(budget)!r}: selecting by {chosen} uses no reward; leave out reward=, or "
            f"write {'select=best' if len(recipe.selects) > 1 else 'best@n:reward=…'}"
        )
    return build_reward(spec)


@functools.lru_cache(maxsize=32)
def build_reward(spec: str) -> Reward:
    """The reward named `name` or `name:argument`, one object for all budgets that name it."""
    name, _, argument = spec.partition(":")
    kind = registry.find("rewards", name)
    with blamed(f"the reward {name!r}", kind):
        return checked_reward(name, kind(argument or None))


def _uses_reward(chosen: str) -> bool:
    """Whether a selector uses rewards; third-party ones declare it by `uses_reward = True`."""
    if chosen in registry.foreign("selectors"):
        return bool(getattr(registry.find("selectors", chosen), "uses_reward", False))
    return chosen in _REWARDED


def _selector(budget: Budget, recipe: Recipe, chosen: str) -> tuple[Selector, Collection[str]]:
    """The selector, and its own options."""
    if chosen in registry.foreign("selectors"):
        kind = registry.find("selectors", chosen)
        own = options.parameters(kind)
        built = options.build(f"the selector {chosen!r}", kind, budget)
        return checked_selector(chosen, built), set(own) - {"agg"}
    args: dict[str, str | int] = {}
    if chosen in _REWARDED:
        args["agg"] = options.choice(budget, "agg", ("last", *registry.names("aggregations")))
    name = _SELECTORS.get(chosen, chosen)
    if recipe.nested and chosen != "oracle":
        args |= {"choose": chosen, "length": (budget.width or budget.n or 1)}
        name = "nested"
    return build_selector(name, args), ()


def build_selector(name: str, args: Mapping[str, str | int]) -> Selector:
    """A selector by its registered name and arguments, as in a run's manifest."""
    kind = registry.find("selectors", name)
    with blamed(f"the selector {name!r}", kind):
        return checked_selector(name, kind(**args))


def catalogue() -> list[str]:
    """One line per budget option that takes a name, including those of plugins."""
    rows = {
        "select=": sorted({*_BY_REWARD, "last", *registry.foreign("selectors")}),
        "reward=": registry.names("rewards"),
        "agg=": registry.names("aggregations"),
        "stop=": registry.names("stops"),
        "budgets of plugins:": registry.foreign("proposers"),
    }
    return [f"{key} {', '.join(names)}" for key, names in rows.items() if names]
