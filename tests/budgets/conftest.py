"""The fake caller, by a name that importlib mode can give."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

_spec = importlib.util.spec_from_file_location(
    "harness_fake_caller", Path(__file__).with_name("fake.py")
)
assert _spec is not None
assert _spec.loader is not None
_fake = importlib.util.module_from_spec(_spec)
sys.modules["harness_fake_caller"] = _fake
_spec.loader.exec_module(_fake)


@pytest.fixture
def fake() -> Any:
    """The module: FakeCaller, DigitReward, value."""
    return _fake


_reference = importlib.util.spec_from_file_location(
    "harness_reference",
    Path(__file__).with_name("reference") / "__init__.py",
    submodule_search_locations=[str(Path(__file__).with_name("reference"))],
)
assert _reference is not None
sys.modules["harness_reference"] = importlib.util.module_from_spec(_reference)


@pytest.fixture
def plain() -> Any:
    """The reference implementations: the module `strategies`."""
    return importlib.import_module("harness_reference.strategies")


@pytest.fixture
def world() -> Any:
    """What they draw from: the class World."""
    return importlib.import_module("harness_reference.world").World
