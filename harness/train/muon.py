"""Muon: momentum whose matrix updates are made orthogonal (Jordan et al. 2024).

`torch.optim.Muon` orthogonalises in bfloat16, one matrix after the other. On a CPU without bfloat16
units that takes longer than the rest of a training step; here all matrices of one shape go through
in one batch, in their own precision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic iteration, as published with Muon
STEPS = 5


class Muon(torch.optim.Optimizer):  # type: ignore[misc]
    """For two-dimensional parameters: Nesterov momentum, orthogonalised; decoupled decay.

    A matrix of m rows and n columns moves by `lr * sqrt(max(1, m / n))`, as in the original.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float,
        weight_decay: float = 0.0,
        momentum: float = 0.95,
    ) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def step(self, closure: None = None) -> None:
        """One update of every parameter that has a gradient."""
        for group in self.param_groups:
            shapes = defaultdict(list)
            for p in group["params"]:
                if p.grad is not None:
                    shapes[p.shape].append(p)
            for (rows, columns), same in shapes.items():
                updates = orthogonal(torch.stack([self._direction(p, group) for p in same]))
                size = group["lr"] * max(1.0, rows / columns) ** 0.5
                for p, update in zip(same, updates, strict=True):
                    p.mul_(1.0 - group["lr"] * group["weight_decay"]).sub_(update * size)

    def _direction(self, p: Any, group: dict[str, Any]) -> Any:
        state = self.state[p]
        if not state:
            state["momentum"] = torch.zeros_like(p)
        average, share = state["momentum"], 1.0 - group["momentum"]
        average.lerp_(p.grad, share)
        return p.grad.lerp(average, group["momentum"])


def orthogonal(matrices: Any) -> Any:
    """Matrices (count, rows, columns) with about the same singular vectors and values near one.

    Five Newton-Schulz steps; the singular values come out between 0.7 and 1.2, which is enough.
    """
    a, b, c = COEFFICIENTS
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / x.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    for _ in range(STEPS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x
