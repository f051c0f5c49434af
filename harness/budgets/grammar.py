"""The budget grammar: one string says what may be spent on one problem.

    budget   = name ["@" (sizes | level)] [":" key "=" value {"," key "=" value}] {" " ceiling}
    sizes    = size ["x" width] ["+" depth]
    ceiling  = "tokens<=" integer | "usd<=" number | "seconds<=" number

`effort@low` is the only budget whose size is a level. Braces expand to a sweep:
`vote@{1,2,4}:think={256,1024}` is six budgets.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from harness.core import UsageError

_HEAD = re.compile(r"(?P<name>[a-z][a-z0-9_-]*)(?:@(?P<sizes>[^:]*))?(?::(?P<options>.*))?")
_SIZES = re.compile(r"(?P<n>[0-9]+)(?:x(?P<width>[0-9]+))?(?:\+(?P<depth>[0-9]+))?")
_CEILING = re.compile(r"(?P<what>tokens|usd|seconds)<=(?P<limit>\S+)")
_BRACES = re.compile(r"\{([^{}]*)\}")
LEVELLED = "effort"
_MAX_SWEEP = 1000
_MAX_SIZE = 10**6  # samples of one problem; a larger number is a typo
_MAX_EXPONENT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """One parsed budget; `str()` gives its canonical text, which parses to an equal budget."""

    name: str
    n: int | None = None
    width: int | None = None
    depth: int | None = None
    options: tuple[tuple[str, str], ...] = ()
    ceiling_tokens: int | None = None
    ceiling_usd: Decimal | None = None
    ceiling_seconds: Decimal | None = None
    level: str | None = None

    @classmethod
    def parse(cls, text: str) -> Budget:
        """Parse one budget (no braces); raises UsageError with what is wrong and where."""
        words = text.split()
        if not words:
            raise UsageError("an empty budget: write one such as greedy, vote@16 or think@256")
        head = _HEAD.fullmatch(words[0])
        if head is None:
            raise UsageError(
                f"budget {text!r}: expected name, name@size or name@size:key=value, e.g. vote@16:"
                "think=256"
            )
        budget = cls(name=head["name"], options=_parse_options(head["options"], text))
        if head["sizes"] is not None:
            budget = _with_sizes(budget, head["sizes"], text)
        for word in words[1:]:
            budget = _with_ceiling(budget, word, text)
        return budget

    def with_option(self, key: str, value: str | None) -> Budget:
        """The same budget with another value of an option; None removes the option."""
        kept = {k: v for k, v in self.options if k != key}
        kept |= {} if value is None else {key: value}
        return replace(self, options=tuple(sorted(kept.items())))

    def option(self, key: str) -> str | None:
        """The value of an option as written, or None."""
        return dict(self.options).get(key)

    def without_size(self) -> Budget:
        """The same budget without `n`: what budgets of one family share."""
        return replace(self, n=None)

    def __str__(self) -> str:
        text = self.name if self.level is None else f"{self.name}@{self.level}"
        if self.n is not None:
            text += f"@{self.n}"
            text += f"x{self.width}" if self.width is not None else ""
            text += f"+{self.depth}" if self.depth is not None else ""
        if self.options:
            text += ":" + ",".join(f"{k}={v}" for k, v in self.options)
        for what, limit in self.ceilings:
            text += f" {what}<={limit}"
        return text

    @property
    def ceilings(self) -> list[tuple[str, int | Decimal]]:
        """What is limited (tokens, usd, seconds), each with its limit; empty without a ceiling."""
        limits: list[tuple[str, int | Decimal | None]] = [
            ("tokens", self.ceiling_tokens),
            ("usd", self.ceiling_usd),
            ("seconds", self.ceiling_seconds),
        ]
        return [(what, limit) for what, limit in limits if limit is not None]


def _with_sizes(budget: Budget, sizes: str, text: str) -> Budget:
    if budget.name == LEVELLED:
        if not re.fullmatch("[a-z]+", sizes):
            raise UsageError(f"budget {text!r}: write a level after '@', such as effort@low")
        return replace(budget, level=sizes)
    match = _SIZES.fullmatch(sizes)
    if match is None:
        raise UsageError(
            f"budget {text!r}: {'nothing' if not sizes else repr(sizes)} after '@' is not a size; "
            "write a number, such as vote@16 (or beam@16x4)"
        )
    n, width, depth = (None if size is None else int(size[:9]) for size in match.groups())
    if (n or 0) * (width or 1) * (depth or 1) > _MAX_SIZE:
        raise UsageError(f"budget {text!r}: more than {_MAX_SIZE} samples of one problem")
    return replace(budget, n=n, width=width, depth=depth)


def _parse_options(options: str | None, text: str) -> tuple[tuple[str, str], ...]:
    if options is None:
        return ()
    pairs: dict[str, str] = {}
    for item in options.split(","):
        key, eq, value = item.partition("=")
        if not (eq and key and value):
            raise UsageError(f"budget {text!r}: option {item!r} is not of the form key=value")
        if key in pairs:
            raise UsageError(f"budget {text!r}: option {key!r} is given twice")
        pairs[key] = _canonical(value)
    return tuple(sorted(pairs.items()))


def _canonical(value: str) -> str:
    """One spelling per number (0.70 and .7 are 0.7); words are unchanged."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > _MAX_EXPONENT:
        return value
    text = f"{number.normalize():f}"
    return "0" if text == "-0" else text


def _with_ceiling(budget: Budget, word: str, text: str) -> Budget:
    match = _CEILING.fullmatch(word)
    if match is None:
        raise UsageError(
            f"budget {text!r}: cannot parse {word!r}; write a ceiling after a space: "
            "tokens<=4000, usd<=0.02 or seconds<=30"
        )
    try:
        limit = Decimal(match["limit"])
    except InvalidOperation:
        limit = Decimal("NaN")
    sane = limit.is_finite() and limit > 0 and abs(limit.adjusted()) <= _MAX_EXPONENT
    if not sane or (match["what"] == "tokens" and limit != limit.to_integral_value()):
        raise UsageError(f"budget {text!r}: {word!r} needs a positive number")
    if getattr(budget, f"ceiling_{match['what']}") is not None:
        raise UsageError(f"budget {text!r}: {match['what']}<= is given twice")
    if match["what"] == "tokens":
        return replace(budget, ceiling_tokens=int(limit))
    exact = Decimal(_canonical(match["limit"]))
    if match["what"] == "usd":
        return replace(budget, ceiling_usd=exact)
    return replace(budget, ceiling_seconds=exact)


def expand(texts: str | Iterable[str]) -> list[Budget]:
    """All budgets of one or several strings, braces expanded, in order, each once."""
    budgets: dict[Budget, None] = {}
    for text in [texts] if isinstance(texts, str) else texts:
        parts = _BRACES.split(text)
        if any("{" in part or "}" in part for part in parts[::2]):
            raise UsageError(f"budget {text!r}: braces do not match; write vote@{{1,2,4}}")
        choices = [part.split(",") for part in parts[1::2]]
        count = 1
        for choice in choices:
            count *= len(choice)
        if count > _MAX_SWEEP:
            raise UsageError(f"budget {text!r} expands to {count} budgets; at most {_MAX_SWEEP}")
        for picked in itertools.product(*choices):
            pieces = [*itertools.chain(*zip(parts[::2], picked, strict=False)), parts[-1]]
            budgets[
                Budget.parse("".join(p.strip() if i % 2 else p for i, p in enumerate(pieces)))
            ] = None
    return list(budgets)
