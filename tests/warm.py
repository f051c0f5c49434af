"""Processes of the product, forked from one that has imported it already.

To import the product takes longer than most of what the tests run in a process of its own. What
starts warm is a process all the same: it has its own folder, environment, arguments, exit code
and death, and writes to whatever it is given. What it lacks is a new interpreter. So tests of what
happens at the start, and of signals from outside, run `python -m harness`.

    python tests/warm.py SOCKET    serves on that socket until its standard input is closed
    write_command(FILE, SOCKET)    writes an executable that runs one `harness` command
    WarmProcess(SOCKET, …)         runs one worker of the product; stands in for subprocess.Popen

A request is its length, the three standard files, and JSON: module, words, folder, environment.
The answer is the exit code as subprocess has it, once the process has ended and is reaped. Who
asked and goes away leaves no process behind: it is killed.
"""

from __future__ import annotations

import array
import contextlib
import functools
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_LENGTH = 8
_CODE = 2  # bytes of an exit code
_ROOMS = ("api.analysing", "api.judging", "api.moving", "api.reading",
          "budgets.proposers.independent", "budgets.selectors.majority", "gate.api", "gate.comment",
          "gate.renew", "gate.reports", "models.http", "models.onnx", "models.openai",
          "results.derived", "run.evaluate", "site", "site.board_file", "site.crew", "site.shop",
          "store.upkeep", "store.verify", "tasks.decimals", "verifiers.math", "verifiers.rules",
          "verifiers.text.loops", "verifiers.worker")  # fmt: skip
# What the product imports once it needs it; pyarrow, to write a table, takes pandas along.
_OTHERS = ("aiohttp", "genai_prices", "onnxruntime", "pandas", "pyarrow.parquet", "scipy.special",
           "scipy.stats", "sqlalchemy.dialects.sqlite", "sympy", "tokenizers")  # fmt: skip

_CLIENT = """\
#!{python} -IS
import array, json, os, socket, sys
asked = json.dumps(["harness", sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
with socket.socket(socket.AF_UNIX) as server:
    server.connect({socket!r})
    files = array.array("i", [0, 1, 2])
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)]
    server.sendmsg([len(asked).to_bytes({length}, "big")], rights)
    server.sendall(asked)
    code = int.from_bytes(server.recv({code}), "big", signed=True)
if code < 0:
    os.kill(os.getpid(), -code)  # as it died, so do we
sys.exit(code)
"""


def write_command(file: Path, server: Path) -> None:
    """An executable that runs `harness` with its arguments, here and now."""
    places = {"python": sys.executable, "socket": str(server), "length": _LENGTH, "code": _CODE}
    file.write_text(_CLIENT.format(**places), "utf-8")
    file.chmod(0o755)


class WarmProcess:
    """As much of subprocess.Popen as workers need, of a process that starts warm."""

    def __init__(
        self, server: Callable[[], str], words: Sequence[str], *, env: Mapping[str, str],
        **more: object,
    ) -> None:  # fmt: skip
        module, *arguments = words[2:]  # behind `python -m`
        asked = json.dumps([module, arguments, str(Path.cwd()), dict(env)]).encode()
        theirs, ours = zip(os.pipe(), os.pipe()[::-1], strict=True)
        self._server = socket.socket(socket.AF_UNIX)
        self._server.connect(server())
        quiet = more.get("stderr") == subprocess.DEVNULL
        theirs = *theirs, os.open(os.devnull, os.O_WRONLY) if quiet else os.dup(2)
        files = array.array("i", theirs)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)]
        self._server.sendmsg([len(asked).to_bytes(_LENGTH, "big")], rights)
        self._server.sendall(asked)
        for file in theirs:
            os.close(file)
        self.stdin, self.stdout = os.fdopen(ours[0], "wb"), os.fdopen(ours[1], "rb")
        self._code: int | None = None
        self._lock = threading.Lock()

    def kill(self) -> None:
        """End it, from any thread."""
        with contextlib.suppress(OSError):  # it has ended, and the server has hung up
            self._server.shutdown(socket.SHUT_WR)

    def wait(self) -> int:
        """Its exit code, once it has ended; a signal is negative."""
        with self._lock:
            if self._code is None:
                self._code = int.from_bytes(self._server.recv(_CODE), "big", signed=True)
                self._server.close()
            return self._code


def popen(server: Callable[[], str]) -> Any:
    """Stands in for the module `subprocess` where workers are started."""
    start = functools.partial(WarmProcess, server)
    return SimpleNamespace(Popen=start, PIPE=subprocess.PIPE, DEVNULL=subprocess.DEVNULL)


class _Server:
    def __init__(self, address: str) -> None:
        self._address = address
        self._running: dict[int, socket.socket] = {}  # who waits, by process
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(address)
        self._listener.listen()
        self._ended, self._wake = socket.socketpair()
        for end in (self._ended, self._wake):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        """Until standard input is closed."""
        while True:
            sources = [sys.stdin, self._listener, self._ended, *self._running.values()]
            ready = select.select(sources, [], [])[0]
            if sys.stdin in ready:
                return
            if self._ended in ready:
                self._ended.recv(1 << 16)
                self._reap()
            for pid, connection in self._running.items():
                if connection in ready:  # nobody waits any more; it is reaped later, so it is there
                    os.kill(pid, signal.SIGKILL)
            if self._listener in ready:
                self._start(self._listener.accept()[0])

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                code = os.waitstatus_to_exitcode(ended[1])
                with self._running.pop(ended[0]) as connection, contextlib.suppress(OSError):
                    connection.sendall(code.to_bytes(_CODE, "big", signed=True))

    def _start(self, connection: socket.socket) -> None:
        files = array.array("i")
        head, rights, _, _ = connection.recvmsg(_LENGTH, socket.CMSG_LEN(3 * files.itemsize))
        files.frombytes(rights[0][2])
        wanted, asked = int.from_bytes(head, "big"), b""
        while len(asked) < wanted:
            asked += connection.recv(wanted - len(asked))
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for other in (
                self._listener,
                self._ended,
                self._wake,
                connection,
                *self._running.values(),
            ):
                other.close()
            _become(self._address, files, *json.loads(asked))
        for file in files:
            os.close(file)
        self._running[pid] = connection


def _become(
    server: str, files: Sequence[int], module: str, words: list[str], folder: str,
    environment: dict[str, str],
) -> None:  # fmt: skip
    """In the child: be that module's process."""
    code = 70
    try:
        for i, file in enumerate(files):
            os.dup2(file, i)
            os.close(file)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        encoding, _, errors = environment.get("PYTHONIOENCODING", "utf-8").partition(":")
        sys.stdin, sys.stdout, sys.stderr = (
            open(i, mode, encoding=encoding, errors=errors or None, closefd=False)  # noqa: SIM115
            for i, mode in enumerate("rww")
        )
        sys.argv = [module, *words]
        code = _exit_code(_command if module == "harness" else _worker, server)
    except BaseException:  # noqa: BLE001 - whatever it is, the other side hears of it
        traceback.print_exc()
    finally:
        os._exit(code & 255)


def _worker(_server: str) -> None:
    os.setsid()
    sys.path[:] = os.environ["PYTHONPATH"].split(os.pathsep)
    importlib.import_module(sys.argv[0]).main()


def hasty(pragmas: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """The same for a database that never waits for the disk: no test cuts the power."""

    def without_waiting(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA synchronous = OFF")  # also while it changes to WAL
        pragmas(connection, record)
        connection.execute("PRAGMA synchronous = OFF")

    return without_waiting


def _command(server: str) -> None:
    from harness.cli import main
    from harness.site import crew
    from harness.store import store
    from harness.verifiers import process

    store._sqlite_pragmas = hasty(store._sqlite_pragmas)

    sys.path[0] = str(Path.cwd())
    process.subprocess = crew.subprocess = popen(lambda: server)
    exec(os.environ.get("WARM_FIRST", ""))  # noqa: S102 - what a test wants otherwise
    main()


def _exit_code(run: Any, server: str) -> int:
    import atexit

    code: Any = 0
    try:
        run(server)
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _folder(room: str) -> Path:
    import harness

    return Path(harness.__file__).parent / room


def _serve(address: str) -> None:
    for name in [f"cli.{file.stem}" for file in _folder("cli").glob("*.py")] + list(_ROOMS):
        if name != "cli.reference":
            importlib.import_module(f"harness.{name}".removesuffix(".__init__"))
    for name in _OTHERS:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page
    server = _Server(address)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve()


if __name__ == "__main__":
    _serve(sys.argv[1])
