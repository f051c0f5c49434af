"""Reward models through transformers: small random ones, against transformers used plainly."""

from __future__ import annotations

import asyncio
import json
import struct

import pytest

from harness.budgets.rewards.hf import HfReward
from harness.core import BackendError, Prompt, UsageError

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
    merging = Tokenizer(
        models.BPE(
            vocabulary | {"?\n": len(vocabulary), "5\n": len(vocabulary) + 1},
            [("?", "\n"), ("5", "\n")],
            unk_token="[UNK]",
        )
    )
    joined = transformers.PreTrainedTokenizerFast(
        tokenizer_object=merging, unk_token="[UNK]", bos_token="="
    )
    made = {}
    torch.manual_seed(0)
    for name, kind, labels in [
        ("merging", "LlamaForTokenClassification", 2),
        ("orm1", "LlamaForSequenceClassification", 1),
        ("orm2", "LlamaForSequenceClassification", 2),
        ("prm", "LlamaForTokenClassification", 2),
        ("lm", "LlamaForCausalLM", 2),
    ]:
        config = transformers.LlamaConfig(
            vocab_size=len(vocabulary) + 2,
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
        (joined if name == "merging" else fast).save_pretrained(folder)
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


def trl_row(tokenizer, question, steps):
    """`PRMTrainer.tokenize_row` of TRL (trl/experimental/prm), written from its description.

    Prompt, completions and separator are tokens of their own; the label of a step stands at the
    last token of its separator, "\\n".
    """
    ids = tokenizer(question, add_special_tokens=False)["input_ids"]
    if tokenizer.bos_token_id is not None:
        ids = [tokenizer.bos_token_id, *ids]
    labelled = []
    for step in steps:
        ids = ids + tokenizer(step, add_special_tokens=False)["input_ids"]
        ids = ids + tokenizer("\n", add_special_tokens=False)["input_ids"]
        labelled.append(len(ids) - 1)
    return ids, labelled


@pytest.mark.parametrize("name", ["prm", "merging"])
def test_a_prm_scores_each_step_where_trl_labels_it(fake, folders, name):
    """ "merging" has tokens of a newline with its neighbours, which must not come about."""
    import torch
    import transformers

    reward, caller = HfReward(str(folders[name])), fake.FakeCaller()
    graded = asyncio.run(reward.score(caller, TEXTS))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folders[name])
    model = transformers.AutoModelForTokenClassification.from_pretrained(folders[name])
    for text, one in zip(TEXTS, graded, strict=True):
        ids, labelled = trl_row(tokenizer, "How many?", text.split("\n"))
        chances = model(torch.tensor([ids])).logits[0].detach().softmax(-1)[:, 1]
        assert one.steps == pytest.approx([float(chances[i]) for i in labelled], abs=1e-5)
        assert (one.prompt_tokens, one.cut) == (len(ids), False)
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


def test_of_an_answer_beyond_its_context_the_beginning_is_scored(fake, folders):
    """And the others as if it were not there."""
    long = "\n".join(["2 3 = 5"] * 10)  # 9 tokens of the question, 8 a line, 64 in all
    short = "2 3 = 5"
    for name, scored in (("prm", 6), ("orm1", 1)):
        reward = HfReward(str(folders[name]))
        graded = asyncio.run(reward.score(fake.FakeCaller(), [short, long, short]))
        assert [one.cut for one in graded] == [False, True, False]
        assert [len(one.steps) for one in graded] == [1, scored, 1]
        assert graded[0] == graded[2]
        assert graded[1].prompt_tokens == 64
    alone = asyncio.run(HfReward(str(folders["prm"])).score(fake.FakeCaller(), ["2 3 = 5"]))
    assert graded[0].cut is alone[0].cut is False


@pytest.mark.parametrize("name", ["prm", "orm1", "orm2"])
def test_an_answer_that_is_not_read_at_all_has_the_value_0(fake, folders, name):
    caller = fake.FakeCaller(prompt=Prompt.user("How many?" * 10))
    [graded] = asyncio.run(HfReward(str(folders[name])).score(caller, ["2 3 = 5"]))
    assert (graded.steps, graded.cut) == ((0.0,), True)


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
