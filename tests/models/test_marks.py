"""Thinking marks: found, joined to a prefix, counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.core import ThinkMarks, UsageError
from harness.models.marks import find_marks, is_open, join_prefix, reasoning_tokens

MARKS = ThinkMarks()


def test_found_among_the_added_tokens_or_given() -> None:
    assert find_marks(None, None, ["<think>", "</think>", "<s>"]) == MARKS
    assert find_marks(None, None, ["<think>"]) is None
    assert find_marks("[T]", "[/T]", ["<think>", "</think>"]) == ThinkMarks("[T]", "[/T]")
    with pytest.raises(UsageError, match="both or neither"):
        find_marks("[T]", None)


@pytest.mark.parametrize(
    ("rendered", "prefix", "joined"),
    [
        ("<assistant>", "<think>a", "<assistant><think>a"),
        ("<assistant><think>", "<think>a", "<assistant><think>a"),
        ("<assistant><think>\n", "<think>a", "<assistant><think>\na"),
        ("<assistant><think>\n", "<think>\na", "<assistant><think>\na"),
        ("<assistant><think>", "a", "<assistant><think>a"),
        ("<assistant>", "", "<assistant>"),
    ],
)
def test_a_template_that_opens_the_thought_is_not_doubled(
    rendered: str, prefix: str, joined: str
) -> None:
    assert join_prefix(rendered, prefix, MARKS) == joined


@pytest.mark.parametrize(
    ("before", "prefix", "opened"),
    [
        ("<assistant>", "", False),
        ("<assistant><think>\n", "", True),
        ("what does <think> mean?<assistant>", "", False),
        ("<assistant>", "<think>so", True),
        ("<assistant>", "<think>so</think>", False),
        ("<assistant><think>", "</think>", False),
        ("<assistant>", "<think>a</think><think>", True),
        ("<assistant><think>", " plain", False),
    ],
)
def test_where_a_completion_begins(before: str, prefix: str, opened: bool) -> None:
    assert is_open(before, prefix, MARKS) is opened


def ends(*pieces: str) -> tuple[int, ...]:
    total, out = 0, []
    for piece in pieces:
        total += len(piece)
        out.append(total)
    return tuple(out)


@pytest.mark.parametrize(
    ("pieces", "opened", "count"),
    [
        (("<think>", "a", "b", "</think>", "4", ""), False, 4),
        (("a", "b", "</think>", "4"), True, 3),
        (("a", "b", ""), True, 3),  # the end token of a thought that never closed
        (("a", "b", ""), False, 0),
        (("x", "<think>", "a"), False, 2),
        (("<think>", "", "é", "</think>", "4"), False, 4),  # the first byte of é has no text yet
        (("<think>", "a", "</think>", "4", "<think>", "b", "</think>"), False, 6),
        (("</thi", "nk>4", "5"), True, 2),  # a token across the border counts
        ((), True, 0),
    ],
)
def test_tokens_between_the_marks(pieces: tuple[str, ...], opened: bool, count: int) -> None:
    assert reasoning_tokens("".join(pieces), ends(*pieces), MARKS, opened=opened) == count


@given(
    pieces=st.lists(st.sampled_from(["<think>", "</think>", "</thi", "nk>4", "a", "bc", ""])),
    opened=st.booleans(),
)
def test_tokens_are_counted_as_a_loop_over_their_characters_counts_them(
    pieces: list[str], opened: bool
) -> None:
    text = "".join(pieces)
    inside = [opened] * (len(text) + 1)  # of each character, and of the place behind the last
    at, thinking = 0, opened
    while at <= len(text):
        thinking = thinking or text.startswith(MARKS.start, at)
        # no mark stands inside another one, and an opened thought is closed by its first end mark
        step = len(MARKS.end) if thinking and text.startswith(MARKS.end, at) else 1
        inside[at : at + step] = [thinking] * min(step, len(inside) - at)
        thinking = thinking and step == 1
        at += step
    counted, previous = 0, 0
    for end in ends(*pieces):
        counted += any(inside[previous : max(end, previous + 1)])
        previous = end
    assert reasoning_tokens(text, ends(*pieces), MARKS, opened=opened) == counted
