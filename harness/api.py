"""What a user of the library calls beside `evaluate`: each function is one command of `harness`.

All take `db`, a file or a SQLAlchemy URL, and raise UsageError where nothing is found.
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
    """Curves by task and model; a data frame has one row a point."""

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
    """What judging again changed, run by run."""

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
    """Reports of the runs in a database, oldest first; the filters are names as they are shown."""
    with open_store(db) as store:
        return Reports(load_reports(store, find_runs(store, model=model, task=task, budget=budget)))


def obeyed(
    db: str | Path = DEFAULT_DB,
    *,
    model: str | None = None,
    task: str | None = None,
    budget: str | None = None,
) -> list[Sweep]:
    """Whether the levels, wishes and native budgets of stored runs change what is spent."""
    with open_store(db) as store:
        return sweeps(store, find_runs(store, model=model, task=task, budget=budget))


def samples(
    run: str, db: str | Path = DEFAULT_DB, *, problem: str | None = None
) -> list[SampleView]:
    """The samples of one run, named by its id or the beginning of it; of one problem if named."""
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

    Dollars are by `price`, else by the device's time, else as each run kept them.
    """
    with open_store(db) as store:
        ids = find_runs(store, model=model, task=task, budget=budget)
        if not ids:
            raise UsageError("no run matches; `harness show` lists what is stored")
        curves = load_curves(store, ids, gpu_usd_per_hour=gpu_usd_per_hour, price_entry=price)
    if not curves:
        raise UsageError("the runs have no graded problem yet; the same eval goes on")
    return Curves(curves)


def compare(
    a: str,
    b: str,
    db: str | Path = DEFAULT_DB,
    *,
    anyway: bool = False,
    correction: str = "holm",
) -> Comparisons:
    """B minus A, problem by problem. Each is a run's id (or its beginning), a filter as
    `model=NAME;budget=B`, or a baseline file.

    `anyway` compares what was not measured alike too; `correction` ("holm" or "bh") is for several
    tasks at once.
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
    """Judge stored answers again with today's verifiers, or by asking a `judge`.

    Old verdicts stay in the database beside the new ones. `price` is for a judge that has none of
    its own. Raises BackendError when the judge fails; the verdicts stay as they were then.
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
    """How the verdicts of stored runs agree with labels by hand, as Cohen's kappa.

    `labels` is a JSONL file of `{"id": SAMPLE, "status": "correct"}`, or `"correct": true`; see
    `harness.results.agreement.read_labels`. UsageError where no label names a sample of the runs.
    """
    given = read_labels(Path(labels))
    with open_store(db) as store:
        runs = load_reports(store, find_runs(store, model=model, task=task, budget=budget))
        found = [
            agreement_of(run.id, run.verifier, iter_samples(store, run.id), given) for run in runs
        ]
    known = Agreements(one for one in found if one is not None)
    if not known:
        raise UsageError(f"labels {labels}: none names a sample of the runs that match")
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
    """Samples of a run for people to label, the least sure verdicts first.

    A `judge`, a model or another verifier's name (as math-verify), is asked about every sample, at
    most for `max_usd` dollars: where it differs, samples are drawn more often. Each row is a line
    of the file that `import_labels` reads, its `label` None.
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
    """Store the labels of a JSONL file beside the verdicts; see `harness.results.agreement`.

    `author` says who labelled where a line does not; None: who is logged in.
    """
    with open_store(db) as store:
        return take_labels(store, Path(path), author or getpass.getuser())


def audit(run: str, db: str | Path = DEFAULT_DB) -> Audit:
    """What the stored labels say of a run's verdicts; UsageError where nobody has labelled any."""
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
    """Grade and store outputs that were made elsewhere; see `harness import --help` for the file.

    `limit` plans the task's first problems alone, `only_given` those that the file has.
    Importing the same again adds nothing. Raises DataError when no row can be taken.
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
    """Write the leaderboard of a database as plain files into the folder `out`.

    `board` holds all of a board's words, `title` among them; `filters` are model, task and budget,
    as for `show`.
    """
    from harness.site import BoardText, StoreSource, build

    with open_store(db) as store:
        source = StoreSource(store, find_runs(store, **filters))
        return build(source, Path(out), board=board or BoardText(title=title))
