"""Recorded outputs of models graded again, beside the figures that were published on them.

    python benchmarks/recorded_figures.py --gsm-plus CHECKOUT [--show 3]

CHECKOUT is github.com/qtli/GSM-Plus (Li et al. 2024, arXiv 2402.19255), whose `results/` hold what
models answered to GSM8K's 1,319 test problems, with labels of its own, and the accuracies that the
paper prints. Ours is the `math` verifier on the whole responses, as `harness regrade` would have
it. Files that a checkout lacks are left out and named; SEGO's hold programs without their output
and cannot be graded. `--show N` prints N responses a model that we judge otherwise than the labels.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from harness.core import Problem, Status
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


def main() -> None:
    """See the top of the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gsm-plus", type=Path, required=True)
    parser.add_argument("--show", type=int, default=0)
    asked = parser.parse_args()
    results = asked.gsm_plus / "results"
    published = json.loads((results / "model_performance_all.json").read_text(encoding="utf-8"))
    verifier, missing = MathVerifier(), []
    print(f"{'model':<16}{'published':>10}{'labels':>8}{'ours':>8}{'95%':>16}{'otherwise':>11}")
    for name, model in FILES.items():
        file = results / "gsm8k_results" / name
        if not file.is_file() or not file.stat().st_size:
            missing.append(name)
            continue
        rows, right, otherwise = list(read(file)), 0, []
        for row in rows:
            problem = Problem(id="", question=row.question, gold=row.gold)
            verdict = verifier.verify(row.text, problem)
            right += verdict.status is Status.CORRECT
            if (verdict.status is Status.CORRECT) != row.label:
                otherwise.append((row, verdict))
        low, high = wilson(right, len(rows))
        shares = (100 * sum(r.label for r in rows) / len(rows), 100 * right / len(rows))
        print(
            f"{model:<16}{float(published[model]['gsm8k']):>10.2f}{shares[0]:>8.2f}{shares[1]:>8.2f}"
            f"{f'{100 * low:.2f} to {100 * high:.2f}':>16}{len(otherwise):>11}"
        )
        for row, verdict in otherwise[: asked.show]:
            print(f"  labelled {row.label}, gold {row.gold}: {verdict.status} {verdict.answer!r}")
            print(f"    … {row.text[-160:]!r}")
    if missing:
        print(f"not in this checkout: {', '.join(missing)}")


if __name__ == "__main__":
    main()
