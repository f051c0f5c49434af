"""The verifier of mathematical answers: extract, compare, say why."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from typing import Any

from harness.core import Problem, Status, Verdict
from harness.verifiers.math.comparing.answers import is_run, read
from harness.verifiers.math.comparing.contradictions import (
    contradiction,
    numbers_of,
    one_of_names,
    other_kind,
    other_words,
    same_roles,
    several_numbers,
)
from harness.verifiers.math.comparing.judge import answer_key, same_answer
from harness.verifiers.math.comparing.labels import labelled as labelled_parts
from harness.verifiers.math.comparing.opposites import opposite
from harness.verifiers.math.comparing.options import Options
from harness.verifiers.math.comparing.outcome import Outcome
from harness.verifiers.math.comparing.questions import as_asked, last_sentence, out_of_order
from harness.verifiers.math.comparing.quick import plain_value
from harness.verifiers.math.finding.asked import asked
from harness.verifiers.math.finding.extract import (
    Extraction,
    extract,
    narrow,
)
from harness.verifiers.math.finding.prose import has_words, is_prose
from harness.verifiers.math.finding.stated import counted, is_sentence, labelled
from harness.verifiers.math.reading import wording
from harness.verifiers.math.reading.characters import clean, strip_surrogates
from harness.verifiers.math.reading.parts import by_cases
from harness.verifiers.math.reading.tree import Node, Num, Op, free_symbols
from harness.verifiers.math.reading.units import read_unit
from harness.verifiers.math.reading.vocabulary import FUNCTIONS
from harness.verifiers.patterns import lazy_pattern
from harness.verifiers.text import read_response


class MathVerifier:
    """Judges a response by the mathematical value of its final answer."""

    name = "math"
    version = "7"

    def __init__(self, **options: Any) -> None:
        self.options = Options.of(options)

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Judge `response`; a problem without gold is `ungraded` here."""
        try:
            return self._verify(response, problem, truncated)
        except Exception as error:  # noqa: BLE001 - a defect of ours costs this response alone
            reason = f"the verifier failed: {type(error).__name__}: {error}"[:300]
            return Verdict(status=Status.UNGRADED, method="failed", warning=3, reason=reason)

    def _verify(self, response: str, problem: Problem, truncated: bool) -> Verdict:
        view = read_response(response, problem, truncated=truncated)
        if view.verdict is not None:
            return view.verdict
        found = extract(view.text, problem.question)
        if found is None or not view.trusts(found.rule):
            return view.unanswered("extraction")
        return view.settled(self._judge(resolved(found, problem), problem), problem.gold)

    def _judge(self, found: Extraction, problem: Problem) -> Verdict:
        def verdict(status: Status, method: str, reason: str, equal: str | None = None) -> Verdict:
            key = answer_key(found.answer if equal is None else equal)
            if status is Status.WRONG and method not in ("field", "probe") and key is not None:
                # what verifies as different does not vote as equal
                key = f"≠{key}" if key in {answer_key(e) for e in expected} else key
            return Verdict(
                status=status,
                answer=found.answer,
                key=key,
                method=f"{found.rule}/{method}",
                warning=found.warning,
                reason=f"{reason}; taken: {found.why}" if found.why else reason,
                loop=False,  # until the response notes otherwise
            )

        expected: list[str] = []
        if problem.gold is None:
            return verdict(
                Status.UNGRADED, "none", "the problem has no answer: judge it with a flaw verifier"
            )
        gold = gold_answer(problem.gold)
        expected = [e for e in (gold, problem.lure) if e is not None]
        outcome, reason = self._same(gold, found, problem.question)
        worked = outcome.stage in ("text", "canonical") or not problem.question
        if outcome.equal and not worked and echoed(found.answer, problem.question):
            return verdict(Status.WRONG, "echo", "the question's expression, not worked out")
        if outcome.equal:
            return verdict(Status.CORRECT, outcome.stage, reason, gold)
        if problem.lure is not None:
            lured, why = self._same(clean(problem.lure), found, problem.question)
            if lured.equal:
                return verdict(Status.LURED, lured.stage, f"the lure: {why}", problem.lure)
        if outcome.equal is None:
            return verdict(Status.UNGRADED, outcome.stage, reason)
        return verdict(Status.WRONG, outcome.stage, reason)

    def _same(self, expected: str, found: Extraction, question: str) -> tuple[Outcome, str]:
        """Whether what was found is `expected`, and the words around it do not contradict it."""
        outcome, reason = self._equal(expected, found, question)
        said = found.sentence or found.answer
        if not outcome.equal:
            if outcome.stage in _ORDERED_STAGES and same_roles(expected, said):
                return Outcome(True, "words"), "each number under its name"
            if said != found.answer and by_cases(expected) and by_cases(said):
                return same_answer(expected, said, self.options)
            return outcome, reason
        if said.strip() == expected.strip():
            return outcome, reason
        why = contradiction(expected, said) or out_of_order(expected, said, question)
        if why is None and other_kind(expected, said):
            why = "another kind of thing"
        if outcome.stage == "words" and not re.search(r"\d", found.answer):
            if opposite(expected, last_sentence(question.strip())):
                return Outcome(False, "opposite"), "the gold tells of the opposite of what is asked"
        elif why is None and (other_words(expected, said) or one_of_names(expected, said)):
            why = "other words"
        return (Outcome(False, "opposite"), why) if why is not None else (outcome, reason)

    def _equal(self, expected: str, found: Extraction, question: str) -> tuple[Outcome, str]:
        """Whether what was found is `expected`: a number as the question's unit tells, words
        wherever they stand in the sentence."""
        unit = asked(question).unit_word if question else ""
        if unit and plain_value(expected) is not None and other_unit(found.answer, unit):
            return same_answer(f"{expected} {unit}", found.answer, self.options)
        several = found.sentence and "," in found.answer and labelled_parts(expected)
        if several and labelled_parts(found.sentence):  # "30 children and 12 adults"
            return same_answer(expected, found.sentence, self.options)
        outcome, reason = same_answer(expected, found.answer, self.options)
        if not outcome.equal and unit.startswith("dozen") and "dozen" in found.answer:
            outcome, reason = same_answer(f"{expected} dozen", found.answer, self.options)
        worded = (
            wording.is_choice(expected)
            or not read(expected).readings
            or _spelled(expected)  # "red" reads as a product, too
        )
        if not outcome.equal and found.sentence and worded:
            told = same_answer(expected, found.sentence, self.options)
            if told[0].equal:
                return told
        if not outcome.equal and question:
            told_as_asked = as_asked(
                expected, found.answer, question, self.options, found.sentence or found.answer
            )
            if told_as_asked is not None:
                return told_as_asked
        inner = narrow(expected) if _in_words(expected, outcome, worded) else None
        if (
            inner is not None
            and inner.answer != expected
            and read(found.answer).readings
            and not _one_of_several(expected, inner.answer, question)
        ):
            told = same_answer(inner.answer, found.answer, self.options)
            if told[0].equal:
                return told  # "R = 1 is a necessary and sufficient condition"
        return outcome, reason


_ORDERED_STAGES = ("order", "structure", "labels", "words")


def _spelled(expected: str) -> bool:
    """Whether a gold is in plain words: "red", "Store B"."""
    words = expected.split()
    plain = all(w.isalpha() for w in words) and 0 < len(words) < 5
    return plain and len(words[0]) > 2 and not any(w.lower() in FUNCTIONS for w in words)


def _in_words(expected: str, outcome: Outcome, worded: bool) -> bool:
    """Whether a gold tells its value in a sentence, and no rule has decided yet."""
    if outcome.equal or outcome.stage in ("labels", "opposite", "order"):
        return False
    if _DESCRIBES.search(expected):
        return False
    if worded and has_words(wording.words_only(expected)):
        return True
    return len(expected) > 20 and is_sentence(expected)


def _one_of_several(expected: str, inner: str, question: str) -> bool:
    """Whether `inner` is a mere name, one number of a list, or of a gold that tells others than the
    question's own."""
    if any(map(_is_numbers, read(expected).readings)):
        return True
    if inner.isalpha() and len(inner) > 1 and wording.number_words(inner) is None:
        return True
    told = several_numbers(expected) if not question else {*numbers_of(expected)}
    rest = told - {*numbers_of(inner)} - {*numbers_of(question)}
    return bool(rest) and "=" not in expected


def _is_numbers(reading: Node) -> bool:
    """Whether a gold reads as a list of numbers: "18 dollars, and for a child 11 dollars"."""
    if not (isinstance(reading, Op) and reading.head == "list"):
        return False
    values = [
        part.args[0] if isinstance(part, Op) and part.head == "quantity" else part
        for part in reading.args
    ]
    return all(isinstance(value, Num) for value in values)


_DESCRIBES = lazy_pattern(  # what is no value, whatever number its words hold
    r"\bexists?\b|\bthere is (?:an?|some)\b|\b(?:not|except|without|but|never|all|any"
    r"|every|if|unless|odd|even|primes?|divisible|multiples?|powers?)\b",
    re.I,
)
_IMPLIES = lazy_pattern(r"\\(?:implies|Rightarrow|Longrightarrow|therefore)(?![a-zA-Z])|[⇒⟹∴]")
_CHINESE_COUNT = "[一二两三四五六七八九十百千]+"
_CHINESE_FRACTION = lazy_pattern(rf"(?:{_CHINESE_COUNT}又)?{_CHINESE_COUNT}分之{_CHINESE_COUNT}")
_WORDED = lazy_pattern(r"(?<![A-Za-z\\])[A-Za-z]{2}|[^\W\d_\x00-\x7f]")
_EXCLAIMED = lazy_pattern(r"-?\d[\d.,]*!")


def _simpler(found: Extraction, problem: Problem) -> Extraction:
    """What an answer comes to behind its last arrow, under the label that is asked for, or as the
    one fraction that it spells in Chinese; the last two settled, which the rule `""` marks."""
    answer = found.answer.strip()
    if problem.gold and not _IMPLIES.search(problem.gold):
        *_, last = _IMPLIES.split(answer)
        if last is not answer and last.strip(" $.\\()[]"):  # 4x = 12 ⟹ x = 3
            answer = last.strip(" $.").removesuffix("\\]").removesuffix("\\)")
            found = replace(found, answer=answer)
    if problem.question and found.rule in ("bare", "number", "formula", "conclusion"):
        part = labelled(found.sentence or answer, asked(problem.question))
        if part is not None and plain_value(problem.gold or "") is not None:
            return replace(found, answer=part, rule="", warning=max(found.warning, 2))
    spelled = [] if re.search(r"\d", answer) else _CHINESE_FRACTION.findall(answer)
    return replace(found, answer=spelled[0], rule="") if len(spelled) == 1 else found


def resolved(found: Extraction, problem: Problem) -> Extraction:
    """The answer that an extracted sentence states; what is no sentence as it is."""
    if found.rule == "marker" and _EXCLAIMED.fullmatch(found.answer):  # "The answer is 5!"
        if problem.gold is None or "!" not in problem.gold:
            return Extraction(found.answer[:-1], "marker", 1)
        return found
    answer = found.answer.strip()
    wordless = not found.sentence and "=" not in answer and wording.only_signs(answer)
    if wordless and not _UNIT_LETTER.fullmatch(answer):
        return found
    told = _simpler(found, problem)
    if told is not found and told.rule != found.rule:
        return replace(told, rule=found.rule)
    found, answer = told, told.answer.strip()
    one_word = " " not in answer and not has_words(answer)
    if found.rule in ("formula", "number") or one_word:
        return found
    if wording.minutes(found.answer) is not None or is_run(found.answer):
        return found
    if by_cases(found.answer) is not None:
        return found
    if "=" in answer and ":" in (last := answer.rpartition("=")[2]) and wording.minutes(last):
        return replace(found, answer=last.strip())  # 8:30 + 0:45 = 9:15
    said = found
    worded = _WORDED.search(found.answer) is not None
    if worded and (
        is_sentence(found.answer)
        or (
            has_words(found.answer)
            and not read(found.answer).readings
            and _number_of(found.answer, problem) is None
        )
    ):
        part = narrow(found.answer, problem.question)
        if part is not None and part.answer != found.answer:
            warning = max(found.warning, part.warning)
            whole = found.sentence or found.answer
            said = Extraction(part.answer, found.rule, warning, whole, part.why)
    if (unit := _UNIT_LETTER.fullmatch(said.answer)) and _writes_unit(problem, unit[2]):
        return replace(said, answer=rf"{unit[1]} \text{{ {unit[2]}}}")
    number = _number_of(said.answer, problem)
    return said if number is None else replace(said, answer=number)


_UNIT_LETTER = lazy_pattern(r"(-?[\d.,]+)\s?([A-Za-z])[\s.]*")


def _writes_unit(problem: Problem, letter: str) -> bool:
    """Whether a letter behind a number is a unit for the problem: "10 m", "in m?"."""
    read = read_unit(letter)
    if read is None or problem.gold is None or plain_value(problem.gold) is None:
        return False
    wanted = asked(problem.question).unit
    same = wanted is not None and read.dimension == wanted.dimension
    return same or re.search(rf"\d\s?{letter}(?![\w^])", problem.question) is not None


def _number_of(answer: str, problem: Problem) -> str | None:
    """The number of "4 logs", where the gold is a plain number and the words are no unit."""
    if problem.gold is None or plain_value(problem.gold) is None:
        return None
    number = counted(answer)
    return number if number is not None and not _measured(answer) else None


def echoed(answer: str, question: str) -> bool:
    """Whether an answer is an expression of the question's own, which it does not work out."""
    told = _SPACING.sub("", answer)
    worked = plain_value(answer) is not None or not _OPERATION.search(answer)
    return len(told) > 2 and not worked and told in _SPACING.sub("", question)


_SPACING = lazy_pattern(r"\\[,;!: ]|\\(?:left|right|d(?=frac)|t(?=frac))|[\s$]")
_OPERATION = lazy_pattern(r"[\w)}]\s*[-+*/×÷^]|\\(?:[dt]?frac|cdot|times|sqrt|div)")


def _measured(answer: str) -> bool:
    """Whether an answer is read as a number of some unit."""
    readings = read(answer).readings
    first = readings[0] if readings else None
    return isinstance(first, Op) and (
        first.head == "%" or (first.head == "quantity" and not free_symbols(first.args[0]))
    )


def other_unit(answer: str, unit: str) -> bool:
    """Whether an answer is in another unit than `unit` of the same kind: minutes for hours."""
    from harness.verifiers.math.comparing.values import split_unit

    readings = read(answer).readings
    told, wanted = split_unit(readings[0])[1] if readings else None, read_unit(unit)
    if told is None or wanted is None or told.dimension != wanted.dimension:
        return False
    return told.factor != wanted.factor


_TOLD = lazy_pattern(r"^\W*(?:the\s+)?(?:final\s+)?answer(?:\s+is\s*:?|\s*:)\s*(?=[^\s}])", re.I)


_SENTENCES = lazy_pattern(r"[.!?:;]\s+\S|[。！？；]\s*\S|\n|####|.{400}", re.S)  # of a solution


@functools.lru_cache(maxsize=4096)
def gold_answer(gold: str) -> str:
    """The answer in a gold, which may be a whole solution."""
    text = _TOLD.sub("", clean(strip_surrogates(gold)))
    worked = len(text) > 80 and _SENTENCES.search(text) is not None and is_prose(text[:2000])
    if worked or "\\boxed" in text:
        found = extract(text)
        if found is not None:
            return found.answer
    return text


def verify(text: str, gold: str, *, lure: str | None = None, **options: Any) -> Verdict:
    """Judge free text or a bare answer against `gold`."""
    problem = Problem(id="", question="", gold=gold, lure=lure)
    verifier = MathVerifier(**options) if options else _DEFAULT
    return verifier.verify(text, problem)


_DEFAULT = MathVerifier()


__all__ = ["MathVerifier", "verify"]
