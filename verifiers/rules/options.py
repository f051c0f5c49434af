"""Multiple choice: the letter, or the text of the option."""

from __future__ import annotations

import re

from harness.core import Problem, Status
from harness.verifiers.math.finding.extract import Extraction, extract
from harness.verifiers.math.reading.boxes import boxed_answer
from harness.verifiers.math.reading.wording import choice, normal_words, words_only
from harness.verifiers.rules.base import RuleVerifier

_SAID = re.compile(
    r"\b(?:answer|choice|option|correct answer)\b[^A-Za-z0-9\n]{0,12}"
    r"(?:is|:|would be|must be)?[^A-Za-z0-9\n]{0,12}(?:option\s+)?\(?\**([A-J])\b(?!')"
    r"|(?:答案|选项|选|答え|réponse|respuesta|antwort)[^A-Za-z0-9\n]{0,8}(?:是|为|est|es|ist)?\s*[:：]?\s*\(?\**([A-J])\b"
    r"|\b(?:option|choice)\s+\(?([A-J])\)?\s+is\s+(?:the\s+)?(?:correct|right|best)"
    r"|\(?\b([A-J])\)?\s+is\s+(?:the\s+)?(?:correct|right|best)",
    re.I,
)
_LAST = re.compile(r"(?:^|[\s(*$])\(?\**([A-J])\**\)?\s*[.)]?\s*$")


class ChoiceVerifier(RuleVerifier):
    """The gold is a letter. `problem.meta["choices"]`, a list of the options' texts, lets an
    answer in words count."""

    name = "choice"

    def find(self, text: str) -> Extraction | None:
        boxed = boxed_answer(text[-20_000:])
        if boxed is not None:
            return Extraction(boxed, "boxed", 0)
        said = None
        for said_now in _SAID.finditer(text[-20_000:]):
            said = said_now
        if said:
            return Extraction(next(g for g in said.groups() if g).upper(), "marker", 0)
        last = _LAST.search(text.strip()[-60:])
        if last:
            return Extraction(last.group(1), "last", 1)
        return extract(text)

    def key(self, answer: str) -> str:
        return choice(answer) or normal_words(answer)

    def same(self, answer: str, expected: str) -> bool:
        letter = choice(expected)
        return letter is not None and choice(words_only(answer)) == letter

    def _status(self, answer: str, problem: Problem) -> tuple[Status, str]:
        status, reason = super()._status(answer, problem)
        options = problem.meta.get("choices")
        if status is Status.WRONG and isinstance(options, (list, tuple)) and choice(answer) is None:
            for index, text in enumerate(options):
                if normal_words(str(text)) == normal_words(answer):
                    return super()._status(chr(ord("A") + index), problem)
        return status, reason
