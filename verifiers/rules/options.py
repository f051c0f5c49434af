# ruff: noqa: E501 - a pattern is read whole or not at all
"""Multiple choice: the letter, or the text of the option.

A sentence chooses a letter ("option B is right", "the best one is B", 选B), and denies others
("not option C"). In order of precedence: the box, a marked answer, the last sentence that
chooses, a letter that ends the text, the only option whose text is named. Two letters without a
choice between them ("B or C") choose none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.core import Problem, Status
from harness.verifiers.math.finding.extract import Extraction, extract
from harness.verifiers.math.reading.boxes import boxed_answer
from harness.verifiers.math.reading.wording import choice, normal_words, words_only
from harness.verifiers.patterns import lazy_pattern
from harness.verifiers.rules.base import RuleVerifier

_L = r"[(\[]{{0,2}}\**(?P<{0}>[A-J])\**[)\]]{{0,2}}(?![\w'’]|\.\w)"
_OPTION = r"(?:option|choice|answer|letter|alternative|statement|选项)"
_GOOD = r"(?:correct|right|best|true|appropriate|answer|valid|most \w+)"

_MARKED = lazy_pattern(
    r"(?:^|(?<=[\s*_#>(.,:;!]))(?:the )?(?:final |correct |right |best |my )*"
    r"(?:answer|choice|option|ans)\b(?: (?:to|for) [^.\n:]{0,60}?)?[*_]{0,2}\s*(?:is|would be|must be|should be|[:=])+[*_]{0,2}"
    r"|(?:最终|正确)?(?:答案|选项)(?:应该|应)?(?:是|为|选|[:：])+|(?:réponse|respuesta|antwort|答え)\s*(?:est|es|ist|は|:)+|####|(?:^|\n)\s*[*_]*A[*_]*:(?=\s)",
    re.I,
)
_CHOOSES = lazy_pattern(
    "|".join((
        rf"\b{_OPTION}\s+{_L.format('a')}[^.;!?\n]{{0,60}}?\b(?:is|seems|must be|would be|fits|works|looks)\b(?! not| in| wr)[^.;!?\n]{{0,30}}?\b{_GOOD}?",
        rf"(?:^|[\s(*,]){_L.format('b')}\s*(?:,[^,.;\n]{{0,40}},)?\s*(?:is|must be|would be)\s+(?:the\s+|indeed\s+|clearly\s+)*{_GOOD}\b",
        rf"\b{_GOOD}\s+(?:one|{_OPTION})?\s*(?:here\s+)?(?:is|would be|must be|:)\s*(?:{_OPTION}\s+)?{_L.format('c')}",
        rf"\b(?:I|we)(?:['’](?:d|ll)| would| will| should| must)?\s+(?:\w+\s+)?(?:choose|pick|select|say|go (?:with|for)|think|believe|answer|conclude)\s+(?:that\s+|it is\s+|it['’]s\s+|on\s+)*(?:the answer is\s+)?(?:{_OPTION}\s+)?{_L.format('d')}",
        rf"(?:选择?|应选|故选|选项为?)\s*[:：]?\s*{_L.format('e')}",
        rf"{_L.format('f')}\s*(?:项|选项)?\s*(?:是)?(?:正确|对的|最佳|符合)",
        r"\[\[(?P<g>[A-J])\]\]",
        rf"\b(?:so|therefore|thus|hence)[,:]?\s+(?:it is\s+|it['’]s\s+)?(?:{_OPTION}\s+)?{_L.format('h')}\W*$",
    )),
    re.I,
)  # fmt: skip
_DENIED = lazy_pattern(
    rf"\b(?:not|rather than|instead of|neither|nor|never|isn['’]t|except|unlike|excludes?|eliminates?|rules? out)\s+(?:be\s+|is\s+|the\s+)*(?:{_OPTION}s?\s+)?{_L.format('a')}"
    rf"|(?:{_OPTION}\s+)?{_L.format('b')}\s+(?:is|are|was|seems|looks|must be|cannot|can['’]t|does)\s*(?:not\b|n['’]t\b|\b(?:wrong|incorrect|false|out|eliminated|impossible|be)\b)[^.;,]*"
    rf"|(?:不是|而非|不选|排除)\s*(?:选项)?\s*{_L.format('c')}|{_L.format('d')}\s*(?:项|选项)?\s*(?:不|错)",
)
_LETTER = lazy_pattern(r"(?<![\w'’\\-])[(\[]{0,2}\**([A-J])\**[)\]]{0,2}(?![\w'’-])")
_ARTICLE = lazy_pattern(r"(?<!\w)A(?=\s+[a-z]{2,})|(?<!\w)I(?=\s+[a-z]|['’])")
_SENTENCE = lazy_pattern(r"(?<=[.!?])\s+|\n+|[。！？；]")
_LAST = lazy_pattern(r"(?:^|[\s(*$\[])[(\[]{0,2}\**([A-J])\**[)\]]{0,2}\s*[.)]?\s*$")
_READ = 20_000


class ChoiceVerifier(RuleVerifier):
    """The gold is a letter. If `problem.meta["choices"]` lists the texts of the options, an answer
    in words counts too."""

    name = "choice"

    def find_for(self, text: str, problem: Problem) -> Extraction | None:
        """The letter, else the option's text, else the apparent answer."""
        text = text[-_READ:]
        options = _options(problem)
        boxed = boxed_answer(text)
        if boxed is not None:
            return Extraction(boxed, "boxed", 0)
        marks = list(_MARKED.finditer(text))[-8:]
        for mark in reversed(marks):
            found = _chosen(_segment(text, mark.end()), options)
            if found is not None:
                return Extraction(found, "marker", 0)
        for sentence in reversed(_SENTENCE.split(text)[-40:]):
            letter = _asserted(_DENIED.sub(" ", sentence))
            if letter is not None:
                return Extraction(letter, "sentence", 1)
        last = _LAST.search(_DENIED.sub(" ", text.strip()[-60:]))
        if last:
            return Extraction(last.group(1), "last", 1)
        if options and (named := _named(text, options)) is not None:
            return Extraction(named, "option", 2)
        bare = choice(text) if not _ARTICLE.match(text.strip()) else None
        return Extraction(bare, "bare", 0) if bare else extract(text)

    def key(self, answer: str) -> str:
        return choice(answer) or normal_words(answer)

    def same(self, answer: str, expected: str) -> bool:
        letter = choice(expected)
        return letter is not None and choice(words_only(answer)) == letter

    def _status(self, answer: str, problem: Problem) -> tuple[Status, str]:
        status, reason = super()._status(answer, problem)
        if status is Status.WRONG and choice(answer) is None:
            for index, text in enumerate(_options(problem)):
                if normal_words(text) == normal_words(answer):
                    return super()._status(chr(ord("A") + index), problem)
        return status, reason


def _options(problem: Problem) -> Sequence[str]:
    options = problem.meta.get("choices")
    return [str(o) for o in options] if isinstance(options, (list, tuple)) else ()


def _segment(text: str, start: int) -> str:
    """What follows a mark: the rest of its sentence, or the next non-empty line."""
    rest = text[start : start + 600].lstrip(" \t*_:\n$")
    return re.split(r"(?<=[a-z0-9)*])[.!?](?=\s|$)|\n|。", rest, maxsplit=1)[0]


_BECAUSE = lazy_pattern(r",?\s*\b(?:since|because|as|while|whereas|although|though)\b|因为", re.I)


def _chosen(segment: str, options: Sequence[str]) -> str | None:
    """The letter in an announced answer; several left open are kept as they are, matching none."""
    kept = _BECAUSE.split(segment, maxsplit=1)[0] or segment
    kept = _ARTICLE.sub(" ", _DENIED.sub(" ", kept))
    letters = list(dict.fromkeys(_LETTER.findall(kept)))
    if len(letters) == 1:
        return str(letters[0])
    if len(letters) > 1:
        first = choice(kept)
        return first if first is not None and not _either(kept) else segment.strip()[:200]
    return _named(segment, options) if options else None


def _either(text: str) -> bool:
    """Whether letters are joined, "B or C", "B/C", "B and C"."""
    return bool(
        re.search(r"[A-J]\W{0,3}(?:\bor\b|\band\b|/|,|或|和|&)\W{0,3}(?:\w+ )?\W{0,3}[A-J]\b", text)
    )


def _asserted(sentence: str) -> str | None:
    """The last letter that a sentence chooses."""
    letter = None
    for match in _CHOOSES.finditer(sentence):
        found = next(g for g in match.groups() if g)
        if found.isupper() and not (found in "AI" and _ARTICLE.search(match[0])):
            letter = found
    return letter if letter is None or not _either(sentence) else None


def _named(text: str, options: Sequence[str]) -> str | None:
    """The letter of the only option that the last sentences name and do not deny."""
    for sentence in reversed([s for s in _SENTENCE.split(text) if s.strip()][-3:]):
        words = f" {_words(sentence)} "
        hits = [
            (len(plain), index)
            for index, option in enumerate(options)
            if (plain := _words(option))
            and re.search(rf"(?<! not)(?<! not the) {re.escape(plain)} ", words)
        ]
        if hits:
            _, longest = max(hits)
            inside = _words(options[longest])  # "New York City" names "New York" as well
            if any(_words(options[i]) not in inside for _, i in hits):
                return None
            return chr(ord("A") + longest)
    return None


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
