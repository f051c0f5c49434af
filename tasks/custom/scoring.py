"""Multiple choice by log-likelihood: how a question with choices is worded for it.

`scoring=loglikelihood` reads each choice's text behind "Question: … Answer:", as lm-eval's `arc_*`
do; `scoring=letters` shows the choices and reads their letters, as its `mmlu` does. In both the
text is plain, worked examples stand before the question, and nothing is generated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from harness.core import Choice, Message, Problem, Prompt, UnknownNameError, UsageError
from harness.verifiers.likelihood import METRICS, letter

OPTIONS = ("scoring", "metric")

Scored = Callable[[Problem], tuple[str, Sequence[str]]]
"""The text before the answer, and the answers that may follow, in the order of the choices."""


def by_text(problem: Problem) -> tuple[str, Sequence[str]]:
    """The choices are not shown; each is read as the answer."""
    return f"Question: {problem.question}\nAnswer:", [f" {one}" for one in _choices(problem)]


def by_letter(problem: Problem) -> tuple[str, Sequence[str]]:
    """The choices are shown with letters, which are read as the answer."""
    letters = [letter(place) for place in range(len(_choices(problem)))]
    shown = "".join(f"{a}. {one}\n" for a, one in zip(letters, _choices(problem), strict=True))
    return f"{problem.question}\n{shown}Answer:", [f" {a}" for a in letters]


def _choices(problem: Problem) -> Sequence[str]:
    choices: Sequence[str] = problem.meta["choices"]
    return choices


_WAYS: Mapping[str, Scored] = {"loglikelihood": by_text, "letters": by_letter}


def scoring_of(task: str, options: Mapping[str, str]) -> tuple[Scored | None, str]:
    """The wording and the metric by a task's options; (None, "") where an answer is generated."""
    scoring, metric = options.get("scoring", "generate"), options.get("metric", "acc")
    if scoring == "generate":
        if "metric" in options:
            raise UsageError(f"task {task}: metric= goes with scoring=loglikelihood or letters")
        return None, ""
    if scoring not in _WAYS:
        raise UnknownNameError(f"scoring of task {task}", scoring, ["generate", *_WAYS])
    if metric not in METRICS:
        raise UnknownNameError(f"metric of task {task}", metric, METRICS)
    return _WAYS[scoring], metric


def scored_example(scored: Scored, problem: Problem) -> list[str]:
    """A worked example: the text before its answer, and the answer."""
    text, answers = scored(problem)
    return [text, answers[ord(str(problem.gold)) - ord("A")]]


def scored_prompt(scored: Scored, problem: Problem, shots: Sequence[Sequence[str]]) -> Prompt:
    """The examples and the question as one plain text, with the answers that are read."""
    text, answers = scored(problem)
    before = "".join(f"{question}{answer}\n\n" for question, answer in shots)
    return Prompt(
        (Message("user", before + text),), plain=True, choices=tuple(map(Choice, answers))
    )
