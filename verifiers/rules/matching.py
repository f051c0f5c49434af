"""Answers compared as text: exactly, by pattern, or against a list of accepted forms."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from harness.core import UsageError
from harness.verifiers.math.finding.conclusion import one_line
from harness.verifiers.math.reading.sentences import gives
from harness.verifiers.math.reading.wording import normal_words
from harness.verifiers.rules.base import RuleVerifier


class ExactVerifier(RuleVerifier):
    """The answer must be the gold text. By default letter case, articles, spaces and punctuation
    are ignored; `strict` compares character by character."""

    name = "exact"

    def __init__(self, *, strict: bool = False, case: bool = False) -> None:
        self.strict, self.case = strict, case

    def key(self, answer: str) -> str:
        return answer.strip() if self.strict else normal_words(answer, case=self.case)

    def same(self, answer: str, expected: str) -> bool:
        return self.key(answer) == self.key(expected)


class AcceptedVerifier(ExactVerifier):
    """The gold is a JSON list of accepted forms, or forms separated by `|`.

    A sentence counts for the form that is its subject or complement ("It is the Nile"), unless
    `strict`; two forms left open, or one that is denied, do not count.
    """

    name = "accepted"

    @staticmethod
    def stated(gold: str) -> Sequence[str]:
        """The answers that a gold stands for: a task's check grades each."""
        return forms(gold)

    def same(self, answer: str, expected: str) -> bool:
        return any(self._gives(answer, form) for form in forms(expected))

    def _gives(self, answer: str, form: str) -> bool:
        if super().same(answer, form):
            return True
        told = one_line(_NOT.sub("", answer)).strip(" .")
        if self.strict or not form.strip() or _OPEN.search(told) or len(told) > 600:
            return False
        return super().same(told, form) or gives(form.strip(), told)


_NOT = re.compile(
    r"(?:\b(?:it|this|that|the answer) is|\bit['’]s)? ?\bnot (?:the |a |an )?"
    r"[\w ]{1,40}[,;](?: but)?"
    r"|[,;] (?:and )?(?:not|rather than|instead of) (?:the |a |an )?[\w ]{1,40}(?=[.,;]|$)",
    re.I,
)
_OPEN = re.compile(r"\b(?:or|either)\b|或", re.I)


def forms(text: str) -> Sequence[str]:
    """The accepted forms in a gold."""
    if text.lstrip().startswith("["):
        try:
            found = json.loads(text)
        except json.JSONDecodeError:
            found = None
        if isinstance(found, list):
            return [str(f) for f in found]
    return text.split("|")


def _pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    try:
        return re.compile(text, flags)
    except re.error as error:
        raise UsageError(f"regex verifier: {text!r}: {error}") from error


class RegexVerifier(RuleVerifier):
    """The gold is a regular expression that the whole answer must match (`search`: some part)."""

    name = "regex"

    def __init__(self, *, search: bool = False, case: bool = False) -> None:
        self.search, self.flags = search, 0 if case else re.I

    @staticmethod
    def stated(gold: str) -> Sequence[str]:
        """A pattern states no answer; it must be one."""
        _pattern(gold)
        return ()

    def same(self, answer: str, expected: str) -> bool:
        pattern = _pattern(expected, self.flags)
        text = answer.strip()[:2000]
        return bool(pattern.search(text) if self.search else pattern.fullmatch(text))
