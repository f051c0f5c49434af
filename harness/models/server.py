"""A model behind a server: what all providers have in common, whatever their API.

One request per sample (or one for several, if the API and the user allow it), retried after
transient errors, and never retried by a lower layer. Seeds: if the API has them, each
sample's request carries its own.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from harness.core import (
    BackendError,
    Capabilities,
    ContextError,
    ModelInfo,
    ModelSpec,
    Origin,
    Prompt,
    Reply,
    Request,
    ThinkMarks,
    Usage,
    UsageError,
)
from harness.core.errors import backend_options
from harness.core.hashing import canonical_json, content_hash
from harness.models.batches import BatchDesk
from harness.models.bodies import merged_with, shape, without
from harness.models.counting import Counted, Counter, join_replies
from harness.models.dialect import Dialect
from harness.models.folder import ModelFolder
from harness.models.frame import Frame
from harness.models.http import Http
from harness.models.marks import find_marks
from harness.models.refusals import Gate, RefusedError, advise, fills_context, read_error
from harness.models.retry import PASSING, PassingError, Patience, asked_wait
from harness.models.server_options import Place, ServerOptions, addresses, find_tokenizer
from harness.models.traffic import MOST, Traffic
from harness.models.wire import Answer, Came, MalformedReplyError, Upload, add_usage
from harness.models.wording import Wording

GENEROUS, OWN = 32_000, 16_384
"""Default tokens of one completion, including thinking: at a provider's own URL, where all models
that think support so many, and at other URLs, where prompt and completion share a context."""


class ServerBackend:
    """Calls one model at one server, through one API."""

    def __init__(
        self,
        spec: ModelSpec,
        options: ServerOptions,
        dialect: Dialect,
        place: Place,
        can: Capabilities,
        *,
        seeded: bool = True,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: Patience | None = None,
    ) -> None:
        """Nothing is sent before `generate`. `sleep` and `patience` are for tests."""
        self.options, self.dialect = options, dialect
        urls = addresses(place.url, options.urls)
        self.url, self.notes = urls[0], list[str]()
        self._spec = spec
        self._key_env, self._key_needed = options.api_key_env or place.key_env, place.key_needed
        self._ending = place.ending
        self._seeded = seeded or not dialect.several
        self._stream = dialect.streams and (
            place.stream if options.stream is None else options.stream
        )
        self._sleep = sleep
        self._gate = Gate()
        self._origins: dict[Origin, int] = {}
        self._patience = patience or Patience(retries=options.retries)
        self._traffic = Traffic(
            urls,
            options.timeout,
            rpm=options.rpm,
            tpm=options.tpm,
            max_concurrency=options.max_concurrency,
            clock=self._patience.clock,
        )
        if options.concurrency is not None:
            self._traffic.keep(options.concurrency)
        folder = find_tokenizer(options.tokenizer)
        added = folder.tokenizer.added if folder else frozenset()
        marks = find_marks(options.think_start, options.think_end, added)
        self.frame = Frame(options.system, options.prompt_template)
        self.wording: Wording | None = None
        if folder is not None:
            self.wording = Wording(folder, marks, options.date, options.template, self.frame)
        self._counter = Counter(self.wording)
        self.info = self._describe(folder, marks, can)

    def _describe(
        self, folder: ModelFolder | None, marks: ThinkMarks | None, can: Capabilities
    ) -> ModelInfo:
        options = self.options
        known = [options.context, folder.context if folder else None]
        limits = [c for c in known if c is not None]
        return ModelInfo(
            spec=str(self._spec),
            name=self._spec.name,
            fingerprint=content_hash(
                "model",
                self._spec.backend,
                self._spec.name,
                self.url,
                options.affecting_output(),
            ),
            remote=True,
            think=marks,
            context=min(limits, default=None),
            parameters=options.parameters or (folder.parameters if folder else None),
            active_parameters=options.active_parameters
            or (folder.active_parameters if folder else None),
            layers=folder.config.get("num_hidden_layers") if folder else None,
            width=folder.config.get("hidden_size") if folder else None,
            prompt_once=not self._seeded,
            concurrency=options.concurrency or options.max_concurrency or MOST,
            output_limit=self._usual_limit(folder, min(limits, default=None)),
            label=options.display_name,
            can=can,
            extra={
                "engine": self._spec.backend,
                "url": self.url,
                "args": dict(self._spec.args),
                **options.card(),
            },
        )

    def _usual_limit(self, folder: ModelFolder | None, context: int | None) -> int:
        stated = None if folder is None else folder.generation_config.get("max_new_tokens")
        if isinstance(stated, int) and not isinstance(stated, bool) and stated > 0:
            return stated
        if self._key_needed:
            return GENEROUS
        return OWN if context is None else max(1, min(OWN, context // 2))

    # Building requests

    def render(self, prompt: Prompt, prefix: str = "") -> str:
        """Canonical JSON of the messages, which identifies the prompt in the store."""
        if prompt.plain:
            raise UsageError(
                f"{self._spec}: the chat API takes messages, and this task's prompt is a plain "
                "text to continue: use openai: with {model_args.api}",
                **backend_options(api="completions"),
            )
        messages = [
            {"role": m.role, "content": m.content} for m in self.frame.around(prompt).messages
        ]
        if prefix:
            messages.append({"role": "assistant", "content": prefix})
        return canonical_json(messages)

    def count_tokens(self, rendered: str) -> int | None:
        """None: the server's template is unknown here."""
        return None

    def _body(
        self, request: Request, count: int, seed: int, *, stream: bool | None = None
    ) -> dict[str, Any]:
        stream = self._stream if stream is None else stream
        return self.merged(self.dialect.body(self._framed(request), count, seed, stream=stream))

    def merged(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A body as the user's options `drop` and `extra` would have it."""
        return merged_with(without(body, self.options.drop), self.options.extra)

    def _framed(self, request: Request) -> Request:
        return replace(request, prompt=self.frame.around(request.prompt))

    # Sending requests

    def _headers(self) -> dict[str, str]:
        key = os.environ.get(self._key_env, "")
        if not key and self._key_needed:
            where = f"{self._spec.backend}:{self._spec.name}@http://HOST:PORT"
            raise BackendError(
                f"{self._spec}: no key: set {self._key_env}, or write {where}", fatal=True
            )
        return self.dialect.headers(key)

    async def _attempt(self, body: Mapping[str, Any], http: Http) -> tuple[Answer, Came]:
        """One request; raises PassingError, RefusedError or BackendError."""
        gatherer = self.dialect.gather() if self._stream else None
        path = self.dialect.path(stream=self._stream)
        try:
            came = await http.post(path, body, self._headers(), gatherer)
            if came.error is not None:
                raise self._broken_off(came, http.shown)
            if came.status != 200:
                raise self._refusal(came, body, http.shown)
            if came.json is None:
                start = came.text[:80].replace("\n", " ")
                raise PassingError(f"{http.shown}: the reply is not JSON: {start!r}")
            return self.dialect.read(came.json), came
        except MalformedReplyError as error:
            raise PassingError(f"{http.shown}: {error}", wasted=error.usage) from error

    def _say(self, text: str) -> str:
        """The text without the key, which some servers repeat."""
        key = os.environ.get(self._key_env, "")
        return text.replace(key, "…") if len(key) > 4 else text

    def _broken_off(self, came: Came, url: str) -> Exception:
        """The error for an error event within a stream."""
        said = read_error("", came.error)
        words = self._say(f"{url} interrupted the reply: {said.message or said.code}")
        if "invalid" in said.code:
            return RefusedError(words, said.message)
        wait = asked_wait(came.headers, came.error, self._patience.now())
        return PassingError(words, wait=wait, came=came)

    def _refusal(self, came: Came, body: Mapping[str, Any], url: str) -> Exception:
        """The error for an HTTP error status."""
        status, said = came.status, read_error(came.text, came.json)
        message = self._say(said.message)
        words = f"{url} answered {status}{': ' + message if message else ''}"
        if said.code == "insufficient_quota" or status == 402:
            return BackendError(f"{words}. The account has no credit left", fatal=True)
        if status in PASSING:
            wait = asked_wait(came.headers, came.json, self._patience.now())
            return PassingError(words, wait=wait, wasted=self._used(came.json), came=came)
        hints = {
            401: f"check the key in {self._key_env}",
            403: f"the key in {self._key_env} may not use this model",
            404: f"no model {self._spec.name!r} there, or another path: the URL "
            f"usually ends in {self._ending}",
        }
        if status in hints:
            return BackendError(f"{words}. {hints[status]}", fatal=True)
        if 300 <= status < 400:
            return BackendError(words, fatal=True)
        if fills_context(said.message):
            return ContextError(words)
        advice = advise(said.message, said.field, body)
        return RefusedError(advice.behind(words), said.message, **advice.values)

    def _used(self, body: Any) -> Usage | None:
        """What a failed attempt used, if its body says so."""
        try:
            self.dialect.read(body)
        except MalformedReplyError as error:
            return error.usage
        return None

    async def _patiently(
        self, body: Mapping[str, Any], request: Request, count: int
    ) -> tuple[Answer, Came, int, list[Usage], float]:
        """Retry until there is an answer: it, failed attempts, what they wasted, seconds."""
        wasted: list[Usage] = []
        failed, moved = 0, 0
        size = sum(len(m.content) for m in request.prompt.messages) + len(request.prefix)
        while True:
            ticket = await self._traffic.enter(request, size, count)
            began = time.perf_counter()
            try:
                answer, came = await self._attempt(body, ticket.lane.http)
            except PassingError as error:
                failed += 1
                wasted += [error.wasted] if error.wasted else []
                self._traffic.failed(ticket, error)
                if error.broken and self._traffic.elsewhere(ticket):
                    moved += 1  # that URL is skipped; no need to wait
                    continue
                wait = self._patience.wait(failed - moved, error)
            else:
                seconds = time.perf_counter() - began
                self._traffic.good(ticket, came, answer.usage)
                return answer, came, failed, wasted, seconds
            finally:
                self._traffic.leave(ticket)
            await self._sleep(wait)
            self._traffic.rested(ticket)

    # Reading replies

    async def _ask(self, request: Request, seeds: tuple[int, ...]) -> Reply:
        """One request for `len(seeds)` samples; requests again those that the server omits."""
        body = self._body(request, len(seeds), seeds[0])
        try:
            async with self._gate.passing(shape(body, request)):
                answer, came, retries, wasted, seconds = await self._patiently(
                    body, request, len(seeds)
                )
        except RefusedError as error:
            raise error.failed() from error
        self._meet(answer.origin)
        completions, usage, source = self._counted(answer, request, len(seeds))
        reply = Reply(
            completions=completions,
            usage=usage,
            latency_s=seconds,
            source=source,
            retries=retries,
            wasted=add_usage(wasted) if wasted else None,
            first_token_s=came.first_token_s,
            origin=answer.origin,
        )
        rest = seeds[len(completions) :]
        if not rest:
            return reply
        self._seeded = self._seeded or len(completions) == 1  # the server ignores n
        return join_replies([reply, await self._each(request, rest)])

    async def _each(self, request: Request, seeds: tuple[int, ...]) -> Reply:
        """A request per sample, or one for all of them."""
        if not self._seeded or len(seeds) == 1:
            return await self._ask(request, seeds)
        tasks = [asyncio.ensure_future(self._ask(request, (seed,))) for seed in seeds]
        try:
            return join_replies(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()

    def _counted(self, answer: Answer, request: Request, wanted: int) -> Counted:
        """The completions with their tokens, the usage, and who counted."""
        return self._counter.count(answer, wanted)

    def _meet(self, origin: Origin) -> None:
        """Record who answers; a change during the run is reported once for each newcomer."""
        if origin in self._origins or origin == Origin():
            self._origins[origin] = self._origins.get(origin, 0) + 1
            return
        self._origins[origin] = 1
        others = [o for o in self._origins if o not in (origin, Origin())]
        if others:
            self.notes.append(
                f"{self._spec}: the model moved during this run: answers came from "
                f"{others[-1]}, and then from {origin}"
            )

    async def generate(self, request: Request) -> Reply:
        """Run one call; its latency is that of the successful requests."""
        return await self._each(request, request.seeds)

    # Batches

    @property
    def batches(self) -> BatchDesk | None:
        """The provider's batch API; None if there is none."""
        interface = self.dialect.batches()
        if interface is None:
            return None
        return BatchDesk(interface, self._batch_body, self._batch_reply, self._send)

    def _batch_body(self, request: Request) -> dict[str, Any]:
        return self._body(request, len(request.seeds), request.seeds[0], stream=False)

    def _batch_reply(self, body: Any, request: Request) -> Reply:
        """Raises MalformedReplyError for a body that is not a complete reply."""
        answer, wanted = self.dialect.read(body), len(request.seeds)
        if len(answer.completions) < wanted:
            raise MalformedReplyError(f"{len(answer.completions)} samples for {wanted}")
        self._meet(answer.origin)
        completions, usage, source = self._counted(answer, request, wanted)
        return Reply(
            completions=completions,
            usage=usage,
            latency_s=None,
            source=source,
            origin=answer.origin,
        )

    async def _send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        upload: Upload | None = None,
        unless: Callable[[], Awaitable[str | None]] | None = None,
    ) -> str:
        """See `harness.models.batches.Send`."""
        http, failed = self._traffic.lanes[0].http, 0
        while True:
            try:
                came = await http.send(method, path, self._headers(), body=body, upload=upload)
                if came.status == 200:
                    return came.text
                raise self._refusal(came, {}, http.shown)
            except RefusedError as error:
                raise BackendError(str(error), fatal=True) from error
            except PassingError as error:
                failed += 1
                await self._sleep(self._patience.wait(failed, error))
                if unless is not None and not error.dead and (found := await unless()):
                    return found

    async def close(self) -> None:
        """Close the connections."""
        await self._traffic.close()

    def keep_in_flight(self, requests: int) -> None:
        """Set by a command with a number: so many from the start, without adapting."""
        self._traffic.keep(requests)
