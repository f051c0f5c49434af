"""The blocks of the README and of docs/: those in bash and Python are run, page by page.

A page is read from the top to the bottom in one empty folder, so that a block finds what those
before it have left. `--limit` is lowered to a few problems; everything else is run as it stands. A
block that cannot be run has the reason in a comment above it: `<!-- not run: needs a GPU -->`. A
block that begins with `# NAME.py`, `# NAME.toml` or `# NAME.yaml` is written to that file, and the
Python blocks of a page share their names.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
OTHERS = {"text", "toml", "yaml", "json", "html"}  # languages of blocks that only show something
LIMIT = 12
# Pages whose blocks a test of their own runs, which needs a server or looks at what they give.
ELSEWHERE = {
    "docs/api-models.md": "tests/cli/test_api_docs.py",
    "docs/python.md": "tests/test_python_page.py",
    "docs/tasks.md": "tests/tasks/test_check.py",
}
FENCE = re.compile(
    r"^(?:<!-- not run: (?P<why>.+?) -->\n)?```(?P<language>\w*)[^\n]*\n(?P<code>.*?)^```$",
    re.M | re.S,
)
# `harness` is this checkout's, with fewer problems (what `curve` limits are tokens); `pip` and
# `make` would install.
SHELL = f"""
set -eu
harness() {{
  local words=() word before=
  for word in "$@"; do
    if [ "$before" = --limit ] && [ "$1" != curve ] && [ "$word" -gt {LIMIT} ]; then
      word={LIMIT}
    fi
    words+=("$word"); before=$word
  done
  "$HARNESS" "${{words[@]}}"
}}
python() {{ "$PYTHON" "$@"; }}
"""


@dataclass(frozen=True)
class Block:
    """One fenced block: where it begins, what it is, and why it is not run."""

    line: int
    language: str
    code: str
    why: str | None


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for found in FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        language = {"sh": "bash"}.get(found["language"], found["language"])
        yield Block(line, language, found["code"], found["why"])


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


WITH_CODE = [
    page
    for page in PAGES
    if name(page) not in ELSEWHERE
    and any(b.why is None and b.language in ("bash", "python") for b in blocks(page))
]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_says_what_it_is(page: Path) -> None:
    unknown = [b.line for b in blocks(page) if b.language not in OTHERS | {"bash", "python"}]
    assert not unknown, f"{name(page)}: give these blocks a language (bash, python, text …)"
    assert page.read_text("utf-8").count("```") == 2 * len(list(blocks(page)))


@pytest.mark.parametrize("page", sorted(ELSEWHERE))
def test_the_blocks_of_the_other_pages_are_run_elsewhere(page: str) -> None:
    assert Path(page).name in (ROOT / ELSEWHERE[page]).read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_CODE, ids=name)
def test_the_blocks_of_a_page_run(page: Path, tmp_path: Path, harness_command: Path) -> None:
    (tmp_path / "benchmarks").symlink_to(ROOT / "benchmarks")
    env = {**os.environ, "PYTHON": sys.executable, "HARNESS": str(harness_command)}
    env["PYTHONPATH"] = os.pathsep.join(sys.path)
    before = ""  # what the Python blocks so far have defined
    for block in blocks(page):
        if block.why is None and (file := re.match(r"# (\w+\.(?:py|toml|yaml))\n", block.code)):
            (tmp_path / file[1]).write_text(block.code, "utf-8")
        if block.why is not None or block.language not in ("bash", "python"):
            continue
        if block.language == "bash":
            command = ["bash", "-c", SHELL + block.code]
        else:
            before += block.code
            command = [sys.executable, "-c", before]
        done = subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{name(page)}:{block.line}\n{block.code}\n{done.stderr}"
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
    targets = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'(?:src|srcset)="([^"]+)"', text)
    gone = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
    assert not gone, f"{name(page)}: these links lead nowhere"
