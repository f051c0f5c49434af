"""Speed and errors on labelled pairs made from real golds, beside Math-Verify.

    python benchmarks/verifier_speed.py --data ../shared/data --pairs 20000 --peer 20000

The pairs are those of `verifier_pairs.py`: half equal, half near misses. One process, no pool; the
time of each pair is taken alone. Math-Verify gets `$…$` around bare answers and around golds, as
its authors advise, and its own parsing and settings. `--rules` counts the errors of each rule.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from verifier_pairs import Pair, make_pairs

from harness.verifiers import math

BLOCK = 500  # pairs that one of the two judges before the other does


def ours(pair: Pair) -> bool:
    return math.verify(pair.answer, pair.gold).status == "correct"


def math_verify(pair: Pair) -> bool:
    from math_verify import parse, verify

    answer = pair.answer if pair.wrapped else f"${pair.answer}$"
    try:
        return bool(verify(parse(f"${pair.gold}$"), parse(answer)))
    except Exception:  # noqa: BLE001 - whatever the peer raises is a "no"
        return False


@dataclass(frozen=True)
class Judged:
    """One pair: seconds of CPU and of wall time, and what was said."""

    cpu: float
    wall: float
    said: bool


def judge(grade: Callable[[Pair], bool], pairs: list[Pair]) -> list[Judged]:
    """Judge the pairs in order; Ctrl-C ends it early, with those that are done."""
    judged: list[Judged] = []
    gc.collect()
    gc.freeze()  # neither pays for looking through the other's objects
    with contextlib.suppress(KeyboardInterrupt):
        for pair in pairs:
            cpu, wall = time.process_time(), time.perf_counter()
            said = grade(pair)
            judged.append(Judged(time.process_time() - cpu, time.perf_counter() - wall, said))
    return judged


def report(name: str, pairs: list[Pair], judged: list[Judged], *, show: bool, rules: bool) -> None:
    """Print one row for as many pairs as were judged."""
    done = list(zip(pairs, judged, strict=False))
    errors = Counter(
        ("missed" if pair.equal else "wrong", pair.rule) for pair, j in done if j.said != pair.equal
    )
    kinds = Counter(kind for kind, _ in errors.elements())
    cpu, wall = sorted(j.cpu for j in judged), sum(j.wall for j in judged)
    print(
        f"{name:<12} {len(done)} pairs  {len(done) / sum(cpu):8.1f}/s of CPU time "
        f"({len(done) / wall:.1f}/s of wall time)  median {1000 * cpu[len(cpu) // 2]:.3f} ms  "
        f"p99 {1000 * cpu[len(cpu) * 99 // 100]:.2f} ms  max {1000 * cpu[-1]:.0f} ms  "
        f"false negatives {kinds['missed']} of {sum(p.equal for p, _ in done)}  "
        f"false positives {kinds['wrong']} of {sum(not p.equal for p, _ in done)}",
        flush=True,
    )
    if show:
        for pair, j in done:
            if j.said != pair.equal:
                print(f"    {pair.rule}: {pair.gold!r} | {pair.answer!r}")
    if rules:
        for (kind, rule), count in errors.most_common():
            print(f"    {kind:<7} {rule:<24} {count}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--peer", type=int, default=0, help="pairs for Math-Verify (slow); 0: none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print our disagreements")
    parser.add_argument("--rules", action="store_true", help="count errors by rule")
    args = parser.parse_args()
    pairs = make_pairs(args.data, args.pairs, args.seed)
    mine: list[Judged] = []
    peer: list[Judged] = []
    for start in range(0, len(pairs), BLOCK):  # in turns: whatever else runs slows both
        block = pairs[start : start + BLOCK]
        mine += judge(ours, block)
        peer += judge(math_verify, block[: max(0, args.peer - start)])
    report("harness", pairs, mine, show=args.show, rules=args.rules)
    if args.peer:
        same = mine[: len(peer)]
        if len(same) < len(mine):
            report("harness", pairs, same, show=False, rules=False)
        report("math-verify", pairs, peer, show=False, rules=args.rules)
        ratio = sum(j.cpu for j in peer) / sum(j.cpu for j in same)
        print(f"speed ratio {ratio:.0f} (CPU time)")


if __name__ == "__main__":
    main()
