"""The final answer and the steps that lead to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from harness.core import Problem, Status, Verdict
from harness.verifiers.math import MathVerifier
from harness.verifiers.steps.check import check_steps, first_error, score
from harness.verifiers.text import read_response


class StepVerifier:
    """Grades the final answer as `math` does and reports the steps in the verdict's reason.

    With `require`, a right answer after a false step is `wrong`.
    """

    name = "steps"
    version = "7"

    def __init__(self, *, require: bool = False, **options: Any) -> None:
        self.require = require
        self._final = MathVerifier(**options)

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Grade a response; a problem without gold only has its steps checked (`ungraded`)."""
        verdict = self._final.verify(response, problem, truncated=truncated)
        steps = check_steps(read_response(response, problem).text)
        error, share = first_error(steps), score(steps)
        if share is None:
            return replace(verdict, reason=f"no step could be checked; {verdict.reason}")
        checked = sum(s.holds is not None for s in steps)
        told = f"{round(share * checked)} of {checked} steps hold"
        if error is not None:
            told += f", the first error is step {error + 1}: {steps[error].text}"
            if self.require and verdict.status is Status.CORRECT:
                verdict = replace(verdict, status=Status.WRONG, method="steps")
        return replace(verdict, reason=f"{told}; {verdict.reason}")
