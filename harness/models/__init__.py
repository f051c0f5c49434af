"""Backends, one per file, and their shared parts: arguments, prompts, tokens, sampling."""

from __future__ import annotations

from typing import Any


def embedded_models() -> list[dict[str, Any]]:
    """The models that ship with the package, with their properties: name, parameters, layers,
    width, context (tokens) and thinking marks. Loads no weights."""
    from harness.models.folder import EMBEDDED, ModelFolder, embedded_names
    from harness.models.marks import find_marks

    rows = []
    for name in embedded_names():
        folder = ModelFolder(EMBEDDED / name)
        marks = find_marks(None, None, folder.tokenizer.added)
        rows.append(
            {
                "name": name,
                "parameters": folder.parameters,
                "layers": folder.config.get("num_hidden_layers"),
                "width": folder.config.get("hidden_size"),
                "context": folder.context,
                "think": [marks.start, marks.end] if marks else None,
            }
        )
    return rows
