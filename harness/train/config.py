"""What a training run is told."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

DEFAULT_TOKENS = 30_000_000
BATCH_TOKENS = 4096  # bound of a training batch, padding included
CONTEXT = 2048  # positions that a model accepts; training sequences are far shorter


@dataclass(frozen=True, slots=True)
class Size:
    """A Llama architecture with heads of 32, which every engine's kernels accept.

    `half`: stored in float16.
    """

    hidden: int
    layers: int
    intermediate: int
    half: bool

    @property
    def heads(self) -> int:
        """Attention heads; each has its own keys and values."""
        return self.hidden // 32


SIZES = {
    "tiny-s": Size(128, 4, 256, half=False),
    "tiny-m": Size(256, 6, 448, half=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """One training run: equal configurations give equal data in equal order.

    `tokens` is the training length in tokens, padding left out; the learning rate falls linearly
    to zero over the last `decay` of it.
    `folder` gets the weights, `work` the checkpoints. `bf16` computes the products in bfloat16,
    which is twice as fast on a CPU or GPU with units for it and many times slower without.
    `matrix_rate` is Muon's rate for the layers' matrices (the rest goes by AdamW at
    `learning_rate`); `compile` is for a CPU and needs a C++ compiler.
    """

    folder: Path
    work: Path
    size: str = "tiny-s"
    seed: int = 0
    tokens: int = DEFAULT_TOKENS
    bf16: bool = False
    optimizer: Literal["adamw", "muon"] = "muon"
    learning_rate: float = 3e-3
    # With 0.02 and a decay of 0.01 the loss of tiny-m was not a number from token 42,000,000 on.
    matrix_rate: float = 0.01
    matrix_decay: float = 0.05
    warmup_steps: int = 100
    decay: float = 0.35
    compile: bool = True
    threads: int = 1
    device: str = "auto"
    checkpoint_every_s: float = 120.0

    def to_json(self) -> dict[str, Any]:
        """What decides the weights: all but folders, threads and device."""
        out = asdict(self)
        for name in ("folder", "work", "threads", "device", "compile", "checkpoint_every_s"):
            del out[name]
        return out
