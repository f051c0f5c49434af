"""Writing a trained model: safetensors with its tokenizer, and the ONNX form beside them."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from harness.core import HarnessError, MissingExtraError
from harness.train.config import CONTEXT
from harness.train.tokens import (
    ASSISTANT,
    BOS,
    CHAT_TEMPLATE,
    END_THINK,
    EOS,
    PAD,
    SPECIALS,
    SYSTEM,
    THINK,
    USER,
)

CHECKSUMS = "SHA256SUMS"
SMALL = 1024  # values of a tensor that is not worth packing


def export(model: Any, folder: Path, half: bool = False) -> None:
    """Write `model` (transformers.LlamaForCausalLM) as a folder that every backend loads.

    `half` rounds the weights to float16 and stores them so. Raises HarnessError when the ONNX
    builder fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    save(model, folder, half)
    write_tokenizer(folder)
    write_onnx(folder)
    if half:
        pack(folder)
    write_checksums(folder)


def save(model: Any, folder: Path, half: bool) -> None:
    """safetensors and config.json, which asks for computing in float32 in any case."""
    import torch

    model = model.cpu().eval()
    for p in model.parameters():  # not the buffers: rounded, the positions' angles would be off
        p.data = p.data.to(torch.float16 if half else torch.float32)
    model.save_pretrained(folder, safe_serialization=True)
    model.float()  # with the rounded weights: what is written next is the same model
    file = folder / "config.json"
    config = {**json.loads(file.read_text()), "dtype": "float32"}
    file.write_text(json.dumps(config, indent=2) + "\n")


def pack(folder: Path) -> None:
    """Store the tensors of model.onnx in float16 where that loses nothing.

    A Cast behind each makes it float32 again; ONNX Runtime computes it once, at loading.
    """
    import numpy as np
    import onnx

    file = folder / "model.onnx"
    model = onnx.load(str(file))
    graph = model.graph
    for tensor in graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT:
            continue
        values = onnx.numpy_helper.to_array(tensor)
        packed = values.astype(np.float16)
        if values.size < SMALL or not np.array_equal(packed.astype(np.float32), values):
            continue
        name = tensor.name
        tensor.CopyFrom(onnx.numpy_helper.from_array(packed, f"{name}.half"))
        cast = onnx.helper.make_node("Cast", [tensor.name], [name], to=onnx.TensorProto.FLOAT)
        graph.node.insert(0, cast)
    beside = "model.onnx.data"
    external = (folder / beside).exists()
    (folder / beside).unlink(missing_ok=True)  # saving appends
    onnx.save(model, str(file), save_as_external_data=external, location=beside)


def write_tokenizer(folder: Path) -> None:
    """The byte-level tokenizer: no merges, token b is byte b; the thinking marks are plain text.

    Special tokens are left out of decoded text, added ones are not: the marks must be seen.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    # The byte-level pre-tokenizer writes byte b as a printable character: its own alphabet, in
    # the order of the bytes.
    vocabulary = {_printable(byte): byte for byte in range(256)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    for token in SPECIALS:
        if token in (THINK, END_THINK):
            tokenizer.add_tokens([AddedToken(token, normalized=False)])
        else:
            tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True)])
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": CONTEXT,
        "bos_token": BOS,
        "eos_token": EOS,
        "pad_token": PAD,
        "additional_special_tokens": [SYSTEM, USER, ASSISTANT],
        "clean_up_tokenization_spaces": False,
        "chat_template": CHAT_TEMPLATE,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")


def _printable(byte: int) -> str:
    """The character that stands for a byte in byte-level vocabularies (as in GPT-2's)."""
    keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
    if byte in keep:
        return chr(byte)
    others = [b for b in range(256) if b not in keep]
    return chr(256 + others.index(byte))


def write_onnx(folder: Path) -> None:
    """The form that ONNX Runtime GenAI loads: genai_config.json and model.onnx (float32, CPU)."""
    for needed in ("onnxruntime_genai", "onnx"):  # said before the builder is started
        if importlib.util.find_spec(needed) is None:
            raise MissingExtraError("exporting to ONNX", needed, "train")
    with tempfile.TemporaryDirectory() as work:
        out = Path(work) / "out"
        command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-m", str(folder)]
        command += ["-o", str(out), "-p", "fp32", "-e", "cpu", "-c", str(Path(work) / "cache")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise HarnessError(f"the ONNX builder failed:\n{done.stderr[-2000:]}")
        for name in ("genai_config.json", "model.onnx", "model.onnx.data"):
            if (out / name).is_file():
                shutil.copyfile(out / name, folder / name)


def write_checksums(folder: Path) -> None:
    """SHA-256 of every file, in the form that `sha256sum -c` reads."""
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in sorted(folder.iterdir())
        if file.is_file() and file.name not in (CHECKSUMS, "README.md")
    ]
    (folder / CHECKSUMS).write_text("".join(lines))
