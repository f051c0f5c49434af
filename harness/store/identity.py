"""How the ids of rows are derived from their content. `harness db verify` re-derives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.core.hashing import content_hash


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: together with the token limit it identifies a sample.

    `sampling` is plain JSON; a reward's score has {"reward": its spec}, an imported text
    {"imported": its problem's digest}.
    """

    model: str
    prompt: str
    prefix: str
    sampling: Mapping[str, Any]
    seed: int | None
    index: int

    @property
    def trace(self) -> str:
        """The trace's id."""
        return trace_id(self.model, self.prompt, self.prefix, self.sampling, self.seed, self.index)


def model_id(fingerprint: str) -> str:
    """Id of a model row."""
    return content_hash("model", fingerprint)


def prompt_id(text: str) -> str:
    """Id of a rendered prompt."""
    return content_hash("prompt", text)


def run_id(identity: Mapping[str, Any]) -> str:
    """Id of a run, from the part of its manifest that defines what it measures."""
    return content_hash("run", identity)


def trace_id(
    model: str, prompt: str, prefix: str, sampling: Mapping[str, Any], seed: int | None, index: int
) -> str:
    """Id of a trace: everything in the request except the token limit."""
    return content_hash("trace", model, prompt, prefix, sampling, seed, index)


def sample_id(trace: str, max_tokens: int | None) -> str:
    """Id of a sample: its trace and its token limit."""
    return content_hash("sample", trace, max_tokens)


def sample_digest(text: str, reasoning: str | None, finish: str, output_tokens: int | None) -> str:
    """Hash of the reply, to detect later changes."""
    return content_hash("text", text, reasoning, finish, output_tokens)


def call_id(sample_ids: Sequence[str], number: int = 0) -> str:
    """Id of a call, from the samples that it returned.

    `number` distinguishes calls for the same samples: 0 is the first, further ones were paid for
    although the samples were already stored.
    """
    parts = ["call", sorted(sample_ids)]
    return content_hash(*parts, number) if number else content_hash(*parts)
