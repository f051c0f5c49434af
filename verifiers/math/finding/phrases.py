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
    rf"(?:(?:final|correct|required|desired|right)\s*)?(?:answer|ans|solution|result|option|choice)s?\b"
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
    r"(?:(?<=\S)[ \t$]{0,4}|^[^\S\n]*)####(?!#)[ \t]*(?=\S)"
    r"|^[^\S\n]*(?:###\s+(?=[-+$\\\d.])(?!\d+[.)]\s)|A:\s+(?!.*\bB:)"
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

# how a sentence goes on around its number
OPENING = lazy_pattern(
    r"\W*(?:to\s+[a-z]+\b|given\b|let\b|first\b|we\s+(?:need|want|know|are|have|can|will|start)\b"
    r"|(?:the\s+)?(?:problem|question)\b|step\b|suppose\b|assum\w+\b|consider\b)", re.I
)  # fmt: skip
ORNAMENT = lazy_pattern(r"(?<=[\w.!)\]}$*])\s*[\u2600-\u27bf\U0001f300-\U0001faff\ufe0f∎]+")
RATE = lazy_pattern(r"(?<=[\d€])( [a-z]{3,})?\s+(?:an?|each|every)\s+([a-z]+)[\s.]*$")
SINCE = lazy_pattern(
    r"(?<=[\w)$*%}])(?:,\s*|\s+)(?:since|because|(?<!as )as(?!\s+[a-z]+\s+as\b)|given that"
    r"|even though|although|though)\s(?:(?!,\s*(?:so|thus|hence|therefore)\b)[^=])*$(?<=.{12})",
    re.I | re.S,
)  # fmt: skip
ATTAINED = lazy_pattern(  # 5, reached at x = 2
    r"(?<=[\d$})]),?\s+(?:(?:and\s+(?:it\s+)?is\s+|which\s+is\s+)?"
    r"(?:attained|achieved|reached|obtained|occurring)\s"
    r"|(?:when|where|at|for|if|with)\s+\$?(?:\\\()?[a-z]\s*=).*$", re.S
)  # fmt: skip
TOGETHER = lazy_pattern(
    r"(?<=[\da-z%])\s+(?:in total|in all|altogether|overall|all together)[\s.]*$"
)
SO = lazy_pattern(
    r"^\W*(?:hence|thus|therefore|so|finally|consequently|then)\b[,:]?\s+(?=\S)", re.I
)
ENUMERATION = lazy_pattern(r":\s*[^:]*\d[^:]*,[^:]*\d[^:]*$")  # "… 6 primes: 2, 3, 5, 7, 11, 13"
VALUED = lazy_pattern(r"\b(?:is|are|was|were)\s+(?:[a-z]+\s+)?[$€£]?\d")
CHINESE_RESULT = lazy_pattern(
    r"所以|因此|于是|那么|因而|从而|可知|[，,；].{0,6}(?:共|剩|合计|等于|得到)"
)
CHINESE_ASIDE = lazy_pattern(r"[，,；（]\s*(?:即|也就是|因为|由于|其中)")
NEGATED = lazy_pattern(
    r"[^.,;()]{0,40}?\b(?:(?:do|does|did|is|are|was|were|has|have|had|will|would|can|could)\s?"
    r"(?:not|n['’]t)|not|never)\b", re.I
)  # fmt: skip
ALTOGETHER = lazy_pattern(
    r"[^.,;:()\d]{0,40}?\b(?:in all|in total|altogether|all told|combined|overall|all together)\b",
    re.I,
)
