"""Tasks of lm-eval here, held against the real lm-eval on the same outputs of the embedded model.

Needs the extra `[lm-eval]`; without it only the refusal is tested.
"""

from __future__ import annotations

import importlib.util
import json
import random
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.core import (
    DataError,
    Message,
    MissingExtraError,
    Problem,
    Prompt,
    Status,
    TaskSpec,
    UnknownNameError,
    UsageError,
    registry,
)
from harness.interop.lm_eval_export import _row, write_folder
from harness.interop.lm_eval_verifier import LmEvalVerifier, answer_of
from harness.run.evaluate import evaluate
from harness.run.plan import load_task
from harness.verifiers.pool import VerifierPool

THERE = importlib.util.find_spec("lm_eval") is not None
absent = pytest.mark.skipif(not THERE, reason="needs lm-eval: pip install '.[lm-eval]'")


def needs_lm_eval(test: Any) -> Any:
    """Run by .ci/run where lm-eval is installed, skipped elsewhere."""
    return pytest.mark.extras(absent(test))


# lm-eval and what it imports warn of their own future
pytestmark = pytest.mark.filterwarnings("default")

COMPARE = """
task: compare_numbers
dataset_path: json
dataset_kwargs:
  data_files: {{test: {folder}/test.jsonl, train: {folder}/train.jsonl}}
test_split: test
fewshot_split: train
num_fewshot: 2
description: "Answer with one number.\\n\\n"
output_type: generate_until
doc_to_text: "Which is larger, {{{{a}}}} or {{{{b}}}}?"
doc_to_target: "{{{{gold}}}}"
generation_kwargs: {{until: ["\\n\\n", "Question:"], do_sample: false, max_gen_toks: 48}}
filter_list:
  - name: last-number
    filter:
      - {{function: regex, regex_pattern: "(-?[0-9]+\\\\.[0-9]+)", group_select: -1}}
      - {{function: take_first}}
  - name: whole
    filter: [{{function: take_first}}]
metric_list:
  - {{metric: exact_match, aggregation: mean, higher_is_better: true, ignore_case: true}}
metadata: {{version: 1.0}}
"""
VARIANTS = {
    "compare_numbers": "",
    # what a stranger's YAML may do besides: an include, a beginning, own code, several golds
    "compare_begun": 'include: compare.yaml\ntask: compare_begun\ngen_prefix: "Answer:"\n',
    "compare_zero": "include: compare.yaml\ntask: compare_zero\nnum_fewshot: 0\n",
    "compare_code": "include: compare.yaml\ntask: compare_code\n"
    "process_docs: !function judge.docs\nprocess_results: !function judge.judge\n"
    "metric_list:\n  - {metric: near, aggregation: mean, higher_is_better: true}\n",
    "compare_many": "include: compare.yaml\ntask: compare_many\n"
    "doc_to_target: \"{{[gold, gold ~ '0']}}\"\n",
}
JUDGE = """
def docs(dataset):
    return dataset.map(lambda row: {"gold": row["gold"].rstrip("0")})


def judge(doc, results):
    try:
        return {"near": float(abs(float(results[0]) - float(doc["gold"])) < 0.05)}
    except ValueError:
        return {"near": 0.0}
"""
ROWS = 16


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stranger's folder: YAML, code beside it, local rows; and caches of the test's own."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "own"
    path.mkdir()
    (path / "judge.py").write_text(JUDGE)
    for name, text in VARIANTS.items():
        file = "compare.yaml" if not text else f"{name}.yaml"
        (path / file).write_text(text or COMPARE.format(folder=path))
    rng = random.Random(3)
    for part, size in (("test", ROWS), ("train", 6)):
        rows = []
        for _ in range(size):
            whole = rng.randint(1, 20)
            a, b = f"{whole}.{rng.randint(1, 9)}", f"{whole}.{rng.randint(11, 99)}"
            rows.append(json.dumps({"a": a, "b": b, "gold": max(a, b, key=float)}) + "\n")
        (path / f"{part}.jsonl").write_text("".join(rows))
    monkeypatch.setenv(registry.INCLUDE_VARIABLE, str(path))
    return path


class Replay:
    """What lm-eval asks of a model, answered from a table of prompts; as a mixin of its `LM`."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        super().__init__()
        self.answers, self.asked = answers, []

    tokenizer_name = "replay"

    def chat_template(self, chat_template: Any = False) -> str:
        return ""

    def apply_chat_template(self, chat_history: Any, add_generation_prompt: bool = True) -> str:
        return json.dumps([[m["role"], m["content"]] for m in chat_history])

    def generate_until(self, requests: Any, disable_tqdm: bool = False) -> list[str]:
        from lm_eval.models.utils import postprocess_generated_text

        self.asked += [request.args[0] for request in requests]
        texts = [(self.answers[r.args[0]], r.args[1]["until"]) for r in requests]
        # `think_end_token` is set for a model that thinks; with it, every answer is stripped
        ends = ["</think>" if "</think>" in text else None for text, _ in texts]
        return [
            postprocess_generated_text(text, until, end)
            for (text, until), end in zip(texts, ends, strict=True)
        ]

    def loglikelihood(self, requests: Any) -> Any:
        raise NotImplementedError

    loglikelihood_rolling = loglikelihood


def by_lm_eval(task: str, folder: Path, answers: Mapping[str, str], **more: Any) -> Any:
    """lm-eval's own run of a task on given answers: its samples, its results, what it asked."""
    import lm_eval
    from lm_eval.api.model import LM
    from lm_eval.tasks import TaskManager

    model = type("ReplayLM", (Replay, LM), {})(answers)
    manager = TaskManager(include_path=str(folder), include_defaults=False)
    chat = {"apply_chat_template": True, "fewshot_as_multiturn": True}
    out = lm_eval.simple_evaluate(
        model=model, tasks=[task], task_manager=manager, bootstrap_iters=0, log_samples=True,
        **(chat | more),
    )  # fmt: skip
    return out["samples"][task], out["results"][task], model.asked


def key(problem: Problem) -> str:
    """The prompt of a problem, as `Replay` names it."""
    meta = problem.meta
    if meta["plain"]:
        return str(meta["turns"][0][1])
    begun = [["assistant", meta["begin"]]] if meta["begin"] else []
    return json.dumps([*meta["turns"], *begun])


def made(number: int, gold: str) -> str:
    """Answers of all kinds: right, wrong, thought, cut, empty."""
    styles = (
        gold, f"The larger one is {gold}.", "9.99", "", f"First 1.5, then {gold}", "no idea",
        f"Is it 1.5?\n\nNo.</think>{gold}\n\nQuestion: 1.5", f"{gold}\n\n1.5",
    )  # fmt: skip
    return styles[number % len(styles)]


@needs_lm_eval
@pytest.mark.parametrize("options", ["", ":filter=whole", ":chat=no"])
@pytest.mark.parametrize("name", VARIANTS)
def test_prompts_and_judgements_are_lm_evals(folder: Path, name: str, options: str) -> None:
    spec = TaskSpec.parse(f"lm-eval:{name}{options}")
    problems = load_task(spec).problems
    answers = {key(p): made(i, str(p.meta["doc"]["gold"])) for i, p in enumerate(problems)}
    plain = {"apply_chat_template": False, "fewshot_as_multiturn": False}
    samples, results, asked = by_lm_eval(
        name, folder, answers, **(plain if "chat" in options else {})
    )
    assert sorted(asked) == sorted(answers)
    assert len(answers) == ROWS
    metric, chosen = problems[0].meta["lm_eval"]["metric"], problems[0].meta["lm_eval"]["filter"]
    theirs = {s["doc_id"]: s[metric] for s in samples if s["filter"] == chosen}
    verifier = LmEvalVerifier()
    for problem in problems:
        verdict = verifier.verify(answers[key(problem)], problem)
        right = verdict.status is Status.CORRECT
        assert right == theirs[int(problem.id.removeprefix("doc-"))], (verdict, answers)
    assert 0 < sum(theirs.values()) < ROWS
    assert sum(theirs.values()) / ROWS == pytest.approx(results[f"{metric},{chosen}"])


@needs_lm_eval
def test_the_embedded_models_run_scores_as_lm_eval_scores_it(folder: Path, tmp_path: Path) -> None:
    """One run under our engine, its stored answers replayed to lm-eval."""
    db = tmp_path / "t.sqlite"
    spec = "lm-eval:compare_zero"
    result = evaluate("onnx:tiny-s", spec, "greedy", max_output_tokens=48, db=db)
    assert result.ok, result.errors
    [report] = result.reports
    problems = {p.id: p for p in load_task(TaskSpec.parse(spec)).problems}
    with sqlite3.connect(db) as connection:
        rows = connection.execute(
            "SELECT p.content, s.prefix || s.text FROM verdict v JOIN sample s ON s.id=v.sample_id"
            " JOIN problem p ON p.id=v.problem_id"
        ).fetchall()
    connection.close()
    answers = {key(problems[json.loads(content)["id"]]): text for content, text in rows}
    assert len(answers) == ROWS
    _, results, _ = by_lm_eval("compare_zero", folder, answers)
    assert report.accuracy is not None
    assert report.accuracy.value == pytest.approx(results["exact_match,last-number"])


@needs_lm_eval
@pytest.mark.parametrize(
    ("task", "kind", "message"),
    [
        ("compare_nmbers", UnknownNameError, "compare_numbers"),
        ("compare_numbers:filter=no", UnknownNameError, "filter of lm-eval:compare_numbers"),
        ("compare_numbers:metric=f1", UnknownNameError, "exact_match"),
        ("compare_numbers:shot=1", UnknownNameError, "shots"),
        ("compare_numbers:shots=many", UsageError, "whole number"),
        ("rolling", UsageError, "loglikelihood_rolling task"),
        ("wikitext", UsageError, "loglikelihood_rolling task"),  # lm-eval's own, without its data
        ("lost", DataError, "cannot be loaded"),
        ("bundle", UsageError, "group of several tasks"),
    ],
)
def test_what_cannot_be_run_says_why(
    folder: Path, task: str, kind: type[Exception], message: str
) -> None:
    (folder / "rolling.yaml").write_text(
        "include: compare.yaml\ntask: rolling\noutput_type: loglikelihood_rolling\n"
        "filter_list: null\ngeneration_kwargs: null\n"
    )
    (folder / "lost.yaml").write_text(
        f"include: compare.yaml\ntask: lost\n"
        f"dataset_kwargs: {{data_files: {{test: {folder}/none.jsonl}}}}\n"
    )
    (folder / "bundle.yaml").write_text("group: bundle\ntask: [compare_numbers]\n")
    with pytest.raises(kind, match=message):
        load_task(TaskSpec.parse(f"lm-eval:{task}"))


@needs_lm_eval
@pytest.mark.parametrize("spec", ["decimals", "traps:prompt=hint", "arithmetic:seed=5"])
def test_our_tasks_in_lm_eval_have_our_prompts_and_verdicts(tmp_path: Path, spec: str) -> None:
    folder, rows = tmp_path / "for lm-eval", 24
    [name] = write_folder(folder, [TaskSpec.parse(spec)])
    task = load_task(TaskSpec.parse(spec), limit=rows)
    answers, expected = {}, []
    with VerifierPool(workers=1) as pool:
        for number, (problem, prompt) in enumerate(zip(task.problems, task.prompts, strict=True)):
            # beside the right answer and the lure, what a model says of a flaw, or at random
            said = [problem.gold, problem.lure, "This cannot be determined: it lacks a number."]
            answer = f"Answer: {said[number % 3] or 'none of them'}"
            turns = [[m.role, m.content] for m in prompt.messages]
            answers[json.dumps(turns)] = answer
            expected.append(pool.submit(task.verifier, answer, problem).result().status)
    assert len(answers) == rows
    samples, results, asked = by_lm_eval(name, folder, answers, limit=rows)
    assert sorted(asked) == sorted(answers)
    theirs = {s["doc_id"]: (s["acc"], s["lured"]) for s in samples}
    assert [theirs[i] for i in range(rows)] == [
        (status is Status.CORRECT, status is Status.LURED) for status in expected
    ]
    assert 0 < results["acc,none"] < 1
    assert results["acc,none"] == pytest.approx(expected.count(Status.CORRECT) / rows)
    assert results["lured,none"] == pytest.approx(expected.count(Status.LURED) / rows)


@needs_lm_eval
def test_a_strangers_task_travels_with_its_plugin_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from harness import register\nfrom harness.core import Problem, Prompt, VerifierSpec\n"
        "class Mine:\n    name, version, summary = 'mine', '1', 'one'\n"
        "    def load(self, source): return [Problem(id='a', question='6*7?', gold='42')]\n"
        "    def prompt(self, problem): return Prompt.user('6*7?', system='Be brief.')\n"
        "    def verifier(self): return VerifierSpec('math')\n"
        "    def metrics(self, scored): return {}\n"
        "register('tasks', 'mine', Mine)\n"
    )
    registry.load_plugin(file)
    [name] = write_folder(tmp_path / "out", [TaskSpec.parse("mine")])
    text = (tmp_path / "out" / f"{name}.yaml").read_text()
    assert str(file) in text
    prompt = json.dumps([["system", "Be brief."], ["user", "6*7?"]])
    _, results, _ = by_lm_eval(name, tmp_path / "out", {prompt: "It is 42."})
    assert results["acc,none"] == 1


def test_a_prompt_with_earlier_turns_is_refused_for_lm_eval() -> None:
    turns = Prompt((Message("user", "1"), Message("assistant", "2"), Message("user", "3")))
    with pytest.raises(UsageError, match="few-shot"):
        _row(TaskSpec("t"), Problem(id="a", question="3", gold="4"), turns, "{}")


@pytest.mark.skipif(THERE, reason="lm-eval is installed")
def test_without_lm_eval_the_extra_is_named() -> None:
    with pytest.raises(MissingExtraError, match=r"lm-eval"):
        load_task(TaskSpec.parse("lm-eval:gsm8k"))


def test_a_task_needs_a_name() -> None:
    with pytest.raises(UsageError, match="write lm-eval:NAME"):
        registry.find("tasks", "lm-eval:")()


def test_an_answer_is_what_lies_behind_the_thought_before_the_first_end() -> None:
    ends = ["\n\n", "Q:", ""]
    assert answer_of("Let me\n\nsee</think> So: 7 Q: more", "So: ", ends) == "7 "
    assert answer_of("7", "", ends) == "7"
