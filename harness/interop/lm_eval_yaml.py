"""Finding and building tasks of the installed lm-eval, with or without their data sets.

lm-eval's own index parses all of its 14,000 YAML files, which takes half a minute; here the
files are searched as text for the right one, and only that one is parsed.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.core import (
    DataError,
    MissingExtraError,
    UnknownNameError,
    UsageError,
)
from harness.core.registry import include_paths

_NAMED = re.compile(rb"^(task|group)[ \t]*:[ \t]*[\"']?([^\s\"'#\[\]]+)", re.MULTILINE)
_DUMMY = "7"


def _root() -> Path:
    """The folder of lm-eval's tasks; MissingExtraError without lm-eval."""
    try:
        import lm_eval.tasks
    except ImportError as error:
        raise MissingExtraError("task lm-eval:…", "lm_eval", "lm-eval") from error
    return Path(lm_eval.tasks.__file__).parent


def _files(folders: Sequence[Path], name: str) -> Iterator[Path]:
    """All YAML files, those in a folder named like the task first."""
    for folder in folders:
        files = sorted(folder.glob("**/*.yaml"))
        near = [f for f in files if name.startswith(f.parent.name)]
        yield from near
        yield from (f for f in files if not name.startswith(f.parent.name))


def _find(name: str) -> Path:
    """The file that defines a task; UsageError for a group, UnknownNameError for nothing."""
    known: set[str] = set()
    wanted = name.encode()
    for file in _files([*include_paths(), _root()], name):
        try:
            text = file.read_bytes()
        except OSError:
            continue
        for kind, found in _NAMED.findall(text):
            if found == wanted:
                if kind == b"task":
                    return file
                raise UsageError(
                    f"lm-eval:{name} is a group of tasks ({file.name}): name its tasks individually"
                )
            known.add(found.decode(errors="replace"))
    hint = "(your own YAML files are found in a folder that is included)"
    raise UnknownNameError("task of lm-eval", name, known, hint)


def config(name: str) -> dict[str, Any]:
    """A task's YAML with its includes and functions; UsageError if it cannot be parsed."""
    file = _find(name)  # first, because it reports what to install
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
    if kind != "generate_until":
        raise UsageError(
            f"lm-eval:{name} is a {kind} task: it compares the log-likelihoods of given texts, and "
            "no answer is generated that a budget could think, vote or search over. Use a "
            "generative variant (names with _generative, _gen or _cot), or run it with lm_eval"
        )


def judging(name: str, task: Any, options: Mapping[str, str]) -> dict[str, Any]:
    """What a verifier needs besides the row: filter, metric, the strings that end an answer.

    UsageError for a filter that needs several answers (votes are budgets here), and for a metric
    that is not a mean over problems.
    """
    import lm_eval

    filters = {one.name: one for one in task._filters}
    chosen = options.get("filter", next(iter(filters)))
    if chosen not in filters:
        raise UnknownNameError(f"filter of lm-eval:{name}", chosen, filters)
    _check_filter(name, filters[chosen])
    metrics = list(task._aggregation_list)
    metric = options.get("metric", metrics[0] if metrics else "")
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


def _check_metric(name: str, task: Any, metric: str) -> None:
    from lm_eval.api.registry import AGGREGATION_REGISTRY

    aggregation = task._aggregation_list[metric]
    if aggregation is not AGGREGATION_REGISTRY.get("mean"):
        means = [m for m, a in task._aggregation_list.items() if a is AGGREGATION_REGISTRY["mean"]]
        raise UsageError(
            f"lm-eval:{name}: {metric} is computed over all answers together, and here each "
            f"problem is right or wrong: choose metric=… among {', '.join(means) or 'none'}"
        )
