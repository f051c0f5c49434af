"""Prints the fingerprint of a task's problems, for `check` to run in another process."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from harness.core import DataSource, registry
from harness.tasks._check import fingerprint


def main() -> None:
    """One argument: JSON with task, plugins, data_dir, limit and options."""
    asked = json.loads(sys.argv[1])
    for file in asked["plugins"]:
        registry.load_plugin(file)
    source = DataSource(
        data_dir=None if asked["data_dir"] is None else Path(asked["data_dir"]),
        limit=asked["limit"],
        options=asked["options"],
    )
    task = registry.make("tasks", asked["task"])
    sys.stdout.write(f"\n{fingerprint(task, task.load(source))}\n")
    sys.stdout.flush()
    os._exit(0)  # a thread that the task has left running would be waited for


if __name__ == "__main__":
    main()
