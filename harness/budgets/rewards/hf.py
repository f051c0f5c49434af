"""`reward=hf:FOLDER`: a reward model through transformers, from a folder or the hub.

A sequence classifier scores a whole response (an outcome reward model, ORM): the sigmoid of
its one logit, or the probability of the second of two labels. A token classifier scores each step
(a process reward model, PRM): the question, then each line followed by a newline, in the row format
of TRL's PRMTrainer. Question, lines and newlines are tokenized separately from one another,
nothing separates question and first line, and the value of a line is the probability of the
last label at the last token of its newline.

If an answer does not fit into the model's context, only its beginning is scored, as the trainer
cuts it: a PRM's lines up to there, 0 if there are none. Such scores are marked as cut.

The tokens that it reads are in the ledger under the role "reward".
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
import math
import struct
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.budgets.strategy import Caller, Graded
from harness.core import (
    BackendError,
    MissingExtraError,
    ModelInfo,
    Prompt,
    UsageError,
)
from harness.core.hashing import content_hash

BATCH = 16
_SHAPING = ("*.json", "*.safetensors", "*.bin", "*.jinja", "*.model", "*.txt")


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A text as tokens, and where its values are read: one position per step; `cut` to context.

    `first` is where the response begins.
    """

    ids: list[int]
    at: list[int]
    first: int
    cut: bool = False

    def within(self, context: int | None) -> _Encoded:
        """Its beginning, if it is longer than the context."""
        if context is None or len(self.ids) <= context:
            return self
        at = [place for place in self.at if place < context]
        return replace(self, ids=self.ids[:context], at=at, cut=True)


class HfReward:
    """An ORM or PRM; its weights are loaded by the first score, on a GPU if there is one."""

    has_model = True

    def __init__(self, argument: str | None = None) -> None:
        if argument is None:
            raise UsageError("reward 'hf' needs a model: write reward=hf:FOLDER, or hf:owner/name")
        self.name = argument
        self.folder = _folder(argument)
        self.config = _read_config(self.folder)
        kinds = " ".join(self.config.get("architectures") or ())
        self.steps = "ForTokenClassification" in kinds
        if not self.steps and "ForSequenceClassification" not in kinds:
            raise UsageError(
                f"reward 'hf:{argument}': {kinds or 'a model without architectures'} is no reward "
                "model; it must be a …ForSequenceClassification or …ForTokenClassification"
            )
        labels = len(self.config.get("id2label") or {0: "", 1: ""})
        if labels > 2 or (self.steps and labels != 2):
            raise UsageError(
                f"reward 'hf:{argument}' has {labels} labels; a reward has two, or one logit"
            )
        self.labels = labels
        self._waiting: deque[tuple[_Encoded, Future[tuple[float, ...]]]] = deque()
        # One thread: the model is loaded once, and batches run sequentially.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reward")

    @functools.cached_property
    def info(self) -> ModelInfo:
        """Its fingerprint is the hash of its files."""
        files = sorted({p for pattern in _SHAPING for p in self.folder.glob(pattern)})
        hashes = {p.name: _hash(p) for p in files}
        return ModelInfo(
            spec=f"reward:hf:{self.name}",
            name=f"hf:{self.folder.name}",
            fingerprint=content_hash("reward", "hf-steps@2" if self.steps else "hf", hashes),
            parameters=_parameters(self.folder),
            layers=self.config.get("num_hidden_layers"),
            width=self.config.get("hidden_size"),
            context=self.config.get("max_position_embeddings"),
        )

    async def score(self, caller: Caller, responses: Sequence[str]) -> list[Graded]:
        """One value per response, or one per step."""
        loop = asyncio.get_running_loop()
        prompt = caller.prompt
        encoded = await loop.run_in_executor(
            self._thread, lambda: [self._encode(prompt, response) for response in responses]
        )
        futures: list[Future[tuple[float, ...]]] = []
        for one in encoded:
            futures.append(Future())
            self._waiting.append((one, futures[-1]))
            self._thread.submit(self._work)
        values = await asyncio.gather(*map(asyncio.wrap_future, futures))
        return [
            Graded(steps=steps, prompt_tokens=len(one.ids), cut=one.cut)
            for one, steps in zip(encoded, values, strict=True)
        ]

    def _encode(self, prompt: Prompt, response: str) -> _Encoded:
        """The tokens of problem and response, as the model was trained to read them."""
        tokenizer, _ = self._loaded
        question = "\n".join(message.content for message in prompt.messages)
        encode = functools.partial(tokenizer.encode, add_special_tokens=False)
        at: list[int] = []
        if self.steps:
            begin = [] if tokenizer.bos_token_id is None else [tokenizer.bos_token_id]
            ids, newline = [*begin, *encode(question)], encode("\n")
            first = len(ids)
            for step in [s for s in response.split("\n") if s.strip()] or [""]:
                ids += encode(step) + newline
                at.append(len(ids) - 1)
        elif tokenizer.chat_template:
            turns = [{"role": m.role, "content": m.content} for m in prompt.messages]
            said = [*turns, {"role": "assistant", "content": response}]
            ids, asked = (
                encode(tokenizer.apply_chat_template(t, tokenize=False)) for t in (said, turns)
            )
            first = len(asked)
        else:
            ids = tokenizer.encode(f"{question}\n{response}")
            first = len(tokenizer.encode(f"{question}\n"))
        return _Encoded(ids, at, first).within(self.info.context)

    def _work(self) -> None:
        """Score what is waiting, up to a batch, grouping texts of equal length: no padding."""
        batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        groups: dict[int, list[tuple[_Encoded, Future[tuple[float, ...]]]]] = {}
        for item in batch:
            groups.setdefault(len(item[0].ids), []).append(item)
        for group in groups.values():
            try:
                values = self._values([one for one, _ in group])
            except Exception as error:  # noqa: BLE001 - any torch error goes to the callers
                failure = BackendError(
                    f"reward 'hf:{self.name}' failed: {type(error).__name__}: {error}"
                )
                for _, future in group:
                    future.set_exception(failure)
            else:
                for (_, future), value in zip(group, values, strict=True):
                    future.set_result(value)

    def _values(self, batch: Sequence[_Encoded]) -> list[tuple[float, ...]]:
        import torch

        _, model = self._loaded
        ids = torch.tensor([one.ids for one in batch], device=model.device)
        with torch.inference_mode():
            logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits.float()
        chances = logits.sigmoid() if self.labels == 1 else logits.softmax(-1)
        good = chances[..., -1].cpu()
        if not self.steps:  # without room for the response it says nothing about it
            read = [not one.cut or one.first < len(one.ids) for one in batch]
            return [(float(value) * known,) for value, known in zip(good, read, strict=True)]
        return [
            tuple(float(row[place]) for place in one.at) or (0.0,)
            for row, one in zip(good, batch, strict=True)
        ]

    @functools.cached_property
    def _loaded(self) -> tuple[Any, Any]:
        """Tokenizer and model."""
        try:
            import torch
            from transformers import (
                AutoModelForSequenceClassification,
                AutoModelForTokenClassification,
                AutoTokenizer,
            )
        except ImportError as error:
            raise MissingExtraError("reward=hf:…", "transformers", "hf") from error
        kind = AutoModelForTokenClassification if self.steps else AutoModelForSequenceClassification
        try:
            tokenizer = AutoTokenizer.from_pretrained(str(self.folder))
            model, report = kind.from_pretrained(
                str(self.folder), torch_dtype="auto", output_loading_info=True
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise BackendError(
                f"reward 'hf:{self.name}' cannot be loaded: {error}", fatal=True
            ) from error
        if report["missing_keys"]:  # transformers would initialise them randomly
            missing = ", ".join(sorted(report["missing_keys"])[:3])
            raise BackendError(
                f"reward 'hf:{self.name}' lacks weights that its config.json asks for: {missing} …",
                fatal=True,
            )
        model.config.pad_token_id = -1  # no padding: every token counts
        return tokenizer, model.eval().to("cuda" if torch.cuda.is_available() else "cpu")


def _folder(name: str) -> Path:
    """A local folder, else the hub's snapshot."""
    path = Path(name).expanduser()
    if path.is_dir():
        return path.resolve()
    if name.count("/") != 1 or name.startswith((".", "/", "~")):
        raise UsageError(f"reward 'hf:{name}': there is no such folder")
    from huggingface_hub import snapshot_download  # slow to import, and only hub names need it

    try:
        return Path(snapshot_download(name, allow_patterns=list(_SHAPING)))
    except Exception as error:  # the hub client raises its own errors and those of its transport
        raise UsageError(
            f"reward 'hf:{name}': no such folder, and the hub does not give it: {error}"
        ) from error


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"reward model {folder}: no readable config.json ({error})") from error
    if not isinstance(config, dict):
        raise UsageError(f"reward model {folder}: config.json is not a JSON object")
    return config


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _parameters(folder: Path) -> int | None:
    """Number of weights, from the headers of the safetensors files; None if there are none."""
    total = 0
    for file in folder.glob("*.safetensors"):
        with file.open("rb") as stream:
            (size,) = struct.unpack("<Q", stream.read(8))
            header = json.loads(stream.read(size))
        shapes = [entry["shape"] for name, entry in header.items() if name != "__metadata__"]
        total += sum(math.prod(shape) for shape in shapes)
    return total or None
