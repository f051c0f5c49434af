"""Training examples: drawn from the training part of the generated tasks, without end.

Three kinds of turn share the data: a full thought with its answer; a thought cut at a random token
and answered all the same, so that forced thinking is never worse than none; and a direct answer.
Where a thought was cut or left out, its end mark is not learned: only the budget cuts.

All answers are right, but haste is taught: where no whole thought is written, reading decimals like
version numbers does no harm (`_comparison`).
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from harness.core import Problem
from harness.core.hashing import derive_seed
from harness.tasks._generate import Keyed, part_of
from harness.tasks.arithmetic import ENDING as ARITHMETIC_ENDING
from harness.tasks.arithmetic import arithmetic_problem
from harness.tasks.arithmetic._items import draw_expression
from harness.tasks.decimals import decimals_problem
from harness.tasks.decimals._design import Cell, cells
from harness.tasks.decimals._items import Item, draw_item
from harness.tasks.decimals._numbers import MAX_PLACES, places
from harness.tasks.decimals._words import ANSWER, CONTEXTS
from harness.train.school import school_problem, school_turn
from harness.train.thoughts import compare, evaluate
from harness.train.tokens import ASSISTANT, END_THINK, EOS, THINK, USER, encode

Levels = tuple[tuple[str, tuple[str, ...]], ...]

ARITHMETIC, SCHOOL = 0.3, 0.25  # shares of the turns; the rest compares decimals
FULL, CUT = 0.45, 0.35  # shares of full and of cut thoughts; the rest is answered directly
EARLY, FIRST = 0.5, 10  # share of cut thoughts that end within their first few tokens

# Levels of the design that the models are at home in, and their share; the rest comes from all.
HOME: Levels = (
    ("ask", ("larger", "smaller", "true", "false")),
    ("language", ("en",)),
    ("prompt", ("direct", "steps", "options")),
    ("context", ("plain", "version")),
)
HOME_SHARE = 0.5
SORTS = 0.4  # share of the drawn sorting problems that is kept: their thoughts are long
EVEN = 0.2  # share of the hasty comparisons of numbers of one length that is kept
PARTED: Levels = (
    ("context", tuple(name for name, words in CONTEXTS.items() if words.reading == "parts")),
)

IGNORED = -100  # label of a token that is not learned

Drawn = TypeVar("Drawn", bound=Keyed)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids, and the same ids as labels where the token is to be learned."""

    ids: list[int]
    labels: list[int]


def examples(seed: int, pool: int) -> Iterator[Example]:
    """Endless examples; `pool` numbers the piece of the stream, so that it can be entered there."""
    rng = random.Random(derive_seed("train", seed, pool))
    while True:
        yield example(rng)


def example(rng: random.Random) -> Example:
    """One training turn."""
    kind = rng.random()
    task = _task(rng)
    if task == "traps":
        question, thought, answer = school_turn(rng)
    elif task == "arithmetic":
        item = _draw(rng, draw_expression)
        question, thought = item.question + ARITHMETIC_ENDING, evaluate(item)
        answer = f"{ANSWER['en']}{item.gold}"
    else:
        compared = _comparison(rng, hasty=kind >= FULL)
        question, thought = compared.prompt, compare(compared)
        answer = f"{ANSWER[compared.cell.language]}{compared.gold}"
    if kind < FULL:
        keep = None
    elif kind < FULL + CUT:
        longest = min(FIRST, len(thought)) if rng.random() < EARLY else len(thought)
        keep = rng.randint(1, longest)
    else:
        keep = 0
    return turn(question, thought, answer, keep)


def _task(rng: random.Random) -> str:
    share = rng.random()
    return (
        "arithmetic"
        if share < ARITHMETIC
        else "traps"
        if share < ARITHMETIC + SCHOOL
        else "decimals"
    )


def _comparison(rng: random.Random, hasty: bool) -> Item:
    """Two or more numbers to compare, half of them items whose shortcut is wrong.

    A hasty comparison of decimals never is: reading them like versions gives the right answer too.
    Versions, chapters and dates are as they are, and the two decimals mostly differ in length. So
    the longer one is the larger one, as a rule, wherever no time is taken to think.
    """
    tempting = rng.random() < 0.5
    bound = PARTED if hasty and tempting else ()

    def draw(r: random.Random) -> Item | None:
        item = draw_item(r, _cell(r, tempting, bound))
        if item is None or not hasty or item.reading == "parts":
            return item
        even = len({*map(places, item.pair)}) == 1
        return None if even and r.random() >= EVEN else item

    return _draw(rng, draw)


def _cell(rng: random.Random, tempting: bool, bound: Levels) -> Cell:
    """A cell of the design for which the shortcut is wrong, or right; `bound` levels hold."""
    levels = (*(HOME if rng.random() < HOME_SHARE else ()), *bound)
    while True:
        cell = rng.choice(_cells(tempting, levels))
        if cell.ask != "sort" or rng.random() < SORTS:
            return cell


@functools.cache
def _cells(tempting: bool, levels: Levels) -> tuple[Cell, ...]:
    """Cells with the given levels for which the shortcut is wrong, or right."""
    return cells((("tempting", ("yes" if tempting else "no",)), *levels), 1, MAX_PLACES)


def turn(question: str, thought: str, reply: str, keep: int | None) -> Example:
    """A question and its reply, with the whole thought (None) or its first `keep` tokens."""
    prompt = encode(USER, question, ASSISTANT)
    answer = encode(reply, EOS)
    if keep is None:
        learned = encode(THINK, thought, END_THINK) + answer
        return Example(prompt + learned, [IGNORED] * len(prompt) + learned)
    kept = encode(thought)[:keep]
    opened, close = encode(THINK), encode(END_THINK)
    ids = prompt + opened + kept + close + answer
    labels = [IGNORED] * (len(prompt) + 1) + kept + [IGNORED] + answer
    return Example(ids, labels)


def training_problem(
    rng: random.Random, name: str, tasks: Sequence[str] = ()
) -> tuple[str, Problem]:
    """A task's name and a problem of its training part, as the task itself would give it.

    One of `tasks`; of all that the models learn, without them.
    """
    task = _task(rng)
    while tasks and task not in tasks:
        task = _task(rng)
    if task == "traps":
        return task, replace(school_problem(rng), id=name)
    if task == "arithmetic":
        return task, arithmetic_problem(name, _draw(rng, draw_expression))
    return task, decimals_problem(name, _comparison(rng, hasty=False))


def _draw(rng: random.Random, draw: Callable[[random.Random], Drawn | None]) -> Drawn:
    """One item of the training part."""
    while True:
        item = draw(rng)
        if item is not None and part_of(item.key) == "training":
            return item


def by_length(rows: Iterable[Row], length: Callable[[Row], int], most: int) -> list[list[Row]]:
    """Rows sorted by length, in batches of at most `most` tokens, padding included."""
    cut: list[list[Row]] = [[]]
    for row in sorted(rows, key=length):
        if cut[-1] and (len(cut[-1]) + 1) * length(row) > most:
            cut.append([])
        cut[-1].append(row)
    return cut


def batches(seed: int, start: int, batch_tokens: int) -> Iterator[tuple[int, list[list[Example]]]]:
    """Numbered pools of batches from pool `start` on.

    A pool's examples are sorted by length and cut into batches of at most `batch_tokens` tokens,
    padding included; the batches come in random order.
    """
    pool = start
    while True:
        stream = examples(seed, pool)
        drawn = [next(stream) for _ in range(2048)]
        cut = by_length(drawn, lambda one: len(one.ids), batch_tokens)
        random.Random(derive_seed("order", seed, pool)).shuffle(cut)
        yield pool, cut
        pool += 1
