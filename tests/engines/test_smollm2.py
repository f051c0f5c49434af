"""A real instruction-tuned model, SmolLM2-135M, through transformers and vLLM here and through a
vLLM server: the same chats, and the example study's figures within their intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.core import Message, Prompt, Request, Sampling
from harness.results.views import RunReport

from .conftest import ask, serving, study_of

pytestmark = [
    pytest.mark.engines,
    pytest.mark.filterwarnings("ignore"),  # torch, transformers and vLLM warn
]

QUESTIONS = (
    "What is the capital of France? Answer in one word.",
    "What is 2 + 3? Answer with the number alone.",
    "Say hello.",
    "Name a colour.",
    "Is water wet? Answer yes or no.",
    "Which is larger, 9.8 or 9.11?",
)
LIMIT = 16
PROBLEMS = 6


def chats(system: str | None = None) -> list[Request]:
    """Greedy chats, a few tokens each."""
    head = () if system is None else (Message("system", system),)
    sampling = Sampling(max_tokens=LIMIT)
    prompts = [Prompt((*head, Message("user", question))) for question in QUESTIONS]
    return [Request(prompt=prompt, sampling=sampling, seeds=(0,)) for prompt in prompts]


@pytest.fixture(scope="module")
def server(smollm2: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(smollm2, tmp_path_factory.mktemp("smollm2-server") / "log") as address:
        yield f"openai:{Path(smollm2).name}@{address}"


def test_it_chats_the_same_in_both(smollm2: str, server: str) -> None:
    calls = {"plain": chats(), "system": chats("You answer in French.")}
    here = ask(f"hf:{smollm2}", calls, dtype="float32")
    there = ask(server, calls)
    for name in calls:
        # the template is the model's own: rendered here for transformers, there by the server
        assert [r.usage.prompt_tokens for r in here[name]] == [
            r.usage.prompt_tokens for r in there[name]
        ]
        texts = [(a.completions[0].text, b.completions[0].text)
                 for a, b in zip(here[name], there[name], strict=True)]  # fmt: skip
        assert all(text for pair in texts for text in pair)
        # one pair may part where two logits are nearly equal
        assert sum(a == b for a, b in texts) >= len(texts) - 1, texts
    assert "Paris" in here["plain"][0].completions[0].text


@pytest.mark.parametrize("way", ["a server", pytest.param("vLLM", marks=pytest.mark.nightly)])
def test_the_example_study_gives_the_same_figures_through_each(
    smollm2: str, server: str, tmp_path: Path, way: str
) -> None:
    """Its tasks under the budgets that a model without thinking marks can have."""
    ways = {"vLLM": (f"vllm:{smollm2}", 'dtype = "float32"'), "a server": (server, "")}
    engines = {"transformers": (f"hf:{smollm2}", 'dtype = "float32"'), way: ways[way]}
    budgets = '["greedy:max=24", "vote@{1,3}:max=24"]'
    result = study_of(engines, tmp_path, limit=PROBLEMS, budgets=budgets).run()
    assert result.ok, result.left
    runs: dict[tuple[str, str], dict[str, RunReport]] = defaultdict(dict)
    for report in result.reports:
        runs[report.task, report.budget][report.model] = report
    assert len(runs) == 2 * 3
    for cell, by_engine in runs.items():
        assert set(by_engine) == set(engines)
        ours = by_engine["transformers"]
        for name, theirs in by_engine.items():
            assert theirs.charged.prompt_tokens == ours.charged.prompt_tokens, (cell, name)
            one, other = ours.accuracy, theirs.accuracy
            # With so few problems 0 of 6 and 2 of 18 are the same: the intervals must meet.
            assert one.low <= other.high, (cell, name, one, other)
            assert other.low <= one.high, (cell, name, one, other)
