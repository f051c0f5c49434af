"""Counted nouns in messages."""

from __future__ import annotations

from harness.core.counting import counted


def test_one_is_singular_and_a_verb_agrees() -> None:
    assert [counted(n, "run") for n in (0, 1, 2000)] == ["0 runs", "1 run", "2,000 runs"]
    assert counted(1, "attempt is", "attempts are") == "1 attempt is"
    assert counted(2, "attempt is", "attempts are") == "2 attempts are"
