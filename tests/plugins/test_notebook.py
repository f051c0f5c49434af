"""The examples of docs/plugins.md in a real notebook: each in a cell, then one that evaluates."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("nbclient", reason="no notebook is installed")
pytest.importorskip("ipykernel", reason="no notebook is installed")

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text("utf-8")
CELLS = {
    match[1]: match[0]
    for match in re.finditer(r"(?<=```python\n)# (\S+\.py)\n(?s:.*?)(?=```)", PAGE)
}
COMMANDS = re.findall(r"```bash\n(harness eval .*)\n```", PAGE)
RUN = """
import json, sys
import nbclient, nbformat
cells = json.load(sys.stdin)
book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
nbclient.NotebookClient(book, timeout=600, kernel_name="python3").execute()
said = [out for cell in book.cells for out in cell.outputs]
print(json.dumps([[out.output_type, out.get("text", ""), out.get("data", {})] for out in said]))
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
    import json

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
    shown = [data for kind, _, data in json.loads(done.stdout) if kind == "execute_result"]
    assert len(shown) == len(COMMANDS)
    assert all("<table" in data["text/html"] for data in shown)
    assert all(len(data["text/plain"]) < 5000 for data in shown)  # a cell's last line is short
