"""What human labels imply about one run's verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.core import Estimate

_FIGURES = ("error_rate", "accuracy", "corrected_accuracy", "kappa")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Labels on the samples of one run, and what follows from them.

    `labels` samples were decided by `people`; for `unsure` ones they could not tell. Labels drawn
    at random by `harness audit list` give `error_rate`, the share of the run's samples with a
    wrong verdict, and `corrected_accuracy`, which is shown with the samples' plain `accuracy`
    and never replaces it; None if they cannot be estimated, and then `why` gives the reason.
    `kappa` is Cohen's, of verdicts and labels (correct or not); None if undefined. `of_run`: the
    samples' accuracy is the run's own, because its budget draws one answer.
    """

    labels: int
    people: int
    unsure: int
    of_run: bool
    accuracy: Estimate | None = None
    error_rate: Estimate | None = None
    corrected_accuracy: Estimate | None = None
    kappa: Estimate | None = None
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        out: dict[str, Any] = {
            name: getattr(self, name) for name in ("labels", "people", "unsure", "of_run", "why")
        }
        for name in _FIGURES:
            estimate: Estimate | None = getattr(self, name)
            out[name] = None if estimate is None else estimate.to_json()
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Audit:
        """The inverse of `to_json`."""
        figures = {n: Estimate.from_json(data[n]) for n in _FIGURES if data[n] is not None}
        return cls(**{**data, **dict.fromkeys(_FIGURES), **figures})
