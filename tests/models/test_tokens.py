"""Text from token ids, token by token."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer as Reader
from tokenizers import decoders, models, pre_tokenizers

from harness.core import DataError
from harness.models.tokens import Tokenizer, Trace

from .conftest import SPECIALS, write_tokenizer


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return Tokenizer(write_tokenizer(tmp_path_factory.mktemp("bytes")) / "tokenizer.json")


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    """Pieces that begin with ▁ for a space, as SentencePiece writes them, and bytes as <0x…>."""
    names = ["<unk>", "▁two", "▁plus", "two", *(f"<0x{b:02X}>" for b in range(256))]
    reader = Reader(models.BPE({n: i for i, n in enumerate(names)}, [], unk_token="<unk>"))
    reader.pre_tokenizer = pre_tokenizers.Metaspace()
    reader.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
         decoders.Strip(" ", 1, 0)]
    )  # fmt: skip
    file = tmp_path_factory.mktemp("words") / "tokenizer.json"
    reader.save(str(file))
    return Tokenizer(file)


def trace_of(tokenizer: Tokenizer, ids: list[int], **more: object) -> Trace:
    trace = Trace(tokenizer, **more)  # type: ignore[arg-type]
    for token in ids:
        if trace.add(token):
            break
    return trace


@settings(deadline=None)  # a busy machine is not a failure
@given(text=st.text(max_size=40))
def test_valid_text_comes_back_and_each_prefix_is_whole_characters(
    tokenizer: Tokenizer, text: str
) -> None:
    ids = tokenizer.encode(text, add_special=False)
    got, ends = trace_of(tokenizer, ids).result()
    assert got == text == tokenizer.decode(ids)
    assert len(ends) == len(ids)
    for i, end in enumerate(ends):
        whole = tokenizer.decode(ids[: i + 1])
        # the reader shows half a character as U+FFFD; a trace waits for the rest of it
        assert whole.rstrip("\ufffd") == text[:end].rstrip("\ufffd")


@settings(deadline=None)
@given(data=st.binary(max_size=30))
def test_broken_bytes_read_as_the_tokenizer_reads_them(tokenizer: Tokenizer, data: bytes) -> None:
    where = {piece: i for i, piece in enumerate(tokenizer.pieces or []) if i >= len(SPECIALS)}
    ids = [where[bytes([b])] for b in data]
    closed = [*ids, where[b"."]]  # so that no character is left open
    assert trace_of(tokenizer, closed).result()[0] == tokenizer.decode(closed)


@settings(deadline=None)
@given(data=st.binary(max_size=30) | st.text("abc é").map(str.encode))
def test_tokens_added_in_one_go_read_as_one_by_one(tokenizer: Tokenizer, data: bytes) -> None:
    where = {piece: i for i, piece in enumerate(tokenizer.pieces or []) if i >= len(SPECIALS)}
    ids = [where[bytes([b])] for b in data]
    whole = Trace(tokenizer)
    whole.extend(ids)
    assert whole.result() == trace_of(tokenizer, ids).result()


def test_special_tokens_are_text_and_the_end_token_is_not(tokenizer: Tokenizer) -> None:
    think, close = tokenizer.id_of("<think>"), tokenizer.id_of("</think>")
    assert think is not None
    assert close is not None
    trace = trace_of(tokenizer, [think, *tokenizer.encode("é", add_special=False), close])
    trace.add_silent()
    assert trace.result() == ("<think>é</think>", (7, 7, 8, 16, 16))


def test_half_a_character_at_the_limit_is_dropped(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("a€", add_special=False)
    assert trace_of(tokenizer, ids[:-1]).result() == ("a", (1, 1, 1))


@pytest.mark.parametrize(
    ("stop", "minimum", "expected"),
    [
        (("cd",), 0, ("ab", (1, 2, 2, 2))),
        (("zz", "d"), 0, ("abc", (1, 2, 3, 3))),
        (("b", "ab"), 0, ("", (0, 0))),
        (("b",), 2, ("abcdab"[:5], (1, 2, 3, 4, 5, 5))),  # the first b is too early
        (("bc",), 2, ("a", (1, 1, 1))),  # ends behind the minimum
        (("x",), 0, ("abcdab", (1, 2, 3, 4, 5, 6))),
    ],
)
def test_stop_strings(
    tokenizer: Tokenizer, stop: tuple[str, ...], minimum: int, expected: tuple[str, tuple[int, ...]]
) -> None:
    ids = tokenizer.encode("abcdab", add_special=False)
    assert trace_of(tokenizer, ids, stop=stop, min_tokens=minimum).result() == expected


def test_a_space_after_the_prompt_is_kept(words: Tokenizer) -> None:
    two, plus, bare = (words.id_of(t) for t in ("▁two", "▁plus", "two"))
    assert words.decode([two, plus]) == "two plus"  # the reader drops a leading space
    assert trace_of(words, [plus, two, bare], context=[two]).result() == (
        " plus twotwo",
        (5, 9, 12),
    )


def test_bytes_of_one_character_across_tokens(words: Tokenizer) -> None:
    ids = [words.id_of(f"<0x{b:02X}>") for b in "€".encode()]
    assert trace_of(words, [*ids, words.id_of("▁two")]).result() == ("€ two", (0, 0, 1, 5))


def test_what_is_no_tokenizer_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(DataError, match=r"not a tokenizer\.json"):
        Tokenizer(tmp_path / "tokenizer.json")
