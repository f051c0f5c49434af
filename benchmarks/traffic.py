"""How much of a server's allowance is used, and how often it refuses: real sockets, real minutes.

    python benchmarks/traffic.py                        60 requests and 20,000 tokens, 4 minutes
    python benchmarks/traffic.py --rpm 600 --tpm 200000 --minutes 3

A server of a process of its own allows so much a minute in three ways (a token bucket, any sixty
seconds, the minutes of the clock) and counts a reply's tokens in two (when it has ended; or before
it begins, refusing what will not fit). It tells nothing in headers and answers 429 with
Retry-After. Replies have 30 tokens of prompt and as many of output, and last as long, as each load
says. `use` is the larger share of both allowances that the server gave out from the second minute
to the last, by its own log; `refused` is the share of requests that it refused, of all. Every
server is asked by a backend of its own, all of them side by side.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import random
import subprocess
import sys
import time
import urllib.request
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from harness.core import Message, ModelSpec, Prompt, Request, Sampling
from harness.models.openai import OpenAIBackend

KINDS = ("bucket", "sliding", "fixed")
COUNTS = ("ended", "begun")
LOADS: dict[str, tuple[tuple[int, int], tuple[float, float]]] = {  # tokens of output, seconds
    "requests bind": ((50, 150), (0.5, 8)),
    "both bind": ((200, 400), (0.5, 8)),
    "tokens bind": ((300, 1500), (0.5, 8)),
    "slow": ((50, 600), (5, 25)),
}
PROMPT = 30
WORKERS = 40


@dataclass
class Meter:
    """One allowance a minute, counted in one of three ways."""

    kind: str
    limit: float
    level: float = 0.0  # bucket
    at: float = 0.0
    taken: deque[tuple[float, float]] = field(default_factory=deque)  # sliding and fixed

    def __post_init__(self) -> None:
        self.level, self.at = self.limit, time.monotonic()

    def left(self, now: float) -> float:
        """What may still be taken."""
        if self.kind == "bucket":
            self.level = min(self.limit, self.level + (now - self.at) * self.limit / 60)
            self.at = now
            return self.level
        since = now - 60 if self.kind == "sliding" else now // 60 * 60
        while self.taken and self.taken[0][0] < since:
            self.taken.popleft()
        return self.limit - sum(amount for _, amount in self.taken)

    def take(self, amount: float, now: float) -> None:
        """Take it, if need be below zero."""
        if self.kind == "bucket":
            self.level = self.left(now) - amount
        else:
            self.taken.append((now, amount))

    def wait(self, amount: float, now: float) -> float:
        """Seconds until so much is there, if nothing else is taken."""
        missing = amount - self.left(now)
        if missing <= 0:
            return 0.0
        if self.kind == "bucket":
            return missing * 60 / self.limit
        if self.kind == "fixed":
            return 60 - now % 60
        for at, taken in self.taken:
            missing -= taken
            if missing <= 0:
                return at + 60 - now
        return 60.0


class Place:
    """One server: its allowances, its load, and its log."""

    def __init__(self, name: str, rpm: float, tpm: float) -> None:
        kind, self.counts, load = name.split("-")
        self.tokens, self.seconds = LOADS[load.replace("_", " ")]
        if tpm > 20_000:  # the same load on each request, of a greater allowance
            self.seconds = (self.seconds[0] / 2, self.seconds[1] / 2)
        self.rpm, self.tpm = Meter(kind, rpm), Meter(kind, tpm)
        self.draw = random.Random(name)
        self.log: list[tuple[float, int, float]] = []
        self.refused = self.accepted = 0

    def enter(self) -> tuple[int, float]:
        """The tokens of the reply, or 0 and the seconds to wait."""
        now, said = time.monotonic(), self.draw.randint(*self.tokens)
        need = PROMPT + said if self.counts == "begun" else 1
        wait = max(self.rpm.wait(1, now), self.tpm.wait(need, now))
        if wait > 0:
            self.refused += 1
            return 0, wait
        self.accepted += 1
        self.rpm.take(1, now)
        self.log.append((now, 1, 0))
        if self.counts == "begun":
            self.count(said, now)
        return said, 0.0

    def count(self, said: int, now: float) -> None:
        """A reply's tokens."""
        self.tpm.take(PROMPT + said, now)
        self.log.append((now, 0, PROMPT + said))

    def told(self, since: float, until: float) -> dict[str, float]:
        """Use and refusals."""
        within = [one for one in self.log if since <= one[0] < until]
        minutes = (until - since) / 60
        requests = sum(one[1] for one in within) / self.rpm.limit / minutes
        tokens = sum(one[2] for one in within) / self.tpm.limit / minutes
        share = self.refused / max(1, self.refused + self.accepted)
        return {"use": max(requests, tokens), "refused": share, "accepted": self.accepted}


async def serve(rpm: float, tpm: float) -> None:
    """Serve all places under their names; prints the port."""
    from aiohttp import web

    places: dict[str, Place] = {}

    async def answer(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        place = places.setdefault(name, Place(name, rpm, tpm))
        await request.read()
        said, wait = place.enter()
        if not said:
            body = {"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}}
            after = {"retry-after": str(max(1, math.ceil(wait)))}
            return web.json_response(body, status=429, headers=after)
        await asyncio.sleep(place.draw.uniform(*place.seconds))
        if place.counts == "ended":
            place.count(said, time.monotonic())
        message = {"role": "assistant", "content": "Answer: 9.8"}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        usage = {"prompt_tokens": PROMPT, "completion_tokens": said}
        return web.json_response({"model": "m", "choices": [choice], "usage": usage})

    async def told(request: web.Request) -> web.Response:
        since, until = float(request.query["since"]), float(request.query["until"])
        return web.json_response({n: p.told(since, until) for n, p in places.items()})

    app = web.Application()
    app.router.add_post("/{name}/v1/chat/completions", answer)
    app.router.add_get("/told", told)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


async def ask(url: str, args: argparse.Namespace, until: float) -> None:
    """Ask one server until a time, with as many workers as there are."""
    given = {"rpm": str(args.rpm), "tpm": str(args.tpm)}
    backend = OpenAIBackend(ModelSpec.parse(f"openai:m@{url}", given))
    numbers = itertools.count()

    async def worker() -> None:
        while time.monotonic() < until:
            n = next(numbers)
            prompt = Prompt((Message("user", f"Which is larger, {n}.8 or {n}.11? " * 3),))
            sampling = Sampling(max_tokens=2000)
            await backend.generate(Request(prompt=prompt, sampling=sampling, seeds=(n,)))

    try:
        async with asyncio.timeout_at(asyncio.get_running_loop().time() + until - time.monotonic()):
            await asyncio.gather(*(worker() for _ in range(WORKERS)))
    except TimeoutError:
        pass
    finally:
        await backend.close()


async def measure(port: int, args: argparse.Namespace) -> dict[str, dict[str, float]]:
    """What each server told of its minutes from the second on."""
    loads = [load.replace(" ", "_") for load in args.load or LOADS]
    names = ["-".join(parts) for parts in itertools.product(KINDS, COUNTS, loads)]
    begun = time.monotonic()
    until = begun + 60 * args.minutes
    await asyncio.gather(*(ask(f"http://127.0.0.1:{port}/{n}/v1", args, until) for n in names))
    url = f"http://127.0.0.1:{port}/told?since={begun + 60}&until={until}"
    told: dict[str, Any] = json.loads(
        await asyncio.to_thread(lambda: urllib.request.urlopen(url).read())
    )
    return told


def main() -> None:
    """See the top of the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rpm", type=int, default=60)
    parser.add_argument("--tpm", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--load", action="append", choices=list(LOADS))
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        asyncio.run(serve(args.rpm, args.tpm))
        return
    command = [sys.executable, __file__, "--serve", "--rpm", str(args.rpm), "--tpm", str(args.tpm)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        told = asyncio.run(measure(int(process.stdout.readline()), args))
    finally:
        process.terminate()
        process.wait()
    print(f"{'window':8} {'counted':8} {'load':14} {'use':>6} {'refused':>8} {'requests':>9}")
    for name, one in told.items():
        kind, counts, load = name.split("-")
        row = f"{kind:8} {counts:8} {load.replace('_', ' '):14} {one['use']:6.3f}"
        print(f"{row} {one['refused']:8.3f} {one['accepted']:9.0f}")


if __name__ == "__main__":
    main()
