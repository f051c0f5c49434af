"""Opening a database: SQLite in WAL mode by default, any SQLAlchemy URL otherwise."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from harness.core import StoreError, UsageError
from harness.store.schema import SCHEMA_VERSION, Base

LOCK_WAIT_S = 5.0
"""How long SQLite waits for another process's write before it reports a lock."""


class Store:
    """An open database with the right schema."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def name(self) -> str:
        """The file, or the URL without its password, for messages."""
        return describe(self.engine.url)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def describe(url: URL) -> str:
    """A database's file, or its URL without the password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    return url.render_as_string(hide_password=True)


def to_url(where: str | Path) -> URL:
    """A path or a SQLAlchemy URL as a URL; UsageError if it is neither."""
    if "://" not in str(where):
        return URL.create("sqlite", database=str(where))
    try:
        return make_url(str(where))
    except ArgumentError as error:
        raise UsageError(f"database {where}: not a SQLAlchemy URL ({error})") from error


def open_store(where: str | Path, *, create: bool = False) -> Store:
    """Open the database at a path or URL (with `create`: create or upgrade it).

    Raises UsageError if it does not exist and `create` is False, StoreError if it cannot be
    opened, is locked, is not a database, or was written by a newer version.
    """
    url = to_url(where)
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    if is_file:
        _check_file(Path(str(url.database)), create)
    read_only = is_file and not create and not _writable(Path(str(url.database)))
    try:
        # A server's connections may be gone when they are next needed, so they are tested first.
        ways = {} if url.get_backend_name() == "sqlite" else {"pool_pre_ping": True}
        engine = create_engine(url, **(_reading(str(url.database)) if read_only else ways))
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise UsageError(
            f"database {describe(url)}: its driver is not installed ({error}): pip install it"
        ) from error
    if url.get_backend_name() == "sqlite" and not read_only:
        event.listen(engine, "connect", _sqlite_pragmas)
    try:
        _bring_up_to_date(engine, create=create)
    except SQLAlchemyError as error:
        engine.dispose()
        raise explain(error, describe(url)) from error
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.resolve().parent, os.W_OK)


def _reading(file: str) -> dict[str, Any]:
    """How SQLite opens a read-only file: without the extra files of WAL mode."""
    wal = Path(f"{file}-wal").exists()
    uri = f"{Path(file).resolve().as_uri()}?{'mode=ro' if wal else 'immutable=1'}"
    return {"creator": lambda: sqlite3.connect(uri, uri=True, check_same_thread=False)}


def _check_file(path: Path, create: bool) -> None:
    if path.is_dir():
        raise UsageError(f"database {path} is a folder; name a file, such as results.sqlite")
    if not path.exists():
        if not create:
            raise UsageError(
                f"no database at {path}: run `harness eval` first, or name another with {{db}}",
                db=...,
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot create the folder for {path}: {error.strerror}") from error


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    """WAL lets readers read while we write; NORMAL survives a killed process."""
    connection.execute(f"PRAGMA busy_timeout = {int(LOCK_WAIT_S * 1000)}")
    # A file keeps its mode: if another process is creating it, that one sets the mode.
    with contextlib.suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _bring_up_to_date(engine: Engine, *, create: bool) -> None:
    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names())
        found = None
        if "alembic_version" in tables:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found == SCHEMA_VERSION:
        return
    name = describe(engine.url)
    if found is None and tables - {"alembic_version"}:
        raise StoreError(
            f"{name} is another program's database; name another file with {{db}}", db=...
        )
    if found is None and not create:
        raise UsageError(f"{name} holds no results yet: run `harness eval` first")
    if found is not None and found not in known_versions():
        raise StoreError(
            f"{name} was written by a newer version of harness (schema {found}; this one knows "
            f"up to {SCHEMA_VERSION}): pip install -U reasoning-harness, or use another {{db}}",
            db=...,
        )
    if found is None:
        _create(engine)
    else:
        migrate(engine)


def _create(engine: Engine) -> None:
    """Create a database at the newest schema, without the time it takes to load Alembic."""
    stamp = Table(
        "alembic_version", MetaData(), Column("version_num", String(32), primary_key=True)
    )
    with _alone(engine) as connection:
        if inspect(connection).has_table("alembic_version"):
            return  # created by another process in the meantime
        Base.metadata.create_all(connection)
        stamp.create(connection)
        connection.execute(stamp.insert().values(version_num=SCHEMA_VERSION))


@contextlib.contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction that other processes see entirely or not; SQLite's driver has none for DDL."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def _alembic_config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def known_versions() -> set[str]:
    """The schema versions that this code can read or upgrade from."""
    from alembic.script import ScriptDirectory

    return {s.revision for s in ScriptDirectory.from_config(_alembic_config()).walk_revisions()}


def migrate(engine: Engine) -> None:
    """Run all missing migrations, in one transaction."""
    from alembic import command

    config = _alembic_config()
    with _alone(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def explain(error: SQLAlchemyError, name: str) -> StoreError:
    """One clear message for a database error, with what to do."""
    cause = str(error.orig) if isinstance(error, DBAPIError) and error.orig else str(error)
    cause = cause.strip().splitlines()[0] if cause.strip() else type(error).__name__
    low = cause.lower()
    if "locked" in low:
        advice = "another process is using it; wait for that to end, or use another {db}"
    elif "full" in low:
        advice = "free some space, then run the same command again"
    elif "not a database" in low or "malformed" in low:
        advice = "the file is damaged or not an SQLite database; name another with {db}"
    elif "readonly" in low or "unable to open" in low or "permission" in low:
        advice = "check that the folder and the file are writable"
    else:
        advice = "nothing more was written; run the same command again to resume"
    return StoreError(f"database {name}: {cause}: {advice}", db=...)


def is_dropped(error: SQLAlchemyError) -> bool:
    """Whether a server's connection was lost or is unavailable now, so that retrying may help."""
    if not isinstance(error, DBAPIError):
        return False
    lost = isinstance(error, OperationalError) and "connection" in str(error.orig).lower()
    return error.connection_invalidated or lost


def is_lock(error: SQLAlchemyError) -> bool:
    """Whether another process's lock is the reason, so that waiting may help."""
    return isinstance(error, DBAPIError) and "locked" in str(error.orig).lower()
