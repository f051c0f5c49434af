"""`reward=onnx:FOLDER`: a process reward model through ONNX Runtime.

The folder holds a token classifier as written by `harness train-reward`: `model.onnx` (`input_ids`
to logits of two labels), `tokenizer.json`, and the safetensors that `reward=hf:` reads; its
input format is that of `reward=hf:`. `reward=onnx:tiny-prm` ships with the package.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from harness.budgets.rewards.hf import HfReward, _Encoded
from harness.core import BackendError, ModelInfo, UsageError

EMBEDDED = Path(__file__).parent / "embedded"


class OnnxReward(HfReward):
    """A PRM on the CPU; needs neither torch nor transformers."""

    def __init__(self, argument: str | None = None) -> None:
        if argument is None:
            raise UsageError(
                "reward 'onnx' needs a model: write reward=onnx:tiny-prm, or reward=onnx:FOLDER "
                "as made by `harness train-reward`"
            )
        shipped = EMBEDDED / argument
        folder = shipped if shipped.is_dir() else Path(argument)
        if not (folder / "model.onnx").is_file():
            raise UsageError(
                f"reward 'onnx:{argument}': no {folder / 'model.onnx'}; `harness train-reward` "
                "writes such a folder, and tiny-prm is in the package"
            )
        super().__init__(str(folder))
        self.name = argument
        if not self.steps:
            raise UsageError(f"reward 'onnx:{argument}' is not a token classifier")

    @functools.cached_property
    def info(self) -> ModelInfo:
        """Its fingerprint is the hash of its files."""
        plain = super().info
        return replace(plain, spec=f"reward:onnx:{self.name}", name=f"onnx:{self.folder.name}")

    def _values(self, batch: Sequence[_Encoded]) -> list[tuple[float, ...]]:
        import numpy as np

        _, session = self._loaded
        ids = np.array([one.ids for one in batch], dtype=np.int64)
        logits = session.run(None, {"input_ids": ids})[0].astype(np.float64)
        good = 1 / (1 + np.exp(logits[..., 0] - logits[..., 1]))  # softmax over two labels
        return [tuple(float(row[i]) for i in one.at) for row, one in zip(good, batch, strict=True)]

    @functools.cached_property
    def _loaded(self) -> tuple[Any, Any]:
        """Tokenizer and session."""
        import onnxruntime as ort
        from tokenizers import Tokenizer

        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        try:
            tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
            session = ort.InferenceSession(
                str(self.folder / "model.onnx"), options, ["CPUExecutionProvider"]
            )
            config = json.loads((self.folder / "tokenizer_config.json").read_text("utf-8"))
        except Exception as error:  # onnxruntime and tokenizers have their own exceptions
            raise BackendError(
                f"reward 'onnx:{self.name}' cannot be loaded: {error}", fatal=True
            ) from error

        def encode(text: str, add_special_tokens: bool = False) -> list[int]:
            return list(tokenizer.encode(text, add_special_tokens=add_special_tokens).ids)

        begin = config.get("bos_token")
        return SimpleNamespace(
            encode=encode,
            bos_token_id=None if begin is None else tokenizer.token_to_id(begin),
            chat_template=None,
        ), session
