"""Batches stay full: searches beside plain sampling on an engine that counts its own steps."""

from __future__ import annotations

import asyncio
import dataclasses
import sys

import pytest

ROWS = 16
_SETTLED = 20  # turns of the event loop without a new call: nobody has more to ask


def stepping():
    """A class: the stub as an engine with continuous batching, in steps instead of seconds."""

    class Stepping(sys.modules["harness_stub"].StubBackend):
        steps = 0
        rows = None

        @property
        def info(self):
            return dataclasses.replace(super().info, concurrency=ROWS)

        async def generate(self, request):
            reply = await super().generate(request)
            done = asyncio.get_running_loop().create_future()
            self.rows = self.rows if self.rows is not None else []
            # One step for the prompt, and steps of uneven length, so that problems drift apart.
            tokens = reply.usage.output_tokens + 1 + request.seeds[0] % 20
            if not self.rows:
                self.driver = asyncio.create_task(self._drive())
            self.rows.append([tokens, done])
            await done
            return reply

        async def _drive(self):
            while self.rows:
                calls, quiet = self.calls, 0
                while quiet < _SETTLED:
                    await asyncio.sleep(0)
                    quiet, calls = (quiet + 1 if calls == self.calls else 0), self.calls
                self.steps += 1
                for row in self.rows:
                    row[0] -= 1
                for _, done in [row for row in self.rows if row[0] <= 0]:
                    done.set_result(None)
                self.rows = [row for row in self.rows if row[0] > 0]

    return Stepping


@pytest.mark.parametrize(
    "search",
    ["beam@8x4", *(pytest.param(b, marks=pytest.mark.slow) for b in ("lookahead@8x4+1", "mcts@8"))],
)
def test_searches_fill_the_engine_as_plain_sampling_does(run, counting, search):
    """20 problems: rows a step, over those of plain sampling; the tails of both are in it."""
    plain, searching = stepping()(lines=5), stepping()(lines=5)
    run(plain, "sample@8", limit=20, db="plain.sqlite")
    run(searching, f"{search}:reward=counting", limit=20, db="search.sqlite")

    def fill(engine):
        work = sum(
            c.output_tokens + 1 + r.seeds[0] % 20
            for r, c in zip(engine.requests, engine.completions, strict=True)
        )
        return work / engine.steps

    assert fill(plain) <= ROWS
    assert fill(searching) >= 0.9 * fill(plain)
