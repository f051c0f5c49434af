"""Answers given as JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from harness.core import UsageError
from harness.core.hashing import canonical_json
from harness.verifiers.math.finding.extract import Extraction
from harness.verifiers.rules.base import RuleVerifier

_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)```", re.S)
MAX_JSON = 100_000


class JsonVerifier(RuleVerifier):
    """Compares the last JSON value in the response with the gold, also JSON.

    `field` compares a single member (dots for nested ones). Numbers are compared by value; the
    order of members is ignored, that of lists is not.
    """

    name = "json"

    def __init__(self, *, field: str | None = None) -> None:
        self.field = field

    def find(self, text: str) -> Extraction | None:
        text = text[-MAX_JSON:]
        for match in reversed(list(_FENCE.finditer(text))):
            if _load(match.group(1)) is not _NOTHING:
                return Extraction(match.group(1).strip(), "fence", 0)
        if _load(text) is not _NOTHING:
            return Extraction(text.strip(), "whole", 0)
        decoder = json.JSONDecoder()
        last: Extraction | None = None
        position, tries = 0, 0
        while (start := _next(text, position)) >= 0 and tries < 500:
            tries += 1
            try:
                _, end = decoder.raw_decode(text, start)
            except (json.JSONDecodeError, RecursionError):
                position = start + 1
                continue
            last, position = Extraction(text[start:end], "embedded", 1), end
        return last

    def key(self, answer: str) -> str:
        value = self._picked(_load(answer))
        return answer.strip() if value is _NOTHING else canonical_json(_plain(value))

    def same(self, answer: str, expected: str) -> bool:
        gold = _load(expected)
        if gold is _NOTHING:
            raise UsageError(f"json verifier: the gold {expected[:80]!r} is not JSON")
        value = self._picked(_load(answer))
        picked = self._picked(gold)
        return value is not _NOTHING and _plain(value) == _plain(
            gold if picked is _NOTHING else picked
        )

    def _picked(self, value: Any) -> Any:
        for name in self.field.split(".") if self.field else ():
            if not isinstance(value, dict) or name not in value:
                return _NOTHING
            value = value[name]
        return value


_NOTHING = object()


def _next(text: str, position: int) -> int:
    found = [p for p in (text.find("{", position), text.find("[", position)) if p >= 0]
    return min(found, default=-1)


def _load(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=lambda name: name)
    except (ValueError, RecursionError):
        return _NOTHING


def _plain(value: Any) -> Any:
    """Integral floats as integers, so that 7.0 is 7; everything else as it is."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value
