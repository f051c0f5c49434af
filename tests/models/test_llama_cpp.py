"""llama.cpp's server: what is odd in its replies.

A fake of recorded shape (llama-server of build 5000 and later, and llama-cpp-python's server); the
real one is asked by test_llama_server.py, where it is installed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from harness.core import (
    ContextError,
    Finish,
    Message,
    ModelSpec,
    Origin,
    Prompt,
    Reply,
    Request,
    Sampling,
    Thought,
    UsageError,
)
from harness.models.openai import OpenAIBackend

from .server import Answer, Script, Server

TIMINGS = {"prompt_n": 12, "prompt_ms": 31.4, "predicted_n": 9, "predicted_ms": 80.1}


def whole(**message: Any) -> dict[str, Any]:
    return {
        "choices": [
            {"finish_reason": "stop", "index": 0, "message": {"role": "assistant", **message}}
        ],
        "created": 1767225600,
        "model": "/models/qwen3-8b.gguf",
        "system_fingerprint": "b5000-1a2b3c4d",
        "object": "chat.completion",
        "usage": {"completion_tokens": 9, "prompt_tokens": 12, "total_tokens": 21},
        "id": "chatcmpl-1",
        "__verbose": {"content": "…", "tokens": [], "stop_type": "eos"},
        "timings": TIMINGS,
    }


def chunks() -> list[Any]:
    """Thought, answer, an end without usage, and a last chunk that has no choice but the usage."""
    head = {"model": "m.gguf", "system_fingerprint": "b5000-1a2b3c4d", "object": "chat.completion"}

    def delta(finish: str | None = None, **fields: Any) -> dict[str, Any]:
        return {**head, "choices": [{"finish_reason": finish, "index": 0, "delta": fields}]}

    usage = {"completion_tokens": 9, "prompt_tokens": 12, "total_tokens": 21}
    return [
        delta(role="assistant", content=None),
        delta(reasoning_content="so "),
        delta(reasoning_content="4"),
        delta(content="It is "),
        delta(content="4."),
        delta("stop"),
        {**head, "choices": [], "usage": usage, "timings": TIMINGS},
        "data: [DONE]\n\n",
    ]


Ask = Callable[..., tuple[Reply, Server]]


@pytest.fixture
def ask() -> Iterator[Ask]:
    servers: list[Server] = []

    def go(script: Script, sampling: Sampling | None = None, **args: str) -> tuple[Reply, Server]:
        server = Server(script)
        servers.append(server)

        async def sleep(_seconds: float) -> None:
            return

        async def run() -> Reply:
            given = {"server": "llama.cpp", **args}
            backend = OpenAIBackend(ModelSpec.parse(f"openai:m@{server.url}", given), sleep=sleep)
            prompt = Prompt((Message("user", "2+2?"),))
            asked = sampling or Sampling(max_tokens=50)
            try:
                return await backend.generate(Request(prompt=prompt, sampling=asked, seeds=(7,)))
            finally:
                await backend.close()

        return asyncio.run(run()), server

    yield go
    for server in servers:
        server.close()


@pytest.mark.parametrize("stream", [False, True])
def test_its_replies_are_read(ask: Ask, stream: bool) -> None:
    answer = Answer(events=chunks()) if stream else Answer(
        whole(content="It is 4.", reasoning_content="so 4")
    )  # fmt: skip
    reply, _ = ask(lambda n, body: answer, stream=str(stream).lower())
    (completion,) = reply.completions
    assert (completion.text, completion.reasoning) == ("It is 4.", "so 4")
    assert (completion.finish, completion.thought) == (Finish.STOP, Thought.SHOWN)
    assert (reply.usage.prompt_tokens, reply.usage.output_tokens) == (12, 9)
    assert reply.usage.reasoning_tokens is None  # it does not tell, which is not 0
    assert reply.origin is not None
    assert reply.origin.fingerprint == "b5000-1a2b3c4d"


def test_a_budget_goes_where_it_takes_one(ask: Ask) -> None:
    sampling = Sampling(max_tokens=90, thinking=40)
    _, server = ask(lambda n, body: Answer(whole(content="4")), sampling)
    assert server.asked[0]["thinking_budget_tokens"] == 40
    assert server.asked[0]["max_tokens"] == 90


@pytest.mark.parametrize(
    ("server", "sent"),
    [
        ("llama.cpp", {"top_p": 1.0, "top_k": 0, "min_p": 0.0, "repeat_penalty": 1.0}),
        ("vllm", {"top_p": 1.0, "top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0}),
        ("sglang", {"top_p": 1.0, "top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0}),
        ("any", {}),
    ],
)
@pytest.mark.parametrize("api", ["chat", "completions"])
def test_a_servers_own_sampling_is_switched_off(
    ask: Ask, server: str, sent: dict[str, float], api: str
) -> None:
    names = ("top_p", "top_k", "min_p", "repeat_penalty", "repetition_penalty")

    def body(sampling: Sampling) -> dict[str, Any]:
        reply = Answer(whole(content="4"))
        _, asked = ask(lambda n, body: reply, sampling, server=server, api=api)
        return {name: asked.asked[0][name] for name in names if name in asked.asked[0]}

    hot = Sampling(max_tokens=9, temperature=1.0)
    assert body(hot) == sent
    assert body(replace(hot, top_p=0.9, top_k=20)) == {**sent, "top_p": 0.9, "top_k": 20}
    assert body(replace(hot, temperature=0.0, provider_sampling=True)) == {}


def test_its_chat_cannot_continue_a_thought() -> None:
    """It puts an empty thought before the one that it is given, where its template has thoughts."""
    with pytest.raises(UsageError, match=r"empty thought.*api"):
        OpenAIBackend(
            ModelSpec.parse("openai:m@http://h/v1", {"server": "llama.cpp", "continue": "vllm"})
        )


def test_a_model_that_is_being_loaded_is_waited_for(ask: Ask) -> None:
    loading = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}
    reply, server = ask(
        lambda n, body: Answer(loading, 503) if n < 2 else Answer(whole(content="4"))
    )
    assert (reply.retries, len(server.asked)) == (2, 3)


def test_a_prompt_beyond_its_context_is_told_from_other_refusals(ask: Ask) -> None:
    error = {
        "code": 400,
        "message": "the request exceeds the available context size, try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": 9000,
        "n_ctx": 4096,
    }
    with pytest.raises(ContextError):
        ask(lambda n, body: Answer({"error": error}, 400))


def test_llama_cpp_python_names_the_file(ask: Ask) -> None:
    """Its Python server has no fingerprint, and a null where others have nothing."""
    body = whole(content="4", tool_calls=None, function_call=None)
    for name in ("system_fingerprint", "__verbose", "timings"):
        del body[name]
    body["choices"][0]["logprobs"] = None
    reply, _ = ask(lambda n, asked: Answer(body))
    assert reply.origin == Origin(model="/models/qwen3-8b.gguf")
