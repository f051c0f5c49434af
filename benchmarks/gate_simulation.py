"""False alarms, missed drops, tokens saved and coverage of the gate: prints the docs' tables.

python benchmarks/gate_simulation.py                  # 2,000 gates a line, five times as many where
python benchmarks/gate_simulation.py --gates 200      # a share near its bound is to be told from it
python benchmarks/gate_simulation.py --only coverage  # or once, looks, power, exact, savings
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from gate_worlds import FIVES, MIXED, SINGLE, Codes, Floats, World, draw, run_of
from scipy import stats

from harness.gate.judge import Looks, run_gate
from harness.gate.results import GateResult, GateVerdict
from harness.gate.rules import Rule
from harness.results.outcomes import RunOutcomes
from harness.stats import mean_interval, paired_difference
from harness.stats.power import needed_clusters, sd_limit
from harness.stats.sequential import LOOKS

VERDICTS = (GateVerdict.PASS, GateVerdict.INCONCLUSIVE, GateVerdict.REGRESSED)
Runs = list[tuple[RunOutcomes, RunOutcomes]]


def experiment(world: World, rng: np.random.Generator) -> tuple[list[Rule], Runs]:
    """A gate's rules and its old and new runs."""
    rules, runs = [], []
    for i in range(world.rules):
        old, new, codes = draw(world, rng)
        rules.append(Rule(metric="accuracy", margin=world.margin, task=f"t{i}"))
        runs.append((run_of(f"t{i}", old, codes), run_of(f"t{i}", new, codes)))
    return rules, runs


def judged(rules: list[Rule], runs: Runs, level: Callable[[float], float] = float) -> GateResult:
    """The gate on these runs."""
    new, old = [new for _, new in runs], [old for old, _ in runs]
    return run_gate(rules, new, old, level=level, part=True)  # of ten looks, the first sees little


def once(world: World, rng: np.random.Generator) -> GateVerdict:
    """The verdict of a gate that looks at the end."""
    return judged(*experiment(world, rng)).verdict


def often(
    world: World, rng: np.random.Generator, corrected: bool = True
) -> tuple[GateVerdict, float]:
    """The verdict of a gate that looks ten times, and the share of problems that it used.

    Clusters come in the order of the draw, which is random already. Not `corrected`: every look
    at the full level, as those do who look again and again at an ordinary test.
    """
    rules, runs = experiment(world, rng)
    ends = np.cumsum(world.sizes)
    counts = [int(ends[np.searchsorted(ends, share * ends[-1] - 1e-9)]) for share in LOOKS]
    counts = sorted(set(counts))
    looks = Looks([count / counts[-1] for count in counts])
    for number, count in enumerate(counts):
        part = [(_first(old, count), _first(new, count)) for old, new in runs]
        result = looks.look(
            number, lambda level, p=part: judged(rules, p, level if corrected else float)
        )
        if Looks.settled(result):
            break
    return result.verdict, count / counts[-1]


def _first(run: RunOutcomes, count: int) -> RunOutcomes:
    return replace(run, outcomes=run.outcomes[:count], planned=count)


def worlds() -> list[tuple[World, int]]:
    """The lines of the first two tables; 10 for those that are told from the level itself."""
    lines = []
    for drop, what, times in ((0.0, "no change", 1), (0.05, "drop of the margin", 5)):
        lines += [
            (World(f"{what}, 300 problems", SINGLE, drop=drop), times),
            (World(f"{what}, 30 problems", (1,) * 30, drop=drop), times),
            (World(f"{what}, 60 clusters of 5", FIVES, drop=drop, shift=0.15), times),
            (World(f"{what}, unequal clusters", MIXED, drop=drop, shift=0.15), times),
            (World(f"{what}, unequal variances", SINGLE, drop=drop, samples=(16, 1)), times),
            (World(f"{what}, ten rules", SINGLE, drop=drop, rules=10), 1),
        ]
    lines += [
        (World("no change at 100%", SINGLE, base=1.0, sway=0.0), 1),
        (World("from 100%, drop of the margin", SINGLE, drop=0.05, base=1.0, sway=0.0), 5),
    ]
    return lines


def shares(found: Counter[GateVerdict], gates: int) -> str:
    """Cells of a row."""
    return " | ".join(f"{100 * found[verdict] / gates:.1f}%" for verdict in VERDICTS)


def verdicts_once(gates: int) -> None:
    """One look at the end."""
    print("\n| one look; the truth | gates | pass | inconclusive | regressed |")
    print("|---|---|---|---|---|")
    for world, times in worlds():
        rng = np.random.default_rng(0)
        found = Counter(once(world, rng) for _ in range(gates * times))
        print(f"| {world.name} | {gates * times:,} | {shares(found, gates * times)} |", flush=True)


def verdicts_often(gates: int) -> None:
    """Ten looks, stopped as soon as the verdict is certain."""
    print("\n| up to ten looks; the truth | gates | pass | inconclusive | regressed |")
    print("|---|---|---|---|---|")
    for world, _ in worlds():
        rng = np.random.default_rng(1)
        found = Counter(often(world, rng)[0] for _ in range(gates))
        print(f"| {world.name} | {gates:,} | {shares(found, gates)} |", flush=True)
    world = World("drop of the margin, 300 problems", SINGLE, drop=0.05)
    rng = np.random.default_rng(1)
    found = Counter(often(world, rng, corrected=False)[0] for _ in range(gates))
    print(f"| {world.name}, every look at the full level | {gates:,} | {shares(found, gates)} |")


def planned() -> tuple[World, int, int]:
    """A drop of twice the margin, and the problems that see it with one look and with ten."""
    world = World("", (1,), drop=0.10)
    return (
        world,
        needed_clusters(world.sd, 0.05, step=1),
        needed_clusters(world.sd, 0.05, looks=LOOKS, step=1),
    )


def power(gates: int) -> None:
    """Power at the planned number of problems."""
    world, fixed, most = planned()
    print(f"\nplanned for power 0.9: {fixed} problems for one look, {most} at most for ten\n")
    print("| a drop of twice the margin | gates | pass | inconclusive | regressed |")
    print("|---|---|---|---|---|")
    rng = np.random.default_rng(2)
    world = replace(world, sizes=(1,) * fixed)
    count = 5 * gates
    found = Counter(once(world, rng) for _ in range(count))
    print(f"| one look, variance known | {count:,} | {shares(found, count)} |", flush=True)
    found = Counter(once(replace(world, sizes=(1,) * piloted(rng)), rng) for _ in range(gates))
    print(f"| one look, from a pilot of 300 | {gates:,} | {shares(found, gates)} |", flush=True)
    world = replace(world, sizes=(1,) * most)
    found = Counter(often(world, rng)[0] for _ in range(2 * gates))
    print(f"| ten looks | {2 * gates:,} | {shares(found, 2 * gates)} |", flush=True)


def exact(_gates: int) -> None:
    """The same power without chance: all outcomes of `planned` problems, one look, enumerated."""
    world, fixed, _ = planned()
    both = world.base**2 + world.sway**2 / 3 - world.drop * world.base  # right before and after
    better, worse = world.base - world.drop - both, world.base - both
    moves = np.arange(fixed + 1)
    found = 0.0
    for moved, chance in zip(moves, stats.binom.pmf(moves, fixed, better + worse), strict=True):
        ups = np.arange(moved + 1)
        mean, second = (2 * ups - moved) / fixed, moved / fixed
        spread = second - mean**2
        skew = (mean - 3 * mean * second + 2 * mean**3) / np.maximum(spread, 1e-12) ** 1.5
        t = stats.t.ppf(0.95, fixed - 1)
        longer = np.maximum(0.0, skew / np.sqrt(fixed) * (1 / 6 + t**2 / 3))
        called = mean + world.margin + (t + longer) * np.sqrt(spread / (fixed - 1)) < 0
        found += chance * stats.binom.pmf(ups[called], moved, better / (better + worse)).sum()
    print(f"\none look at {fixed} problems, drop of twice the margin: power {100 * found:.2f}%")


def savings(gates: int) -> None:
    """What ten looks save of the planned problems."""
    world, fixed, most = planned()
    world, rng = replace(world, sizes=(1,) * most), np.random.default_rng(4)
    print("\n| ten looks, at most", most, "problems | gates | pass | median saved | mean saved |")
    print("|---|---|---|---|---|")
    for drop, what in ((0.0, "unchanged"), (0.10, "drop of twice the margin"),
                       (0.25, "drop of five times the margin")):  # fmt: skip
        world = replace(world, drop=drop)
        results = [often(world, rng) for _ in range(gates)]
        used = np.array([share for _, share in results]) * most
        passed = 100 * sum(v is GateVerdict.PASS for v, _ in results) / gates
        for whole, name in ((fixed, f"one look's {fixed}"), (most, f"all {most}")):
            cells = f"{saved(np.median(used), whole)} | {saved(used.mean(), whole)}"
            print(f"| {what}, of {name} | {gates:,} | {passed:.1f}% | {cells} |", flush=True)


def saved(used: float, whole: int) -> str:
    """Tokens not spent, where all problems cost alike."""
    return f"{100 * (1 - used / whole):.0f}%"


def piloted(rng: np.random.Generator) -> int:
    """Problems planned from the differences seen in a pilot of 300 without a change."""
    old, new, _ = draw(World("", SINGLE), rng)
    return needed_clusters(sd_limit(float((new - old).std(ddof=1)), 300), 0.05, step=1)


def lm_eval(scores: Floats) -> tuple[float, float]:
    """lm-eval's standard error of a mean over problems, 1.96 of them."""
    half = 1.96 * scores.std(ddof=1) / np.sqrt(len(scores))
    return scores.mean() - half, scores.mean() + half


def repeats(scores: Floats, samples: int) -> tuple[float, float]:
    """1.96·sqrt(p(1-p)/(problems · samples)): every repeat a problem of its own (MathArena)."""
    p = scores.mean()
    half = 1.96 * np.sqrt(p * (1 - p) / (len(scores) * samples))
    return p - half, p + half


def coverage(gates: int) -> None:
    """Coverage of 95% intervals: ours, and two formulas in use."""
    print("\n| 95% interval of an accuracy | ours | lm-eval's | repeats as problems |")
    print("|---|---|---|---|")
    rng = np.random.default_rng(3)
    cases = [("30 problems, 1 sample", (1,) * 30, 1, 0.8, 0.2),
             ("30 problems, 4 samples", (1,) * 30, 4, 0.6, 0.4),
             ("300 problems, 4 samples", SINGLE, 4, 0.6, 0.4),
             ("60 clusters of 5, 1 sample", FIVES, 1, 0.6, 0.4),
             ("60 clusters of 5, 4 samples", FIVES, 4, 0.6, 0.4),
             ("unequal clusters, 1 sample", MIXED, 1, 0.6, 0.2),
             ("unequal clusters, 4 samples", MIXED, 4, 0.6, 0.4),
             ("12 clusters of 5, 4 samples", (5,) * 12, 4, 0.6, 0.4),
             ("300 problems near 97%", SINGLE, 1, 0.97, 0.03)]  # fmt: skip
    for name, sizes, samples, base, sway in cases:
        codes = np.repeat(np.arange(len(sizes)), sizes)
        hits = np.zeros(3)
        for _ in range(gates):
            truth = base if len(sizes) > 1 else 0.0
            chance = base + sway * rng.uniform(-1, 1, len(sizes))
            scores = rng.binomial(samples, chance[codes]) / samples
            ours = mean_interval(scores, codes.tolist())
            for i, (low, high) in enumerate(
                [(ours.low, ours.high), lm_eval(scores), repeats(scores, samples)]
            ):
                hits[i] += low <= truth <= high
        print(f"| {name} | {' | '.join(f'{100 * h / gates:.1f}%' for h in hits)} |", flush=True)
    differences(gates, rng)


def differences(gates: int, rng: np.random.Generator) -> None:
    """Coverage of the paired difference."""
    print("\n| 95% interval of a difference | ours | unpaired, no clusters |\n|---|---|---|")
    for world in (
        World("30 problems", (1,) * 30),
        World("300 problems", SINGLE, drop=0.05),
        World("60 clusters of 5", FIVES, shift=0.15),
        World("unequal clusters", MIXED, shift=0.15),
        World("from 100%, drop of 5 points", SINGLE, drop=0.05, base=1.0, sway=0.0),
    ):
        hits = np.zeros(2)
        for _ in range(gates):
            old, new, codes = draw(world, rng)
            ours = paired_difference(new, old, codes.tolist())
            hits += [ours.low <= -world.drop <= ours.high, _unpaired(old, new, codes, world.drop)]
        print(
            f"| {world.name} | {' | '.join(f'{100 * h / gates:.1f}%' for h in hits)} |", flush=True
        )


def _unpaired(old: Floats, new: Floats, _codes: Codes, drop: float) -> bool:
    """lm-eval's way: two standard errors, as if of different problems."""
    half = 1.96 * np.sqrt((old.var(ddof=1) + new.var(ddof=1)) / len(old))
    return bool(abs(new.mean() - old.mean() + drop) <= half)


PARTS = {
    "once": verdicts_once,
    "looks": verdicts_often,
    "power": power,
    "exact": exact,
    "savings": savings,
    "coverage": coverage,
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gates", type=int, default=2000)
    parser.add_argument("--only", choices=sorted(PARTS))
    given = parser.parse_args()
    print(f"{given.gates} gates a line, confidence 0.95, margin 5 points, fixed seeds")
    for name, part in PARTS.items():
        if given.only in (None, name):
            part(given.gates)


if __name__ == "__main__":
    main()
