"""Runs inside the program's sandbox: loads the program and serves calls to it.

Appended to `wire.py` and run by `python -c`. Once the program has started, nothing here is trusted:
it sends answers, and only the other side knows which are right.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or __name__.startswith("harness."):
    from harness.verifiers.code.wire import Line, limit, pack, unpack

MOST_OUTPUT = 4_000_000  # bytes that a program may print for one input


def run_once(code: str, text: str, wall_s: float, fds: tuple[int, ...]) -> dict[str, Any]:
    """Run the program as a script on one input; returns what it prints."""
    given, put = os.pipe()
    got, said = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.dup2(given, 0)
        os.dup2(said, 1)
        for fd in (given, put, got, said, *fds):
            os.close(fd)
        code_of_exit = 1
        try:
            exec(compile(code, "program.py", "exec"), {"__name__": "__main__"})  # noqa: S102
            code_of_exit = 0
        except SystemExit as error:
            code_of_exit = 0 if error.code in (None, 0) else 1
        except BaseException as error:  # noqa: BLE001 - whatever the program raises
            sys.stderr.write(f"{type(error).__name__}: {error}"[:500])
        finally:
            try:
                sys.stdout.flush()
            finally:
                os._exit(code_of_exit)
    os.close(given)
    os.close(said)
    try:
        return talk(text.encode(), put, got, time.monotonic() + wall_s)
    finally:
        os.close(got)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)


def talk(data: bytes, put: int, got: int, deadline: float) -> dict[str, Any]:
    """Write the input and read the output until the script ends."""
    os.set_blocking(put, False)
    printed, left, writing = b"", data, True
    while True:
        if writing and not left:
            os.close(put)
            writing = False
        wait = deadline - time.monotonic()
        ready, free, _ = select.select([got], [put] if writing else [], [], max(wait, 0))
        if not ready and not free:
            if writing:
                os.close(put)
            return {"error": "Timeout", "said": "too slow on one input"}
        if free:
            try:
                left = left[os.write(put, left[:65536]) :]
            except BrokenPipeError:
                left = b""
        if ready:
            part = os.read(got, 65536)
            printed += part
            if not part or len(printed) > MOST_OUTPUT:
                if writing:
                    os.close(put)
                if part:
                    return {"error": "Output", "said": "prints without end"}
                return {"out": printed.decode("utf-8", "replace")}


def find(space: dict[str, Any], entry: str) -> Any:
    """The requested function, or the method of that name of a class `Solution`."""
    if entry in space:
        return space[entry]
    if "Solution" in space:
        return getattr(space["Solution"](), entry)
    raise NameError(f"name {entry!r} is not defined")


def answer(space: dict[str, Any], entry: str, args: Any) -> dict[str, Any]:
    """Serve one call."""
    try:
        return {"ok": pack(find(space, entry)(*unpack(args)))}
    except BaseException as error:  # noqa: BLE001 - whatever the program raises
        return {"error": type(error).__name__, "said": str(error)[:300]}


def serve() -> None:
    """Run the program, then serve calls until the other side closes."""
    config = json.loads(sys.stdin.buffer.read())
    line = Line(int(sys.argv[1]), int(sys.argv[2]))
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):
        os.dup2(null, fd)
    limit(config["memory_mb"], config["cpu_s"], config["processes"])
    line.send({"ready": True})  # from here on nothing is trusted
    code, entry = config["code"], config.get("entry")
    space: dict[str, Any] = {"__name__": "program"}
    failed: dict[str, Any] | None = None
    if entry is not None:
        try:
            exec(compile(code, "program.py", "exec"), space)  # noqa: S102
        except BaseException as error:  # noqa: BLE001 - whatever the program raises
            failed = {"error": type(error).__name__, "said": str(error)[:300]}
    while True:
        asked = line.receive()
        if entry is None:
            fds = (line.reader.fileno(), line.write)
            line.send(run_once(code, asked["stdin"], asked["wall_s"], fds))
        else:
            line.send(failed or answer(space, entry, asked["args"]))


if __name__ == "__main__":
    try:
        serve()
    except (EOFError, BrokenPipeError):
        os._exit(0)
