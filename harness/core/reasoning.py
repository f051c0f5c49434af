"""How models that reason are asked and answer: levels, budgets, and what is shown of a thought."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""The named levels of thinking that providers have, from the least; no model has all of them."""

ThinkingControl = Literal["native", "forced", "hint"]
"""Who holds a thought to its budget: the provider or server (`native`), the harness in two passes
(`forced`), or nobody, the number being told to the chat template (`hint`)."""


class Thought(StrEnum):
    """What a server gives of a thought that stands apart from the text."""

    SHOWN = "shown"  # the thought itself
    SUMMARY = "summary"  # another text about it, written by the provider
    ENCRYPTED = "encrypted"  # bytes that only the provider can read
    HIDDEN = "hidden"  # nothing but a count of its tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a backend can be asked for, so that a budget is refused before anything is paid.

    `efforts` are the levels that it takes, in the order of `EFFORTS`; a server may still refuse one
    for a model. `thinking` holds the ways in which `think@n` can be had, the usual one first.
    `least_thinking` is the smallest native budget beside 0. `effort_and_thinking`: may one request
    name both? `seeds`: does an equal seed give an equal sample, as far as the engine can? `advice`
    ends the error for what cannot be had: what to do about it.
    """

    efforts: tuple[str, ...] = ()
    thinking: tuple[ThinkingControl, ...] = ("forced",)
    least_thinking: int = 0
    effort_and_thinking: bool = True
    seeds: bool = True
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who answered, in the server's own words: the model's name, the fingerprint of its
    configuration, and the provider behind a router (with its quantisation). Unknown is None."""

    model: str | None = None
    fingerprint: str | None = None
    upstream: str | None = None

    def __str__(self) -> str:
        return " / ".join(filter(None, (self.model, self.fingerprint, self.upstream)))
