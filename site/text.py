"""Showing untrusted text safely: model output is data, and must look like what it is.

Escaping keeps markup from being obeyed; here the characters that a reader cannot see (control
characters, bidirectional and zero-width marks, half surrogates) are spelled out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from harness.core import ThinkMarks

# Categories Cc (but for tab and newline), Cf, Cs, Zl, Zp, and the noncharacters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff\ufdd0-\ufdef"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)


def spell(match: re.Match[str]) -> str:
    """A hidden character as text: `[U+202E]`; control codes by their picture."""
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else f"[U+{code:04X}]"


def plain(value: Any) -> Any:
    """The filter for every template expression: markup is kept, hidden characters are spelled out.

    For a string, the result must still be escaped (by autoescape).
    """
    if isinstance(value, str) and not isinstance(value, Markup):
        return _HIDDEN.sub(spell, value)
    return value


def _mark(match: re.Match[str]) -> str:
    name = unicodedata.name(match[0], f"U+{ord(match[0]):04X}")
    return f'<span class="ctl" title="{escape(name)}">{spell(match)}</span>'


def visible(text: str) -> Markup:
    """A long text for a `<pre>`: escaped, with each hidden character spelled out and set apart."""
    return behind_pre(spelled(text.replace("\r\n", "\n")))


def marked(text: str, answer: str | None, write: Callable[[str], str] | None = None) -> Markup:
    """The same, with an extracted answer highlighted at its last separate occurrence.

    `write` turns the text before and after it into markup (None: as `visible` does).
    """
    text, answer = text.replace("\r\n", "\n"), (answer or "").replace("\r\n", "\n")
    write = write or spelled
    start = _last(text, answer) if answer else -1
    if start < 0:
        return behind_pre(write(text))
    end = start + len(answer)
    inner = f'<mark class="x">{spelled(text[start:end])}</mark>'
    return behind_pre(write(text[:start]) + inner + write(text[end:]))


def spelled(text: str) -> str:
    """A text as markup: escaped, each hidden character spelled out and set apart."""
    return _HIDDEN.sub(_mark, str(escape(text)))


def behind_pre(html: str) -> Markup:
    """A browser drops a newline right after <pre>, so one that begins the text is doubled."""
    return Markup("\n" + html if html.startswith("\n") else html)


def _last(text: str, answer: str) -> int:
    """The last occurrence of an answer that is not part of a longer word or number; -1: none."""
    at = text.rfind(answer)
    while at >= 0:
        before, after = (
            text[at - 1 : at] if at else "",
            text[at + len(answer) : at + len(answer) + 1],
        )
        glued = (_wordy(before) and _wordy(answer[0])) or (_wordy(after) and _wordy(answer[-1]))
        if not glued:
            return at
        at = text.rfind(answer, 0, at + len(answer) - 1)
    return -1


def _wordy(character: str) -> bool:
    return character.isalnum() and character.isascii()


def breakable(name: str) -> Markup:
    """A name for a narrow column: it may break after a slash or an underscore."""
    return Markup(re.sub("([/_])", r"\1<wbr>", str(escape(plain(name)))))


def excerpt(text: str, limit: int = 110) -> str:
    """The beginning of a text on one line, cut at a word, with an ellipsis where it was cut."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0] + " …"


def shell(words: Sequence[str], width: int = 84) -> str:
    """A command as one would type it: broken before an option where a line grows too long."""
    lines = [""]
    for i, word in enumerate(words):
        option = word.startswith("-")
        ahead = [word, *words[i + 1 : i + 2]] if option else [word]
        if option and lines[-1] and len(" ".join([lines[-1], *ahead])) > width:
            lines[-1] += " \\"
            lines.append(" ")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a response: thinking or not. `closed` is False for a thought that was cut."""

    thinking: bool
    text: str
    closed: bool = True


def split_thinking(response: str, marks: ThinkMarks | None = None) -> list[Part]:
    """A response in order, thoughts apart from the rest; nothing but the marks is left out.

    Without a start mark, all before the first end mark is a thought (the prompt opened it).
    """
    marks = marks or ThinkMarks()
    parts: list[Part] = []
    rest = response
    end_first = rest.find(marks.end)
    start_first = rest.find(marks.start)
    if end_first >= 0 and (start_first < 0 or end_first < start_first):
        parts.append(Part(True, rest[:end_first]))
        rest = rest[end_first + len(marks.end) :]
    while marks.start in rest:
        before, _, rest = rest.partition(marks.start)
        if before.strip():
            parts.append(Part(False, before))
        thought, end, rest = rest.partition(marks.end)
        parts.append(Part(True, thought, closed=bool(end)))
    if rest.strip() or not parts:
        parts.append(Part(False, rest))
    return parts
