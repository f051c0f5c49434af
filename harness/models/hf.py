"""transformers, in-process: the plain reference among the engines.

Batches are static: up to `batch_size` samples, left-padded, run until the last one ends.
Tokens are drawn by the same code as in the onnx backend, so that a seed means the same in both.
Rounding in matrix libraries may depend on the batch's shape: a sample is the same in another batch
except for near-ties between two tokens.
"""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from harness.core import (
    BackendError,
    Completion,
    Likelihood,
    Measured,
    MissingExtraError,
    ModelSpec,
    Prompt,
    Reply,
    Request,
    Sampling,
)
from harness.models.likelihood import Passage, measure
from harness.models.local import (
    LocalBackend,
    LocalOptions,
    cuda_is_there,
    dtype_of,
    measured,
    since,
)
from harness.models.options import Count, Dtype, Text, option
from harness.models.sampling import Chooser, uniforms
from harness.models.tokens import Trace
from harness.models.wording import Turn

T = TypeVar("T")


@dataclass(eq=False)
class _Row:
    """One completion in progress, and where to send it."""

    turn: Turn
    limit: int
    sampling: Sampling
    seed: int
    future: asyncio.Future[tuple[Completion, float]]
    loop: asyncio.AbstractEventLoop

    def send(self, result: tuple[Completion, float] | BackendError) -> None:
        """Settle the future, unless its call was cancelled in the meantime."""
        _settle(self.loop, self.future, result)


@dataclass(eq=False)
class _Reading:
    """Passages to read, and where to send the result."""

    texts: Sequence[Passage]
    future: asyncio.Future[Measured]
    loop: asyncio.AbstractEventLoop

    def send(self, result: Measured | BackendError) -> None:
        """As `_Row.send`."""
        _settle(self.loop, self.future, result)


def _settle(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[T], result: T | BackendError
) -> None:
    """Settle a future on its own loop, unless its call was cancelled meanwhile."""

    def settle() -> None:
        if future.done():
            return
        if isinstance(result, BackendError):
            future.set_exception(result)
        else:
            future.set_result(result)

    if not loop.is_closed():
        loop.call_soon_threadsafe(settle)


@dataclass(frozen=True, kw_only=True)
class HfOptions(LocalOptions):
    """The options of `hf:`."""

    dtype: Dtype | None = option(
        None, "number format (default: config.json's)", affects_output=True
    )
    device: Text | None = option(None, "torch device (default: cuda if there is one, else cpu)")
    batch_size: Count = option(16, "samples per batch")


class HfBackend(LocalBackend[HfOptions]):
    """`hf:NAME`: an embedded model, a folder, or a hub name."""

    backend = "hf"
    prompt_once = False
    options_class = HfOptions

    def __init__(self, spec: ModelSpec) -> None:
        """Find the model; raises MissingExtraError if torch or transformers is missing."""
        super().__init__(spec)
        self._waiting: queue.SimpleQueue[_Row | _Reading | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._model: Any = None

    @property
    def on_gpu(self) -> bool:
        """Whether it computes on this machine's GPUs."""
        device = self.options.device
        return cuda_is_there() if device is None else device.startswith("cuda")

    def rows(self) -> int:
        """Two batches' worth."""
        return 2 * self.options.batch_size

    def _start(self) -> None:
        for package in ("torch", "transformers"):
            if importlib.util.find_spec(package) is None:
                raise MissingExtraError("the hf backend", package, "hf")
        self._thread = threading.Thread(target=self._run, name="hf-worker", daemon=True)
        self._thread.start()

    def _load(self) -> None:
        import torch
        from transformers import AutoModelForCausalLM

        device = self.options.device or ("cuda" if torch.cuda.is_available() else "cpu")
        dtype = getattr(torch, self.options.dtype or dtype_of(self.folder))
        revision = self.folder.revision
        source = self.info.name if revision else str(self.folder.path)
        model = AutoModelForCausalLM.from_pretrained(source, revision=revision, dtype=dtype)
        self._model = model.to(device).eval()

    def _run(self) -> None:
        """The worker thread: take waiting samples, up to a batch, and run them."""
        while (first := self._waiting.get()) is not None:
            items = [first]
            while len(items) < self.options.batch_size and not self._waiting.empty():
                more = self._waiting.get()
                if more is None:
                    return
                items.append(more)
            items = [item for item in items if not item.future.cancelled()]
            try:
                if self._model is None:
                    self.started(self._load)
                if rows := [item for item in items if isinstance(item, _Row)]:
                    self._batch(rows)
                for reading in (item for item in items if isinstance(item, _Reading)):
                    reading.send(self._read(reading.texts))
            except Exception as error:  # noqa: BLE001 - any torch error goes to the callers
                fault = BackendError(
                    f"{self.info.spec} failed: {type(error).__name__}: {error}",
                    fatal=self._model is None,
                )
                for item in items:
                    item.send(fault)

    def _read(self, texts: Sequence[Passage]) -> Measured:
        """How likely each text's end is, so many texts at once as make a batch."""
        began, found = time.perf_counter(), list[Likelihood]()
        size = self.options.batch_size
        for start in range(0, len(texts), size):
            batch = texts[start : start + size]
            steps = _Steps(self._model, [text.ids[:-1] for text in batch])
            logits = steps.logits(keep=max(text.count for text in batch))
            found += [
                measure(rows[-text.count :], text.ids[-text.count :])
                for rows, text in zip(logits, batch, strict=True)
            ]
        return measured(texts, found, since(began))

    def _batch(self, rows: Sequence[_Row]) -> None:
        began = time.perf_counter()
        traces = [self.wording.trace(r.turn, r.sampling) for r in rows]
        draws = [uniforms(r.seed, r.limit) for r in rows]
        chooser = Chooser(len(rows))
        for i, row in enumerate(rows):
            chooser.set(i, row.sampling)
        steps = _Steps(self._model, [r.turn.ids for r in rows])
        ends = sorted(self.wording.eos)
        alive = set(range(len(rows)))
        count = 0
        while alive and not self._closed:
            logits = steps.logits()[:, -1]
            for i in alive:
                if count < rows[i].sampling.min_tokens:
                    logits[i, ends] = -np.inf
            drawn = np.array([d[count] if count < len(d) else 0.0 for d in draws])
            tokens = chooser.choose(logits, drawn)
            count += 1
            for i in sorted(alive):
                stopped = self._add(traces[i], int(tokens[i]))
                if stopped or count >= rows[i].limit:
                    alive.discard(i)
                    completion = self.wording.complete(traces[i], rows[i].turn, stopped=stopped)
                    rows[i].send((completion, since(began)))
            if alive:
                steps.feed(tokens)

    def _add(self, trace: Trace, token: int) -> bool:
        if token not in self.wording.eos:
            return trace.add(token)
        trace.add_silent()
        return True

    async def generate(self, request: Request) -> Reply:
        """Run one call. Its latency is that of its slowest batch."""
        if self._closed:
            raise BackendError(f"{self.info.spec}: the backend is closed")
        turn, limit = self.turn(request)
        if self._thread is None:
            self._start()
        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[tuple[Completion, float]]] = []
        for seed in request.seeds:
            future: asyncio.Future[tuple[Completion, float]] = loop.create_future()
            futures.append(future)
            self._waiting.put(_Row(turn, limit, request.sampling, seed, future, loop))
        done = await asyncio.gather(*futures)
        return self.reply(turn, [c for c, _ in done], max((s for _, s in done), default=0.0))

    async def likelihood(self, prompt: Prompt) -> Measured:
        """The prompt's choices, read in the worker's thread."""
        if self._closed:
            raise BackendError(f"{self.info.spec}: the backend is closed")
        texts = self.passages(prompt)
        if self._thread is None:
            self._start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Measured] = loop.create_future()
        self._waiting.put(_Reading(texts, future, loop))
        return await future

    async def close(self) -> None:
        """Stop after the current token, and release the model."""
        self._closed = True
        if self._thread is not None:
            self._waiting.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None
        self._model = None


def cache_name(model: Any) -> str:
    """This version's name for keys and values in transformers: `cache` since 5.24."""
    return "cache" if "cache" in inspect.signature(model.forward).parameters else "past_key_values"


class _Steps:
    """A batch's run through the model, token by token, left-padded."""

    def __init__(self, model: Any, prompts: Sequence[Sequence[int]]) -> None:
        import torch

        self._torch, self._model = torch, model
        self._cache_name = cache_name(model)
        width = max(map(len, prompts))
        ids = torch.zeros((len(prompts), width), dtype=torch.long)
        mask = torch.zeros_like(ids)
        for i, prompt in enumerate(prompts):
            ids[i, width - len(prompt) :] = torch.tensor(prompt)
            mask[i, width - len(prompt) :] = 1
        self._ids, self._mask = ids.to(model.device), mask.to(model.device)
        self._positions = (self._mask.cumsum(1) - 1).clamp(min=0)
        self._cache: Any = None

    def logits(self, keep: int = 1) -> NDArray[np.float32]:
        """Run the fed tokens; logits [rows, keep, vocabulary] after each row's last tokens."""
        with self._torch.inference_mode():
            out = self._model(
                input_ids=self._ids,
                attention_mask=self._mask,
                position_ids=self._positions,
                use_cache=True,
                logits_to_keep=keep,
                **{self._cache_name: self._cache},
            )
        self._cache = out[self._cache_name]
        values: NDArray[np.float32] = out.logits[:, -keep:].float().cpu().numpy().copy()
        return values

    def feed(self, tokens: NDArray[np.int64]) -> None:
        """Append one token to every row (finished rows are carried along, ignored)."""
        torch = self._torch
        self._ids = torch.as_tensor(tokens).view(-1, 1).to(self._model.device)
        self._mask = torch.cat([self._mask, torch.ones_like(self._ids)], dim=1)
        self._positions = self._positions[:, -1:] + 1
