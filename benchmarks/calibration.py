"""Coverage of the product's intervals: how often the truth lies inside, over a grid of worlds.

    python benchmarks/calibration.py              # all sections, half an hour on one core
    python benchmarks/calibration.py --only means --draws 4000
    python benchmarks/calibration.py --quick      # a part of each section
    python benchmarks/calibration.py --keep DIR   # finished sections are read, not drawn again

Every cell draws data sets from a world whose truth is known in closed form (or by quadrature), and
counts how often the interval holds it. Coverage and mean width stand beside those of other methods
on the same data. A cell is out of bounds below 93% or above 98.5% with 30 clusters or more, below
91% with 10 to 29 (by more than two standard errors of the simulation). Worst cells come first.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from calibration_choices import choices, extrapolations, frontiers, ratios
from calibration_gates import cost_gates, gates
from calibration_groups import contrasts, pairs, raters
from calibration_means import differences, means, shared
from calibration_thresholds import thresholds
from calibration_worlds import Cell

DRAWS = 1000

SECTIONS: dict[str, Callable[[int, bool], Iterator[Cell]]] = {
    "means": means,
    "differences": differences,
    "shared": shared,
    "ratios": ratios,
    "pairs": pairs,
    "contrasts": contrasts,
    "raters": raters,
    "extrapolations": extrapolations,
    "choices": choices,
    "thresholds": thresholds,
    "frontiers": frontiers,
    "gates": gates,
    "cost gates": cost_gates,
}


def run(
    section: str, draws: int = DRAWS, quick: bool = False, every: int = 1, alone: bool = False
) -> list[Cell]:
    """All cells of a section (of means: in each so-manieth world), the worst first."""
    if section == "means":
        cells = list(means(draws, quick, every, alone))
    else:
        cells = list(SECTIONS[section](draws, quick))
    return sorted(cells, key=lambda c: (-c.out(), c.held["ours"]))


def kept(
    folder: Path | None, section: str, draws: int, quick: bool, every: int, alone: bool
) -> list[Cell]:
    """`run`, but read from `folder` if it was run there before with the same arguments."""
    if folder is None:
        return run(section, draws, quick, every, alone)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{section} {draws} {every}{' quick' * quick}{' alone' * alone}.json".replace(" ", "-")
    path = folder / name
    if not path.exists():
        cells = [asdict(c) for c in run(section, draws, quick, every, alone)]
        part = path.with_suffix(".part")  # renamed when whole: an interrupted section is run again
        part.write_text(json.dumps(cells))
        part.rename(path)
    return [Cell(**values) for values in json.loads(path.read_text())]


def report(cells: Sequence[Cell], show: int) -> None:
    """Print a section: each method over all cells, then the worst cells."""
    print(f"\n## {cells[0].section}: {len(cells)} cells of {cells[0].draws} draws")
    for few in (False, True):
        part = [c for c in cells if (10 <= c.clusters < 30) == few and c.clusters >= 10]
        if not part:
            continue
        print(f"\n| {'10 to 29' if few else '30 or more'} clusters | lowest | 5% below | median | "
              "above 98.5% | out of bounds | width |\n|---|---|---|---|---|---|---|")  # fmt: skip
        for name in _methods(part):
            with_it = [c for c in part if name in c.held]
            held = np.array([c.held[name] for c in with_it])
            finite = [c for c in with_it if np.isfinite([c.width[name], c.width["ours"]]).all()]
            ratio = np.array([c.width[name] / max(c.width["ours"], 1e-12) for c in finite])
            beyond = sum(c.out(name) > 0 for c in with_it)
            print(f"| {name} | {held.min():.1%} | {np.quantile(held, 0.05):.1%} | "
                  f"{np.median(held):.1%} | {(held > 0.985).mean():.0%} | "
                  f"{beyond} of {len(with_it)} | "
                  f"{np.exp(np.log(np.maximum(ratio, 1e-9)).mean()):.2f} |")  # fmt: skip
    names = _methods(cells)
    print(f"\n| worst cells; truth | {' | '.join(names)} |\n|---|{'---|' * len(names)}")
    for c in cells[:show]:
        figures = " | ".join(
            f"{c.held[n]:.1%} ±{c.width[n] / 2:.3f}" if n in c.held else "" for n in names
        )
        print(f"| {c.world}; {c.truth:.4f} | {figures} |")


def _methods(cells: Sequence[Cell]) -> list[str]:
    """The methods that some cell has, in order; not every method fits every cell."""
    return list(dict.fromkeys(name for c in cells for name in c.held))


def main() -> None:
    """Print the sections asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=SECTIONS, action="append")
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--every", type=int, default=1, help="means: each so-manieth world")
    parser.add_argument("--alone", action="store_true", help="means: without the other methods")
    parser.add_argument("--show", type=int, default=12, help="worst cells a section")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="resume: sections already there")
    given = parser.parse_args()
    for name in given.only or SECTIONS:
        cells = kept(given.keep, name, given.draws, given.quick, given.every, given.alone)
        report(cells, given.show)


if __name__ == "__main__":
    main()
