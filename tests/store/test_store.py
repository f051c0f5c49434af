"""Opening, migrating, locking, filling up, rescuing and verifying a database."""

from __future__ import annotations

import contextlib
import json
import queue
import sqlite3
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, event, insert, select, text
from sqlalchemy.exc import OperationalError

from harness.core import DataError, StoreError, UsageError
from harness.core.hashing import content_hash
from harness.core.sample import storable
from harness.store import Base, Writer, open_store
from harness.store import store as store_module
from harness.store.codec import pack_ends, unpack_ends
from harness.store.identity import model_id, prompt_id
from harness.store.recovery import recover
from harness.store.schema import ModelRow, PromptRow
from harness.store.verify import verify
from harness.store.writer import insert_new

CREATE = store_module._create  # before the tests' own stands in for it


@pytest.fixture(autouse=True)
def real_creation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Databases are made, not copied."""
    monkeypatch.setattr(store_module, "_create", CREATE)


def model(name: str) -> tuple[type, dict]:
    row = {"id": model_id(name), "name": name, "spec": name, "fingerprint": name, "info": {}}
    return (ModelRow, row)


def prompts(count: int, size: int = 10) -> list[tuple[type, dict]]:
    texts = [f"{i} ".ljust(size, "x") for i in range(count)]
    return [(PromptRow, {"id": prompt_id(t), "text": t}) for t in texts]


def names(store) -> list[str]:
    with store.engine.connect() as connection:
        return list(connection.scalars(select(ModelRow.name).order_by(ModelRow.name)))


def test_migrations_give_the_tables_that_the_code_describes(tmp_path):
    with open_store(tmp_path / "a.sqlite", create=True) as store, store.engine.connect() as c:
        assert compare_metadata(MigrationContext.configure(c), Base.metadata) == []
        assert c.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_a_missing_database_is_no_empty_one(tmp_path):
    with pytest.raises(UsageError, match="harness eval"):
        open_store(tmp_path / "none.sqlite")
    assert not (tmp_path / "none.sqlite").exists()


def test_a_newer_schema_is_refused_untouched(tmp_path):
    file = tmp_path / "new.sqlite"
    open_store(file, create=True).close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    connection.close()
    with pytest.raises(StoreError, match=r"newer version of harness.*pip install -U"):
        open_store(file, create=True)


def test_a_database_that_another_process_makes_meanwhile_is_taken(tmp_path, monkeypatch):
    file = tmp_path / "both.sqlite"

    def later(engine):
        monkeypatch.setattr(store_module, "_create", CREATE)
        open_store(file, create=True).close()  # the other one
        CREATE(engine)

    monkeypatch.setattr(store_module, "_create", later)
    with open_store(file, create=True) as store:
        assert names(store) == []


def test_no_other_process_sees_half_of_a_new_database(tmp_path):
    file, seen = tmp_path / "half.sqlite", []

    def look(_connection, _cursor, statement, *_rest):
        if statement.startswith("INSERT INTO alembic_version"):
            with contextlib.closing(sqlite3.connect(file)) as other:
                seen.append(other.execute("SELECT count(*) FROM sqlite_master").fetchone())

    event.listen(Engine, "before_cursor_execute", look)
    try:
        open_store(file, create=True).close()
    finally:
        event.remove(Engine, "before_cursor_execute", look)
    assert seen == [(0,)]


def test_a_file_that_may_only_be_read_is_read(evaluated, monkeypatch):
    before = evaluated.read_bytes()
    monkeypatch.setattr(store_module, "_writable", lambda _path: False)
    with open_store(evaluated) as store:
        assert names(store) == ["stub"]
        assert verify(store)[1] == []
        with pytest.raises(OperationalError, match="readonly"), store.engine.begin() as connection:
            connection.execute(text("DELETE FROM verdict"))
    assert evaluated.read_bytes() == before
    assert [f.name for f in evaluated.parent.iterdir()] == [evaluated.name]


def test_other_files_are_refused(tmp_path):
    content = b"not a database, but long enough to be read" * 40
    file = tmp_path / "x.sqlite"
    file.write_bytes(content)
    with pytest.raises(StoreError, match="not a database"):
        open_store(file)
    assert file.read_bytes() == content


def test_an_empty_file_has_no_results(tmp_path):
    (tmp_path / "x.sqlite").touch()
    with pytest.raises(UsageError, match="no results yet"):
        open_store(tmp_path / "x.sqlite")


def test_a_database_of_another_program_is_refused(tmp_path):
    file = tmp_path / "other.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE people (name TEXT)")
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        open_store(file, create=True)


def test_an_unknown_driver_is_named():
    with pytest.raises(UsageError, match="driver"):
        open_store("oracle+nosuch://host/db", create=True)


def test_rows_that_stand_already_are_left(tmp_path):
    with open_store(tmp_path / "a.sqlite", create=True) as store:
        writer = Writer(store)
        writer.put([model("a"), model("b")])
        writer.put([model("a")])
        writer.close()
        assert writer.error is None
        assert names(store) == ["a", "b"]


_HOLD = """
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
c.execute("COMMIT")
print("released", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def lock(tmp_path):
    """A second process that holds the write lock of a database until it is told to let go."""
    file = tmp_path / "locked.sqlite"
    open_store(file, create=True).close()
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield file, process
        process.kill()


def _impatient(store, refused):
    """Let SQLite give up at once, and tell the test of each begin that the lock refused."""

    @event.listens_for(store.engine, "connect")
    def _(connection, _record):
        connection.execute("PRAGMA busy_timeout = 0")

    @event.listens_for(store.engine, "handle_error")
    def _(context):
        refused.put(str(context.original_exception))


def test_a_value_that_nothing_can_hold_keeps_nobody_waiting(tmp_path):
    """Neither the database nor the rescue file takes it; what stood beside it is rescued."""
    file = tmp_path / "t.sqlite"
    with open_store(file, create=True) as store:
        writer = Writer(store)
        kind, row = model("odd")
        writer.put([model("kept"), (kind, {**row, "name": object()})])
        with pytest.raises(StoreError, match="harness db recover"):
            writer.flush()
        writer.close()
        assert names(store) == []
        assert recover(store, writer.rescued) == 1
        assert names(store) == ["kept"]


def test_a_lock_is_waited_for(lock):
    file, process = lock
    refused: queue.SimpleQueue[str] = queue.SimpleQueue()
    with open_store(file) as store:
        store.engine.dispose()
        _impatient(store, refused)
        writer = Writer(store, lock_timeout_s=600)
        writer.put([model("late")])
        assert "locked" in refused.get()
        process.stdin.write("\n")
        process.stdin.flush()
        writer.flush()
        writer.close()
        assert names(store) == ["late"]


def test_a_lock_that_stays_costs_nothing_already_paid(lock):
    file, process = lock
    with open_store(file) as store:
        store.engine.dispose()
        _impatient(store, queue.SimpleQueue())
        writer = Writer(store, lock_timeout_s=0)
        writer.put([model("kept")])
        with pytest.raises(StoreError, match=r"locked.*another process(.|\n)*harness db recover"):
            writer.flush()
        writer.put([model("kept too")])
        writer.close()
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "released\n"
        assert names(store) == []
        assert recover(store, writer.rescued) == 2
        assert names(store) == ["kept", "kept too"]


def test_a_full_disk_costs_nothing_already_paid(tmp_path):
    file = tmp_path / "full.sqlite"
    with open_store(file, create=True) as store:
        with store.engine.connect() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar()
        store.engine.dispose()

        @event.listens_for(store.engine, "connect")
        def _(connection, _record):
            connection.execute(f"PRAGMA max_page_count = {pages + 5}")

        rows = prompts(50, size=2000)
        writer = Writer(store)
        for row in rows:
            writer.put([row])
        with pytest.raises(StoreError, match=r"full.*free some space(.|\n)*recover"):
            writer.flush()
        writer.close()
    with open_store(file) as store:
        recover(store, writer.rescued)
        counts, faults = verify(store)
    assert counts["prompt"] == 50
    assert faults == []


def test_a_row_that_the_driver_refuses_ends_the_wait_and_is_kept(tmp_path):
    with open_store(tmp_path / "odd.sqlite", create=True) as store:
        writer = Writer(store)
        writer.put([(PromptRow, {"id": "odd", "text": 10**30})])
        with pytest.raises(StoreError, match=r"cannot be written: OverflowError(.|\n)*recover"):
            writer.flush()
        writer.close()
        assert json.loads(writer.rescued.read_text())["row"]["text"] == 10**30


def test_a_rescue_file_cut_in_its_last_line_gives_the_rest(tmp_path):
    file = tmp_path / "r.jsonl"
    rows = [json.dumps({"table": "prompt", "row": row}) for _, row in prompts(3)]
    file.write_text("\n".join(rows)[:-5])
    with open_store(tmp_path / "a.sqlite", create=True) as store:
        assert recover(store, file) == 2
        file.write_text("{}\n" + rows[0])
        with pytest.raises(DataError, match="line 1"):
            recover(store, file)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE model SET fingerprint = 'other'", "does not follow from its fingerprint"),
        ("UPDATE prompt SET text = 'other'", "does not follow from its text"),
        ("UPDATE sample SET text = 'Answer: 2', token_ends = NULL", "changed after it was stored"),
        ("UPDATE sample SET seed = seed + 1", "trace does not follow"),
        ("UPDATE sample SET max_tokens = 3", "id does not follow from its trace"),
        ("UPDATE run SET manifest = json_set(manifest, '$.identity.seed', 9)", "its manifest"),
        ("UPDATE problem SET content = json_set(content, '$.gold', '5')", "from its content"),
        ("DELETE FROM sample", "point at a missing sample"),
        ("DELETE FROM call", "point at a missing call"),
        ("UPDATE call SET samples = 7", "the samples that it brought"),
    ],
)
def test_verify_finds_what_was_changed(evaluated, statement, fault):
    with open_store(evaluated) as store:
        assert verify(store)[1] == []
    with sqlite3.connect(evaluated) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(statement)
    connection.close()
    with open_store(evaluated) as store:
        assert any(fault in found for found in verify(store)[1])


def test_half_a_surrogate_pair_is_stored_as_the_replacement_character():
    assert storable("a\ud800b\udfff 😀") == "a\ufffdb\ufffd 😀"


def test_token_ends_are_packed_and_unpacked():
    for ends in ((), (0,), (1, 1, 5, 9, 9), tuple(range(0, 90_000, 3))):
        assert unpack_ends(pack_ends(ends)) == ends
    assert pack_ends(None) is None
    assert unpack_ends(None) is None


def test_hashes_are_those_of_the_canonical_json():
    import hashlib

    data = b'["model","x"]'
    assert model_id("x") == hashlib.sha256(data).hexdigest()[:32]
    assert content_hash({"b": 1, "a": "é"}) == content_hash({"a": "é", "b": 1})


def test_rows_are_written_by_the_driver_as_sqlalchemy_would_write_them(evaluated, tmp_path):
    def raw(file) -> list:
        tables = [t.name for t in Base.metadata.sorted_tables]
        with contextlib.closing(sqlite3.connect(file)) as connection:
            return [
                (name, sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"'))))
                for name in tables
            ]

    with open_store(evaluated) as store, store.engine.connect() as connection:
        rows = {
            table: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }
    empty = {table for table, found in rows.items() if not found}
    assert {table.name for table in empty} == {"batch", "label", "tag"}
    for table in empty:
        del rows[table]
    store = open_store(tmp_path / "again.sqlite", create=True)
    with store, store.engine.begin() as connection:
        for table, found in rows.items():
            connection.execute(insert(table), found)
    store = open_store(tmp_path / "driver.sqlite", create=True)
    with store, store.engine.begin() as connection:
        for table, found in rows.items():
            insert_new(connection, table, found)
            insert_new(connection, table, found)  # what stands already stays
    assert raw(tmp_path / "driver.sqlite") == raw(tmp_path / "again.sqlite") == raw(evaluated)


def test_what_a_row_leaves_out_is_filled_in(evaluated, tmp_path):
    with open_store(evaluated) as store, store.engine.begin() as connection:
        charge = Base.metadata.tables["charge"]
        [old] = connection.execute(select(charge).limit(1)).mappings().all()
        new = {k: v for k, v in old.items() if k not in ("score", "ask")} | {"ordinal": 99}
        insert_new(connection, charge, [new])
        [found] = connection.execute(select(charge).where(charge.c.ordinal == 99)).all()
    assert found.score is False
    assert found.ask is None
