"""Does the dial of difficulty bite: accuracy on traps by level and by thinking budget.

    python benchmarks/traps_levels.py [MODEL] [problems] [levels] [budgets]

For example `onnx:tiny-m 152 1,2,3,4 think@{16,64}`. Of each level and budget: accuracy on the
originals and controls, which have an answer (the concept questions are the same at every level),
the pair score and the generated tokens a problem, with 95% intervals by cluster.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import harness


def main(
    model: str = "onnx:tiny-m",
    problems: str = "152",
    levels: str = "1,2,3,4",
    budgets: str = "think@{16,64,256}",
) -> None:
    """Print a line for each level and budget."""
    with tempfile.TemporaryDirectory() as folder:
        for level in levels.split(","):
            result = harness.evaluate(
                model,
                f"traps:level={level},lang=en",
                budgets,
                limit=int(problems),
                db=str(Path(folder) / "levels.sqlite"),
            )
            for report in result.reports:
                figures = {
                    name: report.metrics[name]
                    for name in ("accuracy/original", "accuracy/control", "pair_score")
                }
                shown = ", ".join(
                    f"{name} {f.value:.3f} [{f.low:.3f}, {f.high:.3f}]"
                    for name, f in figures.items()
                )
                tokens = report.charged.output_tokens / report.accuracy.n
                print(f"level {level}, {report.budget}: {shown}, {tokens:.0f} tokens", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
