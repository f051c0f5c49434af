"""OpenAI's APIs, at OpenAI or any compatible server: `openai:NAME[@URL]`.

`--model-arg api=` chooses: `chat` (Chat Completions), `responses` (Responses) or `completions` (a
text to continue).

Seeds: with `seeded=true` (the default at your own server) each sample is a separate request
with its own seed, and its tokens are known exactly. With `seeded=false` (the default at OpenAI)
one request is for all samples of a call (n > 1), which bills the prompt once. The price for that:
only the call's first seed is sent, so a sample cannot be redrawn on its own; and if the
server returns no token ids, the output tokens, known only for all samples together, are divided
evenly (the reply's source is then "engine-shared"): their sum is exact, their distribution is not.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Any, Literal

from harness.core import (
    EFFORTS,
    Capabilities,
    Likelihood,
    Measured,
    ModelSpec,
    Prompt,
    Reply,
    Request,
    Usage,
    UsageError,
)
from harness.core.errors import backend_options
from harness.models.counting import Counted
from harness.models.dialect import Dialect
from harness.models.echo import echo_body, read_echo
from harness.models.likelihood import Passage, passages
from harness.models.openai_chat import (
    COMPLETIONS,
    EXTRAS,
    Chat,
    Completions,
    Server,
    chat_capabilities,
)
from harness.models.openai_responses import Responses, responses_capabilities
from harness.models.options import Text, option, read_options
from harness.models.server import ServerBackend
from harness.models.server_options import (
    Place,
    ServerOptions,
    base_url,
    named_efforts,
)
from harness.models.wire import Answer

OFFICIAL = "https://api.openai.com/v1"


@dataclass(frozen=True, kw_only=True)
class OpenAIOptions(ServerOptions):
    """The options of `openai:`."""

    api: Literal["chat", "completions", "responses"] = option(
        "chat", "which API to call", affects_output=True
    )
    server: Server | None = option(
        None,
        "kind of server, for its extensions to the common API (default: openai "
        "without a URL, else any)",
        affects_output=True,
    )
    seeded: bool | None = option(
        None,
        "one request per sample, each with its own seed; false: one for all samples of a call "
        "(default: false at OpenAI, where prompts are billed per request)",
    )
    continue_: Literal["none", "vllm"] = option(
        "none", "how chat continues a partial answer", affects_output=True, name="continue"
    )
    token_ids: bool = option(False, "request token ids from a vLLM server (needs tokenizer)")
    max_tokens_field: Text | None = option(None, "name of the limit field (default: by server)")
    summary: Literal["none", "auto", "concise", "detailed"] = option(
        "none", "summary of the reasoning, with api=responses"
    )


class OpenAIBackend(ServerBackend):
    """`openai:NAME` (the official service) or `openai:NAME@URL`."""

    options_class = OpenAIOptions
    options: OpenAIOptions

    def __init__(self, spec: ModelSpec, **tests: Any) -> None:
        """Parse the arguments; nothing is sent before `generate`. The keywords are for tests."""
        options = read_options(OpenAIOptions, spec)
        url = base_url(spec.url, OFFICIAL)
        official = url == OFFICIAL
        server: Server = options.server or ("openai" if official else "any")
        vllm = options.token_ids or options.continue_ == "vllm" or server == "vllm"
        if options.token_ids and options.tokenizer is None:
            raise UsageError(
                "{model_args.token_ids} needs {model_args.tokenizer}, to decode the ids",
                **backend_options(token_ids="true", tokenizer=...),
            )
        if options.continue_ == "vllm" and server == "llama.cpp":
            raise UsageError(
                "{model_args.continue}: llama.cpp's chat puts an empty thought before a partial "
                "answer, and repeats it in the reply: use {model_args.api} with "
                "{model_args.tokenizer}",
                **backend_options(continue_="vllm", api="completions", tokenizer="FOLDER"),
            )
        self._chat = options.api != "completions"
        dialect, can = self._dialect(spec.name, options, server, vllm)
        super().__init__(
            spec,
            options,
            dialect,
            Place(
                url=url,
                key_env="OPENAI_API_KEY",
                key_needed=official,
                stream=official or options.api == "responses",
            ),
            can,
            seeded=server != "openai" if options.seeded is None else options.seeded,
            **tests,
        )
        if isinstance(dialect, Completions):
            dialect.templated = self.wording is not None and self.wording.templated

    def render(self, prompt: Prompt, prefix: str = "") -> str:
        """Chat and Responses: canonical JSON of the messages. Completions: the text, by the chat
        template of `tokenizer=`, else the last user message and a newline."""
        if self._chat:
            return super().render(prompt, prefix)
        if self.wording is not None:
            return self.wording.render(prompt, prefix)
        end = "" if prompt.plain else "\n"
        return f"{self.frame.around(prompt).messages[-1].content}{end}{prefix}"

    def count_tokens(self, rendered: str) -> int | None:
        """By the `tokenizer=` argument; None without it, and for chat (the server's template)."""
        if self.wording is None or self._chat:
            return None
        return len(self.wording.ids(rendered))

    async def likelihood(self, prompt: Prompt) -> Measured:
        """Each choice echoed behind its context, a request each."""
        assert self.wording is not None  # `info` says so
        texts = passages(self.wording, prompt, _one_less(self.info.context))
        began = time.perf_counter()

        async def read(text: Passage) -> tuple[Likelihood, Usage]:
            body = self.merged(echo_body(self._spec.name, text))
            reply = await self._send("POST", "/completions", body=body)
            return read_echo(str(self._spec), reply, text)

        done = await asyncio.gather(*(read(text) for text in texts))
        reply = Reply(
            completions=(),
            usage=Usage.total(usage for _, usage in done),
            latency_s=time.perf_counter() - began,
        )
        return Measured(likelihoods=tuple(one for one, _ in done), reply=reply)

    def _counted(self, answer: Answer, request: Request, wanted: int) -> Counted:
        if self.options.token_ids:
            exact = self._counter.by_ids(answer, request, wanted)
            if exact is not None:
                return exact
        prompt_tokens = None
        if not self._chat:
            prompt_tokens = self.count_tokens(self.render(request.prompt, request.prefix))
        return self._counter.count(answer, wanted, prompt_tokens)

    def _dialect(
        self, model: str, options: OpenAIOptions, server: Server, vllm: bool
    ) -> tuple[Dialect, Capabilities]:
        efforts = named_efforts(options.efforts, EFFORTS)
        if options.api == "completions":
            return Completions(
                model=model,
                render=lambda request: self.render(request.prompt, request.prefix),
                server=server,
                limit=options.max_tokens_field,
                vllm=vllm,
                raw_ids=options.token_ids,
            ), replace(COMPLETIONS, likelihood=options.tokenizer is not None)
        if options.api == "responses":
            return Responses(
                model=model, summary=options.summary, template=options.template
            ), responses_capabilities(efforts)
        continues = options.continue_ == "vllm" or EXTRAS[server].continues
        return Chat(
            model=model,
            server=server,
            limit=options.max_tokens_field,
            template=options.template,
            continues=continues,
            raw_text=options.continue_ == "vllm",
            raw_ids=options.token_ids,
        ), chat_capabilities(server, continues=continues, efforts=efforts)


def _one_less(context: int | None) -> int | None:
    """The context without the token that the server generates."""
    return None if context is None else context - 2
