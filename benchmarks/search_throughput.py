r"""Does a search keep the engine as busy as plain sampling? Tokens a second of both, one engine.

    python benchmarks/search_throughput.py [--model vllm:tiny-s] [--limit 64] [--rounds 3]

Each round runs `sample@16` and then a beam search of as many solutions over the same problems,
through the whole harness (store, ledger, verifiers), on one engine that is started once. Seconds
are counted from the first request to the last reply; a prefix cache is emptied before each run.
Steps of the embedded model end at a space: its thoughts are one line. `cached` is the share of
prompt tokens that the engine found in its prefix cache, by its own count.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from harness.core import ModelSpec, Reply, Request, registry
from harness.core.protocols import Backend
from harness.results.views import RunReport
from harness.run.config import EvalConfig
from harness.run.evaluate import run_plan
from harness.run.plan import make_plan


class Timed:
    """A backend that stays open between runs, and counts tokens between first and last reply."""

    def __init__(self, model: str, args: dict[str, str]) -> None:
        spec = ModelSpec.parse(model, args)
        self.inner: Backend = registry.find("models", spec.backend)(spec)
        self.info = self.inner.info
        self.render = self.inner.render
        self.count_tokens = self.inner.count_tokens
        self.restart()

    def restart(self) -> None:
        """Count from nothing."""
        self.tokens = self.calls = 0
        self.began = self.ended = 0.0

    async def generate(self, request: Request) -> Reply:
        """Pass on and count."""
        if not self.calls:
            self.began = time.perf_counter()
        self.calls += 1
        reply = await self.inner.generate(request)
        self.ended = time.perf_counter()
        self.tokens += reply.usage.output_tokens or 0
        return reply

    async def close(self) -> None:
        """Stay open: the runs share one engine."""

    async def empty_cache(self) -> None:
        """Forget shared prefixes, where the engine keeps any."""
        engine: Any = getattr(self.inner, "_engine", None)
        reset = getattr(engine, "reset_prefix_cache", None)
        if reset is not None:
            await reset()


async def timed(backend: Timed, args: argparse.Namespace, budget: str, seed: int) -> dict[str, Any]:
    """One budget on all problems, in a fresh database."""
    await backend.empty_cache()
    backend.restart()
    with tempfile.TemporaryDirectory() as folder:
        config = EvalConfig(
            model=backend,
            tasks=(args.task,),
            budgets=(budget,),
            limit=args.limit,
            seed=seed,
            max_output_tokens=args.max_output_tokens,
            db=Path(folder) / "bench.sqlite",
        )
        plan = make_plan(config)
        start = time.perf_counter()
        result = await run_plan(plan)
        whole = time.perf_counter() - start
    if result.failed:
        raise SystemExit(f"{budget}: {result.failed} attempts failed: {result.errors[:2]}")
    report = result.reports[0]
    return {
        "tokens_per_s": backend.tokens / (backend.ended - backend.began),
        "whole_tokens_per_s": backend.tokens / whole,
        "tokens_per_call": backend.tokens / backend.calls,
        "cached": _cached(report),
        "accuracy": report.accuracy.value,
    }


def _cached(report: RunReport) -> float | None:
    spent = report.spent
    if spent.cached_prompt_tokens is None or not spent.prompt_tokens:
        return None
    return spent.cached_prompt_tokens / spent.prompt_tokens


async def compare(args: argparse.Namespace) -> dict[str, Any]:
    """Interleaved rounds of both budgets; the engine is warm before the first."""
    backend = Timed(args.model, dict(pair.split("=", 1) for pair in args.model_arg))
    rows: dict[str, list[dict[str, Any]]] = {args.plain: [], args.search: []}
    try:
        await timed(backend, args, "sample@2", seed=0)
        for number in range(args.rounds):
            for budget, found in rows.items():
                found.append(await timed(backend, args, budget, seed=1 + number))
    finally:
        await backend.inner.close()
    out: dict[str, Any] = {"model": args.model, "task": args.task, "problems": args.limit}
    for budget, found in rows.items():
        out[budget] = {
            name: None if found[0][name] is None else round(_median(found, name), 3)
            for name in found[0]
        }
    for name in ("tokens_per_s", "whole_tokens_per_s"):
        pairs = zip(rows[args.search], rows[args.plain], strict=True)
        ratios = [search[name] / plain[name] for search, plain in pairs]
        out[f"ratio_{name}"] = round(statistics.median(ratios), 3)
        out[f"ratios_{name}"] = [round(ratio, 3) for ratio in ratios]
    return out


def _median(rows: list[dict[str, Any]], name: str) -> float:
    return statistics.median(row[name] for row in rows)


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="onnx:tiny-s")
    parser.add_argument("--model-arg", action="append", default=[], metavar="K=V")
    parser.add_argument("--task", default="arithmetic")
    parser.add_argument("--plain", default="sample@16")
    parser.add_argument("--search", default=r"beam@16x4:reward=steps,step=\s")
    parser.add_argument("--limit", type=int, default=64, help="problems")
    parser.add_argument("--max-output-tokens", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    print(json.dumps(asyncio.run(compare(parser.parse_args())), indent=2))


if __name__ == "__main__":
    main()
