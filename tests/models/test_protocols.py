"""All providers against servers that speak their protocols, whole and in events: the same sample
comes out, whatever the dialect, and every fault is met in the same way. protocols.py says what is
fake here. Nothing waits: the backend's sleep is a list."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from harness.core import (
    BackendError,
    Finish,
    Message,
    ModelSpec,
    Origin,
    Prompt,
    Reply,
    Request,
    Sampling,
    Thought,
    Usage,
    UsageError,
    registry,
)
from harness.models.http import proxy_for
from harness.models.retry import Patience
from harness.models.server import ServerBackend

from .protocols import PROTOCOLS, Protocol, Said
from .server import Answer, Script, Server

PROMPT = Prompt((Message("system", "Be brief."), Message("user", "2+2?")))
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
Start = Callable[..., tuple[ServerBackend, Server, list[float]]]


@pytest.fixture(params=sorted(PROTOCOLS))
def protocol(request: pytest.FixtureRequest) -> Protocol:
    return PROTOCOLS[request.param]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Build a server by a script, and a backend that asks it in a protocol."""
    servers = []

    def build(
        protocol: Protocol | str, script: Script, **args: str
    ) -> tuple[ServerBackend, Server, list[float]]:
        protocol = PROTOCOLS[protocol] if isinstance(protocol, str) else protocol
        monkeypatch.setenv(protocol.key[0], "sk-secret")
        server = Server(script)
        servers.append(server)
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        spec = ModelSpec.parse(protocol.spec.format(url=server.url), {**protocol.args, **args})
        backend = registry.find("models", spec.backend)(
            spec, sleep=sleep, patience=Patience(retries=3, now=lambda: NOW, random=lambda: 1.0)
        )
        return backend, server, slept

    yield build
    for server in servers:
        server.close()


def ask(backend: ServerBackend, *seeds: int, prompt: Prompt = PROMPT, **sampling: Any) -> Reply:
    asked = Sampling(**{"max_tokens": 2000, **sampling})
    request = Request(prompt=prompt, sampling=asked, seeds=seeds or (1,))

    async def go() -> Reply:
        try:
            return await backend.generate(request)
        finally:
            await backend.close()

    return asyncio.run(go())


@pytest.mark.parametrize("stream", ["true", "false"])
def test_a_sample_is_the_same_in_every_dialect(
    start: Start, protocol: Protocol, stream: str
) -> None:
    streamed = stream == "true"
    backend, server, _ = start(
        protocol, lambda n, body: protocol.answer(stream=streamed), stream=stream
    )
    reply = ask(backend)
    (one,) = reply.completions
    assert (one.text, one.finish) == ("The answer is 4.", Finish.STOP)
    assert (one.output_tokens, one.reasoning_tokens) == (26, 20)
    assert reply.usage == Usage(
        prompt_tokens=30, cached_prompt_tokens=10, output_tokens=26, reasoning_tokens=20
    )
    shown = (one.reasoning, one.summary, one.thought)
    if protocol.name == "gemini":
        assert shown == (None, "Two and two …", Thought.SUMMARY)
    else:
        assert shown == ("Two and two …", None, Thought.SHOWN)
    assert reply.origin is not None
    assert reply.origin.model == "model-2026-01-01"
    assert server.paths == [protocol.stream_path if streamed else protocol.path]
    assert "sk-secret" in server.headers[0][protocol.key[1]]
    assert "sk-secret" not in f"{backend.info}{backend.render(PROMPT)}{reply}"
    assert (reply.first_token_s is not None) == streamed
    if reply.first_token_s is not None:
        assert 0 < reply.first_token_s <= reply.latency_s


@pytest.mark.parametrize("piece", [1, 7])
def test_a_stream_may_be_cut_into_any_pieces(start: Start, protocol: Protocol, piece: int) -> None:
    """Within characters of several bytes, too: the thought ends in one."""
    said = Said(text="Größer: 9,8 ≥ 9,11 🙂", thought="ü…")
    backend, _, _ = start(
        protocol, lambda n, body: protocol.answer(said, stream=True, piece=piece), stream="true"
    )
    (one,) = ask(backend).completions
    assert one.text == said.text
    assert (one.reasoning or one.summary) == said.thought


def test_a_server_that_does_not_stream_is_read_all_the_same(
    start: Start, protocol: Protocol
) -> None:
    backend, _, _ = start(protocol, lambda n, body: protocol.answer(), stream="true")
    reply = ask(backend)
    assert (reply.completions[0].text, reply.first_token_s) == ("The answer is 4.", None)


@pytest.mark.parametrize("cut", [0, 4, -1])
def test_a_dropped_stream_is_asked_for_again(start: Start, protocol: Protocol, cut: int) -> None:
    """Broken off by the connection; its half answer is never taken for one."""
    backend, server, slept = start(
        protocol,
        lambda n, body: protocol.answer(stream=True, cut=cut if n == 0 else None),
        stream="true",
    )
    reply = ask(backend)
    assert reply.completions[0].text == "The answer is 4."
    assert (reply.retries, len(server.asked), slept) == (1, 2, [1.0])


def test_a_stream_without_its_end_is_asked_for_again(start: Start, protocol: Protocol) -> None:
    """The connection closes in good order, but the reply is not whole."""

    def script(n: int, body: Any) -> Answer:
        answer = protocol.answer(stream=True)
        assert answer.events is not None
        return replace(answer, events=answer.events[:5]) if n == 0 else answer

    backend, _, _ = start(protocol, script, stream="true")
    reply = ask(backend)
    assert (reply.completions[0].text, reply.retries) == ("The answer is 4.", 1)
    if protocol.name == "messages":  # its first event tells the prompt's tokens
        assert reply.wasted == Usage(prompt_tokens=30, cached_prompt_tokens=10)


@pytest.mark.parametrize(
    "error",
    [
        {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
        {"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}},
    ],
    ids=["anthropic", "google"],
)
def test_an_error_within_a_stream_is_met_like_any(
    start: Start, protocol: Protocol, error: Any
) -> None:
    def script(n: int, body: Any) -> Answer:
        good = protocol.answer(stream=True)
        assert good.events is not None
        return Answer(events=[*good.events[:4], error]) if n == 0 else good

    backend, _, _ = start(protocol, script, stream="true")
    assert ask(backend).retries == 1


@pytest.mark.parametrize(
    ("headers", "body", "waits"),
    [
        ({"retry-after": "7"}, {}, 7.0),
        ({"retry-after-ms": "2500"}, {}, 2.5),
        ({"retry-after": "Fri, 02 Jan 2026 03:05:05 GMT"}, {}, 60.0),
        ({}, {"error": {"details": [{"@type": "RetryInfo", "retryDelay": "37s"}]}}, 37.0),
        ({}, {"error": {"message": "slow down"}}, 1.0),
    ],
    ids=["seconds", "milliseconds", "date", "retryDelay", "nothing"],
)
def test_a_busy_server_is_given_the_time_that_it_asks_for(
    start: Start, protocol: Protocol, headers: dict[str, str], body: Any, waits: float
) -> None:
    def script(n: int, asked: Any) -> Answer:
        return Answer(body, 429, headers) if n == 0 else protocol.answer()

    backend, server, slept = start(protocol, script)
    assert ask(backend).retries == 1
    assert slept == [waits]
    assert server.asked[0] == server.asked[1]


def test_a_broken_reply_is_asked_for_again(start: Start, protocol: Protocol) -> None:
    odd: list[Any] = ["", "<html>", [], {}, {"choices": [], "output": None, "content": 3}, None]
    for bad in odd:
        backend, _, _ = start(
            protocol, lambda n, body, b=bad: Answer(b) if n == 0 else protocol.answer()
        )
        assert ask(backend).retries == 1


def test_odd_fields_are_passed_over(start: Start, protocol: Protocol) -> None:
    def script(n: int, body: Any) -> Answer:
        whole = protocol.whole(Said())
        for key in ("usage", "usageMetadata"):
            whole[key] = {"prompt_tokens": "many", "input_tokens": None, "output_tokens": -1}
        return Answer({**whole, "new_field": {"a": [1]}, "model": 7, "modelVersion": None})

    backend, _, _ = start(protocol, script)
    reply = ask(backend)
    assert reply.usage == Usage()
    assert reply.completions[0].text == "The answer is 4."
    assert reply.completions[0].output_tokens is None
    assert reply.origin is not None
    assert reply.origin.model is None


def test_the_limit_is_told_from_the_end(start: Start, protocol: Protocol) -> None:
    said = Said(text="", ends="length")
    backend, _, _ = start(protocol, lambda n, body: protocol.answer(said))
    (one,) = ask(backend).completions
    assert (one.text, one.finish) == ("", Finish.LENGTH)


REFUSAL = Answer(
    {
        "error": {
            "message": "Unsupported value: 'temperature' does not support 0 with this model.",
            "type": "invalid_request_error",
            "param": "temperature",
            "code": "unsupported_value",
        }
    },
    400,
)


def many(backend: ServerBackend, count: int, **sampling: Any) -> list[Reply | BaseException]:
    """As many calls at once as a run has in flight."""
    asked = Sampling(**{"max_tokens": 2000, **sampling})

    async def go() -> list[Reply | BaseException]:
        calls = [
            backend.generate(Request(prompt=PROMPT, sampling=asked, seeds=(seed,)))
            for seed in range(count)
        ]
        try:
            return await asyncio.gather(*calls, return_exceptions=True)
        finally:
            await backend.close()

    return asyncio.run(go())


def test_a_systematic_refusal_costs_few_requests_and_says_what_helps(
    start: Start, protocol: Protocol
) -> None:
    backend, server, slept = start(protocol, lambda n, body: REFUSAL)
    results = many(backend, 64)
    assert len(server.asked) <= 5
    assert slept == []
    assert all(isinstance(r, BackendError) for r in results)
    fatal = [r for r in results if isinstance(r, BackendError) and r.fatal]
    assert len(fatal) >= 60
    assert "model_args={'drop': 'temperature'}" in str(fatal[-1])
    assert "does not support 0" in str(fatal[-1])


def test_the_advice_helps(start: Start, protocol: Protocol) -> None:
    def script(n: int, body: Any) -> Answer:
        return REFUSAL if "temperature" in json.dumps(body) else protocol.answer()

    backend, server, _ = start(protocol, script, drop="temperature")
    results = many(backend, 8)
    assert all(isinstance(r, Reply) for r in results)
    assert len(server.asked) == 8


def test_single_refusals_among_good_answers_are_their_own(start: Start, protocol: Protocol) -> None:
    """A prompt that is too long fails alone."""

    def script(n: int, body: Any) -> Answer:
        message = f"maximum context length is 4096, you asked for {n}"
        return Answer({"error": {"message": message}}, 400) if n % 2 else protocol.answer()

    backend, server, _ = start(protocol, script)
    results = many(backend, 20)
    assert len(server.asked) == 20
    assert sum(isinstance(r, Reply) for r in results) == 10
    assert not any(isinstance(r, BackendError) and r.fatal for r in results)


def test_the_key_is_not_repeated(start: Start, protocol: Protocol) -> None:
    echo = Answer({"error": {"message": "Incorrect API key provided: sk-secret"}}, 401)
    backend, _, _ = start(protocol, lambda n, body: echo)
    with pytest.raises(BackendError, match=protocol.key[0]) as caught:
        ask(backend)
    assert "sk-secret" not in str(caught.value)


def test_a_model_that_moves_is_noticed_once(start: Start, protocol: Protocol) -> None:
    def script(n: int, body: Any) -> Answer:
        return protocol.answer(Said(model="before" if n < 3 else "after"))

    backend, _, _ = start(protocol, script)
    many(backend, 8)
    (note,) = backend.notes
    assert "the model moved during this run" in note
    assert "before" in note
    assert "after" in note


# What each dialect asks


def sent(start: Start, name: str, prompt: Prompt = PROMPT, **sampling: Any) -> dict[str, Any]:
    protocol = PROTOCOLS[name]
    args = sampling.pop("args", {})
    backend, server, _ = start(protocol, lambda n, body: protocol.answer(), stream="false", **args)
    ask(backend, 11, prompt=prompt, **sampling)
    (body,) = server.asked
    return body


def test_what_responses_is_asked(start: Start) -> None:
    assert sent(start, "responses", temperature=0.7, top_p=0.9) == {
        "model": "m",
        "input": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "2+2?"},
        ],
        "max_output_tokens": 2000,
        "store": False,
        "temperature": 0.7,
        "top_p": 0.9,
    }
    body = sent(start, "responses", effort="high", provider_sampling=True, args={"summary": "auto"})
    assert body["reasoning"] == {"effort": "high", "summary": "auto"}
    assert "temperature" not in body


def test_what_messages_is_asked(start: Start) -> None:
    body = sent(start, "messages", temperature=0.7, top_k=5, stop=("\n",))
    assert body == {
        "model": "m",
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "2+2?"}],
        "max_tokens": 2000,
        "temperature": 0.7,
        "top_k": 5,
        "stop_sequences": ["\n"],
    }
    full = {"thoughts": "full"}
    body = sent(start, "messages", thinking=1024, provider_sampling=True, args=full)
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 1024}
    body = sent(
        start, "messages", effort="max", provider_sampling=True, args={"thoughts": "summary"}
    )
    assert body["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert body["output_config"] == {"effort": "max"}
    assert sent(start, "messages", effort="none")["thinking"] == {"type": "disabled"}
    assert sent(start, "messages", thinking=0)["thinking"] == {"type": "disabled"}


def test_a_thought_that_leaves_no_room_for_an_answer_is_not_asked_for(start: Start) -> None:
    backend, server, _ = start("messages", lambda n, body: PROTOCOLS["messages"].answer())
    with pytest.raises(BackendError, match="no room") as caught:
        ask(backend, thinking=2000)
    assert (server.asked, caught.value.fatal) == ([], False)


def test_what_gemini_is_asked(start: Start) -> None:
    body = sent(start, "gemini", temperature=0.7, top_k=5, top_p=0.9, stop=("\n",))
    assert body == {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [{"role": "user", "parts": [{"text": "2+2?"}]}],
        "generationConfig": {
            "maxOutputTokens": 2000,
            "seed": 11,
            "temperature": 0.7,
            "topP": 0.9,
            "topK": 5,
            "stopSequences": ["\n"],
        },
    }
    config = sent(start, "gemini", thinking=512, provider_sampling=True)["generationConfig"]
    assert config["thinkingConfig"] == {"thinkingBudget": 512, "includeThoughts": True}
    config = sent(start, "gemini", effort="low", provider_sampling=True)["generationConfig"]
    assert config["thinkingConfig"] == {"thinkingLevel": "low", "includeThoughts": True}
    config = sent(start, "gemini", thinking=0)["generationConfig"]
    assert config["thinkingConfig"] == {"thinkingBudget": 0}


def test_what_openrouter_is_asked(start: Start) -> None:
    assert sent(start, "openrouter", effort="xhigh")["reasoning"] == {"effort": "xhigh"}
    assert sent(start, "openrouter", thinking=2000)["reasoning"] == {"max_tokens": 2000}
    assert sent(start, "openrouter", thinking=0)["reasoning"] == {"effort": "none"}
    body = sent(start, "openrouter", args={"providers": "a,b", "quantizations": "fp8"})
    assert body["provider"] == {
        "order": ["a", "b"],
        "allow_fallbacks": False,
        "quantizations": ["fp8"],
    }


def test_openrouter_tells_the_upstream_and_the_pinned_quantisation(start: Start) -> None:
    protocol = PROTOCOLS["openrouter"]
    backend, _, _ = start(protocol, lambda n, body: protocol.answer(), quantizations="fp8")
    assert ask(backend).origin == Origin(
        model="model-2026-01-01", fingerprint="fp_1", upstream="Upstream (fp8)"
    )


@pytest.mark.parametrize(
    ("server", "native", "hint"),
    [
        ("vllm", {"thinking_token_budget": 64}, {"chat_template_kwargs": {"thinking_budget": 64}}),
        (
            "sglang",
            {"custom_params": {"thinking_budget": 64}},
            {"chat_template_kwargs": {"thinking_budget": 64}},
        ),
        (
            "llama.cpp",
            {"thinking_budget_tokens": 64},
            {"chat_template_kwargs": {"thinking_budget": 64}},
        ),
    ],
)
def test_what_own_servers_are_asked(start: Start, server: str, native: Any, hint: Any) -> None:
    args = {"server": server}
    plain = sent(start, "chat", args=args)
    assert sent(start, "chat", thinking=64, args=args) == {**plain, **native}
    assert sent(start, "chat", thinking=64, control="hint", args=args) == {**plain, **hint}
    assert sent(start, "chat", effort="low", args=args)["reasoning_effort"] == "low"


def test_a_system_prompt_and_a_template_frame_every_question(start: Start) -> None:
    args = {"system": "You are careful.", "prompt_template": "Q: {prompt}\nA:"}
    both = [
        {"role": "system", "content": "You are careful.\n\nBe brief."},
        {"role": "user", "content": "Q: 2+2?\nA:"},
    ]
    assert sent(start, "chat", args=args)["messages"] == both
    assert sent(start, "responses", args=args)["input"] == both
    assert sent(start, "messages", args=args)["system"] == both[0]["content"]
    protocol = PROTOCOLS["chat"]
    bare, _, _ = start(protocol, lambda n, body: protocol.answer())
    framed, _, _ = start(protocol, lambda n, body: protocol.answer(), **args)
    assert json.loads(framed.render(PROMPT)) == both
    assert framed.info.fingerprint != bare.info.fingerprint
    with pytest.raises(UsageError, match=r"must contain \{prompt\}"):
        start(protocol, lambda n, body: protocol.answer(), prompt_template="no place")


# What is told of a thought


def read(name: str, change: Callable[[dict[str, Any]], None]) -> Any:
    protocol = PROTOCOLS[name]
    spec = ModelSpec.parse(protocol.spec.format(url="http://h/v1"), protocol.args)
    backend = registry.find("models", spec.backend)(spec)
    body = protocol.whole(Said())
    change(body)
    (one,) = backend.dialect.read(body).completions
    return one.reasoning, one.summary, one.thought


def test_a_summary_is_not_taken_for_the_thought() -> None:
    def summarised(body: dict[str, Any]) -> None:
        body["output"][0] |= {"content": None, "summary": [{"type": "summary_text", "text": "S"}]}

    assert read("responses", summarised) == (None, "S", Thought.SUMMARY)

    def routed(body: dict[str, Any]) -> None:
        message = body["choices"][0]["message"]
        message["reasoning"] = "S"
        message["reasoning_details"] = [{"type": "reasoning.summary", "summary": "S"}]

    assert read("openrouter", routed) == (None, "S", Thought.SUMMARY)


def test_an_encrypted_thought_is_none() -> None:
    def sealed(body: dict[str, Any]) -> None:
        body["output"][0] |= {"content": None, "encrypted_content": "gAAAA"}

    assert read("responses", sealed) == (None, None, Thought.ENCRYPTED)

    def redacted(body: dict[str, Any]) -> None:
        body["content"][0] = {"type": "redacted_thinking", "data": "gAAAA"}

    assert read("messages", redacted) == (None, None, Thought.ENCRYPTED)

    def routed(body: dict[str, Any]) -> None:
        message = body["choices"][0]["message"]
        message["reasoning"] = None
        message["reasoning_details"] = [{"type": "reasoning.encrypted", "data": "gAAAA"}]

    assert read("openrouter", routed) == (None, None, Thought.ENCRYPTED)


def test_a_hidden_thought_is_a_count() -> None:
    def hidden(body: dict[str, Any]) -> None:
        body["choices"][0]["message"].pop("reasoning_content")

    assert read("chat", hidden) == (None, None, Thought.HIDDEN)

    def none(body: dict[str, Any]) -> None:
        hidden(body)
        body["usage"]["completion_tokens_details"]["reasoning_tokens"] = 0

    assert read("chat", none) == (None, None, None)


def test_a_blocked_prompt_is_an_answer(start: Start) -> None:
    blocked = Answer({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {}})
    backend, server, _ = start("gemini", lambda n, body: blocked)
    (one,) = ask(backend).completions
    assert (one.text, one.finish, len(server.asked)) == ("", Finish.OTHER, 1)


def test_a_failed_response_is_asked_for_again(start: Start) -> None:
    failed = Answer(
        {"status": "failed", "error": {"code": "server_error", "message": "x"}, "output": []}
    )
    good = PROTOCOLS["responses"].answer()
    backend, _, _ = start("responses", lambda n, body: good if n else failed)
    assert ask(backend).retries == 1


def test_the_environments_proxy_is_used_and_its_exceptions_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the standard library's reading of the environment; a .netrc is not looked at."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    assert proxy_for("https://api.example.com/v1") is None
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", "127.0.0.1,.internal")
    assert proxy_for("https://api.example.com/v1") == "http://proxy:3128"
    assert proxy_for("https://llm.internal/v1") is None
    assert proxy_for("http://127.0.0.1:8000/v1") is None


def test_a_request_goes_through_the_proxy(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake server is the proxy: it is asked for the whole address."""
    protocol = PROTOCOLS["chat"]
    _, proxy, _ = start(protocol, lambda n, body: protocol.answer())
    monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/v1"))
    monkeypatch.setenv("no_proxy", "")
    spec = ModelSpec.parse("openai:m@http://model.example/v1")
    reply = ask(registry.find("models", "openai")(spec))
    assert reply.completions[0].text == "The answer is 4."
    assert proxy.paths == ["http://model.example/v1/chat/completions"]
