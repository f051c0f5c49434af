"""The reward model's training: what is labelled, where labels stand, and both written forms."""

from __future__ import annotations

import asyncio
import random

import pytest

from harness.budgets.rewards.hf import HfReward
from harness.budgets.rewards.onnx import OnnxReward
from harness.core import (
    Completion,
    Message,
    Problem,
    Prompt,
    Reply,
    Status,
    Usage,
    UsageError,
    Verdict,
    VerifierSpec,
)
from harness.tasks._generate import part_of
from harness.train.data import IGNORED, training_problem
from harness.train.export import write_tokenizer
from harness.train.reward import Labelled, RewardConfig, auc, auc_within, collect, encode, steps_of
from harness.train.tokens import BOS, IDS


@pytest.fixture
def config(tmp_path):
    return RewardConfig(folder=tmp_path / "prm", problems=3, samples=2, rollouts=2, epochs=1)


def test_steps_are_the_lines_that_are_not_blank():
    assert steps_of("<think>1+2=3\n\n3*2=6</think>Answer: 6\n") == [
        "<think>1+2=3",
        "3*2=6</think>Answer: 6",
    ]


class Engine:
    """Wrong at first, and right only where it goes on from the step `2+2=4`."""

    def __init__(self, gold):
        self.gold, self.asked = gold, []

    async def generate(self, request):
        self.asked.append(request)
        right = request.prefix.endswith("2+2=4\n")
        text = f"Answer: {self.gold if right else 'none'}"
        if not request.prefix:
            text = f"2+2=4\n4+1=6\n{text}"
        one = Completion(text=text, finish="stop", output_tokens=1)
        return Reply(completions=(one,) * len(request.seeds), usage=Usage(), latency_s=0.0)

    async def close(self):
        pass


def test_a_step_is_good_when_a_completion_from_it_is_right(monkeypatch, config):
    engine = Engine("5")
    monkeypatch.setattr("harness.train.reward.registry.find", _find(engine))
    monkeypatch.setattr(
        "harness.train.reward.training_problem",
        lambda rng, name, tasks: ("x", Problem(id=name, question="", gold="5")),
    )
    found = asyncio.run(collect(config, lambda line: None))
    assert len(found) == config.problems  # equal samples count once
    for one in found:
        assert one.steps == ("2+2=4", "4+1=6", "Answer: none")
        assert one.good == 1
    seeds = [r.seeds for r in engine.asked]
    assert len(set(seeds)) == len({(r.prompt, r.prefix, r.seeds) for r in engine.asked})


def _find(engine):
    class Verdictless:
        name, version = "v", "1"

        def verify(self, response, problem):

            right = response.endswith("Answer: 5")
            return Verdict(status=Status.CORRECT if right else Status.WRONG)

    class Task:
        name = "x"

        def verifier(self):

            return VerifierSpec("v")

        def prompt(self, problem):
            return Prompt((Message("user", f"question of {problem.id}"),))

    made = {"models": lambda spec: engine, "tasks": Task, "verifiers": Verdictless}
    return lambda kind, name: made[kind]


@pytest.mark.parametrize(
    ("steps", "good", "labels"),
    [
        (("<think>a", "b"), 1, [1, 0]),
        (("1+2=3 =3", "3*2=6 =6"), 2, [1, 1, 1, 1]),
        # The second step is bad: nobody knows from where on, or from its false equation on.
        (("1+2=3 =3", "3*2=6 4+4=8 =7", "7+1=8 =9"), 1, [1, 1, IGNORED, IGNORED, 0, 0, 0]),
        (("1+2=3 =3", "3*2=6 4+4=9 5-1=4 =7"), 1, [1, 1, IGNORED, 0, 0, 0]),
    ],
)
def test_labels_stand_at_spaces_and_newlines(tmp_path, steps, good, labels):
    from tokenizers import Tokenizer

    write_tokenizer(tmp_path)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    one = Labelled("Q of 1?", steps, good)
    ids, marked = encode(tokenizer, IDS[BOS], one)
    text = "\n".join((one.question, *steps, ""))
    assert ids == [IDS[BOS], *tokenizer.encode(text, add_special_tokens=False).ids]
    answer = marked[len("Q of 1?\n") + 1 :]
    ends = [i for i, token in enumerate(ids) if token in (32, 10)][3:]
    assert [marked[i] for i in ends] == labels
    assert sum(y != IGNORED for y in answer) == sum(y != IGNORED for y in labels)
    assert set(marked[: len("Q of 1?\n") + 1]) == {IGNORED}


def test_problems_are_of_the_training_part():
    from decimal import Decimal

    rng = random.Random(1)
    for i in range(200):
        name, problem = training_problem(rng, f"p{i}")
        if name == "decimals":
            values = sorted(map(Decimal, problem.meta["numbers"]))
            key = "decimals " + " ".join(f"{v.normalize():f}" for v in values)
            assert part_of(key) == "training"


def test_auc():
    assert auc([0.9, 0.8, 0.1], [True, True, False]) == 1
    assert auc([0.1, 0.9], [True, False]) == 0
    assert auc([0.5, 0.5], [True, False]) == 0.5
    assert auc([0.5], [True]) == 0.5


def test_auc_within_problems_knows_no_easy_problems():
    """Scores that only tell easy from hard: high over all, worth nothing inside a problem."""
    questions = ["easy"] * 4 + ["hard"] * 4 + ["one-sided"]
    good = [True, True, True, False, True, False, False, False, True]
    scores = [0.9] * 4 + [0.1] * 4 + [0.5]
    assert auc(scores[:8], good[:8]) == 0.75
    assert auc_within(questions, scores, good) == 0.5
    scores[3], scores[4] = 0.8, 0.2
    assert auc_within(questions, scores, good) == 1


def test_problems_of_named_tasks_only():
    rng = random.Random(2)
    drawn = {training_problem(rng, "p", ("arithmetic", "traps"))[0] for _ in range(60)}
    assert drawn == {"arithmetic", "traps"}


@pytest.mark.extras
def test_both_written_forms_say_the_same(config):
    torch = pytest.importorskip("torch", reason="needs the extra `train`")
    transformers = pytest.importorskip("transformers", reason="needs the extra `train`")
    import numpy as np
    import onnxruntime as ort

    from harness.train.reward_loop import fit

    rows = [Labelled(f"Q{i}?", ("1+1=2", f"so {i}"), 2 - i % 2) for i in range(40)]
    lines = []
    folder = fit(config, rows, lines.append)
    assert "AUC" in lines[-2]
    model = transformers.LlamaForTokenClassification.from_pretrained(folder)
    session = ort.InferenceSession(str(folder / "model.onnx"))
    for shape in ((1, 5), (3, 40)):
        ids = torch.randint(0, 256, shape)
        with torch.inference_mode():
            ours = model.eval()(input_ids=ids).logits.numpy()
        theirs = session.run(None, {"input_ids": ids.numpy()})[0]
        assert np.abs(ours - theirs).max() < 1e-3

    prompt, response = Prompt.user("Q1?"), "<think>1+1=2\n2+2=4</think>Answer: 4"
    values = []
    for reward in (HfReward(str(folder)), OnnxReward(str(folder))):
        assert reward.info.parameters == sum(p.numel() for p in model.parameters())
        values.append(reward._values([reward._encode(prompt, response)])[0])
    assert len(values[0]) == 2
    assert values[0] == pytest.approx(values[1], abs=1e-4)


def test_a_reward_without_a_model_says_what_makes_one():
    with pytest.raises(UsageError, match=r"tiny-prn.*`harness train-reward`"):
        OnnxReward("tiny-prn")
    with pytest.raises(UsageError, match="needs a model"):
        OnnxReward()
