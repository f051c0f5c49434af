"""How likely given texts are, by ONNX Runtime, transformers, vLLM and a vLLM server that echoes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from harness.core import Choice, Measured, Message, ModelSpec, Prompt, registry

pytestmark = [
    pytest.mark.engines,
    pytest.mark.filterwarnings("ignore"),  # torch, transformers and vLLM warn
]

CHOICES = (Choice(" 9.8"), Choice(" 9.11"), Choice(" they are equal"), Choice("9.8", ""))


@pytest.fixture(scope="module")
def texts() -> list[Prompt]:
    told = [f"Which is larger, {n}.8 or {n}.11?\nAnswer:" for n in range(6)]
    return [Prompt((Message("user", one),), plain=True, choices=CHOICES) for one in told]


def read(spec: str, prompts: Sequence[Prompt], **args: str) -> list[Measured]:
    async def go() -> list[Measured]:
        parsed = ModelSpec.parse(spec, args)
        backend = registry.find("models", parsed.backend)(parsed)
        assert backend.info.can.likelihood
        try:
            return list(await asyncio.gather(*(backend.likelihood(p) for p in prompts)))
        finally:
            await backend.close()

    return asyncio.run(go())


@pytest.mark.parametrize("engine", ["hf", "vllm", "server"])
def test_engines_agree_on_given_texts(
    request: pytest.FixtureRequest, engine: str, texts: list[Prompt], server: str, model: str
) -> None:
    ours = read(f"onnx:{model}", texts)
    if engine == "server":
        args = {"api": "completions", "tokenizer": model}
        theirs = read(f"openai:{model}@{server}", texts, **args)
    else:
        theirs = read(f"{engine}:{model}", texts)
    greedy = 0
    for mine, other in zip(ours, theirs, strict=True):
        for one, two in zip(mine.likelihoods, other.likelihoods, strict=True):
            assert one.tokens == two.tokens
            assert one.logprob == pytest.approx(two.logprob, abs=2e-2)
            greedy += one.greedy == two.greedy
        assert mine.reply.usage.prompt_tokens == other.reply.usage.prompt_tokens
    assert greedy >= len(texts) * len(CHOICES) - 1  # two tokens may nearly tie
