"""Who counted the tokens of a server's reply: the server, its token ids, or our tokenizer."""

from __future__ import annotations

from dataclasses import replace

from harness.core import Completion, Reply, Request, Usage
from harness.models.wire import Answer, add_usage, share
from harness.models.wording import Wording

Counted = tuple[tuple[Completion, ...], Usage, str]
"""The completions with their tokens, the total usage, and the source of the figures."""


class Counter:
    """Adds token counts to completions; `wording` is the model's tokenizer, if known."""

    def __init__(self, wording: Wording | None) -> None:
        self._wording = wording

    def by_ids(self, answer: Answer, request: Request, wanted: int) -> Counted | None:
        """From the server's token ids: exact token ends. None if it returned none."""
        pairs = list(zip(answer.completions, answer.ids, strict=True))[:wanted]
        wording, usage = self._wording, answer.usage
        if wording is None or not all(ids for _, ids in pairs):
            return None
        turn = wording.turn(request.prompt, request.prefix)
        made = [
            replace(wording.complete_ids(ids or (), turn, request.sampling), finish=c.finish)
            for c, ids in pairs
        ]
        if wording.marks is not None and usage.reasoning_tokens is None:
            thought = sum(c.reasoning_tokens or 0 for c in made)
            usage = replace(usage, reasoning_tokens=thought)
        return tuple(made), usage, "engine"

    def count(self, answer: Answer, wanted: int, prompt_tokens: int | None = None) -> Counted:
        """From the server's usage; by the tokenizer if it reports none.

        `prompt_tokens` is used if the tokenizer has to count and the server does not report it.
        """
        completions, usage = answer.completions[:wanted], answer.usage
        if usage.output_tokens is None and self._wording is not None:
            counts = [_tokens(self._wording, c) for c in completions]
            usage = replace(
                usage,
                output_tokens=sum(counts),
                prompt_tokens=prompt_tokens if usage.prompt_tokens is None else usage.prompt_tokens,
            )
            counted = zip(completions, counts, strict=True)
            return tuple(replace(c, output_tokens=n) for c, n in counted), usage, "tokenizer"
        several = len(completions) > 1 and usage.output_tokens is not None
        tokens = share(usage.output_tokens, len(completions))
        thought = share(usage.reasoning_tokens, len(completions))
        shared = tuple(
            replace(c, output_tokens=n, reasoning_tokens=r)
            for c, n, r in zip(completions, tokens, thought, strict=True)
        )
        return shared, usage, "engine-shared" if several else "engine"


def _tokens(wording: Wording, completion: Completion) -> int:
    """Tokens of a completion's text and thinking, counted here."""
    text = (completion.reasoning or "") + completion.text
    return len(wording.tokenizer.encode(text, add_special=False))


def join_replies(replies: list[Reply]) -> Reply:
    """Several requests of one call as one reply; they ran concurrently, or one after another."""
    if len(replies) == 1:
        return replies[0]
    wasted = [r.wasted for r in replies if r.wasted is not None]
    sources = sorted({r.source for r in replies})
    seconds = [r.latency_s for r in replies]
    firsts = [r.first_token_s for r in replies if r.first_token_s is not None]
    return Reply(
        completions=tuple(c for r in replies for c in r.completions),
        usage=add_usage([r.usage for r in replies]),
        latency_s=None if None in seconds else max(s for s in seconds if s is not None),
        source=sources[0] if len(sources) == 1 else "+".join(sources),
        retries=sum(r.retries for r in replies),
        wasted=add_usage(wasted) if wasted else None,
        first_token_s=min(firsts, default=None),
        origin=replies[-1].origin,
    )
