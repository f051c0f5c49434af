"""Queries on attempts: a run's problems, their charges, and their answers.

A run may have hundreds of thousands of charges, so the rows of these queries are read by position.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, case, func, select

from harness.core import Finish, Problem, Sample, Status, Verdict
from harness.store.runs import StoredRun
from harness.store.samples import thought_of
from harness.store.schema import (
    AttemptRow,
    CallRow,
    ChargeRow,
    ProblemRow,
    PromptRow,
    SampleRow,
    VerdictRow,
)
from harness.store.store import Store

_CHUNK = 1000  # rows fetched at once

UNGRADED = Verdict(status=Status.UNGRADED, reason="not graded by this verifier yet")
"""Used in place of a verdict that the run's verifier has not given."""


class AttemptedProblem(NamedTuple):
    """A finished attempt's problem; `stopped`: a ceiling ended the attempt."""

    digest: str
    problem: Problem
    stopped: bool


class ChargedSample(NamedTuple):
    """One charge of a finished attempt, with the relevant parts of its sample, call and verdict.

    `empty`: it has no text. `text` is None for answers, which nothing follows; `verdict` is
    None for all others. `ask` is None if samples with one context were requested together. `usd`
    is the sample's share of its call. `call` returned it, or the sample that it was cut from, and
    took `latency_s`; for a cut sample that is the share of its tokens.
    """

    problem: str
    final: bool
    score: bool
    reasoning: str | None
    truncated: bool
    empty: bool
    text: str | None
    verdict: Verdict | None
    sample: str
    ordinal: int
    ask: int | None
    role: str
    model: str
    prompt: str
    prefix: str
    prompt_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    usd: float | None
    cached_prompt_tokens: int | None
    call: str | None
    latency_s: float | None


class ChainSample(NamedTuple):
    """One sample of a chain in full; `verdict` is None except for the `final` one.

    `seed` is the seed sent to the engine; None if there was none. `own`: of the run's model,
    not a reward's.
    """

    problem: Problem
    digest: str
    ordinal: int
    final: bool
    score: bool
    prompt: str
    sample: Sample
    verdict: Verdict | None
    seed: int | None = None
    own: bool = True


class Unanswered(NamedTuple):
    """An attempt without an answer: failed (`error`), or ended by its ceiling before an answer."""

    problem: Problem
    error: str | None


_VERDICT = (
    VerdictRow.status,
    VerdictRow.answer,
    VerdictRow.key,
    VerdictRow.method,
    VerdictRow.warning,
    VerdictRow.reason,
    VerdictRow.loop,
    VerdictRow.score,
)


def _verdict(
    status: str | None,
    answer: str | None,
    key: str | None,
    method: str,
    warning: int,
    reason: str,
    loop: bool | None,
    score: float | None,
) -> Verdict:
    if status is None:
        return UNGRADED
    return Verdict(
        status=Status(status),
        answer=answer,
        key=key,
        method=method,
        warning=warning,
        reason=reason,
        loop=loop,
        score=score,
    )


def attempted_problems(store: Store, run_id: str) -> list[AttemptedProblem]:
    """The problems of a run's finished attempts, in the task's order."""
    query = (
        select(ProblemRow.id, ProblemRow.content, AttemptRow.stopped)
        .join(AttemptRow, AttemptRow.problem_id == ProblemRow.id)
        .where(AttemptRow.run_id == run_id, AttemptRow.error.is_(None))
        .order_by(AttemptRow.position, ProblemRow.id)
    )
    with store.engine.connect() as connection:
        return [
            AttemptedProblem(id_, Problem(**content), stopped)
            for id_, content, stopped in connection.execute(query)
        ]


@cache
def _charged() -> Select[Any]:
    """The query of `charged_samples`: to build it takes longer than to run it on a small store."""
    role = case((SampleRow.model_id == bindparam("model"), "generator"), else_="reward")
    longer, whole = SampleRow.__table__.alias(), SampleRow.__table__.alias()
    made = CallRow.__table__.alias()  # also for cut samples
    share = case(
        (SampleRow.cut_of.is_(None), 1.0),
        (whole.c.output_tokens > 0, SampleRow.output_tokens * 1.0 / whole.c.output_tokens),
        else_=1.0,
    )
    cut = (  # the role of the call that returned the sample that this one was cut from
        select(CallRow.role)
        .join(longer, longer.c.call_id == CallRow.id)
        .where(longer.c.id == SampleRow.cut_of)
        .correlate(SampleRow)
        .scalar_subquery()
    )
    return (
        select(
            ChargeRow.problem_id,
            ChargeRow.final,
            ChargeRow.score,
            SampleRow.reasoning,
            SampleRow.finish,
            # Nothing follows an answer, so its text is not needed to find shared contexts.
            case((ChargeRow.final, None), else_=SampleRow.text),
            SampleRow.text == "",
            *_VERDICT,
            SampleRow.id,
            ChargeRow.ordinal,
            ChargeRow.ask,
            func.coalesce(CallRow.role, cut, role),
            SampleRow.model_id,
            SampleRow.prompt_id,
            SampleRow.prefix,
            SampleRow.prompt_tokens,
            SampleRow.output_tokens,
            SampleRow.reasoning_tokens,
            CallRow.usd / CallRow.samples,
            CallRow.cached_prompt_tokens,
            made.c.id,
            made.c.latency_s * share,
        )
        .select_from(
            _charges()
            .join(whole, whole.c.id == SampleRow.cut_of, isouter=True)
            .join(
                made, made.c.id == func.coalesce(SampleRow.call_id, whole.c.call_id), isouter=True
            )
        )
        .where(ChargeRow.run_id == bindparam("run"), AttemptRow.error.is_(None))
        .order_by(ChargeRow.problem_id, ChargeRow.ordinal, ChargeRow.step)
        .execution_options(yield_per=_CHUNK)
    )


def charged_samples(store: Store, run: StoredRun) -> Iterator[ChargedSample]:
    """The charges of a run's finished attempts, problem by problem, chain by chain."""
    split = len(_VERDICT)
    with store.engine.connect() as connection:
        rows = connection.execute(_charged(), _known(run))
        for problem, final, score, reasoning, finish, text, empty, *rest in rows:
            verdict = _verdict(*rest[:split]) if final else None
            cut = finish == "length"
            yield ChargedSample(
                problem, final, score, reasoning, cut, bool(empty), text, verdict, *rest[split:]
            )


@cache
def _chains() -> Select[Any]:
    """The query of `chain_samples`."""
    return (
        select(
            ChargeRow.problem_id,
            ProblemRow.content,
            ChargeRow.ordinal,
            ChargeRow.final,
            ChargeRow.score,
            PromptRow.text,
            SampleRow.seed,
            SampleRow.model_id == bindparam("model"),
            SampleRow.id,
            SampleRow.trace,
            SampleRow.max_tokens,
            SampleRow.prefix,
            SampleRow.text,
            SampleRow.reasoning,
            SampleRow.finish,
            SampleRow.stopped_by,
            SampleRow.prompt_tokens,
            SampleRow.output_tokens,
            SampleRow.reasoning_tokens,
            SampleRow.about,
            *_VERDICT,
        )
        .select_from(
            _charges()
            .join(ProblemRow, ProblemRow.id == ChargeRow.problem_id)
            .join(PromptRow, PromptRow.id == SampleRow.prompt_id)
        )
        .where(ChargeRow.run_id == bindparam("run"), AttemptRow.error.is_(None))
        .order_by(
            AttemptRow.position,
            ChargeRow.problem_id,
            ChargeRow.ordinal,
            ChargeRow.final,
            ChargeRow.step,
        )
        .execution_options(yield_per=_CHUNK)
    )


def chain_samples(store: Store, run: StoredRun) -> Iterator[ChainSample]:
    """Every sample of the chains of a run's finished attempts, in the task's order.

    The samples of an answer's reward come before the answer, which is the last of its chain.
    """
    digest, problem = "", None
    with store.engine.connect() as connection:
        for row in connection.execute(_chains(), _known(run)):
            problem_id, content, ordinal, final, score, prompt, seed, own, *rest = row
            if problem is None or problem_id != digest:
                digest, problem = problem_id, Problem(**content)
            sample = _sample(*rest[: -len(_VERDICT)])
            verdict = _verdict(*rest[-len(_VERDICT) :]) if final else None
            yield ChainSample(
                problem, digest, ordinal, final, score, prompt, sample, verdict, seed, bool(own)
            )


def _sample(
    sample_id: str,
    trace: str,
    max_tokens: int | None,
    prefix: str,
    text: str,
    reasoning: str | None,
    finish: str,
    stopped_by: str | None,
    *rest: Any,
) -> Sample:
    prompt_tokens, output_tokens, reasoning_tokens, about = rest
    return Sample(
        id=sample_id,
        trace=trace,
        max_tokens=max_tokens,
        prefix=prefix,
        text=text,
        reasoning=reasoning,
        finish=Finish(finish),
        stopped_by=stopped_by,
        prompt_tokens=prompt_tokens,
        output_tokens=output_tokens,
        reasoning_tokens=reasoning_tokens,
        **thought_of(about),
    )


def unanswered(store: Store, run_id: str) -> list[Unanswered]:
    """The attempts of a run without an answer, in the task's order."""
    answer = select(ChargeRow.sample_id).where(
        ChargeRow.run_id == AttemptRow.run_id,
        ChargeRow.problem_id == AttemptRow.problem_id,
        ChargeRow.final,
    )
    without = AttemptRow.error.is_not(None) | (AttemptRow.stopped & ~answer.exists())
    query = (
        select(ProblemRow.content, AttemptRow.error)
        .join(ProblemRow, ProblemRow.id == AttemptRow.problem_id)
        .where(AttemptRow.run_id == run_id, without)
        .order_by(AttemptRow.position)
    )
    with store.engine.connect() as connection:
        return [
            Unanswered(Problem(**content), error) for content, error in connection.execute(query)
        ]


def step_values(text: str) -> tuple[float, ...]:
    """The values of a reward's score, from the text of its sample."""
    return tuple(json.loads(text))


def _known(run: StoredRun) -> dict[str, str]:
    """What the two queries above leave open."""
    return {
        "run": run.id,
        "model": run.model_id,
        "verifier": run.verifier,
        "version": run.verifier_version,
    }


def _charges() -> Any:
    """The charges of a run with their samples, calls and (answers only) verdicts."""
    return (
        ChargeRow.__table__.join(SampleRow, SampleRow.id == ChargeRow.sample_id)
        .join(
            AttemptRow,
            and_(
                AttemptRow.run_id == ChargeRow.run_id,
                AttemptRow.problem_id == ChargeRow.problem_id,
            ),
        )
        .join(CallRow, CallRow.id == SampleRow.call_id, isouter=True)
        .join(
            VerdictRow,
            and_(
                ChargeRow.final,
                VerdictRow.sample_id == ChargeRow.sample_id,
                VerdictRow.problem_id == ChargeRow.problem_id,
                VerdictRow.verifier == bindparam("verifier"),
                VerdictRow.version == bindparam("version"),
            ),
            isouter=True,
        )
    )
