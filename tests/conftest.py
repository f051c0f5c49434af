"""What tests of all rooms share."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import functools
import gc
import importlib.util
import itertools
import os
import shutil
import signal
import socketserver
import sqlite3
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import URL, Engine, create_engine

from harness.models.retry import Clock, Patience
from harness.models.server import ServerBackend
from harness.store.store import _create, _sqlite_pragmas
from harness.verifiers.process import Worker

_spec = importlib.util.spec_from_file_location("warm", Path(__file__).with_name("warm.py"))
assert _spec is not None
assert _spec.loader is not None
warm = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(warm)

# A shell's background job, which this suite may be, inherits that Ctrl-C is ignored; what the tests
# start would inherit it too, and never end where a test sends it Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A server's queue of five overflows where twenty requests come at once; whom it leaves out asks
# again after a second, and then after three.
socketserver.TCPServer.request_queue_size = 128

# Same code, same verdict: chance must not decide whether a change lands. At night, and with
# `pytest --hypothesis-profile=wide`, the search goes further.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=30)
settings.register_profile("wide", deadline=None, max_examples=300)
settings.load_profile("repeatable")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """`-n auto`: one more than there are CPUs, as every fourth second a test waits for a process
    or for a limit of time; xdist's own variable goes before."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    affinity = hasattr(os, "sched_getaffinity")
    return 1 + (len(os.sched_getaffinity(0)) if affinity else os.cpu_count() or 1)


def pytest_collection_finish() -> None:
    """What is imported stays: it was a tenth of all tests' time to look through it for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


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
    """Verifier processes that start warm and outlive their pool: to start one costs more than most
    tests.

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
        owes, aborted = 0, False

        def send(self, chunk: list[Any]) -> None:
            self.owes += len(chunk)
            super().send(chunk)

        def reply(self) -> dict[str, Any]:
            reply = super().reply()
            self.owes -= 1
            return reply

        def abort(self) -> None:
            if self.owes:  # one that waits for work need not die
                self.aborted = True
                super().abort()

        def kill(self) -> None:
            if self.owes or self.aborted:
                super().kill()
            else:
                idle.append(self)

    return Kept


class WarmServer:
    """The process that the product's processes are forked from; see `warm.py`."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "socket")
        words = [sys.executable, str(Path(__file__).with_name("warm.py")), self.address]
        env = {**os.environ, "HF_HUB_OFFLINE": "1"}
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def end(self) -> None:
        """It ends with its input."""
        self._process.communicate()


@pytest.fixture(scope="session")
def warm_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], WarmServer]]:
    """The server of this test process, started once it is wanted."""
    started: list[WarmServer] = []

    def get() -> WarmServer:
        if not started:
            started.append(WarmServer(tmp_path_factory.mktemp("warm")))
        return started[0]

    yield get
    for server in started:
        server.end()


@pytest.fixture(scope="session")
def spare_workers(warm_server: Callable[[], WarmServer]) -> Iterator[SpareWorkers]:
    """The verifier processes of this test process."""
    spare = SpareWorkers()
    yield spare
    spare.end()


@pytest.fixture(scope="session")
def warm_start(warm_server: Callable[[], WarmServer]) -> Any:
    """Stands in for the module `subprocess` where workers are started."""
    return warm.popen(lambda: warm_server().address)


@pytest.fixture(autouse=True)
def kept_workers(
    spare_workers: SpareWorkers, warm_start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pools take over the workers of the last one; tests of the pool itself override this."""
    monkeypatch.setattr("harness.verifiers.pool.Worker", spare_workers.get)
    monkeypatch.setattr("harness.verifiers.process.subprocess", warm_start)


@pytest.fixture
def cold_workers(kept_workers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers start as a user's do: a warm one holds too much memory for a small limit."""
    monkeypatch.setattr("harness.verifiers.pool.Worker", Worker)
    monkeypatch.setattr("harness.verifiers.process.subprocess", subprocess)


@pytest.fixture(scope="session", autouse=True)
def quick_stores() -> Iterator[None]:
    """SQLite's dialect, and with it the statements that SQLAlchemy has compiled for it, outlive
    their database; no file waits for the disk, and no writer for more rows; and a new database is
    a copy of the first one, to the byte what `_create` makes."""
    first: list[Engine] = []
    empty = sqlite3.connect(":memory:", check_same_thread=False)

    def open_engine(url: URL, **options: Any) -> Engine:
        engine = create_engine(url, **options)
        if url.get_backend_name() == "sqlite":
            first.append(engine)
            engine.dialect, engine._compiled_cache = first[0].dialect, first[0]._compiled_cache
            del first[1:]
        return engine

    def create(engine: Engine) -> None:
        known = empty.execute("SELECT count(*) FROM sqlite_master").fetchone() > (0,)
        if not known or engine.dialect.name != "sqlite":
            _create(engine)
        if engine.dialect.name == "sqlite":
            with contextlib.closing(engine.raw_connection()) as connection:
                file: Any = connection.driver_connection
                source, target = (empty, file) if known else (file, empty)
                source.backup(target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("harness.store.store.create_engine", open_engine)
        patch.setattr("harness.store.store._sqlite_pragmas", warm.hasty(_sqlite_pragmas))
        patch.setattr("harness.store.store._create", create)
        patch.setattr("harness.store.writer._GATHER_S", 0)
        yield
    empty.close()


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Makes a file by its name once for all test processes of a run; each gets a copy."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def file(name: str, make: Callable[[Path], None]) -> Path:
        whole, copy = shared / f"once-{name}", tmp_path_factory.mktemp("once") / name
        with (shared / f"once-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not whole.exists():
                make(copy)
                shutil.copyfile(copy, shared / f"part-{name}")
                (shared / f"part-{name}").rename(whole)
        if not copy.exists():
            shutil.copyfile(whole, copy)
        return copy

    return file


@pytest.fixture
def fast_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backend's minute passes in a second: how it waits is tested in `tests/models`."""
    clock = Clock(now=lambda: 50 * time.monotonic(), sleep=lambda s: asyncio.sleep(s / 50))
    patient = functools.partial(Patience, clock=clock)
    monkeypatch.setattr("harness.models.server.Patience", patient)
    monkeypatch.setitem(ServerBackend.__init__.__kwdefaults__, "sleep", clock.sleep)


@pytest.fixture(scope="session")
def harness_command(
    warm_server: Callable[[], WarmServer], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An executable called `harness`, which starts warm; alone in its folder. See `warm.py`."""
    command = tmp_path_factory.mktemp("bin") / "harness"
    warm.write_command(command, Path(warm_server().address))
    return command


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets, where there is one."""
    root = Path(os.environ.get("HARNESS_SHARED_DATA", Path(__file__).parents[2] / "shared/data"))
    if not (root / "gsm8k" / "test.jsonl").is_file():
        pytest.skip("no public data sets beside the checkout (HARNESS_SHARED_DATA names a folder)")
    return root
