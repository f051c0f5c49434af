"""Judging rows of a file, and the command over it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from harness.cli.verify import verify
from harness.core import DataError, UsageError, VerifierSpec
from harness.verifiers.pool import VerifierPool
from harness.verifiers.rows import Row, judge_rows, options_of, read_rows


def test_one_answer_is_explained() -> None:
    done = CliRunner().invoke(verify, ["--gold", "1/2", "--answer", "The answer is 0.5."])
    assert "correct" in done.output
    assert "marker" in done.output


def test_a_file_gives_one_object_a_row_in_order() -> None:
    rows = [{"gold": str(i), "text": f"Answer: {i % 3}"} for i in range(30)]
    source = "\n".join(map(json.dumps, rows))
    done = CliRunner().invoke(verify, ["-", "--workers", "2"], input=source)
    verdicts = [json.loads(line) for line in done.output.splitlines()]
    assert [v["extracted"] for v in verdicts] == [str(i % 3) for i in range(30)]
    assert [v["verdict"] for v in verdicts] == ["correct"] * 3 + ["wrong"] * 27
    assert {"verdict", "extracted", "stage", "reason"} <= set(verdicts[0])


@pytest.mark.parametrize("line", ["{", "[]", '{"gold": 1}', '{"text": "1"}'])
def test_a_bad_row_is_named_by_its_line(line: str) -> None:
    with pytest.raises(DataError, match="line 2"):
        list(read_rows(['{"gold": "1", "answer": "1"}', line]))


def test_options_are_json_where_they_can_be() -> None:
    assert options_of(["relative=0.1", "decimals=rounded"]) == {
        "relative": 0.1,
        "decimals": "rounded",
    }


def test_a_verdict_does_not_wait_for_the_next_row() -> None:
    given = threading.Event()

    def rows() -> Iterator[Row]:
        yield Row("7", "Answer: 7")
        assert given.wait(60), "the first verdict was held back"
        yield Row("8", "Answer: 7")

    with VerifierPool(1) as pool:
        told = judge_rows(rows(), VerifierSpec("math"), pool)
        assert next(told)["verdict"] == "correct"
        given.set()
        assert [row["verdict"] for row in told] == ["wrong"]


def test_rows_before_a_bad_one_are_judged() -> None:
    lines = ['{"gold": 7, "text": "7"}', '{"gold": [7], "text": "7"}']
    with VerifierPool(1) as pool:
        told = judge_rows(read_rows(lines), VerifierSpec("math"), pool)
        assert next(told)["verdict"] == "correct"
        with pytest.raises(DataError, match="line 2"):
            next(told)


def test_a_row_s_question_tells_which_number_of_a_sentence_counts() -> None:
    text = "The trip takes 120 minutes."
    rows = [{"gold": "2", "text": text, "question": q} for q in ("How many hours is it?", "")]
    source = "\n".join(map(json.dumps, rows))
    done = CliRunner().invoke(verify, ["-", "--workers", "1"], input=source)
    verdicts = [json.loads(line)["verdict"] for line in done.output.splitlines()]
    assert verdicts == ["correct", "wrong"]


def test_a_question_that_is_no_text_is_a_bad_row() -> None:
    with pytest.raises(DataError, match="line 1: `question`"):
        list(read_rows(['{"gold": 1, "text": "1", "question": 5}']))


_SENTENCE = "She works 5 days. So she pays $64 for 16 glasses."


def test_explain_marks_the_answer_and_says_why_each_rule_lost() -> None:
    done = CliRunner().invoke(verify, ["--explain", "--gold", "64", "--answer", _SENTENCE])
    assert done.exit_code == 0, done.output
    assert "She works 5 days. So she pays »$64« for 16 glasses." in done.output
    lines = done.output.splitlines()
    tried = [line for line in lines if line.startswith(("  a box: -", "  a marker: -"))]
    assert len(tried) == 2
    assert any(line.startswith("  number 16: ") for line in lines)
    assert "verdict    correct" in lines


def test_explain_gives_the_same_as_data() -> None:
    arguments = ["--explain", "--json", "--gold", "65", "--answer", _SENTENCE]
    told = json.loads(CliRunner().invoke(verify, arguments).output)
    assert told["verdict"]["status"] == "wrong"
    assert told["text"] == _SENTENCE
    start, end = told["span"]
    assert told["text"][start:end].strip("$") == "64"
    assert told["gold"] == ["65"]
    assert {t["rule"] for t in told["tried"]} >= {"a box", "a marker"}


def test_explain_takes_one_answer_of_two_verifiers() -> None:
    for arguments in (["-"], ["--verifier", "choice", "--gold", "A", "--answer", "A"]):
        done = CliRunner().invoke(verify, ["--explain", *arguments], input="{}")
        assert isinstance(done.exception, UsageError)
        assert "the verifier math or rubric" in str(done.exception)


def test_a_row_without_an_answer_is_ungraded() -> None:
    done = CliRunner().invoke(verify, ["-"], input='{"gold": null, "text": "7"}')
    assert json.loads(done.output)["verdict"] == "ungraded"
