"""A tokenizer without an engine: encoding prompts, and decoding token ids back to text.

Decoding is done token by token, because a trace can be cut at any token: a token that ends in the
middle of a character adds nothing, and the token that completes it adds the character.
"""

from __future__ import annotations

import codecs
import functools
import itertools
import json
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

from harness.core import DataError

_BROKEN = "\ufffd"
_PATIENCE = 8  # tokens; a character has at most 4 bytes, so one open for longer is invalid


def _byte_alphabet() -> dict[str, int]:
    """Byte-level BPE writes each byte as one printable character (GPT-2); this undoes it."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {chr(b): b for b in plain}
    shifted = (b for b in range(256) if b not in plain)
    return table | {chr(256 + i): b for i, b in enumerate(shifted)}


class Tokenizer:
    """A `tokenizer.json`, loaded with the `tokenizers` package."""

    def __init__(self, file: Path) -> None:
        """Read `file`; raises DataError if it is invalid."""
        from tokenizers import Tokenizer as Reader  # a compiled extension: only when needed

        try:
            text = file.read_text(encoding="utf-8")
            self._reader: Any = Reader.from_str(text)
            self._config: dict[str, Any] = json.loads(text)
        except Exception as error:  # the reader raises bare Exception
            raise DataError(f"{file}: not a tokenizer.json ({error})") from error
        self._reader.no_truncation()
        self._reader.no_padding()

    @functools.cached_property
    def added(self) -> frozenset[str]:
        """The added tokens, including special ones."""
        return frozenset(t["content"] for t in self._config.get("added_tokens", ()))

    def encode(self, text: str, *, add_special: bool) -> list[int]:
        """Token ids; `add_special` lets the tokenizer add its own begin token."""
        ids: list[int] = self._reader.encode(text, add_special_tokens=add_special).ids
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of `ids`, including special tokens."""
        text: str = self._reader.decode(list(ids), skip_special_tokens=False)
        return text

    def id_of(self, token: str) -> int | None:
        """The id of a token by its exact name."""
        found: int | None = self._reader.token_to_id(token)
        return found

    @functools.cached_property
    def pieces(self) -> list[bytes] | None:
        """The bytes of every token id, if the tokenizer is byte-level; else None."""
        decoder = self._config.get("decoder") or {}
        if decoder.get("type") != "ByteLevel":
            return None
        alphabet = _byte_alphabet()
        table = [b""] * (1 + max(self._reader.get_vocab(True).values(), default=-1))
        for token, index in self._reader.get_vocab(True).items():
            known = all(c in alphabet for c in token)
            table[index] = bytes(alphabet[c] for c in token) if known else token.encode()
        return table

    def stepper(self, context: Sequence[int] = ()) -> Callable[[int], str]:
        """A function from the next token id to the characters that it completes.

        `context` is the end of the preceding text: some tokenizers drop a space at the beginning.
        """
        if self.pieces is not None:
            return functools.partial(_by_bytes, self.pieces, _decoder())
        steps = _by_window(self.decode, list(context[-_PATIENCE:]))
        next(steps)
        return steps.send


def _decoder() -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8")("replace")


def _by_bytes(pieces: list[bytes], decoder: codecs.IncrementalDecoder, token: int) -> str:
    return decoder.decode(pieces[token]) if token < len(pieces) else ""


def _by_window(decode: Callable[[Sequence[int]], str], ids: list[int]) -> Generator[str, int, None]:
    """Receives token ids, and returns what each adds to the text of a short window of them."""
    start, done = 0, len(ids)
    text = ""
    while True:
        token = yield text
        ids.append(token)
        old, new = decode(ids[start:done]), decode(ids[start:])
        unfinished = new.endswith(_BROKEN) and len(ids) - done < _PATIENCE
        if unfinished or len(new) <= len(old):
            text = ""
            continue
        text, start, done = new[len(old) :], done, len(ids)


class Trace:
    """The growing text of one completion, where each token ends, and where it stops.

    A stop string counts if it ends after the first `min_tokens` tokens (vLLM's rule). Bytes of
    a character that the limit cut in two are dropped, so that a short completion is exactly a
    prefix of a longer one.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        stop: Sequence[str] = (),
        min_tokens: int = 0,
        context: Sequence[int] = (),
    ) -> None:
        self._step = tokenizer.stepper(context)
        self._pieces = tokenizer.pieces
        self._stop = stop
        self._min = min_tokens
        self._ends: list[int] = []
        self._text = ""
        self._cut: int | None = None
        self.stopped_by = ""

    def add(self, token: int) -> bool:
        """Add a token with text; True if a stop string is complete."""
        before = len(self._text)
        self._text += self._step(token)
        self._ends.append(len(self._text))
        if self._stop and len(self._ends) > self._min and len(self._text) > before:
            self._cut = self._find_stop(before)
        return self._cut is not None

    def extend(self, tokens: Sequence[int]) -> None:
        """Add the tokens of a trace that has no stop string, from its beginning on."""
        pieces = self._pieces
        if pieces is not None and not self._ends and max(tokens, default=0) < len(pieces):
            parts = [pieces[token] for token in tokens]
            text = b"".join(parts)
            if text.isascii():  # no multi-byte character can span two tokens
                self._text = text.decode()
                self._ends = list(itertools.accumulate(map(len, parts)))
                return
        # A text that grows by a token at a time would be copied as often.
        added = [self._step(token) for token in tokens]
        lengths = itertools.accumulate(map(len, added), initial=len(self._text))
        self._ends += itertools.islice(lengths, 1, None)
        self._text += "".join(added)

    def _find_stop(self, before: int) -> int | None:
        """The earliest stop string that ends after character `before`."""
        starts = []
        for stop in self._stop:
            at = self._text.find(stop, max(0, before - len(stop) + 1))
            if at >= 0:
                starts.append((at, stop))
        if not starts:
            return None
        at, self.stopped_by = min(starts)
        return at

    def add_silent(self) -> None:
        """Add a token without text: the end token."""
        self._ends.append(len(self._text))

    def result(self) -> tuple[str, tuple[int, ...]]:
        """The text without its stop string, and each token's end in it."""
        if self._cut is None:
            return self._text, tuple(self._ends)
        cut = self._cut
        return self._text[:cut], tuple(min(end, cut) for end in self._ends)
