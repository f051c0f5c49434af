"""The database: samples as they arrive, verdicts, runs and the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.core.lazy import lazily

if TYPE_CHECKING:
    from harness.store.schema import SCHEMA_VERSION, Base
    from harness.store.store import Store, open_store
    from harness.store.writer import Writer

_WHERE = {
    "schema": ("SCHEMA_VERSION", "Base"),
    "store": ("Store", "open_store"),
    "writer": ("Writer",),
}
__getattr__, __dir__ = lazily(__name__, _WHERE)  # only what writes needs numpy

__all__ = ["SCHEMA_VERSION", "Base", "Store", "Writer", "open_store"]
