"""Whole numbers: remainders, parity, and counts that cannot be whole."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, flawed, four, sound, told

TOPIC = "whole numbers"


def _remainder(rng: Random) -> Mapping[str, Case]:
    def case(low: int, high: int, base: bool) -> dict[str, int]:
        d = rng.randint(8, 36)
        r = rng.randint(low, high) + (d if base else 0)
        return {"d": d, "q": rng.randint(5, 30), "r": r}

    o, c, t = case(2, 5, False), case(-3, -1, True), case(1, 3, True)
    return four(
        sound(o["d"] * o["q"] + o["r"], **o),
        sound(t["d"] - 1, d=t["d"]),
        flawed(t["d"] * t["q"] + t["r"], **t),
        sound(c["d"] * c["q"] + c["r"], **c),
    )


_EXTREMES = {
    "en": {"largest": "largest", "smallest": "smallest", "above": "greater", "below": "less"},
    "zh": {"largest": "最大", "smallest": "最小", "above": "大", "below": "小"},
}


def _nearest(rng: Random) -> Mapping[str, Case]:
    def case() -> dict[str, int]:
        d = rng.randint(6, 15)
        return {"n": 10 * rng.randint(11, 40), "d": d, "r": rng.randint(1, d - 1)}

    def words(best: str, side: str) -> dict[str, dict[str, str]]:
        return {k: {"best": w[best], "side": w[side]} for k, w in _EXTREMES.items()}

    def first(case: dict[str, int], side: str) -> int:
        n, d, r = case["n"], case["d"], case["r"]
        return n + 1 + (r - n - 1) % d if side == "above" else n - 1 - (n - 1 - r) % d

    sides = ["above", "below"]
    rng.shuffle(sides)
    t, c, o = case(), case(), case()
    best = {"above": "largest", "below": "smallest"}
    near = {"above": "smallest", "below": "largest"}
    x = first(t, sides[0])
    return {
        "original": Case(
            values=o, answer=first(o, sides[1]), words=words(near[sides[1]], sides[1]),
            model=f"near {sides[1]}",
        ),
        "concept": sound(x + t["d"], x=x, d=t["d"], r=t["r"]),
        "twist": Case(
            values=t, lure=x, witnesses=({"x": x},), words=words(best[sides[0]], sides[0]),
            model=f"far {sides[0]}",
        ),
        "control": Case(
            values=c, answer=first(c, sides[0]), words=words(near[sides[0]], sides[0]),
            model=f"near {sides[0]}",
        ),
    }  # fmt: skip


def _games(rng: Random) -> Mapping[str, Case]:
    def case(low: int, high: int) -> dict[str, int]:
        n = 2 * rng.randint(5, 15)
        return {"n": n, "k": n - 1 + rng.randint(low, high)}

    o, c, t = case(-6, -4), case(-2, 0), case(1, 2)
    return four(
        sound(o["n"] * o["k"] // 2, **o),
        sound(t["n"] - 1, n=t["n"]),
        flawed(t["n"] * t["k"] // 2, **t),
        sound(c["n"] * c["k"] // 2, **c),
    )


def _share(rng: Random) -> Mapping[str, Case]:
    """A share in percent of a number of persons; of the trap it is no whole number."""

    def case(whole: bool) -> dict[str, int]:
        while True:
            p = rng.choice((12, 15, 24, 35, 36, 45, 48, 55, 64, 65, 76, 85))
            n = rng.choice((20, 25, 40, 50, 60, 75, 80))
            if (p * n % 100 == 0) == whole:
                return {"p": p, "n": n}

    o, c, t = case(True), case(True), case(False)
    return four(
        sound(o["n"] - o["n"] * o["p"] // 100, **o),
        sound(100 // math.gcd(t["p"], 100), p=t["p"]),
        flawed(t["n"] - Fraction(t["n"] * t["p"], 100), **t),
        sound(c["n"] - c["n"] * c["p"] // 100, **c),
    )


def _wheels(rng: Random) -> Mapping[str, Case]:
    """Bicycles and cars: too few wheels for so many vehicles."""

    def case(cars: int) -> dict[str, int]:
        n = rng.randint(14, 40)
        return {"n": n, "w": 2 * n + 2 * cars}

    o, c, t = case(rng.randint(5, 9)), case(rng.randint(1, 3)), case(-rng.randint(1, 3))
    return four(
        sound(o["w"] // 2 - o["n"], **o),
        sound(2 * t["n"], n=t["n"]),
        flawed(t["n"] - t["w"] // 2, **t),
        sound(c["w"] // 2 - c["n"], **c),
    )


TEMPLATES = (
    Template(
        name="remainder-too-large",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_remainder,
        ranges={"d": "things to count", "q": "things to count"},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x == d * q + r",),
                laws=("r < d",),
                ask="x",
                shortcut="d * q + r",
            ),
            "concept": Model(unknowns={"x": (0, 60)}, facts=("x < d",), ask="x", best="max"),
        },
        words={
            "en": told(
                (
                    "Dividing a number by {d} gives {q}, and the remainder of the division is {r}. Which number was divided?",
                    "A number is divided by {d}. What is the largest remainder that the division can have?",
                ),
                (
                    "{A} packs eggs into boxes of {d} and packs as many full boxes as there can be: {q}. After that {r} eggs are left over. How many eggs were there?",
                    "{A} packs eggs into boxes of {d} and packs as many full boxes as there can be. How many eggs can be left over at most?",
                ),
                (
                    "In long division by {d}, {A} finds the quotient {q} with remainder {r}. What was the dividend?",
                    "{A} practises long division by {d}. What is the greatest remainder that can turn up?",
                ),
            ),
            "zh": told(
                (
                    "一个数除以{d}，商是{q}，余数是{r}。被除数是多少？",
                    "一个数除以{d}，商和余数都不知道。余数最大是多少？",
                ),
                (
                    "{A}把鸡蛋装盒，每盒{d}个，能装满的都装满了，一共{q}盒，还剩{r}个。原来有多少个鸡蛋？",
                    "{A}把鸡蛋装盒，每盒{d}个，能装满的都装满了。最多还剩多少个？",
                ),
                (
                    "{A}列竖式计算一个除法，除数是{d}，得到商{q}、余数{r}。被除数是多少？",
                    "{A}列竖式计算一个除法，除数是{d}。余数最大可能是多少？",
                ),
            ),
        },
    ),
    Template(
        name="nearest-number",
        taught=True,
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_nearest,
        ranges={},
        models={
            "concept": Model(unknowns={"y": Q}, facts=("y == x + d",), ask="y + 0 * r"),
            "near above": Model(
                unknowns={"x": (1, 500)}, facts=("x % d == r", "x > n"), ask="x", best="min"
            ),
            "near below": Model(
                unknowns={"x": (1, 500)}, facts=("x % d == r", "x < n"), ask="x", best="max"
            ),
            "far above": Model(
                unknowns={"x": Q},
                facts=("x % d == r", "x > n"),
                ask="x",
                best="max",
                family="d",
                shortcut="n + 1 + (r - n - 1) % d",
            ),
            "far below": Model(
                unknowns={"x": Q},
                facts=("x % d == r", "x < n"),
                ask="x",
                best="min",
                family="-d",
                shortcut="n - 1 - (n - 1 - r) % d",
            ),
        },
        words={
            "en": told(
                (
                    "Among all integers, negative ones included, which is the {best} that is {side} than {n} and exceeds a multiple of {d} by {r}?",
                    "The integer {x} exceeds a multiple of {d} by {r}. Which is the next greater integer that does?",
                ),
                (
                    "{A} marks on an endless number line every integer that is {r} more than a multiple of {d}, to the left of zero too. What is the {best} marked integer {side} than {n}?",
                    "{A} marks on an endless number line every integer that is {r} more than a multiple of {d}. One marked integer is {x}. Which one is marked next, to the right of it?",
                ),
                (
                    "Take the integers, positive and negative, that can be written as {d} times an integer plus {r}. Find the {best} of them that is {side} than {n}.",
                    "Take the integers that can be written as {d} times an integer plus {r}; {x} is one of them. Find the smallest of them that is greater than this one.",
                ),
            ),
            "zh": told(
                (
                    "在全体整数（包括负整数）中，有些数比{d}的倍数多{r}。其中比{n}{side}的数里，{best}的是多少？",
                    "在全体整数中，有些数比{d}的倍数多{r}，{x}就是其中一个。比它大的下一个是多少？",
                ),
                (
                    "{A}在一条无限长的数轴上标出所有比{d}的倍数多{r}的整数，零的左边也标。标出的数中，比{n}{side}的{best}的数是多少？",
                    "{A}在一条无限长的数轴上标出所有比{d}的倍数多{r}的整数，{x}是其中一个。它右边标出的第一个数是多少？",
                ),
                (
                    "有些整数（可正可负）能写成{d}乘一个整数再加{r}。请找出它们当中比{n}{side}的{best}的数。",
                    "有些整数能写成{d}乘一个整数再加{r}，{x}就是这样的数。它们当中比这个数大的最小的数是多少？",
                ),
            ),
        },
    ),
    Template(
        name="more-games-than-rivals",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_games,
        ranges={"n": "people in a room", "k": "things to count"},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("2 * x == n * k",),
                laws=("k <= n - 1",),
                ask="x",
                shortcut="n * k / 2",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == n - 1",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{n} players take part in a chess tournament, and no two of them meet more than once. At the end each has played exactly {k} games. How many games were played in all?",
                    "{n} players take part in a chess tournament, and no two of them meet more than once. How many games can one player have at most?",
                ),
                (
                    "At {A}'s party there are {n} people. Two people shake hands once or not at all, and everyone shakes hands with exactly {k} of the others. How many handshakes are there?",
                    "At {A}'s party there are {n} people. Two people shake hands once or not at all. With how many of the others can one person shake hands at most?",
                ),
                (
                    "{A} draws {n} dots. A line joins two of them, any two are joined by one line at most, and exactly {k} lines start from each dot. How many lines are there?",
                    "{A} draws {n} dots. A line joins two of them, and any two are joined by one line at most. How many lines can start from one dot at most?",
                ),
            ),
            "zh": told(
                (
                    "{n}名棋手参加比赛，任何两人最多对局一次。比赛结束时，每人都恰好下了{k}盘。一共下了多少盘？",
                    "{n}名棋手参加比赛，任何两人最多对局一次。一名棋手最多能下多少盘？",
                ),
                (
                    "{A}的聚会上共有{n}个人，任何两人最多握手一次，每个人恰好与其他{k}个人握了手。一共握了多少次手？",
                    "{A}的聚会上共有{n}个人，任何两人最多握手一次。一个人最多能与其他多少个人握手？",
                ),
                (
                    "{A}画了{n}个点，每条线连接其中两个点，任何两点之间最多一条线，每个点恰好连出{k}条线。一共有多少条线？",
                    "{A}画了{n}个点，每条线连接其中两个点，任何两点之间最多一条线。一个点最多能连出多少条线？",
                ),
            ),
        },
    ),
    Template(
        name="half-a-person",
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_share,
        ranges={"n": "people in a room", "p": "percent"},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("100 * x == n * p",),
                sense=("whole(x)",),
                ask="n - x",
                shortcut="n - n * p / 100",
            ),
            "concept": Model(
                unknowns={"x": (1, 100)}, facts=("whole(x * p / 100)",), ask="x", best="min"
            ),
        },
        words={
            "en": told(
                (
                    "{A}'s choir has {n} singers, and exactly {p}% of them can read music. How many of the singers cannot?",
                    "In {A}'s choir exactly {p}% of the singers can read music. What is the smallest number of singers that the choir can have?",
                ),
                (
                    "Of the {n} children at a summer camp exactly {p}% wear glasses. How many children wear none?",
                    "Exactly {p}% of the children at a summer camp wear glasses. How many children must there be at least?",
                ),
                (
                    "{n} guests came to {A}'s wedding; exactly {p}% of the guests stayed for the night. How many guests went home?",
                    "Exactly {p}% of the guests at {A}'s wedding stayed for the night. What is the smallest number of guests for which that is possible?",
                ),
            ),
            "zh": told(
                (
                    "{A}的合唱团有{n}名团员，其中恰好{p}%会看五线谱。不会看的有多少人？",
                    "{A}的合唱团中恰好{p}%的团员会看五线谱。合唱团最少有多少人？",
                ),
                (
                    "夏令营有{n}名学生，恰好{p}%的学生戴眼镜。不戴眼镜的有多少人？",
                    "夏令营里恰好{p}%的学生戴眼镜。夏令营最少有多少名学生？",
                ),
                (
                    "{A}的婚礼来了{n}位客人，其中恰好{p}%当晚住了下来，其余的都回家了。回家的有多少人？",
                    "{A}的婚礼上，恰好{p}%的客人当晚住了下来。客人最少有多少位？",
                ),
            ),
        },
    ),
    Template(
        name="too-few-wheels",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_wheels,
        ranges={"n": "things to count", "w": "things to count"},
        models={
            "original": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x + y == n", "2 * x + 4 * y == w"),
                laws=("x >= 0", "y >= 0"),
                ask="y",
                shortcut="abs(w / 2 - n)",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == 2 * n",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A}'s repair shop has {n} vehicles in it, bicycles with two wheels and cars with four; they have {w} wheels in all. How many of the vehicles are cars?",
                    "{A}'s repair shop has {n} vehicles in it, bicycles with two wheels and cars with four. What is the smallest number of wheels that they can have in all?",
                ),
                (
                    "{A} counts {n} animals in the yard, all of them hens or goats, and {w} legs. No leg is hidden. How many goats are there?",
                    "{A} counts {n} animals in the yard, all of them hens or goats. What is the smallest number of legs that they can have in all?",
                ),
                (
                    "A café has {n} tables. Each seats either two or four people, and there are {w} seats at the tables altogether. How many tables seat four?",
                    "A café has {n} tables. Each seats either two or four people. How many seats are there at the tables at the very least?",
                ),
            ),
            "zh": told(
                (
                    "{A}的修车铺里停着{n}辆车，不是两个轮子的自行车就是四个轮子的汽车，一共{w}个轮子。汽车有多少辆？",
                    "{A}的修车铺里停着{n}辆车，不是两个轮子的自行车就是四个轮子的汽车。轮子最少有多少个？",
                ),
                (
                    "{A}数了数院子里的动物，不是鸡就是羊，一共{n}只，腿一共{w}条，没有漏数。羊有多少只？",
                    "{A}数了数院子里的动物，不是鸡就是羊，一共{n}只。腿最少有多少条？",
                ),
                (
                    "一家咖啡馆有{n}张桌子，每张不是坐两人就是坐四人，一共{w}个座位。坐四人的桌子有多少张？",
                    "一家咖啡馆有{n}张桌子，每张不是坐两人就是坐四人。座位最少有多少个？",
                ),
            ),
        },
    ),
)
