# ruff: noqa: E501 - a pattern is read whole or not at all
"""Responses that decline to answer: refusals ("I can't help with that") and abstentions.

An abstention says that the speaker, or anybody, cannot know; a refusal says that he will not tell.
What is looked at is the conclusion: "I don't know this formula, but 3 + 4 = 7" abstains from
nothing, and "It is 7, I'm not sure" gives an answer.
"""

from __future__ import annotations

import functools
import re

from harness.core import Status
from harness.verifiers.patterns import lazy_pattern

_CANNOT = (
    r"(?:can(?:no|['’]| no)?t|(?:am|['’]m|are|['’]re) (?:not able|unable|not allowed|not permitted) to"
    r"|won['’]?t(?: be able to)?|will not(?: be able to)?|must (?:decline|refuse) to|could(?: not|n['’]t)"
    r"|(?:do not|don['’]t) (?:think|believe) I can|(?:have to|must|need to) (?:decline|refuse|pass)"
    r"|decline to|refuse to|(?:do not|don['’]t) feel comfortable|would rather not|prefer not to)"
)
_REFUSED = lazy_pattern(
    rf"\bI\b(?: |['’])?(?:\w+ ){{0,2}}?{_CANNOT}(?: \w+){{0,3}}? (?:help|assist|comply|provide|fulfil\w*|complete"
    r"|discuss|engage|participate|support|continue|do (?:that|this)|answer(?:ing)? (?:this|that|your|such|the) (?:kind|type|request|sort)"
    r"|generate|respond|offer|share|process|perform|accommodate)\b"
    rf"|\b(?:sorry|apologi[sz]e|regret|unfortunately|as an ai)\b[^.!?\n]{{0,60}}\bI\b(?: |['’])?(?:\w+ ){{0,2}}?{_CANNOT}"
    r"(?! (?:\w+ )?(?:determin|solve|calculat|comput|find|tell|say|know|figure|conclude|give (?:a|an|you a|any) (?:\w+ )?(?:answer|number|value)))"
    r"|\bI(?: must| have to| will|['’]ll)? (?:respectfully |politely )?(?:decline|refuse)\b|\bI (?:won['’]?t|will not) (?:\w+ ){0,2}?(?:answer|solve|do|give)|\bagainst my (?:guidelines|policy|programming)"
    r"|\b(?:goes|is) (?:against|outside|beyond) (?:my|the scope)|\bI(?:['’]m| am) (?:just |only )?(?:an AI|a language model)[^.!?]*\b(?:can(?:no|['’])?t|unable|not able)"
    r"|(?:抱歉|对不起|不好意思|很遗憾)[^。！\n]{0,12}?(?:我|本)?[^。！\n]{0,6}?(?:不能|无法|没办法|没法|不可以|不便|帮不了|拒绝|不会)(?!.{0,4}(?:确定|判断|知道|算|得出|求))"
    r"|我(?:不能|无法|没办法|没法|不便|不可以)(?:\w{0,4})?(?:提供|协助|帮助|帮|满足|完成|继续|讨论|参与|回应)|我(?:必须|只能)?(?:拒绝|谢绝)|恕(?:我)?(?:不能|无法|难)"
    r"|作为(?:一个|一名)?(?:AI|人工智能|语言模型)[^。\n]{0,30}(?:不能|无法|没有能力)",
    re.I,
)
_ABSTAINED = lazy_pattern(
    r"\bI\b(?: |['’])?(?:\w+ ){0,3}?(?:(?:do not|don['’]?t) (?:\w+ )?(?:know|have (?:an?|any|the|enough|sufficient) (?:\w+ )?(?:answer|idea|clue|information|solution)|see how|understand)"
    r"|have no (?:idea|clue|answer|way)|(?:am|['’]m) (?:\w+ )?(?:not (?:sure|certain)|unsure|uncertain|stuck|lost|at a loss)|give up|abstain"
    rf"|{_CANNOT} (?:\w+ ){{0,3}}?(?:determin\w*|tell|say|know|answer|solve|calculat\w+|comput\w+|find|figure|work (?:it|this|that) out|conclude|decide|give (?:a|an|you a|any)|be (?:sure|certain)|reach|arrive|identify|see))"
    r"|(?:^|[\s:(*])(?:dunno|no idea|no clue|not sure|unsure|idk|beats me|don['’]t know|who knows|hard to (?:say|tell)|no answer)(?=(?:,? sorry)?\W*$)"
    r"|^\W*(?:(?:I(?:['’]ll|['’]d rather| will| must| have to| would rather)?|let me) )?(?:pass|skip(?:ped)?)(?: on)?(?: this| that| it)?(?: one| question)?(?=(?:,? sorry)?\W*$)"
    r"|\b(?:cannot|can['’]t|can not|could not|couldn['’]t|impossible to|not possible to|unable to|no way (?:to|of)|there['’]?s no way to) (?:\w+ )?(?:be )?(?:\w+ly )?(?:determin\w+|known?|answer\w*|tell\w*|say|decid\w+|conclud\w+|find|found|solv\w+|calculat\w+|comput\w+|infer\w*|established|verified)"
    r"|\b(?:not enough|insufficient|too little|inadequate|lack of) (?:\w+ )?(?:information|data|info|details?|context)|(?:information|data) (?:is|are|provided is|given is) (?:not enough|insufficient)"
    r"|\b(?:answer|result|value|it|this|solution|that) (?:is|remains|stays) (?:\w+ )?(?:unknown|undetermined|indeterminate|unclear|uncertain|not known|unknowable)|^\W*(?:unknown|undetermined|indeterminate|undecided|uncertain|n/?a|none given)\W*$"
    r"|无法(?:确定|判断|得出|知道|回答|计算|求(?:出|解)|确认|给出|解答|得知|解决)|不知道|不清楚|不(?:太)?确定(?!性)|不(?:太)?会(?:做|算|解)|我不会|不能(?:确定|判断|得出|回答)|没法(?:确定|判断|算|回答)"
    r"|(?:信息|条件|数据)(?:不足|不够|不充分)|难以(?:确定|判断|回答)|说不(?:准|清|好)|没有头绪|没有(?:足够的?)?(?:信息|答案)|未知(?=\W*$)|弃权|跳过(?=\W*$)|不得而知|我放弃",
    re.I,
)
_SENTENCE = lazy_pattern(r"(?<=[.!?])\s+|\n+|(?<=[。！？；])|(?<=;)\s")
_FAREWELL = lazy_pattern(
    r"\b(?:let me know|feel free|hesitate|happy to|glad to|would you like|if you (?:have|need|can|could|want|would|like|provide|give|share)"
    r"|please (?:provide|share|give|let|check|clarify|try|consult|contact|seek|ask|note|reach)|could you|can you|anything else|thank|sorry|apologi|good luck|hope|is there)\b"
    r"|请(?:提供|补充|给出|告诉|咨询|联系|问)|希望|如果(?:您|你)|谢谢|祝|还有(?:什么|其他)|抱歉|对不起",
    re.I,
)
_BUT = lazy_pattern(
    r"\b(?:but|however|still|though|my (?:best )?guess|I(?:['’]d| would) (?:guess|say|go))\b|但|不过|猜",
    re.I,
)
_LEAD = lazy_pattern(
    r"^\W*(?:(?:the |my )?(?:final )?answer|(?:最终)?答案)\s*(?:is\b|是|为)?\s*[:：]?\s*", re.I
)
_MARKS = lazy_pattern(r"\\(?:text\w*|mathrm|mbox|boxed|fbox)\b\s*|[{}$*_`#>]")
_VALUE = lazy_pattern(r"\d|\\(?:frac|sqrt|pi|boxed)|=")
_WORDED = lazy_pattern(r"(?<!\\)\b[A-Za-z]{2}|[^\W\d_a-zA-Z]")
"""What a text has that says anything in words."""
_READ = 4_000
_SHORT = 4
"""Sentences up to which an evasion anywhere is the response's point."""


@functools.lru_cache(maxsize=4096)
def is_evasive(answer: str) -> Status | None:
    """`refused` or `abstained` if an extracted answer is no answer but says so."""
    if not _WORDED.search(answer[:400]):
        return None
    text = _plain(answer[:400])
    if re.search(r"\d", text):
        return None
    return _declines(text)


def evasion(text: str) -> Status | None:
    """`refused` or `abstained` if that is what a response comes to; None: it may answer."""
    if not _WORDED.search(text[-_READ:]):
        return None
    sentences = [s for s in map(_plain, _SENTENCE.split(text[-_READ:])) if s]
    said = [s for s in sentences if not _FAREWELL.search(s) or _declines(s)]
    if not said:
        return None
    found = [(i, status) for i, s in enumerate(said) if (status := _declines(s))]
    if not found:
        return None
    last, status = found[-1]
    if any(_VALUE.search(s) for s in said[last + 1 :]) or _takes_back(said[last]):
        return None
    if last < len(said) - 1 and len(said) > _SHORT:
        return None
    refused = any(kind is Status.REFUSED for _, kind in found)
    return Status.REFUSED if refused else status


def says_so(text: str, answer: str) -> bool:
    """Whether `answer` was taken from a sentence that declines: "I don't know the answer to it"."""
    if not _WORDED.search(text[-_READ:]):
        return False
    answer = _plain(answer)
    return any(answer in s and _declines(s) for s in map(_plain, _SENTENCE.split(text[-_READ:])))


def _takes_back(sentence: str) -> bool:
    """Whether a sentence declines, and then answers all the same."""
    ends = [m.end() for p in (_REFUSED, _ABSTAINED) for m in p.finditer(sentence)]
    rest = sentence[max(ends, default=0) :]
    return bool(_BUT.search(rest) and (_VALUE.search(rest) or len(rest.split()) > 3))


def _declines(sentence: str) -> Status | None:
    if _REFUSED.search(sentence):
        return Status.REFUSED
    return Status.ABSTAINED if _ABSTAINED.search(sentence) else None


def _plain(text: str) -> str:
    """Without marks of LaTeX and Markdown."""
    text = _LEAD.sub("", " ".join(_MARKS.sub(" ", text).split()))
    return text.strip().rstrip(".。!！")
