"""The examples of docs/plugins.md in a real notebook: each in a cell, then one that evaluates."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("ipykernel", reason="no notebook is installed")

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text("utf-8")
CELLS = {
    match[1]: match[0]
    for match in re.finditer(r"(?<=```python\n)# (\S+\.py)\n(?s:.*?)(?=```)", PAGE)
}
COMMANDS = re.findall(r"```bash\n(harness eval .*)\n```", PAGE)
RUN = """
import json, sys
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel()
shown = []
def keep(message):
    if message["msg_type"] == "execute_result":
        shown.append(message["content"]["data"])
try:
    for cell in json.load(sys.stdin):
        reply = client.execute_interactive(cell, timeout=600, output_hook=keep)["content"]
        if reply["status"] != "ok":
            sys.exit("\\n".join([cell, *reply["traceback"]]))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
print(json.dumps(shown))
"""
CHECK = """
assert result.ok, (result.errors, result.ungraded)
assert all(report.problems == 4 for report in result.reports)
"""


def evaluated(line):
    """A documented command as a cell: what `harness.evaluate` is told."""
    words = shlex.split(line)[2:]
    pairs = list(zip(words[::2], words[1::2], strict=True))
    one = dict(pairs)
    budgets = [value for name, value in pairs if name == "--budget"]
    return (
        f"result = harness.evaluate({one.get('--model', 'onnx:tiny-s')!r}, {one['--task']!r}, "
        f"{budgets!r}, limit=4, db='nb.sqlite', "
        f"max_output_tokens={int(one.get('--max-output-tokens', 2048))})\n{CHECK}result"
    )


@pytest.mark.slow
def test_every_kind_works_in_the_cells_of_one_notebook(tmp_path):
    brought = [name for name in CELLS if any(f"--plugin {name}" in line for line in COMMANDS)]
    assert len(brought) >= 6
    cells = ["import harness", *(CELLS[name] for name in brought)]
    cells += [evaluated(line) for line in COMMANDS]
    cells += [CELLS[brought[0]]]  # a cell that is run again takes its name over
    done = subprocess.run(
        [sys.executable, "-c", RUN], input=json.dumps(cells), capture_output=True, text=True,
        check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    shown = json.loads(done.stdout)
    assert len(shown) == len(COMMANDS)
    assert all("<table" in data["text/html"] for data in shown)
    assert all(len(data["text/plain"]) < 5000 for data in shown)  # a cell's last line is short
