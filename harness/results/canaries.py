"""Canaries: a few cheap requests of a run, with the model's replies.

The name of a model behind an API does not say whether it is last week's model. Given the same
request, a deterministic server returns the same text as long as it serves the same model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from harness.core import Sampling
from harness.store import Store
from harness.store.replies import StoredReply, replies_of

COUNT = 5
"""Number of requests to keep: a changed model should answer at least one differently."""

_CHEAP = 256  # output tokens; among cheap replies the longest are most informative
_LONGEST_PREFIX = 200
_BEGINNING = 80  # characters of a reply that are kept for display


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One request and its reply.

    `prompt` is the hash of the rendered prompt, `sampling` that of `Sampling.to_json`. `digest`
    is the hash of the reply's text, thinking, end and tokens, `begins` how the text begins. `model`
    and `fingerprint` are as reported in the reply (None: not reported), `asked` when it came.
    """

    problem: str
    prompt: str
    prefix: str
    sampling: Mapping[str, Any]
    max_tokens: int
    seed: int
    index: int
    digest: str
    begins: str
    tokens: int | None
    model: str | None
    fingerprint: str | None
    asked: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, as in a baseline file."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Canary:
        """The canary from `to_json`; ValueError for anything else."""
        try:
            found = cls(**data)
            found.request()
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"no canary: {error}") from error
        return found

    def request(self) -> Sampling:
        """The request's parameters; ValueError if their JSON is invalid."""
        named = self.sampling
        thinking = named.get("thinking") or {}
        sampling = Sampling(
            max_tokens=self.max_tokens,
            temperature=named.get("temperature", 0.0),
            top_p=named.get("top_p", 1.0),
            top_k=named.get("top_k", 0),
            min_tokens=named["min_tokens"],
            stop=tuple(named["stop"]),
            effort=named.get("effort"),
            thinking=thinking.get("tokens"),
            control=thinking.get("control", "native"),
            provider_sampling=named.get("sampling") == "provider",
        )
        if sampling.to_json() != dict(named):
            raise ValueError(f"parameters of a request: {named!r}")
        return sampling


def load_canaries(store: Store, run_id: str) -> tuple[Canary, ...]:
    """A few requests of a stored run, from as many problems; none if the model is local."""
    by_problem: dict[str, StoredReply] = {}
    for reply in replies_of(store, run_id):
        if reply.output_tokens and len(reply.prefix) <= _LONGEST_PREFIX:
            by_problem.setdefault(reply.problem, reply)
    chosen = sorted(by_problem.values(), key=_preferred)[:COUNT]
    return tuple(
        Canary(
            problem=one.problem,
            prompt=one.prompt,
            prefix=one.prefix,
            sampling=one.sampling,
            max_tokens=one.max_tokens,
            seed=one.seed,
            index=one.index,
            digest=one.digest,
            begins=one.text[:_BEGINNING],
            tokens=one.output_tokens,
            model=one.about.get("model"),
            fingerprint=one.about.get("fingerprint"),
            asked=one.asked,
        )
        for one in chosen
    )


def _preferred(reply: StoredReply) -> tuple[bool, int, str]:
    """Cheap ones first, the longest of them leading; otherwise the shortest."""
    tokens = reply.output_tokens or 0
    dear = tokens > _CHEAP
    return dear, tokens if dear else -tokens, reply.prompt
