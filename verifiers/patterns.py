"""Regular expressions that are compiled on first use.

Compiling the verifier's tables of expressions takes longer than the rest of its import, and most
answers need few of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast


class _LazyPattern:
    """Behaves like `re.compile(source, flags)`; each method is looked up once and then cached."""

    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # `re` keeps the last 512 expressions: the second method of one finds it compiled
        value = getattr(re.compile(self._source, self._flags), name)
        self.__dict__[name] = value
        return value


if TYPE_CHECKING:
    lazy_pattern = re.compile
else:

    def lazy_pattern(source: str, flags: int = 0) -> re.Pattern[str]:
        """A pattern that is compiled on first use."""
        return cast("re.Pattern[str]", _LazyPattern(source, int(flags)))
