"""Averages."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, wordings

TOPIC = "averages"


def _two_of_three(rng: Random) -> Mapping[str, Case]:
    def scores() -> tuple[int, int, int]:
        x, y, z = rng.randint(40, 95), rng.randint(40, 95), rng.randint(40, 95)
        return x, y + (x + y) % 2, z - (z + x + y + (x + y) % 2) % 3

    (x, y, z), (u, v, w), (p, q, r) = scores(), scores(), scores()
    a, n = rng.randint(40, 99), rng.randint(3, 30)
    return {
        "original": Case(values={"m": (x + y + z) // 3, "a": x, "b": y}, answer=z),
        "concept": Case(values={"n": n, "a": a}, answer=n * a),
        "twist": Case(
            values={"m": (u + v + w) // 3, "h": (u + v) // 2},
            lure=(u + v) // 2,
            witnesses=({"x": u, "y": v, "z": w}, {"x": u + 1, "y": v - 1, "z": w}),
            words={"en": {"k": "first", "l": "second"}, "zh": {"k": "第一", "l": "第二"}},
        ),
        "control": Case(
            values={"m": (p + q + r) // 3, "h": Fraction(q + r, 2)},
            answer=p,
            words={"en": {"k": "second", "l": "third"}, "zh": {"k": "第二", "l": "第三"}},
        ),
    }


def _full_marks(rng: Random) -> Mapping[str, Case]:
    full = rng.choice((20, 40, 50, 80, 100, 120, 150))

    def tests(last: int) -> Case:
        m = rng.randint(full * 6 // 10, full * 8 // 10)
        n = rng.randint(2, 6)
        target = Fraction(n * m + last, n + 1)
        return Case(values={"f": full, "n": n, "m": m, "t": target}, answer=last)

    k = rng.randint(2, 9)

    def whole(low: int, high: int) -> Case:
        while True:
            case = tests(rng.randint(low, high))
            if Fraction(case.values["t"]).denominator == 1:
                return case

    over = whole(full + 1, full + full // 4)
    return {
        "original": whole(full * 8 // 10, full - 2),
        "concept": Case(values={"f": full, "k": k}, answer=full * k),
        "twist": Case(values=over.values, lure=over.answer),
        "control": whole(full - 1, full),
    }


def _nobody(rng: Random) -> Mapping[str, Case]:
    def trays(c: int) -> Case:
        a, b, u = rng.randint(3, 25), rng.randint(3, 25), rng.randint(2, 40)
        return Case(values={"n": a + b + c, "a": a, "b": b, "w": u * c}, answer=u)

    a, b, k, w = rng.randint(3, 25), rng.randint(3, 25), rng.randint(2, 20), rng.randint(2, 9)
    return {
        "original": trays(rng.randint(5, 12)),
        "concept": Case(values={"k": k, "w": k * w}, answer=w),
        "twist": Case(values={"n": a + b, "a": a, "b": b, "w": (a + b) * w}, lure=w),
        "control": trays(rng.randint(1, 2)),
    }


_SCORES = {"x": Q, "y": Q, "z": Q}
TEMPLATES = (
    Template(
        name="two-of-three",
        topic=TOPIC,
        flaw=Flaw.MISSING,
        draw=_two_of_three,
        models={
            "original": Model(
                unknowns=_SCORES, facts=("x + y + z == 3 * m", "x == a", "y == b"), ask="z"
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == n * a",), ask="x"),
            "twist": Model(
                unknowns=_SCORES,
                facts=("x + y + z == 3 * m", "x + y == 2 * h"),
                ask="x",
                shortcut="h",
            ),
            "control": Model(
                unknowns={"x": Q, "s": Q}, facts=("x + s == 3 * m", "s == 2 * h"), ask="x"
            ),
        },
        words={
            "en": wordings(
                (
                    (
                        "{A} took three tests with an average of {m} points. The first gave {a} "
                        "points, the second {b}. How many points did the third give?"
                    ),
                    (
                        "{A} took three tests with an average of {m} points. The average of the {k} "
                        "and the {l} was {h} points. How many points did the first give?"
                    ),
                ),
                (
                    (
                        "Three crates weigh {m} kg on average. The first weighs {a} kg and the second "
                        "{b} kg. What does the third weigh, in kg?"
                    ),
                    (
                        "Three crates weigh {m} kg on average. The {k} and the {l} weigh {h} kg on "
                        "average. What does the first weigh, in kg?"
                    ),
                ),
                (
                    (
                        "The mean of three numbers is {m}. The first number is {a} and the second is "
                        "{b}. Find the third number."
                    ),
                    (
                        "The mean of three numbers is {m}. The mean of the {k} number and the {l} "
                        "number is {h}. Find the first number."
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "{A}三次测验的平均分是{m}分，第一次{a}分，第二次{b}分。第三次多少分？",
                    "{A}三次测验的平均分是{m}分，{k}次和{l}次的平均分是{h}分。第一次多少分？",
                ),
                (
                    "三个箱子平均重{m}千克，第一个重{a}千克，第二个重{b}千克。第三个重多少千克？",
                    "三个箱子平均重{m}千克，{k}个和{l}个平均重{h}千克。第一个重多少千克？",
                ),
                (
                    "三个数的平均数是{m}，第一个数是{a}，第二个数是{b}。求第三个数。",
                    "三个数的平均数是{m}，{k}个数和{l}个数的平均数是{h}。求第一个数。",
                ),
            ),
        },
        concept={
            "en": ("{n} numbers have a mean of {a}. What is their sum?",),
            "zh": ("{n}个数的平均数是{a}。它们的和是多少？",),
        },
    ),
    Template(
        name="full-marks",
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_full_marks,
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("n * m + x == t * (n + 1)",),
                sense=("x <= f",),
                ask="x",
                shortcut="t * (n + 1) - n * m",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == f * k",), ask="x"),
        },
        words={
            "en": wordings(
                "Every test of a course is marked out of {f}. After {n} tests {A}'s average is "
                "{m}. After one more test it is {t}. How many marks did {A} get in that test?",
                "A quiz show gives each player between zero and {f} points a round. {A} averaged "
                "{m} points over {n} rounds, and {t} points once one more round had been played. "
                "What did {A} score in that round?",
                "Judges award at most {f} points for a dive. {A}'s mean over {n} dives was {m}; the "
                "next dive changed the mean to {t}. How many points was the next dive worth?",
            ),
            "zh": wordings(
                "一门课的每次测验满分都是{f}分。{A}前{n}次测验平均{m}分，再考一次后平均{t}分。"
                "这一次得了多少分？",
                "答题比赛每轮得分最低零分、最高{f}分。{A}前{n}轮平均{m}分，再比一轮后平均{t}分。"
                "这一轮得了多少分？",
                "跳水每跳最高{f}分。{A}前{n}跳平均{m}分，下一跳之后平均变为{t}分。下一跳得了多少分？",
            ),
        },
        concept={
            "en": ("Each of {k} tests is marked out of {f}. How many marks can be had at most?",),
            "zh": ("{k}次测验每次满分{f}分。最多一共能得多少分？",),
        },
    ),
    Template(
        name="mean-of-the-rest",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_nobody,
        models={
            "original": Model(
                unknowns={"x": Q}, facts=("x == n - a - b",), ask="w / x", shortcut="w / n"
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x * k == w",), ask="x"),
        },
        words={
            "en": wordings(
                "A box holds {n} balls: {a} are red, {b} are blue and the others are green. A "
                "label says that the green balls weigh {w} grams in all. What is the average "
                "weight of a green ball, in grams?",
                "{n} people ordered lunch: {a} had soup, {b} had salad, the rest had pasta, and "
                "nobody had two dishes. The bill lists {w} dollars for pasta. What did those who "
                "had pasta pay on average, in dollars?",
                "Of {A}'s {n} letters, {a} went to Peru and {b} to Kenya; all others went to "
                "Japan. {A} wrote down {w} stamps for Japan. How many stamps is that for each "
                "letter to Japan, on average?",
            ),
            "zh": wordings(
                "盒子里有{n}个球：{a}个红球，{b}个蓝球，其余是绿球。标签写着绿球一共重{w}克。"
                "平均一个绿球重多少克？",
                "{n}个人点了午餐：{a}人点汤，{b}人点沙拉，其余的人点面，每人只点一样。"
                "账单上面一项共{w}元。点面的人平均每人付多少元？",
                "{A}有{n}封信，{a}封寄往秘鲁，{b}封寄往肯尼亚，其余寄往日本。"
                "{A}记下寄往日本的信用了{w}张邮票。寄往日本的信平均每封用几张邮票？",
            ),
        },
        concept={
            "en": ("{k} equal stones weigh {w} grams in all. What does each weigh, in grams?",),
            "zh": ("{k}块同样的石头一共重{w}克。每块重多少克？",),
        },
    ),
)
