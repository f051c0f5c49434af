"""What the package imports is what it declares, and the other way round."""

from __future__ import annotations

import ast
import functools
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
USERS = PROJECT["optional-dependencies"].keys() - {"dev", "docs"}  # the others are for users
# Never needed: the test framework that loads our plugin, and a second opinion on verdicts, which
# `harness audit --judge math-verify` asks for and says how to install.
GUESTS = {"pytest", "math-verify"}
# Needed, but started as a command of its own (harness/train/export.py).
STARTED = {"onnxruntime-genai"}
# Extras that are called otherwise than their modules.
OTHERWISE = {"any_llm": "any-llm-sdk", "PIL": "pillow"}
STARTED |= {"onnx-ir"}  # that command needs it, and does not declare it


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


BASE = names(PROJECT["dependencies"])
EXTRAS = set().union(*(names(PROJECT["optional-dependencies"][extra]) for extra in USERS))


@functools.cache
def sources() -> list[Path]:
    """The package's own modules, each once; `tasks`, `verifiers` and `site` are links there."""
    folders = (ROOT / name for name in ("harness", "tasks", "verifiers", "site"))
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


@functools.cache
def imported(path: Path, *, at_start: bool) -> frozenset[str]:
    """Distributions whose modules a file imports; `at_start`: outside functions alone."""
    todo: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    modules: set[str] = set()
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            modules.add(node.module)
        if not (at_start and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
            todo += [n for n in ast.iter_child_nodes(node) if not (at_start and _for_types(n))]
    tops = {module.partition(".")[0] for module in modules} - set(sys.stdlib_module_names)
    return frozenset(_distribution(top) for top in tops - {"harness"})


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


_owners = functools.cache(packages_distributions)


def _distribution(module: str) -> str:
    """Whose module it is, by what is installed; an extra that is not has its module's name."""
    owners = _owners().get(module, [OTHERWISE.get(module, module)])
    return canonicalize_name(min(owners, key=len))


def test_every_import_is_declared() -> None:
    undeclared = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources()
        for name in imported(path, at_start=False) - BASE - EXTRAS - GUESTS
    }
    assert not undeclared


def test_pytest_is_imported_by_its_plugin_alone() -> None:
    """Whoever loads that has pytest."""
    users = [path for path in sources() if "pytest" in imported(path, at_start=False)]
    assert [path.name for path in users] == ["pytest_plugin.py"]


def test_no_extra_is_imported_before_it_is_asked_for() -> None:
    eager = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources()
        for name in imported(path, at_start=True) & (EXTRAS - BASE)
    }
    # modules that torch's own users import alone
    assert {line for line in eager if not line.startswith("harness/train/")} == set()


@pytest.mark.parametrize("declared", sorted(BASE | EXTRAS - STARTED))
def test_every_dependency_is_imported(declared: str) -> None:
    assert any(declared in imported(path, at_start=False) for path in sources())
