"""Grading the responses to one problem."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future

from harness.core import Problem, Verdict, VerifierSpec
from harness.verifiers.pool import VerifierPool

Text = tuple[str, bool]
"""A response, and whether the token limit cut it."""


class Grader:
    """Grades the responses to one problem in the pool of workers.

    Equal texts are graded once, because verifiers are pure.
    """

    def __init__(self, pool: VerifierPool, spec: VerifierSpec, problem: Problem) -> None:
        self.problem = problem
        self._pool, self._spec = pool, spec
        self._asked: dict[tuple[str, Text], Future[Verdict]] = {}

    async def grade(self, texts: Sequence[Text], spec: VerifierSpec | None = None) -> list[Verdict]:
        """A verdict for each text, by the task's verifier or another one."""
        futures = [self._submit(text, spec or self._spec) for text in texts]
        await _all(list({id(future): future for future in futures}.values()))
        return [future.result() for future in futures]

    def _submit(self, text: Text, spec: VerifierSpec) -> Future[Verdict]:
        key = (repr(spec), text)
        if key not in self._asked:
            self._asked[key] = self._pool.submit(spec, text[0], self.problem, truncated=text[1])
        return self._asked[key]


async def _all(futures: Sequence[Future[Verdict]]) -> None:
    """Wait for all of them; the loop is woken once, not once for each."""
    if not futures:
        return
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    left, lock = len(futures), threading.Lock()

    def end() -> None:
        if not over.done():
            over.set_result(None)

    def count(_future: Future[Verdict]) -> None:
        nonlocal left
        with lock:
            left -= 1
            last = left == 0
        if last and not loop.is_closed():
            loop.call_soon_threadsafe(end)

    for future in futures:
        future.add_done_callback(count)
    await over
