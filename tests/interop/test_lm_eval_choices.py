"""lm-eval's tasks held against lm-eval's own evaluator on one real model, document by document.

`tiny-s` as safetensors, in lm-eval's `hf` and in ours: 27 of its YAML files whose choices are read,
15 further shapes of a configuration, 4 files whose answers are written, 3 groups.
"""

from __future__ import annotations

import importlib.util
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.cli.tables import group_lines
from harness.core import ModelSpec, Prompt, Status, TaskSpec, registry
from harness.core.likelihood import read_measures
from harness.interop.lm_eval_verifier import LmEvalVerifier
from harness.models.folder import EMBEDDED
from harness.run.evaluate import Evaluation, evaluate
from harness.run.plan import load_task

from . import lm_eval_rows as rows

THERE = importlib.util.find_spec("lm_eval") is not None
pytestmark = [
    pytest.mark.extras,
    pytest.mark.skipif(not THERE, reason="needs lm-eval: pip install '.[lm-eval]'"),
    pytest.mark.filterwarnings("default"),
]

TASKS = [*rows.READ, *rows.SHAPES, "own_longer"]
METRICS = {"cola": "mcc"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import lm_eval.tasks

    path = tmp_path_factory.mktemp("own")
    rows.write(path, Path(lm_eval.tasks.__file__).parent)
    return path


@pytest.fixture(autouse=True)
def included(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(registry.INCLUDE_VARIABLE, str(folder))


def by_lm_eval(folder: Path, tasks: list[str], model: Any = None, **more: Any) -> dict[str, Any]:
    """lm-eval's own run of some tasks on the embedded model."""
    import lm_eval
    from lm_eval.tasks import TaskManager

    options = {"pretrained": str(EMBEDDED / "tiny-s"), "dtype": "float32"}
    manager = TaskManager(include_path=str(folder), include_defaults=False)
    found: dict[str, Any] = lm_eval.simple_evaluate(
        model=model or "hf", model_args=None if model else options, device="cpu", tasks=tasks,
        task_manager=manager, bootstrap_iters=0, log_samples=True, batch_size=8, **more,
    )  # fmt: skip
    return found


@pytest.fixture(scope="module")
def theirs(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_DATASETS_CACHE", str(tmp_path_factory.mktemp("cache")))
        return by_lm_eval(folder, TASKS)


def metrics_of(sample: Mapping[str, Any]) -> list[str]:
    known = ("acc", "acc_norm", "acc_bytes", "acc_mutual_info", "exact_match")
    return [name for name in known if name in sample["metrics"]]


@pytest.fixture(scope="module")
def ours(
    folder: Path, theirs: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Evaluation, Path]:
    """One command: every task with every metric, and the groups."""
    db = tmp_path_factory.mktemp("ours") / "t.sqlite"
    wanted = [
        f"lm-eval:{name}:metric={metric}"
        for name in TASKS
        for metric in metrics_of(theirs["samples"][name][0])
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(registry.INCLUDE_VARIABLE, str(folder))
        patch.setenv("HF_DATASETS_CACHE", str(tmp_path_factory.mktemp("cache")))
        result = evaluate(
            "hf:tiny-s", [*wanted, *(f"lm-eval:{g}" for g in rows.GROUPS)], "loglikelihood", db=db
        )
    assert result.ok, result.errors
    return result, db


def stored(db: Path, task: str) -> dict[str, tuple[str, str, float | None]]:
    """By document: what was read, and how it was judged."""
    query = (
        "SELECT p.content, s.text, v.status, v.score FROM run r JOIN charge c ON c.run_id = r.id "
        "JOIN sample s ON s.id = c.sample_id JOIN problem p ON p.id = c.problem_id JOIN verdict v "
        "ON v.sample_id = s.id AND v.problem_id = p.id WHERE r.task = ?"
    )
    with sqlite3.connect(db) as connection:
        found = connection.execute(query, (task,)).fetchall()
    connection.close()
    return {json.loads(content)["id"]: tuple(rest) for content, *rest in found}


@pytest.mark.parametrize("name", TASKS)
def test_every_document_has_lm_evals_score(
    name: str, theirs: dict[str, Any], ours: tuple[Evaluation, Path]
) -> None:
    result, db = ours
    samples = theirs["samples"][name]
    assert samples
    for metric in metrics_of(samples[0]):
        task = f"lm-eval:{name}:metric={metric}"
        judged = stored(db, task)
        assert len(judged) == len(samples)
        for sample in samples:
            text, status, score = judged[f"doc-{sample['doc_id']}"]
            measures = read_measures(text)
            found = [(float(a), b) for a, b in _pairs(sample)]
            assert [m.logprob for m in measures] == pytest.approx([a for a, _ in found], abs=1e-4)
            assert [m.greedy for m in measures] == [b for _, b in found]
            credit = (1.0 if status == Status.CORRECT else 0.0) if score is None else score
            assert credit == pytest.approx(float(sample[metric]), abs=1e-5)
        [report] = [r for r in result.reports if r.task == task]
        told = theirs["results"][name][f"{metric},none"]
        assert report.metrics["accuracy"].value == pytest.approx(told, abs=1e-5)
        assert report.charged.output_tokens == 0
        assert report.charged.prompt_tokens > 0  # type: ignore[operator] # known here


def _pairs(sample: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    found = sample["filtered_resps"]
    return [found] if isinstance(found[0], float) else [tuple(one) for one in found]  # type: ignore[list-item]


def test_all_metrics_of_a_task_come_from_one_reading(ours: tuple[Evaluation, Path]) -> None:
    result, _ = ours
    problems = {r.task.split(":")[1]: r.problems for r in result.reports}
    assert result.calls <= sum(problems.values())


@pytest.mark.parametrize("name", rows.GROUPS)
def test_a_groups_accuracy_is_lm_evals(
    name: str,
    folder: Path,
    ours: tuple[Evaluation, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    theirs = by_lm_eval(folder, [name])
    result, _ = ours
    [figure] = [g for g in result.groups if g.group == f"lm-eval:{name}"]
    assert figure.accuracy is not None
    told = theirs["groups"][name]
    assert figure.accuracy.value == pytest.approx(told["acc,none"], abs=1e-9)
    assert figure.problems == told["sample_len"]
    assert figure.accuracy.low < figure.accuracy.value < figure.accuracy.high
    assert f"lm-eval:{name}, " in group_lines(result.groups)[list(rows.GROUPS).index(name)]


@pytest.mark.parametrize("name", ["own_begun", "own_shots", "arc_easy"])
def test_with_a_chat_template_what_is_read_is_lm_evals(
    name: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    told = by_lm_eval(folder, [name], apply_chat_template=True, fewshot_as_multiturn=True)
    db = tmp_path / "t.sqlite"
    task = f"lm-eval:{name}:chat=yes"
    assert evaluate("hf:tiny-s", task, "loglikelihood", db=db).ok
    judged = stored(db, task)
    for sample in told["samples"][name]:
        measures = read_measures(judged[f"doc-{sample['doc_id']}"][0])
        found = [float(a) for a, _ in _pairs(sample)]
        assert [m.logprob for m in measures] == pytest.approx(found, abs=1e-4)


@pytest.mark.parametrize("name", rows.WRITTEN)
@pytest.mark.parametrize("chat", ["yes", "no"])
def test_written_answers_have_lm_evals_score(
    name: str, chat: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DROP's F1 among them: lm-eval is given the answers that ours judges."""
    from lm_eval.api.model import LM

    from .test_lm_eval import Replay, key

    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    metric = {"drop": "f1"}.get(name, "exact_match")
    task = load_task(TaskSpec.parse(f"lm-eval:{name}:metric={metric},chat={chat}"))
    answers = {}
    for n, problem in enumerate(task.problems):
        gold = str(problem.gold)
        said = (gold, f"{gold} and the {rows.word(n)}", "no idea", f"the {gold.upper()}", "")
        answers[key(problem)] = said[n % len(said)]
    model = type("ReplayLM", (Replay, LM), {})(answers)
    turns = {"apply_chat_template": True, "fewshot_as_multiturn": True} if chat == "yes" else {}
    told = by_lm_eval(folder, [name], model, **turns)["samples"][name]
    chosen = task.problems[0].meta["lm_eval"]["filter"]
    scores = {s["doc_id"]: float(s[metric]) for s in told if s["filter"] == chosen}
    verifier, found = LmEvalVerifier(), []
    for problem in task.problems:
        verdict = verifier.verify(answers[key(problem)], problem)
        credit = verdict.score
        if credit is None:
            credit = 1.0 if verdict.status is Status.CORRECT else 0.0
        found.append(credit)
        assert credit == scores[int(problem.id.removeprefix("doc-"))]
    assert len(found) == rows.ROWS
    if name == "drop":
        assert any(0 < value < 1 for value in found)


def test_the_embedded_engine_reads_as_the_reference(folder: Path) -> None:
    """ONNX Runtime and transformers on the same weights; both behind the same prompts."""
    import asyncio

    task = load_task(TaskSpec.parse("lm-eval:own_begun"))

    async def read(spec: str, prompts: tuple[Prompt, ...]) -> list[list[float]]:
        backend = registry.find("models", spec.partition(":")[0])(ModelSpec.parse(spec))
        try:
            found = [await backend.likelihood(prompt) for prompt in prompts]
        finally:
            await backend.close()
        return [[one.logprob for one in each.likelihoods] for each in found]

    one, other = (asyncio.run(read(s, task.prompts)) for s in ("onnx:tiny-s", "hf:tiny-s"))
    for mine, reference in zip(one, other, strict=True):
        assert mine == pytest.approx(reference, abs=1e-3)
