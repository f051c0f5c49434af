"""The demo: two generated tasks, the embedded models, a sweep of budgets, and the leaderboard.

`make demo` runs it. Everything is done by the `harness` command, as a user would.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

THINK = "think@{0,8,16,32,64,128}"
REWARD = "reward=onnx:tiny-prm,temperature=0.8"
# Models, tasks and budgets of each `harness eval`.
EVALS = (
    (
        "onnx:tiny-s",
        ("decimals", "arithmetic"),
        (THINK, "vote@{4,16}:temperature=0.8", "sample@16:temperature=0.8"),
    ),
    ("onnx:tiny-s", ("arithmetic",), (f"weighted@{{4,16}}:{REWARD}", f"beam@4x4:{REWARD}")),
    ("onnx:tiny-m", ("decimals", "arithmetic"), (THINK,)),
)


def main() -> int:
    """Run the commands, timed; returns the first exit code that is not 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--harness", default="harness", help="the harness command")
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder for the results")
    parser.add_argument("--limit", type=int, default=300, help="problems of each task")
    args = parser.parse_args()
    if args.out.exists():
        shutil.rmtree(args.out)
    db = ["--db", str(args.out / "demo.sqlite")]
    page = args.out / "site"
    commands = []
    for model, tasks, budgets in EVALS:
        command = ["eval", "--model", model, "--limit", str(args.limit)]
        command += ["--max-output-tokens", "256"]
        for flag, values in (("--task", tasks), ("--budget", budgets)):
            for value in values:
                command += [flag, value]
        commands.append(command)
    commands.append(["site", "build", "--out", str(page), "--title", "Demo"])
    start = time.monotonic()
    for command in commands:
        code = subprocess.run([args.harness, *command, *db], check=False).returncode
        if code:
            return code
    print(f"\nwall time {time.monotonic() - start:.0f} s")
    print(f"open {(page / 'index.html').resolve()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
