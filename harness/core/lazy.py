"""Packages that import their public names on first use, so that starting stays instant."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def lazily(
    package: str, where: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """What `package` needs as its `__getattr__` and `__dir__`.

    `where` has its public names by their modules, which are named within the package. A name is
    looked up once: from then on it is an attribute of the package.
    """
    modules = {name: f"{package}.{module}" for module, names in where.items() for name in names}

    def load(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        import importlib

        value = getattr(importlib.import_module(modules[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *modules})

    return load, names
