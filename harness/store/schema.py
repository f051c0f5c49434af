"""The tables. Whatever is defined by its content is identified by a content hash.

model 1─n sample n─1 call            a call's samples; a call is paid for by one run
run 1─n attempt 1─n charge n─1 sample   the samples charged to an attempt, including thinking
sample 1─n verdict                   by problem, verifier and its version
sample 1─n label                     by problem and person
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)
from sqlalchemy.schema import SchemaItem

SCHEMA_VERSION = "0008"
"""The newest migration; a database at any other one is older or newer than this code."""

_HASH = String(32)


class Base:
    """A table, declared as a class whose attributes are its columns.

    SQLAlchemy's own declarative classes would do the same, and take longer to import than all the
    rest of `harness show`. A column's annotation says whether it may be NULL.
    """

    # Names every constraint, so that migrations can refer to it on any database.
    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    by_name: ClassVar[dict[str, type[Base]]] = {}
    __tablename__: ClassVar[str]
    __table_args__: ClassVar[Sequence[SchemaItem]] = ()
    __table__: ClassVar[Table]

    def __init_subclass__(cls) -> None:
        columns = {name: one for name, one in vars(cls).items() if isinstance(one, Column)}
        for name, column in columns.items():
            column.name = column.key = name
            column.nullable = cls.__annotations__[name].endswith("| None]")
        cls.__table__ = Table(
            cls.__tablename__, cls.metadata, *columns.values(), *cls.__table_args__
        )
        cls.by_name[cls.__tablename__] = cls

    @classmethod
    def __clause_element__(cls) -> Table:
        """What SQLAlchemy takes the class for in a query."""
        return cls.__table__


class ModelRow(Base):
    """A model at the time it generated: `id` is the hash of its fingerprint."""

    __tablename__ = "model"
    id: ColumnElement[str] = Column(_HASH, primary_key=True)
    name: ColumnElement[str] = Column(Text)
    spec: ColumnElement[str] = Column(Text)
    fingerprint: ColumnElement[str] = Column(Text)
    info: ColumnElement[dict[str, Any]] = Column(JSON)


class ProblemRow(Base):
    """A problem's content; `id` is the problem's digest."""

    __tablename__ = "problem"
    id: ColumnElement[str] = Column(_HASH, primary_key=True)
    content: ColumnElement[dict[str, Any]] = Column(JSON)


class PromptRow(Base):
    """A rendered prompt, stored once; `id` is the hash of the text."""

    __tablename__ = "prompt"
    id: ColumnElement[str] = Column(_HASH, primary_key=True)
    text: ColumnElement[str] = Column(Text)


class RunRow(Base):
    """One eval of (model, task, budget); `id` is the hash of `manifest["identity"]`.

    `name` is set by the user, otherwise NULL.
    """

    __tablename__ = "run"
    id: ColumnElement[str] = Column(_HASH, primary_key=True)
    model_id: ColumnElement[str] = Column(ForeignKey("model.id"), index=True)
    task: ColumnElement[str] = Column(Text)
    budget: ColumnElement[str] = Column(Text)
    planned: ColumnElement[int] = Column(Integer)
    verifier: ColumnElement[str] = Column(Text)
    verifier_version: ColumnElement[str] = Column(Text)
    manifest: ColumnElement[dict[str, Any]] = Column(JSON)
    created: ColumnElement[str] = Column(String(32))
    name: ColumnElement[str | None] = Column(Text)


class TagRow(Base):
    """A word that a user attached to a run."""

    __tablename__ = "tag"
    run_id: ColumnElement[str] = Column(ForeignKey("run.id"), primary_key=True)
    tag: ColumnElement[str] = Column(String(200), primary_key=True)


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
    id: ColumnElement[str] = Column(_HASH, primary_key=True)
    run_id: ColumnElement[str] = Column(ForeignKey("run.id"), index=True)
    role: ColumnElement[str] = Column(String(16))
    samples: ColumnElement[int] = Column(Integer)
    prompt_tokens: ColumnElement[int | None] = Column(BigInteger)
    cached_prompt_tokens: ColumnElement[int | None] = Column(BigInteger)
    output_tokens: ColumnElement[int | None] = Column(BigInteger)
    reasoning_tokens: ColumnElement[int | None] = Column(BigInteger)
    wasted_tokens: ColumnElement[int | None] = Column(BigInteger)
    usd: ColumnElement[float | None] = Column(Float)
    latency_s: ColumnElement[float | None] = Column(Float)
    joules: ColumnElement[float | None] = Column(Float)
    retries: ColumnElement[int] = Column(Integer)
    source: ColumnElement[str] = Column(String(32))
    created: ColumnElement[str] = Column(String(32))
    about: ColumnElement[dict[str, Any] | None] = Column(JSON(none_as_null=True))
    repeats: ColumnElement[dict[str, Any] | None] = Column(JSON(none_as_null=True))


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
    id: ColumnElement[str] = Column(_HASH, primary_key=True)
    trace: ColumnElement[str] = Column(_HASH, index=True)
    model_id: ColumnElement[str] = Column(ForeignKey("model.id"), index=True)
    prompt_id: ColumnElement[str] = Column(ForeignKey("prompt.id"))
    prefix: ColumnElement[str] = Column(Text)
    sampling: ColumnElement[dict[str, Any]] = Column(JSON)
    max_tokens: ColumnElement[int | None] = Column(Integer)
    seed: ColumnElement[int | None] = Column(BigInteger)
    index: ColumnElement[int] = Column(Integer)
    text: ColumnElement[str] = Column(Text)
    reasoning: ColumnElement[str | None] = Column(Text)
    finish: ColumnElement[str] = Column(String(16))
    stopped_by: ColumnElement[str | None] = Column(Text)
    prompt_tokens: ColumnElement[int | None] = Column(BigInteger)
    output_tokens: ColumnElement[int | None] = Column(BigInteger)
    reasoning_tokens: ColumnElement[int | None] = Column(BigInteger)
    token_ends: ColumnElement[bytes | None] = Column(LargeBinary)
    digest: ColumnElement[str] = Column(_HASH)
    call_id: ColumnElement[str | None] = Column(ForeignKey("call.id"), index=True)
    cut_of: ColumnElement[str | None] = Column(ForeignKey("sample.id"))
    about: ColumnElement[dict[str, Any] | None] = Column(JSON(none_as_null=True))


class AttemptRow(Base):
    """One budget applied to one problem: finished (`error` is NULL) or failed.

    `stopped`: it was ended by its budget's ceiling, perhaps before there was any answer.
    """

    __tablename__ = "attempt"
    run_id: ColumnElement[str] = Column(ForeignKey("run.id"), primary_key=True)
    problem_id: ColumnElement[str] = Column(ForeignKey("problem.id"), primary_key=True)
    position: ColumnElement[int] = Column(Integer)
    error: ColumnElement[str | None] = Column(Text)
    stopped: ColumnElement[bool] = Column(Boolean, default=False, server_default=false())


class ChargeRow(Base):
    """A sample charged to an attempt: chain `ordinal`, link `step`, the answer is `final`.

    After the answer come the samples of its reward, the last of which is its `score`. Samples
    that were requested but are in no chain have the ordinal after the last one. Samples with the
    same `ask` were requested together; NULL: those with one context were.
    """

    __tablename__ = "charge"
    run_id: ColumnElement[str] = Column(_HASH, primary_key=True)
    problem_id: ColumnElement[str] = Column(_HASH, primary_key=True)
    ordinal: ColumnElement[int] = Column(Integer, primary_key=True)
    step: ColumnElement[int] = Column(Integer, primary_key=True)
    sample_id: ColumnElement[str] = Column(ForeignKey("sample.id"), index=True)
    final: ColumnElement[bool] = Column(Boolean)
    ask: ColumnElement[int | None] = Column(Integer)
    score: ColumnElement[bool] = Column(Boolean, default=False, server_default=false())
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "problem_id"], ["attempt.run_id", "attempt.problem_id"]),
    )


class VerdictRow(Base):
    """A verdict on a sample as an answer to a problem, by one version of a verifier.

    `loop`: the response ends by repeating itself; NULL if that was not checked. `score`:
    partial credit, from 0 to 1; NULL if a verdict is all or nothing.
    """

    __tablename__ = "verdict"
    sample_id: ColumnElement[str] = Column(ForeignKey("sample.id"), primary_key=True)
    problem_id: ColumnElement[str] = Column(ForeignKey("problem.id"), primary_key=True)
    verifier: ColumnElement[str] = Column(String(200), primary_key=True)
    version: ColumnElement[str] = Column(String(64), primary_key=True)
    status: ColumnElement[str] = Column(String(16))
    answer: ColumnElement[str | None] = Column(Text)
    key: ColumnElement[str | None] = Column(Text)
    method: ColumnElement[str] = Column(Text)
    warning: ColumnElement[int] = Column(Integer)
    reason: ColumnElement[str] = Column(Text)
    loop: ColumnElement[bool | None] = Column(Boolean)
    score: ColumnElement[float | None] = Column(Float)
    __table_args__ = (Index("ix_verdict_problem_id", "problem_id"),)


class LabelRow(Base):
    """A person's judgement of a sample as an answer to a problem; a `status` as in verdicts.

    `ungraded`: the person cannot tell. `drawn` says how the sample was drawn, {"population": a hash
    of all samples drawn from, "by": what made the strata, "stratum": its name, "size": its
    size}; NULL if it was chosen in another way.
    """

    __tablename__ = "label"
    sample_id: ColumnElement[str] = Column(ForeignKey("sample.id"), primary_key=True)
    problem_id: ColumnElement[str] = Column(ForeignKey("problem.id"), primary_key=True)
    author: ColumnElement[str] = Column(String(200), primary_key=True)
    status: ColumnElement[str] = Column(String(16))
    note: ColumnElement[str] = Column(Text)
    created: ColumnElement[str] = Column(String(32))
    drawn: ColumnElement[dict[str, Any] | None] = Column(JSON(none_as_null=True))


class BatchRow(Base):
    """A batch at a provider. `calls` are the ids of the calls that it will return,
    `collected` when all its replies were stored; NULL until then."""

    __tablename__ = "batch"
    id: ColumnElement[str] = Column(String(200), primary_key=True)
    model_id: ColumnElement[str] = Column(ForeignKey("model.id"), index=True)
    calls: ColumnElement[list[str]] = Column(JSON)
    created: ColumnElement[str] = Column(String(32))
    collected: ColumnElement[str | None] = Column(String(32))


class FiguresRow(Base):
    """A run's report as last computed, and the hash of what it was computed from.

    It saves time alone: `harness db verify` computes it again, and it may be deleted at will.
    """

    __tablename__ = "figures"
    run_id: ColumnElement[str] = Column(ForeignKey("run.id"), primary_key=True)
    basis: ColumnElement[str] = Column(_HASH)
    report: ColumnElement[dict[str, Any]] = Column(JSON)
