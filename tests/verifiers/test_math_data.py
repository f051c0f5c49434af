"""Against public data, where it is in reach: HARNESS_SHARED_DATA, or ../shared/data."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from harness.core import Problem
from harness.verifiers import math
from harness.verifiers.math.reading.boxes import boxed_answer

DATA = Path(os.environ.get("HARNESS_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
RECORDED = os.environ.get("HARNESS_GSM8K_SOLUTIONS")  # example_model_solutions.jsonl
MODELS = ("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification")

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no shared data")


def rows(name: str) -> list[dict[str, str]]:
    lines = (DATA / name).read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


@needs_data
def test_every_math_gold_is_its_own_solutions_answer() -> None:
    failed = []
    for row in rows("math/test.jsonl")[::5]:
        gold = boxed_answer(row["solution"]) or ""
        texts = (gold, row["solution"])
        failed += [t for t in texts if math.verify(t, gold).status != "correct"]
    assert failed == []


@needs_data
def test_every_gsm8k_gold_is_its_own_solutions_answer() -> None:
    failed = []
    for row in rows("gsm8k/test.jsonl"):
        gold = row["answer"].rpartition("####")[2].strip()
        if math.verify(row["answer"], gold).status != "correct":
            failed.append(gold)
    assert failed == []


@needs_data
def test_labelled_cases_of_other_graders() -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    wrong_positives = 0
    for row in rows("grading/dev.jsonl"):
        if row.get("ambiguous") or row.get("messy"):
            continue
        kind = "clean" if row["kind"] in ("answer", "text") else row["kind"]
        said = math.verify(row["pred"], row["gold"]).status == "correct"
        total[kind] += 1
        right[kind] += said == row["expected"]
        wrong_positives += kind == "clean" and said and not row["expected"]
    assert right["clean"] >= 0.97 * total["clean"]
    assert right["stack"] >= 0.80 * total["stack"]
    assert right["weak"] == total["weak"]
    assert wrong_positives <= 2


@needs_data
@pytest.mark.skipif(not RECORDED, reason="HARNESS_GSM8K_SOLUTIONS is not set")
def test_recorded_solutions_get_the_published_verdicts() -> None:
    verifier = math.MathVerifier()
    counts: Counter[tuple[bool, bool]] = Counter()
    lines = Path(RECORDED or "").read_text(encoding="utf-8").split("\n")
    for line, row in zip(filter(None, lines), rows("gsm8k/test.jsonl"), strict=True):
        gold = row["answer"].rpartition("####")[2].strip()
        problem = Problem(id="p", question="", gold=gold)
        for model in MODELS:
            solution = json.loads(line)[model]
            said = verifier.verify(solution["solution"], problem).status == "correct"
            counts[said, solution["is_correct"]] += 1
    assert counts == {(True, True): 2001, (False, False): 3275}
