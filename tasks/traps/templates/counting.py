"""Counting: pairs among n, and choices of one of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, wordings

TOPIC = "probability and counting"


def _pairs(rng: Random) -> Mapping[str, Case]:
    n, n1, n2, m = (rng.randint(5, 40) for _ in range(4))
    k = rng.randint(2, 12)
    return {
        "original": Case(values={"n": n, "k": k}, answer=n * k),
        "concept": Case(values={"m": m}, answer=m - 1),
        "twist": Case(values={"n": n1}, answer=n1 * (n1 - 1) // 2, lure=n1 * (n1 - 1)),
        "control": Case(values={"n": n2}, answer=n2 * (n2 - 1)),
    }


def _menus(rng: Random) -> Mapping[str, Case]:
    (a, b, m), (c, d, k) = ([rng.randint(2, 12) for _ in range(3)] for _ in range(2))
    p, q = rng.randint(2, 30), rng.randint(2, 30)
    return {
        "original": Case(values={"a": a, "b": b}, answer=a * b),
        "concept": Case(values={"p": p, "q": q}, answer=p + q),
        "twist": Case(values={"a": a, "b": b, "m": m}, answer=a * b, lure=a * b * m, noise=("m",)),
        "control": Case(values={"a": c, "b": d, "m": k}, answer=c * d * k),
    }


def _choices(*facts: str) -> Model:
    """The ways to choose one of each kind, counted one by one."""
    return Model(
        unknowns=dict.fromkeys("xyz"[: len(facts)], (1, 12)),
        facts=facts,
        best="count",
        shortcut="a * b * m",
    )


_ORDERED = {"x": (1, 40), "y": (1, 40)}

EACH_WITH_EACH = Template(
    name="each-with-each",
    topic=TOPIC,
    flaw=Flaw.LURE,
    draw=_pairs,
    models={
        "original": Model(unknowns={"x": Q}, facts=("x == k * n",), ask="x"),
        "concept": Model(unknowns={"x": Q}, facts=("x + 1 == m",), ask="x"),
        "twist": Model(
            unknowns=_ORDERED,
            facts=("x <= n", "y <= n", "x < y"),
            best="count",
            shortcut="n * (n - 1)",
        ),
        "control": Model(unknowns=_ORDERED, facts=("x <= n", "y <= n", "x != y"), best="count"),
    },
    words={
        "en": wordings(
            (
                "{n} guests come to a party, and each brings {k} cakes. How many cakes is that?",
                (
                    "{n} guests come to a party. Everyone shakes hands with everyone else, once. "
                    "How many handshakes is that?"
                ),
                (
                    "{n} guests come to a party. Everyone hands a card to everyone else, once. How "
                    "many cards is that?"
                ),
            ),
            (
                (
                    "Each of {n} chess players plays {k} games against a computer. How many games "
                    "are played?"
                ),
                (
                    "Each of {n} chess players plays one game against each of the others. How many "
                    "games are played?"
                ),
                (
                    "Each of {n} chess players writes one letter to each of the others. How many "
                    "letters are written?"
                ),
            ),
            (
                "{A} draws {n} stars with {k} points each. How many points are drawn?",
                (
                    "{A} marks {n} places on a circle and joins each of them to all others by "
                    "straight lines. How many lines does {A} draw?"
                ),
                (
                    "{A} marks {n} places on a circle and draws from each of them an arrow to all "
                    "others. How many arrows does {A} draw?"
                ),
            ),
        ),
        "zh": wordings(
            (
                "聚会来了{n}位客人，每人带了{k}块蛋糕。一共有多少块蛋糕？",
                "聚会来了{n}位客人，每个人与其他每个人握一次手。一共握手多少次？",
                "聚会来了{n}位客人，每个人给其他每个人递一张卡片。一共有多少张卡片？",
            ),
            (
                "{n}名棋手每人与电脑下{k}盘棋。一共下多少盘？",
                "{n}名棋手每人与其他每个人下一盘棋。一共下多少盘？",
                "{n}名棋手每人给其他每个人写一封信。一共写多少封？",
            ),
            (
                "{A}画了{n}颗星，每颗有{k}个角。一共画了多少个角？",
                "{A}在圆上标出{n}个点，用线段把每个点与其他所有的点相连。一共画了多少条线段？",
                "{A}在圆上标出{n}个点，从每个点向其他所有的点各画一个箭头。一共画了多少个箭头？",
            ),
        ),
    },
    concept={
        "en": ("{m} people sit in a room. How many others does each of them see there?",),
        "zh": ("房间里坐着{m}个人。每个人看到房间里有多少个其他人？",),
    },
)

MENUS = Template(
    name="menus",
    topic=TOPIC,
    flaw=Flaw.DISTRACTOR,
    draw=_menus,
    models={
        "original": _choices("x <= a", "y <= b"),
        "concept": Model(unknowns={"x": Q}, facts=("x - q == p",), ask="x"),
        "control": _choices("x <= a", "y <= b", "z <= m"),
    },
    words={
        "en": wordings(
            (
                (
                    "A canteen has {a} soups and {b} main dishes. How many different meals of one "
                    "soup and one main dish can be chosen?"
                ),
                (
                    "A canteen has {a} soups, {b} main dishes and {m} tables. How many different "
                    "meals of one soup and one main dish can be chosen?"
                ),
                (
                    "A canteen has {a} soups, {b} main dishes and {m} desserts. How many different "
                    "meals of one soup, one main dish and one dessert can be chosen?"
                ),
            ),
            (
                (
                    "{A} owns {a} shirts and {b} skirts. In how many ways can {A} put on one shirt "
                    "and one skirt?"
                ),
                (
                    "{A} owns {a} shirts and {b} skirts, and a wardrobe of {m} drawers for them. In "
                    "how many ways can {A} put on one shirt and one skirt?"
                ),
                (
                    "{A} owns {a} shirts and {b} skirts, and a bag of {m} scarves beside them. In "
                    "how many ways can {A} put on one shirt, one skirt and one scarf?"
                ),
            ),
            (
                (
                    "From the valley {a} paths lead to the hut, and {b} from the hut to the peak. "
                    "How many routes from the valley to the peak pass the hut?"
                ),
                (
                    "From the valley {a} paths lead to the hut, and {b} from the hut to the peak. "
                    "{m} benches stand at the peak. How many routes from the valley to the peak "
                    "pass the hut?"
                ),
                (
                    "From the valley {a} paths lead to the hut, and {b} from the hut to the peak. "
                    "{m} ridges go on from the peak to the lake. How many routes from the valley "
                    "to the lake pass the hut and the peak?"
                ),
            ),
        ),
        "zh": wordings(
            (
                "食堂有{a}种汤和{b}种主菜。一份汤配一份主菜，有多少种不同的选法？",
                "食堂有{a}种汤、{b}种主菜和{m}张桌子。一份汤配一份主菜，有多少种不同的选法？",
                "食堂有{a}种汤、{b}种主菜和{m}种甜点。一份汤配一份主菜和一份甜点，有多少种不同的选法？",
            ),
            (
                "{A}有{a}件衬衫和{b}条裙子。穿一件衬衫和一条裙子，有多少种穿法？",
                (
                    "{A}有{a}件衬衫和{b}条裙子，放在{m}个抽屉的衣柜里。"
                    "穿一件衬衫和一条裙子，有多少种穿法？"
                ),
                (
                    "{A}有{a}件衬衫和{b}条裙子，还有{m}条围巾。"
                    "穿一件衬衫和一条裙子，再戴一条围巾，有多少种穿法？"
                ),
            ),
            (
                "从山谷到小屋有{a}条路，从小屋到山顶有{b}条路。从山谷经小屋到山顶有多少种走法？",
                (
                    "从山谷到小屋有{a}条路，从小屋到山顶有{b}条路，山顶有{m}张长椅。"
                    "从山谷经小屋到山顶有多少种走法？"
                ),
                (
                    "从山谷到小屋有{a}条路，从小屋到山顶有{b}条路，从山顶到湖边有{m}条路。"
                    "从山谷经小屋和山顶到湖边有多少种走法？"
                ),
            ),
        ),
    },
    concept={
        "en": ("A canteen has {p} soups and {q} main dishes. How many dishes are those?",),
        "zh": ("食堂有{p}种汤和{q}种主菜。一共有多少种菜？",),
    },
)
