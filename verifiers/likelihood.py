"""Compares the most likely choice with the gold one.

`acc` uses the log-likelihood, `acc_norm` divides it by the choice's characters and `acc_bytes` by
its UTF-8 bytes, as lm-eval's metrics of these names do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from harness.core import Problem, Status, UsageError, Verdict
from harness.core.likelihood import Measure, read_measures

METRICS: Mapping[str, Callable[[str], int]] = {
    "acc": lambda choice: 1,
    "acc_norm": len,
    "acc_bytes": lambda choice: len(choice.encode()),
}
"""By what a choice's log-likelihood is divided."""


class LikelihoodVerifier:
    """Judges the scores of a problem's choices, `meta["choices"]`; `gold` is the letter of one."""

    name = "likelihood"
    version = "1"

    def __init__(self, metric: str = "acc") -> None:
        if metric not in METRICS:
            raise UsageError(f"metric {metric!r}: write one of {', '.join(METRICS)}")
        self._metric = metric

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """The first of equal choices counts; `ungraded` if the response holds no scores."""
        try:
            measures = read_measures(response)
        except ValueError as error:
            return Verdict(status=Status.UNGRADED, reason=str(error), warning=3)
        choices = [str(choice) for choice in problem.meta["choices"]]
        if len(measures) != len(choices):
            return Verdict(
                status=Status.UNGRADED,
                reason=f"{len(measures)} readings of {len(choices)} choices",
                warning=3,
            )
        found = {name: letter(likeliest(measures, choices, by)) for name, by in METRICS.items()}
        chosen = found[self._metric]
        return Verdict(
            status=Status.CORRECT if chosen == problem.gold else Status.WRONG,
            answer=chosen,
            key=chosen,
            method=self._metric,
            reason=", ".join(f"{name}: {one}" for name, one in found.items()),
        )


def likeliest(
    measures: Sequence[Measure], choices: Sequence[str], length: Callable[[str], int]
) -> int:
    """The index of the largest log-likelihood for its length; the first of equal ones."""
    scores = [
        one.logprob / max(length(choice), 1) for one, choice in zip(measures, choices, strict=True)
    ]
    return scores.index(max(scores))


def letter(place: int) -> str:
    """The letter of a choice: A for the first."""
    return chr(ord("A") + place)
