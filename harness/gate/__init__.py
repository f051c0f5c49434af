"""Comparing runs, baselines kept in a repository, and the gate for CI.

The package is also callable: `harness.gate(model="onnx:tiny-s")` is `harness.gate.api.judge`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.gate.results import GateResult


class _CallableModule(ModuleType):
    def __call__(self, *args: Any, **given: Any) -> GateResult:
        """See `harness.gate.api.judge`."""
        from harness.gate.api import judge

        return judge(*args, **given)


sys.modules[__name__].__class__ = _CallableModule
