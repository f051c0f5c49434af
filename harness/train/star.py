"""One round of STaR on an embedded model: does it improve by its own verified solutions?

Zelikman et al. 2022 (arXiv 2203.14465): solutions of training problems are sampled, and those
with the right answer are kept; missed problems are sampled again with the answer as a hint in the
question ("rationalisation"), and right solutions are kept under the question without the hint. The
base model is trained on the kept solutions. Problems come from the training part of the generated
arithmetic, which shares no content with its evaluation part; `Alike` checks this again. Before and
after are measured on the same fresh problems of the evaluation part, greedily.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.analysis.star import Alike, StarCount, StarRow, star_rows
from harness.core import (
    Completion,
    DataSource,
    Estimate,
    HarnessError,
    MissingExtraError,
    ModelSpec,
    Problem,
    Prompt,
    Request,
    Sample,
    Sampling,
    Status,
    Usage,
    registry,
)
from harness.core.hashing import derive_seed
from harness.core.protocols import Backend, Task, Verifier
from harness.results.views import SampleView
from harness.stats import mean_interval, paired_difference
from harness.train.data import IGNORED, Example, training_problem
from harness.train.tokens import EOS, SPECIALS, encode
from harness.train.tuning import plan_batches, tune

TASK = "arithmetic"
HINT = "{question} ({gold})"  # the question as STaR words it where the answer is given
DEFAULT_PROBLEMS, DEFAULT_EVALUATION = 1500, 1000
_SPECIAL = re.compile("(" + "|".join(map(re.escape, SPECIALS)) + ")")
_AT_ONCE = 500  # problems whose solutions are drawn together


@dataclass(frozen=True, slots=True, kw_only=True)
class StarConfig:
    """One round.

    `model` is an embedded model's name or a folder that holds the ONNX form and safetensors.
    `samples` solutions are sampled for each of `problems`, and as many with the hint for each that
    was missed. `evaluation` problems of seed `evaluation_seed` measure before and after.
    """

    folder: Path
    model: str = "tiny-s"
    seed: int = 0
    problems: int = DEFAULT_PROBLEMS
    samples: int = 4
    temperature: float = 1.0
    max_tokens: int = 256
    epochs: int = 2
    batch_tokens: int = 4096
    learning_rate: float = 3e-4
    evaluation: int = DEFAULT_EVALUATION
    evaluation_seed: int = 20_220_328
    threads: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StarResult:
    """The result of a round: accuracy before and after with the paired gain, and what was kept."""

    before: Estimate
    after: Estimate
    gain: Estimate
    count: StarCount
    folder: Path


@dataclass(frozen=True, slots=True)
class _School:
    """A model with the task and verifier that it is measured by."""

    backend: Backend
    task: Task
    verifier: Verifier
    config: StarConfig

    async def draw(self, prompt: Prompt, name: str, n: int, temperature: float) -> list[Completion]:
        """`n` solutions; the same for the same name."""
        config = self.config
        sampling = Sampling(max_tokens=config.max_tokens, temperature=temperature)
        seeds = tuple(derive_seed("star", config.seed, name, i) for i in range(n))
        reply = await self.backend.generate(Request(prompt=prompt, sampling=sampling, seeds=seeds))
        return list(reply.completions)

    async def views(self, problem: Problem, prompt: Prompt, name: str) -> list[SampleView]:
        """Solutions with their verdicts."""
        drawn = await self.draw(prompt, name, self.config.samples, self.config.temperature)
        text = self.backend.render(prompt)
        return [self._view(problem, text, name, i, one) for i, one in enumerate(drawn)]

    def _view(
        self, problem: Problem, text: str, name: str, index: int, one: Completion
    ) -> SampleView:
        sample = Sample(
            id=f"{name}-{index}",
            text=one.text,
            finish=one.finish,
            output_tokens=one.output_tokens,
        )
        return SampleView(
            sample=sample,
            run_id="star",
            problem=problem,
            index=index,
            prompt=text,
            usage=Usage(output_tokens=one.output_tokens),
            verdict=self.verifier.verify(one.text, problem, truncated=sample.truncated),
            verifier=self.verifier.name,
        )


def _school(model: str, config: StarConfig) -> _School:
    backend: Backend = registry.find("models", "onnx")(ModelSpec.parse(f"onnx:{model}"))
    task: Task = registry.make("tasks", TASK)
    spec = task.verifier()
    return _School(backend, task, registry.find("verifiers", spec.name)(**spec.args), config)


def train_star(config: StarConfig, progress: Callable[[str], None]) -> StarResult:
    """Measure, sample, filter, train, export to `config.folder`, and measure again.

    Needs the extra `train`. HarnessError if nothing was kept.
    """
    try:
        import torch  # noqa: F401 - said before anything is drawn
        import transformers  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("training", str(error.name), "train") from error
    held_out = evaluation_problems(config)
    before = asyncio.run(_measure(config.model, config, held_out))
    progress(f"before: {sum(before)} of {len(before)} right")
    rows, count = asyncio.run(collect(config, held_out, progress))
    if not rows:
        raise HarnessError("no solution was right: there is nothing to train on")
    fit(config, rows, progress)
    after = asyncio.run(_measure(str(config.folder), config, held_out))
    progress(f"after: {sum(after)} of {len(after)} right")
    scores = [[float(right) for right in one] for one in (before, after)]
    return StarResult(
        before=mean_interval(scores[0]),
        after=mean_interval(scores[1]),
        gain=paired_difference(scores[1], scores[0]),
        count=count,
        folder=config.folder,
    )


def evaluation_problems(config: StarConfig) -> Sequence[Problem]:
    """Fresh problems of the evaluation part, from a seed other than the public one."""
    task: Task = registry.make("tasks", TASK)
    options = {"seed": str(config.evaluation_seed)}
    return task.load(DataSource(limit=config.evaluation, options=options))


async def collect(
    config: StarConfig, held_out: Sequence[Problem], progress: Callable[[str], None]
) -> tuple[list[StarRow], StarCount]:
    """The round's rows, and the outcome of its problems and solutions."""
    school, rng = _school(config.model, config), random.Random(derive_seed("star", config.seed))
    problems: dict[str, Problem] = {}
    while len(problems) < config.problems:
        _, problem = training_problem(rng, f"train-{len(problems)}", (TASK,))
        problems.setdefault(problem.question, problem)  # each question once
    try:
        own = await _views(school, list(problems.values()), hint=False)
        solved = {view.problem.id for view in own if _right(view)}
        missed = [problem for problem in problems.values() if problem.id not in solved]
        progress(f"{len(problems)} problems, {len(own)} solutions, {len(missed)} problems missed")
        hinted = await _views(school, missed, hint=True)
    finally:
        await school.backend.close()
    count = StarCount()
    rows = star_rows(own, count, hinted=hinted, held_out=Alike(held_out, ngram=0))
    kept = list(rows)
    progress(f"kept {len(kept)} solutions: {count.to_json()}")
    return kept, count


async def _views(school: _School, problems: Sequence[Problem], *, hint: bool) -> list[SampleView]:
    out: list[SampleView] = []
    for start in range(0, len(problems), _AT_ONCE):
        calls = []
        for problem in problems[start : start + _AT_ONCE]:
            asked = _hinted(problem) if hint else problem
            name = f"{problem.id}{' hinted' if hint else ''}"
            calls.append(school.views(problem, school.task.prompt(asked), name))
        for views in await asyncio.gather(*calls):
            out += views
    return out


def _hinted(problem: Problem) -> Problem:
    return replace(problem, question=HINT.format(question=problem.question, gold=problem.gold))


def _right(view: SampleView) -> bool:
    return view.verdict is not None and view.verdict.status is Status.CORRECT


async def _measure(model: str, config: StarConfig, problems: Sequence[Problem]) -> list[bool]:
    """Whether each problem is solved greedily."""
    school = _school(model, config)
    try:
        out: list[bool] = []
        for start in range(0, len(problems), _AT_ONCE):
            part = problems[start : start + _AT_ONCE]
            drawn = await asyncio.gather(
                *(school.draw(school.task.prompt(p), f"greedy {p.id}", 1, 0.0) for p in part)
            )
            for problem, [one] in zip(part, drawn, strict=True):
                verdict = school.verifier.verify(one.text, problem)
                out.append(verdict.status is Status.CORRECT)
        return out
    finally:
        await school.backend.close()


def example(row: StarRow) -> Example:
    """A row as token ids; the completion and the end of the turn are learned."""
    prompt, said = (encode(*_SPECIAL.split(text)) for text in (row.prompt, row.completion))
    learned = [*said, *encode(EOS)]
    return Example([*prompt, *learned], [IGNORED] * len(prompt) + learned)


def fit(config: StarConfig, rows: Sequence[StarRow], progress: Callable[[str], None]) -> None:
    """Train the base model on the rows, and export it to `config.folder`."""
    examples = [example(row) for row in rows]
    tune(
        config.model,
        config.folder,
        plan_batches(examples, config.epochs, config.seed, config.batch_tokens),
        progress,
        learning_rate=config.learning_rate,
        seed=config.seed,
        threads=config.threads,
    )
