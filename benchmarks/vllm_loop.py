"""Generated tokens a second of `harness.evaluate` on vLLM, beside a bare `LLM.generate`.

    python benchmarks/vllm_loop.py --model vllm:tiny-m [--task arithmetic] [--limit 400]

The bare loop gets the same prompts (as token ids), samples, temperature and limits in one call,
with `n` samples a prompt, and keeps nothing. The harness plans, seeds each sample by itself,
stores, grades and reports. The start of the engine is left out of both; each runs in a fresh
process. `--shape HIDDENxLAYERS` takes, in place of a model, a Llama of that shape with random
weights in bfloat16 and the embedded models' tokenizer: it talks noise at a real model's speed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from throughput import Clock, Timed, open_backend, run_whole

from harness.core import Request, Sampling


def bare_loop(model: str, requests: list[Request]) -> Timed:
    """All requests in one call of `vllm.LLM.generate`."""
    import torch
    from vllm import LLM, SamplingParams

    backend: Any = open_backend(model)
    llm = LLM(
        model=str(backend.folder.path),
        max_model_len=backend.info.context,
        enable_prefix_caching=True,
        enforce_eager=not torch.cuda.is_available(),  # as the backend does
        generation_config="vllm",
    )

    def parameters(request: Request) -> Any:
        sampling: Sampling = request.sampling
        return SamplingParams(
            n=len(request.seeds),
            temperature=sampling.temperature,
            max_tokens=sampling.max_tokens,
            stop_token_ids=sorted(backend.wording.eos),
            skip_special_tokens=False,
        )

    prompts: list[Any] = [{"prompt_token_ids": list(backend.turn(r)[0].ids)} for r in requests]
    every = [parameters(request) for request in requests]
    llm.generate(prompts[:1], every[:1], use_tqdm=False)
    clock = Clock()
    outputs = llm.generate(prompts, every, use_tqdm=False)
    return clock.stop(sum(len(one.token_ids) for o in outputs for one in o.outputs))


def harness_loop(model: str, task: str, budget: str, limit: int) -> tuple[Timed, list[Request]]:
    """`harness.evaluate`, and the requests that it sent."""
    timed, recorder = run_whole(model, task, [budget], limit)
    return timed, recorder.requests


def random_model(shape: str, folder: Path) -> str:
    """A folder with a Llama of HIDDENxLAYERS, and the model name for it."""
    import shutil

    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    hidden, layers = (int(part) for part in shape.split("x"))
    own = open_backend("onnx:tiny-m").folder.path  # type: ignore[attr-defined]
    config = LlamaConfig.from_pretrained(own)
    config.hidden_size, config.num_hidden_layers = hidden, layers
    config.num_attention_heads, config.num_key_value_heads = hidden // 64, hidden // 256
    config.intermediate_size, config.head_dim = 4 * hidden, 64
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        model = LlamaForCausalLM(config)
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "generation_config.json"):
        shutil.copy(own / name, folder / name)
    return f"vllm:{folder}"


def apart(function: Any, *args: Any) -> Any:
    """The call's result, from a process of its own, so that the engine's memory is free after."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        return executor.submit(function, *args).result()


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="vllm:tiny-m")
    parser.add_argument("--shape", help="HIDDENxLAYERS: random weights in place of a model")
    parser.add_argument("--task", default="arithmetic")
    parser.add_argument("--budget", default="vote@16:temperature=0.8")
    parser.add_argument("--limit", type=int, default=400, help="problems")
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        model = apart(random_model, args.shape, Path(work)) if args.shape else args.model
        rounds: list[tuple[Timed, Timed]] = []
        for _ in range(args.rounds):
            whole, requests = apart(harness_loop, model, args.task, args.budget, args.limit)
            rounds.append((whole, apart(bare_loop, model, requests)))
            print(rounds[-1], file=sys.stderr, flush=True)
    ratios = [whole.rate / bare.rate for whole, bare in rounds]
    out = {
        "model": args.shape or args.model,
        "samples": sum(len(request.seeds) for request in requests),
        "tokens": [(whole.tokens, bare.tokens) for whole, bare in rounds],
        "harness_tokens_per_s": [round(whole.rate) for whole, _ in rounds],
        "bare_tokens_per_s": [round(bare.rate) for _, bare in rounds],
        "ratio": round(statistics.median(ratios), 3),
    }
    print(json.dumps(out, indent=2))


if __name__ == "__main__":
    main()
