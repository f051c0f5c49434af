"""Outputs from elsewhere, taken in; the leaderboard, written out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.interop.importer import Imported, import_file
from harness.run.config import DEFAULT_DB
from harness.site import BoardText, SiteResult, StoreSource, build
from harness.store import open_store
from harness.store.runs import find_runs


def import_outputs(  # noqa: PLR0913 - all that `harness import` takes
    path: str | Path,
    task: str,
    *,
    db: str | Path = DEFAULT_DB,
    model: str | None = None,
    fields: Mapping[str, str] | None = None,
    budgets: str | Iterable[str] = (),
    data_dir: str | Path | None = None,
    limit: int | None = None,
    only_given: bool = False,
) -> Imported:
    """Grade and store outputs generated elsewhere; see `harness import --help` for the format.

    `limit` includes only the task's first problems, `only_given` only those in the file.
    Importing the same file again adds nothing. Raises DataError if no row can be imported.
    """
    with open_store(db, create=True) as store:
        return import_file(
            store,
            Path(path),
            task,
            model=model,
            fields=fields,
            budgets=[budgets] if isinstance(budgets, str) else list(budgets),
            data_dir=None if data_dir is None else Path(data_dir),
            limit=limit,
            only_given=only_given,
        )


def build_site(
    out: str | Path = "_site",
    db: str | Path = DEFAULT_DB,
    *,
    title: str = "Leaderboard",
    board: BoardText | None = None,
    **filters: Any,
) -> SiteResult:
    """Write a database's leaderboard as static files into the folder `out`.

    `board` holds a board's texts and settings, including its `title`; `filters` are model, task and
    budget, as for `show`.
    """
    with open_store(db) as store:
        source = StoreSource(store, find_runs(store, **filters))
        return build(source, Path(out), board=board or BoardText(title=title))
