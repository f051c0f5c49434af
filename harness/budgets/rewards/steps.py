r"""`reward=steps`: checks a solution's written equations by exact arithmetic; no model.

Every equation found by `harness.verifiers.steps` is checked. The value after each step (a line)
is the share of the checkable equations so far that hold, halved for each that does not; 0.5 as
long as none could be checked. A blank line is not a step. So the value of the last step represents
the whole solution (`agg=last`).

Several equations on one line (`4+8=12 8+5+1=14 =142`, as in column arithmetic) are
separated first; a result without a left-hand side is not an equation.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence

from harness.budgets.strategy import Caller, Graded
from harness.core import (
    BackendError,
    ModelInfo,
    Problem,
    Status,
    UsageError,
    Verdict,
    VerifierSpec,
)

VERSION = "3"
# Between `=12` and ` 8+5`, and before ` =142`; but not inside `= 1 1/2`.
_BESIDE = re.compile(r"(?<==)(\s*-?[\d.,]+)\s+(?=[-(]?\d)(?!\d+/\d)|\s+(?==\d)")


class StepsReward:
    """Takes no argument. Its equations are checked in the pool of killable workers."""

    has_model = False
    version = VERSION

    def __init__(self, argument: str | None = None) -> None:
        if argument is not None:
            raise UsageError(f"reward 'steps' takes no argument, not {argument!r}")
        fingerprint = f"reward:steps@{VERSION}"
        self.info = ModelInfo(spec="reward:steps", name="steps", fingerprint=fingerprint)

    async def score(self, caller: Caller, responses: Sequence[str]) -> list[Graded]:
        """The value after each line of each response."""
        verdicts = await caller.check(VerifierSpec("step-values"), responses)
        return [_graded(verdict) for verdict in verdicts]


def _graded(verdict: Verdict) -> Graded:
    if verdict.status is Status.UNGRADED or verdict.answer is None:
        raise BackendError(f"reward 'steps' could not check a response: {verdict.reason}")
    return Graded(steps=tuple(json.loads(verdict.answer)))


class StepValues:
    """The same as a verifier: `answer` is the JSON list of values, one per line with words.

    `correct` if no equation is false: it checks what is written, not the final answer.
    """

    name = "step-values"
    version = VERSION

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Check each line of a response."""
        values, good, bad = [], 0, 0
        for line in [line for line in response.splitlines() if line.strip()] or [""]:
            holding, false = _checked(line)
            good, bad = good + holding, bad + false
            values.append(0.5 if good + bad == 0 else good / (good + bad) * 0.5**bad)
        return Verdict(
            status=Status.WRONG if bad else Status.CORRECT,
            answer=json.dumps(values),
            method="steps",
            reason=f"{good} of {good + bad} equations hold",
        )


@functools.lru_cache(maxsize=65536)
def _checked(line: str) -> tuple[int, int]:
    """Equations of one line that hold, and that do not. A search often repeats lines."""
    from harness.verifiers.steps import check_steps  # the parser: only where it runs

    held = [s.holds for part in split_beside(line) for s in check_steps(part)]
    return held.count(True), held.count(False)


def split_beside(line: str) -> list[str]:
    """The equations of one line, separated if there are several."""
    marked = _BESIDE.sub(lambda m: f"{m[1] or ''}\n", line)
    return [part for part in marked.split("\n") if part.strip()]
