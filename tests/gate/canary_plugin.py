"""A plugin file: verifiers that are wrong in one way each."""

from __future__ import annotations

import harness
from harness.core import Status, Verdict


class TakesAll:
    """Every answer is correct."""

    version = "1"

    def verify(self, response, problem, *, truncated=False):
        return Verdict(status=Status.CORRECT, answer=response, key=response)


class TakesNone(TakesAll):
    """No answer is."""

    def verify(self, response, problem, *, truncated=False):
        return Verdict(status=Status.WRONG, answer=response, key=response)


class FindsNothing(TakesAll):
    """Wants another form of answer."""

    def verify(self, response, problem, *, truncated=False):
        return Verdict(status=Status.UNPARSED)


harness.register("verifiers", "takes-all", TakesAll)
harness.register("verifiers", "takes-none", TakesNone)
harness.register("verifiers", "finds-nothing", FindsNothing)
