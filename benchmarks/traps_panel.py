"""What solvers that do not think score on traps of fresh seeds.

    python benchmarks/traps_panel.py [clusters a seed] [first seed] [seeds] [level]

Of each solver: the pair score on flawed pairs, its sensitivity and specificity, and the share of
all pairs solved. What is trained learns from other seeds than those it is tried on: from one, and
from as many as are tried. It fails if a pair score is above the limit.
"""

from __future__ import annotations

import sys

from harness.core import Problem
from harness.tasks.traps import TEMPLATES, Traps, cluster_items
from harness.tasks.traps.lazy import LIMIT, PANEL, solve, trained


def main(count: int = 0, first: int = 7000, seeds: int = 10, level: int = 1) -> None:
    """Print a line for each solver, and fail when one is above the limit."""
    count = count or len(TEMPLATES)

    def drawn(start: int) -> list[list[Problem]]:
        return [
            [p for c in range(count) for p in cluster_items(seed, c, language, level)]
            for seed in range(start, start + seeds)
            for language in ("en", "zh")
        ]

    fresh, others = drawn(first), drawn(first + 1000)
    problems = [p for part in fresh for p in part]
    panel = dict(PANEL)
    for name, learnt in (("one other seed", others[:2]), ("all other seeds", others)):
        seen = [p for part in learnt for p in part]
        panel |= {f"{trick}, {name}": solver for trick, solver in trained(seen).items()}
    worst = 0.0
    for name, solver in panel.items():
        found = Traps().metrics(solve(problems, solver))
        score, solved = found["pair_score"], found["pairs_solved"]
        worst = max(worst, score.value)
        print(
            f"{name:36s} pair score {score.value:.3f} [{score.low:.3f}, {score.high:.3f}] "
            f"(sensitivity {found['pair_score/sensitivity'].value:.3f}, "
            f"specificity {found['pair_score/specificity'].value:.3f}), "
            f"all pairs solved {solved.value:.3f}"
        )
    print(f"{found['pair_score'].n} flawed pairs, {solved.n} pairs")
    print(f"the highest pair score is {worst:.3f}; the limit is {LIMIT}")
    if worst > LIMIT:
        raise SystemExit(f"above {LIMIT}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
