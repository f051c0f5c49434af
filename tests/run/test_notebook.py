"""`evaluate` in the cells of a real notebook kernel: its loop, its display, its interrupt."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

client = pytest.importorskip("jupyter_client")
pytest.importorskip("ipykernel")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]

PLUGIN = Path(__file__).with_name("stub_plugin.py")
PATIENCE_S = 300  # a busy machine; nothing is measured
Messages = list[dict[str, Any]]


class Kernel:
    """A kernel of this interpreter, and what its cells display."""

    def __init__(self, manager: Any, channels: Any) -> None:
        self.manager, self._channels = manager, channels

    def begin(self, code: str) -> str:
        """Start a cell; its message id."""
        return str(self._channels.execute(code))

    def outputs(self, cell: str, until: Callable[[Messages], bool] | None = None) -> Messages:
        """What a cell displays until it is idle, or `until` is satisfied."""
        found: Messages = []
        while True:
            message = self._channels.get_iopub_msg(timeout=PATIENCE_S)
            if message["parent_header"].get("msg_id") != cell:
                continue
            found.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return found
            if until is not None and until(found):
                return found

    def reply(self, cell: str) -> dict[str, Any]:
        """How a cell ended."""
        while True:
            message = self._channels.get_shell_msg(timeout=PATIENCE_S)
            if message["parent_header"].get("msg_id") == cell:
                content: dict[str, Any] = message["content"]
                return content

    def run(self, code: str) -> Messages:
        """A cell that must succeed, and what it displays."""
        cell = self.begin(code)
        found = self.outputs(cell)
        assert self.reply(cell)["status"] == "ok", found
        return found


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "here",
        "language": "python",
    }
    folder = tmp_path / "kernels" / "here"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec), "utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    manager = client.KernelManager(kernel_name="here")
    manager.start_kernel(cwd=str(tmp_path))
    channels = manager.client()
    channels.start_channels()
    try:
        channels.wait_for_ready(timeout=PATIENCE_S)
        here = Kernel(manager, channels)
        here.run(
            "import asyncio, os, sys, harness\n"
            f"harness.load_plugin({str(PLUGIN)!r})\n"
            "stub = sys.modules['harness_stub'].StubBackend"
        )
        yield here
    finally:
        channels.stop_channels()
        manager.shutdown_kernel(now=True)


def shown(messages: Messages) -> list[str]:
    """The HTML and text that a cell displays, in order."""
    texts = []
    for message in messages:
        content = message["content"]
        if message["msg_type"] == "stream":
            texts.append(content["text"])
        elif "data" in content:
            texts.append(content["data"].get("text/html") or content["data"].get("text/plain", ""))
    return texts


def test_a_cell_evaluates_in_a_running_loop_and_shows_a_table(kernel: Kernel) -> None:
    messages = kernel.run(
        "asyncio.get_running_loop()\n"
        "result = harness.evaluate(stub(), 'thirds', 'vote@{1,2}', limit=6)\n"
        "result"
    )
    texts = shown(messages)
    assert any("thirds: 12/12 attempts" in text for text in texts[:-1])
    (table,) = [m["content"]["data"] for m in messages if m["msg_type"] == "execute_result"]
    assert "<table>" in table["text/html"]
    assert "vote@2" in table["text/html"]
    assert "refused" not in table["text/html"]  # it would say nothing
    (awaited,) = [
        m["content"]["data"]["text/plain"]
        for m in kernel.run("(await harness.aevaluate(stub(), 'thirds', 'vote@2', limit=6)).calls")
        if m["msg_type"] == "execute_result"
    ]
    assert awaited == "0"  # all was stored


def test_interrupting_a_cell_ends_it_and_keeps_what_came(kernel: Kernel, tmp_path: Path) -> None:
    cell = kernel.begin(
        "backend = stub(hold_at=5)\nharness.evaluate(backend, 'thirds', 'vote@4', limit=12)"
    )
    kernel.outputs(cell, until=lambda found: any("thirds" in text for text in shown(found)))
    deadline = time.monotonic() + PATIENCE_S
    while not (tmp_path / "harness.sqlite").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    kernel.manager.interrupt_kernel()
    assert kernel.reply(cell)["ename"] == "KeyboardInterrupt"
    kernel.outputs(cell)
    (calls,) = shown(kernel.run("print(backend.calls, backend.in_flight)"))
    again = shown(kernel.run("import time; time.sleep(1)\nprint(backend.calls, backend.in_flight)"))
    assert again == [calls]  # nothing goes on behind the cell
    assert calls.split()[1] == "0"
    kernel.run("result = harness.evaluate(stub(), 'thirds', 'vote@4', limit=12, progress=False)")
    (whole,) = shown(kernel.run("print(result.reports[0].status, result.calls)"))
    assert whole.split()[0] == "complete"
