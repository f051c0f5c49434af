"""Algorithmic traces in and out of the lengths that a model has learnt.

    python benchmarks/clrs_lengths.py --algorithms minimum --examples 6000

`tiny-s` is trained further on runs of some algorithms of lengths 4 to 8 (the training part of
`clrs`), and then writes runs of the evaluation part greedily, of lengths 4 to 8 and of longer ones.
Printed are the share of outputs that are wholly right and the mean score (elements right in their
places), with intervals over problems. Needs the extra `train`; a million tokens take some five
minutes of one CPU.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from harness.analysis.star import StarRow
from harness.core import Status, UsageError
from harness.results.samples import iter_samples
from harness.run.evaluate import evaluate
from harness.stats import mean_interval
from harness.store import open_store
from harness.tasks.clrs import clrs_problem, clrs_runs
from harness.train.star import StarConfig, fit
from harness.train.tokens import ASSISTANT, USER

NAMES = ("binary_search", "bfs", "insertion_sort", "minimum")  # unless told
LEARNT, LONGER = (4, 8), ((9, 12), (13, 16))


def rows(names: Sequence[str], examples: int) -> list[StarRow]:
    """Runs to learn: the bare problem, then its states and output, without a thought.

    The algorithms and lengths take turns; one whose problems have all been drawn drops out.
    """
    lengths = range(LEARNT[0], LEARNT[1] + 1)
    sources = [clrs_runs(1, (name,), (n,), "training") for name in names for n in lengths]
    made: list[StarRow] = []
    while sources and len(made) < examples:
        for source in list(sources):
            try:
                name, length, run = next(source)
            except UsageError:
                sources.remove(source)
                continue
            problem = clrs_problem(str(len(made)), name, length, run, trace=True)
            made.append(
                StarRow(
                    prompt=f"{USER}{problem.question}{ASSISTANT}",
                    completion=problem.gold or "",
                    problem=problem.id,
                    sample=problem.id,
                    source="sampled",
                )
            )
    return made[:examples]


def main() -> None:
    """See the top of the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--algorithms", default=",".join(NAMES), help="separated by commas")
    parser.add_argument("--examples", type=int, default=6000)
    parser.add_argument("--problems", type=int, default=40)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    names = asked.algorithms.split(",")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "model"
        config = StarConfig(
            folder=folder, epochs=1, threads=asked.threads, learning_rate=1e-3, batch_tokens=2048
        )
        fit(config, rows(names, asked.examples), lambda line: print(line, flush=True))
        print(f"{'algorithm':<16}{'lengths':>8}  {'wholly right':<24}mean score")
        for name in names:
            for low, high in (LEARNT, *LONGER):
                measure(folder, name, (low, high), asked.problems, Path(made) / "t.sqlite")


def measure(folder: Path, name: str, lengths: tuple[int, int], limit: int, db: Path) -> None:
    """One line of the table."""
    task = f"clrs:algorithm={name},length={lengths[0]}..{lengths[1]}"
    done = evaluate(f"onnx:{folder}", task, "greedy", limit=limit, db=db, prompt="{{ question }}")
    with open_store(db) as store:
        views = list(iter_samples(store, done.reports[0].id))
    verdicts = [view.verdict for view in views if view.verdict is not None]
    exact = mean_interval([float(v.status is Status.CORRECT) for v in verdicts])
    score = mean_interval([float(v.score or 0.0) for v in verdicts])
    shown = [f"{e.value:.2f} [{e.low:.2f}, {e.high:.2f}]" for e in (exact, score)]
    print(f"{name:<16}{f'{lengths[0]}-{lengths[1]}':>8}  {shown[0]:<24}{shown[1]}", flush=True)


if __name__ == "__main__":
    main()
