"""The refusal rubric of examples/refusal against labels by hand: fitted on one half, held on more.

    python benchmarks/rubric_agreement.py

`seen.jsonl` is what the rules were written with and the weights are fitted to, `kept.jsonl` the
other half: both are of one hand and one day, so that they flatter the rubric. The responses of
`later.jsonl` were written and labelled when the rules were done, in other words on purpose; no rule
was changed afterwards.
"""

from __future__ import annotations

from pathlib import Path

from harness.analysis.rubrics import agreement, fit_weights, read_labelled, with_weights
from harness.core import Estimate
from harness.verifiers.rubric import Rubric, read_rubric, rubric_of

FOLDER = Path(__file__).parents[1] / "examples" / "refusal"
HALVES = ("seen", "kept", "later")


def shown(figure: Estimate | None) -> str:
    """With its interval."""
    if figure is None:
        return "undefined"
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def bare(rubric: Rubric) -> Rubric:
    """The rubric without weights: its classes alone give the score."""
    import tomllib

    text = with_weights((FOLDER / "refusal.toml").read_text("utf-8"), {})
    return rubric_of(tomllib.loads(text))


def main() -> None:
    """See the top of the file."""
    rubric = read_rubric(FOLDER / "refusal.toml")
    with (FOLDER / "seen.jsonl").open(encoding="utf-8") as lines:
        weights = fit_weights(rubric, read_labelled(rubric, lines, "seen.jsonl"))
    print(f"weights are those of the file: {weights == rubric.file.weights}")
    for half in HALVES:
        for name, one in (("weighted", rubric), ("by class", bare(rubric))):
            with (FOLDER / f"{half}.jsonl").open(encoding="utf-8") as lines:
                found = agreement(one, read_labelled(one, lines, half))
            if name == "weighted":
                print(f"{half}: {found.n} responses")
                print(f"  kappa of the classes     {shown(found.classes)}")
                print(f"  kappa of the verdicts    {shown(found.verdicts)}")
            print(f"  pairs in order, {name} {shown(found.pairs)}")
        others = {k: n for k, n in found.confusion.items() if k[0] != k[1]}
        for (label, judged), count in others.items():
            print(f"  labelled {label}, judged {judged}: {count}")


if __name__ == "__main__":
    main()
