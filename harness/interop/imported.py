"""An imported text as store rows: its sample, its call, its reward and its verdict.

The prompt of an imported text is unknown: the problem stands in for it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from harness.budgets import Reward
from harness.core import Finish, ModelInfo, Sample, ThinkMarks, Verdict
from harness.interop.jsonl import ImportedRow
from harness.run.plan import PlannedRun
from harness.store.identity import Asked, model_id, prompt_id, sample_id
from harness.store.records import (
    Call,
    Charge,
    Row,
    attempt_rows,
    call_row,
    problem_row,
    prompt_row,
    sample_row,
    verdict_row,
)


def model_of(name: str) -> ModelInfo:
    """A model about which only its name is known."""
    return ModelInfo(
        spec=f"import:{name}", name=name, fingerprint=f"import:{name}", think=ThinkMarks()
    )


def _prompt(row: ImportedRow) -> str:
    return f"(imported; the prompt is not known)\n\n{row.problem.question}"


def asked_of(row: ImportedRow) -> Asked:
    """What the row answers: the prompt is unknown, so the problem stands in for it."""
    model, prompt = model_id(f"import:{row.model}"), prompt_id(_prompt(row))
    return Asked(model, prompt, "", {"imported": row.problem.digest()}, None, row.sample)


def sample_of(row: ImportedRow, asked: Asked) -> Sample:
    """The row's text as a sample."""
    trace = asked.trace
    return Sample(
        id=sample_id(trace, None),
        trace=trace,
        text=row.text,
        finish=row.finish,
        prompt_tokens=row.prompt_tokens,
        output_tokens=row.output_tokens,
        reasoning_tokens=row.reasoning_tokens,
    )


def _score(row: ImportedRow, asked: Asked, reward: Reward) -> Row:
    """The row's reward as a sample of the reward; its cost is unknown."""
    of = Asked(
        model_id(reward.info.fingerprint),
        asked.prompt,
        row.text,
        {"reward": reward.info.spec},
        None,
        row.sample,
    )
    score = Sample(
        id=sample_id(of.trace, None),
        trace=of.trace,
        prefix=row.text,
        text=json.dumps(row.reward),
        finish=Finish.STOP,
        output_tokens=0,
        reasoning_tokens=0,
    )
    return sample_row(score, of)


def rows_of(
    row: ImportedRow,
    verdict: Verdict,
    payer: PlannedRun,
    answered: Sequence[PlannedRun],
    position: int,
    created: str,
) -> list[Row]:
    """All rows of an imported text: its call is booked on `payer`, and the runs that it answered
    are charged for it."""
    asked, problem = asked_of(row), row.problem.digest()
    sample = sample_of(row, asked)
    call = Call(
        run=payer.id,
        role="generator",
        samples=(sample.id,),
        usage=sample.usage,
        usd=row.usd,
        source="import",
        created=created,
    )
    out: list[Row] = [
        prompt_row(_prompt(row), asked.prompt),
        problem_row(row.problem, problem),
        call_row(call),
        sample_row(sample, asked, call=call.id),
    ]
    for run in answered:
        charges = [Charge(ordinal=row.sample, step=0, sample=sample.id, final=True)]
        if run.strategy.reward is not None:
            score = _score(row, asked, run.strategy.reward)
            out.append(score)
            charges.append(
                Charge(ordinal=row.sample, step=1, sample=score[1]["id"], final=False, score=True)
            )
        out += attempt_rows(run.id, problem, position, charges=charges)
    out.append(verdict_row(sample.id, problem, payer.loaded.judge, verdict))
    return out
