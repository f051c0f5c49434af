"""Addresses of servers: what may stand in one, for it is stored with every run and shown."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from harness.core.errors import UsageError, backend_options

_USER = re.compile(r"\b([a-z][a-z0-9+.-]*://)[^/?#\s]*@", re.I)
SECRET_NAMES = (
    r"key|token|secret|password|passwd|pwd|credentials?|signature|sig|o?auth|authorization"
)
"""What secrets are called, in addresses, variables and options."""
SECRET_NAME = re.compile(
    r"key|token|secret|password|passwd|pwd|credential|(?<![a-z])(?:signature|sig|o?auth"
    r"|authorization)(?![a-z])",
    re.I,
)
"""A name that speaks of one; short words stand alone in it, so that an author is no secret."""
_PARAMETER = re.compile(rf"([?&](?=[^=&#\s]*(?:{SECRET_NAME.pattern}))[^=&#\s]+=)[^&#\s]+", re.I)


def shown(text: str) -> str:
    """The text without the user information and the secret parameters of addresses in it."""
    return _PARAMETER.sub(r"\1…", _USER.sub(r"\1…@", text))


def check_address(url: str) -> None:
    """UsageError for an address that holds a user, a password or a key; it does not repeat it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"the server's address {shown(url)!r} is none ({error})") from None
    if not parts.hostname or port == 0:
        raise UsageError(f"the server's address {shown(url)!r} names no host: http://HOST:PORT/v1")
    named = [name for name, _ in parse_qsl(parts.query) if SECRET_NAME.search(name)]
    if "@" in parts.netloc or named:
        what = f"the parameter {named[0]!r}" if named else "a user name or a password"
        raise UsageError(
            f"the server's address {shown(url)!r} holds {what}, and addresses are stored and "
            "shown: leave it out, put the key into an environment variable, and name that with "
            "{model_args.api_key_env}",
            **backend_options(api_key_env="NAME"),
        )
    if parts.fragment:
        raise UsageError(f"the server's address {shown(url)!r} has a part behind '#': leave it out")
