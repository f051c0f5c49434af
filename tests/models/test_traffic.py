"""Traffic: allowances by the minute, headers, what is in flight, several addresses.

Minutes pass in a time that jumps (`allowance.JumpingLoop`), so that nothing is left to the speed of
the machine; what asks a real server asserts on the server's own counts.
"""

from __future__ import annotations

import asyncio
import datetime
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.core import (
    Message,
    ModelSpec,
    Prompt,
    Reply,
    Request,
    Sampling,
    UsageError,
)
from harness.models.openai import OpenAIBackend
from harness.models.pace import Left, read_left, seconds_until
from harness.models.retry import Clock, PassingError, Patience
from harness.models.wire import Came

from ..grids import in_turn  # noqa: TID252
from .allowance import EPOCH, Foreseeing, JumpingLoop, Limited, transport
from .server import Answer, Script, Server

MINUTES = 6


def question(n: int, max_tokens: int = 2000) -> Request:
    prompt = Prompt((Message("user", f"Which is larger, {n}.8 or {n}.11? " * 3),))
    return Request(prompt=prompt, sampling=Sampling(max_tokens=max_tokens), seeds=(n,))


def ask_for_minutes(
    monkeypatch: pytest.MonkeyPatch, server: Limited, *, workers: int = 40,
    minutes: float = MINUTES, **args: str,
) -> float:  # fmt: skip
    """Ask one after the other for so long, with so many workers; the seconds that it took."""
    monkeypatch.setattr("harness.models.traffic.Http", transport(server))
    loop = JumpingLoop()
    clock = Clock(loop.time, asyncio.sleep, lambda: EPOCH + datetime.timedelta(seconds=loop.time()))
    backend = OpenAIBackend(
        ModelSpec.parse("openai:m@http://127.0.0.1:9/v1", args),
        patience=Patience(now=clock.date, random=lambda: 1.0, clock=clock),
    )

    async def go() -> float:
        numbers = iter(range(10**6))

        async def worker() -> None:
            while loop.time() < minutes * 60:
                await backend.generate(question(next(numbers)))

        await asyncio.gather(*(worker() for _ in range(workers)))
        await backend.close()
        return loop.time()

    try:
        return loop.run_until_complete(go())
    finally:
        loop.close()


def shares(server: Limited, seconds: float) -> tuple[float, float]:
    return server.use(60, MINUTES * 60), server.refused / (server.accepted + server.refused)


SERVERS: dict[str, dict[str, Any]] = {
    "requests bind": {"tokens": (50, 150)},
    "tokens bind": {"tokens": (300, 1500)},
    "both bind": {"tokens": (200, 400)},
    "fast": {"tokens": (50, 150), "seconds": (0.001, 0.01)},
    "slow": {"tokens": (50, 600), "seconds": (5, 25)},
}


KINDS = ("bucket", "fixed", "sliding")


@pytest.mark.parametrize(
    ("load", "kind", "headers"), in_turn(SERVERS, KINDS, ("none", "openai"), step=2)
)
def test_a_known_allowance_is_used_and_not_passed(
    monkeypatch: pytest.MonkeyPatch, kind: str, headers: str, load: str
) -> None:
    server = Limited(kind=kind, headers=headers, **SERVERS[load])
    seconds = ask_for_minutes(monkeypatch, server, rpm="60", tpm="20000")
    use, refused = shares(server, seconds)
    assert use >= 0.9
    assert refused <= 0.02


@pytest.mark.parametrize(("load", "kind"), in_turn(SERVERS, KINDS))
def test_a_server_that_counts_a_reply_before_it_begins(
    monkeypatch: pytest.MonkeyPatch, kind: str, load: str
) -> None:
    """It knows how long the reply will be, as we cannot, and refuses what does not fit.

    Where slow replies of unknown length meet a sliding window, 2.3% are refused.
    """
    server = Foreseeing(kind=kind, **SERVERS[load])
    seconds = ask_for_minutes(monkeypatch, server, rpm="60", tpm="20000")
    use, refused = shares(server, seconds)
    assert use >= 0.9
    assert refused <= (0.025 if (load, kind) == ("slow", "sliding") else 0.02)


@pytest.mark.parametrize(("load", "kind"), in_turn(["requests bind", "both bind", "fast"], KINDS))
def test_a_server_that_reserves_the_limit_is_noticed(
    monkeypatch: pytest.MonkeyPatch, kind: str, load: str
) -> None:
    """30 and 2,000 tokens a request: nine of them fit into 20,000, which is 0.91 of it."""
    server = Limited(kind=kind, reserves=True, **SERVERS[load])
    seconds = ask_for_minutes(monkeypatch, server, rpm="60", tpm="20000")
    use, refused = shares(server, seconds)
    assert use >= 0.88
    assert refused <= 0.02


@pytest.mark.parametrize(
    ("load", "kind", "headers"), in_turn(SERVERS, KINDS[:2], ("openai", "anthropic"))
)
def test_the_headers_alone_are_enough(
    monkeypatch: pytest.MonkeyPatch, kind: str, headers: str, load: str
) -> None:
    server = Limited(kind=kind, headers=headers, **SERVERS[load])
    use, refused = shares(server, ask_for_minutes(monkeypatch, server))
    assert use >= 0.9
    assert refused <= 0.02


def test_without_any_word_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Limited(tokens=(50, 150), retry_after=False)
    seconds = ask_for_minutes(monkeypatch, server)  # raises when a sample is given up
    use, refused = shares(server, seconds)
    assert use >= 0.8
    assert refused <= 0.1


class Crowded(Limited):
    """No allowance: it works at `places` requests at a time, and refuses more with 503, or is as
    much slower."""

    places, refuses = 16, True

    def enter(self, body: dict[str, Any]) -> bool:
        if self.refuses and self.in_flight >= self.places:
            self.refused += 1
            return False
        return super().enter(body)


def crowded(places: int, *, refuses: bool, **more: Any) -> Crowded:
    server = Crowded(rpm=10**9, tpm=10**9, status=503, retry_after=False, **more)
    server.places, server.refuses = places, refuses
    return server


def test_what_is_in_flight_grows_until_it_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    server = crowded(16, refuses=True, seconds=(1, 2))
    ask_for_minutes(monkeypatch, server, workers=200)
    share = server.refused / (server.accepted + server.refused)
    assert server.most_in_flight == 16
    assert server.accepted > 0.6 * 16 / 1.5 * MINUTES * 60  # of what 16 places can do
    assert share < 0.02


def test_it_grows_to_the_bound_where_nothing_speaks_against_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free = crowded(10**6, refuses=False, seconds=(1, 2))
    ask_for_minutes(monkeypatch, free, workers=200, minutes=2)
    assert free.most_in_flight == 128
    told = crowded(10**6, refuses=False, seconds=(1, 2))
    ask_for_minutes(monkeypatch, told, workers=200, minutes=2, max_concurrency="7")
    assert told.most_in_flight == 7


def test_it_stops_growing_where_replies_get_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    server = crowded(8, refuses=False, seconds=(1, 1.2), crawls=8, tokens=(100, 100))
    ask_for_minutes(monkeypatch, server, workers=200)
    late = [n for at, n in server.crowd if at > MINUTES * 30]
    assert 16 <= sum(late) / len(late) <= 40  # twice as slow at 16, four times at 32


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("1h2m3.5s", 3723.5),
        ("120ms", 0.12),
        ("17", 17.0),
        ("2026-01-02T00:00:30Z", 30.0),
        ("2026-01-01T23:00:00Z", 0.0),
        (str(int(EPOCH.timestamp()) + 5), 5.0),
        (str((int(EPOCH.timestamp()) + 5) * 1000), 5.0),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_times_of_reset_in_every_form(text: str | None, seconds: float | None) -> None:
    found = seconds_until(text, EPOCH)
    assert found == (None if seconds is None else pytest.approx(seconds))


def test_headers_of_each_kind() -> None:
    names = {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "1s",
        "anthropic-ratelimit-tokens-limit": "96000",
        "anthropic-ratelimit-tokens-remaining": "0",
        "anthropic-ratelimit-tokens-reset": "2026-01-02T00:00:07Z",
    }
    assert read_left(names, EPOCH) == {
        "requests": Left(60, 59, 1),
        "tokens": Left(96000, 0, 7),
    }
    ietf = {"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "3", "ratelimit-reset": "9"}
    assert read_left(ietf, EPOCH) == {"requests": Left(100, 3, 9)}
    assert read_left({"x-ratelimit-remaining-requests": "many"}, EPOCH) == {}


# Several addresses, each a real server


def reply(name: str) -> Answer:
    message = {"role": "assistant", "content": name}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return Answer({"choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 1}})


def ask_all(first: Server, *others: Server, questions: int, at_once: int = 8) -> list[Reply]:
    args = {"urls": ",".join(s.url for s in others), "max_concurrency": str(at_once)}
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def go() -> list[Reply]:
        backend = OpenAIBackend(ModelSpec.parse(f"openai:m@{first.url}", args), sleep=sleep)
        try:
            return await asyncio.gather(*(backend.generate(question(n)) for n in range(questions)))
        finally:
            await backend.close()

    return asyncio.run(go())


@pytest.fixture
def serve() -> Iterator[Callable[[Script], Server]]:
    servers: list[Server] = []

    def start(script: Script) -> Server:
        servers.append(Server(script))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def test_addresses_share_the_work(serve: Callable[[Script], Server]) -> None:
    one, two = (serve(lambda _n, _b: reply("x")) for _ in range(2))
    replies = ask_all(one, two, questions=60)
    assert len(replies) == 60
    assert len(one.asked) + len(two.asked) == 60
    assert min(len(one.asked), len(two.asked)) >= 10


def test_one_that_dies_costs_only_what_was_in_flight(serve: Callable[[Script], Server]) -> None:
    good = serve(lambda _n, _b: reply("x"))
    dying = serve(lambda n, _b: reply("x") if n < 10 else Answer(drop=True))
    replies = ask_all(good, dying, questions=80, at_once=8)
    assert len(replies) == 80
    retries = sum(r.retries for r in replies)
    assert retries == len(dying.asked) - 10
    assert 1 <= retries <= 8  # eight in flight, at most all of them there
    assert len(good.asked) + len(dying.asked) == 80 + retries


SERVING = """
import sys, time
sys.path.insert(0, sys.argv[1])
from server import Answer, Server
def script(n, body):
    time.sleep(0.05)
    message = {"role": "assistant", "content": "x"}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    print("answered", flush=True)
    return Answer({"choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 1}})
print(Server(script).url, flush=True)
time.sleep(600)
"""


def test_a_server_s_process_that_is_killed_costs_only_what_was_in_flight() -> None:
    """Two servers, each a process; one is killed in the middle. All is answered, no more than what
    it had at that moment is asked again."""
    command = [sys.executable, "-c", SERVING, str(Path(__file__).parent)]
    servers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        outs = [one.stdout for one in servers]
        assert all(out is not None for out in outs)
        good, dying = (out.readline().strip() for out in outs if out is not None)
        killed: list[int] = []

        def kill() -> None:
            assert servers[1].stdout is not None
            for _ in range(10):
                servers[1].stdout.readline()
            servers[1].kill()
            killed.append(10 + sum(1 for _ in servers[1].stdout))

        thread = threading.Thread(target=kill)
        thread.start()
        args = {"urls": dying, "max_concurrency": "8"}

        async def go() -> list[Reply]:
            backend = OpenAIBackend(
                ModelSpec.parse(f"openai:m@{good}", args), patience=Patience(first=0.1)
            )
            try:
                return await asyncio.gather(*(backend.generate(question(n)) for n in range(120)))
            finally:
                await backend.close()

        replies = asyncio.run(go())
        thread.join()
        servers[0].kill()
        assert servers[0].stdout is not None
        answered = sum(1 for _ in servers[0].stdout)
    finally:
        for one in servers:
            one.kill()
            one.wait()
            if one.stdout is not None:
                one.stdout.close()
    assert len(replies) == 120
    # What was answered and did not arrive was in flight; so was what was asked again.
    assert 0 <= answered + killed[0] - 120 <= 8
    assert 1 <= sum(r.retries for r in replies) <= 8 + 2  # and who looked whether it is back


def test_one_that_was_never_there_is_left_out(serve: Callable[[Script], Server]) -> None:
    good, gone = serve(lambda _n, _b: reply("x")), Server(lambda _n, _b: reply("x"))
    gone.close()
    assert len(ask_all(gone, good, questions=30)) == 30
    assert len(good.asked) == 30


def test_a_dead_one_is_tried_again() -> None:
    """In a time that jumps: dead from 100 s to 200 s."""
    loop = JumpingLoop()
    now, asked = loop.time, {"a": list[float](), "b": list[float]()}

    class Pair:
        def __init__(self, url: str, timeout_s: float) -> None:
            self.shown, self.name = url, url[-1]

        async def post(self, *_asked: Any) -> Came:
            asked[self.name].append(now())
            if self.name == "b" and 100 <= now() < 200:
                raise PassingError("refused", dead=True)
            await asyncio.sleep(1)
            return Came(200, {}, json=reply("x").body)

        async def close(self) -> None:
            return

    async def go() -> int:
        spec = ModelSpec.parse("openai:m@http://h/a", {"urls": "http://h/b"})
        patience = Patience(retries=0, clock=Clock(now, asyncio.sleep))
        backend = OpenAIBackend(spec, patience=patience)
        done = 0
        while now() < 400:
            await asyncio.gather(*(backend.generate(question(n)) for n in range(6)))
            done += 6
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("harness.models.traffic.Http", Pair)
        done = loop.run_until_complete(go())
    loop.close()
    dead = [t for t in asked["b"] if 100 <= t < 200]
    assert len(asked["a"]) + len(asked["b"]) == done + len(dead)
    assert len(dead) <= 12  # in flight when it died, and then one after 1, 2, 4 … seconds
    assert len([t for t in asked["b"] if t >= 270]) > 100


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("localhost:8000", "begins with http"),
        ("http://user:word@h/v1", "contains a user name or a password"),
        ("http://h/v1?api_key=x", "contains the parameter"),
    ],
)
def test_more_addresses_are_checked_as_the_first(url: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        OpenAIBackend(ModelSpec.parse("openai:m@http://h/v1", {"urls": url}))


def test_more_addresses_make_no_other_model() -> None:
    alone = OpenAIBackend(ModelSpec.parse("openai:m@http://h/v1"))
    for spec in (
        ModelSpec.parse("openai:m@http://h/v1", {"urls": "http://g/v1", "rpm": "60", "tpm": "9"}),
        ModelSpec.parse("openai:m@http://h/v1,http://g/v1"),
    ):
        assert OpenAIBackend(spec).info.fingerprint == alone.info.fingerprint
