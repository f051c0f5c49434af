"""A real llama.cpp server of an embedded model, held against the same weights in ONNX Runtime."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.core import (
    Completion,
    ContextError,
    DataSource,
    Finish,
    ModelSpec,
    Prompt,
    Reply,
    Request,
    Sampling,
    registry,
)
from harness.models.folder import EMBEDDED

from ..serving import free_port, wait_for  # noqa: TID252
from .llama_cpp import write_gguf

MODEL = "tiny-s"
CONTEXT = 512  # tokens of each slot
MISSING = [name for name in ("gguf", "safetensors") if importlib.util.find_spec(name) is None]


def find_server() -> Path | None:
    """The program, where there is one."""
    named = os.environ.get("HARNESS_LLAMA_SERVER") or shutil.which("llama-server")
    return Path(named) if named and Path(named).is_file() else None


pytestmark = pytest.mark.skipif(
    find_server() is None or bool(MISSING),
    reason="needs llama-server (tests/models/llama_cpp.py), gguf and safetensors",
)


@contextmanager
def serving(server: Path, weights: Path, log: Path, *more: str) -> Iterator[str]:
    """The server on a free port, with two threads; gives its address."""
    port = free_port()
    command = [server, "-m", weights, "--port", port, "--host", "127.0.0.1", "-t", 2, *more]
    with log.open("wb") as out:
        process = subprocess.Popen(list(map(str, command)), stdout=out, stderr=out)
        try:
            wait_for(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("llama") / f"{MODEL}.gguf"
    write_gguf(EMBEDDED / MODEL, file)
    return file


@pytest.fixture(scope="module")
def url(weights: Path) -> Iterator[str]:
    server = find_server()
    assert server is not None
    slots = ("--parallel", "8", "--ctx-size", str(8 * CONTEXT))
    with serving(server, weights, weights.with_name("log"), *slots) as address:
        yield address


@pytest.fixture(scope="module")
def prompts() -> list[Prompt]:
    task = registry.find("tasks", "decimals")()
    return [task.prompt(problem) for problem in task.load(DataSource(limit=24))[:24]]


def ask(spec: str, calls: Sequence[Request], **args: str) -> list[Reply]:
    """All of them at once."""
    parsed = ModelSpec.parse(spec, args)

    async def go() -> list[Reply]:
        backend = registry.find("models", parsed.backend)(parsed)
        try:
            return list(await asyncio.gather(*(backend.generate(call) for call in calls)))
        finally:
            await backend.close()

    return asyncio.run(go())


def served(url: str, calls: Sequence[Request], **args: str) -> list[Reply]:
    return ask(f"openai:{MODEL}@{url}", calls, server="llama.cpp", **args)


def greedy(prompt: Prompt, prefix: str = "", **more: object) -> Request:
    sampling = Sampling(max_tokens=96, **more)  # type: ignore[arg-type] # fields of Sampling
    return Request(prompt=prompt, sampling=sampling, seeds=(0,), prefix=prefix)


def said(replies: Sequence[Reply]) -> list[str]:
    """Thought and answer of the first completion of each."""
    firsts: list[Completion] = [reply.completions[0] for reply in replies]
    return [f"<think>{c.reasoning}</think>{c.text}" if c.reasoning else c.text for c in firsts]


@pytest.mark.parametrize("stream", ["false", "true"])
def test_greedy_answers_are_those_of_another_engine(
    url: str, prompts: list[Prompt], stream: str
) -> None:
    calls = [greedy(prompt) for prompt in prompts]
    ours, theirs = ask(f"onnx:{MODEL}", calls), served(url, calls, stream=stream)
    pairs = list(zip(said(ours), said(theirs), strict=True))
    assert sum(a == b for a, b in pairs) >= len(pairs) - 1, pairs  # one may part at a tie
    assert [r.usage.prompt_tokens for r in ours] == [r.usage.prompt_tokens for r in theirs]
    for mine, other in zip(ours, theirs, strict=True):
        if said([mine]) == said([other]):
            assert other.usage.output_tokens == mine.usage.output_tokens
            assert other.completions[0].finish is mine.completions[0].finish
        assert other.origin is not None
        assert other.origin.fingerprint


def test_seeds_are_kept(url: str, prompts: list[Prompt]) -> None:
    hot = Sampling(max_tokens=48, temperature=1.0)
    calls = [
        Request(prompt=p, sampling=hot, seeds=tuple(range(2**40, 2**40 + 4))) for p in prompts[:4]
    ]
    one, again = served(url, calls), served(url, calls)
    texts = [[c.text for c in reply.completions] for reply in one]
    assert texts == [[c.text for c in reply.completions] for reply in again]
    assert any(len(set(some)) > 1 for some in texts)


def test_stop_words_end_an_answer_and_are_not_in_it(url: str, prompts: list[Prompt]) -> None:
    for reply in served(url, [greedy(p, stop=("</think>",)) for p in prompts[:4]]):
        [completion] = reply.completions
        assert completion.finish is Finish.STOP
        assert "</think>" not in said([reply])[0]
        assert "Answer" not in completion.text


def test_a_prompt_that_does_not_fit_is_told_from_other_errors(url: str) -> None:
    with pytest.raises(ContextError):
        served(url, [greedy(Prompt.user("9.8 or 9.11? " * 100))])


THINKING = (
    "{% for m in messages %}{{ '<|' + m.role + '|>' }}{% if m.reasoning_content %}"
    "{{ '<think>' + m.reasoning_content + '</think>' }}{% endif %}{{ m.content }}"
    "{% if m.role == 'assistant' %}{{ '<eos>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
"""The model's template with a place for thoughts, by which the server finds their marks."""


@pytest.fixture(scope="module")
def thinking_url(weights: Path) -> Iterator[str]:
    server = find_server()
    assert server is not None
    template = weights.with_name("thinking.jinja")
    template.write_text(THINKING, "utf-8")
    more = (
        "--ctx-size",
        str(8 * CONTEXT),
        "--parallel",
        "8",
        "--chat-template-file",
        str(template),
    )
    with serving(server, weights, weights.with_name("thinking-log"), *more) as address:
        yield address


def test_thoughts_come_apart_and_are_held_to_a_budget(
    thinking_url: str, prompts: list[Prompt]
) -> None:
    few = prompts[:6]
    free = served(thinking_url, [greedy(prompt) for prompt in few])
    none = served(thinking_url, [greedy(prompt, thinking=0) for prompt in few])
    assert all(reply.completions[0].reasoning for reply in free)
    assert not any(reply.completions[0].reasoning for reply in none)
    assert all("<think>" not in reply.completions[0].text for reply in (*free, *none))


def test_a_thought_is_continued_by_completions(url: str, prompts: list[Prompt]) -> None:
    calls = [greedy(prompt, "<think>so ") for prompt in prompts[:6]]
    ours = ask(f"onnx:{MODEL}", calls)
    theirs = served(url, calls, api="completions", tokenizer=MODEL)
    pairs = list(zip(said(ours), said(theirs), strict=True))
    assert sum(a == b for a, b in pairs) >= len(pairs) - 1, pairs
