"""One hash of everything a run's report depends on: its rows and the code that reads them."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

from harness._version import __version__
from harness.core import HarnessError, TaskSpec, registry
from harness.core.hashing import content_hash
from harness.core.origin import version_of
from harness.store import Store
from harness.store.figures import row_counts
from harness.store.runs import StoredRun

_ROOMS = ("budgets", "core", "cost", "results", "stats", "store", "tasks")
"""The packages whose code affects figures."""


def basis_of(store: Store, run: StoredRun) -> str:
    """The hash; if it is unchanged, the run's report cannot have changed.

    It does not cover verdicts and labels: the code that writes them deletes the cached reports
    (see `harness.store.figures`).
    """
    return content_hash(
        "figures",
        __version__,
        _code(),
        _plugins(run),
        [run.id, run.model, run.model_spec, run.judged_by, run.planned, run.manifest.to_json()],
        row_counts(store, run),
    )


@functools.cache
def _code() -> str:
    """The state of our own files, which can be edited without a new version."""
    home = Path(__file__).parents[1]
    return _state(file for room in _ROOMS for file in sorted((home / room).rglob("*.py")))


def _plugins(run: StoredRun) -> list[str | None]:
    """The versions of the run's task and selector, with a source hash for third-party ones.

    Built-in ones are in `_code`, and are not even loaded.
    """
    found: list[str | None] = []
    for kind, name in (
        ("tasks", TaskSpec.parse(run.task).name),
        ("selectors", run.manifest.selector),
    ):
        if registry.is_ours(kind, name):
            found.append("ours")
            continue
        try:
            found.append(version_of(registry.find(kind, name)))
        except HarnessError:  # not installed now: the report is computed without it
            found.append("absent")
    return found


def _state(files: Iterable[Path]) -> str:
    facts = []
    for file in files:
        stat = file.stat()
        facts.append([str(file), stat.st_size, stat.st_mtime_ns])
    return content_hash(facts)
