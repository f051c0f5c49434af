"""Texts that repeat themselves endlessly."""

from __future__ import annotations

import zlib

_TAIL = 2_000  # characters at the end that are looked at
_SHORTEST = 240  # of repetition
_TIMES = 6
_RATIO = 0.10  # compressed over plain size: prose has 0.35 to 0.6, a list of sums 0.2


def is_loop(text: str) -> bool:
    """Whether a text ends in a loop: one piece repeated, or hardly anything new.

    A piece counts if it is repeated at least six times and fills 240 characters at the end; texts
    that count up or vary a word are detected by how far zlib compresses their last 2,000
    characters.
    """
    tail = text.rstrip()[-_TAIL:]
    if len(tail) < _SHORTEST:
        return False
    if _repeated(tail):
        return True
    if len(tail) < _TAIL // 2:
        return False
    data = tail.encode("utf-8", "replace")
    return len(zlib.compress(data, 6)) / len(data) < _RATIO


def _repeated(tail: str) -> bool:
    """Whether `tail` ends in one piece repeated (the last repetition may be cut off)."""
    probe = tail[-24:]
    place = tail.rfind(probe, 0, -1)
    if place < 0:
        return False
    period = len(tail) - 24 - place
    size = max(_SHORTEST, _TIMES * period)
    if size > len(tail) or not any(c.isalnum() for c in tail[-period:]):
        return False  # a ruled line is no loop
    return all(tail[-i] == tail[-i - period] for i in range(1, size - period + 1))
