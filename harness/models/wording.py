"""From a prompt to token ids and from token ids to a completion, for one model's folder."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.core import Completion, Finish, Prompt, Sampling, ThinkMarks
from harness.models.chat import render_chat
from harness.models.folder import ModelFolder
from harness.models.frame import NO_FRAME, Frame
from harness.models.marks import is_open, join_prefix, reasoning_tokens
from harness.models.tokens import Trace

_REMEMBERED = 64  # prompts: as many as are in progress; one may have a hundred thousand tokens


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a completion begins: the preceding text as tokens, and whether that is thinking."""

    rendered: str
    ids: tuple[int, ...]
    opened: bool


class Wording:
    """A folder's chat template, tokenizer, marks and end tokens, ready for use."""

    def __init__(
        self,
        folder: ModelFolder,
        marks: ThinkMarks | None,
        day: str,
        variables: Mapping[str, Any],
        frame: Frame = NO_FRAME,
    ) -> None:
        self.tokenizer = folder.tokenizer
        self.marks = marks
        self.eos = folder.eos_ids
        self._folder = folder
        self._day = day
        self._variables = variables
        self._frame = frame
        # A prompt is rendered and counted when planned, and again by every call that uses it.
        self._begin = functools.lru_cache(_REMEMBERED)(self._render_chat)
        self._encode = functools.lru_cache(_REMEMBERED)(self._tokenize)

    @property
    def templated(self) -> bool:
        """Whether the model has a chat template."""
        return self._folder.template is not None

    @functools.cached_property
    def first_id(self) -> int | None:
        """The token that stands where nothing else does: the begin token, else an end token."""
        named = self._folder.special_tokens
        ids = (self.tokenizer.id_of(named[n]) for n in ("bos_token", "eos_token") if n in named)
        return next((i for i in ids if i is not None), min(self.eos, default=None))

    def begins(self, text: str) -> bool:
        """Whether a text writes the begin token itself."""
        token = self._folder.special_tokens.get("bos_token")
        return bool(token) and text.startswith(str(token))

    def bare_ids(self, text: str) -> tuple[int, ...]:
        """Token ids of a text alone, without a begin token."""
        return self._encode(text, False)

    def _render_chat(self, prompt: Prompt) -> str:
        return render_chat(
            self._folder.template,
            self._frame.around(prompt),
            tokens=self._folder.special_tokens,
            day=self._day,
            variables=self._variables,
        )

    def render(self, prompt: Prompt, prefix: str = "") -> str:
        """The text that is tokenized: the chat template's, continued by `prefix`."""
        return join_prefix(self._begin(prompt), prefix, self.marks)

    def ids(self, rendered: str, *, plain: bool = False) -> tuple[int, ...]:
        """Token ids of a rendered prompt (a chat template writes the begin token itself)."""
        return self._encode(rendered, plain or self._folder.template is None)

    def _tokenize(self, rendered: str, add_special: bool) -> tuple[int, ...]:
        return tuple(self.tokenizer.encode(rendered, add_special=add_special))

    def turn(self, prompt: Prompt, prefix: str) -> Turn:
        """Render and tokenize."""
        begin = self._begin(prompt)
        rendered = join_prefix(begin, prefix, self.marks)
        opened = self.marks is not None and is_open(begin, prefix, self.marks)
        return Turn(rendered, self.ids(rendered, plain=prompt.plain), opened)

    def trace(self, turn: Turn, sampling: Sampling) -> Trace:
        """An empty trace for one completion."""
        return Trace(self.tokenizer, sampling.stop, sampling.min_tokens, turn.ids)

    def complete(self, trace: Trace, turn: Turn, *, stopped: bool) -> Completion:
        """A finished trace as a completion."""
        text, ends = trace.result()
        thought = None
        if self.marks is not None:
            thought = reasoning_tokens(text, ends, self.marks, opened=turn.opened)
        return Completion(
            text=text,
            finish=Finish.STOP if stopped else Finish.LENGTH,
            output_tokens=len(ends),
            reasoning_tokens=thought,
            token_ends=ends,
            stopped_by=trace.stopped_by,
        )

    def complete_ids(self, ids: Sequence[int], turn: Turn, sampling: Sampling) -> Completion:
        """A completion from all its token ids, including the end token and a stop string's."""
        trace, stopped = self.trace(turn, sampling), False
        if not sampling.stop:
            end = next((place for place, token in enumerate(ids) if token in self.eos), None)
            trace.extend(ids[:end])
            if end is not None:
                trace.add_silent()
            return self.complete(trace, turn, stopped=end is not None)
        for token in ids:
            if token in self.eos:
                trace.add_silent()
                stopped = True
            else:
                stopped = trace.add(token)
            if stopped:
                break
        return self.complete(trace, turn, stopped=stopped)
