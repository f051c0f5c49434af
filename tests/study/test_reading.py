"""What is wrong with a study file is said in a line each, before anything is asked."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.study import Study
from harness.study.file import schema
from harness.study.reading import StudyError
from harness.study.template import TEMPLATE

from .conftest import SMALL

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
SECRET = "sk-proj-0123456789abcdefghijklmn"

FAULTS = [
    ('titel = "x"\n' + SMALL, "unknown key 'titel': did you mean 'title'?"),
    (SMALL.replace("name =", "nmae ="), "models #1: unknown key 'nmae': did you mean 'name'?"),
    (SMALL + '[judge]\nmodel = "onnx:tiny-s"\nvote = 3\n', "judge: unknown key 'vote'"),
    (SMALL.replace("limit = 6", 'limit = "six"'), "limit: expected"),
    (SMALL.replace("limit = 6", "limit = 0"), "limit: expected a whole number >= 1"),
    (SMALL.replace("limit = 6", "limit = "), "not TOML"),
    (SMALL.replace("greedy", "gredy"), "budgets: unknown budget 'gredy': did you mean 'greedy'?"),
    (SMALL.replace("vote@{1,2}", "vote@{1,2"), "braces do not match"),
    (SMALL.replace('"decimals"', '"decimls"'), "tasks: unknown task 'decimls': did you mean"),
    (SMALL + 'options = { langage = "en" }\n', "unknown option of task decimals 'langage'"),
    (SMALL.replace("onnx:tiny-s", "onxn:tiny-s"), "models #1 (Small): unknown backend 'onxn'"),
    (SMALL.replace('name = "Small"', 'args = { thread = "2" }'), "'thread'"),
    (SMALL + "[ceilings]\nmax_usd = 5\n", "models #1 (Small): no price is known"),
    (SMALL + "[ceilings]\nmax_usd = 0\n", "ceilings.max_usd: expected a number > 0"),
    (SMALL + "[ceilings]\nmax_tokens = 20\n", "ceilings.max_tokens = 20: less than the"),
    (SMALL.replace('name = "Small"', 'price = { input = 1e6, output = 1e6 }')
     + "[ceilings]\nmax_usd = 0.5\n", "ceilings.max_usd = 0.5: less than the"),
    (SMALL + '[[models]]\nmodel = "onnx:tiny-m"\nname = "Small"\n', "name 'Small' is already used"),
    (SMALL + '[[tasks]]\ntask = "decimals"\n', "decimals is already in tasks #1"),
    ('budgets = ["greedy"]\n[[models]]\nmodel = "onnx:tiny-s"\n', "no task: start with [[tasks]]"),
    ('budgets = ["greedy"]\n[[tasks]]\ntask = "decimals"\n', "no model: start with [[models]]"),
    (SMALL.replace('budgets = ["greedy", "vote@{1,2}"]', ""), "(decimals): no budget"),
    (SMALL + '[[expect]]\nmodel = "Smal"\ntask = "decimals"\nbudget = "greedy"\nvalue = 0.5\n',
     "expect #1: unknown model 'Smal': did you mean 'Small'?"),
    (SMALL + '[[expect]]\nmodel = "Small"\ntask = "decimals"\nbudget = "vote@4"\nvalue = 0.5\n',
     "expect #1: unknown budget 'vote@4'"),
    ('fresh = "a"\nmax_age = "30d"\n' + SMALL, "give one of them"),
    (SMALL + '[judge]\nmodel = "onnx:tiny-s"\n', "judge: no task of the study uses a judge"),
    (SMALL + '[[tasks]]\ntask = "traps"\nlimit = 3\n[judge]\nmodel = "onxn:tiny-s"\n',
     "judge: unknown backend 'onxn': did you mean 'onnx'?"),
    ('plugins = ["none.py"]\n' + SMALL, "no such Python file"),
    ('data_dir = "none"\n' + SMALL.replace('"decimals"', '"gsm8k"'), "no such folder"),
    (SMALL + 'prompt = "{{ quetsion }}"\n', "did you mean 'question'?"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), FAULTS, ids=[said[:40] for _, said in FAULTS])
def test_a_fault_is_one_line_that_says_where(
    write: Callable[..., Path], text: str, said: str
) -> None:
    file = write(text)
    with pytest.raises(StudyError) as raised:
        _ = Study.load(file).planned
    lines = str(raised.value).splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith(f"{file}: ")
    assert said in lines[0]
    assert not list(file.parent.glob("*.sqlite"))


def test_all_faults_are_said_at_once(write: Callable[..., Path]) -> None:
    text = SMALL.replace("greedy", "gredy").replace(
        "[[tasks]]", '[[models]]\nmodel = "onnx:tiny-s"\nname = "Small"\n[[tasks]]'
    )
    with pytest.raises(StudyError) as raised:
        Study.load(write(text))
    assert len(raised.value.faults) == 2


@pytest.mark.parametrize(
    "line",
    [
        f'args = {{ api_key = "{SECRET}" }}',
        f'args = {{ extra = {{ headers = {{ Authorization = "Bearer {SECRET}" }} }} }}',
        f'name = "x {SECRET}"',
        'args = { password = "hunter2hunter2" }',
    ],
)
def test_a_key_is_refused_and_not_repeated(write: Callable[..., Path], line: str) -> None:
    with pytest.raises(StudyError, match="must not contain keys") as raised:
        Study.load(write(SMALL.replace('name = "Small"', line)))
    assert SECRET not in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_the_value_of_a_key_in_the_environment_is_refused_wherever_it_stands(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "not-of-any-known-form-4711")
    with pytest.raises(StudyError, match="looks like a key"):
        Study.load(write(SMALL.replace("Small", "not-of-any-known-form-4711")))


def test_names_of_options_that_are_no_keys_are_let_through(write: Callable[..., Path]) -> None:
    text = SMALL.replace("onnx:tiny-s", "openai:x@http://127.0.0.1:1/v1")
    text = text.replace('name = "Small"', 'args = { token_ids = true, api_key_env = "MY_KEY" }')
    study = Study.load(write(text))
    assert study.file.models[0].args == {"token_ids": True, "api_key_env": "MY_KEY"}


def test_the_schema_in_the_examples_is_that_of_the_types() -> None:
    """`harness study schema > examples/study.schema.json` renews it."""
    assert json.loads((ROOT / "examples/study.schema.json").read_text("utf-8")) == schema()


def conforms(value: Any, kind: dict[str, Any], defs: dict[str, Any]) -> Iterator[str]:
    """The part of JSON Schema that ours uses, read independently of msgspec."""
    if "$ref" in kind:
        kind = defs[kind["$ref"].rpartition("/")[2]]
    if "anyOf" in kind:
        tries = [list(conforms(value, one, defs)) for one in kind["anyOf"]]
        if all(tries):
            yield from tries[0]
    elif kind.get("type") == "object" and "properties" in kind:
        yield from (f"unknown {key}" for key in value.keys() - kind["properties"].keys())
        yield from (f"no {key}" for key in set(kind.get("required", ())) - value.keys())
        for key in value.keys() & kind["properties"].keys():
            yield from conforms(value[key], kind["properties"][key], defs)
    elif kind.get("type") == "array":
        for one in value if isinstance(value, list) else ():
            yield from conforms(one, kind["items"], defs)
    else:
        kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
        wanted = kinds.get(kind.get("type", ""), object)
        if not isinstance(value, wanted):
            yield f"{value!r} is no {kind['type']}"


@pytest.mark.parametrize("file", EXAMPLES, ids=[f.stem for f in EXAMPLES])
def test_the_examples_conform_and_load(file: Path) -> None:
    raw, made = tomllib.loads(file.read_text("utf-8")), schema()
    assert list(conforms(raw, made, made["$defs"])) == []
    assert list(conforms({"titel": "x"}, made, made["$defs"])) == ["unknown titel"]
    study = Study.load(file)
    assert study.title == raw["title"]
    assert study.file.models


def test_the_new_study_runs_as_it_is_and_its_comments_name_real_keys(
    write: Callable[..., Path],
) -> None:
    assert Study.load(write(TEMPLATE)).plan()[0].problems == 20
    commented = re.sub(r"^# (?=\S+ = |\[)", "", TEMPLATE, flags=re.M)
    commented = re.sub(
        r"^\[\[tasks\]\]\ntask = \"my_questions(.*\n)*?\n", "", commented, flags=re.M
    )
    raw, made = tomllib.loads(commented), schema()
    assert {"judge", "expect"} <= raw.keys()
    assert list(conforms(raw, made, made["$defs"])) == []
