"""The contract of a provider's interface.

A dialect is pure: it turns a request into JSON and JSON into an answer. Sending, waiting and
retrying is done by `harness.models.server`.
"""

from __future__ import annotations

from typing import Any, Protocol

from harness.core import Request
from harness.models.batches import BatchInterface
from harness.models.wire import Answer, Gatherer


class Dialect(Protocol):
    """One provider's interface.

    `seeds`: whether seeds are sent. `several`: whether one request may ask for several samples.
    `streams`: whether a reply can be streamed.
    """

    name: str
    seeds: bool
    several: bool
    streams: bool

    def path(self, *, stream: bool) -> str:
        """The path after the base URL."""
        ...

    def headers(self, key: str) -> dict[str, str]:
        """The key, if there is one, and whatever else the API requires in every request."""
        ...

    def body(self, request: Request, count: int, seed: int, *, stream: bool) -> dict[str, Any]:
        """The request for `count` samples; raises UsageError for what the API cannot
        do at all, BackendError for what this request cannot contain."""
        ...

    def read(self, body: Any) -> Answer:
        """The reply; raises MalformedReplyError if it is invalid."""
        ...

    def gather(self) -> Gatherer:
        """Assembles one streamed reply."""
        ...

    def batches(self) -> BatchInterface | None:
        """The provider's batch API; None if there is none."""
        ...
