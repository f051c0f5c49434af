"""Where thinking begins and ends: finding the marks, and counting the tokens between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence

from harness.core import ThinkMarks, UsageError
from harness.core.errors import backend_options

_USUAL = ThinkMarks()


def find_marks(
    start: str | None, end: str | None, added_tokens: Collection[str] = ()
) -> ThinkMarks | None:
    """The configured marks, else `<think>` … `</think>` if the tokenizer has added both.

    A model whose vocabulary has no such tokens, and without configured marks, has no marks.
    """
    if (start is None) != (end is None):
        raise UsageError(
            "{model_args.think_start} and {model_args.think_end}: set both or neither",
            **backend_options(think_start=start or ..., think_end=end or ...),
        )
    if start is not None and end is not None:
        return ThinkMarks(start, end)
    if _USUAL.start in added_tokens and _USUAL.end in added_tokens:
        return _USUAL
    return None


def join_prefix(rendered: str, prefix: str, marks: ThinkMarks | None) -> str:
    """`rendered` (a prompt up to the assistant's turn) continued by `prefix`.

    Some chat templates open the thinking themselves. A prefix that opens it again is not
    duplicated: its own mark, and white space that the template put after the mark, are dropped.
    """
    if marks is None or not prefix.startswith(marks.start):
        return rendered + prefix
    bare = rendered.rstrip()
    if not bare.endswith(marks.start):
        return rendered + prefix
    return rendered + prefix[len(marks.start) :].removeprefix(rendered[len(bare) :])


def is_open(before: str, prefix: str, marks: ThinkMarks) -> bool:
    """Whether the completion begins inside thinking.

    `before` is the rendered prompt with its generation prompt; only its very end counts
    (earlier turns and the question may quote the marks).
    """
    if marks.end in prefix or marks.start in prefix:
        return prefix.rfind(marks.start) > prefix.rfind(marks.end)
    return not prefix.strip() and before.rstrip().endswith(marks.start)


def _thoughts(text: str, marks: ThinkMarks, opened: bool) -> list[tuple[int, int | None]]:
    """The ranges [begin, end) of `text` that are thinking, including marks; None: not closed."""
    found: list[tuple[int, int | None]] = []
    begin = 0 if opened else text.find(marks.start)
    while begin >= 0:
        close = text.find(marks.end, begin)
        if close < 0:
            return [*found, (begin, None)]
        stop = close + len(marks.end)
        found.append((begin, stop))
        begin = text.find(marks.start, stop)
    return found


def reasoning_tokens(
    text: str, token_ends: Sequence[int], marks: ThinkMarks, *, opened: bool
) -> int:
    """Tokens of thinking, including the marks; up to the end if no mark closes it.

    `token_ends` as in `Completion`; `opened` as returned by `is_open`. A token counts if any of its
    characters is in the thinking; one without characters (an end token, half a character) counts
    by its position.
    """
    count = done = 0
    for begin, stop in _thoughts(text, marks, opened):
        # Tokens before `first` do not reach `begin`; those from `last` on begin after it.
        first, last = 0, len(token_ends)
        if begin:
            first = min(bisect_right(token_ends, begin), bisect_left(token_ends, begin) + 1)
        if stop is not None:
            last = min(last, bisect_left(token_ends, stop) + 1)
        count += max(0, last - max(first, done))
        done = max(done, last)
    return count
