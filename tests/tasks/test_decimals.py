"""The decimals probe: a balanced design, golds and lures by other code, metrics by closed forms."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from itertools import combinations, islice
from pathlib import Path

import pytest

from harness.core import DataSource, Problem, Scored, Status, UnknownNameError, UsageError
from harness.core.errors import DataError
from harness.core.protocols import Designed
from harness.tasks import check
from harness.tasks._generate import part_of
from harness.tasks.decimals import FACTORS, Decimals
from harness.tasks.decimals._clauses import Numbers, may_claim
from harness.tasks.decimals._design import Cell, balanced, cells
from harness.tasks.decimals._items import Item
from harness.tasks.decimals._numbers import decided_at, pattern_of
from harness.tasks.decimals.certify import CertificateError, answer, certify
from harness.tasks.decimals.verifier import ComparisonVerifier

TASK = Decimals()
PLAIN = Cell("unequal", "yes", "larger", "first", "en", "direct", "plain")


def load(limit=None, **options):
    return TASK.load(DataSource(limit=limit, options=options))


def item(numbers, *, relation="larger", **levels):
    fields = {name: getattr(PLAIN, name) for name in FACTORS} | levels
    return Item(Cell(**fields), tuple(numbers), tuple(numbers[:2]), relation, 0)


@pytest.mark.parametrize(
    ("numbers", "levels", "gold", "lure"),
    [
        (("9.8", "9.11"), {}, "9.8", "9.11"),
        (("9.8", "9.11"), {"ask": "smaller", "relation": "smaller"}, "9.11", "9.8"),
        (("9.8", "9.11"), {"context": "version"}, "9.11", "9.8"),
        (("9.9", "9.11"), {"context": "date", "ask": "closer"}, "9.11", "9.9"),
        (("9.81", "9.11"), {}, "9.81", None),
        (("10.2", "9.11"), {}, "10.2", None),
        (("9.80", "9.11"), {}, "9.80", None),  # written as long, the shortcut is right
        (("9.8", "9.08"), {}, "9.8", "9.08"),  # alike as versions: the longer looks larger
        (("-9.8", "-9.11"), {}, "-9.11", "-9.8"),
        (("9.80", "9.8"), {}, "equal", "9.80"),
        (("9.80", "9.8"), {"language": "zh"}, "相等", "9.80"),
        (("9.80", "9.8"), {"context": "version"}, "9.80", "equal"),
        (("9.8", "9.11"), {"ask": "true"}, "true", "false"),
        (("9.8", "9.11"), {"ask": "false", "relation": "smaller"}, "false", "true"),
        (("9.9", "9.11"), {"ask": "true", "context": "chapter", "relation": "smaller"}, "true",
         "false"),
        (("9.80", "9.8"), {"ask": "true", "relation": "equal", "language": "zh"}, "对", "错"),
        (("9.8", "9.11", "9.9"), {"ask": "sort"}, "9.11, 9.8, 9.9", "9.8, 9.9, 9.11"),
        (("9.8", "9.11", "9.9"), {"ask": "sort", "relation": "smaller"}, "9.9, 9.8, 9.11",
         "9.11, 9.9, 9.8"),
        (("9.8", "9.11", "9.9"), {"ask": "sort", "context": "date"}, "9.8, 9.9, 9.11",
         "9.11, 9.8, 9.9"),
        (("9.81", "9.11", "9.31"), {"ask": "sort"}, "9.11, 9.31, 9.81", None),
    ],
)  # fmt: skip
def test_worked_items(numbers, levels, gold, lure):
    one = item(numbers, **levels)
    assert (one.gold, one.lure) == (gold, lure)


@pytest.mark.parametrize(
    ("a", "b", "pattern", "place"),
    [
        ("9.8", "9.11", "unequal", 1),
        ("9.81", "9.11", "same-length", 1),
        ("9.31", "9.3002", "prefix", 2),
        ("9.3", "9.30", "equal", 0),
        ("9.8", "9.08", "leading", 1),
        ("9.80", "9.811", "trailing", 2),
        ("9.8", "10.8", "whole", 0),
        ("-9.8", "-9.11", "negative", 1),
    ],
)
def test_every_pair_has_one_pattern(a, b, pattern, place):
    assert pattern_of(a, b) == pattern_of(b, a) == pattern
    assert decided_at(a, b) == decided_at(b, a) == place


def test_golds_follow_from_the_words_of_the_question():
    for p in load(500, seed="11"):
        certify(p)


def test_a_wrong_gold_is_refused():
    for p in load(200):
        if p.lure is not None:
            with pytest.raises(CertificateError):
                certify(Problem(**{**p.to_json(), "gold": p.lure}))


@pytest.mark.parametrize(
    ("question", "gold"),
    [
        ("Which number is larger, 9.8 or 9.11?", "9.8"),
        ("Which software version is newer, 9.8 or 9.11?", "9.11"),
        ("哪个长度更接近10米，10.2米还是10.15米？", "10.15"),
        ("Which chapter of a book is closer to chapter 10, 9.9 or 9.11?", "9.11"),
        ("就日期（月.日）而言，9.9比9.11早。对还是错？", "对"),
        ("For prices: $9.80 is equal to $9.8. True or false?", "true"),
        ("Sort these numbers from largest to smallest: -9.8, 9.11, 9.9.", "9.9, 9.11, -9.8"),
    ],
)
def test_the_second_opinion_reads_questions(question, gold):
    assert answer(question) == gold


@pytest.mark.parametrize(
    "options",
    [
        {},
        pytest.param({"seed": "5", "places": "2"}, marks=pytest.mark.nightly),
        pytest.param({"language": "zh", "ask": "sort"}, marks=pytest.mark.nightly),
    ],
)
def test_the_task_passes_the_checks_of_a_task(options):
    report = check(TASK, DataSource(limit=150, options=options))
    assert report.ok, report.failures


def test_contents_are_of_the_evaluation_part():
    from decimal import Decimal

    for p in load(300):
        values = sorted(map(Decimal, p.meta["numbers"]))
        key = "decimals " + " ".join(f"{v.normalize():f}" for v in values)
        assert part_of(key) == "evaluation"


@pytest.mark.parametrize("first", [60, 200, 400])
def test_any_beginning_is_balanced(first):
    found = list(islice(balanced(cells((), 1, 6), "x", 3), first))
    for name, levels in FACTORS.items():
        shares = Counter(getattr(cell, name) for cell in found)
        if name in ("order", "language", "ask"):
            assert max(shares.values()) - min(shares.values()) <= 2, shares
        # Not every cell makes sense, so the other levels cannot all be as frequent.
        assert min(shares[level] for level in levels) >= 0.5 * first / len(levels), shares
    for one, other in combinations(("order", "language", "ask"), 2):
        pairs = Counter((getattr(c, one), getattr(c, other)) for c in found)
        assert max(pairs.values()) - min(pairs.values()) <= 5, pairs


def test_a_cycle_has_every_cell_once():
    design = cells((("language", ("en",)), ("ask", ("sort",)), ("context", ("plain",))), 1, 6)
    one, other = (list(islice(balanced(design, "x", seed), 2 * len(design))) for seed in (0, 1))
    for run in (one, other):
        assert Counter(run) == dict.fromkeys(design, 2)
        assert len(set(run[: len(design)])) == len(design)
    assert one != other


def test_cells_that_make_no_sense_are_left_out():
    for p in load(600):
        meta = p.meta
        if meta["reading"] == "parts":
            assert meta["prompt"] not in ("scaling", "double")
            assert meta["pattern"] not in ("leading", "negative")
            assert not any(n.partition(".")[2].startswith("0") for n in meta["numbers"])
        if meta["context"] == "date":
            assert all(1 <= int(n.partition(".")[2]) <= 31 for n in meta["numbers"])
        assert (p.lure is not None) == (meta["tempting"] == "yes") == (p.variant == "trap")


def test_order_says_where_the_right_number_stands():
    picks = [p for p in load(600) if p.meta["form"] == "pick" and p.meta["picks"]]
    assert len(picks) > 200
    for p in picks:
        assert (p.meta["numbers"][0] == p.gold) == (p.meta["order"] == "first")


def test_places_bound_the_length():
    def lengths(**options):
        return {len(n.partition(".")[2]) for p in load(150, **options) for n in p.meta["numbers"]}

    assert lengths(places="3-4", context="plain") == {3, 4}
    assert lengths(places="2") == {1, 2}
    assert lengths() == {1, 2, 3, 4, 5, 6}
    for bad in ("0", "4-3", "x", "2-", "99"):
        with pytest.raises(UsageError, match="must be N or M-N"):
            load(5, places=bad)


def test_levels_restrict_the_design():
    problems = load(40, context="plain+version", language="en", ask="larger")
    assert {p.meta["context"] for p in problems} == {"plain", "version"}
    assert {p.meta["language"] for p in problems} == {"en"}
    with pytest.raises(DataError, match="context=zoo must be one of plain"):
        load(5, context="zoo")
    with pytest.raises(UnknownNameError, match="did you mean 'context'"):
        load(5, contex="plain")
    with pytest.raises(UsageError, match="no problem has all these levels"):
        load(5, context="date", pattern="negative")


def test_the_design_can_be_told():
    assert isinstance(TASK, Designed)
    design = TASK.design(DataSource(options={"language": "en"}))
    assert list(design)[:-1] == list(FACTORS)
    assert design["language"] == ["en"]
    assert int(design["cells"][0]) == len(cells((("language", ("en",)),), 1, 6))


@pytest.mark.parametrize(
    ("response", "levels", "status"),
    [
        ("Answer: 9.8", {}, Status.CORRECT),
        ("9.80 is the larger.\nAnswer: 9.80", {}, Status.CORRECT),
        ("<think>11 > 8</think>Answer: $9.11", {"context": "price"}, Status.LURED),
        ("答案：9.8米", {"context": "length", "language": "zh"}, Status.CORRECT),
        ("Answer: equal", {}, Status.WRONG),
        ("Answer: 9.11", {"context": "version"}, Status.CORRECT),
        ("Answer: v9.8", {"context": "version"}, Status.LURED),
        ("\\boxed{9.110}", {"context": "version"}, Status.WRONG),
        ("The statement is not true.\nAnswer: false", {"ask": "false", "relation": "smaller"},
         Status.CORRECT),
        ("答案：对", {"ask": "false", "relation": "smaller", "language": "zh"}, Status.LURED),
        ("答案：不正确", {"ask": "false", "relation": "smaller", "language": "zh"}, Status.CORRECT),
        ("Answer: hmm", {}, Status.UNPARSED),
    ],
)  # fmt: skip
def test_verdicts_on_9_8_and_9_11(response, levels, status):
    assert _judged(item(("9.8", "9.11"), **levels), response) is status


@pytest.mark.parametrize(
    ("response", "status"),
    [
        ("Answer: 9.11, 9.8, 9.9", Status.CORRECT),
        ("Answer: 9.9 > 9.8 > 9.11", Status.CORRECT),
        ("Answer: 9.11 < 9.80 < 9.9", Status.CORRECT),
        ("答案：9.11、9.8、9.9", Status.CORRECT),
        ("Answer: 9.8, 9.9, 9.11", Status.LURED),
        ("Answer: 9.9, 9.8, 9.11", Status.WRONG),
        ("Answer: 9.11, 9.8", Status.WRONG),
    ],
)
def test_verdicts_on_orders(response, status):
    assert _judged(item(("9.8", "9.11", "9.9"), ask="sort"), response) is status


def _judged(one: Item, response: str) -> Status:
    meta = {"reading": one.reading, "form": one.form}
    problem = Problem(id="x", question=one.question, gold=one.gold, lure=one.lure, meta=meta)
    return ComparisonVerifier().verify(response, problem).status


def test_equal_answers_have_one_key():
    def key(response, one):
        meta = {"reading": one.reading, "form": one.form}
        problem = Problem(id="x", question="", gold=one.gold, meta=meta)
        return ComparisonVerifier().verify(response, problem).key

    plain, version = item(("9.8", "9.11")), item(("9.8", "9.11"), context="version")
    assert key("Answer: 9.80", plain) == key("Answer: $9.8", plain) != key("Answer: 9.11", plain)
    assert key("Answer: 9.80", version) != key("Answer: 9.8", version)


def _scored(problems, right):
    return [
        Scored(
            problem=p,
            statuses={
                Status.CORRECT
                if right(p)
                else Status.WRONG
                if p.lure is None
                else Status.LURED: 1.0
            },
        )
        for p in problems
    ]


def test_metrics_of_a_model_that_always_reads_decimals_as_versions():
    problems = load(400)
    found = TASK.metrics(
        _scored(problems, lambda p: p.lure is None or p.meta["reading"] == "parts")
    )
    assert found["context_sensitivity"].value == pytest.approx(0)
    assert found["context=version"].value == found["tempting=no"].value == 1
    assert found["lure_rate/context=plain"].value == 1
    assert found["lure_rate/context=date"].value == 0
    lured = [p for p in problems if p.lure is not None and p.meta["language"] == "zh"]
    share = sum(p.meta["reading"] == "value" for p in lured) / len(lured)
    assert found["lure_rate/language=zh"].value == pytest.approx(share)


def test_metrics_of_a_model_that_always_takes_the_first():
    problems = load(400, ask="larger+smaller+closer")
    found = TASK.metrics(_scored(problems, lambda p: p.meta["numbers"][0] == p.gold))
    assert found["position_bias"].value == 1
    perfect = TASK.metrics(_scored(problems, lambda p: True))
    assert perfect["position_bias"].value == 0
    assert perfect["context_sensitivity"].value == 1
    assert perfect["lure_rate/order=first"].value == 0


@pytest.mark.parametrize(
    ("response", "levels", "status"),
    [
        ("9.8 is larger than 9.11.", {}, Status.CORRECT),
        ("9.11 is larger than 9.8.", {}, Status.LURED),
        ("9.11 < 9.8", {}, Status.CORRECT),
        ("It might look like 9.11 is larger, but 9.8 is.", {}, Status.CORRECT),
        ("9.11 is not larger than 9.8.", {}, Status.CORRECT),
        ("Not 9.11, but 9.8.", {}, Status.CORRECT),
        ("0.8 > 0.11, so the former is larger.", {}, Status.CORRECT),
        ("Answer: 9.8 or 9.11", {}, Status.UNPARSED),
        ("They are equal.", {}, Status.WRONG),
        ("9.11 is less than 9.8.", {"ask": "smaller", "relation": "smaller"}, Status.CORRECT),
        ("9.8 is less than 9.11.", {"ask": "smaller", "relation": "smaller"}, Status.LURED),
        ("简单来说:9.11 > 9.8", {"language": "zh"}, Status.LURED),
        ("因此,9.8 大于 9.11。\n\n9.8 比 9.11 大 0.69", {"language": "zh"}, Status.CORRECT),
        ("不是9.11，而是9.8", {"language": "zh"}, Status.CORRECT),
        ("9.11没有9.8大", {"language": "zh"}, Status.CORRECT),
        ("9.8 is older, so 9.11 is the newer one.", {"context": "version"}, Status.CORRECT),
        ("As decimals 9.8 is larger, but version 9.11 is newer.", {"context": "version"},
         Status.CORRECT),
        ("9.8 comes before 9.11.", {"context": "date"}, Status.CORRECT),
        ("not false", {"ask": "true"}, Status.CORRECT),
        ("The statement holds", {"ask": "true"}, Status.CORRECT),
        ("9.8 > 9.11", {"ask": "true"}, Status.CORRECT),
        ("9.8 is smaller.", {"ask": "true"}, Status.LURED),
        ("True. It would be wrong to compare 8 with 11.", {"ask": "true"}, Status.CORRECT),
        ("没错", {"ask": "true", "language": "zh"}, Status.CORRECT),
        ("√", {"ask": "true", "language": "zh"}, Status.CORRECT),
        ("×", {"ask": "true", "language": "zh"}, Status.LURED),
    ],
)  # fmt: skip
def test_a_relation_is_read_as_a_relation(response, levels, status):
    assert _judged(item(("9.8", "9.11"), **levels), response) is status


@pytest.mark.parametrize(
    ("response", "status"),
    [
        ("9.9\n9.8\n9.11", Status.CORRECT),
        ("9.9 > 9.8 > 9.11", Status.CORRECT),
        ("9.11 < 9.8 and 9.8 < 9.9", Status.CORRECT),
        ("9.9 → 9.8 → 9.11", Status.CORRECT),
        ("1. 9.9\n2. 9.8\n3. 9.11", Status.CORRECT),
        ("The list 9.8, 9.11, 9.9 becomes 9.9, 9.8, 9.11.", Status.CORRECT),
        ("9.11 → 9.9 → 9.8", Status.LURED),
        ("9.11\n9.8\n9.9", Status.WRONG),
    ],
)
def test_orders_from_the_high_end(response, status):
    one = item(("9.8", "9.11", "9.9"), ask="sort", relation="smaller")
    assert _judged(one, response) is status


def test_plain_wordings_are_judged_as_they_were_made(monkeypatch):
    path = Path(__file__).parents[2] / "benchmarks" / "comparison_wordings.py"
    monkeypatch.syspath_prepend(str(path.parent))
    spec = importlib.util.spec_from_file_location("comparison_wordings", path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    verifier = ComparisonVerifier()
    made = list(module.cases(120, 8, seed=5))
    good = sum(verifier.verify(c.text, c.problem).status is c.expected for c in made)
    assert good / len(made) >= 0.99


PHRASES = (
    "9.8", "9.11", "the first one", "the former", "THE SECOND", "the latter", "neither",
    "no one is", "no number is", "equal", "Equals", "the same", "identical", "equivalent", "tie",
    "tied", "equally", "no difference", "前者", "第一个数", "后者", "第二个", "都不", "没有哪个",
    "相等", "相同", "一样", "同样", "等于", "同一", "没有区别", "没有不同", "无差别", "larger",
    "大小", "at least", "is", "than", "not", "ſame", "tıe", "fırst", "大", ",",
)  # fmt: skip


@pytest.mark.parametrize("words", PHRASES)
def test_no_clause_is_passed_over_that_could_claim(words: str) -> None:
    numbers = Numbers(["9.8", "9.11"], "value")
    for clause in (words, words.upper(), f"it is {words} here", f"大小{words}", f"x{words}"):
        kinds = {token.kind for token in numbers.tokens(clause)}
        assert may_claim(clause) or not kinds & {"NUM", "NEITHER", "EQ"}
