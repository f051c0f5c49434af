"""Every strategy against a plain implementation of its paper: answers, draws, tokens, and which
responses a reward model read for how many tokens.

On a scripted engine: tokens of 1 to 5 characters that do not heed marks or newlines, contexts that
thoughts and steps overflow, ceilings that cut anywhere. Thousands of seeds in all.
"""

from __future__ import annotations

import asyncio
import itertools
import random

import pytest

from harness.budgets import Budget, Graded, resolve
from harness.budgets.proposers.revise import REQUEST
from harness.core import Prompt, registry
from harness.testing import Ceiling, ScriptedCaller, ScriptedEngine, ScriptedReward

from ..grids import every_second  # noqa: TID252

SEEDS = range(2)
MORE = [*range(2, 12), *range(1000, 1040)]  # at night
LIMIT = 70  # tokens of one answer
QUESTION = Prompt.user("Which digit is it?")
VALUE = ScriptedReward()
READ = {}  # by the references: the responses that were valued, with the tokens that it took


class Reading(ScriptedReward):
    """The scripted reward as a model, which reads each response."""

    has_model = True

    async def score(self, caller, responses):
        return [Graded(steps=self.values(r), prompt_tokens=tokens_of(r)) for r in responses]


def tokens_of(response):
    return 7 + len(response) // 3


@pytest.fixture(autouse=True)
def _reward(monkeypatch):
    monkeypatch.setitem(registry._registered["rewards"], "scripted", Reading)
    from harness.budgets.recipes import build_reward

    build_reward.cache_clear()


def value(response):
    READ[response] = tokens_of(response)
    return VALUE.values(response)[-1]


def key(response):
    from harness.testing.caller import last_digit

    return last_digit(response)


REFERENCES = {
    "greedy": lambda p, w: p.independent(w, 1, greedy=True),
    "sample@6": lambda p, w: p.independent(w, 6),
    "vote@5:think=20": lambda p, w: p.independent(w, 5, think=20),
    "think@12": lambda p, w: p.independent(w, 1, think=12, greedy=True),
    "think@60": lambda p, w: p.independent(w, 1, think=60, greedy=True),
    "think@90:min=40": lambda p, w: p.independent(w, 1, think=90, at_least=40, greedy=True),
    "think@60:waits=2": lambda p, w: p.independent(w, 1, think=60, waits=2, greedy=True),
    "vote@3:think=90,min=60": lambda p, w: p.independent(w, 3, think=90, at_least=60),
    "best@4:reward=scripted": lambda p, w: p.independent(w, 4),
    "weighted@4:reward=scripted": lambda p, w: p.independent(w, 4),
    "adaptive@12:p=0.8": lambda p, w: p.adaptive(w, 12, key, 0.8),
    "adaptive@9:think=15": lambda p, w: p.adaptive(w, 9, key, think=15),
    "revise@3": lambda p, w: p.revise(w, 1, 3, REQUEST),
    "revise@2x6": lambda p, w: p.revise(w, 2, 6, REQUEST),
    "beam@8x4:reward=scripted": lambda p, w: p.beam(w, 8, 4, value),
    "beam@6x2:reward=scripted,rounds=2": lambda p, w: p.beam(w, 6, 2, value, rounds=2),
    "beam@4x1:reward=scripted": lambda p, w: p.beam(w, 4, 1, value),
    "dvts@8x4:reward=scripted": lambda p, w: p.dvts(w, 8, 4, value),
    "dvts@4x1:reward=scripted": lambda p, w: p.dvts(w, 4, 1, value),
    "dvts@6x3:reward=scripted,rounds=2": lambda p, w: p.dvts(w, 6, 3, value, rounds=2),
    "lookahead@6x3+2:reward=scripted": lambda p, w: p.beam(w, 6, 3, value, ahead=2),
    "mcts@12:reward=scripted": lambda p, w: p.mcts(w, 12, value),
    "mcts@9x2:reward=scripted,batch=3": lambda p, w: p.mcts(w, 9, value, 2, 3),
    "mcts@16x2:reward=scripted,batch=1,c=0.3": lambda p, w: p.mcts(w, 16, value, 2, 1, 0.3),
    "rmaxts@12:select=vote": lambda p, w: p.rmaxts(w, 12),
    "rmaxts@20:batch=4,gamma=0.5": lambda p, w: p.rmaxts(
        w, 20, lambda said: key(said) == "1", 0.5, 4
    ),
    "rmaxts@24:select=vote,batch=6": lambda p, w: p.rmaxts(w, 24, None, 0.99, 6),
}
ENGINES = [
    {},
    {"token_width": 3},
    {"token_width": 5},
    {"context": 90},
    {"context": 72, "token_width": 1},
    {"context": 45, "token_width": 3},
]


def ours(budget, engine, seed, ceiling):
    caller = ScriptedCaller(engine, QUESTION, seed=seed, max_output_tokens=LIMIT, tokens=ceiling)
    strategy = resolve(Budget.parse(budget))
    answers = []

    async def go():
        async for chain in strategy.proposer.propose(caller, strategy.proposer.size):
            answers.append(chain[-1].response)  # noqa: PERF401 - kept when the ceiling ends it

    try:
        asyncio.run(go())
    except Ceiling:
        assert ceiling is not None
    return answers, caller


@pytest.mark.parametrize("budget", REFERENCES)
def test_it_is_what_the_paper_says(plain, world, budget):
    hold(plain, world, budget, SEEDS)


@pytest.mark.nightly
@pytest.mark.parametrize("budget", REFERENCES)
def test_it_is_what_the_paper_says_on_thousands_more(plain, world, budget):
    hold(plain, world, budget, MORE)


def hold(plain, world, budget, seeds):
    for options, seed in itertools.product(ENGINES, seeds):
        READ.clear()
        theirs = world(ScriptedEngine(**options), QUESTION, seed=seed, limit=LIMIT)
        expected = plain.collect(REFERENCES[budget](plain, theirs))
        answers, caller = ours(budget, ScriptedEngine(**options), seed, None)
        told = f"{options}, seed {seed}"
        assert answers == expected, told
        assert len(caller.drawn) == len(theirs.drawn), told
        assert caller.used == theirs.used, told
        assert caller.judged.keys() == READ.keys(), told
        assert caller.read == sum(READ.values()), told


@pytest.mark.parametrize(
    "seeds", [SEEDS, pytest.param(range(2, 12), marks=pytest.mark.nightly)], ids=["", "more"]
)
@pytest.mark.parametrize("budget", every_second(REFERENCES))
def test_under_a_ceiling_too(plain, world, budget, seeds):
    for options, seed in itertools.product(ENGINES[:4], seeds):
        ceiling = random.Random(f"{budget}{options}{seed}").randint(1, 300)
        READ.clear()
        theirs = world(ScriptedEngine(**options), QUESTION, seed=seed, limit=LIMIT, ceiling=ceiling)
        expected = plain.collect(REFERENCES[budget](plain, theirs))
        answers, caller = ours(budget, ScriptedEngine(**options), seed, ceiling)
        told = f"{options}, seed {seed}, ceiling {ceiling}"
        assert answers == expected, told
        assert caller.used == theirs.used <= ceiling, told
        assert caller.judged.keys() == READ.keys(), told
        assert caller.read == sum(READ.values()), told


@pytest.mark.parametrize("budget", every_second(REFERENCES, 1))
def test_an_engine_that_does_not_say_what_stopped_it_gives_the_same(budget):
    """Its ends of steps and of answers look alike: the same must come out, for as many draws."""
    for options, seed in itertools.product(ENGINES[:4], range(100, 102)):
        answers, told = ours(budget, ScriptedEngine(**options), seed, None)
        silent, quiet = ours(budget, ScriptedEngine(**options, tells_stop=False), seed, None)
        assert silent == answers, (options, seed)
        assert len(quiet.drawn) == len(told.drawn), (options, seed)
