"""How likely a model finds given texts: what multiple choice by log-likelihood is made of.

Nothing is generated: the engine reads each choice behind the prompt, and says how likely each of
its tokens was.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from harness.core.problem import Choice
from harness.core.sample import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihood:
    """What an engine says of one text behind another.

    `logprob` is the sum of its tokens' log-probabilities (natural logarithm); `greedy`: each was
    the most likely one, so that greedy decoding would have written this text.
    """

    logprob: float
    greedy: bool
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What an engine says of a prompt's choices, in their order; `reply` is what it took."""

    likelihoods: tuple[Likelihood, ...]
    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Likelihood):
    """A choice's likelihood with its text, as a sample tells it; `context` as in `Choice`."""

    text: str
    context: str | None = None


def write_measures(choices: Sequence[Choice], likelihoods: Sequence[Likelihood]) -> str:
    """The text of a sample: JSON, a line a choice."""
    lines = []
    for choice, one in zip(choices, likelihoods, strict=True):
        named = {"text": choice.text} | (
            {} if choice.context is None else {"context": choice.context}
        )
        lines.append(json.dumps(named | asdict(one), ensure_ascii=False))
    return "[" + ",\n ".join(lines) + "]"


def read_measures(text: str) -> list[Measure]:
    """The choices that a sample's text tells of; ValueError for any other text."""
    try:
        return [Measure(**one) for one in json.loads(text)]
    except (TypeError, ValueError) as error:
        raise ValueError(f"no log-likelihoods of choices: {text[:40]!r}") from error
