"""Every other provider, through the package any-llm-sdk: `any-llm:PROVIDER/NAME[@URL]`.

The extra `any-llm` installs it. It translates to and from Chat Completions and calls each
provider's own SDK, whose retries are switched off if possible (retries are decided
here). Not everything survives the translation: raw fields are lost, token counts and
reasoning are whatever the library passes on, and nothing is streamed. If a provider has its own
adapter in this package, use that instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.core import (
    EFFORTS,
    BackendError,
    Capabilities,
    MissingExtraError,
    ModelSpec,
    UsageError,
)
from harness.models.http import Http
from harness.models.openai_chat import Chat
from harness.models.options import Object, option, read_options
from harness.models.refusals import RefusedError, advise
from harness.models.retry import PASSING, PassingError
from harness.models.server import ServerBackend
from harness.models.server_options import (
    Place,
    ServerOptions,
    named_efforts,
)
from harness.models.wire import Answer, Came, MalformedReplyError


@dataclass(frozen=True, kw_only=True)
class AnyLlmOptions(ServerOptions):
    """The options of `any-llm:`."""

    client: Object = option({}, "arguments of the provider's own client, passed to any-llm")


class AnyLlmBackend(ServerBackend):
    """`any-llm:PROVIDER/NAME`."""

    options_class = AnyLlmOptions
    options: AnyLlmOptions

    def __init__(self, spec: ModelSpec, **tests: Any) -> None:
        """Parse the arguments; the library is imported by the first `generate`."""
        options = read_options(AnyLlmOptions, spec)
        self._provider, slash, model = spec.name.partition("/")
        if not slash or not model:
            raise UsageError(
                f"{spec}: write any-llm:PROVIDER/NAME, such as any-llm:mistral/mistral-small"
            )
        super().__init__(
            spec,
            options,
            Chat(model=model, several=False, streams=False),
            Place(
                url=spec.url or f"any-llm:{self._provider}",
                key_env=f"{self._provider.upper()}_API_KEY",
                key_needed=False,  # the library knows the providers' variables
            ),
            Capabilities(
                efforts=named_efforts(options.efforts, EFFORTS),
                thinking=(),
                seeds=False,
                advice="any-llm has no thinking budget in tokens: effort@low sets a "
                "named level, ask@n puts the request into the prompt",
            ),
            **tests,
        )
        self._client: Any = None

    def _ready(self) -> Any:
        if self._client is not None:
            return self._client
        try:
            from any_llm import AnyLLM
        except ImportError as error:
            raise MissingExtraError("the any-llm backend", "any_llm", "any-llm") from error
        import os

        given: dict[str, Any] = {
            "api_key": os.environ.get(self._key_env) or None,
            "api_base": self._spec.url,
            "unified_exceptions": True,
        }
        try:
            try:
                client = AnyLLM.create(
                    self._provider, **{"max_retries": 0, **given, **self.options.client}
                )
            except TypeError:  # a client without that argument
                client = AnyLLM.create(self._provider, **given, **self.options.client)
                self.notes.append(
                    f"{self._spec}: this provider's client decides by itself whether to retry"
                )
        except Exception as error:  # no such provider, no key, its SDK missing: own exceptions
            raise BackendError(f"{self._spec}: {error}", fatal=True) from error
        self._client = client
        return client

    @property
    def batches(self) -> None:
        """It has none."""
        return

    async def _attempt(self, body: Mapping[str, Any], http: Http) -> tuple[Answer, Came]:
        """One call of the library; its errors converted to ours."""
        client = self._ready()
        try:
            completion = await client.acompletion(**body)
        except Exception as error:  # the library wraps only some errors of its SDKs
            raise self._fault(error, body) from error
        came = Came(200, {}, json=completion.model_dump())
        try:
            return self.dialect.read(came.json), came
        except MalformedReplyError as error:
            raise PassingError(f"{self._spec}: {error}", wasted=error.usage) from error

    def _fault(self, error: Exception, body: Mapping[str, Any]) -> Exception:
        """The error for an exception of the library."""
        from any_llm import exceptions

        words = self._say(f"{self._spec}: {type(error).__name__}: {error}")
        status = getattr(error, "status_code", None)
        passing = (
            exceptions.RateLimitError,
            exceptions.ProviderError,
            exceptions.UpstreamProviderError,
            exceptions.GatewayTimeoutError,
        )
        if isinstance(error, exceptions.AuthenticationError | exceptions.MissingApiKeyError):
            return BackendError(f"{words}. Check the key in {self._key_env}", fatal=True)
        if isinstance(error, exceptions.ModelNotFoundError | exceptions.InsufficientFundsError):
            return BackendError(words, fatal=True)
        if status in PASSING or (status is None and isinstance(error, (*passing, OSError))):
            wait = getattr(error, "retry_after", None)
            came = Came(status or 0, {})
            return PassingError(words, wait=_seconds(wait), came=came)
        advice = advise(str(error), getattr(error, "param", None), body)
        return RefusedError(advice.behind(words), str(error), **advice.values)

    async def close(self) -> None:
        """Release the client."""
        self._client = None
        await super().close()


def _seconds(value: Any) -> float | None:
    try:
        return max(0.0, float(value))
    except (TypeError, ValueError):
        return None
