"""Having a prompt's choices read: one call and one sample a problem, stored and booked as others.

The sample's text is JSON, a line a choice (`harness.core.likelihood`); its prompt tokens are those
of all choices, each read behind its context, and it has no output tokens.
"""

from __future__ import annotations

import math

from harness.core import BackendError, Finish, Measured, Prompt, Sample, Usage
from harness.core.likelihood import write_measures
from harness.core.protocols import Reader
from harness.run.asks import Rendered
from harness.run.session import ProblemLedger, Session
from harness.store.identity import Asked, sample_id
from harness.store.records import call_row, sample_row

SAMPLING_KEY = "likelihood"
"""The sampling parameters of a reading are {"likelihood": its choices}, with "begin" if there is
one."""


async def read_choices(session: Session, ledger: ProblemLedger, rendered: Rendered) -> Sample:
    """The likelihoods of the choices of a prompt, from the store or read now."""
    prompt = rendered.prompt
    choices = [choice.to_json() for choice in prompt.choices]
    begun = {"begin": prompt.begin} if prompt.begin else {}
    sampling = {SAMPLING_KEY: choices, **begun}
    asked = Asked(session.model_id, rendered.id, "", sampling, None, 0)
    name = sample_id(asked.trace, None)
    ledger.note([name])
    known = session.readings.get(asked.trace)  # another task may ask for the same
    if known is None:
        known = next(iter(session.find([asked.trace])[asked.trace]), None)
    if known is not None:
        return known
    measured, joules = await _measured(session, prompt, rendered.text)
    usage = measured.reply.usage
    sample = Sample(
        id=name,
        trace=asked.trace,
        text=write_measures(prompt.choices, measured.likelihoods),
        finish=Finish.STOP,
        prompt_tokens=usage.prompt_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=0,
    )
    call = ledger.call([name], "generator", measured.reply, joules)
    rows = [*ledger.prompt_rows(rendered), call_row(call)]
    session.put([*rows, sample_row(sample, asked, call=call.id)])
    session.observer.called(usage, 1)
    session.readings[asked.trace] = sample
    return sample


async def _measured(session: Session, prompt: Prompt, text: str) -> tuple[Measured, float | None]:
    """One call, within the command's limits; also the joules that it drew."""
    backend = session.backend
    if session.fatal is not None:
        raise session.fatal
    if not isinstance(backend, Reader):  # its `info` says otherwise, which the plan has looked at
        raise BackendError(f"{backend.info.spec} has no method `likelihood`", fatal=True)
    # A token is at least one byte, so the texts' length bounds what the model reads.
    whole = text + prompt.begin
    most = sum(
        len(((whole if c.context is None else c.context) + c.text).encode()) + 1
        for c in prompt.choices
    )
    async with session.slots:
        reserved = await session.limits.reserve(most, 0)
        usage: Usage | None = None
        began = session.energy.begin()
        try:
            measured = await backend.likelihood(prompt)
            usage = measured.reply.usage
        except BackendError as error:
            if error.fatal:
                session.fatal = error
            raise
        finally:
            joules = session.energy.end(began)
            await session.limits.settle(reserved, usage)
    _check(backend.info.spec, prompt, measured)
    return measured, joules


def _check(model: str, prompt: Prompt, measured: Measured) -> None:
    """BackendError unless there is one figure a choice, each a log-probability."""
    found, wanted = measured.likelihoods, len(prompt.choices)
    if len(found) != wanted:
        raise BackendError(f"{model} gave {len(found)} log-likelihoods for {wanted} choices")
    for one, choice in zip(found, prompt.choices, strict=True):
        if math.isnan(one.logprob) or one.logprob > 1e-6:
            raise BackendError(
                f"{model} gave {one.logprob} as the log-likelihood of {choice.text[:40]!r}"
            )
