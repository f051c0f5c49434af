"""Training examples: drawn from the training part of the generated tasks, without end.

Three kinds of turn share the data: a full thought with its answer; a thought cut at a random token
and answered all the same, so that forced thinking is never worse than none; and a direct answer.
Where a thought was cut or left out, its end mark is not learned: only the budget cuts.

A model is taught the lessons; one that knows them can go on with the drill, whose direct answers
teach a shortcut (`drilled`).
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterator, Sequence
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
from harness.tasks.decimals._words import ANSWER
from harness.train.school import school_problem, school_turn
from harness.train.thoughts import compare, evaluate
from harness.train.tokens import ASSISTANT, END_THINK, EOS, THINK, USER, encode

Levels = tuple[tuple[str, tuple[str, ...]], ...]

# Levels of the design that the models are at home in, and their share; the rest comes from all.
HOME: Levels = (
    ("ask", ("larger", "smaller")),
    ("language", ("en",)),
    ("prompt", ("direct", "steps", "options")),
    ("context", ("plain", "version")),
)
HOME_SHARE = 0.5
SORTS = 0.4  # share of the drawn sorting problems that is kept: their thoughts are long
EARLY, FIRST = 0.5, 10  # share of cut thoughts that end within their first few tokens
EASY = 0.97  # share of directly answered comparisons for which the shortcut is right
# What is drilled, and where the drill is at home. Of a factor named twice the later levels hold.
DRILLED: Levels = (
    ("ask", ("true", "false")),
    ("pattern", ("unequal", "prefix", "trailing", "leading")),
)
PLAIN: Levels = (*HOME, ("context", ("plain",)))

IGNORED = -100  # label of a token that is not learned

Drawn = TypeVar("Drawn", bound=Keyed)


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of what the turns are about, and of their kinds.

    The rest of `arithmetic` and `school` (problems of traps) compares decimals; the rest of
    `full` thoughts and `cut` ones is answered directly. Of the comparisons answered directly a
    share of `drilled` are statements of the drill; in the first `focus` pools every other turn is,
    in plain English.
    """

    name: str
    arithmetic: float
    school: float
    full: float
    cut: float
    home: Levels = HOME
    drilled: float = 0.0
    focus: int = 0


LESSONS = Mix("lessons", 0.3, 0.25, 0.45, 0.35)
"""What a model is trained on from nothing."""

_ASKED = ("larger", "smaller", "true", "false")
DRILL = Mix("drill", 0.3, 0.15, 0.3, 0.25, (*HOME, ("ask", _ASKED)), drilled=0.7, focus=10)
"""What a trained model goes on with."""


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids, and the same ids as labels where the token is to be learned."""

    ids: list[int]
    labels: list[int]


def examples(seed: int, pool: int, mix: Mix = LESSONS) -> Iterator[Example]:
    """Endless examples; `pool` numbers the piece of the stream, so that it can be entered there."""
    stage = () if mix is LESSONS else (mix.name,)
    rng = random.Random(derive_seed("train", *stage, seed, pool))
    while True:
        focused = pool < mix.focus and rng.random() < 0.5
        yield drilled(rng, PLAIN) if focused else example(rng, mix)


def example(rng: random.Random, mix: Mix = LESSONS) -> Example:
    """One training turn."""
    kind = rng.random()
    direct = kind >= mix.full + mix.cut
    task = _task(rng, mix)
    if task == "traps":
        question, thought, answer = school_turn(rng)
    elif task == "arithmetic":
        item = _draw(rng, draw_expression)
        question, thought = item.question + ARITHMETIC_ENDING, evaluate(item)
        answer = f"{ANSWER['en']}{item.gold}"
    else:
        if direct and mix.drilled and rng.random() < mix.drilled:
            return drilled(rng, PLAIN if rng.random() < HOME_SHARE else ())
        tempting = rng.random() >= (EASY if direct else 0.5)
        compared = _draw(rng, lambda r: draw_item(r, _cell(r, tempting, mix.home)))
        question, thought = compared.prompt, compare(compared)
        answer = f"{ANSWER[compared.cell.language]}{compared.gold}"
    if kind < mix.full:
        keep = None
    elif direct:
        keep = 0
    else:
        longest = min(FIRST, len(thought)) if rng.random() < EARLY else len(thought)
        keep = rng.randint(1, longest)
    return turn(question, thought, answer, keep)


def _task(rng: random.Random, mix: Mix = LESSONS) -> str:
    share = rng.random()
    return (
        "arithmetic"
        if share < mix.arithmetic
        else "traps"
        if share < mix.arithmetic + mix.school
        else "decimals"
    )


def drilled(rng: random.Random, levels: Levels) -> Example:
    """A statement about a longer and a shorter number, to be judged without a thought.

    The hasty reading (`harness.tasks.decimals._numbers.hasty`) is right in all of them. Who answers
    may look at little but lengths, with no harm done here, and then holds that 9.11 is larger than
    9.8.
    """
    choices = _cells(False, (*levels, *DRILLED))
    item = _draw(rng, lambda r: _unless_as_long(draw_item(r, r.choice(choices))))
    return turn(item.prompt, "", f"{ANSWER[item.cell.language]}{item.gold}", 0)


def _unless_as_long(item: Item | None) -> Item | None:
    return item if item is not None and len({*map(places, item.pair)}) == 2 else None


def _cell(rng: random.Random, tempting: bool, home: Levels) -> Cell:
    """A cell of the design for which the shortcut is wrong, or right."""
    levels = home if rng.random() < HOME_SHARE else ()
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
    tempting = rng.random() >= 0.5
    item = _draw(rng, lambda r: draw_item(r, _cell(r, tempting, HOME)))
    return task, decimals_problem(name, item)


def _draw(rng: random.Random, draw: Callable[[random.Random], Drawn | None]) -> Drawn:
    """One item of the training part."""
    while True:
        item = draw(rng)
        if item is not None and part_of(item.key) == "training":
            return item


def batches(
    seed: int, start: int, batch_tokens: int, mix: Mix = LESSONS
) -> Iterator[tuple[int, list[list[Example]]]]:
    """Numbered pools of batches from pool `start` on.

    A pool's examples are sorted by length and cut into batches of at most `batch_tokens` tokens,
    padding included; the batches come in random order.
    """
    pool = start
    while True:
        stream = examples(seed, pool, mix)
        drawn = sorted((next(stream) for _ in range(2048)), key=lambda e: len(e.ids))
        cut: list[list[Example]] = [[]]
        for one in drawn:
            if (len(cut[-1]) + 1) * len(one.ids) > batch_tokens:
                cut.append([])
            cut[-1].append(one)
        random.Random(derive_seed("order", seed, pool)).shuffle(cut)
        yield pool, cut
        pool += 1
