"""Problems and prompts: what a model is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from harness.core.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A text that may follow a prompt, and whose likelihood is held against the others'.

    `context` is what it follows where that is not the prompt; "" is nothing at all.
    """

    text: str
    context: str | None = None

    def to_json(self) -> list[str]:
        """The text, and its context where it has one."""
        return [self.text] if self.context is None else [self.text, self.context]


@dataclass(frozen=True, slots=True)
class Prompt:
    """The messages that a model sees; the last one is the user's.

    `begin` is the start of the assistant's answer, which the model continues. An answer
    (not thinking) ends at a string of `stop`. `plain`: the last message is the whole text that
    the model continues, without a chat template. `choices` are the answers whose log-likelihoods
    are compared, if no answer is generated.
    """

    messages: tuple[Message, ...]
    begin: str = ""
    stop: tuple[str, ...] = ()
    plain: bool = False
    choices: tuple[Choice, ...] = ()

    @classmethod
    def user(cls, text: str, *, system: str | None = None) -> Prompt:
        """A single question, with an optional system message before it."""
        head = (Message("system", system),) if system else ()
        return cls((*head, Message("user", text)))

    def to_json(self) -> dict[str, Any]:
        """The messages and other settings that identify a run's prompts."""
        turns = [{"role": m.role, "content": m.content} for m in self.messages]
        extra: dict[str, Any] = {
            "begin": self.begin,
            "stop": list(self.stop),
            "plain": self.plain,
            "choices": [choice.to_json() for choice in self.choices],
        }
        return {"messages": turns, **{name: value for name, value in extra.items() if value}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One item of a task.

    `gold` is the right answer; None means that the problem has none, and that the right
    behaviour is to name the flaw. `lure` is the wrong answer that the shortcut gives. Problems of
    one `cluster` tend to be right or wrong together (one template; an original and its traps).
    """

    id: str
    question: str
    gold: str | None
    lure: str | None = None
    variant: str = "original"
    cluster: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.cluster:
            object.__setattr__(self, "cluster", self.id)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, as stored; `Problem(**p.to_json()) == p`."""
        return {
            "id": self.id,
            "question": self.question,
            "gold": self.gold,
            "lure": self.lure,
            "variant": self.variant,
            "cluster": self.cluster,
            "meta": dict(self.meta),
        }

    def digest(self) -> str:
        """Content hash: two problems with the same digest are the same problem."""
        from harness.core.hashing import content_hash  # not needed to grade an answer

        return content_hash("problem", self.to_json())


@dataclass(frozen=True, slots=True)
class DataSource:
    """Where a task loads its problems from.

    `data_dir` is a local folder in the authors' schema, instead of the hub; `limit` the number of
    problems wanted (None: all, or a generated task's own default); `options` what followed the
    task's name: `decimals:seed=7` gives {"seed": "7"}.
    """

    data_dir: Path | None = None
    limit: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskGroup:
    """Tasks that go by one name: `members` are theirs.

    `weighted`: the group's accuracy is the mean of theirs weighted by their problems, else the
    plain mean; None where it has none of its own.
    """

    name: str
    members: tuple[str, ...]
    weighted: bool | None


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A task's name with options, as written on the command line: `name` or `name:k=v,k=v`.

    The name of a family's task contains a colon: `family:name`, `family:name:k=v`.
    """

    name: str
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> TaskSpec:
        """Parse `name:key=value,key=value`."""
        name, rest = text.strip(), ""
        # a family's names contain a colon: lm-eval:gsm8k, lm-eval:gsm8k:shots=5
        if found := re.fullmatch(r"(.*?):([^:=,]*=.*)", name, re.DOTALL):
            name, rest = found[1], found[2]
        if not name or name.startswith(":"):
            raise UsageError(f"task {text!r} has no name: write `name` or `name:key=value`")
        pairs = []
        for item in filter(None, rest.split(",")):
            key, eq, value = item.partition("=")
            if not eq or not key:
                raise UsageError(f"task option {item!r} in {text!r}: write key=value")
            pairs.append((key.strip(), value.strip()))
        return cls(name, tuple(sorted(pairs)))

    def __str__(self) -> str:
        if not self.options:
            return self.name
        return f"{self.name}:{','.join(f'{k}={v}' for k, v in self.options)}"
