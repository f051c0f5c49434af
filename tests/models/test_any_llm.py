"""any-llm against the fake server: its own client of the Chat protocol does the asking."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from harness.core import (
    BackendError,
    Message,
    ModelSpec,
    Prompt,
    Reply,
    Request,
    Sampling,
    UsageError,
)
from harness.models.any_llm import AnyLlmBackend
from harness.models.retry import Patience

from .protocols import PROTOCOLS
from .server import Answer, Script, Server

pytest.importorskip("any_llm", reason="the extra any-llm is not installed")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

GOOD = PROTOCOLS["chat"].answer()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(lambda n, body: GOOD)
    yield running
    running.close()


def ask(server: Server, script: Script, **sampling: Any) -> tuple[Reply, list[float]]:
    server.script = script
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    backend = AnyLlmBackend(
        ModelSpec.parse(f"any-llm:openai/m@{server.url}"),
        sleep=sleep,
        patience=Patience(retries=2, random=lambda: 1.0),
    )
    prompt = Prompt((Message("user", "2+2?"),))
    asked = Sampling(**{"max_tokens": 50, **sampling})

    async def go() -> Reply:
        try:
            return await backend.generate(Request(prompt=prompt, sampling=asked, seeds=(7,)))
        finally:
            await backend.close()

    return asyncio.run(go()), slept


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")


def test_usage_thought_and_level_survive(server: Server) -> None:
    reply, _ = ask(server, lambda n, body: GOOD, effort="low", provider_sampling=True)
    (one,) = reply.completions
    assert (one.text, reply.usage.output_tokens, reply.usage.reasoning_tokens) == (
        "The answer is 4.",
        26,
        20,
    )
    assert reply.usage.cached_prompt_tokens == 10
    (body,) = server.asked
    assert body["reasoning_effort"] == "low"
    assert "temperature" not in body
    assert server.keys == ["Bearer sk-secret"]


def test_the_library_does_not_try_again_by_itself(server: Server) -> None:
    busy = Answer({"error": {"message": "busy"}}, 503)
    reply, slept = ask(server, lambda n, body: GOOD if n == 2 else busy)
    assert (reply.retries, len(server.asked), slept) == (2, 3, [1.0, 2.0])


def test_a_refusal_is_one(server: Server) -> None:
    refusal = {"error": {"message": "Unsupported parameter: 'temperature'", "param": "temperature"}}
    with pytest.raises(BackendError, match="'drop': 'temperature'"):
        ask(server, lambda n, body: Answer(refusal, 400))
    assert len(server.asked) == 1


def test_a_wrong_key_is_fatal(server: Server) -> None:
    wrong = Answer({"error": {"message": "Incorrect API key provided: sk-secret"}}, 401)
    with pytest.raises(BackendError, match="OPENAI_API_KEY") as caught:
        ask(server, lambda n, body: wrong)
    assert caught.value.fatal
    assert "sk-secret" not in str(caught.value)


def test_a_provider_must_be_named() -> None:
    with pytest.raises(UsageError, match="any-llm:PROVIDER/NAME"):
        AnyLlmBackend(ModelSpec.parse("any-llm:mistral-small"))
