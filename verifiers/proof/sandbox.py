"""Running a prover on an untrusted proof: without network if the system permits, in a separate
folder, with limits on time, memory, processes and output.

This is NOT a security boundary against a determined attacker. Provers can run commands at compile
time; run the whole harness in a container if that matters.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MAX_OUTPUT = 200_000


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended: exit code (negative: a signal), output, and why it was stopped."""

    code: int
    output: str
    stopped: str = ""


@functools.cache
def no_network() -> tuple[str, ...]:
    """The command prefix that removes network access, or nothing if none is available."""
    if sys.platform == "linux" and shutil.which("unshare"):
        for prefix in (("unshare", "--net"), ("unshare", "--user", "--map-root-user", "--net")):
            done = subprocess.run([*prefix, "true"], capture_output=True, check=False)
            if done.returncode == 0:
                return prefix
    if sys.platform == "darwin" and shutil.which("sandbox-exec"):
        return ("sandbox-exec", "-p", "(version 1)(allow default)(deny network*)")
    return ()


@functools.cache
def dies_with_us() -> tuple[str, ...]:
    """The command prefix that ends a program together with the worker waiting for it (Linux)."""
    prefix = ("setpriv", "--pdeathsig", "KILL")
    if sys.platform == "linux" and shutil.which("setpriv"):
        done = subprocess.run([*prefix, "true"], capture_output=True, check=False)
        if done.returncode == 0:
            return prefix
    return ()


def run(command: Sequence[str], folder: Path, *, wall_s: float, memory_mb: int) -> Ran:
    """Run `command` in `folder` under limits; its whole process group is killed at the end."""

    limit = (
        f"ulimit -S -d unlimited 2>/dev/null; ulimit -v {memory_mb * 1024} 2>/dev/null; "
        f"ulimit -t {int(wall_s) + 1}; "
        'ulimit -c 0; exec "$@"'
    )
    environment = {
        k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "ELAN_HOME")
    }
    log = folder / "output.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["/bin/sh", "-c", limit, "sh", *dies_with_us(), *no_network(), *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**environment, "TMPDIR": str(folder)},
            start_new_session=True,
        )
        stopped = ""
        deadline = time.monotonic() + wall_s
        try:
            process.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            stopped = f"stopped after {wall_s:g} s"
        finally:
            _kill(process)
    data = log.read_bytes()[-MAX_OUTPUT:].decode("utf-8", "replace")
    code = process.returncode
    if not stopped and code in (-signal.SIGXCPU, 128 + signal.SIGXCPU):
        stopped = "stopped at the limit of CPU time"
    if not stopped and ("out of memory" in data.lower() or code in (-signal.SIGKILL, 137)):
        stopped = "stopped at the limit of memory"
    return Ran(code, data, stopped)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
