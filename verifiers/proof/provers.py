"""How each prover is called, and how its output is read.

A proof is complete when the prover ends without an error, nothing was left out (`sorry`, `admit`,
`Admitted`, an axiom of the proof's own), and the statement that was to be proved is the one that
was proved. That is the notion of DeepSeek-Prover-V1.5 (arXiv 2408.08152), whose limits are ours:
300 s and 10 GB a proof.

The prover has the last word on what was left out: it is asked, behind the proof, which axioms the
theorem rests on. Those of its standard library pass, all others are the proof's own. Coq is also
asked whether the theorem's type is that of the statement in a file of its own, which no notation,
section or shadowed name of the proof can change; for Lean, code that could is refused.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from harness.core import UsageError
from harness.verifiers.proof.sandbox import Ran, run

WALL_S, MEMORY_MB = 300.0, 10_240


@dataclass(frozen=True, slots=True)
class Report:
    """`complete` is the judgement; None if the prover was stopped before reaching one."""

    complete: bool | None
    reason: str
    output: str = ""


class Prover:
    """One proof assistant. `language` names the fence of its code blocks."""

    language = ""
    suffix = ""

    def lacking(self) -> str | None:
        """What is not installed, and how to install it; None if proofs can be checked."""
        raise NotImplementedError

    def absent(self, output: str) -> str | None:
        """The library that the prover says it lacks, which is no fault of the proof."""
        return None

    def command(self, file: Path) -> list[str]:
        """The command that checks `file`."""
        raise NotImplementedError

    def left_out(self, code: str) -> str | None:
        """The keyword (`sorry`, `Admitted`) by which the proof skips a part, if any."""
        raise NotImplementedError

    def failed(self, ran: Ran) -> str | None:
        """The first error in the prover's output."""
        raise NotImplementedError

    def audit(self, theorem: str, mark: str) -> str:
        """The code appended to the proof; it prints the axioms that the theorem depends on."""
        raise NotImplementedError

    def assumed(self, output: str) -> str | None:
        """What is wrong with the axioms that the audit printed."""
        raise NotImplementedError

    def prepare(self, theorem: str, preamble: str, mark: str) -> tuple[str, str] | None:
        """A file (name, text) to compile first, and the code that uses it afterwards."""
        return None

    def check(
        self,
        code: str,
        *,
        theorem: str | None = None,
        preamble: str = "",
        wall_s: float = WALL_S,
        memory_mb: int = MEMORY_MB,
    ) -> Report:
        """Check a whole file: `preamble`, then `code`, which proves `theorem` (its statement)."""
        if (lacking := self.lacking()) is not None:
            raise UsageError(lacking)
        escape = self.left_out(strip_comments(code, self.language))
        if escape is not None:
            return Report(False, f"the proof uses {escape!r}")
        name = None if theorem is None else name_of(theorem, self.language)
        whole = f"{preamble}\n{code}" if preamble else code
        with tempfile.TemporaryDirectory(prefix="proof") as made:
            folder = Path(made)
            limits = _Limits(folder, time.monotonic() + wall_s, wall_s, memory_mb)
            if name is not None:
                # The hash of the whole: no code can hold the names that are made of it.
                mark = f"harness_{hashlib.sha256(whole.encode(errors='replace')).hexdigest()[:16]}"
                whole += "\n" + self._beside(theorem or "", preamble, mark, limits)
                whole += self.audit(name, mark)
            ran = self._run(f"Proof{self.suffix}", whole, limits)
        if ran.stopped:
            return Report(None, ran.stopped, ran.output)
        if preamble and (module := self.absent(ran.output)) is not None:
            return Report(
                None, f"{self.language} lacks {module}, which the header imports", ran.output
            )
        error = self.failed(ran) or (self.assumed(ran.output) if name else None)
        if error is not None:
            return Report(False, error, ran.output)
        return Report(True, "no errors", ran.output)

    def _beside(self, theorem: str, preamble: str, mark: str, limits: _Limits) -> str:
        """Compile what must exist first; returns the code to append to the proof's file."""
        found = self.prepare(theorem, preamble, mark)
        if found is None:
            return ""
        text, asked = found
        ran = self._run(f"{mark}{self.suffix}", text, limits)
        # A statement that needs the proof's own imports cannot stand alone.
        return asked if not ran.stopped and ran.code == 0 else ""

    def _run(self, name: str, text: str, limits: _Limits) -> Ran:
        file = limits.folder / name
        file.write_text(text, encoding="utf-8", errors="replace")
        left = max(0.1, limits.deadline - time.monotonic())
        ran = run(self.command(file), limits.folder, wall_s=left, memory_mb=limits.memory_mb)
        if ran.stopped.startswith("stopped after"):
            return replace(ran, stopped=f"stopped after {limits.wall_s:g} s")
        return ran


@dataclass(frozen=True, slots=True)
class _Limits:
    """The limits on what one proof runs: folder, time and memory."""

    folder: Path
    deadline: float
    wall_s: float
    memory_mb: int


_NAME = re.compile(
    r"\b(?:theorem|lemma|fact|remark|corollary|proposition|example|definition|def|abbrev)\s+([\w.'«»]+)",
    re.I,
)


def name_of(theorem: str, language: str) -> str | None:
    """The name of the theorem in a statement; None if it has none."""
    found = _NAME.search(strip_comments(theorem, language))
    return found.group(1).rstrip(".") if found else None


_STRING = r"\"(?:[^\"\\]|\\.)*\""
_MARKS = {
    # where none is open (a comment that ends its line, a string, the beginning of one), and inside
    "coq": (re.compile(rf"\(\*|{_STRING}"), re.compile(r"\(\*|\*\)")),
    "lean": (re.compile(rf"/-|--[^\n]*|{_STRING}"), re.compile(r"/-|-/")),
}


def strip_comments(code: str, language: str) -> str:
    """`code` of Coq or Lean without its comments (nested ones too) and without strings.

    Inside a comment its own marks alone count: in `/-- legs -- two -/` the second `--` is text.
    """
    outside, inside = _MARKS[language]
    out: list[str] = []
    depth, position = 0, 0
    while match := (inside if depth else outside).search(code, position):
        token = match.group()
        if depth == 0:
            out.append(code[position : match.start()])
        if token in ("(*", "/-"):
            depth += 1
        elif token in ("*)", "-/"):
            depth -= 1
        position = match.end()
    if depth == 0:
        out.append(code[position:])
    return " ".join(out)


_COQ_AXIOMS = {
    *("JMeq_eq", "classic", "eq_rect_eq", "functional_extensionality_dep", "proof_irrelevance"),
    *("constructive_definite_description", "constructive_indefinite_description"),
    *("dependent_unique_choice", "propositional_extensionality", "relational_choice"),
    *("sig_forall_dec", "sig_not_dec"),
}
"""Axioms of Coq's standard library."""
_LEAN_AXIOMS = {"propext", "Classical.choice", "Quot.sound"}
"""What mathlib rests on."""


class Coq(Prover):
    """`coqc` on one file."""

    language = "coq"
    suffix = ".v"
    _ESCAPES = re.compile(
        r"\b(Admitted|admit|Axioms?|Parameters?|Conjecture|Hypothes[ie]s|Variables?|Abort|"
        r"Drop|Declare\s+ML\s+Module|Extraction|Redirect|Unset\s+Guard\s+Checking|"
        r"Unset\s+Positivity\s+Checking|Unset\s+Universe\s+Checking|bypass_check|"
        r"Load|Cd|LoadPath|give_up|Declare\s+Instance|Declare\s+Module|"
        r"(?:Tactic\s+)?Notation|Infix|Coercion)\b"
    )

    def lacking(self) -> str | None:
        if shutil.which("coqc") is not None:
            return None
        return "proofs in Coq need coqc, which is not installed: `apt-get install coq`"

    def command(self, file: Path) -> list[str]:
        return ["coqc", "-q", file.name]

    def left_out(self, code: str) -> str | None:
        found = self._ESCAPES.search(code)
        return found.group(1) if found else None

    def prepare(self, theorem: str, preamble: str, mark: str) -> tuple[str, str] | None:
        stated = strip_comments(theorem, self.language).strip().rstrip(".")
        text = f"{preamble}\n{stated}.\nAdmitted.\n"
        name = name_of(theorem, self.language)
        return text, (
            f"Require {mark}.\nDefinition {mark}_same := "
            f"ltac:(let T := type of {mark}.{name} in exact ({name} : T)).\n"
        )

    def audit(self, theorem: str, mark: str) -> str:
        return f"Print Assumptions {theorem}.\n"

    def assumed(self, output: str) -> str | None:
        if output.rstrip().endswith("Closed under the global context"):
            return None
        _, told, listed = output.rpartition("Axioms:\n")
        if not told or "Section Variables:" in listed:
            return "the axioms of the theorem could not be told"
        names = re.findall(r"^([\w.']+)\s*(?::|$)", listed, re.M)
        own = [name for name in names if name.rpartition(".")[2] not in _COQ_AXIOMS]
        return f"the theorem rests on {own[0]!r}" if own or not names else None

    def failed(self, ran: Ran) -> str | None:
        if ran.code == 0:
            return None
        found = re.search(r"Error:\s*(.*?)(?:\n\n|$)", ran.output, re.S)
        return " ".join((found.group(1) if found else ran.output[-200:]).split())[:200]


LEAN_PROJECT = "HARNESS_LEAN_PROJECT"
_LAKEFILES = ("lakefile.toml", "lakefile.lean")


class Lean(Prover):
    """Lean 4: `lake env lean` inside a project (for mathlib), else plain `lean`.

    The project is a folder, or the environment's HARNESS_LEAN_PROJECT.
    """

    language = "lean"
    suffix = ".lean"
    _ESCAPES = re.compile(
        r"\b(sorry|admit|axiom|unsafe|implemented_by|extern|sorryAx|ofReduceBool|native_decide|"
        r"run_cmd|run_tac|initialize|variables?|notation3?|infix[lr]?|prefix|postfix|macro|"
        r"macro_rules|syntax|elab|elab_rules|instance|opaque|run_elab|run_meta|skipKernelTC)\b"
        r"|(#eval|#exit|#print)"
    )

    def __init__(self, project: str | None = None) -> None:
        self.project = project or os.environ.get(LEAN_PROJECT)

    def lacking(self) -> str | None:
        if shutil.which(tool := "lake" if self.project else "lean") is None:
            return (
                f"proofs in Lean need {tool}, which is not installed: get Lean 4 by elan "
                "(https://github.com/leanprover/elan), build a project that has mathlib (`lake "
                f"build`) and name its folder in {LEAN_PROJECT}"
            )
        if self.project and not any(Path(self.project, name).is_file() for name in _LAKEFILES):
            return f"{LEAN_PROJECT}={self.project}: no Lean project, which has a {_LAKEFILES[0]}"
        return None

    def absent(self, output: str) -> str | None:
        first = next((line for line in output.splitlines() if "error:" in line), "")
        found = re.search(
            r":1:0: error: (?:unknown module prefix '([^']+)'|"  # imports are read at the start
            r"object file '[^']*' of module (\S+) does not exist)",
            first,
        )
        return found and (found[1] or found[2])

    def command(self, file: Path) -> list[str]:
        if self.project:
            return ["lake", "--dir", str(Path(self.project).resolve()), "env", "lean", str(file)]
        return ["lean", str(file)]

    def left_out(self, code: str) -> str | None:
        found = self._ESCAPES.search(code)
        return next(g for g in found.groups() if g) if found else None

    def audit(self, theorem: str, mark: str) -> str:
        return f"#print axioms {theorem}\n"

    def assumed(self, output: str) -> str | None:
        told = re.findall(
            r"^.*'[^']+' (does not depend on any axioms|depends on axioms:\s*\[[^\]]*\])",
            output,
            re.M,
        )
        if not told:
            return "the axioms of the theorem could not be told"
        listed = told[-1].partition("[")[2].rstrip("]")
        own = [n for n in map(str.strip, listed.split(",")) if n and n not in _LEAN_AXIOMS]
        return f"the theorem rests on {own[0]!r}" if own else None

    def failed(self, ran: Ran) -> str | None:
        found = re.search(r"error:\s*(.*)", ran.output)
        if found:
            return found.group(1)[:200]
        if "declaration uses 'sorry'" in ran.output:
            return "the proof uses 'sorry'"
        return None if ran.code == 0 else f"lean ended with exit code {ran.code}"
