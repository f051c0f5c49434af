"""Mathematics in untrusted text, typeset as MathML when the pages are built.

A formula is delimited by `$…$`, `$$…$$`, `\\(…\\)` or `\\[…\\]`. It is converted by
`latex2mathml`, whose elements are copied one by one: only the presentation MathML elements listed
here, with only the attributes listed here, and their texts escaped like any other. A formula that
is not fully supported (a command, an element, a missing argument) is left as written, and so is
everything that is not a formula.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from harness.site.text import behind_pre, plain, spelled

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LONGEST = 1000
"""Characters of a formula; longer ones stay as they were written."""
_CACHED = 20_000

_FORMULA = re.compile(
    r"""
    \$\$(?P<block>.{1,1000}?)\$\$
    | \\\[(?P<bracket>.{1,1000}?)\\\]
    | \\\((?P<paren>.{1,1000}?)\\\)
    | (?<![\\$\w])\$(?=[^\s$])(?P<inline>(?:[^$\\\n]|\\.|\n(?!\s*\n)){1,1000}?)(?<=\S)\$(?![\d$])
    """,
    re.VERBOSE | re.DOTALL,
)
_PROSE = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}\s+[A-Za-z]{2,}")
"""Two words: between two signs of dollars that is prose about money."""
_WORDS = re.compile(r"\\(?:text|mbox|textbf|textit|textrm|mathrm|operatorname)\s*\{[^{}]*\}")
_REFERENCE = re.compile(r"&#[xX]?[0-9A-Fa-f]{1,6};")

_CHILDREN = {
    "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3,
    "munderover": 3,
}  # fmt: skip
"""Elements with a fixed number of children: another number is no formula."""
_ELEMENTS = {
    "math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "msqrt", "mstyle", "mpadded",
    "mphantom", "menclose", "mtable", "mtr", "mtd", *_CHILDREN,
}  # fmt: skip
_ATTRIBUTES = {
    "display", "displaystyle", "scriptlevel", "stretchy", "fence", "form", "separator", "accent",
    "accentunder", "movablelimits", "largeop", "symmetric", "lspace", "rspace", "width", "height",
    "depth", "minsize", "maxsize", "linethickness", "columnalign", "rowspacing", "columnspacing",
    "columnlines", "rowlines", "notation", "mathvariant",
}  # fmt: skip
"""All others are dropped: `href`, `style`, `class`, `id`, colours."""
_ONE = r"(?:[a-z]+|\d?(?:\.\d{1,4})?(?:em|ex|pt|%)?)"
_VALUE = re.compile(f"{_ONE}(?: {_ONE})*")
"""Words and lengths below ten: no formula moves or covers what stands beside it."""
_DEEP = 40


class _UnknownError(Exception):
    """A formula that cannot be shown whole."""


@functools.lru_cache(maxsize=_CACHED)
def formula(source: str, *, block: bool = False) -> Markup | None:
    """A TeX formula as a `<math>` element; None if it cannot be shown completely."""
    from latex2mathml.converter import convert_to_element

    if len(source) > LONGEST or not source.strip():
        return None
    try:
        element = convert_to_element(source, display="block" if block else "inline")
        out: list[str] = []
        _write(element, out, 0)
    # Whatever a stranger's formula makes the converter raise: then it stays as it is.
    except Exception:  # noqa: BLE001
        return None
    return Markup("".join(out))  # made of listed names and escaped texts alone


def _write(element: Element, out: list[str], depth: int) -> None:
    name = element.tag
    if name not in _ELEMENTS or depth > _DEEP:
        raise _UnknownError
    children = list(element)
    if len(children) != _CHILDREN.get(name, len(children)):
        raise _UnknownError
    out.append(f"<{name}")
    for key, value in element.attrib.items():
        if key in _ATTRIBUTES and _VALUE.fullmatch(value):
            out.append(f' {key}="{value}"')
    out.append(">")
    text = _REFERENCE.sub(lambda match: html.unescape(match[0]), element.text or "")
    if text.startswith("\\") and len(text) > 1 and name != "mtext":
        raise _UnknownError  # a command that the converter does not know
    out.append(str(escape(plain(text))))
    for child in children:
        _write(child, out, depth + 1)
    out.append(f"</{name}>")


def typeset(text: str) -> Markup:
    """A text for a `<pre>` as `text.visible` writes it, its formulas typeset."""
    return behind_pre(typeset_part(text.replace("\r\n", "\n")))


def typeset_part(text: str, left: Callable[[], bool] = lambda: True) -> str:
    """A part of a text as markup; `left` is asked before each formula whether it may be typeset."""
    if "$" not in text and "\\(" not in text and "\\[" not in text:
        return spelled(text)
    out, end = [], 0
    for match in _FORMULA.finditer(text):
        shown = _shown(match) if left() else None
        if shown is None:
            continue
        out += [spelled(text[end : match.start()]), shown]
        end = match.end()
    return "".join([*out, spelled(text[end:])])


def _shown(match: re.Match[str]) -> str | None:
    kind, source = match.lastgroup, match[str(match.lastgroup)]
    if kind == "inline" and _PROSE.search(_WORDS.sub("", source)):
        return None
    found = formula(source.strip(), block=kind in ("block", "bracket"))
    if found is None:
        return None
    return f'<span class="tex" title="{escape(plain(match[0]))}">{found}</span>'


def answer(text: Any) -> Markup:
    """A correct answer as written, followed by its typeset form if it is a TeX formula."""
    written = spelled(str(text))
    found = formula(str(text)) if "\\" in str(text) else None
    if found is None:
        return behind_pre(written)
    return Markup(f'<span class="tex">{found}</span> <code class="muted">{written}</code>')
