"""Families of tasks, folders of definitions, and what a prompt may say beyond its turns."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import pytest

import harness
from harness.core import Message, Prompt, TaskSpec, UnknownNameError, UsageError, registry
from harness.core.hashing import content_hash
from harness.models.chat import render_chat

TEMPLATE = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"


@pytest.mark.parametrize(
    ("text", "name", "options"),
    [
        ("gsm8k", "gsm8k", {}),
        ("gsm8k:shots=5", "gsm8k", {"shots": "5"}),
        ("lm-eval:gsm8k", "lm-eval:gsm8k", {}),
        ("lm-eval:gsm8k:shots=5,filter=strict-match", "lm-eval:gsm8k",
         {"shots": "5", "filter": "strict-match"}),
        ("some:a:b:k=x:y", "some:a:b", {"k": "x:y"}),
    ],
)  # fmt: skip
def test_the_name_of_a_familys_task_holds_a_colon(
    text: str, name: str, options: dict[str, str]
) -> None:
    spec = TaskSpec.parse(text)
    assert (spec.name, dict(spec.options)) == (name, options)
    assert TaskSpec.parse(str(spec)) == spec


@pytest.mark.parametrize("text", ["", ":shots=5", " : "])
def test_a_task_has_a_name(text: str) -> None:
    with pytest.raises(UsageError, match="has no name"):
        TaskSpec.parse(text)


def test_a_family_makes_tasks_by_name() -> None:
    harness.register("families", "echo", lambda name: lambda: f"the task {name}")
    assert registry.find("tasks", "echo:a:b")() == "the task a:b"
    with pytest.raises(UnknownNameError, match="nobody:x"):
        registry.find("tasks", "nobody:x")


def test_lm_eval_is_a_family_that_loads_nothing_yet() -> None:
    assert registry.find("tasks", "lm-eval:gsm8k")().name == "lm-eval:gsm8k"


def test_folders_stand_in_the_environment_the_last_one_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(registry.INCLUDE_VARIABLE, "")
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    for folder in (one, two, one):
        registry.include(folder)
    assert registry.include_paths() == [one.resolve(), two.resolve()]
    assert os.environ[registry.INCLUDE_VARIABLE].split(os.pathsep)[0] == str(one.resolve())
    with pytest.raises(UsageError, match="no such folder"):
        registry.include(tmp_path / "three")


def test_an_ordinary_prompt_hashes_as_its_fields_do() -> None:
    """Stored runs are named by their prompts: `begin`, `stop` and `plain` count only when set."""
    prompt = Prompt((Message("system", "s"), Message("user", "1+1? 你好")))
    turns = {"messages": [asdict(message) for message in prompt.messages]}
    assert content_hash([prompt.to_json()]) == content_hash([turns])
    others = [
        Prompt(prompt.messages, begin="A:"),
        Prompt(prompt.messages, stop=("\n",)),
        Prompt(prompt.messages, plain=True),
    ]
    assert len({content_hash([p.to_json()]) for p in [prompt, *others]}) == 4


def test_a_plain_prompt_has_no_template() -> None:
    plain = Prompt((Message("user", "Q: 1+1?\nA:"),), plain=True)
    assert render_chat(TEMPLATE, plain, tokens={}, day="2026-01-01") == "Q: 1+1?\nA:"
    assert render_chat(None, plain, tokens={}, day="2026-01-01") == "Q: 1+1?\nA:"
    turn = Prompt(plain.messages)
    assert render_chat(TEMPLATE, turn, tokens={}, day="2026-01-01").startswith("<user>Q")
