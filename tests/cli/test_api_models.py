"""The command line against servers that speak the four protocols, as a user with a key would.

The servers are fakes of recorded shape, tests/models/protocols.py. What they do to a budget is what
real ones have done: refuse a parameter, ignore a level, cap a thought, hide it, break off, move.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness.store import open_store
from harness.store.runs import origins

from ..grids import every_second  # noqa: TID252
from ..models.protocols import (  # noqa: TID252 - they stand with the tests of backends
    PROTOCOLS,
    Protocol,
    Said,
)
from ..models.server import Answer, Server  # noqa: TID252

LEVELS = {"none": 0, "minimal": 20, "low": 100, "medium": 300, "high": 900, "xhigh": 2000}
ANSWER = "The larger one is named.\nAnswer: 9.8"


def asked_level(body: dict[str, Any]) -> str | None:
    """The effort level of a request, wherever its protocol has it."""
    config = body.get("generationConfig", {}).get("thinkingConfig", {})
    places = (
        body.get("reasoning_effort"),
        (body.get("reasoning") or {}).get("effort"),
        (body.get("output_config") or {}).get("effort"),
        config.get("thinkingLevel"),
    )
    return next((level for level in places if level), None)


class Model:
    """A model behind one protocol; thoughts take about as long as the level says."""

    def __init__(self, protocol: Protocol, *, obeys: bool = True) -> None:
        self.protocol, self.obeys = protocol, obeys
        self.draw = random.Random(0)

    def __call__(self, n: int, body: dict[str, Any]) -> Answer:
        level = asked_level(body) if self.obeys else None
        thinking = LEVELS[level or "low"] + self.draw.randrange(20)
        return self.protocol.answer(Said(text=ANSWER, thinking=thinking), stream=self.streams(body))

    def streams(self, body: dict[str, Any]) -> bool:
        return bool(body.get("stream")) or (self.protocol.name == "gemini")


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(script: Callable[[int, Any], Answer]) -> Server:
        servers.append(Server(script))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture(params=sorted(PROTOCOLS))
def protocol(request: pytest.FixtureRequest) -> Protocol:
    return PROTOCOLS[request.param]


def words(protocol: Protocol, server: Server, *more: str) -> list[str]:
    """`harness eval …` for a model behind a server."""
    given = [f"--model-arg={k}={v}" for k, v in protocol.args.items()]
    spec = protocol.spec.format(url=server.url)
    return ["eval", "-m", spec, *given, "-t", "decimals", "--quiet", "--json", *more]


@pytest.mark.parametrize("protocol", every_second(sorted(PROTOCOLS), 0), indirect=True)
def test_levels_are_rows_of_their_own_with_their_own_costs(
    cli: Any, serve: Any, protocol: Protocol
) -> None:
    server = serve(Model(protocol))
    done = cli(*words(protocol, server, "-b", "effort@{low,medium,high}", "--limit", "6"))
    runs = json.loads(done.out)
    assert [run["budget"] for run in runs] == ["effort@low", "effort@medium", "effort@high"]
    tokens = [run["charged"]["output_tokens"] / 6 for run in runs]
    assert tokens == sorted(tokens)
    assert len(set(tokens)) == 3
    assert len(server.asked) == 18
    shown = cli("show")
    assert "ignores" not in shown.out
    again = cli(*words(protocol, server, "-b", "effort@{low,medium,high}", "--limit", "6"))
    assert json.loads(again.out)[0]["charged"] == runs[0]["charged"]
    assert len(server.asked) == 18  # nothing is paid twice


@pytest.mark.parametrize("protocol", every_second(sorted(PROTOCOLS), 1), indirect=True)
def test_a_server_that_ignores_its_levels_is_named(
    cli: Any, serve: Any, protocol: Protocol
) -> None:
    server = serve(Model(protocol, obeys=False))
    cli(*words(protocol, server, "-b", "effort@{low,high}", "--limit", "12"))
    assert "the server ignores its budgets: from effort@low to effort@high" in cli("show").out
    (sweep,) = json.loads(cli("curve", "--json").out)["obedience"]
    assert (sweep["ignored"], sweep["budgets"]) == (True, ["effort@low", "effort@high"])


def test_a_systematic_refusal_costs_few_requests(cli: Any, serve: Any, protocol: Protocol) -> None:
    refusal = {"error": {"message": "Unsupported parameter: 'temperature'", "param": "temperature"}}
    server = serve(lambda n, body: Answer(refusal, 400))
    done = cli(*words(protocol, server, "-b", "greedy", "-b", "vote@4", "--limit", "40"))
    assert done.code == 1
    assert len(server.asked) <= 5
    assert "--model-arg drop=temperature" in done.err


@pytest.mark.parametrize("protocol", every_second(sorted(PROTOCOLS), 0), indirect=True)
def test_no_sample_is_lost_or_paid_twice_where_streams_drop(
    cli: Any, serve: Any, protocol: Protocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every third stream breaks off; all problems get their answer, each its own."""
    monkeypatch.setattr("harness.models.retry.Patience.wait", lambda self, failed, error: 0.0)

    def script(n: int, body: Any) -> Answer:
        said = Said(text=ANSWER, thinking=n)
        return protocol.answer(said, stream=True, cut=6 if n % 3 == 0 else None)

    server = serve(script)
    given = words(
        protocol, server, "-b", "effort@low", "--limit", "9", "--model-arg", "stream=true"
    )
    (run,) = json.loads(cli(*given).out)
    assert (run["status"], run["problems"], run["calls"]) == ("complete", 9, 9)
    whole = sum(n % 3 != 0 for n in range(len(server.asked)))
    assert whole == 9


@pytest.mark.parametrize("protocol", every_second(sorted(PROTOCOLS), 1), indirect=True)
def test_a_model_that_moves_in_mid_run_is_reported(
    cli: Any, serve: Any, protocol: Protocol
) -> None:
    def script(n: int, body: Any) -> Answer:
        said = Said(text=ANSWER, model="m-01" if n < 4 else "m-02")
        return protocol.answer(said, stream=bool(body.get("stream")))

    server = serve(script)
    done = cli(*words(protocol, server, "-b", "effort@low", "--limit", "8"))
    assert "the model moved during this run" in done.err
    assert "m-02" in done.err
    (run,) = json.loads(cli("show", "--json").out)  # and so it stands in the store
    assert [name.split(" / ")[0] for name in run["origins"]] == ["m-01", "m-02"]
    assert sum(run["origins"].values()) == 8
    with open_store("harness.sqlite") as store:
        found = origins(store, run["id"])
    assert {one.model for one in found} == {"m-01", "m-02"}
    if protocol.name in ("chat", "openrouter"):
        assert {one.fingerprint for one in found} == {"fp_1"}
    if protocol.name == "openrouter":
        assert {one.upstream for one in found} == {"Upstream"}
    again = cli("show")  # a later reader is told too
    assert "the model changed: m-01" in " ".join(again.out.split())


@pytest.mark.usefixtures("fast_clock")
@pytest.mark.parametrize("protocol", every_second(sorted(PROTOCOLS), 0), indirect=True)
def test_refusals_of_a_busy_server_lose_nothing_and_pay_nothing_twice(
    cli: Any, serve: Any, protocol: Protocol
) -> None:
    """Every fourth request is refused with 429 and the headers of its provider."""
    kind = "anthropic" if protocol.name == "messages" else "openai"
    told = {
        "openai": {"x-ratelimit-limit-requests": "9", "x-ratelimit-remaining-requests": "0",
                   "x-ratelimit-reset-requests": "5ms"},
        "anthropic": {"anthropic-ratelimit-requests-limit": "9",
                      "anthropic-ratelimit-requests-remaining": "0",
                      "anthropic-ratelimit-requests-reset": "2026-01-01T00:00:00Z"},
    }[kind]  # fmt: skip

    def script(n: int, body: Any) -> Answer:
        if n % 4 == 1:
            busy = {"error": {"message": "Rate limit reached", "type": "rate_limit_error"}}
            return Answer(busy, 429, headers={"retry-after-ms": "1", "retry-after": "0", **told})
        return protocol.answer(Said(text=ANSWER, thinking=n), stream=bool(body.get("stream")))

    server = serve(script)
    given = words(protocol, server, "-b", "effort@low", "--limit", "10")
    (run,) = json.loads(cli(*given).out)
    assert (run["status"], run["problems"], run["calls"], run["failed"]) == ("complete", 10, 10, 0)
    assert sum(n % 4 != 1 for n in range(len(server.asked))) == 10
    cli(*given)
    assert sum(n % 4 != 1 for n in range(len(server.asked))) == 10  # nothing is asked again


@pytest.mark.parametrize("protocol", every_second(sorted(PROTOCOLS), 1), indirect=True)
def test_a_thought_that_takes_the_whole_limit_is_said_above_the_table(
    cli: Any, serve: Any, protocol: Protocol
) -> None:
    said = Said(text="", ends="length")
    server = serve(lambda n, body: protocol.answer(said, stream=bool(body.get("stream"))))
    cli(*words(protocol, server, "-b", "effort@low", "--limit", "4", "--max-output-tokens", "99"))
    first = cli("show").out.splitlines()[0]
    assert "100% of the samples were cut off" in first
    assert "--max-output-tokens (now 99)" in first


def test_a_native_budget_that_is_not_kept_is_named(cli: Any, serve: Any) -> None:
    protocol = PROTOCOLS["messages"]
    server = serve(Model(protocol, obeys=False))
    said = Said(text=ANSWER, thinking=3000)
    server.script = lambda n, body: protocol.answer(said, stream=bool(body.get("stream")))
    done = cli(*words(protocol, server, "-b", "think@1024", "--limit", "4"))
    (run,) = json.loads(done.out)
    assert run["budget"] == "think@1024:by=native"
    assert run["obedience"]["within"] == 0
    assert run["obedience"]["median"] == pytest.approx(3000 / 1024)
    assert "ignores its budget: 0% within, median 2.9 times" in cli("show").out


def test_forced_and_native_are_two_rows(cli: Any, serve: Any) -> None:
    protocol = PROTOCOLS["chat"]
    server = serve(lambda n, body: protocol.answer(Said(text=ANSWER)))
    given = words(protocol, server, "-b", "think@64", "-b", "think@64:by=native", "--limit", "3")
    marks = ["--model-arg=server=vllm", "--model-arg=think_start=<t>", "--model-arg=think_end=</t>"]
    runs = json.loads(cli(*given, *marks).out)
    assert [run["budget"] for run in runs] == ["think@64", "think@64:by=native"]
    assert runs[0]["id"] != runs[1]["id"]


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("openai:m@http://me:sk-hush@127.0.0.1:1/v1", "user name or a password"),
        ("gemini:m@http://127.0.0.1:1/v1?key=sk-hush", "parameter 'key'"),
        ("openai:@http://me:sk-hush@h/v1", "has no name"),
        ("openai:me:sk-hush@ftp://h", "begins with http"),
    ],
)
def test_what_is_secret_in_an_address_is_refused_and_not_repeated(
    cli: Any, spec: str, says: str
) -> None:
    done = cli("eval", "-m", spec, "-t", "decimals", "-b", "greedy")
    assert done.code == 2
    assert says in done.err
    if "ftp" not in spec:
        assert "sk-hush" not in done.err


def test_a_display_name_and_ones_own_parameters_change_no_sample(cli: Any, serve: Any) -> None:
    protocol = PROTOCOLS["chat"]
    server = serve(lambda n, body: protocol.answer(Said(text=ANSWER)))
    given = words(protocol, server, "-b", "greedy", "--limit", "2")
    named = ["--model-arg=display_name=My Model", "--model-arg=parameters=8000000000"]
    (run,) = json.loads(cli(*given, *named, "--model-arg=licence=MIT").out)
    assert run["model"] == "My Model"
    cli(*given)
    assert len(server.asked) == 2  # the same model, the same samples
    (with_prompt,) = json.loads(cli(*given, "--model-arg=system=Be careful.").out)
    assert len(server.asked) == 4
    assert server.asked[-1]["messages"][0] == {"role": "system", "content": "Be careful."}
    assert with_prompt["id"] != run["id"]


def test_rows_that_look_alike_say_in_what_they_differ(cli: Any, serve: Any) -> None:
    protocol = PROTOCOLS["chat"]
    server = serve(lambda n, body: protocol.answer(Said(text=ANSWER)))
    for level in ("low", "high"):
        extra = json.dumps({"reasoning_effort": level})
        cli(*words(protocol, server, "-b", "greedy", "--limit", "2", f"--model-arg=extra={extra}"))
    shown = cli("show", "--wide").out
    for level in ("low", "high"):
        assert f'extra={{"reasoning_effort": "{level}"}}' in shown
