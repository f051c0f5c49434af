"""The words by which people and models announce an answer, in ten languages."""

from __future__ import annotations

import re

from harness.verifiers.patterns import lazy_pattern

BARE_LIMIT = 600  # a text without prose up to this long is an answer alone

THINK_OPEN = lazy_pattern(
    r"<(?:think|thinking|thought|reasoning|reflection|scratchpad)>|<\|begin_of_thought\|>|◁think▷",
    re.I,
)
THINK_CLOSE = lazy_pattern(
    r"</(?:think|thinking|thought|reasoning|reflection|scratchpad)>|<\|end_of_thought\|>|◁/think▷",
    re.I,
)

_IS = r"(?:\s*(?:is|are|was|will be|would be|should be|must be|equals|comes to|turns out to be)\b)"
_LEAD = (
    r"(?:\s*(?:that|therefore|thus|simply|just|exactly|approximately|about|given by"
    r"|the following))*"
)

MARKER = lazy_pattern(
    rf"(?:^|(?<=[\s*_(>.,;:。，]))(?:"
    # English: "the final answer to the problem is", "answer:", "final answer"
    rf"(?:final|correct|required|desired|right)?\s*(?:answer|ans|solution|result|option|choice)s?\b"
    rf"(?:\s+(?:to|for|of)\b[^.\n:=]{{0,80}}?)?(?:\s*\*{{1,2}})?(?:{_IS}(?:\s*\*{{0,2}})\s*:?|\s*[:=](?:\s*\*{{0,2}}))"
    rf"{_LEAD}"
    # French, Spanish, Italian, Portuguese, German
    rf"|(?:la\s+|ma\s+|les\s+)?(?:r[ée]ponse|solution|r[ée]sultat)s?(?:\s+(?:finale|correcte))?(?:\s+(?:est|sont)|\s*:)(?:\s*:)?"
    rf"|(?:las?\s+)?(?:respuestas?|soluci[óo]n(?:es)?)(?:\s+(?:final|correcta))?(?:\s+(?:es|son)|\s*:)(?:\s*:)?"
    rf"|(?:la\s+)?risposta(?:\s+(?:finale|corretta))?(?:\s+(?:è|e'|sono)|\s*:)(?:\s*:)?"
    rf"|(?:a\s+)?resposta(?:\s+(?:final|correta))?(?:\s+(?:é|são)|\s*:)(?:\s*:)?"
    rf"|(?:die\s+)?(?:end)?(?:antwort|lösung(?:en)?|ergebnis)(?:\s+(?:ist|sind|lautet|lauten|beträgt)|\s*:)(?:\s*:)?"
    rf"|ответ(?:\s*[:—-]|\s+равен)"
    rf")\s*|(?:最终|正确|最後の|最終)?(?:答案|答え|答|解答|정답|답)(?:\s*(?:应该)?(?:是|为|為|:|：|は|은|는))\s*(?::|：)?\s*"
    rf"|(?:الجواب|الإجابة|الناتج)(?:\s+النهائي(?:ة)?)?\s*(?:هو|هي|:)\s*",
    re.I | re.M,
)
WEAK = lazy_pattern(r"^\W*(?:solution|result|option|choice)s?\b", re.I)
HEADING = lazy_pattern(
    r"(?:(?<=\S)[ \t$]{0,4}|^\s*)####(?!#)[ \t]*(?=\S)"
    r"|^\s*(?:###\s+(?=[-+$\\\d.])(?!\d+[.)]\s)|A:\s+"
    r"|Ans(?:wer)?[:.]\s*|\*\*Answer\*\*\s*"
    r"|[#*_ ]{0,6}(?i:(?:the\s+)?(?:final\s+)?answer)[#*_: ]{0,4}\n)",
    re.M,
)

CORRECTION = lazy_pattern(
    r"\b(?:no,? wait|wait,? no|no,? actually|actually,|oops|correction:|sorry,|scratch that"
    r"|let me correct|i made a mistake|rather,)",
    re.I,
)
NEGLIGIBLE = lazy_pattern(
    r"[\s.:,;*_$()\[\]{}-]*|not\b.{0,40}|(?:correct|wrong|as follows|below|above)\W*", re.I
)
