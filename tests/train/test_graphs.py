"""Recorded steps: what is padded teaches nothing, and a replay learns what the step would."""

from __future__ import annotations

import random

import pytest

from harness.train import TrainConfig
from harness.train.config import BATCH_TOKENS
from harness.train.data import IGNORED, batches, example

torch = pytest.importorskip("torch", reason="needs the extra `train`")
pytest.importorskip("transformers", reason="needs the extra `train`")
pytestmark = pytest.mark.extras

from harness.train.graphs import STEP, padded_to_shape  # noqa: E402 - it imports torch
from harness.train.loop import Trainer, padded  # noqa: E402


def test_few_shapes_hold_all_batches_of_a_pool():
    _, cut = next(batches(0, 0, BATCH_TOKENS))
    shapes = set()
    for batch in cut:
        plain_ids, plain_labels = padded(batch)
        ids, labels = padded_to_shape(plain_ids, plain_labels, BATCH_TOKENS)
        rows, width = plain_ids.shape
        assert torch.equal(ids[:rows, :width], plain_ids)
        assert torch.equal(labels[:rows, :width], plain_labels)
        assert (labels[rows:] == IGNORED).all()
        assert (labels[:, width:] == IGNORED).all()
        shapes.add(tuple(ids.shape))
    assert len({width for _, width in shapes}) == len(shapes)  # the width decides
    assert all(width % STEP == 0 for _, width in shapes)


@pytest.fixture
def config(tmp_path):
    def build(**more):
        fixed = {"folder": tmp_path / "out", "work": tmp_path / "work", "compile": False}
        return TrainConfig(**fixed, **more)

    return build


def test_added_rows_change_no_gradient(config):
    rng = random.Random(2)
    batch = [example(rng) for _ in range(4)]
    trainer = Trainer(config(device="cpu"), print)
    gradients = []
    trainer.optimizers = []
    for ids, labels in (padded(batch), padded_to_shape(*padded(batch), 2000)):
        loss = trainer._learn(ids, labels)
        parts = [p.grad.flatten() for p in trainer.model.parameters()]
        gradients.append((float(loss), torch.cat(parts)))
        trainer.model.zero_grad()
    (plain, ours), (wide, theirs) = gradients
    assert wide == pytest.approx(plain, rel=1e-5)
    assert torch.nn.functional.cosine_similarity(ours, theirs, dim=0) > 0.99999


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_replayed_steps_learn_what_plain_ones_do(config):
    """Batches of one shape: the first runs as it is, the second is recorded, all are replayed."""
    rng = random.Random(3)
    batch = [example(rng) for _ in range(4)]
    losses = []
    for recorded in (True, False):
        trainer = Trainer(config(device="cuda"), print)
        if not recorded:
            trainer.recorded = lambda ids, labels, t=trainer: t._learn(ids.cuda(), labels.cuda())
        losses.append([float(trainer._step(batch)) for _ in range(6)])
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)
    assert losses[0][-1] < losses[0][0]
