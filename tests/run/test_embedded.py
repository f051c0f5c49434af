"""Strategies on the embedded model: a real engine's own counts against the ledger."""

from __future__ import annotations

import pytest

from harness.core import ModelSpec, Reply, Request
from harness.models.onnx import OnnxBackend
from harness.run.evaluate import evaluate

from ..grids import every_second  # noqa: TID252

STRATEGIES = (
    "greedy",
    "think@16",
    "think@48:min=24",
    "sample@4",
    "vote@3:think=16",
    "adaptive@6",
    "best@3:reward=steps",
    "weighted@3:reward=steps,agg=min",
    "revise@2x2",
    r"beam@4x2:reward=steps,step=\s",
    r"dvts@4x2:reward=steps,step=\s",
    r"lookahead@4x2+1:reward=steps,step=\s",
    r"mcts@4:reward=steps,step=\s",
    r"rmaxts@4:step=\s",
)


class Counted:
    """The embedded model; sums what its engine says of each call."""

    def __init__(self) -> None:
        self.inner = OnnxBackend(ModelSpec.parse("onnx:tiny-s"))
        self.info = self.inner.info
        self.render, self.count_tokens = self.inner.render, self.inner.count_tokens
        self.prompt_tokens = self.output_tokens = 0

    async def generate(self, request: Request) -> Reply:
        reply = await self.inner.generate(request)
        self.prompt_tokens += reply.usage.prompt_tokens or 0
        self.output_tokens += reply.usage.output_tokens or 0
        return reply

    async def close(self) -> None:
        await self.inner.close()


@pytest.fixture
def go(tmp_path):
    """Evaluates budgets in a database of their own; gives the counts and the reports."""
    runs = iter(range(100))

    def evaluated(*budgets, limit=2, tokens=96):
        model, db = Counted(), tmp_path / f"{next(runs)}.sqlite"
        result = evaluate(
            model, "arithmetic", budgets, limit=limit, max_output_tokens=tokens, db=db
        )
        assert result.ok
        return model, result.reports

    return evaluated


@pytest.mark.parametrize("budget", every_second(STRATEGIES))
def test_charged_equals_the_embedded_engines_count(go, budget):
    engine, [report] = go(budget)
    assert engine.output_tokens > 0
    for usage in (report.charged, report.spent):
        assert (usage.prompt_tokens, usage.output_tokens) == (
            engine.prompt_tokens,
            engine.output_tokens,
        )


def test_a_sweep_of_pool_strategies_spends_what_its_largest_pool_spends(go):
    sizes = "{1,2,4,8,16,32,64}"
    sweep, reports = go(
        f"sample@{sizes}",
        f"vote@{sizes}",
        f"best@{sizes}:reward=steps",
        f"weighted@{sizes}:reward=steps",
        limit=1,
    )
    alone, _ = go("sample@64", limit=1)
    assert len(reports) == 28
    assert (sweep.prompt_tokens, sweep.output_tokens) == (alone.prompt_tokens, alone.output_tokens)


def test_eight_lengths_of_thinking_spend_at_most_a_quarter_more_than_the_longest(go):
    """A length costs one forced answer (about 11 tokens) where it cuts a thought (about 50)."""
    sweep, reports = go("think@{32,64,96,128,160,192,224,256}", limit=12, tokens=256)
    longest, _ = go("think@256", limit=12, tokens=256)
    assert len(reports) == 8
    assert sweep.output_tokens <= 1.25 * longest.output_tokens
