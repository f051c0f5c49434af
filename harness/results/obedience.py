"""What a run's attempts spent on what their budget limits, and how well they complied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from harness.budgets import Budget
from harness.core.sample import add_known
from harness.results.attempts import Attempt, Attempts, Reading
from harness.results.bills import Charge
from harness.stats import Obedience, obedience


def asked_for(budget: Budget) -> tuple[str, float] | None:
    """What a budget limits by a number, and the number: the tokens of a "thought", of an "answer"
    with its thinking, of a whole "attempt", or an attempt's "seconds"; None if there is no such
    limit."""
    if budget.ceiling_tokens is not None:
        return "attempt", budget.ceiling_tokens
    think = budget.n if budget.name == "think" else _number(budget, "think")
    if think:
        return "thought", think
    ask = budget.n if budget.name == "ask" else _number(budget, "ask")
    if ask:
        return "answer", ask
    seconds = budget.ceiling_seconds
    return None if seconds is None else ("seconds", float(seconds))


def _number(budget: Budget, key: str) -> int | None:
    text = budget.option(key)
    return int(text) if text is not None and text.isdecimal() else None


def bounded_spending(budget: str, reading: Reading, attempt: Attempt) -> list[float | None]:
    """What an attempt spent on each thing that its budget limits; empty if there is no limit."""
    bound = asked_for(Budget.parse(budget))
    if bound is None:
        return []
    if bound[0] == "attempt":
        return [_attempt_tokens(reading, attempt)]
    if bound[0] == "seconds":
        return [reading.bill(attempt).seconds()]
    return [_tokens(chain, bound[0]) for chain in _chains(attempt)]


def run_obedience(budget: str, spent: Iterable[float | None]) -> Obedience | None:
    """For one run, from the `bounded_spending` of its attempts; None if its budget has no number,
    or an attempt's tokens are unknown."""
    bound, values = asked_for(Budget.parse(budget)), list(spent)
    known = [value for value in values if value is not None]
    if bound is None or len(known) < len(values):
        return None
    return obedience(bound[1], known)


def spent_by_problem(attempts: Attempts) -> dict[str, float]:
    """Generated tokens charged, by problem id; problems with unknown tokens are left out."""
    tokens = {a.problem.id: _attempt_tokens(attempts, a) for a in attempts.items}
    return {problem: value for problem, value in tokens.items() if value is not None}


def _attempt_tokens(reading: Reading, attempt: Attempt) -> float | None:
    return reading.bill(attempt).usage().output_tokens


def _chains(attempt: Attempt) -> list[list[Charge]]:
    """The generator's samples that led to each answer, in order; the answer last."""
    chains: dict[int, list[Charge]] = defaultdict(list)
    for charge in attempt.charges:
        if charge.ordinal in attempt.chains and charge.role == "generator":
            chains[charge.ordinal].append(charge)
    return list(chains.values())


def _tokens(chain: list[Charge], what: str) -> int | None:
    """Tokens of thinking: of its own calls if the harness forced it, else as the server counts."""
    if what == "thought" and len(chain) == 1:
        return chain[0].reasoning_tokens
    parts = [c.output_tokens for c in (chain[:-1] if what == "thought" else chain)]
    return add_known(parts)
