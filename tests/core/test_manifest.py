"""Manifests as data: what is stored is read and written back unchanged."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.core import Command, RunIdentity, RunManifest
from harness.store.identity import run_id

STORED = Path(__file__).parents[1] / "store" / "data" / "before.json"
RUNS = json.loads(STORED.read_text("utf-8"))


@pytest.mark.parametrize("run", RUNS, ids=[run["budget"] for run in RUNS])
def test_a_stored_manifest_is_written_back_as_it_was(run):
    stored = run["manifest"]
    manifest = RunManifest.from_json(stored)
    assert json.dumps(manifest.to_json()) == json.dumps(stored)
    assert manifest.extra == {}
    assert manifest.identity.extra == {}
    assert run_id(manifest.identity.to_json()) == run["id"]
    assert manifest.identity.budget == run["budget"]


def test_an_imports_manifest_has_its_file_and_no_price():
    manifest = RunManifest(imported="outputs.jsonl")
    stored = manifest.to_json()
    assert stored["imported"] == "outputs.jsonl"
    assert "price" not in stored
    assert RunManifest.from_json(stored) == manifest


def test_a_ceilings_price_is_part_of_what_is_measured():
    plain = RunIdentity(model="m", budget="sample@4 usd<=0.1")
    priced = replace(plain, price=("0.1", "0.4"))
    assert "price" not in plain.to_json()
    assert priced.to_json()["price"] == ["0.1", "0.4"]
    assert RunIdentity.from_json(priced.to_json()) == priced


def test_names_of_a_later_version_are_kept():
    stored = RunManifest().to_json() | {"later": [1]}
    stored["identity"] |= {"plugin": "abc"}
    again = RunManifest.from_json(json.loads(json.dumps(stored)))
    assert again.to_json() == stored


def test_facts_say_what_must_agree():
    identity = RunIdentity(task="t", task_version="2", data="d", prompts="p", seed=3)
    facts = RunManifest(identity=identity).facts("math@1")
    assert facts == {
        "task": "t",
        "task_version": "2",
        "data": "d",
        "prompts": "p",
        "verifier": "math@1",
    }
    more = RunManifest(identity=identity).sampling_facts("math@1")
    assert more == {**facts, "seed": "3", "max_output_tokens": "2048"}


@pytest.mark.parametrize(
    "text",
    [
        "harness eval --model onnx:tiny-s --task traps --budget 'sample@4 tokens<=200' --limit 8",
        """harness import "a b.jsonl" --field 'text=it'"'"'s' --model x""",
        "harness eval --model-arg it's --limit 3",
        "",
    ],
)
def test_a_command_is_split_and_joined_without_a_change(text):
    assert str(Command.parse(text)) == text


def test_the_options_of_a_command_are_read_set_and_taken_away():
    command = Command.parse("harness eval --model m --budget 'vote@4 usd<=1' --limit 3")
    assert command.evaluates
    assert command.option("budget") == "vote@4 usd<=1"
    assert command.option("judge") is None
    judged = command.plus(Command.parse("--judge 'openai:a b@http://host' --judge-votes 3"))
    assert judged.option("judge") == "openai:a b@http://host"
    assert judged.option("judge-votes") == "3"
    assert judged.without("judge", "judge-votes") == command
    assert str(judged.without("budget")).startswith("harness eval --model m --limit 3 --judge")
    assert not Command.parse("harness import x --task t").evaluates
