"""Study files: models, tasks and budgets to run with one command. See docs/studies.md."""

from harness.study.study import Study

__all__ = ["Study"]
