"""The sides of a comparison: runs found by id or filter, or baseline files; and comparability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.core import UsageError
from harness.gate.baseline import read_baseline
from harness.results.canaries import load_canaries
from harness.results.outcomes import ProblemOutcome, RunOutcomes, load_outcomes
from harness.store import open_store
from harness.store.runs import find_runs, name_run

_FILTERS = ("model", "task", "budget")


def find_side(db: str, text: str) -> list[RunOutcomes]:
    """The runs named by `text`: a baseline file, a run (by name or id prefix), or a filter.

    A filter is `model=NAME`, `task=NAME`, `budget=B`, joined by `;`. UsageError if nothing
    matches or a prefix is ambiguous.
    """
    if Path(text).is_file():
        return read_baseline(Path(text))
    with open_store(db) as store:
        if "=" in text and text.split("=")[0] in _FILTERS:
            given = dict(_filter(part) for part in text.split(";"))
            ids = find_runs(store, **given)
            if not ids:
                raise UsageError(f"no run matches {text!r}; `harness show` lists the runs")
        else:
            ids = [name_run(store, text, nor=", and it is not a baseline file")]
        return [
            replace(load_outcomes(store, run_id), canaries=load_canaries(store, run_id))
            for run_id in ids
        ]


def _filter(part: str) -> tuple[str, str]:
    name, _, value = part.strip().partition("=")
    if name not in _FILTERS or not value:
        raise UsageError(f"filter {part!r}: write model=…, task=… or budget=…, joined by ';'")
    return name, value


def pair_runs(
    a: Sequence[RunOutcomes], b: Sequence[RunOutcomes]
) -> list[tuple[RunOutcomes, RunOutcomes]]:
    """The runs of both sides, joined by task (and by budget if a task has several)."""
    if len(a) == len(b) == 1:
        return [(a[0], b[0])]
    pairs = []
    for one in a:
        others = [o for o in b if o.task == one.task]
        if len(others) > 1:
            others = [o for o in others if o.budget == one.budget] or others
        if len(others) > 1:  # such as a pilot and the run itself: the one that can be compared
            others = [o for o in others if not differing_facts(one, o)] or others
        if len(others) > 1:
            names = ", ".join(o.id[:12] for o in others)
            raise UsageError(f"{one.label} has several counterparts ({names}): name one run")
        pairs += [(one, other) for other in others]
    if len({b_run.id for _, b_run in pairs}) < len(pairs):
        raise UsageError("several runs of one side share a counterpart: be more specific")
    if not pairs:
        raise UsageError("the two sides have no task in common")
    return pairs


def of_model(runs: Sequence[RunOutcomes], model: str) -> list[RunOutcomes]:
    """A baseline as used for one model: if several models have a run, only its own."""
    own = {(run.task, run.budget) for run in runs if run.model == model}
    return [run for run in runs if run.model == model or (run.task, run.budget) not in own]


_RENEW = "evaluate the reference again with the same options, and save it again"


def differing(old: RunOutcomes, new: RunOutcomes) -> list[str]:
    """Why `new` cannot be compared with `old`, one sentence per reason; empty if it can."""
    a, b = old.facts, new.facts
    reasons = []
    if a.get("task_version") != b.get("task_version"):
        reasons.append(
            f"the task {old.task} has version {b.get('task_version')} now and had "
            f"{a.get('task_version')} then: {_RENEW}"
        )
    elif old.planned != new.planned:
        reasons.append(
            f"it has {new.planned} problems, the other {old.planned}: take the same number, or "
            f"{_RENEW}"
        )
    elif a.get("data") != b.get("data"):
        reasons.append(
            f"the problems of {old.task} are different now (its data has changed): {_RENEW}"
        )
    elif a.get("prompts") != b.get("prompts"):
        reasons.append(f"the problems of {old.task} have different prompts now: {_RENEW}")
    if a.get("verifier") != b.get("verifier"):
        reasons.append(
            f"the answers were graded by {a.get('verifier')} and are now graded by "
            f"{b.get('verifier')}: `harness regrade` the reference, and save it again"
        )
    if a.get("task") != b.get("task"):
        reasons.append(f"they are of different tasks, {a.get('task')} and {b.get('task')}")
    return reasons


def differing_facts(a: RunOutcomes, b: RunOutcomes) -> list[str]:
    """Why two runs are not comparable, one sentence per reason; empty if they are."""
    reasons = differing(a, b)
    if (a.selector == "oracle") != (b.selector == "oracle"):
        reasons.append(f"one is coverage, the other selected answers: {a.budget} and {b.budget}")
    reasons += [
        f"{run.label} has {len(run.outcomes)} of its {run.planned} problems: run the command that "
        "made it again"
        for run in (a, b)
        if len(run.outcomes) != run.planned
    ]
    if {o.id for o in a.outcomes} != {o.id for o in b.outcomes} and not reasons:
        reasons.append("the problems differ")
    return reasons


def joined(a: RunOutcomes, b: RunOutcomes) -> list[tuple[ProblemOutcome, ProblemOutcome]]:
    """The outcomes of the problems that both runs have, in a's order; UsageError for none."""
    others = {outcome.id: outcome for outcome in b.outcomes}
    pairs = [(o, others[o.id]) for o in a.outcomes if o.id in others]
    if not pairs:
        raise UsageError(f"{a.label} and {b.label} have no problem in common")
    return pairs
