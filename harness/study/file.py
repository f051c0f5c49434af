"""The contents of a study file: the frozen dataclasses that it is parsed into, and its schema.

The annotations define a key's type and its meaning as shown by editors (`Annotated`); msgspec
validates values against them and generates the JSON schema from them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec

from harness.models.options import Count, Natural, Positive


def says(meaning: str) -> msgspec.Meta:
    """A key's description in the schema."""
    return msgspec.Meta(description=meaning)


NotNegative = Annotated[float, msgspec.Meta(ge=0, lt=1e12)]
Text = Annotated[str, msgspec.Meta(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars per million tokens."""

    input: Annotated[NotNegative, says("of a prompt")]
    output: Annotated[NotNegative, says("generated, including thinking")]
    cached: Annotated[
        NotNegative | None, says("of a prompt, if served from the provider's cache")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """One model of a study."""

    model: Annotated[Text, says("backend:name or backend:name@url, as in `harness eval --model`")]
    name: Annotated[Text | None, says("name in tables and on pages (default: the model's own)")] = (
        None
    )
    args: Annotated[
        dict[str, Any], says("options of its backend: `harness models options BACKEND`")
    ] = field(default_factory=dict)
    price: Annotated[Price | None, says("overrides the price book's")] = None
    gpu_usd_per_hour: Annotated[
        NotNegative | None, says("count device time at this hourly rate instead of tokens")
    ] = None
    budgets: Annotated[tuple[Text, ...], says("overrides those of the study and of its tasks")] = ()
    max_output_tokens: Annotated[
        Count | None, says("token limit of one completion, overrides the study's")
    ] = None
    batch: Annotated[
        Literal["wait", "submit"] | None,
        says("use the provider's batch API, at half the price"),
    ] = None
    concurrency: Annotated[
        Count | None, says("calls in flight (default: enough to keep the engine busy)")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEntry:
    """One task of a study."""

    task: Annotated[
        Text, says("a task's name, or a file of questions, as in `harness eval --task`")
    ]
    options: Annotated[dict[str, Any], says("options of the task: those after its name")] = field(
        default_factory=dict
    )
    limit: Annotated[
        Count | None, says("use only its first problems, overrides the study's limit")
    ] = None
    budgets: Annotated[tuple[Text, ...], says("overrides the study's")] = ()
    prompt: Annotated[
        Text | None, says("replaces the task's prompt; {{ question }} is the question")
    ] = None
    system: Annotated[str | None, says("replaces the task's system prompt")] = None
    shots: Annotated[Natural | None, says("number of worked examples")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeEntry:
    """A model that is asked for verdicts, if a task's verifier provides a question."""

    model: Annotated[Text, says("as for a model of the study")]
    args: Annotated[dict[str, Any], says("options of its backend")] = field(default_factory=dict)
    votes: Annotated[Count, says("votes for each answer; the majority counts")] = 1
    max_output_tokens: Annotated[Count, says("token limit of one reply")] = 1024
    price: Annotated[Price | None, says("overrides the price book's")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """What the whole study may use, over all its commands and including the judge."""

    max_usd: Annotated[Positive | None, says("US dollars")] = None
    max_tokens: Annotated[Count | None, says("tokens, including prompts")] = None
    max_seconds: Annotated[
        Positive | None, says("seconds of one command, after which no call starts")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A figure that the study claims: it is an error if a run no longer agrees."""

    model: Annotated[Text, says("a model's name in this study")]
    task: Annotated[Text, says("a task of this study, with its options")]
    budget: Annotated[Text, says("one budget")]
    metric: Annotated[Text, says("a figure of the run, as in `harness show --json`")] = "accuracy"
    value: Annotated[float, says("the claimed value")]
    tolerance: Annotated[
        NotNegative | None,
        says("allowed distance from the value (default: its 95% interval must contain it)"),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFile:
    """Models, tasks and budgets: the contents of a leaderboard."""

    title: Annotated[str, says("title of the site")] = ""
    text: Annotated[str, says("text above the site's table; blank lines separate paragraphs")] = ""
    models: Annotated[tuple[ModelEntry, ...], says("the models to measure")] = ()
    tasks: Annotated[tuple[TaskEntry, ...], says("on what")] = ()
    budgets: Annotated[
        tuple[Text, ...], says("what may be spent on one problem; braces expand to a sweep")
    ] = ()
    limit: Annotated[Count | None, says("use only the first problems of each task")] = None
    exclude_known_faults: Annotated[
        bool, says("leave out problems with a known wrong answer or an ambiguous question")
    ] = False
    seed: Annotated[int, says("sampling seed")] = 0
    max_output_tokens: Annotated[
        Count | None, says("token limit of one completion (default: the model's)")
    ] = None
    fresh: Annotated[
        Text | None, says("a label: sample models behind an API again, such as 2026-12")
    ] = None
    max_age: Annotated[
        Text | None, says("the same unless samples at most this old are stored, such as 30d")
    ] = None
    data_dir: Annotated[Text | None, says("folder of local data sets, relative to this file")] = (
        None
    )
    db: Annotated[
        Text | None, says("database, relative to this file (default: harness.sqlite)")
    ] = None
    plugins: Annotated[
        tuple[Text, ...], says("Python files that register plugins, relative to this file")
    ] = ()
    ceilings: Annotated[Ceilings, says("limits on the whole study")] = field(
        default_factory=Ceilings
    )
    judge: Annotated[JudgeEntry | None, says("a model that is asked for verdicts")] = None
    expect: Annotated[tuple[Claim, ...], says("figures that the study claims")] = ()


def schema() -> dict[str, Any]:
    """The JSON schema of a study file, used by editors for completion and validation."""
    made = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(StudyFile)))
    for one in made["$defs"].values():
        if "properties" in one:
            one["additionalProperties"] = False
            for value in one["properties"].values():
                if value.get("default") == {}:  # some versions of msgspec say it, and others don't
                    del value["default"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
