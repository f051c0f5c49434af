"""Where untrusted programs run: in bubblewrap, or not at all unless that is explicitly allowed.

In bubblewrap (`bwrap`, Linux) a program has no network, sees only its own processes, can read the
system's files but no home directory, can write only to a small folder in memory, and ends with its
sandbox. If root starts it, it runs under a user id of its own, so that the limit on processes
holds. Mounts, namespaces and some other system calls are refused (`seccomp.py`).

Without bubblewrap (`allow_code`) it is an ordinary process with the user's rights. Only its time,
memory, file sizes and number of processes are limited.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core import UsageError
from harness.verifiers.code.memory import used_bytes
from harness.verifiers.code.seccomp import seccomp_filter

ALLOW = "HARNESS_ALLOW_CODE"
"""Set to 1 it allows programs without a sandbox; `harness eval --allow-code` sets it."""

MEMORY_MB, CPU_S, PROCESSES = 1024, 20, 32
FOLDER_BYTES = 64 << 20
_MARK = "HARNESS_CODE_RUN"
_REFUSAL = (
    "this task runs programs that a model has written, and there is no sandbox here: install "
    "bubblewrap (`apt-get install bubblewrap`), or allow it outright with --allow-code "
    "(HARNESS_ALLOW_CODE=1), best on a machine that may be lost"
)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """How a Python program is started: `prefix` is put before the interpreter.

    `{user}` in it is replaced by the id of a user that has no other process.
    """

    name: str
    prefix: tuple[str, ...]

    def popen(
        self, source: str, *words: str, fds: tuple[int, ...] = (), **options: Any
    ) -> subprocess.Popen[bytes]:
        """Start a source text with these arguments; `fds` stay open in it.

        Inside a sandbox some system calls are refused; `options` are those of `subprocess.Popen`.
        """
        user = str(200_000 + secrets.randbelow(1 << 20))  # its processes are counted alone
        prefix = [word.replace(_USER, user) for word in self.prefix]
        with _given(seccomp_filter() if prefix else None) as fd:
            if fd is not None:
                prefix[1:1] = ["--seccomp", str(fd)]
                fds = (*fds, fd)
            command = [*prefix, sys.executable, "-I", "-c", source, *words]
            return subprocess.Popen(command, pass_fds=fds, **options)


_USER = "{user}"
_PLAIN = {"LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Numbers of threads: numpy would start one a core, more than there may be."""


def allowed() -> bool:
    """Whether programs may run without a sandbox."""
    return os.environ.get(ALLOW) == "1"


def allow() -> None:
    """Let programs run without a sandbox, here and in the processes that judge."""
    os.environ[ALLOW] = "1"


def find_sandbox() -> Sandbox:
    """bubblewrap if it works, else a plain process if allowed; otherwise raises UsageError."""
    found = bubblewrap()
    if found is not None:
        return found
    if allowed():
        return Sandbox("none", ())
    raise UsageError(_REFUSAL)


@functools.cache
def bubblewrap() -> Sandbox | None:
    """The bwrap command with its mounts, tried on a small program; None if it cannot run."""
    if not sys.platform.startswith("linux") or shutil.which("bwrap") is None:
        return None
    for root in (True, False) if os.geteuid() == 0 else (False,):
        sandbox = Sandbox("bwrap", tuple(_bwrap(root=root)))
        if _works(sandbox):
            return sandbox
    return None


def _bwrap(*, root: bool) -> list[str]:
    size, tmpfs = ["--size", str(FOLDER_BYTES)], ["--perms", "1777"]
    words = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
    if root:  # the user is changed inside, which takes the namespaces of root
        words[1:2] = [f"--unshare-{n}" for n in ("pid", "net", "ipc", "uts", "cgroup-try")]
    for name, value in {"PATH": "/usr/bin:/bin", "HOME": "/tmp", **_PLAIN}.items():
        words += ["--setenv", name, value]
    words += [*tmpfs, *size, "--tmpfs", "/tmp"]  # first: the interpreter may lie below it
    for folder in _shown():
        for parent in reversed(Path(folder).parents[:-1]):  # bwrap would let the owner alone in
            words += ["--perms", "0755", "--dir", str(parent)]
        words += ["--ro-bind", folder, folder]
    for name in ("bin", "lib", "lib64", "sbin"):
        if Path("/", name).is_symlink():
            words += ["--symlink", str(Path("/", name).readlink()), f"/{name}"]
        elif Path("/", name).is_dir():
            words += ["--ro-bind", f"/{name}", f"/{name}"]
    words += ["--proc", "/proc", "--dev", "/dev", *size, *tmpfs, "--tmpfs", "/dev/shm"]
    words += ["--chdir", "/tmp", "--remount-ro", "/dev", "--remount-ro", "/", "--"]
    if root:
        words += ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups",
                  "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]  # fmt: skip
    return words


def _shown() -> list[str]:
    """The folders that are visible: the system's programs, the interpreter's own, and numpy's."""
    wanted = ["/usr", sys.base_prefix, sys.prefix]
    numpy = importlib.util.find_spec("numpy")
    if numpy is not None and numpy.origin is not None:
        wanted.append(str(Path(numpy.origin).parents[1]))
    kept: list[str] = []
    for folder in sorted(wanted, key=len):
        if not any(Path(folder).is_relative_to(one) for one in kept):
            kept.append(folder)
    return kept


def _works(sandbox: Sandbox) -> bool:
    source = "import resource, os; os.fork() or os._exit(0); print('runs')"
    try:
        process = sandbox.popen(source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    with process:
        try:
            return process.communicate(timeout=30)[0].strip() == b"runs"
        except subprocess.TimeoutExpired:
            process.kill()
            return False


@contextlib.contextmanager
def _given(data: bytes | None) -> Iterator[int | None]:
    """A descriptor to read a few bytes from."""
    if data is None:
        yield None
        return
    read, write = os.pipe()
    try:
        os.write(write, data)
        os.close(write)
        yield read
    finally:
        os.close(read)


@dataclass(frozen=True, slots=True)
class Pair:
    """A running program and its tests, and the mark by which their processes are found."""

    processes: Sequence[subprocess.Popen[bytes]]
    mark: str

    def used_bytes(self) -> int:
        """The memory of both and of all processes that they started."""
        return used_bytes(process.pid for process in self.processes)

    def end(self) -> None:
        """End both and every process of theirs that can be found."""
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for pid in _marked(self.mark):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _marked(mark: str) -> list[int]:
    """Processes outside a sandbox that left their group but kept their environment."""
    found, wanted = [], f"{_MARK}={mark}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except (OSError, ValueError):
            continue
    return found


def start(
    sandbox: Sandbox,
    source: str,
    config: bytes,
    *,
    fds: tuple[int, int],
    mark: str,
    folder: Path,
    stdout: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a program, with its configuration on standard input and messages over `fds`."""
    read, write = os.pipe()
    try:
        process = sandbox.popen(
            source,
            *map(str, fds),
            fds=fds,
            stdin=read,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(folder),
                 "TMPDIR": str(folder), _MARK: mark, **_PLAIN},
            start_new_session=True,
        )  # fmt: skip
    finally:
        os.close(read)
    with contextlib.suppress(BrokenPipeError), os.fdopen(write, "wb") as given:
        given.write(config)
    return process
