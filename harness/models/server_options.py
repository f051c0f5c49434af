"""What every backend takes that asks a server, and where the server is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from harness.core import EFFORTS, UnknownNameError, UsageError
from harness.core.addresses import check_address, shown
from harness.core.errors import backend_options
from harness.models.folder import ModelFolder, find_folder
from harness.models.options import (
    Count,
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
    rpm: Count | None = option(None, "requests a minute that the provider allows")
    tpm: Count | None = option(
        None, "tokens a minute that the provider allows, prompts and replies together"
    )
    max_concurrency: Count | None = option(
        None, "most requests in flight (default: grows while the server keeps up, to 128)"
    )
    urls: Words = option((), "more addresses of the same model, with commas")
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


def addresses(url: str, more: Words) -> list[str]:
    """All addresses of a model, each once; UsageError for one that is none, or holds a secret.

    The first is the model's own, and names its samples.
    """
    first, *others = re.split(r",(?=https?://)", url)
    for one in (*others, *more):
        if not one.startswith(("http://", "https://")):
            raise UsageError(
                "{model_args.urls}: an address begins with http:// or https://",
                **backend_options(urls=shown(one)),
            )
        check_address(one)
    return list(dict.fromkeys([first, *(base_url(one, first) for one in (*others, *more))]))


def named_efforts(words: Words, known: tuple[str, ...]) -> tuple[str, ...]:
    """The levels that the user says the model has, else all that the interface knows."""
    for word in words:
        if word not in known:
            raise UnknownNameError("level in the option efforts", word, known)
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
