"""Questions that ask for a number at once, though they need a thought first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from harness.tasks.traps.template import (
    Case,
    Flaw,
    Model,
    Numbers,
    Q,
    Template,
    Wording,
    sound,
    tempted,
    told,
)
from harness.tasks.traps.templates import calendar, rates, sets, whole_numbers

TOPIC = "instructions"
PRESSED = {
    "en": (
        "Just the number, please, no working: {text}",
        "Do not explain anything and reply with a single number. {text}",
        "Quick one, a bare number will do. {text}",
    ),
    "zh": (
        "只要一个数，不要写过程：{text}",
        "请不要解释，直接用一个数回答。{text}",
        "快问快答，报个数就行。{text}",
    ),
}


def pressed(template: Template) -> Template:
    """A template whose questions, but for the concept's, ask for a bare number."""

    def wording(texts: Wording, ask: str) -> Wording:
        return {k: t if k == "concept" else ask.format(text=t) for k, t in texts.items()}

    words = {
        language: tuple(map(wording, texts, PRESSED[language]))
        for language, texts in template.words.items()
    }
    return replace(template, name=f"pressed-{template.name}", topic=TOPIC, words=words)


def _bat(rng: Random) -> Mapping[str, Case]:
    def case() -> Numbers:
        d, x = 10 * rng.randint(4, 20), rng.randint(3, 19)
        return {"s": d + 2 * x, "d": d}

    o, t, c = case(), case(), case()
    return tempted(
        t, c,
        right=lambda v: (v["s"] - v["d"]) // 2,
        hasty=lambda v: v["s"] - v["d"],
        original=sound(o["s"] + o["d"], **o),
        concept=sound(t["s"] - t["d"], **t),
    )  # fmt: skip


def _doubling(rng: Random) -> Mapping[str, Case]:
    def case() -> Numbers:
        return {"n": 2 * rng.randint(4, 9)}

    o, t, c = case(), case(), case()
    return tempted(
        t, c,
        right=lambda v: v["n"] - 1,
        hasty=lambda v: v["n"] // 2,
        original=sound(o["n"] // 2, **o),
        concept=sound(t["n"] + 1, **t),
    )  # fmt: skip


def _bakers(rng: Random) -> Mapping[str, Case]:
    def case() -> Numbers:
        n = rng.randint(4, 9)
        return {"n": n, "m": n * rng.randint(4, 9)}

    o, t, c = case(), case(), case()
    return tempted(
        t, c,
        right=lambda v: v["n"],
        hasty=lambda v: v["m"],
        original=sound(o["n"] * o["m"], **o),
        concept=sound(t["n"], n=t["n"]),
    )  # fmt: skip


_PLAIN = (
    Template(
        name="bat-and-ball",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_bat,
        ranges={"s": "goods, price", "d": "goods, price"},
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == s + d",), ask="x"),
            "twist": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x + y == s", "y == x + d"),
                ask="x",
                shortcut="s - d",
            ),
            "control": Model(unknowns={"x": Q}, facts=("x + d == s",), ask="x"),
            "concept": Model(
                unknowns={"x": Q, "y": Q}, facts=("x + y == s", "y == x + d"), ask="2 * x"
            ),
        },
        words={
            "en": told(
                (
                    "A racket costs ${s} and a pair of shoes ${d}. What do they cost together, in dollars?",
                    "A racket and a tin of balls cost ${s} together; the racket costs ${d} more than the balls. What does the tin of balls cost, in dollars?",
                    "A racket and a tin of balls cost ${s} together; the racket alone costs ${d}. What does the tin of balls cost, in dollars?",
                    "A racket and a tin of balls cost ${s} together; the racket costs ${d} more than the balls. What would two tins of balls cost, in dollars?",
                ),
                (
                    "A tower {s} feet high stands on a hill {d} feet high. How many feet above the foot of the hill is the top of the tower?",
                    "{A} measures {s} feet to the tip of the flagpole on a tower. The tower is {d} feet taller than the flagpole. How many feet long is the flagpole?",
                    "{A} measures {s} feet to the tip of the flagpole on a tower. The tower alone is {d} feet high. How many feet long is the flagpole?",
                    "{A} measures {s} feet to the tip of the flagpole on a tower. The tower is {d} feet taller than the flagpole. How many feet long are two such flagpoles together?",
                ),
                (
                    "{A} sits in one train for {s} minutes and in another for {d}. How many minutes is that?",
                    "{A} takes {s} minutes to reach a hotel by train and then on foot, spending {d} minutes more on the train than on foot. How many minutes does {A} walk?",
                    "{A} takes {s} minutes to reach a hotel by train and then on foot, {d} of them by train. How many minutes does {A} walk?",
                    "{A} takes {s} minutes to reach a hotel by train and then on foot, spending {d} minutes more on the train than on foot. How many minutes do two such walks take?",
                ),
            ),
            "zh": told(
                (
                    "一副球拍{s}元，一双球鞋{d}元，一共多少元？",
                    "一副球拍和一筒羽毛球一共{s}元，球拍比羽毛球贵{d}元。一筒羽毛球多少元？",
                    "一副球拍和一筒羽毛球一共{s}元，其中球拍{d}元。一筒羽毛球多少元？",
                    "一副球拍和一筒羽毛球一共{s}元，球拍比羽毛球贵{d}元。两筒羽毛球多少元？",
                ),
                (
                    "一座{d}米高的小山上有一座{s}米高的塔。塔顶比山脚高多少米？",
                    "{A}量得塔连同塔顶的旗杆一共高{s}米，塔身比旗杆高{d}米。旗杆高多少米？",
                    "{A}量得塔连同塔顶的旗杆一共高{s}米，其中塔身高{d}米。旗杆高多少米？",
                    "{A}量得塔连同塔顶的旗杆一共高{s}米，塔身比旗杆高{d}米。两根这样的旗杆接起来高多少米？",
                ),
                (
                    "{A}先坐了{s}分钟火车，又坐了{d}分钟汽车，一共坐了多少分钟？",
                    "{A}先坐火车再步行去旅馆，一共用了{s}分钟，坐车比步行多用{d}分钟。步行用了多少分钟？",
                    "{A}先坐火车再步行去旅馆，一共用了{s}分钟，其中坐车{d}分钟。步行用了多少分钟？",
                    "{A}先坐火车再步行去旅馆，一共用了{s}分钟，坐车比步行多用{d}分钟。步行的路来回走一趟要多少分钟？",
                ),
            ),
        },
    ),
    Template(
        name="doubling",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_doubling,
        ranges={"n": "minutes"},
        models={
            "original": Model(unknowns={"x": Q}, facts=("x + x == n",), ask="x"),
            # x doublings before the last one: 2^x is half of 2^n
            "twist": Model(
                unknowns={"x": (0, 100)}, facts=("2 * 2 ** x == 2 ** n",), ask="x", shortcut="n / 2"
            ),
            "control": Model(unknowns={"x": Q}, facts=("x + x == n",), ask="x"),
            "concept": Model(unknowns={"x": (0, 100)}, facts=("2 ** x == 2 * 2 ** n",), ask="x"),
        },
        words={
            "en": told(
                (
                    "Painting a wall takes {A} {n} hours. After how many hours is half of it painted, at a steady pace?",
                    "Duckweed on {A}'s pond doubles its area every day and covers the pond on day {n}. On which day did it cover half of the pond?",
                    "Duckweed on {A}'s pond grows by the same area every day, beginning with nothing on day zero, and covers the pond on day {n}. On which day did it cover half of the pond?",
                    "Duckweed on {A}'s pond doubles its area every day and covers half of the pond on day {n}. On which day does it cover the pond?",
                ),
                (
                    "A train has covered half of its route of {n} km. How many km is that?",
                    "The number of people who have heard a piece of news doubles every hour; after {n} hours all of {A}'s town has heard it. After how many hours had half of the town heard it?",
                    "Every hour equally many people hear a piece of news for the first time; after {n} hours all of {A}'s town has heard it. After how many hours had half of the town heard it?",
                    "The number of people who have heard a piece of news doubles every hour; after {n} hours half of {A}'s town has heard it. After how many hours has all of the town heard it?",
                ),
                (
                    "{A} needs {n} hours for a painting. How many hours does half of it take, at a steady pace?",
                    "A patch of bacteria in {A}'s dish doubles its area each hour. The dish is full after {n} hours. After how many hours was it half full?",
                    "A patch of bacteria in {A}'s dish grows by the same area each hour, beginning with nothing. The dish is full after {n} hours. After how many hours was it half full?",
                    "A patch of bacteria in {A}'s dish doubles its area each hour. The dish is half full after {n} hours. After how many hours is it full?",
                ),
            ),
            "zh": told(
                (
                    "{A}匀速刷一面墙要{n}小时，刷完一半要多少小时？",
                    "{A}的池塘里，浮萍的面积每天翻一番，第{n}天长满池塘。第几天长满一半？",
                    "{A}的池塘里，浮萍从零开始，每天增加同样的面积，第{n}天长满池塘。第几天长满一半？",
                    "{A}的池塘里，浮萍的面积每天翻一番，第{n}天长满半个池塘。第几天长满整个池塘？",
                ),
                (
                    "火车全程{n}千米，走到一半时走了多少千米？",
                    "听说一条消息的人数每小时变为原来的两倍，{n}小时后{A}的镇上人人都听说了。几小时后镇上有一半的人听说？",
                    "每小时新听说一条消息的人一样多，{n}小时后{A}的镇上人人都听说了。几小时后镇上有一半的人听说？",
                    "听说一条消息的人数每小时变为原来的两倍，{n}小时后{A}的镇上有一半的人听说了。几小时后人人都听说？",
                ),
                (
                    "{A}匀速画完一幅画要{n}小时，画完一半要多少小时？",
                    "{A}的培养皿里，细菌占的面积每小时翻一番，{n}小时后占满。几小时后占一半？",
                    "{A}的培养皿里，细菌占的面积从零开始，每小时增加同样多，{n}小时后占满。几小时后占一半？",
                    "{A}的培养皿里，细菌占的面积每小时翻一番，{n}小时后占一半。几小时后占满？",
                ),
            ),
        },
    ),
    Template(
        name="so-many-bakers",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_bakers,
        ranges={"n": "work, h", "m": "people of a place"},
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == n * m",), ask="x"),
            # x hours; r cakes by one baker in an hour
            "twist": Model(
                unknowns={"r": Q, "y": Q},
                facts=("r * n * n == n", "y == m / m"),
                ask="y / r",
                shortcut="m",
            ),
            "control": Model(
                unknowns={"r": Q, "x": Q}, facts=("r * n * n == n", "x == r * m * n"), ask="x"
            ),
            "concept": Model(unknowns={"r": Q}, facts=("r * n * n == n",), ask="1 / r"),
        },
        words={
            "en": told(
                (
                    "{n} bakers decorate {m} cakes each. How many cakes is that?",
                    "{n} bakers, each on a cake of their own, decorate {n} cakes in {n} hours. How many hours do {m} bakers need for {m} cakes?",
                    "{n} bakers, each on a cake of their own, decorate {n} cakes in {n} hours. How many cakes do {m} bakers decorate in {n} hours?",
                    "{n} bakers, each on a cake of their own, decorate {n} cakes in {n} hours. How many hours does one baker need for one cake?",
                ),
                (
                    "{n} printers print {m} posters each for {A}. How many posters are printed?",
                    "{n} printers in {A}'s shop print {n} posters in {n} minutes, each printing a poster of its own. How many minutes do {m} such printers take for {m} posters?",
                    "{n} printers in {A}'s shop print {n} posters in {n} minutes, each printing a poster of its own. How many posters do {m} such printers print in {n} minutes?",
                    "{n} printers in {A}'s shop print {n} posters in {n} minutes, each printing a poster of its own. How many minutes does one printer take for one poster?",
                ),
                (
                    "{n} spiders spin {m} webs each. How many webs are there?",
                    "{n} spiders spin {n} webs in {n} hours, one web each. In how many hours do {m} spiders spin {m} webs?",
                    "{n} spiders spin {n} webs in {n} hours, one web each. How many webs do {m} spiders spin in {n} hours?",
                    "{n} spiders spin {n} webs in {n} hours, one web each. In how many hours does one spider spin one web?",
                ),
            ),
            "zh": told(
                (
                    "{n}位糕点师每人装饰{m}个蛋糕，一共多少个？",
                    "{n}位糕点师各做各的，{n}小时装饰{n}个蛋糕。{m}位糕点师装饰{m}个蛋糕要多少小时？",
                    "{n}位糕点师各做各的，{n}小时装饰{n}个蛋糕。{m}位糕点师{n}小时装饰多少个蛋糕？",
                    "{n}位糕点师各做各的，{n}小时装饰{n}个蛋糕。一位糕点师装饰一个蛋糕要多少小时？",
                ),
                (
                    "{n}台打印机每台给{A}打印{m}张海报，一共多少张？",
                    "{A}的{n}台打印机各打各的，{n}分钟打印{n}张海报。{m}台这样的打印机打印{m}张海报要多少分钟？",
                    "{A}的{n}台打印机各打各的，{n}分钟打印{n}张海报。{m}台这样的打印机{n}分钟打印多少张海报？",
                    "{A}的{n}台打印机各打各的，{n}分钟打印{n}张海报。一台打印机打印一张海报要多少分钟？",
                ),
                (
                    "{n}只蜘蛛每只织{m}张网，一共多少张网？",
                    "{n}只蜘蛛各织各的，{n}小时织{n}张网。{m}只蜘蛛织{m}张网要多少小时？",
                    "{n}只蜘蛛各织各的，{n}小时织{n}张网。{m}只蜘蛛{n}小时织多少张网？",
                    "{n}只蜘蛛各织各的，{n}小时织{n}张网。一只蜘蛛织一张网要多少小时？",
                ),
            ),
        },
    ),
)


def _named(templates: tuple[Template, ...], *names: str) -> list[Template]:
    return [t for t in templates if t.name in names]


TEMPLATES = tuple(
    pressed(template)
    for template in (
        *_PLAIN,
        *_named(whole_numbers.TEMPLATES, "more-games-than-rivals"),
        *_named(rates.TEMPLATES, "average-of-the-way"),
        *_named(sets.TEMPLATES, "more-than-all"),
        *_named(calendar.TEMPLATES, "timetable"),
    )
)
