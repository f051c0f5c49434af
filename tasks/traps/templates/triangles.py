"""Triangles, circles and rectangles that cannot be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, flawed, four, sound, told

TOPIC = "triangles and circles"
SIDE = "side of a drawing, cm"


def _sides(rng: Random) -> Mapping[str, Case]:
    def ab() -> tuple[int, int]:
        return rng.randint(12, 60), rng.randint(12, 60)

    (a, b), (a1, b1), (a2, b2) = ab(), ab(), ab()
    c = rng.randint(abs(a - b) + 4, a + b - 4)
    c1, c2 = a1 + b1 + rng.randint(1, 9), a2 + b2 - rng.randint(1, 5)
    return four(
        sound(a + b + c, a=a, b=b, c=c),
        sound(a1 + b1 - 1, a=a1, b=b1),
        flawed(a1 + b1 + c1, a=a1, b=b1, c=c1),
        sound(a2 + b2 + c2, a=a2, b=b2, c=c2),
    )


def _height(rng: Random) -> Mapping[str, Case]:
    """A base, a height onto it, and the side from the height's foot line to the base."""

    def base() -> int:
        return 2 * rng.randint(6, 20)

    def case(gap: int) -> dict[str, int]:
        s = rng.randint(10, 40)
        return {"a": base(), "h": s - gap, "s": s}

    o, c, t = case(rng.randint(3, 6)), case(rng.randint(1, 2)), case(-rng.randint(1, 4))
    return four(
        sound(o["a"] * o["h"] // 2, **o),
        sound(t["s"], s=t["s"]),
        flawed(t["a"] * t["h"] // 2, **t),
        sound(c["a"] * c["h"] // 2, **c),
    )


def _altitude(rng: Random) -> Mapping[str, Case]:
    def case(low: int, high: int) -> dict[str, int]:
        c = 2 * rng.randint(8, 40)
        return {"c": c, "h": c // 2 + rng.randint(low, high)}

    o, c, t = case(-6, -3), case(-2, 0), case(1, 5)
    return four(
        sound(o["c"] * o["h"] // 2, **o),
        sound(t["c"] // 2, c=t["c"]),
        flawed(t["c"] * t["h"] // 2, **t),
        sound(c["c"] * c["h"] // 2, **c),
    )


def _chord(rng: Random) -> Mapping[str, Case]:
    def case(low: int, high: int) -> dict[str, int]:
        r = rng.randint(15, 60)
        return {"r": r, "c": 2 * r + rng.randint(low, high)}

    o, c, t = case(-20, -8), case(-4, -1), case(1, 9)
    return four(
        sound(2 * o["r"] + o["c"], **o),
        sound(2 * t["r"], r=t["r"]),
        flawed(2 * t["r"] + t["c"], **t),
        sound(2 * c["r"] + c["c"], **c),
    )


def _diagonal(rng: Random) -> Mapping[str, Case]:
    triples = ((3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29))

    def case() -> dict[str, int]:
        x, y, z = rng.choice(triples)
        k = rng.randint(*((4, 9) if z < 14 else (2, 4)))
        return {"a": k * y, "b": k * x, "d": k * z}

    def wrong(v: dict[str, int]) -> bool:
        return max(v["a"], v["b"]) < v["d"] < v["a"] + v["b"] and v["d"] != right

    o, c = case(), case()
    while True:
        t, other = case(), case()
        right, t["d"] = t["d"], other["d"]  # the diagonal of another rectangle
        if wrong(t):
            break
    return four(
        sound(o["a"] + o["b"] - o["d"], **o),
        sound(right, a=t["a"], b=t["b"]),
        flawed(t["a"] + t["b"] - t["d"], **t),
        sound(c["a"] + c["b"] - c["d"], **c),
    )


TEMPLATES = (
    Template(
        name="triangle-sides",
        taught=True,
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_sides,
        ranges={"a": SIDE, "b": SIDE, "c": SIDE},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x == a + b + c",),
                laws=("a + b > c", "b + c > a", "c + a > b"),
                ask="x",
                shortcut="a + b + c",
            ),
            "concept": Model(
                unknowns={"x": (1, 200)},
                facts=("x < a + b", "x + a > b", "x + b > a"),
                ask="x",
                best="max",
            ),
        },
        words={
            "en": told(
                (
                    "The sides of a triangle measure {a} cm, {b} cm and {c} cm. Find its perimeter in cm.",
                    "Two sides of a triangle measure {a} cm and {b} cm, and the third is a whole number of cm too. How long, in cm, can it be at most?",
                ),
                (
                    "{A} bends a wire into a triangle with sides of {a} cm, {b} cm and {c} cm. How many centimetres of wire does that take?",
                    "{A} bends a wire into a triangle. Two of its sides are {a} cm and {b} cm long, and the third is a whole number of centimetres. How many centimetres can that be at most?",
                ),
                (
                    "Three straight paths enclose a triangular flower bed. They are {a} m, {b} m and {c} m long. How many metres does {A} walk to go once round the bed?",
                    "Three straight paths enclose a triangular flower bed. Two of them are {a} m and {b} m long, the third a whole number of metres. How many metres long can the third path be at most?",
                ),
            ),
            "zh": told(
                (
                    "一个三角形的三条边长分别是{a}厘米、{b}厘米和{c}厘米，求它的周长是多少厘米。",
                    "一个三角形的两条边长分别是{a}厘米和{b}厘米，第三条边长也是整厘米数，最长是多少厘米？",
                ),
                (
                    "{A}用铁丝弯了一个三角形，三条边分别长{a}厘米、{b}厘米和{c}厘米，共用去多少厘米铁丝？",
                    "{A}用铁丝弯了一个三角形，其中两条边长{a}厘米和{b}厘米，第三条边是整厘米数，最长多少厘米？",
                ),
                (
                    "三条笔直的小路围成一个三角形花坛，小路分别长{a}米、{b}米和{c}米。{A}绕花坛走一圈要走多少米？",
                    "三条笔直的小路围成一个三角形花坛，其中两条长{a}米和{b}米，第三条的长是整米数，最长多少米？",
                ),
            ),
        },
    ),
    Template(
        name="height-over-a-side",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_height,
        ranges={"a": SIDE, "h": SIDE, "s": SIDE},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("2 * x == a * h",),
                laws=("h <= s",),
                ask="x",
                shortcut="a * h / 2",
            ),
            "concept": Model(unknowns={"x": (1, 60)}, facts=("x <= s",), ask="x", best="max"),
        },
        words={
            "en": told(
                (
                    "In triangle ABC, side AB measures {a} cm and side AC {s} cm. The height from C onto the line AB is {h} cm. What is the area of the triangle in square centimetres?",
                    "In triangle ABC, side AC measures {s} cm. What is the greatest height in cm that the triangle can have from C onto the line AB, if AB may be as long as one likes?",
                ),
                (
                    "{A} cuts a triangle out of cardboard. Its base is {a} cm long, the left side {s} cm, and the top corner lies {h} cm above the line of the base. How many square centimetres of cardboard is that?",
                    "{A} cuts a triangle out of cardboard. Its left side is {s} cm long and starts at the base. How many cm above the line of the base can the top corner lie at most?",
                ),
                (
                    "The triangular sail of a toy boat has a lower edge of {a} cm and a front edge of {s} cm; its top is {h} cm above the line of the lower edge. Find the area of the sail in square centimetres.",
                    "The triangular sail of a toy boat has a front edge of {s} cm, which starts at the lower edge. At most how many cm above the line of the lower edge can the top of the sail be?",
                ),
            ),
            "zh": told(
                (
                    "在三角形ABC中，AB长{a}厘米，AC长{s}厘米，从C点到直线AB的高是{h}厘米。三角形的面积是多少平方厘米？",
                    "在三角形ABC中，AC长{s}厘米，AB的长不限。从C点到直线AB的高最大是多少厘米？",
                ),
                (
                    "{A}剪了一个三角形纸板，底边长{a}厘米，左边长{s}厘米，顶点到底边所在直线的距离是{h}厘米。纸板的面积是多少平方厘米？",
                    "{A}剪了一个三角形纸板，从底边出发的左边长{s}厘米。顶点到底边所在直线的距离最大是多少厘米？",
                ),
                (
                    "玩具船的一面三角形船帆，下边长{a}厘米，前边长{s}厘米，帆顶到下边所在直线的距离是{h}厘米。这面帆的面积是多少平方厘米？",
                    "玩具船的一面三角形船帆，与下边相连的前边长{s}厘米。帆顶到下边所在直线的距离最大是多少厘米？",
                ),
            ),
        },
    ),
    Template(
        name="right-triangle-altitude",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_altitude,
        ranges={"c": SIDE, "h": SIDE},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("2 * x == c * h",),
                laws=("2 * h <= c",),
                ask="x",
                shortcut="c * h / 2",
            ),
            "concept": Model(unknowns={"x": (1, 90)}, facts=("2 * x <= c",), ask="x", best="max"),
        },
        words={
            "en": told(
                (
                    "A right triangle has a hypotenuse of {c} cm, and the altitude onto the hypotenuse is {h} cm. What is its area in square centimetres?",
                    "A right triangle has a hypotenuse of {c} cm. What is the greatest length in cm that the altitude onto the hypotenuse can have?",
                ),
                (
                    "{A} draws a triangle with a right angle at C. The side AB opposite to it is {c} cm long, and C is {h} cm away from that side. Give the area in square centimetres.",
                    "{A} draws a triangle with a right angle at C. The side AB opposite to it is {c} cm long. How many cm away from that side can C be at most?",
                ),
                (
                    "The longest side of a right-angled, triangular garden plot measures {c} m; the corner with the right angle lies {h} m from it. How many square metres is the plot?",
                    "The longest side of a right-angled, triangular garden plot measures {c} m. How many metres from it can the corner with the right angle lie at most?",
                ),
            ),
            "zh": told(
                (
                    "一个直角三角形的斜边长{c}厘米，斜边上的高是{h}厘米，它的面积是多少平方厘米？",
                    "一个直角三角形的斜边长{c}厘米，斜边上的高最大是多少厘米？",
                ),
                (
                    "{A}画了一个三角形，角C是直角，它的对边AB长{c}厘米，C点到AB的距离是{h}厘米。求面积是多少平方厘米。",
                    "{A}画了一个三角形，角C是直角，它的对边AB长{c}厘米。C点到AB的距离最大是多少厘米？",
                ),
                (
                    "一块直角三角形菜地，最长的边是{c}米，直角顶点到这条边的距离是{h}米。这块地有多少平方米？",
                    "一块直角三角形菜地，最长的边是{c}米。直角顶点到这条边的距离最大是多少米？",
                ),
            ),
        },
    ),
    Template(
        name="chord",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_chord,
        ranges={"r": SIDE, "c": SIDE},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x == r + r + c",),
                laws=("c < 2 * r",),
                ask="x",
                shortcut="r + r + c",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == 2 * r",), ask="x"),
        },
        words={
            "en": told(
                (
                    "A and B are points on a circle with centre M and radius {r} cm, {c} cm apart in a straight line. What is the perimeter of triangle ABM in cm?",
                    "A and B are points on a circle with centre M and radius {r} cm. How many cm can they be apart at most, in a straight line?",
                ),
                (
                    "{A} draws a circle of radius {r} cm, a chord of {c} cm, and the two radii to the ends of the chord. How many centimetres long are these three lines together?",
                    "{A} draws a circle of radius {r} cm. How many centimetres long is the longest chord of this circle?",
                ),
                (
                    "From the middle of a round pond, {r} m from the shore everywhere, {A} rows straight to the shore, then {c} m straight across the water to another place on the shore, and straight back to the middle. How many metres is that?",
                    "The middle of a round pond is {r} m from the shore everywhere. {A} rows straight across the water from one place on the shore to another. How many metres can that be at most?",
                ),
            ),
            "zh": told(
                (
                    "圆心为M、半径为{r}厘米的圆上有A、B两点，线段AB长{c}厘米。三角形ABM的周长是多少厘米？",
                    "圆心为M、半径为{r}厘米的圆上有A、B两点，线段AB最长是多少厘米？",
                ),
                (
                    "{A}画了一个半径{r}厘米的圆，在圆里画一条长{c}厘米的弦，再画出通向弦两端的两条半径。这三条线段一共长多少厘米？",
                    "{A}画了一个半径{r}厘米的圆。这个圆最长的弦是多少厘米？",
                ),
                (
                    "圆形池塘的中心到岸边各处都是{r}米。{A}从中心笔直划到岸边，再笔直划{c}米到岸上另一处，然后笔直划回中心。一共划了多少米？",
                    "圆形池塘的中心到岸边各处都是{r}米。{A}从岸上一处笔直划到岸上另一处，最多划多少米？",
                ),
            ),
        },
    ),
    Template(
        name="rectangle-diagonal",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_diagonal,
        ranges={"a": "length of a garden, m", "b": "length of a garden, m"},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x == a + b - d",),
                laws=("a * a + b * b == d * d",),
                ask="x",
                shortcut="a + b - d",
            ),
            "concept": Model(unknowns={"x": (1, 300)}, facts=("x * x == a * a + b * b",), ask="x"),
        },
        words={
            "en": told(
                (
                    "A rectangular lawn is {a} m long and {b} m wide; straight across from corner to corner it is {d} m. How many metres shorter is the way across than the way along two sides?",
                    "A rectangular lawn is {a} m long and {b} m wide. How many metres is it straight across from corner to opposite corner?",
                ),
                (
                    "{A}'s schoolyard is a rectangle of {a} m by {b} m. Instead of walking along two sides, {A} takes the diagonal of {d} m. How many metres does that save?",
                    "{A}'s schoolyard is a rectangle of {a} m by {b} m. How many metres long is its diagonal?",
                ),
                (
                    "From the north-west corner of a rectangular field to the south-east corner, {A} walks {a} m south and then {b} m east. {B} walks straight across, {d} m. By how many metres is {A}'s way longer?",
                    "{A} walks {a} m south along a rectangular field and then {b} m east. How many metres would it have been straight across?",
                ),
            ),
            "zh": told(
                (
                    "一块长方形草坪长{a}米、宽{b}米，从一角笔直走到对角是{d}米。斜着走比沿两条边走近多少米？",
                    "一块长方形草坪长{a}米、宽{b}米，从一角笔直走到对角是多少米？",
                ),
                (
                    "{A}学校的操场是{a}米乘{b}米的长方形。{A}不沿两条边走，而是走{d}米长的对角线，少走了多少米？",
                    "{A}学校的操场是{a}米乘{b}米的长方形，它的对角线长多少米？",
                ),
                (
                    "从长方形田地的西北角到东南角，{A}先向南走{a}米，再向东走{b}米；{B}沿直线斜穿，走了{d}米。{A}比{B}多走多少米？",
                    "{A}沿长方形田地的边先向南走{a}米，再向东走{b}米。如果沿直线斜穿，要走多少米？",
                ),
            ),
        },
    ),
)
