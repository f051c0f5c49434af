"""Shared code of generated tasks: options, disjoint buckets, and unique items by index.

Content is split by a hash into an evaluation part and a training part, so that a model trained by
`harness.train` has never seen a problem of the generated tasks.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, Protocol, TypeVar

from harness.core import UnknownNameError, UsageError
from harness.core.hashing import derive_seed

Part = Literal["evaluation", "training"]
EVALUATION_BUCKETS = 64  # of 256: a quarter of all contents is for evaluation only
DEFAULT_COUNT = 400
_MAX_TRIES = 20_000


class Keyed(Protocol):
    """An item with a canonical content, whatever its wording."""

    @property
    def key(self) -> str:
        """The same for all wordings and orders of one content."""
        ...


Item = TypeVar("Item", bound=Keyed)


def part_of(key: str, evaluation: int = EVALUATION_BUCKETS) -> Part:
    """The part that a content belongs to: the first byte of its SHA-256 decides.

    `evaluation` of the 256 values of that byte are for evaluation.
    """
    bucket = hashlib.sha256(key.encode()).digest()[0]
    return "evaluation" if bucket < evaluation else "training"


def distinct_items(
    name: str, seed: int, draw: Callable[[random.Random], Item | None], part: Part
) -> Iterator[Item]:
    """Endless items with distinct keys; item i depends only on `name`, `seed` and i.

    `draw` makes one candidate from a generator, or None if the draw is unusable. Raises
    UsageError if no further distinct item is found.
    """
    seen: set[str] = set()
    for index in itertools.count():
        rng = random.Random(derive_seed(name, seed, index))  # not a secret: repeatable draws
        for _ in range(_MAX_TRIES):
            item = draw(rng)
            if item is not None and part_of(item.key) == part and item.key not in seen:
                break
        else:
            raise UsageError(
                f"{name} has no more than {index} distinct problems with these options: "
                "ask for fewer ({limit}) or widen the options",
                limit=...,
            )
        seen.add(item.key)
        yield item


def check_options(task: str, options: Mapping[str, str], known: Sequence[str]) -> None:
    """Raise UsageError for an option that the task does not have."""
    for name in options:
        if not known:
            raise UsageError(f"task {task} has no options: leave :{name}={options[name]} out")
        if name not in known:
            raise UnknownNameError(f"option of task {task}", name, known)


def whole(task: str, options: Mapping[str, str], name: str, default: int, low: int = 0) -> int:
    """A whole-number option, at least `low`."""
    text = options.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < low:
        raise UsageError(f"task {task}: {name}={text} must be a whole number, {low} or more")
    return int(text)
