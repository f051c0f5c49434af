"""Rewards at work on one problem: scores are samples of the reward, stored and booked alike.

A score's sample has the response as its prefix, the values as its text and no output tokens. One
of a reward with a model of its own is found in the store when it is asked for again; the others are
computed again, from a judge's stored words or from nothing.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.budgets import Graded, Reward, Score
from harness.core import BackendError, Finish, Reply, Usage
from harness.run.samples import Stored
from harness.store.identity import call_id, model_id, sample_id, trace_id
from harness.store.schema import CallRow, SampleRow

if TYPE_CHECKING:
    from harness.run.sampler import ProblemCaller, Session

SAMPLING_KEY = "reward"
"""The sampling parameters of a score are {"reward": its spec}."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A score, and what it asked for: sample ids with the numbers of their calls."""

    score: Score
    log: dict[str, int]


class Scores:
    """All scores of one problem, each asked for once."""

    def __init__(self, session: Session, caller: ProblemCaller) -> None:
        self._session, self._caller = session, caller
        self._kept: dict[str, asyncio.Future[_Kept]] = {}
        self._without_model: set[str] = set()  # traces

    def forget(self) -> None:
        """Have scores without a model of their own made again: a ceiling counts their parts.

        What they ask of the model is found again as it was.
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
                self._caller.log.setdefault(sample, number)
        return [one.score for one in kept]

    def _trace(self, reward: Reward, response: str) -> str:
        asked = self._asked(reward, response)
        return trace_id(asked["model_id"], asked["prompt_id"], response, asked["sampling"], None, 0)

    def _asked(self, reward: Reward, response: str) -> dict[str, Any]:
        return {
            "model_id": model_id(reward.info.fingerprint),
            "prompt_id": self._caller.prompt_id,
            "prefix": response,
            "sampling": {SAMPLING_KEY: reward.info.spec},
            "seed": None,
            "index": 0,
        }

    async def _fill(self, reward: Reward, fresh: dict[str, str]) -> None:
        """Score what nobody has asked for yet; others who ask meanwhile wait for the same."""
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
                waiting.exception()  # looked at: nobody else may be waiting
            raise
        for trace, kept in found.items():
            self._kept[trace].set_result(kept)

    def _find(self, reward: Reward, fresh: dict[str, str]) -> dict[str, _Kept]:
        if not reward.has_model:
            return {}
        stored = self._session.find(fresh)
        return {
            trace: self._keep(samples[0].id, Graded(steps=tuple(json.loads(samples[0].text))))
            for trace, samples in stored.items()
            if samples
        }

    def _keep(self, sample: str, graded: Graded) -> _Kept:
        caller = self._caller
        log = {part.id: caller.log[part.id] for part in graded.parts}
        log[sample] = caller.note([sample])
        score = Score(id=sample, steps=graded.steps, parts=graded.parts)
        return _Kept(score, log)

    async def _generate(self, reward: Reward, missing: dict[str, str]) -> dict[str, _Kept]:
        caller, session = self._caller, self._session
        responses = list(missing.values())
        began = time.perf_counter()
        if reward.has_model:
            # A token is at least one byte, so the texts' length bounds what the model reads.
            text = "".join(m.content for m in caller.prompt.messages)
            most = sum(len((text + response).encode()) for response in responses)
            reserved = await session.limits.reserve(most, 0, priced=False)
            usage: Usage | None = None
            start = session.energy.begin()
            try:
                graded = await reward.score(caller, responses)
                usage = Usage(prompt_tokens=_sum(graded), output_tokens=0)
            finally:
                joules = session.energy.end(start)
                await session.limits.settle(reserved, usage, priced=False)
        else:
            joules = None
            graded = await reward.score(caller, responses)
        _check(reward, graded, responses)
        samples = [self._stored(trace, one) for trace, one in zip(missing, graded, strict=True)]
        self._book(reward, samples, missing, time.perf_counter() - began, joules)
        return {
            sample.trace: self._keep(sample.id, one)
            for sample, one in zip(samples, graded, strict=True)
        }

    @staticmethod
    def _stored(trace: str, graded: Graded) -> Stored:
        return Stored(
            id=sample_id(trace, None),
            trace=trace,
            max_tokens=None,
            text=json.dumps(graded.steps),
            reasoning=None,
            finish=Finish.STOP,
            prompt_tokens=graded.prompt_tokens,
            output_tokens=0,
            reasoning_tokens=0,
            token_ends=None,
            stopped_by=None,
        )

    def _book(
        self,
        reward: Reward,
        samples: Sequence[Stored],
        missing: dict[str, str],
        seconds: float,
        joules: float | None,
    ) -> None:
        """Queue the scores, with a call when a model was run for them."""
        call = call_id([sample.id for sample in samples]) if reward.has_model else None
        rows = self._caller.prompt_rows()
        if call is not None:
            usage = Usage(
                prompt_tokens=_sum(samples),
                cached_prompt_tokens=0,
                output_tokens=0,
                reasoning_tokens=0,
            )
            reply = Reply(completions=(), usage=usage, latency_s=seconds, source="tokenizer")
            row = self._caller.call_row(call, len(samples), "reward", reply, joules, priced=False)
            rows.append((CallRow, row))
        for sample in samples:
            asked = self._asked(reward, missing[sample.trace])
            rows.append((SampleRow, sample.row(call_id=call, **asked)))
        self._session.put(rows)


def _sum(parts: Sequence[Graded | Stored]) -> int | None:
    tokens = [one.prompt_tokens for one in parts]
    return None if None in tokens else sum(t or 0 for t in tokens)


def _check(reward: Reward, graded: Sequence[Graded], responses: Sequence[str]) -> None:
    """BackendError unless there is one judgement each, all of its values in [0, 1]."""
    name = reward.info.spec.replace(":", "=", 1)
    if len(graded) != len(responses):
        raise BackendError(f"{name} gave {len(graded)} scores for {len(responses)} responses")
    for one, response in zip(graded, responses, strict=True):
        wrong = [v for v in one.steps if math.isnan(v) or not 0 <= v <= 1]
        if wrong or not one.steps:
            raise BackendError(
                f"{name} gave {wrong[0] if wrong else 'no value'} where a value from 0 to 1 "
                f"belongs, for a response that ends {response[-40:]!r}; what is finished is "
                "stored. Check the reward model, or take another"
            )
