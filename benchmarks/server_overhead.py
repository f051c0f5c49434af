"""What the harness costs on top of a model server: graded and stored samples a second.

    python benchmarks/server_overhead.py                     an instant local server
    python benchmarks/server_overhead.py --url http://127.0.0.1:8000/v1 --model NAME --in-flight 64
    python benchmarks/server_overhead.py --clients           HTTP clients beside one another

With the instant server (a process of its own that answers each request from memory) all time is the
harness's and the client's. With a real server, a bare loop sends the same requests, as many in
flight, and keeps nothing; the two take turns, so that a drifting machine disturbs both alike.
`ratio` is the harness's samples a second over those of the loops before and after it. A round
includes planning, the start of a grader and the report, but not Python's imports: a first round of
two problems, whose seconds are `first_s`, loads what is loaded once. `ratio_while_asking` counts
from the first request to the last reply. `cpu_ms` is a sample's processor time in this process and
the graders', `bare_cpu_ms` a request's in the loop.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from harness.core import ModelSpec
from harness.models.openai import OpenAIBackend
from harness.run.evaluate import evaluate

SERVER = """
import asyncio, json, sys
BODY = json.dumps({"id": "x", "model": "instant", "choices": [{"index": 0, "finish_reason": "stop",
    "message": {"role": "assistant", "content": "Answer: 9.8"}}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 7}}).encode()
HEAD = b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: %d\\r\\n\\r\\n"
class Instant(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.data = transport, b""
    def data_received(self, data):
        self.data += data
        while (end := self.data.find(b"\\r\\n\\r\\n")) >= 0:
            head = self.data[:end].lower()
            at = head.find(b"content-length:") + 15
            size = end + 4 + int(head[at:].split(b"\\r\\n")[0])
            if len(self.data) < size:
                return
            self.data = self.data[size:]
            self.transport.write(HEAD % len(BODY) + BODY)
async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Instant, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@contextmanager
def instant_server() -> Iterator[str]:
    """The address of a server that answers at once."""
    process = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.terminate()
        process.wait()


def cpu_s() -> float:
    """Processor time of this process and its ended children."""
    usages = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


Post = Callable[[dict[str, Any]], Awaitable[Any]]


async def in_flight(post: Post, bodies: list[dict[str, Any]], most: int) -> float:
    """Seconds to post all bodies, so many at a time."""
    left = iter(bodies)

    async def worker() -> None:
        for body in left:
            await post(body)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(most)))
    return time.perf_counter() - began


def bare_loop(url: str, bodies: list[dict[str, Any]], most: int) -> dict[str, float]:
    """The same requests with aiohttp alone."""

    async def go() -> float:
        import aiohttp

        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def post(body: dict[str, Any]) -> None:
                async with session.post(f"{url}/chat/completions", json=body) as response:
                    await response.json()

            return await in_flight(post, bodies, most)

    cpu, n = cpu_s(), len(bodies)
    seconds = asyncio.run(go())
    return {"per_s": n / seconds, "cpu_ms": (cpu_s() - cpu) / n * 1e3}


def whole(
    url: str, model: str, args: argparse.Namespace, limit: int
) -> tuple[dict[str, float], list[Any]]:
    """`harness.evaluate` into a fresh database; and the bodies that it sent."""
    bodies: list[dict[str, Any]] = []
    times: list[float] = []
    build, generate = OpenAIBackend._body, OpenAIBackend.generate

    def recorded(*asked: Any) -> dict[str, Any]:
        times.append(time.perf_counter())
        bodies.append(build(*asked))
        return bodies[-1]

    async def timed(*asked: Any) -> Any:
        reply = await generate(*asked)
        times.append(time.perf_counter())
        return reply

    backend = OpenAIBackend(ModelSpec.parse(f"openai:{model}@{url}"))
    # not by a subclass: a stranger's backend is checked at each step, which ours is not
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(OpenAIBackend, "_body", recorded),
        mock.patch.object(OpenAIBackend, "generate", timed),
    ):
        began, cpu = time.perf_counter(), cpu_s()
        result = evaluate(
            backend,
            args.task,
            args.budget,
            limit=limit,
            db=Path(folder) / "bench.sqlite",
            concurrency=args.in_flight,
            max_output_tokens=args.max_output_tokens,
        )
        seconds, used = time.perf_counter() - began, cpu_s() - cpu
    if result.failed:
        raise SystemExit(f"{result.failed} attempts failed: {result.errors[:3]}")
    n = len(bodies)
    asking = n / (times[-1] - times[0])
    return {"samples": n, "per_s": n / seconds, "asking": asking, "cpu_ms": used / n * 1e3}, bodies


def measure(url: str, model: str, args: argparse.Namespace) -> None:
    """Rounds of both, printed as JSON."""
    rounds: list[dict[str, float]] = []
    began = time.perf_counter()
    whole(url, model, args, 2)
    first_s = time.perf_counter() - began
    loops: list[dict[str, float]] = []
    for _ in range(args.rounds):
        round_, bodies = whole(url, model, args, args.limit)
        loops.append(bare_loop(url, bodies, args.in_flight))
        rounds.append(round_)
    rates = [loop["per_s"] for loop in loops]
    beside = [statistics.mean(rates[max(0, i - 1) : i + 1]) for i in range(args.rounds)]
    ratios = {
        name: [round(one[name] / rate, 3) for one, rate in zip(rounds, beside, strict=True)]
        for name in ("per_s", "asking")
    }
    print(
        json.dumps(
            {
                "samples": rounds[0]["samples"],
                "samples_per_s": [round(r["per_s"], 1) for r in rounds],
                "cpu_ms_per_sample": [round(r["cpu_ms"], 2) for r in rounds],
                "bare_loop_per_s": [round(rate, 1) for rate in rates],
                "bare_cpu_ms": [round(loop["cpu_ms"], 2) for loop in loops],
                "first_s": round(first_s, 1),
                "ratio": ratios["per_s"],
                "ratio_while_asking": ratios["asking"],
                "load": round(os.getloadavg()[0], 1),
            },
            indent=2,
        )
    )


def clients(url: str) -> None:
    """The clients that are installed, with 32 and 128 connections: requests a second."""
    body = {"model": "m", "messages": [{"role": "user", "content": "9.8 or 9.11? " * 10}]}
    for name in ("aiohttp", "httpx_aiohttp", "httpx2", "httpx"):
        for most in (32, 128):
            cpu = cpu_s()
            try:
                seconds = asyncio.run(_client(name, f"{url}/chat/completions", body, most))
            except ImportError:
                print(json.dumps({"client": name, "installed": False}))
                break
            spent = (cpu_s() - cpu) / 4000 * 1e3
            print(json.dumps({"client": name, "connections": most,
                              "requests_per_s": round(4000 / seconds),
                              "cpu_ms": round(spent, 2)}))  # fmt: skip


async def _client(name: str, url: str, body: dict[str, Any], most: int) -> float:
    bodies = [body] * 4000
    if name == "aiohttp":
        import aiohttp

        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def send(one: dict[str, Any]) -> None:
                async with session.post(url, json=one) as response:
                    await response.json()

            return await in_flight(send, bodies, most)
    import importlib

    module = importlib.import_module(name)
    httpx = importlib.import_module("httpx2" if name == "httpx2" else "httpx")
    kind = module.HttpxAiohttpClient if name == "httpx_aiohttp" else httpx.AsyncClient
    async with kind(timeout=60, limits=httpx.Limits(max_connections=None)) as client:

        async def post(one: dict[str, Any]) -> None:
            (await client.post(url, json=one)).json()

        return await in_flight(post, bodies, most)


def main() -> None:
    """See the top of the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a server of one's own (default: the instant one)")
    parser.add_argument("--model", default="instant")
    parser.add_argument("--task", default="decimals")
    parser.add_argument("--budget", default="sample@16")
    parser.add_argument("--limit", type=int, default=200, help="problems")
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--max-output-tokens", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", action="store_true")
    args = parser.parse_args()
    if args.url:
        measure(args.url, args.model, args)
        return
    with instant_server() as url:
        if args.clients:
            clients(url)
        else:
            measure(url, args.model, args)


if __name__ == "__main__":
    main()
