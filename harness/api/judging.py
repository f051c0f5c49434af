"""Verdicts: given again, and held against labels by people."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.core import UsageError, registry
from harness.core.protocols import Backend
from harness.cost import PriceEntry
from harness.results.agreement import Agreements, read_labels
from harness.results.agreement import agreement as agreement_of
from harness.results.audit import to_label as rows_to_label
from harness.results.audited import Audit
from harness.results.display import Listing, Row
from harness.results.reports import load_reports
from harness.results.samples import iter_samples
from harness.run.audit import Labelled, model_opinions, verifier_opinions
from harness.run.audit import import_labels as take_labels
from harness.run.config import DEFAULT_DB, JudgeConfig, judge_config
from harness.run.judge import Judge
from harness.run.progress import Observer, shown
from harness.run.regrade import Regraded, regrade_runs
from harness.store import open_store
from harness.store.runs import find_runs, name_run


class Regradings(Listing[Regraded]):
    """What regrading changed, run by run."""

    __slots__ = ()

    def rows(self) -> Sequence[Row]:
        """Verifiers before and after, and how many verdicts changed."""
        return [one.to_json() for one in self]


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
        run_id = name_run(store, run)
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
        (report,) = load_reports(store, [name_run(store, run)])
    if report.audit is None:
        raise UsageError(
            f"run {report.id[:12]} has no labels: `harness audit list {report.id[:12]}` lists "
            "samples to label, and `harness audit import FILE` stores the labels"
        )
    return report.audit
