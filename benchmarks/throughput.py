"""What the harness costs on top of its engine: tokens a second of the same requests, both ways.

    python benchmarks/throughput.py [--model onnx:tiny-s …] [--budget vote@16] [--limit 400]

Each round runs `harness.evaluate` (planning, sharing, store, grading, reports; a fresh database),
then the very requests that it sent, once more, straight on the backend: all handed over at once,
nothing stored, nothing graded. Each round is compared with the bare runs before and behind it, so
that a machine whose speed drifts disturbs both sides alike; the medians are printed. `cpu_ratio`
compares tokens a second of CPU time instead (user and system, of all threads and of the verifiers'
processes), which a busy machine changes less.
`--bare-only` runs the tasks' prompts on the backend alone. `--plain`, for a `vllm:` model, also
gives the same prompts, seeds and limits to vLLM's own `LLM.generate`, a loop without our backend,
and once more without seeds, a request for all samples of a prompt (`unseeded`). Then every engine
is started once and kept, its cache of prefixes is emptied before each run, and a first round is not
counted: starting vLLM takes longer than the runs. Without `--model`, both embedded models: what the
harness adds to a sample is the same for every model, so its share falls with their size. On a GPU
`--plain` holds two engines: say `--model-arg gpu_memory_utilization=0.4`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core import DataSource, ModelSpec, Reply, Request, Sampling, registry
from harness.core.protocols import Backend
from harness.models.vllm import VllmBackend
from harness.run.evaluate import aevaluate, evaluate


@dataclass
class Timed:
    """Generated tokens and the seconds they took, by the clock and of CPU time."""

    tokens: int
    seconds: float
    cpu_s: float

    @property
    def rate(self) -> float:
        """Tokens a second."""
        return self.tokens / self.seconds

    @property
    def cpu_rate(self) -> float:
        """Tokens a second of CPU time."""
        return self.tokens / self.cpu_s


class Clock:
    """Seconds since it was made: by the clock, and of CPU time with that of ended children."""

    def __init__(self) -> None:
        self._start, self._cpu = time.perf_counter(), self._cpu_now()

    @staticmethod
    def _cpu_now() -> float:
        usages = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in usages)

    def stop(self, tokens: int) -> Timed:
        """The time until now, for so many tokens."""
        return Timed(tokens, time.perf_counter() - self._start, self._cpu_now() - self._cpu)


def open_backend(model: str, options: Sequence[str] = ()) -> Backend:
    """A fresh backend, with options as name=value."""
    spec = ModelSpec.parse(model, dict(option.split("=", 1) for option in options))
    backend: Backend = registry.find("models", spec.backend)(spec)
    return backend


class Recorder:
    """A backend that remembers the requests that it passes on, and counts their tokens.

    The first of them is answered twice: before the first time the engine starts, and `start_s` says
    how long that took, for it is left out of the bare runs too.
    """

    def __init__(self, inner: Backend) -> None:
        self._inner = inner
        self.info = self._inner.info
        self.render = self._inner.render
        self.count_tokens = self._inner.count_tokens
        self.close = self._inner.close
        self.requests: list[Request] = []
        self.tokens = 0
        self.start_s = self.start_cpu_s = 0.0
        self._warm: asyncio.Task[None] | None = None

    async def _start(self, request: Request) -> None:
        clock = Clock()
        await self._inner.generate(request)
        start = clock.stop(0)
        self.start_s, self.start_cpu_s = start.seconds, start.cpu_s

    async def generate(self, request: Request) -> Reply:
        """Pass on, remember, count."""
        self.requests.append(request)
        if self._warm is None:
            self._warm = asyncio.create_task(self._start(request))
        await asyncio.shield(self._warm)
        reply = await self._inner.generate(request)
        self.tokens += reply.usage.output_tokens or 0
        return reply


def task_requests(task: str, limit: int, samples: int, temperature: float) -> list[Request]:
    """The prompts of a task as requests, without the harness's planning."""
    plugin = registry.find("tasks", task)()
    sampling = Sampling(max_tokens=256, temperature=temperature)
    return [
        Request(prompt=plugin.prompt(problem), sampling=sampling, seeds=tuple(range(samples)))
        for problem in plugin.load(DataSource(limit=limit))[:limit]
    ]


def run_bare(model: str, requests: Sequence[Request]) -> Timed:
    """All requests at once on a fresh backend; the loading of the weights is not timed."""

    async def go() -> Timed:
        backend = open_backend(model)
        await backend.generate(requests[0])
        clock = Clock()
        replies = await asyncio.gather(*(backend.generate(request) for request in requests))
        timed = clock.stop(sum(reply.usage.output_tokens or 0 for reply in replies))
        await backend.close()
        return timed

    return asyncio.run(go())


def run_whole(model: str, task: str, budgets: Sequence[str], limit: int) -> tuple[Timed, Recorder]:
    """`harness.evaluate` into a fresh database, from the call to the reports, less the start."""
    recorder = Recorder(open_backend(model))
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "bench.sqlite"
        clock = Clock()
        result = evaluate(recorder, task, list(budgets), limit=limit, db=db)
        timed = clock.stop(recorder.tokens)
    timed.seconds -= recorder.start_s
    timed.cpu_s -= recorder.start_cpu_s
    if result.failed:
        raise SystemExit(f"{result.failed} attempts failed: {result.errors[:3]}")
    return timed, recorder


class Plain:
    """vLLM's own loop over the requests of a backend: `LLM.generate`, all of them at once."""

    def __init__(self, backend: VllmBackend) -> None:
        from vllm import LLM

        options = backend.options
        names = ("gpu_memory_utilization", "block_size", "max_num_seqs", "enforce_eager", "dtype")
        same = {name: getattr(options, name) for name in names}
        if not backend.on_gpu:  # as our backend
            same |= {"enforce_eager": True, "enable_chunked_prefill": False}
        self._backend = backend
        self._llm = LLM(
            model=str(backend.folder.path),
            max_model_len=options.max_model_len or backend.info.context,
            enable_prefix_caching=True,
            generation_config="vllm",
            disable_log_stats=True,
            **{name: value for name, value in same.items() if value is not None},
        )

    def run(self, requests: Sequence[Request], *, seeded: bool = True) -> Timed:
        """Every sample as a request with its own seed, or a request for all samples of a prompt."""
        prompts: list[Any] = []
        parameters: list[Any] = []
        for request in requests:
            turn, limit = self._backend.turn(request)
            for seed in request.seeds if seeded else request.seeds[:1]:
                prompts.append({"prompt_token_ids": list(turn.ids)})
                parameters.append(self._backend._parameters(request, limit, seed))
            if not seeded:
                parameters[-1].seed, parameters[-1].n = None, len(request.seeds)
        self._llm.reset_prefix_cache()
        clock = Clock()
        replies = self._llm.generate(prompts, parameters, use_tqdm=False)
        return clock.stop(sum(len(o.token_ids) for reply in replies for o in reply.outputs))


class Kept(Recorder):
    """A recorder whose engine stays for the next round."""

    def __init__(self, inner: Backend) -> None:
        super().__init__(inner)
        self.close = _nothing

    async def _start(self, request: Request) -> None:
        """It runs already."""


async def _nothing() -> None:
    """Close nothing."""


async def measure_plain(model: str, args: argparse.Namespace) -> dict[str, object]:
    """The harness, its backend alone and vLLM's own loop in turn, each on an engine that stays."""
    budgets = args.budget or ["vote@16"]
    backend = open_backend(model, args.model_arg)
    if not isinstance(backend, VllmBackend):
        raise SystemExit("--plain is for vllm: models")
    first = task_requests(args.task, 1, 1, 0.7)
    start = Clock()
    await backend.generate(first[0])
    engine_s, start = start.stop(0).seconds, Clock()
    plain = Plain(backend)
    plain_s = start.stop(0).seconds
    runs: dict[str, list[Timed]] = {"harness": [], "bare": [], "plain": [], "unseeded": []}
    requests: list[Request] = []
    for number in range(args.rounds + 1):
        await _empty(backend)
        recorder = Kept(backend)
        with tempfile.TemporaryDirectory() as folder:
            db = Path(folder) / "bench.sqlite"
            settings: dict[str, Any] = {"limit": args.limit, "db": db}
            settings["max_output_tokens"] = args.max_output_tokens
            clock = Clock()
            result = await aevaluate(recorder, args.task, list(budgets), **settings)
            timed = clock.stop(recorder.tokens)
        if result.failed:
            raise SystemExit(f"{result.failed} attempts failed: {result.errors[:3]}")
        requests = recorder.requests
        await _empty(backend)
        clock = Clock()
        replies = await asyncio.gather(*(backend.generate(request) for request in requests))
        alone = clock.stop(sum(reply.usage.output_tokens or 0 for reply in replies))
        others = {"plain": plain.run(requests), "unseeded": plain.run(requests, seeded=False)}
        if number:  # the first one warmed up
            for name, run in {"harness": timed, "bare": alone, **others}.items():
                runs[name].append(run)
    await backend.close()
    result_of: dict[str, object] = {
        "model": model,
        "task": args.task,
        "budgets": budgets,
        "requests": len(requests),
        "samples": sum(len(request.seeds) for request in requests),
        "start_s": [round(engine_s, 1), round(plain_s, 1)],
        "tokens": {name: [run.tokens for run in of] for name, of in runs.items()},
        "seconds": {name: [round(run.seconds, 2) for run in of] for name, of in runs.items()},
    }
    for name, of in runs.items():
        result_of[f"{name}_tokens_per_s"] = round(statistics.median(run.rate for run in of))
    for name in ("bare", "plain", "unseeded"):
        pairs = zip(runs["harness"], runs[name], strict=True)
        result_of |= _ratios(
            f"ratio_to_{name}", [ours.rate / theirs.rate for ours, theirs in pairs]
        )
    return result_of


async def _empty(backend: VllmBackend) -> None:
    """Forget the prefixes that the engine remembers."""
    engine = await backend._ready()
    await engine.reset_prefix_cache()


def _joined(runs: Sequence[Timed]) -> Timed:
    """Several runs as one."""
    tokens = sum(run.tokens for run in runs)
    return Timed(tokens, sum(run.seconds for run in runs), sum(run.cpu_s for run in runs))


def _ratios(name: str, values: Sequence[float]) -> dict[str, object]:
    """The median and all of them."""
    return {name: round(statistics.median(values), 3), f"{name}s": [round(v, 3) for v in values]}


def main() -> None:
    """Print a JSON object for each model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--task", default="decimals")
    parser.add_argument("--budget", action="append", default=[])
    parser.add_argument("--limit", type=int, default=200, help="problems")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model-arg", action="append", default=[], help="K=V, with --plain")
    parser.add_argument("--max-output-tokens", type=int, help="of one completion, with --plain")
    parser.add_argument("--bare-only", action="store_true")
    parser.add_argument("--plain", action="store_true", help="against vLLM's own loop as well")
    args = parser.parse_args()
    for model in args.model or ["onnx:tiny-m", "onnx:tiny-s"]:
        of = asyncio.run(measure_plain(model, args)) if args.plain else measure(model, args)
        print(json.dumps(of, indent=2), flush=True)


def measure(model: str, args: argparse.Namespace) -> dict[str, object]:
    """Both ways in turn, for one model."""
    budgets = args.budget or ["vote@16"]
    bare: list[Timed] = []
    whole: list[Timed] = []
    requests = task_requests(args.task, args.limit, 16, 0.7) if args.bare_only else []
    for _ in range(args.rounds):
        if not args.bare_only:
            timed, recorder = run_whole(model, args.task, budgets, args.limit)
            whole.append(timed)
            requests = recorder.requests
        bare.append(run_bare(model, requests))
    result: dict[str, object] = {
        "model": model,
        "task": args.task,
        "budgets": budgets,
        "requests": len(requests),
        "tokens": bare[0].tokens,
        "bare_tokens_per_s": round(statistics.median(t.rate for t in bare)),
        "bare_cpu_s": round(statistics.median(t.cpu_s for t in bare), 2),
    }
    if whole:
        result["harness_tokens_per_s"] = round(statistics.median(t.rate for t in whole))
        result["harness_cpu_s"] = round(statistics.median(t.cpu_s for t in whole), 2)
        around = [_joined(bare[max(0, i - 1) : i + 1]) for i in range(len(whole))]
        pairs = list(zip(whole, around, strict=True))
        result |= _ratios("ratio", [w.rate / b.rate for w, b in pairs])
        result |= _ratios("cpu_ratio", [w.cpu_rate / b.cpu_rate for w, b in pairs])
    return result


if __name__ == "__main__":
    main()
