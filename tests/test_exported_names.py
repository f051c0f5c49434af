"""The public names of the package, and that none of them is loaded before it is used."""

from __future__ import annotations

import subprocess
import sys

import harness

NAMES = {
    # what a user calls: one command each
    "aevaluate", "agreement", "audit", "build_site", "compare", "curve", "evaluate", "gate",
    "import_labels", "import_outputs", "plan", "regrade", "samples", "show", "to_label",
    # what goes in, and what comes out
    "Comparisons", "Curve", "Curves", "Estimate", "EvalConfig", "Evaluation", "Forecast",
    "Forecasts", "GateResult", "JudgeConfig", "Observer", "PriceEntry", "Regradings", "Reports",
    "RunReport", "SampleView", "Study", "StudyForecast", "StudyResult",
    # what a plugin is made of
    "Backend", "Budget", "Message", "ModelInfo", "Problem", "Prompt", "Sample", "Status", "Task",
    "Usage", "Verdict", "Verifier", "VerifierSpec", "load_plugin", "register",
    # analyses of what is stored
    "Store", "compare_at", "compute_optimal", "find_runs", "fit_coverage", "frontier",
    "iter_samples", "load_curves", "load_reports", "open_store", "plan_decision", "selection_gap",
    # errors
    "BackendError", "DataError", "HarnessError", "MissingExtraError", "ParameterError",
    "StoreError", "UnknownNameError", "UsageError",
    "__version__",
}  # fmt: skip


def test_the_exported_names_are_these() -> None:
    assert set(harness.__all__) == NAMES
    for name in NAMES:
        assert getattr(harness, name) is not None
    assert set(harness.__all__) <= set(dir(harness))


def test_public_classes_and_functions_are_documented() -> None:
    missing = [name for name in NAMES - {"__version__"} if not getattr(harness, name).__doc__]
    assert missing == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(harness, "evalute")


def test_importing_the_package_imports_nothing_else_of_it() -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "import harness\n"
        "new = {m for m in set(sys.modules) - before if m.partition('.')[0] == 'harness'}\n"
        "heavy = {'numpy', 'sqlalchemy', 'rich', 'click', 'httpx', 'pandas', 'asyncio'}\n"
        "print(sorted(new), sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['harness', 'harness._version'] []"


def test_the_gate_is_a_room_and_a_function() -> None:
    import harness.gate.api

    assert callable(harness.gate)
    assert harness.gate.api.judge.__doc__
