"""The database: samples as they arrive, verdicts, runs and the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
_load = lazily(__name__, {f"{__name__}.{module}": names for module, names in _WHERE.items()})

__all__ = ["SCHEMA_VERSION", "Base", "Store", "Writer", "open_store"]


def __getattr__(name: str) -> Any:
    """Import a name's module on first use: only what writes needs numpy."""
    return _load(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
