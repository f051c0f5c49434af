"""lm-eval's tasks held against lm-eval's own evaluator on one real model, document by document.

`tiny-s` as safetensors, in lm-eval's `hf` and in ours: 58 of its YAML files whose choices are read,
15 further shapes of a configuration, 17 files whose answers are written, 3 groups.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.cli.tables import group_lines
from harness.core import Measured, ModelSpec, Problem, Prompt, Scored, Status, TaskSpec, registry
from harness.core.likelihood import write_measures
from harness.interop.lm_eval_verifier import LmEvalVerifier
from harness.models.folder import EMBEDDED
from harness.run.evaluate import Evaluation, evaluate
from harness.run.plan import load_task
from harness.tasks import _faults

from . import lm_eval_rows as rows

THERE = importlib.util.find_spec("lm_eval") is not None
pytestmark = [
    pytest.mark.extras,
    pytest.mark.skipif(not THERE, reason="needs lm-eval: pip install '.[lm-eval]'"),
    pytest.mark.filterwarnings("default"),
]

TASKS = [*rows.READ, *rows.SHAPES, "own_longer"]


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
def theirs(folder: Path) -> dict[str, Any]:
    return by_lm_eval(folder, TASKS)


def metrics_of(sample: Mapping[str, Any]) -> list[str]:
    known = ("acc", "acc_norm", "acc_bytes", "acc_mutual_info", "exact_match", "r@1", "mrr")
    return [name for name in known if name in sample["metrics"]]


def read(spec: str, prompts: Sequence[Prompt]) -> list[Measured]:
    """Our engine's likelihoods of some prompts' choices."""

    async def go() -> list[Measured]:
        backend = registry.find("models", spec.partition(":")[0])(ModelSpec.parse(spec))
        try:
            return [await backend.likelihood(prompt) for prompt in prompts]
        finally:
            await backend.close()

    return asyncio.run(go())


Ours = dict[str, list[tuple[Problem, Prompt, Measured]]]


@pytest.fixture(scope="module")
def ours(folder: Path) -> Ours:
    """Every task's problems and prompts, and what the same weights say in our `hf`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(registry.INCLUDE_VARIABLE, str(folder))
        loaded = {name: load_task(TaskSpec.parse(f"lm-eval:{name}")) for name in TASKS}
    measured = iter(read("hf:tiny-s", [p for one in loaded.values() for p in one.prompts]))
    return {
        name: [
            (problem, prompt, next(measured))
            for problem, prompt in zip(one.problems, one.prompts, strict=True)
        ]
        for name, one in loaded.items()
    }


@pytest.mark.parametrize("name", TASKS)
def test_every_document_has_lm_evals_score(name: str, theirs: dict[str, Any], ours: Ours) -> None:
    samples = {f"doc-{s['doc_id']}": s for s in theirs["samples"][name]}
    assert len(samples) == len(ours[name]) == (10 if name == "own_longer" else rows.ROWS)
    metrics = metrics_of(next(iter(samples.values())))
    assert metrics
    totals = dict.fromkeys(metrics, 0.0)
    verifier = LmEvalVerifier()
    for problem, prompt, measured in ours[name]:
        sample = samples[problem.id]
        pairs = _pairs(sample)
        found = measured.likelihoods
        assert [one.logprob for one in found] == pytest.approx([a for a, _ in pairs], abs=1e-4)
        assert [one.greedy for one in found] == [b for _, b in pairs]
        text = write_measures(prompt.choices, found)
        for metric in metrics:
            how = {**problem.meta["lm_eval"], "metric": metric}
            verdict = verifier.verify(text, replace(problem, meta={**problem.meta, "lm_eval": how}))
            credit = verdict.score
            if credit is None:
                credit = 1.0 if verdict.status is Status.CORRECT else 0.0
            assert credit == pytest.approx(float(sample[metric]), abs=1e-5), (metric, verdict)
            totals[metric] += credit
    for metric, total in totals.items():
        told = theirs["results"][name][f"{metric},none"]
        assert total / len(samples) == pytest.approx(told, abs=1e-5)


def _pairs(sample: Mapping[str, Any]) -> list[tuple[float, bool]]:
    found = sample["filtered_resps"]
    pairs = [found] if len(found) == 2 and not isinstance(found[0], list | tuple) else found
    return [(float(a), str(b) == "True") for a, b in pairs]


@pytest.fixture(scope="module")
def run(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """One command from end to end: all groups, and a member in a second metric."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(registry.INCLUDE_VARIABLE, str(folder))
        tasks = [*(f"lm-eval:{g}" for g in rows.GROUPS), "lm-eval:piqa:metric=acc_norm"]
        db = tmp_path_factory.mktemp("ours") / "t.sqlite"
        result = evaluate("hf:tiny-s", tasks, "loglikelihood", db=db)
    assert result.ok, result.errors
    return result


def test_members_are_rows_and_metrics_share_a_reading(
    run: Evaluation, theirs: dict[str, Any]
) -> None:
    by_task = {report.task: report for report in run.reports}
    members = {f"lm-eval:{name}" for name in ("sst2", "piqa", "own_longer")}
    assert set(by_task) == {*members, "lm-eval:piqa:metric=acc_norm"}
    # A second metric asks nothing; nor do problems with the same words.
    assert 0 < run.calls <= sum(by_task[name].problems for name in members)
    for task, report in by_task.items():
        name, metric = task.split(":")[1], "acc_norm" if "metric=" in task else "acc"
        told = theirs["results"][name][f"{metric},none"]
        assert report.metrics["accuracy"].value == pytest.approx(told, abs=1e-9)
        assert report.charged.output_tokens == 0
        assert report.charged.prompt_tokens > 0  # type: ignore[operator] # known here


@pytest.mark.parametrize("name", ["mmlu_anatomy", "mmlu_anatomy_generative"])
def test_a_known_fault_is_found_by_the_row_and_left_out(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = TaskSpec.parse(f"lm-eval:{name}")
    every = load_task(spec).problems
    row = every[1].meta["doc"]
    mark = _faults.fingerprint(row["question"], row["choices"])
    fault = _faults.Fault(question=mark, part="anatomy", row=1, reason="wrong", source="here")
    known = _faults.Known(tasks=("lm-eval:mmlu_*",), faults={mark: fault})
    monkeypatch.setattr(_faults, "_read", lambda: (known,))
    sound = load_task(spec, sound=True)
    assert str(sound.spec) == f"lm-eval:{name}:faults=excluded"
    assert [p.id for p in sound.problems] == [p.id for p in every if p is not every[1]]
    scored = [Scored(problem=p, statuses={Status.CORRECT: float(p is not every[1])}) for p in every]
    assert sound.task.metrics(scored)["gold=undisputed"].value == 1.0


@pytest.mark.parametrize("name", rows.GROUPS)
def test_a_groups_accuracy_is_lm_evals(name: str, folder: Path, run: Evaluation) -> None:
    theirs = by_lm_eval(folder, [name])
    [figure] = [g for g in run.groups if g.group == f"lm-eval:{name}"]
    assert figure.accuracy is not None
    told = theirs["groups"][name]
    assert figure.accuracy.value == pytest.approx(told["acc,none"], abs=1e-9)
    assert figure.problems == told["sample_len"]
    assert figure.accuracy.low < figure.accuracy.value < figure.accuracy.high
    assert f"lm-eval:{name}, " in group_lines(run.groups)[list(rows.GROUPS).index(name)]


@pytest.mark.parametrize("name", ["own_begun", "own_shots"])
def test_with_a_chat_template_what_is_read_is_lm_evals(name: str, folder: Path) -> None:
    told = by_lm_eval(folder, [name], apply_chat_template=True, fewshot_as_multiturn=True)
    task = load_task(TaskSpec.parse(f"lm-eval:{name}:chat=yes"))
    found = read("hf:tiny-s", task.prompts)
    by_id = {f"doc-{sample['doc_id']}": sample for sample in told["samples"][name]}
    assert len(by_id) == len(found) == rows.ROWS
    for problem, measured in zip(task.problems, found, strict=True):
        wanted = [a for a, _ in _pairs(by_id[problem.id])]
        assert [one.logprob for one in measured.likelihoods] == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("name", rows.WRITTEN)
@pytest.mark.parametrize("chat", ["yes", "no"])
def test_written_answers_have_lm_evals_score(name: str, chat: str, folder: Path) -> None:
    """DROP's F1 among them: lm-eval is given the answers that ours judges."""
    from lm_eval.api.model import LM

    from .test_lm_eval import Replay, key

    metric = "f1" if name in ("drop", "coqa") else "exact_match"
    task = load_task(TaskSpec.parse(f"lm-eval:{name}:metric={metric},chat={chat}"))
    answers = {}
    for n, problem in enumerate(task.problems):
        gold = str(problem.gold)
        told = f"The answer is {gold}. So the answer is {gold}."
        said = (gold, f"{gold} and the {rows.word(n)}", "no idea", told, f"the {gold.upper()}", "")
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
    assert min(found) < 1
    assert max(found) > 0
    if metric == "f1":
        assert any(0 < value < 1 for value in found)


def test_the_embedded_engine_reads_as_the_reference(ours: Ours) -> None:
    """ONNX Runtime and transformers on the same weights; both behind the same prompts."""
    reference = ours["own_begun"]
    found = read("onnx:tiny-s", [prompt for _, prompt, _ in reference])
    for mine, (_, _, theirs) in zip(found, reference, strict=True):
        wanted = [one.logprob for one in theirs.likelihoods]
        assert [one.logprob for one in mine.likelihoods] == pytest.approx(wanted, abs=1e-3)
