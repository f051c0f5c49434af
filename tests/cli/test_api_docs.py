"""The commands of docs/api-models.md, run as they stand, but at a local server's address."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..models.batch_servers import BatchServer  # noqa: TID252
from ..models.protocols import PROTOCOLS, Said  # noqa: TID252 - they stand with backends' tests
from ..models.server import Answer, Server  # noqa: TID252

PAGE = Path(__file__).parents[2] / "docs" / "api-models.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
KEYS = re.compile(r"^export (\w+)=(.*)$")
HOSTS = re.compile(r"^(?P<spec>(openai|anthropic|gemini|openrouter):[^@]+)(@.*)?$")


@pytest.fixture
def server() -> Iterator[Server]:
    """Speaks all protocols, by the shape of what it is asked."""

    def script(n: int, body: dict[str, Any]) -> Answer:
        if "contents" in body:
            name = "gemini"
        elif "input" in body:
            name = "responses"
        elif running.paths[n].endswith("/messages"):
            name = "messages"
        else:
            name = "openrouter" if "provider" in body or "reasoning" in body else "chat"
        thinking = 10 * len(json.dumps(body)) % 97
        stream = bool(body.get("stream")) or "stream" in running.paths[n]
        said = Said(text="Answer: 9.8", thinking=thinking)
        return PROTOCOLS[name].answer(said, stream=stream)

    running = Server(script)
    yield running
    running.close()


def test_the_page_has_a_block_for_each_provider() -> None:
    text = "\n".join(BLOCKS)
    assert {m[0] for m in re.findall(r"-m ((openai|anthropic|gemini|openrouter):)", text)} == {
        "openai:",
        "anthropic:",
        "gemini:",
        "openrouter:",
    }


@pytest.mark.parametrize("block", BLOCKS, ids=[b.splitlines()[-1][:60] for b in BLOCKS])
def test_a_block_of_the_page_works(
    cli: Any, server: Server, monkeypatch: pytest.MonkeyPatch, block: str
) -> None:
    batches = BatchServer(looks=2) if "--batch" in block else None
    for line in block.splitlines():
        if key := KEYS.match(line):
            monkeypatch.setenv(key[1], key[2])
            continue
        words = shlex.split(line, comments=True)
        assert words[0] == "harness", line
        if words[1] == "eval":
            at = words.index("-m") + 1
            spec = HOSTS.match(words[at])
            assert spec is not None, line
            words[at] = f"{spec['spec']}@{(batches or server).url}"
            words += ["--quiet", "--json"]
        elif words[1] in ("show", "curve"):
            cli("eval", "-t", "decimals", "-b", "greedy", "--limit", "4", "--quiet")
        done = cli(*words[1:])
        handed_in = line.endswith("--batch submit")
        assert done.code == int(handed_in), f"{line}\n{done.err}"
        if words[1] == "eval" and not handed_in:
            runs = json.loads(done.out)
            assert len(runs) >= 1
            assert all(run["status"] == "complete" and run["problems"] == 20 for run in runs)
    if batches is not None:
        batches.close()
    asked = server.asked if batches is None else batches.asked
    assert "harness eval" not in block or asked
