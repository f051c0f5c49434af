"""How likely given texts are, by ONNX Runtime, transformers, vLLM and a vLLM server that echoes."""

from __future__ import annotations

import pytest

from .conftest import CHOICES, Results, ask, given_texts

pytestmark = [
    pytest.mark.engines,
    pytest.mark.filterwarnings("ignore"),  # torch, transformers and vLLM warn
]


@pytest.fixture(scope="session")
def echoing(server: str, model: str) -> Results:
    """The server's."""
    spec = f"openai:{model}@{server}"
    return ask(spec, {"given": given_texts()}, api="completions", tokenizer=model)


@pytest.mark.parametrize("engine", ["hf", "vllm", "echoing"])
def test_engines_agree_on_given_texts(
    request: pytest.FixtureRequest, onnx: Results, engine: str
) -> None:
    theirs: Results = request.getfixturevalue(engine)
    greedy = 0
    for mine, other in zip(onnx["given"], theirs["given"], strict=True):
        assert len(mine.likelihoods) == len(CHOICES)
        for one, two in zip(mine.likelihoods, other.likelihoods, strict=True):
            assert one.tokens == two.tokens
            assert one.logprob == pytest.approx(two.logprob, abs=2e-2)
            greedy += one.greedy == two.greedy
        assert mine.reply.usage.prompt_tokens == other.reply.usage.prompt_tokens
    assert greedy >= len(onnx["given"]) * len(CHOICES) - 1  # two tokens may nearly tie
