"""A call that was stopped leaves its thread as it was."""

from __future__ import annotations

import subprocess
import sys

import pytest

STOPPED = """
import sys, threading
from harness.core import watch

def traced(*_):
    return traced

def go():
    sys.settrace(traced)
    try:
        with watch.limited(0.1):
            while True:
                pass
    except watch.StillRunning:
        print("stopped")
    print("goes on")
"""


@pytest.mark.parametrize(
    "start",
    ["go()", "other = threading.Thread(target=go); other.start(); other.join()"],
    ids=["main thread", "another thread"],
)
def test_a_traced_thread_goes_on(start: str) -> None:
    """As under a debugger and under coverage: one that does not hangs inside the interpreter."""
    command = [sys.executable, "-c", STOPPED + start]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split("\n") == ["stopped", "goes on", ""]
