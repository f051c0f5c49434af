"""Servers that tests start: each on a free port, in a process of its own."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from pathlib import Path


def free_port() -> int:
    """A port of this machine that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the server answers; fail with the end of its log once its process has ended."""
    while process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:  # not there yet, or 503 while it loads its model
            pass
        time.sleep(0.5)  # between two questions; how many it takes is the machine's affair
    raise AssertionError(f"the server ended:\n{log.read_text(errors='replace')[-3000:]}")
