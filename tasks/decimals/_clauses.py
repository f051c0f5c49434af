# ruff: noqa: E501 - a pattern is read whole or not at all
"""A sentence as tokens: which of the compared numbers, which adjective, which negation.

The words are those of comparisons in English and Chinese, whatever the context: `HI` is the end
that "larger" names (newer, later, longer, 大, 靠后), `LO` the other one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from harness.verifiers.patterns import lazy_pattern

NUMBER = lazy_pattern(r"(?<![\d.])(?:(?<![0-9A-Za-z)\]])-)?\d{1,40}(?:\.\d{1,40})?(?!\.?\d)")

_HI = (
    r"larg(?:er|est)|bigg(?:er|est)|great(?:er|est)|high(?:er|est)|long(?:er|est)|new(?:er|est)"
    r"|lat(?:er|est)(?! part)|tall(?:er|est)|(?:more|most) (?:recent|expensive|costly)|pricier"
    r"|dearer|exceeds?|maximum|ahead of|(?:comes?|is|are|lies?|falls?|appears?|occurs?|came|was) (?:\w+ ){0,3}?after|follows|bigger|more"
    r"|greater|surpass(?:es)?|outweighs?|to the right of"
)
_LO = (
    r"small(?:er|est)|less(?:er)?|least|low(?:er|est)|short(?:er|est)|old(?:er|est)|earl(?:ier|iest)"
    r"|cheap(?:er|est)|minimum|(?:comes?|is|are|lies?|falls?|appears?|occurs?|came|was) (?:\w+ ){0,3}?before|inferior|fewer"
    r"|(?:less|least) (?:recent|expensive|costly)|precedes?|to the left of"
)
_ZH_HI = r"大于|高于|长于|晚于|新于|靠后|较大|大|高|长|新|晚|贵|后"
_ZH_LO = r"小于|低于|短于|早于|旧于|靠前|较小|小|低|短|旧|老|早|便宜|前"

_START = r"(?:\b(?=\w)|(?![a-z\s]))"
"""Where one of the patterns below may begin, which is decided faster than by trying all of them:
its Latin words begin where a word does."""

# Words that only look like one of the above.
_NOISE = lazy_pattern(
    rf"{_START}(?:大小|大约|大概|大家|小数点?|小时|长度|长短|高低|高度|早晚|新旧|先后|前后"
    r"|以后|最后|然后|前提|目前|后缀|前缀|长远|新的|老师|低估|高估|绝大多数|大多|很大程度"
    r"|更新(?=了|为|到)|\bno (?:later|longer|more)\b|\bat (?:least|most)\b|\bor equal to\b|\bmore than"
    r" one\b|\blater (?:on|in|we)\b|\bmore (?:places|digits|decimals?|significant|precis\w+)\b"
    r"|\b(?:more|less) (?:than )?(?:clearly|carefully|formally|likely|common\w*)\b|\bno more\b"
    r"|\bonce more\b|\bfurthermore\b|小心|大致|\bpart(?:s)? after\b|\b(?:digits?|places?) (?:right )?"
    r"(?:after|before)\b)",
    re.I,
)

_TOKEN = lazy_pattern(
    rf"{_START}(?:(?P<NUM>{NUMBER.pattern})"
    r"|(?P<FIRST>\bthe (?:first|former)(?: (?:one|number|price|length|version|date|chapter|value|option))?\b(?! \w+ (?:digit|place))"
    r"|前者|第一个(?:数|版本|日期)?)"
    r"|(?P<SECOND>\bthe (?:second|latter)(?: (?:one|number|price|length|version|date|chapter|value|option))?\b|后者|第二个(?:数|版本|日期)?)"
    r"|(?P<THAN>\bthan\b|\bcompared (?:to|with)\b)|(?P<GE>>=?|≥|≻)|(?P<LE><=?|≤|≺)|(?P<IS>=)"
    r"|(?P<NEITHER>\bneither\b|都不|没有哪个|\bno (?:one|number) is\b)"
    r"|(?P<NOTAS>没有|不如|不及|不比)"
    r"|(?P<DIFFERS>\bunequal\b|不相等|不等于|不相同|不一样|\bdiffer(?:s|ent)\b|≠)"
    r"|(?P<EQ>\b(?:equals?|same|identical|equivalent|tie[ds]?|equally)\b|\bno difference\b|相等|相同|一样|同样|等于|同一|没有(?:区别|差别|不同)|无差别)"
    r"|(?P<NOT>\b(?:not|cannot)\b|\b\w{1,8}n['’]t\b|\bnever\b|\bnor\b|并非|并不|不是|没|不)"
    r"|(?P<NEAR>\b(?:clos(?:er|est)|near(?:er|est))\b|接近|靠近|近)"
    r"|(?P<FAR>\b(?:farther|further|farthest|furthest) (?:away )?(?=from)|\bmore distant\b|\bfurther away\b|\bfarther away\b|远)"
    rf"|(?P<HI>\b(?:{_HI})\b|{_ZH_HI})|(?P<LO>\b(?:{_LO})\b|{_ZH_LO})"
    r"|(?P<BI>比(?!较)|在(?=[^,]{1,12}(?:之[前后]|[前后]面)))"
    r"|(?P<COP>\b(?:is|are|was|be|being|would be|'s)\b|(?<=\w)'s\b|是|为)|(?P<COL>:))",
    re.I,
)  # fmt: skip

# In every clause of which a claim can be made, and in few others: a number or a word for one, or
# a word of equality. No blank stands in these, for noise is replaced by one.
_CLAIMING = lazy_pattern(
    r"\d|[fF][iIİı][rR][sSſ]|[fF][oO][rR][mM]|[sSſ][eE][cC][oO]|[lL][aA][tT][tT]"
    r"|[nN][eE][iIİı][tT]|[oO][nN][eE]|[nN][uU][mM][bB]|[eE][qQ]|[sSſ][aA][mM][eE]|[iIİı][dD][eE]"
    r"|[tT][iIİı][eE]|[dD][iIİı][fF]|前者|第一|后者|第二|都不|没有|相[等同]|[一同]样|等于|同一|无差"
)

_EXTREME = lazy_pattern(r"\b(max|min)\s*\([^()]*\)\s*=", re.I)


_MOST = 60
"""Tokens of a clause that are read, from its end."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the grammar; `index` is the place of a compared number, None for any other."""

    kind: str
    text: str
    index: int | None = None


def plain(text: str) -> str:
    """Without marks of LaTeX and Markdown, and without signs of money."""
    text = re.sub(r"\\(?:gt|geq?)\b", ">", text)
    text = re.sub(r"\\(?:lt|leq?)\b", "<", text)
    text = re.sub(r"\\(?:rightarrow|to|Rightarrow|implies)\b", "→", text)
    text = re.sub(r"\\(?:approx|neq?)\b", "≠", text)
    text = re.sub(
        r"\\(?:text\w*|mathrm|mbox|boxed|fbox|left|right|quad|qquad|math\w+)\b", " ", text
    )
    text = re.sub(r"\\[,;:!()\[\] ]|[{}$*_`¥￥]", " ", text)
    text = re.sub(r"\b(?:negative|minus)\s+(?=\d)|负(?=\d)", "-", text, flags=re.I)
    return _EXTREME.sub(r" the \1imum is ", text)


def may_claim(text: str) -> bool:
    """Whether a text may say something about compared numbers; False is certain."""
    return _CLAIMING.search(text) is not None


def value_of(number: str, reading: str) -> Any:
    """A number by value, or by its parts."""
    if reading == "value":
        return Fraction(number)
    head, _, tail = number.partition(".")
    return int(head), int(tail or 0)


class Numbers:
    """The compared numbers of a problem, in their order of mention."""

    def __init__(self, written: Sequence[str], reading: str) -> None:
        self.written = tuple(written)
        self.reading = reading
        self._values = [value_of(n, reading) for n in self.written]
        self._read: dict[str, list[Token]] = {}

    def index(self, number: str) -> int | None:
        """Which one `number` is: by spelling, else by value."""
        if number in self.written:
            return self.written.index(number)
        value = value_of(number, self.reading)
        return self._values.index(value) if value in self._values else None

    def tokens(self, clause: str) -> list[Token]:
        """The words of a clause that the grammar knows."""
        if clause not in self._read:
            self._read[clause] = self._tokens(clause)
        return self._read[clause]

    def _tokens(self, clause: str) -> list[Token]:
        out = []
        for match in _TOKEN.finditer(_NOISE.sub(" ", clause)):
            kind = match.lastgroup or ""
            if kind == "NUM":
                out.append(Token("NUM", match[0], self.index(match[0])))
            elif kind in ("FIRST", "SECOND"):
                index = int(kind == "SECOND")
                if len(self.written) == 2:
                    out.append(Token("NUM", self.written[index], index))
            else:
                out.append(Token(kind, match[0]))
        return out[-_MOST:]
