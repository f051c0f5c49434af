"""A real instruction-tuned model, SmolLM2-135M, through transformers here and through a vLLM
server: the same chats, the same figures within their intervals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.core import Message, Prompt, Request, Sampling
from harness.results.views import RunReport
from harness.run.evaluate import evaluate

from .conftest import ask, serving

pytestmark = pytest.mark.engines

QUESTIONS = (
    "What is the capital of France? Answer in one word.",
    "What is 2 + 3? Answer with the number alone.",
    "Say hello.",
    "Name a colour.",
    "Is water wet? Answer yes or no.",
    "Which is larger, 9.8 or 9.11?",
)
LIMIT = 16


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


def test_a_few_problems_give_the_same_figures(smollm2: str, server: str, tmp_path: Path) -> None:
    reports: list[RunReport] = []
    for spec, args in ((f"hf:{smollm2}", {"dtype": "float32"}), (server, {})):
        result = evaluate(
            spec,
            "decimals",
            "sample@2",
            model_args=args,
            limit=8,
            max_output_tokens=24,
            db=tmp_path / "smollm2.sqlite",
        )
        assert result.failed == 0
        reports += result.reports
    one, two = (report.accuracy for report in reports)
    assert one.low <= two.high
    assert two.low <= one.high
    assert reports[0].charged.prompt_tokens == reports[1].charged.prompt_tokens
