"""A preview of a built site on this machine."""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness.core import UsageError


class Quiet(SimpleHTTPRequestHandler):
    """Serves files silently, and tells browsers to revalidate after a rebuild."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the base's name
        """Keep the terminal clean."""

    def end_headers(self) -> None:
        """Add the headers that a preview needs."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


def make_server(folder: Path, host: str = "127.0.0.1", port: int = 8000) -> ThreadingHTTPServer:
    """A server of `folder` that is bound but not yet running; port 0 picks any free one.

    Raises UsageError if there is no site in the folder or the address is unavailable.
    """
    if not (folder / "index.html").is_file():
        raise UsageError(f"{folder} holds no index.html: build the site there first")
    return listen(partial(Quiet, directory=str(folder)), host, port)


def listen(handler: Callable[..., Quiet], host: str, port: int) -> ThreadingHTTPServer:
    """A server that is bound but not yet running; UsageError if the address is unavailable."""
    try:
        return ThreadingHTTPServer((host, port), handler)
    except OverflowError as error:
        raise UsageError(f"port {port}: choose one from 0 to 65535") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UsageError(
                f"port {port} on {host} is taken by another program: choose another one"
            ) from error
        raise UsageError(f"cannot serve on {host}:{port}: {error.strerror or error}") from error


def serve(
    folder: Path,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    ready: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve `folder` until interrupted; `ready` is called once with the URL."""
    with make_server(folder, host, port) as server:
        ready(f"http://{host}:{server.server_address[1]}/")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return
