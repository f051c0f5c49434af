"""What a training run is told."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

DEFAULT_TOKENS = 30_000_000
DRILL_TOKENS = 9_000_000
CONTEXT = 2048  # positions that a model accepts; training sequences are far shorter


@dataclass(frozen=True, slots=True)
class Size:
    """A Llama architecture with heads of 32, which every engine's kernels accept.

    `batch_tokens` bounds a training batch, padding included; `half`: stored in float16.
    """

    hidden: int
    layers: int
    intermediate: int
    batch_tokens: int
    half: bool

    @property
    def heads(self) -> int:
        """Attention heads; each has its own keys and values."""
        return self.hidden // 32


SIZES = {
    "tiny-s": Size(128, 4, 256, 4096, half=False),
    "tiny-m": Size(256, 6, 448, 8192, half=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """One training run: equal configurations give equal data in equal order.

    `tokens` is the training length in tokens, padding left out; the learning rate falls linearly
    to zero over the last `decay` of it. With `start`, a folder of weights, a trained model goes on
    with the drill (see `harness.train.data`): at half the rates, in half as large batches.
    `folder` gets the weights, `work` the checkpoints. `bf16` computes the products in bfloat16,
    which is twice as fast on a CPU or GPU with units for it and many times slower without.
    `matrix_rate` is Muon's rate for the layers' matrices (the rest goes by AdamW at
    `learning_rate`); `compile` needs a C++ compiler on a CPU.
    """

    folder: Path
    work: Path
    size: str = "tiny-s"
    start: Path | None = None
    seed: int = 0
    tokens: int = DEFAULT_TOKENS
    bf16: bool = False
    optimizer: Literal["adamw", "muon"] = "muon"
    learning_rate: float = 3e-3
    matrix_rate: float = 0.02
    warmup_steps: int = 100
    decay: float = 0.35
    compile: bool = True
    threads: int = 1
    device: str = "auto"
    checkpoint_every_s: float = 120.0

    @property
    def batch_tokens(self) -> int:
        """Bound of a batch, padding included."""
        return SIZES[self.size].batch_tokens // (1 if self.start is None else 2)

    def rate(self, tokens: int) -> float:
        """The share of `learning_rate` and `matrix_rate` behind so many tokens."""
        peak = 1.0 if self.start is None else 0.5
        return peak * max(0.0, min(1.0, (1.0 - tokens / self.tokens) / self.decay))

    def to_json(self) -> dict[str, Any]:
        """What decides the weights: all but folders, threads and device."""
        out = asdict(self) | {"start": None if self.start is None else str(self.start)}
        for name in ("folder", "work", "threads", "device", "compile", "checkpoint_every_s"):
            del out[name]
        return out
