"""One problem's access to the model: stored samples first, then the engine; every call booked."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.budgets import Draw, Reward, Role, Score, together
from harness.core import (
    BackendError,
    ContextError,
    Finish,
    Prompt,
    Reply,
    Request,
    Sampling,
    ThinkMarks,
    Usage,
    Verdict,
    VerifierSpec,
)
from harness.core.hashing import derive_seed
from harness.core.protocols import Backend
from harness.cost import PriceEntry, price
from harness.run.asks import Ask, Names, Rendered
from harness.run.ceilings import Ceiling, Meter
from harness.run.contracts import generate
from harness.run.energy import Energy
from harness.run.grading import Judging
from harness.run.limits import Limits
from harness.run.progress import Observer
from harness.run.rewards import Scores
from harness.run.samples import Stored, find_traces, nothing
from harness.store import Store, Writer
from harness.store.identity import call_id, prompt_id, sample_id, trace_id
from harness.store.schema import CallRow, PromptRow, SampleRow
from harness.store.writer import Row


@dataclass(slots=True, kw_only=True)
class Session:
    """What all problems of one command share."""

    backend: Backend
    store: Store
    writer: Writer
    observer: Observer
    limits: Limits
    slots: asyncio.Semaphore
    model_id: str
    seed: int
    max_output_tokens: int
    price: PriceEntry | None = None
    energy: Energy = field(default_factory=lambda: Energy(lambda: None))
    known: frozenset[str] | None = None  # traces in the store at the start; None: look each up
    prompts: set[str] = field(default_factory=set)  # written in this session

    def find(self, traces: Iterable[str]) -> dict[str, list[Stored]]:
        """What the store held of some traces at the start; each has an entry, maybe empty."""
        wanted = list(traces)
        likely = [t for t in wanted if self.known is None or t in self.known]
        stored = find_traces(self.store, likely) if likely else {}
        return {trace: stored.get(trace, []) for trace in wanted}

    def put(self, rows: list[Row]) -> None:
        """Queue rows for one transaction; raises StoreError once nothing can be written."""
        self.writer.put(rows)
        if self.writer.error is not None:
            raise self.writer.error


class ProblemCaller:
    """The `Caller` of one problem; `payer` is the run that new calls are booked on.

    It remembers what it has drawn: the writer may not have committed that yet. `log` names all
    samples asked for since `start`, with a number that those of one call share: what a strategy
    is charged. Under a ceiling (`meter`) calls go one behind the other, each no larger than fits.
    """

    def __init__(self, session: Session, prompt: Prompt, judging: Judging) -> None:
        self.prompt = prompt
        self.payer = ""
        self.log: dict[str, int] = {}
        self.meter: Meter | None = None
        self._session = session
        self._judging = judging
        self._rendered: dict[Prompt, Rendered] = {}
        self._known: dict[str, list[Stored]] = {}
        self._coming: dict[tuple[str, int], asyncio.Future[Stored]] = {}
        self._calls = 0
        self._scores = Scores(session, self)

    def start(self, payer: str, ceiling: Ceiling | None = None) -> None:
        """From here on calls are booked on `payer`, under its ceiling, and the log is empty."""
        if self.meter is not None or ceiling is not None:
            self._scores.forget()
        self.payer, self.log = payer, {}
        self.meter = None if ceiling is None else Meter(ceiling)

    def note(self, samples: Iterable[str]) -> int:
        """Log samples as asked for together; those that are there already stay where they are."""
        self._calls += 1
        for sample in samples:
            self.log.setdefault(sample, self._calls)
        return self._calls

    @property
    def prompt_id(self) -> str:
        """The id of the task's prompt."""
        return self._render(None).id

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
        backend, rendered = self._session.backend, self._render(prompt)
        context = backend.info.context
        if context is None:
            return None
        if prefix and rendered.tokens is not None:
            # A token is at least one byte: far from the end there is no need to count.
            left = context - rendered.tokens - len(prefix.encode())
            if left >= 1:
                return left
        count = backend.count_tokens(backend.render(rendered.prompt, prefix))
        return None if count is None else context - count

    async def sample(
        self,
        indices: Sequence[int],
        sampling: Sampling,
        *,
        prefix: str = "",
        prompt: Prompt | None = None,
        role: Role = "generator",
    ) -> list[Draw]:
        """See `harness.budgets.Caller`."""
        prefix = prefix or (self.prompt if prompt is None else prompt).begin
        ask = self._ask(sampling, prefix, prompt, role)
        if self.meter is None:
            found = await self._samples(indices, ask)
        else:
            found = {index: await self._within(self.meter, index, ask) for index in indices}
        return [found[index].draw(prefix) for index in indices]

    def has(
        self,
        index: int,
        sampling: Sampling,
        *,
        prompt: Prompt | None = None,
        role: Role = "generator",
    ) -> bool:
        """Whether `sample` would find this one, without a call."""
        prefix = (self.prompt if prompt is None else prompt).begin
        return bool(self._find([index], self._ask(sampling, prefix, prompt, role)))

    async def _samples(self, indices: Sequence[int], ask: Ask) -> dict[int, Stored]:
        """The samples of an ask, logged; those that nobody has are generated."""
        self.note(self._identify(index, ask).sample for index in indices)
        if ask.sampling.max_tokens < 1:
            return {index: self._nothing(index, ask) for index in indices}
        found = self._find(indices, ask)
        missing = [index for index in indices if index not in found]
        return found | (await self._bring(missing, ask) if missing else {})

    async def _within(self, meter: Meter, index: int, ask: Ask) -> Stored:
        """One sample, made no longer than the ceiling leaves; CeilingReached when it leaves none.

        A score that the ceiling cut is none, so that its call ends the attempt.
        """
        wanted = ask.sampling.max_tokens
        if wanted < 1:
            return (await self._samples([index], ask))[index]
        had = meter.had(self._identify(index, ask).trace, wanted)
        if had is not None:
            return had
        prompt_tokens = ask.most_prompt_tokens
        fits = meter.most(prompt_tokens, wanted)
        smaller = replace(ask, sampling=replace(ask.sampling, max_tokens=fits), asked={})
        sample = (await self._samples([index], smaller))[index]
        meter.add(sample, prompt_tokens=prompt_tokens, max_tokens=fits)
        if fits < wanted and sample.finish is Finish.LENGTH:
            meter.stopped = True
            if ask.role != "generator":
                raise meter.end()
        return sample

    async def verdicts(self, draws: Sequence[Draw]) -> list[Verdict]:
        """See `harness.budgets.Caller`."""
        texts = [(draw.response, draw.finish is Finish.LENGTH) for draw in draws]
        return await self._judging.verdicts(texts)

    async def check(self, verifier: VerifierSpec, responses: Sequence[str]) -> list[Verdict]:
        """See `harness.budgets.Caller`."""
        return await self._judging.verdicts([(text, False) for text in responses], verifier)

    async def score(self, reward: Reward, responses: Sequence[str]) -> list[Score]:
        """See `harness.budgets.Caller`."""
        if self.meter is None:
            return await self._scores.score(reward, responses)
        return [(await self._scores.score(reward, [response]))[0] for response in responses]

    def _render(self, prompt: Prompt | None) -> Rendered:
        prompt = self.prompt if prompt is None else prompt
        if prompt not in self._rendered:
            backend = self._session.backend
            text = backend.render(prompt)
            self._rendered[prompt] = Rendered(
                prompt, text, prompt_id(text), backend.count_tokens(text)
            )
        return self._rendered[prompt]

    def _ask(self, sampling: Sampling, prefix: str, prompt: Prompt | None, role: Role) -> Ask:
        backend, rendered = self._session.backend, self._render(prompt)
        tokens = rendered.tokens
        if prefix:
            tokens = backend.count_tokens(backend.render(rendered.prompt, prefix))
        context = backend.info.context
        if context is not None and tokens is not None:
            room = max(context - tokens, 0)
            sampling = replace(sampling, max_tokens=min(sampling.max_tokens, room))
        return Ask(
            prompt=rendered,
            sampling=sampling,
            prefix=prefix,
            prompt_tokens=tokens,
            role=role,
            written=sampling.to_json(),
        )

    def _identify(self, index: int, ask: Ask) -> Names:
        """The names of a sample index, hashed once."""
        if index not in ask.asked:
            model, prompt = self._session.model_id, ask.prompt.id
            seed = derive_seed(self._session.seed, prompt, ask.prefix, index)
            trace = trace_id(model, prompt, ask.prefix, ask.written, seed, index)
            ask.asked[index] = Names(seed, trace, sample_id(trace, ask.sampling.max_tokens))
        return ask.asked[index]

    def _find(self, indices: Sequence[int], ask: Ask) -> dict[int, Stored]:
        traces = {index: self._identify(index, ask).trace for index in indices}
        unknown = [trace for trace in traces.values() if trace not in self._known]
        if unknown:
            self._known |= self._session.find(unknown)
        found: dict[int, Stored] = {}
        limit = ask.sampling.max_tokens
        for index, trace in traces.items():
            usable = [s for s in self._known[trace] if s.answers(limit)]
            exact = next((s for s in usable if s.max_tokens == limit), None)
            if exact is not None:
                found[index] = exact
            elif usable:
                found[index] = self._cut(usable[0], index, ask)
        return found

    def _cut(self, longer: Stored, index: int, ask: Ask) -> Stored:
        sample = longer.cut(ask.sampling.max_tokens)
        row = sample.row(call_id=None, **self._asked(index, ask))
        self._session.writer.put([(SampleRow, row)])
        self._known[sample.trace].append(sample)
        return sample

    def _nothing(self, index: int, ask: Ask) -> Stored:
        """An empty completion, where the context leaves no room for a token."""
        names = self._identify(index, ask)
        sample = nothing(names.trace, ask.sampling.max_tokens)
        row = sample.row(call_id=None, **self._asked(index, ask))
        self._session.put([*self.prompt_rows(ask.prompt), (SampleRow, row)])
        return sample

    def _asked(self, index: int, ask: Ask) -> dict[str, Any]:
        return {
            "model_id": self._session.model_id,
            "prompt_id": ask.prompt.id,
            "prefix": ask.prefix,
            "sampling": ask.written,
            "seed": self._identify(index, ask).seed,
            "index": index,
        }

    async def _bring(self, indices: Sequence[int], ask: Ask) -> dict[int, Stored]:
        """What is not there yet: generated, or waited for where another call brings it now."""
        limit = ask.sampling.max_tokens
        keys = {index: (self._identify(index, ask).trace, limit) for index in indices}
        fresh = [index for index in indices if keys[index] not in self._coming]
        waiting = {index: self._coming[keys[index]] for index in indices if index not in fresh}
        loop = asyncio.get_running_loop()
        mine = {keys[index]: loop.create_future() for index in fresh}
        self._coming |= mine
        once = self._session.backend.info.prompt_once
        groups = [fresh] if once and fresh else [[index] for index in fresh]
        try:
            parts = await together(self._generate(group, ask) for group in groups)
        except BaseException as error:
            for future in mine.values():
                future.set_exception(error)
                future.exception()  # looked at: nobody else may be waiting
            raise
        finally:
            for key in mine:
                del self._coming[key]
        found = {index: sample for part in parts for index, sample in part.items()}
        for index in fresh:
            mine[keys[index]].set_result(found[index])
        return found | {index: await future for index, future in waiting.items()}

    async def _generate(self, indices: Sequence[int], ask: Ask) -> dict[int, Stored]:
        session = self._session
        request = Request(
            prompt=ask.prompt.prompt,
            sampling=ask.sampling,
            seeds=tuple(self._identify(index, ask).seed for index in indices),
            prefix=ask.prefix,
        )
        async with session.slots:
            reserved = await session.limits.reserve(
                ask.most_prompt_tokens, ask.sampling.max_tokens * len(indices)
            )
            usage: Usage | None = None
            began = session.energy.begin()
            try:
                reply = await generate(session.backend, request)
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
        return self._book(indices, ask, reply, joules)

    def _book(
        self, indices: Sequence[int], ask: Ask, reply: Reply, joules: float | None
    ) -> dict[int, Stored]:
        """Queue the call and its samples for one transaction."""
        samples = {
            index: ask.stored(self._identify(index, ask), completion, reply.usage)
            for index, completion in zip(indices, reply.completions, strict=True)
        }
        call = call_id([s.id for s in samples.values()])
        rows = self.prompt_rows(ask.prompt)
        rows.append((CallRow, self.call_row(call, len(samples), ask.role, reply, joules)))
        for index, sample in samples.items():
            row = sample.row(call_id=call, **self._asked(index, ask))
            rows.append((SampleRow, row))
            self._known.setdefault(sample.trace, []).append(sample)
        self._session.put(rows)
        self._session.observer.called(reply.usage, len(samples))
        return samples

    def prompt_rows(self, rendered: Rendered | None = None) -> list[Row]:
        """The row of a prompt (the task's own by default), once a session."""
        rendered = rendered or self._render(None)
        if rendered.id in self._session.prompts:
            return []
        self._session.prompts.add(rendered.id)
        return [(PromptRow, {"id": rendered.id, "text": rendered.text})]

    def call_row(
        self,
        call: str,
        samples: int,
        role: Role,
        reply: Reply,
        joules: float | None,
        *,
        priced: bool = True,
    ) -> dict[str, Any]:
        """The columns of a call; `priced`: at the model's price."""
        usage, wasted = reply.usage, reply.wasted
        entry = self._session.price if priced else None
        return {
            "id": call,
            "run_id": self.payer,
            "role": role,
            "samples": samples,
            "prompt_tokens": usage.prompt_tokens,
            "cached_prompt_tokens": usage.cached_prompt_tokens,
            "output_tokens": usage.output_tokens,
            "reasoning_tokens": usage.reasoning_tokens,
            "wasted_tokens": wasted.output_tokens if wasted else None,
            "usd": price(usage, entry, one_call=True) if entry is not None else None,
            "latency_s": reply.latency_s,
            "joules": joules,
            "retries": reply.retries,
            "source": reply.source,
            "created": now("milliseconds"),
        }


def now(precision: str = "seconds") -> str:
    """The time in UTC as ISO 8601."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec=precision)
