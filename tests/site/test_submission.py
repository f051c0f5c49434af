"""What is handed to a board: an honest run passes, and each lie is named."""

from __future__ import annotations

import json
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import harness
from harness.cli import cli
from harness.core import DataError, Problem, UsageError
from harness.interop import submission
from harness.interop.submission import INDEX, NAMES, REPORTS, pack
from harness.interop.submission_check import check_submission
from harness.store import identity, open_store
from harness.store.runs import find_runs
from harness.store.verify import verify

Content = dict[str, Any]
"""The files of a submission by name: rows, the reports, the index."""


@pytest.fixture(scope="module")
def honest(runs_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All runs of one model."""
    out = tmp_path_factory.mktemp("submission") / "tiny-s.zip"
    with open_store(runs_db) as store:
        packed = pack(store, find_runs(store, model="tiny-s"), out)
    assert (len(packed.runs), packed.path) == (4, out)
    return out


def read(path: Path) -> Content:
    with zipfile.ZipFile(path) as archive:
        return {
            name: [json.loads(line) for line in archive.read(name).splitlines()]
            if name.endswith(".jsonl")
            else json.loads(archive.read(name))
            for name in NAMES
        }


def write(path: Path, content: Content, *, mended: bool = True) -> Path:
    """Pack it again; `mended`: with checksums to match."""
    bodies = {
        name: "".join(json.dumps(row) + "\n" for row in content[name])
        if name.endswith(".jsonl")
        else json.dumps(content[name])
        for name in NAMES[1:]
    }
    index = dict(content[INDEX])
    if mended:
        index["files"] = {name: sha256(body.encode()).hexdigest() for name, body in bodies.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in {INDEX: json.dumps(index), **bodies}.items():
            archive.writestr(name, body)
    return path


def test_an_honest_run_passes_and_is_taken_whole(
    honest: Path, runs_db: Path, tmp_path: Path
) -> None:
    board = tmp_path / "board.sqlite"
    with open_store(board, create=True) as store:
        checked = check_submission(honest, board=store, take=True)
        assert (checked.faults, checked.accepted) == ((), True)
        assert verify(store)[1] == []
    ours = {r.id: r for r in harness.show(board)}
    theirs = {r.id: r for r in harness.show(runs_db, model="tiny-s")}
    assert ours.keys() == theirs.keys()
    for run, report in theirs.items():
        assert ours[run].metrics == report.metrics
        assert ours[run].charged == report.charged
        assert ours[run].verdicts == report.verdicts
    with open_store(board) as store:
        again = check_submission(honest, board=store, take=True)
        assert again.faults == ()
        assert sum("on the board already" in note for note in again.notes) == 4
        assert verify(store)[1] == []
    assert {r.id: r.metrics for r in harness.show(board)} == {r: x.metrics for r, x in ours.items()}


def test_the_same_runs_give_the_same_bytes(honest: Path, runs_db: Path, tmp_path: Path) -> None:
    with open_store(runs_db) as store:
        pack(store, find_runs(store, model="tiny-s"), tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == honest.read_bytes()


def test_one_run_of_several_that_share_samples(honest: Path, runs_db: Path, tmp_path: Path) -> None:
    with open_store(runs_db) as store:
        for run in find_runs(store, model="tiny-s"):
            pack(store, [run], tmp_path / "one.zip")
            assert check_submission(tmp_path / "one.zip", board=store).faults == ()


def _verdict(content: Content) -> str:
    one = next(v for v in content["verdict.jsonl"] if v["status"] != "correct")
    one["status"] = "correct"
    return f"sample {one['sample_id'][:12]}"


def _answer(content: Content) -> str:
    one = next(v for v in content["verdict.jsonl"] if v["answer"])
    one["answer"] = "12345"
    return "its answer is said to be '12345'"


def _tokens(content: Content) -> str:
    one = next(s for s in content["sample.jsonl"] if s["output_tokens"])
    one["output_tokens"] -= 1
    return f"sample {one['id']}: its text was changed"


def _digest(sample: dict[str, Any]) -> None:
    sample["token_ends"] = None
    names = ("text", "reasoning", "finish", "output_tokens")
    sample["digest"] = identity.sample_digest(*(sample[name] for name in names))


def _fewer_tokens(content: Content) -> str:
    answers = {c["sample_id"] for c in content["charge.jsonl"] if c["final"]}
    one = next(s for s in content["sample.jsonl"] if s["id"] in answers and s["output_tokens"])
    one["output_tokens"] -= 1
    _digest(one)
    return "it claims charged.output_tokens"


def _more_tokens(content: Content) -> str:
    one = next(s for s in content["sample.jsonl"] if s["call_id"])
    one["output_tokens"] += 500
    _digest(one)
    return f"call {one['call_id'][:12]}: it says"


def _text(content: Content) -> str:
    one = next(s for s in content["sample.jsonl"] if s["text"])
    one["text"] = "9.8"
    return f"sample {one['id']}: its text was changed"


def _gold(content: Content) -> str:
    one = content["problem.jsonl"][3]
    one["content"]["gold"] = "1"
    return f"problem {one['id']}: its id does not follow"


def _gold_hashed_again(content: Content) -> str:
    one = content["problem.jsonl"][3]
    one["content"]["gold"] = "1"
    old, one["id"] = one["id"], Problem(**one["content"]).digest()
    for name in ("attempt", "charge", "verdict"):
        for row in content[f"{name}.jsonl"]:
            if row["problem_id"] == old:
                row["problem_id"] = one["id"]
    return f"problem {one['content']['id']}: not as it stands in decimals"


def _missing_sample(content: Content) -> str:
    content["sample.jsonl"].pop(5)
    return "at a missing sample"


def _forgotten_sample(content: Content) -> str:
    """One wrong answer less, with its call, its charges and its verdict."""
    wrong = next(v for v in content["verdict.jsonl"] if v["status"] != "correct")["sample_id"]
    sample = next(s for s in content["sample.jsonl"] if s["id"] == wrong)
    problem = next(c for c in content["charge.jsonl"] if c["sample_id"] == wrong)["problem_id"]
    content["sample.jsonl"].remove(sample)
    content["call.jsonl"] = [c for c in content["call.jsonl"] if c["id"] != sample["call_id"]]
    content["verdict.jsonl"] = [v for v in content["verdict.jsonl"] if v["sample_id"] != wrong]
    content["charge.jsonl"] = [c for c in content["charge.jsonl"] if c["sample_id"] != wrong]
    assert problem
    return ""  # by its call, or by the size of its problem's pool


def _forgotten_problem(content: Content) -> str:
    digest = content["problem.jsonl"][0]["id"]
    for name in ("attempt", "charge", "verdict"):
        rows = content[f"{name}.jsonl"]
        content[f"{name}.jsonl"] = [row for row in rows if row["problem_id"] != digest]
    return "of 14 problems have no answer"


def _identity(content: Content) -> str:
    run = content["run.jsonl"][0]
    run["manifest"]["identity"]["seed"] = 5
    return f"run {run['id']}: its id does not follow from its manifest"


def _size(content: Content) -> str:
    run = next(r for r in content["run.jsonl"] if r["budget"].startswith("vote"))
    run["manifest"]["size"] = 2
    return f"run {run['id'][:12]}: its manifest says size 2"


def _selector(content: Content) -> str:
    run = next(r for r in content["run.jsonl"] if r["budget"].startswith("sample"))
    run["manifest"]["selector"] = "majority"
    return "its manifest says selector 'majority'"


def _limit(content: Content) -> str:
    content["run.jsonl"][0]["manifest"]["limit"] = 7
    return "its data fingerprint is"


def _old_verifier(content: Content) -> str:
    for run in content["run.jsonl"]:
        run["verifier_version"] = "0"
    for verdict in content["verdict.jsonl"]:
        verdict["version"] = "0"
    return "`harness regrade` it"


def _claim(content: Content) -> str:
    content[REPORTS][0]["metrics"]["accuracy"]["value"] = 1.0
    return "it claims metrics.accuracy.value 1.0"


def _no_claim(content: Content) -> str:
    content[REPORTS].pop()
    return "not one report a run"


def _twice(content: Content) -> str:
    content["sample.jsonl"].append(content["sample.jsonl"][0])
    return "stands there twice"


def _other_run(content: Content) -> str:
    content[INDEX]["runs"] = content[INDEX]["runs"][1:]
    return "submission.json" if content[REPORTS].pop(0) else ""


def _strange_task(content: Content) -> str:
    run = content["run.jsonl"][0]
    run["task"] = run["manifest"]["identity"]["task"] = "./evil.py"
    old, run["id"] = run["id"], identity.run_id(run["manifest"]["identity"])
    for name in ("attempt", "charge", "call"):
        for row in content[f"{name}.jsonl"]:
            if row["run_id"] == old:
                row["run_id"] = run["id"]
    content[INDEX]["runs"] = [run["id"] if r == old else r for r in content[INDEX]["runs"]]
    for report in content[REPORTS]:
        if report["id"] == old:
            report["id"] = run["id"]
    return "its task ./evil.py cannot be had here"


@pytest.mark.parametrize(
    "lie",
    [
        _verdict, _answer, _tokens, _fewer_tokens, _more_tokens, _text, _gold, _gold_hashed_again,
        _missing_sample, _forgotten_sample, _forgotten_problem, _identity, _size, _selector, _limit,
        _old_verifier, _claim, _no_claim, _twice, _other_run, _strange_task,
    ],
)  # fmt: skip
def test_a_lie_is_named(honest: Path, tmp_path: Path, lie: Callable[[Content], str]) -> None:
    content = read(honest)
    words = lie(content)
    faults = check_submission(write(tmp_path / "lie.zip", content)).faults
    assert faults
    assert any(words in fault for fault in faults), faults


def test_what_was_changed_without_the_checksum(honest: Path, tmp_path: Path) -> None:
    content = read(honest)
    _verdict(content)
    faults = check_submission(write(tmp_path / "lie.zip", content, mended=False)).faults
    assert any(fault.startswith("verdict.jsonl: its checksum") for fault in faults)


def test_what_the_board_holds_must_be_the_same(honest: Path, tmp_path: Path) -> None:
    board = tmp_path / "board.sqlite"
    content = read(honest)
    for verdict in content["verdict.jsonl"]:
        verdict["status"] = "wrong"
    with open_store(board, create=True) as store:
        check_submission(honest, board=store, take=True)
        lie = check_submission(write(tmp_path / "lie.zip", content), board=store, take=True)
        assert lie.faults
        assert not lie.accepted
    # Were the board's own verdicts the changed ones, that is said as well.
    with sqlite3.connect(board) as connection:
        connection.execute("UPDATE verdict SET status = 'wrong' WHERE status = 'correct'")
    with open_store(board) as store:
        faults = check_submission(honest, board=store).faults
    assert all(fault.startswith("verdict ") and "the board has it as wrong" in fault
               for fault in faults)  # fmt: skip
    assert faults


def _zip(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return path


def _plain(honest: Path) -> dict[str, str | bytes]:
    with zipfile.ZipFile(honest) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_archive_that_would_reach_elsewhere_is_refused(honest: Path, tmp_path: Path) -> None:
    files = _plain(honest)
    for name in ("../../evil", "/etc/passwd", "extra.txt", "C:\\evil", "sample.jsonl/x"):
        path = _zip(tmp_path / "bad.zip", {**files, name: "x"})
        with pytest.raises(DataError, match="is refused"):
            check_submission(path)
    link = zipfile.ZipInfo("verdict.jsonl")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        for name, body in files.items():
            archive.writestr(link if name == "verdict.jsonl" else name, body)
    with pytest.raises(DataError, match="no plain file"):
        check_submission(tmp_path / "link.zip")
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("verdict.jsonl", b"")
    with pytest.raises(DataError, match="twice"):
        check_submission(tmp_path / "twice.zip")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.zip", "link.zip", "twice.zip"]


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [("MOST_BYTES", 1000, "are the most"), ("MOST_ROWS", 3, "more than 3 rows"),
     ("MOST_LINE", 200, "a line of")],
)  # fmt: skip
def test_an_archive_that_would_fill_the_disk_is_refused(
    honest: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, said: str
) -> None:
    monkeypatch.setattr(submission, limit, value)
    with pytest.raises(DataError, match=said):
        check_submission(honest)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"[1]", "not a JSON object"),
        (b"nonsense", "line 1"),
        (b"\xff\xfe", "line 1"),
        (b'{"id": "x"}', "missing or unknown"),
        (b"[" * 5000, "line 1"),
        (b'{"id": "x", "text": NaN}', "NaN is no number"),
        (b'{"id": 7, "text": "x"}', "id = 7 does not fit"),
        (b'{"id": null, "text": "x"}', "id is missing"),
        (b'{"id": "' + b"x" * 33 + b'", "text": "x"}', "does not fit"),
        (b'{"id": "x", "text": "\\ud800"}', "does not fit"),
        (b'{"id": "x", "text": "a prompt"}', "prompt x: its id does not follow"),
    ],
)
def test_rows_are_taken_for_nothing_until_they_fit(
    honest: Path, tmp_path: Path, line: bytes, said: str
) -> None:
    files = {**_plain(honest), "prompt.jsonl": line + b"\n"}
    index = json.loads(files[INDEX])
    index["files"]["prompt.jsonl"] = sha256(line + b"\n").hexdigest()
    faults = check_submission(
        _zip(tmp_path / "odd.zip", {**files, INDEX: json.dumps(index)})
    ).faults
    assert any(said in fault for fault in faults), faults


def test_many_bad_lines_are_counted(honest: Path, tmp_path: Path) -> None:
    files = {**_plain(honest), "verdict.jsonl": b"\n" * 10_000}
    faults = check_submission(_zip(tmp_path / "lines.zip", files)).faults
    assert len(faults) < 40
    assert any("9,980 more lines like these" in fault for fault in faults)


@pytest.mark.parametrize("body", [b"no zip", b"", b"PK\x03\x04" + b"\0" * 40])
def test_what_is_no_submission_is_said(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(body)
    with pytest.raises(DataError, match="is no submission"):
        check_submission(tmp_path / "x.zip")
    with pytest.raises(DataError, match="cannot read"):
        check_submission(tmp_path / "none.zip")
    with pytest.raises(DataError, match=r"there is no submission\.json"):
        check_submission(_zip(tmp_path / "empty.zip", {}))
    files = dict.fromkeys(NAMES, "{}")
    with pytest.raises(DataError, match="does not say what it is"):
        check_submission(_zip(tmp_path / "index.zip", files))


def test_a_newer_schema_is_said(honest: Path, tmp_path: Path) -> None:
    content = read(honest)
    content[INDEX]["schema"] = "9999"
    faults = check_submission(write(tmp_path / "new.zip", content)).faults
    assert len(faults) == 1
    assert "both need the same version" in faults[0]


def test_what_is_told_of_this_machine_is_packed_by_name_alone(
    runs_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = tmp_path / "runs.sqlite"
    with sqlite3.connect(runs_db) as old, sqlite3.connect(db) as new:
        old.backup(new)
        new.execute(
            "UPDATE model SET spec = 'openai:m@http://me:secretword@10.0.0.7:8000/v1' "
            "WHERE name = 'tiny-m'"
        )
    with open_store(db) as store:
        runs = find_runs(store, model="tiny-m")
        pack(store, runs, tmp_path / "m.zip")
        body = b"".join(v for v in _plain(tmp_path / "m.zip").values() if isinstance(v, bytes))
        assert b"10.0.0.7" not in body
        assert b"secretword" not in body
        assert b"http://private:8000/v1" in body
        text = read(tmp_path / "m.zip")["prompt.jsonl"][0]["text"]
        monkeypatch.setenv("SOME_API_KEY", text[:12])
        with pytest.raises(UsageError, match="SOME_API_KEY"):
            pack(store, runs, tmp_path / "n.zip")
        pack(store, runs, tmp_path / "n.zip", allow_secrets=True)


def test_by_the_command(runs_db: Path, tmp_path: Path) -> None:
    def run(*words: object) -> tuple[int, str]:
        done = CliRunner().invoke(cli, list(map(str, words)), standalone_mode=False)
        if isinstance(done.exception, UsageError | DataError):
            return 2, str(done.exception)
        assert done.exception is None, done.exception
        return int(done.return_value or 0), done.output

    out, board = tmp_path / "s.zip", tmp_path / "board.sqlite"
    code, said = run("submit", "--db", runs_db, "--model", "tiny-s", "--out", out, "--json")
    assert (code, len(json.loads(said)["runs"])) == (0, 4)
    assert run("site", "check-submission", out)[0] == 0
    assert run("site", "check-submission", out, "--accept")[0] == 2
    assert run("site", "check-submission", tmp_path / "none.zip")[0] == 2
    code, said = run("site", "check-submission", out, "--db", board, "--accept", "--json")
    assert (code, json.loads(said)["accepted"]) == (0, True)
    assert {r.model for r in harness.show(board)} == {"tiny-s"}
    content = read(out)
    _verdict(content)
    code, said = run("site", "check-submission", write(tmp_path / "lie.zip", content))
    assert code == 1
    assert "it is said to be correct" in said
    assert run("submit", "--db", runs_db, "--model", "nobody")[0] == 2
