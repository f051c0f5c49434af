"""Jinja templates over the fields of a row or problem, in a sandbox, with errors that say where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jinja2
import jinja2.meta
from jinja2.sandbox import SandboxedEnvironment

from harness.core import DataError, UnknownNameError, UsageError

_ENVIRONMENT = SandboxedEnvironment(undefined=jinja2.StrictUndefined, keep_trailing_newline=False)


class Template:
    """A template; `what` names it in messages. UsageError for an invalid text."""

    def __init__(self, what: str, text: str) -> None:
        self.what, self.text = what, text
        try:
            self._made = _ENVIRONMENT.from_string(text)
        except jinja2.TemplateSyntaxError as error:
            raise UsageError(
                f"{what}: not a Jinja template: {error.message} in {' '.join(text.split())[:60]!r}"
            ) from error

    @property
    def names(self) -> frozenset[str]:
        """The fields that it refers to."""
        return frozenset(jinja2.meta.find_undeclared_variables(_ENVIRONMENT.parse(self.text)))

    def of(self, fields: Mapping[str, Any], where: str) -> str:
        """The text for these fields; `where` names the row in messages.

        UnknownNameError for a missing field, DataError for anything else that goes wrong.
        """
        try:
            return self._made.render(fields)
        except jinja2.UndefinedError as error:
            named = str(error).partition("'")[2].partition("'")[0]
            raise UnknownNameError(f"field in {self.what}", named, fields) from error
        except Exception as error:  # filters raise whatever they like
            raise DataError(f"{self.what}, {where}: {type(error).__name__}: {error}") from error
