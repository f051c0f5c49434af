"""Numbers: equality within a tolerance, compared decimals, and orders of several numbers."""

from __future__ import annotations

import itertools
import re
from fractions import Fraction

from harness.core import Problem, UsageError
from harness.verifiers.math.comparing.answers import read
from harness.verifiers.math.comparing.exact import UnknownError, exact
from harness.verifiers.math.comparing.exact import key as tree_key
from harness.verifiers.math.comparing.probe import evaluate
from harness.verifiers.math.comparing.statements import settle, value_of
from harness.verifiers.math.comparing.values import split_unit
from harness.verifiers.math.finding.extract import Extraction, extract, narrow
from harness.verifiers.math.finding.prose import has_words
from harness.verifiers.math.reading.boxes import boxed_answer
from harness.verifiers.math.reading.tree import Num, unbound
from harness.verifiers.rules.base import RuleVerifier

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?")


def number(text: str) -> Fraction | None:
    """The answer as a number, without units; irrational ones to machine precision."""
    readings = read(text).readings
    if not readings:
        part = narrow(text)
        readings = read(part.answer).readings if part else ()
    if not readings:
        return None
    node = split_unit(value_of(settle(readings[0])))[0]
    value = exact(node)
    if value is not None:
        return value
    if unbound(node):  # x + 1 is no number; "she ran 17 miles" says one
        part = narrow(text) if has_words(text) else None
        return number(part.answer) if part and len(part.answer) < len(text) else None
    try:
        found = evaluate(node, 0, real=True, many_digits=False)
        return Fraction(float(found[0])) if found else None
    except (OverflowError, ValueError, UnknownError):  # a list, an interval, out of reach
        return None


class NumericVerifier(RuleVerifier):
    """Equal within `relative` or `absolute` tolerance; exact if both are 0."""

    name = "numeric"

    def __init__(self, *, relative: float = 0.0, absolute: float = 0.0) -> None:
        if relative < 0 or absolute < 0:
            raise UsageError("numeric verifier: tolerances must not be negative")
        self.relative, self.absolute = Fraction(relative), Fraction(absolute)

    def find_for(self, text: str, problem: Problem) -> Extraction | None:
        """The answer; in a sentence, the number that the question asks for."""
        return extract(text, problem.question)

    def key(self, answer: str) -> str:
        value = number(answer)
        return f"={tree_key(Num(value))}" if value is not None else answer.strip()

    def same(self, answer: str, expected: str) -> bool:
        left, right = number(answer), number(expected)
        if right is None:
            raise UsageError(f"numeric verifier: the gold {expected!r} is not a number")
        if left is None:
            return False
        margin = max(self.absolute, self.relative * abs(right))
        if "%" in answer and "%" not in expected and abs(left / 100 - right) <= margin:
            return True  # 50% is 0.5
        return abs(left - right) <= margin


class DecimalVerifier(NumericVerifier):
    """The answer must be exactly one of the compared numbers: 9.80 is 9.8, 9.11 is not 9.110001."""

    name = "decimal"

    def __init__(self) -> None:
        super().__init__()


class OrderingVerifier(RuleVerifier):
    """The gold is an order of numbers or words, separated by `<`, `>` or commas.

    An answer written with `>` where the gold has `<` is read in reverse, and so is one that says
    that it goes from the largest to the smallest. The members may be in a list, one per line, or
    in a sentence ("Ann is first, then Bob").
    """

    name = "ordering"

    def find_for(self, text: str, problem: Problem) -> Extraction | None:
        """The last passage that mentions every member once, in its order; else any answer."""
        boxed = boxed_answer(text)
        if boxed is not None:
            return Extraction(boxed, "boxed", 0)
        if problem.gold is not None:
            members = ordered(problem.gold)
            for passage in reversed(_PASSAGE.split(_INDEX.sub("", text[-20_000:]))):
                found = _mentioned(passage, members)
                if found is not None:
                    return Extraction(found, "order", 1)
        return self.find(text)

    def key(self, answer: str) -> str:
        return " < ".join(ordered(answer))

    def same(self, answer: str, expected: str) -> bool:
        return ordered(answer) == ordered(expected)


_PASSAGE = re.compile(r"\n\s*\n|(?<=[.!?])\s+(?=[A-Z])|。")
_INDEX = re.compile(r"^\s*(?:[-*•+]|\(?\d{1,2}[.):])\s+(?=\S)", re.M)
_DOWN = re.compile(
    r"\bfrom (?:the )?(?:largest|biggest|greatest|highest|longest|tallest|oldest|last|latest|most)"
    r"\b|\b(?:descending|decreasing)\b|从[大高长]到|降序",
    re.I,
)


def _mentioned(passage: str, members: list[str]) -> str | None:
    """The members in the order a passage names them, if it ends by naming each once."""
    names = [m for m in members if not re.fullmatch(r"-?\d+(?:/\d+)?", m)]
    words = "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True) if n)
    pattern = _NUMBER.pattern + (rf"|(?<!\w)(?:{words})(?!\w)" if words else "")
    told = [(m.start(), m.end(), _member(m[0])) for m in re.finditer(pattern, passage, re.I)]
    told = [t for t in told if t[2] in members][-len(members) :]
    if len(members) < 2 or sorted(t[2] for t in told) != sorted(members):
        return None
    between = {passage[a[1] : b[0]].strip(" $*\n") for a, b in itertools.pairwise(told)}
    if between <= {"<", "≤", "\\lt", "\\le"}:
        sign = "<"
    elif between <= {">", "≥", "\\gt", "\\ge"} or _DOWN.search(passage[: told[0][0]][-120:]):
        sign = ">"
    else:
        sign = ","
    return f" {sign} ".join(passage[a:b] for a, b, _ in told)


def ordered(text: str) -> list[str]:
    """The members of an order, smallest first if signs say so."""
    text = _INDEX.sub("", text.replace("\\lt", "<").replace("\\gt", ">"))
    text = re.sub(r"\\(?:text\w*|left|right)|[$*{}\\\[\]]", " ", text)
    signs = set(re.findall(r"[<>≤≥]", text))
    parts = re.split(r"[<>≤≥,;\n]|\bthen\b|\band\b|→", text)
    members = [_member(p) for p in parts if p.strip()]
    if signs and signs <= {">", "≥"}:
        members.reverse()
    return members


def _member(part: str) -> str:
    found = _NUMBER.search(part)
    if found:
        return str(Fraction(found.group().replace(",", "")))
    return part.strip().casefold()
