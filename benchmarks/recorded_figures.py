"""Recorded outputs of models graded again, beside the figures that were published on them.

    python benchmarks/recorded_figures.py --gsm-plus CHECKOUT [--show 3]
    python benchmarks/recorded_figures.py --skythought CHECKOUT [--show 3]
    python benchmarks/recorded_figures.py --platinum CHECKOUT [--show 3]

The first is github.com/qtli/GSM-Plus (Li et al. 2024, arXiv 2402.19255), whose `results/` hold what
models answered to GSM8K's 1,319 test problems, with labels of its own, and the accuracies that the
paper prints. SEGO's files hold programs without their output and cannot be graded.

The second is github.com/NovaSky-AI/SkyThought (Apache-2.0; Li et al. 2025, arXiv 2502.07374) at
6840eb7, which committed what Qwen2.5's evaluation suite recorded of its models on AIME 2024, AMC
2023, MATH-500, Minerva and OlympiadBench: each response with that suite's label, and its accuracy.

The third is github.com/evendrow/platinum-bench-website, whose `public/errors/` hold the responses
that the authors of GSM8K-Platinum (Vendrow et al. 2025, arXiv 2502.03461) count as errors, and no
others: none of them is right.

Ours is the `math` verifier on the whole responses, as `harness regrade` would have it. Files that a
checkout lacks are left out and named. `--show N` prints N responses a model that we judge otherwise
than the labels.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from harness.core import Problem, Status, Verdict
from harness.stats import wilson
from harness.verifiers.math import MathVerifier

# The published name of each file of results/gsm8k_results.
FILES = {
    "gpt4.json": "GPT-4",
    "gpt-3.5-turbo.json": "GPT-3.5-Turbo",
    "llama2_7b.json": "LLaMA-2-7B",
    "llama2_13b.json": "LLaMA-2-13B",
    "llama2_70b.json": "LLaMA-2-70B",
    "mistral_7b.json": "Mistral-7B",
    "codellama_7b.json": "CodeLlama-7B",
    "codellama_13b.json": "CodeLlama-13B",
    "codellama_34b.json": "CodeLlama-34B",
    "abel_7b.json": "Abel-7B",
    "abel_13b.json": "Abel-13B",
    "abel_70b.json": "Abel-70B",
    "metamath_7b.json": "MetaMath-7B",
    "metamath_13b.json": "MetaMath-13B",
    "metamath_70b.json": "MetaMath-70B",
    "tora_7b.jsonl": "ToRA-7B",
    "tora_13b.jsonl": "ToRA-13B",
}


class Recorded(NamedTuple):
    """One response: what was asked, the gold answer, what was said, and the label that it has."""

    question: str
    gold: str
    text: str
    label: bool


def read(file: Path) -> Iterator[Recorded]:
    """The responses of a file, whichever of its three forms it has."""
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines() if file.suffix == ".jsonl" else []
    rows: list[Mapping[str, Any]] = [*map(json.loads, lines)] if lines else json.loads(text)
    for row in rows:
        said = row.get("model_prediction", row.get("completion", row.get("code")))
        gold = str(row.get("gt", row.get("answer"))).rpartition("####")[2].strip()
        asked = row.get("question", row.get("input", ""))
        yield Recorded(asked, gold, said[0] if isinstance(said, list) else said, row["result"])


class Outcome(NamedTuple):
    """A file graded again: shares in percent, and what is judged otherwise than labelled."""

    labels: float
    ours: float
    low: float
    high: float
    otherwise: list[tuple[Recorded, Verdict]]


def grade(verifier: MathVerifier, rows: list[Recorded]) -> Outcome:
    """Grade the responses of one file."""
    right, otherwise = 0, []
    for row in rows:
        verdict = verifier.verify(row.text, Problem(id="", question=row.question, gold=row.gold))
        right += verdict.status is Status.CORRECT
        if (verdict.status is Status.CORRECT) != row.label:
            otherwise.append((row, verdict))
    low, high = wilson(right, len(rows))
    labels = sum(row.label for row in rows)
    return Outcome(
        100 * labels / len(rows), 100 * right / len(rows), 100 * low, 100 * high, otherwise
    )


def gsm_plus(checkout: Path) -> Iterator[tuple[str, float, list[Recorded] | str]]:
    """Each model with its published accuracy and its responses, or the name of the lacking file."""
    results = checkout / "results"
    published = json.loads((results / "model_performance_all.json").read_text(encoding="utf-8"))
    for name, model in FILES.items():
        file = results / "gsm8k_results" / name
        there = file.is_file() and file.stat().st_size
        yield model, float(published[model]["gsm8k"]), list(read(file)) if there else name


def skythought(checkout: Path) -> Iterator[tuple[str, float, list[Recorded] | str]]:
    """The same of each model and data set; the gold as published where a row has it (`answer`)."""
    outputs = checkout / "skythought/Qwen2.5-Math/evaluation/outputs"
    found = [(f.parent.name, str(f.relative_to(outputs).parents[2]), f)
             for f in outputs.rglob("*_metrics.json")]  # fmt: skip
    for data, model, metrics in sorted(found):
        stem = metrics.name.rpartition("_e-1")[0] + "_e-1.jsonl"
        file = metrics.with_name(stem)
        name = f"{data} {model.removeprefix('home/ubuntu/').split('/', 1)[1]}"
        accuracy = float(json.loads(metrics.read_text(encoding="utf-8"))["acc"])
        if not file.is_file():
            yield name, accuracy, f"{name}: {stem}"
            continue
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        yield (
            name,
            accuracy,
            [
                Recorded(
                    row["question"],
                    str(row.get("answer", row["gt"])),
                    row["code"][0],
                    row["score"][0],
                )
                for row in rows
            ],
        )


def platinum(checkout: Path) -> Iterator[tuple[str, float, list[Recorded] | str]]:
    """The same of each model's errors on GSM8K-Platinum."""
    file = checkout / "public" / "errors" / "errors_gsm8k_full.json"
    for model, errors in json.loads(file.read_text(encoding="utf-8")).items():
        asked = (one["prompt"].partition("\n\n")[2] for one in errors)
        yield (
            model,
            0.0,
            [
                Recorded(question, one["platinum_target"][0], one["explanation"], False)
                for one, question in zip(errors, asked, strict=True)
            ],
        )


def main() -> None:
    """See the top of the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--gsm-plus", type=Path)
    source.add_argument("--skythought", type=Path)
    source.add_argument("--platinum", type=Path)
    parser.add_argument("--show", type=int, default=0)
    asked = parser.parse_args()
    sources = {"gsm_plus": gsm_plus, "skythought": skythought, "platinum": platinum}
    [files] = [of(vars(asked)[name]) for name, of in sources.items() if vars(asked)[name]]
    verifier, missing = MathVerifier(), []
    print(
        f"{'':<58}{'rows':>5}{'published':>10}{'labels':>8}{'ours':>8}{'95%':>16}{'otherwise':>10}"
    )
    for name, published, rows in files:
        if isinstance(rows, str):
            missing.append(rows)
            continue
        done = grade(verifier, rows)
        print(
            f"{name:<58}{len(rows):>5}{published:>10.2f}{done.labels:>8.2f}{done.ours:>8.2f}"
            f"{f'{done.low:.2f} to {done.high:.2f}':>16}{len(done.otherwise):>10}"
        )
        for row, verdict in done.otherwise[: asked.show]:
            print(f"  labelled {row.label}, gold {row.gold}: {verdict.status} {verdict.answer!r}")
            print(f"    … {row.text[-160:]!r}")
    if missing:
        print("not in this checkout:", *missing, sep="\n  ")


if __name__ == "__main__":
    main()
