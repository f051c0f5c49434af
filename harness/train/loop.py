"""The training loop: one process, one device, resumable."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from harness.core import HarnessError, MissingExtraError, UnknownNameError, UsageError
from harness.core.hashing import derive_seed
from harness.train.config import BATCH_TOKENS, CONTEXT, SIZES, TrainConfig
from harness.train.data import IGNORED, Example, batches
from harness.train.tokens import IDS, PAD, VOCABULARY

CLIP = 1.0


def run(config: TrainConfig, progress: Callable[[str], None]) -> Path:
    """Train (or go on training), export, and return `config.folder`."""
    trainer = Trainer(config, progress)
    trainer.train()
    from harness.train.export import export

    export(trainer.model, config.folder, SIZES[config.size].half)
    progress(f"exported to {config.folder}")
    return config.folder


def build_model(size: str) -> Any:
    """A Llama of the named size with fresh weights (transformers.LlamaForCausalLM)."""
    from transformers import LlamaConfig, LlamaForCausalLM

    from harness.train.tokens import BOS, EOS

    if size not in SIZES:
        raise UnknownNameError("size", size, SIZES)
    shape = SIZES[size]
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=VOCABULARY,
            hidden_size=shape.hidden,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            num_key_value_heads=shape.heads,
            intermediate_size=shape.intermediate,
            max_position_embeddings=CONTEXT,
            tie_word_embeddings=True,
            initializer_range=0.02,
            rope_theta=10000.0,
            pad_token_id=IDS[PAD],
            bos_token_id=IDS[BOS],
            eos_token_id=IDS[EOS],
        )
    )


def pick_device(wish: str) -> str:
    """`auto` is the first GPU if there is one, else the CPU."""
    import torch

    if wish != "auto":
        return wish
    return "cuda" if torch.cuda.is_available() else "cpu"


def _causal() -> str:
    """The name of plain causal attention: no mask is built, so the fastest kernels can be used."""
    from transformers import AttentionInterface
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    AttentionInterface.register("causal", sdpa_attention_forward)
    return "causal"


class Trainer:
    """The state of one run: model, optimizers, and the tokens and pools processed so far."""

    def __init__(self, config: TrainConfig, progress: Callable[[str], None]) -> None:
        for package in ("torch", "transformers", "onnx"):  # export is no time to find one missing
            if find_spec(package) is None:
                raise MissingExtraError("training", package, "train")
        import torch

        self.config, self.progress = config, progress
        torch.set_num_threads(config.threads)
        torch.manual_seed(derive_seed("weights", config.seed))
        self.device = pick_device(config.device)
        self.model = build_model(config.size)
        self.model.set_attn_implementation(_causal())
        self.model.to(self.device)
        self.recorded = None
        self.forward = self.model
        if torch.device(self.device).type == "cuda":
            from harness.train.graphs import Recorded

            self.recorded = Recorded(self._learn, BATCH_TOKENS)
        elif config.compile:
            self.forward = torch.compile(self.model, dynamic=True)
        self.optimizers = _optimizers(self.model, config)
        self.tokens = self.steps = self.pool = 0
        self.checkpoint = config.work / "checkpoint.pt"
        if self.checkpoint.exists():
            self._restore()

    def train(self) -> None:
        """Train to `config.tokens`, with a checkpoint now and then (between pools)."""
        started = saved = time.monotonic()
        before = self.tokens
        for pool, cut in batches(self.config.seed, self.pool, BATCH_TOKENS):
            if self.tokens >= self.config.tokens:
                break
            losses = [self._step(batch) for batch in cut]
            loss = float(sum(losses)) / len(losses)
            if not math.isfinite(loss):
                raise HarnessError(
                    f"the loss is {loss} after {self.tokens / 1e6:.2f}M tokens: training has gone "
                    "astray; a lower learning rate or another seed may go well"
                )
            self.pool = pool + 1
            now = time.monotonic()
            speed = (self.tokens - before) / (now - started)
            self.progress(
                f"pool {pool} step {self.steps} tokens {self.tokens / 1e6:.2f}M "
                f"loss {loss:.4f} {speed / 1e3:.1f}k tokens/s "
                f"{now - started:.0f}s"
            )
            if now - saved >= self.config.checkpoint_every_s:
                self._save()
                saved = now
        self._save()

    def _step(self, batch: list[Example]) -> Any:
        """Train on one batch; the loss is returned as a tensor, to avoid waiting for the GPU."""
        rate = self._rate()
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self._set(group["lr"], group["peak"] * rate)
        ids, labels = padded(batch)
        if self.recorded:
            loss = self.recorded(ids, labels)
        else:
            loss = self._learn(ids.to(self.device), labels.to(self.device))
        self.steps += 1
        self.tokens += sum(len(one.ids) for one in batch)
        return loss

    def _set(self, held: Any, value: float) -> Any:
        """The value, in the tensor where a recorded step looks for it."""
        import torch

        if not self.recorded:
            return value
        held = torch.as_tensor(held, dtype=torch.float32, device=self.device)
        return held.fill_(value)

    def _learn(self, ids: Any, labels: Any) -> Any:
        import torch

        # Padding stands on the right, where a causal model cannot see it: no mask is needed.
        kind = torch.device(self.device).type
        with torch.autocast(kind, torch.bfloat16, self.config.bf16, cache_enabled=False):
            logits = self.forward(input_ids=ids).logits
        loss = torch.nn.functional.cross_entropy(
            logits[:, :-1].flatten(0, 1).float(),
            labels[:, 1:].flatten(),
            ignore_index=IGNORED,
        )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=self.recorded is None)
        return loss.detach()

    def _rate(self) -> float:
        """Share of the peak rate: a short warm-up, a plateau, a linear fall to zero."""
        warm = min(1.0, (self.steps + 1) / self.config.warmup_steps)
        left = 1.0 - self.tokens / self.config.tokens
        return warm * max(0.0, min(1.0, left / self.config.decay))

    def _save(self) -> None:
        import torch

        self.config.work.mkdir(parents=True, exist_ok=True)
        state = {
            "config": json.dumps(self.config.to_json()),
            "model": self.model.state_dict(),
            "optimizers": [o.state_dict() for o in self.optimizers],
            "progress": (self.tokens, self.steps, self.pool),
        }
        fresh = self.checkpoint.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(self.checkpoint)

    def _restore(self) -> None:
        import torch

        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        then, now = json.loads(state["config"]), self.config.to_json()
        if differing := sorted(k for k in now if k != "tokens" and then.get(k) != now[k]):
            raise UsageError(
                f"{self.checkpoint} was trained with another {', '.join(differing)}: "
                "give another work folder or delete it"
            )
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.tokens, self.steps, self.pool = state["progress"]
        self.progress(f"continues at {self.tokens / 1e6:.2f}M tokens")


def _optimizers(model: Any, config: TrainConfig) -> list[Any]:
    """AdamW for all, or Muon for the layers' matrices and AdamW for the rest."""
    import torch

    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    matrices = [p for n, p in named if p.ndim == 2 and "embed" not in n]
    rest = [p for n, p in named if p.ndim != 2 or "embed" in n]
    if config.optimizer == "adamw":
        rest, matrices = [p for _, p in named], []
    adamw = torch.optim.AdamW(
        rest,
        lr=config.learning_rate,
        betas=(0.9, 0.98),
        weight_decay=0.01,
        fused=True,
        capturable=rest[0].is_cuda,
    )
    out: list[Any] = [adamw]
    if matrices:
        from harness.train.muon import Muon

        out.append(Muon(matrices, lr=config.matrix_rate, weight_decay=config.matrix_decay))
    for optimizer in out:
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return out


def padded(batch: list[Example]) -> tuple[Any, Any]:
    """Ids and labels as (examples, longest) tensors, padded on the right."""
    import torch

    width = max(len(one.ids) for one in batch)
    ids = [one.ids + [IDS[PAD]] * (width - len(one.ids)) for one in batch]
    labels = [one.labels + [IGNORED] * (width - len(one.labels)) for one in batch]
    return torch.tensor(ids), torch.tensor(labels)
