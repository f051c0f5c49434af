"""The preview server, on this machine only."""

from __future__ import annotations

import threading
from pathlib import Path
from urllib.request import urlopen

import pytest

from harness.core import UsageError
from harness.site import make_server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("<p>hello", encoding="utf-8")
    return tmp_path


def test_it_serves_the_folder(folder: Path) -> None:
    with make_server(folder, port=0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        port = server.server_address[1]
        with urlopen(f"http://127.0.0.1:{port}/") as reply:
            assert reply.read() == b"<p>hello"
            assert reply.headers["Cache-Control"] == "no-cache"
        server.shutdown()
        thread.join()


def test_a_taken_port_is_named(folder: Path) -> None:
    with make_server(folder, port=0) as server:
        port = server.server_address[1]
        with pytest.raises(UsageError, match=f"port {port} on 127.0.0.1 is taken"):
            make_server(folder, port=port)


def test_bad_addresses_and_folders(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="0 to 65535"):
        make_server(folder, port=99_999)
    with pytest.raises(UsageError, match="cannot serve"):
        make_server(folder, host="192.0.2.1", port=0)
    with pytest.raises(UsageError, match="build the site"):
        make_server(tmp_path / "none")
