"""Evaluate reasoning models under test-time compute budgets.

import harness

result = harness.evaluate("onnx:tiny-s", "decimals", "think@{0,16,64}", limit=100)
result.to_frame()  # one row per run; notebooks render `result` as a table
harness.show()  # all runs of harness.sqlite
harness.curve(task="decimals").to_frame()
harness.compare("budget=think@0", "budget=think@64")

docs/python.md lists every function; each corresponds to a `harness` command.
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
    from harness.api import (
        Comparisons,
        Curves,
        Regradings,
        agreement,
        audit,
        build_site,
        compare,
        curve,
        import_labels,
        import_outputs,
        regrade,
        samples,
        show,
        to_label,
    )
    from harness.budgets import Budget
    from harness.core import (
        BackendError,
        DataError,
        Estimate,
        HarnessError,
        Message,
        MissingExtraError,
        ModelInfo,
        ParameterError,
        Problem,
        Prompt,
        Sample,
        Status,
        StoreError,
        UnknownNameError,
        Usage,
        UsageError,
        Verdict,
        VerifierSpec,
    )
    from harness.core.protocols import Backend, Task, Verifier
    from harness.core.registry import load_plugin, register
    from harness.cost import PriceEntry
    from harness.gate.api import judge as gate
    from harness.gate.results import GateResult
    from harness.results.display import Reports
    from harness.results.reports import find_runs, load_reports
    from harness.results.samples import iter_samples
    from harness.results.views import RunReport, SampleView
    from harness.run.config import EvalConfig, JudgeConfig
    from harness.run.evaluate import aevaluate, evaluate, plan
    from harness.run.evaluation import Evaluation
    from harness.run.forecast import Forecast, Forecasts
    from harness.run.progress import Observer
    from harness.store import Store, open_store
    from harness.study import Study
    from harness.study.forecast import StudyForecast
    from harness.study.running import StudyResult

_WHERE = {
    "harness.analysis.curve_figures": ("fit_coverage",),
    "harness.analysis.curves": ("Curve", "load_curves"),
    "harness.analysis.equal_cost": ("compare_at", "frontier", "selection_gap"),
    "harness.analysis.policy": ("compute_optimal",),
    "harness.analysis.power": ("plan_decision",),
    "harness.api": (
        "Comparisons",
        "Curves",
        "Regradings",
        "agreement",
        "audit",
        "build_site",
        "compare",
        "curve",
        "import_labels",
        "import_outputs",
        "regrade",
        "samples",
        "show",
        "to_label",
    ),
    "harness.budgets": ("Budget",),
    "harness.core": (
        "BackendError",
        "DataError",
        "Estimate",
        "HarnessError",
        "Message",
        "MissingExtraError",
        "ModelInfo",
        "ParameterError",
        "Problem",
        "Prompt",
        "Sample",
        "Status",
        "StoreError",
        "UnknownNameError",
        "Usage",
        "UsageError",
        "Verdict",
        "VerifierSpec",
    ),
    "harness.core.protocols": ("Backend", "Task", "Verifier"),
    "harness.core.registry": ("load_plugin", "register"),
    "harness.cost": ("PriceEntry",),
    "harness.gate.results": ("GateResult",),
    "harness.results.display": ("Reports",),
    "harness.results.reports": ("find_runs", "load_reports"),
    "harness.results.samples": ("iter_samples",),
    "harness.results.views": ("RunReport", "SampleView"),
    "harness.run.config": ("EvalConfig", "JudgeConfig"),
    "harness.run.evaluate": ("aevaluate", "evaluate", "plan"),
    "harness.run.evaluation": ("Evaluation",),
    "harness.run.forecast": ("Forecast", "Forecasts"),
    "harness.run.progress": ("Observer",),
    "harness.store": ("Store", "open_store"),
    "harness.study": ("Study",),
    "harness.study.forecast": ("StudyForecast",),
    "harness.study.running": ("StudyResult",),
}
_MODULE = {name: module for module, names in _WHERE.items() for name in names}

__all__ = [
    "Backend",
    "BackendError",
    "Budget",
    "Comparisons",
    "Curve",
    "Curves",
    "DataError",
    "Estimate",
    "EvalConfig",
    "Evaluation",
    "Forecast",
    "Forecasts",
    "GateResult",
    "HarnessError",
    "JudgeConfig",
    "Message",
    "MissingExtraError",
    "ModelInfo",
    "Observer",
    "ParameterError",
    "PriceEntry",
    "Problem",
    "Prompt",
    "Regradings",
    "Reports",
    "RunReport",
    "Sample",
    "SampleView",
    "Status",
    "Store",
    "StoreError",
    "Study",
    "StudyForecast",
    "StudyResult",
    "Task",
    "UnknownNameError",
    "Usage",
    "UsageError",
    "Verdict",
    "Verifier",
    "VerifierSpec",
    "__version__",
    "aevaluate",
    "agreement",
    "audit",
    "build_site",
    "compare",
    "compare_at",
    "compute_optimal",
    "curve",
    "evaluate",
    "find_runs",
    "fit_coverage",
    "frontier",
    "gate",
    "import_labels",
    "import_outputs",
    "iter_samples",
    "load_curves",
    "load_plugin",
    "load_reports",
    "open_store",
    "plan",
    "plan_decision",
    "register",
    "regrade",
    "samples",
    "selection_gap",
    "show",
    "to_label",
]


def __getattr__(name: str) -> Any:
    """Import public names on first use, so that `harness --help` stays instant."""
    import importlib

    if name == "gate":  # the package, which is callable: `harness.gate(model=…)`
        return importlib.import_module("harness.gate")
    if name not in _MODULE:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    value = getattr(importlib.import_module(_MODULE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
