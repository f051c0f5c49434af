"""Chat templates: from messages to the exact text that a model receives.

A model's own Jinja template is rendered in a sandbox, with the same environment (loop controls,
`tojson`, `raise_exception`, trimmed blocks) as in transformers. There are two differences, both to
make a text the same on every call: the date is fixed (`--model-arg date=`), and no tools are
offered. Without a template, the prompt is the last user message and a newline.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from datetime import date
from typing import Any, NoReturn

import jinja2
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from harness.core import Prompt, UsageError
from harness.core.errors import backend_options


def _tojson(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _raise(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)


@functools.lru_cache(maxsize=16)
def _compile(source: str) -> jinja2.Template:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    environment.filters["tojson"] = _tojson
    environment.globals["raise_exception"] = _raise
    return environment.from_string(source)


def render_chat(
    template: str | None,
    prompt: Prompt,
    *,
    tokens: Mapping[str, str],
    day: str = "2024-07-26",
    variables: Mapping[str, Any] | None = None,
) -> str:
    """The prompt up to where the assistant's turn begins.

    `tokens` holds the special tokens that templates refer to (`bos_token` …); `variables` the
    template's own switches. Raises UsageError if the template rejects the messages.
    """
    if prompt.plain:
        return prompt.messages[-1].content
    if template is None:
        return f"{prompt.messages[-1].content}\n"
    try:
        today = date.fromisoformat(day)
        return _compile(template).render(
            messages=[{"role": m.role, "content": m.content} for m in prompt.messages],
            add_generation_prompt=True,
            strftime_now=today.strftime,
            **{**tokens, **(variables or {})},
        )
    except ValueError as error:
        raise UsageError(
            "{model_args.date}: write an ISO date, such as 2024-07-26", **backend_options(date=day)
        ) from error
    except jinja2.TemplateError as error:
        raise UsageError(f"the model's chat template rejected the prompt: {error}") from error
