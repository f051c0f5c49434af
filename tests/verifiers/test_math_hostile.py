"""Texts made to stall, crash or take over a grader: each gets a verdict, and none runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core import Problem, Status, VerifierSpec
from harness.verifiers import math
from harness.verifiers.pool import VerifierPool

HOSTILE = {
    "tower": "10^" * 50 + "10",
    "python tower": "9**9**9**9**9",
    "nested tower": "2^{2^{2^{2^{2^{2^{2}}}}}}",
    "open parentheses": "(" * 100_000,
    "closed parentheses": "(" * 50_000 + "1" + ")" * 50_000,
    "digits": "9" * 1_000_000,
    "factorial": "1000000000!",
    "factorial of factorial": "((10!)!)!",
    "factorials": "5" + "!" * 5000,
    "fractions": r"\frac{1}{" * 5000 + "1" + "}" * 5000,
    "roots": r"\sqrt{" * 10_000,
    "boxes": r"\boxed{" * 20_000 + "7",
    "sum": r"\sum_{k=1}^{10^{12}} k",
    "sums": r"\sum_{a=1}^{999}\sum_{b=1}^{999}\sum_{c=1}^{999} abc",
    "divergent sum": r"\sum_{k=1}^{\infty} k^k",
    "determinant": r"\begin{vmatrix}" + r"\\".join("&".join("x" * 40) for _ in range(40)),
    "huge argument": r"\sin(e^{e^{e^{10}}})",
    "exponent": "1e999999999",
    "long exponent": "1e99999",
    "markers": "The answer is: " * 20_000,
    "dollars": "$" * 100_000,
    "commas": "1," * 100_000,
    "backslashes": "\\" * 100_000,
    "texts": r"\text{" * 50_000,
    "zero width": "\u200b" * 100_000 + "8",
    "surrogate": "\ud800",
    "nul": "\x00" * 1000,
    "period": "0." + "12" * 3000 + "...",
    "division by zero": "1/0",
    "functions of nothing": r"\log()+\ln{}+\sin-()+\max{}",
    "unknown integral": r"\int_0^1 f(x) dx",
    "code": "__import__('os').system('touch {flag}')",
    "code in text": r"\text{__import__('os').system('touch {flag}')}",
    "lambda": "(lambda: open('{flag}', 'w'))()",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("gold", ["7", r"x^2+\sin x", "(1,2)"])
def test_a_hostile_answer_gets_a_verdict(
    name: str, gold: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a path could hold the gold as a number
    text = HOSTILE[name].replace("{flag}", "ran")
    for dressed in (text, f"The answer is {text}", rf"\boxed{{{text}}}"):
        verdict = math.verify(dressed, gold)
        assert verdict.status in set(Status) - {Status.CORRECT}
        assert verdict.method != "failed", verdict.reason
    assert not (tmp_path / "ran").exists()


def test_hostile_items_cost_their_neighbours_nothing() -> None:
    problem = Problem(id="p", question="?", gold="7")
    with VerifierPool(1, cpu_s=2) as pool:
        spec = VerifierSpec("math")
        futures = []
        for text in HOSTILE.values():
            futures += [pool.submit(spec, t, problem) for t in (text, "Answer: 7")]
        statuses = [f.result().status for f in futures]
    assert set(statuses[1::2]) == {Status.CORRECT}
    assert Status.CORRECT not in statuses[::2]
