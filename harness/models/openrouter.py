"""OpenRouter: `openrouter:OWNER/NAME[@URL]`, Chat Completions with a `reasoning` object.

https://openrouter.ai/docs/use-cases/reasoning-tokens: `reasoning.effort` or `reasoning.max_tokens`,
never both. Each reply names the provider behind the router; a provider's quantisation is
only certain if the request pins it (`--model-arg quantizations=fp8`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.core import EFFORTS, Capabilities, ModelSpec, Request
from harness.models.openai_chat import Chat
from harness.models.options import Words, option, read_options
from harness.models.server import ServerBackend
from harness.models.server_options import (
    Place,
    ServerOptions,
    base_url,
    named_efforts,
)
from harness.models.wire import Answer

OFFICIAL = "https://openrouter.ai/api/v1"


@dataclass(frozen=True, kw_only=True)
class OpenRouterOptions(ServerOptions):
    """The options of `openrouter:`."""

    providers: Words = option(
        (), "the only providers to route to, comma-separated, in this order", affects_output=True
    )
    quantizations: Words = option(
        (), "the only quantisations to route to, comma-separated: bf16,fp8", affects_output=True
    )


class OpenRouterBackend(ServerBackend):
    """`openrouter:OWNER/NAME`."""

    options_class = OpenRouterOptions

    def __init__(self, spec: ModelSpec, **tests: Any) -> None:
        """Parse the arguments; nothing is sent before `generate`. The keywords are for tests."""
        options = read_options(OpenRouterOptions, spec)
        url = base_url(spec.url, OFFICIAL)
        routing: dict[str, Any] = {}
        if options.providers:
            routing |= {"order": list(options.providers), "allow_fallbacks": False}
        if options.quantizations:
            routing["quantizations"] = list(options.quantizations)
        super().__init__(
            spec,
            options,
            RoutedChat(model=spec.name, routing=routing, quantizations=options.quantizations),
            Place(url=url, key_env="OPENROUTER_API_KEY", key_needed=url == OFFICIAL),
            Capabilities(
                efforts=named_efforts(options.efforts, EFFORTS),
                thinking=("native",),
                effort_and_thinking=False,
                seeds=False,
                advice="effort@low sets a named level, think@n a budget in tokens (not "
                "both at once), ask@n puts the request into the prompt",
            ),
            **tests,
        )


@dataclass(slots=True, kw_only=True)
class RoutedChat(Chat):
    """Chat with the router's own fields."""

    routing: Mapping[str, Any]
    quantizations: tuple[str, ...] = ()
    several: bool = False

    def batches(self) -> None:
        """It has none."""
        return

    def body(self, request: Request, count: int, seed: int, *, stream: bool) -> dict[str, Any]:
        """See `Dialect`."""
        body = Chat.body(self, request, count, seed, stream=stream)
        body.pop("stream_options", None)  # usage is always included
        return body | ({"provider": dict(self.routing)} if self.routing else {})

    def _thinking(self, request: Request) -> dict[str, Any]:
        sampling = request.sampling
        if sampling.thinking == 0:
            return {"reasoning": {"effort": "none"}}
        if sampling.thinking is not None:
            return {"reasoning": {"max_tokens": sampling.thinking}}
        if sampling.effort is not None:
            return {"reasoning": {"effort": sampling.effort}}
        return {}

    def read(self, body: Any) -> Answer:
        """See `Dialect`. A pinned quantisation is part of who answered."""
        answer = Chat.read(self, body)
        pinned = ",".join(self.quantizations)
        if not pinned or answer.origin.upstream is None:
            return answer
        upstream = f"{answer.origin.upstream} ({pinned})"
        return replace(answer, origin=replace(answer.origin, upstream=upstream))
