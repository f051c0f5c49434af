"""The process in which verifiers run: reads chunks of items and writes one line per item.

Started by `harness.verifiers.pool` as `python -m harness.verifiers.worker`. One JSON object a line
each way, so that nothing that a hostile response manages to do here can be unpickled there.
Ends when its input does.
"""

from __future__ import annotations

import base64
import json
import math
import os
import resource
import sys
import threading
import time
from dataclasses import fields, replace
from typing import IO, Any

from harness.core import HarnessError, Problem, Status, Verdict
from harness.core.origin import describe, fault, misfit, unwritable
from harness.core.registry import find, load_plugin, register

_LOAD_CPU_S = 60.0
_FIELDS = tuple(f.name for f in fields(Verdict))  # all plain: nothing to copy deeply
_verifiers: dict[str, tuple[Any, Any]] = {}  # by name and arguments: the class, and one of it
_sent: dict[str, str] = {}  # classes that came as they are


def _limit_memory(megabytes: int) -> None:
    """Private memory by RLIMIT_DATA on Linux; elsewhere a thread that watches the peak."""
    size = megabytes << 20
    if sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)  # a prover's process has its own limit
        resource.setrlimit(resource.RLIMIT_DATA, (size, hard))
    else:
        threading.Thread(target=_watch_memory, args=(size,), daemon=True).start()


def _watch_memory(size: int, poll_s: float = 0.1) -> None:
    """End the process once its peak exceeds `size` bytes (ru_maxrss is in bytes on macOS)."""
    unit = 1 if sys.platform == "darwin" else 1024
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit <= size:
        time.sleep(poll_s)
    os._exit(77)


def _allow_cpu(seconds: float) -> None:
    """Let the kernel end this process after `seconds` more of CPU time (whole seconds)."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(usage.ru_utime + usage.ru_stime + seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _key(name: str, args: dict[str, Any]) -> str:
    return json.dumps([name, args], sort_keys=True)


def _verifier(name: str, args: dict[str, Any]) -> Any:
    key, kind = _key(name, args), find("verifiers", name)
    if key not in _verifiers or _verifiers[key][0] is not kind:  # a plugin file may be edited
        _verifiers[key] = kind, kind(**args)
    return _verifiers[key][1]


def _problem(item: dict[str, Any]) -> Problem:
    """The problem, rebuilt for each item, so that a verifier that mutates it affects no other."""
    return Problem(**json.loads(item["problem"]))


def _prepare(item: dict[str, Any]) -> None:
    """Load what an item's verifier needs, once; this may take longer than grading should."""
    _allow_cpu(_LOAD_CPU_S)
    try:
        verifier = _verifier(item["name"], item["args"])
        if hasattr(verifier, "prepare"):
            verifier.prepare(_problem(item))
    except Exception:  # noqa: BLE001 - `_answer` meets it again, and says it for its item
        return


def _own_time(item: dict[str, Any]) -> float | None:
    """The seconds that a verifier requests for a program that it runs."""
    try:
        own = getattr(_verifier(item["name"], item["args"]), "wall_s", None)
    except Exception:  # noqa: BLE001 - `_answer` says it
        return None
    return float(own) if isinstance(own, (int, float)) else None


def _answer(item: dict[str, Any]) -> dict[str, Any]:
    """Judge one item: {"verdict": …}, or {"error": …} when the verifier cannot be built."""
    try:
        verifier = _verifier(item["name"], item["args"])
    except HarnessError as error:
        return {"error": str(error)}
    except BaseException as error:  # noqa: BLE001 - whatever its constructor raises
        return {"error": _unbuilt(item["name"], error)}
    try:
        verdict = verifier.verify(item["response"], _problem(item), truncated=item["truncated"])
    except MemoryError:
        verdict = _ungraded("out of memory")
    except RecursionError:
        verdict = _ungraded("nested too deeply")
    # A verifier's defect must cost this item only; no Ctrl-C reaches this process.
    except BaseException as error:  # noqa: BLE001
        verdict = _ungraded(str(fault(f"the verifier {item['name']!r}", verifier, error))[:500])
    else:
        verdict = _checked(item["name"], verifier, verdict)
    if verdict.loop is None:  # a verifier that does not look itself
        from harness.verifiers.text.loops import is_loop  # late: most need nothing of its package

        verdict = replace(verdict, loop=is_loop(item["response"]))
    return {"verdict": {name: getattr(verdict, name) for name in _FIELDS}}


def _checked(name: str, verifier: Any, verdict: Any) -> Verdict:
    """The verdict, or an `ungraded` one that says why it is invalid."""
    expected = "a harness.core.Verdict"
    if not isinstance(verdict, Verdict):
        bad = describe(verdict)
    elif verdict.status not in tuple(Status):
        bad, expected = f"status {describe(verdict.status)}", "one of " + ", ".join(Status)
    else:
        kinds: dict[str, tuple[type, ...]] = {n: (str, type(None)) for n in ("answer", "key")}
        kinds |= {"method": (str,), "reason": (str,), "warning": (int,)}
        kinds |= {"score": (int, float, type(None))}
        wrong = [n for n, kind in kinds.items() if not isinstance(getattr(verdict, n), kind)]
        if wrong:
            bad = f"{wrong[0]} {describe(getattr(verdict, wrong[0]))}"
            names = ("None" if k is type(None) else k.__name__ for k in kinds[wrong[0]])
            expected = " or ".join(names)
        elif unwritable(verdict.answer, verdict.key, verdict.method, verdict.reason):
            bad, expected = "half a character (a lone surrogate)", "text that UTF-8 can hold"
        elif verdict.score is None or _fits(verdict.score, verdict.status):
            return verdict
        else:
            bad = f"score {verdict.score!r} with status {str(verdict.status)!r}"
            expected = "a score from 0 to 1, which is 1 if and only if the status is correct"
    error = misfit(f"the verifier {name!r}", verifier, "verify", f"gave {bad}", expected)
    return _ungraded(str(error)[:500])


def _fits(score: float, status: Status) -> bool:
    return 0 <= score <= 1 and (score == 1) == (status is Status.CORRECT)


def _ungraded(reason: str) -> Verdict:
    return Verdict(status=Status.UNGRADED, method="pool", warning=3, reason=reason)


def _unbuilt(name: str, error: BaseException) -> str:
    try:
        return str(fault(f"the verifier {name!r}", find("verifiers", name), error))
    except HarnessError:
        return f"the verifier {name!r}: {error}"


def _load(chunk: dict[str, Any]) -> str:
    """Load a chunk's plugins; returns what is wrong with them, or an empty text."""
    try:
        for path in chunk["plugins"]:
            load_plugin(path)
        for name, code in chunk["classes"].items():
            if _sent.get(name) != code:
                import dill

                # From the one who started this process; what a response says is never unpickled.
                register("verifiers", name, dill.loads(base64.b64decode(code)), replace=True)  # noqa: S301
                _sent[name] = code
    except Exception as error:  # noqa: BLE001 - a file may have been edited since it was loaded
        return f"{error}" if isinstance(error, HarnessError) else f"{type(error).__name__}: {error}"
    return ""


def _serve(source: IO[bytes], target: IO[bytes], cpu_s: float) -> None:
    for line in source:
        chunk = json.loads(line)
        faults = _load(chunk)
        prepared = set()
        for item in chunk["items"]:
            what = item["problem"], _key(item["name"], item["args"])
            item["problem"] = chunk["problems"][item["problem"]]
            if what not in prepared:
                prepared.add(what)
                _prepare(item)
        target.write(b"{}\n")  # ready: what is loaded once is no item's time
        target.flush()
        for item in chunk["items"] if chunk["judge"] else ():
            _allow_cpu(cpu_s)
            if (wall_s := _own_time(item)) is not None:
                target.write(json.dumps({"wall_s": wall_s}).encode() + b"\n")
                target.flush()
            answer = {"error": faults} if faults else _answer(item)
            target.write(json.dumps(answer).encode() + b"\n")
            target.flush()


def main() -> None:
    """Serve chunks from standard input until it closes. Arguments: memory_mb, cpu_s."""
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a plugin prints must not enter the replies
    _limit_memory(int(sys.argv[1]))
    target.write(b"{}\n")  # ready
    target.flush()
    try:
        _serve(sys.stdin.buffer, target, float(sys.argv[2]))
    except BrokenPipeError:  # the parent was killed; nobody waits for replies
        os._exit(1)


if __name__ == "__main__":
    main()
