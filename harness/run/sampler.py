"""Sampling for one problem: stored samples first, then the engine; every call in the ledger.

From top to bottom, `sample` receives the request, `_draw` finds what is stored or in progress in
another call, `_generate` calls the engine, and `_store` queues the call with its
results.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from harness.budgets import Reward, Role, Score, together
from harness.core import (
    BackendError,
    ContextError,
    Prompt,
    Reply,
    Sample,
    Sampling,
    ThinkMarks,
    Usage,
    Verdict,
    VerifierSpec,
)
from harness.run.asks import Ask, Asks
from harness.run.ceilings import Ceiling, Meter
from harness.run.grading import Grader
from harness.run.likelihoods import read_choices
from harness.run.rewards import RewardScorer
from harness.run.session import ProblemLedger, Session
from harness.store.records import call_row, sample_row
from harness.store.samples import CallCost, cost_of_call


class ProblemSampler:
    """The `Caller` of one problem: serves its strategies' requests, each sample at most once.

    Under a ceiling (`meter`) samples are drawn sequentially, each no longer than what is left.
    """

    def __init__(self, session: Session, prompt: Prompt, grader: Grader) -> None:
        self.prompt = prompt
        self.meter: Meter | None = None
        self._session = session
        self._grader = grader
        self._ledger = ProblemLedger(session)
        self._asks = Asks(session.backend, model=session.model_id, seed=session.seed, prompt=prompt)
        self._drawn: dict[str, list[Sample]] = {}  # by trace; the writer may not have them yet
        self._pending: dict[str, asyncio.Future[Sample]] = {}  # by sample id
        self._costs: dict[str, CallCost] = {}  # of this command's calls, by sample id
        self._scorer = RewardScorer(session, self._ledger, self._asks, self)

    def start(self, payer: str, ceiling: Ceiling | None = None) -> None:
        """From here on, book calls on `payer`, under its ceiling, with an empty log."""
        if self.meter is not None or ceiling is not None:
            self._scorer.forget()
        self._ledger.start(payer)
        self.meter = None if ceiling is None else Meter(ceiling)

    @property
    def log(self) -> dict[str, int]:
        """See `ProblemLedger`: what a strategy is charged."""
        return self._ledger.log

    # What a strategy may call; see `harness.budgets.Caller`.

    @property
    def marks(self) -> ThinkMarks | None:
        """The model's thinking marks."""
        return self._session.backend.info.think

    @property
    def max_output_tokens(self) -> int:
        """The command's default limit for one completion."""
        return self._session.max_output_tokens

    @property
    def in_turn(self) -> bool:
        """See `harness.budgets.Caller`."""
        return self.meter is not None

    def room(self, prefix: str = "", *, prompt: Prompt | None = None) -> int | None:
        """See `harness.budgets.Caller`."""
        return self._asks.room(prefix, prompt)

    async def verdicts(self, draws: Sequence[Sample]) -> list[Verdict]:
        """See `harness.budgets.Caller`."""
        return await self._grader.grade([(draw.response, draw.truncated) for draw in draws])

    async def check(self, verifier: VerifierSpec, responses: Sequence[str]) -> list[Verdict]:
        """See `harness.budgets.Caller`."""
        return await self._grader.grade([(text, False) for text in responses], verifier)

    async def score(self, reward: Reward, responses: Sequence[str]) -> list[Score]:
        """See `harness.budgets.Caller`."""
        if self.meter is None:
            return await self._scorer.score(reward, responses)
        return [(await self._scorer.score(reward, [response]))[0] for response in responses]

    async def likelihoods(self) -> Sample:
        """See `harness.budgets.Caller`."""
        return await read_choices(self._session, self._ledger, self._asks.render())

    async def sample(
        self,
        indices: Sequence[int],
        sampling: Sampling,
        *,
        prefix: str = "",
        prompt: Prompt | None = None,
        role: Role = "generator",
    ) -> list[Sample]:
        """See `harness.budgets.Caller`."""
        ask = self._asks.ask(sampling, prefix, prompt, role)
        if self.meter is None:
            found = await self._draw(indices, ask)
        else:
            found = {index: await self._draw_metered(self.meter, index, ask) for index in indices}
        return [found[index] for index in indices]

    def has(
        self,
        index: int,
        sampling: Sampling,
        *,
        prompt: Prompt | None = None,
        role: Role = "generator",
    ) -> bool:
        """Whether `sample` would find this one, without a call."""
        return bool(self._find([index], self._asks.ask(sampling, "", prompt, role)))

    # How samples are obtained.

    async def _draw_metered(self, meter: Meter, index: int, ask: Ask) -> Sample:
        """One sample, no longer than the ceiling leaves; CeilingReached if it leaves nothing.

        A score cut by the ceiling is invalid, so its call ends the attempt.
        """
        if ask.max_tokens < 1:
            return (await self._draw([index], ask))[index]
        had = meter.had(ask.name(index).trace, ask.max_tokens)
        if had is not None:
            return had
        prompt_tokens = ask.most_prompt_tokens
        fits = meter.most(prompt_tokens, ask.max_tokens)
        sample = (await self._draw([index], ask.limited_to(fits)))[index]
        seconds, cached = self._cost_of(sample, meter.ceiling)
        meter.add(
            sample, prompt_tokens=prompt_tokens, max_tokens=fits, seconds=seconds, cached=cached
        )
        if meter.late:
            raise meter.end()
        if fits < ask.max_tokens and sample.truncated:
            meter.stopped = True
            if ask.role != "generator":
                raise meter.end()
        return sample

    def _cost_of(self, sample: Sample, ceiling: Ceiling) -> CallCost:
        """What a ceiling counts for the call that returned a sample, now or earlier."""
        if ceiling.seconds is None and ceiling.usd is None:
            return CallCost()
        known = self._costs.get(sample.id)
        return cost_of_call(self._session.store, sample.id) if known is None else known

    async def _draw(self, indices: Sequence[int], ask: Ask) -> dict[int, Sample]:
        """The samples of a request, by index: stored, in progress, or generated now."""
        self._ledger.note(ask.name(index).sample for index in indices)
        if ask.max_tokens < 1:
            return {index: self._nothing(index, ask) for index in indices}
        found = self._find(indices, ask)
        missing = [index for index in indices if index not in found]
        pending = {i: p for i in missing if (p := self._pending.get(ask.name(i).sample))}
        fresh = [index for index in missing if index not in pending]
        if fresh:
            found |= await self._generate_once(fresh, ask)
        return found | {index: await future for index, future in pending.items()}

    def _nothing(self, index: int, ask: Ask) -> Sample:
        """An empty completion, if the context leaves no room for a token."""
        named = ask.name(index)
        sample = Sample.empty(
            sample_id=named.sample,
            trace=named.trace,
            prefix=ask.prefix,
            max_tokens=ask.max_tokens,
        )
        self._session.put([*self._ledger.prompt_rows(ask.prompt), sample_row(sample, named.asked)])
        return sample

    def _find(self, indices: Sequence[int], ask: Ask) -> dict[int, Sample]:
        """What is already available, cut from a longer sample of the same trace if necessary."""
        traces = {index: ask.name(index).trace for index in indices}
        unknown = [trace for trace in traces.values() if trace not in self._drawn]
        if unknown:
            self._drawn |= self._session.find(unknown)
        found: dict[int, Sample] = {}
        for index, trace in traces.items():
            usable = [s for s in self._drawn[trace] if s.answers(ask.max_tokens)]
            exact = next((s for s in usable if s.max_tokens == ask.max_tokens), None)
            if exact is not None:
                found[index] = exact
            elif usable:
                # The longest is the generated one: its call says what a cut was for.
                longest = max(usable, key=lambda s: s.max_tokens or 0)
                found[index] = self._cut(longest, index, ask)
        return found

    def _cut(self, longer: Sample, index: int, ask: Ask) -> Sample:
        named = ask.name(index)
        sample = longer.cut(ask.max_tokens, sample_id=named.sample)
        self._session.writer.put([sample_row(sample, named.asked)])
        self._drawn[sample.trace].append(sample)
        if self.meter is not None:
            share = (sample.output_tokens or 0) / (longer.output_tokens or 1)
            seconds, cached = self._cost_of(longer, self.meter.ceiling)
            self._costs[sample.id] = CallCost(seconds * share, cached)
        return sample

    async def _generate_once(self, fresh: Sequence[int], ask: Ask) -> dict[int, Sample]:
        """Generate; concurrent requests for the same samples wait for these."""
        loop = asyncio.get_running_loop()
        mine = {ask.name(index).sample: loop.create_future() for index in fresh}
        self._pending |= mine
        try:
            found = await self._claim(fresh, ask)
        except BaseException as error:
            for future in mine.values():
                future.set_exception(error)
                future.exception()  # retrieved: nobody else may be waiting
            raise
        finally:
            for name in mine:
                del self._pending[name]
        for index, sample in found.items():
            mine[ask.name(index).sample].set_result(sample)
        return found

    async def _claim(self, fresh: Sequence[int], ask: Ask) -> dict[int, Sample]:
        """Generate what no other command is generating, and wait for the rest in the store."""
        claims, found = self._session.claims, dict[int, Sample]()
        left = {ask.name(index).trace: index for index in fresh}
        while left:
            taken = claims.take(left)
            mine = [index for trace, index in left.items() if trace in taken]
            try:
                if mine and claims.others():  # perhaps stored since we looked
                    found |= self._look_again(mine, ask)
                mine = [index for index in mine if index not in found]
                found |= await self._generate_all(mine, ask)
            finally:  # by the writer: whoever claims them next finds the samples stored
                self._session.writer.after(partial(claims.release, taken))
            left = {trace: index for trace, index in left.items() if index not in found}
            if left:
                await self._session.wait_for_others()
        return found

    def _look_again(self, indices: Sequence[int], ask: Ask) -> dict[int, Sample]:
        for trace, stored in self._session.find_now(ask.name(i).trace for i in indices).items():
            known = self._drawn.setdefault(trace, [])
            ids = {sample.id for sample in known}
            known += [sample for sample in stored if sample.id not in ids]
        return self._find(indices, ask)

    async def _generate_all(self, fresh: Sequence[int], ask: Ask) -> dict[int, Sample]:
        once = self._session.backend.info.prompt_once
        groups = [list(fresh)] if once else [[index] for index in fresh]
        parts = await together(self._generate(group, ask) for group in groups)
        return {index: sample for part in parts for index, sample in part.items()}

    async def _generate(self, indices: Sequence[int], ask: Ask) -> dict[int, Sample]:
        """One call to the engine, within the command's limits."""
        session, request = self._session, ask.request(indices)
        async with session.slots:
            reserved = await session.limits.reserve(
                ask.most_prompt_tokens, ask.max_tokens * len(indices)
            )
            usage: Usage | None = None
            began = session.energy.begin()
            try:
                names = [ask.name(index).sample for index in indices]
                reply = await session.generate(request, names)
                usage = reply.usage
            except ContextError:
                return {index: self._nothing(index, ask) for index in indices}
            finally:
                joules = session.energy.end(began)
                await session.limits.settle(reserved, usage)
        if len(reply.completions) != len(indices):
            raise BackendError(
                f"the engine returned {len(reply.completions)} completions for {len(indices)}"
            )
        samples = {
            index: ask.sample(index, completion, reply.usage.prompt_tokens)
            for index, completion in zip(indices, reply.completions, strict=True)
        }
        self._store(samples, ask, reply, joules)
        return samples

    def _store(
        self, samples: dict[int, Sample], ask: Ask, reply: Reply, joules: float | None
    ) -> None:
        """Queue the call and its samples for one transaction."""
        call = self._ledger.call([s.id for s in samples.values()], ask.role, reply, joules)
        rows = [*self._ledger.prompt_rows(ask.prompt), call_row(call)]
        cost = CallCost(reply.latency_s or 0.0, reply.usage.cached_prompt_tokens or 0)
        for index, sample in samples.items():
            self._costs[sample.id] = cost
            rows.append(sample_row(sample, ask.name(index).asked, call=call.id))
            self._drawn.setdefault(sample.trace, []).append(sample)
        self._session.put(rows)
        self._session.observer.called(reply.usage, len(samples))
