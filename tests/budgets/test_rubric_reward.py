"""`reward=rubric:FILE`: rules in the pool, what is left to the model itself, and bad arguments."""

from __future__ import annotations

import asyncio

import pytest

from harness.budgets import Budget, resolve
from harness.budgets.rewards.rubric import RubricReward
from harness.core import BackendError, HarnessError, Problem
from harness.verifiers.rubric import RubricVerifier

FILE = """
[propositions.kind]
pattern = "please"

[propositions.calm]
ask = "The response is calm."

[[behaviours]]
name = "be"
classes = [{ name = "good", when = "kind" }, { name = "bad" }]

[weights.be]
constant = 0.25
kind = 0.25
calm = 0.5
good = 0.0
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "kind.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def caller(fake, says):
    class Caller(fake.FakeCaller):
        async def check(self, verifier, responses):
            one = RubricVerifier(**verifier.args)
            problem = Problem(id="", question="", gold=None)
            return [one.verify(response, problem) for response in responses]

    return Caller(say=says)


def test_the_score_is_weighted_and_the_model_is_asked_once_a_response(fake, file):
    reward = RubricReward(str(file))
    asked = caller(fake, lambda prefix, luck: "calm: yes")
    graded = asyncio.run(reward.score(asked, ["please", "no"]))
    assert [one.steps for one in graded] == [(1.0,), (0.75,)]
    assert [len(one.parts) for one in graded] == [1, 1]
    assert {call.role for call in asked.asked} == {"reward"}
    assert all("calm: The response is calm." in a.prompt.messages[-1].content for a in asked.asked)


def test_what_is_not_said_is_asked_again_and_worth_nothing_in_the_end(fake, file):
    reward = RubricReward(str(file))
    mute = caller(fake, lambda prefix, luck: "Hm.")
    with pytest.raises(BackendError, match="reward 'rubric' has no score"):
        asyncio.run(reward.score(mute, ["please"]))
    assert [call.sampling.temperature for call in mute.asked] == [0.0, 0.7, 0.7, 0.7]


def test_rules_alone_ask_nobody(fake, file):
    file.write_text(FILE.replace('ask = "The response is calm."', "max_words = 1"))
    reward = RubricReward(str(file))
    asked = caller(fake, None)
    graded = asyncio.run(reward.score(asked, ["please", "oh no", ""]))
    assert [one.steps for one in graded] == [(1.0,), (0.25,), (0.0,)]
    assert asked.asked == []
    assert reward.most_tokens(100) == 0


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        (None, "write reward=rubric:my.toml"),
        ("none.toml", "cannot read none.toml"),
        ("FILE#bee", "unknown behaviour"),
    ],
)
def test_a_bad_argument_is_one_line(argument, said, file):
    other = '\n[[behaviours]]\nname = "other"\nclasses = [{ name = "x", when = "kind" }, '
    file.write_text(FILE + other + '{ name = "y" }]')
    with pytest.raises(HarnessError) as error:
        RubricReward(argument and argument.replace("FILE", str(file)))
    assert said in str(error.value)
    with pytest.raises(HarnessError, match=r"several behaviours: write reward=rubric:.*#be"):
        RubricReward(str(file))


def test_a_budget_names_it_and_its_content_names_it(file):
    def fingerprint():
        return RubricReward(str(file)).info.fingerprint

    strategy = resolve(Budget.parse(f"best@4:reward=rubric:{file}"))
    assert strategy.reward is not None
    before = fingerprint()
    file.write_text(FILE.replace("0.5", "0.4"))
    assert fingerprint() != before
