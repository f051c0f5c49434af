"""A gate's result for machines: JUnit XML, GitLab code quality, GitHub summary and annotations.

Each form also exists for a gate that could not judge, so that CI always finds a report.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from harness.core import BackendError, DataError, HarnessError, StoreError, UsageError
from harness.core.counting import counted
from harness.core.hashing import content_hash
from harness.gate.flips import Answers, transcripts
from harness.gate.results import (
    TO_RIGHT,
    TO_WRONG,
    Flipped,
    GateResult,
    GateVerdict,
    RuleResult,
    Stopping,
)
from harness.gate.rules import SAMPLED

_OF_AN_ANSWER = 800  # characters, in a test report


def failing(result: RuleResult, inconclusive: str) -> bool:
    """Whether a rule makes the job fail; `inconclusive` is "pass", "fail" or "report"."""
    unclear = result.verdict is GateVerdict.INCONCLUSIVE
    return result.verdict is GateVerdict.REGRESSED or (unclear and inconclusive != "pass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a gate could not judge: `cause` is the kind of error in one word, for scripts."""

    cause: str
    message: str

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """An error's message; a defect names its type, because its text alone may say nothing."""
        for kind, cause in _CAUSES:
            if isinstance(error, kind):
                return cls(cause=cause, message=str(error))
        return cls(cause="defect", message=f"{type(error).__name__}: {error}")

    def to_json(self) -> dict[str, Any]:
        """The object that `harness gate --json` prints instead of a verdict."""
        return {"verdict": "error", "cause": self.cause, "message": self.message}


_CAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (KeyboardInterrupt, "interrupted"),
    (DataError, "data"),
    (UsageError, "usage"),
    (BackendError, "model"),
    (StoreError, "database"),
    (HarnessError, "outside"),
)


def summary(result: GateResult) -> str:
    """As text: a few lines, the last one being the verdict."""
    lines = []
    for one in result.results:
        lines += [f"{one.verdict:12} {one.rule}", f"             {one.run}: {one.message}"]
    return "\n".join([*lines, *notes(result), f"gate: {result.verdict}"])


def junit(result: GateResult, inconclusive: str, answers: Answers | None = None) -> str:
    """JUnit XML as read by Jenkins and GitLab: one test case per rule.

    For a rule that depends on which answers are right, the text lists what flipped, with both
    `answers`. An inconclusive rule that is allowed to pass is a skipped test. Valid under both
    schemas that Jenkins publishes (junit-4.xsd, where `skipped` has no attributes, and
    junit-10.xsd).
    """
    suite = ET.Element("testsuite", name="harness gate")
    for one in result.results:
        case = ET.SubElement(
            suite, "testcase", classname=_clean(one.run), name=_clean(str(one.rule))
        )
        line = _clean(f"{one.verdict}: {one.message}")
        flips = transcripts(flips_of(result, one), answers or {}, _OF_AN_ANSWER)
        text = f"{line}\n\n{_clean(flips)}" if flips else line
        if failing(one, inconclusive):
            ET.SubElement(case, "failure", message=line, type=str(one.verdict)).text = text
        elif one.verdict is GateVerdict.INCONCLUSIVE:
            ET.SubElement(case, "skipped").text = text
        else:
            ET.SubElement(case, "system-out").text = text
    counts = {"tests": len(result.results), "errors": 0}
    counts["failures"] = sum(failing(one, inconclusive) for one in result.results)
    counts["skipped"] = len(suite.findall("testcase/skipped"))
    for name, count in counts.items():
        suite.set(name, str(count))
    said = notes(result)
    if said:
        ET.SubElement(suite, "system-out").text = _clean("\n".join(said))
    return _document(suite)


def flips_of(result: GateResult, one: RuleResult) -> list[Flipped]:
    """What flipped in a rule's run, if the rule depends on which answers are right."""
    if one.rule.metric not in SAMPLED or one.rule.limit is not None:
        return []
    return [flip for flip in result.flipped if flip.run == one.run]


def junit_failure(failure: Failure) -> str:
    """JUnit XML of a gate that could not judge: one test with an error."""
    suite = ET.Element("testsuite", name="harness gate", tests="1", errors="1")
    suite.set("failures", "0")
    suite.set("skipped", "0")
    case = ET.SubElement(suite, "testcase", classname="harness gate", name="the gate could judge")
    text = _clean(failure.message)
    ET.SubElement(case, "error", message=text, type=failure.cause).text = text
    return _document(suite)


def _document(suite: ET.Element) -> str:
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    """Without characters that XML 1.0 forbids: most controls, lone surrogates, U+FFFE."""

    def legal(c: str) -> bool:
        return c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"

    return "".join(c if legal(c) else "\ufffd" for c in text)


def code_quality(result: GateResult, inconclusive: str, config: Path) -> str:
    """GitLab's code quality report: an issue for each rule that did not pass, at its line.

    `config` is the file with the rules; its path is relative to the repository root.
    """
    issues = []
    for one in result.results:
        if one.verdict is GateVerdict.PASS:
            continue
        text = f"{one.verdict}: {one.run}: {one.rule}: {one.message}"
        flips = _flipped(flips_of(result, one), most=10)
        issues.append(
            {
                "description": f"{text}; {flips}" if flips else text,
                "check_name": f"harness/{one.rule.metric}",
                "fingerprint": content_hash("gate", one.run, str(one.rule)),
                "severity": "major" if failing(one, inconclusive) else "info",
                "location": {"path": _in_repository(config), "lines": {"begin": one.rule.line}},
            }
        )
    return json.dumps(issues, ensure_ascii=False, indent=2) + "\n"


def code_quality_failure(failure: Failure, config: Path | None) -> str:
    """GitLab's code quality report of a gate that could not judge."""
    issue = {
        "description": f"the gate could not judge: {failure.message}",
        "check_name": "harness/gate",
        "fingerprint": content_hash("gate", failure.cause, failure.message),
        "severity": "blocker",
        "location": {"path": _in_repository(config), "lines": {"begin": 1}},
    }
    return json.dumps([issue], ensure_ascii=False, indent=2) + "\n"


def _in_repository(path: Path | None) -> str:
    """A path relative to the repository root, which is where reviews look for files.

    The root is given by the CI system, else the nearest parent folder with a `.git`, else here.
    """
    full = (path or Path("pyproject.toml")).resolve()
    named = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR")
    root = Path(named).resolve() if named else None
    if root is None or not full.is_relative_to(root):
        root = next((p for p in full.parents if (p / ".git").exists()), Path.cwd())
    return Path(os.path.relpath(full, root)).as_posix()


def markdown(result: GateResult) -> str:
    """The step summary."""
    lines = [f"## harness gate: {result.verdict}", "", "| verdict | run | rule | figures |",
             "|---|---|---|---|"]  # fmt: skip
    for one in result.results:
        cells = (str(one.verdict), one.run, str(one.rule), one.message)
        lines.append("| " + " | ".join(cell(c) for c in cells) + " |")
    lines += [f"\n{cell(note)}" for note in notes(result)]
    return "\n".join(lines) + "\n"


def markdown_failure(failure: Failure) -> str:
    """The step summary of a gate that could not judge."""
    return f"## harness gate: no verdict\n\n{cell(failure.message)}\n"


def cell(text: str) -> str:
    """Text inside a cell of a Markdown table."""
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("\r", " "), ("\n", " ")):
        text = text.replace(sign, written)
    return text


def notes(result: GateResult) -> list[str]:
    """Notes about the gate as a whole."""
    said = list(result.notes)
    if result.stopping is not None:
        said.append(_stopped(result.stopping))
    flipped = _flipped(result.flipped)
    if flipped:
        said.append(flipped)
    if result.flaky:
        said.append(_flaky(result))
    return said


def _flipped(flips: Sequence[Flipped], most: int = 20) -> str:
    """All of them in one line; empty for none."""
    if not flips:
        return ""
    groups: dict[str, list[str]] = {}
    if all(one.said in (TO_WRONG, TO_RIGHT) for one in flips):
        groups = {TO_WRONG: [], TO_RIGHT: []}  # none is told, too
    for one in sorted(flips, key=lambda one: (not one.worse, one.said)):
        groups.setdefault(one.said, []).append(one.problem)
    parts = []
    for said, names in groups.items():
        shown = ", ".join(names[:most]) + (", …" if len(names) > most else "")
        parts.append(f"{said}: {counted(len(names), 'problem')}" + (f": {shown}" if shown else ""))
    return "; ".join(parts)


def _stopped(at: Stopping) -> str:
    text = f"stopped at {at}; {_calls(at)}"
    if at.tokens is None or at.tokens_saved is None:
        return f"{text}; tokens unknown"
    share = at.tokens_saved / (at.tokens + at.tokens_saved) if at.tokens_saved else 0.0
    return f"{text}; {at.tokens:,.0f} tokens, {at.tokens_saved:,.0f} saved ({share:.0%})"


def _calls(at: Stopping) -> str:
    """How much was sampled now; stored samples say nothing about today's model."""
    if not at.calls:
        text = "the model was not called now, all samples were stored"
    else:
        text = f"{counted(at.calls, 'call')} made now"
    return text if at.asked is None else f"{text} (label {at.asked})"


def _flaky(result: GateResult, most: int = 5) -> str:
    shown = ", ".join(result.flaky[:most]) + (", …" if len(result.flaky) > most else "")
    many = counted(len(result.flaky), "problem")
    text = f"flaky (right in some samples, wrong in others): {many}: {shown}"
    if result.within_share is None:
        return text
    return (
        f"{text}; {result.within_share:.0%} of the variance of a sample's score lies between "
        "samples of one problem"
    )


def workflow_commands(result: GateResult, inconclusive: str, config: Path) -> list[str]:
    """GitHub workflow commands, one for each rule that did not pass, at the rule's line."""
    lines = []
    for one in result.results:
        if one.verdict is not GateVerdict.PASS:
            level = "error" if failing(one, inconclusive) else "warning"
            text = f"{one.verdict}: {one.run}: {one.rule}: {one.message}"
            place = f"file={_property(_in_repository(config))},line={one.rule.line}"
            lines.append(f"::{level} {place},title=harness gate::{_escaped(text)}")
    return lines


def workflow_failure(failure: Failure, config: Path | None) -> str:
    """The GitHub workflow command of a gate that could not judge."""
    place = f"file={_property(_in_repository(config))},line=1"
    return f"::error {place},title=harness gate::{_escaped(failure.message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
