"""Areas and units."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, wordings

TOPIC = "areas and units"


def _rectangle(rng: Random) -> Mapping[str, Case]:
    def ab() -> tuple[int, int]:
        y = rng.randint(3, 40)
        return y + 2 * rng.randint(1, 15), y

    (x, y), (u, v), (p, q) = ab(), ab(), ab()
    h = Fraction(u + v, 2)
    return {
        "original": Case(values={"a": x, "b": y}, answer=x * y),
        "concept": Case(values={"a": p, "b": v}, answer=2 * (p + v)),
        "twist": Case(
            values={"p": 2 * (u + v), "s": u + v},
            lure=h * h,
            witnesses=({"x": u, "y": v}, {"x": u + 1, "y": v - 1}),
        ),
        "control": Case(values={"p": 2 * (p + q), "s": p - q}, answer=p * q),
    }


def _squares(rng: Random) -> Mapping[str, Case]:
    a, n, k = rng.randint(2, 60), rng.randint(2, 30), rng.randint(2, 90)
    b, c, m = rng.randint(2, 60), rng.randint(2, 90), rng.randint(2, 30)
    return {
        "original": Case(values={"a": a, "b": k}, answer=a * k),
        "concept": Case(values={"k": k + 2 * n}, answer=100 * (k + 2 * n)),
        "twist": Case(values={"a": b, "n": n, "c": 100}, answer=b * n * 10_000, lure=b * n * 100),
        "control": Case(values={"a": c, "n": m, "c": 100}, answer=c * m * 100),
    }


def _square(rng: Random) -> Mapping[str, Case]:
    a, b, c, n = (rng.randint(4, 90) for _ in range(4))
    k, i, j = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 9)
    d = b + rng.choice((-2, -1, 1, 2))
    return {
        "original": Case(values={"a": a, "k": k}, answer=4 * a * k, model="plain"),
        "concept": Case(values={"p": 4 * n}, answer=n),
        "twist": Case(values={"a": b, "b": d, "k": i}, lure=4 * b * i),
        "control": Case(values={"a": c, "b": c, "k": j}, answer=4 * c * j),
    }


_SQUARE = Model(
    unknowns={"x": Q}, facts=("x == a", "x == b"), ask="4 * x * k", shortcut="4 * a * k"
)
TEMPLATES = (
    Template(
        name="perimeter-twice",
        topic=TOPIC,
        flaw=Flaw.MISSING,
        draw=_rectangle,
        models={
            "original": Model(unknowns={"x": Q, "y": Q}, facts=("x == a", "y == b"), ask="x * y"),
            "concept": Model(unknowns={"x": Q}, facts=("x == 2 * a + 2 * b",), ask="x"),
            "twist": Model(
                unknowns={"x": Q, "y": Q},
                facts=("2 * x + 2 * y == p", "x + y == s"),
                sense=("x > y", "y > 0"),
                ask="x * y",
                shortcut="s * s / 4",
            ),
            "control": Model(
                unknowns={"x": Q, "y": Q}, facts=("2 * x + 2 * y == p", "x - y == s"), ask="x * y"
            ),
        },
        words={
            "en": wordings(
                (
                    "A rectangle is {a} cm long and {b} cm wide. What is its area in square cm?",
                    (
                        "The perimeter of a rectangle that is longer than wide is {p} cm. The sum of "
                        "its length and its width is {s} cm. What is its area in square cm?"
                    ),
                    (
                        "The perimeter of a rectangle that is longer than wide is {p} cm. The "
                        "difference of its length and its width is {s} cm. What is its area in square "
                        "cm?"
                    ),
                ),
                (
                    (
                        "{A}'s rectangular field measures {a} metres by {b} metres. How many square "
                        "metres is that?"
                    ),
                    (
                        "A fence of {p} metres runs all around {A}'s rectangular field. One long and "
                        "one short side take {s} metres of it together. How many square metres is the "
                        "field?"
                    ),
                    (
                        "A fence of {p} metres runs all around {A}'s rectangular field. One long side "
                        "takes {s} metres more than one short side. How many square metres is the "
                        "field?"
                    ),
                ),
                (
                    "A flag is {a} dm long and {b} dm high. Find its area in square dm.",
                    (
                        "The hem of a flag, along all four edges, is {p} dm. Length plus height is {s} "
                        "dm, and the length is the larger. Find the area of the flag in square dm."
                    ),
                    (
                        "The hem of a flag, along all four edges, is {p} dm. Length minus height is "
                        "{s} dm, and the length is the larger. Find the area of the flag in square dm."
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "一个长方形长{a}厘米，宽{b}厘米。面积是多少平方厘米？",
                    "一个长方形（长大于宽）的周长是{p}厘米，长与宽的和是{s}厘米。面积是多少平方厘米？",
                    "一个长方形（长大于宽）的周长是{p}厘米，长与宽的差是{s}厘米。面积是多少平方厘米？",
                ),
                (
                    "{A}的长方形菜地长{a}米，宽{b}米。面积是多少平方米？",
                    "{A}的长方形菜地一圈的篱笆长{p}米，一条长边和一条短边共{s}米。菜地面积是多少平方米？",
                    "{A}的长方形菜地一圈的篱笆长{p}米，一条长边比一条短边多{s}米。菜地面积是多少平方米？",
                ),
                (
                    "一面旗长{a}分米，高{b}分米。求面积是多少平方分米。",
                    "一面长方形旗的四边包边共{p}分米，长加高是{s}分米，长大于高。求面积是多少平方分米。",
                    "一面长方形旗的四边包边共{p}分米，长减高是{s}分米，长大于高。求面积是多少平方分米。",
                ),
            ),
        },
        concept={
            "en": ("A rectangle is {a} cm long and {b} cm wide. What is its perimeter in cm?",),
            "zh": ("一个长方形长{a}厘米，宽{b}厘米。周长是多少厘米？",),
        },
    ),
    Template(
        name="square-units",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_squares,
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == a * b",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x == k * 100",), ask="x"),
            "twist": Model(
                unknowns={"x": Q}, facts=("x == a * n",), ask="x * c * c", shortcut="a * n * c"
            ),
            "control": Model(unknowns={"x": Q}, facts=("x == a * n",), ask="x * c"),
        },
        words={
            "en": wordings(
                (
                    (
                        "A path is {a} metres long and {b} metres wide. What is its area in square "
                        "metres?"
                    ),
                    (
                        "There are {c} cm in a metre. {n} boards have an area of {a} square metres "
                        "each. How many square cm is that in all?"
                    ),
                    (
                        "There are {c} cm in a metre. {n} boards have a length of {a} metres each. How "
                        "many cm is that in all?"
                    ),
                ),
                (
                    (
                        "{A} paints a wall {a} metres long and {b} metres high. How many square metres "
                        "does {A} paint?"
                    ),
                    (
                        "{A} paints {n} walls of {a} square metres each. A metre has {c} cm. How many "
                        "square cm does {A} paint?"
                    ),
                    (
                        "{A} tapes {n} edges of {a} metres each. A metre has {c} cm. How many cm does "
                        "{A} tape?"
                    ),
                ),
                (
                    "A plot measures {a} metres by {b} metres. Give its area in square metres.",
                    (
                        "One metre is {c} cm. A mosaic of {n} equal panels, each covering {a} square "
                        "metres, is laid with stones of one square cm. How many stones are needed?"
                    ),
                    (
                        "One metre is {c} cm. A chain of {n} equal pieces, each reaching {a} metres, "
                        "is made of links of one cm. How many links are needed?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "一条小路长{a}米，宽{b}米。面积是多少平方米？",
                    "一米等于{c}厘米。{n}块木板每块面积{a}平方米，一共是多少平方厘米？",
                    "一米等于{c}厘米。{n}块木板每块长{a}米，一共是多少厘米？",
                ),
                (
                    "{A}粉刷一面长{a}米、高{b}米的墙。粉刷了多少平方米？",
                    "{A}粉刷{n}面墙，每面{a}平方米。一米是{c}厘米，一共粉刷多少平方厘米？",
                    "{A}给{n}条边贴胶带，每条{a}米。一米是{c}厘米，一共贴多少厘米？",
                ),
                (
                    "一块地长{a}米，宽{b}米。求面积是多少平方米。",
                    "一米是{c}厘米。用一平方厘米的小石子铺{n}块同样的图案，每块{a}平方米。需要多少颗小石子？",
                    "一米是{c}厘米。用一厘米长的小环做{n}段同样的链子，每段{a}米。需要多少个小环？",
                ),
            ),
        },
        concept={
            "en": ("How many cm are {k} metres?",),
            "zh": ("{k}米是多少厘米？",),
        },
    ),
    Template(
        name="square-sides",
        topic=TOPIC,
        flaw=Flaw.DIRECT,
        draw=_square,
        models={
            "original": _SQUARE,
            "plain": Model(unknowns={"x": Q}, facts=("x == a",), ask="4 * x * k"),
            "concept": Model(unknowns={"x": Q}, facts=("4 * x == p",), ask="x"),
            "twist": _SQUARE,
        },
        words={
            "en": wordings(
                (
                    (
                        "A square has sides of {a} cm. What is the perimeter of {k} such squares laid "
                        "out apart, added up, in cm?"
                    ),
                    (
                        "ABCD is a square with AB = {a} cm and BC = {b} cm. What is the perimeter of "
                        "{k} such squares laid out apart, added up, in cm?"
                    ),
                ),
                (
                    (
                        "{A} runs {k} times around a square yard whose sides measure {a} metres. How "
                        "many metres is that?"
                    ),
                    (
                        "{A} runs {k} times around a square yard. Its north side measures {a} metres, "
                        "its east side {b} metres. How many metres is that?"
                    ),
                ),
                (
                    (
                        "A square picture with edges of {a} cm gets a frame of {k} rounds of ribbon "
                        "along its edges. How many cm of ribbon are needed?"
                    ),
                    (
                        "A square picture, {a} cm high and {b} cm wide, gets a frame of {k} rounds of "
                        "ribbon along its edges. How many cm of ribbon are needed?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "正方形的边长是{a}厘米。{k}个这样互不相连的正方形，周长一共是多少厘米？",
                    "正方形ABCD中，AB={a}厘米，BC={b}厘米。{k}个这样互不相连的正方形，周长一共是多少厘米？",
                ),
                (
                    "{A}绕边长{a}米的正方形院子跑{k}圈，一共跑多少米？",
                    "{A}绕一个正方形院子跑{k}圈。院子北边长{a}米，东边长{b}米。一共跑多少米？",
                ),
                (
                    "一幅边长{a}厘米的正方形画，沿四边绕{k}圈丝带，需要多少厘米的丝带？",
                    "一幅正方形的画高{a}厘米，宽{b}厘米，沿四边绕{k}圈丝带，需要多少厘米的丝带？",
                ),
            ),
        },
        concept={
            "en": ("The perimeter of a square is {p} cm. How long is a side, in cm?",),
            "zh": ("正方形的周长是{p}厘米。边长是多少厘米？",),
        },
    ),
)
