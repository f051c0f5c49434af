"""A response's formal proof as a verdict."""

from __future__ import annotations

import re

from harness.core import Problem, Status, UnknownNameError, UsageError, Verdict
from harness.verifiers.proof.provers import MEMORY_MB, WALL_S, Coq, Lean, Prover, strip_comments
from harness.verifiers.text import read_response

_FENCE = re.compile(r"```[ \t]*(\w*)[^\n]*\n(.*?)(?:```|\Z)", re.S)
_IMPORT = re.compile(r"^\s*import\s.*$\n?", re.M)  # Lean's stand first, and the header has them
_WORD = re.compile(r"\w+|[^\w\s]")


class ProofVerifier:
    """Checks the last code block of a response with Lean 4 or Coq.

    The gold is the statement to be proved (`Theorem t : 1 + 1 = 2.` or `theorem t : 1 + 1 = 2`),
    up to the proof: it must stand in the code, word for word, outside comments. `preamble` is put
    before the code (imports), behind a problem's own `header`.
    """

    name = "proof"
    version = "4"

    def __init__(
        self,
        *,
        prover: str = "lean",
        project: str | None = None,
        preamble: str = "",
        wall_s: float = WALL_S,
        memory_mb: int = MEMORY_MB,
    ) -> None:
        if prover not in ("lean", "coq"):
            raise UnknownNameError("prover", prover, ("lean", "coq"))
        self.prover: Prover = Lean(project) if prover == "lean" else Coq()
        self.preamble, self.wall_s, self.memory_mb = preamble, wall_s, memory_mb

    def refuse(self) -> None:
        """Raise UsageError if proofs cannot be checked; called before any model is paid."""
        if (lacking := self.prover.lacking()) is not None:
            raise UsageError(lacking)

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Judge a response; a missing toolchain raises UsageError."""
        view = read_response(response, problem, cleaned=False)  # code is not rewritten
        blocks = [m for m in _FENCE.finditer(view.text) if m[1].lower() in self._fences()]
        code = blocks[-1][2] if blocks else ""
        if not code.strip():
            if truncated:
                reason = "cut off before a code block"
                return Verdict(status=Status.TRUNCATED, method="proof", reason=reason)
            return view.verdict or view.unanswered("proof", "no code block was found")
        if problem.gold is not None and not states(code, problem.gold, self.prover.language):
            return self._verdict(Status.WRONG, code, "the code does not state the theorem")
        header = str(problem.meta.get("header") or "")
        preamble = "\n".join(filter(None, (header.strip(), self.preamble)))
        report = self.prover.check(
            _IMPORT.sub("", code) if header else code,
            theorem=problem.gold,
            preamble=preamble,
            wall_s=self.wall_s,
            memory_mb=self.memory_mb,
        )
        status = {True: Status.CORRECT, False: Status.WRONG, None: Status.UNGRADED}[report.complete]
        return self._verdict(status, code, report.reason)

    def _fences(self) -> tuple[str, ...]:
        return ("", self.prover.language, f"{self.prover.language}4")

    def _verdict(self, status: Status, code: str, reason: str) -> Verdict:
        return Verdict(
            status=status, answer=code, method=f"proof/{self.prover.language}", reason=reason
        )


def states(code: str, theorem: str, language: str) -> bool:
    """Whether the words of `theorem` stand in `code`, in order and without a gap."""
    wanted = _WORD.findall(strip_comments(theorem, language))
    found = _WORD.findall(strip_comments(code, language))
    while wanted and wanted[-1] in (".", "=", ":", "by", "sorry"):
        wanted.pop()
    return any(found[i : i + len(wanted)] == wanted for i in range(len(found) - len(wanted) + 1))
