"""Drawing an item of a cell: its numbers, its question, its gold answer and its lure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from harness.tasks.decimals._design import LONGEST, Cell, heads, writable
from harness.tasks.decimals._numbers import (
    MAX_PLACES,
    SHORTCUT,
    TRUE_ORDER,
    Key,
    Reading,
    decided_at,
    draw_more,
    draw_pair,
    places,
)
from harness.tasks.decimals._words import (
    CONTEXTS,
    ENDINGS,
    EQUAL,
    FALSE,
    FRAMES,
    INSTRUCTIONS,
    TRUE,
    Words,
)

FORMS = {"true": "judge", "false": "judge", "sort": "sort"}  # the others pick a number
SEPARATOR = ", "


@dataclass(frozen=True, slots=True)
class Item:
    """Numbers as written, in order of mention, and what is asked about them.

    `pair` are the two numbers with the cell's pattern. `relation` (larger, smaller, equal) is
    what a statement claims, or the direction of a pick or of a sorted list's end.
    """

    cell: Cell
    numbers: tuple[str, ...]
    pair: tuple[str, str]
    relation: str
    frame: int

    @property
    def form(self) -> str:
        """pick, judge or sort."""
        return FORMS.get(self.cell.ask, "pick")

    @property
    def reading(self) -> Reading:
        """How the context orders numbers."""
        return CONTEXTS[self.cell.context].reading

    @property
    def key(self) -> str:
        """The values, smallest first: the same for all wordings, contexts and trailing zeros."""
        return "decimals " + " ".join(
            f"{v.normalize():f}" for v in sorted(map(Decimal, self.numbers))
        )

    @property
    def gold(self) -> str:
        """The right answer."""
        return self._answer(TRUE_ORDER[self.reading])

    @property
    def lure(self) -> str | None:
        """The shortcut's answer if it is wrong; None if the shortcut is right."""
        answer = self._answer(SHORTCUT[self.reading])
        if self.form == "sort":
            order = TRUE_ORDER[self.reading]
            right, hasty = ([order(n) for n in t.split(SEPARATOR)] for t in (self.gold, answer))
            return None if right == hasty else answer
        return None if answer == self.gold else answer

    def _answer(self, key: Key) -> str:
        language = self.cell.language
        if self.form == "sort":
            ordered = sorted(self.numbers, key=key, reverse=self.relation == "smaller")
            return SEPARATOR.join(ordered)
        a, b = self.numbers
        sign = (key(a) > key(b)) - (key(a) < key(b))
        if self.form == "judge":
            claimed = {"larger": 1, "smaller": -1, "equal": 0}[self.relation]
            return (TRUE if sign == claimed else FALSE)[language]
        if sign == 0:
            return EQUAL[language]
        return a if (sign > 0) == (self.relation == "larger") else b

    @property
    def leads(self) -> bool:
        """Whether the number that `Cell.order` refers to is mentioned first."""
        key = TRUE_ORDER[self.reading]
        if self.form == "sort":
            return bool(key(self.numbers[0]) == key(self.gold.split(SEPARATOR)[0]))
        a, b = self.numbers
        if key(a) == key(b):
            return places(a) > places(b)
        return bool(key(a) > key(b)) if self.form == "judge" else self.gold == a

    @property
    def question(self) -> str:
        """The question, without instructions."""
        words: Words = getattr(CONTEXTS[self.cell.context], self.cell.language)
        frames = FRAMES[self.cell.language][self.form]
        frame = frames[-1 if self.cell.prompt == "options" else self.frame % (len(frames) - 1)]
        written = [words.item.format(n) for n in self.numbers]
        ends = (words.low, words.high)
        start, end = ends if self.relation == "larger" else ends[::-1]
        return frame.format(
            noun=words.noun,
            nouns=words.nouns,
            word=self._word(words),
            relation=self._claim(words, written),
            a=written[0],
            b=written[1],
            list=SEPARATOR.join(written),
            start=start,
            end=end,
        )

    def _word(self, words: Words) -> str:
        if self.cell.ask == "closer":
            return f"closer to {words.ten}" if self.cell.language == "en" else f"接近{words.ten}"
        return words.smaller if self.relation == "smaller" else words.larger

    def _claim(self, words: Words, written: Sequence[str]) -> str:
        """What comes between (English) or after (Chinese) the numbers of a statement."""
        if self.cell.language == "en":
            return words.equal if self.relation == "equal" else f"is {self._word(words)} than"
        b = written[1]
        return f"与{b}{words.equal}" if self.relation == "equal" else f"比{b}{self._word(words)}"

    @property
    def prompt(self) -> str:
        """The question, the prompt condition's instruction, and the answer format."""
        language = self.cell.language
        return prompt_text(self.question, self.cell.prompt, language, self.form)

    @property
    def cluster(self) -> str:
        """The digit pattern: its name, its lengths and its deciding place."""
        short, long = sorted(map(places, self.pair))
        return f"{self.cell.pattern} {short}-{long}@{decided_at(*self.pair)}"


def prompt_text(question: str, condition: str, language: str, form: str) -> str:
    """The prompt sent to the model."""
    parts = [question, INSTRUCTIONS[condition][language], ENDINGS[language][form]]
    return "\n".join(part for part in parts if part)


def draw_item(rng: random.Random, cell: Cell, low: int = 1, high: int = MAX_PLACES) -> Item | None:
    """One item of a cell with `low` to `high` places; None if the draw is unusable."""
    high = min(high, LONGEST[cell.context])
    wholes = heads(cell.context, cell.ask, rng)
    pair = draw_pair(rng, cell.pattern, low, high, wholes)
    if pair is None:
        return None
    numbers: tuple[str, ...] = pair
    if cell.ask == "sort":
        numbers = (*pair, *draw_more(rng, pair, rng.randint(1, 3), low, high))
        numbers = tuple(rng.sample(numbers, len(numbers)))
    frame = rng.randrange(12)
    relations = _relations(cell, wholes)
    ways = [(order, relation) for order in (numbers, numbers[::-1]) for relation in relations]
    rng.shuffle(ways)
    if not writable(numbers, cell.context):
        return None
    made = (Item(cell, order, pair, relation, frame) for order, relation in ways)
    return next(filter(_fits, made), None)


def _relations(cell: Cell, wholes: Sequence[int]) -> tuple[str, ...]:
    """What may be asked or claimed in a cell."""
    if cell.ask == "closer":  # to ten: the larger below it, the smaller above it
        below = cell.pattern == "negative" or max(wholes) < 10
        return ("larger",) if below else ("smaller",)
    if cell.ask in ("larger", "smaller"):
        return (cell.ask,)
    if cell.ask == "sort" or cell.pattern not in ("equal", "trailing", "leading"):
        return ("larger", "smaller")
    return ("larger", "smaller", "equal")


def _fits(item: Item) -> bool:
    """Whether a draw matches its cell."""
    cell = item.cell
    if item.leads != (cell.order == "first"):
        return False
    if cell.ask == "sort":
        values = [TRUE_ORDER[item.reading](n) for n in item.numbers]
        ties = len(values) - len(set(values))
        if ties != (cell.pattern == "equal" and item.reading == "value"):
            return False
    if cell.ask in ("true", "false"):
        words = TRUE if cell.ask == "true" else FALSE
        if item.gold != words[cell.language]:
            return False
    return (item.lure is not None) == (cell.tempting == "yes")
