"""Three engines and a server with the same weights: they must say the same."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence

import pytest

from harness.core import Completion, ModelSpec, Prompt, Request, Sampling
from harness.models.onnx import OnnxBackend
from harness.models.ort_session import Decoder

from .conftest import FEW, SMALLEST, Results, ask, calls_for, completions, greedy

pytestmark = [
    pytest.mark.engines,
    pytest.mark.filterwarnings("ignore"),  # torch, transformers and vLLM warn on import
]

TIE = 1e-3  # logits this close are a tie: float32 sums in another order differ by about 1e-5


def logit_gap(model: str, call: Request, one: str, other: str) -> float:
    """How far apart the logits of two different continuations are where they first differ."""
    backend = OnnxBackend(ModelSpec.parse(f"onnx:{model}"))
    decoder = Decoder(backend.folder.path, backend.folder.genai, threads=1)
    wording = backend.wording
    base = wording.ids(backend.render(call.prompt, call.prefix))
    ways = [[*wording.tokenizer.encode(t, add_special=False), *wording.eos] for t in (one, other)]
    same = next(i for i, (a, b) in enumerate(zip(*ways, strict=False)) if a != b)
    logits, _ = decoder.prefill([*base, *ways[0][:same]])
    return abs(float(logits[ways[0][same]] - logits[ways[1][same]]))


def hold_against(
    model: str, calls: Sequence[Request], ours: Sequence[Completion], theirs: Sequence[Completion]
) -> None:
    """Equal texts for 99 of 100, and a tie at the first difference of every other pair."""
    assert len(calls) == len(ours) == len(theirs)
    ties = 0
    for call, a, b in zip(calls, ours, theirs, strict=True):
        if a.text == b.text:
            assert (a.finish, a.output_tokens) == (b.finish, b.output_tokens)
            continue
        gap = logit_gap(model, call, a.text, b.text)
        assert gap < TIE, f"{a.text!r} against {b.text!r}: {gap} apart, after {call.prompt}"
        ties += 1
    assert ties <= max(1, len(calls) // 100)


@pytest.mark.parametrize("engine", ["hf", "vllm"])
@pytest.mark.parametrize("group", ["greedy", "continued", "stop"])
def test_greedy_answers_agree(
    request: pytest.FixtureRequest, onnx: Results, model: str, prompts: list[Prompt],
    engine: str, group: str,
) -> None:  # fmt: skip
    theirs = request.getfixturevalue(engine)
    calls = calls_for(prompts)[group]
    hold_against(model, calls, completions(onnx[group]), completions(theirs[group]))


def test_transformers_draws_the_same_samples(onnx: Results, hf: Results) -> None:
    """Both draw with the same code; rounding may tip a draw at the border of two tokens."""
    ours, theirs = completions(onnx["sampled"]), completions(hf["sampled"])
    assert sum(a.text != b.text for a, b in zip(ours, theirs, strict=True)) <= 1


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("engine", ["onnx", "hf", "vllm"])
def test_contract(request: pytest.FixtureRequest, engine: str) -> None:
    made: Results = request.getfixturevalue(engine)
    sampled = completions(made["sampled"])
    again, short = completions(made["again"]), completions(made["short"])
    assert sum(a.text != b.text for a, b in zip(sampled, again, strict=True)) <= 1
    cut = [c.text[: (c.token_ends or (0,))[:12][-1]] for c in sampled]
    assert sum(a != b.text for a, b in zip(cut, short, strict=True)) <= 1
    assert len({c.text for c in sampled}) > len(made["sampled"])  # seeds differ
    assert [c.output_tokens for c in completions(made["least"])] == [64]
    for completion in completions(made["stop"]):
        assert "</think>" not in completion.text
        assert completion.reasoning_tokens == completion.output_tokens
    for completion in [*sampled, *completions(made["greedy"])]:
        assert completion.token_ends is not None
        assert len(completion.token_ends) == completion.output_tokens
        assert completion.token_ends[-1] == len(completion.text)
        assert "<eos>" not in completion.text


def test_usage_is_the_same_everywhere(onnx: Results, hf: Results, vllm: Results) -> None:
    for ours, hf_s, vllm_s in zip(onnx["greedy"], hf["greedy"], vllm["greedy"], strict=True):
        counts = {r.usage.prompt_tokens for r in (ours, hf_s, vllm_s)}
        assert len(counts) == 1
    cached = [r.usage.cached_prompt_tokens for r in vllm["again"]]
    assert all(c is not None for c in cached)
    assert sum(c or 0 for c in cached) > 0  # the prompts were seen before


def test_vllm_leaves_no_process_behind(vllm: Results) -> None:
    assert vllm
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    ("args", "kind"),
    [
        ({"api": "completions", "token_ids": "true"}, "server"),
        # These need one server more; test_protocols.py and test_smollm2.py chat every day.
        pytest.param({"api": "chat", "continue": "vllm"}, "plain_server",
                     marks=pytest.mark.nightly),
        pytest.param({"api": "chat", "continue": "vllm", "token_ids": "true"}, "plain_server",
                     marks=pytest.mark.nightly),
    ],
    ids=["completions", "chat", "chat with ids"],
)  # fmt: skip
def test_a_server_says_what_the_engine_says(
    request: pytest.FixtureRequest, onnx: Results, model: str, prompts: list[Prompt],
    args: dict[str, str], kind: str,
) -> None:  # fmt: skip
    if model != SMALLEST:
        pytest.skip("one model is enough: the same code serves the others")
    server = request.getfixturevalue(kind)
    groups = calls_for(prompts)
    calls = {name: groups[name][:FEW] for name in ("greedy", "continued", "stop")}
    tokenizer = {"tokenizer": model} if "token_ids" in args else {}
    made = ask(f"openai:{model}@{server}", calls, **args, **tokenizer)
    for name in calls:
        hold_against(model, calls[name], completions(onnx[name])[:FEW], completions(made[name]))
    if tokenizer:
        ours, theirs = completions(onnx["greedy"])[:FEW], completions(made["greedy"])
        pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a.text == b.text]
        assert all(a == b for a, b in pairs)
    prompt_counts = [r.usage.prompt_tokens for r in made["greedy"]]
    assert prompt_counts == [r.usage.prompt_tokens for r in onnx["greedy"][:FEW]]


def test_many_samples_in_one_request(server: str, model: str, prompts: list[Prompt]) -> None:
    hot = Sampling(max_tokens=32, temperature=1.0)
    call = Request(prompt=prompts[0], sampling=hot, seeds=(1, 2, 3, 4))
    shared = {"api": "completions", "seeded": "false", "tokenizer": model}
    (plain,) = ask(f"openai:{model}@{server}", {"n": [call]}, **shared)["n"]
    (exact,) = ask(f"openai:{model}@{server}", {"n": [call]}, **shared, token_ids="true")["n"]
    assert len(plain.completions) == len(exact.completions) == 4
    assert (plain.source, exact.source) == ("engine-shared", "engine")
    for reply in (plain, exact):
        counts = [c.output_tokens or 0 for c in reply.completions]
        assert sum(counts) == reply.usage.output_tokens
    one = ask(f"openai:{model}@{server}", {"n": [greedy(prompts[0])]}, **shared)["n"][0]
    assert plain.usage.prompt_tokens == one.usage.prompt_tokens  # the prompt is billed once
