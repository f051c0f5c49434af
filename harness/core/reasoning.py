"""How reasoning models are controlled: effort levels, budgets, and what they reveal of thinking."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""The named effort levels of providers, lowest first; no model has all of them."""

ThinkingControl = Literal["native", "forced", "hint"]
"""Who enforces a thinking budget: the provider or server (`native`), the harness in two calls
(`forced`), or nobody, with the number passed to the chat template (`hint`)."""


class Thought(StrEnum):
    """What a server returns of thinking that is separate from the text."""

    SHOWN = "shown"  # the thinking itself
    SUMMARY = "summary"  # a text about it, written by the provider
    ENCRYPTED = "encrypted"  # bytes that only the provider can read
    HIDDEN = "hidden"  # only a count of its tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """A backend's capabilities, so that a budget can be refused before anything is paid for.

    `efforts` are its effort levels, in the order of `EFFORTS`; a server may still reject one
    for a model. `thinking` lists the supported ways to run `think@n`, the default first.
    `least_thinking` is the smallest native budget other than 0. `effort_and_thinking`: whether one
    request may set both. `seeds`: whether equal seeds give equal samples, as far as the engine
    can. `likelihood`: whether it scores given texts (see `protocols.Reader`). `advice` ends the
    error for unsupported budgets: what to do instead.
    """

    efforts: tuple[str, ...] = ()
    thinking: tuple[ThinkingControl, ...] = ("forced",)
    least_thinking: int = 0
    effort_and_thinking: bool = True
    seeds: bool = True
    likelihood: bool = False
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who answered, as the server reports it: the model's name, the fingerprint of its
    configuration, and the provider behind a router (with its quantisation). None if unknown."""

    model: str | None = None
    fingerprint: str | None = None
    upstream: str | None = None

    def __str__(self) -> str:
        return " / ".join(filter(None, (self.model, self.fingerprint, self.upstream)))
