"""`harness export star`: which solutions become training rows, and under which prompt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.analysis.star import Alike, StarCount, star_rows
from harness.cli import cli
from harness.core import Finish, Problem, Sample, Status, Usage, Verdict
from harness.results.views import SampleView

LONG = "A train leaves at nine with forty people and takes two more at each of its stops"


def view(problem: str, text: str, *, right: bool, prompt: str = "", finish: str = "stop"):
    return SampleView(
        sample=Sample(id=f"{problem}:{text}", trace="", text=text, finish=Finish(finish)),
        run_id="r",
        problem=Problem(id=problem, question=f"Question {problem}?", gold="1"),
        index=0,
        prompt=prompt or f"<{problem}>",
        usage=Usage(),
        verdict=Verdict(status=Status.CORRECT if right else Status.WRONG),
        verifier="math",
    )


def test_only_right_whole_and_different_solutions_are_kept() -> None:
    count = StarCount()
    samples = [
        view("a", "one  way", right=True),
        view("a", "one way", right=True),  # the same but for space
        view("a", "another", right=True),
        view("a", "a third", right=True),
        view("a", "cut", right=True, finish="length"),
        view("b", "no", right=False),
    ]
    rows = list(star_rows(samples, count, per_problem=2))
    assert [row.completion for row in rows] == ["one  way", "another"]
    assert {row.source for row in rows} == {"sampled"}
    assert (count.problems, count.rows, count.missed) == (2, 2, 1)
    assert (count.repeated, count.cut, count.spare) == (1, 1, 1)


def test_a_hint_serves_missed_problems_alone_and_is_not_in_their_row() -> None:
    count = StarCount()
    samples = [view("a", "right", right=True), view("b", "no", right=False, prompt="plain b")]
    hinted = [
        view("a", "by hint", right=True, prompt="hint 1"),
        view("b", "because", right=True, prompt="plain b, the answer is 1"),
    ]
    rows = list(star_rows(samples, count, hinted=hinted, round_=3))
    assert [(r.prompt, r.completion, r.source) for r in rows] == [
        ("<a>", "right", "sampled"),
        ("plain b", "because", "rationalised"),
    ]
    assert {row.round for row in rows} == {3}
    assert (count.missed, count.rationalised) == (1, 1)


def problem(question: str) -> Problem:
    return Problem(id="x", question=question, gold="1")


@pytest.mark.parametrize(
    ("question", "ngram", "alike"),
    [
        ("what IS 3 + 4", 13, True),  # but for case and punctuation
        ("What is 3 + 5?", 13, False),
        (f"{LONG}. How many are in it?", 13, True),
        (f"{LONG}. How many are in it?", 0, False),
        (LONG.replace("train", "bus").replace("two", "three"), 13, False),
    ],
)
def test_what_is_like_a_held_out_problem(question: str, ngram: int, alike: bool) -> None:
    held = [problem("What is 3 + 4?"), problem(f"{LONG}. What time is it?")]
    assert (problem(question) in Alike(held, ngram)) is alike


def test_from_stored_runs_to_a_file(tmp_path: Path) -> None:
    db = tmp_path / "runs.sqlite"

    def run(*args: str):
        return CliRunner().invoke(cli, [*args, "--db", str(db)])

    eval_ = ("eval", "-m", "onnx:tiny-s", "--json", "--limit", "8")
    first = run(*eval_, "-t", "arithmetic", "-b", "sample@2")
    [trained] = json.loads(first.stdout)
    [tested] = json.loads(run(*eval_, "-t", "arithmetic:seed=5", "-b", "greedy").stdout)
    [same] = json.loads(run(*eval_[:-1], "3", "-t", "arithmetic", "-b", "greedy").stdout)
    out = tmp_path / "rows.jsonl"
    shown = run("show", "--samples", trained["id"], "--json")
    right = {s["id"] for s in json.loads(shown.stdout) if s["verdict"]["status"] == "correct"}

    result = run("export", "star", trained["id"][:8], "--out", str(out), "--ngram", "0",
                 "--held-out", tested["id"], "--json")  # fmt: skip
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert result.exit_code == 0, result.output
    assert rows
    assert {row["sample"] for row in rows} <= right
    assert all(row["prompt"].endswith("<|assistant|>") for row in rows)
    assert all(not row["completion"].startswith(row["prompt"]) for row in rows)
    assert json.loads(result.stdout)["rows"] == len(rows)

    result = run("export", "star", trained["id"], "--out", str(out), "--ngram", "0",
                 "--held-out", same["id"], "--json")  # fmt: skip
    count = json.loads(result.stdout)
    assert count["held_out"] == 3
    kept = {json.loads(line)["problem"] for line in out.read_text().splitlines()}
    assert not kept & {f"s0-{i}" for i in range(3)}

    missing = run("export", "star", "nothing", "--out", str(out))
    assert missing.exit_code != 0
