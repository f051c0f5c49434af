"""scipy is heavy: nothing imports it before a figure is asked for."""

from __future__ import annotations

import subprocess
import sys


def test_nothing_imports_scipy_before_it_is_needed() -> None:
    code = (
        "import sys, harness, harness.cli, harness.stats, harness.stats.fits, "
        "harness.analysis.policy\n"
        "assert not any(name.startswith('scipy') for name in sys.modules)\n"
        "assert harness.stats.mean_interval([1, 0, 1]).low > 0\n"
        "assert 'scipy.special' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
