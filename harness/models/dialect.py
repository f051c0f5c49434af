"""The contract of a provider's interface.

A dialect is pure: it turns a request into JSON and JSON into an answer. Sending, waiting and trying
again is `harness.models.server`'s.
"""

from __future__ import annotations

from typing import Any, Protocol

from harness.core import Request
from harness.models.batches import BatchInterface
from harness.models.wire import Answer, Gatherer


class Dialect(Protocol):
    """One provider's interface.

    `seeds`: are seeds sent? `several`: may one request ask for several samples? `streams`: can a
    reply be streamed?
    """

    name: str
    seeds: bool
    several: bool
    streams: bool

    def path(self, *, stream: bool) -> str:
        """What stands behind the base address."""
        ...

    def headers(self, key: str) -> dict[str, str]:
        """The key, where there is one, and what else the interface wants in every request."""
        ...

    def body(self, request: Request, count: int, seed: int, *, stream: bool) -> dict[str, Any]:
        """The request for `count` samples; raises UsageError for what the interface cannot
        be asked at all, BackendError for what this request cannot hold."""
        ...

    def read(self, body: Any) -> Answer:
        """The reply; raises MalformedReplyError when it is none."""
        ...

    def gather(self) -> Gatherer:
        """For one streamed reply."""
        ...

    def batches(self) -> BatchInterface | None:
        """The provider's interface for many requests at once; None where there is none."""
        ...
