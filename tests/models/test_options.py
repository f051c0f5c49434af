"""Reading `--model-arg` into each backend's options."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

import pytest

from harness.core import ModelSpec, UnknownNameError, UsageError, registry
from harness.models.options import (
    Count,
    ModelOptions,
    Natural,
    Object,
    Positive,
    Words,
    describe,
    option,
    read_options,
)


@dataclass(frozen=True, kw_only=True)
class Options(ModelOptions):
    """One of each type."""

    threads: Count = option(1, "…")
    retries: Natural = option(5, "…")
    extra: Object = option({}, "…", affects_output=True)
    api: Literal["chat", "completions"] = option("chat", "…", affects_output=True)
    dtype: Literal["float32", "float16"] | None = option(None, "…")
    seeded: bool = option(True, "…")
    eager: bool | None = option(None, "…")
    timeout: Positive = option(600.0, "…")
    drop: Words = option((), "…", affects_output=True)
    continue_: Literal["none", "vllm"] = option("none", "…", name="continue")


def read(**given: str) -> Options:
    return read_options(Options, ModelSpec.parse("onnx:m", given))


def test_types_and_defaults() -> None:
    args = read(
        threads="4",
        extra='{"a": 1}',
        api="completions",
        seeded="no",
        eager="1",
        timeout="1.5",
        drop="seed, stop",
        retries="0",
        **{"continue": "vllm"},
    )
    assert (args.threads, args.extra, args.api) == (4, {"a": 1}, "completions")
    assert (args.seeded, args.eager, args.timeout, args.context) == (False, True, 1.5, None)
    assert (args.drop, args.retries, args.continue_) == (("seed", "stop"), 0, "vllm")
    assert read() == Options()
    assert args.given()["continue"] == "vllm"
    assert "context" not in args.given()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("threads", "0", "whole number from 1"),
        ("threads", "two", "whole number from 1"),
        ("threads", "1.5", "whole number from 1"),
        ("retries", "-1", "whole number from 0"),
        ("extra", "[1]", "JSON object"),
        ("extra", "{", "JSON object"),
        ("api", "grpc", "one of chat, completions"),
        ("api", "caht", "did you mean 'chat'"),
        ("dtype", "float64", "one of float32, float16"),
        ("seeded", "maybe", "true or false"),
        ("eager", "maybe", "true or false"),
        ("timeout", "-1", "number above 0"),
        ("timeout", "inf", "number above 0"),
        ("timeout", "nan", "number above 0"),
        ("display_name", "", "text"),
    ],
)
def test_a_bad_value_is_named(name: str, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=f"model_args={{'{name}': .*{says}"):
        read(**{name: text})


def test_an_unknown_name_gets_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean .threads..*concurrency, context"):
        read(thread="1")


def test_only_what_changes_the_output_is_fingerprinted() -> None:
    args = read(threads="4", context="64", api="chat", extra='{"x": 2}', seeded="false")
    assert args.affecting_output() == {"context": 64, "extra": {"x": 2}}


@pytest.mark.parametrize(
    "backend", ["onnx", "hf", "vllm", "openai", "anthropic", "gemini", "openrouter"]
)
def test_every_option_of_every_backend_is_described(backend: str) -> None:
    """The default of each, written out, is read back as itself."""
    kind: Any = registry.find("models", backend).options_class
    rows = {row.name: row for row in describe(kind)}
    assert len(rows) == len(fields(kind))
    for row in rows.values():
        assert row.help
        assert row.type
        if isinstance(row.default, int | float | str) and row.default != "":
            text = str(row.default).lower() if isinstance(row.default, bool) else str(row.default)
            assert read_options(kind, ModelSpec.parse("b:m", {row.name: text})) == kind()
