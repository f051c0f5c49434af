"""vLLM, in-process (its V1 engine): `vllm:NAME`, an embedded model, a folder or a hub name.

Each sample is a request with its own seed; prefix caching lets samples of one prompt share its
computation, and shared tokens are reported as cached prompt tokens. Rounding in kernels depends on
what else is in the batch: a sample is the same in another batch except for near-ties between two
tokens.
"""

from __future__ import annotations

import asyncio
import importlib.util
import math
import os
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.core import (
    BackendError,
    Completion,
    Finish,
    Likelihood,
    Measured,
    MissingExtraError,
    ModelSpec,
    Prompt,
    Reply,
    Request,
)
from harness.models.likelihood import Passage, passages
from harness.models.local import (
    LocalBackend,
    LocalOptions,
    cuda_is_there,
    dtype_of,
    measured,
    since,
)
from harness.models.options import Count, Dtype, Positive, option
from harness.models.wording import Turn


@dataclass(frozen=True, kw_only=True)
class VllmOptions(LocalOptions):
    """The options of `vllm:`."""

    dtype: Dtype | None = option(
        None, "number format (default: config.json's)", affects_output=True
    )
    enforce_eager: bool | None = option(None, "no CUDA graphs (default: true without a GPU)")
    gpu_memory_utilization: Positive | None = option(
        None, "share of the GPU's memory that vLLM may use"
    )
    max_model_len: Count | None = option(None, "longest sequence (default: the model's context)")
    tensor_parallel_size: Count | None = option(None, "GPUs that share the model")
    block_size: Count | None = option(None, "tokens per cache block")
    max_num_seqs: Count | None = option(None, "samples per batch")


_PASSED_ON = (
    "gpu_memory_utilization",
    "max_model_len",
    "tensor_parallel_size",
    "block_size",
    "max_num_seqs",
)


class VllmBackend(LocalBackend[VllmOptions]):
    """AsyncLLM behind the backend protocol."""

    backend = "vllm"
    prompt_once = False
    options_class = VllmOptions

    def __init__(self, spec: ModelSpec) -> None:
        """Find the model; vLLM itself is imported by the first `generate`."""
        super().__init__(spec)
        self._engine: Any = None
        self._starting = asyncio.Lock()
        self._closed = False

    @property
    def on_gpu(self) -> bool:
        """Whether it computes on this machine's GPUs."""
        return cuda_is_there()

    def rows(self) -> int:
        """What the engine batches by default, on a large GPU or on the CPU."""
        return self.options.max_num_seqs or (1024 if self.on_gpu else 128)

    async def _ready(self) -> Any:
        async with self._starting:
            if self._closed:
                raise BackendError(f"{self.info.spec}: the backend is closed")
            if self._engine is None:
                self._engine = self.started(self._start)
        return self._engine

    def _start(self) -> Any:
        if importlib.util.find_spec("vllm") is None:
            raise MissingExtraError("the vllm backend", "vllm", "vllm")
        os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
        os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
        try:
            import torch
            from vllm import AsyncEngineArgs
            from vllm.usage.usage_lib import UsageContext
            from vllm.v1.engine.async_llm import AsyncLLM

            gpu = torch.cuda.is_available()
            if not gpu:
                os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")  # GiB
            eager = self.options.enforce_eager
            passed = {name: getattr(self.options, name) for name in _PASSED_ON}
            passed["max_model_len"] = passed["max_model_len"] or self.info.context
            if not gpu:
                # vLLM 0.32 crashes on a CPU when a request with a seed is prefilled in two parts
                # ("CPU Generator does not use offset", gpu_model_runner._bookkeeping_sync)
                passed["enable_chunked_prefill"] = False
            revision = self.folder.revision
            return AsyncLLM.from_engine_args(
                AsyncEngineArgs(
                    model=self.info.name if revision else str(self.folder.path),
                    revision=revision,
                    dtype=self.options.dtype or dtype_of(self.folder),
                    enforce_eager=not gpu if eager is None else eager,
                    enable_prefix_caching=True,
                    generation_config="vllm",  # only our own sampling defaults
                    disable_log_stats=True,
                    **{name: value for name, value in passed.items() if value is not None},
                ),
                # which says how much one step computes: without it, 128 samples on any GPU
                usage_context=UsageContext.LLM_CLASS if gpu else UsageContext.ENGINE_CONTEXT,
            )
        except Exception as error:  # vLLM raises all kinds; none of them is transient
            raise BackendError(
                f"{self.info.spec}: vLLM does not start: {type(error).__name__}: {error}",
                fatal=True,
            ) from error

    def _parameters(self, request: Request, limit: int, seed: int) -> Any:
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        sampling = request.sampling
        return SamplingParams(
            max_tokens=limit,
            min_tokens=min(sampling.min_tokens, limit),
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            top_k=sampling.top_k,
            seed=seed,
            stop=list(sampling.stop),
            stop_token_ids=sorted(self.wording.eos),
            skip_special_tokens=False,
            detokenize=bool(sampling.stop),  # the text is made from the ids, once they are all here
            output_kind=RequestOutputKind.FINAL_ONLY,
        )

    async def _sample(
        self, engine: Any, request: Request, turn: Turn, limit: int, seed: int
    ) -> tuple[Completion, int | None]:
        """One completion, and how many of its prompt's tokens were cached."""
        name = uuid.uuid4().hex
        parameters = self._parameters(request, limit, seed)
        final = None
        # a cancelled iteration aborts the request in the engine
        async for output in engine.generate({"prompt_token_ids": list(turn.ids)}, parameters, name):
            final = output
        if final is None or not final.outputs:
            raise BackendError(f"{self.info.spec}: vLLM gave no output")
        choice = final.outputs[0]
        completion = self.wording.complete_ids(choice.token_ids, turn, request.sampling)
        reason = {"stop": Finish.STOP, "length": Finish.LENGTH}
        finish = reason.get(choice.finish_reason, Finish.OTHER)
        return replace(completion, finish=finish), final.num_cached_tokens

    async def generate(self, request: Request) -> Reply:
        """Run one call: one request per seed. Its latency includes waiting for a slot."""
        turn, limit = self.turn(request)
        engine = await self._ready()
        began = time.perf_counter()
        tasks = [
            asyncio.ensure_future(self._sample(engine, request, turn, limit, seed))
            for seed in request.seeds
        ]
        try:
            done = await asyncio.gather(*tasks)
        except (asyncio.CancelledError, BackendError):
            raise
        except Exception as error:  # a dead engine raises its own exceptions
            fatal = bool(getattr(engine, "errored", False))
            raise BackendError(
                f"{self.info.spec}: {type(error).__name__}: {error}", fatal=fatal
            ) from error
        finally:
            for task in tasks:
                task.cancel()
        return self.reply(turn, [c for c, _ in done], since(began), _total([n for _, n in done]))

    async def likelihood(self, prompt: Prompt) -> Measured:
        """Each choice behind its context as a prompt, of which vLLM tells the log-probabilities.

        vLLM draws a token behind every prompt: without a pass of its own, and it is thrown away.
        """
        room = self.options.max_model_len or self.info.context
        texts = passages(self.wording, prompt, None if room is None else room - 2)
        engine = await self._ready()
        began = time.perf_counter()
        tasks = [asyncio.ensure_future(self._read(engine, text)) for text in texts]
        try:
            done = await asyncio.gather(*tasks)
        except (asyncio.CancelledError, BackendError):
            raise
        except Exception as error:  # a dead engine raises its own exceptions
            fatal = bool(getattr(engine, "errored", False))
            raise BackendError(
                f"{self.info.spec}: {type(error).__name__}: {error}", fatal=fatal
            ) from error
        finally:
            for task in tasks:
                task.cancel()
        cached = _total([n for _, n in done])
        return measured(texts, [one for one, _ in done], since(began), cached)

    async def _read(self, engine: Any, text: Passage) -> tuple[Likelihood, int | None]:
        """One passage, and how many of its tokens were cached."""
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        parameters = SamplingParams(
            max_tokens=1, temperature=0.0, prompt_logprobs=1, detokenize=False,
            output_kind=RequestOutputKind.FINAL_ONLY,
        )  # fmt: skip
        final = None
        name = uuid.uuid4().hex
        async for output in engine.generate({"prompt_token_ids": list(text.ids)}, parameters, name):
            final = output
        if final is None or not final.prompt_logprobs:
            raise BackendError(f"{self.info.spec}: vLLM gave no log-probabilities of the prompt")
        ids = text.ids[-text.count :]
        told = [of[i] for of, i in zip(final.prompt_logprobs[-text.count :], ids, strict=True)]
        likelihood = Likelihood(
            logprob=math.fsum(one.logprob for one in told),
            greedy=all(one.rank == 1 for one in told),
            tokens=text.count,
        )
        return likelihood, final.num_cached_tokens

    async def close(self) -> None:
        """End the engine's process."""
        self._closed = True
        engine, self._engine = self._engine, None
        if engine is not None:
            if engine.output_handler is not None:
                engine.output_handler.cancel()  # otherwise it reports its own shutdown as an error
            await asyncio.to_thread(_shut_down, engine)


def _shut_down(engine: Any) -> None:
    """End the engine, and wait for its process: vLLM kills it after 5 s without checking."""
    manager = engine.engine_core.resources.engine_manager
    processes = list(manager.processes) if manager is not None else []
    engine.shutdown()
    for process in processes:
        process.join(10)


def _total(counts: Sequence[int | None]) -> int | None:
    known = [n for n in counts if n is not None]
    return sum(known) if len(known) == len(counts) else None
