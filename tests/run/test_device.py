"""The device's time and energy in the ledger. The GPUs here are fakes: no driver is asked."""

from __future__ import annotations

import ctypes
import datetime as dt
import itertools
import json
import sqlite3
from collections.abc import Callable

import pytest

from harness.analysis.curves import load_curves
from harness.run import evaluate as engine
from harness.run.energy import Energy
from harness.run.nvml import energy_reader
from harness.store import open_store


class FakeNvml:
    """A FAKE of NVML: two GPUs whose counters rise by a joule and by two at each reading."""

    def __init__(self, *, count: int = 2, energy_code: int = 0) -> None:
        self.count, self.energy_code = count, energy_code
        self.drawn = {1: 0, 2: 0}

    def nvmlInit_v2(self) -> int:
        return 0

    def nvmlDeviceGetCount_v2(self, count: object) -> int:
        count._obj.value = self.count
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, index: ctypes.c_uint, handle: object) -> int:
        handle._obj.value = index.value + 1
        return 0 if index.value < self.count else 2

    def nvmlDeviceGetHandleByUUID(self, uuid: bytes, handle: object) -> int:
        handle._obj.value = 2
        return 0 if uuid == b"GPU-two" else 2

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: ctypes.c_void_p, value: object) -> int:
        self.drawn[handle.value] += 1000 * handle.value
        value._obj.value = self.drawn[handle.value]
        return self.energy_code


@pytest.mark.parametrize(
    ("visible", "joules"), [(None, 3.0), ("0,1", 3.0), ("1", 2.0), ("GPU-two", 2.0)]
)
def test_the_counters_of_all_visible_gpus_are_summed(monkeypatch, visible, joules):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    read = energy_reader(FakeNvml())
    assert read is not None
    first = read()
    assert read() - first == joules


def test_without_a_counter_nothing_is_known(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert energy_reader(FakeNvml(count=0)) is None
    assert energy_reader(FakeNvml(energy_code=3)) is None
    for visible in ("", "7", "GPU-none"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        assert energy_reader(FakeNvml()) is None


def meter() -> tuple[Energy, Callable[[float], None]]:
    drawn = [0.0]

    def draw(joules: float) -> None:
        drawn[0] += joules

    return Energy(lambda: lambda: drawn[0]), draw


def test_energy_is_shared_by_the_calls_under_way():
    energy, draw = meter()
    draw(100)  # before any call
    a = energy.begin()
    draw(4)
    b = energy.begin()
    draw(6)
    assert energy.end(a) == 4 + 3
    draw(1)
    assert energy.end(b) == 3 + 1
    draw(50)  # between calls
    c = energy.begin()
    assert energy.end(c) == 0


def test_a_gpu_that_goes_away_makes_energy_unknown():
    def gone() -> float:
        raise OSError("fallen off the bus")

    energy = Energy(lambda: gone)
    assert energy.end(energy.begin()) is None
    none = Energy(lambda: None)
    assert none.end(none.begin()) is None


@pytest.mark.parametrize("on_gpu", [True, False])
def test_joules_stand_in_the_ledger_where_the_model_runs_on_a_gpu(run, stub, monkeypatch, on_gpu):
    fake = FakeNvml()
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(engine, "energy_reader", lambda: energy_reader(fake))
    backend = stub()
    backend.on_gpu = on_gpu
    one, two = run(backend, "vote@4", "think@8").reports
    if not on_gpu:
        assert one.joules is two.joules is None
        return
    # Every reading draws 3 J; the first finds out whether there is a counter, one begins each call
    # and one ends it. What is drawn while calls are under way is theirs, and nothing else is.
    assert 0 < one.joules + two.joules <= sum(fake.drawn.values()) / 1000
    assert json.loads(json.dumps(one.to_json()))["joules"] == one.joules


def test_device_seconds_are_shared_and_priced_by_the_hour(run, stub, counting, tmp_path):
    reports = run(
        stub(lines=2), "vote@4", "best@4:reward=counting", limit=6, gpu_usd_per_hour=3600.0
    ).reports
    seconds = sum(report.device_seconds for report in reports)
    latencies = sum(report.seconds for report in reports)
    assert 0 < seconds <= latencies + 1e-9
    vote, best = reports
    # At a dollar a second: the pool's own seconds, and those in which the reward read.
    assert vote.usd == pytest.approx(_generating(tmp_path))
    assert best.usd == pytest.approx(seconds)
    with open_store(tmp_path / "t.sqlite") as store:
        curves = {c.metric: c for c in load_curves(store)}
    point = curves["vote@k"].points[-1]
    assert 6 * point.cost("usd") == pytest.approx(vote.usd)


def _generating(folder) -> float:
    """Device-seconds of all generating calls, by hand."""
    with sqlite3.connect(folder / "t.sqlite") as connection:
        rows = connection.execute("SELECT created, latency_s, role FROM call").fetchall()
    connection.close()
    spans = [
        (dt.datetime.fromisoformat(c).timestamp() - s, dt.datetime.fromisoformat(c).timestamp(), r)
        for c, s, r in rows
    ]
    edges = sorted({t for span in spans for t in span[:2]})
    total = 0.0
    for left, right in itertools.pairwise(edges):
        at_work = [role for a, b, role in spans if a <= left and right <= b]
        if at_work:
            total += (right - left) * at_work.count("generator") / len(at_work)
    return total
