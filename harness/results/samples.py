"""The samples of a run as their readers see them."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core import Usage
from harness.results.attempts import NO_ANSWER
from harness.results.views import SampleView
from harness.store import Store
from harness.store.attempts import chain_samples, step_values, unanswered
from harness.store.runs import StoredRun, get_run


def iter_samples(store: Store, run_id: str) -> Iterator[SampleView]:
    """Every answer of a run with its prompt, response and verdict.

    Attempts without an answer, which failed or were stopped by their ceiling, come last.
    """
    run = get_run(store, run_id)
    yield from answers(store, run)
    for problem, error in unanswered(store, run_id):
        yield SampleView(
            sample=None,
            run_id=run.id,
            problem=problem,
            index=0,
            prompt="",
            usage=Usage(),
            verdict=NO_ANSWER if error is None else None,
            verifier=None,
            error=error,
        )


def answers(store: Store, run: StoredRun) -> Iterator[SampleView]:
    """The answers of a run's finished attempts."""
    usages: list[Usage] = []
    chain, steps = None, None
    for row in chain_samples(store, run):
        sample = row.sample
        if chain != (row.digest, row.ordinal):
            chain, usages, steps = (row.digest, row.ordinal), [], None
        if row.score:
            steps = step_values(sample.text)
        usages.append(sample.usage)
        if not row.final:
            continue
        yield SampleView(
            sample=sample,
            run_id=run.id,
            problem=row.problem,
            index=row.ordinal,
            prompt=row.prompt,
            usage=Usage.total(usages),
            verdict=row.verdict,
            verifier=run.judged_by,
            steps=steps,
            seed=row.seed,
        )
