"""Study files: models, tasks and budgets that one command runs. See docs/studies.md."""

from harness.study.study import Study

__all__ = ["Study"]
