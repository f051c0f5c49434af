"""Running asynchronous work from synchronous code, including notebooks."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_LOOK_EVERY_S = 0.05


def block_on(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The coroutine's result. An interrupt cancels it at once, and is raised when it has ended.

    If an event loop is already running (a notebook's), the work gets its own loop in another
    thread, and the caller waits for it here.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(_with_threads(make))
    return _OtherThread(make).result()


class _Threads(ThreadPoolExecutor):
    """Threads that the closing loop does not wait for: a backend's may never finish."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=False, cancel_futures=cancel_futures)


async def _with_threads(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    asyncio.get_running_loop().set_default_executor(_Threads())
    return await make()


class _OtherThread(Generic[T]):
    """A coroutine with its own thread and event loop."""

    def __init__(self, make: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._make = make
        self._begun, self._ended = threading.Event(), threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._results: list[T] = []
        self._errors: list[BaseException] = []
        # Output of a notebook's threads goes where the context says.
        context = contextvars.copy_context()
        # A daemon thread: after a second interrupt nobody waits for it any more.
        self._thread = threading.Thread(
            target=context.run, args=(self._run,), name="harness", daemon=True
        )

    def _run(self) -> None:
        try:
            self._results.append(asyncio.run(_with_threads(self._main)))
        except BaseException as error:  # noqa: BLE001 - handed to the calling thread
            self._errors.append(error)
        finally:
            self._begun.set()
            self._ended.set()

    async def _main(self) -> T:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self._begun.set()
        return await self._make()

    def result(self) -> T:
        """Wait for it; an interrupt of the waiting thread, or the end of its task, cancels it."""
        waiting = asyncio.current_task()
        self._thread.start()
        try:
            # An event, because a thread's own `join`, once interrupted, may consider it finished.
            while not self._ended.wait(_LOOK_EVERY_S):
                if waiting is not None and waiting.cancelling():
                    self._cancel()
        except BaseException:
            self._cancel()
            self._ended.wait()
            raise
        self._thread.join()
        if self._errors:
            raise self._errors[0]
        return self._results[0]

    def _cancel(self) -> None:
        self._begun.wait()
        if self._loop is not None and self._task is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._task.cancel)
