"""Going on with a trained model: a few epochs of AdamW over given examples, then the export."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from harness.core.hashing import derive_seed
from harness.train.config import BATCH_TOKENS
from harness.train.data import IGNORED, Example


def plan_batches(
    examples: Sequence[Example], epochs: int, seed: int, batch_tokens: int = BATCH_TOKENS
) -> list[list[Example]]:
    """Each epoch's batches of at most `batch_tokens` tokens, padding included, in random order."""
    out: list[list[Example]] = []
    for epoch in range(epochs):
        cut: list[list[Example]] = [[]]
        for one in sorted(examples, key=lambda e: len(e.ids)):
            if cut[-1] and (len(cut[-1]) + 1) * len(one.ids) > batch_tokens:
                cut.append([])
            cut[-1].append(one)
        random.Random(derive_seed("star order", seed, epoch)).shuffle(cut)
        out += cut
    return out


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

    from harness.models.folder import find_folder
    from harness.train.export import export
    from harness.train.loop import padded

    torch.set_num_threads(threads)
    torch.manual_seed(derive_seed("star weights", seed))
    found = find_folder(start)
    path = start if found is None else found.path
    model: Any = LlamaForCausalLM.from_pretrained(path, dtype=torch.float32)
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0.01)
    recent: list[float] = []
    for step, batch in enumerate(plan):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * min(1.0, (step + 1) / 20, 1 - step / len(plan))
        ids, labels = padded(list(batch))
        logits = model(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False).logits
        loss = torch.nn.functional.cross_entropy(
            logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=IGNORED
        )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        recent.append(float(loss.detach()))
        if (step + 1) % 50 == 0 or step + 1 == len(plan):
            progress(f"step {step + 1} of {len(plan)} loss {sum(recent) / len(recent):.4f}")
            recent = []
    export(model, folder)
    progress(f"exported to {folder}")
