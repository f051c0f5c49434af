"""Content hashes: the identity of samples, problems, prompts and runs."""

from __future__ import annotations

import hashlib
import json
from typing import Any

# `json.dumps` would create an encoder for each call, and a sample needs several hashes.
_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


def canonical_json(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, no NaN."""
    return _encode(value)


def content_hash(*parts: Any) -> str:
    """SHA-256 of the canonical JSON of `parts`, as the first 32 hexadecimal digits (128 bits)."""
    data = canonical_json(list(parts)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:32]


def derive_seed(*parts: Any) -> int:
    """A 31-bit seed that depends on all of `parts` (engines take a signed 32-bit integer)."""
    return int(content_hash("seed", *parts)[:8], 16) & 0x7FFF_FFFF
