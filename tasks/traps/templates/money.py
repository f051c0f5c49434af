"""Money."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, wordings

TOPIC = "money"
_COINS = ((2, 5), (5, 20), (10, 50), (20, 50), (2, 10), (5, 50))


def _two_discounts(rng: Random) -> Mapping[str, Case]:
    def sale() -> tuple[int, int, int]:
        return 400 * rng.randint(1, 30), 5 * rng.randint(1, 8), 5 * rng.randint(1, 8)

    (p, a, _), (p1, a1, b1), (p2, a2, b2) = sale(), sale(), sale()
    q, r = rng.randint(50, 900), rng.randint(3, 49)
    return {
        "original": Case(values={"p": p, "a": a}, answer=p * (100 - a) // 100),
        "concept": Case(values={"q": q, "r": r}, answer=q - r),
        "twist": Case(
            values={"p": p1, "a": a1, "b": b1},
            answer=p1 * (100 - a1) * (100 - b1) // 10_000,
            lure=p1 * (100 - a1 - b1) // 100,
        ),
        "control": Case(values={"p": p2, "a": a2, "b": b2}, answer=p2 * (100 - a2 - b2) // 100),
    }


def _coins(rng: Random) -> Mapping[str, Case]:
    def jar(fits: bool) -> Case:
        u, v = rng.choice(_COINS)
        x, y = rng.randint(4, 40), rng.randint(4, 40)
        unit = math.gcd(u, v)
        extra = 0 if fits else unit * rng.randint(1, (v - u) // unit - 1)
        values = {"n": x + y, "u": u, "v": v, "s": u * x + v * y + extra}
        if fits:
            return Case(values=values, answer=y)
        return Case(values=values, lure=y + Fraction(extra, v - u))

    k, w = rng.randint(3, 60), rng.choice((5, 10, 20, 50))
    return {
        "original": jar(True),
        "concept": Case(values={"k": k, "w": w}, answer=k * w),
        "twist": jar(False),
        "control": jar(True),
    }


def _change(rng: Random) -> Mapping[str, Case]:
    def sale(low: int, high: int) -> tuple[dict[str, int], int]:
        n, p, back = rng.randint(2, 12), rng.randint(6, 40), rng.randint(low, high)
        return {"n": n, "p": p, "q": n * p + back}, back

    (o, o_back), (t, t_back), (c, c_back) = sale(4, 50), sale(-5, -1), sale(1, 3)
    k, m = rng.randint(2, 12), rng.randint(2, 40)
    return {
        "original": Case(values=o, answer=o_back),
        "concept": Case(values={"k": k, "m": m}, answer=k * m),
        "twist": Case(values=t, lure=t_back),
        "control": Case(values=c, answer=c_back),
    }


def _last_year(rng: Random) -> Mapping[str, Case]:
    def price() -> tuple[int, int, int]:
        p = rng.randint(20, 90)
        return p, rng.randint(2, p // 2), rng.randint(2, 30)

    (p, m, n), (q, k, j) = price(), price()
    a, b = rng.randint(20, 200), rng.randint(2, 19)
    return {
        "original": Case(values={"p": p, "n": n}, answer=n * p),
        "concept": Case(values={"a": a, "b": b}, answer=a - b),
        "twist": Case(
            values={"p": p, "m": m, "n": n}, answer=n * p, lure=n * (p - m), noise=("m",)
        ),
        "control": Case(values={"p": q, "m": k, "n": j}, answer=j * (q - k)),
    }


TEMPLATES = (
    Template(
        name="two-discounts",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_two_discounts,
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == p - p * a / 100",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x + r == q",), ask="x"),
            "twist": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x == p - p * a / 100", "y == x - x * b / 100"),
                ask="y",
                shortcut="p - p * (a + b) / 100",
            ),
            "control": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x == p - p * a / 100", "y == x - p * b / 100"),
                ask="y",
            ),
        },
        words={
            "en": wordings(
                (
                    (
                        "A sofa costs {p} dollars. In a sale {a}% is taken off. What does it cost in "
                        "the sale, in dollars?"
                    ),
                    (
                        "A sofa costs {p} dollars. In a sale {a}% is taken off, and in the last week "
                        "another {b}% of the sale price. What does it cost in the last week, in "
                        "dollars?"
                    ),
                    (
                        "A sofa costs {p} dollars. In a sale {a}% is taken off, and in the last week "
                        "another {b}% of the first price. What does it cost in the last week, in "
                        "dollars?"
                    ),
                ),
                (
                    (
                        "{A} has {p} dollars and gives {a}% of it to a school. How many dollars are "
                        "left?"
                    ),
                    (
                        "{A} has {p} dollars. {a}% of it goes to a school, and then {b}% of what is "
                        "left to a museum. How many dollars does {A} have at the end?"
                    ),
                    (
                        "{A} has {p} dollars. {a}% of it goes to a school, and then {b}% of what it "
                        "was to a museum. How many dollars does {A} have at the end?"
                    ),
                ),
                (
                    (
                        "A firm earns {p} dollars and pays {a}% of that in tax. How many dollars "
                        "remain?"
                    ),
                    (
                        "A firm earns {p} dollars. {a}% is due as tax; of the money after tax, {b}% "
                        "goes to the staff. How many dollars remain?"
                    ),
                    (
                        "A firm earns {p} dollars. {a}% is due as tax; of the money before tax, {b}% "
                        "goes to the staff. How many dollars remain?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "一张沙发{p}元，促销时降价{a}%。促销时多少元？",
                    "一张沙发{p}元，促销时降价{a}%，最后一周再降促销价的{b}%。最后一周多少元？",
                    "一张沙发{p}元，促销时降价{a}%，最后一周再降原价的{b}%。最后一周多少元？",
                ),
                (
                    "{A}有{p}元，把其中的{a}%捐给学校。还剩多少元？",
                    "{A}有{p}元，先把其中的{a}%捐给学校，再把余款的{b}%捐给博物馆。最后还剩多少元？",
                    "{A}有{p}元，先把其中的{a}%捐给学校，再把原款的{b}%捐给博物馆。最后还剩多少元？",
                ),
                (
                    "一家公司收入{p}元，按{a}%缴税。还剩多少元？",
                    "一家公司收入{p}元，按{a}%缴税，再拿税后收入的{b}%发给员工。还剩多少元？",
                    "一家公司收入{p}元，按{a}%缴税，再拿税前收入的{b}%发给员工。还剩多少元？",
                ),
            ),
        },
        concept={
            "en": ("A sofa costs {q} dollars. {r} dollars are taken off. What is the new price?",),
            "zh": ("一张沙发{q}元，降价{r}元。现在多少元？",),
        },
    ),
    Template(
        name="coins-in-a-jar",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_coins,
        models={
            "original": Model(
                unknowns={"x": (0, 100), "y": (0, 100)},
                facts=("x + y == n", "x * u + y * v == s"),
                ask="y",
                shortcut="(s - u * n) / (v - u)",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == w * k",), ask="x"),
        },
        words={
            "en": wordings(
                "A jar holds {n} coins, some worth {u} cents and all others worth {v} cents. The "
                "coins come to {s} cents. How many of them are worth {v} cents?",
                "{A} sold {n} tickets for a play, at {u} dollars for children and {v} dollars for "
                "adults, and took {s} dollars. How many tickets for adults did {A} sell?",
                "A till is emptied: {n} notes, either of {u} or of {v} dollars, {s} dollars in "
                "all. How many notes of {v} dollars were in it?",
            ),
            "zh": wordings(
                "罐子里有{n}枚硬币，一部分面值{u}分，其余面值{v}分，一共{s}分。面值{v}分的有多少枚？",
                "{A}卖出{n}张戏票，儿童票每张{u}元，成人票每张{v}元，一共收了{s}元。"
                "卖出成人票多少张？",
                "收银机里有{n}张纸币，每张是{u}元或{v}元，一共{s}元。{v}元的纸币有多少张？",
            ),
        },
        concept={
            "en": ("A jar holds {k} coins worth {w} cents each. How many cents are in it?",),
            "zh": ("罐子里有{k}枚面值{w}分的硬币。一共是多少分？",),
        },
    ),
    Template(
        name="change-from-a-note",
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_change,
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("n * p + x == q",),
                sense=("x > 0",),
                ask="x",
                shortcut="q - n * p",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == m * k",), ask="x"),
        },
        words={
            "en": wordings(
                "{A} buys {n} mugs at {p} dollars each, lays {q} dollars on the counter, takes "
                "the change and leaves with all the mugs paid. How many dollars of change did "
                "{A} get?",
                "A taxi ride costs {p} dollars for each of {n} passengers. They hand {q} dollars to "
                "the driver, who keeps the full fare and gives the rest back. How many dollars do "
                "they get back?",
                "{A} had {q} dollars this morning, bought {n} kg of cherries at {p} dollars a kg "
                "with that money alone, and still has some of it. How many dollars are left?",
            ),
            "zh": wordings(
                "{A}买{n}个杯子，每个{p}元，付给店家{q}元，全部付清后拿着找零离开。找零多少元？",
                "出租车费每位乘客{p}元，{n}位乘客一共交给司机{q}元，司机收足车费后把多的退回。"
                "退回多少元？",
                "{A}早上有{q}元，只用这些钱买了{n}千克樱桃，每千克{p}元，手里还有余钱。还剩多少元？",
            ),
        },
        concept={
            "en": ("A mug costs {m} dollars. What do {k} mugs cost, in dollars?",),
            "zh": ("一个杯子{m}元，{k}个多少元？",),
        },
    ),
    Template(
        name="last-years-price",
        topic=TOPIC,
        flaw=Flaw.DISTRACTOR,
        draw=_last_year,
        models={
            "original": Model(
                unknowns={"x": Q}, facts=("x == p",), ask="x * n", shortcut="(p - m) * n"
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x + b == a",), ask="x"),
            "control": Model(unknowns={"x": Q}, facts=("x + m == p",), ask="x * n"),
        },
        words={
            "en": wordings(
                (
                    (
                        "A ferry ticket costs {p} dollars today. What do {n} tickets cost today, in "
                        "dollars?"
                    ),
                    (
                        "A ferry ticket costs {p} dollars today; last year it was {m} dollars cheaper. "
                        "What do {n} tickets cost today, in dollars?"
                    ),
                    (
                        "A ferry ticket cost {p} dollars last year; today it is {m} dollars cheaper. "
                        "What do {n} tickets cost today, in dollars?"
                    ),
                ),
                (
                    "{A} buys {n} lamps at {p} dollars each. How many dollars does {A} pay?",
                    (
                        "{A} buys {n} lamps at {p} dollars each. In the shop across the street the "
                        "same lamp is {m} dollars cheaper. How many dollars does {A} pay?"
                    ),
                    (
                        "{A} buys {n} lamps. They are {p} dollars each across the street, and in the "
                        "shop that {A} buys from {m} dollars cheaper. How many dollars does {A} pay?"
                    ),
                ),
                (
                    "A night in a hotel costs {p} dollars. What do {n} nights cost, in dollars?",
                    (
                        "A night in a hotel costs {p} dollars, and {m} dollars less in winter. {A} "
                        "stays for {n} nights in summer. How many dollars is that?"
                    ),
                    (
                        "A night in a hotel costs {p} dollars, and {m} dollars less in winter. {A} "
                        "stays for {n} nights in winter. How many dollars is that?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "今天一张船票{p}元。今天买{n}张要多少元？",
                    "今天一张船票{p}元，去年便宜{m}元。今天买{n}张要多少元？",
                    "去年一张船票{p}元，今天便宜{m}元。今天买{n}张要多少元？",
                ),
                (
                    "{A}买{n}盏灯，每盏{p}元。一共付多少元？",
                    "{A}买{n}盏灯，每盏{p}元，街对面的店里同样的灯每盏便宜{m}元。{A}一共付多少元？",
                    "{A}买{n}盏灯，街对面的店里每盏{p}元，{A}买的这家店里每盏便宜{m}元。{A}一共付多少元？",
                ),
                (
                    "旅馆一晚{p}元，住{n}晚多少元？",
                    "旅馆一晚{p}元，冬季每晚便宜{m}元。{A}夏季住了{n}晚。一共多少元？",
                    "旅馆一晚{p}元，冬季每晚便宜{m}元。{A}冬季住了{n}晚。一共多少元？",
                ),
            ),
        },
        concept={
            "en": ("A lamp costs {a} dollars; another is {b} dollars cheaper. What is its price?",),
            "zh": ("一盏灯{a}元，另一盏便宜{b}元。另一盏多少元？",),
        },
    ),
)
