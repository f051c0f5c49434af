"""Verifiers in killable worker processes: no response can stall or crash the caller.

    with VerifierPool() as pool:
        verdict = pool.submit(VerifierSpec("math"), "The answer is 7.", problem).result()

Workers are started once and reused; one that runs over its time or memory, or dies, is replaced,
its item becomes `ungraded`, and nothing else in the queue is lost. Plain subprocesses, pipes and
threads: no signal handlers, so it works off the main thread, in async code
(`asyncio.wrap_future`), and inside other people's process pools.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from types import TracebackType
from typing import Any

from harness.core import HarnessError, Problem, Status, UsageError, Verdict, VerifierSpec, registry
from harness.core.origin import is_builtin, where
from harness.verifiers.process import Item, Worker, WorkerGoneError

MAX_CHUNK = 32
_WORTH_A_WORKER = 32  # items waiting for each further worker
_WORTH_A_START = 128  # expected items for each worker that starts before there are any
_CPUS_A_START = 4  # CPUs for each of these: the others may be busy with a model
PATIENCE_S = 1.0  # s; what waits shorter needs no further worker: it takes as long to start


def _said_of(name: str, gone: Exception) -> str:
    """What ended a worker; for a third-party verifier, with its name and location."""
    try:
        kind = registry.find("verifiers", name)
    except HarnessError:
        return str(gone)
    return (
        str(gone)
        if is_builtin(kind)
        else f"the verifier {name!r} ({where(kind, 'verify')}): {gone}"
    )


class VerifierPool:
    """A queue of items judged by up to `workers` processes (default: one per CPU).

    `wall_s` and `cpu_s` bound one item, in seconds; `memory_mb` bounds a worker's private memory.
    A verifier with a `wall_s` of its own (it bounds a program that it runs, such as a prover) gets
    that much time instead; the program's memory and CPU time are the verifier's to bound.
    """

    def __init__(
        self,
        workers: int | None = None,
        *,
        wall_s: float = 10.0,
        cpu_s: float = 4.0,
        memory_mb: int = 1024,
    ) -> None:
        if workers is not None and workers < 1:
            raise UsageError(f"workers must be at least 1, not {workers}")
        self._workers = workers or os.cpu_count() or 1
        self._limits = (wall_s, cpu_s, memory_mb)
        self._reset()
        atexit.register(self.close, cancel=True)

    def _reset(self) -> None:
        self._pid = os.getpid()
        lock = threading.RLock()
        self._changed = threading.Condition(lock)
        self._late = threading.Condition(lock)  # for threads without a worker
        self._queue: deque[Item] = deque()
        self._threads: list[threading.Thread] = []
        self._alive: set[Worker] = set()
        self._ready: float | None = None  # since when there is a worker
        self._loading: set[Worker] = set()  # workers that load verifiers ahead of items
        self._closed = False
        self._cancelled = False

    def expect(self, spec: VerifierSpec, problem: Problem, items: int) -> None:
        """Start workers for items to come: they load while the answers are still awaited.

        A verifier that cannot be loaded is reported by the items that need it.
        """
        if os.getpid() != self._pid:
            self._reset()
        first = Item(spec, "", problem, False, Future(), time.monotonic())
        most = min(self._workers, 1 + (os.cpu_count() or 1) // _CPUS_A_START)
        with self._changed:
            while len(self._threads) < min(most, 1 + items // _WORTH_A_START):
                if self._closed:
                    return
                try:
                    self._add_thread(first)
                except RuntimeError:
                    return  # if there is none, `submit` says so

    def submit(
        self, spec: VerifierSpec, response: str, problem: Problem, *, truncated: bool = False
    ) -> Future[Verdict]:
        """Queue one item. The future raises UsageError if the verifier cannot be built."""
        if os.getpid() != self._pid:
            self._reset()  # forked: the threads and workers stayed with the parent
        item = Item(spec, response, problem, truncated, Future(), time.monotonic())
        with self._changed:
            if self._closed:
                raise HarnessError("the verifier pool is closed")
            self._queue.append(item)
            if len(self._threads) < min(self._workers, self._wanted()):
                try:
                    self._add_thread()
                except RuntimeError as error:
                    if not self._threads:
                        self._queue.remove(item)
                        what = f"the verifier pool cannot start a thread: {error}"
                        raise HarnessError(what) from error
            self._changed.notify()
        return item.future

    def _add_thread(self, expected: Item | None = None) -> None:
        """Start one more thread, whose worker loads for `expected`; may raise RuntimeError."""
        args = (not self._threads, expected)
        thread = threading.Thread(target=self._run, args=args, name="verifier", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _wanted(self) -> int:
        """How many threads the queue is worth: a worker takes longer to start than most answers."""
        return 1 + len(self._queue) // _WORTH_A_WORKER

    def _take(self, *, patient: bool) -> list[Item]:
        """The next chunk for a thread; empty when the pool is closed and drained.

        A patient thread leaves items to the others as long as they do not wait.
        """
        with self._changed:
            while not self._closed and patient and self._in_time():
                self._late.wait(PATIENCE_S)
            while not self._queue and not self._closed:
                self._changed.wait()
            size = max(1, min(MAX_CHUNK, len(self._queue) // max(1, len(self._alive))))
            return [self._queue.popleft() for _ in range(min(size, len(self._queue)))]

    def _in_time(self) -> bool:
        """Whether the workers running or starting will soon reach the next item."""
        if self._ready is None or not self._queue:
            return True
        return time.monotonic() - max(self._queue[0].queued, self._ready) < PATIENCE_S

    def _run(self, first: bool, expected: Item | None) -> None:
        worker = None if expected is None else self._loaded(expected)
        failures = 0
        try:
            while True:
                chunk = self._take(patient=worker is None and not first)
                if not chunk:
                    if self._closed and not self._queue:
                        return
                    continue
                try:
                    worker = worker or self._start()
                    failures = failures + 1 if worker is None else 0
                    gone = self._served(worker, chunk, hopeless=failures >= 3)
                except Exception as error:  # noqa: BLE001 - a defect of ours: those who wait for
                    # these items must hear of it, and the thread is there for the next ones
                    what = f"the verifier pool failed: {type(error).__name__}: {error}"
                    _fail(chunk, HarnessError(what))
                    gone = True
                if gone and worker is not None:
                    dead, worker = worker, None
                    self._discard(dead)
        finally:
            if worker is not None:
                self._discard(worker)

    def _served(self, worker: Worker | None, chunk: list[Item], *, hopeless: bool) -> bool:
        """Judge the items of a chunk that are still wanted, or requeue them; True: worker gone."""
        wanted = [i for i in chunk if i.started or _begins(i.future)]
        for item in wanted:
            item.started = True
        if worker is None:
            self._give_back(wanted, failed=hopeless)
            return False
        return bool(wanted) and not self._judge(worker, wanted)

    def _judge(self, worker: Worker, chunk: list[Item]) -> bool:
        """Run a chunk; False if the worker is gone (items it had not begun are requeued)."""
        waiting = deque(chunk)
        try:
            worker.send(chunk)
            while waiting:
                reply = worker.reply()
                _settle(waiting.popleft(), reply)
        except HarnessError as error:  # a verifier that cannot be handed to a worker
            _fail(waiting, error)
            return False
        except (TypeError, ValueError) as error:
            what = f"the verifier {chunk[0].spec.name!r}: its arguments and the problem"
            _fail(waiting, UsageError(f"{what} must be plain JSON: {error}"))
            return False
        except WorkerGoneError as gone:
            guilty = waiting.popleft()
            if self._cancelled:
                _fail([guilty], HarnessError("the verifier pool was closed"))
            else:
                guilty.future.set_result(_ungraded(_said_of(guilty.spec.name, gone)))
            self._give_back(list(waiting))
            return False
        return True

    def _start(self) -> Worker | None:
        try:
            worker = Worker(*self._limits)
        except (WorkerGoneError, OSError):
            return None
        with self._changed:
            self._alive.add(worker)
            self._ready = self._ready or time.monotonic()
            if self._cancelled:  # while it was starting: `close` has not seen it
                worker.abort()
        return worker

    def _loaded(self, expected: Item) -> Worker | None:
        """A worker that has loaded what an item will need; None if that fails."""
        worker = self._start()
        if worker is None:
            return None
        with self._changed:
            if self._closed and not self._queue:
                worker.abort()
            self._loading.add(worker)
        try:
            worker.load(expected)
        except Exception:  # noqa: BLE001 - the first item that needs it meets it again
            self._discard(worker)
            return None
        finally:
            with self._changed:
                self._loading.discard(worker)
        return worker

    def _discard(self, worker: Worker) -> None:
        with self._changed:
            self._alive.discard(worker)
        with contextlib.suppress(Exception):  # it is given up, whatever becomes of its process
            worker.kill()

    def _give_back(self, items: list[Item], *, failed: bool = False) -> None:
        reason = "verifier workers cannot be started: see the messages above"
        with self._changed:
            if self._cancelled:
                failed, reason = True, "the verifier pool was closed"
            elif not failed:
                self._queue.extendleft(reversed(items))
                self._changed.notify_all()
        if failed:
            _fail(items, HarnessError(reason))

    def close(self, *, cancel: bool = False) -> None:
        """Finish what is queued, then end the workers; with `cancel`, end them at once."""
        atexit.unregister(self.close)
        if os.getpid() != self._pid:
            return
        with self._changed:
            self._closed = True
            if cancel:
                self._cancelled = True
                for item in self._queue:
                    if item.started:
                        _fail([item], HarnessError("the verifier pool was closed"))
                    else:
                        item.future.cancel()
                self._queue.clear()
                for worker in self._alive:
                    worker.abort()
            if not self._queue:  # nobody needs what these load
                for worker in self._loading:
                    worker.abort()
            self._changed.notify_all()
            self._late.notify_all()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> VerifierPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(cancel=kind is not None)


def _ungraded(reason: str) -> Verdict:
    return Verdict(status=Status.UNGRADED, method="pool", warning=3, reason=reason)


def _begins(future: Future[Verdict]) -> bool:
    """Whether a future begins now; False if it was cancelled or already has its answer."""
    return not future.done() and future.set_running_or_notify_cancel()


def _fail(items: Iterable[Item], error: Exception) -> None:
    for item in items:
        if not item.future.done():
            item.future.set_exception(error)


def _settle(item: Item, reply: dict[str, Any]) -> None:
    if "error" in reply:
        item.future.set_exception(UsageError(reply["error"]))
        return
    try:
        fields = reply["verdict"]
        verdict = Verdict(**{**fields, "status": Status(fields["status"])})
    except (KeyError, TypeError, ValueError) as error:  # the worker had checked it
        verdict = _ungraded(f"the verifier's process gave what is no verdict: {error}")
    item.future.set_result(verdict)
