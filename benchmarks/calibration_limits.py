"""What no interval of a paired difference can do: how rarely it may miss where little differs.

Right-or-wrong scores of two runs differ on few of n problems, one way as often as the other: the
true difference is 0. How often 0 lies outside the interval is bounded, for all intervals that

- are mirrored if the runs change places,
- exclude 0 at (b + 1, c) and at (b, c - 1) if they do at (b, c), b better and c worse, b > c, and
- hold 0 in at least `least` of draws, however many problems differ.

The sets of (b, c) that exclude 0 are then those of an integer program, solved exactly.

    python benchmarks/calibration_limits.py     # the bound, and what our interval does
"""

from __future__ import annotations

import numpy as np
from calibration_worlds import Floats
from scipy import optimize, sparse, stats

from harness.stats import paired_difference

MOST = 10  # problems that differ; more count as excluded, which only makes the bound weaker


def outcomes() -> list[tuple[int, int]]:
    """(better, worse) with more better than worse, of at most `MOST` together."""
    return [(b, c) for b in range(MOST + 1) for c in range(b) if b + c <= MOST]


def chances(problems: int, differing: float) -> tuple[Floats, float]:
    """Of each outcome or its mirror image, and of more than `MOST`; `differing`: expected."""
    share = differing / problems
    of_m = stats.binom.pmf(np.arange(MOST + 1), problems, share)
    found = [2 * of_m[b + c] * stats.binom.pmf(b, b + c, 0.5) for b, c in outcomes()]
    return np.array(found), float(stats.binom.sf(MOST, problems, share))


def lowest_coverage(problems: int, differing: float, least: float = 0.93) -> float:
    """The least coverage of 0 that an interval of this kind can have."""
    places = {outcome: i for i, outcome in enumerate(outcomes())}
    own, beyond = chances(problems, differing)
    pairs = [
        (i, places[other])
        for (b, c), i in places.items()
        for other in ((b + 1, c), (b, c - 1))
        if other in places
    ]
    order = sparse.lil_array((len(pairs), len(places)))
    for row, (one, other) in enumerate(pairs):
        order[row, one], order[row, other] = 1, -1
    levels = np.array([chances(problems, x)[0] for x in np.linspace(0.25, MOST / 2, 20)])
    solved = optimize.milp(
        -own,
        integrality=np.ones(len(places)),
        bounds=optimize.Bounds(0, 1),
        constraints=[
            optimize.LinearConstraint(order.tocsr(), -np.inf, 0),
            optimize.LinearConstraint(levels, -np.inf, 1 - least),
        ],
    )
    return 1 + float(solved.fun) - beyond


def own_coverage(problems: int, differing: float) -> float:
    """How often `paired_difference` covers 0."""
    covered = stats.binom.cdf(MOST, problems, differing / problems)
    for (b, c), chance in zip(outcomes(), chances(problems, differing)[0], strict=True):
        scores = [1.0] * b + [0.0] * (problems - b)
        found = paired_difference(scores, [0.0] * b + [1.0] * c + [0.0] * (problems - b - c))
        covered -= chance * (found.low > 0)
    return float(covered)


def main() -> None:
    """Print the table of docs/statistics.md."""
    print("| problems that differ, of 30, on average | coverage at least | ours |\n|---|---|---|")
    for differing in (0.5, 1, 1.5, 2, 2.5, 3, 4):
        bound = lowest_coverage(30, differing, 0.95)
        print(f"| {differing} | {bound:.2%} | {own_coverage(30, differing):.2%} |", flush=True)


if __name__ == "__main__":
    main()
