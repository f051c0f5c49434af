"""The dial of difficulty: steps of calculation between what a text tells and what it asks.

At level 1 the question asks for what the scenario gives; every level above adds a step that goes on
with that number. The flaw stays where it was, and moves further from the question.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.tasks.traps.solve import Number, expression

LEVELS = 4


@dataclass(frozen=True, slots=True)
class Tail:
    """The words behind a question, the numbers in them, and the formula of `answer`."""

    text: str = ""
    formula: str = ""
    values: Mapping[str, Number] = field(default_factory=dict)

    def of(self, answer: Number) -> Number:
        """What the steps make of the first answer."""
        if not self.formula:
            return answer
        value: Number = expression(self.formula)({**self.values, "answer": answer})
        return value


NO_TAIL = Tail()

_NAMED = {
    "en": (
        " Call the result N. What is {formula}?",
        " Let N stand for the answer. Work out {formula}.",
        " If N is what you get, how much is {formula}?",
    ),
    "zh": (
        "把结果记作N，求{formula}的值。",
        "设所得的数为N，{formula}等于多少？",
        "用N表示这个结果，请算出{formula}。",
    ),
}
_TOLD = {
    "en": (
        " Take that number and {steps}. What do you end up with?",
        " With that number, go on: {steps}. What number comes out?",
        " To finish, take the result and {steps}. What is the last number?",
    ),
    "zh": (
        "再把得数{steps}，最后是多少？",
        "接着把这个结果{steps}，得到的数是多少？",
        "然后从这个数开始，{steps}，最后得几？",
    ),
}


def follow_up(seed: int, language: str, level: int) -> Tail:
    """`level` - 1 steps, in turn products and sums, the same for every problem of a cluster."""
    if level == 1:
        return NO_TAIL
    rng = random.Random(seed)
    product = rng.random() < 0.5
    formula, shown, steps = "answer", "N", []
    values: dict[str, Number] = {}
    for i in range(1, level):
        name = f"t{i}"
        value = values[name] = rng.randint(2, 6) if product else rng.randint(3, 40)
        if product:
            formula = f"({formula}) * {name}"
            shown = f"{value} × N" if shown == "N" else f"({shown}) × {value}"
            steps.append(f"multiply it by {value}" if language == "en" else f"乘以{value}")
        else:
            formula, shown = f"{formula} + {name}", f"{shown} + {value}"
            steps.append(f"add {value} to it" if language == "en" else f"加上{value}")
        product = not product
    if rng.random() < 0.5:
        text = rng.choice(_NAMED[language]).format(formula=shown)
    else:
        text = rng.choice(_TOLD[language]).format(steps=_joined(steps, language))
    return Tail(text, formula, values)


def _joined(steps: list[str], language: str) -> str:
    if language == "zh":
        return "，再".join(steps)
    first, *later = steps
    return ", then ".join([first, *(s.replace(" to it", "").replace(" it", "") for s in later)])
