"""What a published page may contain: no secrets, private addresses or local paths."""

from __future__ import annotations

from dataclasses import replace

from harness.core import RunManifest, UsageError
from harness.core.secrets import environment_secrets, in_texts, public, suspects
from harness.results.views import RunReport


def public_report(report: RunReport) -> RunReport:
    """The report with private addresses and local paths replaced by names."""
    return replace(
        report,
        model=public(report.model),
        model_spec=public(report.model_spec),
        manifest=RunManifest.from_json(in_texts(report.manifest.to_json(), public)),
    )


class Guard:
    """Checks every file before it is written."""

    def __init__(self) -> None:
        self._known = environment_secrets()

    def check(self, path: str, body: str) -> None:
        """UsageError if a file of the site would contain what looks like a secret."""
        found = next(suspects(body, self._known), None)
        if found is not None:
            raise UsageError(
                f"nothing is published: {path} would hold {found}; `harness db redact` takes what "
                "looks like a secret out of the database (--allow-secrets if it is none)"
            )
