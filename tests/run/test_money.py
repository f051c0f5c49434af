"""Tokens and dollars by role, against what a server on the loopback has counted itself."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import harness
from harness.cost import PriceEntry


class Log:
    """What the server has answered, by the name of the model."""

    def __init__(self) -> None:
        self.answered: dict[str, list[dict[str, int]]] = defaultdict(list)
        self.requests = 0
        self.lock = threading.Lock()

    def total(self, model: str, name: str) -> int:
        return sum(usage[name] for usage in self.answered[model])

    def dollars(self, model: str, read: float, cached: float, written: float) -> float:
        fresh = self.total(model, "prompt") - self.total(model, "cached")
        made = self.total(model, "output")
        return (fresh * read + self.total(model, "cached") * cached + made * written) / 1e6


@pytest.fixture
def served() -> Iterator[tuple[str, Log]]:
    """A chat server: every third request is refused once, half of each prompt is cached."""
    log = Log()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with log.lock:
                log.requests += 1
                refuse = log.requests % 3 == 0
            if refuse:
                self.send_response(429)
                self.send_header("Retry-After", "0")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            judge = asked["model"] == "judge"
            text = "Verdict: RECOGNISED" if judge else "No such number exists."
            size = len(asked["messages"][-1]["content"])
            usage = {"prompt": size, "cached": size // 2, "output": len(text)}
            with log.lock:
                log.answered[asked["model"]].append(usage)
            body = json.dumps(
                {
                    "id": "x", "object": "chat.completion", "model": asked["model"],
                    "choices": [{"index": 0, "finish_reason": "stop",
                                 "message": {"role": "assistant", "content": text}}],
                    "usage": {"prompt_tokens": size, "completion_tokens": len(text),
                              "total_tokens": size + len(text),
                              "prompt_tokens_details": {"cached_tokens": size // 2}},
                }
            ).encode()  # fmt: skip
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", log
    server.shutdown()
    thread.join()
    server.server_close()


def entry(read: float, cached: float, written: float) -> PriceEntry:
    return PriceEntry(
        models=(),
        date=dt.date(2025, 1, 1),
        input=read,
        cached=cached,
        output=written,
        source="here",
    )


@pytest.mark.usefixtures("fast_clock")
def test_tokens_and_dollars_by_role_are_those_of_the_servers_log(served, tmp_path) -> None:
    url, log = served
    done = harness.evaluate(
        f"openai:model@{url}",
        "traps",
        "greedy",
        limit=12,
        db=tmp_path / "money.sqlite",
        price=entry(3, 0.3, 15),
        judge=harness.JudgeConfig(model=f"openai:judge@{url}", price=entry(1, 0.1, 5)),
    )
    [report] = done.reports
    assert log.requests > len(log.answered["model"]) + len(log.answered["judge"])  # some refused
    for role, model in (("generator", "model"), ("judge", "judge")):
        spent = report.spent_by_role[role]
        assert spent.calls == len(log.answered[model]) > 0
        assert spent.usage.prompt_tokens == log.total(model, "prompt")
        assert spent.usage.cached_prompt_tokens == log.total(model, "cached")
        assert spent.usage.output_tokens == log.total(model, "output")
    dollars = log.dollars("model", 3, 0.3, 15)
    assert report.usd == pytest.approx(dollars)  # greedy is charged with all that it drew
    assert report.spent_by_role["generator"].usd == pytest.approx(dollars)
    judged = log.dollars("judge", 1, 0.1, 5)
    assert report.spent_by_role["judge"].usd == pytest.approx(judged)
    assert done.to_frame()["judge_usd"][0] == pytest.approx(judged)
    assert done.calls == len(log.answered["model"]) + len(log.answered["judge"])


@pytest.mark.parametrize("once", [False, True])
def test_cached_prompts_are_charged_as_cached(run, stub, once) -> None:
    """A pool's dollars by a budget of its whole size are those of its calls."""

    class Caching(stub):  # type: ignore[misc]
        async def generate(self, request):
            from dataclasses import replace

            reply = await super().generate(request)
            cached = (reply.usage.prompt_tokens or 0) // 3
            return replace(reply, usage=replace(reply.usage, cached_prompt_tokens=cached))

    done = run(Caching(prompt_once=once), "vote@{2,4}", limit=4, price=entry(10, 1, 100))
    two, four = done.reports
    assert four.usd == pytest.approx(four.spent_by_role["generator"].usd)
    assert two.usd < four.usd
    assert four.charged.cached_prompt_tokens == four.spent.cached_prompt_tokens
