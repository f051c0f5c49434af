"""Requesting a sample from a model even if it is stored: what would it answer today?"""

from __future__ import annotations

from dataclasses import replace

from harness.core import Prompt, Reply, Sample, Sampling
from harness.cost import price
from harness.run.asks import Ask, Rendered
from harness.run.session import Session, said_of_itself
from harness.store.identity import Asked, prompt_id, sample_digest, sample_id
from harness.store.records import Call, call_row, now, prompt_row, sample_row


def digest_of(sample: Sample) -> str:
    """The hash of a reply, as the store keeps it."""
    return sample_digest(sample.text, sample.reasoning, sample.finish, sample.output_tokens)


def ask_for(session: Session, prompt: Prompt, sampling: Sampling, prefix: str) -> Ask:
    """One round of samples of a prompt."""
    backend = session.backend
    text = backend.render(prompt)
    rendered = Rendered(prompt, text, prompt_id(text), backend.count_tokens(text))
    return Ask(
        model=session.model_id,
        seed=session.seed,
        prompt=rendered,
        sampling=sampling,
        prefix=prefix,
        prompt_tokens=backend.count_tokens(backend.render(prompt, prefix)),
        role="generator",
    )


def named_by(ask: Ask, index: int, seed: int) -> Asked:
    """A request with its own seed; its trace identifies the sample."""
    return Asked(ask.model, ask.prompt.id, ask.prefix, ask.sampling.to_json(), seed, index)


async def ask_again(
    session: Session, ask: Ask, index: int, seed: int, payer: str
) -> tuple[Sample, Reply]:
    """One request, booked on the run `payer`, for a sample of `seed` that may already be stored.

    It is recorded in the ledger like every call; a sample that was stored before is kept.
    """
    request = replace(ask.request([index]), seeds=(seed,))
    named = named_by(ask, index, seed)
    async with session.slots:
        reserved = await session.limits.reserve(ask.most_prompt_tokens, ask.max_tokens)
        usage = None
        try:
            reply = await session.generate(request, [sample_id(named.trace, ask.max_tokens)])
            usage = reply.usage
        finally:
            await session.limits.settle(reserved, usage)
    sample = Sample.of(
        reply.completions[0],
        sample_id=sample_id(named.trace, ask.max_tokens),
        trace=named.trace,
        prefix=ask.prefix,
        max_tokens=ask.max_tokens,
        prompt_tokens=reply.usage.prompt_tokens,
    )
    call = Call(
        run=payer,
        role="generator",
        samples=(sample.id,),
        usage=reply.usage,
        wasted_tokens=reply.wasted.output_tokens if reply.wasted else None,
        usd=None if session.price is None else price(reply.usage, session.price, one_call=True),
        latency_s=reply.latency_s,
        retries=reply.retries,
        source=reply.source,
        created=now("milliseconds"),
        about=said_of_itself(reply),
    )
    session.put(
        [
            prompt_row(ask.prompt.text, ask.prompt.id),
            call_row(call),
            sample_row(sample, named, call=call.id),
        ]
    )
    if session.known is not None:  # so that later requests find it
        session.known |= {sample.trace}
    session.observer.called(reply.usage, 1)
    return sample, reply
