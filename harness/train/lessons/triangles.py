"""Triangles and circles."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template

TOPIC = "triangles and circles"


def _sides(rng: Random) -> Mapping[str, Case]:
    def ab() -> tuple[int, int]:
        return rng.randint(4, 60), rng.randint(4, 60)

    a, b = ab()
    c = rng.randint(abs(a - b) + 1, a + b - 1)
    a1, b1 = ab()
    c1 = a1 + b1 + rng.randint(1, 8)
    a2, b2 = ab()
    c2 = a2 + b2 - rng.randint(1, min(a2, b2) - 1)
    a3, b3 = rng.randint(4, 99), rng.randint(4, 99)
    return {
        "original": Case(values={"a": a, "b": b, "c": c}, answer=a + b + c),
        "concept": Case(values={"a": a3, "b": b3}, answer=a3 + b3 - 1),
        "twist": Case(values={"a": a1, "b": b1, "c": c1}, lure=a1 + b1 + c1),
        "control": Case(values={"a": a2, "b": b2, "c": c2}, answer=a2 + b2 + c2),
    }


def _angles(rng: Random) -> Mapping[str, Case]:
    def two() -> tuple[int, int]:
        return rng.randint(31, 80), rng.randint(31, 80)

    (a, b), (a1, b1), (a2, b2) = two(), two(), two()
    k, k1, k2 = (rng.randint(2, 9) for _ in range(3))
    shift = rng.choice((-12, -10, -5, 5, 8, 10, 15))
    c1, c2 = 180 - a1 - b1 + shift, 180 - a2 - b2
    n = rng.randint(15, 89)
    return {
        "original": Case(
            values={"a": a, "b": b, "c": 180 - a - b, "k": k}, answer=k * (180 - a - b)
        ),
        "concept": Case(values={"n": n}, answer=90 - n),
        "twist": Case(values={"a": a1, "b": b1, "c": c1, "k": k1}, lure=k1 * c1),
        "control": Case(values={"a": a2, "b": b2, "c": c2, "k": k2}, answer=k2 * c2),
    }


def _circle(rng: Random) -> Mapping[str, Case]:
    pi = Fraction(314, 100)
    r, r1, r2 = (rng.randint(3, 60) for _ in range(3))
    d1 = 2 * r1 + rng.choice((-2, -1, 1, 2, 3))
    n = rng.randint(6, 250)
    return {
        "original": Case(values={"r": r, "d": 2 * r, "pi": pi}, answer=2 * pi * r),
        "concept": Case(values={"d": n}, answer=Fraction(n, 2)),
        "twist": Case(values={"r": r1, "d": d1, "pi": pi}, lure=2 * pi * r1),
        "control": Case(values={"r": r2, "d": 2 * r2, "pi": pi}, answer=2 * pi * r2),
    }


TEMPLATES = (
    Template(
        name="triangle-sides",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_sides,
        models={
            "original": Model(
                unknowns={"x": Q, "y": Q, "z": Q},
                facts=("x == a", "y == b", "z == c"),
                laws=("x + y > z", "y + z > x", "z + x > y"),
                ask="x + y + z",
                shortcut="a + b + c",
            ),
            "concept": Model(
                unknowns={"x": (1, 220)},
                facts=("a + b > x", "a + x > b", "b + x > a"),
                ask="x",
                best="max",
            ),
        },
        words={
            "en": (
                {
                    "original": "The sides of a triangle are {a} cm, {b} cm and {c} cm long. What "
                    "is its perimeter in cm?"
                },
                {
                    "original": "{A} bends a wire into a triangle with sides of {a} cm, {b} cm and "
                    "{c} cm, using the whole wire. How many centimetres long is the wire?"
                },
                {
                    "original": "A garden bed has the shape of a triangle. {A} measures its edges: "
                    "{a} metres, {b} metres and {c} metres. How many metres of edging go all the "
                    "way round?"
                },
            ),
            "zh": (
                {
                    "original": "一个三角形的三条边长分别是{a}厘米、{b}厘米和{c}厘米。它的周长是多少厘米？"
                },
                {
                    "original": "{A}用一根铁丝正好围成一个三角形，三条边分别长{a}厘米、{b}厘米、{c}厘米。"
                    "这根铁丝长多少厘米？"
                },
                {
                    "original": "一个花坛是三角形的，{A}量得三边分别是{a}米、{b}米和{c}米。"
                    "绕花坛一圈要多少米的围边？"
                },
            ),
        },
        concept={
            "en": (
                (
                    "Two sides of a triangle are {a} cm and {b} cm long. The third side is a whole "
                    "number of centimetres. How long can it be at most, in cm?"
                ),
            ),
            "zh": (
                (
                    "三角形的两条边分别长{a}厘米和{b}厘米，第三条边的长度是整数厘米。"
                    "第三条边最长是多少厘米？"
                ),
            ),
        },
    ),
    Template(
        name="triangle-angles",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_angles,
        models={
            "original": Model(
                unknowns={"x": Q, "y": Q, "z": Q},
                facts=("x == a", "y == b", "z == c"),
                laws=("x + y + z == 180",),
                ask="k * z",
                shortcut="k * c",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x + n + 90 == 180",), ask="x"),
        },
        words={
            "en": (
                {
                    "original": "In triangle PQR the angle at P measures {a} degrees, the angle at "
                    "Q {b} degrees and the angle at R {c} degrees. {A} draws an angle that is {k} "
                    "times the angle at R. How many degrees does it measure?"
                },
                {
                    "original": "{A} cuts a triangle out of card and reads its three angles off a "
                    "protractor: {a}°, {b}° and {c}°. {B} lays {k} copies of the last angle side "
                    "by side. How many degrees do they cover?"
                },
                {
                    "original": "A sail is a triangle with angles of {a}, {b} and {c} degrees. On "
                    "a plan, {k} sails meet at one point, each with the last of these angles. How "
                    "many degrees is that in all?"
                },
            ),
            "zh": (
                {
                    "original": "三角形PQR中，角P是{a}度，角Q是{b}度，角R是{c}度。"
                    "{A}画了一个角，是角R的{k}倍。这个角是多少度？"
                },
                {
                    "original": "{A}用卡纸剪了一个三角形，用量角器量得三个角是{a}°、{b}°和{c}°。"
                    "{B}把{k}个最后量的角并排放在一起。一共是多少度？"
                },
                {
                    "original": "一面三角形的帆，三个角分别是{a}度、{b}度、{c}度。"
                    "图纸上有{k}面同样的帆在一点相接，每面用的都是最后一个角。一共是多少度？"
                },
            ),
        },
        concept={
            "en": (
                (
                    "One angle of a right-angled triangle measures {n} degrees, besides the right "
                    "angle. How many degrees does the remaining angle measure?"
                ),
            ),
            "zh": ("直角三角形中，除直角外有一个角是{n}度。剩下的角是多少度？",),
        },
    ),
    Template(
        name="circle-twice",
        topic=TOPIC,
        flaw=Flaw.DIRECT,
        draw=_circle,
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x == r", "2 * x == d"),
                ask="2 * pi * x",
                shortcut="2 * pi * r",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("2 * x == d",), ask="x"),
        },
        words={
            "en": (
                {
                    "original": "A circle has a radius of {r} cm and a diameter of {d} cm. Taking "
                    "pi as {pi}, what is its circumference in cm?"
                },
                {
                    "original": "{A} walks once round a circular pond. From the centre to the edge "
                    "it is {r} metres, and straight across through the centre {d} metres. With pi "
                    "= {pi}, how many metres does {A} walk?"
                },
                {
                    "original": "A round table top is {d} cm wide from edge to edge through the "
                    "middle; its radius is {r} cm. {A} glues a strip all around it. How many cm "
                    "of strip are needed, if pi is taken as {pi}?"
                },
            ),
            "zh": (
                {
                    "original": "一个圆的半径是{r}厘米，直径是{d}厘米。取圆周率为{pi}，它的周长是多少厘米？"
                },
                {
                    "original": "{A}绕圆形池塘走一圈。从圆心到池边是{r}米，经过圆心横穿池塘是{d}米。"
                    "圆周率取{pi}，{A}走了多少米？"
                },
                {
                    "original": "一张圆桌面，经过中心从一边到另一边是{d}厘米，半径是{r}厘米。"
                    "{A}沿边贴一圈封条，圆周率取{pi}，需要多少厘米的封条？"
                },
            ),
        },
        concept={
            "en": ("A circle is {d} cm in diameter. What is its radius in cm?",),
            "zh": ("一个圆的直径是{d}厘米。它的半径是多少厘米？",),
        },
    ),
)
