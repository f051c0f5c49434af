"""The common part of all backends that hold the weights themselves: names, prompts, facts."""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from harness.core import (
    Capabilities,
    Completion,
    ContextError,
    Likelihood,
    Measured,
    ModelInfo,
    ModelSpec,
    Prompt,
    Reply,
    Request,
    UnknownNameError,
    Usage,
)
from harness.models.folder import ModelFolder, embedded_names, find_folder
from harness.models.frame import Frame
from harness.models.likelihood import Passage, passages, usage_of
from harness.models.marks import find_marks
from harness.models.options import ModelOptions, Text, option, read_options
from harness.models.wording import Turn, Wording


@dataclass(frozen=True, kw_only=True)
class LocalOptions(ModelOptions):
    """The options of backends that run a model themselves."""

    revision: Text | None = option(None, "branch, tag or commit of a hub model")


O = TypeVar("O", bound=ModelOptions)  # noqa: E741 - the options of a backend
E = TypeVar("E")


class LocalBackend(Generic[O]):
    """Base of the onnx, hf and vllm backends: everything except the engine itself."""

    backend = ""
    weights = "torch"  # which weight files the engine reads: "torch" or "onnx"
    hub = True
    options_class: type[ModelOptions] = LocalOptions

    def __init__(self, spec: ModelSpec) -> None:
        """Find the model and read its facts; no weights are loaded."""
        self._unstarted: Exception | None = None
        self.options = cast(O, read_options(self.options_class, spec))
        options = self.options
        self.folder = self._find(spec)
        added = self.folder.tokenizer.added
        marks = find_marks(options.think_start, options.think_end, added)
        frame = Frame(options.system, options.prompt_template)
        self.wording = Wording(self.folder, marks, options.date, options.template, frame)
        self.info = self._describe(spec)

    def started(self, start: Callable[[], E]) -> E:
        """The result of `start`; an engine that failed to start is not started again.

        All waiting calls get the first one's error: a start may take minutes to fail.
        """
        if self._unstarted is not None:
            raise self._unstarted
        try:
            return start()
        except Exception as error:
            self._unstarted = error
            raise

    def _find(self, spec: ModelSpec) -> ModelFolder:
        folder = find_folder(spec.name)
        if folder is not None:
            return folder
        if not self.hub:
            raise UnknownNameError(
                f"{self.backend} model", spec.name, embedded_names(), "(or give a folder's path)"
            )
        from harness.models.hub import hub_folder

        return hub_folder(spec.name, getattr(self.options, "revision", None))

    def _describe(self, spec: ModelSpec) -> ModelInfo:
        options, folder = self.options, self.folder
        known = [c for c in (folder.context, options.context) if c is not None]
        affecting = options.affecting_output()
        context = min(known) if known else None
        return ModelInfo(
            spec=str(spec),
            name=spec.name if folder.revision else folder.path.name,
            fingerprint=folder.fingerprint(self.backend, self.weights, affecting),
            think=self.wording.marks,
            context=context,
            parameters=options.parameters or folder.parameters,
            active_parameters=options.active_parameters or folder.active_parameters,
            layers=folder.config.get("num_hidden_layers"),
            width=folder.config.get("hidden_size"),
            prompt_once=self.prompt_once,
            concurrency=options.concurrency or self.rows(),
            output_limit=usual_limit(folder, context, thinks=self.wording.marks is not None),
            label=options.display_name,
            can=CAN,
            extra={**self.facts(), "args": dict(spec.args)},
        )

    prompt_once = True  # whether a prompt is computed (and billed) once for all samples of a call

    def rows(self) -> int:
        """How many samples keep the engine busy."""
        return 32

    def facts(self) -> dict[str, Any]:
        """Additional facts for the manifest."""
        facts = {"engine": self.backend, "revision": self.folder.revision}
        return facts | self.options.card()

    def render(self, prompt: Prompt, prefix: str = "") -> str:
        """The text that is tokenized: the chat template's, continued by `prefix`."""
        return self.wording.render(prompt, prefix)

    def count_tokens(self, rendered: str) -> int:
        """Tokens of a rendered prompt."""
        return len(self.wording.ids(rendered))

    def turn(self, request: Request) -> tuple[Turn, int]:
        """Render and tokenize; also how many tokens may follow.

        Raises ContextError if the prompt leaves no room for a token.
        """
        turn = self.wording.turn(request.prompt, request.prefix)
        limit, context = request.sampling.max_tokens, self.info.context
        if context is None:
            return turn, limit
        if len(turn.ids) >= context:
            raise ContextError(
                f"{self.info.spec}: the prompt has {len(turn.ids)} tokens, and the model's context "
                f"is {context}: shorten the prompt, or cut thinking earlier"
            )
        return turn, min(limit, context - len(turn.ids))

    def passages(self, prompt: Prompt) -> list[Passage]:
        """The prompt's choices behind their contexts; ContextError for one that has no room."""
        return passages(self.wording, prompt, self.info.context)

    def reply(
        self,
        turn: Turn,
        completions: Sequence[Completion],
        seconds: float,
        cached: int | None = None,
    ) -> Reply:
        """The reply to one call that kept the engine busy for `seconds`."""
        prompts = 1 if self.prompt_once else len(completions)
        thoughts = [c.reasoning_tokens for c in completions]
        usage = Usage(
            prompt_tokens=len(turn.ids) * prompts,
            cached_prompt_tokens=cached,
            output_tokens=sum(c.output_tokens or 0 for c in completions),
            reasoning_tokens=None if self.wording.marks is None else sum(t or 0 for t in thoughts),
        )
        return Reply(completions=tuple(completions), usage=usage, latency_s=seconds)


def measured(
    texts: Sequence[Passage],
    likelihoods: Sequence[Likelihood],
    seconds: float,
    cached: int | None = None,
) -> Measured:
    """What was read of some passages, which kept the engine for `seconds`."""
    reply = Reply(completions=(), usage=usage_of(texts, cached), latency_s=seconds)
    return Measured(likelihoods=tuple(likelihoods), reply=reply)


CAN = Capabilities(
    thinking=("forced",),
    likelihood=True,
    advice="an in-process model has no effort levels: think@n limits its thinking (it needs "
    "thinking marks), ask@n puts the request into the prompt",
)
"""The capabilities of in-process models, whose thinking budgets the harness enforces."""

GENEROUS = 32_768
"""Default tokens of one completion of a model that thinks."""


def usual_limit(folder: ModelFolder, context: int | None, *, thinks: bool) -> int | None:
    """The limit of one completion by the model's own files; None: the harness's default.

    `max_new_tokens` of generation_config.json; else, for a model that thinks, half of its context,
    and at most `GENEROUS`.
    """
    stated = folder.generation_config.get("max_new_tokens")
    if isinstance(stated, int) and not isinstance(stated, bool) and stated > 0:
        return stated
    if not thinks or context is None:
        return None
    half = min(GENEROUS, context // 2)
    return half if half > SMALLEST_LIMIT else None


SMALLEST_LIMIT = 2048  # anything smaller would only be lower than the harness's default


def cuda_is_there() -> bool:
    """Whether torch is installed and finds a GPU."""
    if importlib.util.find_spec("torch") is None:
        return False
    # Asked of the driver's library: torch's own way would start CUDA in this process, which makes
    # it fail in the process that vLLM forks.
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
    import torch

    return bool(torch.cuda.is_available())


def since(began: float) -> float:
    """Seconds since a `time.perf_counter()`."""
    return time.perf_counter() - began


def dtype_of(folder: ModelFolder) -> str:
    """The number format in config.json; float32 if it states none."""
    named = folder.config.get("dtype", folder.config.get("torch_dtype"))
    return str(named) if named else "float32"
