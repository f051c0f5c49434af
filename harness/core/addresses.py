"""Server URLs: what they may contain, since they are stored with every run and shown."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from harness.core.errors import UsageError, backend_options

_USER = re.compile(r"\b([a-z][a-z0-9+.-]*://)[^/?#\s]*@", re.I)
SECRET_NAMES = (
    r"key|token|secret|password|passwd|pwd|credentials?|signature|sig|o?auth|authorization"
)
"""Names of secrets, in URLs, variables and options."""
SECRET_NAME = re.compile(
    r"key|token|secret|password|passwd|pwd|credential|(?<![a-z])(?:signature|sig|o?auth"
    r"|authorization)(?![a-z])",
    re.I,
)
"""Matches a name that contains one of them; short ones only as whole words ("author" is fine)."""
_PARAMETER = re.compile(rf"([?&](?=[^=&#\s]*(?:{SECRET_NAME.pattern}))[^=&#\s]+=)[^&#\s]+", re.I)


def shown(text: str) -> str:
    """The text with user information and secret parameters removed from URLs."""
    return _PARAMETER.sub(r"\1…", _USER.sub(r"\1…@", text))


def check_address(url: str) -> None:
    """UsageError for a URL that contains a user, a password or a key; it does not repeat it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"the server URL {shown(url)!r} is invalid ({error})") from None
    if not parts.hostname or port == 0:
        raise UsageError(f"the server URL {shown(url)!r} names no host: http://HOST:PORT/v1")
    named = [name for name, _ in parse_qsl(parts.query) if SECRET_NAME.search(name)]
    if "@" in parts.netloc or named:
        what = f"the parameter {named[0]!r}" if named else "a user name or a password"
        raise UsageError(
            f"the server URL {shown(url)!r} contains {what}, and URLs are stored and "
            "shown: leave it out, put the key into an environment variable, and name that with "
            "{model_args.api_key_env}",
            **backend_options(api_key_env="NAME"),
        )
    if parts.fragment:
        raise UsageError(f"the server URL {shown(url)!r} has a part after '#': leave it out")
