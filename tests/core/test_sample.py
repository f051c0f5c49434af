"""A sample's way: off the wire, cut to a lower limit, into a row and back."""

from __future__ import annotations

import pytest

from harness.core import Completion, Finish, ModelInfo, Sample, Thought
from harness.store import open_store
from harness.store.identity import Asked, model_id, prompt_id, sample_id
from harness.store.records import model_row, prompt_row, sample_row
from harness.store.samples import find_traces
from harness.store.writer import write_rows

ASKED = Asked(model_id("m"), prompt_id("q"), "<t>", {"temperature": 0.5}, 7, 0)


def sample(max_tokens: int = 10, **said) -> Sample:
    completion = Completion(**{"text": "abcdef", "finish": Finish.STOP, **said})
    return Sample.of(
        completion,
        sample_id=sample_id(ASKED.trace, max_tokens),
        trace=ASKED.trace,
        prefix="<t>",
        max_tokens=max_tokens,
        prompt_tokens=5,
    )


def test_a_cut_sample_is_what_a_lower_limit_would_have_given():
    full = sample(output_tokens=4, reasoning_tokens=3, token_ends=(1, 3, 5, 6), stopped_by="")
    assert full.text_tokens == 4
    assert full.answers(2)
    cut = full.cut(2, sample_id=sample_id(ASKED.trace, 2))
    assert (cut.text, cut.finish, cut.output_tokens, cut.text_tokens) == ("abc", "length", 2, 2)
    assert (cut.reasoning_tokens, cut.token_ends, cut.prompt_tokens) == (2, (1, 3), 5)
    assert (cut.response, cut.truncated) == ("<t>abc", True)
    assert full.cut(4, sample_id="x").text == "abcdef"  # it ended by itself before the limit


@pytest.mark.parametrize(
    ("said", "limit", "answers"),
    [
        ({"output_tokens": 4}, 10, True),  # the very limit
        ({"output_tokens": 4}, 4, True),  # ended by itself within it
        ({"output_tokens": 4}, 3, False),  # nobody knows where its tokens end
        ({"output_tokens": 4}, 20, True),  # ended by itself: a higher limit changes nothing
        ({"output_tokens": 10, "finish": Finish.LENGTH}, 20, False),
        ({"output_tokens": None}, 20, False),
        # The last token holds the stop string, the third perhaps its beginning.
        ({"output_tokens": 4, "token_ends": (2, 4, 6, 6), "stopped_by": "##"}, 2, True),
        ({"output_tokens": 4, "token_ends": (2, 4, 6, 6), "stopped_by": "##"}, 3, False),
    ],
)
def test_which_requests_a_sample_answers(said, limit, answers):
    assert sample(**said).answers(limit) is answers


def test_a_row_gives_the_sample_back(tmp_path):
    one = sample(
        text="half a pair \ud83d",
        reasoning="think\ud83d",
        output_tokens=2,
        reasoning_tokens=1,
        token_ends=(4, 13),
        stopped_by="##",
        thought=Thought.SUMMARY,
        summary="it thought",
    )
    assert one.text.endswith("\ufffd")
    assert one.response == "<t><think>think\ufffd</think>half a pair \ufffd"
    with open_store(tmp_path / "a.sqlite", create=True) as store:
        info = ModelInfo(spec="x:m", name="m", fingerprint="m")
        with store.engine.begin() as connection:
            rows = [model_row(info), prompt_row("q"), sample_row(one, ASKED)]
            write_rows(connection, rows)
        assert find_traces(store, [ASKED.trace]) == {ASKED.trace: [one]}


def test_where_the_context_leaves_no_room_nothing_was_sent():
    empty = Sample.empty(sample_id="s", trace="t", prefix="p", max_tokens=0)
    assert (empty.response, empty.truncated, empty.output_tokens) == ("p", True, 0)
