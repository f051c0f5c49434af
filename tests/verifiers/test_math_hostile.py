"""Texts made to stall, crash or take over a grader: each gets a verdict, and none runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core import Problem, Status, VerifierSpec
from harness.verifiers import math
from harness.verifiers.pool import VerifierPool

from ..grids import every_second  # noqa: TID252

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
    "factorials of factorials": "7!!t7!!!!",
    "division by zero": "1/0",
    "functions of nothing": r"\log()+\ln{}+\sin-()+\max{}",
    "unknown integral": r"\int_0^1 f(x) dx",
    "derivative of derivatives": r"\frac{d}{dx}" * 40 + "x^{x^{x}}",
    "sum of powers of binomials": r"\sum_{k=0}^{1000} \binom{1000}{k}^{100}",
    "sum of powers of factorials": r"\sum_{k=1}^{1000} (k!)^{k}",
    "product of factorials": r"\prod_{k=1}^{1000} k!",
    "long power of x": "x^{" + "9" * 2000 + "}",
    "superscripts": "2" + "⁹" * 2900,
    "logarithm of a tower": r"\log_{10^{10^{10}}} 10^{10^{10^{10}}}",
    "sine of a tower": r"\sin(10^{10^{6}})",
    "tangent of a tower": r"\tan(9^{9^9})",
    "huge binomial": r"\binom{10^{9}}{5\cdot 10^{8}}",
    "nested binomials": r"\binom{\binom{\binom{100}{50}}{50}}{50}",
    "four sums": r"\sum_{i=1}^{99}\sum_{j=1}^{99}\sum_{k=1}^{99}\sum_{l=1}^{99} ijkl",
    "sum of a googol": r"\sum_{k=1}^{10^{100}} \frac{1}{k}",
    "integrals": r"\int_0^1" * 30 + " x " + "dx" * 30,
    "hard integral": r"\int_0^{10^{100}} e^{\sin(e^x)} dx",
    "hard limit": r"\lim_{x\to\infty}\frac{x^{x^x}}{e^{e^{e^x}}}",
    "power of a sum": "(x+y+z+w)^{100000}",
    "radicals": "+".join(rf"\sqrt{{{p}}}" for p in range(2, 400)),
    "nested radicals": r"\sqrt{2+" * 38 + "2" + "}" * 38,
    "power modulo": r"9^{9^{9^9}} \mod 1000007",
    "floor of a long number": r"\lfloor \pi\cdot 10^{100000} \rfloor",
    "bars": "|" * 3000,
    "cases in cases": r"\begin{cases}" * 100 + "x" + r"\end{cases}" * 100,
    "matrices in matrices": r"\begin{pmatrix}" * 60 + "1" + r"\end{pmatrix}" * 60,
    "power of a matrix": r"\begin{pmatrix}1&1\\1&0\end{pmatrix}^{10^{9}}",
    "signs": r"(1\pm\sqrt2)" * 25,
    "nested signs": r"\pm\sqrt{1" * 9 + "}" * 9,
    "union": r"\cup".join(f"({i},{i + 1})" for i in range(0, 600, 2)),
    "alternatives": " or ".join(f"{i}<x<{i + 1}" for i in range(0, 300, 2)),
    "polynomial inequality": "(x^2-1)^{40000}>0",
    "long period": r"0.\overline{" + "1234567890" * 9000 + "}",
    "long base": "Z" * 2900 + "_{36}",
    "base zero": "1011_0",
    "double factorial": "10000001!!",
    "minuses": "-" * 100_000 + "1",
    "quotients by zero": "1/0/" * 500,
    "chain": "1<" * 1400 + "x",
    "mixed numbers": "1 1/2 " * 450,
    "equal signs": "=\n" * 50_000,
    "stars": "**" * 50_000,
    "hashes": "#" * 100_000,
    "corrections": "No wait, it is " * 20_000,
    "denials": "the answer is not " * 20_000,
    "thoughts": "<think></think>" * 10_000 + "x",
    "combining marks": "a" + "\u0301" * 100_000,
    "emoji": "😀" * 50_000,
    "chinese numerals": "九千九百九十九万亿" * 300,
    "chinese fractions": "一又" * 1000 + "分之" * 400,
    "chinese ratios": "3比" * 1400 + "x",
    "number words": "one hundred " * 250 + " and two",
    "french numbers": "quatre-vingt-" * 200,
    "units": "5 " + "km " * 900,
    "unit powers": "5 m" + "^2" * 500,
    "degrees": "5" + r"^\circ" * 500,
    "percents": "5" + "%" * 2900,
    "derivative marks": "f" + "'" * 3000,
    "conjugates": r"\overline{" * 500 + "z" + "}" * 500,
    "colours": r"\color{red}" * 250,
    "points": "x=1,y=2 or " * 250,
    "integers": r"\{x\in\mathbb{Z}\mid 0<x<10^{9}\}",
    "cancelling giants": r"(1+\sqrt2)^{7000}+(1-\sqrt2)^{7000}",
    "far break": r"\max(x," + "9" * 300 + ")",
    "macro": r"\def\a{\a\a}\a",
    "file": r"\input{/etc/passwd}",
    "shell in tex": r"\immediate\write18{touch {flag}}",
    "shell": "$(touch {flag}) `touch {flag}`",
    "subclasses": "().__class__.__bases__[0].__subclasses__()",
    "pickle": "cos\nsystem\n(S'touch {flag}'\ntR.",
    "sympify": r"\text{sympify(\"__import__('os').system('touch {flag}')\")}",
    "f-string": "f\"{__import__('os').system('touch {flag}')}\"",
    "code": "__import__('os').system('touch {flag}')",
    "code in text": r"\text{__import__('os').system('touch {flag}')}",
    "lambda": "(lambda: open('{flag}', 'w'))()",
    "blank lines": "3" + " \n" * 40_000 + "so it is 9",
    "form feeds": "3" + "\f" * 80_000 + "so it is 9",
    "one word": "a" * 80_000 + " so it is 9.",
    "open displays": r"\[" * 40_000 + " so it is 9.",
    "open formulas": r"\(" * 40_000 + " so it is 9.",
    "conclusions": "so " * 27_000 + "it is 9.",
    "copulas": "9 " + "is " * 27_000,
    "questions": "Question:\n" * 8_000 + "so it is 9.",
}


@pytest.mark.parametrize("name", every_second(HOSTILE))
@pytest.mark.parametrize(
    "gold",
    [
        "7",
        pytest.param(r"x^2+\sin x", marks=pytest.mark.nightly),
        pytest.param("(1,2)", marks=pytest.mark.nightly),
    ],
)
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


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_hostile_items_cost_their_neighbours_nothing(step: int) -> None:
    """Every fourth of them by day."""
    problem = Problem(id="p", question="?", gold="7")
    with VerifierPool(1, cpu_s=2) as pool:
        spec = VerifierSpec("math")
        futures = []
        for text in list(HOSTILE.values())[::step]:
            futures += [pool.submit(spec, t, problem) for t in (text, "Answer: 7")]
        statuses = [f.result().status for f in futures]
    assert set(statuses[1::2]) == {Status.CORRECT}
    assert Status.CORRECT not in statuses[::2]
