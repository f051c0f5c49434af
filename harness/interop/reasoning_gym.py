"""The generators of reasoning-gym as tasks: `--task reasoning-gym:chain_sum` (extra of that name).

Its generators create the problems and its scorers grade the answers, including partial credit. A
problem records how it was made, and is recreated for grading.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from harness.core import (
    DataSource,
    Estimate,
    HarnessError,
    MissingExtraError,
    Problem,
    Prompt,
    Scored,
    Status,
    UnknownNameError,
    UsageError,
    Verdict,
    VerifierSpec,
)
from harness.verifiers.text import read_response

OWN = ("seed", "size", "trust")
SIZE = 100
ENDING = "Put only the final answer between <answer> and </answer>."

_TAG = re.compile(r"<answer>\s*(.*?)\s*</answer>", re.DOTALL)
_RUNS = re.compile(r"\b(?:eval|exec|parse_expr|sympify)\s*\(")
"""Generators whose scorer would run a model's text as Python, as sympy's parser does too."""


def family(name: str) -> Callable[[], ReasoningGymTask]:
    """Implements `reasoning-gym:NAME`; nothing is imported before its problems are loaded."""
    return lambda: ReasoningGymTask(name)


def _gym() -> Any:
    try:
        import reasoning_gym
    except ImportError as error:
        raise MissingExtraError("task reasoning-gym:…", "reasoning_gym", "reasoning-gym") from error
    return reasoning_gym


def _dataset(name: str, config: Mapping[str, Any]) -> Any:
    """The generator with its settings; UsageError for invalid ones."""
    try:
        return _gym().create_dataset(name, **config)
    except (AssertionError, TypeError, ValueError) as error:
        raise UsageError(f"reasoning-gym:{name}: {error or 'invalid settings'}") from error


class ReasoningGymTask:
    """One generator. Options: `seed`, `size`, `trust=yes`, and its own settings by name."""

    version = "1"
    public_seed = 0

    def __init__(self, name: str) -> None:
        if not name:
            raise UsageError("reasoning-gym: names no task: write reasoning-gym:NAME")
        self._name = name
        self.name = f"reasoning-gym:{name}"
        self.summary = f"{name} of reasoning-gym, generated and scored by it"

    def load(self, source: DataSource) -> Sequence[Problem]:
        """`size` problems [100] of a seed [0], limited to the first `source.limit`."""
        gym = _gym()
        known = gym.factory.DATASETS
        if self._name not in known:
            raise UnknownNameError("generator of reasoning-gym", self._name, known)
        kind, settings = known[self._name]
        options = dict(source.options)
        if _RUNS.search(inspect.getsource(kind.score_answer)) and options.get("trust") != "yes":
            raise UsageError(
                f"{self.name}: its scorer runs the answer as Python, which a model's text could "
                f"exploit: choose another generator, or write {self.name}:trust=yes"
            )
        config = _settings(self.name, options, [f.name for f in fields(settings)])
        made = _dataset(self._name, config)
        count = len(made) if source.limit is None else min(source.limit, len(made))
        return [self._problem(made[i], i, config) for i in range(count)]

    def _problem(self, entry: Mapping[str, Any], index: int, config: dict[str, Any]) -> Problem:
        answer = entry["answer"]
        how = {"name": self._name, "config": config, "index": index}
        return Problem(
            id=f"s{config['seed']}-{index}",
            question=str(entry["question"]),
            gold="any that its scorer accepts" if answer is None else str(answer),
            meta={"reasoning_gym": how},
        )

    def prompt(self, problem: Problem) -> Prompt:
        """The question, and where the answer goes."""
        return Prompt.user(f"{problem.question}\n\n{ENDING}")

    def verifier(self) -> VerifierSpec:
        """The generator's own scorer."""
        return VerifierSpec("reasoning-gym")

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """None: the mean score is the accuracy."""
        return {}


def _settings(name: str, options: Mapping[str, str], known: Sequence[str]) -> dict[str, Any]:
    """The generator's settings from text: numbers, lists and booleans as JSON, else text."""
    found: dict[str, Any] = {"seed": 0, "size": SIZE}
    for option, text in options.items():
        if option == "trust":
            continue
        if option not in (*known, *OWN):
            raise UnknownNameError(f"option of task {name}", option, [*OWN, *known])
        try:
            found[option] = json.loads(text)
        except ValueError:
            found[option] = text
    for option in ("seed", "size"):
        if not isinstance(found[option], int) or found[option] < 0:
            raise UsageError(f"task {name}: {option}={found[option]} must be a whole number")
    return found


class ReasoningGymVerifier:
    """A problem generator's score of an answer, from 0 to 1.

    The answer is the text in the last `<answer>` tags; without them, the text after the last
    "Answer:", else the last line.
    """

    name = "reasoning-gym"
    version = "1"

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def prepare(self, problem: Problem) -> None:
        """Import reasoning-gym and create the generator; takes seconds not charged to an answer."""
        self._generator(problem.meta["reasoning_gym"])

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Grade the answer; `ungraded` if another version creates a different problem."""
        how: Mapping[str, Any] = problem.meta["reasoning_gym"]
        made = self._generator(how)
        entry = made[how["index"]]
        if str(entry["question"]) != problem.question:
            raise HarnessError("the installed reasoning-gym creates another problem for this seed")
        read = read_response(response, problem, truncated=truncated, cleaned=False)
        if read.verdict is not None:
            return read.verdict
        answer = answer_in(read.text, whole=not read.truncated)
        if not answer:
            return read.unanswered("reasoning-gym")
        score = min(1.0, max(0.0, float(made.score_answer(answer, entry))))
        return Verdict(
            status=Status.CORRECT if score == 1 else Status.WRONG,
            answer=answer,
            key=" ".join(answer.split()),
            method=f"reasoning-gym/{how['name']}",
            reason=f"its scorer gives {score:g}",
            score=score if 0 < score < 1 else None,
        )

    def _generator(self, how: Mapping[str, Any]) -> Any:
        key = json.dumps([how["name"], how["config"]], sort_keys=True)
        if key not in self._made:
            self._made[key] = _dataset(how["name"], how["config"])
        return self._made[key]


def answer_in(text: str, *, whole: bool = True) -> str:
    """The answer in a response, "" if there is none.

    If the response is not `whole` it was cut off, and only an answer in tags is complete.
    """
    if tagged := _TAG.findall(text):
        return str(tagged[-1]).strip()
    if not whole:
        return ""
    _, marked, tail = text.rpartition("Answer:")
    if marked:
        return tail.strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
