"""`EvalConfig`: the settings of one evaluation, shared by the command line, files and Python."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypedDict, get_args

from harness.core import ParameterError
from harness.core.protocols import Backend
from harness.cost import PriceEntry

DEFAULT_MODEL = "onnx:tiny-s"
DEFAULT_DB = "harness.sqlite"
DEFAULT_MAX_OUTPUT_TOKENS = 2048  # for a model that states no limit of its own
DEFAULT_JUDGE_TOKENS = 1024

Batch = Literal["wait", "submit"]

_WHOLE = {
    "limit": 10**9,
    "concurrency": 10**6,
    "max_output_tokens": 10**9,
    "max_total_tokens": 10**15,
    "judge_max_output_tokens": 10**9,
    "judge_votes": 99,
}
"""Parameters that count something, with their maximum; the minimum is 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeConfig:
    """A model that is asked for verdicts, and its settings.

    `max_output_tokens` limits one reply. With several `votes`, each answer is judged that often,
    with the choices in a different order each time, and the majority counts. `price` is the
    judge's own; None: the price book's, else that of the evaluation.
    """

    model: str | Backend
    args: Mapping[str, str] = field(default_factory=dict)
    max_output_tokens: int = DEFAULT_JUDGE_TOKENS
    votes: int = 1
    price: PriceEntry | None = None

    def __post_init__(self) -> None:
        _check_whole("judge_max_output_tokens", self.max_output_tokens)
        _check_whole("judge_votes", self.votes)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalConfig:
    """One evaluation: what is measured, and how it is carried out.

    These settings identify the runs, and so determine which stored samples are reused:

    - `model` is `backend:name[@url]` (or a Backend), `model_args` are its backend's own options.
    - `tasks` and `budgets` are names and budget strings; braces expand to a sweep.
    - `limit` uses only the first problems of each task; `data_dir` holds local data sets.
    - `exclude_known_faults` leaves out problems with a known wrong answer or an ambiguous question.
    - `prompt` (a Jinja template), `system` and `shots` (a number of worked examples) override
      those of the tasks; see `harness.tasks.Wording`.
    - `seed` is the sampling seed; `fresh_seed` also runs generated tasks on that seed.
    - `max_output_tokens` limits one completion unless the budget does (None: the model's own).
    - `fresh` samples a model behind an API again under that label; the same label resumes.
      `max_age` ("12h", "7d") does so unless samples at most that old are stored. Without either,
      stored samples are reused, however old. Local weights are identified by their hash.

    These settings do not affect any figure:

    - `db` is a file or a SQLAlchemy URL; `lock_timeout_s` is how long to wait for another writer.
    - `concurrency` is the number of calls in flight (None: enough to keep the engine busy).
    - `max_total_tokens` (including prompts) and `max_usd` limit the whole evaluation, including
      the judge; no call starts after `max_seconds`.
    - `price` (US dollars per million tokens) overrides the price book's; `gpu_usd_per_hour` counts
      device time instead.
    - `batch`: calls go through the provider's batch API, at half the price; "wait" until they
      are answered, or "submit" and exit. Repeating the evaluation collects the results.
    - `judge` is asked for verdicts, for tasks whose verifier provides a question for it.

    Raises ParameterError for an invalid value.
    """

    model: str | Backend = DEFAULT_MODEL
    model_args: Mapping[str, str] = field(default_factory=dict)
    tasks: tuple[str, ...] = ()
    budgets: tuple[str, ...] = ()
    limit: int | None = None
    prompt: str | None = None
    system: str | None = None
    shots: int | None = None
    exclude_known_faults: bool = False
    seed: int = 0
    fresh_seed: int | None = None
    data_dir: Path | None = None
    max_output_tokens: int | None = None
    fresh: str | None = None
    max_age: str | None = None
    db: str | Path = DEFAULT_DB
    concurrency: int | None = None
    max_total_tokens: int | None = None
    max_usd: float | None = None
    max_seconds: float | None = None
    price: PriceEntry | None = None
    gpu_usd_per_hour: float | None = None
    lock_timeout_s: float = 60.0
    judge: JudgeConfig | None = None
    batch: Batch | None = None

    def __post_init__(self) -> None:
        if self.batch not in (None, *get_args(Batch)):
            raise ParameterError('{batch}: write "wait" or "submit"', batch=self.batch)
        for name in ("tasks", "budgets"):
            if isinstance(getattr(self, name), str):
                value = getattr(self, name)
                raise ParameterError(f"{{{name}}}: must be a tuple of strings", **{name: value})
        if self.data_dir is not None:
            object.__setattr__(self, "data_dir", Path(self.data_dir))
        for name in _WHOLE:
            value = getattr(self, name, None)
            if value is not None:
                _check_whole(name, value)
        if self.fresh is not None and self.max_age is not None:
            raise ParameterError(
                "{fresh} samples again and {max_age} reuses stored samples: give one of them",
                fresh=self.fresh,
                max_age=self.max_age,
            )
        _check_int("seed", self.seed)
        if self.fresh_seed is not None:
            _check_int("fresh_seed", self.fresh_seed)
        if self.max_usd is not None and not 0 < self.max_usd < math.inf:
            raise ParameterError("{max_usd}: must be above 0", max_usd=self.max_usd)
        if self.max_seconds is not None and not 0 < self.max_seconds < math.inf:
            raise ParameterError("{max_seconds}: must be above 0", max_seconds=self.max_seconds)
        if self.shots is not None:
            _check_int("shots", self.shots)
            if not 0 <= self.shots <= 1000:
                raise ParameterError("{shots}: must be from 0 to 1000", shots=self.shots)
        rate = self.gpu_usd_per_hour
        if rate is not None and not 0 <= rate < math.inf:
            raise ParameterError("{gpu_usd_per_hour}: must be 0 or more", gpu_usd_per_hour=rate)

    def complete(self) -> EvalConfig:
        """This configuration, if it names a task and a budget; ParameterError otherwise."""
        if not self.tasks:
            raise ParameterError(
                "no task given: try {tasks}; `harness tasks` lists them", tasks="decimals"
            )
        if not self.budgets:
            raise ParameterError("no budget given: try {budgets}", budgets="greedy")
        return self


class EvalSettings(TypedDict, total=False):
    """The keyword arguments of `harness.evaluate`: the fields of EvalConfig, documented there."""

    model_args: Mapping[str, str]
    limit: int | None
    prompt: str | None
    system: str | None
    shots: int | None
    exclude_known_faults: bool
    seed: int
    fresh_seed: int | None
    data_dir: str | Path | None
    max_output_tokens: int | None
    fresh: str | None
    max_age: str | None
    db: str | Path
    concurrency: int | None
    max_total_tokens: int | None
    max_usd: float | None
    max_seconds: float | None
    price: PriceEntry | None
    gpu_usd_per_hour: float | None
    lock_timeout_s: float
    batch: Batch | None


def names(value: str | Any) -> tuple[str, ...]:
    """One name or several, as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value)


def judge_config(judge: str | Backend | JudgeConfig | None) -> JudgeConfig | None:
    """A judge from its name or backend alone, or as given."""
    if judge is None or isinstance(judge, JudgeConfig):
        return judge
    return JudgeConfig(model=judge)


def _check_int(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ParameterError(f"{{{name}}}: must be a whole number", **{name: value})


def _check_whole(name: str, value: int) -> None:
    _check_int(name, value)
    if value < 1:
        raise ParameterError(f"{{{name}}}: must be at least 1", **{name: value})
    if value > _WHOLE[name]:
        raise ParameterError(f"{{{name}}}: must be at most {_WHOLE[name]}", **{name: value})
