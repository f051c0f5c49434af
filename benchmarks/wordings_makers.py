"""Answers in many wordings, each labelled by how it was made.

A maker draws an answer and writes it in a form that is equal or in a near miss of it: bare, in a
sentence, in a box, as a list or an interval, in another locale or notation. All that it draws comes
from `Draws`, so that a case can be made again from its draws, and made smaller by smaller ones.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Draws:
    """Whole numbers below a bound, from a seed or from a list of those drawn before.

    Behind the end of such a list, and for draws out of bounds, the smallest choices follow.
    """

    def __init__(self, seed: int | None = None, told: Sequence[int] = ()) -> None:
        self._random = random.Random(seed) if seed is not None else None
        self._told = list(told)
        self.drawn: list[int] = []

    def below(self, bound: int) -> int:
        """A whole number from 0 to `bound` - 1."""
        place = len(self.drawn)
        if self._random is not None:
            value = self._random.randrange(bound)
        else:
            value = min(self._told[place], bound - 1) if place < len(self._told) else 0
        self.drawn.append(value)
        return value

    def randint(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        return low + self.below(high - low + 1)

    def random(self) -> float:
        """A share from 0 to 0.999."""
        return self.below(1000) / 1000

    def choice(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.below(len(options))]

    def sample(self, options: Sequence[T], count: int) -> list[T]:
        """`count` different ones of the options, in the order drawn."""
        rest = list(options)
        return [rest.pop(self.below(len(rest))) for _ in range(count)]


class Case(NamedTuple):
    """`text` answers `question`; `equal`: whether it gives `gold`. `other` is another answer's
    gold, for which it must not be right. `bare`: an answer alone, which may be wrapped."""

    kind: str
    gold: str
    text: str
    equal: bool
    other: str
    question: str = ""
    bare: bool = False


Maker = Callable[[Draws], Case]
_NAMES = ["Lynn", "Omar", "Priya", "Jonas", "Mei", "Dr. Voss", "Mrs. Chen"]
_THINGS = ["apples", "books", "marbles", "tickets", "logs", "cookies", "students", "tables"]
_CHINESE = ["苹果", "书", "球", "票"]


def number(rng: Draws) -> int:
    """A whole number of one to five digits."""
    return rng.randint(2, 10 ** rng.randint(1, 5))


def another(value: int, rng: Draws) -> int:
    """A near miss of it."""
    options = {value + 1, value - 1, value * 10, -value, int(str(value)[::-1]), value + 10}
    return rng.choice(sorted(options - {value}))


def forms(value: int, rng: Draws) -> str:
    """A whole number in one of the ways of writing it."""
    told = [str(value), f"{value}.0", f"{value:,}", f"${value}$", f"\\frac{{{value * 2}}}{{2}}",
            f"{value}.00", f"x = {value}", f"{value - 1} + 1", f"+{value}"]  # fmt: skip
    if value >= 1000:
        told += [f"{value:,}".replace(",", s) for s in ("{,}", "\\,", ",\\!", "\u202f")]
    return rng.choice(told)


def bare_number(rng: Draws) -> Case:
    value = number(rng)
    other = another(value, rng)
    equal = rng.random() < 0.5
    return Case("number", str(value), forms(value if equal else other, rng), equal,
                str(other if equal else value), bare=True)  # fmt: skip


def bare_fraction(rng: Draws) -> Case:
    top, bottom = rng.randint(1, 40), rng.randint(2, 40)
    value = Fraction(top, bottom)
    if value.denominator == 1:
        value += Fraction(1, 3)
    wrong = rng.choice([value + 1, 1 / value + (value == 1), -value, value * 10])
    equal = rng.random() < 0.5
    told = value if equal else wrong
    n, d, k = told.numerator, told.denominator, rng.randint(2, 6)
    text = rng.choice([f"\\frac{{{n}}}{{{d}}}", f"{n}/{d}", f"\\dfrac{{{n * k}}}{{{d * k}}}",
                       f"y = {n}/{d}", f"({n})/({d})", f"{n} \\div {d}"])  # fmt: skip
    return Case("fraction", f"\\frac{{{value.numerator}}}{{{value.denominator}}}", text, equal,
                str(wrong if equal else value), bare=True)  # fmt: skip


def left_side(rng: Draws) -> Case:
    """Names of the answer may go; another quantity's may not."""
    a, b = rng.sample("ABCDPQ", 2)
    value = number(rng)
    left, wrong = rng.choice([
        (f"P({a})", f"P({b})"), (f"E[{a}]", f"E[{b}]"), (f"{a}{b}", f"{a}M"), ("f(3)", "f(2)"),
        ("\\sin x", "\\cos x"), ("\\log_2 x", "\\log_3 x"), ("x", "y"), ("f'(x)", "f(x)"),
        ("a_1", "a_2"), ("\\angle A", "\\angle B"),
    ])  # fmt: skip
    gold = f"{left} = {value}"
    form = rng.below(4)
    if form == 0:
        return Case("left side", gold, f"{wrong} = {value}", False, f"{value + 1}", bare=True)
    if form == 1:
        return Case("left side", gold, f"{left}={value}", True, f"{wrong} = {value}", bare=True)
    if form == 2:
        return Case("left side", gold, f"{value}", True, f"{value + 1}", bare=True)
    return Case("left side", gold, f"{left} = {value + 1}", False, f"{value}", bare=True)


def condition(rng: Draws) -> Case:
    value = rng.randint(2, 99)
    letter = rng.choice("nkmx")
    behind = rng.choice([
        f" \\text{{ for }} {letter} \\ge 2", f" for all {letter} \\in \\mathbb{{Z}}",
        f", where {letter} is a positive integer", f" \\text{{ if }} {letter} > 0",
        f" with {letter} real", f" for any {letter}",
    ])  # fmt: skip
    gold, wrong = f"{value}{letter} + 1", f"{value + 1}{letter} + 1"
    equal = rng.random() < 0.5
    return Case("condition", gold, (gold if equal else wrong) + behind, equal,
                wrong if equal else gold, bare=True)  # fmt: skip


def parameter(rng: Draws) -> Case:
    step, first = rng.randint(2, 9), rng.randint(1, 9)
    a, b = rng.sample("knm", 2)
    gold = f"x = {first} + {step}{a}\\pi, {a} \\in \\mathbb{{Z}}"
    equal = rng.random() < 0.5
    told = step if equal else step + 1
    text = rng.choice([
        f"x = {first} + {told}{b}\\pi, {b} \\in \\mathbb{{Z}}",
        f"x = {first} + {told}{b}\\pi \\text{{ for }} {b} \\in \\mathbb{{Z}}",
        f"{first} + {told}{b}\\pi \\text{{ where }} {b} \\text{{ is an integer}}",
    ])  # fmt: skip
    return Case("parameter", gold, text, equal, f"{first + 1} + {told}\\pi", bare=True)


def labelled(rng: Draws) -> Case:
    values = rng.sample(range(2, 60), 3)
    names = rng.choice([["w", "d", "a"], ["Ana", "Ben", "Cal"], ["x", "y", "z"]])
    sign = "=" if len(names[0]) == 1 else ": "
    shown = values if (equal := rng.random() < 0.5) else [values[1], values[0], values[2]]
    text = ", ".join(f"{n}{sign}{v}" for n, v in zip(names, shown, strict=True))
    return Case("labelled", ", ".join(map(str, values)), text, equal,
                ", ".join(map(str, (values[2] + 100, *values[:2]))), bare=sign == "=")  # fmt: skip


def several(rng: Draws) -> Case:
    values = rng.sample(range(-30, 60), rng.randint(2, 4))
    turned = rng.sample(values, len(values))
    equal = rng.random() < 0.5
    if not equal:
        turned[0] += 61
    text = rng.choice([", ".join(map(str, turned)), " and ".join(map(str, turned)),
                       "\\{" + ", ".join(map(str, turned)) + "\\}",
                       ", ".join(f"x = {t}" for t in turned)])  # fmt: skip
    wrong = ", ".join(str(v + 100) for v in values)
    return Case("list", ", ".join(map(str, values)), text, equal, wrong, bare=True)


def interval(rng: Draws) -> Case:
    low, high = sorted(rng.sample(range(-20, 40), 2))
    opening, closing = rng.choice("(["), rng.choice(")]")
    gold = f"{opening}{low}, {high}{closing}"
    equal = rng.random() < 0.5
    told = high if equal else high + 1
    left, right = ("<" if opening == "(" else "\\le"), ("<" if closing == ")" else "\\le")
    text = rng.choice([f"{low} {left} x {right} {told}", f"{opening}{low},{told}{closing}",
                       f"x \\in {opening}{low}, {told}{closing}"])  # fmt: skip
    return Case("interval", gold, text, equal, f"{opening}{low - 1}, {high}{closing}", bare=True)


def locale(rng: Draws) -> Case:
    value = rng.randint(1000, 99_999)
    group = f"{value:,}"
    equal = rng.random() < 0.5
    gold = str(value if equal else another(value, rng))
    text = rng.choice([
        f"Das macht {group.replace(',', '.')} € zusammen.",
        f"Cela fait {group.replace(',', ' ')} €.",
        f"In total that comes to {value}€.", f"The total is €{group}.", f"一共是{value}元。",
    ])  # fmt: skip
    return Case("locale", gold, text, equal, str(value + 1))


def ordinal(rng: Draws) -> Case:
    value = rng.choice([1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 101, 15])
    units = value % 10 if value not in (11, 12, 13) else 0
    end = {1: "st", 2: "nd", 3: "rd"}.get(units, "th")
    text = rng.choice([
        f"It happens on the **{value}{end} day**.", f"{value}^{{{end}}}",
        f"{value}^{{\\text{{{end}}}}}", f"It is the {value}{end} floor.",
    ])  # fmt: skip
    equal = rng.random() < 0.5
    return Case("ordinal", str(value if equal else value + 1), text, equal, str(value + 2))


def machine_float(rng: Draws) -> Case:
    value = Fraction(rng.randint(1, 9999), rng.choice([1, 2, 4, 5, 8, 10, 20, 100]))
    noisy = float(value) * (1 + rng.choice([-1, 1, 2]) * 2**-52)
    equal = rng.random() < 0.5
    gold = value if equal else value + Fraction(1, 1000)
    return Case("float", f"{float(gold):.10g}", repr(noisy), equal, f"{float(value) + 1:.10g}",
                bare=True)  # fmt: skip


def sentence(rng: Draws) -> Case:
    """A number as the object of a sentence that has others."""
    who, what, more = rng.choice(_NAMES), *rng.sample(_THINGS, 2)
    a, b = rng.sample(range(2, 400), 2)
    told, question = rng.choice([
        (f"{who} needs to pay ${a} for {b} {what}.", "How much does it cost?"),
        (f"So {who} has {a} {what} left (from {a + b}).", f"How many {what} are left?"),
        (f"Therefore, {b} {more} can hold {a} {what}.", f"How many {what} do they hold?"),
        (f"In {b} weeks, {who} will have sold {a} {what}.", f"How many {what} were sold?"),
        (f"{who} earns ${a} in {b} weeks.", "How much money is earned?"),
        (f"Each of the {b} {more} gets {a} {what}.", f"How many {what} does each get?"),
        (f"{b} {more} cost ${a} more than {b + 1} {what}.", "How much more do they cost?"),
        (f"After {b} days, {who} has read {a} {what}.", f"How many {what}?"),
        (f"There are {a} {what} in the {b} {more}.", f"How many {what} are there?"),
        (f"It takes {who} {a} minutes to sort {b} {what}.", "How many minutes does it take?"),
        (f"{who} buys {b} {more}, which makes {a} {what}.", f"How many {what} is that?"),
        (f"Since there are {b} {more}, {who} needs {a} {what}.", f"How many {what} are needed?"),
        (f"{who} sold {b} {more}, so {a} {what} are left.", f"How many {what} are left?"),
    ])  # fmt: skip
    lead = rng.choice(["", "", "Answer: ", "**Answer:** ", "Final answer: ", "#### "])
    equal = rng.random() < 0.6
    asked = question if rng.random() < 0.5 else ""
    gold, other = (str(a), str(b)) if equal else (str(b), str(a + b + 1))
    return Case("sentence", gold, lead + told, equal, other, asked)


def money(rng: Draws) -> Case:
    """Two dollar signs are two amounts."""
    price, count = rng.randint(2, 60), rng.randint(2, 30)
    total = price * count
    text = (f"Each one costs ${price}, so {rng.choice(_NAMES)} needs to spend {count} * ${price} = "
            f"${total} on {rng.choice(_THINGS)}.")  # fmt: skip
    equal = rng.random() < 0.5
    gold, other = (total, price) if equal else (price, total + 1)
    return Case("money", str(gold), text, equal, str(other))


def chinese(rng: Draws) -> Case:
    a, b = rng.sample(range(2, 500), 2)
    thing = rng.choice(_CHINESE)
    text = rng.choice([
        f"所以他一共有{a}个{thing}。", f"因此答案是{a}。", f"在{b}天后，还剩{a}个{thing}。",
        f"答案：{a}个{thing}", f"每个人得到{a}个{thing}。",
    ])  # fmt: skip
    equal = rng.random() < 0.5
    return Case("chinese", str(a) if equal else str(b), text, equal, str(a + b))


def direction(rng: Draws) -> Case:
    """A word as the answer of a sentence."""
    word, other = rng.sample(["east", "west", "Tuesday", "Friday", "red", "blue"], 2)
    angle = rng.randint(2, 900)
    text = rng.choice([
        f"So after {angle} steps, the answer will be {word}.", f"It is **{word}**.",
        f"Therefore, it would be {word} when {angle} days have passed.",
    ])  # fmt: skip
    equal = rng.random() < 0.5
    return Case("word", word if equal else other, text, equal, other if equal else "green")


def hashes(rng: Draws) -> Case:
    value, other = rng.sample(range(2, 999), 2)
    text = rng.choice([
        f"The answer is: #### {value}", f"\\boxed{{#### {value}}}",
        f"so it costs #### {value} after {other} months.", f"{other} + 1 = {value}. #### {value}",
        f"She makes $#### {value} in {other} days.",
    ])  # fmt: skip
    equal = rng.random() < 0.6
    return Case("hashes", str(value if equal else other), text, equal, str(value + other))


MAKERS: tuple[Maker, ...] = (
    bare_number, bare_fraction, left_side, condition, parameter, labelled, several, interval,
    locale, ordinal, machine_float, sentence, money, chinese, direction, hashes,
)  # fmt: skip
