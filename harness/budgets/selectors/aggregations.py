"""How the step values of a response are combined into one: what `agg=` names.

`last` is the value of the last step, as process rewards that judge "right so far" are read (Snell
et al. 2024, arXiv 2408.03314); `prod` and `min` combine the values of steps that are judged
individually (Lightman et al. 2023, arXiv 2305.20050); `mean` is their mean. A third-party
aggregation is a function of the same form, registered under `harness.aggregations`.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence

from harness.core import UnknownNameError, registry
from harness.core.origin import blamed, describe, is_builtin, misfit

Aggregation = Callable[[Sequence[float]], float]


def last(steps: Sequence[float]) -> float:
    """The value of the last step."""
    return steps[-1]


def prod(steps: Sequence[float]) -> float:
    """Their product."""
    return math.prod(steps)


def lowest(steps: Sequence[float]) -> float:
    """The smallest value."""
    return min(steps)


def mean(steps: Sequence[float]) -> float:
    """Their arithmetic mean."""
    return statistics.fmean(steps)


def aggregation(name: str) -> Aggregation:
    """The function for `agg=name`; a third-party one must return a number."""
    if name not in registry.names("aggregations"):
        raise UnknownNameError("agg=", name, registry.names("aggregations"))
    found: Aggregation = registry.find("aggregations", name)
    if is_builtin(found):
        return found

    def checked(steps: Sequence[float]) -> float:
        what = f"the aggregation {name!r}"
        with blamed(what, found):
            value = found(steps)
        if not isinstance(value, int | float):
            raise misfit(what, found, None, f"gave {describe(value)}", "a number")
        return float(value)

    return checked
