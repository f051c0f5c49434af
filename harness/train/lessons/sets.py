"""Sets, counting, calendar and money: one scenario each."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, wordings

_CLUBS = {"x": Q, "y": Q, "z": Q}


def _overlap(rng: Random) -> Mapping[str, Case]:
    def clubs() -> tuple[int, int, int, int]:
        x, y, z, k = (rng.randint(4, 30) for _ in range(4))
        return x + y + z + k, x + z, y + z, k

    (n, a, b, k), (n1, _a1, b1, k1), (n2, a2, b2, k2) = clubs(), clubs(), clubs()
    over = n1 + rng.randint(1, 9)
    p, q = rng.randint(20, 90), rng.randint(2, 19)
    return {
        "original": Case(values={"n": n, "a": a, "b": b, "k": k}, answer=a + b + k - n),
        "concept": Case(values={"p": p, "q": q}, answer=p - q),
        "twist": Case(values={"n": n1, "a": over, "b": b1, "k": k1}, lure=over + b1 + k1 - n1),
        "control": Case(values={"n": n2, "a": a2, "b": b2, "k": k2}, answer=a2 + b2 + k2 - n2),
    }


def _fence(rng: Random) -> Mapping[str, Case]:
    g, n, g1, n1, g2, n2 = (rng.randint(2, 60) for _ in range(6))
    a, b = rng.randint(2, 30), rng.randint(2, 60)
    return {
        "original": Case(values={"n": n, "g": g}, answer=n * g),
        "concept": Case(values={"n": a + b}, answer=a + b - 1),
        "twist": Case(values={"d": n1 * g1, "g": g1}, answer=n1 + 1, lure=n1),
        "control": Case(values={"d": n2 * g2, "g": g2}, answer=n2),
    }


def _days(rng: Random) -> Mapping[str, Case]:
    def span() -> tuple[int, int]:
        a = rng.randint(1, 18)
        return a, a + rng.randint(3, 12)

    (a, b), (a1, b1), (a2, b2) = span(), span(), span()
    k, k1, k2, w = (rng.randint(2, 90) for _ in range(4))
    return {
        "original": Case(values={"k": k, "n": b - a}, answer=k * (b - a)),
        "concept": Case(values={"w": w}, answer=7 * w),
        "twist": Case(
            values={"a": a1, "b": b1, "k": k1}, answer=k1 * (b1 - a1 + 1), lure=k1 * (b1 - a1)
        ),
        "control": Case(values={"a": a2, "b": b2, "k": k2}, answer=k2 * (b2 - a2)),
    }


def _tickets(rng: Random) -> Mapping[str, Case]:
    p, p1, p2 = (rng.randint(6, 60) for _ in range(3))
    n, n1, n2, k, c = (rng.randint(2, 20) for _ in range(5))
    q = p1 + rng.choice((-2, -1, 1, 2, 3))
    return {
        "original": Case(values={"p": p, "n": n}, answer=n * p, model="plain"),
        "concept": Case(values={"c": c * k, "k": k}, answer=c),
        "twist": Case(values={"p": p1, "q": q, "n": n1}, lure=n1 * p1),
        "control": Case(values={"p": p2, "q": p2, "n": n2}, answer=n2 * p2),
    }


TEMPLATES = (
    Template(
        name="two-clubs",
        topic="sets",
        flaw=Flaw.SENSE,
        draw=_overlap,
        models={
            "original": Model(
                unknowns=_CLUBS,
                facts=("x + z == a", "y + z == b", "x + y + z + k == n"),
                sense=("x >= 0", "y >= 0", "z >= 0"),
                ask="z",
                shortcut="a + b + k - n",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x + q == p",), ask="x"),
        },
        words={
            "en": wordings(
                "Of {n} pupils, {a} play chess, {b} play the flute and {k} do neither. How many "
                "do both?",
                "{n} guests came to {A}'s party. {a} of them ate cake, {b} ate fruit and {k} ate "
                "nothing at all. How many ate cake as well as fruit?",
                "A survey of {n} households finds that {a} have a cat, {b} have a dog and {k} have "
                "no pet. No other pets were found. How many have both?",
            ),
            "zh": wordings(
                "{n}名学生中，{a}人下象棋，{b}人吹笛子，{k}人两样都不会。两样都会的有多少人？",
                "{A}的聚会来了{n}位客人，{a}人吃了蛋糕，{b}人吃了水果，{k}人什么都没吃。"
                "既吃蛋糕又吃水果的有多少人？",
                "调查{n}户人家，{a}户养猫，{b}户养狗，{k}户不养宠物，没有别的宠物。两样都养的有多少户？",
            ),
        },
        concept={
            "en": ("{p} pupils play chess; {q} of them also sing. How many of them do not sing?",),
            "zh": ("{p}名学生下象棋，其中{q}人也唱歌。不唱歌的有多少人？",),
        },
    ),
    Template(
        name="fence-posts",
        topic="probability and counting",
        flaw=Flaw.LURE,
        draw=_fence,
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == n * g",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x + 1 == n",), ask="x"),
            "twist": Model(unknowns={"x": Q}, facts=("x * g == d",), ask="x + 1", shortcut="d / g"),
            "control": Model(unknowns={"x": Q}, facts=("x * g == d",), ask="x"),
        },
        words={
            "en": wordings(
                (
                    "A fence has {n} sections of {g} metres each. How many metres long is it?",
                    (
                        "A straight fence is {d} metres long, with a post every {g} metres and one at "
                        "either end. How many posts are there?"
                    ),
                    (
                        "A closed round fence is {d} metres long, with a post every {g} metres all "
                        "the way round. How many posts are there?"
                    ),
                ),
                (
                    "{A} takes {n} steps of {g} dm each. How many dm is that?",
                    (
                        "{A} plants trees along a straight path of {d} metres, {g} metres apart, from "
                        "the very start to the very end. How many trees are that?"
                    ),
                    (
                        "{A} plants trees around a round lake of {d} metres, {g} metres apart, from "
                        "the start back to the start. How many trees are that?"
                    ),
                ),
                (
                    (
                        "{n} beads sit {g} mm apart, measured from each to the next and from the last "
                        "to the clasp. How many mm is that?"
                    ),
                    (
                        "Lamps hang on a straight wire of {d} metres: the first at its beginning, the "
                        "last at its end, and {g} metres between neighbours. How many lamps hang there?"
                    ),
                    (
                        "Lamps hang on a ring of wire of {d} metres, all the way around, with {g} "
                        "metres between neighbours. How many lamps hang there?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "篱笆有{n}段，每段长{g}米。篱笆长多少米？",
                    "一道笔直的篱笆长{d}米，每隔{g}米立一根桩，两端都有。一共多少根桩？",
                    "一圈封闭的圆形篱笆长{d}米，每隔{g}米立一根桩。一共多少根桩？",
                ),
                (
                    "{A}走了{n}步，每步{g}分米。一共走了多少分米？",
                    "{A}沿一条{d}米的直路种树，每隔{g}米一棵，从头到尾都种。一共种多少棵？",
                    "{A}绕一个周长{d}米的圆湖种树，每隔{g}米一棵，种满一圈。一共种多少棵？",
                ),
                (
                    "绳上有{n}个间隔，每个间隔{g}毫米。一共多少毫米？",
                    "一条{d}米长的直线上挂灯，起点和终点各一盏，相邻两盏相距{g}米。一共挂多少盏？",
                    "一个周长{d}米的圆环上挂满灯，相邻两盏相距{g}米。一共挂多少盏？",
                ),
            ),
        },
        concept={
            "en": ("{n} posts stand in a straight line. How many gaps are between neighbours?",),
            "zh": ("{n}根桩排成一条直线，相邻的桩之间一共有多少个间隔？",),
        },
    ),
    Template(
        name="both-days-counted",
        topic="time and calendar",
        flaw=Flaw.LURE,
        draw=_days,
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == n * k",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x == 7 * w",), ask="x"),
            "twist": Model(
                unknowns={"x": Q}, facts=("x == b - a + 1",), ask="x * k", shortcut="(b - a) * k"
            ),
            "control": Model(unknowns={"x": Q}, facts=("x == b - a",), ask="x * k"),
        },
        words={
            "en": wordings(
                (
                    "{A} reads {k} pages a day for {n} days. How many pages is that?",
                    (
                        "{A} reads {k} pages every day from May {a} to May {b}, both days included. "
                        "How many pages is that?"
                    ),
                    (
                        "{A} reads {k} pages every day from May {a} to May {b}, the last day not "
                        "included. How many pages is that?"
                    ),
                ),
                (
                    "A mill grinds {k} sacks a day. How many does it grind in {n} days?",
                    (
                        "A mill grinds {k} sacks a day. It runs from the morning of July {a} to the "
                        "evening of July {b}. How many sacks does it grind?"
                    ),
                    (
                        "A mill grinds {k} sacks a day. It runs from the morning of July {a} to the "
                        "morning of July {b}. How many sacks does it grind?"
                    ),
                ),
                (
                    "A room costs {k} dollars a night. What do {n} nights cost, in dollars?",
                    (
                        "A stall costs {k} dollars for each day of use. {A} uses it on March {a}, on "
                        "March {b} and on every day between. How many dollars does {A} pay?"
                    ),
                    (
                        "A room costs {k} dollars for each night of use. {A} comes on March {a} and "
                        "leaves on March {b}, staying every night. How many dollars does {A} pay?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "{A}每天读{k}页书，读了{n}天。一共读了多少页？",
                    "{A}从五月{a}日读到五月{b}日，首尾两天都算，每天读{k}页。一共读了多少页？",
                    "{A}从五月{a}日读到五月{b}日，最后一天不算，每天读{k}页。一共读了多少页？",
                ),
                (
                    "磨坊每天磨{k}袋，{n}天磨多少袋？",
                    "磨坊每天磨{k}袋，从七月{a}日早上开到七月{b}日晚上。一共磨多少袋？",
                    "磨坊每天磨{k}袋，从七月{a}日早上开到七月{b}日早上。一共磨多少袋？",
                ),
                (
                    "房间每晚{k}元，住{n}晚要多少元？",
                    "摊位每用一天{k}元，{A}在三月{a}日、三月{b}日以及中间的每一天都用。一共付多少元？",
                    "房间每住一晚{k}元，{A}三月{a}日入住，三月{b}日退房。一共付多少元？",
                ),
            ),
        },
        concept={
            "en": ("How many days are {w} weeks?",),
            "zh": ("{w}个星期是多少天？",),
        },
    ),
    Template(
        name="price-stated-twice",
        topic="money",
        flaw=Flaw.DIRECT,
        draw=_tickets,
        models={
            "plain": Model(unknowns={"x": Q}, facts=("x == p",), ask="x * n"),
            "original": Model(
                unknowns={"x": Q}, facts=("x == p", "x == q"), ask="x * n", shortcut="p * n"
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x * k == c",), ask="x"),
        },
        words={
            "en": wordings(
                (
                    "A ticket costs {p} dollars. What do {n} tickets cost, in dollars?",
                    (
                        "All tickets have the same price. {A} pays {p} dollars for a ticket, and {B} "
                        "{q} dollars for a ticket. What do {n} tickets cost, in dollars?"
                    ),
                ),
                (
                    "A sack of flour costs {p} dollars. How many dollars are {n} sacks?",
                    (
                        "The sign over the flour reads {p} dollars a sack, and exactly this is "
                        "charged: a sack costs {q} dollars. How many dollars are {n} sacks?"
                    ),
                ),
                (
                    "A stamp costs {p} cents. How many cents do {n} such stamps cost?",
                    (
                        "A certain stamp has one fixed price. It costs {p} cents on the list and {q} "
                        "cents at the counter. How many cents do {n} such stamps cost?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "一张票{p}元，{n}张票多少元？",
                    "所有的票价格相同。{A}买一张票付了{p}元，{B}买一张票付了{q}元。{n}张票多少元？",
                ),
                (
                    "一袋面粉{p}元，{n}袋多少元？",
                    "牌子上写着面粉每袋{p}元，并且完全按牌价收费：每袋收{q}元。{n}袋多少元？",
                ),
                (
                    "一枚邮票{p}分，{n}枚多少分？",
                    "某种邮票只有一个固定价格，价目表上是{p}分，柜台上是{q}分。{n}枚多少分？",
                ),
            ),
        },
        concept={
            "en": ("{k} equal tickets cost {c} dollars. What does one cost, in dollars?",),
            "zh": ("{k}张同样的票共{c}元，一张多少元？",),
        },
    ),
)
