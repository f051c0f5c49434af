"""Canaries: a few cheap requests of a run, with what the model replied to them.

The name of a model behind an API does not say whether it is the model of last week. Asked the same
again, a server that is deterministic gives the same words as long as it serves the same model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from harness.core import Sampling
from harness.store import Store
from harness.store.replies import StoredReply, replies_of

COUNT = 5
"""Requests of a run that are kept: a changed model must answer one of them otherwise."""

_CHEAP = 256  # output tokens; of cheap replies the longest say most
_LONGEST_PREFIX = 200
_BEGINNING = 80  # characters of a reply that are kept to be shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One request and its reply.

    `prompt` is the hash of the rendered prompt, `sampling` that of `Sampling.to_json`. `digest`
    is the hash of the reply's text, thought, end and tokens, `begins` how the text begins. `model`
    and `fingerprint` are what the reply said of itself (None: nothing), `asked` when it came.
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
        """Plain JSON, as it stands in a baseline file."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Canary:
        """The canary of `to_json`; ValueError for anything else."""
        try:
            found = cls(**data)
            found.request()
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"no canary: {error}") from error
        return found

    def request(self) -> Sampling:
        """The parameters of the request; ValueError where they cannot be had from their JSON."""
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
    """A few requests of a stored run, of as many problems; none where the model is local."""
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
    """Cheap ones first, of those the longest; else the shortest."""
    tokens = reply.output_tokens or 0
    dear = tokens > _CHEAP
    return dear, tokens if dear else -tokens, reply.prompt
