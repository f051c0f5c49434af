"""`model_args`: each backend's options are a frozen dataclass, parsed and validated here.

A field's annotation gives its type (`Literal`, `int`, bounds by `Annotated`), its `option(…)`
its meaning. msgspec validates values against annotations.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from harness.core import ModelSpec, UnknownNameError, UsageError
from harness.core.errors import backend_options

Count = Annotated[int, msgspec.Meta(ge=1)]
Natural = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[float, msgspec.Meta(gt=0, lt=1e12)]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Object = dict[str, Any]
Words = tuple[str, ...]

Dtype = Literal["float32", "bfloat16", "float16"]

O = TypeVar("O", bound="ModelOptions")  # noqa: E741 - the options' own class

_TRUTH = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}


def option(
    default: Any, meaning: str, *, affects_output: bool = False, name: str | None = None
) -> Any:
    """A field of an options class.

    `affects_output` includes its value in the model's fingerprint, so that another value gives
    other samples. `name` is what the user writes, if the name is a Python keyword.
    """
    meta = {"help": meaning, "affects_output": affects_output, "name": name}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=meta)
    return field(default=default, metadata=meta)


@dataclass(frozen=True, kw_only=True)
class ModelOptions:
    """The options of every backend."""

    think_start: Text | None = option(None, "string that opens thinking (default: the model's)")
    think_end: Text | None = option(None, "string that closes thinking; set both or neither")
    context: Count | None = option(
        None, "longest prompt plus completion, in tokens", affects_output=True
    )
    concurrency: Count | None = option(None, "samples kept in flight")
    template: Object = option({}, "extra variables of the chat template", affects_output=True)
    date: Text = option(
        "2024-07-26", "the date passed to the chat template (ISO)", affects_output=True
    )
    system: Text | None = option(
        None, "system prompt; a task's own system message follows it", affects_output=True
    )
    prompt_template: Text | None = option(
        None,
        "text around each question, with the question in place of {prompt}",
        affects_output=True,
    )
    display_name: Text | None = option(None, "name in tables and on pages")
    organisation: Text | None = option(None, "who made the model, for pages")
    link: Text | None = option(None, "URL of the model's page, for pages")
    licence: Text | None = option(None, "licence of its weights, for pages")
    parameters: Count | None = option(None, "number of weights, if no file states it; for FLOPs")
    active_parameters: Count | None = option(None, "weights used for each token")

    def given(self) -> dict[str, Any]:
        """The options that differ from their defaults, as the user writes them."""
        standard = type(self)()
        pairs = ((_name(f), getattr(self, f.name), getattr(standard, f.name)) for f in fields(self))
        return {name: value for name, value, default in pairs if value != default}

    def affecting_output(self) -> dict[str, Any]:
        """The ones that affect a model's output."""
        marked = {_name(f) for f in fields(self) if f.metadata["affects_output"]}
        return {name: value for name, value in sorted(self.given().items()) if name in marked}

    def card(self) -> dict[str, str]:
        """What pages show about the model besides its name."""
        told = {name: getattr(self, name) for name in ("organisation", "link", "licence")}
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Described:
    """One option as shown by `harness models options`."""

    name: str
    type: str
    default: Any
    help: str
    affects_output: bool


def _name(one: Any) -> str:
    return str(one.metadata["name"] or one.name)


def _types(kind: type[ModelOptions]) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def describe(kind: type[ModelOptions]) -> list[Described]:
    """All options of a class, those of every backend first."""
    rows, types, standard = [], _types(kind), kind()
    for one in fields(kind):
        meta, words = one.metadata, _words(types[one.name])
        default = getattr(standard, one.name)
        rows.append(Described(_name(one), words, default, meta["help"], meta["affects_output"]))
    return rows


def read_options(kind: type[O], spec: ModelSpec) -> O:
    """The options in a spec; raises UnknownNameError or UsageError that names the option."""
    by_name = {_name(one): one.name for one in fields(kind)}
    types = _types(kind)
    given: dict[str, Any] = {}
    for name, text in spec.args:
        if name not in by_name:
            raise UnknownNameError(
                f"option of the {spec.backend} backend",
                name,
                by_name,
                f"(it takes {', '.join(sorted(by_name))})",
            )
        given[by_name[name]] = _read(name, text, types[by_name[name]])
    return kind(**given)


def _read(name: str, text: str, wanted: Any) -> Any:
    value: Any = text
    try:
        if wanted == Object:
            value = json.loads(text)
        elif wanted == Words:
            value = [word.strip() for word in text.split(",") if word.strip()]
        elif wanted is bool or bool in get_args(wanted):
            value = _TRUTH.get(text.lower(), text)
        return msgspec.convert(value, wanted, strict=False)
    except (ValueError, RecursionError) as error:  # msgspec.ValidationError is a ValueError
        raise UsageError(
            f"{{model_args.{name}}}: not {_article(_words(wanted))}{_near(text, wanted, error)}",
            **backend_options(**{name: text}),
        ) from error


def _article(words: str) -> str:
    return words if words.startswith(("true", "one of")) else f"a {words}"


def _near(text: str, wanted: Any, error: Exception) -> str:
    """A hint: the closest choice, or what the JSON parser or a bound says."""
    import difflib  # only needed for the message

    near = difflib.get_close_matches(text, _choices(wanted), n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f" ({error})" if wanted == Object else ""


def _choices(wanted: Any) -> tuple[str, ...]:
    if get_origin(wanted) is Literal:
        return get_args(wanted)
    return tuple(c for part in get_args(wanted) if part is not wanted for c in _choices(part))


def _words(wanted: Any) -> str:
    """An annotation in plain words."""
    choices = _choices(wanted)
    if choices:
        return f"one of {', '.join(choices)}"
    parts = [wanted, *get_args(wanted)]
    for kind, words in (
        (Count, "whole number from 1"),
        (Natural, "whole number from 0"),
        (Positive, "number above 0"),
        (Object, "JSON object"),
        (Words, "comma-separated list"),
        (bool, "true or false"),
    ):
        if kind in parts:
            return words
    return "text"
