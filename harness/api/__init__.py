"""The public functions besides `evaluate`: each one is a `harness` command.

All take `db`, a file or a SQLAlchemy URL, and raise UsageError if nothing is found.

A function's module is loaded when it is first asked for: `show` needs no verifier and no site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.core.lazy import lazily

if TYPE_CHECKING:
    from harness.api.analysing import Comparisons, Curves, compare, curve
    from harness.api.judging import Regradings, agreement, audit, import_labels, regrade, to_label
    from harness.api.moving import build_site, import_outputs
    from harness.api.reading import obeyed, samples, show

_WHERE = {
    "analysing": ("Comparisons", "Curves", "compare", "curve"),
    "judging": ("Regradings", "agreement", "audit", "import_labels", "regrade", "to_label"),
    "moving": ("build_site", "import_outputs"),
    "reading": ("obeyed", "samples", "show"),
}
__getattr__, __dir__ = lazily(__name__, _WHERE)

__all__ = [
    "Comparisons",
    "Curves",
    "Regradings",
    "agreement",
    "audit",
    "build_site",
    "compare",
    "curve",
    "import_labels",
    "import_outputs",
    "obeyed",
    "regrade",
    "samples",
    "show",
    "to_label",
]
