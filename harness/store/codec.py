"""Packing token ends: their differences, as bytes or as little-endian 32-bit integers.

The first byte gives the format. Setting up a compressor costs more than a short trace saves, so
only long ones are deflated.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

_BYTES, _BYTES_DEFLATED, _WORDS_DEFLATED = b"\x00", b"\x01", b"\x02"
_LONG = 512


def pack_ends(ends: Sequence[int] | None) -> bytes | None:
    """Bytes of a non-decreasing sequence of character counts; None stays None."""
    if ends is None:
        return None
    steps = [b - a for a, b in zip((0, *ends), ends, strict=False)]
    if max(steps, default=0) > 255:
        return _WORDS_DEFLATED + zlib.compress(np.asarray(steps, dtype="<i4").tobytes(), level=1)
    if len(steps) > _LONG:
        return _BYTES_DEFLATED + zlib.compress(bytes(steps), level=1)
    return _BYTES + bytes(steps)


def unpack_ends(data: bytes | None) -> tuple[int, ...] | None:
    """The inverse of `pack_ends`."""
    if data is None:
        return None
    form, body = data[:1], data[1:]
    raw = body if form == _BYTES else zlib.decompress(body)
    steps = np.frombuffer(raw, dtype="<i4" if form == _WORDS_DEFLATED else "u1")
    return tuple(np.cumsum(steps, dtype=np.int64).tolist())
