"""Training steps as CUDA graphs: with models so small a GPU waits for Python at every kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from harness.train.data import IGNORED
from harness.train.tokens import IDS, PAD

STEP = 16  # widths are rounded up to multiples of it, so that few shapes are to be recorded


class Recorded:
    """`step(ids, labels)`, run as it is for the first batch of a shape, then recorded and replayed.

    `step` works in place on tensors that live on, and returns a scalar tensor. From then on the
    process works on a stream of its own: the default one cannot be recorded.
    """

    def __init__(self, step: Callable[[Any, Any], Any], batch_tokens: int) -> None:
        self._step, self._batch_tokens = step, batch_tokens
        self._stream = torch.cuda.Stream()
        torch.cuda.set_stream(self._stream)
        self._memory = torch.cuda.graph_pool_handle()
        self._seen: set[Any] = set()
        self._graphs: dict[Any, tuple[Any, Any, Any, Any]] = {}

    def __call__(self, ids: Any, labels: Any) -> Any:
        """What the step returns for a batch, padded by the caller to its longest example."""
        ids, labels = padded_to_shape(ids, labels, self._batch_tokens)
        if ids.shape not in self._seen:
            self._seen.add(ids.shape)
            return self._step(ids.cuda(), labels.cuda())
        if ids.shape not in self._graphs:
            graph, own_ids, own_labels = torch.cuda.CUDAGraph(), ids.cuda(), labels.cuda()
            with torch.cuda.graph(graph, pool=self._memory, stream=self._stream):
                out = self._step(own_ids, own_labels)
            self._graphs[ids.shape] = graph, own_ids, own_labels, out
        graph, own_ids, own_labels, out = self._graphs[ids.shape]
        own_ids.copy_(ids)
        own_labels.copy_(labels)
        graph.replay()
        return out.clone()  # the next replay writes there


def padded_to_shape(ids: Any, labels: Any, batch_tokens: int) -> tuple[Any, Any]:
    """Both (rows, longest), padded further to a shape that follows from the rounded width alone.

    Rows are added up to what the narrowest batch of that width may have; nothing is learned there.
    """
    rows, longest = ids.shape
    width = -(-longest // STEP) * STEP
    every = max(rows, batch_tokens // (width - STEP + 1))
    more = (0, width - longest, 0, every - rows)
    pad = torch.nn.functional.pad
    return pad(ids, more, value=IDS[PAD]), pad(labels, more, value=IGNORED)
