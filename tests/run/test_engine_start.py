"""An engine that cannot start is started once, however many calls wait for it."""

from __future__ import annotations

import asyncio

import pytest

from harness.core import BackendError, ModelSpec
from harness.models.onnx import OnnxBackend


class NoMemory(OnnxBackend):
    """The embedded model on an engine whose start always fails, each waiting its turn."""

    starts = 0

    def __init__(self):
        super().__init__(ModelSpec.parse("onnx:tiny-s"))
        self.lock = asyncio.Lock()

    def _start(self):
        self.starts += 1
        raise BackendError("no memory left", fatal=True)

    async def generate(self, request):
        async with self.lock:
            await asyncio.sleep(0)  # as a real start, it gives others the time to queue up
            return await super().generate(request)


def test_one_start_and_one_message(run):
    backend = NoMemory()
    with pytest.raises(BackendError, match=r"^no memory left$"):
        run(backend, "vote@8:max=20")
    assert backend.starts == 1


def test_a_fatal_error_ends_all_calls_that_have_not_been_made(run, stub):
    backend = stub(fail=lambda _request, _call: BackendError("the key is wrong", fatal=True))
    with pytest.raises(BackendError, match="the key is wrong"):
        run(backend, "vote@8:max=20", concurrency=2)
    assert backend.calls <= 2
