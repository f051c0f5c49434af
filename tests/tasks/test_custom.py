"""Tasks without code: what a file of questions becomes, and what is said of a bad one."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.core import DataSource, HarnessError, Problem, TaskSpec, UsageError, registry
from harness.run.plan import LoadedTask, load_task
from harness.tasks import check
from harness.tasks.custom import reading

QUIZ = """question,answer,topic
What is 7 + 5?,12,sums
"What is 1,000 - 1?",999,sums
What is half of 9?,4.5,halves
What is 3 times 3?,9,products
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Writes a file into an empty folder, which is the present one."""
    monkeypatch.chdir(tmp_path)

    def go(name: str, text: str) -> Path:
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, "utf-8")
        return tmp_path / name

    return go


def load(name: str, **more: Any) -> LoadedTask:
    return load_task(TaskSpec.parse(name), **more)


def by_id(name: str) -> dict[str, Problem]:
    return {problem.id: problem for problem in load(name).problems}


def test_a_table_of_questions_is_a_task(write) -> None:
    write("quiz.csv", QUIZ)
    task = load("quiz.csv")
    assert str(task.spec) == "quiz.csv"
    assert task.verifier.name == "math"
    found = {p.id: (p.question, p.gold) for p in task.problems}
    assert found["row-2"] == ("What is 1,000 - 1?", "999")
    assert check(task.task).ok
    [prompt, *_] = task.prompts
    assert prompt.messages[-1].content.endswith('end with "Answer: <number>".')


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("q.tsv", "Problem\tTarget\nWhat is 7 + 5?\t12\n"),
        ("q.csv", "prompt;solution\nWhat is 7 + 5?;12\n"),
        ("q.jsonl", '{"input": "What is 7 + 5?", "output": 12}\n'),
        ("q.json", '[{"query": "What is 7 + 5?", "label": "12"}]'),
        ("q.csv", "sep=;\r\nFrage;Lösung\r\nWhat is 7 + 5?;12\r\n"),
        ("q.csv", "\ufeff题目,答案\nWhat is 7 + 5?,12\n"),
    ],
)
def test_other_tables_and_usual_names_of_columns_are_understood(write, name, text) -> None:
    write(name, text)
    [problem] = load(name).problems
    assert (problem.question, problem.gold) == ("What is 7 + 5?", "12")


CHOICES = [
    ("question,A,B,C,answer\nCapital of Italy?,Paris,Rome,Oslo,B\n", "B"),
    ("question,A,B,C,answer\nCapital of Italy?,Paris,Rome,Oslo,Rome\n", "B"),
    ("question,choice1,choice2,answer\nCapital of Italy?,Paris,Rome,2\nOf France?,Paris,Rome,1\n",
     "B"),
    ("question,choices,answer\nCapital of Italy?,Paris|Rome,1\nOf France?,Paris|Rome,0\n", "B"),
    ('question,options,answer\nCapital of Italy?,"[""Paris"", ""Rome""]",b\n', "B"),
    ("question,A,B,answer\nWhich is 7 + 5?,11,12,12\n", "B"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "gold"), CHOICES)
def test_choices_are_lettered_however_they_are_written(write, text, gold) -> None:
    write("caps.csv", text)
    task = load("caps.csv")
    [problem, prompt] = next(
        (p, m) for p, m in zip(task.problems, task.prompts, strict=True) if p.id == "row-1"
    )
    assert (problem.gold, task.verifier.name) == (gold, "choice")
    lines = prompt.messages[-1].content.splitlines()
    assert lines[2].startswith("A. ")
    assert lines[-1] == 'End with "Answer: <letter>".'
    assert check(task.task).ok


def test_choices_of_an_arc_row(write) -> None:
    row = {"id": "x1", "question": "Which is hot?", "answerKey": "B",
           "choices": {"text": ["ice", "fire"], "label": ["A", "B"]}}  # fmt: skip
    write("arc.jsonl", json.dumps(row))
    write("arc.yaml", "data: arc.jsonl\nfields: {answer: answerKey}\n")
    [problem] = load("arc.yaml").problems
    assert (problem.id, problem.gold, problem.meta["choices"]) == ("x1", "B", ["ice", "fire"])


TASK = """
summary: a quiz
version: "3"
data: quiz.csv
fields:
  question: "Solve: {{ question }}"
  cluster: topic
factors: [topic]
prompt: "[{{ topic }}] {{ question }}"
system: Be brief.
begin: "So:"
stop: ["Question:"]
verifier: numeric
shots: 1
"""


def test_a_task_file_says_all_that_a_class_could(write) -> None:
    write("quiz.csv", QUIZ)
    write("quiz.yaml", TASK)
    task = load("quiz.yaml")
    assert (task.task.version, task.verifier.name) == ("3", "numeric")
    assert {p.cluster for p in task.problems} == {"sums", "halves", "products"}
    for problem, prompt in zip(task.problems, task.prompts, strict=True):
        roles = [m.role for m in prompt.messages]
        assert roles == ["system", "user", "assistant", "user"]
        assert (prompt.begin, prompt.stop) == ("So:", ("Question:",))
        topic = problem.meta["factors"]["topic"]
        assert prompt.messages[-1].content == f"[{topic}] {problem.question}"
        assert f"[{topic}]" not in prompt.messages[1].content  # an example of another cluster
    assert check(task.task).ok


def test_the_same_in_toml(write) -> None:
    write("quiz.csv", QUIZ)
    write("quiz.yaml", TASK)
    write("quiz.toml", """
summary = "a quiz"
version = "3"
data = "quiz.csv"
factors = ["topic"]
prompt = "[{{ topic }}] {{ question }}"
system = "Be brief."
begin = "So:"
stop = ["Question:"]
verifier = "numeric"
shots = 1
[fields]
question = "Solve: {{ question }}"
cluster = "topic"
""")  # fmt: skip
    one, other = load("quiz.yaml"), load("quiz.toml")
    assert (one.problems, one.prompts) == (other.problems, other.prompts)


def test_examples_come_from_their_own_file_and_their_number_can_be_overridden(write) -> None:
    write("quiz.csv", QUIZ)
    write("examples.csv", "question,answer\nWhat is 1 + 1?,2\nWhat is 2 + 2?,4\n")
    write("quiz.yaml", "data: quiz.csv\nexamples: examples.csv\n")
    assert len(load("quiz.yaml").prompts[0].messages) == 1
    messages = load("quiz.yaml:shots=2").prompts[0].messages
    assert {m.content for m in messages if m.role == "assistant"} == {"Answer: 2", "Answer: 4"}


def test_a_csv_to_a_leaderboard_and_what_the_run_keeps(write, tmp_path) -> None:
    file = write("sub/quiz.csv", QUIZ)
    words = {"limit": 4, "max_output_tokens": 8}
    [report] = harness.evaluate("onnx:tiny-s", "sub/quiz.csv", "greedy", **words).reports
    assert report.task == "quiz.csv"
    kept = report.manifest.extra["data"]
    assert kept == {"data": "quiz.csv", "rows": 4, "data_sha256": reading._sha(file.read_bytes())}
    harness.build_site(tmp_path / "site")
    assert "quiz.csv" in (tmp_path / "site" / "index.html").read_text("utf-8")


def test_the_file_itself_is_kept_and_another_place_is_the_same_run(write, monkeypatch) -> None:
    write("quiz.csv", QUIZ)
    write("quiz.yaml", "data: quiz.csv\nfactors: [topic]\n")
    words = {"max_output_tokens": 8, "db": Path("x.sqlite").resolve()}
    [first] = harness.evaluate("onnx:tiny-s", "quiz.yaml", "greedy", **words).reports
    assert "topic=sums" in first.metrics
    kept = first.manifest.extra["data"]
    assert kept["text"] == "data: quiz.csv\nfactors: [topic]\n"
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    again = harness.evaluate("onnx:tiny-s", "../quiz.yaml", "greedy", **words)
    assert (again.asked, [r.id for r in again.reports]) == (0, [first.id])


def test_two_files_of_one_name_are_refused_in_one_evaluation(write) -> None:
    write("a/same.csv", QUIZ)
    write("b/same.csv", QUIZ)
    with pytest.raises(UsageError, match="files of the same name"):
        harness.plan("onnx:tiny-s", ["a/same.csv", "b/same.csv"], "greedy")


def test_a_name_with_spaces_and_marks_is_one_word(write) -> None:
    write("my quiz, 2nd.csv", QUIZ)
    assert str(load("my quiz, 2nd.csv").spec) == "my-quiz-2nd.csv"
    assert len(load("my-quiz-2nd.csv").problems) == 4


def test_a_data_set_of_the_hub(write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub cannot be had here: its client is replaced by one that tells what it was asked."""
    asked = []

    def stand_in(name, config, *, split, revision):
        asked.append((name, config, split, revision))
        return [{"problem": "What is 1 + 1?", "final": "2"}]

    monkeypatch.setattr("datasets.load_dataset", stand_in)
    task = load("hub:org/sums:split=dev,config=main,revision=abc,answer=final")
    assert [(p.question, p.gold) for p in task.problems] == [("What is 1 + 1?", "2")]
    assert asked[0] == ("org/sums", "main", "dev", "abc")
    assert task.origin["hub"] == "org/sums"
    assert registry.make("tasks", task.spec.name).metrics([]) == {}


BAD = [
    ("none.csv", None, "no such file"),
    ("q.csv", "", "has no rows"),
    ("q.csv", "text\nx\n", "no column for the answer (found: text)"),
    ("q.csv", "question,answer\nWhat?,1\nWhat, now?,2\n", "line 3: 3 cells, but the first line"),
    ("q.csv", 'question,answer\n"What is 1 + 2?,3\n', "a cell that begins with a quote"),
    ("q.csv", "question,answer\nWhat\0?,3\n", "row 1: question contains a NUL character"),
    ("q.csv", "PK\3\4", "q.csv is a spreadsheet, not a text file: save it as CSV UTF-8"),
    ("q.csv", "question,question\na,b\n", "line 1: two columns named 'question'"),
    ("q.csv", "question,answer\nWhat is it?,\n", "row 1: the answer is empty"),
    ("q.csv", "question,answer\n  ,1\n", "row 1: the question is empty"),
    ("q.csv", "question,A,B,answer\nWhich?,x,y,D\n", "row 1: the answer 'D' is not one of the 2"),
    ("q.csv", "question,A,B,C,answer\nWhich?,x,y,z,1\nWhich one?,x,y,z,2\n", "write letters"),
    ("q.jsonl", '{"question": "a \\ud83d", "answer": 1}', "row 1: question contains half a"),
    ("q.jsonl", '{"question": "a", "answer": 1}\n{"question":', "line 2 is not JSON"),
    ("q.jsonl", '{"question": ["a", "b"], "answer": 1}', "'question' is a list, not text"),
    ("q.jsonl", '{"question": "a", "answer": {"value": 1}}', "'answer' is an object, not text"),
    ("q.jsonl", '{"question": "a", "answer": NaN}', "row 1: 'answer' is NaN"),
    ("q.yaml", "data: [", "line 1: not YAML"),
    ("q.yaml", "- data\n", "expected keys with values"),
    ("q.yaml", "data: quiz.csv\nverifer: math\n", "unknown key 'verifer': did you mean 'verifier'"),
    ("q.yaml", "data: quiz.csv\nfields: {qestion: a}\n", "fields: unknown key 'qestion'"),
    ("q.yaml", "data: quiz.csv\nverifier: maths\n", "'maths': did you mean 'math'"),
    ("q.yaml", "data: quiz.csv\nverifier: math\nverifier_options: {x: 1}\n", "no option 'x'"),
    ("q.yaml", "data: quiz.csv\nfields: {answer: anwer}\n", "did you mean 'answer'?"),
    ("q.yaml", "data: quiz.csv\nfactors: [topik]\n", "did you mean 'topic'?"),
    ("q.yaml", "data: quiz.csv\nprompt: '{{ qestion }}'\n", "did you mean 'question'?"),
    ("q.yaml", "data: quiz.csv\nprompt: '{{ question'\n", "not a Jinja template"),
    ("q.yaml", "data: quiz.csv\nversion: 2\n", "version: expected text, got a whole number"),
    ("q.yaml", "summary: nothing\n", "give either `data` (a file of questions)"),
    ("q.yaml", "data: other.csv\n", "other.csv: no such file"),
    ("q.yaml", "data: quiz.csv\nshots: 9\n", "from among its own 4 rows"),
    ("q.yaml", "data: quiz.csv\nexamples: quiz.csv\nshots: 1\n", "gives its answer away"),
    ("q.yaml", "data: &a [*a]\n", "it contains itself"),
    ("q.yaml", "data: quiz.csv\nshots: 1\nshots: 2\n", "line 3: 'shots' occurs twice"),
    ("q.yaml", "data: quiz.csv\nfields: {id: a, id: b}\n", "line 2: 'id' occurs twice"),
    ("q.yaml", "data: quiz.csv\nverifier: numeric\nverifier_options: {relativ: 1}\n",
     "'relativ': did you mean 'relative'?"),
    ("q.xlsx", "PK", "q.xlsx is no file of questions, which end in .yaml,"),
    ("q.toml", "data = ", "not TOML"),
    ("q.yaml", "task: sums\ndataset_path: json\n", "name it lm-eval:sums"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "said"), BAD, ids=[f"{n}: {s[:40]}" for n, _, s in BAD])
def test_a_bad_file_is_refused_by_one_line(write, name, text, said) -> None:
    write("quiz.csv", QUIZ)
    if text is not None:
        write(name, text)
    with pytest.raises(HarnessError) as raised:
        load(name)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 2


class Bare:
    """A sound task; the cases below break one thing each."""

    name, version, summary = "bare", "1", "made-up questions"

    def load(self, source: DataSource) -> list[Problem]:
        if source.options:
            raise UsageError(f"task bare has no options: {dict(source.options)}")
        return [self.problem(n) for n in range(12)][: source.limit]

    def problem(self, n: int, **fields: Any) -> Problem:
        asked = {"id": f"q-{n}", "question": f"What is {n} + {n}?", "gold": str(2 * n + 100)}
        return Problem(**{**asked, **fields})

    def prompt(self, problem: Problem) -> harness.Prompt:
        return harness.Prompt.user(problem.question)

    def verifier(self) -> harness.VerifierSpec:
        return harness.VerifierSpec("math")

    def metrics(self, scored: Any) -> dict[str, Any]:
        return {}


def problems(**fields: Any) -> Any:
    """All problems with these fields; a function is called with the problem's number."""

    def made(self: Bare, n: int) -> Problem:
        given = {k: v(n) if callable(v) else v for k, v in fields.items()}
        return Bare.problem(self, n, **given)

    return {"problem": made}


CLASSES = [
    (problems(meta={"choices": {"a", "b"}}), "meta['choices'] holds a set"),
    (problems(meta=lambda n: {"x": {n: 1}}), "meta changes on its way through JSON"),
    (problems(question="What is 1 + 1?"), "the same prompt 12 times, with different answers"),
    (problems(question="What is 1 + 1?", gold="2"), "the same prompt 12 times, each counts"),
    (problems(question="half \ud83d"), "half a character"),
    (problems(gold="\udc00"), "half a character"),
    (problems(question=lambda n: f"{n}? The answer is {2 * n + 100}."), "its prompt says that the"),
    ({"certify": lambda _s, _p: False}, "certify gave False"),
    (problems(id="same"), "id same comes 12 times"),
    (problems(gold=7), "its gold is 7, and must be text"),
    ({"verifier": lambda _s: harness.VerifierSpec("maths")}, "unknown verifier 'maths'"),
    ({"load": lambda _s, _source: [1]}, "load gave a int"),
    ({"prompt": lambda _s, p: p.question}, "prompt gave a str, not a harness.Prompt"),
    ({"load": lambda self, _source: (self.problem(n) for n in range(3))}, "load gave a generator"),
    ({"verifier": lambda _s: "math"}, "verifier gave a str, not a harness.VerifierSpec"),
    ({"verifier": None}, "it has no method verifier"),
    ({"metrics": lambda _s, _x: None}, "metrics gave a NoneType"),
    ({"verifier": lambda _s: harness.VerifierSpec("choice")}, "gold '100' is graded"),
]


@pytest.mark.parametrize(("changes", "said"), CLASSES, ids=[said for _, said in CLASSES])
def test_a_bad_class_fails_with_one_line_about_it(changes, said) -> None:
    assert check(Bare()).ok
    report = check(type("Broken", (Bare,), changes)())
    lines = [line for bad in report.failures.values() for line in bad]
    assert not report.ok
    assert said in "\n".join(lines)
    assert len(report.failures) <= 2, report.failures


def test_what_may_be_meant_is_a_warning() -> None:
    leak = problems(question=lambda n: f"What is {n} + {n}, which is {2 * n + 100}?")
    [warning] = check(type("Leaks", (Bare,), leak)()).warnings
    assert "the gold answer stands in 12 of 12 prompts" in warning
    anything = {"load": lambda self, source: [self.problem(n) for n in range(12)][: source.limit]}
    [warning] = check(type("Ignores", (Bare,), anything)()).warnings
    assert "is ignored" in warning
    assert check(Bare()).warnings == ()


FORMS = {
    "bar.csv": "question,answer\nCapital of Portugal?,Lisbon|Lisboa\n",
    "list.jsonl": '{"question": "Capital of Portugal?", "answer": ["Lisbon", "Lisboa"]}',
}


@pytest.mark.parametrize("name", FORMS)
def test_each_of_several_accepted_forms_is_checked(write, name) -> None:
    task = registry.make("tasks", str(write(name, FORMS[name])))
    report = check(task)
    assert report.ok, report.failures
    assert task.verifier().name == "accepted"


def test_a_gold_that_is_a_pattern_states_no_answer_but_must_be_one(write) -> None:
    write("rx.csv", "question,answer\nA digit?,\\d\n")
    file = write("rx.yaml", "data: rx.csv\nverifier: regex\n")
    assert check(registry.make("tasks", str(file))).ok
    write("rx.csv", "question,answer\nA letter?,[a-z]\nA digit?,[0-\n")
    report = check(registry.make("tasks", str(file)))
    assert report.failures == {
        "gold": ["regex verifier: '[0-': unterminated character set at position 0"]
    }


def test_a_right_choice_under_two_letters_is_refused(write) -> None:
    text = "question,A,B,C,answer\nWhich is even?,8,8,5,A\nWhich is odd?,2,2,7,C\n"
    report = check(registry.make("tasks", str(write("q.csv", text))))
    assert report.failures == {
        "no repeats": ["row-1: the right choice stands there twice, as A and B"]
    }


def test_the_new_task_of_the_command_passes_its_check(cli, harness_command) -> None:
    assert cli("tasks", "new", "mine").code == 0
    checked = subprocess.run(
        [harness_command, "tasks", "check", "mine.yaml"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0
    assert "FAIL" not in checked.stdout
    assert checked.stdout.count("\n── row-") == 2
    assert "[user] " in checked.stdout
    assert cli("tasks", "new", "mine").code == 2
    assert "verifier: math" in cli("tasks", "show", "mine.yaml").out


def test_the_lines_of_the_page_work(harness_command, tmp_path) -> None:
    """Those of docs/tasks.md on tasks without code."""
    page = (Path(__file__).parents[2] / "docs" / "tasks.md").read_text("utf-8")
    part = page[page.index("## Without code") : page.index("## Multiple choice by log-likelihood")]
    [csv, yaml, checks] = re.findall(r"```(?:bash|yaml)\n(.*?)```", part, re.S)
    (tmp_path / "quiz2.yaml").write_text(yaml, "utf-8")
    script = f'set -e\nharness() {{ "{harness_command}" "$@"; }}\n{csv}\n{checks}'
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "FAIL" in done.stdout) == (0, False), done.stderr
    assert "quiz.csv" in (tmp_path / "_site" / "index.html").read_text("utf-8")


def test_a_pipe_is_refused_instead_of_waited_for(cli, tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "pipe.csv is a pipe or a device" in cli("tasks", "preview", "pipe.csv").err


def test_aliases_of_aliases_are_refused_before_they_are_written_out(cli, tmp_path) -> None:
    """A few lines that stand for 9^10 values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    (tmp_path / "bomb.yaml").write_text("\n".join([*lines, "data: *a9"]), "utf-8")
    assert "its aliases (*name) repeat too much" in cli("tasks", "preview", "bomb.yaml").err
