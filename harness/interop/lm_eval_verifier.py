"""Verdicts by lm-eval's own filters and metrics."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.core import Problem, Status, Verdict
from harness.core.likelihood import read_measures
from harness.interop import lm_eval_yaml

_THOUGHT = re.compile(r".*</think(?:ing)?>\s*", re.DOTALL)
_NOTHING = "[invalid]"  # what lm-eval's regex filters return if nothing matched


class LmEvalVerifier:
    """The selected filter and metric of the problem's task: 1 is correct.

    A value between 0 and 1 (such as an F1) is partial credit; anything else is `ungraded`.
    """

    name = "lm-eval"
    version = "3"  # 2: partial credit; 3: NumPy numbers

    def __init__(self) -> None:
        self._tasks: dict[str, Any] = {}

    def prepare(self, problem: Problem) -> None:
        """Load lm-eval and the problem's task, which takes seconds not charged to any answer."""
        self._task(problem.meta["lm_eval"]["task"], dict(problem.meta["doc"]))

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Grade the text after the thinking, up to the first string that ends an answer."""
        how: Mapping[str, Any] = problem.meta["lm_eval"]
        doc = dict(problem.meta["doc"])
        task = self._task(how["task"], doc)
        task.multiple_target = how["targets"]
        if how.get("kind") in lm_eval_yaml.LIKELIHOOD:
            return _by_likelihood(task, how, doc, response)
        answer = answer_of(response, problem.meta["begin"], how["until"])
        filtered = _filtered(task, how["filter"], doc, answer)
        scores = task.process_results(doc, [filtered])
        value = _plain(scores.get(how["metric"]))
        if not _is_share(value):
            return _no_share(how["metric"], value)
        found = filtered if isinstance(filtered, str) else json.dumps(filtered, default=str)
        missing = found.strip() in ("", _NOTHING)
        status = Status.CORRECT if value == 1 else Status.WRONG
        if status is Status.WRONG and missing:
            status = Status.TRUNCATED if truncated else Status.UNPARSED
        return Verdict(
            status=status,
            answer=None if missing else found,
            key=None if missing else found.strip(),
            method=f"{how['metric']},{how['filter']}",
            reason=_said(scores),
            score=float(value) if 0 < value < 1 else None,
        )

    def _task(self, name: str, doc: dict[str, Any]) -> Any:
        if name not in self._tasks:
            self._tasks[name] = lm_eval_yaml.build_without_data(name, doc)
        return self._tasks[name]


def answer_of(response: str, begin: str, until: list[str]) -> str:
    """The text that lm-eval would get: without thinking and `gen_prefix`, cut at `until`."""
    answer = _THOUGHT.sub("", response, count=1)
    if begin:
        answer = answer.removeprefix(begin)
    for end in until:
        if end:
            answer = answer.split(end)[0]
    return answer


def _by_likelihood(
    task: Any, how: Mapping[str, Any], doc: dict[str, Any], response: str
) -> Verdict:
    """The metric of the likelihoods that a response tells of."""
    try:
        measures = read_measures(response)
    except ValueError as error:
        return Verdict(status=Status.UNGRADED, reason=str(error), warning=3)
    task.multiple_input = how["inputs"]
    scores = task.process_results(doc, [(one.logprob, one.greedy) for one in measures])
    value = _plain(scores.get(how["metric"]))
    if not _is_share(value):
        return _no_share(how["metric"], value)
    place, best = max(enumerate(measures), key=lambda pair: (pair[1].logprob, -pair[0]))
    return Verdict(
        status=Status.CORRECT if value == 1 else Status.WRONG,
        answer=best.text.strip(),
        key=str(place),
        method=how["metric"],
        reason=_said(scores),
        score=float(value) if 0 < value < 1 else None,
    )


def _plain(value: Any) -> Any:
    """NumPy's numbers, which many tasks return, as Python's."""
    return value.item() if isinstance(value, np.generic) else value


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _no_share(metric: str, value: Any) -> Verdict:
    return Verdict(
        status=Status.UNGRADED,
        method=metric,
        warning=3,
        reason=f"{metric} is {value!r}, not in 0 to 1: choose another by metric=",
    )


def _filtered(task: Any, name: str, doc: dict[str, Any], answer: str) -> Any:
    from lm_eval.api.instance import Instance

    instance = Instance("generate_until", doc, ("", {}), 0, resps=[answer])
    [ensemble] = [one for one in task._filters if one.name == name]
    ensemble.apply([instance])
    return instance.filtered_resps[name]


def _said(scores: Mapping[str, Any]) -> str:
    numbers = {k: n for k, v in scores.items() if isinstance(n := _plain(v), int | float)}
    return ", ".join(f"{name}={value:g}" for name, value in numbers.items())[:300]
