"""What the searches ask for, and what comes out, on a fake caller."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections import Counter

import pytest

from harness.budgets import Budget
from harness.budgets.proposers.beam import Beam
from harness.budgets.proposers.dvts import Dvts
from harness.budgets.proposers.lookahead import Lookahead
from harness.budgets.proposers.mcts import Mcts
from harness.budgets.proposers.rmaxts import Action, Rmaxts
from harness.core import Finish, Message, Prompt, UsageError


def build(fake, text):
    kinds = {"beam": Beam, "dvts": Dvts, "lookahead": Lookahead, "mcts": Mcts, "rmaxts": Rmaxts}
    budget = Budget.parse(text)
    return kinds[budget.name](budget, None if budget.name == "rmaxts" else fake.DigitReward())


async def chains_of(proposer, caller):
    return [chain async for chain in proposer.propose(caller, proposer.size)]


def propose(fake, text, **options):
    caller = fake.FakeCaller(**options)
    proposer = build(fake, text)
    return caller, asyncio.run(chains_of(proposer, caller))


def no_draw_twice(caller):
    asked = Counter((a.prompt, a.prefix, a.sampling, i) for a in caller.asked for i in a.indices)
    return [key for key, count in asked.items() if count > 1 and key[2].temperature] == []


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("beam@8x2", 8),
        ("beam@8x4", 8),
        ("beam@8x8", 8),
        ("beam@6x1", 6),
        ("dvts@8x2", 8),
        ("dvts@8x4", 8),
        ("lookahead@8x4+1", 8),
        ("lookahead@8x2+3", 8),
    ],
)
@pytest.mark.parametrize("tells_stop", [True, False])
def test_n_whole_solutions_come_out(fake, text, n, tells_stop):
    caller, chains = propose(fake, text, tells_stop=tells_stop)
    assert len(chains) == n
    assert len({chain[-1].id for chain in chains}) == n
    for chain in chains:
        whole = chain[-1].response
        assert "Answer: " in whole
        assert whole.startswith("\n".join(draw.text for draw in chain[:3]))
        for before, after in itertools.pairwise(chain):
            assert after.prefix == before.response + "\n"
    assert no_draw_twice(caller)


@pytest.mark.parametrize("text", ["beam@4x2", "dvts@4x2", "lookahead@4x2+1", "mcts@6", "rmaxts@6"])
def test_a_solution_ends_where_the_task_says(fake, text):
    prompt = Prompt((Message("user", "How many?"),), stop=("Answer",))
    caller, chains = propose(fake, text, prompt=prompt, marks=None)
    assert len(chains) >= 4
    assert all("Answer" not in chain[-1].response for chain in chains)
    assert all(asked.sampling.stop[-1] == "Answer" for asked in caller.asked)
    thinking, _ = propose(fake, text, prompt=prompt)  # it may say so in its thought
    assert all("Answer" not in asked.sampling.stop for asked in thinking.asked)


def test_beam_keeps_the_best_of_each_round(fake):
    caller, _ = propose(fake, "beam@8x4")
    first = [d for d in caller.drawn.values() if not d.prefix]
    best = sorted(first, key=lambda d: -fake.value(d.text))[:2]
    seconds = {a.prefix for a in caller.asked if a.prefix.count("\n") == 1}
    assert seconds == {d.text + "\n" for d in best}
    assert [len(a.indices) for a in caller.asked] == [8] + [4, 4] * 3


def test_the_greedier_beam_ends_with_the_higher_reward(fake):
    def mean(text):
        _, chains = propose(fake, text)
        return sum(fake.value(c[-1].response) for c in chains) / len(chains)

    assert mean("beam@32x8") > mean("beam@32x2") > mean("beam@32x1")


def test_dvts_subtrees_are_apart(fake):
    caller, chains = propose(fake, "dvts@8x4")
    roots = [a for a in caller.asked if not a.prefix]
    assert [len(a.indices) for a in roots] == [4, 4]
    assert not set(roots[0].indices) & set(roots[1].indices)
    assert len({chain[0].id for chain in chains}) == 2
    for half in (chains[:4], chains[4:]):
        assert len({chain[0].id for chain in half}) == 1


def test_lookahead_rolls_out_greedily_and_throws_that_away(fake):
    caller, chains = propose(fake, "lookahead@8x4+2")
    greedy = [a for a in caller.asked if a.sampling.temperature == 0]
    assert greedy
    assert all(a.indices == (0,) for a in greedy)
    kept = {draw.id for chain in chains for draw in chain}
    thrown = [d for d in caller.drawn.values() if "greedy" in d.id]
    assert thrown
    assert not kept & {d.id for d in thrown}
    # a round of 8 candidates, 2 steps ahead: at most 8 * (2 + 1) steps
    round_one = [a for a in greedy if a.prefix.count("\n") in (1, 2)]
    assert len(round_one) <= 16 + 16


def test_a_search_ends_after_its_rounds(fake):
    endless = {"say": lambda _prefix, rng: f"{rng.randrange(10)}\n" * 300}
    _, chains = propose(fake, "beam@4x2:rounds=5,max=100", **endless)
    assert len(chains) == 4
    assert all(len(chain) == 5 for chain in chains)
    assert all(chain[-1].finish is Finish.LENGTH for chain in chains)
    assert all(sum(d.output_tokens for d in chain) == 100 for chain in chains)


def test_a_full_context_ends_a_path(fake):
    endless = {"say": lambda _prefix, rng: f"{rng.randrange(10)}\n" * 300}
    caller, chains = propose(fake, "beam@4x2:max=1000", context=60, **endless)
    assert len(chains) == 4
    assert all(a.prefix == "" or caller.room(a.prefix) >= 1 for a in caller.asked)


@pytest.mark.parametrize(
    "text", ["mcts@32", "mcts@32x2:batch=1", "mcts@17:batch=5", "mcts@64x3:c=0"]
)
def test_mcts_makes_its_simulations(fake, text):
    caller, chains = propose(fake, text)
    size = Budget.parse(text).n
    assert 1 <= len(chains) <= size
    assert len({chain[-1].id for chain in chains}) == len(chains)
    assert all("Answer: " in chain[-1].response for chain in chains)
    assert no_draw_twice(caller)
    rollouts = sum(len(a.indices) for a in caller.asked if not a.sampling.stop)
    assert rollouts <= size
    assert len(caller.scored) >= size


def test_mcts_goes_where_the_reward_is(fake):
    def say(prefix, rng):
        first = prefix or f"{rng.randrange(10)}"
        rest = "\n1\nAnswer: 1"
        return rest.lstrip("\n") if prefix else first + rest

    caller, _ = propose(fake, "mcts@64x4:c=0.5", say=say)
    visits = Counter(text.split("\n")[0] for text in caller.scored)
    assert visits.most_common(1)[0][0] == max(visits)


def test_virtual_loss_spreads_a_batch(fake):
    caller, _ = propose(fake, "mcts@64x4:batch=16")
    # after the first children are there, one batch's walks do not all take one way
    groups = [a.prefix for a in caller.asked if a.prefix.count("\n") == 1 and a.sampling.stop]
    assert len({*groups}) > 1


def test_rmaxts_discounts_and_prefers_what_is_new():
    action = Action()
    for reward in (1.0, 0.0, 1.0):
        action.pending += 1
        action.update(reward, 0.5)
    assert action.visits == pytest.approx(1 + 0.5 + 0.25)
    assert action.total == pytest.approx(1 + 0.25)
    assert action.bound(4, 0.5) == pytest.approx(1.25 / 1.75 + math.sqrt(2 * math.log(4) / 1.75))
    assert Action().bound(10, 0.5) == math.inf


def test_rmaxts_stops_once_a_solution_is_verified(fake):
    right = {"say": lambda _prefix, _rng: "12\nAnswer: 1"}
    wrong = {"say": lambda _prefix, _rng: "12\nAnswer: 2"}
    assert len(propose(fake, "rmaxts@64:batch=4", **right)[1]) == 4
    assert len(propose(fake, "rmaxts@64:batch=4", **wrong)[1]) == 64
    assert len(propose(fake, "rmaxts@64:select=vote,batch=4", **right)[1]) == 64


def test_rmaxts_resumes_below_the_root(fake):
    caller, chains = propose(fake, "rmaxts@48:select=vote")
    assert len(chains) == 48
    assert {a.prefix.count("\n") for a in caller.asked} >= {0, 1, 2}
    assert no_draw_twice(caller)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("beam@4x8", "as beam@8x8"),
        ("beam@10x4", "as beam@8x4"),
        ("beam@16", "needs sizes"),
        ("beam@0x4", "needs sizes"),
        ("beam@4x0", "needs sizes"),
        ("beam@16x4+2", r"no \+"),
        ("lookahead@16x4", r"lookahead@16x4\+3"),
        ("mcts@0", "mcts@64"),
        ("mcts@8+1", "mcts@64"),
        ("rmaxts@8x2", "rmaxts@64"),
        ("beam@4x2:temperature=0", "the same"),
        (r"beam@4x2:step=\q", "known"),
    ],
)
def test_searches_that_make_no_sense_say_why(fake, text, message):
    with pytest.raises(UsageError, match=message):
        build(fake, text)


def test_a_search_repeated_asks_for_the_same(fake):
    for text in ("beam@8x2", "dvts@8x2", "lookahead@8x2+1", "mcts@24", "rmaxts@24"):
        first, second = propose(fake, text), propose(fake, text)
        assert first[0].asked == second[0].asked
        assert first[1] == second[1]
