"""The openai backend against a real server that misbehaves in all the usual ways. Nothing waits:
the backend's sleep is a list."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.core import (
    BackendError,
    Finish,
    Message,
    ModelSpec,
    Prompt,
    Reply,
    Request,
    Sampling,
    Usage,
    UsageError,
)
from harness.models.openai import OpenAIBackend
from harness.models.retry import Patience

from .server import Answer, Script, Server

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PROMPT = Prompt((Message("system", "Be brief."), Message("user", "2+2?")))
USAGE = {
    "prompt_tokens": 10,
    "completion_tokens": 7,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 5},
}


def chat(*texts: str | None, usage: Any = USAGE, finish: str = "stop", **more: Any) -> Answer:
    choices = [
        {
            "index": i,
            "finish_reason": finish,
            "message": {"role": "assistant", "content": t, **more},
        }
        for i, t in enumerate(texts)
    ]
    return Answer({"choices": choices, **({"usage": usage} if usage else {})})


Start = Callable[..., tuple[OpenAIBackend, Server, list[float]]]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Build a server by a script, and a backend that asks it."""
    servers = []
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")

    def build(script: Script, **args: str) -> tuple[OpenAIBackend, Server, list[float]]:
        server = Server(script)
        servers.append(server)
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        retries = int(args.get("retries", "3"))
        backend = OpenAIBackend(
            ModelSpec.parse(f"openai:m@{server.url}", args),
            sleep=sleep,
            patience=Patience(retries=retries, now=lambda: NOW, random=lambda: 1.0),
        )
        return backend, server, slept

    yield build
    for server in servers:
        server.close()


def ask(backend: OpenAIBackend, *seeds: int, prefix: str = "", **sampling: Any) -> Reply:
    request = Request(
        prompt=PROMPT,
        sampling=Sampling(**{"max_tokens": 50, **sampling}),
        seeds=seeds or (1,),
        prefix=prefix,
    )

    async def go() -> Reply:
        try:
            return await backend.generate(request)
        finally:
            await backend.close()

    return asyncio.run(go())


def test_a_chat_call(start: Start) -> None:
    backend, server, slept = start(lambda n, body: chat("4", reasoning_content="two and two"))
    reply = ask(backend, 11, temperature=0.7, top_p=0.9, top_k=5, min_tokens=2, stop=("\n",))
    (one,) = reply.completions
    assert (one.text, one.reasoning, one.finish) == ("4", "two and two", Finish.STOP)
    assert (one.output_tokens, one.reasoning_tokens, one.token_ends) == (7, 5, None)
    assert reply.usage == Usage(
        prompt_tokens=10, cached_prompt_tokens=4, output_tokens=7, reasoning_tokens=5
    )
    assert (reply.source, reply.retries, reply.wasted, slept) == ("engine", 0, None, [])
    assert server.paths == ["/v1/chat/completions"]
    assert server.asked == [
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "2+2?"},
            ],
            "max_tokens": 50,
            "temperature": 0.7,
            "top_p": 0.9,
            "top_k": 5,
            "min_tokens": 2,
            "stop": ["\n"],
            "seed": 11,
        }
    ]
    assert server.keys == ["Bearer sk-secret"]
    assert "sk-secret" not in f"{backend.info}{backend.render(PROMPT)}{reply}"


@pytest.mark.parametrize(
    ("said", "finish"), [("length", "length"), ("content_filter", "other"), (None, "other")]
)
def test_why_it_ended(start: Start, said: Any, finish: str) -> None:
    backend, _, _ = start(lambda n, body: chat(None, finish=said, reasoning="hm"))
    (one,) = ask(backend).completions
    assert (one.text, one.reasoning, one.finish) == ("", "hm", finish)


def test_unknown_usage_is_none_and_never_zero(start: Start) -> None:
    odd = ({"completion_tokens": value} for value in (None, "7", -7, 10**30))
    for usage in (None, *odd):
        backend, _, _ = start(lambda n, body, u=usage: chat("4", usage=u))
        reply = ask(backend)
        assert reply.usage == Usage()
        assert reply.completions[0].output_tokens is None


def test_the_tokenizer_counts_where_the_server_does_not(start: Start, folder: Path) -> None:
    backend, _, _ = start(lambda n, body: chat("four", usage=None), tokenizer=str(folder))
    reply = ask(backend)
    assert (reply.source, reply.usage.output_tokens) == ("tokenizer", 4)
    assert reply.completions[0].output_tokens == 4
    assert backend.info.context == 128


@pytest.mark.parametrize(
    ("header", "waits"),
    [
        ({}, [1.0, 2.0]),
        ({"retry-after": "7"}, [7.0, 7.0]),
        ({"retry-after": "0.5"}, [1.0, 2.0]),
        ({"retry-after": "Fri, 02 Jan 2026 03:05:05 GMT"}, [60.0, 60.0]),
        ({"retry-after": "soon"}, [1.0, 2.0]),
    ],
)
def test_a_busy_server_is_asked_again(
    start: Start, header: dict[str, str], waits: list[float]
) -> None:
    def script(n: int, body: Any) -> Answer:
        return chat("4") if n == 2 else Answer({"error": "busy"}, 429, header)

    backend, server, slept = start(script)
    reply = ask(backend)
    assert (reply.completions[0].text, reply.retries, slept) == ("4", 2, waits)
    assert server.asked[0] == server.asked[2]


@pytest.mark.parametrize(
    "bad",
    [
        Answer("<html>Bad gateway</html>", 502),
        Answer("<html>hello</html>"),
        Answer(""),
        Answer([]),
        Answer({"choices": []}),
        Answer({"choices": [None]}),
        Answer({"choices": [{"index": 0}]}),
        Answer(drop=True),
    ],
    ids=["502", "html", "empty", "list", "none", "null", "bare", "dropped"],
)
def test_a_broken_reply_is_asked_for_again(start: Start, bad: Answer) -> None:
    backend, _, slept = start(lambda n, body: bad if n == 0 else chat("4"))
    reply = ask(backend)
    assert (reply.completions[0].text, reply.retries, len(slept)) == ("4", 1, 1)

    backend, server, slept = start(lambda n, body: bad)
    with pytest.raises(BackendError, match="4 attempts") as caught:
        ask(backend)
    assert (len(server.asked), slept, caught.value.fatal) == (4, [1.0, 2.0, 4.0], False)


def test_what_failed_attempts_used_is_told(start: Start) -> None:
    empty = Answer({"choices": [], "usage": USAGE})
    backend, _, _ = start(lambda n, body: empty if n < 2 else chat("4"))
    reply = ask(backend)
    assert reply.retries == 2
    assert reply.wasted is not None
    assert (reply.wasted.output_tokens, reply.usage.output_tokens) == (14, 7)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer({"error": {"message": "bad key"}}, 401), "bad key.*OPENAI_API_KEY"),
        (Answer("denied", 403), "denied.*may not use"),
        (Answer({"error": {"message": "no model m"}}, 404), "no model m.*/v1"),
        (Answer({"error": {"message": "x", "code": "insufficient_quota"}}, 429), "no credit"),
        (Answer({"error": "busy"}, 429, {"retry-after": "9999"}), "wait 9999 s"),
        (Answer("", 302, {"location": "/login"}), "302"),
    ],
    ids=["401", "403", "404", "quota", "long wait", "redirect"],
)
def test_some_answers_end_the_command_at_once(start: Start, answer: Answer, words: str) -> None:
    backend, server, slept = start(lambda n, body: answer)
    with pytest.raises(BackendError, match=words) as caught:
        ask(backend)
    assert (caught.value.fatal, len(server.asked), slept) == (True, 1, [])


def test_a_bad_request_fails_alone(start: Start) -> None:
    refusal = Answer({"error": {"message": "maximum context length"}}, 400)
    backend, server, _ = start(lambda n, body: refusal)
    with pytest.raises(BackendError, match="maximum context length") as caught:
        ask(backend)
    assert (caught.value.fatal, len(server.asked)) == (False, 1)


def test_nobody_there_is_fatal_after_the_retries(start: Start) -> None:
    backend, server, slept = start(lambda n, body: chat("4"))
    server.close()
    with pytest.raises(BackendError, match="check the URL") as caught:
        ask(backend)
    assert (caught.value.fatal, slept) == (True, [1.0, 2.0, 4.0])


def test_a_slow_server_is_not_waited_for(start: Start) -> None:
    never = threading.Event()
    backend, _, slept = start(lambda n, body: Answer(hold=never, drop=True), timeout="0.05")
    with pytest.raises(BackendError, match="no reply in time") as caught:
        ask(backend)
    never.set()
    assert (caught.value.fatal, len(slept)) == (False, 3)


def test_each_sample_is_a_request_with_its_seed(start: Start) -> None:
    backend, server, _ = start(lambda n, body: chat(str(body["seed"])))
    assert backend.info.prompt_once is False
    reply = ask(backend, 5, 6, 7)
    assert [c.text for c in reply.completions] == ["5", "6", "7"]
    assert all("n" not in body for body in server.asked)
    assert (reply.usage.prompt_tokens, reply.usage.output_tokens) == (30, 21)


def test_unseeded_samples_come_in_one_request_and_share_its_tokens(start: Start) -> None:
    backend, server, _ = start(lambda n, body: chat(*"abc"), seeded="false")
    assert backend.info.prompt_once is True
    reply = ask(backend, 5, 6, 7)
    assert [(body["n"], body["seed"]) for body in server.asked] == [(3, 5)]
    assert [c.text for c in reply.completions] == ["a", "b", "c"]
    assert [c.output_tokens for c in reply.completions] == [3, 2, 2]
    assert [c.reasoning_tokens for c in reply.completions] == [2, 2, 1]
    assert (reply.source, reply.usage.output_tokens) == ("engine-shared", 7)


def test_missing_choices_are_asked_for_again(start: Start) -> None:
    def script(n: int, body: Any) -> Answer:
        return chat(*["x"] * min(2, body.get("n", 1)))

    backend, server, _ = start(script, seeded="false")
    reply = ask(backend, 1, 2, 3, 4, 5)
    assert [body.get("n", 1) for body in server.asked] == [5, 3, 1]
    assert len(reply.completions) == 5
    assert reply.usage.output_tokens == 21
    assert sum(c.output_tokens or 0 for c in reply.completions) == 21


def test_choices_are_put_in_order(start: Start) -> None:
    answer = chat("a", "b")
    answer.body["choices"].reverse()
    backend, _, _ = start(lambda n, body: answer, seeded="false")
    assert [c.text for c in ask(backend, 1, 2).completions] == ["a", "b"]


def completion(text: str, **more: Any) -> Answer:
    choice = {"index": 0, "text": text, "finish_reason": "stop", **more}
    return Answer({"choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 4}})


def test_completions_continue_a_rendered_prompt(start: Start, folder: Path) -> None:
    backend, server, _ = start(
        lambda n, body: completion("4"), api="completions", tokenizer=str(folder)
    )
    assert ask(backend, prefix="<think>").completions[0].text == "4"
    assert server.paths == ["/v1/completions"]
    rendered = "<bos><system>Be brief.<user>2+2?<assistant><think>"
    assert server.asked[0]["prompt"] == rendered == backend.render(PROMPT, "<think>")
    assert backend.count_tokens(rendered) == 25  # "<system>" is no special token here: 8


def test_completions_without_a_template_are_plain(start: Start) -> None:
    backend, server, _ = start(lambda n, body: completion("4"), api="completions")
    ask(backend, prefix="It is ")
    assert server.asked[0]["prompt"] == "2+2?\nIt is "
    assert backend.count_tokens("2+2?\n") is None


def test_token_ids_give_exact_ends(start: Start, folder: Path) -> None:
    ids = [5, 6 + 1 + 15, 6, 2]  # <think>, "0", </think>, the end
    backend, server, _ = start(
        lambda n, body: completion("ignored", token_ids=ids),
        api="completions",
        tokenizer=str(folder),
        token_ids="true",
    )
    reply = ask(backend)
    (one,) = reply.completions
    assert one.text == "<think>0</think>"
    assert (one.token_ends, one.output_tokens, one.reasoning_tokens) == ((7, 8, 16, 16), 4, 3)
    assert reply.usage.reasoning_tokens == 3
    assert server.asked[0]["return_token_ids"] is True
    assert server.asked[0]["skip_special_tokens"] is False
    with pytest.raises(UsageError, match=r"needs .*'tokenizer'"):
        OpenAIBackend(ModelSpec.parse("openai:m@http://h/v1", {"token_ids": "true"}))


def test_chat_continues_on_vllm_only(start: Start) -> None:
    backend, server, _ = start(lambda n, body: chat("4"), **{"continue": "vllm"})
    ask(backend, prefix="<think>")
    assert server.asked[0]["messages"][-1] == {"role": "assistant", "content": "<think>"}
    assert server.asked[0]["add_generation_prompt"] is False
    assert server.asked[0]["continue_final_message"] is True
    backend, server, _ = start(lambda n, body: chat("4"))
    with pytest.raises(UsageError, match="'continue': 'vllm'"):
        ask(backend, prefix="<think>")
    assert server.asked == []


def test_the_rendered_chat_tells_prefix_from_question(start: Start) -> None:
    backend, _, _ = start(lambda n, body: chat("4"), **{"continue": "vllm"})
    assert json.loads(backend.render(PROMPT))[-1] == {"role": "user", "content": "2+2?"}
    assert backend.render(PROMPT) != backend.render(PROMPT, "a")


def test_more_fields_and_none_to_drop_one(start: Start) -> None:
    extra = json.dumps({"temperature": None, "reasoning_effort": "low"})
    backend, server, _ = start(
        lambda n, body: chat("4"), extra=extra, max_tokens_field="max_completion_tokens"
    )
    ask(backend)
    assert "temperature" not in server.asked[0]
    assert server.asked[0]["reasoning_effort"] == "low"
    assert server.asked[0]["max_completion_tokens"] == 50


def test_the_official_address_wants_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    backend = OpenAIBackend(ModelSpec.parse("openai:gpt-x"))
    with pytest.raises(BackendError, match="set OPENAI_API_KEY") as caught:
        ask(backend)
    assert caught.value.fatal


def test_fingerprints() -> None:
    def of(spec: str, **args: str) -> str:
        return OpenAIBackend(ModelSpec.parse(spec, args)).info.fingerprint

    base = of("openai:m@http://h:1/v1")
    assert of("openai:m@http://h:1") == base  # /v1 is added to a bare address
    assert of("openai:m@http://h:1/v1", timeout="3", retries="0", seeded="false") == base
    others = {
        of("openai:n@http://h:1/v1"),
        of("openai:m@http://h:2/v1"),
        of("openai:m@http://h:1/v1", api="completions"),
        of("openai:m@http://h:1/v1", extra='{"reasoning_effort": "low"}'),
    }
    assert len(others | {base}) == 5


def test_a_cancelled_call_stops_asking(start: Start) -> None:
    never = threading.Event()
    backend, _, _ = start(lambda n, body: Answer(hold=never, drop=True))

    async def go() -> None:
        call = Request(prompt=PROMPT, sampling=Sampling(max_tokens=5), seeds=(1, 2))
        task = asyncio.ensure_future(backend.generate(call))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await backend.close()

    asyncio.run(go())
    never.set()


def test_prompts_are_billed_once_where_openai_is_asked(start: Start) -> None:
    assert OpenAIBackend(ModelSpec.parse("openai:m")).info.prompt_once
    assert not OpenAIBackend(ModelSpec.parse("openai:m@http://h:1/v1")).info.prompt_once
    own = OpenAIBackend(ModelSpec.parse("openai:m", {"seeded": "true"}))
    assert not own.info.prompt_once
    responses = OpenAIBackend(ModelSpec.parse("openai:m", {"api": "responses"}))
    assert not responses.info.prompt_once  # the interface has no n
    backend, server, _ = start(lambda n, body: chat(*"abcd"[: body.get("n", 1)]), server="openai")
    reply = ask(backend, 1, 2, 3, 4)
    assert [body["n"] for body in server.asked] == [4]
    assert reply.usage == Usage(
        prompt_tokens=10, cached_prompt_tokens=4, output_tokens=7, reasoning_tokens=5
    )


def test_a_server_that_takes_no_n_is_asked_one_by_one(start: Start) -> None:
    backend, server, _ = start(lambda n, body: chat("a"), seeded="false")
    for _ in range(2):
        assert len(ask(backend, 1, 2, 3, 4).completions) == 4
    assert [body.get("n", 1) for body in server.asked] == [4, 1, 1, 1, 1, 1, 1, 1]
    assert sorted(body["seed"] for body in server.asked) == [1, 1, 2, 2, 3, 3, 4, 4]
