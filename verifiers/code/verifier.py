"""Grades programs: a response is correct if its program passes all tests."""

from __future__ import annotations

import functools
import json
import os
import re
import secrets
import select
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from harness.core import Problem, Status, Verdict
from harness.verifiers.code.sandbox import (
    CPU_S,
    MEMORY_MB,
    PROCESSES,
    Pair,
    Sandbox,
    find_sandbox,
    start,
)
from harness.verifiers.text import read_response

_FENCE = re.compile(r"```[ \t]*(\w*)[^\n]*\n(.*?)(?:```|\Z)", re.S)
_SCRIPT = re.compile(r"^(?:import |from |def |class |print\(|\w+ *(?:, *\w+ *)*=)", re.M)
_PYTHON = ("", "python", "python3", "py")
_MOST_RESULT = 1_000_000
_LOOK_S = 0.2  # how often the memory of all processes together is looked at


class _Stopped(Exception):  # noqa: N818 - an outcome, not a mistake
    """There is no result of the tests; the message says why."""


class CodeVerifier:
    """Runs the last Python block of a response against the problem's tests, `meta["code"]`.

    The program and its tests run in two sandboxes connected only by a pipe of plain data: the
    program receives inputs and returns answers, and the tests compare them. Success is a verdict
    signed with a secret that only the tests know; exit codes are ignored.
    """

    name = "code"
    version = "2"

    def __init__(
        self, *, wall_s: float = 30.0, each_s: float = 6.0, memory_mb: int = MEMORY_MB
    ) -> None:
        self.wall_s, self._each_s, self._memory_mb = wall_s, each_s, memory_mb

    def refuse(self) -> None:
        """Raise UsageError if programs may not run; called before any model is paid."""
        find_sandbox()

    def verify(self, response: str, problem: Problem, *, truncated: bool = False) -> Verdict:
        """Judge a response; a missing sandbox raises UsageError."""
        sandbox = find_sandbox()
        tests: Mapping[str, Any] = problem.meta["code"]
        view = read_response(response, problem, cleaned=False)
        code = program_in(view.text, tests)
        if not code.strip():
            if truncated:
                reason = "cut off before a program"
                return Verdict(status=Status.TRUNCATED, method="code", reason=reason)
            return view.verdict or view.unanswered("code", "no program was found")
        try:
            result = self._run(sandbox, code, tests)
        except _Stopped as stopped:
            result = {"ready": True, "passed": False, "said": str(stopped)}
        if result.get("broken"):
            status, reason = Status.UNGRADED, str(result["broken"])
        elif not result["ready"]:
            status, reason = Status.UNGRADED, "the sandbox did not start"
        elif result["passed"]:
            status, reason = Status.CORRECT, f"passes {result['count']} tests"
        else:
            status, reason = Status.WRONG, str(result.get("said", ""))[:300]
        return Verdict(
            status=status, answer=code, method=f"code/{sandbox.name}", reason=reason.strip()
        )

    def _run(self, sandbox: Sandbox, code: str, tests: Mapping[str, Any]) -> dict[str, Any]:
        """The tests' result; raises _Stopped if there is none that carries their secret."""
        secret, mark = secrets.token_hex(16), secrets.token_hex(8)
        bounds = {"memory_mb": self._memory_mb, "cpu_s": CPU_S, "processes": PROCESSES}
        asked = {**tests, **bounds, "secret": secret, "each_s": self._each_s}
        asked.pop("prefix", None)
        program = {"code": code, "entry": tests.get("entry"), **bounds}
        to_tests, to_program = os.pipe(), os.pipe()
        said = os.pipe()
        processes: list[subprocess.Popen[bytes]] = []
        with tempfile.TemporaryDirectory(prefix="harness-code-") as name:
            folder = Path(name)
            folder.chmod(0o755)
            pair = Pair(processes, mark)
            try:
                # The tests first: what they were given is gone before a program runs beside them.
                for part, config, fds, out in (
                    ("judge", asked, (to_tests[0], to_program[1]), said[1]),
                    ("program", program, (to_program[0], to_tests[1]), subprocess.DEVNULL),
                ):
                    given = json.dumps(config).encode()
                    processes.append(
                        start(sandbox, _source(part), given, fds=fds, mark=mark, folder=folder,
                              stdout=out)
                    )  # fmt: skip
                for end in (*to_tests, *to_program, said[1]):
                    os.close(end)
                line = self._read_line(said[0], pair)
            finally:
                os.close(said[0])
                pair.end()
        try:
            result = json.loads(line)
        except ValueError:
            result = None
        if not isinstance(result, dict) or not secrets.compare_digest(
            str(result.get("secret")), secret
        ):
            raise _Stopped("its tests ended without a result")
        return result

    def _read_line(self, fd: int, pair: Pair) -> bytes:
        """The first line; raises _Stopped without one, or if too much memory is used."""
        deadline, data = time.monotonic() + self.wall_s, b""
        most = 2 * self._memory_mb << 20  # as much as the program and its tests may have
        while b"\n" not in data and len(data) < _MOST_RESULT:
            wait = min(deadline - time.monotonic(), _LOOK_S)
            if wait <= 0:
                raise _Stopped(f"stopped after {self.wall_s:g} s")
            if pair.used_bytes() > most:
                raise _Stopped(f"stopped at {2 * self._memory_mb} MB in all its processes")
            if select.select([fd], [], [], wait)[0]:
                part = os.read(fd, 65536)
                if not part:
                    raise _Stopped("its tests ended without a result")
                data += part
        return data.split(b"\n")[0]


@functools.cache
def _source(part: str) -> str:
    """One side's source, after the code that both sides share."""
    here = resources.files("harness.verifiers.code")
    names = ("wire", "mbpp", part) if part == "judge" else ("wire", part)
    sources = [here.joinpath(f"{name}.py").read_text("utf-8") for name in names]
    return "\n".join(sources).replace("from __future__ import annotations\n", "")


def program_in(text: str, tests: Mapping[str, Any]) -> str:
    """The program of a response: the last block that defines what is tested, else the last block.

    Without any block, the text itself is the program. `prefix` is the beginning that the question
    gave (a signature, helpers): it is put before the program, which may repeat the signature or
    continue it.
    """
    entry = tests.get("entry")
    blocks = [m[2] for m in _FENCE.finditer(text) if m[1].lower() in _PYTHON]
    defines = re.compile(rf"^\s*(?:async\s+)?def\s+{re.escape(entry)}\b", re.M) if entry else None
    if blocks:
        good = [b for b in blocks if defines is None or defines.search(b)]
        code = (good or blocks)[-1]
    else:
        code = text if defines is None or defines.search(text) or text[:1].isspace() else ""
        if defines is None and not _SCRIPT.search(text):
            code = ""
    prefix = str(tests.get("prefix", ""))
    return f"{prefix}\n{code}" if prefix and code.strip() else code
