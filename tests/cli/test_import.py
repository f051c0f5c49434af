"""`harness import`: other people's outputs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

PLUGIN = str(Path(__file__).parents[1] / "engine" / "stub_plugin.py")


@pytest.fixture
def bring(cli, tmp_path):
    """Imports rows (or raw lines) for the task `thirds`."""

    def go(rows, *more):
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        (tmp_path / "rows.jsonl").write_text("\n".join(lines) + "\n")
        return cli("import", "rows.jsonl", "--plugin", PLUGIN, "--task", "thirds", *more)

    return go


def rows(count=6, samples=1, **more):
    return [
        {"problem": f"p{i}", "text": f"The answer is {(i + s) % 3}.", "sample": s, **more}
        for i in range(count)
        for s in range(samples)
    ]


def test_one_sample_a_problem(bring, cli):
    result = bring(rows(output_tokens=7), "--model", "m", "--json")
    assert result.code == 0
    [run] = json.loads(result.out)["runs"]
    assert (run["model"], run["budget"], run["correct"]) == ("m", "sample@1", 6)
    assert run["charged"] == {
        "prompt_tokens": None,
        "cached_prompt_tokens": None,
        "output_tokens": 42,
        "reasoning_tokens": None,
    }
    assert (run["problems"], run["planned"], run["status"]) == (6, 40, "partial")
    assert cli("db", "verify").code == 0


def test_several_samples_vote_and_cover(bring):
    result = bring(rows(samples=3, usd=0.5), "--model", "m", "--json")
    runs = {run["budget"]: run for run in json.loads(result.out)["runs"]}
    assert set(runs) == {"sample@3", "vote@3"}
    assert runs["sample@3"]["metrics"]["accuracy"]["value"] == 1
    assert runs["vote@3"]["metrics"]["accuracy"]["value"] == pytest.approx(1 / 3)
    assert runs["vote@3"]["usd"] == pytest.approx(9.0)
    assert runs["vote@3"]["charged"]["output_tokens"] is None


@pytest.mark.parametrize("tokens", [{}, {"output_tokens": 0}, {"prompt_tokens": 9}])
def test_dollars_of_one_row_unknown_make_the_sum_unknown_never_zero(bring, tokens):
    priced = rows(usd=0.5)
    del priced[2]["usd"]
    priced[2].update(tokens)
    (run,) = json.loads(bring(priced, "--model", "m", "--json").out)["runs"]
    assert run["usd"] is None


def test_importing_again_adds_nothing(bring, cli):
    bring(rows(), "--model", "m")
    before = cli("show", "--plugin", PLUGIN, "--json").out
    result = bring(rows(), "--model", "m")
    assert "6 of them stored already" in result.err
    assert cli("show", "--plugin", PLUGIN, "--json").out == before


def test_another_text_for_a_stored_sample_is_refused(bring):
    bring(rows(), "--model", "m")
    changed = rows()
    changed[2]["text"] = "The answer is 77."
    result = bring(changed, "--model", "m")
    assert result.code == 1
    assert "line 3" in result.err
    assert "another text" in result.err


def test_other_names_and_nested_fields(bring):
    nested = [
        {"i": i, "out": [{"reply": {"body": f"#### {i % 3}"}}], "who.am.i": "n"} for i in range(3)
    ]
    words = ["--field", "problem=i", "--field", "text=out.0.reply.body", "--field"]
    result = bring(nested, *words, "model=who.am.i", "--json")
    [run] = json.loads(result.out)["runs"]
    assert (run["model"], run["correct"]) == ("n", 3)


def test_the_line_number_may_stand_for_the_problem(bring):
    texts = [{"text": f"A: {i % 3}"} for i in range(5)]
    result = bring(texts, "--model", "m", "--field", "problem=@row", "--json")
    assert json.loads(result.out)["runs"][0]["correct"] == 5


def test_the_question_may_stand_for_the_problem(bring):
    result = bring([{"problem": "Digit number 4?", "text": "1"}], "--model", "m", "--json")
    assert json.loads(result.out)["runs"][0]["correct"] == 1


def test_bad_rows_are_named_and_the_others_are_kept(bring, cli):
    bad = [
        '{"problem": "p7", "text": "half a li',
        {"problem": "p99", "text": "1"},
        {"problem": "p8"},
        {"problem": "p8", "text": "1", "output_tokens": "many"},
        {"problem": "p8", "text": "1", "usd": -1},
        "[1, 2]",
    ]
    result = bring([*rows(), *bad], "--model", "m")
    assert result.code == 1
    for line, message in [
        (7, "half-written"),
        (8, '"p99"'),
        (9, "no text"),
        (10, "whole number"),
        (11, "number of dollars"),
        (12, "not a JSON object"),
    ]:
        assert f"line {line}: " in result.err
        assert message in result.err
    [run] = json.loads(cli("show", "--plugin", PLUGIN, "--json").out)
    assert run["problems"] == 6


@pytest.mark.parametrize(
    ("lines", "more", "message"),
    [
        (["{}"], ["--model", "m"], "no row could be taken"),
        ([{"problem": "p1", "text": "1"}], [], "no --model given"),
        ([{"problem": "p1", "text": "1"}], ["--field", "txt=a"], "did you mean 'text'"),
    ],
)
def test_a_file_of_which_nothing_can_be_taken(bring, lines, more, message):
    result = bring(lines, *more)
    assert result.code == 2
    assert message in result.err


def test_a_missing_file(cli):
    result = cli("import", "no.jsonl", "--plugin", PLUGIN, "--task", "thirds", "--model", "m")
    assert result.code == 2
    assert "'no.jsonl' does not exist" in result.err


def test_rows_that_no_database_can_hold(bring):
    rows = [
        {"problem": "p0", "text": "1", "output_tokens": 10**30},
        "[" * 100_000,
        {"problem": "p1", "text": "half a pair \ud83d, answer 1"},
    ]
    result = bring(rows, "--model", "m")
    assert result.code == 1
    assert "line 1: field 'output_tokens' must be a whole number" in result.err
    assert "line 2: not JSON" in result.err
    assert "1 rows taken" in result.err


MODELS = ("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification")


@pytest.mark.parametrize("model", MODELS)
def test_recorded_gsm8k_solutions_give_the_published_verdicts(cli, shared_data, model):
    file = os.environ.get("HARNESS_GSM8K_SOLUTIONS")
    if not file:
        pytest.skip("HARNESS_GSM8K_SOLUTIONS names example_model_solutions.jsonl of GSM8K's repo")
    lines = Path(file).read_text("utf-8").splitlines()
    published = [json.loads(line)[model]["is_correct"] for line in lines]
    words = ["import", file, "--task", "gsm8k", "--data-dir", shared_data, "--model", model]
    result = cli(*words, "--field", "problem=@row", "--field", f"text={model}.solution", "--json")
    [run] = json.loads(result.out)["runs"]
    assert run["correct"] == sum(published)
    views = json.loads(cli("show", "--samples", run["id"], "--json").out)
    verdicts = {v["problem"]["meta"]["row"]: v["verdict"]["status"] == "correct" for v in views}
    assert [verdicts[row] for row in range(1319)] == published
