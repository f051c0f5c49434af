"""A model's folder: its location, its files, and the hash of everything that affects its output.

Nothing here loads weights: facts come from JSON files and the headers of safetensors files.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
import os
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core import DataError, UsageError
from harness.core.hashing import content_hash
from harness.models.tokens import Tokenizer

EMBEDDED = Path(__file__).parent / "embedded"

# What affects the output besides the weights.
_TEXT_FILES = (
    "config.json",
    "generation_config.json",
    "genai_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "chat_template.jinja",
    "chat_template.json",
)
_WEIGHTS = {
    "onnx": ("*.onnx", "*.onnx.data", "*.onnx_data"),
    "torch": ("*.safetensors", "*.bin"),
}


def embedded_names() -> list[str]:
    """The models that ship with the package."""
    if not EMBEDDED.is_dir():
        return []
    return sorted(p.name for p in EMBEDDED.iterdir() if (p / "config.json").is_file())


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path}: not JSON ({error})") from error
    if not isinstance(value, dict):
        raise DataError(f"{path}: not a JSON object")
    return value


_EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts")
_CHOSEN = ("num_experts_per_tok", "experts_per_token", "moe_topk")


def _weights(path: Path) -> dict[str, int]:
    """Weights of each tensor in a safetensors file, by its header (8 bytes length, then JSON)."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    return {n: math.prod(t["shape"]) for n, t in header.items() if n != "__metadata__"}


def _cache_file() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "harness" / "hashes.json"


def file_hash(path: Path) -> str:
    """SHA-256 of a file's content; cached by path, size and modification time if it is large."""
    stat = path.stat()
    key = f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}"
    large = stat.st_size > 64 * 2**20
    known = _remembered() if large else {}
    if key in known:
        return known[key]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if large:
        _remember({**known, key: digest})
    return digest


def _remembered() -> dict[str, str]:
    try:
        known: dict[str, str] = json.loads(_cache_file().read_text())
    except (OSError, ValueError):  # no cache, or a broken one: hash again
        return {}
    return known


def _remember(known: Mapping[str, str]) -> None:
    target = _cache_file()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(known))
        draft.replace(target)
    except OSError:  # a read-only home only costs time
        return


@dataclass(frozen=True)
class ModelFolder:
    """A local folder in the Hugging Face layout, with or without an ONNX export.

    `revision` is set if the folder is a snapshot of a hub repository: it then contains only the
    small files, and identifies the weights.
    """

    path: Path
    revision: str | None = None

    @functools.cached_property
    def config(self) -> dict[str, Any]:
        """config.json, completed with values that are only in genai_config.json."""
        return self._genai_facts() | _read_json(self.path / "config.json")

    @functools.cached_property
    def genai(self) -> dict[str, Any]:
        """The `model` part of genai_config.json; empty if the folder has no ONNX export."""
        part: dict[str, Any] = _read_json(self.path / "genai_config.json").get("model", {})
        return part

    def _genai_facts(self) -> dict[str, Any]:
        decoder = self.genai.get("decoder", {})
        facts = {
            "max_position_embeddings": self.genai.get("context_length"),
            "hidden_size": decoder.get("hidden_size"),
            "num_hidden_layers": decoder.get("num_hidden_layers"),
            "eos_token_id": self.genai.get("eos_token_id"),
        }
        return {key: value for key, value in facts.items() if value is not None}

    @functools.cached_property
    def tokenizer(self) -> Tokenizer:
        """The folder's tokenizer.json; raises DataError if there is none."""
        file = self.path / "tokenizer.json"
        if not file.is_file():
            raise DataError(f"{self.path} has no tokenizer.json: save a fast tokenizer there")
        return Tokenizer(file)

    @functools.cached_property
    def _tokenizer_config(self) -> dict[str, Any]:
        return _read_json(self.path / "tokenizer_config.json")

    @functools.cached_property
    def template(self) -> str | None:
        """The chat template's source: chat_template.jinja, else tokenizer_config.json's."""
        file = self.path / "chat_template.jinja"
        if file.is_file():
            return file.read_text(encoding="utf-8")
        template = self._tokenizer_config.get("chat_template")
        if isinstance(template, list):  # several named ones: [{"name": …, "template": …}]
            named = {t["name"]: t["template"] for t in template}
            template = named.get("default")
        return template

    @functools.cached_property
    def special_tokens(self) -> dict[str, str]:
        """The tokens that templates refer to: bos_token, eos_token …"""
        tokens = {}
        for key, value in self._tokenizer_config.items():
            text = value.get("content") if isinstance(value, dict) else value
            if key.endswith("_token") and isinstance(text, str):
                tokens[key] = text
        return tokens

    @functools.cached_property
    def generation_config(self) -> dict[str, Any]:
        """generation_config.json; empty if there is none."""
        return _read_json(self.path / "generation_config.json")

    @functools.cached_property
    def eos_ids(self) -> frozenset[int]:
        """The tokens that end a turn: generation_config.json's, else config.json's."""
        generation = self.generation_config
        ids = generation.get("eos_token_id", self.config.get("eos_token_id"))
        return frozenset(ids if isinstance(ids, list) else [] if ids is None else [ids])

    @property
    def context(self) -> int | None:
        """The longest sequence, in tokens."""
        return self.config.get("max_position_embeddings")

    @functools.cached_property
    def _counts(self) -> dict[str, int]:
        files = sorted(self.path.glob("*.safetensors"))
        return {name: count for file in files for name, count in _weights(file).items()}

    @property
    def parameters(self) -> int | None:
        """The number of weights; None if a token's cost cannot be known.

        That is: no safetensors file, or a mixture whose config does not state its active share.
        """
        return None if self.active_parameters is None else sum(self._counts.values())

    @functools.cached_property
    def active_parameters(self) -> int | None:
        """Weights used for one token: all of them, but only the selected routed experts.

        Routed experts are the tensors below `….experts.`; how many there are, and how many a
        token is sent to, is in the configs of Mixtral, Qwen, DeepSeek, Llama 4 and gpt-oss.
        """
        total = sum(self._counts.values())
        routed = sum(n for name, n in self._counts.items() if ".experts." in name)
        if not routed:
            return total or None
        config = self.config | self.config.get("text_config", {})
        there = next((config[key] for key in _EXPERTS if config.get(key)), None)
        chosen = next((config[key] for key in _CHOSEN if config.get(key)), None)
        if there is None or chosen is None:
            return None
        active: int = total - routed + round(routed * chosen / there)
        return active

    def _files(self, patterns: Iterable[str]) -> list[Path]:
        text = [self.path / name for name in _TEXT_FILES]
        weights = [file for pattern in patterns for file in sorted(self.path.glob(pattern))]
        return [file for file in [*text, *weights] if file.is_file()]

    def fingerprint(self, backend: str, kind: str, options: Mapping[str, Any]) -> str:
        """Hash of the engine's name, of every file that affects the output, and of `options`.

        `kind` says whose weights: "onnx" or "torch". For a hub snapshot the revision represents
        the weights.
        """
        files = {p.name: file_hash(p) for p in self._files(_WEIGHTS[kind])}
        return content_hash("model", backend, self.revision, files, dict(options))


def find_folder(name: str) -> ModelFolder | None:
    """The embedded model or local folder called `name`; None if there is neither.

    Raises UsageError for a folder without a model.
    """
    shipped = EMBEDDED / name
    path = shipped if name in embedded_names() else Path(name).expanduser()
    if not path.is_dir():
        return None
    if not (path / "config.json").is_file() and not (path / "genai_config.json").is_file():
        raise UsageError(f"{path} contains no model: no config.json and no genai_config.json")
    return ModelFolder(path.resolve())
