"""Reward models through transformers: small random ones, against transformers used plainly."""

from __future__ import annotations

import asyncio
import json
import struct

import pytest

from harness.budgets.rewards.hf import HfReward
from harness.core import BackendError, UsageError

pytestmark = pytest.mark.extras
TEXTS = ["2 3 = 5\n5 4 = 9", "2 3", "2 3 = 6\n5 4 = 9\n1", "2 3 = 5\n5 4 = 8"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocabulary = {c: i for i, c in enumerate(["[UNK]", "\n", " ", *"0123456789=+How many?"])}
    vocabulary = {c: i for i, c in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]")
    made = {}
    torch.manual_seed(0)
    for name, kind, labels in [
        ("orm1", "LlamaForSequenceClassification", 1),
        ("orm2", "LlamaForSequenceClassification", 2),
        ("prm", "LlamaForTokenClassification", 2),
        ("lm", "LlamaForCausalLM", 2),
    ]:
        config = transformers.LlamaConfig(
            vocab_size=len(vocabulary),
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=64,
            num_labels=labels,
        )
        folder = tmp_path_factory.mktemp(name)
        model = getattr(transformers, kind)(config)
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.5)
        model.save_pretrained(folder)
        fast.save_pretrained(folder)
        made[name] = folder
    return made


@pytest.mark.parametrize("name", ["orm1", "orm2"])
def test_an_orm_scores_whole_responses(fake, folders, name):
    import torch
    import transformers

    reward, caller = HfReward(str(folders[name])), fake.FakeCaller()
    graded = asyncio.run(reward.score(caller, TEXTS))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folders[name])
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folders[name])
    model.config.pad_token_id = -1
    for text, one in zip(TEXTS, graded, strict=True):
        ids = tokenizer.encode(f"How many?\n{text}", return_tensors="pt")
        logits = model(ids).logits[0].detach()
        plain = logits.sigmoid()[0] if name == "orm1" else logits.softmax(-1)[1]
        assert one.steps == (pytest.approx(float(plain), abs=1e-5),)
        assert one.prompt_tokens == ids.shape[1]
    assert not torch.isnan(logits).any()


def test_a_prm_scores_each_step_at_its_newline(fake, folders):
    import transformers

    reward, caller = HfReward(str(folders["prm"])), fake.FakeCaller()
    graded = asyncio.run(reward.score(caller, TEXTS))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folders["prm"])
    model = transformers.AutoModelForTokenClassification.from_pretrained(folders["prm"])
    for text, one in zip(TEXTS, graded, strict=True):
        ids = tokenizer.encode(f"How many?\n{text}\n", return_tensors="pt")
        chances = model(ids).logits[0].detach().softmax(-1)[:, 1]
        newlines = [i for i, token in enumerate(ids[0]) if int(token) == 1][1:]
        assert one.steps == pytest.approx([float(chances[i]) for i in newlines], abs=1e-5)
    # what comes first does not depend on what follows
    assert graded[0].steps[0] == pytest.approx(graded[3].steps[0], abs=1e-5)


def test_its_size_is_known_before_it_is_loaded(folders):
    import transformers

    info = HfReward(str(folders["prm"])).info
    model = transformers.AutoModelForTokenClassification.from_pretrained(folders["prm"])
    assert info.parameters == sum(p.numel() for p in model.parameters())
    assert (info.layers, info.width, info.context) == (2, 16, 64)
    other = HfReward(str(folders["orm1"])).info
    assert other.fingerprint != info.fingerprint


def test_a_response_beyond_its_context_is_an_error(fake, folders):
    reward = HfReward(str(folders["orm1"]))
    with pytest.raises(BackendError, match="context is 64"):
        asyncio.run(reward.score(fake.FakeCaller(), ["1" * 80]))


def test_a_model_that_is_no_reward_is_refused(folders, tmp_path):
    with pytest.raises(UsageError, match="LlamaForCausalLM is no reward"):
        HfReward(str(folders["lm"]))
    with pytest.raises(UsageError, match=r"no readable config\.json"):
        HfReward(str(tmp_path))
    config = {
        "architectures": ["XForSequenceClassification"],
        "id2label": {"0": "", "1": "", "2": ""},
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(UsageError, match="3 labels"):
        HfReward(str(tmp_path))


def test_weights_that_cannot_be_read_are_a_clear_error(fake, folders, tmp_path):
    for file in folders["orm1"].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")
    reward = HfReward(str(tmp_path))
    with pytest.raises(BackendError, match="lacks weights"):
        asyncio.run(reward.score(fake.FakeCaller(), ["1"]))
