"""Models by hub name: the revision and the small files, without the weights."""

from __future__ import annotations

from pathlib import Path

from harness.core import UsageError
from harness.models.folder import ModelFolder, embedded_names

_SMALL = ["*.json", "*.jinja"]


def hub_folder(name: str, revision: str | None = None) -> ModelFolder:
    """A hub repository's configuration and tokenizer files, at a fixed revision.

    Taken from the local hub cache if present, else downloaded. Raises UsageError with what
    to do if neither works.
    """
    import huggingface_hub  # slow to import, and only hub names need it

    last: Exception | None = None
    for offline in (True, False):
        try:
            path = huggingface_hub.snapshot_download(
                name, revision=revision, allow_patterns=_SMALL, local_files_only=offline
            )
        except Exception as error:  # noqa: BLE001 - hub, network and HTTP errors share no base class
            last = error
            continue
        folder = Path(path)
        if (folder / "config.json").is_file():
            return ModelFolder(folder, revision=folder.name)
    reason = str(last).strip().splitlines()[0] if last and str(last).strip() else "no config.json"
    raise UsageError(
        f"model {name!r}: not an embedded model ({', '.join(embedded_names()) or 'none'}), not a "
        f"folder, and the hub did not give it ({reason}). Check the name and the network, or give "
        "a folder's path"
    )
