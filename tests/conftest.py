"""What tests of all rooms share."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from harness.verifiers.pool import _Worker

# Same code, same verdict: chance must not decide whether a change lands. To search further:
# `pytest --hypothesis-profile=default`.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, and no network for the hub's clients."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return folder


class SpareWorkers:
    """Verifier processes that outlive their pool: starting one costs more than most tests.

    A worker that owes no reply when its pool closes is kept for the next pool of the same limits.
    """

    def __init__(self) -> None:
        self._idle: dict[tuple[float, ...], deque[_Worker]] = {}

    def get(self, *limits: float) -> _Worker:
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
                _Worker.kill(worker)


def _kept(idle: deque[_Worker]) -> type[_Worker]:
    class Kept(_Worker):
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
    monkeypatch.setattr("harness.verifiers.pool._Worker", spare_workers.get)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets, where there is one."""
    root = Path(os.environ.get("HARNESS_SHARED_DATA", Path(__file__).parents[2] / "shared/data"))
    if not (root / "gsm8k" / "test.jsonl").is_file():
        pytest.skip("no public data sets beside the checkout (HARNESS_SHARED_DATA names a folder)")
    return root
