"""Math-Verify as a verifier: a second opinion on mathematical answers.

It is not installed with this package (pip install math-verify), and is meant as a second opinion
for `harness audit`, not as a grader: it does not detect lures, refusals or truncation.
"""

from __future__ import annotations

import importlib.metadata
from typing import Any

from harness.core import Problem, Status, UsageError, Verdict


class MathVerifyVerifier:
    """`correct` or `wrong` as Math-Verify decides; `unparsed` if it finds nothing to compare.

    Its time limits are alarms in the main thread, which is where the pool's workers run it.
    """

    name = "math-verify"

    def __init__(self) -> None:
        try:
            import math_verify  # type: ignore[import-untyped,unused-ignore]
        except ImportError as error:
            raise UsageError(
                "the verifier math-verify needs a package: pip install math-verify"
            ) from error
        self._library: Any = math_verify
        self.version = f"1+{importlib.metadata.version('math-verify')}"

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Grade the response; a problem without an answer is `ungraded`."""
        if problem.gold is None:
            return Verdict(
                status=Status.UNGRADED, method=self.name, reason="the problem has no answer"
            )
        answer = self._library.parse(response)
        if not answer:
            return Verdict(status=Status.UNPARSED, method=self.name, reason="no answer was found")
        same = self._library.verify(self._library.parse(f"${problem.gold}$"), answer)
        return Verdict(
            status=Status.CORRECT if same else Status.WRONG,
            answer=str(answer[-1]),
            key=str(answer[0]),
            method=self.name,
            reason="equal to the gold answer" if same else "not equal to the gold answer",
        )
