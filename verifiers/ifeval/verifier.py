"""Grades instruction following: all instructions of a prompt, or the share that is followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.core import Problem, Status, UnknownNameError, Verdict
from harness.verifiers.ifeval.rules import RULES, follows, loosely

LEVELS, MODES = ("prompt", "instruction"), ("strict", "loose")


class IfevalVerifier:
    """Checks the instructions of a problem, `meta["instructions"]`: pairs of id and arguments.

    `level=prompt` requires all of them; `level=instruction` gives the share that is followed as
    partial credit. With `mode=loose` an instruction also counts as followed if it is once the first
    or last line, or Markdown emphasis, is removed.
    """

    name = "ifeval"
    version = "1"

    def __init__(self, *, level: str = "prompt", mode: str = "strict") -> None:
        for name, value, known in (("level", level, LEVELS), ("mode", mode, MODES)):
            if value not in known:
                raise UnknownNameError(f"{name} of ifeval", value, known)
        self._level, self._mode = level, mode

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Judge the response after its thinking; a truncated text is judged as it is."""
        from harness.verifiers.math.finding.extract import final_part

        text = final_part(response)
        if text is None:
            return Verdict(
                status=Status.TRUNCATED, method="thinking", reason="lost to thinking", warning=1
            )
        instructions: Sequence[tuple[str, Mapping[str, Any]]] = problem.meta["instructions"]
        texts = [text] if self._mode == "strict" else loosely(text)
        missed = [
            name
            for name, arguments in instructions
            if not any(follows(one, name, arguments) for one in texts)
        ]
        share = 1 - len(missed) / len(instructions)
        partial = self._level == "instruction" and 0 < share < 1
        return Verdict(
            status=Status.WRONG if missed else Status.CORRECT,
            answer=None,
            method=f"{self._level}/{self._mode}",
            reason=f"not followed: {', '.join(missed)}" if missed else "all instructions followed",
            score=share if partial else None,
        )


def known(instruction: str) -> bool:
    """Whether there is a rule for an instruction."""
    return instruction in RULES
