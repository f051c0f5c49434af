"""The fixture `harness_gate`: a gate as a pytest test.

    def test_the_model_is_no_worse(harness_gate):
        harness_gate(model="onnx:tiny-s")               # evaluates, as `harness gate --run`
        harness_gate("model=tiny-s;budget=think@32")    # judges a stored run

Rules come from harness.toml or pyproject.toml in pytest's root folder. pytest loads this module in
every session, so nothing else of the package is imported before the fixture is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from harness.gate.results import GateResult


class HarnessGate(Protocol):
    """What the fixture returns."""

    def __call__(
        self,
        candidate: str | None = None,
        *,
        config: str | Path | None = None,
        inconclusive: str = "fail",
        **given: Any,
    ) -> GateResult:
        """Judge; fail the test if a rule has regressed, otherwise return the result.

        `inconclusive` is "fail", "skip" or "pass". Otherwise as in `harness.gate.api.judge`;
        `task=`, `budget=`, `limit=`, `seed=` and `db=` may be given as on the command line.
        """
        ...


@pytest.fixture
def harness_gate(pytestconfig: pytest.Config) -> HarnessGate:
    """Check a run or a model against the project's rules; see `HarnessGate`."""

    def gate(
        candidate: str | None = None,
        *,
        config: str | Path | None = None,
        inconclusive: str = "fail",
        **given: Any,
    ) -> GateResult:
        __tracebackhide__ = True
        from harness.core import HarnessError
        from harness.gate.api import judge
        from harness.gate.forms import summary
        from harness.gate.results import GateVerdict

        if inconclusive not in ("fail", "skip", "pass"):
            raise ValueError(f"inconclusive is {inconclusive!r}, not 'fail', 'skip' or 'pass'")
        try:
            config = config or _config(pytestconfig.rootpath)
            result = judge(candidate, config=config, **_arguments(given))
        except HarnessError as error:
            pytest.fail(f"harness gate could not judge: {error}", pytrace=False)
        unclear = result.verdict is GateVerdict.INCONCLUSIVE
        if result.verdict is GateVerdict.REGRESSED or (unclear and inconclusive == "fail"):
            pytest.fail(summary(result), pytrace=False)
        if unclear and inconclusive == "skip":
            pytest.skip(summary(result))
        return result

    return gate


def _arguments(given: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `judge`, from these and from the command line's names for them."""
    import inspect

    from harness.core import UnknownNameError
    from harness.gate.api import judge
    from harness.run.config import EvalSettings

    own = set(inspect.signature(judge).parameters) - {"candidate", "config", "settings"}
    words = {*own, *EvalSettings.__annotations__, "task", "budget"}
    for name in given:
        if name not in words:
            raise UnknownNameError("argument of harness_gate", name, words)
    out = dict(given)
    for one, many in (("task", "tasks"), ("budget", "budgets")):
        if one in out:
            out[many] = out.pop(one)
    return out


def _config(root: Path) -> Path | None:
    """The file with the rules in pytest's root folder; None lets the gate say so."""
    found = (root / name for name in ("harness.toml", "pyproject.toml"))
    return next((path for path in found if path.is_file()), None)
