"""Units: minutes against hours, centimetres against metres."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, flawed, four, sound, told

TOPIC = "units"


def _minutes(rng: Random) -> Mapping[str, Case]:
    def case() -> dict[str, int]:
        return {"v": 12 * rng.randint(5, 20), "m": 5 * rng.randint(2, 9)}

    t, (o, c) = case(), (case(), case())
    h, i = rng.randint(2, 5), rng.randint(2, 5)
    return four(
        sound(o["v"] * h, v=o["v"], m=h),
        sound(t["v"] // 12, v=t["v"]),
        sound(t["v"] * t["m"] // 60, t["v"] * t["m"], **t),
        sound(c["v"] * i, v=c["v"], m=i),
    )


def _ribbon(rng: Random) -> Mapping[str, Case]:
    """A length told twice, in metres and in centimetres; of the trap the two differ."""

    def case(off: int) -> dict[str, int]:
        k = rng.randint(6, 40)
        c = rng.choice((4, 5, 10, 20, 25))
        return {"a": k + off, "b": 100 * k, "c": c}

    o, c, t = case(0), case(0), case(rng.choice((-3, -2, -1, 1, 2, 3, 5, 10)))
    return four(
        sound(o["b"] // o["c"], **o),
        sound(100 * t["a"], a=t["a"]),
        flawed(t["b"] // t["c"], **t),
        sound(c["b"] // c["c"], **c),
    )


def _pace(rng: Random) -> Mapping[str, Case]:
    """A speed told twice: in km/h, and in metres a minute."""

    def case(off: int) -> dict[str, int]:
        v = 3 * rng.randint(4, 10)
        return {"v": v, "w": v * 1000 // 60 + off, "t": rng.randint(3, 12)}

    o, c, t = case(0), case(0), case(0)
    t["w"] = rng.choice([50 * n for n in range(4, 11) if 1 <= abs(50 * n - t["w"]) <= 150])
    return four(
        sound(o["w"] * o["t"], **o),
        sound(t["v"] * 1000 // 60, v=t["v"]),
        flawed(t["w"] * t["t"], **t),
        sound(c["w"] * c["t"], **c),
    )


def _squares(rng: Random) -> Mapping[str, Case]:
    def case() -> int:
        return rng.randint(12, 95)

    o, t, c = case(), case(), case()
    return four(
        sound(10 * o, n=o),
        sound(100 * t, a=1, n=t),
        sound(100 * t, 10 * t, n=t),
        sound(10 * c, n=c),
    )


TEMPLATES = (
    Template(
        name="minutes-at-km-an-hour",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_minutes,
        ranges={"v": "train speed, km/h", "m": "minutes"},
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == v * m",), ask="x"),
            "twist": Model(
                unknowns={"x": Q}, facts=("60 * x == v * m",), ask="x", shortcut="v * m"
            ),
            "control": Model(unknowns={"x": Q}, facts=("x == v * m",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("12 * x == v",), ask="x"),
        },
        words={
            "en": told(
                (
                    "A train runs at a steady {v} km per hour. How many km does it cover in {m} hours?",
                    "A train runs at a steady {v} km per hour. How many km does it cover in {m} minutes?",
                    "A train runs at a steady {v} km per hour for {m} hours. How many km does it cover in that time?",
                    "A train runs at a steady {v} km per hour. How many km does it cover in five minutes?",
                ),
                (
                    "{A} can print {v} flyers per hour. How many flyers does {A} print in {m} hours?",
                    "{A} can print {v} flyers per hour. How many flyers does {A} print in {m} minutes?",
                    "{A} can print {v} flyers per hour. How many flyers does {A} print in {m} hours without a pause?",
                    "{A} can print {v} flyers per hour. How many flyers does {A} print in five minutes?",
                ),
                (
                    "A spring gives {v} litres of water per hour. How many litres is that in {m} hours?",
                    "A spring gives {v} litres of water per hour. How many litres is that in {m} minutes?",
                    "A spring gives {v} litres of water per hour. How many litres does it give in {m} hours?",
                    "A spring gives {v} litres of water per hour. How many litres is that in five minutes?",
                ),
            ),
            "zh": told(
                (
                    "一列火车匀速行驶，每小时{v}千米。{m}小时行驶多少千米？",
                    "一列火车匀速行驶，每小时{v}千米。{m}分钟行驶多少千米？",
                    "一列火车以每小时{v}千米的速度匀速行驶了{m}小时，行驶了多少千米？",
                    "一列火车匀速行驶，每小时{v}千米。五分钟行驶多少千米？",
                ),
                (
                    "{A}每小时能印{v}张传单。{m}小时能印多少张？",
                    "{A}每小时能印{v}张传单。{m}分钟能印多少张？",
                    "{A}每小时能印{v}张传单。连续印{m}小时，能印多少张？",
                    "{A}每小时能印{v}张传单。五分钟能印多少张？",
                ),
                (
                    "一眼泉水每小时流出{v}升水。{m}小时流出多少升？",
                    "一眼泉水每小时流出{v}升水。{m}分钟流出多少升？",
                    "旱季里，一眼泉水每小时流出{v}升水。{m}小时流出多少升？",
                    "一眼泉水每小时流出{v}升水。五分钟流出多少升？",
                ),
            ),
        },
    ),
    Template(
        name="ribbon",
        topic=TOPIC,
        flaw=Flaw.DIRECT,
        draw=_ribbon,
        ranges={"a": "ribbon, m", "c": "ribbon, cm"},
        models={
            "original": Model(
                unknowns={"x": Q}, facts=("b == 100 * a", "x * c == b"), ask="x", shortcut="b / c"
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == 100 * a",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A} has a ribbon of exactly {a} m, that is {b} cm, and cuts all of it into pieces of {c} cm. How many pieces are there?",
                    "{A} has a ribbon of exactly {a} m. How many cm is that?",
                ),
                (
                    "A roll of wire is labelled: length {a} m ({b} cm). It is cut into equal pieces of {c} cm, with nothing lost. How many pieces is that?",
                    "A roll of wire is labelled: length {a} m. How many cm of wire is that?",
                ),
                (
                    "A wall is {b} cm long, and {A}'s plan gives this length as {a} m. Tiles of {c} cm are laid along it without gaps. How many tiles are there in a row?",
                    "A wall on {A}'s plan is {a} m long. How many cm long is it?",
                ),
            ),
            "zh": told(
                (
                    "{A}有一条丝带，正好长{a}米，也就是{b}厘米，全部剪成{c}厘米长的小段。一共有多少段？",
                    "{A}有一条丝带，正好长{a}米，也就是多少厘米？",
                ),
                (
                    "一卷铁丝上标着：长{a}米（{b}厘米）。把它剪成{c}厘米长的小段，不计损耗，一共有多少段？",
                    "一卷铁丝上标着：长{a}米。铁丝长多少厘米？",
                ),
                (
                    "一面墙长{b}厘米，{A}的图纸上标的是同样的长度，{a}米。沿墙紧挨着铺{c}厘米长的瓷砖，一排有多少块？",
                    "{A}的图纸上，一面墙长{a}米。这面墙长多少厘米？",
                ),
            ),
        },
    ),
    Template(
        name="pace",
        topic=TOPIC,
        flaw=Flaw.DIRECT,
        draw=_pace,
        ranges={"v": "cycling speed, km/h", "t": "minutes"},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("60 * w == 1000 * v", "x == w * t"),
                ask="x",
                shortcut="w * t",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("60 * x == 1000 * v",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A} cycles at a constant {v} km per hour, which is exactly {w} metres per minute. How many metres does {A} ride in {t} minutes?",
                    "{A} cycles at a constant {v} km per hour. How many metres per minute is that exactly?",
                ),
                (
                    "A harbour boat keeps up {v} kilometres an hour, and its log gives the same speed as {w} metres a minute. How many metres does the boat cover in {t} minutes?",
                    "A harbour boat keeps up {v} kilometres an hour. What speed in metres a minute must its log give?",
                ),
                (
                    "One display of {A}'s exercise bike shows {v} km/h, another shows {w} m/min, and both are exact. {A} keeps up this speed for {t} minutes. How many metres is that?",
                    "One display of {A}'s exercise bike shows {v} km/h. What does another display show in m/min, if both are exact?",
                ),
            ),
            "zh": told(
                (
                    "{A}骑车的速度一直是每小时{v}千米，正好等于每分钟{w}米。{t}分钟骑多少米？",
                    "{A}骑车的速度一直是每小时{v}千米，正好等于每分钟多少米？",
                ),
                (
                    "游船保持每小时{v}千米，航海日志上记的是同一速度：每分钟{w}米。{t}分钟行驶多少米？",
                    "游船保持每小时{v}千米，航海日志上要记成每分钟多少米？",
                ),
                (
                    "{A}的健身车有两个读数，一个是每小时{v}千米，另一个是每分钟{w}米，两个都准。{A}保持这个速度{t}分钟，一共骑了多少米？",
                    "{A}的健身车有两个读数，都准，一个是每小时{v}千米。另一个应是每分钟多少米？",
                ),
            ),
        },
    ),
    Template(
        name="square-millimetres",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_squares,
        ranges={"n": "ribbon, cm"},
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == 10 * n",), ask="x"),
            "twist": Model(
                unknowns={"x": Q}, facts=("x == 10 * 10 * n",), ask="x", shortcut="10 * n"
            ),
            "control": Model(unknowns={"x": Q}, facts=("x == 10 * n",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x == a * 10 * 10 * n",), ask="x"),
        },
        words={
            "en": told(
                (
                    "A thread is {n} cm long. How many mm is that?",
                    "A piece of card has an area of {n} square cm. How many square mm is that?",
                    "The outline of a piece of card is {n} cm long. How many mm is that?",
                    "A piece of card is cut into {n} squares, each {a} cm long and wide. How many square mm is that in all?",
                ),
                (
                    "{A} draws a line of {n} centimetres. How long is it in millimetres?",
                    "{A} draws a figure of {n} square centimetres. How large is it in square millimetres?",
                    "{A} draws a figure with an outline of {n} centimetres. How long is the outline in millimetres?",
                    "{A} draws {n} squares with a side of {a} centimetre. How many square millimetres do they cover together?",
                ),
                (
                    "The label on {A}'s ribbon gives a length of {n} cm. What is that in mm?",
                    "The label on {A}'s sheet of felt gives an area of {n} cm². What is that in mm²?",
                    "The label on {A}'s sheet of felt gives a length of {n} cm. What is that in mm?",
                    "{A} lays out {n} pieces of felt, each a square of {a} cm by {a} cm. What area is that in mm²?",
                ),
            ),
            "zh": told(
                (
                    "一根线长{n}厘米，合多少毫米？",
                    "一张卡纸的面积是{n}平方厘米，合多少平方毫米？",
                    "一张卡纸的周长是{n}厘米，合多少毫米？",
                    "一张卡纸正好能剪成{n}个边长{a}厘米的正方形，面积合多少平方毫米？",
                ),
                (
                    "{A}画了一条{n}厘米的线段，合多少毫米？",
                    "{A}画了一个{n}平方厘米的图形，合多少平方毫米？",
                    "{A}画了一个周长{n}厘米的图形，周长合多少毫米？",
                    "{A}画了{n}个边长{a}厘米的正方形，合起来的图形面积是多少平方毫米？",
                ),
                (
                    "{A}的丝带标着长{n}厘米，是多少毫米？",
                    "{A}的毛毡片标着面积{n}平方厘米，是多少平方毫米？",
                    "{A}的毛毡片标着长{n}厘米，是多少毫米？",
                    "{A}摆了{n}块毛毡片，每块是边长{a}厘米的正方形，面积一共是多少平方毫米？",
                ),
            ),
        },
    ),
)
