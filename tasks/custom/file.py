"""The contents of a task file: the frozen dataclasses that it is parsed into."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1)]
Natural = Annotated[int, msgspec.Meta(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A data set on the Hugging Face hub; without a revision, the current one."""

    name: Text
    config: Text | None = None
    split: Text = "test"
    revision: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Where a row has the parts of a problem: a column's name, or a Jinja template of columns.

    `choices` is a column that holds a list, or several columns or templates, one per choice.
    Missing parts are guessed from the columns' names.
    """

    question: Text | None = None
    answer: Text | None = None
    choices: tuple[Text, ...] = ()
    lure: Text | None = None
    id: Text | None = None
    cluster: Text | None = None
    variant: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFile:
    """A task without code.

    `data` is a file next to this one (.csv, .tsv, .jsonl, .json), or `hub` a data set there.
    `prompt` is a Jinja template over `question`, `choices` (a list) and the columns. Choices are
    in the row's order, or shuffled for each row (`shuffle_choices`). `factors` are columns to
    break accuracy down by. `examples` is a file, or a split on the hub, that worked
    examples are drawn from; without it they are other rows.
    """

    summary: str = ""
    version: Text = "1"
    data: Text | None = None
    hub: Hub | None = None
    fields: Fields = field(default_factory=Fields)
    shuffle_choices: bool = False
    factors: tuple[Text, ...] = ()
    prompt: Text | None = None
    system: Text | None = None
    begin: str = ""
    stop: tuple[Text, ...] = ()
    verifier: Text | None = None
    verifier_options: dict[str, Any] = field(default_factory=dict)
    shots: Natural = 0
    examples: Text | None = None
