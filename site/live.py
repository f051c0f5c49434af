"""The site of a live database, on this machine only: what `harness view` serves."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

from harness.core import HarnessError
from harness.site.board_text import BoardText
from harness.site.build import build
from harness.site.server import Quiet, listen
from harness.site.source import StoreSource
from harness.store import open_store
from harness.store.pools import store_state
from harness.store.runs import find_runs

HOST = "127.0.0.1"
PAUSE_S = 1.0
"""Seconds between checks of the database; a long build is followed by an equally long pause."""


class View:
    """Rebuilds the pages of a database whenever it has changed, and serves them.

    A context manager: inside it, `url` is served. Loopback only, and only for requests that name
    this machine, so that no external web page can read it through its own domain. UsageError if
    the port is taken or the database cannot be read.
    """

    def __init__(self, db: str, *, port: int = 0, title: str = "Live") -> None:
        self._db, self._board = db, BoardText(title=title)
        self._folder = tempfile.TemporaryDirectory(prefix="harness-view-")
        self.builds = 0
        self._state: object = None
        self._looking = threading.Lock()
        self._end = threading.Event()
        handler = partial(_Live, view=self, directory=self._folder.name)
        with ExitStack() as undo:
            undo.callback(self._folder.cleanup)
            while not self.refresh():
                time.sleep(PAUSE_S)
            self._server: ThreadingHTTPServer = listen(handler, HOST, port)
            undo.pop_all()
        self.url = f"http://{HOST}:{self._server.server_address[1]}/"
        self._threads = [
            threading.Thread(target=self._server.serve_forever, daemon=True),
            threading.Thread(target=self._watch, daemon=True),
        ]

    def refresh(self) -> bool:
        """Check the database; rebuild if it has changed, and say whether it had.

        Waits while another thread does so.
        """
        with self._looking, open_store(self._db) as store:
            state = store_state(store)
            if state == self._state:
                return False
            source = StoreSource(store, find_runs(store))
            try:
                # Nothing leaves this machine: its owner may see what looks like a secret.
                build(
                    source,
                    Path(self._folder.name),
                    board=self._board,
                    allow_secrets=True,
                    live=True,
                )
            except Exception:
                if store_state(store) == state:
                    raise
                return False  # rows that came in between did not fit those before: try again
        self._state = state
        self.builds += 1
        return True

    def _watch(self) -> None:
        pause = PAUSE_S
        while not self._end.wait(pause):
            start = time.monotonic()
            with suppress(HarnessError):  # half written, or locked: the next check will tell
                self.refresh()
            pause = max(PAUSE_S, time.monotonic() - start)

    def __enter__(self) -> View:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join()
        self._folder.cleanup()


class _Live(Quiet):
    """Serves the pages, and `live.json`: a number that changes when they do."""

    def __init__(self, *args: object, view: View, directory: str) -> None:
        self._view = view
        super().__init__(*args, directory=directory)  # type: ignore[arg-type] # the base's own

    def do_GET(self) -> None:  # noqa: N802 # the base's name
        """Answer only requests for this machine's names."""
        name = (self.headers.get("Host") or "").rpartition(":")[0].strip("[]")
        if name not in (HOST, "localhost"):
            self.send_error(403)
        elif self.path.partition("?")[0].endswith("/live.json"):
            body = json.dumps({"state": self._view.builds}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            super().do_GET()


def view(
    db: str, *, port: int = 0, title: str = "Live", ready: Callable[[str], None] = print
) -> None:
    """Serve a database's pages until interrupted; `ready` is called once with the URL."""
    with View(db, port=port, title=title) as shown:
        ready(shown.url)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return
