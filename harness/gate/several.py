"""Several models in one gate: each is gated separately, and one report covers all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from harness.core import BackendError, DataError, HarnessError, StoreError, UsageError
from harness.gate.forms import notes
from harness.gate.results import GateResult


def judge_each(models: Iterable[str], judged: Callable[[str], GateResult]) -> GateResult:
    """The gates of several models as one; `judged` is the gate of one of them.

    If some cannot be judged, the others are judged anyway, and then the first error is
    raised, with the verdicts that are available.
    """
    found: dict[str, GateResult] = {}
    errors: dict[str, HarnessError] = {}
    for model in models:
        try:
            found[model] = judged(model)
        except HarnessError as error:
            errors[model] = error
    if errors:
        raise _told(errors, found)
    return merged(found)


def merged(found: Mapping[str, GateResult]) -> GateResult:
    """One result with all rules; each gate's own notes are listed under its model."""
    if len(found) == 1:
        return next(iter(found.values()))
    every = list(found.values())
    return GateResult(
        results=tuple(one for result in every for one in result.results),
        flaky=tuple(f"{model}: {name}" for model, r in found.items() for name in r.flaky),
        flipped=tuple(one for result in every for one in result.flipped),
        notes=tuple(
            f"{model}: {note}"
            for model, result in found.items()
            for note in notes(replace(result, flipped=(), flaky=()))
        ),
    )


def _told(errors: Mapping[str, HarnessError], found: Mapping[str, GateResult]) -> HarnessError:
    """An error of the first one's type that names each failed model, and the verdicts."""
    first = next(iter(errors.values()))
    said = [f"{model}: {error}" for model, error in errors.items()]
    said += [f"{model}: {result.verdict}" for model, result in found.items()]
    kind = next((one for one in _KINDS if isinstance(first, one)), HarnessError)
    return kind("\n".join(said))


_KINDS = (BackendError, StoreError, DataError, UsageError)
