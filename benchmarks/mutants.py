"""Mutation testing: do the tests notice when the code is wrong?

    pip install cosmic-ray
    python benchmarks/mutants.py harness/budgets/selectors --tests tests/budgets/test_selectors.py
    python benchmarks/mutants.py harness/stats --tests tests/stats --sample 200

Every mutant is the code with one small mistake made by cosmic-ray's operators: another arithmetic
or comparison operator, another number, a negated condition, `and` for `or`, a loop that never runs.
The tests run on each, in a copy of the checkout, until the first one fails: it kills the mutant.
Prints the mutants that survive, with their line, and last the share killed. A survivor is a test
that is missing, or a change that makes no difference.

What makes no difference in the selectors: `strict=` of equally long lists, the size of a cache, a
bound of 1 on what is at most 1 but for rounding, a weight that all answers share, another way to
draw random subsets, one subset more enumerated. Third-party aggregations are tested in
tests/plugins.

The tests run in a process forked from one that holds the libraries, and not harness itself, so that
a mutant costs little more than its tests do. Ctrl-C ends it with what is done.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
# One other operator for each: eleven of them say little more about the tests than one.
OPERATORS = """
    ReplaceBinaryOperator_Add_Sub ReplaceBinaryOperator_Sub_Add
    ReplaceBinaryOperator_Mul_Div ReplaceBinaryOperator_Div_Mul
    ReplaceBinaryOperator_FloorDiv_Mul ReplaceBinaryOperator_Mod_Mul
    ReplaceBinaryOperator_Pow_Mul ReplaceComparisonOperator_Eq_NotEq
    ReplaceComparisonOperator_NotEq_Eq ReplaceComparisonOperator_Lt_LtE
    ReplaceComparisonOperator_LtE_Lt ReplaceComparisonOperator_Gt_GtE
    ReplaceComparisonOperator_GtE_Gt ReplaceUnaryOperator_Delete_USub
    ReplaceUnaryOperator_Delete_Not ReplaceAndWithOr ReplaceOrWithAnd ReplaceTrueWithFalse
    ReplaceFalseWithTrue AddNot NumberReplacer ReplaceContinueWithBreak ZeroIterationForLoop
"""
LIBRARIES = "pytest hypothesis numpy scipy.stats scipy.optimize sympy sqlalchemy click aiohttp"


@dataclass(frozen=True)
class Mutant:
    """One mistake in one file: where an operator applies for the `occurrence`-th time."""

    file: Path  # below the root
    operator: str
    occurrence: int

    def source(self) -> str:
        """The whole file with the mistake."""
        mutate_code = importlib.import_module("cosmic_ray.mutating").mutate_code
        original = (ROOT / self.file).read_text("utf-8")
        return str(mutate_code(original, _operator(self.operator), self.occurrence))

    def where(self, source: str) -> str:
        """The line with the mistake in it, and its number."""
        lines, changed = (ROOT / self.file).read_text("utf-8").splitlines(), source.splitlines()
        pairs = enumerate(zip(lines, changed, strict=False), 1)
        line = next((at for at, (old, new) in pairs if old != new), len(changed))
        return f"{self.file}:{line} {self.operator}: {changed[line - 1].strip()}"


def _operator(name: str) -> Any:
    return importlib.import_module("cosmic_ray.plugins").get_operator(f"core/{name}")()


def mutants(file: Path) -> Iterator[Mutant]:
    """All mutants of one file, by operator."""
    ast = importlib.import_module("cosmic_ray.ast")
    nodes = list(ast.ast_nodes(ast.get_ast((ROOT / file).read_text("utf-8"))))
    for name in OPERATORS.split():
        operator = _operator(name)
        for occurrence in range(sum(len(list(operator.mutation_positions(n))) for n in nodes)):
            yield Mutant(file, name, occurrence)


def outcome(tests: list[str], tree: Path, limit: float) -> str:
    """`killed`, `survived` or `time` of the tests in the copy, as it is now."""
    child = os.fork()
    if not child:
        os.setsid()
        _test(tests, tree)
    try:
        end = time.monotonic() + limit
        while time.monotonic() < end:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
            time.sleep(0.02)
    except KeyboardInterrupt:
        _end(child)
        raise
    _end(child)
    return "time"


def _end(child: int) -> None:
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _test(tests: list[str], tree: Path) -> None:
    import pytest

    os.chdir(tree)
    sys.path.insert(0, str(tree))
    os.environ["PYTHONPATH"] = str(tree)
    code = 70
    options = ["-q", "-x", "--no-header", "-p", "no:randomly", "-p", "no:cacheprovider"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # hypothesis is here already
    with contextlib.redirect_stdout(io.StringIO()):
        code = int(pytest.main([*options, *tests]))
    os._exit(code)


def copied(to: Path) -> Path:
    """A copy of what git tracks."""
    tree = to / "tree"
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy2(ROOT / name, tree / name, follow_symlinks=False)
    return tree


def tried(file: Path, source: str, run: Callable[[], str]) -> str:
    """The outcome with this text in the file, which is put back."""
    original = file.read_text("utf-8")
    file.write_text(source, "utf-8")
    try:
        return run()
    finally:
        file.write_text(original, "utf-8")


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("places", nargs="+", type=Path, help="files and folders of the package")
    parser.add_argument("--tests", nargs="+", required=True, help="what pytest is given")
    parser.add_argument("--sample", type=int, help="try this many, drawn at random (all)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the sample (0)")
    given = parser.parse_args()
    places = [sorted(place.rglob("*.py")) if place.is_dir() else [place] for place in given.places]
    files = list(itertools.chain.from_iterable(places))
    found = [mutant for file in files for mutant in mutants(file)]
    chosen = found
    if given.sample is not None and given.sample < len(found):
        chosen = random.Random(given.seed).sample(found, given.sample)
    print(f"{len(found)} mutants of {len(files)} files; {len(chosen)} are tried")
    sys.dont_write_bytecode = True  # a cached mutant could be taken for the next one
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for library in LIBRARIES.split():
        importlib.import_module(library)
    with tempfile.TemporaryDirectory() as folder:
        _try_all(chosen, copied(Path(folder)), given.tests)


def _try_all(chosen: list[Mutant], tree: Path, tests: list[str]) -> None:
    start = time.monotonic()
    if outcome(tests, tree, 3600) != "survived":
        sys.exit("The tests fail on the code as it is.")
    limit = 20 + 3 * (time.monotonic() - start)
    counts: Counter[str] = Counter()
    with contextlib.suppress(KeyboardInterrupt):  # with what is done
        for mutant in chosen:
            source = mutant.source()
            result = tried(tree / mutant.file, source, lambda: outcome(tests, tree, limit))
            counts[result] += 1
            if result != "killed":
                print(f"{result} {mutant.where(source)}", flush=True)
    killed, slow, all_ = counts["killed"] + counts["time"], counts["time"], counts.total()
    share = f"{killed} of {all_} killed ({killed / max(1, all_):.1%}; {slow} took too long)"
    print(f"{share}, {counts['survived']} survived")


if __name__ == "__main__":
    main()
