"""How often the verifier agrees with labelled cases, seen and kept back, and golds with themselves.

    python benchmarks/verifier_accuracy.py --data ../shared/data [--suites FOLDER] [--show SUITE]

Every suite is split by a hash of the case. The `seen` half is what the rules were written with:
`--show` prints the cases of it that are judged otherwise. The `kept` half is only ever counted:
nothing here prints a case of it, so that a fit to the seen half shows as a gap.

Suites are `grading/*.jsonl` and the recorded responses of the data folder, and every `*.jsonl` of
`--suites`. A row has `gold`, `expected` (true, false) and `pred` or `text`; `question` where it is
known; `verifier` where it is not `math` but another one by rules (`choice`, with the options' texts
in `choices`). Then, for each data set in reach, how many golds are not graded correct against
themselves and their own solution's text.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from harness.core import Problem
from harness.core.registry import find
from harness.verifiers.math import MathVerifier
from harness.verifiers.math.reading.boxes import boxed_answer

REAL = ("recorded", "weak", "gsmplus", "tora", "mip")  # suites of whole responses of real models


class Case(NamedTuple):
    """One labelled judgement: `text` is right for `gold`, or not."""

    suite: str
    gold: str
    text: str
    expected: bool
    question: str = ""
    verifier: str = "math"
    choices: tuple[str, ...] = ()

    @property
    def seen(self) -> bool:
        """Whether it belongs to the half that may be looked at."""
        told = f"{self.gold}\0{self.text}".encode(errors="replace")
        return hashlib.sha256(told).digest()[0] % 2 == 0


def suite_of(name: str, row: dict[str, object]) -> str:
    """`clean` are answers and texts that are neither ambiguous nor hand-mapped garbage."""
    if name == "wordings":
        return f"wordings {row['kind']}"
    if name != "dev":
        return name
    if row["kind"] not in ("answer", "text"):
        return str(row["kind"])
    if row.get("ambiguous"):
        return "ambiguous"
    return "messy" if row.get("messy") else "clean"


def cases(data: Path, suites: Path | None) -> Iterator[Case]:
    """Every labelled case in reach."""
    files = sorted((data / "grading").glob("*.jsonl"))
    for file in files + (sorted(suites.glob("*.jsonl")) if suites else []):
        for line in file.open(encoding="utf-8"):
            row = json.loads(line)
            text = str(row["pred"] if "pred" in row else row["text"])
            yield Case(suite_of(file.stem, row), str(row["gold"]), text, bool(row["expected"]),
                       str(row.get("question") or ""), str(row.get("verifier") or "math"),
                       tuple(map(str, row.get("choices") or ())))  # fmt: skip


def recorded(data: Path) -> Iterator[Case]:
    """Whole responses of a model with another grader's verdict on each (Qwen2.5-Math's)."""
    file = data / "recorded" / "math_cot_100.jsonl"
    for line in file.open(encoding="utf-8") if file.exists() else ():
        row = json.loads(line)
        for text, right in zip(row["response"], row["score"], strict=True):
            yield Case("recorded", row["gt"], text, bool(right), row["question"])


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


def agreement(found: Iterator[Case], verifier: MathVerifier, show: str) -> Counter[tuple[str, str]]:
    """Counts by (suite, what): `seen n`, `kept right`, `kept FP` …"""
    counts: Counter[tuple[str, str]] = Counter()
    others: dict[str, Any] = {"math": verifier}
    for case in found:
        if case.verifier not in others:
            others[case.verifier] = find("verifiers", case.verifier)()
        meta = {"choices": list(case.choices)} if case.choices else {}
        problem = Problem(id="", question=case.question, gold=case.gold, meta=meta)
        verdict = others[case.verifier].verify(case.text, problem)
        said = verdict.status == "correct"
        half = "seen" if case.seen else "kept"
        counts[case.suite, f"{half} n"] += 1
        counts[case.suite, f"{half} right"] += said == case.expected
        counts[case.suite, f"{half} FN"] += case.expected and not said
        counts[case.suite, f"{half} FP"] += said and not case.expected
        if case.seen and said != case.expected and show and case.suite.startswith(show):
            print(f"  {'FN' if case.expected else 'FP'} {case.gold!r} | {case.text[-160:]!r}\n"
                  f"      {verdict.status} {verdict.answer!r} {verdict.method}: {verdict.reason}"
                 )  # fmt: skip
    return counts


def report(counts: Counter[tuple[str, str]]) -> None:
    """One row a suite, both halves, and the gap between them in points."""
    print(f"{'suite':<26}" + f"{'seen':>6}{'right':>8}{'FN':>5}{'FP':>5}"
          + f"{'kept':>7}{'right':>8}{'FN':>5}{'FP':>5}{'gap':>7}")  # fmt: skip
    for suite in sorted({suite for suite, _ in counts}):
        line, shares = f"{suite:<26}", []
        for half, width in (("seen", 6), ("kept", 7)):
            n = counts[suite, f"{half} n"]
            shares.append(counts[suite, f"{half} right"] / n if n else float("nan"))
            line += f"{n:>{width}}{shares[-1]:>8.3f}"
            line += f"{counts[suite, f'{half} FN']:>5}{counts[suite, f'{half} FP']:>5}"
        print(f"{line}{100 * (shares[0] - shares[1]):>7.1f}")


def real_responses(counts: Counter[tuple[str, str]]) -> None:
    """What is wrong of whole responses of real models, over all suites of such."""
    suites = [s for s in {suite for suite, _ in counts} if s.startswith(REAL)]
    for half in ("seen", "kept"):
        n, missed, false = (
            sum(counts[s, f"{half} {w}"] for s in suites) for w in ("n", "FN", "FP")
        )
        if n:
            print(
                f"responses of real models, {half}: {n}, {100 * (missed + false) / n:.2f}% wrong, "
                f"{false} falsely correct"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--suites", type=Path, help="a folder of more labelled suites")
    parser.add_argument("--only", default="", help="suites whose name begins so")
    parser.add_argument("--show", default="", help="print the seen cases of these suites")
    parser.add_argument("--option", action="append", default=[], metavar="KEY=VALUE")
    args = parser.parse_args()
    verifier = MathVerifier(**dict(pair.split("=", 1) for pair in args.option))
    everything = itertools.chain(cases(args.data, args.suites), recorded(args.data))
    counts = agreement(
        (c for c in everything if c.suite.startswith(args.only)), verifier, args.show
    )
    report(counts)
    real_responses(counts)
    if args.only:
        return
    total: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for name, gold, text in golds(args.data):
        total[name] += 1
        failed[name] += (
            verifier.verify(text, Problem(id="", question="", gold=gold)).status != "correct"
        )
    for name, n in total.items():
        print(f"{name:<24}{n:>6} golds, {failed[name]} not equal to themselves")


if __name__ == "__main__":
    main()
