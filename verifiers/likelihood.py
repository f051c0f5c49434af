"""The likeliest choice against the gold one.

`acc` takes the largest log-likelihood, `acc_norm` the largest one a character of the choice,
`acc_bytes` the largest one a byte of it (UTF-8), as lm-eval's metrics of these names do.
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
    """Judges a reading of a problem's choices, `meta["choices"]`, of which `gold` is a letter."""

    name = "likelihood"
    version = "1"

    def __init__(self, metric: str = "acc") -> None:
        if metric not in METRICS:
            raise UsageError(f"metric {metric!r}: write one of {', '.join(METRICS)}")
        self._metric = metric

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Of equal choices the first counts; `ungraded` for what is no reading."""
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
    """The place of the largest log-likelihood for its length; the first of equal ones."""
    scores = [
        one.logprob / max(length(choice), 1) for one, choice in zip(measures, choices, strict=True)
    ]
    return scores.index(max(scores))


def letter(place: int) -> str:
    """A for the first choice."""
    return chr(ord("A") + place)
