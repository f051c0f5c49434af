"""`--batch` against servers that keep to the documented protocols (models/batch_servers.py)."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.core import ParameterError
from harness.cost import PriceEntry
from harness.run import batches
from harness.run.evaluate import evaluate
from harness.run.evaluation import Evaluation
from harness.store import open_store
from harness.store.verify import verify

from ..models.batch_servers import BatchServer  # noqa: TID252 - they stand with the backends' tests

PRICE = PriceEntry(models=(), date=dt.date(2026, 1, 1), input=1, output=10, source="test")
ALONE = (100 * 1 + 10 * 10) / 1e6  # dollars of one sample asked for by itself
SOON = "from harness.run import batches; batches.FIRST_LOOK_S = 0.05"
START = [sys.executable, "-c", f"{SOON}; from harness.cli import main; main()"]  # a signal ends it
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "WARM_FIRST": SOON}
SPECS = {"openai": "openai:m@{}", "anthropic": "anthropic:m@{}"}


@pytest.fixture
def serve() -> Iterator[Callable[..., BatchServer]]:
    servers: list[BatchServer] = []

    def start(**more: Any) -> BatchServer:
        servers.append(BatchServer(**more))
        return servers[-1]

    yield start
    for server in servers:
        server.held.set()
        server.close()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at a batch follow one another at once."""
    monkeypatch.setattr(batches, "FIRST_LOOK_S", 0.01)
    monkeypatch.setattr(batches, "LONGEST_LOOK_S", 0.01)
    monkeypatch.setattr(batches, "QUIET_S", 0.05)


@pytest.fixture(params=sorted(SPECS))
def spec(request: pytest.FixtureRequest) -> str:
    return SPECS[request.param]


@pytest.fixture
def go(tmp_path: Path) -> Callable[..., Evaluation]:
    def run(model: str, *budgets: str, batch: str | None = "wait", **more: Any) -> Evaluation:
        more = {"limit": 5, "db": tmp_path / "b.sqlite", "price": PRICE, **more}
        return evaluate(model, "decimals", budgets, batch=batch, **more)

    return run


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(file)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_all_budgets_go_in_one_batch_at_half_the_price(
    serve: Any, go: Any, spec: str, tmp_path: Path
) -> None:
    server = serve(looks=3)
    result = go(spec.format(server.url), "effort@{low,high}", "vote@3:effort=low")
    assert result.ok
    assert len(server.batches) == 1
    assert server.single == []
    assert len(server.asked) == len({name for name, _ in server.asked}) == 5 * (1 + 3)
    for report in result.reports:
        samples = 3 if report.budget.startswith("vote") else 1
        assert report.usd == pytest.approx(5 * samples * ALONE / 2)
    calls = rows(tmp_path / "b.sqlite", "SELECT usd, latency_s, about FROM call")
    assert {usd for usd, _, _ in calls} == {ALONE / 2}
    assert {latency for _, latency, _ in calls} == {None}
    assert {json.loads(about)["batch"] for _, _, about in calls} == set(server.batches)
    [(collected,)] = rows(tmp_path / "b.sqlite", "SELECT collected FROM batch")
    assert collected is not None
    with open_store(tmp_path / "b.sqlite") as store:
        assert verify(store)[1] == []


def test_submit_end_and_collect(serve: Any, go: Any, spec: str, tmp_path: Path) -> None:
    server = serve()
    server.held.clear()
    model = spec.format(server.url)
    first = go(model, "effort@low", batch="submit")
    assert not first.ok
    assert first.failed == 0
    [note] = first.notes
    assert note.startswith(f"batch {next(iter(server.batches))} of 5 requests is in progress")
    again = go(model, "effort@low", batch="submit")  # still under way: nothing is handed in
    assert not again.ok
    assert (len(server.batches), len(server.asked)) == (1, 5)
    server.held.set()
    last = go(model, "effort@low", batch="submit")
    assert last.ok
    assert (len(server.batches), len(server.asked)) == (1, 5)
    assert last.spent.usd == pytest.approx(5 * ALONE / 2)
    assert go(model, "effort@low").calls == 0


@pytest.mark.parametrize("fate", ["failed", "expired", "lost"])
def test_what_has_no_answer_is_asked_again(serve: Any, go: Any, spec: str, fate: str) -> None:
    server = serve(fate=lambda n, _body: fate if n in (1, 3, 5) else "ok")
    result = go(spec.format(server.url), "effort@low")
    assert result.ok
    assert len(server.batches) == 3  # five, of these two, of these one
    assert len(server.asked) == 5 + 2 + 1
    assert result.spent.usd == pytest.approx(5 * ALONE / 2)


def test_what_always_fails_is_one_failed_attempt(serve: Any, go: Any, spec: str) -> None:
    first: list[str] = []

    def fate(_n: int, body: dict[str, Any]) -> str:
        first.append(json.dumps(body, sort_keys=True))
        return "failed" if first[-1] == first[0] else "ok"

    server = serve(fate=fate)
    result = go(spec.format(server.url), "effort@low")
    assert result.failed == 1
    assert "error (in 4 batches)" in result.errors[0]
    assert len(server.asked) == 5 + 3


@pytest.mark.parametrize(
    "spec", [pytest.param("anthropic", marks=pytest.mark.nightly), "openai"], indirect=True
)
def test_a_process_that_is_killed_loses_nothing(
    serve: Any, spec: str, tmp_path: Path, harness_command: Path
) -> None:
    """Another process hands in, is killed while it waits, and its command collects."""
    server = serve()
    server.held.clear()
    words = ["eval", "-m", spec.format(server.url), "-t", "decimals", "-b", "effort@low"]
    words += ["--limit", "5", "--db", "k.sqlite", "--price", "1,10", "--batch", "--quiet", "--json"]
    one = subprocess.Popen(START + words, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE)
    while not server.looked:  # it waits now: what it handed in is in its store
        assert one.poll() is None
        time.sleep(0.02)
    one.send_signal(signal.SIGKILL)
    one.communicate()
    server.held.set()
    two = subprocess.run(
        [harness_command, *words], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, check=False
    )
    assert two.returncode == 0, two.stderr
    assert (len(server.batches), len(server.asked)) == (1, 5)
    [run] = json.loads(two.stdout)
    assert run["usd"] == pytest.approx(5 * ALONE / 2)
    assert run["problems"] == 5


def _others(server: BatchServer, calls: int) -> None:
    """Batches of the same key that are not ours: of another size, of the same, and an old one."""
    for size in (calls + 1, calls):
        for kind in ("batch", "msgbatch"):
            server.begin([(f"theirs-{size}-{n}", {"max_tokens": 1}) for n in range(size)], kind)
    for batch in server.batches.values():
        batch["made"] -= dt.timedelta(minutes=1)
    server.asked.clear()


@pytest.mark.parametrize(
    ("spec", "ended"),
    [
        pytest.param(spec, ended, id=f"{spec}-{'ended since' if ended else 'under way'}",
                     marks=() if ended == (spec == "openai") else pytest.mark.nightly)
        for spec in sorted(SPECS)
        for ended in (True, False)
    ],
    indirect=["spec"],
)  # fmt: skip
def test_a_process_that_dies_behind_the_provider_s_yes_pays_once(
    serve: Any, spec: str, tmp_path: Path, harness_command: Path, ended: bool
) -> None:
    """It is killed before the answer to its batch: the next command finds the batch, and waits."""
    server = serve()
    if ended:
        _others(server, 5)
    else:
        server.held.clear()
    words = ["eval", "-m", spec.format(server.url), "-t", "decimals", "-b", "effort@low"]
    words += ["--limit", "5", "--db", "k.sqlite", "--price", "1,10", "--batch", "--quiet", "--json"]
    begun: list[subprocess.Popen[bytes]] = []

    def die() -> bool:
        if begun and begun[0].poll() is None:
            begun[0].kill()
            begun[0].wait()
            return True
        return False

    server.taken = die
    known = len(server.batches)
    begun.append(subprocess.Popen(START + words, cwd=tmp_path, env=ENVIRONMENT))
    assert begun[0].wait(120) == -signal.SIGKILL
    assert (len(server.batches) - known, len(server.asked)) == (1, 5)
    two = subprocess.Popen(
        [harness_command, *words], cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE
    )
    while not ended and not server.looked:
        assert two.poll() is None
        time.sleep(0.02)
    server.held.set()
    out, _ = two.communicate(timeout=120)
    assert two.returncode == 0
    assert (len(server.batches) - known, len(server.asked)) == (1, 5)
    [run] = json.loads(out)
    assert run["usd"] == pytest.approx(5 * ALONE / 2)


def test_a_batch_whose_answer_is_lost_is_not_handed_in_again(
    serve: Any, go: Any, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.models.retry.Patience.first", 0.01)
    server = serve()
    lost = iter([True])
    server.taken = lambda: next(lost, False)
    assert go(spec.format(server.url), "effort@low").ok
    assert (len(server.batches), len(server.asked)) == (1, 5)


def test_a_command_that_could_not_hand_in_hands_in_later(
    serve: Any, go: Any, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The intent stands in the store, the provider has no such batch."""
    from harness.core import BackendError
    from harness.models.batches import BatchDesk

    async def refuse(*_: Any) -> str:
        raise BackendError("not now")

    server = serve()
    with monkeypatch.context() as patch:
        patch.setattr(BatchDesk, "submit", refuse)
        assert not go(spec.format(server.url), "effort@low").ok
    _others(server, 5)
    known = len(server.batches)
    assert go(spec.format(server.url), "effort@low").ok
    assert (len(server.batches) - known, len(server.asked)) == (1, 5)


def test_a_batch_holds_what_others_ask_for(serve: Any, go: Any, spec: str) -> None:
    """The first command's batch is collected by two others, each for its own part."""
    server = serve()
    server.held.clear()
    model = spec.format(server.url)
    go(model, "effort@{low,high}", batch="submit")
    server.held.set()
    assert go(model, "effort@low").ok
    assert go(model, "effort@high").ok
    assert (len(server.batches), len(server.asked)) == (1, 10)


def test_without_batch_a_note_says_what_is_under_way(serve: Any, go: Any, spec: str) -> None:
    server = serve()
    server.held.clear()
    go(spec.format(server.url), "effort@low", batch="submit")
    result = go(spec.format(server.url), "effort@low", batch=None, limit=1)
    assert "is in progress" in result.notes[-1]


@pytest.mark.parametrize(
    ("model", "budget", "message"),
    [
        ("gemini:m@http://127.0.0.1:9/v1", "effort@low", "has no batch API"),
        ("onnx:tiny-s", "greedy", "has no batch API"),
        ("openai:m@http://127.0.0.1:9/v1", "greedy seconds<=3", "whose replies have no latency"),
    ],
)
def test_what_cannot_be_is_said_before(go: Any, model: str, budget: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        go(model, budget)


def test_a_file_that_is_refused_ends_the_command(serve: Any, go: Any) -> None:
    server = serve()
    whole = server.openai_state

    def refuse(name: str) -> Any:
        errors = {"data": [{"code": "invalid", "message": "line 1: model m not found"}]}
        return {**whole(name), "status": "failed", "output_file_id": None, "errors": errors}

    server.openai_state = refuse
    from harness.core import BackendError

    with pytest.raises(BackendError, match="was refused: line 1: model m not found"):
        go(SPECS["openai"].format(server.url), "effort@low")
