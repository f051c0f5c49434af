"""How often the verifier agrees with labelled cases, and whether golds equal themselves.

    python benchmarks/verifier_accuracy.py --data ../shared/data [--show clean]

Prints one row per kind of `grading/dev.jsonl` (cases from the test suites of other graders), then,
for each data set in reach, how many golds are not graded correct against themselves and against
their own solution's text.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from harness.verifiers import math
from harness.verifiers.math.reading.boxes import boxed_answer


def kind_of(row: dict[str, object]) -> str:
    """`clean` are answers and texts that are neither ambiguous nor hand-mapped garbage."""
    if row["kind"] not in ("answer", "text"):
        return str(row["kind"])
    if row.get("ambiguous"):
        return "ambiguous"
    return "messy" if row.get("messy") else "clean"


def golds(data: Path) -> Iterator[tuple[str, str, str]]:
    """(data set, gold, text that must be graded correct)."""
    for line in (data / "math/test.jsonl").open(encoding="utf-8"):
        solution = json.loads(line)["solution"]
        gold = boxed_answer(solution) or ""
        yield "math", gold, gold
        yield "math (solution)", gold, solution
    for part in ("test", "train"):
        for line in (data / f"gsm8k/{part}.jsonl").open(encoding="utf-8"):
            answer = json.loads(line)["answer"]
            gold = answer.rpartition("####")[2].strip()
            yield f"gsm8k {part}", gold, gold
            yield f"gsm8k {part} (solution)", gold, answer
    for row in json.loads((data / "svamp/SVAMP.json").read_text(encoding="utf-8")):
        yield "svamp", str(row["Answer"]), str(row["Answer"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--show", help="print the cases of this kind that we judge otherwise")
    parser.add_argument("--option", action="append", default=[], metavar="KEY=VALUE")
    args = parser.parse_args()
    options = dict(pair.split("=", 1) for pair in args.option)
    counts: Counter[tuple[str, str]] = Counter()
    for line in (args.data / "grading/dev.jsonl").open(encoding="utf-8"):
        row = json.loads(line)
        kind, expected = kind_of(row), bool(row["expected"])
        verdict = math.verify(row["pred"], row["gold"], **options)
        said = verdict.status == "correct"
        counts[kind, "n"] += 1
        counts[kind, "right"] += said == expected
        counts[kind, "false positive"] += said and not expected
        counts[kind, "false negative"] += expected and not said
        if kind == args.show and said != expected:
            print(f"  {row['gold']!r} | {row['pred'][-100:]!r} | {verdict.method} {verdict.reason}")
    print(f"{'kind':<10}{'n':>5}{'right':>8}{'FN':>5}{'FP':>5}")
    for kind in ("clean", "stack", "weak", "ambiguous", "messy"):
        n = counts[kind, "n"]
        share = counts[kind, "right"] / n if n else 0
        missed, wrong = counts[kind, "false negative"], counts[kind, "false positive"]
        print(f"{kind:<10}{n:>5}{share:>8.3f}{missed:>5}{wrong:>5}")
    total: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for name, gold, text in golds(args.data):
        total[name] += 1
        failed[name] += math.verify(text, gold).status != "correct"
    for name, n in total.items():
        print(f"{name:<24}{n:>6} golds, {failed[name]} not equal to themselves")


if __name__ == "__main__":
    main()
