"""Naming, tagging, labelling and removing; what is left is as if the removed had never been."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from harness.core import Status, UsageError
from harness.results.reports import load_reports
from harness.results.samples import iter_samples
from harness.store import Base, Store, open_store
from harness.store.labels import Label, find_labels, put_labels
from harness.store.runs import Models, find_runs, get_models, get_run, name_run
from harness.store.upkeep import collect_garbage, remove_runs, rename_run, tag_run
from harness.store.verify import verify


@pytest.fixture
def store(evaluated: Path):
    """`think@4` is cut from `think@64`; `vote@2` has samples of its own."""
    with open_store(evaluated) as opened:
        yield opened


def by_budget(store: Store) -> dict[str, str]:
    return {get_run(store, run).budget: run for run in find_runs(store)}


def counts(store: Store) -> dict[str, int]:
    with store.engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_a_run_is_renamed_and_found_by_its_name(store):
    run = by_budget(store)["vote@2"]
    rename_run(store, run, "before the fix")
    assert get_run(store, run).name == "before the fix"
    assert name_run(store, "before the fix") == run
    assert name_run(store, run[:8]) == run
    rename_run(store, run, None)
    assert get_run(store, run).name is None
    for text in ("before the fix", ""):
        with pytest.raises(UsageError, match="0 runs have that name"):
            name_run(store, text)
    with pytest.raises(UsageError, match="one line of text"):
        rename_run(store, run, "two\nlines")


def test_tags_are_added_taken_away_and_looked_for(store):
    runs = by_budget(store)
    tag_run(store, runs["vote@2"], add=["nightly", "old"])
    tag_run(store, runs["vote@2"], add=["nightly"], remove=["old"])
    tag_run(store, runs["think@64"], add=["nightly"])
    assert get_run(store, runs["vote@2"]).tags == ("nightly",)
    assert set(find_runs(store, tag="nightly")) == {runs["vote@2"], runs["think@64"]}
    assert find_runs(store, tag="old") == []
    with pytest.raises(UsageError, match="visible"):
        tag_run(store, runs["vote@2"], add=["  "])


def test_labels_stand_beside_verdicts_one_a_person(store):
    runs = by_budget(store)
    view = next(iter_samples(store, runs["vote@2"]))
    key = {"sample": view.id, "problem": view.problem.digest()}
    put_labels(store, [Label(**key, author="ann", status=Status.CORRECT)])
    put_labels(store, [Label(**key, author="bob", status=Status.WRONG, note="misread")])
    put_labels(store, [Label(**key, author="ann", status=Status.LURED)])
    found = find_labels(store, run=runs["vote@2"])
    assert [(x.author, x.status, x.note) for x in found] == [
        ("ann", Status.LURED, ""),
        ("bob", Status.WRONG, "misread"),
    ]
    assert all(label.created for label in found)
    assert find_labels(store, author="ann", run=runs["think@64"]) == []
    assert next(iter_samples(store, runs["vote@2"])).verdict == view.verdict
    with pytest.raises(UsageError, match="author"):
        put_labels(store, [Label(**key, author="", status=Status.WRONG)])
    assert verify(store)[1] == []


def test_a_removed_run_takes_along_what_nobody_else_needs(store):
    runs, before = by_budget(store), counts(store)
    kept = {r.id: r for r in load_reports(store) if r.id != runs["vote@2"]}
    removed = remove_runs(store, [runs["vote@2"]])
    assert (removed.runs, removed.attempts, removed.moved) == (1, 4, 0)
    assert removed.samples > 0
    assert removed.calls > 0
    after = counts(store)
    assert before["sample"] - after["sample"] == removed.samples
    assert before["call"] - after["call"] == removed.calls
    assert before["verdict"] - after["verdict"] == removed.verdicts
    assert verify(store)[1] == []
    assert {r.id: r.charged for r in load_reports(store)} == {i: r.charged for i, r in kept.items()}
    assert {r.id: r.spent for r in load_reports(store)} == {i: r.spent for i, r in kept.items()}


def test_what_another_run_was_cut_from_stays_and_is_paid_for_by_that_run(store):
    runs = by_budget(store)
    old = {r.id: r for r in load_reports(store)}
    removed = remove_runs(store, [runs["think@64"]])
    assert removed.moved > 0  # the thoughts that think@4 is cut from
    assert verify(store)[1] == []
    new = {r.id: r for r in load_reports(store)}
    short = runs["think@4"]
    assert new[short].charged == old[short].charged
    assert new[short].calls == old[short].calls + removed.moved
    assert [v.response for v in iter_samples(store, short)]


def test_removing_all_runs_leaves_an_empty_database(store):
    remove_runs(store, find_runs(store))
    assert set(counts(store).values()) == {0}


def test_an_unknown_run_removes_nothing(store):
    before = counts(store)
    with pytest.raises(UsageError, match="no run nothing"):
        remove_runs(store, [by_budget(store)["vote@2"], "nothing"])
    assert counts(store) == before


def test_garbage_is_what_no_attempt_is_charged_for(store):
    runs, before = by_budget(store), counts(store)
    assert collect_garbage(store, spare_hours=0) == type(collect_garbage(store))()
    assert counts(store) == before
    with store.engine.begin() as connection:  # as if its attempts had never been finished
        for table in ("charge", "attempt"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE run_id = ?", (runs["vote@2"],))
    assert collect_garbage(store).samples == 0  # they came just now
    planned = collect_garbage(store, spare_hours=0, dry_run=True)
    assert planned.samples > 0
    assert counts(store)["sample"] == before["sample"]
    assert collect_garbage(store, spare_hours=0) == planned
    assert verify(store)[1] == []
    assert collect_garbage(store, spare_hours=0).samples == 0


def test_models_read_one_by_one_are_those_of_the_table(store: Store) -> None:
    known = get_models(store)
    assert known
    assert dict(Models(store)) == known
    with pytest.raises(KeyError):
        Models(store)["no such model"]
