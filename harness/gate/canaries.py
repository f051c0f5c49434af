"""Canaries: answers with known verdicts, tested before a gate trusts a verifier.

A verifier that accepts wrong answers makes every figure look good, and no comparison can tell that
from progress. Stored verdicts also hide what the current verifier would say. So the gate first
tests it on some of the run's own problems: gold answers must not be graded wrong; lures, gold
answers with an extra leading digit, and (if a gold answer is not a number) other problems' gold
answers must not be graded correct.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.core import DataError, HarnessError, Problem, Status, TaskSpec, VerifierSpec
from harness.core.registry import find
from harness.results.outcomes import RunOutcomes
from harness.run.plan import verifier_label
from harness.verifiers.pool import VerifierPool

_ASKED = 40  # problems of a run
_TOLERATED = 0.25  # share misjudged: another problem's answer, reworded, may be right

Answers = list[tuple[Problem, str]]


def check_verifiers(runs: Sequence[RunOutcomes]) -> None:
    """Test the verifiers of stored runs; DataError if one misjudges known answers.

    Runs without problems (read from a file), of tasks that are not installed, or graded by a
    version of the verifier other than the installed one, are skipped.
    """
    asked = set()
    for run in runs:
        if (run.task, run.facts.get("verifier")) in asked:
            continue
        asked.add((run.task, run.facts.get("verifier")))
        problems = [o.problem for o in run.outcomes if o.problem is not None]
        try:
            spec = find("tasks", TaskSpec.parse(run.task).name)().verifier()
            version = find("verifiers", spec.name).version
        except HarnessError:
            continue
        if run.facts.get("verifier") == f"{verifier_label(spec)}@{version}":
            check_verifier(spec, problems)


def check_verifier(spec: VerifierSpec, problems: Sequence[Problem]) -> None:
    """Test one verifier on some of these problems; DataError if it misjudges them.

    A verifier that expects a form other than \\boxed{} finds no answer, which proves nothing.
    """
    answerable = [p for p in problems if p.gold is not None]
    some = answerable[:: max(1, len(answerable) // _ASKED)][:_ASKED]
    right: Answers = [(p, p.gold) for p in some if p.gold is not None]
    wrong: Answers = [
        (p, answer) for p in some for answer in (p.lure, _altered(p, some)) if answer is not None
    ]
    if not right:
        return
    with VerifierPool(1) as pool:
        for answers, kind, amiss in (
            (wrong, "accepts wrong", {Status.CORRECT}),
            (right, "rejects gold", {Status.WRONG, Status.LURED}),
        ):
            futures = [pool.submit(spec, f"\\boxed{{{answer}}}", p) for p, answer in answers]
            verdicts = [future.result().status for future in futures]
            bad = [a for a, status in zip(answers, verdicts, strict=True) if status in amiss]
            if len(bad) > _TOLERATED * len(answers):
                p, answer = bad[0]
                raise DataError(
                    f"the verifier {verifier_label(spec)} {kind} answers: {len(bad)} of "
                    f"{len(answers)} asked, as {answer!r} for {p.id}, whose gold answer is "
                    f"{p.gold!r}; figures that come from it mean nothing"
                )


def _altered(problem: Problem, others: Sequence[Problem]) -> str | None:
    """A wrong answer made from gold ones; None if there is none."""
    gold = problem.gold or ""
    if gold[:1].isdigit():
        return f"1{gold}"
    at = others.index(problem)
    candidates = (other.gold for other in (*others[at + 1 :], *others[:at]))
    return next((g for g in candidates if g is not None and g.casefold() != gold.casefold()), None)
