"""An imported text as store rows: its sample, its call and its reward."""

from __future__ import annotations

import json
from dataclasses import dataclass

from harness.budgets import Reward
from harness.core import Finish, ModelInfo, Problem, Sample, ThinkMarks
from harness.interop.jsonl import ImportedRow
from harness.run.plan import PlannedRun
from harness.store.identity import Asked, model_id, prompt_id, sample_id
from harness.store.records import Call, Row, call_row, sample_row


def model_of(name: str) -> ModelInfo:
    """A model about which only its name is known."""
    return ModelInfo(
        spec=f"import:{name}", name=name, fingerprint=f"import:{name}", think=ThinkMarks()
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """A problem's digest, and the prompt that stands for the unknown one of its texts."""

    digest: str
    prompt: str
    prompt_id: str


class Prompts:
    """What imported texts answer: their prompts are unknown, so the problems stand in for them."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}  # hashed once per problem, not once per text
        self._models: dict[str, str] = {}

    def of(self, problem: Problem) -> _Known:
        """A problem's digest and prompt."""
        if problem.id not in self._known:
            prompt = f"(imported; the prompt is not known)\n\n{problem.question}"
            self._known[problem.id] = _Known(problem.digest(), prompt, prompt_id(prompt))
        return self._known[problem.id]

    def asked(self, row: ImportedRow) -> Asked:
        """What a row answers."""
        if row.model not in self._models:
            self._models[row.model] = model_id(f"import:{row.model}")
        known = self.of(row.problem)
        sampling = {"imported": known.digest}
        return Asked(self._models[row.model], known.prompt_id, "", sampling, None, row.sample)


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


def score_row(row: ImportedRow, asked: Asked, reward: Reward) -> Row:
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


def text_rows(
    row: ImportedRow, sample: Sample, asked: Asked, payer: PlannedRun, created: str
) -> list[Row]:
    """A text as a sample, and its call, booked on `payer`."""
    call = Call(
        run=payer.id,
        role="generator",
        samples=(sample.id,),
        usage=sample.usage,
        usd=row.usd,
        source="import",
        created=created,
    )
    return [call_row(call), sample_row(sample, asked, call=call.id)]
