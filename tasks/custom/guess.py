"""Guessing what a task file leaves open, from the columns' names and the answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

QUESTION = (
    "question", "problem", "prompt", "input", "query", "instruction", "text",
    "frage", "aufgabe", "pregunta", "pergunta", "domanda", "问题", "題目", "题目", "問題",
)  # fmt: skip
ANSWER = (
    "answer", "gold", "target", "label", "expected", "solution", "output", "correct",
    "antwort", "lösung", "réponse", "respuesta", "resposta", "risposta", "答案", "回答", "解答",
)  # fmt: skip
CHOICES = ("choices", "options")
LURE = ("lure", "shortcut_answer")
ID = ("id", "uid", "key", "name")
CLUSTER = ("cluster", "group", "template", "pair")
VARIANT = ("variant",)

_NUMBER = re.compile(
    r"[-+−]?[$€£¥]?\s?\d[\d,  ]*(?:\.\d+)?(?:e[-+]?\d+)?(?:\s?(?:%|°|[A-Za-z]{1,8}))?"
    r"|[-+−]?\d+\s?/\s?\d+",
    re.I,
)


def column(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """The first of some names that is a column, ignoring case."""
    known = {name.strip().lower(): name for name in reversed(columns)}
    return next((known[name] for name in names if name in known), None)


def choice_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """A column of lists, else columns A, B, C … (or choice_a, option1 …)."""
    whole = column(columns, CHOICES)
    if whole is not None:
        return (whole,)
    for form in ("{L}", "choice_{L}", "option_{L}", "choice{N}", "option{N}", "choice_{N}"):
        found = []
        for n in range(10):
            one = column(columns, [form.format(L=chr(97 + n), N=n + 1)])
            if one is None:
                break
            found.append(one)
        if len(found) > 1:
            return tuple(found)
    return ()


def is_number(gold: str) -> bool:
    """Whether an answer is a number, a fraction, an amount."""
    return _NUMBER.fullmatch(gold.strip()) is not None


def verifier(golds: Sequence[str], *, choices: bool) -> str:
    """The verifier that suits such answers."""
    if choices:
        return "choice"
    if all(is_number(gold) or "\\" in gold or "^" in gold for gold in golds):
        return "math"
    return "accepted"


def ending(name: str, golds: Sequence[str]) -> str:
    """How a prompt asks for the answer, so that the verifier finds it."""
    if name == "choice":
        return 'End with "Answer: <letter>".'
    if all(is_number(gold) for gold in golds):
        return 'Think step by step, then end with "Answer: <number>".'
    if name == "math":
        return "Think step by step, then put the final answer in \\boxed{}."
    return 'End with "Answer: <answer>".'
