"""The blocks of docs/python.md run, one after the other."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from dataclasses import fields
from pathlib import Path

import harness

PAGE = (Path(__file__).parents[1] / "docs" / "python.md").read_text("utf-8")


def test_the_blocks_run(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.S):
        code = compile(block, "docs/python.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(eval(code, names))  # noqa: S307 - our own page
        else:
            exec(code, names)  # noqa: S102 - our own page


def test_the_tables_name_all_functions_and_settings() -> None:
    called = {"aevaluate", "evaluate", "gate", "plan"}
    functions = {n for n in harness.__all__ if inspect.isfunction(getattr(harness, n))} | called
    analyses = {"compare_at", "compute_optimal", "find_runs", "fit_coverage", "frontier",
                "iter_samples", "load_curves", "load_plugin", "load_reports", "open_store",
                "plan_decision", "register", "selection_gap"}  # fmt: skip
    for name in functions - analyses:
        assert re.search(rf"^\| `(await )?{name}\(", PAGE, re.M), name
    given = {"model", "tasks", "budgets", "judge"}
    for field in fields(harness.EvalConfig):
        assert field.name in given or f"| `{field.name}` |" in PAGE
