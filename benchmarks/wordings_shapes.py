"""More makers of labelled cases: polynomials, curves, sets, families, parts, cases, matrices."""

from __future__ import annotations

from collections.abc import Sequence

from wordings_makers import Case, Draws, Maker


def signed(value: int, letter: str = "") -> str:
    """` + 3x`, ` - x`, and nothing for 0."""
    if not value:
        return ""
    size = "" if abs(value) == 1 and letter else str(abs(value))
    return f" {'+' if value > 0 else '-'} {size}{letter}"


def term(value: int, letter: str) -> str:
    """`3x`, `-x`."""
    return f"{ {1: '', -1: '-'}.get(value, str(value)) }{letter}"


def polynomial(rng: Draws) -> Case:
    """A quadratic with two whole roots, in factors or written out."""
    x, a = rng.choice("xtyn"), rng.randint(1, 4)
    p, q = rng.randint(-9, 9), rng.randint(-9, 9)
    gold = f"{term(a, x)}^2{signed(-a * (p + q), x)}{signed(a * p * q)}"
    equal = rng.random() < 0.5
    shown = q if equal else q + rng.choice([1, 2, -1])
    lead = "" if a == 1 else str(a)
    factors = [f"({x}{signed(-p)})", f"({x}{signed(-shown)})"]
    text = rng.choice([
        lead + factors[0] + factors[1], lead + factors[1] + factors[0],
        f"{signed(a * p * shown).strip(' +')}{signed(-a * (p + shown), x)}{signed(a, x)}^2",
        f"\\left{factors[0][:-1]}\\right) \\cdot {a} \\left{factors[1][:-1]}\\right)",
    ])  # fmt: skip
    return Case("polynomial", gold, text.strip() or "0", equal, f"{gold} + 1", bare=True)


def curve(rng: Draws) -> Case:
    """The equation of a line, in another form."""
    a, b, c = rng.randint(1, 9), rng.randint(1, 9), rng.randint(-9, 9)
    gold = f"{term(a, 'x')}{signed(b, 'y')}{signed(c)} = 0"
    equal = rng.random() < 0.5
    d = c if equal else c + 1
    k = rng.randint(2, 5)
    text = rng.choice([
        f"y = -\\frac{{{a}}}{{{b}}}x{_over(-d, b)}", f"{k * a}x{signed(k * b, 'y')} = {-k * d}",
        f"{term(b, 'y')} = {term(-a, 'x')}{signed(-d)}", f"-{a}x{signed(-b, 'y')}{signed(-d)} = 0",
    ])  # fmt: skip
    return Case("curve", gold, text, equal, gold.replace(" = 0", " = 1"), bare=True)


def _over(top: int, bottom: int) -> str:
    sign = "+" if top > 0 else "-"
    return f" {sign} \\frac{{{abs(top)}}}{{{bottom}}}" if top else ""


def points(rng: Draws) -> Case:
    """Pairs, in any order and with their names."""
    pairs = [(rng.randint(-9, 20), rng.randint(-9, 20)) for _ in range(rng.randint(2, 3))]
    if len({*pairs}) < len(pairs):
        pairs = [(index, index + 1) for index in range(len(pairs))]
    equal = rng.random() < 0.5
    turned = rng.sample(pairs, len(pairs))
    if not equal:
        turned[0] = (turned[0][0] + 50, turned[0][1])
    told = [f"({a}, {b})" for a, b in turned]
    by_name = [f"x = {a}, y = {b}" for a, b in turned]
    text = rng.choice([
        ", ".join(told), " and ".join(told), "\\{" + ", ".join(told) + "\\}",
        "(x, y) = " + " \\text{ or } ".join(told), "; ".join(by_name),
        " \\text{ or } ".join(f"x={a}, y={b}" for a, b in turned),
    ])  # fmt: skip
    gold = ", ".join(f"({a},{b})" for a, b in pairs)
    return Case("points", gold, text, equal, gold + ",(77,78)", bare=True)


def tuple_order(rng: Draws) -> Case:
    values = rng.sample(range(-9, 30), 3)
    gold = f"({values[0]}, {values[1]}, {values[2]})"
    equal = rng.random() < 0.5
    a, b, c = values if equal else (values[1], values[0], values[2])
    text = rng.choice([
        f"({a},{b},{c})", f"\\left({a}, {b}, {c}\\right)", f"(x,y,z)=({a},{b},{c})",
        f"x = {a}, y = {b}, z = {c}", f"\\begin{{pmatrix}}{a}\\\\{b}\\\\{c}\\end{{pmatrix}}",
        f"\\langle {a}, {b}, {c} \\rangle",
    ])  # fmt: skip
    return Case("tuple", gold, text, equal, f"({a + 40}, {b}, {c})", bare=True)


def matrix(rng: Draws) -> Case:
    a, b, c, d = (rng.randint(-9, 9) for _ in range(4))
    equal = rng.random() < 0.5
    e = d if equal else d + 1
    gold = f"\\begin{{pmatrix}} {a} & {b} \\\\ {c} & {d} \\end{{pmatrix}}"
    text = rng.choice([
        f"\\begin{{bmatrix}}{a}&{b}\\\\{c}&{e}\\end{{bmatrix}}", f"[[{a}, {b}], [{c}, {e}]]",
        f"\\left[\\begin{{array}}{{cc}}{a}&{b}\\\\{c}&{e}\\end{{array}}\\right]",
    ])  # fmt: skip
    return Case("matrix", gold, text, equal, gold.replace(str(a), str(a + 31), 1), bare=True)


def whole_numbers(rng: Draws) -> Case:
    """A residue class, told by a letter, in words or as a congruence."""
    m = rng.randint(2, 9)
    r = rng.randint(0, m - 1)
    equal = rng.random() < 0.5
    s = r if equal else (r + 1) % m
    a, b = rng.sample("knm", 2)
    gold = f"n \\equiv {r} \\pmod{{{m}}}"
    texts = [f"n \\equiv {s} \\pmod {m}", f"n = {m}{'k'}{signed(s)}, k \\in \\mathbb{{Z}}",
             f"all integers congruent to {s} modulo {m}", f"n ≡ {s} (mod {m})"]  # fmt: skip
    if s == 0:
        texts += [f"all multiples of {m}", f"n is divisible by {m}", f"{m} \\mid n"]
    if m == 2:
        texts += [f"n is {'odd' if s else 'even'}", f"all {'odd' if s else 'even'} integers"]
    del a, b
    other = f"n \\equiv {(r + 1) % m} \\pmod{{{m + 1}}}"
    return Case("whole numbers", gold, rng.choice(texts), equal, other)


def periodic(rng: Draws) -> Case:
    """Solutions of a trigonometric equation, shifted by a period, or as two families."""
    top, bottom = rng.randint(1, 5), rng.choice([3, 4, 6])
    gold = f"x = \\frac{{{top}\\pi}}{{{bottom}}} + k\\pi, k \\in \\mathbb{{Z}}"
    equal = rng.random() < 0.5
    shown = top + bottom * rng.randint(-2, 2) + (0 if equal else 1)
    first = f"\\frac{{{shown}\\pi}}{{{bottom}}}"
    text = rng.choice([
        f"x = {first} + n\\pi, n \\in \\mathbb{{Z}}", f"{first} + k\\pi (k \\in Z)",
        f"x = {first} + 2k\\pi \\text{{ or }} x = {first} + \\pi + 2k\\pi, k \\in \\mathbb{{Z}}",
        f"\\{{ x \\mid x = k\\pi + {first}, k \\in \\mathbb{{Z}} \\}}",
    ])  # fmt: skip
    other = f"x = \\frac{{{top}\\pi}}{{{bottom}}} + 2k\\pi, k \\in \\mathbb{{Z}}"
    return Case("periodic", gold, text, equal, other)


def in_parts(rng: Draws) -> Case:
    values = [rng.randint(-20, 60) for _ in range(rng.randint(2, 3))]
    equal = rng.random() < 0.5
    shown = list(values) if equal else [values[0] + 71, *values[1:]]
    labels: Sequence[str] = rng.choice([["(1)", "(2)", "(3)"], ["(a)", "(b)", "(c)"],
                                        ["(i)", "(ii)", "(iii)"]])  # fmt: skip
    joiner = rng.choice(["; ", ", ", " "])
    text = joiner.join(f"{n} {v}" for n, v in zip(labels, shown, strict=False))
    gold = ", ".join(map(str, values))
    return Case("parts", gold, text, equal, ", ".join(str(v + 200) for v in values))


def by_cases(rng: Draws) -> Case:
    a, b, c = rng.randint(1, 9), rng.randint(1, 9), rng.randint(-5, 9)
    equal = rng.random() < 0.5
    d = b if equal else b + 1
    gold = f"\\begin{{cases}} {a}x & x \\ge {c} \\\\ {b} & x < {c} \\end{{cases}}"
    text = rng.choice([
        f"\\begin{{cases}} {d} & \\text{{if }} x < {c} \\\\ {a}x & x \\geq {c} \\end{{cases}}",
        f"\\begin{{cases}} {a}x, & x \\geq {c} \\\\ {d}, & \\text{{otherwise}} \\end{{cases}}",
        f"{a}x if x ≥ {c}, {d} if x < {c}",
    ])  # fmt: skip
    return Case("cases", gold, text, equal, gold.replace(f"{b} &", f"{b + 31} &"))


def union(rng: Draws) -> Case:
    """A union of two rays or intervals, in one of many styles."""
    low, high = sorted(rng.sample(range(-20, 30), 2))
    equal = rng.random() < 0.5
    end = high if equal else high + 1
    gold = f"(-\\infty, {low}) \\cup [{high}, \\infty)"
    text = rng.choice([
        f"x < {low} \\text{{ or }} x \\ge {end}", f"(-∞, {low}) ∪ [{end}, +∞)",
        f"x \\in (-\\infty, {low}) \\cup [{end}, +\\infty)", f"x &lt; {low} or x &ge; {end}",
        f"\\{{x \\mid x < {low} \\text{{ or }} x \\geq {end}\\}}",
        f"\\mathbb{{R}} \\setminus [{low}, {end})", f"]-\\infty, {low}[ \\cup [{end}, \\infty[",
    ])  # fmt: skip
    return Case("union", gold, text, equal, f"(-\\infty, {low}] \\cup [{high}, \\infty)", bare=True)


def root(rng: Draws) -> Case:
    square, factor = rng.choice([2, 3, 5, 7, 11]), rng.randint(2, 9)
    equal = rng.random() < 0.5
    f = factor if equal else factor + 1
    text = rng.choice([
        f"{f}\\sqrt{square}", f"\\sqrt{{{f * f * square}}}", f"{f} * sqrt({square})",
        f"{f}√{square}", f"\\frac{{{f * square}}}{{\\sqrt{{{square}}}}}", f"{f}*{square}^(1/2)",
        f"{{{f * square} \\over \\sqrt{{{square}}}}}", f"{f} times the square root of {square}",
    ])  # fmt: skip
    return Case("root", f"{factor}\\sqrt{{{square}}}", text, equal, str(factor * square))


def unit(rng: Draws) -> Case:
    value = rng.randint(2, 400)
    equal = rng.random() < 0.5
    v = value if equal else value + 1
    gold, texts = rng.choice([
        (f"{value} \\text{{ cm}}", [f"{v} cm", f"{v}\\,\\mathrm{{cm}}", f"{v}厘米"]),
        (f"{value} \\text{{ km}}", [f"{v} kilometers", f"{1000 * v} m", f"{v}千米"]),
        (f"{value} minutes", [f"{v} min", f"{60 * v} seconds", f"{v} 分钟"]),
        (f"{value}\\%", [f"{v}%", f"{v} percent", f"{v}/100"]),
        (f"{value}^\\circ", [f"{v}°", f"{v} degrees", f"{v}^{{\\circ}}"]),
    ])  # fmt: skip
    return Case("unit", gold, rng.choice(texts), equal, gold.replace(str(value), str(value + 3)))


SHAPES: tuple[Maker, ...] = (
    polynomial, curve, points, tuple_order, matrix, whole_numbers, periodic, in_parts, by_cases,
    union, root, unit,
)  # fmt: skip
