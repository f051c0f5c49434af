"""Base of selectors without arguments, whose expectation is exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.budgets.strategy import Judged


class Exact:
    """No arguments, no Monte Carlo error."""

    @property
    def args(self) -> Mapping[str, str | int]:
        """None."""
        return {}

    def error(self, pool: Sequence[Judged], k: int) -> float:
        """Exact."""
        return 0.0
