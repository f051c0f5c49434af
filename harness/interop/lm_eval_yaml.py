"""Building tasks of the installed lm-eval, with or without their data sets."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from harness.core import DataError, UnknownNameError, UsageError
from harness.interop.lm_eval_index import find

LIKELIHOOD = ("multiple_choice", "loglikelihood")
"""Kinds of tasks whose given texts are read, and nothing generated."""
_DUMMY = "7"


def config(name: str) -> dict[str, Any]:
    """A task's YAML with its includes and functions; UsageError if it cannot be parsed."""
    found_as = find(name)
    file = found_as.file
    if found_as.kind != "task":
        raise UsageError(
            f"lm-eval:{name} is a {found_as.kind} of several tasks, which `harness eval` and "
            "studies take: here give one of its tasks"
        )
    from lm_eval.tasks._yaml_loader import load_yaml

    try:
        found: dict[str, Any] = load_yaml(file)
    except Exception as error:
        raise UsageError(f"{file}: {type(error).__name__}: {error}") from error
    for key in ("tag", "group", "task_list"):
        found.pop(key, None)
    return found


def build(name: str) -> Any:
    """lm-eval's task with its data; DataError without data, UsageError for unsupported kinds."""
    found = config(name)
    _check_kind(name, str(found.get("output_type", "generate_until")))  # before fetching data
    try:
        task = _built(found)
    except Exception as error:  # data sets, hub clients and task code raise many kinds
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise DataError(f"task lm-eval:{name} cannot be loaded: {reason}") from error
    _check_kind(name, str(task.OUTPUT_TYPE))  # a Python task declares it in its class
    if getattr(task, "MULTIMODAL", False):
        raise UsageError(f"lm-eval:{name} uses images or audio: only text is supported here")
    return task


def build_without_data(name: str, doc: Mapping[str, Any]) -> Any:
    """lm-eval's task with one row of data, for grading answers."""
    from lm_eval.api.task import ConfigurableTask

    found = config(name)
    base = found.pop("class", ConfigurableTask)

    def download(self: Any, *_: Any, **__: Any) -> None:
        import datasets

        self.dataset = {"doc": datasets.Dataset.from_list([dict(doc)])}

    # the row has already been through process_docs, and no examples are drawn
    found |= {"test_split": "doc", "process_docs": None, "fewshot_config": None, "num_fewshot": 0}
    found |= {"training_split": None, "validation_split": None, "fewshot_split": None}
    offline = type(base.__name__, (base,), {"download": download})
    if "config" in inspect.signature(base.__init__).parameters:
        return offline(config=found)
    return offline()


def _built(found: dict[str, Any]) -> Any:
    from lm_eval.tasks import TaskManager

    tasks = TaskManager(include_defaults=False).load([found])["tasks"]
    [task] = tasks.values()
    return task


def _check_kind(name: str, kind: str) -> None:
    if kind not in ("generate_until", *LIKELIHOOD):
        raise UsageError(
            f"lm-eval:{name} is a {kind} task, which measures how well whole texts are predicted, "
            "not answers: run it with lm_eval"
        )


def judging(name: str, task: Any, options: Mapping[str, str]) -> dict[str, Any]:
    """What a verifier needs besides the row: filter, metric, the strings that end an answer.

    UsageError for a filter that needs several answers (votes are budgets here), and for a metric
    that is not a mean over problems.
    """
    import lm_eval

    reads = str(task.OUTPUT_TYPE) in LIKELIHOOD
    filters = {one.name: one for one in task._filters}
    chosen = options.get("filter", next(iter(filters)))
    if chosen not in filters:
        raise UnknownNameError(f"filter of lm-eval:{name}", chosen, filters)
    if not reads:
        _check_filter(name, filters[chosen])
    metrics = list(task._aggregation_list)
    first = (_means(task) if reads else []) or metrics or [""]
    metric = options.get("metric", first[0])
    if metric not in metrics:
        raise UnknownNameError(f"metric of lm-eval:{name}", metric, metrics)
    _check_metric(name, task, metric)
    kwargs = task.config.generation_kwargs or {}
    until = kwargs.get("until") or []
    return {
        "task": name,
        "package": getattr(lm_eval, "__version__", ""),
        "filter": chosen,
        "metric": metric,
        "until": [until] if isinstance(until, str) else list(until),
        "targets": int(task.multiple_target),
        **({"inputs": int(task.multiple_input), "kind": task.OUTPUT_TYPE} if reads else {}),
    }


def _check_filter(name: str, ensemble: Any) -> None:
    from lm_eval.api.instance import Instance

    probe = Instance("generate_until", {}, ("", {}), 0, resps=[_DUMMY])
    try:
        ensemble.apply([probe])
    except AssertionError as error:  # how lm-eval's filters ask for more answers
        raise UsageError(
            f"lm-eval:{name}: the filter {ensemble.name!r} counts several answers to one problem, "
            "which is a budget here: choose another one (filter=…) and use {budgets}",
            budgets="vote@n",
        ) from error
    except Exception:  # noqa: BLE001 - a filter that needs a real row fails when grading
        pass


def _means(task: Any) -> list[str]:
    """The metrics that are means over problems."""
    from lm_eval.api.registry import AGGREGATION_REGISTRY

    mean = AGGREGATION_REGISTRY.get("mean")
    return [metric for metric, by in task._aggregation_list.items() if by is mean]


def _check_metric(name: str, task: Any, metric: str) -> None:
    means = _means(task)
    if metric not in means:
        raise UsageError(
            f"lm-eval:{name}: {metric} is computed over all answers together, and here each "
            f"problem is right or wrong: choose metric=… among {', '.join(means) or 'none'}"
        )
