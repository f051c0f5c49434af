"""What a folder says, and the hash of all that shapes a model's output."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from harness.core import DataError, ModelSpec, Prompt, UnknownNameError, UsageError
from harness.models import embedded_models
from harness.models.folder import ModelFolder, embedded_names, file_hash, find_folder
from harness.models.onnx import OnnxBackend

QUESTION = Prompt.user("hi")


def safetensors(path: Path, shapes: dict[str, list[int]]) -> None:
    entry = {"dtype": "F32", "data_offsets": [0, 0]}
    header = {name: {**entry, "shape": shape} for name, shape in shapes.items()}
    data = json.dumps({**header, "__metadata__": {"format": "pt"}}).encode()
    path.write_bytes(struct.pack("<Q", len(data)) + data)


def test_facts(folder: Path) -> None:
    model = ModelFolder(folder)
    assert (model.context, model.eos_ids, model.parameters) == (128, {2}, None)
    assert model.special_tokens == {"bos_token": "<bos>", "eos_token": "<eos>"}
    (folder / "generation_config.json").write_text('{"eos_token_id": [2, 4]}')
    safetensors(folder / "model.safetensors", {"a": [3, 4], "b": [5], "scalar": []})
    model = ModelFolder(folder)
    assert (model.eos_ids, model.parameters, model.active_parameters) == ({2, 4}, 18, 18)


@pytest.mark.parametrize(
    ("names", "expert"),
    [
        (("num_local_experts", "num_experts_per_tok"), "l.0.block_sparse_moe.experts.{}.w1.weight"),
        (("num_experts", "num_experts_per_tok"), "l.0.mlp.experts.{}.up_proj.weight"),
        (("n_routed_experts", "num_experts_per_tok"), "l.0.mlp.experts.{}.down_proj.weight"),
        (("num_local_experts", "experts_per_token"), "l.0.mlp.experts.{}.gate_up_proj"),
    ],
)
def test_of_a_mixture_the_experts_that_a_token_visits_are_active(
    folder: Path, names: tuple[str, str], expert: str
) -> None:
    config = json.loads((folder / "config.json").read_text())
    sizes = dict(zip(names, (8, 2), strict=True))
    (folder / "config.json").write_text(json.dumps({**config, **sizes}))
    tensors = {expert.format(i): [3, 4] for i in range(8)}
    tensors |= {"l.0.mlp.shared_experts.up_proj.weight": [5, 4], "l.0.mlp.gate.weight": [8, 4]}
    safetensors(folder / "model.safetensors", tensors)
    assert ModelFolder(folder).parameters == 8 * 12 + 20 + 32
    assert ModelFolder(folder).active_parameters == 2 * 12 + 20 + 32
    (folder / "config.json").write_text(json.dumps(config))
    untold = ModelFolder(folder)
    assert (
        untold.active_parameters is untold.parameters is None
    )  # no FLOPs, not several times too many


def test_the_template_file_wins_and_named_templates_have_a_default(folder: Path) -> None:
    named = [{"name": "tool_use", "template": "T"}, {"name": "default", "template": "D"}]
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": named}))
    assert ModelFolder(folder).template == "D"
    (folder / "chat_template.jinja").write_text("F")
    assert ModelFolder(folder).template == "F"


@pytest.mark.parametrize(
    "file",
    ["config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja",
     "generation_config.json", "model.onnx", "model.onnx.data"],
)  # fmt: skip
def test_every_file_that_matters_changes_the_fingerprint(folder: Path, file: str) -> None:
    (folder / "model.onnx").write_bytes(b"graph")
    before = ModelFolder(folder).fingerprint("onnx", "onnx", {})
    (folder / "README.md").write_text("a note")
    assert ModelFolder(folder).fingerprint("onnx", "onnx", {}) == before
    with (folder / file).open("ab") as target:
        target.write(b" ")
    assert ModelFolder(folder).fingerprint("onnx", "onnx", {}) != before


def test_engines_and_arguments_have_fingerprints_of_their_own(folder: Path) -> None:
    model = ModelFolder(folder)
    prints = {
        model.fingerprint("onnx", "onnx", {}),
        model.fingerprint("hf", "onnx", {}),
        model.fingerprint("onnx", "onnx", {"context": 64}),
        ModelFolder(folder, revision="abc").fingerprint("onnx", "onnx", {}),
    }
    assert len(prints) == 4


def test_large_files_are_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "weights"
    with file.open("wb") as target:
        target.truncate(65 * 2**20)  # sparse
    first = file_hash(file)
    cache = Path(os.environ["HOME"]) / ".cache/harness/hashes.json"
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    file_hash(file)
    key, value = next(iter(json.loads(cache.read_text()).items()))
    assert value == first
    assert key.startswith(str(file.resolve()))
    cache.write_text(json.dumps({key: "remembered"}))
    assert file_hash(file) == "remembered"
    os.utime(file, ns=(1, 1))
    assert file_hash(file) == first
    cache.write_text("{broken")
    assert file_hash(file) == first


def test_finding(folder: Path, tmp_path: Path) -> None:
    found = find_folder(str(folder))
    assert found is not None
    assert found.path == folder
    assert find_folder("no-such-model") is None
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="contains no model"):
        find_folder(str(tmp_path / "empty"))
    (folder / "config.json").write_text("[]")
    with pytest.raises(DataError, match=r"config\.json"):
        _ = ModelFolder(folder).context


def test_an_unknown_onnx_model_is_an_error() -> None:
    with pytest.raises(UnknownNameError, match="folder's path"):
        OnnxBackend(ModelSpec.parse("onnx:no-such-model"))


def test_embedded_models_are_listed_with_their_facts() -> None:
    rows = embedded_models()
    assert [row["name"] for row in rows] == embedded_names()
    for row in rows:
        assert row["parameters"] > 0
        assert row["context"] > 0
        assert row["think"] == ["<think>", "</think>"]


def test_rendering_counting_and_facts_of_a_backend(folder: Path) -> None:
    backend = OnnxBackend(ModelSpec.parse(f"onnx:{folder}", {"context": "100"}))
    assert backend.render(QUESTION, "<think>") == "<bos><user>hi<assistant><think>"
    assert backend.count_tokens(backend.render(QUESTION)) == 5  # three special tokens, h and i
    assert (backend.info.context, backend.info.layers, backend.info.width) == (100, 4, 96)
    assert backend.info.think is not None


def test_building_a_backend_imports_no_engine(folder: Path) -> None:
    code = (
        "import sys; from harness.core import ModelSpec, registry\n"
        "for name in ('onnx', 'hf', 'vllm'):\n"
        f"    b = registry.find('models', name)(ModelSpec.parse(f'{{name}}:{folder}'))\n"
        "    assert b.info.fingerprint\n"
        "heavy = {'torch', 'transformers', 'vllm', 'onnxruntime', 'onnxruntime_genai'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
