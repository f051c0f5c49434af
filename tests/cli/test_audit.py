"""`harness audit`: a list to label, and the labels read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import api


@pytest.fixture
def run(stub_eval: Callable[..., Any]) -> str:
    stub_eval("--budget", "sample@4")
    (report,) = api.show()
    return report.id


def test_labels_that_agree_leave_the_accuracy_as_it_is(
    cli: Callable[..., Any], run: str, tmp_path: Path
) -> None:
    listed = cli("audit", run, "--count", "99")
    rows = [json.loads(line) for line in listed.out.splitlines()]
    assert len(rows) == len(api.samples(run))
    assert all(row["label"] is None for row in rows)
    for row in rows:
        row["label"] = row["verdict"] == "correct"
    (tmp_path / "labels.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found = json.loads(cli("audit", run, "--labels", "labels.jsonl", "--json").out)
    assert found["error_rate"]["value"] == 0
    assert found["corrected_accuracy"]["value"] == pytest.approx(found["accuracy"]["value"])
    text = cli("audit", run, "--labels", "labels.jsonl").out
    assert "corrected accuracy" in text


def test_every_wrong_verdict_is_put_right(
    cli: Callable[..., Any], run: str, tmp_path: Path
) -> None:
    rows = [json.loads(x) for x in cli("audit", run, "--count", "99").out.splitlines()]
    for row in rows:
        row["label"] = True
    (tmp_path / "labels.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found = json.loads(cli("audit", run, "--labels", "labels.jsonl", "--json").out)
    assert found["corrected_accuracy"]["value"] == pytest.approx(1.0)
    wrong = sum(row["verdict"] != "correct" for row in rows)
    assert found["error_rate"]["value"] == pytest.approx(wrong / len(rows))


def test_a_draw_is_repeatable_and_another_seed_is_another(
    cli: Callable[..., Any], run: str
) -> None:
    first, again, other = (
        cli("audit", run, "--count", "5", "--seed", seed).out for seed in (0, 0, 1)
    )
    assert first == again != other
    assert len(first.splitlines()) == 5


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ('{"label": true}', "needs `sample`"),
        ('{"sample": "x", "stratum": "sure", "stratum_size": 3, "label": 1}', "must be true"),
        ('{"sample": "x", "stratum": "sure", "stratum_size": 3, "label": true}', "no sample x"),
        ('{"sample": "x", "stratum": "sure", "stratum_size": 3, "label": null}', "no label yet"),
    ],
)
def test_a_bad_label_is_one_clear_message(
    cli: Callable[..., Any], run: str, tmp_path: Path, line: str, says: str
) -> None:
    (tmp_path / "labels.jsonl").write_text(line, "utf-8")
    result = cli("audit", run, "--labels", "labels.jsonl")
    assert result.code == 2
    assert says in result.err
    assert "Traceback" not in result.err
