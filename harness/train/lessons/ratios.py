"""Ratios and percentages."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, wordings

TOPIC = "ratios and percentages"


def _up_down(rng: Random) -> Mapping[str, Case]:
    r = rng.choice((5, 10, 15, 20, 25, 30, 40))
    p, p1, p2 = (20 * rng.randint(3, 90) for _ in range(3))
    f = Fraction(r, 100)
    cut = rng.randint(4, 40)
    return {
        "original": Case(values={"p": p, "r": r}, answer=p * (1 + f)),
        "concept": Case(values={"p": p1, "r": r}, answer=p1 * f),
        "twist": Case(values={"p": p1, "r": r}, answer=p1 * (1 - f * f), lure=p1),
        "control": Case(values={"p": p2, "r": cut}, answer=p2),
    }


def _growth(rng: Random) -> Mapping[str, Case]:
    def club(left: int) -> Case:
        base = rng.choice((5, 10, 20, 25, 40, 50))
        c = rng.randint(1, 30) * base // 5
        return Case(values={"a": base + left, "b": left, "c": c}, answer=Fraction(100 * c, base))

    a, c = 5 * rng.randint(2, 12), rng.randint(3, 60)
    p, q = rng.choice((20, 25, 40, 50, 80)), rng.randint(1, 19)
    return {
        "original": club(rng.randint(1, 12)),
        "concept": Case(values={"a": p, "b": p + q}, answer=Fraction(100 * q, p)),
        "twist": Case(values={"a": a, "b": a, "c": c}, lure=Fraction(100 * c, a)),
        "control": club(rng.randint(20, 60)),
    }


def _survey(rng: Random) -> Mapping[str, Case]:
    def shares(low: int, high: int) -> tuple[int, int]:
        a = rng.randint(21, 60)
        return a, rng.randint(low, high) - a

    n, n1, n2 = (100 * rng.randint(2, 40) for _ in range(3))
    (a, b), (a1, b1), (a2, b2) = shares(65, 90), shares(104, 130), shares(91, 99)
    p = rng.randint(3, 97)
    return {
        "original": Case(values={"n": n, "a": a, "b": b}, answer=n * a // 100, noise=()),
        "concept": Case(values={"p": p}, answer=100 - p),
        "twist": Case(values={"n": n1, "a": a1, "b": b1}, lure=n1 * a1 // 100),
        "control": Case(values={"n": n2, "a": a2, "b": b2}, answer=n2 * a2 // 100),
    }


def _mix(rng: Random) -> Mapping[str, Case]:
    a, b = rng.sample(range(2, 10), 2)
    n, m, k = rng.randint(2, 12), rng.randint(13, 40), rng.randint(13, 40)
    n, m, k = n * (a + b), m * (a + b), k * (a + b)
    return {
        "original": Case(values={"a": a, "b": b, "n": n}, answer=n * a // (a + b)),
        "concept": Case(values={"n": n, "m": m + 1}, answer=m + 1 - n),
        "twist": Case(
            values={"a": a, "b": b, "n": n, "m": m},
            answer=n * a // (a + b),
            lure=m * a // (a + b),
            noise=("m",),
        ),
        "control": Case(
            values={"a": a, "b": b, "m": k, "n": k + n},
            answer=(2 * k + n) * a // (a + b),
        ),
    }


_MIX = Model(
    unknowns={"x": Q, "y": Q},
    facts=("x * b == y * a", "x + y == n"),
    ask="x",
    shortcut="m * a / (a + b)",
)

TEMPLATES = (
    Template(
        name="up-then-down",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_up_down,
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == p + p * r / 100",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x == p * r / 100",), ask="x"),
            "twist": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x == p + p * r / 100", "y == x - x * r / 100"),
                ask="y",
                shortcut="p",
            ),
            "control": Model(
                unknowns={"x": Q, "y": Q}, facts=("x == p + r", "y == x - r"), ask="y"
            ),
        },
        words={
            "en": wordings(
                (
                    (
                        "A coat costs {p} dollars. Its price goes up by {r}%. What is the new price in "
                        "dollars?"
                    ),
                    (
                        "A coat costs {p} dollars. Its price goes up by {r}%; a week later the new "
                        "price goes down by {r}%. What does the coat cost then, in dollars?"
                    ),
                    (
                        "A coat costs {p} dollars. Its price goes up by {r} dollars; a week later the "
                        "new price goes down by {r} dollars. What does the coat cost then, in dollars?"
                    ),
                ),
                (
                    (
                        "A reservoir holds {p} litres. After rain it holds {r}% more. How many litres "
                        "are in it?"
                    ),
                    (
                        "A reservoir holds {p} litres. After rain it holds {r}% more, and after a dry "
                        "spell {r}% less than after the rain. How many litres are in it at the end?"
                    ),
                    (
                        "A reservoir holds {p} litres. After rain it holds {r} litres more, and after "
                        "a dry spell {r} litres less than after the rain. How many litres are in it at "
                        "the end?"
                    ),
                ),
                (
                    (
                        "{A} earns {p} dollars a week and gets a rise of {r}%. How many dollars a week "
                        "is that?"
                    ),
                    (
                        "{A} earns {p} dollars a week, gets a rise of {r}%, and later a cut of {r}% of "
                        "the raised pay. How many dollars a week does {A} earn after both?"
                    ),
                    (
                        "{A} earns {p} dollars a week, gets a rise of {r} dollars, and later a cut of "
                        "{r} dollars from the raised pay. How many dollars a week does {A} earn after "
                        "both?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "一件大衣{p}元，涨价{r}%后是多少元？",
                    "一件大衣{p}元，先涨价{r}%，一周后又在新价格上降价{r}%。这时大衣多少元？",
                    "一件大衣{p}元，先涨价{r}元，一周后又在新价格上降价{r}元。这时大衣多少元？",
                ),
                (
                    "水库存水{p}升，雨后多了{r}%。现在有多少升水？",
                    "水库存水{p}升，雨后多了{r}%，旱季又比雨后少了{r}%。最后有多少升水？",
                    "水库存水{p}升，雨后多了{r}升，旱季又比雨后少了{r}升。最后有多少升水？",
                ),
                (
                    "{A}每周工资{p}元，加薪{r}%后每周多少元？",
                    "{A}每周工资{p}元，先加薪{r}%，后来又在加薪后的基础上减薪{r}%。现在每周多少元？",
                    "{A}每周工资{p}元，先加薪{r}元，后来又在加薪后的基础上减薪{r}元。现在每周多少元？",
                ),
            ),
        },
        concept={
            "en": ("How much is {r}% of {p} dollars, in dollars?",),
            "zh": ("{p}元的{r}%是多少元？",),
        },
    ),
    Template(
        name="growth-from-nothing",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_growth,
        models={
            "original": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x == a - b", "y == x + c"),
                ask="100 * (y - x) / x",
                shortcut="100 * c / a",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == 100 * (b - a) / a",), ask="x"),
        },
        words={
            "en": wordings(
                "A chess club had {a} members in May. In June {b} of them left and nobody joined. "
                "In July {c} people joined and nobody left. By what percentage did the membership "
                "grow in July?",
                "{A} keeps {a} fish in a pond. In spring {b} fish are given away, in summer {c} new "
                "fish are put in, and nothing else changes. What is the percentage increase of the "
                "number of fish in summer, compared with just before it?",
                "On Monday morning a shelf holds {a} jars. {b} jars are sold on Monday and {c} "
                "jars are delivered on Tuesday. By how many percent does the delivery increase the "
                "number of jars that were left on Monday evening?",
            ),
            "zh": wordings(
                "象棋社五月有{a}名成员。六月有{b}人退出，没有人加入；七月有{c}人加入，没有人退出。"
                "七月成员人数增长了百分之几？",
                "{A}的池塘里养了{a}条鱼。春天送走{b}条，夏天新放进{c}条，其余不变。"
                "与放鱼之前相比，夏天鱼的数量增加了百分之几？",
                "周一早上货架上有{a}瓶果酱。周一卖出{b}瓶，周二进货{c}瓶。"
                "与周一晚上剩下的数量相比，进货使瓶数增加了百分之几？",
            ),
        },
        concept={
            "en": ("A number grows from {a} to {b}. By how many percent does it grow?",),
            "zh": ("一个数从{a}增加到{b}，增加了百分之几？",),
        },
    ),
    Template(
        name="survey-shares",
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_survey,
        models={
            "original": Model(
                unknowns={"x": Q, "y": Q, "z": Q},
                facts=("x == n * a / 100", "y == n * b / 100", "z == n - x - y"),
                sense=("z >= 0",),
                ask="x",
                shortcut="n * a / 100",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x + p == 100",), ask="x"),
        },
        words={
            "en": wordings(
                "{n} people were each asked for one favourite season. {a}% said spring, {b}% said "
                "autumn, and the others said summer or winter. How many said spring?",
                "Each of the {n} guests of a hotel picked exactly one breakfast: {a}% took "
                "porridge, {b}% took eggs, the rest took fruit. How many guests took porridge?",
                "A farm has {n} trees, every one of a single kind. {a}% are apple trees, {b}% are "
                "plum trees and the remaining ones are cherry trees. How many apple trees are "
                "there?",
            ),
            "zh": wordings(
                "调查了{n}个人，每人只选一个最喜欢的季节。{a}%的人选春天，{b}%的人选秋天，"
                "其余的人选夏天或冬天。选春天的有多少人？",
                "酒店的{n}位客人每人正好选一种早餐：{a}%的人选粥，{b}%的人选鸡蛋，其余的人选水果。"
                "选粥的有多少人？",
                "农场有{n}棵树，每棵只属于一个品种。{a}%是苹果树，{b}%是李树，其余是樱桃树。"
                "苹果树有多少棵？",
            ),
        },
        concept={
            "en": ("{p}% of a class are present. What percentage of the class is absent?",),
            "zh": ("全班有{p}%的人到校。没有到校的占百分之几？",),
        },
    ),
    Template(
        name="mix-in-a-bucket",
        topic=TOPIC,
        flaw=Flaw.DISTRACTOR,
        draw=_mix,
        models={
            "original": _MIX,
            "concept": Model(unknowns={"x": Q}, facts=("x + n == m",), ask="x"),
            "control": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x * b == y * a", "x + y == m + n"),
                ask="x",
            ),
        },
        words={
            "en": wordings(
                (
                    (
                        "Red and white paint are mixed in the ratio {a} to {b}. {A} makes {n} litres "
                        "of the mixture. How many litres of red paint are in it?"
                    ),
                    (
                        "Red and white paint are mixed in the ratio {a} to {b}. {A} makes {n} litres "
                        "of the mixture in a tub that can hold {m} litres. How many litres of red "
                        "paint are in it?"
                    ),
                    (
                        "Red and white paint are mixed in the ratio {a} to {b}. {A} makes {n} litres "
                        "of the mixture in a tub and {m} litres in another. How many litres of red "
                        "paint are in both?"
                    ),
                ),
                (
                    (
                        "A drink is made of {a} parts of juice to {b} parts of water. How many cups of "
                        "juice does {A} need for {n} cups of the drink?"
                    ),
                    (
                        "A drink is made of {a} parts of juice to {b} parts of water. {A} has {m} cups "
                        "on the table and fills {n} of them with the drink. How many cups of juice "
                        "does {A} need?"
                    ),
                    (
                        "A drink is made of {a} parts of juice to {b} parts of water. {A} fills {m} "
                        "cups on the table with the drink and later {n} more. How many cups of juice "
                        "does {A} need?"
                    ),
                ),
                (
                    (
                        "In a choir there are {a} altos for every {b} sopranos and nobody else. The "
                        "choir has {n} singers. How many are altos?"
                    ),
                    (
                        "In a choir there are {a} altos for every {b} sopranos and nobody else. The "
                        "choir has {n} singers and its hall has {m} seats. How many are altos?"
                    ),
                    (
                        "In a choir there are {a} altos for every {b} sopranos and nobody else. The "
                        "choir has {n} singers, and {m} more come in the same ratio. How many are "
                        "altos?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "红漆和白漆按{a}比{b}混合，{A}配了{n}升。其中红漆有多少升？",
                    "红漆和白漆按{a}比{b}混合，{A}在一个最多能装{m}升的桶里配了{n}升。其中红漆有多少升？",
                    (
                        "红漆和白漆按{a}比{b}混合，{A}在一个桶里配了{n}升，在另一个桶里配了{m}升。"
                        "其中红漆一共有多少升？"
                    ),
                ),
                (
                    "饮料由{a}份果汁和{b}份水配成。{A}要配{n}杯饮料，需要多少杯果汁？",
                    "饮料由{a}份果汁和{b}份水配成。{A}桌上有{m}个杯子，给其中{n}个倒满饮料。需要多少杯果汁？",
                    (
                        "饮料由{a}份果汁和{b}份水配成。{A}先给桌上{m}个杯子倒满饮料，又倒了{n}杯。"
                        "一共需要多少杯果汁？"
                    ),
                ),
                (
                    "合唱团里女低音和女高音的人数比是{a}比{b}，没有其他声部，共有{n}人。女低音有多少人？",
                    (
                        "合唱团里女低音和女高音的人数比是{a}比{b}，没有其他声部，共有{n}人，排练厅有{m}个座位。"
                        "女低音有多少人？"
                    ),
                    (
                        "合唱团里女低音和女高音的人数比是{a}比{b}，没有其他声部，共有{n}人，"
                        "又按同样的比例来了{m}人。现在女低音有多少人？"
                    ),
                ),
            ),
        },
        concept={
            "en": ("A tub can hold {m} litres. It holds {n} litres. How many more litres fit in?",),
            "zh": ("一个桶能装{m}升，里面有{n}升。还能再装多少升？",),
        },
    ),
)
