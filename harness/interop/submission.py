"""A run as one file, to be handed to a board: what it is made of, and what it claims.

    pack(store, runs, Path("run.zip"))       unpack(Path("run.zip"), empty_store) -> Submission

The file is a zip of JSON lines, one file a table of the database (see harness/store/schema.py),
the reports that the rows come to, and `submission.json` with the checksum of each. Every id in it
is a hash of content, so that what was changed afterwards does not fit any more.

Reading takes nothing on trust: no file is ever extracted, names and sizes are fixed beforehand, and
each row is checked column by column. DataError for what is no submission or is built to do harm.
"""

from __future__ import annotations

import functools
import hashlib
import json
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from harness._version import __version__
from harness.core import DataError, UsageError
from harness.core.counting import counted
from harness.core.secrets import environment_secrets, masked, public, suspects
from harness.results.reports import load_reports
from harness.store import Store, open_store
from harness.store.packing import (
    SCHEMA_VERSION,
    TABLES,
    bring_in,
    fill,
    key_of,
    packed_rows,
    read_row,
)
from harness.store.records import Row

KIND = "harness submission"
INDEX, REPORTS = "submission.json", "reports.json"
NAMES = (INDEX, REPORTS, *(f"{table}.jsonl" for table in TABLES))

MOST_BYTES = 2_000_000_000
"""Of all files unpacked."""
MOST_ROWS = 1_000_000
"""Of a table."""
MOST_LINE = 16_000_000
"""Bytes of a row, and of the reports of a run."""
MOST_FAULTS = 20
"""Of one file, before it is left alone."""

_MOST_INDEX = 1_000_000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DATE = (1980, 1, 1, 0, 0, 0)  # the same runs give the same bytes


@dataclass(frozen=True, slots=True)
class Packed:
    """What was packed."""

    path: Path
    runs: tuple[str, ...]
    samples: int
    bytes: int

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "file": str(self.path),
            "runs": list(self.runs),
            "samples": self.samples,
            "bytes": self.bytes,
        }


@dataclass(slots=True)
class Submission:
    """What was read: `runs` and `claims` (reports by run) as the file has them, and its faults."""

    harness: str = ""
    runs: tuple[str, ...] = ()
    claims: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    samples: int = 0
    faults: list[str] = field(default_factory=list)


def pack(store: Store, runs: Sequence[str], out: Path, *, allow_secrets: bool = False) -> Packed:
    """Write some finished runs with all that they are made of to the file `out`.

    Private addresses and local paths are replaced by names, and what looks like a secret in what is
    told of a model or a run by `…`. UsageError where a prompt or a sample holds what looks like a
    secret (unless `allow_secrets`), or where a run is not finished.
    """
    known = environment_secrets()
    for report in load_reports(store, runs):
        if report.status != "complete" or report.failed:
            raise UsageError(
                f"run {report.id} ({report.model}, {report.task}, {report.budget}) has answers to "
                f"{report.problems} of {report.planned} problems: run the same command again first"
            )

    def told(text: str) -> str:
        return public(masked(text, known))

    with tempfile.TemporaryDirectory(prefix="harness-submit-") as temporary:
        folder = Path(temporary)
        counts = _write_rows(store, runs, folder, told, {} if allow_secrets else known)
        if not allow_secrets:
            _refuse_secrets(folder, known)
        with scratch_store(folder) as packed:
            fill(packed, _given(folder))
            reports = [report.to_json() for report in load_reports(packed, runs)]
        (folder / REPORTS).write_text(_json(reports) + "\n", encoding="ascii")
        index = {
            "kind": KIND,
            "version": 1,
            "harness": __version__,
            "schema": SCHEMA_VERSION,
            "runs": list(runs),
            "rows": counts,
            "files": {name: _sha256(folder / name) for name in NAMES[1:]},
        }
        (folder / INDEX).write_text(json.dumps(index, indent=1) + "\n", encoding="ascii")
        _zip(folder, out)
    return Packed(out, tuple(runs), counts["sample"], out.stat().st_size)


def scratch_store(folder: Path) -> Store:
    """A new database in a folder, to be thrown away."""
    file = folder / "scratch.sqlite"
    file.write_bytes(_empty())
    return open_store(file)


@functools.cache
def _empty() -> bytes:
    """A database without a row: to make one takes longer than to check a small submission."""
    with tempfile.TemporaryDirectory(prefix="harness-empty-") as folder:
        file = Path(folder) / "empty.sqlite"
        open_store(file, create=True).close()
        return file.read_bytes()


def _write_rows(
    store: Store,
    runs: Sequence[str],
    folder: Path,
    told: Callable[[str], str],
    known: Mapping[str, str],
) -> dict[str, int]:
    counts = dict.fromkeys(TABLES, 0)
    files = {name: (folder / f"{name}.jsonl").open("w", encoding="ascii") for name in TABLES}
    try:
        for name, row in packed_rows(store, runs, told):
            files[name].write(_json(row) + "\n")
            counts[name] += 1
    finally:
        for file in files.values():
            file.close()
    return counts


def _refuse_secrets(folder: Path, known: Mapping[str, str]) -> None:
    for name in TABLES:
        with (folder / f"{name}.jsonl").open(encoding="ascii") as lines:
            for line in lines:
                found = next(suspects(line, known), None)
                if found is not None:
                    raise UsageError(
                        f"nothing is packed: the table {name} would hold {found} "
                        "(--allow-secrets if it is none)"
                    )


def _given(folder: Path) -> Iterator[tuple[str, Row]]:
    """Rows that we have just written ourselves."""
    for name in TABLES:
        with (folder / f"{name}.jsonl").open(encoding="ascii") as lines:
            for line in lines:
                yield name, read_row(name, json.loads(line))


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _zip(folder: Path, out: Path) -> None:
    try:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in NAMES:
                entry = zipfile.ZipInfo(name, _DATE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                with (folder / name).open("rb") as file, archive.open(entry, "w") as place:
                    while part := file.read(1 << 20):
                        place.write(part)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror or error}") from error


def unpack(path: Path, store: Store) -> Submission:
    """Read a submission into an empty database of our own; what does not fit is in its `faults`.

    DataError for a file that is none, or that is built to fill a disk or to reach another file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _entries(path, archive)
            index = _index(path, archive, entries)
            found = Submission(harness=str(index.get("harness"))[:40], runs=tuple(index["runs"]))
            if index.get("schema") != SCHEMA_VERSION:
                found.faults.append(
                    f"{INDEX}: made with harness {found.harness} (schema "
                    f"{str(index.get('schema'))[:20]}), and this is {__version__} (schema "
                    f"{SCHEMA_VERSION}): both need the same version"
                )
                return found
            reader = _Reader(archive, entries, index["files"], found)
            fill(store, reader.rows())
            found.claims = reader.reports()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise DataError(f"{path} is no submission: {error}") from error
    return found


def _entries(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files of the archive by name; DataError unless they are those of a submission."""
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name, mode = entry.filename, entry.external_attr >> 16
        if name not in NAMES:
            raise DataError(f"{path} is refused: it holds {name[:80]!r}, as no submission does")
        if name in entries:
            raise DataError(f"{path} is refused: it holds {name} twice")
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG) or entry.flag_bits & 1:
            raise DataError(f"{path} is refused: {name} is no plain file")
        if entry.compress_type not in _METHODS:
            raise DataError(f"{path} is refused: {name} is packed in an unknown way")
        entries[name] = entry
    missing = [name for name in NAMES if name not in entries]
    if missing:
        raise DataError(f"{path} is no submission: there is no {missing[0]} in it")
    total = sum(entry.file_size for entry in entries.values())
    if total > MOST_BYTES:
        raise DataError(
            f"{path} is refused: unpacked it has {total:,} bytes, and {MOST_BYTES:,} are the most"
        )
    return entries


def _index(
    path: Path, archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo]
) -> dict[str, Any]:
    entry = entries[INDEX]
    if entry.file_size > _MOST_INDEX:
        raise DataError(f"{path} is refused: {INDEX} has {entry.file_size:,} bytes")
    try:
        index = json.loads(archive.read(entry))
        runs, files = index["runs"], index["files"]
        good = index["kind"] == KIND and index["version"] == 1 and isinstance(files, dict)
        good = good and isinstance(runs, list) and all(isinstance(run, str) for run in runs)
        good = good and 0 < len(runs) == len(set(runs))
    except (ValueError, KeyError, TypeError, RecursionError):
        good = False
    if not good:
        raise DataError(f"{path} is no submission: {INDEX} does not say what it is")
    return dict(index)


class _Reader:
    """Reads the files one by one, each to its end; faults go to the submission."""

    def __init__(
        self,
        archive: zipfile.ZipFile,
        entries: Mapping[str, zipfile.ZipInfo],
        sums: Mapping[str, Any],
        found: Submission,
    ) -> None:
        self._archive, self._entries, self._sums, self._found = archive, entries, sums, found

    def rows(self) -> Iterator[tuple[str, Row]]:
        """All rows that are rows, each key once."""
        for table in TABLES:
            name, seen, faults = f"{table}.jsonl", set(), 0
            for number, line in enumerate(self._lines(name), 1):
                if number > MOST_ROWS:
                    raise DataError(f"refused: {name} has more than {MOST_ROWS:,} rows")
                try:
                    row = read_row(table, json.loads(line, parse_constant=_no_number))
                    key = key_of(table, row)
                    if key in seen:
                        raise ValueError(f"{'/'.join(map(str, key))} stands there twice")
                except (ValueError, RecursionError) as error:
                    faults += 1
                    if faults <= MOST_FAULTS:
                        said = "nested too deep" if isinstance(error, RecursionError) else error
                        self._fault(f"{name}, line {number}: {said}")
                    continue
                seen.add(key)
                self._found.samples += table == "sample"
                yield table, row
            if faults > MOST_FAULTS:
                more = counted(faults - MOST_FAULTS, "more line", "more lines")
                self._fault(f"{name}: {more} like these")

    def reports(self) -> dict[str, Mapping[str, Any]]:
        """What is claimed, by run."""
        body = b"".join(self._lines(REPORTS))
        try:
            reports = json.loads(body, parse_constant=_any_number)
            claims = {report["id"]: report for report in reports}
        except (ValueError, KeyError, TypeError, RecursionError):
            self._fault(f"{REPORTS}: no list of reports")
            return {}
        if sorted(map(str, claims)) != sorted(self._found.runs):
            self._fault(f"{REPORTS}: not one report a run")
        return claims

    def _lines(self, name: str) -> Iterator[bytes]:
        digest = hashlib.sha256()
        with self._archive.open(self._entries[name]) as file:
            while line := _line(file, name):
                digest.update(line)
                yield line
        if self._sums.get(name) != digest.hexdigest():
            self._fault(f"{name}: its checksum is not the one in {INDEX}: it was changed")

    def _fault(self, text: str) -> None:
        self._found.faults.append(text)


def _line(file: IO[bytes], name: str) -> bytes:
    line = file.readline(MOST_LINE + 1)
    if len(line) > MOST_LINE:
        raise DataError(f"refused: a line of {name} has more than {MOST_LINE:,} bytes")
    return line


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _any_number(text: str) -> float:
    return float(text.replace("Infinity", "inf"))


def accept(store: Store, submitted: Store, runs: Sequence[str]) -> None:
    """Bring checked runs into a board's database, all or nothing."""
    bring_in(store, submitted, runs)
