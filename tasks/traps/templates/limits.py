"""Limits and infinite sums: some exist, others do not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import (
    Case,
    Flaw,
    Model,
    Numbers,
    Q,
    Template,
    flawed,
    four,
    sound,
    told,
)

TOPIC = "formulas"


def _two_sides(rng: Random) -> Mapping[str, Case]:
    """k |x - a| / (x - a) as x goes to m: k to the right of a, -k to the left, nothing at a."""

    def case(gap: int) -> Numbers:
        a = rng.randint(4, 15)
        return {"k": rng.randint(2, 12), "a": a, "m": a + gap}

    o, c, t = case(rng.randint(3, 6)), case(rng.choice((-1, 1))), case(0)
    sign = 1 if c["m"] > c["a"] else -1
    return four(
        sound(o["k"], **o),
        sound(-t["k"], k=t["k"], a=t["a"], n=t["a"] - 1),
        flawed(t["k"], **t),
        sound(sign * c["k"], **c),
    )


def _removable(rng: Random) -> Mapping[str, Case]:
    """(x² - n²) / (x - m) as x goes to m: removable for n = m alone."""

    def case(off: int) -> Numbers:
        m = rng.randint(6, 14)
        return {"c": (m + off) ** 2, "m": m}

    o, c, t = case(0), case(0), case(rng.choice((-1, 1)))
    n = math.isqrt(t["c"])
    return four(
        sound(2 * o["m"], **o),
        sound(t["m"] ** 2 - t["c"], **t),
        flawed(n + t["m"], **t),
        sound(2 * c["m"], **c),
    )


def _series(rng: Random) -> Mapping[str, Case]:
    """a, a p/q, a p²/q² … without end; the trap has a pair (p, q) the other way round."""
    pairs = [(2, 3), (3, 4), (4, 5), (3, 5), (5, 6), (5, 7), (6, 7), (7, 8), (7, 9)]

    def case(grows: bool) -> Numbers:
        small, large = rng.choice(pairs)
        p, q = (large, small) if grows else (small, large)
        unit = q * q * (large - small)
        return {"a": unit * rng.randint(60 // unit + 1, 200 // unit), "p": p, "q": q}

    def total(v: Numbers) -> int:
        return v["a"] * v["q"] // (v["q"] - v["p"])

    o, c, t = case(False), case(False), case(True)
    return four(
        sound(total(o), **o),
        sound(t["a"] * t["p"] ** 2 // t["q"] ** 2, **t),
        flawed(total(t), **t),
        sound(total(c), **c),
    )


TEMPLATES = (
    Template(
        name="limit-from-two-sides",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_two_sides,
        models={
            "original": Model(ask="k * abs(m - a) / (m - a)", shortcut="k"),
            "concept": Model(ask="k * abs(n - a) / (n - a)"),
        },
        words={
            "en": told(
                (
                    "Let f(x) = {k}·|x − {a}| / (x − {a}). What is the limit of f(x) as x tends to {m}?",
                    "Let f(x) = {k}·|x − {a}| / (x − {a}). What is the value of f(x) at x = {n}?",
                ),
                (
                    "{A} studies the quotient of {k}·|t − {a}| and t − {a}. Which number does it approach when t approaches {m} from either side?",
                    "{A} studies the quotient of {k}·|t − {a}| and t − {a}. Which number is it when t is {n}?",
                ),
                (
                    "Find the real number to which {k}|u − {a}|/(u − {a}) converges as u approaches {m}, from whichever side.",
                    "Find the real number that {k}|u − {a}|/(u − {a}) equals when u = {n}.",
                ),
            ),
            "zh": told(
                (
                    "设f(x) = {k}·|x − {a}| / (x − {a})。当x趋于{m}时，f(x)的极限是多少？",
                    "设f(x) = {k}·|x − {a}| / (x − {a})。当x = {n}时，f(x)的值是多少？",
                ),
                (
                    "{A}在研究{k}·|t − {a}|除以t − {a}的商。t从任一侧趋近{m}时，商趋近于哪个数？",
                    "{A}在研究{k}·|t − {a}|除以t − {a}的商。t等于{n}时，商是哪个数？",
                ),
                (
                    "无论u以什么方式趋于{m}，{k}|u − {a}|/(u − {a})都趋于同一个实数。求这个数。",
                    "u等于{n}时，{k}|u − {a}|/(u − {a})等于一个实数。求这个数。",
                ),
            ),
        },
    ),
    Template(
        name="limit-at-a-pole",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_removable,
        models={
            "original": Model(
                laws=("m * m == c",), ask="m + m", shortcut="m + root(c)", claim="none"
            ),
            "concept": Model(ask="m * m - c"),
        },
        words={
            "en": told(
                (
                    "As x tends to {m}, the fraction (x² − {c}) / (x − {m}) tends to a real number. Which one?",
                    "What value does the numerator of the fraction (x² − {c}) / (x − {m}) take at x = {m}?",
                ),
                (
                    "{A} has to find the finite limit of (t² − {c})/(t − {m}) for t → {m}. What is it?",
                    "{A} has to find the value of t² − {c} for t = {m}. What is it?",
                ),
                (
                    "The slope of a curve at u = {m} is defined as the limit of (u² − {c}) ÷ (u − {m}) when u approaches {m}. Calculate this slope.",
                    "To study (u² − {c}) ÷ (u − {m}) when u approaches {m}, one first looks at the dividend at u = {m}. Calculate it.",
                ),
            ),
            "zh": told(
                (
                    "当x趋于{m}时，分式(x² − {c}) / (x − {m})趋于一个实数。这个实数是多少？",
                    "当x等于{m}时，分式(x² − {c}) / (x − {m})的分子等于多少？",
                ),
                (
                    "{A}要求出t → {m}时(t² − {c})/(t − {m})的有限极限。极限是多少？",
                    "{A}要求出t = {m}时t² − {c}的值。值是多少？",
                ),
                (
                    "曲线在u = {m}处的斜率定义为u趋近{m}时(u² − {c}) ÷ (u − {m})的极限。求这个斜率。",
                    "研究u趋近{m}时的(u² − {c}) ÷ (u − {m})，先要看u = {m}时的被除数。求被除数的值。",
                ),
            ),
        },
    ),
    Template(
        name="series-that-grows",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_series,
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x * (q - p) == a * q",),
                laws=("p < q",),
                ask="x",
                shortcut="a * q / (q - p)",
                claim="none",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == a * p * p / (q * q)",), ask="x"),
        },
        words={
            "en": told(
                (
                    "In an infinite geometric series the first term is {a}, and each further term is {p}/{q} of the one before. What is the sum of the whole series?",
                    "In a geometric series the first term is {a}, and each further term is {p}/{q} of the one before. What is the third term of the series?",
                ),
                (
                    "{A} adds up numbers without ever stopping: {a}, then {p}/{q} times {a}, then {p}/{q} times that, and so on. To which number do the partial sums converge?",
                    "{A} writes down numbers: {a}, then {p}/{q} times {a}, then {p}/{q} times that, and so on. What is the third of these numbers?",
                ),
                (
                    "Start with {a}. To get from a number to the next, multiply by {p} and divide by {q}. What is the value of the endless sum of all these numbers?",
                    "Start with {a}. To get from a number to the next, multiply by {p} and divide by {q}. Which number do you get after two such steps?",
                ),
            ),
            "zh": told(
                (
                    "一个无穷等比级数的首项是{a}，从第二项起，每一项都是前一项的{p}/{q}。整个级数的和是多少？",
                    "一个等比级数的首项是{a}，从第二项起，每一项都是前一项的{p}/{q}。第三项是多少？",
                ),
                (
                    "{A}不停地把数加起来：先是{a}，再是{a}的{p}/{q}，再是刚才那个数的{p}/{q}，永远加下去。这些部分和收敛到哪个数？",
                    "{A}依次写数：先是{a}，再是{a}的{p}/{q}，再是刚才那个数的{p}/{q}，这样写下去。第三个数是多少？",
                ),
                (
                    "从{a}开始，每个数乘以{p}再除以{q}就得到下一个数。把这无穷多个数全部加起来，和是多少？",
                    "从{a}开始，每个数乘以{p}再除以{q}就得到下一个数。这样做两步以后得到哪个数？",
                ),
            ),
        },
    ),
)
