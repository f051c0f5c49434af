"""Coverage-guided fuzzing of the parser and the extractor.

    pip install atheris
    python benchmarks/verifier_fuzz.py -max_total_time=60

Every text must be read or refused by `ParseError`, extracted or not, and judged, within the steps
that the verifier allows itself. Any other exception, and any text that takes over five seconds
(`-timeout`), is a finding.
"""

from __future__ import annotations

import contextlib
import sys

import atheris

with atheris.instrument_imports(include=["harness.verifiers.math"]):
    from harness.verifiers import math
    from harness.verifiers.math.finding.extract import extract
    from harness.verifiers.math.reading.characters import clean
    from harness.verifiers.math.reading.lexer import ParseError
    from harness.verifiers.math.reading.parser import parse

PIECES = [
    r"\frac", r"\sqrt", r"\boxed", r"\text", r"\begin{pmatrix}", r"\end{pmatrix}", r"\left(",
    "{", "}", "(", ")", "[", "]", "^", "_", "x", "1", "2.5", ",", "=", "<", "|", r"\pm", r"\sin",
    "!", "%", "$", r"\cup", r"\sum_{k=1}^", r"\overline", "and", "Answer:", " ",
]  # fmt: skip


def one_input(data: bytes) -> None:
    """Half of the inputs are free text, half are built from pieces of mathematics."""
    provider = atheris.FuzzedDataProvider(data)
    if provider.ConsumeBool():
        text = provider.ConsumeUnicodeNoSurrogates(400)
    else:
        count = provider.ConsumeIntInRange(0, 60)
        text = "".join(PIECES[provider.ConsumeIntInRange(0, len(PIECES) - 1)] for _ in range(count))
    with contextlib.suppress(ParseError, RecursionError):
        parse(clean(text))
    extract(clean(text))
    verdict = math.verify(text, "x^2+1")
    assert verdict.method != "failed", verdict.reason


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-timeout=5"], one_input)
    atheris.Fuzz()
