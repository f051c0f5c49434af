"""An engine without a model: its output is a function of the prompt, the prefix and the seed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.core import (
    BackendError,
    Completion,
    ContextError,
    Finish,
    ModelInfo,
    Prompt,
    Reply,
    Request,
    ThinkMarks,
    Usage,
)
from harness.core.hashing import content_hash

MARKS = ThinkMarks()

Say = Callable[[str, str, random.Random], str]
"""(the prompt's last message, the assistant's text so far, a random source) -> the rest."""


def steps_and_answer(prompt: str, prefix: str, luck: random.Random) -> str:
    """Thinking of 5 to 60 letters if it is open, up to 3 lines of sums, then one of 3 answers.

    Half of the sums are wrong. If the prompt asks for a score ("Score:"), it returns one.
    """
    if "Score:" in prompt:
        return f"Score: {luck.randrange(11)}"
    if "Answer" in prefix:
        return ""
    said = ""
    if prefix.rfind(MARKS.start) > prefix.rfind(MARKS.end):
        thought = "".join(luck.choice("abcdefgh ") for _ in range(luck.randint(5, 60)))
        prefix, said = "", thought + MARKS.end
    lines = luck.randrange(4) if not prefix else 3 - prefix.rpartition(MARKS.end)[2].count("\n")
    for _ in range(lines):
        a, b = luck.randrange(5), luck.randrange(5)
        said += f"{a}+{b}={a + b + luck.randrange(2)}\n"
    return f"{said}Answer: {luck.randrange(3)}"


def tokens_of_width(text: str, width: int) -> list[str]:
    """The text in pieces of `width` characters, regardless of words or marks."""
    return [text[i : i + width] for i in range(0, len(text), width)]


@dataclass
class ScriptedEngine:
    """A `harness.core.protocols.Backend` for tests.

    `say` returns everything that the model would say after a prefix; the same for the same prompt,
    prefix and seed (at temperature 0 for any seed). `split` cuts a text into tokens (their
    concatenation is the text); by default each has `token_width` characters, so that stop strings
    and marks span several tokens and may begin within one. One more token ends the turn. Like real
    engines it respects stop strings and returns a prefix for a smaller limit.

    `context` limits prompt and completion together; with `hides_context` it is not reported in
    advance, and a prompt that fills it raises ContextError, as a server would. `tells_stop`,
    `tells_ends` and `tells_tokens`: whether a completion reports which stop string ended it, where
    its tokens end, and how many there are. `fail_at` maps the number of a call (from 1) to a
    message or an exception to raise instead; a message is a BackendError that is not fatal.

    It counts requests: `calls`, `samples`, `prompt_tokens`, `output_tokens`, and keeps
    `requests` and `completions`.
    """

    say: Say = steps_and_answer
    token_width: int = 1
    split: Callable[[str], Sequence[str]] | None = None
    marks: ThinkMarks | None = MARKS
    context: int | None = 4096
    hides_context: bool = False
    tells_stop: bool = True
    tells_ends: bool = True
    tells_tokens: bool = True
    prompt_once: bool = False
    concurrency: int = 8
    fail_at: Mapping[int, str | Exception] = field(default_factory=dict)
    name: str = "scripted"
    calls: int = 0
    samples: int = 0
    prompt_tokens: int = 0
    output_tokens: int = 0
    requests: list[Request] = field(default_factory=list)
    completions: list[Completion] = field(default_factory=list)
    closed: bool = False

    @property
    def info(self) -> ModelInfo:
        """Its model info."""
        shape = self.token_width, self.context, self.marks and (self.marks.start, self.marks.end)
        return ModelInfo(
            spec=f"scripted:{self.name}",
            name=self.name,
            fingerprint=content_hash("scripted", self.name, *shape),
            think=self.marks,
            context=None if self.hides_context else self.context,
            prompt_once=self.prompt_once,
            concurrency=self.concurrency,
        )

    def render(self, prompt: Prompt, prefix: str = "") -> str:
        """Roles in brackets, contents, and the assistant's text so far."""
        return "".join(f"[{m.role}]{m.content}" for m in prompt.messages) + "[assistant]" + prefix

    def tokens(self, text: str) -> list[str]:
        """The text's tokens."""
        if self.split is not None:
            return list(self.split(text))
        return tokens_of_width(text, self.token_width)

    def count_tokens(self, rendered: str) -> int | None:
        """Tokens of a rendered prompt; unknown if the context is hidden."""
        return None if self.hides_context else len(self.tokens(rendered))

    async def generate(self, request: Request) -> Reply:
        """One call."""
        self.calls += 1
        self.requests.append(request)
        failure = self.fail_at.get(self.calls)
        await asyncio.sleep(0)
        if failure is not None:
            raise BackendError(failure) if isinstance(failure, str) else failure
        prompt_tokens = len(self.tokens(self.render(request.prompt, request.prefix)))
        limit = request.sampling.max_tokens
        if self.context is not None:
            if prompt_tokens >= self.context:
                raise ContextError(f"{prompt_tokens} tokens fill the context of {self.context}")
            limit = min(limit, self.context - prompt_tokens)
        completions = tuple(self._complete(request, seed, limit) for seed in request.seeds)
        output = sum(c.output_tokens or 0 for c in completions)
        prompts = prompt_tokens * (1 if self.prompt_once else len(completions))
        self.samples += len(completions)
        self.prompt_tokens += prompts
        self.output_tokens += output
        self.completions += completions
        known = output if self.tells_tokens else None
        usage = Usage(prompt_tokens=prompts, output_tokens=known, reasoning_tokens=0)
        told = tuple(self._told(completion) for completion in completions)
        return Reply(completions=told, usage=usage, latency_s=0.001)

    async def close(self) -> None:
        """Nothing to free."""
        self.closed = True

    def trace(self, request: Request, seed: int) -> str:
        """The full reply to a request, without a limit or a stop string."""
        lucky = seed if request.sampling.temperature else "greedy"
        rendered = self.render(request.prompt, request.prefix)
        return self.say(
            request.prompt.messages[-1].content,
            request.prefix,
            random.Random(f"{rendered}|{lucky}"),
        )

    def _complete(self, request: Request, seed: int, limit: int) -> Completion:
        """Token by token, until a stop string, the end of the turn, or the limit."""
        text, ends = "", []
        finish, by = Finish.LENGTH, ""
        tokens = [*self.tokens(self.trace(request, seed)), None]
        for token in tokens[:limit]:
            text += token or ""
            ends.append(len(text))
            stops = [(text.index(s), s) for s in request.sampling.stop if s in text]
            if stops:
                end, by = min(stops)
                text, finish = text[:end], Finish.STOP
            elif token is None:
                finish = Finish.STOP
            if finish is Finish.STOP:
                break
        return Completion(
            text=text,
            finish=finish,
            output_tokens=len(ends),
            reasoning_tokens=0,
            token_ends=tuple(min(end, len(text)) for end in ends),
            stopped_by=by,
        )

    def _told(self, whole: Completion) -> Completion:
        return Completion(
            text=whole.text,
            finish=whole.finish,
            output_tokens=whole.output_tokens if self.tells_tokens else None,
            reasoning_tokens=0,
            token_ends=whole.token_ends if self.tells_ends and self.tells_tokens else None,
            stopped_by=whole.stopped_by if self.tells_stop else None,
        )
