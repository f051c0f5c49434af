# ruff: noqa: E501 - a pattern is read whole or not at all
"""What a text says about two numbers: which is larger, that they are equal, or just one of them.

The concluding statement decides: the last sentence that relates the numbers. Within a sentence a
plain statement takes precedence over a negated one ("9.11 is not larger"), and that over one that
is only thought, only seems so, or is about digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.tasks.decimals._clauses import Numbers, Token, may_claim, plain
from harness.verifiers.patterns import lazy_pattern

_SENTENCE = lazy_pattern(r"(?<!\d)[.!?;](?=\s|$|[^\x00-\x7f])|(?<=\d)[.!?;](?=\s|$)|[。！？；]|\n")
_CLAUSE = lazy_pattern(
    r",|\b(?:but|because|since|so|while|whereas|although|though|and|hence|therefore|thus|which means"
    r"|yet|however|(?<!same )as)\b(?! (?:large|big|long|high|old|new|small|short|low))"
    r"|但(?:是)?|因为|由于|所以|因此|故|而(?=\S)|然而|其实|实际上|→|⇒|=>",
    re.I,
)
_CONTRAST = lazy_pattern(
    r"(?:,|;|\bbut|\band)?\s*(?:\b(?:it['’]?s |it is )?(?:not|rather than|instead of|as opposed to)|(?:而)?不是|而非)"
    r"\s*(?:the )?(?P<not>-?\d+(?:\.\d+)?)(?!\s*(?:is|was|are|比|更|that|which))(?:\s?(?:m|元|米))?\s*(?:[,;]|$|\.(?!\d)|但|而)",
    re.I,
)
_HEDGED = lazy_pattern(
    r"\b(?:might|may|could|seems?|looks?|appears?|glance|tempt\w*|mistak\w*|intuitive\w*|assum\w+|wrongly|incorrectly"
    r"|if|suppose|would (?:think|say|expect)|(?:people|many|some|one|you|most|students|others|they|someone) (?:\w+ )?(?:think|say|believe|guess|expect|claim)s?)\b"
    r"|以为|看起来|看似|似乎|乍一看|误认为|误以为|如果|可能|表面上|直觉",
    re.I,
)
_ASIDE = lazy_pattern(
    r"\b(?:digits?|tenths?|hundredths?|thousandths?|decimal part|fraction(?:al)? part|places?|whole part|integer part|distance|difference)\b"
    r"|小数部分|整数部分|[十百千]分位|位数|数位|距离|差",
    re.I,
)
_AS_VALUES = lazy_pattern(
    r"\bas (?:\w+ ){0,2}?(?:decimals?|numbers?|values?)\b|\bnumerically\b|\bmathematically\b"
    r"|\bdecimal (?:value|number)s?\b|作为(?:小数|数字|数值)|按(?:小数|数值|数字)|数值上",
    re.I,
)
_AS_PARTS = lazy_pattern(
    r"\b(?:as|for|in|of) (?:\w+ ){0,2}?(?:versions?|dates?|chapters?|software)(?: numbers?| numbering)?\b"
    r"|作为(?:版本|日期|章节)|版本号|按(?:版本|日期|章节)",
    re.I,
)

PLAIN, NEGATED, WEAK = 0, 1, 2
"""The weight of a statement, highest first."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`kind` HI, LO, NEAR or FAR of the number with that `index`; EQ; or THIS: just that one.

    A number that is not among the compared ones has index None and is `text`.
    """

    kind: str
    index: int | None = None
    text: str = ""
    rank: int = PLAIN


def sentences(text: str) -> list[str]:
    """The sentences of a text, without questions; what a colon announces stays with it."""
    text = re.sub(r":\s*\n+\s*", ": ", text)
    out, start = [], 0
    for match in _SENTENCE.finditer(text):
        part, mark = text[start : match.start()], match[0]
        start = match.end()
        if part.strip() and mark not in "?？":
            out.append(part.strip())
    if text[start:].strip():
        out.append(text[start:].strip())
    return out


def last_claim(text: str, numbers: Numbers) -> Claim | None:
    """The claim of the concluding sentence, or None."""
    best: Claim | None = None
    for sentence in reversed(sentences(plain(text))):
        claim = claim_of(sentence, numbers)
        if claim is not None and (best is None or claim.rank < best.rank):
            best = claim
        if best is not None and best.rank == PLAIN:
            return best
    return best


def claim_of(sentence: str, numbers: Numbers) -> Claim | None:
    """What a sentence says: the last of its claims with the highest weight."""
    if not may_claim(sentence):
        return None
    denied = bool(_CONTRAST.search(sentence))
    told = _CONTRAST.sub(" , ", sentence) if denied else sentence
    found = [claim for clause in _clauses(told) for claim in _claims(clause, sentence, numbers)]
    found = found or _bare(told, numbers)
    if not found and denied:
        found = _only_denied(sentence, numbers)
    return min(reversed(found), key=lambda claim: claim.rank, default=None)


def question_claim(question: str, numbers: Numbers) -> Claim | None:
    """What the statement in a question says about its numbers."""
    found: list[Claim] = []
    for sentence in re.split(r"[?？]|(?<!\d)[.](?=\s|$)|(?<=\d)[.](?=\s|$)|。", question):
        tokens = numbers.tokens(sentence)
        if any(t.kind == "NUM" for t in tokens):
            found += [*_by_sign(tokens), *_by_words(tokens)]
    return next((c for c in found if c.kind in ("HI", "LO", "EQ")), None)


def _clauses(sentence: str) -> Iterator[str]:
    for part in _CLAUSE.split(sentence):
        if part and part.strip():
            yield part


def _claims(clause: str, sentence: str, numbers: Numbers) -> list[Claim]:
    if not may_claim(clause):
        return []
    tokens = numbers.tokens(clause)
    found = [*_by_sign(tokens), *_by_words(tokens)] or _bare(clause, numbers)
    if not found:
        return []
    weak = bool(_HEDGED.search(clause) or _ASIDE.search(clause)) or _other_reading(
        sentence if len(sentence) < 60 else clause, numbers
    )
    return [Claim(c.kind, c.index, c.text, WEAK) if weak else c for c in found]


def _other_reading(text: str, numbers: Numbers) -> bool:
    """Whether a statement says that it treats the numbers as something they are not here."""
    values, parts = bool(_AS_VALUES.search(text)), bool(_AS_PARTS.search(text))
    return (values and not parts) if numbers.reading == "parts" else (parts and not values)


def _by_sign(tokens: Sequence[Token]) -> Iterator[Claim]:
    """`9.11 < 9.8`: both sides are compared numbers, and different ones."""
    for left, sign, right in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if left.kind != "NUM" or right.kind != "NUM" or sign.kind not in ("GE", "LE", "IS"):
            continue
        if left.index is None or right.index is None or left.index == right.index:
            continue
        if sign.kind == "IS":
            yield Claim("EQ")
        else:
            yield Claim("HI" if sign.kind == "GE" else "LO", left.index)


def _by_words(tokens: Sequence[Token]) -> Iterator[Claim]:
    kinds = [token.kind for token in tokens]
    if "NEITHER" in kinds:
        yield Claim("EQ", rank=NEGATED)
    for place, token in enumerate(tokens):
        if place and tokens[place - 1].kind == "EQ" and token.kind in ("HI", "LO", "NEAR"):
            continue  # 一样大, equally large
        if token.kind in ("HI", "LO", "NEAR", "FAR"):
            yield from _adjective(tokens, place)
        elif token.kind == "EQ" and not {"DIFFERS", "NOT"} & set(kinds):
            others = [t for t in tokens if t.kind == "NUM" and t.index is None]
            if not others:
                yield Claim("EQ")


def _adjective(tokens: Sequence[Token], place: int) -> Iterator[Claim]:
    """The claim that an adjective makes: about the number before it, or the one it denotes."""
    kind = tokens[place].kind
    before = [i for i in range(place) if tokens[i].kind == "NUM"]
    after = [i for i in range(place + 1, len(tokens)) if tokens[i].kind == "NUM"]
    middle = next((i for i in range(place) if tokens[i].kind in ("BI", "NOTAS")), None)
    than = _than(tokens, place)
    if kind in ("NEAR", "FAR"):  # "closer to 10 than 9.11": the target is no subject
        after = after[1:] if after and tokens[after[0]].index is None else after
        than = next((i for i in range(place, len(tokens)) if tokens[i].kind == "THAN"), None)
    subject = _subject(tokens, place, before, after, than, middle)
    if subject is not None:
        number = tokens[subject]
        if number.index is None:
            return
        negated = any(t.kind in ("NOT", "NOTAS") for t in tokens[min(subject, place) : place])
        negated = negated or (subject > place and "NOT" in {t.kind for t in tokens[place:subject]})
        yield _stated(kind, number.index, negated)
        return
    against = None
    if than is not None:
        against = next((i for i in after if i > than), None)
    elif middle is not None:
        against = next((i for i in before if i > middle), None)
    if against is not None and (index := tokens[against].index) is not None:
        # "it is larger than 9.11"
        yield _stated(
            kind, index, negated=not any(t.kind == "NOT" for t in tokens[:place]), rank=PLAIN
        )


def _than(tokens: Sequence[Token], place: int) -> int | None:
    """The position of the "than" that belongs to the adjective at `place`."""
    if place + 1 < len(tokens) and tokens[place + 1].kind == "THAN":
        return place + 1
    if tokens[place].text[-1] == "于" or re.match(
        r"exceed|surpass|preced|follows|outweigh|.*(?:after|before|ahead of|right of|left of)$",
        tokens[place].text,
        re.I,
    ):
        return place
    return None


def _subject(
    tokens: Sequence[Token],
    place: int,
    before: Sequence[int],
    after: Sequence[int],
    than: int | None,
    middle: int | None,
) -> int | None:
    """The position of the number that the adjective at `place` describes."""
    if middle is not None:
        return next((i for i in reversed(before) if i < middle), None)
    if than is not None:
        return _measured(tokens, before)
    following = place + 1 < len(tokens) and tokens[place + 1].kind == "COP"
    if following and after:
        return after[-1]  # "the larger one is 9.8"
    if before:
        return before[-1]
    copulas = [i for i in range(place, len(tokens)) if tokens[i].kind in ("COP", "COL")]
    behind = [i for i in after if copulas and i > copulas[-1]]
    if behind:
        return behind[0]  # "the larger of 9.8 and 9.11 is 9.8"
    return after[0] if len(after) == 1 else None


def _measured(tokens: Sequence[Token], before: Sequence[int]) -> int | None:
    """The last number before a "lower than"; "9.11 is 0.69 lower than" is about 9.11."""
    if len(before) > 1 and tokens[before[-1]].index is None:
        between = {t.kind for t in tokens[before[-2] : before[-1]]}
        if "COP" in between and tokens[before[-2]].index is not None:
            return before[-2]
    return before[-1] if before else None


def _stated(kind: str, index: int, negated: bool, rank: int | None = None) -> Claim:
    opposite = {"HI": "LO", "LO": "HI", "NEAR": "FAR", "FAR": "NEAR"}
    if negated:
        return Claim(opposite[kind], index, rank=NEGATED if rank is None else rank)
    return Claim(kind, index)


_FILLER = lazy_pattern(
    r"\b(?:the|so|it|its|it's|is|are|that|this|would|be|answer|final|correct|right|one|therefore|thus|hence|i|i'd|choose|pick|select"
    r"|say|go|with|number|price|length|version|date|chapter|value|option|must|should|result|my|choice|m|meters?|metres?|dollars?|v|s|d"
    r"|in|fact|actually|conclude|we|have|get|find|and|hereby|simply|clearly|of|course|software|first|which|conclusion)\b"
    r"|答案|最终|应该|应当|选择|选|我|是|为|就|元|米|第|章|所以|因此|结果|版本|日期|价格|长度|数|的|正确|该|结论|故|答|更|那个|它|者|其实|而",
    re.I,
)


def _bare(clause: str, numbers: Numbers) -> list[Claim]:
    """A clause that is one number and hardly anything else."""
    tokens = numbers.tokens(clause)
    found = {t.text: t for t in tokens if t.kind == "NUM"}
    if len(found) != 1 or {"NOT", "NOTAS", "IS", "GE", "LE", "EQ", "HI", "LO", "NEAR", "FAR"} & {
        t.kind for t in tokens
    }:
        return []
    (number,) = found.values()
    rest = _FILLER.sub(" ", clause.replace(number.text, " "))
    if (
        re.search(r"[+×÷/^%=]|\d", rest)
        or len(re.findall(r"[A-Za-z]{2,}|[\u4e00-\u9fff]", rest)) > 2
    ):
        return []
    rank = WEAK if number.index is None else PLAIN
    return [Claim("THIS", number.index, number.text, rank)]


def _only_denied(sentence: str, numbers: Numbers) -> list[Claim]:
    """A sentence that only says which one it is not names the other."""
    found = {numbers.index(m["not"]) for m in _CONTRAST.finditer(sentence)}
    if len(found) == 1 and len(numbers.written) == 2 and (index := found.pop()) is not None:
        return [Claim("THIS", 1 - index, rank=NEGATED)]
    return []
