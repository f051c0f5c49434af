"""What the program and its tests say to one another: plain data, a line of JSON each.

Run inside sandboxes by `python -c`, with nothing of the package at hand, by the standard library.
Values come as what they are made of. A subclass arrives as its base, so that no object of the
program's own making, with an `__eq__` that always agrees, is ever compared; what is no plain data
arrives as something that equals nothing.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Any

_KINDS: dict[str, Any] = {"l": list, "t": tuple, "s": set, "z": frozenset}
MOST_BYTES = 8_000_000  # of one message


class Opaque:
    """Something that is no plain data; it equals nothing, itself included."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self.kind}>"


def pack(value: Any) -> Any:
    """A value as JSON; what is not text, a truth value, a whole number or None is tagged."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return {"f": float.__repr__(value)}
    if isinstance(value, complex):
        return {"c": [float.__repr__(value.real), float.__repr__(value.imag)]}
    if isinstance(value, bytes | bytearray):
        return {"b": bytes(value).hex()}
    for tag, kind in _KINDS.items():
        if isinstance(value, kind):
            return {tag: [pack(one) for one in kind.__iter__(value)]}
    if isinstance(value, dict):
        return {"d": [[pack(k), pack(v)] for k, v in dict.items(value)]}
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        return pack(value.tolist())
    return {"x": type(value).__name__}


def unpack(data: Any) -> Any:
    """The value of `pack`; ValueError for anything else."""
    if data is None or isinstance(data, bool | int | str):
        return data
    if not isinstance(data, dict) or len(data) != 1:
        raise ValueError("not plain data")
    [(tag, inner)] = data.items()
    if tag == "f":
        return float(inner)
    if tag == "c":
        return complex(float(inner[0]), float(inner[1]))
    if tag == "b":
        return bytes.fromhex(inner)
    if tag == "d":
        return {unpack(key): unpack(value) for key, value in inner}
    if tag == "x":
        return Opaque(str(inner))
    if tag not in _KINDS:
        raise ValueError("not plain data")
    return _KINDS[tag](unpack(one) for one in inner)


def limit(memory_mb: int, cpu_s: int, processes: int) -> None:
    """Bound this process and all that it starts."""
    mega = 1 << 20
    wanted = {
        resource.RLIMIT_AS: memory_mb * mega,
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_NPROC: processes,
        resource.RLIMIT_FSIZE: 64 * mega,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
    }
    for name, most in wanted.items():
        hard = resource.getrlimit(name)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(name, (most, most))
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)


class Line:
    """The two ends of the talk; EOFError where the other side is gone."""

    def __init__(self, read: int, write: int) -> None:
        self.reader, self.write = os.fdopen(read, "rb"), write

    def send(self, message: Any) -> None:
        """One line."""
        data = json.dumps(message).encode() + b"\n"
        while data:
            data = data[os.write(self.write, data) :]

    def receive(self) -> Any:
        """The next line; ValueError for one that is too long or no JSON."""
        data = self.reader.readline(MOST_BYTES)
        if not data:
            raise EOFError
        if not data.endswith(b"\n"):
            raise ValueError("a message that is too long")
        return json.loads(data)
