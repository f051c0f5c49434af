"""Training a process reward model on a model's own solutions, labelled by verifiers.

Math-Shepherd's recipe (arXiv 2312.08935) with its hard estimate: a step is good when at least one
of the completions drawn from it ends in the right answer. A solution that is right itself makes all
of its steps good; a solution's last step is judged by its answer. Steps are lines, a newline stands
behind each, and the value of a step is read there (the format of `reward=hf:` and `reward=onnx:`).
A step holds several small equations; the spaces between them carry labels too, so that the model
learns where a step goes wrong: good inside a good step, bad behind the first equation of a bad step
that the `steps` verifier finds false, none where it cannot be told.
Problems come from the training part of the generated tasks.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core import ModelSpec, Problem, Prompt, Request, Sampling, Status, registry
from harness.core.hashing import derive_seed
from harness.core.protocols import Backend, Task, Verifier
from harness.train.data import IGNORED, training_problem
from harness.verifiers.steps import check_steps

STEP_END = "\n"
DEFAULT_PROBLEMS = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardConfig:
    """One training run of a reward model.

    `model` draws the solutions and lends its weights to start from: an embedded model's name or a
    folder that holds both the ONNX form and safetensors. `rollouts` completions are drawn from each
    unfinished step of a wrong solution. `tasks`: whose problems; all of the model's without names.
    """

    folder: Path
    model: str = "tiny-s"
    seed: int = 0
    tasks: tuple[str, ...] = ()
    problems: int = DEFAULT_PROBLEMS
    samples: int = 4
    rollouts: int = 4
    temperature: float = 1.0
    max_tokens: int = 256
    epochs: int = 4
    batch_tokens: int = 6144
    learning_rate: float = 1e-3
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question, a solution's steps, and how many of them are good: the first `good`."""

    question: str
    steps: tuple[str, ...]
    good: int

    @property
    def right(self) -> bool:
        """Whether the whole solution is."""
        return self.good == len(self.steps)


class _Judge:
    """Draws solutions of one task's problems and grades them."""

    def __init__(self, name: str) -> None:
        self.task: Task = registry.find("tasks", name)()
        spec = self.task.verifier()
        self.verifier: Verifier = registry.find("verifiers", spec.name)(**spec.args)

    def right(self, response: str, problem: Problem) -> bool:
        """Whether a response gives the right answer."""
        return self.verifier.verify(response, problem).status is Status.CORRECT


def steps_of(response: str) -> list[str]:
    """The steps of a response: its lines that are not blank."""
    return [line for line in response.split(STEP_END) if line.strip()]


async def collect(config: RewardConfig, progress: Callable[[str], None]) -> list[Labelled]:
    """Solutions of `config.problems` problems with labelled steps, in the problems' order."""
    spec = ModelSpec.parse(f"onnx:{config.model}")
    backend: Backend = registry.find("models", "onnx")(spec)
    rng = random.Random(derive_seed("reward", config.seed))  # no secret: repeatable draws
    judges: dict[str, _Judge] = {}
    gate, out = asyncio.Semaphore(64), []

    async def one(name: str, problem: Problem) -> list[Labelled]:
        judge = judges.setdefault(name, _Judge(name))
        async with gate:
            return await _solutions(backend, judge, problem, config)

    drawn = [training_problem(rng, f"train-{i}", config.tasks) for i in range(config.problems)]
    try:
        for start in range(0, len(drawn), 500):
            part = await asyncio.gather(*(one(*d) for d in drawn[start : start + 500]))
            out += [labelled for group in part for labelled in group]
            good = sum(labelled.right for labelled in out)
            progress(f"{start + len(part)} problems, {len(out)} solutions, {good} of them right")
    finally:
        await backend.close()
    return out


async def _solutions(
    backend: Backend, judge: _Judge, problem: Problem, config: RewardConfig
) -> list[Labelled]:
    prompt = judge.task.prompt(problem)
    question = STEP_END.join(message.content for message in prompt.messages)
    out = []
    drawn = await _draw(backend, prompt, problem.id, "", config.samples, config)
    for response in dict.fromkeys(drawn):  # the same once more teaches nothing
        steps, right = steps_of(response), judge.right(response, problem)
        reached = len(steps) if right else 0
        # From the back: what is reached from a step is reached from all before it.
        for i in range(len(steps) - 1, 0, -1) if not right else ():
            begun = STEP_END.join(steps[:i]) + STEP_END
            ends = await _draw(backend, prompt, problem.id, begun, config.rollouts, config)
            if any(judge.right(begun + end, problem) for end in ends):
                reached = i
                break
        if steps:
            out.append(Labelled(question, tuple(steps), reached))
    return out


async def _draw(
    backend: Backend, prompt: Prompt, name: str, prefix: str, n: int, config: RewardConfig
) -> list[str]:
    sampling = Sampling(max_tokens=config.max_tokens, temperature=config.temperature)
    seeds = tuple(derive_seed("rollout", config.seed, name, prefix, i) for i in range(n))
    reply = await backend.generate(
        Request(prompt=prompt, sampling=sampling, seeds=seeds, prefix=prefix)
    )
    return [completion.text for completion in reply.completions]


def encode(tokenizer: Any, begin: int, one: Labelled) -> tuple[list[int], list[int]]:
    """Token ids, and labels at spaces and newlines of the steps (0 bad, 1 good, IGNORED elsewhere).

    The label of a step stands at its newline; a space has the label of what stands before it.
    """
    ids = [begin, *tokenizer.encode(one.question + STEP_END, add_special_tokens=False).ids]
    labels = [IGNORED] * len(ids)
    for i, step in enumerate(one.steps):
        pieces = step.split(" ")
        inside = _inside(pieces[:-1], unknown=IGNORED if i == one.good else int(i < one.good))
        for piece, end, label in zip(
            pieces, [" "] * len(inside) + [STEP_END], [*inside, int(i < one.good)], strict=True
        ):
            more = tokenizer.encode(piece + end, add_special_tokens=False).ids
            ids += more
            labels += [IGNORED] * (len(more) - 1) + [label]
    return ids, labels


def _inside(pieces: Sequence[str], unknown: int) -> list[int]:
    """A label behind each piece: `unknown`, but bad from the first false equation of a bad step."""
    if unknown == IGNORED:
        for at, piece in enumerate(pieces):
            if any(found.holds is False for found in check_steps(piece)):
                return [IGNORED] * at + [0] * (len(pieces) - at)
    return [unknown] * len(pieces)


def auc_within(questions: Sequence[str], scores: Sequence[float], good: Sequence[bool]) -> float:
    """The mean of `auc` over the questions that have a good and a bad solution; 0.5 without one.

    It is what choosing among the solutions of one problem needs; over all solutions at once, `auc`
    is high already where a reward only knows which problems are easy.
    """
    groups: dict[str, list[tuple[float, bool]]] = {}
    for question, score, right in zip(questions, scores, good, strict=True):
        groups.setdefault(question, []).append((score, right))
    mixed = [g for g in groups.values() if 0 < sum(right for _, right in g) < len(g)]
    each = [auc([score for score, _ in g], [right for _, right in g]) for g in mixed]
    return sum(each) / len(each) if each else 0.5


def auc(scores: Sequence[float], good: Sequence[bool]) -> float:
    """Probability that a good one scores above a bad one, ties by half; 0.5 without one of them.

    The Mann-Whitney statistic over the product of the group sizes.
    """
    right = [s for s, g in zip(scores, good, strict=True) if g]
    wrong = [s for s, g in zip(scores, good, strict=True) if not g]
    if not right or not wrong:
        return 0.5
    wins = sum((r > w) + 0.5 * (r == w) for r in right for w in wrong)
    return wins / (len(right) * len(wrong))
