"""Continuous batching over ONNX Runtime: jobs in, finished completions out, on its own threads.

Each worker thread owns some rows and runs them step by step; the graph computes with Python's
lock released, so workers and the event loop run concurrently.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.core import BackendError, Completion, Sampling
from harness.models.ort_session import Decoder, Rows
from harness.models.sampling import Chooser, Spread, uniforms
from harness.models.tokens import Trace


@dataclass(eq=False)
class Job:
    """One call: a prompt and one completion for each seed.

    `done` is called once, on a worker's thread, with the error if there was one. `began` is when
    the engine started working on it.
    """

    ids: tuple[int, ...]
    limit: int
    sampling: Sampling
    seeds: tuple[int, ...]
    new_trace: Callable[[], Trace]
    complete: Callable[[Trace, bool], Completion]
    done: Callable[[BaseException | None], None]
    completions: list[Completion | None] = field(default_factory=list)
    began: float | None = None
    cancelled: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _begun: tuple[Spread, list[NDArray[Any]]] | None = None

    def __post_init__(self) -> None:
        self.completions = [None] * len(self.seeds)

    def begin(self, decoder: Decoder, ends: NDArray[np.bool_]) -> tuple[Spread, list[NDArray[Any]]]:
        """The first token's distribution and the prompt's caches, computed once for all samples.

        `ends` [vocabulary] marks the end tokens.
        """
        with self._lock:
            if self._begun is None:
                self.began = time.perf_counter()
                logits, caches = decoder.prefill(self.ids)
                if self.sampling.min_tokens > 0:
                    logits[ends] = -np.inf
                self._begun = Spread(logits, self.sampling), caches
            return self._begun

    def finish(self, index: int, completion: Completion) -> None:
        """Deliver one completion; the last one ends the job."""
        with self._lock:
            self.completions[index] = completion
            over = all(c is not None for c in self.completions)
        if over:
            self._begun = None
            self.end(None)

    def end(self, error: BaseException | None) -> None:
        """Report the end, once."""
        with self._lock:
            if self.cancelled:
                return
            self.cancelled = True
        self.done(error)


@dataclass(eq=False)
class _Row:
    """One completion in progress. Its text is decoded as it grows if a stop string may end it."""

    job: Job
    index: int
    draws: list[float]
    tokens: list[int] = field(default_factory=list)
    trace: Trace | None = None

    def add(self, token: int, ends: NDArray[np.bool_]) -> bool:
        """Add a token; True if that ended the completion, which is then delivered."""
        self.tokens.append(token)
        ended = bool(ends[token])
        stopped = ended or (self.trace is not None and self.trace.add(token))
        if not stopped and len(self.tokens) < self.job.limit:
            return False
        trace = self.trace
        if trace is None:
            trace = self.job.new_trace()
            trace.extend(self.tokens[:-1] if ended else self.tokens)
        if ended:
            trace.add_silent()
        self.job.finish(self.index, self.job.complete(trace, stopped))
        return True


class Worker:
    """One thread with its rows. The next sample, if any, takes the place of a finished row."""

    def __init__(self, engine: Engine, rows: int) -> None:
        self._engine = engine
        self._decoder = engine.decoder
        self._size = rows
        self._rows: list[_Row] = []
        self._free: list[int] = []  # places of finished rows
        self._memory = Rows(engine.decoder, rows, engine.context)
        self._chooser = Chooser(rows)
        self._ends = np.zeros(engine.decoder.vocabulary, bool)
        self._ends[[i for i in engine.eos if i < engine.decoder.vocabulary]] = True
        self.thread = threading.Thread(target=self._run, name="onnx-worker", daemon=True)

    def _run(self) -> None:
        while True:
            room = self._size - len(self._rows) + len(self._free)
            fresh = self._engine.take(room, wait=room == self._size)
            if fresh is None:
                return
            try:
                for job, index in fresh:
                    self._admit(job, index)
                self._free += [i for i, row in enumerate(self._rows) if row.job.cancelled]
                self._close_gaps()
                if self._rows:
                    self._step()
            except Exception as error:  # noqa: BLE001 - any runtime error goes to the callers
                self._fail(error, [job for job, _ in fresh])

    def _fail(self, error: Exception, fresh: Sequence[Job]) -> None:
        for job in {*fresh, *(row.job for row in self._rows)}:
            job.end(BackendError(f"ONNX Runtime failed: {type(error).__name__}: {error}"))
        self._rows.clear()
        self._free.clear()
        self._memory.lengths[:] = 0

    def _admit(self, job: Job, index: int) -> None:
        if job.cancelled:
            return
        spread, caches = job.begin(self._decoder, self._ends)
        draws = uniforms(job.seeds[index], job.limit).tolist()
        row = _Row(job, index, draws, trace=job.new_trace() if job.sampling.stop else None)
        token = spread.draw(draws[0])
        if row.add(token, self._ends):
            return
        place = self._free.pop() if self._free else len(self._rows)
        self._rows[place : place + 1] = [row]
        self._memory.reserve(len(job.ids) + job.limit)
        self._memory.load(place, caches)
        self._memory.tokens[place] = token
        self._chooser.set(place, job.sampling)

    def _step(self) -> None:
        rows = self._rows
        logits = self._memory.step(len(rows))
        for i, row in enumerate(rows):
            if len(row.tokens) < row.job.sampling.min_tokens:  # too short to end here
                logits[i, self._ends] = -np.inf
        draws = np.array([row.draws[len(row.tokens)] for row in rows])
        tokens = self._chooser.choose(logits, draws)
        self._memory.tokens[: len(rows), 0] = tokens
        for i, token in enumerate(tokens.tolist()):
            if rows[i].add(token, self._ends):
                self._free.append(i)

    def _close_gaps(self) -> None:
        """Move the last rows into free places, so that the active rows are contiguous."""
        for place in sorted(set(self._free), reverse=True):
            last = len(self._rows) - 1
            self._memory.move(last, place)
            self._chooser.move(last, place)
            self._rows[place] = self._rows[last]
            self._rows.pop()
        self._free.clear()


class Engine:
    """The workers and their queue of samples."""

    def __init__(
        self, decoder: Decoder, eos: frozenset[int], context: int | None, rows: int, workers: int
    ) -> None:
        self.decoder = decoder
        self.eos = eos
        self.context = context
        self._waiting: deque[tuple[Job, int]] = deque()
        self._condition = threading.Condition()
        self._closing = False
        self._workers = [Worker(self, rows) for _ in range(workers)]
        for worker in self._workers:
            worker.thread.start()

    def submit(self, job: Job) -> None:
        """Queue all samples of a job."""
        with self._condition:
            if self._closing:
                raise BackendError("the onnx backend is closed")
            self._waiting.extend((job, index) for index in range(len(job.seeds)))
            self._condition.notify_all()

    def take(self, room: int, *, wait: bool) -> list[tuple[Job, int]] | None:
        """Up to `room` samples, a fair share of those waiting; None if the engine closes."""
        with self._condition:
            while wait and not self._waiting and not self._closing:
                self._condition.wait()
            if self._closing:
                return None
            share = -(-len(self._waiting) // len(self._workers))
            return [self._waiting.popleft() for _ in range(min(room, share))]

    def close(self) -> None:
        """Stop the workers; their work in progress is dropped."""
        with self._condition:
            self._closing = True
            self._waiting.clear()
            self._condition.notify_all()
        for worker in self._workers:
            worker.thread.join()
