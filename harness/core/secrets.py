"""What must not leave this machine: keys, passwords, private addresses and local paths."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from harness.core.addresses import SECRET_NAME, SECRET_NAMES, shown
from harness.core.errors import UsageError, backend_options

_HOLDS = re.compile(rf"(?:^|[_-])(?:api)?(?:{SECRET_NAMES}|headers?|cookies?)$", re.IGNORECASE)
"""Names of options that hold a secret; `api_key_env`, `token_ids` and `tokenizer` do not."""
_SHORTEST = 8  # shorter values of the environment ("1", "true") are not secrets
_ADDRESS = re.compile(r"https?://[^\s'\"<>)\]}]+")
_ROOT = r"(?:~|/[\w.@+-]+|[A-Za-z]:\\[\w.@+-]+)"
_PATH = re.compile(rf"(?<![\w/.~]){_ROOT}(?:[/\\][\w.@+-]+)+")

KINDS: Mapping[str, re.Pattern[str]] = {
    "a user name or password in an address": re.compile(
        r"\b[a-z][a-z0-9+.-]*://(?!…@)[^\s/?#'\"<>]+@[\w.-]+", re.IGNORECASE
    ),
    "a key of OpenAI's or Anthropic's form": re.compile(r"\bsk-(?:ant-|proj-)?[\w-]{20,}"),
    "a key of Google's form": re.compile(r"\bAIza[\w-]{35}\b"),
    "a token of Hugging Face's form": re.compile(r"\bhf_[A-Za-z0-9]{30,}\b"),
    "a token of GitHub's form": re.compile(r"\b(?:gh[pousr]_\w{36,}|github_pat_\w{40,})\b"),
    "a key of Amazon's form": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a bearer token": re.compile(r"\b[Bb]earer\s+[\w.~+/-]{20,}"),
}
"""Formats of keys; each is rare enough in other text to deserve a look."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """Something that looks like a secret: what it is, and a hint that is just enough to find it."""

    kind: str
    hint: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.hint})"


def environment_secrets(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Values that must not be published, by the name of the variable that contains them."""
    return {
        name: value
        for name, value in environment.items()
        if SECRET_NAME.search(name) and len(value) >= _SHORTEST and not value.startswith("/")
    }


_MARKS: Mapping[str, tuple[str, ...]] = {
    "a key of OpenAI's or Anthropic's form": ("sk-",),
    "a key of Google's form": ("AIza",),
    "a token of Hugging Face's form": ("hf_",),
    "a token of GitHub's form": ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    "a key of Amazon's form": ("AKIA", "ASIA"),
    "a bearer token": ("earer",),
}
"""One of these stands in every text that a form matches: looking for them takes a hundredth of the
time."""
_BEFORE, _BEHIND = 40, 4000  # characters around `://` in which a password in an address is sought


def suspects(text: str, known: Mapping[str, str]) -> Iterator[Suspect]:
    """What in a text looks like a secret; `known` maps variable names to secret values."""
    for name, value in known.items():
        if value in text:
            yield Suspect(f"the value of the environment variable {name}", _hint(value))
    for kind, pattern in KINDS.items():
        for match in _matches(kind, pattern, text):
            yield Suspect(kind, _hint(match))


def _matches(kind: str, pattern: re.Pattern[str], text: str) -> Iterator[str]:
    if kind in _MARKS:
        if any(mark in text for mark in _MARKS[kind]):
            yield from (match[0] for match in pattern.finditer(text))
        return
    at = text.find("://") if "@" in text else -1
    while at >= 0:
        end = at + _BEHIND
        if text.find("@", at, end) >= 0:
            match = pattern.search(text, _scheme(text, at), end)
            if match is not None and match.start() <= at:
                yield match[0]
        at = text.find("://", at + 3)


def _scheme(text: str, at: int) -> int:
    """Where the word before `://` begins."""
    start = at
    while (
        start and at - start < _BEFORE and (text[start - 1].isalnum() or text[start - 1] in "+.-")
    ):
        start -= 1
    return start


def _hint(secret: str) -> str:
    return f"{secret[:3]}…, {len(secret)} characters"


def holds_secret(name: str) -> bool:
    """Whether an option of this name holds a key, a password or similar credentials."""
    return _HOLDS.search(name) is not None


def check_option(what: str, name: str, value: str) -> None:
    """UsageError for an option that holds a secret, by name or format; it is not repeated.

    Options are stored with every run and shown. `what` names the option: "the model's option".
    """
    held = _HOLDS.search(name) is not None
    kind = (
        "a secret" if held else next((s.kind for s in suspects(value, environment_secrets())), "")
    )
    if not kind and value.lstrip().startswith(("{", "[")):
        with contextlib.suppress(ValueError, RecursionError):
            kind = "a secret" if _holding(json.loads(value)) else ""
    if not kind and name.endswith("_env") and not re.fullmatch(r"[A-Za-z_]\w*", value):
        kind = "something other than the name of an environment variable"
    if kind:
        raise UsageError(
            f"{what} {name}=… holds {kind}, and options are stored and shown: put it into an "
            "environment variable (servers: {model_args.api_key_env} names it)",
            **backend_options(api_key_env="NAME"),
        )


def _holding(value: object) -> bool:
    """Whether a field of a JSON value is named like a secret."""
    if isinstance(value, dict):
        return any(_HOLDS.search(str(k)) or _holding(v) for k, v in value.items())
    return isinstance(value, list) and any(map(_holding, value))


def in_texts(value: Any, change: Callable[[str], str], keep: Collection[str] = ()) -> Any:
    """A JSON value with each text in it changed, except under the keys `keep`."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {k: v if k in keep else in_texts(v, change, keep) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [in_texts(inner, change, keep) for inner in value]
    return value


def masked(text: str, known: Mapping[str, str]) -> str:
    """The text with everything that looks like a secret replaced by `…`."""
    text = shown(text)
    for value in known.values():
        text = text.replace(value, "…")
    for pattern in KINDS.values():
        text = pattern.sub("…", text)
    return text


def public(text: str) -> str:
    """The text without private addresses and local paths: a server's host becomes `private`, and
    only the last part of a path is kept."""
    parts, end = [], 0
    for match in _ADDRESS.finditer(text):
        parts += [_without_paths(text[end : match.start()]), _public_address(match[0])]
        end = match.end()
    return "".join([*parts, _without_paths(text[end:])])


def _without_paths(text: str) -> str:
    return _PATH.sub(lambda match: re.split(r"[/\\]", match[0])[-1], text)


def _public_address(address: str) -> str:
    try:
        parts = urlsplit(shown(address))
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return "http://private"
    if parts.hostname and not _private(parts.hostname):
        return shown(address)
    return urlunsplit((parts.scheme, f"private{port}", parts.path, "", ""))


def _private(host: str) -> bool:
    """Whether it is unreachable from outside, or should stay unknown there."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        suffixes = (".local", ".internal", ".lan", ".corp", ".home", ".intranet", ".localdomain")
        return "." not in host or host.endswith(suffixes)
