"""The site at size: a first build, one where nothing changed, one with a run more.

    python benchmarks/site_size.py [--runs 1000] [--problems 100] [--samples 10] [--db FILE]

Imports answers of made-up models to `decimals`, `problems` × `samples` each, in ten groups that ask
other problems, and builds the site by the command, each time in a process of its own. Grading a
million answers takes longer than building their site, so only the first 60 runs are imported; the
others are copies of their rows under other names and ids. On a busy machine the CPU's seconds say
more than the wall's. Memory is the largest sum over the build's processes: of each, its resident
set less what it shares (`Pss`), ten times a second.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import harness
from harness.core import DataSource, registry

GROUPS = 10
IMPORTED = 60
"""Runs that are imported; a multiple of GROUPS, so that copies fill all groups alike."""

_COPIED = ("model", "run", "call", "attempt", "sample", "charge", "verdict")
_OTHER = {"id", "run_id", "model_id", "call_id", "sample_id", "trace"}
"""Columns with hashes that a copy has other ones for; problems and prompts are shared."""


def bring(db: Path, number: int, problems: int, samples: int) -> None:
    """One made-up model's answers, more of them right the higher its number."""
    task = f"decimals:seed={number % GROUPS}"
    rng = random.Random(number)
    skill = 0.3 + 0.6 * rng.random()
    source = DataSource(limit=problems, options={"seed": str(number % GROUPS)})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "outputs.jsonl"
        with file.open("w", encoding="utf-8") as out:
            for problem in registry.find("tasks", "decimals")().load(source):
                for _ in range(samples):
                    answer = problem.gold if rng.random() < skill else problem.lure or "0"
                    words = "Compare place by place. " * rng.randint(1, 20)
                    row = {
                        "problem": problem.id,
                        "text": f"<think>{words}</think>Answer: {answer}",
                        "prompt_tokens": 40,
                        "output_tokens": len(words) // 4,
                    }
                    out.write(json.dumps(row) + "\n")
        harness.import_outputs(
            file, task, db=db, model=f"made-up-{number}", budgets=[f"vote@{samples}"],
            limit=problems,
        )  # fmt: skip


def copy_runs(db: Path, runs: int) -> None:
    """Copy the rows of the runs that are there, under other ids and names, up to `runs`."""
    with sqlite3.connect(db) as open_db:
        # No hash has an x, so that no copy has the id of another row.
        open_db.create_function("other", 2, lambda value, n: value and f"{value[:28]}x{n:03x}")
        open_db.execute("PRAGMA cache_size = -200000")
        names = [name for (name,) in open_db.execute("SELECT id FROM run ORDER BY rowid")]
        for number in range(1, -(-runs // len(names))):
            chosen = names[: runs - number * len(names)]
            open_db.execute("CREATE TEMP TABLE chosen AS SELECT value AS id FROM json_each(?)",
                            [json.dumps(chosen)])  # fmt: skip
            for table in _COPIED:
                open_db.execute(_copy(open_db, table, number))
            open_db.execute("DROP TABLE chosen")
            open_db.commit()


def _copy(open_db: sqlite3.Connection, table: str, number: int) -> str:
    """The statement that copies the rows of a table that belong to the chosen runs."""
    columns = [row[1] for row in open_db.execute(f"PRAGMA table_info({table})")]
    values = [f'other("{c}", {number})' if c in _OTHER else f'"{c}"' for c in columns]
    if table == "model":
        values[columns.index("name")] = f"name || '-copy-{number}'"
    runs = "SELECT id FROM chosen"
    samples = f"SELECT sample_id FROM charge WHERE run_id IN ({runs})"
    where = {
        "model": f"id IN (SELECT model_id FROM run WHERE id IN ({runs}))",
        "run": f"id IN ({runs})",
        "sample": f"id IN ({samples})",
        "verdict": f"sample_id IN ({samples})",
    }.get(table, f"run_id IN ({runs})")
    return f"INSERT INTO {table} SELECT {', '.join(values)} FROM {table} WHERE {where}"


class Memory:
    """The largest memory of a process and its children together, in bytes, while it is entered."""

    def __init__(self, pid: int) -> None:
        self.peak, self._pid = 0, pid
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._end.wait(0.5):
            self.peak = max(self.peak, sum(map(_memory, _family(self._pid))))

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


def _family(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    with suppress(OSError):  # it has ended
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [p for child in children.read_text().split() for p in _family(int(child))]
    return found


def _memory(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def build(name: str, db: Path, out: Path) -> float:
    """Build the site; print and return the seconds of CPU."""
    command = [sys.executable, "-m", "harness", "site", "build", "--db", str(db)]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--out", str(out), "--json"], stdout=subprocess.PIPE, text=True
    )
    with Memory(process.pid) as memory:
        said = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name}: exit code {process.returncode}")
    counts = json.loads(said)
    cpu = usage.ru_utime + usage.ru_stime
    print(
        f"{name:16} {time.perf_counter() - began:8.1f} s {cpu:8.1f} s of CPU "
        f"{memory.peak / 1e6:6.0f} MB  {counts['written']:6} files written of "
        f"{counts['pages']} pages",
        flush=True,
    )
    return cpu


def main() -> None:
    """Make the database, then build three times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--problems", type=int, default=100)
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--db", type=Path, help="Use (or make) this database.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        db, out = given.db or Path(folder) / "size.sqlite", Path(folder) / "site"
        if not db.exists():
            for number in range(min(given.runs, IMPORTED)):
                bring(db, number, given.problems, given.samples)
            copy_runs(db, given.runs)
        print(f"{given.runs} runs, {given.runs * given.problems * given.samples:,} samples")
        first = build("first", db, out)
        build("nothing changed", db, out)
        bring(db, given.runs, given.problems, given.samples)
        more = build("a run more", db, out)
        print(f"a run more takes {more / first:.3f} of the first build's CPU")
        pages = [(p.stat().st_size, p) for p in out.rglob("*.html")]
        size, largest = max(pages)
        front = gzip.compress((out / "index.html").read_bytes())
        whole = sum(p.stat().st_size for p in out.rglob("*") if p.is_file())
        print(f"largest page {size / 1000:.0f} kB ({largest.relative_to(out)})")
        print(f"front page {len(front) / 1000:.0f} kB compressed")
        print(f"{whole / 1e6:.0f} MB in {sum(p.is_file() for p in out.rglob('*'))} files")


if __name__ == "__main__":
    main()
