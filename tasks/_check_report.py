"""The result of checking a task."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.core import Problem, Prompt


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The result of the checks: the number of problems, and the failures by check (empty: passed).

    `skipped` says why a check did not apply; `warnings` may be intentional, but usually are not.
    `examples` are two problems with their prompts.
    """

    task: str
    problems: int
    checks: tuple[str, ...]
    failures: dict[str, list[str]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    examples: tuple[tuple[Problem, Prompt], ...] = field(default=(), repr=False)

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return not self.failures

    def to_json(self) -> dict[str, object]:
        """The object that `harness tasks check --json` prints."""
        return {
            "task": self.task,
            "ok": self.ok,
            "problems": self.problems,
            "checks": [name for name in self.checks if name not in self.skipped],
            "failures": self.failures,
            "skipped": self.skipped,
            "warnings": list(self.warnings),
            "examples": [
                {"id": p.id, "gold": p.gold, "prompt": prompt.to_json()}
                for p, prompt in self.examples
            ],
        }
