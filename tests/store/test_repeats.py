"""Calls for samples that stand already: each request that was paid for is a row of its own."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from harness.core import Finish, ModelInfo, Sample, Usage
from harness.store import Writer, open_store
from harness.store.identity import Asked, model_id, prompt_id, sample_id
from harness.store.records import Call, Row, call_row, model_row, prompt_row, sample_row
from harness.store.schema import CallRow
from harness.store.verify import verify

INFO = ModelInfo(spec="x:m", name="m", fingerprint="m")


def asked(index: int) -> Asked:
    return Asked(model_id("m"), prompt_id("q"), "", {"temperature": 1.0}, index, index)


def call(indices: list[int], created: str, source: str = "engine") -> list[Row]:
    """A call that brought the samples of some indices, with its rows."""
    samples = [
        Sample(id=sample_id(asked(i).trace, 9), trace=asked(i).trace, max_tokens=9, text=str(i),
               finish=Finish.STOP, output_tokens=1)
        for i in indices
    ]  # fmt: skip
    one = Call(
        run="r",
        role="generator",
        samples=tuple(s.id for s in samples),
        usage=Usage(prompt_tokens=1, output_tokens=len(samples)),
        source=source,
        created=created,
    )
    rows = [call_row(one)]
    rows += [sample_row(s, asked(i), call=one.id) for s, i in zip(samples, indices, strict=True)]
    return rows


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "a.sqlite", create=True) as opened:
        with opened.engine.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO model VALUES (?, 'm', 'x:m', 'm', '{}')", (model_id("m"),)
            )
            run = {"identity": {"budget": "greedy"}}
            connection.exec_driver_sql(
                "INSERT INTO run VALUES ('r', ?, 't', 'greedy', 1, 'v', '1', ?, 'now', NULL)",
                (model_id("m"), str(run).replace("'", '"')),
            )
        yield opened


def write(store, *groups: list[Row], together: bool = False) -> list[tuple[int, int]]:
    """Write calls, in one go or one by one; (samples, repeated samples) of all calls by size."""
    writer = Writer(store)
    writer.put([model_row(INFO), prompt_row("q")])
    for part in [[row for rows in groups for row in rows]] if together else groups:
        writer.put(part)
        writer.flush()
    writer.close()
    assert writer.error is None
    assert [f for f in verify(store)[1] if not f.startswith("run r")] == []
    with store.engine.connect() as connection:
        rows = connection.execute(select(CallRow.samples, CallRow.repeats)).all()
    return sorted((n, len((repeats or {"samples": ()})["samples"])) for n, repeats in rows)


@pytest.mark.parametrize("together", [False, True])
def test_the_same_samples_twice_are_two_calls(store, together):
    first, second = call([1, 2], "a"), call([1, 2], "b")
    assert write(store, first, second, together=together) == [(2, 0), (2, 2)]


def test_three_times_are_three_calls(store):
    calls = [call([1], created) for created in "abc"]
    assert write(store, *calls) == [(1, 0), (1, 1), (1, 1)]


def test_a_call_that_brought_some_new_samples_owns_those(store):
    assert write(store, call([1], "a"), call([1, 2, 3], "b")) == [(1, 0), (3, 1)]


def test_the_same_call_again_is_no_second_one(store):
    first, second = call([1], "a"), call([1], "b")
    assert write(store, first, second, first, second) == [(1, 0), (1, 1)]


def test_importing_again_costs_nothing(store):
    first, second = call([1], "a", "import"), call([1], "b", "import")
    assert write(store, first, second) == [(1, 0)]


def test_a_sample_keeps_its_first_text(store):
    rows = call([1], "a")
    other = [(kind, {**row, "text": "x"}) if "text" in row else (kind, row) for kind, row in rows]
    other[0] = (other[0][0], {**other[0][1], "created": "b"})
    assert write(store, rows, other) == [(1, 0), (1, 1)]
