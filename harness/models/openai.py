"""Any server with OpenAI's chat or completions interface: `openai:NAME@URL`.

Seeds: with `seeded=true` (the default) each sample is a request of its own with its own seed, and
its tokens are known exactly. With `seeded=false` one request asks for all samples of a call
(n > 1), which bills the prompt once; only the call's first seed is sent, and where the server
does not give token ids the output tokens, known for all samples together, are shared out evenly
(the reply's source is then "engine-shared").
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx

from harness.core import (
    BackendError,
    Completion,
    ModelInfo,
    ModelSpec,
    Prompt,
    Reply,
    Request,
    Usage,
    UsageError,
)
from harness.core.hashing import canonical_json, content_hash
from harness.models.args import COMMON, RENDERING, Arg, Args
from harness.models.folder import ModelFolder, find_folder
from harness.models.marks import find_marks
from harness.models.openai_reply import (
    Answer,
    MalformedReplyError,
    add_usage,
    read_answer,
    read_usage,
    share,
)
from harness.models.retry import PASSING, PassingError, Patience, retry_after
from harness.models.wording import Wording

OFFICIAL = "https://api.openai.com/v1"

ARGS = (
    Arg("api", "chat|completions", "chat", "which interface is called", True),
    Arg("api_key_env", "text", "OPENAI_API_KEY", "environment variable that holds the key"),
    Arg("timeout", "number", 600.0, "seconds to wait for a reply"),
    Arg("retries", "number from 0", 5, "attempts beyond the first, after passing errors"),
    Arg("seeded", "true or false", True, "one request a sample, each with its own seed"),
    Arg("tokenizer", "text", None, "embedded model, folder or hub name to count and render with"),
    Arg("continue", "none|vllm", "none", "how chat continues a partial answer", True),
    Arg("token_ids", "true or false", False, "ask a vLLM server for token ids (needs tokenizer)"),
    Arg("max_tokens_field", "text", None, "name of the limit (default: what the server knows)"),
    Arg("extra", "JSON object", {}, "more fields of the request; null removes one", True),
)


def _base_url(url: str | None) -> str:
    if url is None:
        return OFFICIAL
    bare = url.rstrip("/")
    return bare if urlsplit(bare).path else f"{bare}/v1"


class OpenAIBackend:
    """`openai:NAME` (the official service) or `openai:NAME@URL`."""

    def __init__(
        self,
        spec: ModelSpec,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: Patience | None = None,
    ) -> None:
        """Read the arguments; nothing is sent before `generate`. The keywords are for tests."""
        self.options = Args(spec, (*COMMON, *RENDERING, *ARGS))
        self._spec = spec
        self._url = _base_url(spec.url)
        self._chat = self.options["api"] == "chat"
        self._folder = self._find_tokenizer()
        added = self._folder.tokenizer.added if self._folder else frozenset()
        marks = find_marks(self.options["think_start"], self.options["think_end"], added)
        self._wording: Wording | None = None
        if self._folder is not None:
            day, variables = self.options["date"], self.options["template"]
            self._wording = Wording(self._folder, marks, day, variables)
        elif self.options["token_ids"]:
            raise UsageError("--model-arg token_ids=true needs tokenizer=, to read the ids")
        self._transport = transport
        self._sleep = sleep
        self._patience = patience or Patience(retries=self.options["retries"])
        self._client: httpx.AsyncClient | None = None
        self.info = self._describe(marks)

    def _find_tokenizer(self) -> ModelFolder | None:
        name = self.options["tokenizer"]
        if name is None:
            return None
        folder = find_folder(name)
        if folder is None:
            from harness.models.hub import hub_folder

            folder = hub_folder(name)
        return folder

    def _describe(self, marks: Any) -> ModelInfo:
        folder = self._folder
        known = [self.options["context"], folder.context if folder else None]
        return ModelInfo(
            spec=str(self._spec),
            name=self._spec.name,
            fingerprint=content_hash(
                "model", "openai", self._spec.name, self._url, self.options.affecting_output()
            ),
            remote=True,
            think=marks,
            context=min((c for c in known if c is not None), default=None),
            parameters=folder.parameters if folder else None,
            active_parameters=folder.active_parameters if folder else None,
            layers=folder.config.get("num_hidden_layers") if folder else None,
            width=folder.config.get("hidden_size") if folder else None,
            prompt_once=not self.options["seeded"],
            concurrency=self.options["concurrency"] or 32,
            extra={"engine": "openai", "url": self._url, "args": dict(self.options.given)},
        )

    # What is asked

    def _messages(self, prompt: Prompt, prefix: str) -> list[dict[str, str]]:
        messages = [{"role": m.role, "content": m.content} for m in prompt.messages]
        if not prefix:
            return messages
        if self.options["continue"] != "vllm":
            raise UsageError(
                f"{self._spec}: the chat interface has no way to continue a partial answer, which "
                "this budget needs. On a vLLM server give --model-arg continue=vllm, or "
                "--model-arg api=completions with --model-arg tokenizer=FOLDER"
            )
        return [*messages, {"role": "assistant", "content": prefix}]

    def render(self, prompt: Prompt, prefix: str = "") -> str:
        """Chat: canonical JSON of the messages. Completions: the text, by the chat template of
        `tokenizer=`, else the last user message and a newline."""
        if self._chat and prompt.plain:
            raise UsageError(
                f"{self._spec}: the chat interface takes turns, and this task's prompt is a plain "
                "text to continue: give --model-arg api=completions"
            )
        if self._chat:
            return canonical_json(self._messages(prompt, prefix))
        if self._wording is not None:
            return self._wording.render(prompt, prefix)
        end = "" if prompt.plain else "\n"
        return f"{prompt.messages[-1].content}{end}{prefix}"

    def count_tokens(self, rendered: str) -> int | None:
        """By the `tokenizer=` argument; None without it, and for chat (the server's template)."""
        if self._wording is None or self._chat:
            return None
        return len(self._wording.ids(rendered))

    def _body(self, request: Request, count: int, seed: int) -> dict[str, Any]:
        sampling = request.sampling
        field = self.options["max_tokens_field"]
        if field is None:
            official = self._chat and self._url == OFFICIAL
            field = "max_completion_tokens" if official else "max_tokens"
        body: dict[str, Any] = {
            "model": self._spec.name,
            field: sampling.max_tokens,
            "temperature": sampling.temperature,
            "seed": seed,
        }
        optional = {
            "n": (count, count > 1),
            "top_p": (sampling.top_p, sampling.top_p < 1),
            "top_k": (sampling.top_k, sampling.top_k > 0),
            "min_tokens": (sampling.min_tokens, sampling.min_tokens > 0),
            "stop": (list(sampling.stop), bool(sampling.stop)),
        }
        body |= {name: value for name, (value, wanted) in optional.items() if wanted}
        body |= self._prompt_fields(request)
        body |= self.options["extra"]
        return {name: value for name, value in body.items() if value is not None}

    def _prompt_fields(self, request: Request) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if self._chat:
            fields["messages"] = self._messages(request.prompt, request.prefix)
            if request.prefix:
                fields |= {"add_generation_prompt": False, "continue_final_message": True}
            if self.options["template"]:
                fields["chat_template_kwargs"] = self.options["template"]
        else:
            fields["prompt"] = self.render(request.prompt, request.prefix)
            templated = self._folder is not None and self._folder.template is not None
            if self._wording is not None and templated and not request.prompt.plain:
                fields |= {"add_special_tokens": False} if self._vllm else {}
        if self._vllm:
            fields["skip_special_tokens"] = False  # marks are special tokens: keep them in the text
        if self.options["token_ids"]:
            fields["return_token_ids"] = True
        return fields

    @property
    def _vllm(self) -> bool:
        """Has the user said that this is a vLLM server?"""
        return bool(self.options["token_ids"]) or self.options["continue"] == "vllm"

    # How it is asked

    def _ready(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=httpx.Timeout(self.options["timeout"], connect=10.0),
                limits=httpx.Limits(max_connections=None),
                transport=self._transport,
            )
        return self._client

    def _headers(self) -> dict[str, str]:
        name = self.options["api_key_env"]
        key = os.environ.get(name, "")
        if not key and self._url == OFFICIAL:
            where = f"openai:{self._spec.name}@http://HOST:PORT/v1"
            raise BackendError(f"{self._spec}: no key: set {name}, or write {where}", fatal=True)
        return {"Authorization": f"Bearer {key}"} if key else {}

    async def _attempt(self, body: Mapping[str, Any]) -> Answer:
        """One request; raises PassingError or BackendError."""
        path = "/chat/completions" if self._chat else "/completions"
        try:
            response = await self._ready().post(
                self._url + path, json=body, headers=self._headers()
            )
        except httpx.TimeoutException as error:
            raise PassingError(
                f"{self._url}: no reply in time ({type(error).__name__})",
                dead=isinstance(error, httpx.ConnectTimeout),
            ) from error
        except httpx.TransportError as error:
            dead = isinstance(error, httpx.ConnectError)
            raise PassingError(
                f"{self._url}: {str(error) or type(error).__name__}", dead=dead
            ) from error
        if response.status_code != httpx.codes.OK:
            raise self._refusal(response)
        try:
            return read_answer(response.json())
        except MalformedReplyError as error:
            raise PassingError(f"{self._url}: {error}", wasted=error.usage) from error
        except ValueError as error:
            start = response.text[:80].replace("\n", " ")
            raise PassingError(f"{self._url}: the reply is not JSON: {start!r}") from error

    def _refusal(self, response: httpx.Response) -> Exception:
        """What an error status means."""
        status = response.status_code
        message, code, usage = _server_words(response)
        said = f"{self._url} answered {status}{': ' + message if message else ''}"
        if code == "insufficient_quota":
            return BackendError(f"{said}. The account has no credit left", fatal=True)
        if status in PASSING:
            wait = retry_after(response.headers.get("retry-after"), self._patience.now())
            return PassingError(said, wait=wait, wasted=usage)
        advice = {
            401: f"check the key in {self.options['api_key_env']}",
            403: f"the key in {self.options['api_key_env']} may not use this model",
            404: f"no model {self._spec.name!r} there, or another path: the URL ends in /v1",
        }
        if status in advice:
            return BackendError(f"{said}. {advice[status]}", fatal=True)
        return BackendError(said, fatal=response.is_redirect)

    async def _patiently(self, body: Mapping[str, Any]) -> tuple[Answer, int, list[Usage], float]:
        """Ask until there is an answer: it, failed attempts, what they wasted, seconds."""
        wasted: list[Usage] = []
        failed = 0
        while True:
            began = time.perf_counter()
            try:
                answer = await self._attempt(body)
            except PassingError as error:
                failed += 1
                wasted += [error.wasted] if error.wasted else []
                await self._sleep(self._patience.wait(failed, error))
            else:
                return answer, failed, wasted, time.perf_counter() - began

    # What comes back

    async def _ask(self, request: Request, seeds: tuple[int, ...]) -> Reply:
        """One request for `len(seeds)` samples; asks again for those that the server leaves out."""
        answer, retries, wasted, seconds = await self._patiently(
            self._body(request, len(seeds), seeds[0])
        )
        completions, usage, source = self._counted(answer, request, len(seeds))
        reply = Reply(
            completions=completions,
            usage=usage,
            latency_s=seconds,
            source=source,
            retries=retries,
            wasted=add_usage(wasted) if wasted else None,
        )
        rest = seeds[len(completions) :]
        return _join([reply, await self._ask(request, rest)]) if rest else reply

    def _counted(
        self, answer: Answer, request: Request, wanted: int
    ) -> tuple[tuple[Completion, ...], Usage, str]:
        """The completions with their tokens, the usage, and who counted."""
        pairs = list(zip(answer.completions, answer.ids, strict=True))[:wanted]
        usage, source = answer.usage, "engine"
        wording = self._wording
        if wording is not None and self.options["token_ids"] and all(ids for _, ids in pairs):
            turn = wording.turn(request.prompt, request.prefix)
            made = [
                replace(wording.complete_ids(ids or (), turn, request.sampling), finish=c.finish)
                for c, ids in pairs
            ]
            thoughts = [c.reasoning_tokens for c in made]
            if wording.marks is not None and usage.reasoning_tokens is None:
                usage = replace(usage, reasoning_tokens=sum(t or 0 for t in thoughts))
            return tuple(made), usage, source
        if usage.output_tokens is None and wording is not None:
            counts = [_by_tokenizer(wording, c) for c, _ in pairs]
            usage = replace(usage, output_tokens=sum(counts))
            if usage.prompt_tokens is None and not self._chat:
                rendered = self.render(request.prompt, request.prefix)
                usage = replace(usage, prompt_tokens=self.count_tokens(rendered))
            completions = tuple(
                replace(c, output_tokens=n) for (c, _), n in zip(pairs, counts, strict=True)
            )
            return completions, usage, "tokenizer"
        if len(pairs) > 1 and usage.output_tokens is not None:
            source = "engine-shared"
        tokens = share(usage.output_tokens, len(pairs))
        thought = share(usage.reasoning_tokens, len(pairs))
        completions = tuple(
            replace(c, output_tokens=n, reasoning_tokens=r)
            for (c, _), n, r in zip(pairs, tokens, thought, strict=True)
        )
        return completions, usage, source

    async def generate(self, request: Request) -> Reply:
        """Run one call; its latency is that of the successful requests."""
        if not self.options["seeded"] or len(request.seeds) == 1:
            return await self._ask(request, request.seeds)
        tasks = [asyncio.ensure_future(self._ask(request, (seed,))) for seed in request.seeds]
        try:
            return _join(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


def _server_words(response: httpx.Response) -> tuple[str, str | None, Usage | None]:
    """An error body's message, its code, and its usage, as far as it has them."""
    try:
        body = response.json()
    except ValueError:
        return response.text[:120].replace("\n", " ").strip(), None, None
    usage = read_usage(body)
    told = usage if usage != Usage() else None
    error = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(error, dict):
        return str(error.get("message", ""))[:300], str(error.get("code")), told
    return str(error)[:300], None, told


def _by_tokenizer(wording: Wording, completion: Completion) -> int:
    """Tokens of a completion's text and thought, counted here."""
    text = (completion.reasoning or "") + completion.text
    return len(wording.tokenizer.encode(text, add_special=False))


def _join(replies: list[Reply]) -> Reply:
    """Several requests of one call as one reply; they ran side by side, or one after another."""
    wasted = [r.wasted for r in replies if r.wasted is not None]
    sources = sorted({r.source for r in replies})
    return Reply(
        completions=tuple(c for r in replies for c in r.completions),
        usage=add_usage([r.usage for r in replies]),
        latency_s=max(r.latency_s for r in replies),
        source=sources[0] if len(sources) == 1 else "+".join(sources),
        retries=sum(r.retries for r in replies),
        wasted=add_usage(wasted) if wasted else None,
    )
