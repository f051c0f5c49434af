"""Formulas: domains of roots and logarithms, equations without real solutions, extrema."""

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

TOPIC = "formulas"


def _root(rng: Random) -> Mapping[str, Case]:
    """√(a - b x) + c at x = m; the radicand is a square, or minus one."""

    def case(sign: int, low: int) -> tuple[Numbers, int]:
        y, b, m = rng.randint(low, low + 2), rng.randint(3, 6), rng.randint(9, 24)
        return {"a": b * m + sign * y * y, "b": b, "m": m, "c": rng.randint(2, 20)}, y

    (o, x), (c, y), (t, z) = case(1, 4), case(1, 1), case(-1, 1)
    return four(
        sound(x + o["c"], **o),
        sound(t["a"] // t["b"], a=t["a"], b=t["b"]),
        flawed(z + t["c"], **t),
        sound(y + c["c"], **c),
    )


def _logarithm(rng: Random) -> Mapping[str, Case]:
    def case(sign: int, low: int) -> tuple[Numbers, int]:
        y, b, m = rng.randint(low, low + 2), rng.randint(3, 6), rng.randint(10, 28)
        return {"a": b * m + sign * 2**y, "b": b, "m": m, "c": rng.randint(3, 20)}, y

    (o, x), (c, y), (t, z) = case(1, 3), case(1, 1), case(-1, 1)
    return four(
        sound(o["c"] * x, **o),
        sound((t["a"] - 1) // t["b"], a=t["a"], b=t["b"]),
        flawed(t["c"] * z, **t),
        sound(c["c"] * y, **c),
    )


def _quadratic(rng: Random) -> Mapping[str, Case]:
    """x² - b x + c = 0, asked for the sum of the squares of its real solutions."""

    def case(sign: int, low: int) -> Numbers:
        """c is off the square of b/2 by up to the way to the next b's: it tells nothing alone."""
        b = rng.randint(13, 40)
        return {"b": b, "c": b * b // 4 - sign * (low + rng.randint(1, b // 2))}

    def squares(v: Numbers) -> int:
        return v["b"] ** 2 - 2 * v["c"]

    o, c, t = case(1, 10), case(1, 0), case(-1, 0)
    return four(
        sound(squares(o), **o),
        sound(t["b"] ** 2 - 4 * t["c"], **t),
        flawed(squares(t), **t),
        sound(squares(c), **c),
    )


def _extremum(rng: Random) -> Mapping[str, Case]:
    """-x² + b x + c on an interval that holds the vertex b/2, or lies to its right."""

    def case(inside: bool) -> Numbers:
        h = rng.randint(8, 12)  # so that nothing is below zero at q
        low = h - rng.randint(1, 4) if inside else h + rng.randint(1, 3)
        return {"b": 2 * h, "c": rng.randint(20, 60), "p": low, "q": h + rng.randint(5, 9)}

    def peak(v: Numbers) -> int:
        return v["c"] + (v["b"] // 2) ** 2

    o, t, c = case(True), case(False), case(True)
    return tempted(
        t, c,
        right=lambda v: v["b"] * v["p"] - v["p"] ** 2 + v["c"],
        hasty=peak,
        original=sound(peak(o), b=o["b"], c=o["c"]),
        concept=sound(t["b"] // 2, b=t["b"], c=t["c"]),
    )  # fmt: skip


def _factor(rng: Random) -> Mapping[str, Case]:
    """(x - a)(x + b) = k (x - a): the largest solution, a or k - b."""

    def case(first: bool) -> Numbers:
        b, other = rng.randint(2, 9), rng.randint(4, 15)
        a = other + rng.randint(2, 9) if first else other - rng.randint(1, 3)
        return {"a": a, "b": b, "k": other + b}

    o, t, c = case(False), case(True), case(False)
    return tempted(
        t, c,
        right=lambda v: v["a"],
        hasty=lambda v: v["k"] - v["b"],
        original=sound(o["k"] - o["b"], b=o["b"], k=o["k"]),
        concept=sound(t["a"], a=t["a"], k=t["k"], z=0),
    )  # fmt: skip


_PARABOLA = "b * x - x * x + c"
TEMPLATES = (
    Template(
        name="negative-radicand",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_root,
        models={
            "original": Model(
                unknowns={"y": (0, 40)},
                facts=("y * y == a - b * m",),
                ask="y + c",
                shortcut="root(abs(a - b * m)) + c",
                claim="none",
            ),
            "concept": Model(
                unknowns={"x": (0, 80)}, facts=("a - b * x >= 0",), ask="x", best="max"
            ),
        },
        words={
            "en": told(
                (
                    "For real numbers, f(x) = √({a} − {b}x) + {c}. What is the value of f({m})?",
                    "For real numbers, f(x) = √({a} − {b}x). What is the largest integer x for which f(x) has a value?",
                ),
                (
                    "{A} evaluates the real expression √({a} − {b}t) + {c} at t = {m}. Which value does {A} get?",
                    "{A} evaluates the real expression √({a} − {b}t) at whole numbers t. Up to which t does {A} get a value?",
                ),
                (
                    "A spreadsheet that works only with real numbers computes {c} + √({a} − {b}n) in row n. Which number does it show in row {m}?",
                    "A spreadsheet that works only with real numbers computes √({a} − {b}n) in row n. What is the last row in which it shows a number?",
                ),
            ),
            "zh": told(
                (
                    "在实数范围内，f(x) = √({a} − {b}x) + {c}。f({m})的值是多少？",
                    "在实数范围内，f(x) = √({a} − {b}x)。使f(x)的值存在的最大整数x是多少？",
                ),
                (
                    "{A}在实数范围内计算√({a} − {b}t) + {c}在t = {m}时的值，结果是多少？",
                    "{A}在实数范围内计算√({a} − {b}t)的值，t取整数，最大取多少时还能算出结果？",
                ),
                (
                    "一张只用实数计算的表格，第n行的数是{c} + √({a} − {b}n)。第{m}行的数是多少？",
                    "一张只用实数计算的表格，第n行的数是√({a} − {b}n)。有数可填的最后一行是第几行？",
                ),
            ),
        },
    ),
    Template(
        name="logarithm-of-a-negative",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_logarithm,
        models={
            "original": Model(
                unknowns={"y": (0, 12)},
                facts=("2 ** y == a - b * m",),
                ask="c * y",
                shortcut="c * log2(abs(a - b * m))",
                claim="none",
            ),
            "concept": Model(
                unknowns={"x": (0, 80)}, facts=("a - b * x > 0",), ask="x", best="max"
            ),
        },
        words={
            "en": told(
                (
                    "Let g(x) = {c} · log₂({a} − {b}x), with real values. What is g({m})?",
                    "Let g(x) = log₂({a} − {b}x), with real values. What is the largest integer x at which g is defined?",
                ),
                (
                    "{A}'s formula for the noise level, a real number, is {c} times the binary logarithm of {a} − {b}d. Which level does it give for d = {m}?",
                    "{A}'s formula for the noise level, a real number, is the binary logarithm of {a} − {b}d. What is the largest whole d for which it gives a level?",
                ),
                (
                    "A calculator that knows only real numbers multiplies log₂({a} − {b}k) by {c}. What does it display for k = {m}?",
                    "A calculator that knows only real numbers works out log₂({a} − {b}k). Up to which whole number k does it display a result?",
                ),
            ),
            "zh": told(
                (
                    "设g(x) = {c} · log₂({a} − {b}x)，取实数值。求g({m})。",
                    "设g(x) = log₂({a} − {b}x)，取实数值。使g(x)有定义的最大整数x是多少？",
                ),
                (
                    "{A}用公式L = {c} · log₂({a} − {b}d)计算噪声级，L是实数。d = {m}时，L是多少？",
                    "{A}用公式L = log₂({a} − {b}d)计算噪声级，L是实数。d取整数，最大取多少时L存在？",
                ),
                (
                    "计算器在实数范围内把log₂({a} − {b}k)乘以{c}。k = {m}时显示多少？",
                    "计算器在实数范围内计算log₂({a} − {b}k)。整数k最大取多少时还能显示结果？",
                ),
            ),
        },
    ),
    Template(
        name="no-real-solution",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_quadratic,
        models={
            "original": Model(
                unknowns={"d": Q},  # the discriminant
                facts=("d == b * b - 4 * c",),
                laws=("d >= 0",),
                ask="b * b - 2 * c + 0 * d",
                shortcut="b * b - 2 * c",
                claim="none",
            ),
            "concept": Model(unknowns={"d": Q}, facts=("d == b * b - 4 * c",), ask="d"),
        },
        words={
            "en": told(
                (
                    "Square each of the two real solutions of x² + {c} = {b}x. What is the sum of the two squares?",
                    "What is the discriminant of the equation x² + {c} = {b}x, on which the number of real solutions depends?",
                ),
                (
                    "Two real numbers, {A} says, have the sum {b} and the product {c}. What is the sum of their squares?",
                    "Two real numbers, {A} says, have the sum {b} and the product {c}. What is the square of that sum, less four times that product?",
                ),
                (
                    "The parabola y = x² − {b}x + {c} cuts the x-axis at two places, u and v. Calculate u² + v².",
                    "The discriminant tells whether the parabola y = x² − {b}x + {c} cuts the x-axis. Calculate it.",
                ),
            ),
            "zh": told(
                (
                    "方程x² + {c} = {b}x的两个实数根的平方和是多少？",
                    "方程x² + {c} = {b}x的实数根有几个，要看判别式。判别式的值是多少？",
                ),
                (
                    "{A}说，两个实数的和是{b}，积是{c}。这两个数的平方和是多少？",
                    "{A}说，两个实数的和是{b}，积是{c}。和的平方减去积的四倍，差是多少？",
                ),
                (
                    "抛物线y = x² − {b}x + {c}与x轴交于两点，横坐标是u和v。求u² + v²。",
                    "抛物线y = x² − {b}x + {c}与x轴有没有交点，要看判别式。求判别式的值。",
                ),
            ),
        },
    ),
    Template(
        name="vertex-outside",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_extremum,
        models={
            "original": Model(unknowns={"x": (0, 60)}, ask=_PARABOLA, best="max"),
            "twist": Model(
                unknowns={"x": (0, 60)},
                facts=("x >= p", "x <= q"),
                ask=_PARABOLA,
                best="max",
                shortcut="c + b * b / 4",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("2 * x == b",), ask="x + 0 * c"),
        },
        words={
            "en": told(
                (
                    "What is the greatest value of f(x) = −x² + {b}x + {c} for real x?",
                    "What is the greatest value of f(x) = −x² + {b}x + {c} on the interval from {p} to {q}?",
                    "At which x does f(x) = −x² + {b}x + {c} have its greatest value?",
                ),
                (
                    "{A}'s drone is programmed to be −t² + {b}t + {c} decimetres above the ground after t seconds. How many decimetres is it above the ground at its highest?",
                    "{A}'s drone is programmed to be −t² + {b}t + {c} decimetres above the ground after t seconds. Through a gap {A} sees it from t = {p} to t = {q}. How many decimetres is it above the ground at its highest in that time?",
                    "{A}'s drone is programmed to be −t² + {b}t + {c} decimetres above the ground after t seconds. At which t is it highest?",
                ),
                (
                    "A shop earns −p² + {b}p + {c} dollars a day at a price of p dollars. What are the greatest earnings a day, in dollars?",
                    "A shop earns −p² + {b}p + {c} dollars a day at a price of p dollars. The law allows prices from {p} to {q} dollars only. What are the greatest earnings a day, in dollars?",
                    "A shop earns −p² + {b}p + {c} dollars a day at a price of p dollars. At what price does it earn most?",
                ),
            ),
            "zh": told(
                (
                    "x取任意实数，f(x) = −x² + {b}x + {c}的最大值是多少？",
                    "f(x) = −x² + {b}x + {c}在x从{p}到{q}的区间上的最大值是多少？",
                    "x取多少时，f(x) = −x² + {b}x + {c}达到最大值？",
                ),
                (
                    "按{A}设定的程序，无人机在t秒后离地−t² + {b}t + {c}分米。无人机最高时离地多少分米？",
                    "按{A}设定的程序，无人机在t秒后离地−t² + {b}t + {c}分米。{A}透过缝隙只看到它从t = {p}到t = {q}的飞行。在这段时间里，无人机最高离地多少分米？",
                    "按{A}设定的程序，无人机在t秒后离地−t² + {b}t + {c}分米。t是多少时无人机最高？",
                ),
                (
                    "一家店定价p元时，每天赚−p² + {b}p + {c}元。每天最多赚多少元？",
                    "一家店定价p元时，每天赚−p² + {b}p + {c}元。按规定，定价只能在{p}元到{q}元之间。每天最多赚多少元？",
                    "一家店定价p元时，每天赚−p² + {b}p + {c}元。定价多少元时赚得最多？",
                ),
            ),
        },
    ),
    Template(
        name="factor-that-may-be-zero",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_factor,
        models={
            "original": Model(unknowns={"x": Q}, facts=("x + b == k",), ask="x"),
            "twist": Model(
                unknowns={"x": (-30, 60)},
                facts=("(x - a) * (x + b) == k * (x - a)",),
                ask="x",
                best="max",
                shortcut="k - b",
            ),
            "concept": Model(unknowns={"x": (-30, 60)}, facts=("k * (x - a) == z",), ask="x"),
        },
        words={
            "en": told(
                (
                    "Solve the equation x + {b} = {k} for x.",
                    "What is the largest solution of the equation (x − {a})(x + {b}) = {k}(x − {a})?",
                    "What is the solution of the equation {k}(x − {a}) = {z}?",
                ),
                (
                    "{A} looks for a number n with n + {b} = {k}. Which number is it?",
                    "{A} looks for numbers n with (n − {a}) · (n + {b}) = (n − {a}) · {k}. Which is the largest of them?",
                    "{A} looks for a number n with (n − {a}) · {k} = {z}. Which number is it?",
                ),
                (
                    "Find the t at which the lines y = t + {b} and y = {k} meet.",
                    "The curves y = (t + {b})(t − {a}) and y = {k}(t − {a}) meet at one or more places. Find the greatest t at which they meet.",
                    "Find the t at which the line y = {k}(t − {a}) meets the axis y = {z}.",
                ),
            ),
            "zh": told(
                (
                    "解方程x + {b} = {k}，x等于多少？",
                    "方程(x − {a})(x + {b}) = {k}(x − {a})的最大的解是多少？",
                    "方程{k}(x − {a}) = {z}的解是多少？",
                ),
                (
                    "{A}要找一个数n，使n + {b} = {k}。这个数是多少？",
                    "{A}要找出所有满足(n − {a}) · (n + {b}) = (n − {a}) · {k}的数n，其中最大的是多少？",
                    "{A}要找一个数n，使(n − {a}) · {k} = {z}。这个数是多少？",
                ),
                (
                    "直线y = t + {b}与y = {k}相交时，t等于多少？",
                    "曲线y = (t + {b})(t − {a})与直线y = {k}(t − {a})有公共点。公共点处t的最大值是多少？",
                    "直线y = {k}(t − {a})与横轴y = {z}相交时，t等于多少？",
                ),
            ),
        },
    ),
)
