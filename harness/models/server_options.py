"""What every backend takes that asks a server, and where the server is."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from harness.core import EFFORTS, UnknownNameError
from harness.models.folder import ModelFolder, find_folder
from harness.models.options import (
    ModelOptions,
    Natural,
    Object,
    Positive,
    Text,
    Words,
    option,
)


@dataclass(frozen=True, kw_only=True)
class ServerOptions(ModelOptions):
    """What every backend takes that asks a server."""

    api_key_env: Text | None = option(
        None, "environment variable that holds the key (default: the provider's usual one)"
    )
    timeout: Positive = option(600.0, "seconds of silence after which a request is given up")
    retries: Natural = option(5, "attempts beyond the first, after passing errors")
    stream: bool | None = option(
        None, "take replies as they are generated (default: where the provider itself is asked)"
    )
    efforts: Words = option((), "effort levels that the model has, with commas: low,medium,high")
    drop: Words = option(
        (), "fields never sent, with commas: temperature,seed", affects_output=True
    )
    extra: Object = option({}, "more fields of the request; null removes one", affects_output=True)
    tokenizer: Text | None = option(
        None, "embedded model, folder or hub name to count and render with"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a model is asked: an address, the variable that holds its key, whether there must be
    one, whether replies are streamed unless the user says otherwise, how such addresses usually
    end."""

    url: str
    key_env: str
    key_needed: bool
    stream: bool = True
    ending: str = "/v1"


def base_url(url: str | None, official: str) -> str:
    """The address that paths are put behind; a bare host gets the official address's path."""
    if url is None:
        return official
    parts = urlsplit(url.strip())
    path = parts.path.rstrip("/") or urlsplit(official).path
    return urlunsplit(parts._replace(path=path))


def named_efforts(words: Words, known: tuple[str, ...]) -> tuple[str, ...]:
    """The levels that the user says the model has, else all that the interface knows."""
    for word in words:
        if word not in known:
            raise UnknownNameError("level of --model-arg efforts=", word, known)
    return tuple(level for level in EFFORTS if level in (words or known))


def find_tokenizer(name: str | None) -> ModelFolder | None:
    """The folder that `tokenizer=` names."""
    if name is None:
        return None
    folder = find_folder(name)
    if folder is None:
        from harness.models.hub import hub_folder

        folder = hub_folder(name)
    return folder
