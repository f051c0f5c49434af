"""Forms for machines, against the grammar that their readers publish."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.gate.forms import code_quality, junit
from harness.gate.judge import run_gate
from harness.gate.rules import Rule

# Jenkins' junit-4.xsd and junit-10.xsd, as far as both allow it: required attributes, further
# ones, children.
GRAMMAR = {
    "testsuites": (set(), set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"skipped"},
        {"testcase", "system-out"},
    ),
    "testcase": ({"name"}, {"classname"}, {"failure", "skipped", "system-out"}),
    "failure": (set(), {"type", "message"}, set()),
    "skipped": (set(), set(), set()),
    "system-out": (set(), set(), set()),
}
SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


@pytest.fixture
def result(make_run):
    """One rule of each verdict, on a run with a hostile name."""
    good, torn = [1.0] * 160 + [0.0] * 40, [0.0] * 40 + [1.0] * 120 + [0.0] * 40
    rules = [
        Rule(metric="accuracy", margin=0.05, line=7),
        Rule(metric="accuracy", limit=0.6, line=9),
        Rule(metric="accuracy", limit=0.1),
    ]
    found = run_gate(rules, [make_run(torn, model='<m>&"\x00\ud800', id="r2")], [make_run(good)])
    assert [str(r.verdict) for r in found.results] == ["regressed", "inconclusive", "pass"]
    return found


@pytest.mark.parametrize(("inconclusive", "failures"), [("report", 2), ("fail", 2), ("pass", 1)])
def test_junit_is_what_the_schemas_allow(result, inconclusive, failures):
    root = ET.fromstring(junit(result, inconclusive).encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        required, further, children = GRAMMAR[element.tag]
        assert required <= set(element.attrib) <= required | further
        assert {child.tag for child in element} <= children
    suite = root[0]
    counts = {name: int(suite.get(name, "-1")) for name in ("tests", "failures", "skipped")}
    assert counts == {"tests": 3, "failures": failures, "skipped": 2 - failures}
    assert len(suite.findall("testcase/failure")) == failures


def test_code_quality_is_what_gitlab_reads(result, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    issues = json.loads(code_quality(result, "pass", tmp_path / "ci" / "harness.toml"))
    for issue in issues:
        assert all(isinstance(issue[name], str) for name in ("description", "check_name"))
        assert issue["severity"] in SEVERITIES
    assert [issue["severity"] for issue in issues] == ["major", "info"]
    places = [(issue["location"]["path"], issue["location"]["lines"]["begin"]) for issue in issues]
    assert places == [("ci/harness.toml", 7), ("ci/harness.toml", 9)]
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    again = json.loads(code_quality(result, "pass", Path("ci/harness.toml")))
    assert [i["fingerprint"] for i in again] == [i["fingerprint"] for i in issues]


HOSTILE = "]]><script>&amp;\x00\ud800\x1b[31m\"'> </failure>"


def test_junit_tells_of_each_flip_with_both_answers(result):
    """Inside the rule's test, what is wrong now first, long answers by their end."""
    flips = result.flipped
    first = next(one for one in flips if one.worse)
    answers = {
        (first.baseline_id, first.problem): f"{'x' * 5000}{HOSTILE}",
        (first.run_id, first.problem): "Answer: 9",
    }
    root = ET.fromstring(junit(result, "report", answers).encode())
    regressed, inconclusive, _ = root.findall("testsuite/testcase")
    text = regressed.find("failure").text
    line, one, *rest = text.split("\n\n")
    assert line.startswith("regressed: ")
    head, before, now = one.split("\n")
    assert head == f"{first.problem}: right before, wrong now"
    assert before.startswith("--- before: … xxx")
    assert before.endswith(HOSTILE.translate({0: 0xFFFD, 0xD800: 0xFFFD, 0x1B: 0xFFFD}))
    assert len(before) < 900
    assert now == "--- now: Answer: 9"
    assert "--- before: (not in this database)" in rest[0]
    assert rest[-1] == f"and {len(flips) - 10} more problems that flipped"
    assert "\n" not in regressed.find("failure").get("message")
    assert "wrong now" not in inconclusive.find("failure").text  # an absolute rule compares nothing
