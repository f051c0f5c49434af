"""The loop: it learns, and an interrupted run goes on as if nothing had happened."""

from __future__ import annotations

import json
import math
import random

import numpy as np
import pytest

from harness.core import HarnessError, UsageError
from harness.models.ort_session import Decoder
from harness.train import SIZES, TrainConfig
from harness.train.config import Size
from harness.train.data import example
from harness.train.loop import run

torch = pytest.importorskip("torch", reason="needs the extra `train`")
transformers = pytest.importorskip("transformers", reason="needs the extra `train`")
pytestmark = pytest.mark.extras


def few(seed, start, *rest, **more):
    """Pools of three batches of eight turns, in place of two thousand turns."""
    pool = start
    while True:
        rng = random.Random(f"{seed} {pool}")
        yield pool, [[example(rng) for _ in range(8)] for _ in range(3)]
        pool += 1


@pytest.fixture
def config(monkeypatch, tmp_path):
    """Makes configurations of a model that trains in a second: one narrow layer."""
    monkeypatch.setitem(SIZES, "tiny-s", Size(32, 1, 32, half=False))
    monkeypatch.setattr("harness.train.loop.batches", few)

    def build(tokens, work="work", **more):
        fixed = {"decay": 1e-9, "warmup_steps": 2, "compile": False, "device": "cpu"}
        return TrainConfig(
            folder=tmp_path / "out", work=tmp_path / work, tokens=tokens, **{**fixed, **more}
        )

    return build


def trained(config):
    """Train in a trainer of its own, and return it with what it reported."""
    from harness.train.loop import Trainer

    lines = []
    trainer = Trainer(config, lines.append)
    trainer.train()
    return trainer, lines


@pytest.mark.parametrize("optimizer", ["muon", "adamw"])
def test_an_interrupted_run_ends_with_the_same_weights(config, optimizer):
    from harness.train.loop import Trainer

    straight, lines = trained(config(9000, "a", optimizer=optimizer))
    reported = []

    def interrupt(line):
        reported.append(line)
        if len(reported) == 3:
            raise KeyboardInterrupt

    plan = config(9000, "b", optimizer=optimizer, checkpoint_every_s=0.0)
    with pytest.raises(KeyboardInterrupt):
        Trainer(plan, interrupt).train()
    resumed, more = trained(plan)
    assert "continues at" in more[0]
    assert len(more) - 1 == len(lines) - 2  # two pools lay behind the last checkpoint
    assert (resumed.tokens, resumed.steps) == (straight.tokens, straight.steps)
    ours, theirs = straight.model.state_dict(), resumed.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_training_lowers_the_loss(config):
    _, lines = trained(config(60_000))
    losses = [float(line.partition("loss ")[2].split()[0]) for line in lines]
    assert losses[0] > 5  # near log(264) = 5.6, the loss of knowing nothing
    assert losses[-1] < 3.5


def test_products_in_bfloat16_lead_nearly_the_same_way(config):
    exact, _ = trained(config(6000, "a"))
    rounded, _ = trained(config(6000, "b", bf16=True))
    ours = torch.cat([p.flatten() for p in exact.model.parameters()])
    theirs = torch.cat([p.flatten() for p in rounded.model.parameters()])
    assert not torch.equal(ours, theirs)
    assert theirs.dtype == torch.float32
    assert torch.nn.functional.cosine_similarity(ours, theirs, dim=0) > 0.99


def test_a_checkpoint_of_another_configuration_is_refused(config):
    trained(config(1000))
    with pytest.raises(UsageError, match="another seed"):
        trained(config(1000, seed=1))


def test_a_loss_that_is_no_number_ends_the_run_and_spoils_no_checkpoint(config, monkeypatch):
    from harness.train.loop import Trainer

    plan = config(9000, checkpoint_every_s=0.0)
    trainer = Trainer(plan, lambda line: None)
    learn = trainer._learn
    monkeypatch.setattr(
        trainer, "_learn", lambda *batch: learn(*batch) * (1 if trainer.steps < 6 else math.nan)
    )
    with pytest.raises(HarnessError, match="loss is nan after"):
        trainer.train()
    assert Trainer(plan, lambda line: None).pool == 2  # two pools of three batches went well


def test_an_unknown_size_is_named(config):
    with pytest.raises(UsageError, match="tiny-xl"):
        trained(config(1000, size="tiny-xl"))


@pytest.mark.parametrize("half", [False, True])
def test_both_forms_of_an_export_are_the_same_model(config, monkeypatch, half):
    monkeypatch.setitem(SIZES, "tiny-s", Size(64, 1, 64, half=half))
    plan = config(2000)
    folder = run(plan, lambda line: None)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder)
    assert theirs.dtype == torch.float32
    shape = json.loads((folder / "genai_config.json").read_text())["model"]
    decoder = Decoder(folder, shape, threads=1)
    ids = [257, *b"12+34=", 258]
    with torch.inference_mode():
        expected = theirs(torch.tensor([ids])).logits[0, -1].numpy()
    got, _ = decoder.prefill(ids)
    assert np.abs(got - expected).max() < 1e-4
    weights = sum(p.numel() for p in theirs.parameters())
    assert (folder / "model.safetensors").stat().st_size / weights == pytest.approx(
        2 if half else 4, abs=0.5
    )
