r"""The text of an answer, before it is read: delimiters, wrappers, escapes and noise removed."""

from __future__ import annotations

import re

from harness.verifiers.math.reading.boxes import find_boxes
from harness.verifiers.math.reading.notation import joined_rows, usual, without_aside, without_over
from harness.verifiers.math.reading.units import is_unit
from harness.verifiers.math.reading.wording import words_only
from harness.verifiers.patterns import lazy_pattern

_CONTROL = {"\x0crac": "\\frac", "\x08oxed": "\\boxed", "\x08egin": "\\begin", "\text": "\\text",
            "\times": "\\times", "\tfrac": "\\tfrac", "\tan": "\\tan", "\right": "\\right",
            "\theta": "\\theta", "\rac": "\\frac"}  # fmt: skip
_DOUBLED = lazy_pattern(
    r"(?<!\\)\\{2,}+(?=(?:d|t|c)?frac|sqrt|left|right|text|boxed|pi\b|cdot|times|begin|end"
    r"|infty|cup|cap|in\b|le|ge|ne|pm|circ|mathrm|mathbf|log|ln|sin|cos|tan|[!,;{}])"
)
_DOUBLED_ANY = lazy_pattern(r"(?<!\\)\\{2,}+(?=[a-zA-Z]{2,})")
_TEXT_PI = lazy_pattern(r"\\text\s*\{\s*(?:\\textpi|π)\s*\}|\\textpi(?![a-z])")
_SUBJECTED = lazy_pattern(
    r"^\W*(?:\\text\w*\s*\{\s*)?(?:the\s+)?(?:solution set|solution|answer|range|domain|value)\s+is"
    r"\s*:?\s*\}?\s*(?=[-\\(\[{$\d])", re.I
)  # fmt: skip
_OVERSET = lazy_pattern(r"\\(?:over|under)set\s*\{[^{}\d]{0,20}\}\s*\{\s*([a-zA-Z]{1,3})\s*\}")
_CASED = lazy_pattern(r"\\(begin|end)\s*\{(?:matrix|array|aligned)\}(?:\s*\{[lcr| ]*\})?")
_CELL_CONDITION = lazy_pattern(r"&\s*,?\s*(?:\\text\w*\s*\{\s*|\()?(?:for|if|when|otherwise)\b")
_DELIMITERS = lazy_pattern(r"\\\[|\\\]|\\\(|\\\)")
_DOLLARS = lazy_pattern(r"(?<!\\)\$\$?")
_TRAILING = lazy_pattern(r"(?:\s|\\\\$|\\$|[.,;:。]|\\[,;! ]|<\|.*)+$")
_LEADING = lazy_pattern(r"^(?:\s|\\[,;! ]|=>|⇒|\\Rightarrow|[:=,;.](?!\d))+")
_MARKUP = lazy_pattern(r"^(?:\*\*|__|`+)|(?:\*\*|__|`+)$")
_MARKS = "*_`"
_TAGS = lazy_pattern(r"</?(?:answer|b|i|em|strong|sup|sub|p|br)\s*/?>", re.I)
_GOES_ON = lazy_pattern(r"(?<=\.\d)\.\.\.+\W*$|(?<=\d\d)\.\.\.+\W*$")
_AND_SO_ON = lazy_pattern(r",\s*(?:\.\.\.+|…|\\[lc]?dots)\s*$")
_BIG = lazy_pattern(
    r"\\(?:left|right|[bB]igg?[lr]?|displaystyle|mathstrut|nolimits|limits)(?![a-zA-Z])\s*\.?(?=[^\d]|$)"
)
_ALIGN = lazy_pattern(
    r"\\(?:begin|end)\s*\{(?:align|equation|gather|aligned|split|multline)\*?\}|\\(?:tag|label)\s*\{[^{}]*\}"
)

_ROWS = r"\s*\{(?:array|aligned?|gathered|split|matrix)\*?\}"
_BRACED_ROWS = lazy_pattern(rf"\\left\s*\\(?:\{{|lbrace)\s*\\begin{_ROWS}(?:\s*\{{[lcr| ]*\}})?")
_BRACKETED_ROWS = lazy_pattern(r"(?:\\left\s*)?([\[(])\s*\\begin\s*\{array\}\s*\{[lcr| ]*\}")
_BRACKETED_END = lazy_pattern(r"\\end\s*\{array\}\s*(?:\\right\s*)?[\])]")
_IF_COLUMN = lazy_pattern(r"&\s*\\(?:text\w*|mbox|mathrm)\s*\{\s*(if|when|for)\s*\}\s*&")
_BRACED_END = lazy_pattern(rf"\\end{_ROWS}\s*\\right\s*\.")
_SPANISH_AND = lazy_pattern(r"\$\s*,?\s+[yeou]\s+\$")
_ORDINAL = lazy_pattern(
    r"(?<=\d)\s?\^?\s?\{?\s?(?:\\(?:text\w*|mathrm|rm)\s?\{?)?\s?(?:st|nd|rd|th)(?![A-Za-z])"
    r"(?:\s?\}){0,2}"
)
_DECIMAL_COMMA = lazy_pattern(r"(?<=\d)\{,\}(?=\d{1,2}(?!\d)|\d{4})")
_EURO = lazy_pattern(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+)(,\d{1,2})?(?=\s?(?:€|EUR\b|[Ee]uros?\b))")
_AND_NO = lazy_pattern(r"(?<=[a-z]),?\s+and\s+(?:no|zero|0)\s+[a-z]+\W*$")
_GLUED = lazy_pattern(r"(?<=[\d)}])(or|and)(?=[A-Za-z]\w?\s?[(=])")
_COLOR = lazy_pattern(r"\\(?:text)?color\s*\{[A-Za-z]{1,20}\}")
_ABOUT = lazy_pattern(
    r"(?:\\[,;! ]|\\quad|\s)*(?:\\text\s*\{\s*)?\(\s*(?:about|approx\w*|≈|\\approx).*$", re.S | re.I
)


def tidy(text: str) -> str:
    """`text` without what carries no meaning."""
    if text.isalnum() and text.isascii():
        return text
    if any(c in text for c in "\x0c\x08\t\r"):
        for broken, whole in _CONTROL.items():
            text = text.replace("\\" + broken, whole).replace(broken, whole)
    if "\\" in text:
        if "\\\\" in text and "\\begin" not in text:
            text = _DOUBLED_ANY.sub(r"\\", text)
        text = _escapes(text)
    text = _conventional(_TAGS.sub(" ", text) if "<" in text else text)
    if "\n" in text and all("=" in line for line in text.strip().split("\n")):
        text = text.strip().replace("\n", ", ")  # x = 1, y = 2, one a line
    if "..." in text or "…" in text or "dots" in text:
        text = _AND_SO_ON.sub(r", \\ldots ", _GOES_ON.sub(r"\\ldots", text))
    text = _plain_signs(text)
    text = _trimmed(text)
    if "$" in text:
        text = _TRAILING.sub("", _dollars(text))
    if text.endswith(")") and "(" in text:
        text = _REMARK.sub(_remark, text)
    text = without_aside(usual(_ABOUT.sub("", text) if "(" in text else text))
    if text[:1] in "<>≤≥\\" and _BOUND_ALONE.match(text):
        text = "x " + text  # at least 7
    surplus = text.count("}") - text.count("{") - text.count("\\}") + text.count("\\{")
    if surplus > 0 and text.endswith("}" * surplus):
        text = text[:-surplus]
    elif surplus < 0:
        text += "}" * min(-surplus, 20)
    return text.strip()


def _trimmed(text: str) -> str:
    """`text` without markup around it, and without what leads to it and trails behind."""
    for _ in range(3):
        before = text
        text = text.strip()
        if text[:1] in _MARKS or text[-1:] in _MARKS:
            text = _MARKUP.sub("", text)
        text = _TRAILING.sub("", _LEADING.sub("", text)).strip()
        if text == before:
            break
    return text


def _remark(match: re.Match[str]) -> str:
    """Nothing for "(rejecting -2)", the unit for "(cm²)"."""
    unit = match[1].strip()
    if is_unit(unit.rstrip("²³23^{} ")):
        return rf" \text{{ {unit}}}" if unit.isascii() else f" {unit}"
    return match[0] if _KEPT.search(unit) or not re.search("[a-z]{4}", unit) else ""


def _plain_signs(text: str) -> str:
    r"""`\not=`, `45^o`, `{a \over b}` and `Rs. 5` with the usual signs."""
    if "\\not" in text:
        text = _NOT_EQUAL.sub(r"\\ne ", text)
    if "^" in text:
        text = _LETTER_DEGREE.sub(r"^\\circ ", text)
    if "\\overline" in text[:12]:
        text = _DIGITS.sub("", text)
    if "textpi" in text:
        text = _TEXT_PI.sub(r"\\pi ", text)
    if " is" in text:
        text = _SUBJECTED.sub("", text)
    if "set" in text and "\\" in text:
        text = _OVERSET.sub(r"\1", text)
    if "\\begin" in text and _CELL_CONDITION.search(text):
        text = _CASED.sub(r"\\\1{cases}", text)
    if "\\over" in text:
        text = without_over(text)
    if "\\rm" in text:
        text = _ROMAN.sub(lambda m: f"\\mathrm{{{m[1] or m[2]}}}", text)
    if " !" in text:
        text = _FACTORIAL.sub("!", text)
    if "\\bigcup" in text:
        text = _UNION_OVER.sub(r"\2, \1 \\in \\mathbb{Z}", text)
    if text.startswith(("Rs", "\\text{Rs")):
        text = _RUPEES.sub("₹", text)
    return text


_REMARK = lazy_pattern(r"(?<=[\d}$])\s+\(([^()\\]*[a-z]{1,}[^()\\]*)\)$")
_KEPT = lazy_pattern(r"[<>=≤≥]|\b(?:mod|each|per|where|for|if|when|base|and|or)\b")
_ROMAN = lazy_pattern(r"\{\s*\\rm\s*\{\s*([A-Za-z]+)\s*\}\s*\}|\\rm\s*\{\s*([A-Za-z]+)\s*\}")
_FACTORIAL = lazy_pattern(r"(?<=[\w)}])\s+!(?!=)")
_DIVISOR = lazy_pattern(  # a name, where nothing stands in brackets behind it
    r"^[\s$]*(?:\\(?:text|mathrm|operatorname)\s*\{\s*)?(gcd|lcm|hcf|GCD|LCM|HCF)\s*\}?\s*=\s*"
)
_UNION_OVER = lazy_pattern(  # the union of all (2k, 2k + 1)
    r"^\s*\\bigcup(?:\s*\\limits)?\s*_\s*\{\s*([a-z])\s*(?:(?:\\in(?![a-z])|∈)\s*(?:\\math(?:bb|bf)\s*\{?\s*)?[Zℤ]"
    r"\s*\}?\s*\}|=\s*-\s*\\infty\s*\}\s*\^\s*\{?\s*\+?\s*\\infty\s*\}?)\s*([(\[].*[)\]])\s*$",
    re.S,
)
_NOT_EQUAL = lazy_pattern(r"\\not\s*=")
_LETTER_DEGREE = lazy_pattern(
    r"(?<=\d)\s*\^\s*(?:[oO](?![A-Za-z])|\{\s*(?:\\(?:text|mathrm|rm)\s*\{?)?\s*[oO]\s*\}{1,2}"
    r"|\\text\s*\{\s*circ\s*\})"
)
_BOUND_ALONE = lazy_pattern(
    r"(?:[<>]=?|[≤≥]|\\(?:[gl]eq?|[gl]eqslant|[gl]t)(?![a-z]))\s*(?:-\s*)?[\d\\][^<>≤≥=]*$"
)
_DIGITS = lazy_pattern(r"^[\s$]*\\overline\s*\{\s*[A-Za-z]{2,6}\s*\}\s*=\s*(?=\d)")
_RUPEES = lazy_pattern(r"^(?:\\text\{\s*)?Rs\.?(?:\s*\})?\s*(?=\d)")
_TEXT_FUNCTION = lazy_pattern(
    r"\\(?:text|mathrm|operatorname)\s*\{\s*"
    r"(sin|cos|tan|cot|sec|csc|log|ln|max|min(?=\s*\}\s*[\\({_=])|gcd|lcm)\s*\}"
)
_LABELLED = lazy_pattern(
    r"(?:LABEL ?[-\d./]+)(?:(?:,|;|,? and) ?LABEL ?[-\d./]+)+\.?".replace(
        "LABEL", r"(?:[A-Za-z]+(?: \d+)?:|[A-Z][a-z]{2,} ?=|[A-Z][a-z]+ is )"
    )
)
_LABEL = lazy_pattern(r"([A-Za-z]+(?: \d+)?)(?::| ?=| is )")
_TEXT_LABEL = lazy_pattern(r"\\text\{\s*([A-Za-z]{2,})\s*:\s*\}")
_CIRCLED = lazy_pattern(r"[①-⑨](?:(?:[,，、和\s]|and\b)*[①-⑨])+")
_STATEMENTS = lazy_pattern(  # "Only statement II is true"
    r"(?:only\s+|the\s+)*(?:correct\s+|true\s+)?(?:statements?|conclusions?|propositions?)\s+"
    r"((?:[①-⑨]|\(\d\)|[IV]{1,4}|\d)(?:(?:\s|,|and\b)*(?:[①-⑨]|\(\d\)|[IV]{1,4}|\d))*)"
    r"(?:\s+(?:is|are)\s+(?:correct|true|right))?\W*", re.I
)  # fmt: skip
_COMPOUND = lazy_pattern(r"[\d.]+\s*[a-z]+,?\s*(?:and\s+)?[\d.]+\s*[a-z]+\.?")


def _conventional(text: str) -> str:
    r"""Ordinals as numbers, decimal commas and points of thousands where they leave no doubt."""
    if "{,}" in text:
        text = _DECIMAL_COMMA.sub(".", text)
    if "€" in text or "EUR" in text or "uro" in text:
        text = _EURO.sub(lambda m: m[1].replace(".", "") + (m[2] or "").replace(",", "."), text)
    if " and " in text:
        text = _AND_NO.sub("", text)  # 21 dollars and no cents
    if (":" in text or "=" in text or " is " in text) and _LABELLED.fullmatch(text):
        text = _LABEL.sub(r"\\text{\1} = ", text)
    if "\\text" in text and ":" in text:
        text = _TEXT_LABEL.sub(r"\\text{\1} = ", text)
    if text[:1] in "OSCPTosct" and (named := _STATEMENTS.fullmatch(text)) is not None:
        text = named[1]
    if "①" <= text <= "⑨" and len(text) == 1:
        return str(ord(text) - ord("①") + 1)
    if "①" <= text.removeprefix("\\text{")[:1] <= "⑨":
        text = words_only(text)
    if _CIRCLED.fullmatch(text):
        text = ", ".join(str(ord(c) - ord("①") + 1) for c in text if "①" <= c <= "⑨")
    if "=" in text[:30]:
        text = _DIVISOR.sub(r"\\text{the \1} = ", text)
    if "\\text" in text or "\\mathrm" in text or "\\operator" in text:
        text = _TEXT_FUNCTION.sub(r"\\\1 ", text.replace("\\textcirc", "\\circ"))
    if "\\text" in text and len(text) < 100:
        plain = " ".join(words_only(text).split())
        text = plain if _COMPOUND.fullmatch(plain) else text  # 18 \\text{ hours and } 48 …
    if any(end in text for end in ("st", "nd", "rd", "th")):
        text = _ORDINAL.sub("", text)
    return _GLUED.sub(r" \1 ", text) if "or" in text or "and" in text else text


def _escapes(text: str) -> str:
    if ("\\\\" in text and "\\begin" not in text) or "\\\\begin" in text:
        text = _DOUBLED.sub(r"\\", text)
    if "\\boxed" in text or "\\fbox" in text:
        for start, end, content in reversed(find_boxes(text)):
            text = text[:start] + content + text[end:]
    if "color" in text:
        text = _COLOR.sub("", text)
    if "\\begin" in text:
        text = _as_cases(text)
        rows = _ALIGN.sub(" ", text)
        text = joined_rows(rows) if rows != text and "\\begin" not in rows else rows
    text = _BIG.sub(" ", text)
    return _DELIMITERS.sub(" ", text)


def _as_cases(text: str) -> str:
    r"""`\left\{ \begin{array} … \right.`, and `aligned` rows in such a brace, as `cases`."""
    opened = _BRACED_ROWS.sub(r"\\begin{cases}", text)
    if opened == text:
        return _as_matrix(text)
    opened = _IF_COLUMN.sub(r"& \\text{ \1 }", opened)
    return _BRACED_END.sub(r"\\end{cases}", re.sub(r"&\s*(?=[=<>])", "", opened))


def _as_matrix(text: str) -> str:
    r"""`\left[ \begin{array}{cc} … \right]` as the matrix it is: a bracket is no factor."""
    opened, count = _BRACKETED_ROWS.subn(r"\\begin{pmatrix}", text)
    if not count or len(_BRACKETED_END.findall(text)) != count:
        return text
    return _BRACKETED_END.sub(r"\\end{pmatrix}", opened)


def _dollars(text: str) -> str:
    """Math delimiters go; a single dollar sign before a digit is a currency."""
    signs = _DOLLARS.findall(text)
    if len(signs) % 2 == 1 and re.search(r"(?<!\\)\$\s*\d|\d\s*\$", text) and len(signs) == 1:
        return re.sub(r"(\d)\s*\$(?:\s+[a-z]{1,3})?\s*$", r"\1", text)  # 2,74 $ a
    return _DOLLARS.sub(" ", _SPANISH_AND.sub("$, $", text))
