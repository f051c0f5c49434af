"""Pairs of our own: near misses must not be equal, equivalent ones must."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from harness.core import Status, Verdict
from harness.verifiers import math

HERE = Path(__file__).parent


def pairs(name: str) -> list[tuple[str, str]]:
    lines = (HERE / name).read_text(encoding="utf-8").split("\n")
    found = []
    for line in filter(None, lines):
        gold, _, answer = line.partition("\t")
        found.append((gold, answer))
    return found


def not_judged(status: Status, found: Iterable[tuple[str, str]]) -> list[tuple[str, str, Verdict]]:
    """Which of the pairs get another status, and the verdict on each."""
    told = [(gold, answer, math.verify(answer, gold)) for gold, answer in found]
    return [case for case in told if case[2].status is not status]


def test_a_near_miss_is_wrong() -> None:
    assert not_judged(Status.WRONG, pairs("near_misses.tsv")) == []


def test_an_equivalent_answer_is_correct() -> None:
    assert not_judged(Status.CORRECT, pairs("equivalent.tsv")) == []


def test_every_answer_equals_itself() -> None:
    texts = {t for n in ("near_misses.tsv", "equivalent.tsv") for p in pairs(n) for t in p}
    assert not_judged(Status.CORRECT, [(text, text) for text in sorted(texts)]) == []


def test_there_are_three_hundred_near_misses() -> None:
    assert len(set(pairs("near_misses.tsv"))) >= 300


@pytest.mark.parametrize(
    ("options", "gold", "answer", "equal"),
    [
        ({"decimals": "rounded"}, "1/3", "0.333", True),
        ({"decimals": "rounded"}, "1/3", "0.334", False),
        ({"decimals": "rounded"}, r"\sqrt{2}", "1.414", True),
        ({"decimals": "rounded"}, r"\sqrt{2}", "1.4", False),
        ({"decimals": "rounded"}, r"\pi", "3.15", False),
        ({"tolerance": 0.01}, "100", "100.5", True),
        ({"tolerance": 0.001}, "100", "100.5", False),
        ({"ordered": True}, "1,2,3", "3,2,1", False),
        ({"percent": "value"}, r"50\%", "50", False),
        ({"units": "ignore"}, r"5\text{ m}", r"5\text{ cm}", True),
        ({"roman": True}, "14", "The answer is XIV", True),
        ({"roman": True}, "XIV", r"\boxed{14}", True),
        ({"roman": True}, "14", "XV", False),
        ({"roman": True}, "14", "XIIII", False),  # no numeral
        ({}, "14", "XIV", False),
        ({"case": True}, r"\text{east}", r"\text{East}", False),
    ],
)
def test_conventions_are_options(
    options: dict[str, object], gold: str, answer: str, equal: bool
) -> None:
    assert (math.verify(answer, gold, **options).status is Status.CORRECT) is equal


def test_unknown_options_are_named() -> None:
    from harness.core import UsageError

    with pytest.raises(UsageError, match="decimal"):
        math.verify("1", "1", decimal="rounded")


def test_simple_answers_never_import_sympy() -> None:
    import subprocess

    code = (
        "import sys; from harness.verifiers import math\n"
        "for g, a in [('7', 'Answer: 7'), ('1/2', '0.5'), ('x^2+1', '1+x^2')]:\n"
        "    math.verify(a, g)\n"
        "print(sorted({'sympy', 'mpmath', 'numpy', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
