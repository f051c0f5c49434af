"""What importing the verifier costs, beside bare Python and a package that everybody imports.

    python benchmarks/verifier_import.py

CPU time (user and system) of fresh processes with cached byte code, the median of `--runs`, and the
least, which other processes on the machine disturb least; both less that of `python -c pass`. The
last column is the ratio to `import click`, which depends less on the machine. Exits with 1 when a
simple verdict imports sympy or mpmath.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile

VERIFIER = "from harness.verifiers import math"
VERDICT = "math.verify('So the answer is 0.5.', '1/2').status"
STATEMENTS = {
    "bare python": "pass",
    "click": "import click",
    "json, dataclasses": "import json, dataclasses",
    "verifier": VERIFIER,
    "verifier, 1 verdict": f"{VERIFIER}; {VERDICT}",
    "sympy": "import sympy",
}
LAZY = (
    f"{VERIFIER}; {VERDICT}; import sys; sys.exit(bool({{'sympy', 'mpmath'}} & set(sys.modules)))"
)


def cpu_ms(code: str, environment: dict[str, str]) -> float:
    """CPU milliseconds of one fresh process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 1000 * spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}
        times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
        for run in range(args.runs + 1):  # the first writes the byte code; then turn by turn
            for name, code in STATEMENTS.items():
                spent = cpu_ms(code, environment)
                if run:
                    times[name].append(spent)
        median = {name: statistics.median(spent) for name, spent in times.items()}
        bare, click = median["bare python"], median["click"] - median["bare python"]
        least = {name: min(spent) - min(times["bare python"]) for name, spent in times.items()}
        print(f"{'':<22}{'CPU ms':>8}{'over bare':>11}{'least':>8}{'x click':>9}")
        for name, spent in median.items():
            over = spent - bare
            print(f"{name:<22}{spent:>8.1f}{over:>11.1f}{least[name]:>8.1f}{over / click:>9.2f}")
        lazy = subprocess.run([sys.executable, "-c", LAZY], env=environment, check=False)
    print("a simple verdict imports sympy:", "yes" if lazy.returncode else "no")
    sys.exit(bool(lazy.returncode))


if __name__ == "__main__":
    main()
