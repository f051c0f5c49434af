"""What stands in a study file: the frozen dataclasses that it is read into, and its JSON schema.

The annotations say what a key takes (`Annotated`, with its meaning as editors show it); msgspec
checks values against them and makes the schema of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec

from harness.models.options import Count, Natural, Positive


def says(meaning: str) -> msgspec.Meta:
    """What a key means, in its schema."""
    return msgspec.Meta(description=meaning)


NotNegative = Annotated[float, msgspec.Meta(ge=0, lt=1e12)]
Text = Annotated[str, msgspec.Meta(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars per million tokens."""

    input: Annotated[NotNegative, says("of a prompt")]
    output: Annotated[NotNegative, says("generated, thoughts included")]
    cached: Annotated[NotNegative | None, says("of a prompt, read from the provider's cache")] = (
        None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """One model of a study."""

    model: Annotated[
        Text, says("backend:name or backend:name@url, as `harness eval --model` takes it")
    ]
    name: Annotated[
        Text | None, says("its name in tables and on pages (default: the model's own)")
    ] = None
    args: Annotated[
        dict[str, Any], says("options of its backend: `harness models options BACKEND`")
    ] = field(default_factory=dict)
    price: Annotated[Price | None, says("instead of the price book's")] = None
    gpu_usd_per_hour: Annotated[
        NotNegative | None, says("counts the device's time instead of tokens")
    ] = None
    budgets: Annotated[
        tuple[Text, ...], says("instead of those of the study and of its tasks")
    ] = ()
    max_output_tokens: Annotated[
        Count | None, says("limit of one completion, instead of the study's")
    ] = None
    batch: Annotated[
        Literal["wait", "submit"] | None,
        says("ask through the provider's batch interface, at half the price"),
    ] = None
    concurrency: Annotated[
        Count | None, says("calls in flight (default: what fills the engine)")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEntry:
    """One task of a study."""

    task: Annotated[
        Text, says("a task's name, or a file of questions, as `harness eval --task` takes it")
    ]
    options: Annotated[dict[str, Any], says("options of the task: those behind its name")] = field(
        default_factory=dict
    )
    limit: Annotated[
        Count | None, says("its first problems alone, instead of the study's limit")
    ] = None
    budgets: Annotated[tuple[Text, ...], says("instead of the study's")] = ()
    prompt: Annotated[
        Text | None, says("replaces the task's wording; {{ question }} is the question")
    ] = None
    system: Annotated[str | None, says("replaces the task's system prompt")] = None
    shots: Annotated[Natural | None, says("number of worked examples")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeEntry:
    """A model that is asked for verdicts, where a task's verifier knows what to ask."""

    model: Annotated[Text, says("as a model of the study")]
    args: Annotated[dict[str, Any], says("options of its backend")] = field(default_factory=dict)
    votes: Annotated[
        Count, says("times that it is asked about each answer; the majority counts")
    ] = 1
    max_output_tokens: Annotated[Count, says("limit of one reply")] = 1024
    price: Annotated[Price | None, says("instead of the price book's")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """What the whole study may use, all its commands and the judge together."""

    max_usd: Annotated[Positive | None, says("US dollars")] = None
    max_tokens: Annotated[Count | None, says("tokens, prompts included")] = None
    max_seconds: Annotated[
        Positive | None, says("seconds of one command, after which no call begins")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A figure that the study claims: a run of it that no longer agrees is an error."""

    model: Annotated[Text, says("a model's name in this study")]
    task: Annotated[Text, says("a task of this study, with its options")]
    budget: Annotated[Text, says("one budget")]
    metric: Annotated[Text, says("a figure of the run, as `harness show --json` names it")] = (
        "accuracy"
    )
    value: Annotated[float, says("what is claimed")]
    tolerance: Annotated[
        NotNegative | None,
        says("how far the figure may lie from it (default: as far as its 95% interval reaches)"),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFile:
    """Models, tasks and budgets: what a board is made from."""

    title: Annotated[str, says("title of the site")] = ""
    text: Annotated[str, says("text above the site's table; a blank line parts paragraphs")] = ""
    models: Annotated[tuple[ModelEntry, ...], says("who is measured")] = ()
    tasks: Annotated[tuple[TaskEntry, ...], says("on what")] = ()
    budgets: Annotated[
        tuple[Text, ...], says("what may be spent on one problem; braces are a sweep")
    ] = ()
    limit: Annotated[Count | None, says("the first problems of each task alone")] = None
    exclude_known_faults: Annotated[
        bool, says("leaves out problems whose published answer is known to be wrong")
    ] = False
    seed: Annotated[int, says("of the sampling")] = 0
    max_output_tokens: Annotated[
        Count | None, says("limit of one completion (default: the model's)")
    ] = None
    fresh: Annotated[
        Text | None, says("a label: asks models behind an API anew, such as 2026-12")
    ] = None
    max_age: Annotated[
        Text | None, says("the same unless something as young is stored, such as 30d")
    ] = None
    data_dir: Annotated[Text | None, says("folder of local data sets, from this file's folder")] = (
        None
    )
    db: Annotated[
        Text | None, says("database, from this file's folder (default: harness.sqlite)")
    ] = None
    plugins: Annotated[
        tuple[Text, ...], says("Python files that register plugins, from this folder")
    ] = ()
    ceilings: Annotated[Ceilings, says("what may be used in all")] = field(default_factory=Ceilings)
    judge: Annotated[JudgeEntry | None, says("a model that is asked for verdicts")] = None
    expect: Annotated[tuple[Claim, ...], says("figures that the study claims")] = ()


def schema() -> dict[str, Any]:
    """The JSON schema of a study file, by which editors complete and check it."""
    made = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(StudyFile)))
    for one in made["$defs"].values():
        if "properties" in one:
            one["additionalProperties"] = False
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
