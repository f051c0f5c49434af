"""Shared code of the published trap sets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from harness.core import DataError, DataSource, Estimate, Problem, Prompt, Scored, VerifierSpec
from harness.tasks._data import fixed_shuffle
from harness.tasks._generate import check_options
from harness.tasks._metrics import by_factor
from harness.tasks._pairs import pair_figures
from harness.tasks.math import ENDING


def plain(text: str) -> str:
    """A decimal number as text, an integer if it is whole, without thousands commas."""
    value = Decimal(text.replace(",", ""))
    return str(int(value)) if value == value.to_integral_value() else f"{value.normalize():f}"


def number(value: object, where: str) -> str:
    """The number (or fraction) at the end of a published answer, after `####` if there is one.

    Raises DataError if there is none; `where` names the row.
    """
    text = str(value).rpartition("####")[2].strip()
    if re.fullmatch(r"-?\d+/[1-9]\d*", text):
        return text
    if isinstance(value, bool) or not re.fullmatch(r"-?[\d,]*\.?\d+", text, re.ASCII):
        raise DataError(f"{where}: the answer {text[:40]!r} is no number")
    return plain(text)


class Pairs:
    """A task of problems in clusters: an original, and the problems made from it."""

    name = ""
    version = "1"
    options: tuple[str, ...] = ()

    def load(self, source: DataSource) -> Sequence[Problem]:
        """The problems, whole clusters together, clusters in a fixed shuffled order."""
        check_options(self.name, source.options, self.options)
        clusters: dict[str, list[Problem]] = {}
        for problem in self._problems(source):
            clusters.setdefault(problem.cluster, []).append(problem)
        ordered = [p for c in fixed_shuffle(clusters) for p in clusters[c]]
        return ordered[: source.limit]

    def _problems(self, source: DataSource) -> list[Problem]:
        raise NotImplementedError

    def prompt(self, problem: Problem) -> Prompt:
        """The problem and how to end."""
        return Prompt.user(problem.question + ENDING)

    def verifier(self) -> VerifierSpec:
        """Flaw recognition if there is no answer, mathematics if there is one."""
        return VerifierSpec("flaw")

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """Accuracy by variant and kind, and the pair metrics: see `pair_figures`."""
        return {
            **pair_figures(scored),
            **by_factor(scored, "variant", lambda p: p.variant),
            **by_factor(scored, "kind", lambda p: p.meta["kind"]),
        }
