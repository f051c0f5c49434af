"""Rows as they are written: the only place where objects become columns."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from harness.core import ModelInfo, Problem, RunManifest, Sample, Usage, Verdict
from harness.store.codec import pack_ends
from harness.store.identity import Asked, call_id, model_id, prompt_id, sample_digest
from harness.store.schema import (
    AttemptRow,
    Base,
    CallRow,
    ChargeRow,
    ModelRow,
    ProblemRow,
    PromptRow,
    RunRow,
    SampleRow,
    VerdictRow,
)

Row = tuple[type[Base], Mapping[str, Any]]
"""A table and the columns of one of its rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to an engine and what it used; `samples` are the ids of the returned samples.

    `role` is generator, reward or judge; `run` pays for it. It ended at `created` (ISO 8601, UTC)
    after `latency_s`. `about` is what the reply reported about itself. Unknown is None.
    """

    run: str
    role: str
    samples: tuple[str, ...]
    usage: Usage
    source: str
    created: str
    wasted_tokens: int | None = None
    usd: float | None = None
    latency_s: float | None = None
    joules: float | None = None
    retries: int = 0
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Derived from the samples."""
        return call_id(self.samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A sample in one chain of an attempt; see `schema.ChargeRow`."""

    ordinal: int
    step: int
    sample: str
    final: bool
    ask: int | None = None
    score: bool = False


def model_row(info: ModelInfo) -> Row:
    """A model, as known before it is loaded."""
    known = asdict(info)
    return ModelRow, {
        "id": model_id(info.fingerprint),
        "name": info.label or info.name,
        "spec": info.spec,
        "fingerprint": info.fingerprint,
        "info": {k: v for k, v in known.items() if k not in ("fingerprint", "concurrency")},
    }


def problem_row(problem: Problem, digest: str | None = None) -> Row:
    """A problem; `digest` is its own, if already known."""
    return ProblemRow, {"id": digest or problem.digest(), "content": problem.to_json()}


def prompt_row(text: str, prompt: str | None = None) -> Row:
    """A rendered prompt; `prompt` is its id, if already known."""
    return PromptRow, {"id": prompt or prompt_id(text), "text": text}


def run_row(
    run: str,
    manifest: RunManifest,
    *,
    planned: int,
    verifier: tuple[str, str],
    created: str,
) -> Row:
    """A run of `planned` problems, graded by `verifier` (label, version)."""
    identity = manifest.identity
    return RunRow, {
        "id": run,
        "model_id": model_id(identity.model),
        "task": identity.task,
        "budget": identity.budget,
        "planned": planned,
        "verifier": verifier[0],
        "verifier_version": verifier[1],
        "manifest": manifest.to_json(),
        "created": created,
    }


def call_row(call: Call) -> Row:
    """A call."""
    usage = call.usage
    return CallRow, {
        "id": call.id,
        "run_id": call.run,
        "role": call.role,
        "samples": len(call.samples),
        "prompt_tokens": usage.prompt_tokens,
        "cached_prompt_tokens": usage.cached_prompt_tokens,
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "wasted_tokens": call.wasted_tokens,
        "usd": call.usd,
        "latency_s": call.latency_s,
        "joules": call.joules,
        "retries": call.retries,
        "source": call.source,
        "created": call.created,
        "about": dict(call.about) or None,
        "repeats": None,
    }


def sample_row(sample: Sample, asked: Asked, *, call: str | None = None) -> Row:
    """A sample, and the call that returned it; None for a sample cut from a longer one."""
    return SampleRow, {
        "id": sample.id,
        "trace": sample.trace,
        "model_id": asked.model,
        "prompt_id": asked.prompt,
        "prefix": asked.prefix,
        "sampling": asked.sampling,
        "max_tokens": sample.max_tokens,
        "seed": asked.seed,
        "index": asked.index,
        "text": sample.text,
        "reasoning": sample.reasoning,
        "finish": str(sample.finish),
        "stopped_by": sample.stopped_by,
        "prompt_tokens": sample.prompt_tokens,
        "output_tokens": sample.output_tokens,
        "reasoning_tokens": sample.reasoning_tokens,
        "token_ends": pack_ends(sample.token_ends),
        "digest": digest_of(sample),
        "call_id": call,
        "cut_of": sample.cut_of,
        "about": _beside(sample),
    }


def _beside(sample: Sample) -> dict[str, str] | None:
    """What a server returned about thinking besides the text; None for nothing."""
    said = {"thought": sample.thought and str(sample.thought), "summary": sample.summary}
    return {name: text for name, text in said.items() if text is not None} or None


def digest_of(sample: Sample) -> str:
    """The hash of the returned text."""
    return sample_digest(sample.text, sample.reasoning, str(sample.finish), sample.output_tokens)


def attempt_rows(
    run: str,
    problem: str,
    position: int,
    *,
    error: str | None = None,
    stopped: bool = False,
    charges: Iterable[Charge] = (),
) -> list[Row]:
    """An attempt of `run` on a problem (by digest), and its charges."""
    key = {"run_id": run, "problem_id": problem}
    rows: list[Row] = [
        (AttemptRow, {**key, "position": position, "error": error, "stopped": stopped})
    ]
    for charge in charges:
        columns = {
            "ordinal": charge.ordinal,
            "step": charge.step,
            "sample_id": charge.sample,
            "final": charge.final,
            "ask": charge.ask,
            "score": charge.score,
        }
        rows.append((ChargeRow, {**key, **columns}))
    return rows


def verdict_row(sample: str, problem: str, verifier: tuple[str, str], verdict: Verdict) -> Row:
    """A verdict on a sample as an answer to a problem, by a verifier (label, version)."""
    return VerdictRow, {
        "sample_id": sample,
        "problem_id": problem,
        "verifier": verifier[0],
        "version": verifier[1],
        "status": str(verdict.status),
        "answer": verdict.answer,
        "key": verdict.key,
        "method": verdict.method,
        "warning": verdict.warning,
        "reason": verdict.reason,
        "loop": verdict.loop,
        "score": verdict.score,
    }


def now(precision: str = "seconds") -> str:
    """The time in UTC as ISO 8601."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec=precision)
