"""Evaluate reasoning models under test-time compute budgets.

import harness
result = harness.evaluate("onnx:tiny-s", "decimals", "think@{0,16,64}", limit=100)
for report in result.reports:
    print(report.budget, report.accuracy.value, report.charged.output_tokens)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness._version import __version__

if TYPE_CHECKING:
    from harness.core.registry import load_plugin, register
    from harness.engine.curve_figures import fit_coverage
    from harness.engine.curves import Curve, load_curves
    from harness.engine.decision import plan_decision
    from harness.engine.evaluate import Evaluation, Options, evaluate
    from harness.engine.matched import compare_at, frontier, selection_gap
    from harness.engine.policy import compute_optimal
    from harness.engine.reports import find_runs, iter_samples, load_reports
    from harness.store import open_store

_WHERE = {
    "Curve": "harness.engine.curves",
    "Evaluation": "harness.engine.evaluate",
    "Options": "harness.engine.evaluate",
    "compare_at": "harness.engine.matched",
    "compute_optimal": "harness.engine.policy",
    "evaluate": "harness.engine.evaluate",
    "find_runs": "harness.engine.reports",
    "fit_coverage": "harness.engine.curve_figures",
    "frontier": "harness.engine.matched",
    "iter_samples": "harness.engine.reports",
    "load_curves": "harness.engine.curves",
    "load_plugin": "harness.core.registry",
    "load_reports": "harness.engine.reports",
    "open_store": "harness.store",
    "plan_decision": "harness.engine.decision",
    "register": "harness.core.registry",
    "selection_gap": "harness.engine.matched",
}

__all__ = [
    "Curve",
    "Evaluation",
    "Options",
    "__version__",
    "compare_at",
    "compute_optimal",
    "evaluate",
    "find_runs",
    "fit_coverage",
    "frontier",
    "iter_samples",
    "load_curves",
    "load_plugin",
    "load_reports",
    "open_store",
    "plan_decision",
    "register",
    "selection_gap",
]


def __getattr__(name: str) -> Any:
    """Load public names when they are first used, so that `harness --help` stays instant."""
    if name not in _WHERE:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_WHERE[name]), name)
