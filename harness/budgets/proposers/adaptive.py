"""`adaptive@40:p=0.95`: votes are drawn until the winner is settled (Adaptive-Consistency).

Aggarwal et al. 2023 (arXiv 2305.11860). A stop rule decides when it is settled, by default
`stop=beta` (`harness.budgets.stops`), whose options are options of the budget.

The samples are those of `vote@n`, index by index. They are requested in the largest groups that
cannot waste any: as many at once as the leader would still need if all of them were its votes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Sequence

from harness.budgets import options
from harness.budgets.answering import OPTIONS, Answering, AnswerProposer, sampling_of
from harness.budgets.grammar import Budget
from harness.budgets.stops import Beta, Stopping, StopRule
from harness.budgets.strategy import Caller, Chain, Reward
from harness.core import UnknownNameError, UsageError, registry


def _ranked(keys: Sequence[str | None]) -> list[int]:
    """Counts of the answers, largest first."""
    return [count for _, count in Counter(k for k in keys if k is not None).most_common()]


def replay(keys: Sequence[str | None], rule: StopRule | Stopping | None = None) -> int:
    """How many of these answers, in order, the rule (None: `Beta`) would have drawn.

    `keys` are the classes of a pool's answers (None: no answer, no vote). For pools that were
    drawn completely, such as imported ones: the first so many are the attempt, and its cost.
    """
    rule = rule or Beta()
    votes: Counter[str] = Counter()
    done = 0
    while done < len(keys):
        more = rule.more([count for _, count in votes.most_common()], done)
        if more == 0:
            break
        more = min(more, len(keys) - done)
        votes.update(key for key in keys[done : done + more] if key is not None)
        done += more
    return done


class Adaptive(AnswerProposer):
    """At most n samples; the vote among the drawn ones decides."""

    exchangeable = False

    def __init__(self, budget: Budget, reward: Reward | None = None) -> None:
        name = budget.option("stop") or "beta"
        rules = registry.names("stops")
        if name not in rules:
            raise UnknownNameError(f"stop= of budget {budget.name!r}:", name, rules)
        kind = registry.find("stops", name)
        options.check_known(budget, (*OPTIONS, "select", "stop", *options.parameters(kind)))
        if not budget.n or budget.width is not None or budget.depth is not None:
            raise UsageError(f"budget {str(budget)!r}: write adaptive@40, at most 40 samples")
        self.stop = Stopping(name, options.build(f"the stop rule {name!r}", kind, budget))
        self.size = budget.n
        sampling = sampling_of(budget)
        if sampling.temperature == 0 and self.size > 1:
            raise UsageError(f"budget {str(budget)!r}: at temperature 0 all samples are the same")
        self.answers = Answering(budget, options.integer(budget, "think"), sampling)

    @property
    def family(self) -> str:
        """Another n or rule stops elsewhere; the samples are shared through the store."""
        return f"adaptive@{self.size}:{self.stop.identity},{self.answers.identity}"

    def drawn_of(self, keys: Sequence[str | None]) -> int | None:
        """How many of a pool's answers, in order, this budget would have drawn.

        None if the pool ends before the vote is settled.
        """
        count = replay(keys[: self.size], self.stop)
        ended = count == len(keys) < self.size
        unsettled = ended and self.stop.more(_ranked(keys), count) > 0
        return None if unsettled else count

    async def propose(self, caller: Caller, n: int) -> AsyncGenerator[Chain, None]:
        """Chains in the order of their indices, until the vote is settled."""
        done = 0
        votes: Counter[str] = Counter()
        while done < n:
            more = self.stop.more([count for _, count in votes.most_common()], done)
            if more == 0:
                break
            more = min(more, n - done)
            drawn: list[Chain] = []
            async for chain in self.answers.stream(caller, range(done, done + more)):
                drawn.append(chain)
                yield chain
            verdicts = await caller.verdicts([chain[-1] for chain in drawn])
            votes.update(v.key for v in verdicts if v.key is not None)
            done += more
