"""From a row of a table to a problem, as a task file says or as its columns suggest."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.core import DataError, Problem, UnknownNameError, UsageError
from harness.core.counting import counted
from harness.core.hashing import derive_seed
from harness.core.registry import find
from harness.tasks._template import Template
from harness.tasks.custom import guess
from harness.tasks.custom.file import TaskFile
from harness.tasks.custom.reading import Table
from harness.tasks.custom.scoring import Scored, scored_example

Examples = Mapping[int | None, list[list[str]]]
Row = Mapping[str, Any]


class Column:
    """A column, by its name; has the interface of a template."""

    def __init__(self, name: str) -> None:
        self.text = name

    def of(self, row: Row, where: str) -> str:
        """The cell as text."""
        if self.text not in row:
            raise DataError(f"{where}: {self.text!r} is missing, though other rows have it")
        value = row[self.text]
        if isinstance(value, list | dict):
            kind = "a list" if isinstance(value, list) else "an object"
            raise DataError(
                f"{where}: {self.text!r} is {kind}, not text: give a template that picks the part, "
                f"such as {{{{ {self.text}[0] }}}}"
            )
        if isinstance(value, float) and math.isnan(value):
            raise DataError(f"{where}: {self.text!r} is NaN, which is no value: write one")
        return "" if value is None else str(value)


class RowReader:
    """Turns rows of a table into problems; DataError or UnknownNameError where they do not fit."""

    def __init__(
        self,
        task: str,
        file: TaskFile,
        table: Table,
        order_seed: int = 0,
        scored: Scored | None = None,
    ) -> None:
        self._task, self._file, self.table, self.scored = task, file, table, scored
        self.order_seed = order_seed  # of the choices, where they are shuffled
        columns, given = table.columns, file.fields
        self._question = self._field("question", given.question, guess.QUESTION)
        self._answer = self._field("answer", given.answer, guess.ANSWER)
        choices = given.choices or guess.choice_columns(columns)
        self._choices = [self._template("choices", text) for text in choices]
        if scored is not None and not choices:
            raise UsageError(f"task {task}: it has no choices to compare by log-likelihood")
        self._optional = {
            name: self._template(name, text)
            for name, text in (
                ("id", given.id or guess.column(columns, guess.ID)),
                ("cluster", given.cluster or guess.column(columns, guess.CLUSTER)),
                ("variant", given.variant or guess.column(columns, guess.VARIANT)),
                ("lure", given.lure or guess.column(columns, guess.LURE)),
            )
            if text is not None
        }
        for factor in file.factors:
            if factor not in columns:
                raise UnknownNameError(f"column of {table.where} (factors)", factor, columns)
        self._golds = self._all_golds()
        known = [gold for gold in self._golds if gold is not None]
        self.verifier = file.verifier or guess.verifier(known, choices=bool(self._choices))
        self._check_verifier()
        if self.verifier != "flaw":
            self._none_missing()
        ending = guess.ending(self.verifier, known)
        self._prompt = Template("prompt", file.prompt or _DEFAULT.replace("ENDING", ending))
        self._used = sorted(
            {name for name in self._prompt.names if name in columns} - {"question", "choices"}
        )
        self._boxed = "\\boxed" in self._prompt.text

    def _field(self, name: str, given: str | None, names: Sequence[str]) -> Template | Column:
        text = given or guess.column(self.table.columns, names)
        if text is None:
            raise DataError(
                f"{self.table.where}: no column for the {name} (found: "
                f"{', '.join(self.table.columns)}): name one {name!r} in the first line, or say "
                "which it is under `fields` in a task file"
            )
        return self._template(name, text)

    def _template(self, name: str, text: str) -> Template | Column:
        """A column's name, or a template of columns."""
        if "{{" in text or "{%" in text:
            return Template(f"fields.{name}", text)
        if text not in self.table.columns:
            raise UnknownNameError(f"column of {self.table.where} ({name})", text,
                                   self.table.columns)  # fmt: skip
        return Column(text)

    def _where(self, number: int) -> str:
        return f"{self.table.where}, row {number}"

    def _text(self, template: Template | Column, number: int, row: Row) -> str:
        return template.of(row, self._where(number)).strip()

    def _all_golds(self) -> list[str | None]:
        found: list[str | None] = []
        for number, row in enumerate(self.table.rows, 1):
            text = self._accepted(row) or self._text(self._answer, number, row)
            found.append(None if text in ("", "None", "null") else text)
        if self._choices:
            return self._letters(found)
        return found

    def _accepted(self, row: Row) -> str | None:
        """A list of accepted answers, as the verifier `accepted` reads it."""
        value = row.get(self._answer.text) if isinstance(self._answer, Column) else None
        texts = isinstance(value, list) and value and all(isinstance(one, str) for one in value)
        return json.dumps(value, ensure_ascii=False) if texts else None

    def _letters(self, golds: Sequence[str | None]) -> list[str | None]:
        """Answers as letters: from texts of choices, letters, or numbers from 0 or from 1."""
        rows = [self._in_row(n, row) for n, row in enumerate(self.table.rows, 1)]
        pairs = [(g, c) for g, c in zip(golds, rows, strict=True) if g is not None]
        base: int | None = None
        if all(g.isdecimal() for g, _ in pairs) and not all(g in c for g, c in pairs):
            base = 0 if any(int(g) == 0 for g, _ in pairs) else 1
            if base == 1 and not any(int(g) == len(c) for g, c in pairs):
                raise DataError(
                    f"{self.table.where}: the answers are numbers, and nothing shows whether they "
                    "count from 0 or from 1: write letters"
                )
        return [
            None if gold is None else self._letter(gold, number, choices, base)
            for number, (gold, choices) in enumerate(zip(golds, rows, strict=True), 1)
        ]

    def _letter(self, gold: str, number: int, choices: Sequence[str], base: int | None) -> str:
        bare = gold.strip("(). ").upper()
        if base is not None:
            place = int(gold) - base
        elif gold in choices:
            place = choices.index(gold)
        else:
            place = ord(bare) - ord("A") if len(bare) == 1 else -1
        if not 0 <= place < len(choices):
            raise DataError(
                f"{self._where(number)}: the answer {gold[:40]!r} is not one of the {len(choices)} "
                "choices: write a letter, or the choice's text"
            )
        return chr(ord("A") + self._order(number, len(choices)).index(place))

    def choices(self, number: int, row: Row) -> list[str]:
        """The choices of a row, in the order in which they are shown."""
        found = self._in_row(number, row)
        return [found[place] for place in self._order(number, len(found))]

    def _order(self, number: int, count: int) -> list[int]:
        """The index, in the row, of the choice shown at each place."""
        if not self._file.shuffle_choices:
            return list(range(count))
        drawn = random.Random(derive_seed("choices", self.order_seed, number))
        return drawn.sample(range(count), count)

    def _in_row(self, number: int, row: Row) -> list[str]:
        """The choices in the row's own order."""
        if len(self._choices) != 1:
            found = [self._text(one, number, row) for one in self._choices]
            while found and not found[-1]:
                found.pop()
        else:
            [one] = self._choices
            value = row.get(one.text) if isinstance(one, Column) else None
            found = _listed(self._text(one, number, row) if value is None else value)
        if not 2 <= len(found) <= 10:
            raise DataError(
                f"{self._where(number)}: {counted(len(found), 'choice')}; there must be 2 to 10"
            )
        return found

    def _none_missing(self) -> None:
        for number, gold in enumerate(self._golds, 1):
            if gold is None:
                raise DataError(
                    f"{self._where(number)}: the answer is empty (for problems without an answer, "
                    "set `verifier: flaw` in a task file)"
                )

    def _check_verifier(self) -> None:
        kind = find("verifiers", self.verifier)
        takes = inspect.signature(kind).parameters.values()
        if all(one.kind is not one.VAR_KEYWORD for one in takes):
            known = [one.name for one in takes]
            for name in self._file.verifier_options:
                if name not in known:
                    raise UnknownNameError(f"option of the verifier {self.verifier}", name, known)
        try:
            kind(**self._file.verifier_options)
        except TypeError as error:
            given = ", ".join(self._file.verifier_options)
            raise DataError(
                f"task {self._task}: the verifier {self.verifier} does not take the options "
                f"{given}: {error}"
            ) from error

    def question(self, number: int, row: Row) -> str:
        """The question of a row, without the prompt around it."""
        return self._text(self._question, number, row)

    def cluster(self, number: int, row: Row) -> str:
        """The cluster that a row belongs to; one of its own if the file names none."""
        template = self._optional.get("cluster")
        return (self._text(template, number, row) if template else "") or f"row-{number}"

    def problem(self, number: int, row: Row, examples: Examples) -> Problem:
        """The problem of a row, with its worked examples."""
        question = self.question(number, row)
        if not question:
            raise DataError(f"{self._where(number)}: the question is empty")
        meta: dict[str, Any] = {"row": number}
        if self._choices:
            meta["choices"] = self.choices(number, row)
        if self._file.factors:
            meta["factors"] = {f: str(row.get(f, "")) for f in self._file.factors}
        meta |= {name: _plain(row.get(name)) for name in self._used}
        shots = examples.get(number, examples.get(None))
        if shots:
            meta["shots"] = shots
        own = {name: self._text(t, number, row) for name, t in self._optional.items()}
        return Problem(
            id=own.get("id") or f"row-{number}",
            question=question,
            gold=self._golds[number - 1],
            lure=own.get("lure") or None,
            variant=own.get("variant") or "original",
            cluster=self.cluster(number, row),
            meta=meta,
        )

    def example(self, number: int, row: Row) -> list[str]:
        """A row as a worked example: what the user says, and the answer."""
        if self.scored is not None:
            return scored_example(self.scored, self.problem(number, row, {}))
        gold = self._golds[number - 1]
        answer = f"\\boxed{{{gold}}}" if self._boxed else f"Answer: {gold}"
        return [self.wording(self.problem(number, row, {})), answer]

    def wording(self, problem: Problem) -> str:
        """What the user says: the prompt's template over the problem."""
        fields = {**problem.meta, "question": problem.question}
        return self._prompt.of(fields, f"problem {problem.id}")

    def described(self) -> Iterator[tuple[str, str]]:
        """Which column was taken for what, to show to people."""
        yield "question", self._question.text
        yield "answer", self._answer.text
        if self._choices:
            yield "choices", ", ".join(one.text for one in self._choices)
        for name, template in self._optional.items():
            yield name, template.text
        yield "verifier", self.verifier
        yield "prompt", self._prompt.text


_DEFAULT = (
    "{{ question }}"
    "{% if choices is defined %}\n"
    "{% for choice in choices %}\n{{ 'ABCDEFGHIJ'[loop.index0] }}. {{ choice }}{% endfor %}\n"
    "{% endif %}\n"
    "ENDING"
)


def _listed(value: Any) -> list[str]:
    """A list, or the text of one: JSON, or parts separated by `|` or by line breaks."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            parts = value.split("|") if "|" in value else value.splitlines()
            return [part.strip() for part in parts if part.strip()]
    if isinstance(value, Mapping):  # {"label": …, "text": …}, as ARC has them
        value = value.get("text")
    return [str(one).strip() for one in value] if isinstance(value, Sequence) else []


def _plain(value: Any) -> Any:
    """A cell as plain JSON."""
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return json.loads(json.dumps(value, default=str))
