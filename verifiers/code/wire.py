"""Messages between a program and its tests: plain data, one line of JSON each.

Run inside the sandboxes by `python -c` with the standard library alone; the package is not
available there. A subclass arrives as its base class, so an object of the program's own class, with
an `__eq__` that always agrees, is never compared. Anything that is not plain data arrives as an
object that equals nothing.
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
    """Stands for anything that is not plain data; equals nothing, not even itself."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self.kind}>"


def pack(value: Any) -> Any:
    """A value as JSON; anything but text, a bool, an int or None gets a tag."""
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
    """Set the limits of this process and of those it starts."""
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
    """Both ends of the connection; raises EOFError if the other side has closed."""

    def __init__(self, read: int, write: int) -> None:
        self.reader, self.write = os.fdopen(read, "rb"), write

    def send(self, message: Any) -> None:
        """Send one message."""
        data = json.dumps(message).encode() + b"\n"
        while data:
            data = data[os.write(self.write, data) :]

    def receive(self) -> Any:
        """The next message; raises ValueError if it is too long or not JSON."""
        data = self.reader.readline(MOST_BYTES)
        if not data:
            raise EOFError
        if not data.endswith(b"\n"):
            raise ValueError("a message that is too long")
        return json.loads(data)
