"""The gate before a server, and what its refusals advise."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from harness.cli.planning import told
from harness.core import BackendError
from harness.models import refusals
from harness.models.refusals import Gate, RefusedError, advise, read_error


class Server:
    """Counts what gets through; refuses in the words that `says` gives, or answers."""

    def __init__(self, gate: Gate, says: Any) -> None:
        self.gate, self.says = gate, says
        self.asked = self.inside = self.most_inside = 0

    async def ask(self, shape: str = "a") -> str:
        async with self.gate.passing(shape):
            number = self.asked
            self.asked += 1
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
            try:
                for _ in range(3):
                    await asyncio.sleep(0)
                words = self.says(number, shape)
                if words:
                    raise RefusedError(words, words)
                return "good"
            finally:
                self.inside -= 1


def run(server: Server, *shapes: str) -> list[Any]:
    async def go() -> list[Any]:
        return await asyncio.gather(*(server.ask(s) for s in shapes), return_exceptions=True)

    return asyncio.run(go())


def test_a_hopeless_run_ends_after_few() -> None:
    server = Server(Gate(), lambda n, shape: f"no temperature at position {n}")
    results = run(server, *["a"] * 100)
    assert server.asked <= 5
    assert server.most_inside <= refusals.AT_ONCE
    assert sum(isinstance(r, BackendError) and r.fatal for r in results) >= 97


def test_several_shapes_share_the_count() -> None:
    server = Server(Gate(), lambda n, shape: "no temperature")
    run(server, *"abcdefgh" * 4)
    assert server.asked <= 5


def test_one_good_answer_opens_the_gate_for_its_kind() -> None:
    server = Server(Gate(), lambda n, shape: None)
    assert run(server, *["a"] * 50) == ["good"] * 50
    assert server.most_inside > refusals.AT_ONCE


def test_a_new_kind_stands_before_the_gate_again() -> None:
    gate = Gate()
    run(Server(gate, lambda n, shape: None), "a")
    server = Server(gate, lambda n, shape: "no" if shape == "b" else None)
    results = run(server, *["b"] * 40)
    assert server.asked <= 5
    assert any(isinstance(r, BackendError) and r.fatal for r in results)


def test_single_refusals_behind_a_good_answer_are_not_counted() -> None:
    server = Server(Gate(), lambda n, shape: "too long" if n % 2 else None)
    results = run(server, *["a"] * 40)
    assert sum(r == "good" for r in results) == 20
    assert not any(isinstance(r, BackendError) for r in results)


def test_a_long_thought_does_not_keep_the_others_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is not refused at once is being worked on: the gate opens by itself."""
    monkeypatch.setattr(refusals, "OPEN_S", 0.0)
    gate, done = Gate(), asyncio.Event()
    inside = 0

    async def think() -> None:
        nonlocal inside
        async with gate.passing("a"):
            inside += 1
            if inside == 10:
                done.set()
            await done.wait()

    async def go() -> None:
        await asyncio.gather(*(think() for _ in range(10)))

    asyncio.run(asyncio.wait_for(go(), 60))
    assert inside == 10


@pytest.mark.parametrize(
    ("message", "field", "body", "helps"),
    [
        (
            "Unsupported value: 'temperature' does not support 0 with this model.",
            "temperature",
            {"temperature": 0},
            "drop=temperature",
        ),
        (
            "temperature: Extra inputs are not permitted",
            None,
            {"temperature": 0},
            "drop=temperature",
        ),
        (
            (
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                "'max_completion_tokens' instead."
            ),
            "max_tokens",
            {"max_tokens": 9},
            "max_tokens_field=max_completion_tokens",
        ),
        (
            (
                "Unsupported value: 'reasoning_effort' does not support 'xhigh' with this model. "
                "Supported values are: 'low', 'medium', and 'high'."
            ),
            "reasoning_effort",
            {"reasoning_effort": "xhigh"},
            "efforts=low,medium,high",
        ),
        (
            "max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens",
            None,
            {"max_tokens": 32000},
            "--max-output-tokens 8192",
        ),
        (
            "max_tokens is too large: 32000. This model supports at most 16384 completion tokens",
            "max_tokens",
            {"max_tokens": 32000},
            "--max-output-tokens 16384",
        ),
        (
            "max_tokens=16416 cannot be greater than max_model_len=2048. (parameter=max_tokens)",
            None,
            {"max_tokens": 16416},
            "--max-output-tokens 1024",
        ),
        ("Unknown name 'seed'", None, {"generationConfig": {"seed": 1}}, "drop=seed"),
    ],
)
def test_the_advice_is_an_argument_that_exists(
    message: str, field: str | None, body: dict[str, Any], helps: str
) -> None:
    advice = advise(message, field, body)
    assert helps in told(BackendError(advice.text, **advice.values))


def test_no_advice_where_none_is_known() -> None:
    assert advise("the prompt is too long", None, {"temperature": 0}).text == ""
    assert advise("temperatures are high today", None, {"temperature": 0}).text == ""
    assert advise("bad temperature", "temperature", {"seed": 1}).text == ""  # it was not sent


@pytest.mark.parametrize(
    ("text", "body", "message", "code"),
    [
        ("<html>\nBad gateway", None, "<html> Bad gateway", ""),
        ("", {"error": {"message": "m", "code": "c"}}, "m", "c"),
        ("", {"error": {"message": "m", "code": 400, "status": "INVALID"}}, "m", "INVALID"),
        ("", {"type": "error", "error": {"type": "overloaded_error", "message": "m"}}, "m",
         "overloaded_error"),
        ("", [{"error": {"message": "m", "status": "S"}}], "m", "S"),
        ("", {"error": "m"}, "m", ""),
        ("", {"detail": [{"loc": ["body", "seed"]}]}, "[{'loc': ['body', 'seed']}]", "None"),
        ("", {"error": {"message": "Provider returned error", "code": 400,
                        "metadata": {"raw": "no temperature"}}},
         "Provider returned error (no temperature)", "400"),
    ],
)  # fmt: skip
def test_errors_are_read_in_any_shape(text: str, body: Any, message: str, code: str) -> None:
    said = read_error(text, body)
    assert (said.message, said.code) == (message, code)


@pytest.mark.parametrize(
    ("message", "full"),
    [
        # as the providers word it
        ("prompt is too long: 208310 tokens > 200000 maximum", True),
        ("The input token count (1196265) exceeds the maximum number of tokens allowed", True),
        (
            (
                "This model's maximum context length is 8192 tokens. However, your messages "
                "resulted in 9021 tokens. Please reduce the length of the messages."
            ),
            True,
        ),
        (
            (
                "This model's maximum context length is 4096 tokens. However, you requested 5000 "
                "tokens (3000 in the messages, 2000 in the completion)."
            ),
            False,
        ),
        (
            (
                "This model's maximum context length is 4096 tokens. However, your request has "
                "4100 input tokens. Please reduce the length of the input messages."
            ),
            True,
        ),
        ("max_tokens is too large: 9000", False),
    ],
)
def test_a_prompt_that_fills_the_context_is_told_from_too_high_a_limit(message, full):
    from harness.models.refusals import fills_context

    assert fills_context(message) is full
