"""Programs against tests: what is right passes, and hostile ones are contained and judged wrong."""

from __future__ import annotations

import os
import re
import socket
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from harness.core import Problem, Status, UsageError, Verdict, VerifierSpec
from harness.verifiers.code import ALLOW, CodeVerifier, find_sandbox, sandbox, seccomp
from harness.verifiers.code.judge import prints, same
from harness.verifiers.code.seccomp import seccomp_filter
from harness.verifiers.code.verifier import program_in
from harness.verifiers.code.wire import Opaque, pack, unpack
from harness.verifiers.pool import VerifierPool

from . import hostile_programs as hostile

BOXED = sandbox.bubblewrap() is not None
needs_bwrap = pytest.mark.skipif(not BOXED, reason="needs bubblewrap: apt-get install bubblewrap")

CHECK = """
def check(candidate):
    assert candidate(1, 2) == 3
    assert candidate([1], [2]) == [1, 2]
"""


def problem(**tests: Any) -> Problem:
    return Problem(id="p", question="Add.", gold="passes its tests", meta={"code": tests})


ADD = problem(kind="check", entry="add", source=CHECK)
SUM = problem(kind="stdin", pairs=[["1 2\n", "3\n"], ["2 5\n", "7.0"]])
PAIRS = problem(kind="pairs", entry="add", pairs=[[[1, 2], 3], [["a", "b"], "ab"]])
PLUS = problem(
    kind="calls", entry="half", source="def half(x): return x / 2", inputs=[[1], [5]], atol=0.0
)


def judge(code: str, of: Problem = ADD, **how: Any) -> Verdict:
    return CodeVerifier(**{"wall_s": 20.0, **how}).verify(f"```python\n{code}\n```", of)


@needs_bwrap
@pytest.mark.parametrize(
    ("of", "right", "wrong"),
    [
        (ADD, "def add(a, b): return a + b", "def add(a, b): return a - b"),
        (SUM, "a, b = map(int, input().split())\nprint(a + b)", "print(3)"),
        (
            PAIRS,
            "class Solution:\n    def add(self, a, b): return a + b",
            "def add(a, b): return 3",
        ),
        (PLUS, "def half(x): return x * 0.5", "def half(x): return x // 2"),
    ],
)
def test_programs_are_judged_by_their_tests(of: Problem, right: str, wrong: str) -> None:
    good, bad = judge(right, of), judge(wrong, of)
    assert good.status is Status.CORRECT, good
    assert good.reason.startswith("passes ")
    assert good.method == "code/bwrap"
    assert bad.status is Status.WRONG, bad
    assert bad.reason


@needs_bwrap
def test_numpy_is_there_for_tests_and_programs() -> None:
    of = problem(
        kind="check", entry="add",
        source="import numpy as np\ndef check(f):\n    assert np.allclose(f([1.0], [2.0]), 3.0)\n",
    )  # fmt: skip
    verdict = judge("import numpy as np\ndef add(a, b): return np.add(a, b)", of)
    assert verdict.status is Status.CORRECT, verdict


@needs_bwrap
def test_what_the_tests_print_or_lack_is_no_verdict_on_the_program() -> None:
    broken = problem(kind="check", entry="add", source="def check(:")
    verdict = judge("def add(a, b): return a + b", broken)
    assert verdict.status is Status.UNGRADED
    assert "no Python" in verdict.reason
    loud = problem(kind="check", entry="add", source=f"print('passed: false')\n{CHECK}")
    assert judge("def add(a, b): return a + b", loud).status is Status.CORRECT


@pytest.fixture(scope="module")
def hostile_verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    """All of them, several at a time, with things within reach that they must not reach."""
    home = tmp_path_factory.mktemp("home")
    (home / "secret.txt").write_text("secret")
    token, key = uuid.uuid4().hex, uuid.uuid4().hex
    server = socket.create_server(("127.0.0.1", 0))
    facts = {
        "key": key, "port": server.getsockname()[1], "pid": os.getpid(), "home": home,
        "repo": Path(__file__).parents[2], "token": token,
    }  # fmt: skip
    found = hostile.programs(**facts)
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(6) as pool:
        patch.setenv("HARNESS_HOSTILE_KEY", key)
        patch.setenv("HOME", str(home))

        def run(name: str) -> Verdict:
            return judge(found[name], wall_s=3.0 if name in hostile.ENDLESS else 20.0)

        verdicts = dict(zip(found, pool.map(run, found), strict=True))
    server.settimeout(0.01)
    with pytest.raises(TimeoutError):
        server.accept()
    server.close()
    assert sorted(p.name for p in home.iterdir()) == ["secret.txt"]
    assert not (Path(__file__).parents[2] / "hostile.txt").exists()
    assert not list(_running(f"hostile-{token}"))
    return verdicts


def _running(word: str) -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(file.read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return [line for line in found if line.startswith(word)]


NAMES = [*hostile.BREACHES, *hostile.FORGERS, *hostile.ENDLESS]


@needs_bwrap
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_hostile_programs_are_contained_and_wrong(
    name: str, hostile_verdicts: dict[str, Verdict]
) -> None:
    verdict = hostile_verdicts[name]
    assert verdict.status is Status.WRONG, (name, verdict)
    assert "ungraded" not in verdict.reason


def test_there_are_forty_of_them_and_more() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 40


@needs_bwrap
def test_the_breaches_would_be_right_if_they_succeeded() -> None:
    code = hostile.BREACH.replace("{body}", "    return True")
    assert judge(code).status is Status.CORRECT


@needs_bwrap
@pytest.mark.parametrize("name", ["environment", "connect", "success mark", "agreeing object"])
def test_a_few_of_them_every_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_HOSTILE_KEY", "k")
    with socket.create_server(("127.0.0.1", 0)) as server:
        facts = {"key": "k", "port": server.getsockname()[1], "pid": 1, "home": "/", "repo": "/",
                 "token": "t"}  # fmt: skip
        assert judge(hostile.programs(**facts)[name]).status is Status.WRONG


@needs_bwrap
@pytest.mark.skipif(seccomp_filter() is None, reason="system calls of this processor are unknown")
@pytest.mark.parametrize(
    "name",
    ["own namespace", "namespace by clone", "memory file", "shared segment", "key ring"],
)
def test_system_calls_that_no_limit_covers_are_refused(name: str) -> None:
    facts = dict.fromkeys(("key", "port", "pid", "home", "repo", "token"), "1")
    verdict = judge(hostile.programs(**facts)[name])
    assert verdict.status is Status.WRONG
    assert judge("import os\nif os.fork() == 0: os._exit(0)\nos.wait()\n"
                 "def add(a, b): return a + b").status is Status.CORRECT  # fmt: skip


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


@pytest.mark.parametrize("machine", HEADERS)
def test_the_numbers_of_system_calls_are_the_kernels(machine: str) -> None:
    if not HEADERS[machine].is_file():
        pytest.skip("needs the kernel's headers: apt-get install linux-libc-dev")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", HEADERS[machine].read_text())
    known = {name: int(number) for name, number in found}
    own = seccomp.MACHINES[machine]
    told = {**own.denied, "clone": own.clone, "clone3": seccomp.CLONE3}
    assert told == {name: known[name] for name in told}


MANY = """
import os, time
for n in range(12):
    if os.fork() == 0:
        held = b"x" * (60 << 20)
        time.sleep(600)
time.sleep(600)
"""


@needs_bwrap
def test_many_processes_have_no_more_memory_together() -> None:
    verdict = judge(MANY, memory_mb=150, wall_s=120.0)
    assert verdict.status is Status.WRONG
    assert verdict.reason == "stopped at 300 MB in all its processes"


@needs_bwrap
@pytest.mark.parametrize(
    ("tests", "reason"),
    [
        ({"kind": "pairs", "entry": "add", "pairs": []}, "its tests never call the program"),
        ({"kind": "stdin", "pairs": []}, "it has no tests"),
        ({"kind": "check", "entry": "add", "source": "x = 1"}, "its tests never call the program"),
        ({"kind": "calls", "entry": "add", "source": "def add(a, b): return a + b", "inputs": [],
          "atol": 0.0}, "its tests never call the program"),
    ],
)  # fmt: skip
def test_a_problem_without_tests_is_ungraded(tests: dict[str, Any], reason: str) -> None:
    verdict = judge("def add(a, b): return None\nprint(1)", problem(**tests))
    assert (verdict.status, verdict.reason) == (Status.UNGRADED, reason)


@pytest.fixture
def unboxed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "bubblewrap", lambda: None)


@pytest.mark.usefixtures("unboxed")
def test_without_a_sandbox_nothing_runs_unless_it_is_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(ALLOW, raising=False)
    with pytest.raises(UsageError, match="--allow-code") as caught:
        CodeVerifier().refuse()
    assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="bubblewrap"):
        judge("def add(a, b): return a + b")
    monkeypatch.setenv(ALLOW, "1")
    CodeVerifier().refuse()
    assert find_sandbox().name == "none"


@pytest.mark.usefixtures("unboxed")
@pytest.mark.parametrize(
    "name", ["exit", "success mark", "agreeing object", "memory", "long answer", "deep"]
)
def test_a_plain_process_has_limits_and_judges_alike(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ALLOW, "1")
    verdict = judge(hostile.FORGERS[name].replace("{{", "{").replace("}}", "}"))
    assert verdict.status is Status.WRONG
    assert verdict.method == "code/none"
    assert judge("def add(a, b): return a + b").status is Status.CORRECT


@needs_bwrap
def test_a_pools_worker_waits_for_a_program() -> None:
    with VerifierPool(workers=1) as pool:
        spec = VerifierSpec("code", {"wall_s": 15.0})
        verdict = pool.submit(spec, "```\ndef add(a, b): return a + b\n```", ADD).result()
    assert verdict.status is Status.CORRECT, verdict


def test_a_program_is_found_in_prose_and_behind_its_signature() -> None:
    two = "```python\ndef add(a, b): return a\n```\nthen\n```python\nprint(add(1, 2))\n```"
    assert program_in(two, {"entry": "add"}).strip() == "def add(a, b): return a"
    signature = 'def add(a, b):\n    """Add."""\n'
    assert program_in("    return a + b", {"entry": "add", "prefix": signature}).endswith(
        '"""Add."""\n\n    return a + b'
    )
    assert program_in("I cannot do that.", {"entry": "add"}) == ""
    assert program_in("I cannot do that.", {"kind": "stdin"}) == ""
    assert program_in("print(input())", {"kind": "stdin"}) == "print(input())"


@pytest.mark.parametrize(
    "value",
    [None, True, 7, -(10**400), 0.1, float("inf"), "é", b"\0x", 1 + 2j, [1, (2, {3})],
     {(1, 2): [frozenset({4})], "a": {}}],
)  # fmt: skip
def test_plain_data_crosses_the_border_as_it_is(value: Any) -> None:
    back = unpack(pack(value))
    assert back == value
    assert type(back) is type(value)


def test_what_is_no_plain_data_equals_nothing() -> None:
    back = unpack(pack(object()))
    assert isinstance(back, Opaque)
    assert back != back
    with pytest.raises(ValueError, match="plain data"):
        unpack({"q": []})


@pytest.mark.parametrize(
    ("found", "wanted", "atol", "equal"),
    [
        (1.0000001, 1.0, 0.0, True), (1.01, 1.0, 0.0, False), (1.01, 1.0, 0.1, True),
        ([1, 2], (1, 2), 0.0, False), ([0.1 + 0.2], [0.3], 0.0, True), (True, 1.0, 0.0, False),
        ({"a": 0.3}, {"a": 0.1 + 0.2}, 0.0, True), (None, 0.0, 0.0, False), (3, 3, 0.0, True),
    ],
)  # fmt: skip
def test_answers_are_compared_as_evalplus_does(
    found: Any, wanted: Any, atol: float, equal: bool
) -> None:
    assert same(found, wanted, atol) is equal


@pytest.mark.parametrize(
    ("found", "wanted", "equal"),
    [("3\n", "3", True), ("3 \n4", "3\n4\n", True), ("3.0 4", "3 4.00", True), ("3", "4", False),
     ("3\n\n4", "3\n4", False), ("yes", "YES", False)],
)  # fmt: skip
def test_output_is_compared_line_by_line(found: str, wanted: str, equal: bool) -> None:
    assert prints(found, wanted) is equal
