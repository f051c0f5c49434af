"""Rules in terms of propositions: `refuses and not (lectures or helps)`.

    rule = and-rule {"or" and-rule}      and-rule = not-rule {"and" not-rule}
    not-rule = "not" not-rule | "(" rule ")" | "true" | "false" | a proposition's name

What is not known is None, and so is what depends on it (Kleene's three-valued logic). Nothing is
evaluated as code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from harness.core import DataError, UnknownNameError

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
WORDS = ("and", "or", "not", "true", "false")
_TOKEN = re.compile(r"\s*(?:([A-Za-z][A-Za-z0-9_-]*)|([()])|(\S))")
_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Formula:
    """An operator over parts, or a proposition (`name`), or a constant (`true`, `false`)."""

    kind: Literal["and", "or", "not", "name", "true", "false"]
    parts: tuple[Formula, ...] = ()
    name: str = ""

    def holds(self, values: Mapping[str, bool | None]) -> bool | None:
        """Whether the rule holds; None where that depends on what is not known."""
        if self.kind == "name":
            return values.get(self.name)
        if self.kind in ("true", "false"):
            return self.kind == "true"
        found = [part.holds(values) for part in self.parts]
        if self.kind == "not":
            return None if found[0] is None else not found[0]
        decides = self.kind == "or"  # the value that settles it alone
        if decides in found:
            return decides
        return None if None in found else not decides


def parse(text: str, names: Mapping[str, object]) -> Formula:
    """Parse a rule; raises DataError if it cannot be read, UnknownNameError for an unknown name."""
    reader = _Reader(text, names)
    formula = reader.any_of(0)
    if reader.token:
        raise DataError(f"{text!r}: expected `and`, `or` or the end, not {reader.token!r}")
    return formula


class _Reader:
    """One token ahead; `token` is empty at the end."""

    def __init__(self, text: str, names: Mapping[str, object]) -> None:
        self._text, self._names = text, names
        self._tokens = self._cut()
        self.token = next(self._tokens, "")

    def _cut(self) -> Iterator[str]:
        for match in _TOKEN.finditer(self._text):
            if match[3]:
                raise DataError(
                    f"{self._text!r}: {match[3]!r} has no meaning here; a rule has names, "
                    "`and`, `or`, `not` and parentheses"
                )
            yield match[1] or match[2]

    def _next(self) -> str:
        token, self.token = self.token, next(self._tokens, "")
        return token

    def any_of(self, depth: int) -> Formula:
        return self._joined("or", depth)

    def _joined(self, word: Literal["and", "or"], depth: int) -> Formula:
        def one() -> Formula:
            return self._joined("and", depth) if word == "or" else self._plain(depth)

        parts = [one()]
        while self.token == word:
            self._next()
            parts.append(one())
        return parts[0] if len(parts) == 1 else Formula(word, tuple(parts))

    def _plain(self, depth: int) -> Formula:
        if depth > _DEEPEST:
            raise DataError(f"a rule is nested more than {_DEEPEST} deep")
        token = self._next()
        if token == "not":
            return Formula("not", (self._plain(depth + 1),))
        if token == "(":
            inside = self.any_of(depth + 1)
            if self._next() != ")":
                raise DataError(f"{self._text!r}: a parenthesis is not closed")
            return inside
        if token == "true" or token == "false":
            return Formula("true" if token == "true" else "false")
        if token in ("", ")", "and", "or"):
            place = repr(token) if token else "the end"
            raise DataError(f"{self._text!r}: a name is missing before {place}")
        if token not in self._names:
            raise UnknownNameError("proposition", token, self._names)
        return Formula("name", name=token)
