"""A model as the judge of stored answers: verdicts, ledger, and what is not asked twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.core import (
    BackendError,
    Completion,
    DataSource,
    Estimate,
    Finish,
    Problem,
    Prompt,
    Reply,
    Request,
    Scored,
    Status,
    UsageError,
    Verdict,
    VerifierSpec,
)
from harness.results.reports import load_reports
from harness.run.evaluate import Evaluation, Options, evaluate, make_plan, run_blocking
from harness.run.regrade import judge_evaluation, open_judge, regrade_runs
from harness.store import open_store
from harness.verifiers.flaw.judge import judged


class Holes:
    """Three problems without an answer, and one with."""

    name, version, summary = "holes", "1", "flawed problems (for tests)"

    def load(self, source: DataSource) -> Sequence[Problem]:
        flawed = [Problem(id=f"p{i}", question=f"Hole {i}?", gold=None, lure="1") for i in range(3)]
        return [*flawed, Problem(id="sound", question="Digit?", gold="1")][: source.limit]

    def prompt(self, problem: Problem) -> Prompt:
        return Prompt.user(problem.question)

    def verifier(self) -> VerifierSpec:
        return VerifierSpec("flaw")

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        return {}


harness.register("tasks", "holes", Holes)


def says(stub: Any, reply: Callable[[str], str]) -> Any:
    """A stub that replies to the text of the prompt."""

    class Sayer(stub):  # type: ignore[misc]
        async def generate(self, request: Request) -> Reply:
            got = await super().generate(request)
            text = reply(request.prompt.messages[-1].content)
            one = Completion(text=text, finish=Finish.STOP, output_tokens=len(text) + 1)
            return Reply(completions=(one,) * len(request.seeds), usage=got.usage, latency_s=0.0)

    return Sayer(marks=None)


def rows(db: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(query).fetchall()


VERDICTS = """
    SELECT json_extract(problem.content, '$.id'), verdict.status FROM verdict
    JOIN problem ON problem.id = verdict.problem_id
    JOIN run ON run.verifier = verdict.verifier AND run.verifier_version = verdict.version
    ORDER BY 1
"""


@pytest.fixture
def answered(stub: Any, tmp_path: Path) -> tuple[Path, str]:
    """A database with a run of `holes`: every answer is 1."""
    db = tmp_path / "judge.sqlite"
    backend = says(stub, lambda _: "Answer: 1")
    done = evaluate(backend, "holes", "greedy", options=Options(db=db))
    return db, done.reports[0].id


def test_a_judges_verdicts_stand_beside_the_rules_and_its_calls_in_the_ledger(
    answered: tuple[Path, str], stub: Any
) -> None:
    db, run_id = answered
    assert dict(rows(db, VERDICTS)) == {
        "p0": "lured", "p1": "lured", "p2": "lured", "sound": "correct",
    }  # fmt: skip

    def reply(asked: str) -> str:
        assert "Answer: 1" in asked
        return {"Hole 0?": "Verdict: RECOGNISED", "Hole 1?": "Hm. **Verdict: MISSED**"}.get(
            next(line for line in asked.splitlines() if line.startswith("Hole")), "I cannot say."
        )

    judge = says(stub, reply)
    with open_store(db) as store:
        [result] = regrade_runs(store, [run_id], judge)
        assert (result.changed, result.ungraded) == (2, 1)
        assert result.after == "flaw by stub:stub@2+judge1"
        [report] = load_reports(store, [run_id])
        assert report.manifest["command"].endswith("--budget 'greedy' --judge stub:stub")
        assert (judge.calls, judge.closed) == (3, True)
        assert dict(rows(db, VERDICTS)) == {
            "p0": "correct", "p1": "lured", "p2": "ungraded", "sound": "correct",
        }  # fmt: skip
        paid = rows(db, "SELECT run_id, role, output_tokens FROM call WHERE role = 'judge'")
        assert [(run, role) for run, role, _ in paid] == [(run_id, "judge")] * 3
        assert sum(tokens for *_, tokens in paid) == judge.output_tokens

        again = says(stub, reply)
        [result] = regrade_runs(store, [run_id], again)
        assert (again.calls, result.changed) == (0, 0)
        [result] = regrade_runs(store, [run_id])
        assert result.after == "flaw@2"
        assert "--judge" not in load_reports(store, [run_id])[0].manifest["command"]
    assert dict(rows(db, VERDICTS))["p0"] == "lured"


def test_a_task_that_asks_no_model_is_refused(
    run: Callable[..., Evaluation], stub: Any, tmp_path: Path
) -> None:
    db = tmp_path / "judge.sqlite"
    done = run(stub(), "greedy", db=db)
    judge = stub()
    with open_store(db) as store, pytest.raises(UsageError, match="verifier math, which asks no"):
        regrade_runs(store, [done.reports[0].id], judge)
    assert judge.calls == 0


def test_an_eval_reports_by_its_judge_where_the_task_asks_one(stub: Any, tmp_path: Path) -> None:
    options = Options(db=tmp_path / "judge.sqlite")
    plan = make_plan(says(stub, lambda _: "Answer: 1"), ["holes", "thirds"], "greedy")
    done = run_blocking(plan, options)
    judge = says(stub, lambda _: "Verdict: RECOGNISED")
    holes, thirds = judge_evaluation(plan, options, done, judge).reports
    assert (holes.verifier, holes.accuracy.value) == ("flaw by stub:stub@2+judge1", 1.0)
    assert done.reports[0].accuracy.value == 0.25  # by the rules, the sound problem alone
    assert thirds == done.reports[1]
    assert (judge.calls, judge.closed) == (3, True)

    plan = make_plan(says(stub, lambda _: "Answer: 1"), ["holes", "thirds"], "greedy")
    assert run_blocking(plan, options).calls == 0  # the same command goes on: nothing is left
    again = says(stub, lambda _: "Verdict: RECOGNISED")
    assert judge_evaluation(plan, options, done, again).reports[0].accuracy.value == 1.0
    assert again.calls == 0


def test_a_judge_that_fails_leaves_the_verdicts_of_the_rules(stub: Any, tmp_path: Path) -> None:
    options = Options(db=tmp_path / "judge.sqlite")
    plan = make_plan(says(stub, lambda _: "Answer: 1"), "holes", "greedy")
    done = run_blocking(plan, options)

    def broken(_: str) -> str:
        raise BackendError("no such server")

    with pytest.raises(BackendError, match=r"judge failed: no such server\n.*are stored"):
        judge_evaluation(plan, options, done, says(stub, broken))
    assert dict(rows(tmp_path / "judge.sqlite", VERDICTS))["p0"] == "lured"


def test_a_judge_that_cannot_serve_is_refused_before_anything_is_run(stub: Any) -> None:
    plan = make_plan(stub(), "thirds", "greedy")
    with pytest.raises(UsageError, match="no task of thirds asks a model"):
        open_judge(plan, Options(), "openai:judge")
    plan = make_plan(stub(), ["thirds", "holes"], "greedy")
    for limited in (Options(max_tokens=100), Options(max_usd=0.1)):
        with pytest.raises(UsageError, match="harness regrade --judge openai:judge"):
            open_judge(plan, limited, "openai:judge")
    with pytest.raises(UsageError, match="did you mean"):
        open_judge(plan, Options(), "openia:judge")


@pytest.mark.parametrize(
    ("reply", "rules", "status"),
    [
        ("Verdict: RECOGNIZED", Status.LURED, Status.CORRECT),
        ("verdict: missed", Status.CORRECT, Status.WRONG),
        ("verdict: missed", Status.LURED, Status.LURED),
        ("Verdict: RECOGNISED? No.\nVerdict: OTHER", Status.REFUSED, Status.REFUSED),
        ("Verdict: other", Status.CORRECT, Status.UNPARSED),
        ("The flaw is recognised.", Status.CORRECT, Status.UNGRADED),
        ("", Status.WRONG, Status.UNGRADED),
    ],
)
def test_a_reply_is_read_by_its_last_verdict(reply: str, rules: Status, status: Status) -> None:
    verdict = judged(reply, Verdict(status=rules, method="flaw/rules"))
    assert verdict.status is status
    assert verdict.method == "flaw/judge"
