"""A registry that forgets what a test has registered, and the command in this process."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.core import registry

_spec = importlib.util.spec_from_file_location(
    "harness_broken_plugins", Path(__file__).with_name("broken.py")
)
assert _spec is not None
assert _spec.loader is not None
_broken = importlib.util.module_from_spec(_spec)
sys.modules["harness_broken_plugins"] = _broken
_spec.loader.exec_module(_broken)


def _hanging() -> Iterator[Any]:
    """Each takes a second or more: `make test` runs one of every second kind of plugin,
    `make test-slow` one of the other kinds, and the night what else a kind can hang in."""
    kinds: list[str] = []
    for name, plugin in _broken.HANGING.items():
        kind = name.partition(":")[0]
        later = pytest.mark.slow if len(kinds) % 2 else ()
        yield pytest.param(plugin, id=name, marks=pytest.mark.nightly if kind in kinds else later)
        kinds += [kind] * (kind not in kinds)


def pytest_generate_tests(metafunc: Any) -> None:
    """`broken` stands for each of the broken plugins."""
    if "hanging" in metafunc.fixturenames:
        metafunc.parametrize("hanging", list(_hanging()))
    if "broken" in metafunc.fixturenames:
        metafunc.parametrize("broken", _broken.BROKEN.values(), ids=_broken.BROKEN.keys())


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    from harness.budgets.recipes import build_reward

    registered = {kind: dict(plugins) for kind, plugins in registry._registered.items()}
    files = dict(registry._files)
    yield
    for kind, plugins in registered.items():
        registry._registered[kind].clear()
        registry._registered[kind].update(plugins)
    registry._files.clear()
    registry._files.update(files)
    build_reward.cache_clear()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a plugin file between the head and the tail that all share."""

    def to_file(code: str) -> Path:
        file = tmp_path / "plugin.py"
        file.write_text(f"{_broken.HEAD}\n{code}\n{_broken.TAIL}", encoding="utf-8")
        return file

    return to_file


@pytest.fixture
def command(monkeypatch: Any, capsys: Any) -> Callable[..., tuple[int, str, str]]:
    """Runs `harness …` in this process: exit code, standard output, standard error."""

    def run(*words: object) -> tuple[int, str, str]:
        from harness.cli import main

        monkeypatch.setattr(sys, "argv", ["harness", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        out = capsys.readouterr()
        return int(ended.value.code or 0), out.out, out.err

    return run
