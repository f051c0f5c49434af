r"""`\boxed{…}`, nested, several, unterminated; `\fbox` and `\framebox` too."""

from __future__ import annotations

import re

from harness.verifiers.patterns import lazy_pattern

_OPEN = lazy_pattern(r"\\(?:boxed|fbox|framebox|Boxed)\b\s*(\{)?")
_JOIN = lazy_pattern(
    r"^[\s,;.$&]*(?:\\[\])(]|\\quad|\\qquad|\\;|\\,|\\ |\\text\s*\{|\\mathrm\s*\{|\}|[\s,;$])*"
    r"(?:(?:(?:for|in)\s+(?:part|case|question|problem)\s*\(?\w\)?\s+)?(?:[A-Za-z]{1,12}\s+){0,2}(?:and|or|und|oder|et|ou|y|o|和|或|と|または))?"
    r"(?:\\[\])(]|\\quad|\\qquad|\\;|\\,|\\ |\}|[\s,;$])*(?:[A-Za-z](?:_\{?\w+\}?)?\s*=\s*)?$"
)
_LISTLIKE = lazy_pattern(r"[,;、]|\b(?:and|or|und|oder|et|ou|y|o)\b|和|或|と|または")


def find_boxes(text: str) -> list[tuple[int, int, str]]:
    """(start, end, content) of every outermost box, in order; the last may be unterminated."""
    boxes: list[tuple[int, int, str]] = []
    position = 0
    while match := _OPEN.search(text, position):
        if match.group(1):
            end = _matching_brace(text, match.end())
            content = text[match.end() : end]
            close = min(end + 1, len(text))
        else:  # \boxed 7 $
            stop = re.compile(r"[\s$,.]|\\[\])]").search(text, match.end())
            close = stop.start() if stop else len(text)
            content = text[match.end() : close]
        boxes.append((match.start(), close, content))
        position = max(close, match.end())
    return boxes


_BRACE = lazy_pattern(r"\\.|[{}]", re.S)


def _matching_brace(text: str, start: int) -> int:
    r"""The index of the brace that closes the one before `start`.

    If unterminated: the end of the formula or line, so that prose after it is not included.
    """
    depth = 1
    for match in _BRACE.finditer(text, start):
        char = match.group()
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return match.start()
    stop = re.compile(r"\$|\\\]|\\\)|\n\n").search(text, start)
    return stop.start() if stop else len(text)


def boxed_answer(text: str) -> str | None:
    """The content of the last box, or of the list of boxes that ends with it."""
    boxes = [b for b in find_boxes(text) if b[2].strip()]
    if not boxes:
        return None
    group = [boxes[-1]]
    for box in reversed(boxes[:-1]):
        between = text[box[1] : group[0][0]]
        if len(between) > 80 or not _LISTLIKE.search(between) or not _JOIN.match(between):
            break
        group.insert(0, box)
    contents = [b[2].strip() for b in group]
    return contents[0] if len(set(contents)) == 1 else ", ".join(contents)
