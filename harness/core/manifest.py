"""A run's manifest: what it measures, how its budget is read, and the command to reproduce it.

A manifest is stored as JSON. The run's id is a hash of `identity`; everything else may differ
between two commands that measure the same thing.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class RunIdentity:
    """What a run measures; two runs with the same identity are the same run.

    `model` is the model's fingerprint, `data` and `prompts` the content hashes of the task's
    problems and prompts, `budget` the budget's text. `price` holds the dollars per million
    prompt and output tokens that a dollar ceiling is enforced with.
    """

    model: str = ""
    task: str = ""
    task_version: str = ""
    data: str = ""
    prompts: str = ""
    budget: str = ""
    seed: int = 0
    max_output_tokens: int = 2048
    price: tuple[str, str] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Parse it; names that this version does not know are kept in `extra`."""
        known, extra = _split(cls, data)
        price = known.get("price")
        return cls(**{**known, "price": None if price is None else tuple(price), "extra": extra})

    def to_json(self) -> dict[str, Any]:
        """What is hashed; the price is included only with a dollar ceiling."""
        price = {} if self.price is None else {"price": list(self.price)}
        return {**_plain(self, without=("price", "extra")), **price, **self.extra}


@dataclass(frozen=True, slots=True)
class Command:
    """A command line as words, each as written in a shell, including quotes."""

    words: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Split a command line at its spaces, keeping each word's quotes."""
        return cls(tuple(re.findall(r"""(?:[^\s'"]|'[^']*'|"[^"]*"|['"])+""", text)))

    @property
    def evaluates(self) -> bool:
        """Whether it is a `harness eval` command."""
        return self.words[:2] == ("harness", "eval")

    def option(self, name: str) -> str | None:
        """The value of `--name`, without its quotes; None if it is not given."""
        for word, value in zip(self.words, self.words[1:], strict=False):
            if word == f"--{name}":
                return "".join(shlex.split(value))
        return None

    def without(self, *names: str) -> Self:
        """The same command without some options and their values."""
        options, words, skip = {f"--{name}" for name in names}, [], False
        for word in self.words:
            if not skip and word not in options:
                words.append(word)
            skip = not skip and word in options
        return type(self)(tuple(words))

    def plus(self, other: Command) -> Self:
        """The same command with further words at the end."""
        return type(self)((*self.words, *other.words))

    def __str__(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunManifest:
    """The record of how a run was made.

    `size` is how many answers its `selector` (built from `selector_args`) chooses from. `whole`:
    each attempt is one search, not a pool of which the budget uses `size`. `prompt_once`: the
    engine bills the prompt once for samples requested together. `price` is the price book entry
    used to show the run, and `gpu_usd_per_hour` the hourly rate; None if there was none.
    `imported` is the name of the file that the outputs came from.
    """

    identity: RunIdentity = field(default_factory=RunIdentity)
    harness: str = ""
    python: str = ""
    platform: str = ""
    model: str = ""
    limit: int | None = None
    local_data: bool = False
    selector: str = "first"
    selector_args: Mapping[str, Any] = field(default_factory=dict)
    size: int = 1
    whole: bool = False
    reward: str | None = None
    prompt_once: bool = False
    command: Command = field(default_factory=Command)
    price: Mapping[str, Any] | None = None
    gpu_usd_per_hour: float | None = None
    imported: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Parse it; names that this version does not know are kept in `extra`."""
        known, extra = _split(cls, data)
        known["identity"] = RunIdentity.from_json(known.get("identity", {}))
        known["command"] = Command.parse(known.get("command", ""))
        return cls(**known, extra=extra)

    def to_json(self) -> dict[str, Any]:
        """The stored object, in order."""
        plain = _plain(self, without=("price", "gpu_usd_per_hour", "imported", "extra"))
        origin: dict[str, Any]
        if self.imported is None:
            origin = {"price": self.price, "gpu_usd_per_hour": self.gpu_usd_per_hour}
        else:
            origin = {"imported": self.imported}
        return {
            **plain,
            "identity": self.identity.to_json(),
            "selector_args": dict(self.selector_args),
            "command": str(self.command),
            **origin,
            **self.extra,
        }

    def facts(self, verifier: str) -> dict[str, str]:
        """What must agree for two runs to be compared; `verifier` is its name@version."""
        identity = self.identity
        return {
            "task": identity.task,
            "task_version": identity.task_version,
            "data": identity.data,
            "prompts": identity.prompts,
            "verifier": verifier,
        }

    def sampling_facts(self, verifier: str) -> dict[str, str]:
        """What must agree for two runs to draw from one pool: also the seed and the limit."""
        identity = self.identity
        more = {"seed": identity.seed, "max_output_tokens": identity.max_output_tokens}
        return {**self.facts(verifier), **{name: str(value) for name, value in more.items()}}


def _split(cls: type[Any], data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    names = {f.name for f in fields(cls)} - {"extra"}
    known = {name: value for name, value in data.items() if name in names}
    return known, {name: value for name, value in data.items() if name not in names}


def _plain(value: Any, *, without: tuple[str, ...]) -> dict[str, Any]:
    return {f.name: getattr(value, f.name) for f in fields(value) if f.name not in without}
