"""Going on with a trained model: a few epochs of AdamW over given examples, then the export."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from harness.core.hashing import derive_seed
from harness.train.config import BATCH_TOKENS
from harness.train.data import IGNORED, Example, by_length

Batch = TypeVar("Batch")


def plan_batches(
    examples: Sequence[Example], epochs: int, seed: int, batch_tokens: int = BATCH_TOKENS
) -> list[list[Example]]:
    """Each epoch's batches of at most `batch_tokens` tokens, padding included, in random order."""
    out: list[list[Example]] = []
    for epoch in range(epochs):
        cut = by_length(examples, lambda one: len(one.ids), batch_tokens)
        random.Random(derive_seed("star order", seed, epoch)).shuffle(cut)
        out += cut
    return out


def weights_of(model: str) -> str | Path:
    """Where transformers finds an embedded model or a folder; another name as it is."""
    from harness.models.folder import find_folder

    found = find_folder(model)
    return model if found is None else found.path


def logits_of(model: Any, ids: Any) -> Any:
    """Of rows that are padded on the right, where a causal model cannot see it."""
    import torch

    return model(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False).logits


def descend(
    model: Any,
    plan: Sequence[Batch],
    loss_of: Callable[[Batch], Any],
    progress: Callable[[str], None],
    *,
    learning_rate: float,
    warmup: int,
) -> None:
    """One step of AdamW a batch; the rate rises for `warmup` steps and then falls towards 0."""
    import torch

    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0.01)
    recent: list[float] = []
    for step, batch in enumerate(plan):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * min(1.0, (step + 1) / warmup, 1 - step / len(plan))
        loss = loss_of(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        recent.append(float(loss.detach()))
        if (step + 1) % 50 == 0 or step + 1 == len(plan):
            progress(f"step {step + 1} of {len(plan)} loss {sum(recent) / len(recent):.4f}")
            recent = []


def tune(
    start: str,
    folder: Path,
    plan: Sequence[Sequence[Example]],
    progress: Callable[[str], None],
    *,
    learning_rate: float,
    seed: int,
    threads: int = 1,
) -> None:
    """Train the embedded model or folder `start` on batches, and export it to `folder`."""
    import torch
    from transformers import LlamaForCausalLM

    from harness.train.export import export
    from harness.train.loop import padded

    torch.set_num_threads(threads)
    torch.manual_seed(derive_seed("star weights", seed))
    model: Any = LlamaForCausalLM.from_pretrained(weights_of(start), dtype=torch.float32)

    def loss_of(batch: Sequence[Example]) -> Any:
        ids, labels = padded(list(batch))
        return torch.nn.functional.cross_entropy(
            logits_of(model, ids)[:, :-1].flatten(0, 1),
            labels[:, 1:].flatten(),
            ignore_index=IGNORED,
        )

    descend(model, plan, loss_of, progress, learning_rate=learning_rate, warmup=20)
    export(model, folder)
    progress(f"exported to {folder}")
