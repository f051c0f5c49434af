"""Linear equations and systems."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template

TOPIC = "linear equations and systems"
_TWO_PRICES = Model(
    unknowns={"x": Q, "y": Q},
    facts=("a * x + b * y == p", "c * x + d * y == q"),
    sense=("x > 0", "y > 0"),
    ask="x",
    shortcut="p / (a + b)",
)
_SPLIT = Model(unknowns={"x": (1, 999)}, facts=("x < s",), ask="x", best="count")


def _prices(rng: Random) -> tuple[int, int, int, int]:
    """Amounts a, b and prices x, y such that a·x + b·y is divisible by a + b."""
    a, b = rng.randint(2, 6), rng.randint(2, 6)
    x = rng.randint(2, 20)
    return a, b, x, x + (a + b) * rng.randint(1, 3)


def _order(a: int, b: int, c: int, d: int, x: int, y: int, extra: int = 0) -> dict[str, int]:
    return {"a": a, "b": b, "p": a * x + b * y, "c": c, "d": d, "q": c * x + d * y + extra}


def _dependent(rng: Random) -> Mapping[str, Case]:
    a, b, x, y = _prices(rng)
    k, s = rng.randint(2, 3), rng.randint(12, 90)
    trap = _order(a, b, k * a, k * b, x, y)
    lure = Fraction(trap["p"], a + b)
    return {
        "original": Case(values=_order(a, b, a + 1, b + 3, x, y), answer=x)
        if b != 3 * a
        else Case(values=_order(a, b, a + 2, b + 1, x, y), answer=x),
        "concept": Case(values={"s": s}, answer=s - 1),
        "twist": Case(values=trap, lure=lure, witnesses=({"x": x, "y": y}, {"x": lure, "y": lure})),
        "control": Case(values=_order(a, b, k * a, k * b + rng.choice((-1, 1)), x, y), answer=x),
    }


def _inconsistent(rng: Random) -> Mapping[str, Case]:
    a, b, x, y = _prices(rng)
    k, extra = rng.randint(2, 4), rng.choice((-3, -2, -1, 1, 2, 3, 4))
    trap = _order(a, b, k * a, k * b, x, y, extra)
    s, n = rng.randint(5, 60), rng.randint(2, 9)
    return {
        "original": Case(values=_order(a, b, a, b + rng.randint(1, 3), x, y), answer=x),
        "concept": Case(values={"a": a, "b": b, "s": s, "n": n}, answer=s * n, noise=("a", "b")),
        "twist": Case(values=trap, lure=Fraction(trap["p"], a + b)),
        "control": Case(values=_order(a, b, k * a, k * b + 1, x, y), answer=x),
    }


def _parity(rng: Random) -> Mapping[str, Case]:
    def pair() -> tuple[int, int]:
        small, d = rng.randint(10, 200), rng.randint(3, 60)
        return 2 * small + d, d

    (s, d), (s1, d1), (s2, d2) = pair(), pair(), pair()
    m = rng.randint(11, 400)
    s1 += rng.choice((-1, 1))
    return {
        "original": Case(values={"s": s, "d": d}, answer=(s + d) // 2),
        "concept": Case(values={"n": m}, answer=m // 2),
        "twist": Case(values={"s": s1, "d": d1}, lure=Fraction(s1 + d1, 2)),
        "control": Case(values={"s": s2, "d": d2}, answer=(s2 + d2) // 2),
    }


def _together(rng: Random) -> Mapping[str, Case]:
    small = Fraction(rng.randint(1, 40), 20)
    d = rng.randint(2, 30)
    return {
        "original": Case(values={"d": d, "s": small}, answer=d + small),
        "concept": Case(values={"s": small, "d": d}, answer=small + d),
        "twist": Case(values={"t": d + 2 * small, "d": d}, answer=small, lure=2 * small),
        "control": Case(values={"t": d + 3 * small, "d": d}, answer=3 * small),
    }


def _bought(thing: str, other: str, extra: str = "") -> dict[str, str]:
    return {
        "original": f"{{A}} pays {{p}} dollars for {{a}} {thing}s and {{b}} {other}s. At the same "
        f"prices {{B}} pays {{q}} dollars for {{c}} {thing}s and {{d}} {other}s. {extra}"
        f"How many dollars does one {thing} cost?"
    }


def _bought_zh(thing: str, other: str, unit: str) -> dict[str, str]:
    return {
        "original": f"{{A}}买了{{a}}{unit}{thing}和{{b}}{unit}{other}，一共付了{{p}}元。"
        f"{{B}}按同样的单价买了{{c}}{unit}{thing}和{{d}}{unit}{other}，付了{{q}}元。"
        f"一{unit}{thing}多少元？"
    }


TEMPLATES = (
    Template(
        name="two-orders",
        topic=TOPIC,
        flaw=Flaw.MISSING,
        draw=_dependent,
        models={"original": _TWO_PRICES, "concept": _SPLIT},
        words={
            "en": (
                _bought("pen", "notebook"),
                {
                    "original": "A stall sells cups of tea and cups of cocoa. {A} orders {a} teas "
                    "and {b} cocoas for {p} dollars, {B} orders {c} teas and {d} cocoas for {q} "
                    "dollars. What is the price of one tea in dollars?"
                },
                {
                    "original": "Let x be the weight of a brick and y the weight of a tile, in "
                    "kilograms. {A} finds that {a} bricks and {b} tiles weigh {p} kilograms; {B} "
                    "finds that {c} bricks and {d} tiles weigh {q} kilograms. Find x."
                },
            ),
            "zh": (
                _bought_zh("钢笔", "笔筒", "个"),
                {
                    "original": "茶摊卖红茶和奶茶。{A}点了{a}杯红茶和{b}杯奶茶，付{p}元；"
                    "{B}点了{c}杯红茶和{d}杯奶茶，付{q}元。一杯红茶多少元？"
                },
                {
                    "original": "设一块砖重x千克，一片瓦重y千克。{A}称得{a}块砖和{b}片瓦共重{p}千克，"
                    "{B}称得{c}块砖和{d}片瓦共重{q}千克。求x。"
                },
            ),
        },
        concept={
            "en": (
                (
                    "A pen and a notebook together cost {s} dollars. Each price is a whole number of "
                    "dollars, at least one dollar. How many different prices can the pen have?"
                ),
            ),
            "zh": (
                (
                    "一支钢笔和一本笔记本一共{s}元，两样的单价都是整数元，且都不少于一元。"
                    "钢笔的单价有多少种可能？"
                ),
            ),
        },
    ),
    Template(
        name="two-bills",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_inconsistent,
        models={
            "original": _TWO_PRICES,
            "concept": Model(unknowns={"x": Q}, facts=("x == s",), ask="n * x"),
        },
        words={
            "en": (
                _bought("adult ticket", "child ticket", "Every ticket of a kind costs the same. "),
                {
                    "original": "At one bakery {A}'s bill for {a} rolls and {b} pies is {p} "
                    "dollars, and {B}'s bill for {c} rolls and {d} pies is {q} dollars. Prices "
                    "are the same for everyone. What does a roll cost, in dollars?"
                },
                {
                    "original": "{A} rents {a} boats and {b} bikes for an hour and pays {p} "
                    "dollars. {B} rents {c} boats and {d} bikes for an hour at the same rates and "
                    "pays {q} dollars. What is the hourly rate for a boat, in dollars?"
                },
            ),
            "zh": (
                _bought_zh("成人票", "儿童票", "张"),
                {
                    "original": "在同一家面包店，{A}买{a}个面包和{b}个蛋挞，账单是{p}元；"
                    "{B}买{c}个面包和{d}个蛋挞，账单是{q}元。每种点心对所有人价格相同。"
                    "一个面包多少元？"
                },
                {
                    "original": "{A}租{a}条船和{b}辆自行车一小时，付{p}元。{B}以同样的价格租{c}条船和"
                    "{d}辆自行车一小时，付{q}元。一条船每小时租金多少元？"
                },
            ),
        },
        concept={
            "en": (
                (
                    "{a} rolls and {b} pies cost {s} dollars. {A} buys {n} times as many of each, at "
                    "the same prices. How many dollars does {A} pay?"
                ),
            ),
            "zh": (
                "{a}个面包和{b}个蛋挞共{s}元。{A}按同样的价格两样都买{n}倍的数量，应付多少元？",
            ),
        },
    ),
    Template(
        name="sum-and-difference",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_parity,
        models={
            "original": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x + y == s", "x - y == d"),
                laws=("whole(x)", "whole(y)"),
                ask="x",
                shortcut="(s + d) / 2",
            ),
            "concept": Model(
                unknowns={"x": (1, 400)}, facts=("x <= n", "x % 2 == 0"), ask="x", best="count"
            ),
        },
        words={
            "en": (
                {
                    "original": "{A} and {B} have {s} marbles together. {A} has {d} marbles more "
                    "than {B}. How many marbles does {A} have?"
                },
                {
                    "original": "A library received {s} parcels, each addressed either to {A} or "
                    "to {B}. {A} got {d} more than {B}. How many parcels were addressed to {A}?"
                },
                {
                    "original": "The sum of two whole numbers is {s} and their difference is {d}. "
                    "What is the larger number?"
                },
            ),
            "zh": (
                {"original": "{A}和{B}一共有{s}颗弹珠，{A}比{B}多{d}颗。{A}有多少颗弹珠？"},
                {
                    "original": "图书馆收到{s}个包裹，每个包裹不是寄给{A}就是寄给{B}。"
                    "{A}比{B}多收到{d}个。寄给{A}的有多少个？"
                },
                {"original": "两个整数的和是{s}，差是{d}。较大的数是多少？"},
            ),
        },
        concept={
            "en": ("How many even whole numbers are there from one to {n}, {n} included?",),
            "zh": ("从一到{n}（包括{n}）一共有多少个偶数？",),
        },
    ),
    Template(
        name="bat-and-ball",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_together,
        models={
            "original": Model(unknowns={"t": Q}, facts=("t == d + s",), ask="t"),
            "concept": Model(unknowns={"x": Q}, facts=("x == s + d",), ask="x"),
            "twist": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x + y == t", "x == y + d"),
                ask="y",
                shortcut="t - d",
            ),
            "control": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x + y == t", "x == d"),
                sense=("x > y or x <= y",),
                ask="y",
            ),
        },
        words={
            "en": (
                {
                    "original": "{A} buys a racket for {d} dollars and a ball for {s} dollars. How "
                    "many dollars is that in total?",
                    "twist": "{A} buys a racket and a ball for {t} dollars in total. The racket "
                    "costs {d} dollars more than the ball. How many dollars does the ball cost?",
                    "control": "{A} buys a racket and a ball for {t} dollars in total. The racket "
                    "costs {d} dollars, not the same as the ball. How many dollars does the ball "
                    "cost?",
                },
                {
                    "original": "A kettle weighs {d} kilograms and its lid {s} kilograms. What do "
                    "they weigh together, in kilograms?",
                    "twist": "A kettle and its lid weigh {t} kilograms together. The kettle weighs "
                    "{d} kilograms more than the lid. What does the lid weigh, in kilograms?",
                    "control": "A kettle and its lid weigh {t} kilograms together. The kettle "
                    "alone weighs {d} kilograms. What does the lid weigh, in kilograms?",
                },
                {
                    "original": "One string is {d} metres long, another {s} metres. How many "
                    "metres are the two together?",
                    "twist": "Two strings are {t} metres long together, and one is {d} metres "
                    "longer than the other. How many metres long is the shorter one?",
                    "control": "Two strings are {t} metres long together, and the one in {A}'s "
                    "hand is {d} metres long. How many metres long is the other one?",
                },
            ),
            "zh": (
                {
                    "original": "{A}买一只球拍花了{d}元，买一个球花了{s}元。一共花了多少元？",
                    "twist": "{A}买一只球拍和一个球一共花了{t}元，球拍比球贵{d}元。球多少元？",
                    "control": "{A}买一只球拍和一个球一共花了{t}元，球拍的价格是{d}元。球多少元？",
                },
                {
                    "original": "水壶重{d}千克，壶盖重{s}千克。两样一共重多少千克？",
                    "twist": "水壶和壶盖一共重{t}千克，水壶比壶盖重{d}千克。壶盖重多少千克？",
                    "control": "水壶和壶盖一共重{t}千克，水壶单独重{d}千克。壶盖重多少千克？",
                },
                {
                    "original": "一根绳子长{d}米，另一根长{s}米。两根一共长多少米？",
                    "twist": "两根绳子一共长{t}米，其中一根比另一根长{d}米。较短的一根长多少米？",
                    "control": "两根绳子一共长{t}米，其中{A}手里的一根长{d}米。另一根长多少米？",
                },
            ),
        },
        concept={
            "en": (
                (
                    "A ball costs {s} dollars and a racket costs {d} dollars more than the ball. How "
                    "many dollars does the racket cost?"
                ),
            ),
            "zh": ("一个球{s}元，球拍比球贵{d}元。球拍多少元？",),
        },
    ),
)
