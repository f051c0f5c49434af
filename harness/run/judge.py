"""Judging stored samples by asking a model: `harness eval` and `regrade` with `--judge MODEL`.

The judge's replies are samples of the judge under the versioned prompt of the verifier, and its
calls stand in the ledger of the run that is judged, with the role `judge`. What is stored is not
asked for again.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Mapping

from harness.core import Problem, Prompt, Sampling, VerifierSpec
from harness.core.protocols import Backend
from harness.cost import find_price
from harness.run.grading import Judging
from harness.run.limits import Limits
from harness.run.plan import model_row
from harness.run.progress import Silent
from harness.run.runner import first_error
from harness.run.sampler import ProblemCaller, Session
from harness.store import Store, Writer
from harness.store.identity import model_id
from harness.store.schema import ModelRow
from harness.verifiers.pool import VerifierPool

SAMPLING = Sampling(max_tokens=1024)
"""Greedy; room for a few thoughts before the verdict."""
_SEED = 0

Questions = Mapping[tuple[str, Prompt], tuple[VerifierSpec, Problem]]
"""(run that pays, what is asked) -> what is judged."""


def ask_judge(
    store: Store, pool: VerifierPool, backend: Backend, questions: Questions
) -> dict[tuple[str, Prompt], str]:
    """The judge's replies; raises what the backend raises. What came until then is stored."""
    return asyncio.run(_ask(store, pool, backend, questions))


async def _ask(
    store: Store, pool: VerifierPool, backend: Backend, questions: Questions
) -> dict[tuple[str, Prompt], str]:
    info = backend.info
    writer = Writer(store)
    session = Session(
        backend=backend,
        store=store,
        writer=writer,
        observer=Silent(),
        limits=Limits(None, None, None),
        slots=asyncio.Semaphore(info.concurrency),
        model_id=model_id(info.fingerprint),
        seed=_SEED,
        max_output_tokens=SAMPLING.max_tokens,
        price=find_price(info.name, datetime.datetime.now(datetime.UTC).date()),
    )

    async def one(run_id: str, prompt: Prompt, spec: VerifierSpec, problem: Problem) -> str:
        caller = ProblemCaller(session, prompt, Judging(pool, spec, problem))
        caller.start(run_id)
        [draw] = await caller.sample([0], SAMPLING, role="judge")
        return draw.text

    try:
        writer.put([(ModelRow, model_row(info))])
        writer.flush()
        async with asyncio.TaskGroup() as group:
            tasks = {key: group.create_task(one(*key, *what)) for key, what in questions.items()}
    except BaseExceptionGroup as errors:
        raise first_error(errors) from None
    finally:
        writer.close()
        await backend.close()
    if writer.error is not None:
        raise writer.error
    return {key: task.result() for key, task in tasks.items()}
