"""The site at size: a first build, one where nothing changed, one with a run more.

    python benchmarks/site_size.py [--runs 1000] [--problems 100] [--samples 10] [--db FILE]

Imports answers of `runs` made-up models to `decimals`, `problems` × `samples` each, in ten groups
that ask other problems, and builds the site by the command, each time in a process of its own. On a
busy machine the CPU's seconds say more than the wall's. The defaults are a million samples; a tenth
of that (`--runs 100`) tells most, since all but the pages of tasks grows with the samples alone.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import harness
from harness.core import DataSource, registry

GROUPS = 10


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


def build(name: str, db: Path, out: Path) -> float:
    """Build the site; print and return the seconds of CPU."""
    command = [sys.executable, "-m", "harness", "site", "build", "--db", str(db)]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--out", str(out), "--json"], stdout=subprocess.PIPE, text=True
    )
    said = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name}: exit code {process.returncode}")
    counts = json.loads(said)
    cpu = usage.ru_utime + usage.ru_stime
    print(
        f"{name:16} {time.perf_counter() - began:8.1f} s {cpu:8.1f} s of CPU "
        f"{usage.ru_maxrss / 1024:6.0f} MB  {counts['written']:6} files written of "
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
            for number in range(given.runs):
                bring(db, number, given.problems, given.samples)
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
