"""Awaiting third-party coroutines: exceptions name their place, and there is a time limit.

`asyncio.timeout` stops a coroutine that waits. Code that computes or sleeps between two awaits
blocks the event loop, timeouts included, so each step is watched too (`harness.core.watch`).
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from typing import Any

from harness.core import watch
from harness.core.errors import HarnessError, PluginError
from harness.core.origin import blamed, describe, fault, is_from_outside, misfit, where


async def awaited(what: str, plugin: Any, method: str, call: Callable[[], Any]) -> Any:
    """Await the coroutine that `call` makes; PluginError if it fails or does not end."""
    with blamed(what, plugin):
        coroutine = call()
    if not inspect.isawaitable(coroutine):
        got, wanted = f"gave {describe(coroutine)}", "a coroutine (`async def` with `return`)"
        raise misfit(what, plugin, method, got, wanted)
    async with in_time(what, plugin, method):
        return await Steps(what, plugin, coroutine, watch.AWAITED)


@asynccontextmanager
async def in_time(what: str, plugin: Any, method: str) -> AsyncIterator[asyncio.Timeout]:
    """Stops a block that waits for longer than `watch.AWAITED`; the limit can be rescheduled.

    A block that swallows its cancellation and waits again ends the process if that is allowed.
    """
    said = f"{what} ({where(plugin, method)}): {method}: {watch.AWAITED.passed()}"
    looks: list[asyncio.TimerHandle] = []
    loop = asyncio.get_running_loop()

    def look() -> None:
        if limit.expired():
            watch.end_process(said)
        looks[:] = [loop.call_later(watch.GRACE_S, look)]

    try:
        async with asyncio.timeout(watch.AWAITED.seconds()) as limit:
            looks.append(loop.call_later(watch.AWAITED.seconds() + watch.GRACE_S, look))
            yield limit
    except HarnessError:
        raise
    except TimeoutError as error:
        if not limit.expired():
            raise fault(what, plugin, error) from error
        raise PluginError(said, exit_code=1) from error
    except BaseException as error:
        task = asyncio.current_task()
        cancelled = task is not None and task.cancelling()
        own = isinstance(error, asyncio.CancelledError) and not cancelled
        if is_from_outside(error) and not own:
            raise
        raise fault(what, plugin, error) from error
    finally:
        for one in looks:
            one.cancel()


class Steps:
    """An awaitable, with a time limit from each of its awaits to the next."""

    def __init__(self, what: str, plugin: Any, call: Awaitable[Any], limit: watch.Limit) -> None:
        self._what, self._plugin, self._call, self._limit = what, plugin, call, limit

    def __await__(self) -> Generator[Any, Any, Any]:
        with blamed(self._what, self._plugin):
            steps: Any = self._call.__await__()
        sent: Any = None
        thrown: BaseException | None = None
        while True:
            with blamed(self._what, self._plugin, self._limit):
                try:
                    if thrown is not None:
                        waits_for = _throw(steps, thrown)
                    else:
                        waits_for = steps.send(sent) if hasattr(steps, "send") else next(steps)
                except StopIteration as over:
                    return over.value
            thrown = None
            try:
                sent = yield waits_for
            except BaseException as error:  # noqa: BLE001 - passed on to the coroutine
                thrown = error


def _throw(steps: Any, error: BaseException) -> Any:
    if not hasattr(steps, "throw"):
        raise error
    return steps.throw(error)
