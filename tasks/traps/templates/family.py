"""Brothers and sisters, after the structure of "Alice in Wonderland" (AIW, arXiv 2406.02061).

The wordings and the numbers are this project's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import (
    Case,
    Flaw,
    Model,
    Numbers,
    Q,
    Template,
    flawed,
    four,
    sound,
    tempted,
    told,
)

TOPIC = "family"
SIBLINGS = "children of a family"
GIRLS = {
    "en": ("Agnes", "Betty", "Cora", "Doris", "Edith", "Freya", "Gwen", "Hilda", "Ingrid", "June"),
    "zh": ("小红", "小芳", "小兰", "小梅", "小燕", "小玲", "小娟", "小英", "小霞", "小莉"),
}
BOYS = {
    "en": (
        "Albert",
        "Bernard",
        "Clive",
        "Derek",
        "Ernest",
        "Frank",
        "Gordon",
        "Howard",
        "Ian",
        "Jim",
    ),
    "zh": ("小刚", "小强", "小军", "小勇", "小伟", "小杰", "小龙", "小鹏", "小明", "小亮"),
}
_Words = dict[str, dict[str, str]]


def _named(rng: Random) -> _Words:
    g, h = rng.randrange(10), rng.randrange(10)
    return {k: {"G": GIRLS[k][g], "H": BOYS[k][h]} for k in ("en", "zh")}


def _with_names(cases: Mapping[str, Case], words: _Words) -> Mapping[str, Case]:
    return {
        part: Case(values=c.values, answer=c.answer, lure=c.lure, noise=c.noise, words=words)
        for part, c in cases.items()
    }


def _girl(rng: Random) -> Numbers:
    return {"n": rng.randint(3, 7), "m": rng.randint(2, 6)}


def _sisters(rng: Random) -> Mapping[str, Case]:
    o, t, c = _girl(rng), _girl(rng), _girl(rng)
    noise = ("n",)
    cases = {
        "original": sound(o["n"] + o["m"], **o),
        "concept": Case(values=t, answer=t["m"] + 1, noise=noise),
        "twist": Case(values=t, answer=t["m"] + 1, lure=t["m"], noise=noise),
        "control": Case(values=c, answer=c["m"], noise=noise),
    }
    return _with_names(cases, _named(rng))


def _brothers(rng: Random) -> Mapping[str, Case]:
    o, t, c = _girl(rng), _girl(rng), _girl(rng)
    noise = ("m",)
    cases = {
        "original": sound(o["n"] + o["m"] + 1, **o),
        "concept": Case(values=t, answer=t["n"] - 1, noise=noise),
        "twist": Case(values=t, answer=t["n"] - 1, lure=t["n"], noise=noise),
        "control": Case(values=c, answer=c["n"], noise=noise),
    }
    return _with_names(cases, _named(rng))


def _two_views(rng: Random) -> Mapping[str, Case]:
    def case(off: int) -> Numbers:
        v = _girl(rng)
        return v | {"j": v["n"] - 1, "k": v["m"] + 1 + off}

    def children(v: Numbers) -> int:
        return v["n"] + v["m"] + 1

    o, c, t = case(0), case(0), case(rng.choice((-1, -1, 1)))
    cases = four(
        sound(children(o), **o),
        Case(values={"n": t["n"], "m": t["m"]}, answer=t["m"] + 1, noise=("n",)),
        flawed(children(t), **t),
        sound(children(c), **c),
    )
    return _with_names(cases, _named(rng))


def _cousins(rng: Random) -> Mapping[str, Case]:
    """A mother's children: each of the daughters has the same brothers."""

    def case() -> Numbers:
        return {"d": rng.randint(3, 8), "b": rng.randint(2, 5)}

    o, t, c = case(), case(), case()
    cases = tempted(
        t, c,
        right=lambda v: v["d"] + v["b"],
        hasty=lambda v: v["d"] + v["d"] * v["b"],
        original=sound(o["d"] + o["b"], **o),
        concept=sound(t["b"], **t),
    )  # fmt: skip
    return _with_names(cases, _named(rng))


_GIRLS = {"g": Q, "b": Q}
_TOLD = ("b == n", "g == m + 1")
TEMPLATES = (
    Template(
        name="sisters-of-the-brother",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_sisters,
        ranges={"n": SIBLINGS, "m": SIBLINGS},
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == n + m",), ask="x"),
            "twist": Model(unknowns={"g": Q}, facts=("g - 1 == m",), ask="g", shortcut="m"),
            "control": Model(unknowns={"g": Q}, facts=("g - 1 == m",), ask="g - 1"),
            "concept": Model(unknowns={"g": Q}, facts=("g - 1 == m",), ask="g"),
        },
        words={
            "en": told(
                (
                    "{G} is a girl with {n} brothers and {m} sisters. How many brothers and sisters is that together?",
                    "{G} is a girl with {n} brothers and {m} sisters, all with the same parents. How many sisters does each of {G}'s brothers have?",
                    "{G} is a girl with {n} brothers and {m} sisters, all with the same parents. How many sisters does each of {G}'s sisters have?",
                    "{G} is a girl with {n} brothers and {m} sisters, all with the same parents. How many daughters do these parents have?",
                ),
                (
                    "{A} meets a girl called {G}, who says: “I have {n} brothers and {m} sisters.” How many brothers and sisters is that in all?",
                    "{A} meets a girl called {G}, who says: “I have {n} brothers and {m} sisters, and we all have the same parents.” How many sisters would one of {G}'s brothers say he has?",
                    "{A} meets a girl called {G}, who says: “I have {n} brothers and {m} sisters, and we all have the same parents.” How many sisters would one of {G}'s sisters say she has?",
                    "{A} meets a girl called {G}, who says: “I have {n} brothers and {m} sisters, and we all have the same parents.” How many girls are there among the children of the family?",
                ),
                (
                    "{G} knits one scarf for each of her {n} brothers and {m} sisters. How many scarves does she knit?",
                    "{G}, a girl, has {n} brothers and {m} sisters, all of one family. At New Year every brother writes a card to each of his sisters. How many cards does one brother write?",
                    "{G}, a girl, has {n} brothers and {m} sisters, all of one family. At New Year every sister writes a card to each of her sisters. How many cards does one sister write?",
                    "{G}, a girl, has {n} brothers and {m} sisters, all of one family. At New Year their grandmother writes a card to every girl of the family. How many cards does she write?",
                ),
            ),
            "zh": told(
                (
                    "女孩{G}有{n}个兄弟和{m}个姐妹。她的兄弟姐妹一共有多少个？",
                    "女孩{G}有{n}个兄弟和{m}个姐妹，都是同父同母。{G}的每个兄弟有多少个姐妹？",
                    "女孩{G}有{n}个兄弟和{m}个姐妹，都是同父同母。{G}的每个姐妹有多少个姐妹？",
                    "女孩{G}有{n}个兄弟和{m}个姐妹，都是同父同母。她的父母有多少个女儿？",
                ),
                (
                    "{A}遇到一个叫{G}的女孩，她说：“我有{n}个兄弟和{m}个姐妹。”{G}一共有多少个兄弟姐妹？",
                    "{A}遇到一个叫{G}的女孩，她说：“我有{n}个兄弟和{m}个姐妹，都是亲的。”那么{G}的兄弟会说自己有多少个姐妹？",
                    "{A}遇到一个叫{G}的女孩，她说：“我有{n}个兄弟和{m}个姐妹，都是亲的。”那么{G}的姐妹会说自己有多少个姐妹？",
                    "{A}遇到一个叫{G}的女孩，她说：“我有{n}个兄弟和{m}个姐妹，都是亲的。”这家的孩子里有多少个女孩？",
                ),
                (
                    "{G}给她的{n}个兄弟和{m}个姐妹每人织一条围巾，一共要织多少条？",
                    "女孩{G}有{n}个兄弟和{m}个姐妹，都是一家人。过年时，每个兄弟给自己的每个姐妹写一张贺卡。一个兄弟要写多少张？",
                    "女孩{G}有{n}个兄弟和{m}个姐妹，都是一家人。过年时，每个姐妹给自己的每个姐妹写一张贺卡。一个姐妹要写多少张？",
                    "女孩{G}有{n}个兄弟和{m}个姐妹，都是一家人。过年时，奶奶给家里的每个女孩写一张贺卡。奶奶要写多少张？",
                ),
            ),
        },
    ),
    Template(
        name="brothers-of-the-brother",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_brothers,
        ranges={"n": SIBLINGS, "m": SIBLINGS},
        models={
            "original": Model(unknowns=_GIRLS, facts=_TOLD, ask="g + b"),
            "twist": Model(unknowns={"b": Q}, facts=("b == n",), ask="b - 1", shortcut="n"),
            "control": Model(unknowns={"b": Q}, facts=("b == n",), ask="b"),
            "concept": Model(unknowns={"b": Q}, facts=("b + 1 == n",), ask="b"),
        },
        words={
            "en": told(
                (
                    "Mrs Hill's daughter {G} has {n} brothers and {m} sisters. How many children does Mrs Hill have, if all of them are hers?",
                    "Mrs Hill's daughter {G} has {n} brothers and {m} sisters, all of them Mrs Hill's children. How many brothers does each of {G}'s brothers have?",
                    "Mrs Hill's daughter {G} has {n} brothers and {m} sisters, all of them Mrs Hill's children. How many brothers does each of {G}'s sisters have?",
                    "Mrs Hill's daughter {G} has {n} brothers and {m} sisters, all of them Mrs Hill's children. One of the brothers moves out. How many sons stay at home?",
                ),
                (
                    "A girl called {G}, her {n} brothers and her {m} sisters are sitting at the table. How many children is that?",
                    "A girl called {G}, her {n} brothers and her {m} sisters, all children of the same parents, are sitting at the table. How many brothers does each of the boys have?",
                    "A girl called {G}, her {n} brothers and her {m} sisters, all children of the same parents, are sitting at the table. How many brothers does each of the other girls have?",
                    "A girl called {G}, her {n} brothers and her {m} sisters, all children of the same parents, are sitting at the table. How many boys stay seated when one of the boys gets up?",
                ),
                (
                    "{A} teaches all the children of one couple: a girl called {G}, her {n} brothers and her {m} sisters. How many pupils is that?",
                    "{A} teaches all the children of one couple: a girl called {G}, her {n} brothers and her {m} sisters. Each boy is to draw a picture of each of his brothers. How many pictures does a boy draw?",
                    "{A} teaches all the children of one couple: a girl called {G}, her {n} brothers and her {m} sisters. Each girl is to draw a picture of each of her brothers. How many pictures does a girl draw?",
                    "{A} teaches all the children of one couple: a girl called {G}, her {n} brothers and her {m} sisters. One of the boys is ill today. How many boys can come to the lesson?",
                ),
            ),
            "zh": told(
                (
                    "何太太的女儿{G}有{n}个兄弟和{m}个姐妹，都是何太太的孩子。何太太一共有多少个孩子？",
                    "何太太的女儿{G}有{n}个兄弟和{m}个姐妹，都是何太太的孩子。{G}的每个兄弟有多少个兄弟？",
                    "何太太的女儿{G}有{n}个兄弟和{m}个姐妹，都是何太太的孩子。{G}的每个姐妹有多少个兄弟？",
                    "何太太的女儿{G}有{n}个兄弟和{m}个姐妹，都是何太太的孩子。一个兄弟搬出去住了，家里还有多少个儿子？",
                ),
                (
                    "桌边坐着女孩{G}和她的{n}个兄弟、{m}个姐妹。一共有多少个孩子？",
                    "桌边坐着女孩{G}和她的{n}个兄弟、{m}个姐妹，都是同父同母。每个男孩有多少个兄弟？",
                    "桌边坐着女孩{G}和她的{n}个兄弟、{m}个姐妹，都是同父同母。{G}的每个姐妹有多少个兄弟？",
                    "桌边坐着女孩{G}和她的{n}个兄弟、{m}个姐妹，都是同父同母。一个男孩站起来走了，还坐着多少个男孩？",
                ),
                (
                    "{A}给一对夫妇的孩子上课：女孩{G}和她的{n}个兄弟、{m}个姐妹。一共有多少个学生？",
                    "{A}给一对夫妇的孩子上课：女孩{G}和她的{n}个兄弟、{m}个姐妹。每个男孩要给自己的每个兄弟画一张像。一个男孩要画多少张？",
                    "{A}给一对夫妇的孩子上课：女孩{G}和她的{n}个兄弟、{m}个姐妹。每个女孩要给自己的每个兄弟画一张像。一个女孩要画多少张？",
                    "{A}给一对夫妇的孩子上课：女孩{G}和她的{n}个兄弟、{m}个姐妹。今天一个男孩病了，来上课的男孩有多少个？",
                ),
            ),
        },
    ),
    Template(
        name="two-views-of-a-family",
        topic=TOPIC,
        flaw=Flaw.DIRECT,
        draw=_two_views,
        ranges={"n": SIBLINGS, "m": SIBLINGS, "j": SIBLINGS, "k": SIBLINGS},
        models={
            "original": Model(
                unknowns=_GIRLS,
                facts=("b == n", "g - 1 == m", "b - 1 == j", "g == k"),
                ask="b + g",
                shortcut="n + m + 1",
            ),
            "concept": Model(unknowns={"g": Q}, facts=("g - 1 == m",), ask="g"),
        },
        words={
            "en": told(
                (
                    "{G}, a girl, truthfully says: “I have {n} brothers and {m} sisters.” Her full brother {H} truthfully says: “I have {j} brothers and {k} sisters.” All are children of the same two parents. How many children are there?",
                    "{G}, a girl, truthfully says: “I have {n} brothers and {m} sisters.” All are children of the same two parents. How many sisters can her brother {H} truthfully say he has?",
                ),
                (
                    "A couple ask their children to count their brothers and sisters. {G}, one of the daughters, counts {n} brothers and {m} sisters; {H}, one of the sons, counts {j} brothers and {k} sisters. Neither forgets anybody. How many children does the couple have?",
                    "A couple ask their children to count their brothers and sisters. {G}, one of the daughters, counts {n} brothers and {m} sisters and forgets nobody. How many sisters should {H}, one of the sons, count?",
                ),
                (
                    "In a questionnaire {A} reads: {G}, female, brothers {n}, sisters {m}; {H}, male, brother of {G}, brothers {j}, sisters {k}. There are no half-siblings, and both are right. How many children does the family have?",
                    "In a questionnaire {A} reads: {G}, female, brothers {n}, sisters {m}. There are no half-siblings. How many sisters must {H}, a brother of {G}, write down?",
                ),
            ),
            "zh": told(
                (
                    "女孩{G}如实说：“我有{n}个兄弟和{m}个姐妹。”她的亲兄弟{H}如实说：“我有{j}个兄弟和{k}个姐妹。”大家都是同父同母。这家一共有多少个孩子？",
                    "女孩{G}如实说：“我有{n}个兄弟和{m}个姐妹。”大家都是同父同母。她的亲兄弟{H}应该说自己有多少个姐妹？",
                ),
                (
                    "一对夫妇让孩子们数一数自己的兄弟姐妹：女儿{G}数出自己有{n}个兄弟和{m}个姐妹，儿子{H}数出自己有{j}个兄弟和{k}个姐妹，谁也没有漏数。这对夫妇有多少个孩子？",
                    "一对夫妇的女儿{G}数出自己有{n}个兄弟和{m}个姐妹，没有漏数。儿子{H}会数出自己有多少个姐妹？",
                ),
                (
                    "{A}看到调查表上写着：{G}，女，兄弟{n}人，姐妹{m}人；{H}，男，{G}的兄弟，兄弟{j}人，姐妹{k}人。没有同父异母或同母异父的，两人填的都对。这家有多少个孩子？",
                    "{A}看到调查表上写着：{G}，女，兄弟{n}人，姐妹{m}人，没有同父异母或同母异父的。{G}的兄弟{H}应该填姐妹多少人？",
                ),
            ),
        },
    ),
    Template(
        name="the-same-brothers",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_cousins,
        ranges={"d": SIBLINGS, "b": SIBLINGS},
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == d + b",), ask="x"),
            "twist": Model(unknowns={"x": Q}, facts=("x == d + b",), ask="x", shortcut="d + d * b"),
            "control": Model(unknowns={"x": Q}, facts=("x == d + d * b",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x == b + 0 * d",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A}'s aunt has {d} daughters and {b} sons. How many children does the aunt have?",
                    "{A}'s aunt has {d} daughters, full sisters, and each of her daughters has exactly {b} brothers, all the aunt's sons. How many children does the aunt have?",
                    "{A}'s aunt has {d} daughters, and each of her daughters has exactly {b} sons. How many daughters and grandsons does the aunt have together?",
                    "{A}'s aunt has {d} daughters, full sisters, and each of her daughters has exactly {b} brothers, all the aunt's sons. How many sons does the aunt have?",
                ),
                (
                    "In one family there are {d} girls and {b} boys. How many children is that?",
                    "In one family, all with the same parents, there are {d} girls, and every girl has {b} brothers. How many children are in the family?",
                    "At one children's party there are {d} girls, and every girl has brought {b} boys whom no other girl has brought. How many children are at the party?",
                    "In one family, all with the same parents, there are {d} girls, and every girl has {b} brothers. How many boys are in the family?",
                ),
                (
                    "King {H} has {d} daughters and {b} sons. How many princes and princesses is that?",
                    "King {H} and his queen have {d} daughters, and every daughter has exactly {b} brothers; all are children of these two, who have no others. How many children do they have?",
                    "King {H} has {d} daughters, and every daughter has {b} parrots of her own. How many daughters and parrots is that together?",
                    "King {H} and his queen have {d} daughters, and every daughter has exactly {b} brothers; all are children of these two. How many sons do they have?",
                ),
            ),
            "zh": told(
                (
                    "{A}的姑姑有{d}个女儿和{b}个儿子。姑姑一共有多少个孩子？",
                    "{A}的姑姑有{d}个女儿，每个女儿都有{b}个亲兄弟，都是姑姑生的。姑姑一共有多少个孩子？",
                    "{A}的姑姑有{d}个女儿，每个女儿都有{b}个儿子。姑姑的女儿和外孙一共有多少个？",
                    "{A}的姑姑有{d}个女儿，每个女儿都有{b}个亲兄弟，都是姑姑生的。姑姑有多少个儿子？",
                ),
                (
                    "一家有{d}个女孩和{b}个男孩，一共有多少个孩子？",
                    "一家的孩子同父同母，有{d}个女孩，每个女孩都有{b}个兄弟。这家一共有多少个孩子？",
                    "一个儿童聚会上有{d}个女孩，每个女孩都带来{b}个男孩，各带各的，没有重复。聚会上一共有多少个孩子？",
                    "一家的孩子同父同母，有{d}个女孩，每个女孩都有{b}个兄弟。这家有多少个男孩？",
                ),
                (
                    "国王有{d}个女儿和{b}个儿子，一共有多少个王子和公主？",
                    "国王和王后有{d}个女儿，每个女儿都有{b}个亲兄弟，此外没有别的孩子。他们一共有多少个孩子？",
                    "国王有{d}个女儿，每个女儿都养着自己的{b}只鹦鹉。女儿和鹦鹉一共有多少？",
                    "国王和王后有{d}个女儿，每个女儿都有{b}个亲兄弟。他们有多少个儿子？",
                ),
            ),
        },
    ),
)
