"""The fake caller, by a name that importlib mode can give."""

from __future__ import annotations

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
