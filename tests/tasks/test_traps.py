"""Traps: determinism, certificates that can fail, golds and lures under the task's own verifier."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest
import sympy

from harness.core import DataSource, Problem, Scored, Status
from harness.tasks._check import check
from harness.tasks.traps import TEMPLATES, CertificateError, Traps, certify, cluster_items, item
from harness.tasks.traps.generate import instance
from harness.tasks.traps.solve import CannotDecide, solutions

TOPICS = {
    "linear equations and systems",
    "ratios and percentages",
    "rates and meeting problems",
    "averages",
    "ages",
    "remainders and divisibility",
    "triangles and circles",
    "areas and units",
    "probability and counting",
    "sets",
    "sequences",
    "time and calendar",
    "money",
}


def test_enough_templates_topics_and_wordings() -> None:
    assert len(TEMPLATES) >= 40
    assert len({t.name for t in TEMPLATES}) == len(TEMPLATES)
    assert {t.topic for t in TEMPLATES} == TOPICS
    flaws = Counter(t.flaw for t in TEMPLATES)
    assert len(flaws) == 7
    assert min(flaws.values()) >= 5
    for template in TEMPLATES:
        for language in ("en", "zh"):
            assert len({w["original"] for w in template.words[language]}) >= 3, template.name


@pytest.mark.parametrize("options", [{}, {"lang": "zh", "seed": "9", "prompt": "hint"}])
def test_the_task_passes_the_checks_of_a_task(options: dict[str, str]) -> None:
    report = check(Traps(), DataSource(options=options))
    assert report.ok, report.failures
    assert report.problems == 8 * len(TEMPLATES)


def test_an_item_depends_on_seed_and_index_alone() -> None:
    problems = Traps().load(DataSource(options={"seed": "3"}, limit=90))
    for index in (0, 41, 89):
        assert problems[index] == item(3, index)
    assert item(3, 41) != item(4, 41)


def test_seeds_share_no_question() -> None:
    questions = Counter(
        p.question for seed in range(8) for c in range(30) for p in cluster_items(seed, c)
    )
    assert set(questions.values()) == {1}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.name)
def test_a_damaged_certificate_is_noticed(template: object) -> None:
    original, _, twist, control = instance(template, 1, 5, "en")  # type: ignore[arg-type]
    for sound in (original, control):
        assert sound.gold is not None
        other = dataclasses.replace(sound, gold=sound.gold + "1")
        with pytest.raises(CertificateError, match="gold"):
            certify(other)
    with pytest.raises(CertificateError):
        certify(dataclasses.replace(twist, gold="1" if twist.gold is None else None))
    with pytest.raises(CertificateError, match="numbers"):
        certify(dataclasses.replace(twist, question=twist.question + " 987654"))
    if twist.lure is not None:
        with pytest.raises(CertificateError, match="lure"):
            certify(dataclasses.replace(twist, lure=twist.lure + "1"))


def test_linear_certificates_agree_with_sympy() -> None:
    seen = 0
    for problem in (p for c in range(len(TEMPLATES)) for p in cluster_items(2, c)):
        certificate = problem.meta["certificate"]
        facts = certificate["facts"]
        if certificate["claim"] != "one" or certificate["best"] or not certificate["unknowns"]:
            continue
        if any(certificate["unknowns"].values()) or not all(" == " in f for f in facts):
            continue
        values = {k: sympy.Rational(v) for k, v in certificate["given"].items()}
        symbols = {u: sympy.Symbol(u) for u in certificate["unknowns"]}
        scope = {**values, **symbols}
        sides = [f.split(" == ") for f in facts]
        if any("%" in f or "gcd" in f or "lcm" in f for f in [*facts, certificate["ask"]]):
            continue
        equations = [
            sympy.sympify(a, locals=scope) - sympy.sympify(b, locals=scope) for a, b in sides
        ]
        (solved,) = sympy.linsolve(equations, list(symbols.values()))
        found = dict(zip(symbols, solved, strict=True))
        ask = sympy.sympify(certificate["ask"], locals={**values, **found})
        assert sympy.simplify(ask - sympy.Rational(problem.gold)) == 0, problem.id
        seen += 1
    assert seen > 40


def test_the_solver_is_complete_and_says_when_it_cannot_decide() -> None:
    found = list(
        solutions({"x": (1, 30), "y": (1, 30)}, ["x + y == n", "x * y == m"], {"n": 12, "m": 32})
    )
    assert sorted(s["x"] for s in found) == [4, 8]
    assert not list(solutions({"x": None}, ["x == 1", "x == 2"], {}))
    with pytest.raises(CannotDecide):
        list(solutions({"x": None, "y": None}, ["x + y == 1"], {}))


def _scored(problem: Problem, status: Status, tokens: float | None) -> Scored:
    return Scored(problem=problem, statuses={status: 1.0}, output_tokens=tokens)


def test_crying_flaw_everywhere_earns_half_the_balanced_accuracy() -> None:
    problems = [p for c in range(40) for p in cluster_items(0, c)]
    cry = [
        _scored(p, Status.CORRECT if p.gold is None else Status.ABSTAINED, 5.0) for p in problems
    ]
    metrics = Traps().metrics(cry)
    assert metrics["accuracy/trap"].value == 1.0
    assert metrics["balanced_accuracy"].value == 0.5
    pairs = sum(p.variant == "trap" for p in problems)
    assert (metrics["balanced_accuracy"].n, metrics["balanced_accuracy"].clusters) == (pairs, pairs)


@pytest.mark.parametrize("count", [1, 3, 4, 7, 8, 30])
def test_a_few_problems_have_metrics_too(count: int) -> None:
    """However few problems a limit leaves, and whatever a topic has of them."""
    for seed in range(8):
        problems = Traps().load(DataSource(options={"seed": str(seed)}, limit=count))
        scored = [
            _scored(p, (Status.CORRECT, Status.ABSTAINED)[i % 2], None if i % 8 == 2 else 9.0 + i)
            for i, p in enumerate(problems)
        ]
        for figure in Traps().metrics(scored).values():
            assert figure.low <= figure.value <= figure.high
            assert 1 <= figure.n <= count


def test_the_design_counts_all_templates() -> None:
    design = Traps().design(DataSource(options={"lang": "zh"}))
    for factor in ("topic", "flaw"):
        counts = [int(level.rpartition("(")[2].rstrip(")")) for level in design[factor]]
        assert sum(counts) == len(TEMPLATES)
    assert list(design["language"]) == ["zh"]


def test_metrics_by_hand() -> None:
    problems = [p for c in range(40) for p in cluster_items(0, c)]
    status = {"original": Status.CORRECT, "concept": Status.CORRECT, "control": Status.ABSTAINED}
    scored = [
        _scored(p, status.get(p.variant, Status.LURED if p.lure else Status.WRONG),
                20.0 if p.variant == "trap" else 10.0)
        for p in problems
    ]  # fmt: skip
    metrics = Traps().metrics(scored)
    assert metrics["accuracy/original"].value == 1.0
    assert metrics["accuracy/trap"].value == 0.0
    assert metrics["trap_to_original"].value == 0.0
    assert metrics["false_alarms/control"].value == 1.0
    assert metrics["false_alarms/original"].value == 0.0
    assert metrics["balanced_accuracy"].value == 0.0
    assert metrics["length_inflation"].value == pytest.approx(2.0)
    lures = [p for p in problems if p.lure is not None]
    assert metrics["lure_rate/all"].value == 1.0
    assert metrics["lure_rate/all"].n == len(lures)
    assert "flaw=missing condition" in metrics
    direct = [p for p in lures if p.meta["flaw"] == "direct contradiction"]
    assert metrics["lure_rate/flaw=direct contradiction"].n == len(direct) > 0
    assert metrics["false_alarms/control/topic=sequences"].value == 1.0
    assert metrics["length_inflation/topic=sequences"].value == pytest.approx(2.0)
    assert metrics["balanced_accuracy/flaw=missing condition"].value == 0.0
    assert "balanced_accuracy/flaw=distractor" not in metrics  # that problem is sound
    assert metrics["accuracy/original"].low < 1.0
