"""The words of the interface in other languages, by the English ones."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path

ENGLISH = {
    "unit tokens": "Tokens",
    "unit sequential": "Sequential tokens",
    "unit flops": "FLOPs",
    "unit usd": "Dollars",
    "unit seconds": "Seconds",
}

CHART = {
    "board": (
        "Accuracy on {task} over {unit} charged per problem, logarithmic; {runs} runs of "
        "{models} models. Pareto frontier, from cheap to dear: {steps}."
    ),
    "curves": "Accuracy over charged tokens a problem, logarithmic. {ends}.",
    "tokens": "{n} tokens",
}
"""What charts say to those who cannot see them."""

SCRIPT = {
    "tokens": "tokens",
    "sequential": "sequential tokens",
    "flops": "FLOPs",
    "usd": "dollars",
    "seconds": "seconds",
    "yours": "Your price",
    "axis tokens": "output tokens a problem, charged",
    "axis sequential": "tokens one behind the other, a problem",
    "axis flops": "FLOPs a problem, charged",
    "axis usd": "dollars a problem, charged",
    "axis seconds": "seconds a problem, its calls one behind the other",
    "axis yours": "dollars a problem at your price",
    "chance": "Chance that it is truly the best of the {n} within that",
    "others": "else",
    "nothing": "Nothing is as cheap as that.",
    "unknown": "No answer: these costs are not known for any run.",
    "empty": "No finished run with a known cost is left by these filters.",
    "of": "of",
    "count": "{n} of {total} rows",
    "choose": "Choose two different rows.",
    "nothing_common": "They have no problem in common.",
    "better": "{b} is better than {a}: the interval leaves out 0.",
    "worse": "{b} is worse than {a}: the interval leaves out 0.",
    "open": "Neither is shown to be better: the interval holds 0.",
    "points": "points of accuracy",
    "problems": "Problems",
    "of_problems": "problems",
    "head_tokens": "Tokens",
    "head_usd": "Dollars",
    "clusters": "clusters",
    "rule": "Paired interval by the rule of",
    "bootstrap": "Intervals by a Bayesian bootstrap of whole clusters, made in this page.",
    "figures": "Both rows",
    "accuracy": "Accuracy",
    "lured": "Lured",
    "only_b": "Only {b} solves",
    "only_a": "Only {a} solves",
    "flips": "What flips",
    "kinds": "By kind of problem",
    "difference": "Difference",
    "coverage": "coverage",
    "unfinished": "unfinished",
    "empty_store": "There is no run here yet.",
    "comma": ", ",
    "colon": ": ",
    "semicolon": "; ",
    "stop": ". ",
    "gap": " ",
    "loading": "Loading SQLite and the tables …",
}
"""What scripts say, by the names that they know it by."""


@functools.cache
def chinese() -> dict[str, str]:
    """Read `words.zh.txt`: one line per text, English and Chinese separated by a bar."""
    lines = Path(__file__).with_name("words.zh.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("|", 1) for line in lines if line)


def translator(language: str) -> Callable[[str], str]:
    """A function that translates English texts; English if there is no translation."""
    words = chinese() if language == "zh" else {}
    return lambda text: words[text] if text in words else ENGLISH.get(text, text)


EDGE = "\uffff"
"""Stands around each Chinese text until its page is whole. No other text holds it: it is one of the
characters that `text.plain` spells out."""

_MARKS = str.maketrans(",.:;", "，。：；")
_TAGS = "(?:</[a-z]+>)*"
_BEHIND = re.compile(f'{EDGE}({_TAGS})([,.:;])(?: +|(?=[<"\n{EDGE}]))')
_BEFORE = re.compile(f"([,.:;]) {EDGE}")
_WIDE = re.compile(f"([，。、：；！？）]){EDGE}({_TAGS}) +")


def joined(page: str) -> str:
    """A Chinese page with its pieces joined as Chinese is written.

    Templates put pieces together as English does, with spaces and ASCII punctuation; next to a
    Chinese piece the punctuation is wide, and no space follows it or parts two such pieces.
    """
    page = _BEHIND.sub(lambda m: EDGE + m[1] + m[2].translate(_MARKS), page)
    page = _BEFORE.sub(lambda m: m[1].translate(_MARKS), page)
    page = _WIDE.sub(r"\1\2", page)
    return page.replace(f"{EDGE} {EDGE}", "").replace(EDGE, "")
