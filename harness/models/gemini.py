"""Google's Gemini: `gemini:NAME[@URL]`, by generateContent.

https://ai.google.dev/api/generate-content. The thinking limit goes into
`generationConfig.thinkingConfig` and is ignored anywhere else: `thinkingBudget` (0 is off) for the
2.5 models, `thinkingLevel` from the 3 models on; a request with both is rejected. Thinking shares
`maxOutputTokens` with the answer, and is billed as output; `candidatesTokenCount` excludes it.
Parts marked `thought` are summaries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from harness.core import (
    Capabilities,
    Completion,
    Finish,
    ModelSpec,
    Origin,
    Request,
    Usage,
    UsageError,
)
from harness.models.options import option, read_options
from harness.models.server import ServerBackend
from harness.models.server_options import (
    Place,
    ServerOptions,
    base_url,
    named_efforts,
)
from harness.models.wire import (
    Answer,
    MalformedReplyError,
    at,
    kind_of_thought,
    objects,
    text_at,
    whole,
)

OFFICIAL = "https://generativelanguage.googleapis.com/v1beta"
LEVELS = ("minimal", "low", "medium", "high", "xhigh")

_FINISH = {"STOP": Finish.STOP, "MAX_TOKENS": Finish.LENGTH}
_NO_ANSWER = ("MALFORMED_RESPONSE", "OTHER", "FINISH_REASON_UNSPECIFIED")


@dataclass(frozen=True, kw_only=True)
class GeminiOptions(ServerOptions):
    """The options of `gemini:`."""

    summaries: bool = option(True, "request summaries of the thinking")


class GeminiBackend(ServerBackend):
    """`gemini:NAME` (the official service) or `gemini:NAME@URL`."""

    options_class = GeminiOptions

    def __init__(self, spec: ModelSpec, **tests: Any) -> None:
        """Parse the arguments; nothing is sent before `generate`. The keywords are for tests."""
        options = read_options(GeminiOptions, spec)
        url = base_url(spec.url, OFFICIAL)
        super().__init__(
            spec,
            options,
            GenerateContent(model=spec.name, summaries=options.summaries),
            Place(url=url, key_env="GEMINI_API_KEY", key_needed=url == OFFICIAL, ending="/v1beta"),
            Capabilities(
                efforts=named_efforts(options.efforts, LEVELS),
                thinking=("native",),
                effort_and_thinking=False,
                advice="effort@low sets a named level (models from 3 on), think@n a budget "
                "(2.5 models), ask@n puts the request into the prompt",
            ),
            **tests,
        )


def read_usage(body: Any) -> Usage:
    """Output is the answer's tokens plus the thinking's."""
    part = at(body, "usageMetadata")
    answer = whole(part, "candidatesTokenCount")
    thoughts = whole(part, "thoughtsTokenCount")
    if answer is None and thoughts is not None:
        answer = 0  # thinking that used up the limit leaves no answer to count
    return Usage(
        prompt_tokens=whole(part, "promptTokenCount"),
        cached_prompt_tokens=whole(part, "cachedContentTokenCount"),
        output_tokens=None if answer is None else answer + (thoughts or 0),
        reasoning_tokens=thoughts,
    )


@dataclass(slots=True, kw_only=True)
class GenerateContent:
    """`:generateContent`, one sample per request."""

    model: str
    summaries: bool = True
    name: str = "generateContent"
    seeds: bool = True
    several: bool = False
    streams: bool = True

    def path(self, *, stream: bool) -> str:
        """See `Dialect`."""
        method = "streamGenerateContent?alt=sse" if stream else "generateContent"
        return f"/models/{quote(self.model.removeprefix('models/'), safe='')}:{method}"

    def headers(self, key: str) -> dict[str, str]:
        """See `Dialect`."""
        return {"x-goog-api-key": key} if key else {}

    def body(self, request: Request, count: int, seed: int, *, stream: bool) -> dict[str, Any]:
        """See `Dialect`."""
        if request.prefix:
            raise UsageError(
                f"{self.model}: generateContent has no way to continue a partial answer, which "
                "this budget needs"
            )
        messages = request.prompt.messages
        system = [{"text": m.content} for m in messages if m.role == "system"]
        turns = [
            {"role": "model" if m.role == "assistant" else "user", "parts": [{"text": m.content}]}
            for m in messages
            if m.role != "system"
        ]
        return {
            "contents": turns,
            **({"systemInstruction": {"parts": system}} if system else {}),
            "generationConfig": self._config(request, seed),
        }

    def _config(self, request: Request, seed: int) -> dict[str, Any]:
        sampling = request.sampling
        config: dict[str, Any] = {"maxOutputTokens": sampling.max_tokens, "seed": seed}
        if not sampling.provider_sampling:
            config["temperature"] = sampling.temperature
            config |= {"topP": sampling.top_p} if sampling.top_p < 1 else {}
            config |= {"topK": sampling.top_k} if sampling.top_k > 0 else {}
        config |= {"stopSequences": list(sampling.stop)} if sampling.stop else {}
        thinking: dict[str, Any] = {}
        if sampling.effort is not None:
            thinking["thinkingLevel"] = sampling.effort
        if sampling.thinking is not None:
            thinking["thinkingBudget"] = sampling.thinking
        if thinking and self.summaries and sampling.thinking != 0:
            thinking["includeThoughts"] = True
        return config | ({"thinkingConfig": thinking} if thinking else {})

    def read(self, body: Any) -> Answer:
        """See `Dialect`."""
        usage = read_usage(body)
        blocked = text_at(at(body, "promptFeedback"), "blockReason")
        candidates = objects(at(body, "candidates"))
        if not candidates and blocked is None:
            raise MalformedReplyError("no candidates in the reply", usage)
        candidate: Mapping[str, Any] = candidates[0] if candidates else {}
        parts = objects(at(candidate, "content", "parts"))
        reason = str(candidate.get("finishReason"))
        if not parts and reason in _NO_ANSWER:
            raise MalformedReplyError(f"the candidate is empty ({reason})", usage)
        summary = "".join(text_at(p, "text") or "" for p in parts if p.get("thought")) or None
        sealed = any(text_at(p, "thoughtSignature") for p in parts)
        completion = Completion(
            text="".join(text_at(p, "text") or "" for p in parts if not p.get("thought")),
            finish=_FINISH.get(reason, Finish.OTHER),
            output_tokens=usage.output_tokens,
            reasoning_tokens=usage.reasoning_tokens,
            summary=summary,
            thought=kind_of_thought(None, summary, sealed, usage.reasoning_tokens),
        )
        return Answer((completion,), (None,), usage, Origin(model=text_at(body, "modelVersion")))

    def gather(self) -> GeminiGatherer:
        """See `Dialect`."""
        return GeminiGatherer()

    def batches(self) -> None:
        """See `Dialect`."""
        return


@dataclass(slots=True)
class GeminiGatherer:
    """Chunks, each a reply whose parts continue those of the previous one."""

    _whole: dict[str, Any] = field(default_factory=dict)
    _parts: list[Mapping[str, Any]] = field(default_factory=list)
    _reason: Any = None

    def add(self, event: Mapping[str, Any]) -> bool:
        """Take one chunk."""
        self._whole |= {k: v for k, v in event.items() if k != "candidates"}
        new: list[Mapping[str, Any]] = []
        for candidate in objects(event.get("candidates"))[:1]:
            new += objects(at(candidate, "content", "parts"))
            self._reason = candidate.get("finishReason") or self._reason
        self._parts += new
        return any(text_at(part, "text") for part in new)

    def body(self) -> Any:
        """The reply; a candidate without a finish reason was broken off."""
        if self._reason is None:
            if text_at(at(self._whole, "promptFeedback"), "blockReason"):
                return self._whole
            raise MalformedReplyError("the stream broke off", read_usage(self._whole))
        candidate = {"content": {"parts": self._parts}, "finishReason": self._reason}
        return {**self._whole, "candidates": [candidate]}
