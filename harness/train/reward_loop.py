"""Fitting a token classifier to labelled steps, and writing it in both forms."""

from __future__ import annotations

import asyncio
import random
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from harness.core import MissingExtraError
from harness.core.hashing import derive_seed
from harness.train.data import IGNORED, by_length
from harness.train.export import pack, save, write_checksums, write_tokenizer
from harness.train.reward import Labelled, RewardConfig, auc, auc_within, collect, encode
from harness.train.tokens import BOS, IDS, PAD
from harness.train.tuning import descend, logits_of, weights_of

HELD_OUT = 0.05  # share of the solutions that only measures
Row = tuple[list[int], list[int]]


def train_reward(config: RewardConfig, progress: Callable[[str], None]) -> Path:
    """Draw, label, train, export; returns `config.folder`. Needs the extra `train`."""
    labelled = asyncio.run(collect(config, progress))
    return fit(config, labelled, progress)


def fit(
    config: RewardConfig, labelled: Sequence[Labelled], progress: Callable[[str], None]
) -> Path:
    """Train on the labelled solutions and export to `config.folder`."""
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError("training", "torch", "train") from error
    torch.set_num_threads(config.threads)
    torch.manual_seed(derive_seed("reward weights", config.seed))
    config.folder.mkdir(parents=True, exist_ok=True)
    write_tokenizer(config.folder)
    rows = _rows(config.folder, labelled)
    held = max(1, int(len(rows) * HELD_OUT))
    model = _model(config)
    _train(model, rows[held:], config, progress)
    scores, good = _measure(model, rows[:held])
    questions = [one.question for one in labelled[:held]]
    progress(
        f"held out: {len(questions)} solutions, AUC of their last step {auc(scores, good):.3f}, "
        f"within problems {auc_within(questions, scores, good):.3f}"
    )
    export(model, config.folder)
    progress(f"exported to {config.folder}")
    return config.folder


def _rows(folder: Path, labelled: Sequence[Labelled]) -> list[Row]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return [encode(tokenizer, IDS[BOS], one) for one in labelled]


def _model(config: RewardConfig) -> Any:
    """The generator's layers under a fresh head of two labels."""
    from transformers import LlamaConfig, LlamaForTokenClassification

    start = weights_of(config.model)
    shape = LlamaConfig.from_pretrained(start)
    shape.num_labels = 2
    shape.id2label, shape.label2id = {0: "bad", 1: "good"}, {"bad": 0, "good": 1}
    shape.classifier_dropout = 0.0
    return LlamaForTokenClassification.from_pretrained(
        start, config=shape, attn_implementation="eager"
    )


def _batches(rows: Sequence[Row], config: RewardConfig, epoch: int) -> list[list[Row]]:
    """All rows, sorted by length into batches of bounded size, in random order."""
    cut = by_length(rows, lambda row: len(row[0]), config.batch_tokens)
    random.Random(derive_seed("reward order", config.seed, epoch)).shuffle(cut)
    return cut


def _tensors(batch: Sequence[Row]) -> tuple[Any, Any]:
    """Ids and labels (rows, longest), padded on the right, where a causal model cannot see it."""
    import torch

    width = max(len(ids) for ids, _ in batch)
    ids = torch.tensor([row + [IDS[PAD]] * (width - len(row)) for row, _ in batch])
    labels = torch.tensor([row + [IGNORED] * (width - len(row)) for _, row in batch])
    return ids, labels


def _train(
    model: Any, rows: Sequence[Row], config: RewardConfig, progress: Callable[[str], None]
) -> None:
    import torch

    def loss_of(batch: list[Row]) -> Any:
        ids, labels = _tensors(batch)
        return torch.nn.functional.cross_entropy(
            logits_of(model, ids).flatten(0, 1), labels.flatten(), ignore_index=IGNORED
        )

    plan = [batch for epoch in range(config.epochs) for batch in _batches(rows, config, epoch)]
    model.train()
    descend(model, plan, loss_of, progress, learning_rate=config.learning_rate, warmup=50)
    model.eval()


def _measure(model: Any, rows: Sequence[Row]) -> tuple[list[float], list[bool]]:
    """The value of each solution's last step, and whether it was right, in the rows' order."""
    import torch

    scores, good = [], []
    with torch.inference_mode():
        for ids, labels in rows:
            chances = logits_of(model, torch.tensor([ids])).softmax(-1)[0, -1]
            scores.append(float(chances[1]))
            good.append(labels[-1] == 1)
    return scores, good


def export(model: Any, folder: Path) -> None:
    """safetensors, and model.onnx: `input_ids` (rows, length) to `logits` (rows, length, 2).

    Both in half precision.
    """
    import torch

    class Plain(torch.nn.Module):  # type: ignore[misc]
        """The classifier as a function of token ids alone."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = model

        def forward(self, input_ids: Any) -> Any:
            return logits_of(self.inner, input_ids)

    save(model, folder, half=True)
    free = {0: "rows", 1: "length"}
    with warnings.catch_warnings():
        # The tracing exporter is the old one; the new one needs onnxscript and nothing else here
        # does. The test holds what it writes against transformers.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Plain().eval(),
            (torch.full((2, 8), 65),),
            str(folder / "model.onnx"),
            input_names=["input_ids"],
            output_names=["logits"],
            dynamic_axes={"input_ids": free, "logits": free},
            dynamo=False,
        )
    pack(folder)
    write_checksums(folder)
