"""A decoder exported by ONNX Runtime GenAI's model builder, run on rows of unequal length.

Key and value caches are shared buffers [rows, heads, capacity, head size] in which every row has
its own length, so that rows can start and finish independently (continuous batching).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.core import BackendError, DataError

Ints = NDArray[np.int64]
_DTYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
_TOKENS, _MASK, _POSITIONS, _LOGITS = "input_ids", "attention_mask", "position_ids", "logits"


class Decoder:
    """The weights and the graph, shared by all workers (`InferenceSession.run` may be called from
    several threads)."""

    def __init__(self, folder: Path, genai: Mapping[str, Any], threads: int) -> None:
        """Load the graph; raises DataError if it is not a plain decoder with a cache."""
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        file = folder / genai.get("decoder", {}).get("filename", "model.onnx")
        if not file.is_file():
            raise DataError(
                f"{file} is missing: export the model with `python -m "
                f"onnxruntime_genai.models.builder -m {folder} -o OUT -p fp32 -e cpu`"
            )
        self.session = ort.InferenceSession(str(file), options, ["CPUExecutionProvider"])
        inputs = {i.name: i for i in self.session.get_inputs()}
        self.positions = _POSITIONS in inputs
        self.caches = [name for name in inputs if name.startswith("past_key_values.")]
        strange = set(inputs) - {_TOKENS, _MASK, _POSITIONS} - set(self.caches)
        if strange or _TOKENS not in inputs or _MASK not in inputs or not self.caches:
            raise DataError(f"{file}: not a plain decoder (inputs {', '.join(sorted(inputs))})")
        first = inputs[self.caches[0]]
        decoder = genai.get("decoder", {})
        self.shape = (int(decoder["num_key_value_heads"]), int(decoder["head_size"]))
        if any(inputs[name].shape[1] != self.shape[0] for name in self.caches):
            raise DataError(f"{file}: layers with caches of unequal shape are not supported")
        self.dtype = _DTYPES.get(first.type, np.float32)
        logits = next(o for o in self.session.get_outputs() if o.name == _LOGITS)
        self.vocabulary = int(logits.shape[2])
        self.logits_dtype = _DTYPES.get(logits.type, np.float32)
        self._outputs = [
            _LOGITS,
            *(name.replace("past_key_values", "present") for name in self.caches),
        ]

    def prefill(self, ids: Sequence[int]) -> tuple[NDArray[np.float32], list[NDArray[Any]]]:
        """Run a prompt alone: logits [vocabulary] after its last token, and its caches
        [heads, tokens, head size].

        Alone, so that they depend only on the prompt.
        """
        heads, size = self.shape
        empty = np.zeros((1, heads, 0, size), self.dtype)
        feed: dict[str, NDArray[Any]] = {
            _TOKENS: np.array([ids], np.int64),
            _MASK: np.ones((1, len(ids)), np.int64),
            **dict.fromkeys(self.caches, empty),
        }
        if self.positions:
            feed[_POSITIONS] = np.arange(len(ids))[None]
        logits, *caches = self.session.run(self._outputs, feed)
        return logits[0, -1].astype(np.float32), [cache[0] for cache in caches]

    def foretell(self, ids: Sequence[int], count: int) -> NDArray[np.float32]:
        """Logits [count, vocabulary] that foretell the last `count` of `ids`, run alone."""
        heads, size = self.shape
        read = ids[:-1]
        feed: dict[str, NDArray[Any]] = {
            _TOKENS: np.array([read], np.int64),
            _MASK: np.ones((1, len(read)), np.int64),
            **dict.fromkeys(self.caches, np.zeros((1, heads, 0, size), self.dtype)),
        }
        if self.positions:
            feed[_POSITIONS] = np.arange(len(read))[None]
        [logits] = self.session.run([_LOGITS], feed)
        if logits.shape[1] < count:
            raise BackendError("this export tells the logits of the last token alone", fatal=True)
        found: NDArray[np.float32] = logits[0, -count:].astype(np.float32)
        return found


class Rows:
    """One worker's rows: its caches, and one decoding step over the first of them."""

    def __init__(self, decoder: Decoder, rows: int, context: int | None) -> None:
        self._decoder = decoder
        self._context = context
        self._count = rows + 1  # one more, so that no row is ever alone
        self._capacity = 0
        self._caches: list[NDArray[Any]] = []
        self._bindings: dict[int, Any] = {}
        self.tokens = np.zeros((self._count, 1), np.int64)
        self.lengths = np.zeros(self._count, np.int64)  # tokens in each row's cache
        self._logits = np.zeros((self._count, 1, decoder.vocabulary), decoder.logits_dtype)

    def reserve(self, tokens: int) -> None:
        """Make room for rows of `tokens` tokens. (Memory is taken when it is first written.)"""
        if tokens <= self._capacity:
            return
        capacity = 256
        while capacity < tokens:
            capacity *= 2
        if self._context is not None:
            capacity = max(tokens, min(capacity, self._context))
        heads, size = self._decoder.shape
        used = int(self.lengths.max(initial=0))
        fresh = []
        for index in range(len(self._decoder.caches)):
            cache = np.zeros((self._count, heads, capacity, size), self._decoder.dtype)
            if used:
                cache[:, :, :used] = self._caches[index][:, :, :used]
            fresh.append(cache)
        self._caches, self._capacity = fresh, capacity
        self._bindings.clear()

    def load(self, row: int, caches: Sequence[NDArray[Any]]) -> None:
        """Put a prompt's caches into a row."""
        length = caches[0].shape[1]
        for target, source in zip(self._caches, caches, strict=True):
            target[row, :, :length] = source
        self.lengths[row] = length

    def move(self, source: int, target: int) -> None:
        """Move a row to another place, and free its own."""
        length = int(self.lengths[source])
        if source != target:
            for cache in self._caches:
                cache[target, :, :length] = cache[source, :, :length]
            self.lengths[target] = length
            self.tokens[target] = self.tokens[source]
        self.lengths[source] = 0

    def step(self, active: int) -> NDArray[np.float32]:
        """Feed `tokens` of the first `active` rows; logits [active, vocabulary] after them.

        A row's logits are bitwise the same whatever the other rows are, as shown by
        tests/models/test_onnx.py for 1 to 16 rows. A single row is still paired with an empty
        one, because matrix libraries use another code path for a single row.
        """
        rows = max(active, 2)
        lengths = self.lengths[:rows]
        mask = (np.arange(int(lengths.max()) + 1) <= lengths[:, None]).astype(np.int64)
        binding = self._bindings.get(rows) or self._bind(rows)
        binding.bind_cpu_input(_MASK, mask)
        self._decoder.session.run_with_iobinding(binding)
        self.lengths[:active] += 1
        return self._logits[:active, 0].astype(np.float32, copy=False)

    def _bind(self, rows: int) -> Any:
        """Bind the memory of the first `rows` rows; everything except the mask stays in place."""
        binding = self._decoder.session.io_binding()
        binding.bind_cpu_input(_TOKENS, self.tokens[:rows])
        if self._decoder.positions:
            binding.bind_cpu_input(_POSITIONS, self.lengths[:rows, None])
        for name, cache in zip(self._decoder.caches, self._caches, strict=True):
            part = cache[:rows]
            binding.bind_cpu_input(name, part)
            # the same memory as the input: the step adds its tokens in place
            present = name.replace("past_key_values", "present")
            binding.bind_output(present, "cpu", 0, part.dtype.type, part.shape, part.ctypes.data)
        logits = self._logits[:rows]
        binding.bind_output(_LOGITS, "cpu", 0, logits.dtype.type, logits.shape, logits.ctypes.data)
        self._bindings[rows] = binding
        return binding
