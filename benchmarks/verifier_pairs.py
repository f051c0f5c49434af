"""Labelled pairs of answers: real golds in another dress, and near misses of them.

The rules rewrite text by arithmetic of their own (integers and fractions); no verifier's parser
takes part. A rule belongs to a shape of gold (integer, fraction, tuple …) and says whether what it
makes is still the same answer. Golds come from MATH, GSM8K and SVAMP, shapes drawn evenly, so that
bare integers are no more than one shape among a dozen; a tenth are identities of algebra and
trigonometry with random coefficients.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from verifier_numbers import latex, number_rules, read

from harness.verifiers.math.reading.boxes import boxed_answer


class Pair(NamedTuple):
    """`equal` is the label; `rule` made the answer from the gold; `wrapped` has words around it."""

    gold: str
    answer: str
    equal: bool
    rule: str
    wrapped: bool = False


Rule = Callable[[str, random.Random], "str | None"]
_WRAPS = (
    "The answer is $@$.", r"Therefore, the final answer is $\boxed{@}$.", r"\boxed{@}",
    "Answer: $@$", "So we get \\(@\\), as required.\n\n**Final answer:** $@$", r"\[@\]",
    "Hence the result follows.\n\\[\\boxed{@}\\]", r"The final answer is: $\boxed{@}$",
)  # fmt: skip


# --- the other shapes


def respaced(text: str, rng: random.Random) -> str | None:
    """Spaces, size commands and `\\left \\right`, none of which carry meaning."""
    if "\\!" in text:
        return None  # a comma of thousands
    if rng.random() < 0.5:
        text = text.replace("\\frac", rng.choice(["\\dfrac", "\\tfrac"]))
    if "\\left" not in text and rng.random() < 0.5:
        text = re.sub(r"[(\[]", lambda m: "\\left" + m[0], text)
        text = re.sub(r"[)\]]", lambda m: "\\right" + m[0], text)
    return re.sub(
        r"(?<![\\a-z,])([+=,])", lambda m: rng.choice([" {} ", "{}\\,", "{} "]).format(m[1]), text
    )


def terms(text: str) -> list[str] | None:
    """Top-level terms with their signs; None where there are fewer than two."""
    if text.endswith(".") or re.search(r"[=<>,]|\\(?:le|ge|text|begin|pm|in)|\\circ|%", text):
        return None
    depth, pieces, start = 0, [], 0
    for i, char in enumerate(text):
        depth += (char in "({[") - (char in ")}]")
        if char in "+-" and depth == 0 and i > start and text[:i].rstrip()[-1:] not in "^_*/(":
            pieces.append(text[start:i])
            start = i
    pieces.append(text[start:])
    cleaned = [p.replace(" ", "") if "\\" not in p else p.strip() for p in pieces]
    return [p if p[0] in "+-" else "+" + p for p in cleaned] if len(cleaned) > 1 else None


def reordered(text: str, rng: random.Random) -> str | None:
    found = terms(text)
    if not found:
        return None
    turn = rng.randint(1, len(found) - 1)
    return "".join(found[turn:] + found[:turn]).removeprefix("+")


def sign_flipped(text: str, rng: random.Random) -> str | None:
    found = terms(text)
    if not found or "0" in (t.strip("+-") for t in found):
        return None
    at = rng.randrange(len(found))
    found[at] = ("-" if found[at][0] == "+" else "+") + found[at][1:]
    return "".join(found).removeprefix("+")


def plain_syntax(text: str, rng: random.Random) -> str | None:
    """`2x^2` as `2*x**2`."""
    if not re.fullmatch(r"[\dx+\-^{} ]+", text) or "x" not in text:
        return None
    text = re.sub(r"(\d)\s*x", r"\1*x", text.replace("{", "").replace("}", ""))
    return text.replace("^", "**") if not re.search(r"\^\d\d", text) else None


def digit_changed(text: str, rng: random.Random) -> str | None:
    """One digit of one number, outside indices, becomes another."""
    places = [m.start() for m in re.finditer(r"(?<![_.\d])[1-9](?![\d.])", text)]
    if not places or re.search(r"text|mbox", text):
        return None
    at = rng.choice(places)
    return text[:at] + str(int(text[at]) % 9 + 1) + text[at + 1 :]


def members(text: str) -> tuple[str, list[str], str] | None:
    r"""(opening, members, closing) of `(a,b)`, `[a,b)`, `\{a,b\}` or a bare list."""
    found = re.fullmatch(
        r"(\\left)?(\(|\[|\\\{|)((?:[^()\[\]]|\\frac)*?)(?:\\right)?(\)|\]|\\\}|)", text, re.S
    )
    if not found or "\\cup" in text or "text" in text or "=" in text:
        return None
    items = [p.strip() for p in found[3].split(",")]
    groups = re.search(r"\\!|\{,\}", text)  # 14,\!400 is one number
    return None if len(items) < 2 or groups or "" in items else (found[2], items, found[4])


_SIGNS = {"(": "<", ")": "<", "[": r"\le", "]": r"\le"}


def list_rules() -> Iterator[tuple[str, bool, Rule]]:
    def change(f: Callable[[str, list[str], str, random.Random], str | None]) -> Rule:
        def rule(gold: str, rng: random.Random) -> str | None:
            parts = members(gold)
            return f(*parts, rng) if parts else None

        return rule

    yield (
        "reordered list",
        True,
        change(lambda o, m, c, r: ", ".join(m[1:] + m[:1]) if o == "" else None),
    )
    yield "list with and", True, change(
        lambda o, m, c, r: ", ".join(m[:-1]) + r.choice([" and ", " \\text{ and } "]) + m[-1]
        if o == "" else None
    )  # fmt: skip
    yield (
        "set",
        True,
        change(
            lambda o, m, c, r: (
                f"\\{{{', '.join(m)}\\}}" if o == "" and len(set(m)) == len(m) else None
            )
        ),
    )
    yield "members dressed", True, change(
        lambda o, m, c, r: o + ", ".join(
            latex(v * 2) + "/2" if (v := read(x)) and v.denominator == 1 else x for x in m) + c
    )  # fmt: skip
    yield "interval as inequality", True, change(
        lambda o, m, c, r: f"{m[0]} {_SIGNS[o]} x {_SIGNS[c]} {m[1]}"
        if len(m) == 2 and o and c and (o == "[" or c == "]") and "\\{" not in o
        and "infty" not in "".join(m) else None
    )  # fmt: skip
    yield (
        "swapped",
        False,
        change(
            lambda o, m, c, r: (
                o + ", ".join(m[::-1]) + c if o and m != m[::-1] and o != "\\{" else None
            )
        ),
    )
    yield (
        "one dropped",
        False,
        change(
            lambda o, m, c, r: (
                o + ", ".join(m[:-1]) + c
                if len({*m}) == len(m) and "x" not in "".join(m) and (len(m) > 2 or not o)
                else None
            )
        ),
    )
    yield "one more", False, change(lambda o, m, c, r: o + ", ".join([*m, "977"]) + c)
    yield "other brackets", False, change(
        lambda o, m, c, r: ("[" if o == "(" else "(") + ", ".join(m) + c
        if len(m) == 2 and o in ("(", "[") and (o == "[" or "infty" not in m[0])
        and (o + c != "()" or "infty" in m[1]) else None
    )  # fmt: skip


def text_rules() -> Iterator[tuple[str, bool, Rule]]:
    """Rules for whatever else a gold is."""
    yield "respaced", True, respaced
    yield "reordered", True, reordered
    yield "plain syntax", True, plain_syntax
    yield "doubled and halved", True, lambda g, r: f"\\frac{{2({g})}}{{2}}" if terms(g) else None
    yield "named", True, lambda g, r: f"y = {g}" if terms(g) and "y" not in g else None
    yield "under the root", True, lambda g, r: (
        f"\\sqrt{{{int(m[1]) ** 2 * int(m[2])}}}"
        if (m := re.fullmatch(r"(\d+)\\sqrt\{(\d+)\}", g)) else None
    )  # fmt: skip
    yield "root below", True, lambda g, r: (
        f"\\frac{{{int(m[1]) * int(m[2])}}}{{\\sqrt{{{m[2]}}}}}"
        if (m := re.fullmatch(r"(\d+)\\sqrt\{(\d+)\}", g)) else None
    )  # fmt: skip
    yield (
        "pi first",
        True,
        lambda g, r: f"\\pi \\cdot {m[1]}" if (m := re.fullmatch(r"(\d+)\\pi", g)) else None,
    )
    yield "unicode", True, lambda g, r: (
        g.replace("\\pi", "π").replace("\\infty", "∞").replace("\\cup", "∪")
        if re.search(r"\\pi|\\infty|\\cup", g) and "\\frac" not in g else None
    )  # fmt: skip
    yield (
        "unit dropped",
        True,
        lambda g, r: (
            m[1]
            if (m := re.fullmatch(r"(-?[\d.]+)\s*\\(?:text|mbox)\{\s*[a-z ]+\}(?:\^\d)?", g))
            else None
        ),
    )
    yield "degrees in words", True, lambda g, r: (
        m[1] + r.choice([" degrees", "°", ""])
        if (m := re.fullmatch(r"(\d+)\s*\^\{?\\circ\}?", g)) else None
    )  # fmt: skip
    yield (
        "dollars",
        True,
        lambda g, r: (
            m[1] + r.choice([" dollars", ""])
            if (m := re.fullmatch(r"\\\$\s*([\d.]+)", g))
            else None
        ),
    )
    yield "words bare", True, lambda g, r: (
        r.choice([m[1], m[1].lower(), f"\\mathrm{{{m[1]}}}"])
        if (m := re.fullmatch(r"\\text\{([A-Za-z]{2,})\}", g)) else None
    )  # fmt: skip
    yield "sign flipped", False, sign_flipped
    yield "digit changed", False, digit_changed
    yield "plus one", False, lambda g, r: f"{g} + 1" if terms(g) else None
    yield "times two", False, lambda g, r: f"2({g})" if terms(g) else None
    yield "pi squared", False, lambda g, r: g + "^2" if g.endswith("\\pi") else None
    yield (
        "rounded pi",
        False,
        lambda g, r: f"{int(m[1]) * 3.14:.2f}" if (m := re.fullmatch(r"(\d+)\\pi", g)) else None,
    )
    yield (
        "other words",
        False,
        lambda g, r: (
            r.choice(["Zed", "pentagram", "Quux"])
            if re.fullmatch(r"\\text\{[A-Za-z]{2,}\}", g)
            else None
        ),
    )


# --- identities with random coefficients


def identity(rng: random.Random) -> Pair:
    """A product and its expansion, a formula of trigonometry or logarithms, or one with a fault."""
    a, b, c, d = (rng.choice([-1, 1]) * rng.randint(1, 9) for _ in range(4))
    p, q = rng.randint(2, 9), rng.randint(2, 9)
    equal = rng.random() < 0.5
    e = 0 if equal else rng.choice([-1, 1])
    kind = rng.randrange(8)
    forms = [
        (f"({a}x{b:+d})({c}x{d:+d})", f"{a * c}x^2{a * d + b * c + e:+d}x{b * d:+d}"),
        (f"(x{a:+d})^3", f"x^3{3 * a:+d}x^2{3 * a * a:+d}x{a**3 + e:+d}"),
        (f"\\sin({p}x)\\cos({p}x)", f"\\frac{{\\sin({2 * p + e}x)}}{{2}}"),
        (f"\\ln({p * q})", f"\\ln {p} + \\ln {q + e}"),
        (f"\\frac{{1}}{{\\sqrt{{{p + 1}}}+\\sqrt{{{p}}}}}", f"\\sqrt{{{p + 1 + e}}}-\\sqrt{{{p}}}"),
        (f"\\frac{{x{a:+d}}}{{x{b:+d}}}", f"1 + \\frac{{{a - b + e}}}{{x{b:+d}}}"),
        (f"{p}^{{n+{q}}}", f"{p ** (q + e)} \\cdot {p}^n"),
        (f"1 - {p}\\sin^2 x", f"{1 - p + e} + {p}\\cos^2 x"),
    ]
    gold, answer = forms[kind]
    return Pair(gold, answer, equal, f"identity {kind}")


# --- all of it


def golds(data: Path) -> Iterator[str]:
    """Distinct golds of MATH (test), GSM8K (both parts) and SVAMP."""
    for line in (data / "math/test.jsonl").open(encoding="utf-8"):
        gold = boxed_answer(json.loads(line)["solution"])
        if gold:
            yield gold
    for part in ("test", "train"):
        for line in (data / f"gsm8k/{part}.jsonl").open(encoding="utf-8"):
            yield json.loads(line)["answer"].rpartition("####")[2].strip()
    for row in json.loads((data / "svamp/SVAMP.json").read_text(encoding="utf-8")):
        yield str(row["Answer"]).removesuffix(".0")


def shape(gold: str) -> str:
    """Which kind of answer a gold is."""
    if (value := read(gold)) is not None:
        return "integer" if value.denominator == 1 else "rational"
    for name, pattern in (
        ("words", r"\\text|\\mbox"), ("quantity", r"\\circ|%|\\\$"), ("several", r",|\\cup"),
        ("relation", r"[=<>]|\\[lg]e"), ("matrix", r"\\begin"), ("root", r"\\sqrt"),
        ("pi", r"\\pi"),
    ):  # fmt: skip
        if re.search(pattern, gold):
            return name
    return "expression" if re.search(r"(?<!\\)[a-z](?![a-z]{2})", gold) else "other"


def make_pairs(data: Path, count: int, seed: int) -> list[Pair]:
    """`count` pairs, half of them equal (the order is random, and the same for one seed)."""
    rng = random.Random(seed)
    shapes: dict[str, list[str]] = {}
    for gold in sorted(set(golds(data))):
        shapes.setdefault(shape(gold), []).append(gold)
    names = sorted(shapes)
    texts = [*text_rules(), *list_rules()]
    pairs: list[Pair] = []
    while len(pairs) < count:
        if rng.random() < 0.1:
            pairs.append(identity(rng))
            continue
        gold, equal = rng.choice(shapes[rng.choice(names)]), rng.random() < 0.5
        value = read(gold)
        options: list[tuple[str, str]] = []
        if value is not None:
            made = ((n, f(value, rng)) for n, e, f in number_rules() if e is equal)
        else:
            made = ((n, f(gold, rng)) for n, e, f in texts if e is equal)
        options = [(n, a) for n, a in made if a is not None and a != gold]
        if options:
            name, answer = rng.choice(options)
            pairs.append(wrapped(Pair(gold, answer, equal, name), rng))
    return pairs


def wrapped(pair: Pair, rng: random.Random) -> Pair:
    """A third of the answers stand in a sentence."""
    if rng.random() > 1 / 3 or "and" in pair.answer:
        return pair
    wrap = rng.choice(_WRAPS)
    return pair._replace(answer=wrap.replace("@", pair.answer), wrapped=True)
