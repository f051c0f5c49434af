"""A built-in strategy's version changes with what it asks of the model, and not otherwise.

`versions.json` holds, for each budget and version, a hash of all calls and answers on a scripted
engine. Where a strategy asks otherwise than before, this test fails until its `version` is another:
runs that were stored by the old one then stay what they are. The file's new line is printed.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from harness.budgets import Budget, resolve
from harness.core.hashing import content_hash
from harness.testing import ScriptedCaller, ScriptedEngine

HELD = Path(__file__).with_name("versions.json")
BUDGETS = (
    "greedy",
    "sample@4",
    "vote@4",
    "think@20",
    "vote@2:think=20",
    "think@60:min=30",
    "think@60:waits=2",
    "adaptive@9:p=0.9",
    "revise@2x3",
    "beam@6x3:reward=VALUE",
    "lookahead@6x3+2:reward=VALUE",
    "dvts@6x3:reward=VALUE",
    "mcts@10:reward=VALUE",
    "rmaxts@12:select=vote",
)


SAMPLING = ("max_tokens", "temperature", "top_p", "top_k", "stop")


class Digits:
    """A reward that no version of ours can change: the share of even digits."""

    has_model = False

    def __init__(self, argument=None):
        from harness.core import ModelInfo

        self.info = ModelInfo(spec="reward:digits", name="digits", fingerprint="digits@1")

    async def score(self, caller, responses):
        from harness.budgets import Graded

        digits = [[int(c) for c in text if c.isdigit()] or [1] for text in responses]
        return [Graded(steps=(sum(d % 2 == 0 for d in each) / len(each),)) for each in digits]


def asked(budget, seed):
    engine = ScriptedEngine(token_width=2)
    caller = ScriptedCaller(engine, seed=seed, max_output_tokens=60)
    proposer = resolve(Budget.parse(budget.replace("VALUE", "digits"))).proposer

    async def go():
        return [chain async for chain in proposer.propose(caller, proposer.size)]

    chains = asyncio.run(go())
    calls = [
        [r.prefix, *(getattr(r.sampling, name) for name in SAMPLING), r.seeds]
        for r in engine.requests
    ]
    return proposer, [calls, [[draw.response for draw in chain] for chain in chains]]


@pytest.mark.parametrize("budget", BUDGETS)
def test_what_is_asked_is_what_its_version_says(budget, monkeypatch):
    from harness.budgets.recipes import build_reward
    from harness.core import registry

    monkeypatch.setitem(registry._registered["rewards"], "digits", Digits)
    build_reward.cache_clear()
    proposer, _ = asked(budget, 0)
    name = f"{budget.replace('VALUE', 'digits')} version {getattr(proposer, 'version', '1')}"
    digest = content_hash("asked", *(asked(budget, seed)[1] for seed in range(5)))
    held = json.loads(HELD.read_text("utf-8"))
    assert held.get(name) == digest, (
        f'another version is needed, or for a new one the line  "{name}": "{digest}"'
    )
