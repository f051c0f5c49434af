"""What a run's attempts spent on what their budget bounds, and how it obeyed."""

from __future__ import annotations

from collections import defaultdict

from harness.budgets import Budget
from harness.results.attempts import Attempt, Attempts
from harness.results.bills import Charge
from harness.stats import Obedience, obedience


def asked_for(budget: Budget) -> tuple[str, int] | None:
    """What a budget bounds by a number, and the number: a "thought", an "answer" with its thought,
    or an "attempt" as a whole; None when it bounds nothing so."""
    if budget.max_tokens is not None:
        return "attempt", budget.max_tokens
    think = budget.n if budget.name == "think" else _number(budget, "think")
    if think:
        return "thought", think
    ask = budget.n if budget.name == "ask" else _number(budget, "ask")
    return ("answer", ask) if ask else None


def _number(budget: Budget, key: str) -> int | None:
    text = budget.option(key)
    return int(text) if text is not None and text.isdecimal() else None


def run_obedience(budget: str, attempts: Attempts) -> Obedience | None:
    """Of one run; None when its budget has no number, or an attempt's tokens are unknown."""
    bound = asked_for(Budget.parse(budget))
    if bound is None:
        return None
    what, asked = bound
    spent: list[float] = []
    for attempt in attempts.items:
        values = (
            [_attempt_tokens(attempts, attempt)]
            if what == "attempt"
            else ([_tokens(chain, what) for chain in _chains(attempt)])
        )
        if any(value is None for value in values):
            return None
        spent += [value for value in values if value is not None]
    return obedience(asked, spent)


def spent_by_problem(attempts: Attempts) -> dict[str, float]:
    """Generated tokens charged, by problem id; a problem whose tokens are unknown is left out."""
    tokens = {a.problem.id: _attempt_tokens(attempts, a) for a in attempts.items}
    return {problem: value for problem, value in tokens.items() if value is not None}


def _attempt_tokens(attempts: Attempts, attempt: Attempt) -> float | None:
    return attempts.bill(attempt).usage().output_tokens


def _chains(attempt: Attempt) -> list[list[Charge]]:
    """The generator's samples that led to each answer, in order; the answer last."""
    chains: dict[int, list[Charge]] = defaultdict(list)
    for charge in attempt.charges:
        if charge.ordinal in attempt.chains and charge.role == "generator":
            chains[charge.ordinal].append(charge)
    return list(chains.values())


def _tokens(chain: list[Charge], what: str) -> int | None:
    """Of a thought: its own calls' where the harness forced it, else what the server counts."""
    if what == "thought" and len(chain) == 1:
        return chain[0].reasoning_tokens
    parts = [c.output_tokens for c in (chain[:-1] if what == "thought" else chain)]
    return None if None in parts else sum(p or 0 for p in parts)
