"""Remainders and divisibility."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Template, wordings

TOPIC = "remainders and divisibility"


def _by_divisor(rng: Random) -> Mapping[str, Case]:
    def numbers(divides: bool) -> tuple[int, int, int]:
        while True:
            d, m = rng.randint(3, 12), rng.randint(8, 60)
            r = rng.randint(d, m) if m > d else 0
            if r and r < m and (m % d == 0) == divides and r % d:
                return m, r, d

    (m, r, d), (m1, r1, d1), (m2, r2, d2) = numbers(True), numbers(False), numbers(True)
    q = rng.randint(3, 60)
    a, b = rng.randint(100, 999), rng.randint(3, 19)
    return {
        "original": Case(
            values={"m": m, "r": r, "q": q, "d": d}, answer=(m * q + r) % d, model="known"
        ),
        "concept": Case(values={"a": a, "b": b}, answer=a % b),
        "twist": Case(
            values={"m": m1, "r": r1, "d": d1},
            lure=r1 % d1,
            witnesses=({"x": r1}, {"x": r1 + m1}),
        ),
        "control": Case(values={"m": m2, "r": r2, "d": d2}, answer=r2 % d2),
    }


_WORD = {
    ("max", 1): ({"best": "largest", "side": "greater than"}, {"best": "最大", "side": "大于"}),
    ("max", -1): ({"best": "largest", "side": "less than"}, {"best": "最大", "side": "小于"}),
    ("min", 1): ({"best": "smallest", "side": "greater than"}, {"best": "最小", "side": "大于"}),
    ("min", -1): ({"best": "smallest", "side": "less than"}, {"best": "最小", "side": "小于"}),
}


def _endless(rng: Random) -> Mapping[str, Case]:
    def find(best: str, side: int) -> Case:
        m = rng.randint(4, 25)
        r, n = rng.randint(1, m - 1), rng.randint(100, 900)
        x = n + side
        while x % m != r:
            x += side
        words = dict(zip(("en", "zh"), _WORD[best, side], strict=True))
        values = {"m": m, "r": r, "n": n}
        if (best == "max") == (side == -1):  # the nearest one on its side
            other = "down" if side == -1 else "up"
            return Case(values=values, answer=x, words=words, model=other)
        name = "grows" if side == 1 else "sinks"
        return Case(values=values, lure=None, witnesses=({"x": x},), words=words, model=name)

    def near(side: int) -> Case:
        return find("max" if side == -1 else "min", side)

    side, m = rng.choice((1, -1)), rng.randint(12, 90)
    return {
        "original": near(rng.choice((1, -1))),
        "concept": Case(values={"m": m}, answer=m - 1),
        "twist": find("max" if side == 1 else "min", side),
        "control": near(rng.choice((1, -1))),
    }


def _divisor(rng: Random) -> Mapping[str, Case]:
    def pair(fits: bool) -> tuple[int, int, int]:
        while True:
            g, k, j = rng.randint(4, 15), rng.randint(2, 7), rng.randint(2, 7)
            a, l = g * k, g * k * j  # noqa: E741 - the least common multiple
            if fits and math.gcd(k, j) == 1:
                return g, a, l
            shift = rng.randint(1, g - 1)
            if not fits and (g * j * (a + shift)) % 1 == 0:
                return g, a + shift, (a + shift) * j

    (g, a, m), (g1, a1, m1), (g2, a2, m2) = pair(True), pair(False), pair(True)
    x, y, k = rng.randint(2, 14), rng.randint(2, 14), rng.randint(3, 12)
    return {
        "original": Case(values={"g": g, "a": a, "l": m}, answer=g * m // a),
        "concept": Case(values={"a": x * k, "b": y * k}, answer=math.gcd(x * k, y * k)),
        "twist": Case(values={"g": g1, "a": a1, "l": m1}, lure=g1 * m1 // a1),
        "control": Case(values={"g": g2, "a": a2, "l": m2}, answer=g2 * m2 // a2),
    }


_CONGRUENT = ("x % m == r",)
TEMPLATES = (
    Template(
        name="another-divisor",
        topic=TOPIC,
        flaw=Flaw.MISSING,
        draw=_by_divisor,
        models={
            "known": Model(unknowns={"x": None}, facts=("x == m * q + r",), ask="x % d"),
            "original": Model(
                unknowns={"x": (0, 3000)}, facts=_CONGRUENT, ask="x % d", shortcut="r % d"
            ),
            "concept": Model(unknowns={"x": None}, facts=("x == a",), ask="x % b"),
        },
        words={
            "en": wordings(
                (
                    (
                        "A whole number divided by {m} gives {q}, remainder {r}. What remainder does "
                        "it leave on division by {d}?"
                    ),
                    (
                        "A whole number leaves the remainder {r} on division by {m}. What remainder "
                        "does it leave on division by {d}?"
                    ),
                ),
                (
                    (
                        "{A} packs beads in {q} bags of {m} and has {r} left over. If the same beads "
                        "had been packed in bags of {d}, as many as can be filled, how many would be "
                        "left over?"
                    ),
                    (
                        "{A} packs beads in bags of {m}, as many as can be filled, and has {r} left "
                        "over. If the same beads had been packed in bags of {d}, how many would be "
                        "left over?"
                    ),
                ),
                (
                    (
                        "Chairs are set out in {q} rows of {m}, and {r} chairs remain. With full rows "
                        "of {d} instead, how many chairs would remain?"
                    ),
                    (
                        "Chairs are set out in rows of {m} until only {r} chairs remain. With full "
                        "rows of {d} instead, how many chairs would remain?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "一个整数除以{m}，商{q}余{r}。它除以{d}的余数是多少？",
                    "一个整数除以{m}的余数是{r}。它除以{d}的余数是多少？",
                ),
                (
                    "{A}把珠子每袋装{m}颗，装了{q}袋，还剩{r}颗。如果每袋装{d}颗，尽量装满，会剩多少颗？",
                    "{A}把珠子每袋装{m}颗，尽量装满，还剩{r}颗。如果每袋装{d}颗，会剩多少颗？",
                ),
                (
                    "椅子每排{m}把，摆了{q}排，还剩{r}把。如果每排{d}把，摆满为止，会剩多少把？",
                    "椅子每排{m}把，摆到只剩{r}把。如果每排{d}把，摆满为止，会剩多少把？",
                ),
            ),
        },
        concept={
            "en": ("What is the remainder when {a} is divided by {b}?",),
            "zh": ("{a}除以{b}的余数是多少？",),
        },
    ),
    Template(
        name="nearest-number",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_endless,
        models={
            "up": Model(
                unknowns={"x": (1, 1100)}, facts=(*_CONGRUENT, "x > n"), ask="x", best="min"
            ),
            "down": Model(
                unknowns={"x": (1, 1100)}, facts=(*_CONGRUENT, "x < n"), ask="x", best="max"
            ),
            "grows": Model(
                unknowns={"x": None}, facts=(*_CONGRUENT, "x > n"), ask="x", best="max", family="m"
            ),
            "sinks": Model(
                unknowns={"x": None}, facts=(*_CONGRUENT, "x < n"), ask="x", best="min", family="-m"
            ),
            "concept": Model(unknowns={"x": (0, 200)}, facts=("x < m",), ask="x", best="max"),
        },
        words={
            "en": wordings(
                "Which is the {best} integer {side} {n} that is {r} more than a multiple of {m}? "
                "Integers may be negative.",
                "An integer may be positive, zero or negative. Find the {best} integer {side} {n} "
                "that leaves the remainder {r} on division by {m}.",
                "On an endless number line, {A} marks every integer of the form {m}k + {r}, for "
                "all integers k, negative ones too. Which is the {best} marked number {side} {n}?",
            ),
            "zh": wordings(
                "整数可以是负数。在{side}{n}的整数中，比{m}的倍数多{r}的{best}的数是多少？",
                "整数包括正整数、零和负整数。求{side}{n}且除以{m}余{r}的{best}整数。",
                "在没有尽头的数轴上，{A}标出了所有形如{m}k+{r}的数（k为任意整数，可以是负数）。"
                "{side}{n}的被标出的数中，{best}的是多少？",
            ),
        },
        concept={
            "en": ("What is the largest remainder that division by {m} can leave?",),
            "zh": ("一个整数除以{m}，余数最大是多少？",),
        },
    ),
    Template(
        name="common-divisor",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_divisor,
        models={
            "original": Model(
                unknowns={"x": (1, 800), "y": None},
                facts=("y == a", "gcd(x, y) == g", "lcm(x, y) == l"),
                ask="x",
                shortcut="floor(g * l / a)",
            ),
            "concept": Model(
                unknowns={"x": (1, 200)}, facts=("a % x == 0", "b % x == 0"), ask="x", best="max"
            ),
        },
        words={
            "en": wordings(
                "Two positive whole numbers have the greatest common divisor {g} and the least "
                "common multiple {l}. One of them is {a}. What is the other?",
                "{A} thinks of a positive whole number. Together with {a} its greatest common "
                "divisor is {g} and its least common multiple is {l}. Which number is it?",
                "The highest common factor of {a} and a natural number n is {g}; their lowest "
                "common multiple is {l}. Determine n.",
            ),
            "zh": wordings(
                "两个正整数的最大公约数是{g}，最小公倍数是{l}，其中一个数是{a}。另一个数是多少？",
                "{A}想了一个正整数，它与{a}的最大公约数是{g}，最小公倍数是{l}。这个数是多少？",
                "{a}和自然数n的最大公因数是{g}，最小公倍数是{l}。求n。",
            ),
        },
        concept={
            "en": ("What is the greatest common divisor of {a} and {b}?",),
            "zh": ("{a}和{b}的最大公约数是多少？",),
        },
    ),
)
