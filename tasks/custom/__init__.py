"""Tasks without code: a table of questions, a task file, a data set of the hub."""

from harness.tasks.custom.task import FileTask, HubTask, file_family, hub_family

__all__ = ["FileTask", "HubTask", "file_family", "hub_family"]
