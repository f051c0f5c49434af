"""Numbers that the pages on budgets, models, gates and curves state of the code."""

from __future__ import annotations

import inspect
import math
from pathlib import Path

import pytest
from scipy import stats

from harness.analysis.equal_cost import frontier
from harness.analysis.policy import BINS
from harness.budgets import answering, search
from harness.budgets.proposers import mcts, rmaxts
from harness.budgets.rewards import judge
from harness.budgets.selectors import weighted
from harness.gate import canaries, feasibility
from harness.models import anthropic, gemini, lanes, refusals, retry, traffic
from harness.results import canaries as requests
from harness.stats.fits import FEW_PROBLEMS
from harness.stats.sequential import LOOKS

DOCS = Path(__file__).parents[1] / "docs"


def stops() -> str:
    """The votes at which an adaptive vote stops against 0 to 5, by scipy's Beta distribution."""
    found = []
    for against in range(6):
        votes = against
        while stats.beta.sf(0.5, votes + 1, against + 1) <= 0.95:
            votes += 1
        found.append(votes)
    return f"at {', '.join(map(str, found[:-1]))} and {found[-1]} votes against 0 to 5"


STATED = [
    ("budgets", stops()),
    ("budgets", f"generates nothing at all {answering.SILENT_WAITS + 1} times in a row"),
    ("budgets", f"temperature {answering.DEFAULT_TEMPERATURE}"),
    ("budgets", f"({search.MOST_ROUNDS})"),
    ("budgets", f"at most m ({mcts.WIDTH}) children"),
    ("budgets", f"concurrent simulations ({mcts.BATCH}); exploration constant (√2)"),
    ("budgets", f"discount ({rmaxts.GAMMA})"),
    ("budgets", f"or over {weighted.MOST_SUBSETS:,} seeded ones"),
    ("budgets", f"(0 to {judge._HIGHEST:.0f})"),
    ("models", f"starts at {lanes.FIRST:.0f} and grows with the replies, up to {traffic.MOST}"),
    ("models", f"{traffic._TOKEN_PACE:.0%} of `tpm` is planned for"),
    ("models", f"(up to {retry.LONGEST_WAIT:.0f} s)"),
    ("models", f"native from {anthropic.LEAST_BUDGET}"),
    ("models", " ".join(f"`{level}`" for level in anthropic.EFFORTS)),
    ("models", " ".join(f"`{level}`" for level in gemini.LEVELS)),
    ("gate", f"up to {canaries._ASKED} of the run's own problems"),
    ("gate", f"passes {feasibility.WANTED:.0%} of them"),
    ("curves", f"fewer than {FEW_PROBLEMS} problems"),
]


@pytest.mark.parametrize(("page", "words"), STATED, ids=lambda value: str(value)[:30])
def test_the_page_states_what_the_code_does(page: str, words: str) -> None:
    text = " ".join((DOCS / f"{page}.md").read_text(encoding="utf-8").split())
    assert words in text


def test_numbers_that_are_words_on_the_page() -> None:
    assert 1 / answering.ANSWER_SHARE == 0.25  # "a quarter is reserved for the answer"
    assert judge._TRIES == 1 + 3  # "is requested again, at most three times"
    assert math.sqrt(2) == mcts.EXPLORATION
    assert (mcts.BATCH, rmaxts.BATCH) == (8, 8)
    assert refusals.MOST == 3  # "rejected with the same message three times"
    assert lanes.SLOWER == 4  # "at most four times slower than the best"
    assert {408, 409, 425, 429, 500, 502, 503, 504} <= retry.PASSING
    assert feasibility.ASSUMED_CHANGES == 0.1  # "one answer in ten is assumed to change"
    assert feasibility._POWER == 0.8  # "the loss that is detected in 80%"
    assert BINS == 5  # "five bins by difficulty"
    assert inspect.signature(frontier).parameters["resamples"].default == 1000
    assert [round(look, 9) for look in LOOKS] == [n / 10 for n in range(1, 11)]  # "of a tenth"


def test_the_canary_requests_of_a_served_model() -> None:
    text = " ".join((DOCS / "gate.md").read_text(encoding="utf-8").split())
    assert requests.COUNT == 5
    assert "keeps five requests" in text
    assert f"the longest replies of up to {requests._CHEAP} tokens" in text
