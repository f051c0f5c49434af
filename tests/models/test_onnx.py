"""The onnx backend on a real model: held against a plain loop without cache and without batches."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from harness.core import (
    BackendError,
    Completion,
    DataError,
    ModelSpec,
    Prompt,
    Reply,
    Request,
    Sampling,
)
from harness.models.onnx import OnnxBackend
from harness.models.ort_session import Decoder, Rows
from harness.models.sampling import Chooser, uniforms

PROMPTS = [
    Prompt.user(f"Which is larger, {i}.{7 * i % 100} or {i}.{3 * i % 10}?") for i in range(24)
]


def request(
    prompt: Prompt = PROMPTS[0], *, seed: int = 1, prefix: str = "", **more: object
) -> Request:
    sampling = Sampling(**{"max_tokens": 24, "temperature": 1.0, **more})  # type: ignore[arg-type]
    return Request(prompt=prompt, sampling=sampling, seeds=(seed,), prefix=prefix)


def run(model: str, *calls: Request, **args: str) -> list[Completion]:
    """The first completion of each call, all of them under way at once."""

    async def go() -> list[Completion]:
        backend = OnnxBackend(ModelSpec.parse(f"onnx:{model}", args))
        try:
            replies = await asyncio.gather(*(backend.generate(call) for call in calls))
        finally:
            await backend.close()
        return [reply.completions[0] for reply in replies]

    return asyncio.run(go())


def plain(model: str, call: Request) -> list[int]:
    """The tokens of one completion, from the whole sequence anew at every step."""
    backend = OnnxBackend(ModelSpec.parse(f"onnx:{model}"))
    session = onnxruntime.InferenceSession(str(Path(model) / "model.onnx"))
    decoder = backend.folder.genai["decoder"]
    empty = np.zeros((1, decoder["num_key_value_heads"], 0, decoder["head_size"]), np.float32)
    caches = [i.name for i in session.get_inputs() if i.name.startswith("past_key_values")]
    ids = list(backend.wording.ids(backend.render(call.prompt, call.prefix)))
    chooser, made = Chooser(1), []
    chooser.set(0, call.sampling)
    draws = uniforms(call.seeds[0], call.sampling.max_tokens)
    for step in range(call.sampling.max_tokens):
        feed = {"input_ids": [ids], "attention_mask": [[1] * len(ids)]}
        arrays = {name: np.array(value, np.int64) for name, value in feed.items()}
        logits = session.run(["logits"], arrays | dict.fromkeys(caches, empty))[0][:, -1]
        token = int(chooser.choose(logits, draws[step : step + 1])[0])
        made.append(token)
        ids.append(token)
        if token in backend.wording.eos:
            break
    return made


@pytest.mark.parametrize("temperature", [1.0, pytest.param(0.0, marks=pytest.mark.slow)])
def test_batches_give_what_a_plain_loop_gives(onnx_model: str, temperature: float) -> None:
    calls = [request(p, seed=i, temperature=temperature) for i, p in enumerate(PROMPTS[:12])]
    backend = OnnxBackend(ModelSpec.parse(f"onnx:{onnx_model}"))
    differ = 0
    for call, got in zip(calls, run(onnx_model, *calls), strict=True):
        turn = backend.wording.turn(call.prompt, call.prefix)
        differ += got != backend.wording.complete_ids(plain(onnx_model, call), turn, call.sampling)
    # with and without cache, sums are taken in another order: a near-tie may fall otherwise
    assert differ <= 1


def test_logits_are_the_same_bits_in_every_batch(onnx_model: str) -> None:
    backend = OnnxBackend(ModelSpec.parse(f"onnx:{onnx_model}"))
    decoder = Decoder(Path(onnx_model), backend.folder.genai, threads=1)
    prompts = [backend.wording.ids(backend.render(p)) for p in PROMPTS[:16]]

    def steps(count: int) -> np.ndarray:
        rows = Rows(decoder, 16, backend.info.context)
        rows.reserve(128)
        for i, ids in enumerate(prompts[:count]):
            logits, caches = decoder.prefill(ids)
            rows.load(i, caches)
            rows.tokens[i] = logits.argmax()
        out = []
        for _ in range(8):
            logits = rows.step(count)
            rows.tokens[:count, 0] = logits.argmax(axis=1)
            out.append(logits[0].copy())
        return np.array(out)

    alone = steps(1)
    for count in range(2, 17):
        assert np.array_equal(alone, steps(count)), count


def test_a_sample_does_not_depend_on_what_else_runs(onnx_model: str) -> None:
    mixed = [
        request(p, seed=i, max_tokens=4 + 5 * (i % 7), top_p=[1.0, 0.9][i % 2])
        for i, p in enumerate(PROMPTS)
    ]
    together = run(onnx_model, *mixed, workers="2", batch_size="5")
    for i in (0, 7, 23):
        assert run(onnx_model, mixed[i], workers="1")[0] == together[i]


def test_seeds_differ_and_repeat(onnx_model: str) -> None:
    made = run(onnx_model, *(request(seed=s, temperature=1.5) for s in [*range(8), *range(8)]))
    assert made[:8] == made[8:]
    assert len({c.text for c in made}) > 1


@pytest.mark.parametrize("limit", [1, 5, 13])
def test_a_short_limit_cuts_a_long_completion(onnx_model: str, limit: int) -> None:
    longs = run(onnx_model, *(request(p, seed=9, max_tokens=40) for p in PROMPTS[:6]))
    shorts = run(onnx_model, *(request(p, seed=9, max_tokens=limit) for p in PROMPTS[:6]))
    for long, short in zip(longs, shorts, strict=True):
        assert long.token_ends is not None
        ends = long.token_ends[:limit]
        assert (short.text, short.token_ends) == (long.text[: ends[-1]], ends)
        cut = (long.output_tokens or 0) > limit
        assert short.finish == ("length" if cut else long.finish)


def test_the_samples_of_a_call_come_in_order_with_their_usage(onnx_model: str) -> None:
    backend = OnnxBackend(ModelSpec.parse(f"onnx:{onnx_model}"))
    base = request()
    call = Request(prompt=base.prompt, sampling=base.sampling, seeds=(5, 6, 7, 5))

    async def go() -> Reply:
        try:
            return await backend.generate(call)
        finally:
            await backend.close()

    reply = asyncio.run(go())
    assert list(reply.completions[:3]) == run(onnx_model, *(request(seed=s) for s in (5, 6, 7)))
    assert reply.completions[0] == reply.completions[3]
    counts = [c.output_tokens or 0 for c in reply.completions]
    assert reply.usage.output_tokens == sum(counts)
    assert reply.usage.prompt_tokens == backend.count_tokens(backend.render(base.prompt))
    assert all(len(c.token_ends or ()) == c.output_tokens for c in reply.completions)
    assert reply.latency_s > 0


def test_min_tokens_forbids_the_end(onnx_model: str) -> None:
    calls = [request(p, seed=3, min_tokens=24) for p in PROMPTS]
    assert [c.output_tokens for c in run(onnx_model, *calls)] == [24] * len(calls)


def test_stop_strings_end_a_completion(onnx_model: str) -> None:
    (free,) = run(onnx_model, request(max_tokens=30))
    stop = free.text[5:7]
    (held,) = run(onnx_model, request(max_tokens=30, stop=(stop,)))
    assert held.text == free.text[: free.text.find(stop)]
    assert held.finish == "stop"
    assert (held.output_tokens or 0) > 0
    assert held.token_ends is not None
    assert held.token_ends[-1] == len(held.text)


def test_a_prefix_is_continued(onnx_model: str) -> None:
    (whole,) = run(onnx_model, request(temperature=0.0, prefix="<think>"))
    assert whole.token_ends is not None
    begun = whole.text[: whole.token_ends[1]]
    if not begun.isascii():
        pytest.skip("this model begins with something that does not tokenize back")
    (rest,) = run(onnx_model, request(temperature=0.0, prefix=f"<think>{begun}"))
    assert (begun + rest.text).startswith(whole.text)


def test_an_open_thought_counts_as_reasoning(onnx_model: str) -> None:
    (made,) = run(onnx_model, request(prefix="<think>", max_tokens=8, stop=("</think>",)))
    assert made.reasoning_tokens == made.output_tokens


def test_a_full_context_ends_a_completion_and_a_longer_prompt_is_an_error(onnx_model: str) -> None:
    backend = OnnxBackend(ModelSpec.parse(f"onnx:{onnx_model}"))
    size = backend.count_tokens(backend.render(PROMPTS[0]))
    call = request(max_tokens=50, min_tokens=50)
    (made,) = run(onnx_model, call, context=str(size + 3))
    assert (made.output_tokens, made.finish) == (3, "length")
    with pytest.raises(BackendError, match=f"{size} tokens, and the model's context is {size}"):
        run(onnx_model, call, context=str(size))


def test_a_cancelled_call_frees_its_rows_and_the_others_go_on(onnx_model: str) -> None:
    async def go() -> None:
        args = {"batch_size": "2", "workers": "1"}
        backend = OnnxBackend(ModelSpec.parse(f"onnx:{onnx_model}", args))
        tasks = [
            asyncio.ensure_future(backend.generate(request(p, max_tokens=200, min_tokens=200)))
            for p in PROMPTS[:4]
        ]
        await asyncio.sleep(0)
        tasks[0].cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(done[0], asyncio.CancelledError)
        assert [r.usage.output_tokens for r in done[1:]] == [200] * 3  # type: ignore[union-attr]
        await backend.close()
        with pytest.raises(BackendError, match="closed"):
            await backend.generate(request())
        assert not [t for t in threading.enumerate() if t.name == "onnx-worker"]

    asyncio.run(go())


def test_a_runtime_error_reaches_the_caller_and_the_worker_lives(
    onnx_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, calls = Rows.step, iter(range(100))

    def broken(self: Rows, active: int) -> np.ndarray:
        if next(calls) == 2:
            raise RuntimeError("out of luck")
        return step(self, active)

    monkeypatch.setattr(Rows, "step", broken)

    async def go() -> None:
        backend = OnnxBackend(ModelSpec.parse(f"onnx:{onnx_model}", {"workers": "1"}))
        with pytest.raises(BackendError, match="RuntimeError: out of luck"):
            await backend.generate(request(min_tokens=24))
        assert (await backend.generate(request(min_tokens=24))).usage.output_tokens == 24
        await backend.close()

    asyncio.run(go())


def test_a_folder_without_an_export_says_how_to_make_one(folder: Path) -> None:
    with pytest.raises(DataError, match=r"onnxruntime_genai\.models\.builder"):
        run(str(folder), request())
