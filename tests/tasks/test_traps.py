"""Traps: determinism, certificates that can fail, golds and lures under the task's own verifier."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

import pytest
import sympy
from sympy.solvers.solveset import NonlinearError

from harness.core import DataSource, Problem
from harness.tasks._check import check
from harness.tasks.traps import (
    TEMPLATES,
    CertificateError,
    Traps,
    certify,
    certify_cluster,
    certify_openings,
    cluster_items,
    item,
)
from harness.tasks.traps.generate import instance
from harness.tasks.traps.solve import CannotDecide, expression, solutions
from harness.tasks.traps.template import Flaw, Template
from harness.tasks.traps.world import LIMITS

TOPICS = {
    "ages",
    "family",
    "formulas",
    "instructions",
    "letters",
    "money",
    "probability and counting",
    "rates and meeting problems",
    "reference",
    "river crossings",
    "sets",
    "time and calendar",
    "triangles and circles",
    "units",
    "whole numbers",
}


def test_enough_templates_topics_and_wordings() -> None:
    assert len(TEMPLATES) >= 70
    assert len({t.name for t in TEMPLATES}) == len(TEMPLATES)
    assert {t.topic for t in TEMPLATES} == TOPICS
    flaws = Counter(t.flaw for t in TEMPLATES)
    assert flaws.keys() == {*Flaw}
    assert min(flaws.values()) >= 3
    for template in TEMPLATES:
        for language in ("en", "zh"):
            words = template.words[language]
            assert len({w["original"] for w in words}) >= 3, template.name
            assert len({w["concept"] for w in words}) >= 3, template.name


@pytest.mark.parametrize(
    "options",
    [
        {},
        pytest.param({"lang": "zh", "seed": "9", "prompt": "hint"}, marks=pytest.mark.nightly),
        pytest.param({"level": "4", "seed": "3"}, marks=pytest.mark.nightly),
    ],
)
def test_the_task_passes_the_checks_of_a_task(options: dict[str, str]) -> None:
    report = check(Traps(), DataSource(options=options))
    assert report.ok, report.failures
    assert report.problems == 8 * len(TEMPLATES)


def test_an_item_depends_on_seed_and_index_alone() -> None:
    problems = Traps().load(DataSource(options={"seed": "3"}, limit=90))
    for index in (0, 41, 89):
        assert problems[index] == item(3, index)
    assert item(3, 41) != item(4, 41)


def test_a_round_repeats_no_question_and_seeds_hardly_any() -> None:
    questions = Counter(
        p.question for seed in range(8) for c in range(30) for p in cluster_items(seed, c)
    )
    assert sum(n - 1 for n in questions.values()) <= 0.01 * questions.total()
    for lang in ("en", "zh", "both"):
        once = Traps().load(DataSource(options={"seed": "12", "lang": lang}))
        assert len({p.question for p in once}) == len(once) == 8 * len(TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.name)
def test_a_damaged_certificate_is_noticed(template: Template) -> None:
    original, _, twist, control = instance(template, 1, 5, "en")
    for sound in (original, control):
        assert sound.gold is not None
        other = dataclasses.replace(sound, gold=sound.gold + "1")
        with pytest.raises(CertificateError, match="gold"):
            certify(other)
    with pytest.raises(CertificateError):
        certify(dataclasses.replace(twist, gold="1" if twist.gold is None else None))
    with pytest.raises(CertificateError, match="numbers"):
        certify(dataclasses.replace(twist, question=twist.question + " 987654"))
    assert twist.lure is not None
    with pytest.raises(CertificateError, match="lure"):
        certify(dataclasses.replace(twist, lure=twist.lure + "1"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.name)
def test_clusters_are_certified_in_both_languages_at_every_level(template: Template) -> None:
    for seed in range(6):
        language, level = ("en", "zh")[seed % 2], 1 + seed % 4
        items = instance(template, seed, 3 * seed, language, level=level)
        certify_cluster(items)
        for problem in items:
            certify(problem)


def _with(problem: Problem, **certificate: object) -> Problem:
    meta = {**problem.meta, "certificate": {**problem.meta["certificate"], **certificate}}
    return dataclasses.replace(problem, meta=meta)


def _cluster(name: str, language: str = "en") -> list[Problem]:
    return instance(next(t for t in TEMPLATES if t.name == name), 2, 7, language)


def test_numbers_that_the_world_does_not_know_are_noticed() -> None:
    original, _, trap, _ = _cluster("mother-and-child")
    certify(original)
    for problem, quantity in ((original, "walking speed, km/h"), (trap, "tosses")):
        with pytest.raises(CertificateError, match="not of this world"):
            certify(_with(problem, ranges={"s": quantity}))
    assert all(low < high for low, high in LIMITS.values())
    named = {quantity for t in TEMPLATES for quantity in t.ranges.values()}
    assert named <= LIMITS.keys()


@pytest.mark.parametrize(
    ("part", "change", "message"),
    [
        (2, {"lure": None}, "nothing tempts"),
        (3, {"question": "Is {} then really the perimeter?"}, "not worded as its trap"),
        (1, {"question": "What is {}?"}, "shares with the trap only"),
    ],
)
def test_what_does_not_fit_its_cluster_is_noticed(
    part: int, change: dict[str, str | None], message: str
) -> None:
    items = _cluster("triangle-sides")
    certify_cluster(items)
    items[part] = dataclasses.replace(items[part], **change)  # type: ignore[arg-type]
    with pytest.raises(CertificateError, match=message):
        certify_cluster(items)


def test_numbers_of_another_size_and_a_strange_concept_are_noticed() -> None:
    items = _cluster("triangle-sides")
    given = items[3].meta["certificate"]["given"]
    large = [*items[:3], _with(items[3], given={**given, "a": "9000"})]
    with pytest.raises(CertificateError, match="another size"):
        certify_cluster(large)
    strange = [items[0], _with(items[1], given={"a": "61", "b": "60"}), *items[2:]]
    with pytest.raises(CertificateError, match="no number"):
        certify_cluster(strange)


def test_a_stock_sentence_is_noticed() -> None:
    problems = [p for c in range(40) for p in cluster_items(0, c, "en")]
    assert not certify_openings(problems)
    stock = [
        dataclasses.replace(p, question=f"This one is for Noah. {p.question}") if i % 10 == 0 else p
        for i, p in enumerate(problems)
    ]
    (line,) = certify_openings(stock)
    assert "16 of 160" in line


def test_levels_go_on_with_the_number_of_level_one() -> None:
    """The same cluster and flaw; one more step a level, and the concept question as it was."""
    for cluster in range(12):
        first = cluster_items(5, cluster)
        steps = set()
        for level in (2, 3, 4):
            items = cluster_items(5, cluster, level=level)
            assert items[1].question == first[1].question
            for one, base in zip(items, first, strict=True):
                assert one.question.startswith(base.question)
                assert (one.gold is None) == (base.gold is None)
                assert one.meta["level"] == level
                then = one.meta["certificate"]["then"]
                assert (one.id == base.id) is False
                if base.gold is None or not then:
                    continue
                env = {k: sympy.Rational(v) for k, v in one.meta["certificate"]["given"].items()}
                value = sympy.sympify(then, locals={**env, "answer": sympy.Rational(base.gold)})
                assert value == sympy.Rational(one.gold)
                steps.add((level, len(re.findall(r"[*+] t\d", then))))
        assert steps == {(2, 1), (3, 2), (4, 3)}


def test_letters_and_crossings_are_counted() -> None:
    """The functions of the models that no algebra checks."""
    words = {"w": "bookkeeper", "c": "k"}
    values = {
        "letters(w, c)": 2, "runs(w, c)": 1, "length(w)": 10, "nth(w, 1)": 2, "between(w, c, 1)": 0,
        "root(49)": 7, "log2(32)": 5,
        # wolf, goat and cabbage: the classical 7; by twos 3; all at once 1; three sacks one by one
        "ferry(1, 3, 1)": 7, "ferry(2, 3, 1)": 3, "ferry(3, 3, 1)": 1, "ferry(1, 3, 0)": 5,
    }  # fmt: skip
    for formula, value in values.items():
        assert expression(formula)(words) == value, formula
    with pytest.raises(CannotDecide):
        expression("root(8)")({})


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
        if any(re.search(r"%|[a-z]\(", f) for f in [*facts, certificate["ask"]]):
            continue
        equations = [
            sympy.sympify(a, locals=scope) - sympy.sympify(b, locals=scope) for a, b in sides
        ]
        try:
            (solved,) = sympy.linsolve(equations, list(symbols.values()))
        except (NonlinearError, ValueError):
            continue
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
