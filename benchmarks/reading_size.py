"""Reading at size: what `show`, `regrade` and `db verify` take beside a bare scan of the database.

    python benchmarks/reading_size.py [--problems 400] [--samples 263] [--db FILE]

Imports `problems` × `samples` answers to `decimals` (one model; two runs, sample@n and vote@n),
then runs each command in a process of its own. Memory is the largest resident set of any process
that the command was made of; on a busy machine the CPU's time (its workers', which grade, included)
says more than the wall's. The bare scan reads the columns that a report needs, by the standard
library's driver, in one query; it is what a database of this size costs to read at all.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness.core import DataSource, registry

_SCAN = """
import sqlite3, sys
query = '''SELECT c.problem_id, c.ordinal, c.final, s.id, s.text, s.finish, s.prompt_tokens,
  s.output_tokens, s.reasoning_tokens, v.status, v.answer, v.key
  FROM charge c JOIN sample s ON s.id = c.sample_id
  LEFT JOIN verdict v ON v.sample_id = s.id AND v.problem_id = c.problem_id
  ORDER BY c.run_id, c.problem_id, c.ordinal'''
n = sum(1 for _ in sqlite3.connect(sys.argv[1]).execute(query))
print(n, "rows")
"""


def write_outputs(file: Path, problems: int, samples: int) -> None:
    """Answers of a made-up model, half of them right, with a few words around them."""
    rng = random.Random(0)
    items = registry.find("tasks", "decimals")().load(DataSource(limit=problems))
    with file.open("w", encoding="utf-8") as out:
        for problem in items:
            for _ in range(samples):
                answer = problem.gold if rng.random() < 0.5 else problem.lure or "0"
                words = "Compare place by place. " * rng.randint(1, 20)
                row = {
                    "problem": problem.id,
                    "text": f"{words}\nAnswer: {answer}",
                    "prompt_tokens": 40,
                    "output_tokens": len(words) // 4,
                }
                out.write(json.dumps(row) + "\n")


def measured(name: str, command: list[str], db: Path) -> None:
    """Run a command; print its seconds and its largest memory."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name} on {db}: exit code {process.returncode}")
    cpu, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    print(f"{name:24} {seconds:8.2f} s {cpu:8.2f} s of CPU {memory:8.0f} MB", flush=True)


def main() -> None:
    """Make the database where there is none, then measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=400)
    parser.add_argument("--samples", type=int, default=263)
    parser.add_argument("--db", type=Path, help="Use (or make) this database.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        db = given.db or Path(folder) / "size.sqlite"
        harness = [sys.executable, "-m", "harness"]
        if not db.exists():
            outputs = Path(folder) / "outputs.jsonl"
            write_outputs(outputs, given.problems, given.samples)
            bring = ["import", str(outputs), "--task", "decimals", "--model", "made-up"]
            measured("import", [*harness, *bring, "--db", str(db)], db)
        measured("bare scan", [sys.executable, "-c", _SCAN, str(db)], db)
        measured("start alone", [*harness, "--version"], db)
        measured("show, first", [*harness, "show", "--db", str(db)], db)
        measured("show, again", [*harness, "show", "--db", str(db)], db)
        measured("regrade", [*harness, "regrade", "--db", str(db)], db)
        measured("show after regrade", [*harness, "show", "--db", str(db)], db)
        measured("db verify", [*harness, "db", "verify", "--db", str(db)], db)


if __name__ == "__main__":
    main()
