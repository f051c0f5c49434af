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
    from harness.analysis.curve_figures import fit_coverage
    from harness.analysis.curves import Curve, load_curves
    from harness.analysis.equal_cost import compare_at, frontier, selection_gap
    from harness.analysis.policy import compute_optimal
    from harness.analysis.power import plan_decision
    from harness.core.registry import load_plugin, register
    from harness.results.reports import find_runs, iter_samples, load_reports
    from harness.run.evaluate import Evaluation, Options, evaluate
    from harness.store import open_store

_WHERE = {
    "Curve": "harness.analysis.curves",
    "Evaluation": "harness.run.evaluate",
    "Options": "harness.run.evaluate",
    "compare_at": "harness.analysis.equal_cost",
    "compute_optimal": "harness.analysis.policy",
    "evaluate": "harness.run.evaluate",
    "find_runs": "harness.results.reports",
    "fit_coverage": "harness.analysis.curve_figures",
    "frontier": "harness.analysis.equal_cost",
    "iter_samples": "harness.results.reports",
    "load_curves": "harness.analysis.curves",
    "load_plugin": "harness.core.registry",
    "load_reports": "harness.results.reports",
    "open_store": "harness.store",
    "plan_decision": "harness.analysis.power",
    "register": "harness.core.registry",
    "selection_gap": "harness.analysis.equal_cost",
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
