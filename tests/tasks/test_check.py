"""`harness tasks check` and `harness.tasks.check`: each check can fail, and says what is wrong."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.core import (
    DataSource,
    Estimate,
    HarnessError,
    Message,
    Problem,
    Prompt,
    Status,
    Verdict,
    VerifierSpec,
    registry,
)
from harness.tasks import check

DOCS = Path(__file__).parents[2] / "docs" / "tasks.md"


class Sums:
    """A sound task of 20 problems; the tests break one thing each."""

    name, version, summary = "sums-of-the-tests", "1", "small sums"
    public_seed = 0

    def load(self, source):
        first = 10 + int(source.options.get("seed", self.public_seed)) % 1000
        return [self.problem(n) for n in range(first, first + 20)][: source.limit]

    def problem(self, n):
        return Problem(id=f"sum-{n}", question=f"{n} + 1?", gold=str(n + 1), lure=str(n))

    def prompt(self, problem):
        return Prompt.user(problem.question)

    def verifier(self):
        return VerifierSpec("math")

    def metrics(self, scored):
        return {}

    def certify(self, problem):
        if eval_sum(problem.question) != int(problem.gold):
            raise HarnessError(f"{problem.id} is not proved")


def eval_sum(question: str) -> int:
    return sum(map(int, re.findall(r"\d+", question)))


def failing(**changes: object) -> dict[str, list[str]]:
    """The failures of a task with some members replaced."""
    return check(type("Broken", (Sums,), changes)()).failures


def test_a_sound_task_passes_and_says_what_did_not_apply() -> None:
    report = check(Sums())
    assert report.ok
    assert report.problems == 20
    assert report.skipped == {"other process": "the task is not registered under its name"}
    members = {k: v for k, v in vars(Sums).items() if k not in ("public_seed", "certify")}
    bare = type("Bare", (), {**members, "load": seedless})
    assert set(check(bare()).skipped) == {"other process", "seed", "certificate"}


def broken_problem(**fields: object) -> Callable[[object, int], Problem]:
    """`problem` with one field of every item replaced."""
    base = lambda n: {"id": f"sum-{n}", "question": f"{n} + 1?", "gold": str(n + 1)}  # noqa: E731
    return lambda _self, n: Problem(**{**base(n), "lure": str(n), **fields})


CALLS = iter(range(10**6))

BROKEN = {
    "loads": ({"load": lambda _s, _source: []}, "no problems"),
    "facts": ({"summary": ""}, "summary must be one line"),
    "determinism": (
        {"problem": lambda _s, n: Problem(id=f"{n}-{next(CALLS)}", question="?", gold="1")},
        "second load",
    ),
    "unique ids": ({"problem": broken_problem(id="same")}, "id same comes 20 times"),
    "plain data": ({"problem": broken_problem(meta={"row": (1, 2)})}, "way through JSON"),
    "prompt": (
        {"prompt": lambda _s, _p: Prompt((Message("assistant", "Hello"),))},
        "does not end with a user's turn",
    ),
    "gold": ({"verifier": lambda _s: VerifierSpec("choice")}, "gold '11' is graded"),
    "lure": ({"problem": broken_problem(gold="7", lure="7.0")}, "lure '7.0' is graded correct"),
    "certificate": ({"certify": lambda _s, p: eval_sum(p.missing)}, "AttributeError"),
    "metrics": (
        {"metrics": lambda _s, _x: {"a": Estimate(value=2, low=0, high=1, n=1, clusters=1)}},
        "a = 2 lies outside [0, 1]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_each_check_can_fail(name: str) -> None:
    changes, message = BROKEN[name]
    failures = failing(**changes)
    assert message in "\n".join(failures[name]), failures


def test_a_limit_that_does_more_than_cut() -> None:
    def load(self, source):
        found = Sums.load(self, type(source)(options=source.options))
        return found if source.limit is None else found[-source.limit :]

    assert "limit=10" in failing(load=load)["determinism"][0]


def test_seeds_that_do_nothing_or_are_not_the_public_one() -> None:
    plain = lambda self, source: [self.problem(n) for n in range(20)][: source.limit]  # noqa: E731
    assert failing(load=plain)["seed"] == ["seed=90001 gave no new question"]
    assert "public_seed=5" in failing(public_seed=5, load=seedless)["seed"][0]


def seedless(self, source):
    first = int(source.options.get("seed", 0)) % 1000
    return [self.problem(n) for n in range(first, first + 20)][: source.limit]


class Anything:
    def verify(self, response, problem, *, truncated=False):
        return Verdict(status=Status.CORRECT)


def test_a_verifier_that_likes_everything_is_found(monkeypatch) -> None:
    monkeypatch.setitem(registry._registered["verifiers"], "anything", Anything)
    found = failing(verifier=lambda _self: VerifierSpec("anything"))
    assert found["no answer"] == ["sum-10: an empty answer is graded correct () (and 19 more)"]


@pytest.fixture(scope="module")
def run(harness_command: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`harness …` in a process of its own."""

    def go(*words: object) -> subprocess.CompletedProcess[str]:
        command = [harness_command, *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return go


def test_an_order_that_hangs_on_hashes_shows_in_another_process(run, tmp_path: Path) -> None:
    file = tmp_path / "hashed.py"
    file.write_text(
        "from harness import register\nfrom harness.core import Problem, Prompt, VerifierSpec\n"
        "class Hashed:\n"
        "    name, version, summary = 'hashed', '1', 'a set in its making'\n"
        "    def load(self, source):\n"
        "        words = {f'word {i}' for i in range(50)}\n"
        "        return [Problem(id=w, question=w, gold='1') for w in words][: source.limit]\n"
        "    def prompt(self, problem): return Prompt.user(problem.question)\n"
        "    def verifier(self): return VerifierSpec('math')\n"
        "    def metrics(self, scored): return {}\n"
        "register('tasks', 'hashed', Hashed)\n",
        "utf-8",
    )
    result = run("tasks", "check", file)
    assert result.returncode == 1
    assert "another process makes other problems" in result.stdout
    assert "ok    determinism" in result.stdout


def test_the_command_on_names_and_files(run, tmp_path: Path) -> None:
    result = run("tasks", "check", "arithmetic:seed=5", "--limit", "40", "--json")
    [report] = json.loads(result.stdout)
    assert (result.returncode, report["ok"], report["problems"]) == (0, True, 40)
    assert {"gold", "other process", "seed"} <= set(report["checks"])
    empty = tmp_path / "empty.py"
    empty.write_text("", "utf-8")
    for target, message in (
        (empty, "registers no task"),
        ("nowhere.py", "no such Python file"),
        ("decimal", "did you mean 'decimals'"),
    ):
        result = run("tasks", "check", target)
        assert (result.returncode, message in result.stderr) == (2, True), result
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize("name", ["decimals", "traps", "arithmetic"])
def test_the_generated_tasks_pass_as_registered(name: str) -> None:
    report = check(registry.find("tasks", name)(), DataSource(limit=40))
    assert report.ok, report.failures
    assert "other process" not in report.skipped


def test_the_page_leads_from_nothing_to_a_leaderboard(
    harness_command: Path, tmp_path: Path
) -> None:
    """The very lines of the docs."""
    text = DOCS.read_text("utf-8")
    part = text[text.index("## Writing a task") :]
    [code, lines, *_] = re.findall(r"```\w+\n(.*?)```", part, re.S)
    (tmp_path / "doubles.py").write_text(code, "utf-8")
    commands = lines.strip().split("\n")
    assert [c.split()[:2] for c in commands] == [
        ["harness", "tasks"], ["harness", "eval"], ["harness", "eval"], ["harness", "site"],
    ]  # fmt: skip
    script = f'set -e\nharness() {{ "{harness_command}" "$@"; }}\n{lines}'
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "FAIL" not in done.stdout
    assert "public - fresh" in done.stdout
    pages = list((tmp_path / "_site").rglob("*.html"))
    assert any("doubles" in page.read_text("utf-8") for page in pages)
