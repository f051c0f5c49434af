"""20,000 items of each generated task over 50 seeds: unique, repeatable, golds and lures graded.

    python benchmarks/generated_check.py [items] [seeds]

Every gold answer is also found again by code that did not generate it: decimals from the words of
the question, arithmetic by Python's own grammar in exact fractions, traps by their certificates.
"""

from __future__ import annotations

import ast
import functools
import operator
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction

from harness.core import DataSource, HarnessError, Problem, Status, registry
from harness.core.protocols import Task, Verifier
from harness.tasks._check import answer_text
from harness.tasks.decimals.certify import certify as certify_decimals
from harness.tasks.traps import certify as certify_traps

OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


def value(node: ast.expr) -> Fraction:
    """Evaluate an expression whose numbers are quoted, so that none becomes a float."""
    if isinstance(node, ast.Constant):
        return Fraction(node.value)
    assert isinstance(node, ast.BinOp)
    return OPERATIONS[type(node.op)](value(node.left), value(node.right))


def certify_arithmetic(problem: Problem) -> None:
    """Raise HarnessError unless the gold is the value of the question's expression."""
    text = re.search(r"[(\d][-+*.()\d ]*[\d)]", problem.question)
    quoted = re.sub(r"[\d.]+", lambda m: f'"{m[0]}"', text[0]) if text else "''"
    if value(ast.parse(quoted, mode="eval").body) != Fraction(problem.gold or "0"):
        raise HarnessError(f"{problem.id}: {problem.question!r} is not {problem.gold}")


CERTIFY: dict[str, Callable[[Problem], None]] = {
    "arithmetic": certify_arithmetic,
    "decimals": certify_decimals,
    "traps": certify_traps,
}


def defects(task: Task, seed: int, count: int, verifier: Verifier) -> tuple[Counter[str], set[str]]:
    """What is wrong with one seed's problems, by kind; and their ids."""
    source = DataSource(limit=count, options={"seed": str(seed)})
    problems = task.load(source)
    found: Counter[str] = Counter()
    ids, questions = {p.id for p in problems}, {p.question for p in problems}
    found["missing"] = count - len(problems)
    found["ids"], found["questions"] = count - len(ids), count - len(questions)
    again = task.load(DataSource(limit=count // 8, options={"seed": str(seed)}))
    found["repeatable"] = sum(p != q for p, q in zip(problems, again, strict=False))
    for p in problems:
        try:
            CERTIFY[task.name](p)
        except HarnessError as error:
            print(error)
            found["certificate"] += 1
        for kind, text, wanted in (
            ("gold", p.gold, Status.CORRECT),
            ("lure", p.lure, Status.LURED),
        ):
            if kind == "gold" or text is not None:
                verdict = verifier.verify(answer_text(p, text), p)
                found[kind] += verdict.status is not wanted
    return found, ids


def check_seed(name: str, seed: int, count: int) -> tuple[Counter[str], set[str]]:
    """`defects` of a task by its name."""
    task: Task = registry.find("tasks", name)()
    spec = task.verifier()
    return defects(task, seed, count, registry.find("verifiers", spec.name)(**spec.args))


def main(items: int = 20_000, seeds: int = 50) -> int:
    """Print counts, defects and seconds for each task; 1 when there is a defect."""
    total, bad = time.perf_counter(), 0
    with ProcessPoolExecutor(max_workers=2) as pool:
        for name in CERTIFY:
            start = time.perf_counter()
            check_one = functools.partial(check_seed, name, count=items // seeds)
            results = list(pool.map(check_one, range(seeds)))
            found = sum((one for one, _ in results), Counter())
            ids = set().union(*(names for _, names in results))
            bad += sum(found.values()) + (len(ids) != items)
            seconds = time.perf_counter() - start
            print(f"{name}: {len(ids)} ids, defects {dict(found)}, {seconds:.1f} s", flush=True)
    print(f"{time.perf_counter() - total:.1f} s in all, two processes")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
