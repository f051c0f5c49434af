"""The default backend: models exported for ONNX Runtime, on the CPU, without torch.

A folder holds `genai_config.json` and `model.onnx` as written by ONNX Runtime GenAI's model
builder, plus the tokenizer. The graph is run by ONNX Runtime itself. GenAI's own generator was
measured and rejected (`python benchmarks/onnx_engines.py`, docs/models.md): it is as fast on rows
of equal length, but has no seed per row, and accepts no new row until its whole batch is done. Its
continuous batching (`Engine` with `dynamic_batching`) needs paged attention, which its model
builder does not support on CPUs.
"""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from typing import Any

from harness.core import (
    BackendError,
    Completion,
    Likelihood,
    Measured,
    Prompt,
    Reply,
    Request,
    Sampling,
)
from harness.models.likelihood import measure
from harness.models.local import LocalBackend, measured, since
from harness.models.options import Count, ModelOptions, option
from harness.models.ort_engine import Engine, Job
from harness.models.ort_session import Decoder
from harness.models.tokens import Trace
from harness.models.wording import Turn

_SMALL = 50_000_000  # weights; below, several single-threaded batches beat one wide batch


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class OnnxOptions(ModelOptions):
    """The options of `onnx:`."""

    batch_size: Count = option(16, "rows per batch")
    workers: Count | None = option(None, "concurrent batches (default: by the model's size)")
    threads: Count | None = option(None, "threads per batch (default: by the model's size)")


class OnnxBackend(LocalBackend[OnnxOptions]):
    """`onnx:NAME` (an embedded model) or `onnx:FOLDER`."""

    backend = "onnx"
    weights = "onnx"
    hub = False
    options_class = OnnxOptions
    _engine: Engine | None = None
    _closed = False

    def rows(self) -> int:
        """Two batches' worth for each worker, so that none waits for the next call."""
        workers, _ = self._layout()
        return 2 * workers * self.options.batch_size

    def _layout(self) -> tuple[int, int]:
        """Workers, and threads of each."""
        small = (self.folder.parameters or 0) < _SMALL
        workers, threads = (_cores(), 1) if small else (1, _cores())
        return self.options.workers or workers, self.options.threads or threads

    def facts(self) -> dict[str, Any]:
        """How the machine's cores are used."""
        workers, threads = self._layout()
        return {**super().facts(), "workers": workers, "threads": threads}

    def _start(self) -> Engine:
        workers, threads = self._layout()
        decoder = Decoder(self.folder.path, self.folder.genai, threads)
        return Engine(
            decoder, self.wording.eos, self.info.context, self.options.batch_size, workers
        )

    def _job(self, turn: Turn, limit: int, request: Request, future: asyncio.Future[None]) -> Job:
        loop = asyncio.get_running_loop()
        sampling: Sampling = request.sampling

        def complete(trace: Trace, stopped: bool) -> Completion:
            return self.wording.complete(trace, turn, stopped=stopped)

        def settle(error: BaseException | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)

        def done(error: BaseException | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, error)

        return Job(
            ids=turn.ids,
            limit=limit,
            sampling=sampling,
            seeds=request.seeds,
            new_trace=lambda: self.wording.trace(turn, sampling),
            complete=complete,
            done=done,
        )

    async def generate(self, request: Request) -> Reply:
        """Run one call. Its latency starts when the engine starts working on it."""
        if self._closed:
            raise BackendError(f"{self.info.spec}: the backend is closed")
        turn, limit = self.turn(request)
        if self._engine is None:
            self._engine = self.started(
                self._start
            )  # a fraction of a second for the models that ship
        future = asyncio.get_running_loop().create_future()
        job = self._job(turn, limit, request, future)
        began = time.perf_counter()
        self._engine.submit(job)
        try:
            await future
        except asyncio.CancelledError:
            job.cancelled = True
            raise
        completions = [c for c in job.completions if c is not None]
        return self.reply(turn, completions, since(job.began or began))

    async def likelihood(self, prompt: Prompt) -> Measured:
        """Each choice read behind its context, alone, so that it depends on nothing else."""
        if self._closed:
            raise BackendError(f"{self.info.spec}: the backend is closed")
        texts = self.passages(prompt)
        if self._engine is None:
            self._engine = self.started(self._start)
        decoder, began = self._engine.decoder, time.perf_counter()

        def read() -> list[Likelihood]:
            logits = (decoder.foretell(text.ids, text.count) for text in texts)
            return [
                measure(rows, text.ids[-text.count :])
                for rows, text in zip(logits, texts, strict=True)
            ]

        return measured(texts, await asyncio.to_thread(read), since(began))

    async def close(self) -> None:
        """Stop the workers; calls in progress are cancelled by their tasks."""
        self._closed = True
        if self._engine is not None:
            engine, self._engine = self._engine, None
            await asyncio.to_thread(engine.close)
