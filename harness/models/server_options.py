"""The options of every backend that calls a server, and the server's location."""

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

GENEROUS, OWN = 32_000, 16_384
"""Default tokens of one completion, including thinking: at a provider's own URL, where all models
that think support so many, and at other URLs, where prompt and completion share a context."""


@dataclass(frozen=True, kw_only=True)
class ServerOptions(ModelOptions):
    """The options of every backend that calls a server."""

    api_key_env: Text | None = option(
        None, "environment variable that holds the key (default: the provider's usual one)"
    )
    timeout: Positive = option(600.0, "seconds without data after which a request is given up")
    retries: Natural = option(5, "attempts after the first, for transient errors")
    rpm: Count | None = option(None, "requests per minute that the provider allows")
    tpm: Count | None = option(
        None, "tokens per minute that the provider allows, prompts and replies together"
    )
    max_concurrency: Count | None = option(
        None, "maximum requests in flight (default: adapts to the server, up to 128)"
    )
    urls: Words = option((), "further URLs of the same model, comma-separated")
    stream: bool | None = option(
        None, "receive replies as they are generated (default: at the provider's own URL)"
    )
    efforts: Words = option((), "effort levels of the model, comma-separated: low,medium,high")
    drop: Words = option(
        (), "fields never to send, comma-separated: temperature,seed", affects_output=True
    )
    extra: Object = option({}, "more fields of the request; null removes one", affects_output=True)
    tokenizer: Text | None = option(
        None, "embedded model, folder or hub name whose tokenizer counts and renders"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a model is served: a URL, the variable with its key, whether a key is required,
    whether replies are streamed by default, and how such URLs usually
    end."""

    url: str
    key_env: str
    key_needed: bool
    stream: bool = True
    ending: str = "/v1"


def base_url(url: str | None, official: str) -> str:
    """The base URL for paths; a bare host gets the official URL's path."""
    if url is None:
        return official
    parts = urlsplit(url.strip())
    path = parts.path.rstrip("/") or urlsplit(official).path
    return urlunsplit(parts._replace(path=path))


def addresses(url: str, more: Words) -> list[str]:
    """All URLs of a model, each once; UsageError for an invalid one, or one with a secret.

    The first is the model's own, and identifies its samples.
    """
    first, *others = re.split(r",(?=https?://)", url)
    for one in (*others, *more):
        if not one.startswith(("http://", "https://")):
            raise UsageError(
                "{model_args.urls}: a URL begins with http:// or https://",
                **backend_options(urls=shown(one)),
            )
        check_address(one)
    return list(dict.fromkeys([first, *(base_url(one, first) for one in (*others, *more))]))


def named_efforts(words: Words, known: tuple[str, ...]) -> tuple[str, ...]:
    """The model's effort levels as set by the user, else all of the API's."""
    for word in words:
        if word not in known:
            raise UnknownNameError("level in the option efforts", word, known)
    return tuple(level for level in EFFORTS if level in (words or known))


def find_tokenizer(name: str | None) -> ModelFolder | None:
    """The folder given by `tokenizer=`."""
    if name is None:
        return None
    folder = find_folder(name)
    if folder is None:
        from harness.models.hub import hub_folder

        folder = hub_folder(name)
    return folder


def usual_limit(folder: ModelFolder | None, context: int | None, *, provider: bool) -> int:
    """Tokens of one completion where the user sets no limit: what the model's folder states, else
    by whether it is at a `provider`'s own URL."""
    stated = None if folder is None else folder.generation_config.get("max_new_tokens")
    if isinstance(stated, int) and not isinstance(stated, bool) and stated > 0:
        return stated
    if provider:
        return GENEROUS
    return OWN if context is None else max(1, min(OWN, context // 2))
