"""Scoring responses with rewards: scores are samples of the reward, stored and booked alike.

A score's sample has the response as its prefix, the values as its text and no output tokens. A
score of a reward with its own model is reused from the store; other scores are
recomputed, from a judge's stored replies or from nothing.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.budgets import Caller, Graded, Reward, Score
from harness.core import BackendError, Finish, Reply, Sample, Usage
from harness.run.asks import Asks
from harness.run.session import ProblemLedger, Session
from harness.store.attempts import step_values
from harness.store.identity import Asked, model_id, sample_id
from harness.store.records import call_row, sample_row

SAMPLING_KEY = "reward"
"""The sampling parameters of a score are {"reward": its spec}."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A score, and what it requested: sample ids with the numbers of their calls."""

    score: Score
    log: dict[str, int]


class RewardScorer:
    """Scores the responses to one problem, each once."""

    def __init__(self, session: Session, ledger: ProblemLedger, asks: Asks, caller: Caller) -> None:
        self._session, self._ledger, self._asks, self._caller = session, ledger, asks, caller
        self._kept: dict[str, asyncio.Future[_Kept]] = {}
        self._without_model: set[str] = set()  # traces

    def forget(self) -> None:
        """Recompute scores that have no model of their own: a ceiling counts their parts.

        What they request from the model is found in the store.
        """
        for trace in self._without_model:
            self._kept.pop(trace, None)
        self._without_model.clear()

    async def score(self, reward: Reward, responses: Sequence[str]) -> list[Score]:
        """See `harness.budgets.Caller`. Equal responses have one score."""
        traces = [self._trace(reward, response) for response in responses]
        fresh = {
            trace: response
            for trace, response in zip(traces, responses, strict=True)
            if trace not in self._kept
        }
        if fresh:
            if not reward.has_model:
                self._without_model |= fresh.keys()
            await self._fill(reward, fresh)
        kept = [await self._kept[trace] for trace in traces]
        for one in kept:
            for sample, number in one.log.items():
                self._ledger.log.setdefault(sample, number)
        return [one.score for one in kept]

    def _trace(self, reward: Reward, response: str) -> str:
        return self._asked(reward, response).trace

    def _asked(self, reward: Reward, response: str) -> Asked:
        model, prompt = model_id(reward.info.fingerprint), self._asks.render(None).id
        return Asked(model, prompt, response, {SAMPLING_KEY: reward.info.spec}, None, 0)

    async def _fill(self, reward: Reward, fresh: dict[str, str]) -> None:
        """Score what is not in progress yet; concurrent requests wait for the same result."""
        loop = asyncio.get_running_loop()
        self._kept |= {trace: loop.create_future() for trace in fresh}
        try:
            found = self._find(reward, fresh)
            missing = {t: response for t, response in fresh.items() if t not in found}
            if missing:
                found |= await self._generate(reward, missing)
        except BaseException as error:
            for trace in fresh:
                waiting = self._kept.pop(trace)
                waiting.set_exception(error)
                waiting.exception()  # retrieved: nobody else may be waiting
            raise
        for trace, kept in found.items():
            self._kept[trace].set_result(kept)

    def _find(self, reward: Reward, fresh: dict[str, str]) -> dict[str, _Kept]:
        if not reward.has_model:
            return {}
        stored = self._session.find(fresh)
        return {
            trace: self._keep(samples[0].id, Graded(steps=step_values(samples[0].text)))
            for trace, samples in stored.items()
            if samples
        }

    def _keep(self, sample: str, graded: Graded) -> _Kept:
        ledger = self._ledger
        log = {part.id: ledger.log[part.id] for part in graded.parts}
        log[sample] = ledger.note([sample])
        score = Score(id=sample, steps=graded.steps, parts=graded.parts)
        return _Kept(score, log)

    async def _generate(self, reward: Reward, missing: dict[str, str]) -> dict[str, _Kept]:
        session = self._session
        responses = list(missing.values())
        began = time.perf_counter()
        if reward.has_model:
            # A token is at least one byte, so the texts' length bounds what the model reads.
            text = "".join(m.content for m in self._caller.prompt.messages)
            most = sum(len((text + response).encode()) for response in responses)
            reserved = await session.limits.reserve(most, 0, priced=False)
            usage: Usage | None = None
            start = session.energy.begin()
            try:
                graded = await reward.score(self._caller, responses)
                usage = Usage.total(
                    Usage(prompt_tokens=one.prompt_tokens, output_tokens=0) for one in graded
                )
            finally:
                joules = session.energy.end(start)
                await session.limits.settle(reserved, usage, priced=False)
        else:
            joules = None
            graded = await reward.score(self._caller, responses)
        _check(reward, graded, responses)
        samples = [
            _sample(trace, response, one)
            for (trace, response), one in zip(missing.items(), graded, strict=True)
        ]
        self._store(reward, samples, time.perf_counter() - began, joules)
        return {
            sample.trace: self._keep(sample.id, one)
            for sample, one in zip(samples, graded, strict=True)
        }

    def _store(
        self, reward: Reward, samples: Sequence[Sample], seconds: float, joules: float | None
    ) -> None:
        """Queue the scores, with a call if a model was run for them."""
        rows, call = self._ledger.prompt_rows(self._asks.render(None)), None
        if reward.has_model:
            usage = Usage.total(
                [replace(sample.usage, cached_prompt_tokens=0) for sample in samples]
            )
            reply = Reply(completions=(), usage=usage, latency_s=seconds, source="tokenizer")
            ids = [sample.id for sample in samples]
            call = self._ledger.call(ids, "reward", reply, joules, priced=False)
            rows.append(call_row(call))
        for sample in samples:
            asked = self._asked(reward, sample.prefix)
            rows.append(sample_row(sample, asked, call=None if call is None else call.id))
        self._session.put(rows)


def _sample(trace: str, response: str, graded: Graded) -> Sample:
    """A score as a sample: the response is its prefix, the values are its text.

    It is cut off (`length`) if the response exceeded what its model can read.
    """
    return Sample(
        id=sample_id(trace, None),
        trace=trace,
        prefix=response,
        text=json.dumps(graded.steps),
        finish=Finish.LENGTH if graded.cut else Finish.STOP,
        prompt_tokens=graded.prompt_tokens,
        output_tokens=0,
        reasoning_tokens=0,
    )


def _check(reward: Reward, graded: Sequence[Graded], responses: Sequence[str]) -> None:
    """BackendError unless there is one judgement for each, with all values in [0, 1]."""
    name = reward.info.spec.replace(":", "=", 1)
    if len(graded) != len(responses):
        raise BackendError(f"{name} gave {len(graded)} scores for {len(responses)} responses")
    for one, response in zip(graded, responses, strict=True):
        wrong = [v for v in one.steps if math.isnan(v) or not 0 <= v <= 1]
        if wrong or not one.steps:
            raise BackendError(
                f"{name} gave {wrong[0] if wrong else 'no value'} instead of a value from 0 to 1 "
                f"for a response that ends {response[-40:]!r}; finished work is "
                "stored. Check the reward model, or use another"
            )
