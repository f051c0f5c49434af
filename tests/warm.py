"""The `harness` command, forked from a process that has imported the product already.

To import the product takes longer than most commands do, and the tests run a hundred of them. A
command that starts warm is a process all the same: it has its own folder, environment, arguments
and exit code, and writes to whatever it is given. What it lacks is a new interpreter. So tests of
what happens at the start, of signals, and of processes that are killed run `python -m harness`.

    python tests/warm.py SOCKET    serves on that socket until its standard input is closed
    write_command(FILE, SOCKET)    writes an executable that asks it for one command
"""

from __future__ import annotations

import array
import importlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

_LENGTH = 8
_ROOMS = ("api.analysing", "api.judging", "api.moving", "api.reading", "gate.api", "gate.renew",
          "models.http", "run.evaluate", "site", "store.upkeep")  # fmt: skip

_CLIENT = """\
#!{python} -IS
import array, json, os, socket, sys
asked = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
with socket.socket(socket.AF_UNIX) as server:
    server.connect({socket!r})
    files = array.array("i", [0, 1, 2])
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)]
    server.sendmsg([len(asked).to_bytes({length}, "big")], rights)
    server.sendall(asked)
    code = server.recv(1)
sys.exit(code[0] if code else 70)  # it died without a word
"""


def write_command(file: Path, server: Path) -> None:
    """An executable that runs `harness` with its arguments, here and now."""
    text = _CLIENT.format(python=sys.executable, socket=str(server), length=_LENGTH)
    file.write_text(text, "utf-8")
    file.chmod(0o755)


def _serve(address: str) -> None:
    for name in [f"cli.{file.stem}" for file in _folder("cli").glob("*.py")] + list(_ROOMS):
        if name != "cli.reference":
            importlib.import_module(f"harness.{name}".removesuffix(".__init__"))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a command but who asked
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _answer(connection)
            connection.close()


def _folder(room: str) -> Path:
    import harness

    return Path(harness.__file__).parent / room


def _answer(connection: socket.socket) -> None:
    """In the child: become the command, and say its exit code."""
    code = 70
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        files = array.array("i")
        head, rights, _, _ = connection.recvmsg(_LENGTH, socket.CMSG_LEN(3 * files.itemsize))
        files.frombytes(rights[0][2])
        wanted, asked = int.from_bytes(head, "big"), b""
        while len(asked) < wanted:
            asked += connection.recv(wanted - len(asked))
        words, folder, environment = json.loads(asked)
        for i, file in enumerate(files):
            os.dup2(file, i)
            os.close(file)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        code = _command(words)
    except BaseException:  # noqa: BLE001 - whatever it is, the other side hears of it
        traceback.print_exc()
    finally:
        connection.sendall(bytes([code & 255]))
        os._exit(code & 255)


def _command(words: list[str]) -> int:
    import atexit
    import threading

    from harness.cli import main

    sys.argv = ["harness", *words]
    sys.path[0] = str(Path.cwd())
    sys.stdin, sys.stdout, sys.stderr = (
        open(i, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - they stay open
        for i, mode in enumerate("rww")
    )
    code: Any = 0
    try:
        main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    _serve(sys.argv[1])
