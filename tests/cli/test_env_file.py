"""`--env-file`: keys reach the server, and nothing that is written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.core import UsageError
from harness.core.env_file import load_env_file

from ..models.protocols import PROTOCOLS, Said  # noqa: TID252 - they stand with the backends' tests
from ..models.server import Answer, Server  # noqa: TID252

KEY = "sk-of-nobody-0123456789abcdef"


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment as before, whatever a file put into it."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("KEY_OF_TEST=abc", "abc"),
        ("export KEY_OF_TEST = abc  # the second one", "abc"),
        ("KEY_OF_TEST='a b#c' # said", "a b#c"),
        ('\n# first\nKEY_OF_TEST="abc"\n', "abc"),
        ("KEY_OF_TEST=a=b#c", "a=b#c"),
        ("KEY_OF_TEST=", ""),
    ],
)
def test_lines_in_every_form(tmp_path: Path, line: str, value: str) -> None:
    (tmp_path / ".env").write_text(line)
    environment: dict[str, str] = {}
    load_env_file(tmp_path / ".env", environment)
    assert environment == {"KEY_OF_TEST": value}


def test_what_is_set_stays(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=new\nB=b")
    environment = {"A": "old"}
    load_env_file(tmp_path / ".env", environment)
    assert environment == {"A": "old", "B": "b"}


def test_a_line_that_is_none_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"A=b\n{KEY}\n")
    with pytest.raises(UsageError, match="line 2 is not of the form") as caught:
        load_env_file(tmp_path / ".env", {})
    assert KEY not in str(caught.value)


@pytest.mark.usefixtures("fast_clock")
def test_the_key_is_in_no_place_that_is_written(cli: Any, tmp_path: Path) -> None:
    """A server that repeats the key in its errors, a sample that fails, one that does not."""

    def script(n: int, body: dict[str, Any]) -> Answer:
        said = f"Incorrect key {KEY}, Authorization: Bearer {KEY}"
        if n % 3 == 1:
            return Answer({"error": {"message": said}}, status=429, headers={"retry-after": "0"})
        if n % 3 == 2:
            return Answer({"error": {"message": said, "code": "bad"}}, status=400)
        return PROTOCOLS["chat"].answer(Said(text="Answer: 9.8"))

    server = Server(script)
    (tmp_path / "keys.env").write_text(f'OPENAI_API_KEY="{KEY}"\n')
    words = ["eval", "-m", f"openai:m@{server.url}", "--model-arg", "retries=1", "-t", "decimals"]
    result = cli(*words, "-b", "greedy", "--limit", "9", "--env-file", "keys.env")
    shown = cli("show", "--json")
    exported = cli("runs", "list")
    server.close()
    assert result.code == 1
    assert set(server.keys) == {f"Bearer {KEY}"}
    (tmp_path / "keys.env").unlink()
    for text in (result.out, result.err, shown.out, exported.out):
        assert KEY not in text
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes()


def test_a_file_that_is_not_there_is_one_line(cli: Any) -> None:
    result = cli("eval", "-t", "decimals", "-b", "greedy", "--env-file", "none.env")
    assert result.code == 2
    assert "none.env: the file with keys cannot be read: No such file" in result.err
    assert "Traceback" not in result.err
