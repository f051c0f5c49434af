"""Removing what looks like a secret from an existing database."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, text, update

from harness.core.secrets import in_texts, masked
from harness.store.figures import drop_figures
from harness.store.schema import AttemptRow, Base, ModelRow, RunRow
from harness.store.store import Store

_TEXTS: tuple[tuple[type[Base], tuple[str, ...]], ...] = (
    (ModelRow, ("name", "spec", "info")),
    (RunRow, ("manifest",)),
    (AttemptRow, ("error",)),
)
"""Columns about models and runs. Prompts and samples are left unchanged: they are
hashed, and model output is kept as is."""
_HASHED = ("identity",)
"""The part of a manifest that stays, because a run's id is its hash."""


def redact(store: Store, known: Mapping[str, str], *, dry_run: bool = False) -> list[str]:
    """Replace what looks like a secret by `…`; returns the places: table, id and column.

    `known` maps names to values that must be removed. Ids are derived from fingerprints, which are
    hashes, so none of them changes; the content of a manifest's identity stays.
    """

    def mask(text: str) -> str:
        return masked(text, known)

    places = []
    with store.engine.begin() as connection:
        for kind, names in _TEXTS:
            table = Base.metadata.tables[kind.__tablename__]
            keys = [column.name for column in table.primary_key]
            columns = [table.c[name] for name in (*keys, *names)]
            for row in connection.execute(select(*columns)).mappings().all():
                changed = {
                    n: new for n in names if (new := in_texts(row[n], mask, _HASHED)) != row[n]
                }
                if not changed:
                    continue
                label = "/".join(str(row[key])[:12] for key in keys)
                places += [f"{table.name} {label}: {name}" for name in changed]
                if not dry_run:
                    where = [table.c[key] == row[key] for key in keys]
                    connection.execute(update(table).where(*where).values(**changed))
    if places and not dry_run:
        with store.engine.begin() as connection:
            drop_figures(connection)  # cached reports of the runs contain the old text
    if places and not dry_run and store.engine.dialect.name == "sqlite":
        _forget(store)
    return places


def _forget(store: Store) -> None:
    """Have SQLite rewrite its file: freed pages still contain the old text."""
    with store.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("VACUUM"))
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
