"""Log-likelihoods of given texts from token ids and logits: what the engines have in common.

Contexts and choices are cut into tokens as lm-eval does (`TemplateLM._encode_pair`): together, so
that a word is one token across the border, with the context's trailing space on the choice's side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.core import ContextError, Likelihood, Prompt, Usage
from harness.models.wording import Wording


@dataclass(frozen=True, slots=True)
class Passage:
    """A context and a choice as token ids, the last `count` of which are the choice's."""

    ids: tuple[int, ...]
    count: int


def passages(wording: Wording, prompt: Prompt, context: int | None) -> list[Passage]:
    """One for each of the prompt's choices; the left is cut off where `context` is too short.

    Raises ContextError for a choice that is longer alone, or has no token.
    """
    before = wording.render(prompt, prompt.begin)
    return [
        _passage(wording, before if c.context is None else c.context, c.text, prompt, context)
        for c in prompt.choices
    ]


def _passage(
    wording: Wording, before: str, text: str, prompt: Prompt, context: int | None
) -> Passage:
    plain = prompt.plain and not wording.begins(before)
    bare = before.rstrip()
    if bare:
        text = before[len(bare) :] + text
        head = len(wording.ids(bare, plain=plain))
        ids = wording.ids(bare + text, plain=plain)
    else:
        ids = wording.bare_ids(before + text)
        first = wording.first_id
        ids = ids if first is None or ids[:1] == (first,) else (first, *ids)
        head = 1
    count = len(ids) - head
    if count < 1:
        raise ContextError(f"the choice {text[:40]!r} adds no token to what stands before it")
    if context is not None and count > context:
        raise ContextError(f"a choice of {count} tokens, and the model's context is {context}")
    return Passage(ids if context is None else ids[-(context + 1) :], count)


def measure(logits: NDArray[np.float32], ids: Sequence[int]) -> Likelihood:
    """From the logits [tokens, vocabulary] that foretell `ids`, one row a token."""
    rows = logits.astype(np.float64)
    top = rows.max(axis=1)
    norm = top + np.log(np.exp(rows - top[:, None]).sum(axis=1))
    said = rows[np.arange(len(ids)), list(ids)]
    return Likelihood(
        logprob=float((said - norm).sum()),
        greedy=bool((rows.argmax(axis=1) == np.array(ids)).all()),
        tokens=len(ids),
    )


def usage_of(texts: Sequence[Passage], cached: int | None = None) -> Usage:
    """Every passage is read as a prompt, and nothing is written."""
    read = sum(len(text.ids) for text in texts)
    return Usage(
        prompt_tokens=read, cached_prompt_tokens=cached, output_tokens=0, reasoning_tokens=0
    )
