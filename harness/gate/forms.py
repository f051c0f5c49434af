"""A gate's result for machines: JUnit XML, GitLab code quality, GitHub summary and annotations."""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree as ET

from harness.core.hashing import content_hash
from harness.gate.judge import GateResult, GateVerdict, RuleResult, Stopping


def failing(result: RuleResult, inconclusive: str) -> bool:
    """Whether a rule makes the job fail; `inconclusive` is "pass", "fail" or "report"."""
    unclear = result.verdict is GateVerdict.INCONCLUSIVE
    return result.verdict is GateVerdict.REGRESSED or (unclear and inconclusive != "pass")


def summary(result: GateResult) -> str:
    """For people: a few lines, the last one the verdict."""
    lines = []
    for one in result.results:
        lines += [f"{one.verdict:12} {one.rule}", f"             {one.run}: {one.message}"]
    return "\n".join([*lines, *_notes(result), f"gate: {result.verdict}"])


def junit(result: GateResult, inconclusive: str) -> str:
    """JUnit XML as Jenkins and GitLab read it: one test case a rule.

    An inconclusive rule that is let pass is a skipped test. Valid under both schemas that Jenkins
    publishes (junit-4.xsd, where `skipped` has no attributes, and junit-10.xsd).
    """
    suite = ET.Element("testsuite", name="harness gate")
    for one in result.results:
        case = ET.SubElement(
            suite, "testcase", classname=_clean(one.run), name=_clean(str(one.rule))
        )
        text = _clean(f"{one.verdict}: {one.message}")
        if failing(one, inconclusive):
            ET.SubElement(case, "failure", message=text, type=str(one.verdict)).text = text
        elif one.verdict is GateVerdict.INCONCLUSIVE:
            ET.SubElement(case, "skipped").text = text
        else:
            ET.SubElement(case, "system-out").text = text
    counts = {"tests": len(result.results), "errors": 0}
    counts["failures"] = sum(failing(one, inconclusive) for one in result.results)
    counts["skipped"] = len(suite.findall("testcase/skipped"))
    for name, count in counts.items():
        suite.set(name, str(count))
    notes = _notes(result)
    if notes:
        ET.SubElement(suite, "system-out").text = _clean("\n".join(notes))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 forbids: most controls, lone surrogates, U+FFFE."""

    def legal(c: str) -> bool:
        return c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"

    return "".join(c if legal(c) else "\ufffd" for c in text)


def code_quality(result: GateResult, inconclusive: str, config: Path) -> str:
    """GitLab's code quality report: an issue for each rule that did not pass, at its line.

    `config` is the file with the rules; its path is written relative to the working directory,
    which GitLab needs.
    """
    issues = []
    for one in result.results:
        if one.verdict is GateVerdict.PASS:
            continue
        issues.append(
            {
                "description": f"{one.verdict}: {one.run}: {one.rule}: {one.message}",
                "check_name": f"harness/{one.rule.metric}",
                "fingerprint": content_hash("gate", one.run, str(one.rule)),
                "severity": "major" if failing(one, inconclusive) else "info",
                "location": {"path": _here(config), "lines": {"begin": one.rule.line}},
            }
        )
    return json.dumps(issues, ensure_ascii=False, indent=2) + "\n"


def _here(path: Path) -> str:
    return Path(os.path.relpath(path)).as_posix()


def markdown(result: GateResult) -> str:
    """The step summary."""
    lines = [f"## harness gate: {result.verdict}", "", "| verdict | run | rule | figures |",
             "|---|---|---|---|"]  # fmt: skip
    for one in result.results:
        cells = (str(one.verdict), one.run, str(one.rule), one.message)
        lines.append("| " + " | ".join(_cell(c) for c in cells) + " |")
    lines += [f"\n{_cell(note)}" for note in _notes(result)]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("\r", " "), ("\n", " ")):
        text = text.replace(sign, written)
    return text


def _notes(result: GateResult) -> list[str]:
    """What is to be said of the gate as a whole."""
    notes = []
    if result.stopping is not None:
        notes.append(_stopped(result.stopping))
    if result.flaky:
        notes.append(_flaky(result))
    return notes


def _stopped(at: Stopping) -> str:
    text = f"stopped at {at}"
    if at.tokens is None or at.tokens_saved is None:
        return f"{text}; tokens unknown"
    share = at.tokens_saved / (at.tokens + at.tokens_saved) if at.tokens_saved else 0.0
    return f"{text}; {at.tokens:,.0f} tokens, {at.tokens_saved:,.0f} saved ({share:.0%})"


def _flaky(result: GateResult, most: int = 5) -> str:
    shown = ", ".join(result.flaky[:most]) + (", …" if len(result.flaky) > most else "")
    text = f"flaky (right in some samples, wrong in others): {len(result.flaky)} problems: {shown}"
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
            place = f"file={_property(_here(config))},line={one.rule.line}"
            lines.append(f"::{level} {place},title=harness gate::{_escaped(text)}")
    return lines


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
