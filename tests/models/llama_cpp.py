"""llama.cpp's own server, built from the source that the Python package llama-cpp-python carries.

    python tests/models/llama_cpp.py FOLDER

It takes cmake, ninja, a C++ compiler and some 20 minutes of a processor. The package's archive
holds llama.cpp whole, so that nothing else is downloaded. The program is FOLDER/bin/llama-server;
the tests of `test_llama_server.py` run with it where HARNESS_LLAMA_SERVER names it or it is on the
PATH. They serve an embedded model, which this file writes as GGUF (packages gguf and safetensors).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = "llama-cpp-python==0.3.36"
SETTINGS = {
    "CMAKE_BUILD_TYPE": "Release",
    "GGML_NATIVE": "OFF",  # with the vector instructions of any machine of the last ten years
    "BUILD_SHARED_LIBS": "OFF",
    "LLAMA_BUILD_TESTS": "OFF",
    "LLAMA_BUILD_EXAMPLES": "OFF",
    "LLAMA_BUILD_UI": "OFF",
    "LLAMA_USE_PREBUILT_UI": "OFF",
    "LLAMA_OPENSSL": "OFF",
}


def write_gguf(model: Path, out: Path) -> None:
    """An embedded model's folder as one file in float32: the same weights, tokens and template.

    Its tokens are bytes: there are no merges, but llama.cpp wants a list with one, so it gets one
    that makes no token.
    """
    import gguf
    from safetensors.numpy import load_file

    config = json.loads((model / "config.json").read_text("utf-8"))
    heads, layers = config["num_attention_heads"], config["num_hidden_layers"]
    writer = gguf.GGUFWriter(out, "llama")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_block_count(layers)
    writer.add_head_count(heads)
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    _write_tokens(writer, gguf.TokenType, model, config)
    for name, weights in load_file(model / "model.safetensors").items():
        if name.endswith(("q_proj.weight", "k_proj.weight")):  # rotary pairs lie side by side here
            halves = weights.reshape(heads, 2, -1, weights.shape[1])
            weights = halves.swapaxes(1, 2).reshape(weights.shape)
        writer.add_tensor(_tensor_name(name), weights.astype("float32"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_tokens(writer: Any, kinds: Any, model: Path, config: dict[str, Any]) -> None:
    told = json.loads((model / "tokenizer.json").read_text("utf-8"))
    template = json.loads((model / "tokenizer_config.json").read_text("utf-8"))["chat_template"]
    by_id = {n: (token, kinds.NORMAL) for token, n in told["model"]["vocab"].items()}
    for one in told["added_tokens"]:
        kind = kinds.CONTROL if one["special"] else kinds.USER_DEFINED
        by_id[one["id"]] = (one["content"], kind)
    rows = [by_id[n] for n in range(config["vocab_size"])]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([token for token, _ in rows])
    writer.add_token_types([kind for _, kind in rows])
    writer.add_token_merges([f"{rows[0][0]} {rows[0][0]}"])
    writer.add_bos_token_id(config["bos_token_id"])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_add_bos_token(False)
    writer.add_chat_template(template)


_NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def _tensor_name(name: str) -> str:
    """`model.layers.3.mlp.up_proj.weight` is `blk.3.ffn_up.weight`."""
    stem = name.removesuffix(".weight")
    if not stem.startswith("model.layers."):
        return f"{_NAMES[stem]}.weight"
    number, _, part = stem.removeprefix("model.layers.").partition(".")
    return f"blk.{number}.{_NAMES[part]}.weight"


def build(folder: Path) -> Path:
    """Download the archive and build the server below `folder`; the program's path."""
    with tempfile.TemporaryDirectory() as scratch:
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*pip, "-d", scratch, PACKAGE], check=True)
        [archive] = Path(scratch).glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(scratch, filter="data")
        [source] = Path(scratch).glob("*/vendor/llama.cpp")
        options = [f"-D{name}={value}" for name, value in SETTINGS.items()]
        subprocess.run(["cmake", "-G", "Ninja", "-S", source, "-B", folder, *options], check=True)
        subprocess.run(["cmake", "--build", folder, "--target", "llama-server"], check=True)
    return folder / "bin" / "llama-server"


def main() -> None:
    """See the top of the file."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.stdout.write(f"{build(Path(sys.argv[1]).absolute())}\n")


if __name__ == "__main__":
    main()
