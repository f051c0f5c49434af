"""What tests of all rooms share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Same code, same verdict: chance must not decide whether a change lands. To search further:
# `pytest --hypothesis-profile=default`.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, and no network for the hub's clients."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets, where there is one."""
    root = Path(os.environ.get("HARNESS_SHARED_DATA", Path(__file__).parents[2] / "shared/data"))
    if not (root / "gsm8k" / "test.jsonl").is_file():
        pytest.skip("no public data sets beside the checkout (HARNESS_SHARED_DATA names a folder)")
    return root
