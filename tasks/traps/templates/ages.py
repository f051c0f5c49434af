"""Ages: what has passed does not come again, and differences stay."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, flawed, four, sound, told

TOPIC = "ages"
AGE = "age"


def _times(rng: Random) -> Mapping[str, Case]:
    """In t years the elder is k times as old; in the trap that has passed."""

    def case(t: int) -> tuple[dict[str, int], int]:
        while True:
            k, b = rng.randint(3, 4), rng.randint(9, 15)
            if (a := k * b + (k - 1) * t) < 70:
                return {"a": a, "b": b, "k": k}, t

    (o, x), (c, y) = case(rng.randint(4, 6)), case(rng.randint(1, 3))
    t, z = case(-rng.randint(1, 3))
    return four(
        sound(x, **o), sound(t["k"] * t["b"], b=t["b"], k=t["k"]), flawed(-z, **t), sound(y, **c)
    )


def _mother(rng: Random) -> Mapping[str, Case]:
    """A mother of a and a child of b years; in x years they are s together."""

    def case(gap: tuple[int, int], age: tuple[int, int] = (31, 48)) -> dict[str, int]:
        a, x = rng.randint(*age), rng.randint(3, 20)
        b = a - rng.randint(*gap)
        return {"a": a, "b": b, "s": a + b + 2 * x}

    def years(v: dict[str, int]) -> int:
        return (v["s"] - v["a"] - v["b"]) // 2

    o, c, t = case((24, 30)), case((18, 21)), case((6, 11), (24, 45))
    child = t["a"] - rng.randint(18, 23)
    return four(
        sound(years(o), **o),
        sound(t["a"] - child, a=t["a"], b=child),
        flawed(years(t), **t),
        sound(years(c), **c),
    )


def _differences(rng: Random) -> Mapping[str, Case]:
    def case(off: int) -> dict[str, int]:
        d, a, c = rng.randint(3, 9), rng.randint(15, 30), rng.randint(40, 60)
        return {"d": d, "a": a, "b": a + d + off, "c": c}

    o, c, t = case(0), case(0), case(rng.choice((-2, -1, 1, 2, 3)))
    return four(
        sound(o["c"] + o["d"], **o),
        sound(t["a"] + t["d"], d=t["d"], a=t["a"]),
        flawed(t["c"] + t["d"], **t),
        sound(c["c"] + c["d"], **c),
    )


TEMPLATES = (
    Template(
        name="times-as-old",
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_times,
        ranges={"a": AGE, "b": AGE},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("a + x == k * b + k * x",),
                sense=("x >= 0",),
                ask="x",
                shortcut="abs((a - k * b) / (k - 1))",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == k * b",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A} is {a} years old and {A}'s nephew is {b}. In how many years from now will {A} be exactly {k} times as old as the nephew?",
                    "{A}'s nephew is {b} years old. How old must {A} be to be exactly {k} times as old as the nephew now?",
                ),
                (
                    "{A}'s trainer is {a}, the youngest of the team is {b}, and they share a birthday. After how many more birthdays will the trainer be {k} times as old as the youngest?",
                    "The youngest of {A}'s team is {b}. The trainer, who shares the birthday, is {k} times as old. How old is the trainer?",
                ),
                (
                    "The oak behind the school is {a} years old, and the birch is {b}. How many years will it take until the oak is {k} times as old as the birch?",
                    "The birch behind the school is {b} years old, and next to it stands an oak. The oak is {k} times as old as the birch. How old is the oak?",
                ),
            ),
            "zh": told(
                (
                    "{A}今年{a}岁，{A}的侄子今年{b}岁。再过几年，{A}的年龄正好是侄子的{k}倍？",
                    "{A}的侄子今年{b}岁。{A}今年要是多少岁，年龄才正好是侄子的{k}倍？",
                ),
                (
                    "{A}的教练{a}岁，队里最小的队员{b}岁，两人同一天生日。再过几个生日，教练的年龄是这名队员的{k}倍？",
                    "{A}队里最小的队员{b}岁，与教练同一天生日，教练的年龄是这名队员的{k}倍。教练多少岁？",
                ),
                (
                    "学校后面的橡树树龄{a}年，白桦树树龄{b}年。还要过多少年，橡树的树龄是白桦树的{k}倍？",
                    "学校后面的白桦树树龄{b}年，旁边橡树的树龄是白桦树的{k}倍。橡树的树龄是多少年？",
                ),
            ),
        },
    ),
    Template(
        name="mother-and-child",
        taught=True,
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_mother,
        ranges={"a": AGE, "b": AGE},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("a + x + b + x == s",),
                sense=("a - b >= 14", "a - b <= 50"),
                ask="x",
                shortcut="(s - a - b) / 2",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x + b == a",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A} is {b} years old, and the woman who gave birth to {A} is {a}. In how many years will their ages add up to {s}?",
                    "{A} is {b} years old, and the woman who gave birth to {A} is {a}. How old was she at the birth?",
                ),
                (
                    "A {a}-year-old woman has one child, {A}, born to her {b} years ago today. How many years from now will their ages add up to {s}?",
                    "A {a}-year-old woman has one child, {A}, born to her {b} years ago today. How old was she then?",
                ),
                (
                    "In an old photograph {A} is {b} years old, and the woman who gave birth to {A} is {a}. How many years after the photograph do their ages add up to {s}?",
                    "In an old photograph {A} is {b} years old, and the woman who gave birth to {A} is {a}. How old was she when {A} was born?",
                ),
            ),
            "zh": told(
                (
                    "{A}今年{b}岁，{A}的生母今年{a}岁。再过多少年，两人的年龄之和是{s}岁？",
                    "{A}今年{b}岁，{A}的生母今年{a}岁。母亲生{A}时多少岁？",
                ),
                (
                    "一位{a}岁的母亲有个{b}岁的亲生孩子，名叫{A}。多少年后，两人的年龄加起来是{s}岁？",
                    "一位{a}岁的母亲有个{b}岁的亲生孩子，名叫{A}。{A}出生时母亲多少岁？",
                ),
                (
                    "一张旧照片上，{A}{b}岁，旁边是{A}的生母，当时{a}岁。拍照多少年后，两人一共{s}岁？",
                    "一张旧照片上，{A}{b}岁，旁边是{A}的生母，当时{a}岁。{A}出生时母亲多少岁？",
                ),
            ),
        },
    ),
    Template(
        name="differences-stay",
        topic=TOPIC,
        flaw=Flaw.DIRECT,
        draw=_differences,
        ranges={"a": AGE, "b": AGE, "c": AGE},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("b == a + d", "x == c + d"),
                ask="x",
                shortcut="c + d",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == a + d",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A} and {B} were born on the same day of the year, {B} {d} years earlier. When {A} turned {a}, {B} turned {b}. How old will {B} be when {A} turns {c}?",
                    "{A} and {B} were born on the same day of the year, {B} {d} years earlier. When {A} turned {a}, how old did {B} turn?",
                ),
                (
                    "The town hall was finished exactly {d} years before the library. On the day when the library was {a} years old, the town hall was {b}. How old will the town hall be when the library is {c}?",
                    "The town hall was finished exactly {d} years before the library. On the day when the library was {a} years old, how old was the town hall?",
                ),
                (
                    "{A}'s sister is {d} years older than {A}, to the day. When {A} turned {a}, she turned {b}. How old will she be when {A} turns {c}?",
                    "{A}'s sister is {d} years older than {A}, to the day. When {A} turned {a}, how old did she turn?",
                ),
            ),
            "zh": told(
                (
                    "{A}和{B}生日相同，{B}正好早出生{d}年。{A}满{a}岁那天，{B}满{b}岁。{A}满{c}岁时，{B}多少岁？",
                    "{A}和{B}生日相同，{B}正好早出生{d}年。{A}满{a}岁那天，{B}满多少岁？",
                ),
                (
                    "市政厅比图书馆正好早{d}年建成。图书馆建成{a}周年那天，市政厅建成{b}周年。图书馆建成{c}周年时，市政厅建成多少周年？",
                    "市政厅比图书馆正好早{d}年建成。图书馆建成{a}周年那天，市政厅建成多少周年？",
                ),
                (
                    "{A}的姐姐正好比{A}大{d}岁。{A}刚满{a}岁时，姐姐刚满{b}岁。{A}刚满{c}岁时，姐姐多少岁？",
                    "{A}的姐姐正好比{A}大{d}岁。{A}刚满{a}岁时，姐姐多少岁？",
                ),
            ),
        },
    ),
)
