"""`harness import`: other people's outputs."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import shlex
import sqlite3
import threading
from pathlib import Path

import pytest

from harness.interop import storing

PLUGIN = str(Path(__file__).parents[1] / "run" / "stub_plugin.py")


@pytest.fixture
def bring(cli, tmp_path):
    """Imports rows (or raw lines, or a file's bytes) for the task `thirds`."""

    def go(rows, *more):
        if not isinstance(rows, bytes):
            lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
            rows = ("\n".join(lines) + "\n").encode()
        (tmp_path / "rows.jsonl").write_bytes(rows)
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


def test_a_budget_that_stops_by_itself_is_charged_what_it_would_have_drawn(bring):
    """A pool of 24 equal answers: Adaptive-Consistency draws 4 of them at p = 0.95."""
    equal = [
        {"problem": f"p{i}", "text": f"The answer is {i % 3}.", "sample": s, "output_tokens": 10}
        for i in range(6)
        for s in range(24)
    ]
    split = [
        {"problem": "p6", "text": f"The answer is {s % 3}.", "sample": s, "output_tokens": 10}
        for s in range(9)  # never settled, and 24 may be drawn: what it would say is not known
    ]
    result = bring([*equal, *split], "--model", "m", "-b", "adaptive@24", "--json")
    assert result.code == 0, result.err
    [run] = json.loads(result.out)["runs"]
    assert (run["problems"], run["correct"]) == (6, 6)
    assert run["charged"]["output_tokens"] == 6 * 4 * 10


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
    assert "6 of them already stored" in result.err
    assert cli("show", "--plugin", PLUGIN, "--json").out == before


def test_another_text_for_a_stored_sample_is_refused(bring):
    bring(rows(), "--model", "m")
    changed = rows()
    changed[2]["text"] = "The answer is 77."
    result = bring(changed, "--model", "m")
    assert result.code == 1
    assert "line 3" in result.err
    assert "with another text" in result.err


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
        (["{}"], ["--model", "m"], "no row could be imported"),
        ([{"problem": "p1", "text": "1"}], [], "no model was named"),
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
    assert "1 row imported" in result.err


PLAIN = "".join(json.dumps(row) + "\n" for row in rows()).encode()
FORMS = {
    "byte order mark": b"\xef\xbb\xbf" + PLAIN,
    "Windows lines": PLAIN.replace(b"\n", b"\r\n"),
    "no last newline": PLAIN.rstrip(),
    "blank lines": PLAIN.replace(b"\n", b"\n\n"),
    "gzip": gzip.compress(PLAIN),
    "gzip and byte order mark": gzip.compress(b"\xef\xbb\xbf" + PLAIN),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_one_file_bring_the_same(bring, form):
    result = bring(FORMS[form], "--model", "m", "--json")
    assert result.code == 0
    (run,) = json.loads(result.out)["runs"]
    assert (run["problems"], run["correct"]) == (6, 6)


@pytest.mark.parametrize("cut", [slice(None, -12), slice(None, 20)])
def test_a_broken_compressed_file_is_refused_whole(bring, cli, cut):
    result = bring(gzip.compress(PLAIN)[cut], "--model", "m")
    assert result.code == 2
    assert "rows.jsonl: the compressed file is damaged" in result.err
    assert json.loads(cli("show", "--plugin", PLUGIN, "--json").out) == []


def test_what_is_not_utf_8_is_left_out_and_never_changed(bring, cli):
    latin = json.dumps({"problem": "p6", "text": "caf\xe9: 0"}, ensure_ascii=False)
    result = bring(PLAIN + latin.encode("latin-1") + b"\n", "--model", "m")
    assert result.code == 1
    assert "line 7: not UTF-8 (byte 0xe9)" in result.err
    (run,) = json.loads(cli("show", "--plugin", PLUGIN, "--json").out)
    assert run["problems"] == 6


def test_names_in_any_script_and_two_models_in_one_file(bring):
    names = ("Modèle/α 1", "模型 [bold]")
    both = [row | {"model": name} for row in rows(3) for name in names]
    result = bring(both, "--json")
    assert result.code == 0
    runs = {run["model"]: run for run in json.loads(result.out)["runs"]}
    assert {name: run["correct"] for name, run in runs.items()} == dict.fromkeys(names, 3)
    assert all(name in bring(both).out for name in names)


def test_the_command_in_the_manifest_brings_the_same_again(bring, cli):
    words = [
        "--model",
        "it's <new> & 新",
        "--field",
        "text=out.0",
        "--budget",
        "vote@1:temperature=1",
    ]
    first = bring([{"problem": "p1", "out": ["1"]}], *words, "--json")
    (run,) = json.loads(first.out)["runs"]
    program, *again = shlex.split(run["manifest"]["command"])
    second = cli(*again, "--plugin", PLUGIN, "--json")
    assert (program, second.code) == ("harness", 0)
    assert json.loads(second.out)["runs"] == [run]


def test_a_line_of_many_megabytes(bring):
    long = {"problem": "p1", "text": "so " * 4_000_000 + "the answer is 1."}
    (run,) = json.loads(bring([long], "--model", "m", "--json").out)["runs"]
    assert run["correct"] == 1


def test_the_same_row_twice_is_one_sample(bring):
    first = {"problem": "p1", "text": "The answer is 1.", "sample": 0}
    result = bring([first, first, first | {"text": "The answer is 2."}], "--model", "m", "--json")
    assert result.code == 1
    out = json.loads(result.out)
    (run,) = out["runs"]
    assert (run["budget"], out["rows"], out["known"]) == ("sample@1", 2, 1)
    assert "line 3: sample 0 of problem p1 by m is there already" in result.err


def test_mended_rows_take_their_own_numbers(bring):
    texts = [{"problem": "p1", "text": f"The answer is {i}."} for i in range(3)]
    spoilt = [texts[0], texts[1] | {"usd": "much"}, texts[2]]
    assert bring(spoilt, "--model", "m").code == 1
    result = bring(texts, "--model", "m", "--json")
    assert result.code == 0
    out = json.loads(result.out)
    assert (out["rows"], out["known"]) == (3, 2)
    assert {run["budget"] for run in out["runs"]} == {"sample@3", "vote@3"}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"problem": "²", "text": "1"}, 'no problem "²"'),
        ({"problem": "9" * 5000, "text": "1"}, 'no problem "999'),
        ({"problem": True, "text": "1"}, "no problem true"),
        ({"problem": "p1", "text": "1", "model": 7}, "field 'model' must be a name, not 7"),
        (
            {"problem": "p1", "text": "1", "model": "m\x1b[2J"},
            r"model 'm\x1b[2J' contains invisible characters",
        ),
        (
            {"problem": "p1", "text": "1", "model": "m\ud83d"},
            r"model 'm\ud83d' contains invisible characters",
        ),
        ({"problem": "p1", "text": ["a", 7]}, "no text in the field 'text'"),
        ({"problem": "p1", "text": ["a", "b"], "usd": [1]}, "'usd' has 1 values for 2 texts"),
        ("[", "not one object per line?"),
    ],
)
def test_one_odd_row_is_named_and_costs_no_other(bring, row, message):
    result = bring([row, *rows()], "--model", "m")
    assert result.code == 1
    assert result.err.count("rows.jsonl, line ") == 1
    assert "line 1: " in result.err
    assert message in result.err
    assert "6 rows imported" in result.err


@pytest.mark.parametrize("path", ["out.²", "out.7", "out.0.reply", "gone"])
def test_a_field_that_leads_nowhere(bring, path):
    one = {"problem": "p1", "out": ["1"], "text": "1"}
    result = bring([one], "--model", "m", "--field", f"text={path}")
    assert result.code == 2
    assert f"line 1: no text in the field '{path}': name the field with text=NAME" in result.err


def test_a_list_of_texts_is_as_many_samples(bring):
    listed = [
        {"problem": f"p{i}", "text": [str(i % 3), "9"], "output_tokens": [3, 4], "prompt_tokens": 5}
        for i in range(4)
    ]
    out = json.loads(bring(listed, "--model", "m", "--json").out)
    runs = {run["budget"]: run for run in out["runs"]}
    assert set(runs) == {"sample@2", "vote@2"}
    assert runs["sample@2"]["charged"]["output_tokens"] == 4 * (3 + 4)
    assert runs["sample@2"]["metrics"]["pass@1"]["value"] == 0.5
    one_sum = [row | {"output_tokens": 7} for row in listed]  # whose is it?
    out = json.loads(bring(one_sum, "--model", "n", "--json").out)
    assert out["runs"][0]["charged"]["output_tokens"] is None


def test_failed_generations_are_samples_without_a_word(bring):
    failed = [*rows(4), {"problem": "p4", "text": None}, {"problem": "p5", "text": []}]
    result = bring(failed, "--model", "m", "--json")
    assert result.code == 0
    [run] = json.loads(result.out)["runs"]
    assert (run["problems"], run["correct"]) == (6, 4)
    assert run["metrics"]["accuracy"]["value"] == pytest.approx(4 / 6)
    assert run["ungraded"] == 0
    assert "2 failed generations (null or empty)" in result.err


def test_a_short_pool_is_said_and_costs_the_others_nothing(bring):
    short = [row for row in rows(6, samples=4) if (row["problem"], row["sample"]) != ("p2", 3)]
    result = bring(short, "--model", "m", "--json")
    runs = {run["budget"]: run for run in json.loads(result.out)["runs"]}
    assert set(runs) == {"sample@4", "vote@4"}
    assert {run["problems"] for run in runs.values()} == {5}
    assert runs["sample@4"]["metrics"]["accuracy"]["value"] == 1  # four tries of three digits
    assert "1 of 6 problems have fewer than 4 samples (the fewest 3)" in result.err
    again = bring(rows(6, samples=4), "--model", "m", "--json")  # the missing one is there now
    assert {run["problems"] for run in json.loads(again.out)["runs"]} == {6}


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        ("sample@1000", "needs 1000 samples of a problem, and m has 2 at most"),
        ("best@2:reward=steps", "selects by a reward, and 0 of 12 samples of m have one"),
    ],
)
def test_a_budget_that_the_rows_cannot_answer_is_refused(bring, cli, budget, message):
    result = bring(rows(samples=2), "--model", "m", "--budget", budget)
    assert result.code == 2
    assert message in result.err
    assert json.loads(cli("show", "--plugin", PLUGIN, "--json").out) == []


def test_rewards_that_rows_hold_choose_the_best(bring, cli):
    """Of three samples the right one has the highest reward, for all problems but the last."""
    scored = rows(6, samples=3, output_tokens=7, prompt_tokens=5)
    for row in scored:
        best = 1 if row["problem"] == "p5" else 0
        row["reward"] = [0.5, 0.9 if row["sample"] == best else 0.1]
    out = json.loads(bring(scored, "--model", "m", "--json").out)
    runs = {run["budget"]: run for run in out["runs"]}
    assert set(runs) == {
        "sample@3", "vote@3", "best@3:reward=given", "weighted@3:reward=given",
    }  # fmt: skip
    best = runs["best@3:reward=given"]
    assert best["correct"] == 5
    assert best["charged"]["output_tokens"] == 6 * 3 * 7
    assert best["charged"]["prompt_tokens"] is None  # nobody knows what the scores cost
    assert cli("db", "verify").code == 0
    again = bring(scored, "--model", "m", "--budget", "best@3:reward=steps")
    assert (again.code, "write reward=given" in again.err) == (2, True)
    for odd in (1.5, "high", [], [0.2, True]):
        result = bring([rows(1)[0] | {"reward": odd}], "--model", "n")
        assert "field 'reward' must hold values from 0 to 1" in result.err


def test_a_part_of_the_problems_may_be_all_that_is_planned(bring):
    for words, planned in ((["--only-given"], 6), (["--limit", "8"], 8), ([], 40)):
        [run] = json.loads(bring(rows(), "--model", "m", *words, "--json").out)["runs"]
        assert (run["problems"], run["planned"]) == (6, planned)
        command = shlex.split(run["manifest"]["command"])
        assert command[7:] == words


def test_a_question_is_known_whatever_its_white_space(bring):
    spread = [{"problem": b" Digit\n number\t4? ".decode("unicode_escape"), "text": "1"}]
    result = bring(spread, "--model", "m", "--json")
    assert json.loads(result.out)["runs"][0]["correct"] == 1
    assert "1 line, 1 text; problems found: 1 by question" in result.err


def test_whole_numbers_may_be_written_as_floats(bring):
    [run] = json.loads(bring(rows(output_tokens=12.0), "--model", "m", "--json").out)["runs"]
    assert run["charged"]["output_tokens"] == 72
    result = bring(rows(output_tokens=12.5), "--model", "n")
    assert "must be a whole number, not 12.5" in result.err


def test_lm_evals_log_is_read_once_for_all_its_filters_with_its_repeats(bring):
    """As lm-eval 0.4 writes it: one line a document and filter, all repeats in `resps`."""
    names = ("strict-match", "flexible-extract", "remove_whitespace")
    log = [
        {
            "doc_id": i,
            "doc": {"question": f"Digit number {i}?"},
            "target": str(i % 3),
            "arguments": {},
            "resps": [[f"The answer is {i % 3}.", "The answer is 9."]],
            "filtered_resps": [str(i % 3)],
            "filter": name,
            "exact_match": 1.0,
            "doc_hash": "x",
        }
        for name in names
        for i in range(5)
    ]
    result = bring(log, "--model", "m", "--json")
    assert result.code == 0
    runs = {run["budget"]: run for run in json.loads(result.out)["runs"]}
    assert set(runs) == {"sample@2", "vote@2"}
    assert runs["sample@2"]["problems"] == 5
    assert runs["sample@2"]["metrics"]["pass@1"]["value"] == 0.5
    assert "10 lines of further filters left out" in result.err
    one = bring(log, "--model", "n", "--field", "text=filtered_resps.0", "--json")
    [run] = json.loads(one.out)["runs"]
    assert (run["budget"], run["correct"]) == ("sample@1", 5)


def stored_rows(db):
    """Every row of every table, but for the times, and the reports that follow from the rows."""
    found = {}
    with contextlib.closing(sqlite3.connect(db)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for table in {name for (name,) in tables} - {"figures"}:
            columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
            names = ", ".join(f'"{c[1]}"' for c in columns if c[1] != "created")
            found[table] = sorted(map(repr, connection.execute(f"SELECT {names} FROM {table}")))
    return found


SEVERAL = [
    *rows(samples=3, model="m", reward=0.5),
    *rows(count=2, samples=3, model="m", reward=0.5),  # once more
    {"problem": "p1", "text": "another text", "sample": 0, "model": "m", "reward": 0.5},
    {"problem": "nowhere", "text": "1", "model": "m"},
    *rows(count=9, samples=2, model="n", output_tokens=4),
]


def test_how_many_texts_are_held_at_once_changes_nothing(bring, monkeypatch, tmp_path):
    whole = bring(SEVERAL, "--json", "--db", "whole.sqlite")
    monkeypatch.setattr("harness.interop.survey.WINDOW", 2)
    monkeypatch.setattr("harness.interop.storing.WINDOW", 2)
    parts = bring(SEVERAL, "--json", "--db", "parts.sqlite")
    assert (whole.code, whole.err) == (parts.code, parts.err)
    assert "line 25" in whole.err
    assert stored_rows(tmp_path / "whole.sqlite") == stored_rows(tmp_path / "parts.sqlite")


def test_an_import_that_was_cut_short_goes_on(bring, cli, monkeypatch, tmp_path):
    bring(SEVERAL, "--db", "whole.sqlite")
    monkeypatch.setattr("harness.interop.survey.WINDOW", 5)
    submitted, calls = storing._submitted, iter(range(9))

    def interrupted(*given):
        if next(calls) == 4:
            raise KeyboardInterrupt
        return submitted(*given)

    with monkeypatch.context() as patch:
        patch.setattr(storing, "_submitted", interrupted)
        assert bring(SEVERAL, "--db", "cut.sqlite").code == 130
    reports = json.loads(cli("show", "--json", "--db", "cut.sqlite").out)
    assert {report["problems"] for report in reports} == {0}  # no attempt is half charged
    assert len(stored_rows(tmp_path / "cut.sqlite")["verdict"]) > 0
    bring(SEVERAL, "--db", "cut.sqlite")
    whole, cut = (stored_rows(tmp_path / f"{name}.sqlite") for name in ("whole", "cut"))
    assert cut == whole


def test_a_pipe_is_read_as_a_file_is(bring, cli, tmp_path):
    bring(SEVERAL, "--db", "whole.sqlite")
    os.mkfifo(tmp_path / "pipe")
    data = (tmp_path / "rows.jsonl").read_bytes()
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(data))
    writer.start()
    words = ["import", "pipe", "--plugin", PLUGIN, "--task", "thirds", "--db", "pipe.sqlite"]
    cli(*words)
    writer.join()
    whole, pipe = (stored_rows(tmp_path / f"{name}.sqlite") for name in ("whole", "pipe"))
    for table in ("sample", "charge", "verdict", "call"):
        assert pipe[table] == whole[table]


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
