"""How well coverage is foretold: power law and Beta fit, on success rates of a known distribution.

    python benchmarks/curve_fits.py

Each world draws 200 problems' rates, 16 samples of each, and foretells pass@1000; the error is
against the rates themselves, in points, and "held" is the share of 95% intervals with the truth
of the distribution in them.
"""

from __future__ import annotations

import numpy as np

from harness.stats import pass_at_k
from harness.stats.fits import FitError, fit_beta, fit_power_law

WORLDS = {
    "Beta(0.5, 1.5)": (0.5, 1.5, 1.0),
    "Beta(0.2, 3)": (0.2, 3.0, 1.0),
    "Beta(2, 8)": (2.0, 8.0, 1.0),
    "0.5 Beta(0.6, 1.2)": (0.6, 1.2, 0.5),
    "0.05 Beta(0.3, 1)": (0.3, 1.0, 0.05),
}
PROBLEMS, SAMPLES, K, DRAWS = 200, 16, 1000, 100


def main() -> None:
    """Print the table."""
    print("| success rates | power law, error | Beta, error | Beta, 95% held | refused |")
    print("|---|---|---|---|---|")
    for name, (a, b, scale) in WORLDS.items():
        rng = np.random.default_rng(0)
        truth = float(np.mean(1 - (1 - scale * rng.beta(a, b, 1_000_000)) ** K))
        laws, betas, held, refused = [], [], [], 0
        for _ in range(DRAWS):
            rates = scale * rng.beta(a, b, PROBLEMS)
            counts = [(SAMPLES, int(c)) for c in rng.binomial(SAMPLES, rates)]
            seen = float(np.mean(1 - (1 - rates) ** K))
            ks = [1, 2, 4, 8, 16]
            cover = [float(np.mean([pass_at_k(n, c, k) for n, c in counts])) for k in ks]
            laws.append(abs(fit_power_law(ks, cover).coverage(K) - seen))
            try:
                e = fit_beta(counts).interval(K)
            except FitError:
                refused += 1
                continue
            betas.append(abs(e.value - seen))
            held.append(e.low <= truth <= e.high)
        beta = f"{100 * np.mean(betas):.1f} | {np.mean(held):.0%}" if betas else "– | –"
        print(f"| {name} | {100 * np.mean(laws):.1f} | {beta} | {refused / DRAWS:.0%} |")


if __name__ == "__main__":
    main()
