"""Public against fresh problems: a model that knows the public ones is found out."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.analysis.contamination import fresh_specs
from harness.core import (
    Completion,
    DataSource,
    Finish,
    ModelInfo,
    Reply,
    TaskSpec,
    Usage,
    UsageError,
)
from harness.run.evaluate import evaluate
from harness.tasks.arithmetic import Arithmetic


class Parrot:
    """Knows the gold answers of some problems by heart, and says 7 to all others."""

    info = ModelInfo(spec="parrot:x", name="parrot", fingerprint="parrot", concurrency=4)

    def __init__(self, known):
        self.known = known

    def render(self, prompt, prefix=""):
        return prompt.messages[-1].content + prefix

    def count_tokens(self, rendered):
        return len(rendered)

    async def generate(self, request):
        question = request.prompt.messages[-1].content
        text = f"Answer: {self.known.get(question, 7)}"
        made = Completion(text=text, finish=Finish.STOP, output_tokens=len(text))
        return Reply(
            completions=(made,) * len(request.seeds),
            usage=Usage(prompt_tokens=len(question), output_tokens=len(text) * len(request.seeds)),
            latency_s=0.0,
        )

    async def close(self):
        pass


def known_of(seed: int, count: int) -> dict[str, str]:
    task = Arithmetic()
    problems = task.load(DataSource(limit=count, options={"seed": str(seed)}))
    return {task.prompt(p).messages[-1].content: p.gold for p in problems}


@pytest.mark.parametrize(("learned", "seen"), [(0, True), (5, False)])
def test_a_model_that_learned_the_public_problems_is_found(tmp_path: Path, learned, seen) -> None:
    result = evaluate(
        Parrot(known_of(learned, 60)),
        "arithmetic",
        ["greedy", "vote@3"],
        limit=60,
        fresh_seed=9,
        db=tmp_path / "x.sqlite",
    )
    assert [r.task for r in result.reports] == ["arithmetic"] * 2 + ["arithmetic:seed=9"] * 2
    for found in result.contamination:
        by_hand = found.public.value - found.fresh.value
        assert found.difference.value == pytest.approx(by_hand)
        assert found.difference.n == 120
        assert (found.difference.low > 0) == seen
        assert found.difference.low < by_hand <= found.difference.high
        assert found.lure_rate is None  # arithmetic has no lures
    assert [found.budget for found in result.contamination] == ["greedy", "vote@3"]


def test_without_a_fresh_seed_nothing_is_compared(tmp_path: Path) -> None:
    result = evaluate(Parrot({}), "arithmetic", "greedy", limit=2, db=tmp_path / "x.sqlite")
    assert not result.contamination


@pytest.mark.parametrize(
    ("task", "seed", "message"),
    [
        ("gsm8k", 3, "not generated from a seed"),
        ("arithmetic:seed=4", 3, "sets another"),
        ("arithmetic", 0, "other than the public one"),
        ("arithmetic", -1, "at least 0"),
    ],
)
def test_what_cannot_be_compared_is_refused(task: str, seed: int, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        fresh_specs([TaskSpec.parse(task)], seed)


def test_other_options_stay() -> None:
    spec = TaskSpec.parse("decimals:language=en,ask=sort")
    assert str(fresh_specs([spec], 8)[spec]) == "decimals:ask=sort,language=en,seed=8"
