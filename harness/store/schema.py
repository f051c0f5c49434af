"""The tables. Whatever is defined by its content is identified by a content hash.

model 1─n sample n─1 call            a call's samples; a call is paid for by one run
run 1─n attempt 1─n charge n─1 sample   the samples charged to an attempt, including thinking
sample 1─n verdict                   by problem, verifier and its version
sample 1─n label                     by problem and person
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA_VERSION = "0008"
"""The newest migration; a database at any other one is older or newer than this code."""

_HASH = String(32)


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can refer to it on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dict[str, Any]: JSON}  # noqa: RUF012 - SQLAlchemy's own protocol


class ModelRow(Base):
    """A model at the time it generated: `id` is the hash of its fingerprint."""

    __tablename__ = "model"
    id: Mapped[str] = mapped_column(_HASH, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    spec: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(Text)
    info: Mapped[dict[str, Any]]


class ProblemRow(Base):
    """A problem's content; `id` is the problem's digest."""

    __tablename__ = "problem"
    id: Mapped[str] = mapped_column(_HASH, primary_key=True)
    content: Mapped[dict[str, Any]]


class PromptRow(Base):
    """A rendered prompt, stored once; `id` is the hash of the text."""

    __tablename__ = "prompt"
    id: Mapped[str] = mapped_column(_HASH, primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class RunRow(Base):
    """One eval of (model, task, budget); `id` is the hash of `manifest["identity"]`.

    `name` is set by the user, otherwise NULL.
    """

    __tablename__ = "run"
    id: Mapped[str] = mapped_column(_HASH, primary_key=True)
    model_id: Mapped[str] = mapped_column(ForeignKey("model.id"), index=True)
    task: Mapped[str] = mapped_column(Text)
    budget: Mapped[str] = mapped_column(Text)
    planned: Mapped[int] = mapped_column(Integer)
    verifier: Mapped[str] = mapped_column(Text)
    verifier_version: Mapped[str] = mapped_column(Text)
    manifest: Mapped[dict[str, Any]]
    created: Mapped[str] = mapped_column(String(32))
    name: Mapped[str | None] = mapped_column(Text)


class TagRow(Base):
    """A word that a user attached to a run."""

    __tablename__ = "tag"
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(200), primary_key=True)


class CallRow(Base):
    """One request to an engine and what it used; paid for by the run that made it.

    Unknown figures are NULL. `id` is the hash of the ids of the samples that it returned. It ended
    at `created`, after `latency_s`; `joules` is its share of the GPUs' energy. `about` is what
    the reply reported about itself: the model that answered, its fingerprint, the upstream
    provider, the seconds to the first token.

    `repeats` is for a call that was paid for although its samples were already stored by another
    command: {"samples": their ids, "number": which such call it is}. See identity.py.
    """

    __tablename__ = "call"
    id: Mapped[str] = mapped_column(_HASH, primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    samples: Mapped[int] = mapped_column(Integer)
    prompt_tokens: Mapped[int | None] = mapped_column(BigInteger)
    cached_prompt_tokens: Mapped[int | None] = mapped_column(BigInteger)
    output_tokens: Mapped[int | None] = mapped_column(BigInteger)
    reasoning_tokens: Mapped[int | None] = mapped_column(BigInteger)
    wasted_tokens: Mapped[int | None] = mapped_column(BigInteger)
    usd: Mapped[float | None] = mapped_column(Float)
    latency_s: Mapped[float | None] = mapped_column(Float)
    joules: Mapped[float | None] = mapped_column(Float)
    retries: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(32))
    created: Mapped[str] = mapped_column(String(32))
    about: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    repeats: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class SampleRow(Base):
    """One completion, immutable. `id` hashes the request; `digest` hashes the reply.

    `trace` is `id` without the token limit: a longer sample of the same trace can be cut to answer
    a shorter request (`cut_of` then refers to it, and no call is recorded).
    `prompt_tokens` are those of its own context; `token_ends` is packed (see codec.py).
    `stopped_by` is the stop string that ended it, "" if the model did, NULL if unknown.
    `about` holds what a server returns about thinking besides the text: {"thought": its kind,
    "summary": a text about it}; NULL if it returns nothing.

    A reward's score is a sample of the reward: `prefix` is the response, `text` the JSON list of
    values, `sampling` {"reward": its spec}; if no model was run for it, no call is recorded.
    """

    __tablename__ = "sample"
    id: Mapped[str] = mapped_column(_HASH, primary_key=True)
    trace: Mapped[str] = mapped_column(_HASH, index=True)
    model_id: Mapped[str] = mapped_column(ForeignKey("model.id"), index=True)
    prompt_id: Mapped[str] = mapped_column(ForeignKey("prompt.id"))
    prefix: Mapped[str] = mapped_column(Text)
    sampling: Mapped[dict[str, Any]]
    max_tokens: Mapped[int | None] = mapped_column(Integer)
    seed: Mapped[int | None] = mapped_column(BigInteger)
    index: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    reasoning: Mapped[str | None] = mapped_column(Text)
    finish: Mapped[str] = mapped_column(String(16))
    stopped_by: Mapped[str | None] = mapped_column(Text)
    prompt_tokens: Mapped[int | None] = mapped_column(BigInteger)
    output_tokens: Mapped[int | None] = mapped_column(BigInteger)
    reasoning_tokens: Mapped[int | None] = mapped_column(BigInteger)
    token_ends: Mapped[bytes | None] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(_HASH)
    call_id: Mapped[str | None] = mapped_column(ForeignKey("call.id"), index=True)
    cut_of: Mapped[str | None] = mapped_column(ForeignKey("sample.id"))
    about: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class AttemptRow(Base):
    """One budget applied to one problem: finished (`error` is NULL) or failed.

    `stopped`: it was ended by its budget's ceiling, perhaps before there was any answer.
    """

    __tablename__ = "attempt"
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"), primary_key=True)
    problem_id: Mapped[str] = mapped_column(ForeignKey("problem.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(Text)
    stopped: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class ChargeRow(Base):
    """A sample charged to an attempt: chain `ordinal`, link `step`, the answer is `final`.

    After the answer come the samples of its reward, the last of which is its `score`. Samples
    that were requested but are in no chain have the ordinal after the last one. Samples with the
    same `ask` were requested together; NULL: those with one context were.
    """

    __tablename__ = "charge"
    run_id: Mapped[str] = mapped_column(_HASH, primary_key=True)
    problem_id: Mapped[str] = mapped_column(_HASH, primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    step: Mapped[int] = mapped_column(Integer, primary_key=True)
    sample_id: Mapped[str] = mapped_column(ForeignKey("sample.id"), index=True)
    final: Mapped[bool] = mapped_column(Boolean)
    ask: Mapped[int | None] = mapped_column(Integer)
    score: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "problem_id"], ["attempt.run_id", "attempt.problem_id"]),
    )


class VerdictRow(Base):
    """A verdict on a sample as an answer to a problem, by one version of a verifier.

    `loop`: the response ends by repeating itself; NULL if that was not checked. `score`:
    partial credit, from 0 to 1; NULL if a verdict is all or nothing.
    """

    __tablename__ = "verdict"
    sample_id: Mapped[str] = mapped_column(ForeignKey("sample.id"), primary_key=True)
    problem_id: Mapped[str] = mapped_column(ForeignKey("problem.id"), primary_key=True)
    verifier: Mapped[str] = mapped_column(String(200), primary_key=True)
    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    answer: Mapped[str | None] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    warning: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    loop: Mapped[bool | None] = mapped_column(Boolean)
    score: Mapped[float | None] = mapped_column(Float)
    __table_args__ = (Index("ix_verdict_problem_id", "problem_id"),)


class LabelRow(Base):
    """A person's judgement of a sample as an answer to a problem; a `status` as in verdicts.

    `ungraded`: the person cannot tell. `drawn` says how the sample was drawn, {"population": a hash
    of all samples drawn from, "by": what made the strata, "stratum": its name, "size": its
    size}; NULL if it was chosen in another way.
    """

    __tablename__ = "label"
    sample_id: Mapped[str] = mapped_column(ForeignKey("sample.id"), primary_key=True)
    problem_id: Mapped[str] = mapped_column(ForeignKey("problem.id"), primary_key=True)
    author: Mapped[str] = mapped_column(String(200), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
    created: Mapped[str] = mapped_column(String(32))
    drawn: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class BatchRow(Base):
    """A batch at a provider. `calls` are the ids of the calls that it will return,
    `collected` when all its replies were stored; NULL until then."""

    __tablename__ = "batch"
    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    model_id: Mapped[str] = mapped_column(ForeignKey("model.id"), index=True)
    calls: Mapped[list[str]] = mapped_column(JSON)
    created: Mapped[str] = mapped_column(String(32))
    collected: Mapped[str | None] = mapped_column(String(32))


class FiguresRow(Base):
    """A run's report as last computed, and the hash of what it was computed from.

    It saves time alone: `harness db verify` computes it again, and it may be deleted at will.
    """

    __tablename__ = "figures"
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"), primary_key=True)
    basis: Mapped[str] = mapped_column(_HASH)
    report: Mapped[dict[str, Any]]
