"""The public functions besides `evaluate`: each one is a `harness` command.

All take `db`, a file or a SQLAlchemy URL, and raise UsageError if nothing is found.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.analysis.curve_figures import rows as curve_rows
from harness.analysis.curves import Curve, load_curves
from harness.analysis.obedience import Sweep, sweeps
from harness.core import UsageError, registry
from harness.core.protocols import Backend
from harness.cost import PriceEntry
from harness.gate.compare import Comparison, compare_runs
from harness.gate.sides import find_side, pair_runs
from harness.interop.importer import Imported, import_file
from harness.results.agreement import Agreements, read_labels
from harness.results.agreement import agreement as agreement_of
from harness.results.audit import to_label as rows_to_label
from harness.results.audited import Audit
from harness.results.display import Listing, Reports, Row
from harness.results.reports import find_runs, iter_samples, load_reports
from harness.results.views import SampleView
from harness.run.audit import Labelled, model_opinions, verifier_opinions
from harness.run.audit import import_labels as take_labels
from harness.run.config import DEFAULT_DB, JudgeConfig, judge_config
from harness.run.judge import Judge
from harness.run.progress import Observer, shown
from harness.run.regrade import Regraded, regrade_runs
from harness.store import Store, open_store

if TYPE_CHECKING:
    from harness.site import BoardText, SiteResult


class Curves(Listing[Curve]):
    """Curves by task and model; a data frame has one row per point."""

    __slots__ = ()

    def rows(self) -> Sequence[Row]:
        """All points of all curves."""
        return [row for curve in self for row in curve_rows(curve)]


class Comparisons(Listing[Comparison]):
    """Comparisons of two runs each, B minus A."""

    __slots__ = ()

    def rows(self) -> Sequence[Row]:
        """The difference in accuracy with its interval, and what it cost."""
        return [
            {
                "a": c.a.label,
                "b": c.b.label,
                "accuracy_a": c.means[0],
                "accuracy_b": c.means[1],
                "difference": c.accuracy.value,
                "low": c.accuracy.low,
                "high": c.accuracy.high,
                "p": c.adjusted_p,
                "tokens": None if c.tokens is None else c.tokens.value,
                "usd": None if c.usd is None else c.usd.value,
                "problems": c.accuracy.n,
            }
            for c in self
        ]


class Regradings(Listing[Regraded]):
    """What regrading changed, run by run."""

    __slots__ = ()

    def rows(self) -> Sequence[Row]:
        """Verifiers before and after, and how many verdicts changed."""
        return [one.to_json() for one in self]


def show(
    db: str | Path = DEFAULT_DB,
    *,
    model: str | None = None,
    task: str | None = None,
    budget: str | None = None,
) -> Reports:
    """Reports of the runs in a database, oldest first; filters use names as displayed."""
    with open_store(db) as store:
        return Reports(load_reports(store, find_runs(store, model=model, task=task, budget=budget)))


def obeyed(
    db: str | Path = DEFAULT_DB,
    *,
    model: str | None = None,
    task: str | None = None,
    budget: str | None = None,
) -> list[Sweep]:
    """Whether the effort levels, prompted and native budgets of stored runs affect spending."""
    with open_store(db) as store:
        return sweeps(store, find_runs(store, model=model, task=task, budget=budget))


def samples(
    run: str, db: str | Path = DEFAULT_DB, *, problem: str | None = None
) -> list[SampleView]:
    """The samples of one run, given by its id or a prefix; optionally of one problem."""
    with open_store(db) as store:
        run_id = _one_run(store, run)
        views = [v for v in iter_samples(store, run_id) if problem in (None, v.problem.id)]
    if problem is not None and not views:
        raise UsageError(f"run {run_id} has no such problem yet: {problem}")
    return views


def _one_run(store: Store, begin: str) -> str:
    matches = [run_id for run_id in find_runs(store) if run_id.startswith(begin)]
    if len(matches) != 1:
        raise UsageError(
            f"run {begin!r}: {len(matches)} runs begin with that; `harness show --json` lists ids"
        )
    return matches[0]


def curve(
    db: str | Path = DEFAULT_DB,
    *,
    model: str | None = None,
    task: str | None = None,
    budget: str | None = None,
    price: PriceEntry | None = None,
    gpu_usd_per_hour: float | None = None,
) -> Curves:
    """Accuracy and coverage against tokens, FLOPs and dollars, from all that is stored.

    Dollars come from `price`, else from device time, else from what each run recorded.
    """
    with open_store(db) as store:
        ids = find_runs(store, model=model, task=task, budget=budget)
        if not ids:
            raise UsageError("no run matches; `harness show` lists what is stored")
        curves = load_curves(store, ids, gpu_usd_per_hour=gpu_usd_per_hour, price_entry=price)
    if not curves:
        raise UsageError("the runs have no graded problem yet; run the same eval again to resume")
    return Curves(curves)


def compare(
    a: str,
    b: str,
    db: str | Path = DEFAULT_DB,
    *,
    anyway: bool = False,
    correction: str = "holm",
) -> Comparisons:
    """B minus A, problem by problem. Each is a run id (or a prefix), a filter such as
    `model=NAME;budget=B`, or a baseline file.

    `anyway` also compares runs that were measured differently; `correction` ("holm" or "bh")
    applies to several tasks at once.
    """
    pairs = pair_runs(find_side(str(db), a), find_side(str(db), b))
    return Comparisons(compare_runs(pairs, anyway=anyway, correction=correction))


def regrade(
    db: str | Path = DEFAULT_DB,
    *,
    model: str | None = None,
    task: str | None = None,
    budget: str | None = None,
    judge: str | Backend | JudgeConfig | None = None,
    price: PriceEntry | None = None,
    progress: Observer | bool | None = None,
) -> Regradings:
    """Grade stored answers again with the current verifiers, or by asking a `judge`.

    Old verdicts stay in the database. `price` is for a judge without a price of
    its own. Raises BackendError if the judge fails; verdicts given until then are kept.
    """
    wanted = judge_config(judge)
    with shown(progress) as observer, open_store(db) as store:
        asked = None if wanted is None else Judge(wanted, fallback=price, observer=observer)
        runs = find_runs(store, model=model, task=task, budget=budget)
        return Regradings(regrade_runs(store, runs, asked))


def agreement(
    labels: str | Path,
    db: str | Path = DEFAULT_DB,
    *,
    model: str | None = None,
    task: str | None = None,
    budget: str | None = None,
) -> Agreements:
    """How the verdicts of stored runs agree with human labels, as Cohen's kappa.

    `labels` is a JSONL file of `{"id": SAMPLE, "status": "correct"}`, or `"correct": true`; see
    `harness.results.agreement.read_labels`. UsageError if no label matches a sample of the runs.
    """
    given = read_labels(Path(labels))
    with open_store(db) as store:
        runs = load_reports(store, find_runs(store, model=model, task=task, budget=budget))
        found = [
            agreement_of(run.id, run.verifier, iter_samples(store, run.id), given) for run in runs
        ]
    known = Agreements(one for one in found if one is not None)
    if not known:
        raise UsageError(f"labels {labels}: none matches a sample of the selected runs")
    return known


def to_label(
    run: str,
    db: str | Path = DEFAULT_DB,
    *,
    count: int = 50,
    seed: int = 0,
    judge: str | Backend | JudgeConfig | None = None,
    price: PriceEntry | None = None,
    max_usd: float | None = None,
    progress: Observer | bool | None = None,
) -> list[dict[str, Any]]:
    """Samples of a run for people to label, the least certain verdicts first.

    A `judge`, a model or another verifier's name (such as math-verify), is asked about every
    sample, for at most `max_usd` dollars; samples on which it disagrees are drawn more often. Each
    row is a line of the file that `import_labels` reads, with `label` None.
    """
    wanted = judge_config(judge)
    with shown(progress) as observer, open_store(db) as store:
        run_id = _one_run(store, run)
        opinions, name = None, None
        if wanted is not None and wanted.model in registry.names("verifiers"):
            name = str(wanted.model)
            opinions = verifier_opinions(store, run_id, name)
        elif wanted is not None:
            asked = Judge(wanted, fallback=price, observer=observer)
            asked.limit(None, max_usd)
            name, opinions = asked.label, model_opinions(store, run_id, asked)
        return rows_to_label(
            lambda: iter_samples(store, run_id), count, seed=seed, judge=name, opinions=opinions
        )


def import_labels(
    path: str | Path, db: str | Path = DEFAULT_DB, *, author: str | None = None
) -> Labelled:
    """Store the labels of a JSONL file alongside the verdicts; see `harness.results.agreement`.

    `author` is used for lines that name no author; None: the logged-in user.
    """
    with open_store(db) as store:
        return take_labels(store, Path(path), author or getpass.getuser())


def audit(run: str, db: str | Path = DEFAULT_DB) -> Audit:
    """What the stored labels imply for a run's verdicts; UsageError if there are none."""
    with open_store(db) as store:
        (report,) = load_reports(store, [_one_run(store, run)])
    if report.audit is None:
        raise UsageError(
            f"run {report.id[:12]} has no labels: `harness audit list {report.id[:12]}` lists "
            "samples to label, and `harness audit import FILE` stores the labels"
        )
    return report.audit


def import_outputs(  # noqa: PLR0913 - all that `harness import` takes
    path: str | Path,
    task: str,
    *,
    db: str | Path = DEFAULT_DB,
    model: str | None = None,
    fields: Mapping[str, str] | None = None,
    budgets: str | Iterable[str] = (),
    data_dir: str | Path | None = None,
    limit: int | None = None,
    only_given: bool = False,
) -> Imported:
    """Grade and store outputs generated elsewhere; see `harness import --help` for the format.

    `limit` includes only the task's first problems, `only_given` only those in the file.
    Importing the same file again adds nothing. Raises DataError if no row can be imported.
    """
    with open_store(db, create=True) as store:
        return import_file(
            store,
            Path(path),
            task,
            model=model,
            fields=fields,
            budgets=[budgets] if isinstance(budgets, str) else list(budgets),
            data_dir=None if data_dir is None else Path(data_dir),
            limit=limit,
            only_given=only_given,
        )


def build_site(
    out: str | Path = "_site",
    db: str | Path = DEFAULT_DB,
    *,
    title: str = "Leaderboard",
    board: BoardText | None = None,
    **filters: Any,
) -> SiteResult:
    """Write a database's leaderboard as static files into the folder `out`.

    `board` holds a board's texts and settings, including its `title`; `filters` are model, task and
    budget, as for `show`.
    """
    from harness.site import BoardText, StoreSource, build

    with open_store(db) as store:
        source = StoreSource(store, find_runs(store, **filters))
        return build(source, Path(out), board=board or BoardText(title=title))
