"""What a pilot predicts of a study, beside what the study then generates.

    python benchmarks/study_forecast.py [STUDY.toml [SHARE]]

Prints predicted and spent tokens of each model and task, and their ratio. The pilot's own tokens
are on neither side. Everything runs in a database of its own.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from harness import Study

EXAMPLE = Path(__file__).parents[1] / "examples" / "embedded.toml"


def generated(study: Study) -> dict[tuple[str, str], int]:
    """Tokens that all stored runs have paid for, by model and task."""
    found: dict[tuple[str, str], int] = {}
    for report in study.reports():
        key = report.model, report.task
        found[key] = found.get(key, 0) + (report.spent.output_tokens or 0)
    return found


def main() -> None:
    """Pilot, run, compare."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE
    share = float(sys.argv[2]) if len(sys.argv) > 2 else 0.05
    with tempfile.TemporaryDirectory() as folder:
        study = Study.load(file, db=Path(folder) / "study.sqlite")
        predicted = study.plan(pilot=share)
        pilot = generated(study)
        result = study.run()
        spent = {key: tokens - pilot[key] for key, tokens in generated(study).items()}
    total = predicted.tokens
    assert total is not None
    print(f"{file.name}, a pilot of {share:.0%}")
    for cell in predicted:
        assert cell.tokens is not None
        key = cell.model, cell.task
        ratio = cell.tokens.value / spent[key]
        print(f"  {cell.model} on {cell.task}: {cell.tokens.value:,.0f} predicted, "
              f"{spent[key]:,} spent, ratio {ratio:.3f}")  # fmt: skip
    print(f"  in all: {total.value:,.0f} [{total.low:,.0f}, {total.high:,.0f}] predicted, "
          f"{result.generated:,} spent, ratio {total.value / result.generated:.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
