"""Which samples other living commands are drawing, so that none is drawn and paid for twice.

A command claims a sample before it requests it, and gives the claim back once it is committed.
Claims are locks that end with the process, however it ends: byte-range locks on a file beside an
SQLite database, advisory locks on a PostgreSQL server. Other databases have none; what is then
drawn twice is in the ledger twice (see repeats.py).
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from harness.store.store import Store

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_SUFFIX = "-claims"
_HERE = 0  # the place that all commands lock together
_STAMP = 16  # random bytes at the start of the file, by the last command that joined


class Claims:
    """No claims: every sample is granted.

    `second`: another command was at work when this object was made.
    """

    second = False

    def take(self, names: Collection[str]) -> set[str]:
        """Claim samples; those that no other command holds are granted, and returned."""
        return set(names)

    def release(self, names: Iterable[str]) -> None:
        """Give claims back, from any thread."""

    def others(self) -> bool:
        """Whether another command has used the database since this object was made."""
        return False

    def close(self) -> None:
        """Give back all claims."""


def _place(name: str) -> int:
    """A number from 1 to 2^60 for a sample, named by a hash in hexadecimal."""
    return int(name[:15], 16) + 1


class FileClaims(Claims):
    """Locks on single bytes of a file, which a command deletes if it is the last one.

    Byte 0 is locked by all commands together. The claims of one process do not exclude each other.
    Raises OSError if the file cannot be written or locked.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._seen = path, False
        self._file = -1
        while not self._join():
            os.close(self._file)

    def _join(self) -> bool:
        """Open the file and say that we are here; False if it was deleted meanwhile."""
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _HERE)
            alone = True
        except OSError:
            fcntl.lockf(self._file, fcntl.LOCK_SH, 1, _HERE)
            alone = False
        with contextlib.suppress(FileNotFoundError):
            if os.fstat(self._file).st_ino == self._path.stat().st_ino:
                self.second = self._seen = not alone
                self._stamp = os.urandom(_STAMP)
                os.pwrite(self._file, self._stamp, 0)
                fcntl.lockf(self._file, fcntl.LOCK_SH, 1, _HERE)  # only now may others come
                return True
        return False

    def take(self, names: Collection[str]) -> set[str]:
        """See `Claims`."""
        granted = set()
        for name in names:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(name))
            except (BlockingIOError, PermissionError):  # held by another process
                continue
            except OSError:  # the system has no more locks: granted unprotected
                pass
            granted.add(name)
        return granted

    def release(self, names: Iterable[str]) -> None:
        """See `Claims`."""
        with contextlib.suppress(OSError):  # closed: they are gone already
            for name in names:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _place(name))

    def others(self) -> bool:
        """See `Claims`; whoever joins later leaves its own stamp."""
        self._seen = self._seen or os.pread(self._file, _STAMP, 0) != self._stamp
        return self._seen

    def close(self) -> None:
        """See `Claims`."""
        with contextlib.suppress(OSError):
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _HERE)
            self._path.unlink(missing_ok=True)  # nobody else has it open and locked
        os.close(self._file)


class ServerClaims(Claims):
    """PostgreSQL's advisory locks, which belong to a connection of their own.

    If that is lost, so are the claims, and everything is granted.
    """

    def __init__(self, store: Store) -> None:
        self._lock = threading.Lock()
        self._connection: Connection | None = store.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        )
        self.second = self._ask(f"SELECT pg_try_advisory_lock({_HERE})") == [False]
        self._ask(f"SELECT pg_advisory_lock_shared({_HERE})")
        if not self.second:
            self._ask(f"SELECT pg_advisory_unlock({_HERE})")

    def take(self, names: Collection[str]) -> set[str]:
        """See `Claims`."""
        places = {_place(name): name for name in names}
        query = (
            "SELECT place FROM unnest(CAST(:places AS bigint[])) AS place "
            "WHERE pg_try_advisory_lock(place)"
        )
        found = self._ask(query, places)
        return set(names) if found is None else {places[place] for place in found}

    def release(self, names: Iterable[str]) -> None:
        """See `Claims`."""
        places = [_place(name) for name in names]
        self._ask("SELECT pg_advisory_unlock(p) FROM unnest(CAST(:places AS bigint[])) p", places)

    def others(self) -> bool:
        """Always: what the server holds must be looked up again."""
        return True

    def close(self) -> None:
        """See `Claims`."""
        with self._lock:
            if self._connection is not None:
                with contextlib.suppress(SQLAlchemyError):
                    self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
                self._connection.close()
            self._connection = None

    def _ask(self, query: str, places: Iterable[int] = ()) -> list[Any] | None:
        """The first column; None if the connection is lost."""
        with self._lock:
            if self._connection is None:
                return None
            try:
                rows = self._connection.execute(text(query), {"places": list(places)})
                return [row[0] for row in rows]
            except SQLAlchemyError:
                self._connection.invalidate()
                self._connection.close()
                self._connection = None
                return None


def open_claims(store: Store) -> Claims:
    """The claims of a database, to be closed after its writer; none if it has no locks for them."""
    url = store.engine.url
    if url.get_backend_name() == "postgresql":
        return ServerClaims(store)
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        # A file system without locks, or no fcntl: nothing is claimed.
        with contextlib.suppress(OSError, AttributeError):
            return FileClaims(Path(f"{url.database}{_SUFFIX}").absolute())
    return Claims()
