"""Whether a model supports a budget, before anything is paid for; and how thinking is limited."""

from __future__ import annotations

from harness.budgets.grammar import Budget
from harness.core import (
    EFFORTS,
    Capabilities,
    ModelInfo,
    ParameterError,
    UnknownNameError,
    UsageError,
)

_WAYS = ("forced", "native", "hint")


def fit(budget: Budget, info: ModelInfo) -> Budget:
    """The budget for this model: `by=` is written out unless the model's default is
    forced thinking in two calls, so that different ways are different runs.

    Raises UsageError for an unsupported effort level, naming the supported ones; for a thinking
    budget that cannot be enforced; and for a combination that no request may have.
    """
    effort = budget.level or budget.option("effort")
    if effort is not None and effort not in EFFORTS:
        known = info.can.efforts or EFFORTS
        raise UnknownNameError(f"effort level of budget {str(budget)!r}:", effort, known)
    if effort is not None and effort not in info.can.efforts:
        raise UsageError(_no_level(budget, effort, info))
    think = _thinking(budget)
    if think is None:
        return budget
    ways = _ways(info)
    way = budget.option("by") or (ways[0] if ways else None)
    if way is None or (way in _WAYS and way not in ways):
        raise _no_way(budget, way, ways, info)
    if way == "native":
        _check_native(budget, think, effort, info)
    usual = ways[:1] == ("forced",) and way == "forced"
    return budget.with_option("by", None if usual else way)


def _thinking(budget: Budget) -> int | None:
    if budget.name == "think":
        return budget.n
    text = budget.option("think")
    return int(text) if text is not None and text.isdecimal() else None


def _ways(info: ModelInfo) -> tuple[str, ...]:
    """The ways available to it: thinking is forced between marks."""
    return tuple(w for w in info.can.thinking if w != "forced" or info.think is not None)


def _advice(can: Capabilities) -> str:
    return f": {can.advice}" if can.advice else ""


def _no_level(budget: Budget, effort: str, info: ModelInfo) -> str:
    if not info.can.efforts:
        return f"budget {str(budget)!r}: {info.spec} takes no effort levels{_advice(info.can)}"
    return (
        f"budget {str(budget)!r}: {info.spec} has no effort level {effort!r}; "
        f"it has {', '.join(info.can.efforts)}"
    )


def _no_way(budget: Budget, way: str | None, ways: tuple[str, ...], info: ModelInfo) -> UsageError:
    if "forced" in info.can.thinking and info.think is None and way in (None, "forced"):
        return ParameterError(
            f"budget {str(budget)!r} cuts the thinking, but {info.spec} has no thinking marks: "
            "set think_start and think_end in {model_args}",
            model_args=...,
        )
    if way is not None and ways:
        return UsageError(
            f"budget {str(budget)!r}: {info.spec} takes by={' or by='.join(ways)}, not by={way}"
        )
    return UsageError(
        f"budget {str(budget)!r}: no way is known to limit the thinking of {info.spec} to so many "
        f"tokens{_advice(info.can)}"
    )


def _check_native(budget: Budget, think: int, effort: str | None, info: ModelInfo) -> None:
    can = info.can
    if 0 < think < can.least_thinking:
        raise UsageError(
            f"budget {str(budget)!r}: the smallest thinking budget of {info.spec} is "
            f"{can.least_thinking} tokens{_advice(can)}"
        )
    if effort is not None and not can.effort_and_thinking:
        raise UsageError(
            f"budget {str(budget)!r}: {info.spec} takes an effort level or a thinking budget, not "
            "both in one request"
        )
