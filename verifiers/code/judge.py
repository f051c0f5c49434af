"""Runs inside the tests' sandbox: calls the program and compares its answers.

Appended to `wire.py` and `mbpp.py` and run by `python -c`. The program runs in another sandbox,
which holds neither the expected answers nor the secret that signs the verdict.
"""

from __future__ import annotations

import builtins
import copy
import json
import math
import os
import sys
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or __name__.startswith("harness."):
    from harness.verifiers.code.mbpp import agrees, typed
    from harness.verifiers.code.wire import Line, limit, pack, unpack


class Wrong(Exception):  # noqa: N818 - an outcome, not a mistake
    """The program fails a test; the message says which."""


class NoTests(Exception):  # noqa: N818 - an outcome, not a mistake
    """The problem has nothing that would fail."""


class Program:
    """The program's function, called in the other sandbox."""

    def __init__(self, line: Line, entry: str) -> None:
        self._line, self.__name__, self.calls = line, entry, 0

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Return its answer; if it raises a built-in exception, raise the same one here."""
        if named:
            raise Wrong("the tests name arguments")
        self.calls += 1
        self._line.send({"args": pack(args)})
        reply = reply_of(self._line)
        if "ok" in reply:
            return unpack(reply["ok"])
        name, said = str(reply.get("error")), str(reply.get("said"))
        kind = getattr(builtins, name, None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            try:
                error = kind(said)
            except TypeError:
                error = RuntimeError(f"{name}: {said}")
            raise error
        raise Wrong(f"{name}: {said}")


def reply_of(line: Line) -> dict[str, Any]:
    """The program's next message; raises Wrong if it has ended or sends something else."""
    try:
        reply = line.receive()
    except EOFError:
        raise Wrong("the program ended before its tests did") from None
    except (ValueError, RecursionError):
        raise Wrong("the program wrote over its own answers") from None
    if not isinstance(reply, dict):
        raise Wrong("the program wrote over its own answers")
    return reply


def same(found: Any, wanted: Any, atol: float) -> bool:
    """Equal, or floats within `atol` (1e-6 if it is 0), as in EvalPlus."""
    if isinstance(found, float | int) and isinstance(wanted, float):
        if isinstance(found, bool):
            return False
        near = math.isclose(found, wanted, rel_tol=1e-7, abs_tol=atol or 1e-6)
        return near or (math.isnan(wanted) and math.isnan(found))
    if isinstance(wanted, list | tuple) and isinstance(found, list | tuple):
        if type(found) is not type(wanted) or len(found) != len(wanted):
            return bool(found == wanted)
        return all(same(f, w, atol) for f, w in zip(found, wanted, strict=True))
    if isinstance(wanted, dict) and isinstance(found, dict):
        return wanted.keys() == found.keys() and all(
            same(found[k], wanted[k], atol) for k in wanted
        )
    return bool(found == wanted)


def lines_of(text: str) -> list[str]:
    """The lines of a text without trailing spaces, and without empty lines at the end."""
    return [one.strip() for one in text.strip().split("\n")]


def prints(found: str, wanted: str) -> bool:
    """Whether two outputs are equal line by line, or number by number."""
    mine, theirs = lines_of(found), lines_of(wanted)
    if mine == theirs:
        return True
    if len(mine) != len(theirs):
        return False
    return all(_numbers(a, b) for a, b in zip(mine, theirs, strict=True))


def _numbers(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        pairs = zip(one.split(), other.split(), strict=True)
        return all(Decimal(a) == Decimal(b) for a, b in pairs)
    except (InvalidOperation, ValueError):
        return False


def check(line: Line, config: dict[str, Any], count: list[int]) -> None:
    """Run the tests of a problem; raises Wrong or another exception if one fails."""
    kind = config["kind"]
    if kind == "stdin":
        for text, wanted in config["pairs"]:
            line.send({"stdin": text, "wall_s": config["each_s"]})
            reply = reply_of(line)
            if "out" not in reply:
                raise Wrong(f"{reply.get('error')}: {reply.get('said')}")
            if not prints(str(reply["out"]), wanted):
                raise Wrong(f"test {count[0] + 1}: another output")
            count[0] += 1
        if not count[0]:
            raise NoTests("it has no tests")
        return
    program = Program(line, config["entry"])
    if kind == "pairs":
        for args, wanted in config["pairs"]:
            found = program(*args)
            found = list(found) if isinstance(found, tuple) else found
            if not same(found, wanted, 0.0):
                raise Wrong(f"test {count[0] + 1}: {found!r:.80}, not {wanted!r:.80}")
            count[0] += 1
    elif kind == "calls":
        calls(program, config, count)
    else:
        space: dict[str, Any] = {"__name__": "tests", config["entry"]: program}
        exec(config["compiled"], space)  # noqa: S102 - the data set's own tests
        if "check" in space:
            space["check"](program)
        count[0] += 1
    if not program.calls:
        raise NoTests("its tests never call the program")


def calls(program: Program, config: dict[str, Any], count: list[int]) -> None:
    """Compare the program's answers to EvalPlus' inputs with the reference solution's."""
    space: dict[str, Any] = {"__name__": "reference"}
    exec(config["compiled"], space)  # noqa: S102 - the data set's own solution
    reference, mbpp = space[config["entry"]], config.get("mbpp")
    for given in config["inputs"]:
        args = given if mbpp is None else typed(mbpp, given)
        found, wanted = program(*copy.deepcopy(args)), reference(*copy.deepcopy(args))
        if config["entry"] == "find_zero":  # HumanEval/32: any root of the polynomial will do
            value = sum(c * math.pow(found, i) for i, c in enumerate(args[0]))
            good = abs(value) <= (config["atol"] or 1e-4)
        else:
            good = same(found, wanted, config["atol"])
        if not good and mbpp is not None:
            good = agrees(config["entry"], args, found, wanted)
        if not good:
            raise Wrong(f"test {count[0] + 1}: {found!r:.80}, not {wanted!r:.80}")
        count[0] += 1


def judge() -> None:
    """Read the tests, run them, and sign the result."""
    config = json.loads(sys.stdin.buffer.read())
    line = Line(int(sys.argv[1]), int(sys.argv[2]))
    out = os.dup(1)
    os.dup2(2, 1)  # what tests print
    limit(config["memory_mb"], config["cpu_s"], config["processes"])
    result: dict[str, Any] = {"secret": config["secret"], "ready": False, "passed": False}
    count = [0]
    try:
        if "source" in config:
            config["compiled"] = compile(config["source"], "tests.py", "exec")
    except SyntaxError as error:
        result["broken"] = f"the tests are no Python: {error}"
    else:
        try:
            result["ready"] = line.receive() == {"ready": True}
            check(line, config, count)
            result["passed"] = True
        except EOFError:
            result["said"] = "the program did not start"
        except NoTests as error:
            result["broken"] = str(error)
        except BaseException as error:  # noqa: BLE001 - tests fail by all kinds of exceptions
            result["said"] = f"{'' if isinstance(error, Wrong) else type(error).__name__}: {error}"
    result["count"] = count[0]
    os.write(out, json.dumps(result).encode() + b"\n")


if __name__ == "__main__":
    judge()
