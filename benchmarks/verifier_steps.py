"""How often the step checker flags a published solution, and how often it finds a planted error.

    python benchmarks/verifier_steps.py --data ../shared/data [--show 20]

Every equality in GSM8K's solutions counts as true (a few are not: the data has errors of its own).
Then, in every solution with a `<<…=…>>` annotation, the result of one annotation gets one digit
changed, in the annotation alone; the share that is flagged is printed.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from harness.verifiers.steps import check_steps

_RESULT = re.compile(r"<<[^<>]*=(\d+(?:\.\d+)?)>>")


def solutions(data: Path) -> Iterator[str]:
    """The solutions without their final line."""
    for part in ("test", "train"):
        for line in (data / f"gsm8k/{part}.jsonl").open(encoding="utf-8"):
            yield json.loads(line)["answer"].rpartition("####")[0]


def planted(text: str, rng: random.Random) -> str | None:
    """`text` with one digit of one annotated result changed."""
    results = list(_RESULT.finditer(text))
    if not results:
        return None
    result = rng.choice(results)
    at = rng.randrange(result.start(1), result.end(1))
    if text[at] == ".":
        return None
    return text[:at] + str((int(text[at]) + rng.randint(1, 9)) % 10) + text[at + 1 :]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--show", type=int, default=0, help="print so many flagged equalities")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    counts = dict.fromkeys((True, False, None), 0)
    faults = found = 0
    for text in solutions(args.data):
        for step in check_steps(text):
            counts[step.holds] += 1
            if step.holds is False and counts[False] <= args.show:
                around = " ".join(text[max(0, step.position - 20) : step.position + 50].split())
                print(f"  {step.text!r} in {around!r}")
        other = planted(text, rng)
        if other is not None:
            faults += 1
            found += any(s.holds is False for s in check_steps(other))
    total = sum(counts.values())
    print(
        f"{total} equalities: {counts[True]} hold, {counts[None]} cannot be checked, "
        f"{counts[False]} flagged ({counts[False] / total:.2%})"
    )
    print(f"{faults} planted errors: {found} found ({found / faults:.2%})")


if __name__ == "__main__":
    main()
