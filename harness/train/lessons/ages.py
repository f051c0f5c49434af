"""Ages."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, wordings

TOPIC = "ages"


def _sums(rng: Random) -> Mapping[str, Case]:
    def pair() -> tuple[int, int, int]:
        return rng.randint(20, 60), rng.randint(3, 19), rng.randint(2, 12)

    (x, y, k), (u, v, j), (p, q, i) = pair(), pair(), pair()
    a, n = rng.randint(5, 50), rng.randint(2, 40)
    return {
        "original": Case(values={"s": x + y, "k": k, "t": x + k}, answer=y),
        "concept": Case(values={"a": a, "n": n}, answer=a + n),
        "twist": Case(
            values={"s": u + v, "k": j, "t": u + v + 2 * j},
            lure=Fraction(u + v, 2),
            witnesses=({"x": u, "y": v}, {"x": u - 1, "y": v + 1}),
        ),
        "control": Case(values={"s": p + q, "k": i, "t": p - q}, answer=q, noise=("k",)),
    }


def _stated_twice(rng: Random) -> Mapping[str, Case]:
    def person(shift: int) -> dict[str, int]:
        now, k, older = rng.randint(8, 60), rng.randint(2, 7), rng.randint(2, 15)
        return {"a": now, "k": k, "b": now - k + shift, "d": older}

    o, t, c = person(0), person(rng.choice((-2, -1, 1, 2))), person(0)
    a, k = rng.randint(10, 90), rng.randint(2, 9)
    return {
        "original": Case(values={"a": o["a"], "d": o["d"]}, answer=o["a"] + o["d"], model="plain"),
        "concept": Case(values={"a": a, "k": k}, answer=a - k),
        "twist": Case(values=t, lure=t["a"] + t["d"]),
        "control": Case(values=c, answer=c["a"] + c["d"]),
    }


def _parent(rng: Random) -> Mapping[str, Case]:
    def family(low: int, high: int) -> tuple[int, int, int]:
        child = rng.randint(4, 30)
        return child + rng.randint(low, high), child, rng.randint(2, 9)

    (m, c, k), (m1, c1, k1), (m2, c2, k2) = family(22, 38), family(1, 6), family(18, 21)
    a, b = rng.randint(30, 80), rng.randint(2, 29)
    return {
        "original": Case(values={"m": m, "c": c, "k": k}, answer=m + c + 2 * k),
        "concept": Case(values={"a": a, "b": b}, answer=a - b),
        "twist": Case(values={"m": m1, "c": c1, "k": k1}, lure=m1 + c1 + 2 * k1),
        "control": Case(values={"m": m2, "c": c2, "k": k2}, answer=m2 + c2 + 2 * k2),
    }


_NOW = Model(unknowns={"x": Q}, facts=("x == a", "x - k == b"), ask="x + d", shortcut="a + d")
TEMPLATES = (
    Template(
        name="sum-of-ages",
        topic=TOPIC,
        flaw=Flaw.MISSING,
        draw=_sums,
        models={
            "original": Model(
                unknowns={"x": Q, "y": Q}, facts=("x + y == s", "x + k == t"), ask="y"
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == a + n",), ask="x"),
            "twist": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x + y == s", "x + k + y + k == t"),
                sense=("x > 0", "y > 0"),
                ask="y",
                shortcut="s / 2",
            ),
            "control": Model(
                unknowns={"x": Q, "y": Q}, facts=("x + y == s", "x - y == t"), ask="y"
            ),
        },
        words={
            "en": wordings(
                (
                    (
                        "{A} and {B} are {s} years old together. In {k} years {A} will be {t}. How old "
                        "is {B} now?"
                    ),
                    (
                        "{A} and {B} are {s} years old together. In {k} years the sum of their ages "
                        "will be {t}. {A} is the older one. How old is {B} now?"
                    ),
                    (
                        "{A} and {B} are {s} years old together. In {k} years the gap between their "
                        "ages will be {t}. {A} is the older one. How old is {B} now?"
                    ),
                ),
                (
                    (
                        "The ages of an oak and a birch add up to {s} years. {k} years from now the "
                        "oak will be {t}. How old is the birch?"
                    ),
                    (
                        "The ages of an oak and a birch add up to {s} years. {k} years from now both "
                        "ages will total {t} years. The oak is the older tree. How old is the birch?"
                    ),
                    (
                        "The ages of an oak and a birch add up to {s} years. {k} years from now both "
                        "ages will differ by {t} years. The oak is the older tree. How old is the "
                        "birch?"
                    ),
                ),
                (
                    (
                        "Two houses have stood for {s} years, added up. In {k} years the taller one "
                        "will be {t} years old. How many years old is the lower one today?"
                    ),
                    (
                        "Two houses have stood for {s} years, added up. In {k} years it will be {t} "
                        "years, added up. The taller house was built first. How many years old is the "
                        "lower one today?"
                    ),
                    (
                        "Two houses have stood for {s} years, added up. In {k} years one will be {t} "
                        "years older. The taller house was built first. How many years old is the "
                        "lower one today?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "{A}和{B}今年年龄之和是{s}岁，{k}年后{A}是{t}岁。{B}今年几岁？",
                    "{A}和{B}今年年龄之和是{s}岁，{k}年后两人年龄之和是{t}岁，{A}年长。{B}今年几岁？",
                    "{A}和{B}今年年龄之和是{s}岁，{k}年后两人年龄之差是{t}岁，{A}年长。{B}今年几岁？",
                ),
                (
                    "一棵橡树和一棵桦树的树龄加起来是{s}年，{k}年后橡树是{t}年。桦树现在的树龄是多少年？",
                    (
                        "一棵橡树和一棵桦树的树龄加起来是{s}年，{k}年后两者加起来是{t}年，橡树更老。"
                        "桦树现在的树龄是多少年？"
                    ),
                    (
                        "一棵橡树和一棵桦树的树龄加起来是{s}年，{k}年后两者仍相差{t}年，橡树更老。"
                        "桦树现在的树龄是多少年？"
                    ),
                ),
                (
                    "两座房子的房龄合计{s}年，{k}年后高的那座是{t}年。矮的那座现在多少年？",
                    "两座房子的房龄合计{s}年，{k}年后合计{t}年，高的那座先建。矮的那座现在多少年？",
                    "两座房子的房龄合计{s}年，{k}年后相差{t}年，高的那座先建。矮的那座现在多少年？",
                ),
            ),
        },
        concept={
            "en": ("{A} is {a} years old. How old will {A} be in {n} years?",),
            "zh": ("{A}今年{a}岁，{n}年后是多少岁？",),
        },
    ),
    Template(
        name="age-stated-twice",
        topic=TOPIC,
        flaw=Flaw.DIRECT,
        draw=_stated_twice,
        models={
            "original": _NOW,
            "plain": Model(unknowns={"x": Q}, facts=("x == a",), ask="x + d"),
            "concept": Model(unknowns={"x": Q}, facts=("x + k == a",), ask="x"),
            "twist": _NOW,
        },
        words={
            "en": wordings(
                (
                    "{A} turns {a} today. {B} is {d} years older. How old is {B}?",
                    (
                        "{A} turns {a} today; exactly {k} years ago it was {A}'s birthday number {b}. "
                        "{B} is {d} years older than {A}. How old is {B}?"
                    ),
                ),
                (
                    (
                        "A tree was planted {a} years ago, and the fence around the field {d} years "
                        "before the tree. How many years old is the fence?"
                    ),
                    (
                        "A tree was planted {a} years ago, and {k} years ago it had stood for {b} "
                        "years. The fence around the field was built {d} years before the tree was "
                        "planted. How many years old is the fence?"
                    ),
                ),
                (
                    (
                        "This year a club is {a} years old; its rival was founded {d} years before it. "
                        "How old is the rival this year?"
                    ),
                    (
                        "This year a club is {a} years old; {k} years ago, to the day, it had turned "
                        "{b}. Its rival was founded {d} years before it. How old is the rival this "
                        "year?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "{A}今天满{a}岁，{B}比{A}大{d}岁。{B}几岁？",
                    "{A}今天满{a}岁，整整{k}年前满{b}岁。{B}比{A}大{d}岁。{B}几岁？",
                ),
                (
                    "一棵树是{a}年前种的，田边的篱笆比树早建{d}年。篱笆建了多少年？",
                    (
                        "一棵树是{a}年前种的，{k}年前它已经种了{b}年。田边的篱笆比树早建{d}年。"
                        "篱笆建了多少年？"
                    ),
                ),
                (
                    "一家俱乐部今年成立{a}周年，它的对手比它早成立{d}年。对手今年成立多少周年？",
                    (
                        "一家俱乐部今年成立{a}周年，{k}年前的同一天成立{b}周年。它的对手比它早成立{d}年。"
                        "对手今年成立多少周年？"
                    ),
                ),
            ),
        },
        concept={
            "en": ("{A} is {a} years old. How old was {A} {k} years ago?",),
            "zh": ("{A}今年{a}岁，{k}年前是多少岁？",),
        },
    ),
    Template(
        name="mother-and-child",
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_parent,
        models={
            "original": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x == m", "y == c"),
                sense=("x - y >= 12",),
                ask="x + y + k + k",
                shortcut="m + c + k + k",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x + b == a",), ask="x"),
        },
        words={
            "en": wordings(
                "{A} is {c} years old, and the woman who gave birth to {A} is {m}. What will the "
                "sum of their ages be in {k} years?",
                "A mother is {m} and her only child, born to her, is {c}. How many years will the "
                "two ages add up to {k} years from now?",
                "{A} was born {c} years ago; {A}'s birth mother was born {m} years ago. Add up the "
                "ages that the two will have in {k} years.",
            ),
            "zh": wordings(
                "{A}今年{c}岁，{A}的亲生母亲今年{m}岁。{k}年后两人年龄之和是多少岁？",
                "一位母亲今年{m}岁，她亲生的独生子女今年{c}岁。{k}年后两人的年龄加起来是多少岁？",
                "{A}出生于{c}年前，{A}的生母出生于{m}年前。{k}年后两人的年龄之和是多少岁？",
            ),
        },
        concept={
            "en": ("{A} is {a} and {B} is {b}. How many years older is {A}?",),
            "zh": ("{A}{a}岁，{B}{b}岁。{A}比{B}大多少岁？",),
        },
    ),
)
