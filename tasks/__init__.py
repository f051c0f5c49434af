"""Task plugins, one folder each; `check` runs the checks that every task should pass."""

from harness.tasks._check import check
from harness.tasks._check_report import CheckReport
from harness.tasks._wording import Wording

__all__ = ["CheckReport", "Wording", "check"]
