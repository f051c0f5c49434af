"""What tests of all rooms share."""

from __future__ import annotations

import importlib.util
import itertools
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import URL, Engine, create_engine

from harness.verifiers.process import Worker

_spec = importlib.util.spec_from_file_location("warm", Path(__file__).with_name("warm.py"))
assert _spec is not None
assert _spec.loader is not None
warm = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(warm)

# Same code, same verdict: chance must not decide whether a change lands. To search further:
# `pytest --hypothesis-profile=default`.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names of new folders: `mktemp` looks at all that it has made, which are thousands."""
    root = tmp_path_factory.mktemp("homes")
    return (root / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, and no network for the hub's clients."""
    folder = next(homes)
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return folder


class SpareWorkers:
    """Verifier processes that outlive their pool: starting one costs more than most tests.

    A worker that owes no reply when its pool closes is kept for the next pool of the same limits.
    """

    def __init__(self) -> None:
        self._idle: dict[tuple[float, ...], deque[Worker]] = {}

    def get(self, *limits: float) -> Worker:
        """A worker, kept or new; stands in for the pool's class of workers."""
        idle = self._idle.setdefault(limits, deque())
        try:
            return idle.pop()
        except IndexError:
            return _kept(idle)(*limits)

    def end(self) -> None:
        """End them all."""
        for idle in self._idle.values():
            for worker in idle:
                Worker.kill(worker)


def _kept(idle: deque[Worker]) -> type[Worker]:
    class Kept(Worker):
        owes = 0

        def send(self, chunk: list[Any]) -> None:
            self.owes += len(chunk)
            super().send(chunk)

        def reply(self) -> dict[str, Any]:
            reply = super().reply()
            self.owes -= 1
            return reply

        def abort(self) -> None:
            self.owes += 1
            super().abort()

        def kill(self) -> None:
            if self.owes:
                super().kill()
            else:
                idle.append(self)

    return Kept


@pytest.fixture(scope="session")
def spare_workers() -> Iterator[SpareWorkers]:
    """The verifier processes of this test process."""
    spare = SpareWorkers()
    yield spare
    spare.end()


@pytest.fixture(autouse=True)
def kept_workers(spare_workers: SpareWorkers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pools take over the workers of the last one; tests of the pool itself override this."""
    monkeypatch.setattr("harness.verifiers.pool.Worker", spare_workers.get)


@pytest.fixture(scope="session", autouse=True)
def kept_statements() -> Iterator[None]:
    """SQLite's dialect, and with it the statements that SQLAlchemy has compiled for it, outlive
    their database: to compile them again takes a third of a small evaluation."""
    first: list[Engine] = []

    def create(url: URL, **options: Any) -> Engine:
        engine = create_engine(url, **options)
        if url.get_backend_name() == "sqlite":
            first.append(engine)
            engine.dialect, engine._compiled_cache = first[0].dialect, first[0]._compiled_cache
            del first[1:]
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("harness.store.store.create_engine", create)
        yield


@pytest.fixture(scope="session")
def harness_command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An executable called `harness`, which starts warm; alone in its folder. See `warm.py`."""
    folder = tmp_path_factory.mktemp("warm")
    server, command = folder / "socket", folder / "bin" / "harness"
    command.parent.mkdir()
    words = [sys.executable, str(Path(__file__).with_name("warm.py")), str(server)]
    with subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        warm.write_command(command, server)
        yield command
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets, where there is one."""
    root = Path(os.environ.get("HARNESS_SHARED_DATA", Path(__file__).parents[2] / "shared/data"))
    if not (root / "gsm8k" / "test.jsonl").is_file():
        pytest.skip("no public data sets beside the checkout (HARNESS_SHARED_DATA names a folder)")
    return root
