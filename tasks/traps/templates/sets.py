"""Groups that overlap, shares that do not fit, questions about another group."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, flawed, four, sound, told

TOPIC = "sets"
PEOPLE = "people of a place"


def _both(rng: Random) -> Mapping[str, Case]:
    def case(low: int, high: int) -> dict[str, int]:
        a, b = rng.randint(14, 40), rng.randint(14, 40)
        return {"a": a, "b": b, "c": min(a, b) + rng.randint(low, high)}

    o, c, t = case(-9, -5), case(-2, 0), case(1, 3)
    return four(
        sound(o["a"] + o["b"] - o["c"], **o),
        sound(min(t["a"], t["b"]), a=t["a"], b=t["b"]),
        flawed(t["a"] + t["b"] - t["c"], **t),
        sound(c["a"] + c["b"] - c["c"], **c),
    )


def _union(rng: Random) -> Mapping[str, Case]:
    """Overlap asked by a sum: added up where it must not be, or where groups are apart."""

    def case() -> dict[str, int]:
        c = rng.randint(4, 9)
        return {"a": c + rng.randint(5, 25), "b": c + rng.randint(5, 25), "c": c}

    o, t, c = case(), case(), case()
    return four(
        sound(o["a"] + o["b"], a=o["a"], b=o["b"]),
        sound(t["b"] - t["c"], b=t["b"], c=t["c"]),
        sound(t["a"] + t["b"] - t["c"], t["a"] + t["b"] + t["c"], **t),
        sound(c["a"] + c["b"] + c["c"], **c),
    )


_GROUPS = {
    "en": ("Dutch", "Danish", "Polish", "Greek", "Czech", "Welsh"),
    "zh": ("荷兰语", "丹麦语", "波兰语", "希腊语", "捷克语", "威尔士语"),
}


def _languages(rng: Random) -> Mapping[str, Case]:
    """Of three groups, the overlap of the first with one is told, and with one is asked."""

    def case() -> dict[str, int]:
        d = rng.randint(4, 9)
        b, c = d + rng.randint(4, 15), d + rng.randint(4, 15)
        return {"a": d + rng.randint(12, 25), "b": b, "c": c, "d": d}

    def words(told_: int, asked: int, order: list[int]) -> dict[str, dict[str, str]]:
        keys = ("l", "m", "n")
        return {
            k: dict(zip(keys, (names[i] for i in order), strict=False))
            | {"p": names[order[told_]], "q": names[order[asked]]}
            for k, names in _GROUPS.items()
        }

    def order() -> list[int]:
        return rng.sample(range(6), 3)

    p, r = rng.sample((1, 2), 2)
    o, c, t, ot = case(), case(), case(), order()
    return {
        "original": Case(values=o, answer=o["a"] - o["d"], words=words(r, r, order())),
        "concept": Case(
            values={"a": t["a"], "d": t["d"]}, answer=t["a"] - t["d"], words=words(p, p, ot)
        ),
        "twist": Case(
            values=t, lure=t["a"] - t["d"], words=words(p, r, ot), model="twist",
            witnesses=({"x": t["d"], "y": 1}, {"x": t["d"], "y": 2}),
        ),
        "control": Case(
            values=c, answer=c["a"] - c["d"], words=words(p, p, order()), model="original"
        ),
    }  # fmt: skip


def _reversed(rng: Random) -> Mapping[str, Case]:
    """A share of one group belongs to another; the size of one of the two is told."""
    pool = {
        "en": ("swimmers", "climbers", "cyclists", "dancers", "rowers", "skaters"),
        "zh": ("游泳", "攀岩", "骑行", "跳舞", "划船", "滑冰"),
    }

    def words(i: int, j: int, k: int) -> dict[str, dict[str, str]]:
        return {lang: {"x": w[i], "y": w[j], "z": w[k]} for lang, w in pool.items()}

    def case() -> dict[str, int]:
        return {"p": 5 * rng.randint(3, 17), "n": 20 * rng.randint(2, 14)}

    (i, j), (k, h), (m, n) = (rng.sample(range(6), 2) for _ in range(3))
    o, c, t = case(), case(), case()
    both = t["n"] * t["p"] // 100
    return {
        "original": Case(values=o, answer=o["n"] * o["p"] // 100, words=words(i, j, i)),
        "concept": Case(
            values={"n": t["n"], "p": t["p"]}, answer=both, words=words(k, h, k)
        ),
        "twist": Case(
            values=t, lure=both, words=words(k, h, h), model="twist",
            witnesses=({"x": t["p"] // 5, "y": 20}, {"x": 2 * t["p"] // 5, "y": 40}),
        ),
        "control": Case(values=c, answer=c["n"] * c["p"] // 100, words=words(m, n, m), model="original"),
    }  # fmt: skip


TEMPLATES = (
    Template(
        name="more-than-all",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_both,
        ranges={"a": PEOPLE, "b": PEOPLE, "c": PEOPLE},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x == a + b - c",),
                laws=("c <= a", "c <= b"),
                ask="x",
                shortcut="a + b - c",
            ),
            "concept": Model(
                unknowns={"x": (0, 60)}, facts=("x <= a", "x <= b"), ask="x", best="max"
            ),
        },
        words={
            "en": told(
                (
                    "In {A}'s village {a} people keep hens, {b} keep bees, and {c} of these people keep both. How many people keep at least one of the two?",
                    "In {A}'s village {a} people keep hens and {b} keep bees. How many people can keep both at most?",
                ),
                (
                    "After the talk {a} guests had coffee and {b} guests had cake; {c} guests had both coffee and cake. How many guests had at least one of the two?",
                    "After the talk {a} guests had coffee and {b} guests had cake. What is the largest number of guests that can have had both coffee and cake?",
                ),
                (
                    "{A}'s library has {a} books on birds and {b} books on travel; {c} of these are on both birds and travel. How many different books is that in all?",
                    "{A}'s library has {a} books on birds and {b} books on travel. What is the largest number of them that can be on both birds and travel?",
                ),
            ),
            "zh": told(
                (
                    "{A}的村子里，{a}人养鸡，{b}人养蜂，其中两样都养的有{c}人。至少养一样的有多少人？",
                    "{A}的村子里，{a}人养鸡，{b}人养蜂。两样都养的最多有多少人？",
                ),
                (
                    "讲座结束后，{a}位听众喝了咖啡，{b}位听众吃了蛋糕，既喝咖啡又吃蛋糕的有{c}位。至少享用了其中一样的听众共有多少位？",
                    "讲座结束后，{a}位听众喝了咖啡，{b}位听众吃了蛋糕。既喝咖啡又吃蛋糕的最多有多少位？",
                ),
                (
                    "{A}的书架上，讲鸟类的书有{a}本，讲旅行的书有{b}本，其中既讲鸟类又讲旅行的有{c}本。这些书一共有多少本？",
                    "{A}的书架上，讲鸟类的书有{a}本，讲旅行的书有{b}本。既讲鸟类又讲旅行的最多有多少本？",
                ),
            ),
        },
    ),
    Template(
        name="counted-twice",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_union,
        ranges={"a": PEOPLE, "b": PEOPLE, "c": PEOPLE},
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == a + b",), ask="x"),
            "twist": Model(
                unknowns={"x": Q, "y": Q, "z": Q},
                facts=("x + c == a", "y + c == b", "z == x + y + c"),
                ask="z",
                shortcut="a + b + c",
            ),
            "control": Model(unknowns={"x": Q}, facts=("x == a + b + c",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x + c == b",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{a} pupils of a school play chess and {b} others play cards. How many pupils play at least one of the two?",
                    "{a} pupils of a school play chess, {b} pupils play cards, and {c} pupils play both. How many pupils play one of the two or both?",
                    "{a} pupils of a school play chess only, {b} pupils play cards only, and {c} pupils play both. How many pupils play one of the two or both?",
                    "{b} pupils of a school play cards. {c} of these pupils play chess too. How many play cards only?",
                ),
                (
                    "{A}'s petition was signed by {a} neighbours in ink and by {b} others in pencil. How many neighbours signed?",
                    "{A} asked the neighbours: {a} have a cat, {b} have a dog, and {c} have a cat and a dog. How many neighbours have a cat, a dog or both?",
                    "{A} asked the neighbours: {a} have a cat but no dog, {b} have a dog but no cat, and {c} have a cat and a dog. How many neighbours have a cat, a dog or both?",
                    "{A} asked the neighbours: {b} have a dog, and {c} of them have a cat and a dog. How many neighbours have a dog but no cat?",
                ),
                (
                    "{a} houses of a street have a garden, the other {b} have none. How many houses does the street have?",
                    "Of the houses in a street, {a} have a garage, {b} have a garden, {c} have a garage and a garden, and none has neither. How many houses does the street have?",
                    "Of the houses in a street, {a} have just a garage, {b} have just a garden, {c} have a garage and a garden, and none has neither. How many houses does the street have?",
                    "Of the houses in a street, {b} have a garden, and {c} of those have a garage as well. How many have just a garden?",
                ),
            ),
            "zh": told(
                (
                    "学校里{a}名学生会下棋，另外{b}名学生不会下棋但会打牌。会下棋或会打牌的学生一共有多少名？",
                    "学校里{a}名学生会下棋，{b}名学生会打牌，两样都会的有{c}名。至少会一样的学生有多少名？",
                    "学校里{a}名学生只会下棋，{b}名学生只会打牌，两样都会的有{c}名。至少会一样的学生有多少名？",
                    "学校里{b}名学生会打牌，其中{c}名学生也会下棋。只会打牌的学生有多少名？",
                ),
                (
                    "{A}的倡议书上，{a}户邻居用钢笔签名，另外{b}户用铅笔签名。一共有多少户签名？",
                    "{A}问了邻居们：{a}户养猫，{b}户养狗，猫和狗都养的有{c}户。养了猫或狗的邻居有多少户？",
                    "{A}问了邻居们：{a}户养猫不养狗，{b}户养狗不养猫，猫和狗都养的有{c}户。养了猫或狗的邻居有多少户？",
                    "{A}问了邻居们：{b}户养狗，其中{c}户猫和狗都养。养狗不养猫的邻居有多少户？",
                ),
                (
                    "一条街上{a}栋房子有花园，其余{b}栋没有。这条街有多少栋房子？",
                    "一条街上，{a}栋房子有车库，{b}栋有花园，车库和花园都有的有{c}栋，没有哪栋两样都没有。这条街有多少栋房子？",
                    "一条街上，{a}栋房子只有车库，{b}栋只有花园，车库和花园都有的有{c}栋，没有哪栋两样都没有。这条街有多少栋房子？",
                    "一条街上，{b}栋房子有花园，其中{c}栋也有车库。只有花园的房子有多少栋？",
                ),
            ),
        },
    ),
    Template(
        name="another-overlap",
        topic=TOPIC,
        flaw=Flaw.MISSING,
        draw=_languages,
        ranges={"a": PEOPLE, "b": PEOPLE, "c": PEOPLE, "d": PEOPLE},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x == d",),
                sense=("d <= b", "d <= c", "d <= a"),
                ask="a - x",
                shortcut="a - d",
            ),
            "twist": Model(
                unknowns={"x": Q, "y": Q},  # the overlap told, the overlap asked for
                facts=("x == d",),
                sense=("y >= 0", "y <= a", "y <= b", "y <= c"),
                ask="a - y",
                shortcut="a - d",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == a - d",), ask="x"),
        },
        words={
            "en": told(
                (
                    "Of the people in {A}'s tour group {a} speak {l}, {b} speak {m} and {c} speak {n}. Among those who speak {l}, {d} also speak {p}. How many of the group speak {l} but not {q}?",
                    "Of the people in {A}'s tour group {a} speak {l}. Among these, {d} also speak {p}. How many of the group speak {l} but not {q}?",
                ),
                (
                    "A translation office has {a} translators for {l}, {b} for {m} and {c} for {n}; some work in two or three of the languages. {d} of the {l} translators work in {p} too. How many of the {l} translators do not work in {q}?",
                    "A translation office has {a} translators for {l}. {d} of the {l} translators work in {p} too. How many of the {l} translators do not work in {q}?",
                ),
                (
                    "{a} pupils have signed up for {l}, {b} for {m} and {c} for {n}, and everybody may take several courses. {d} pupils take {l} together with {p}. How many pupils take {l} without {q}?",
                    "{a} pupils have signed up for {l}, and everybody may take several courses. {d} of the pupils take {l} together with {p}. How many take {l} without {q}?",
                ),
            ),
            "zh": told(
                (
                    "{A}的旅行团里，{a}人会{l}，{b}人会{m}，{c}人会{n}。会{l}的人当中，{d}人也会{p}。会{l}但不会{q}的有多少人？",
                    "{A}的旅行团里，{a}人会{l}，其中{d}人也会{p}。会{l}但不会{q}的有多少人？",
                ),
                (
                    "翻译社有{l}译员{a}名、{m}译员{b}名、{n}译员{c}名，有的人兼做两三种语言。{l}译员中有{d}名兼做{p}。不做{q}的{l}译员有多少名？",
                    "翻译社有{l}译员{a}名，其中有{d}名兼做{p}。不做{q}的{l}译员有多少名？",
                ),
                (
                    "报名{l}课的有{a}名学生，报名{m}课的有{b}名，报名{n}课的有{c}名，每人可以报几门。同时报{l}和{p}的有{d}名。报了{l}没报{q}的有多少名？",
                    "报名{l}课的有{a}名学生，每人可以报几门。同时报{l}和{p}的有{d}名。报了{l}没报{q}的有多少名？",
                ),
            ),
        },
    ),
    Template(
        name="the-share-the-other-way-round",
        topic="probability and counting",
        flaw=Flaw.MISSING,
        draw=_reversed,
        ranges={"n": PEOPLE, "p": "percent"},
        models={
            "original": Model(
                unknowns={"x": Q}, facts=("100 * x == n * p",), ask="x", shortcut="n * p / 100"
            ),
            "twist": Model(
                unknowns={"x": Q, "y": Q},  # in both groups, in the group of the share
                facts=("100 * x == y * p",),
                sense=("x >= 0", "x <= n", "whole(x)", "whole(y)"),
                ask="x",
                shortcut="n * p / 100",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("100 * x == n * p",), ask="x"),
        },
        words={
            "en": told(
                (
                    "Exactly {p}% of the {x} in {A}'s sports club are {y} too. There are {n} {z} in the club. How many members are both {x} and {y}?",
                    "There are {n} {z} in {A}'s sports club. Exactly {p}% of the {x} are {y} too. How many members are both {x} and {y}?",
                ),
                (
                    "A town has {n} {z}. Of every hundred {x} in the town exactly {p} are {y} as well. How many people in the town are both {x} and {y}?",
                    "A town has {n} {z}. Of every hundred of these exactly {p} are {y} as well. How many people in the town are both {x} and {y}?",
                ),
                (
                    "If one of the {x} of a school is drawn at random, the probability that this pupil also belongs to its {y} is {p}%. The school has {n} {z}. How many pupils are both {x} and {y}?",
                    "A school has {n} {z}. If one of its {x} is drawn at random, the probability that this pupil also belongs to its {y} is {p}%. How many pupils are both {x} and {y}?",
                ),
            ),
            "zh": told(
                (
                    "{A}的体育俱乐部里，喜欢{x}的会员中恰好有{p}%也喜欢{y}。喜欢{z}的会员共有{n}人。{x}和{y}都喜欢的有多少人？",
                    "{A}的体育俱乐部里，喜欢{z}的会员共有{n}人。喜欢{x}的会员中恰好有{p}%也喜欢{y}。{x}和{y}都喜欢的有多少人？",
                ),
                (
                    "镇上参加{z}队的有{n}人。已知参加{x}队的人里，每一百人中恰有{p}人也参加{y}队。{x}队和{y}队都参加的有多少人？",
                    "镇上参加{z}队的有{n}人，其中每一百人中恰有{p}人也参加{y}队。{x}队和{y}队都参加的有多少人？",
                ),
                (
                    "从学校会{x}的学生里随机选一人，他也会{y}的概率是{p}%。学校会{z}的学生有{n}人。{x}和{y}都会的学生有多少人？",
                    "学校会{z}的学生有{n}人。从会{x}的学生里随机选一人，他也会{y}的概率是{p}%。{x}和{y}都会的学生有多少人？",
                ),
            ),
        },
    ),
)
