"""Running a study: one evaluation after another, under shared ceilings."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.core import BackendError, Problem, Usage, UsageError
from harness.core.counting import counted
from harness.cost import price
from harness.results.display import Reports
from harness.results.reports import load_reports
from harness.run.evaluate import Rounds, carry_out, run_blocking
from harness.run.evaluation import Evaluation
from harness.run.limits import Spent
from harness.run.progress import Observer
from harness.store import Store, open_store
from harness.store.runs import find_runs, spent_by_role
from harness.study.claims import CheckedClaims
from harness.study.file import Ceilings
from harness.study.matrix import Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyResult:
    """The state of a study after a command: all its runs, and what the command did.

    `calls` requests were sent now, for `asked` samples with `generated` tokens, and used `spent`
    (including prompts and judge); `left` says, one line each, what is unfinished and why. Running
    the same command again resumes it.
    """

    reports: Reports
    claims: CheckedClaims
    calls: int = 0
    asked: int = 0
    generated: int = 0
    spent: Spent = field(default_factory=Spent)
    left: Sequence[str] = ()
    notes: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        """Whether every run is complete and graded, and every claimed figure agrees."""
        done = all(r.status == "complete" and not r.ungraded for r in self.reports)
        return done and not self.left and self.claims.ok

    def to_frame(self) -> object:
        """A pandas DataFrame with one row per run."""
        return self.reports.to_frame()

    def __repr__(self) -> str:
        return "\n".join([repr(self.reports), *self.left, *map(str, self.claims)])


class Purse:
    """What a study may still use: its ceilings minus what its runs have used in any command."""

    def __init__(self, ceilings: Ceilings, used: Spent) -> None:
        self.ceilings, self.used = ceilings, used
        self._began = time.monotonic()

    def add(self, spent: Spent) -> None:
        """Book what an evaluation used."""
        self.used = self.used.plus(spent)

    @property
    def empty(self) -> bool:
        """Whether one of them is used up."""
        tokens, usd, seconds = self._left()
        return any(left is not None and left <= 0 for left in (tokens, usd, seconds))

    def _left(self) -> tuple[int | None, float | None, float | None]:
        most = self.ceilings
        tokens = None if most.max_tokens is None else most.max_tokens - self.used.tokens
        usd = None if most.max_usd is None else most.max_usd - self.used.usd
        gone = time.monotonic() - self._began
        seconds = None if most.max_seconds is None else most.max_seconds - gone
        return tokens, usd, seconds

    def open(self, planned: Planned) -> Planned:
        """The same work, limited to what is left."""
        tokens, usd, seconds = self._left()
        config = replace(
            planned.plan.config,
            max_total_tokens=tokens,
            max_usd=None if usd is None else float(usd),
            max_seconds=seconds,
        )
        return replace(planned, plan=replace(planned.plan, config=config))


@dataclass(slots=True)
class Done:
    """What a command used, what it left unfinished and why, and the backends' notes."""

    spent: Spent = field(default_factory=Spent)
    calls: int = 0
    asked: int = 0
    generated: int = 0
    left: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, one: Evaluation) -> None:
        """Add an evaluation of a model."""
        self.spent = self.spent.plus(one.spent)
        self.calls += one.calls
        self.asked += one.asked
        self.left += [f"{name}: {line}" for line in _unfinished(one)]
        self.notes += [f"{name}: {note}" for note in one.notes]


def run_study(
    planned: Sequence[Planned],
    ceilings: Ceilings,
    observer: Observer,
) -> Done:
    """Run all evaluations, the cheapest first."""
    purse = Purse(ceilings, used_before(planned))
    all_done, counting = Done(), _Generated(observer)
    for one in sorted(planned, key=_dearness):
        if purse.empty:
            all_done.left.append(f"{one.name}: not started, a ceiling of the study was reached")
            continue
        observer.note(f"{one.name}: {', '.join(one.plan.runs)}")
        try:
            done = carry_out(purse.open(one).plan, counting)
        except BackendError as error:  # this model is unavailable; the others can run
            purse.used = used_before(planned)  # what it had answered is in the ledger
            all_done.left.append(f"{one.name}: {error}")
            continue
        purse.add(done.spent)
        all_done.add(one.name, done)
    all_done.generated = counting.tokens
    return all_done


class _Generated:
    """Forwards everything to another observer, and counts the generated tokens."""

    def __init__(self, observer: Observer) -> None:
        self.tokens = 0
        self._called = observer.called
        self.planned, self.attempted = observer.planned, observer.attempted
        self.note = observer.note

    def called(self, usage: Usage, samples: int) -> None:
        """A call returned."""
        self.tokens += usage.output_tokens or 0
        self._called(usage, samples)


def run_pilot(
    planned: Sequence[Planned], ceilings: Ceilings, share: float, observer: Observer
) -> list[str]:
    """The first problems of each task: `share` of them, at least two. No judge is asked.

    They are attempts of the study's own runs, and count towards its ceilings. Returns what
    prevented some from finishing, as lines.
    """
    purse = Purse(ceilings, used_before(planned))
    left: list[str] = []
    for one in sorted(planned, key=_dearness):
        if purse.empty:
            left.append(f"{one.name}: no pilot, a ceiling of the study was reached")
            continue
        observer.note(f"{one.name}: a pilot of {share:.3g} on {', '.join(one.plan.runs)}")
        first = {str(task.spec): _first(task.problems, share) for task in one.plan.tasks}
        try:
            done = run_blocking(purse.open(one).plan, observer, _once(first))
        except BackendError as error:
            purse.used = used_before(planned)
            left.append(f"{one.name}: {error}")
            continue
        purse.add(done.spent)
        left += [f"{one.name}: pilot: {line}" for line in _unfinished(done)]
    return left


def _once(chosen: Mapping[str, Sequence[str]]) -> Rounds:
    def rounds(_: Store) -> list[Mapping[str, Sequence[str]]]:
        return [chosen]

    return rounds


def _first(problems: Sequence[Problem], share: float) -> list[str]:
    return [problem.id for problem in problems[: max(2, math.ceil(share * len(problems)))]]


def _dearness(one: Planned) -> float:
    return 0.0 if one.price is None else one.price.input + one.price.output


def _unfinished(done: Evaluation) -> Iterator[str]:
    if done.limit_reached:
        left = counted(done.unfinished, "attempt is", "attempts are")
        yield f"a ceiling of the study was reached, at least {left} left"
    if not done.judged:
        yield "the ceiling was reached before the judge was done: the verdicts are the rules'"
    if done.failed:
        yield f"{counted(done.failed, 'attempt')} failed: {'; '.join(done.errors[:3])}"
    if done.ungraded:
        yield f"ungraded: {'; '.join(done.ungraded[:2])}; `harness regrade` tries again"


def used_before(planned: Sequence[Planned]) -> Spent:
    """What a study's runs have used in earlier commands, according to the ledger.

    Unknown dollars are estimated at today's price.
    """
    if not planned:
        return Spent()
    used = Spent()
    try:
        with open_store(planned[0].plan.config.db) as store:
            for one in planned:
                for run in one.plan.all_runs:
                    used = used.plus(_of_run(store, run.id, one))
    except UsageError:  # no database yet
        return Spent()
    return used


def _of_run(store: Store, run: str, one: Planned) -> Spent:
    used = Spent()
    for role, spent in spent_by_role(store, run).items():
        usd = spent.usd
        if usd is None and role == "generator":
            usd = price(spent.usage, one.price)
        tokens = (spent.usage.prompt_tokens or 0) + (spent.usage.output_tokens or 0)
        used = used.plus(Spent(tokens, usd or 0.0, spent.calls))
    return used


def study_reports(planned: Sequence[Planned], *, create: bool = False) -> Reports:
    """The reports of the stored runs, under the study's names for its models.

    UsageError if there is no database, unless one is to be created.
    """
    if not planned:
        return Reports()
    named = {run.id: one.name for one in planned for run in one.plan.all_runs}
    with open_store(planned[0].plan.config.db, create=create) as store:
        stored = set(find_runs(store))
        found = load_reports(store, [run for run in named if run in stored])
    return Reports(replace(report, model=named[report.id]) for report in found)
