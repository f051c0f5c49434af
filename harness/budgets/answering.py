"""Drawing one answer: in one call, or bounded thinking followed by the answer.

Forced thinking follows s1 (Muennighoff et al. 2025, arXiv 2501.19393): thinking that reaches its
maximum is cut and closed, and the answer is requested; if it would end before its minimum,
its end mark is dropped and "Wait" inserted in its place, so that the model continues.

If the provider or its server limits the thinking (`by=native`), or only the chat template is told
(`by=hint`), thinking and answer are one call. `effort=` names a provider's effort level; `ask=`
puts the request into the prompt (harness.budgets.asking).

In a short context the thinking gives way: a quarter of the room left by the prompt is reserved for
the answer, or the answer's own limit if that is less.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from harness.budgets import options
from harness.budgets.asking import WORDING_VERSION, with_wish
from harness.budgets.grammar import Budget
from harness.budgets.strategy import Caller, Chain, Draw, together
from harness.core import (
    EFFORTS,
    BackendError,
    Finish,
    Prompt,
    Sampling,
    ThinkMarks,
    UnknownNameError,
    UsageError,
)

DEFAULT_TEMPERATURE = 0.7
"""Temperature of sampled budgets, as in Wang et al. 2022; `greedy`, `think@n` and `ask@n` use 0."""

OPTIONS = (
    "ask",
    "by",
    "effort",
    "max",
    "min",
    "temperature",
    "think",
    "top_k",
    "top_p",
    "wait",
    "waits",
)
"""Options of a budget about its answers."""

SILENT_WAITS = 16
"""After so many consecutive extensions without text, the model may stop short of `min`."""

ANSWER_SHARE = 4
"""One part in so many of the context left by a prompt is reserved for the answer."""


def sampling_of(budget: Budget, *, temperature: float = DEFAULT_TEMPERATURE) -> Sampling:
    """A budget's sampling options; `max_tokens` is set for each call.

    A budget that leaves thinking to the provider, by a level or its own limit, uses the provider's
    own sampling unless it says otherwise, because most reasoning models reject any other.
    """
    given = options.number(budget, "temperature", low=0, high=10)
    top_p = options.number(budget, "top_p", low=0, high=1)
    if top_p == 0:
        raise UsageError(f"budget {str(budget)!r}: top_p=0 leaves no token to draw")
    level = effort_of(budget)
    theirs = level is not None or budget.option("by") in ("native", "hint")
    told = any(budget.option(key) for key in ("temperature", "top_p", "top_k"))
    return Sampling(
        max_tokens=0,
        temperature=temperature if given is None else given,
        top_p=1.0 if top_p is None else top_p,
        top_k=options.integer(budget, "top_k") or 0,
        effort=level,
        provider_sampling=theirs and not told and budget.name != "greedy",
    )


def effort_of(budget: Budget) -> str | None:
    """The effort level of a budget; UnknownNameError if there is no such level."""
    level = budget.level or budget.option("effort")
    if level is not None and level not in EFFORTS:
        raise UnknownNameError(f"effort level of budget {str(budget)!r}:", level, EFFORTS)
    return level


class Answering:
    """Draws answers according to a budget's options: `think`, `max`, and `min` with `wait`.

    `by` says who enforces `think` tokens; `ask` is the number requested in the prompt.
    """

    def __init__(
        self, budget: Budget, think: int | None, sampling: Sampling, ask: int | None = None
    ) -> None:
        self.think = think
        self.by = options.choice(budget, "by", ("forced", "native", "hint"))
        self.ask = ask or options.integer(budget, "ask", low=1)
        self.sampling = sampling
        self.max_tokens = options.integer(budget, "max", low=1)
        self.min = options.integer(budget, "min", low=1)
        self.waits = options.integer(budget, "waits", low=1)
        self.wait = options.text(budget, "wait", "Wait")
        if budget.option("by") and think is None:
            raise UsageError(f"budget {str(budget)!r}: by= needs a thinking limit: think@1024:by=…")
        if (self.forced or budget.option("wait")) and self.by != "forced":
            raise UsageError(
                f"budget {str(budget)!r}: min=, waits= and wait= need thinking that the harness "
                "itself limits: by=forced"
            )
        if (self.forced or budget.option("wait")) and not think:
            raise UsageError(
                f"budget {str(budget)!r}: min=, waits= and wait= need a thinking limit"
            )
        if budget.option("wait") and not self.forced:
            raise UsageError(f"budget {str(budget)!r}: wait= needs min= or waits=")
        if self.min is not None and think is not None and self.min > think:
            raise UsageError(f"budget {str(budget)!r}: min={self.min} is more than {think} tokens")

    @property
    def forced(self) -> bool:
        """Whether thinking may be extended."""
        return self.min is not None or self.waits is not None

    @property
    def version(self) -> str:
        """Changes with what is requested from the model for the same options."""
        return "2" if self.forced else "1"

    @property
    def identity(self) -> str:
        """Everything that shapes one sample."""
        text = f"think={self.think},max={self.max_tokens},{self.sampling.to_json()}"
        text += "" if self.by == "forced" else f",by={self.by}"
        text += "" if self.ask is None else f",ask={self.ask}/{WORDING_VERSION}"
        if not self.forced:
            return text
        return f"{text},min={self.min},waits={self.waits},wait={self.wait!r}"

    def most_tokens(self, max_output_tokens: int) -> int:
        """The thinking limit plus the answer's limit."""
        return (self.think or 0) + (self.max_tokens or max_output_tokens)

    async def stream(self, caller: Caller, indices: Sequence[int]) -> AsyncGenerator[Chain, None]:
        """The chains of `draw`, sequentially if the caller counts down a ceiling."""
        for group in [[index] for index in indices] if caller.in_turn else [indices]:
            for chain in await self.draw(caller, group):
                yield chain

    async def draw(
        self, caller: Caller, indices: Sequence[int], *, prompt: Prompt | None = None
    ) -> list[Chain]:
        """One chain per index: the answer alone, or the parts of the thinking and the answer."""
        answer = replace(self.sampling, max_tokens=self.max_tokens or caller.max_output_tokens)
        asked = caller.prompt if prompt is None else prompt
        if self.ask is not None:
            prompt = asked = with_wish(asked, self.ask)
        other: dict[str, Any] = {} if prompt is None else {"prompt": prompt}
        if self.think is not None and self.by != "forced":
            draws = await caller.sample(indices, self._in_one_call(self.think, answer), **other)
            return [(draw,) for draw in draws]
        if (self.think is not None or caller.marks is None) and self.sampling.effort is None:
            answer = replace(answer, stop=asked.stop)  # cannot cut thinking
        if self.think is None:
            draws = await caller.sample(indices, answer, **other)
            return [(draw,) for draw in draws]
        marks = caller.marks
        assert marks is not None  # the planner refuses models without marks
        shut = marks.start + marks.end + asked.begin
        room = caller.room(shut, prompt=prompt)
        kept = 0 if room is None else min(answer.max_tokens, max(room // ANSWER_SHARE, 1))
        most = self.think if room is None else min(self.think, room - kept)
        if most < 1:
            draws = await caller.sample(indices, answer, prefix=shut, **other)
            return [(draw,) for draw in draws]
        thinking = replace(self.sampling, max_tokens=most, stop=(marks.end,))
        thoughts = await caller.sample(indices, thinking, prefix=marks.start, **other)

        def left(prefix: str) -> int | None:
            """How much of the answer's room thinking at `prefix` may still use."""
            behind = caller.room(prefix + marks.end + asked.begin, prompt=prompt)
            return None if behind is None else behind - kept

        async def close(index: int, first: Draw) -> Chain:
            thought = await self._go_on(caller, index, first, thinking, left, other)
            prefix = thought[-1].response + marks.end + asked.begin
            [last] = await caller.sample([index], answer, prefix=prefix, **other)
            return (*thought, last)

        pairs = zip(indices, thoughts, strict=True)
        return await together(close(index, first) for index, first in pairs)

    def _in_one_call(self, think: int, answer: Sampling) -> Sampling:
        """Thinking and answer share the limit of one completion: both must fit."""
        control: Literal["native", "hint"] = "native" if self.by == "native" else "hint"
        return replace(
            answer, thinking=think, control=control, max_tokens=think + answer.max_tokens
        )

    async def _go_on(
        self,
        caller: Caller,
        index: int,
        first: Draw,
        thinking: Sampling,
        room: Callable[[str], int | None],
        other: Mapping[str, Any],
    ) -> Chain:
        """Thinking extended as `min` and `waits` require, within `think` tokens in all.

        `min` counts the tokens of its text, not those of the dropped end marks; the limit
        counts both. With `min` alone it is extended as often as necessary,
        unless the model generates nothing any more.
        """
        parts, words, used, silent = [first], 0, 0, 0
        if not self.forced:
            return (first,)
        while True:
            last = parts[-1]
            if last.output_tokens is None:
                raise BackendError("min= and waits= need the engine's token counts")
            said = _words(last, last.output_tokens)
            words, used = words + said, used + last.output_tokens
            silent = 0 if said else silent + 1
            left = thinking.max_tokens - used
            enough = self.min is not None and words >= self.min
            over = silent > SILENT_WAITS if self.waits is None else len(parts) > self.waits
            if enough or over or last.finish is not Finish.STOP or left < 1:
                return tuple(parts)
            prefix = last.response + self.wait
            behind = room(prefix)
            left = left if behind is None else min(left, behind)
            if left < 1:
                return tuple(parts)
            more = replace(thinking, max_tokens=left)
            parts += await caller.sample([index], more, prefix=prefix, **other)


def _words(draw: Draw, tokens: int) -> int:
    """The tokens of the thinking's text; if only the sum is known, an end mark counts as one."""
    if draw.text_tokens is not None:
        return draw.text_tokens
    return max(tokens - (draw.finish is Finish.STOP), 0)


class AnswerProposer:
    """Base of proposers whose samples are whole answers, drawn by `answers`."""

    answers: Answering

    @property
    def version(self) -> str:
        """Version of the requests to the model."""
        return self.answers.version

    @property
    def depth(self) -> int:
        """The thinking tokens, which are cut for the shorter budgets of a sweep."""
        return self.answers.think or 0

    @property
    def needs_marks(self) -> bool:
        """Whether forced thinking is counted between the model's marks."""
        return self.answers.think is not None and self.answers.by == "forced"

    def most_tokens(self, max_output_tokens: int) -> int:
        """For one answer: the thinking limit plus the answer's limit."""
        return self.answers.most_tokens(max_output_tokens)


def without_thought(response: str, marks: ThinkMarks | None) -> str:
    """The part of a response after its thinking: what a chat user would see."""
    if marks is None:
        return response.strip()
    return response.rpartition(marks.end)[2].strip()
