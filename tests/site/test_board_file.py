"""A board's own file, and the project that `harness site new` writes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from harness.core import UsageError
from harness.site.board_file import new_board, read_board


def test_a_new_board_can_be_read_and_its_ci_too(tmp_path: Path) -> None:
    files = new_board(tmp_path / "board", "Our board", 'title = "x"\n')
    board = read_board(tmp_path / "board/board.toml")
    assert board.title == "Our board"
    assert board.colours == {"accent": "#2b46c9", "accent-dark": "#9aabff"}
    for path in files:
        if path.suffix == ".yml":
            assert "harness site check-submission" in str(yaml.safe_load(path.read_text()))
    with pytest.raises(UsageError, match="not an empty folder"):
        new_board(tmp_path / "board", "Our board", "")
    with pytest.raises(UsageError, match="quotes"):
        new_board(tmp_path / "other", 'Our "board"', "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("titel = 'x'", "did you mean title"),
        ("title = 3", "write text"),
        ("protected = 'decimals'", "write a list of texts"),
        ("colours = ['#ffffff']", "write a table of texts"),
        ("colours = {accent = 'blue'}", "#2b46c9"),
        ("logo = 'none.svg'", "there is no file"),
        ("title = ", "board.toml"),
    ],
)
def test_what_is_wrong_in_it_is_said(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "board.toml").write_text(text)
    with pytest.raises(UsageError, match=said):
        read_board(tmp_path / "board.toml")


def test_protected_tasks_and_a_logo(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text("<svg/>")
    file = tmp_path / "board.toml"
    file.write_text("protected = ['decimals']\nlogo = 'logo.svg'\n")
    board = read_board(file)
    assert board.protects("decimals:seed=3")
    assert not board.protects("gsm8k")
    assert board.logo == tmp_path / "logo.svg"
    with pytest.raises(UsageError, match="board"):
        read_board(tmp_path / "none.toml")
