"""Packages that import their public names on first use, so that starting stays instant."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def lazily(package: str, where: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """What `package` needs as its `__getattr__`; `where` has its names by their modules.

    A name is looked up once: from then on it is an attribute of the package.
    """
    modules = {name: module for module, names in where.items() for name in names}

    def load(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        import importlib

        value = getattr(importlib.import_module(modules[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return load
