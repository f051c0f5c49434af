"""What errors of the library say: parameters by name, which the command line makes into options."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cli.planning import told
from harness.core import BackendError, UsageError
from harness.core.errors import backend_options
from harness.models.refusals import RefusedError, advise

ROOT = Path(__file__).parents[2]
LIBRARY = [
    file
    for folder in ("harness", "tasks", "verifiers", "site")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if not file.is_relative_to(ROOT / "harness" / "cli") and not file.parent.is_symlink()
]
DASHES = re.compile(r"(?<![\w-])--[a-z]")
OF_A_COMMAND = re.compile(r"`[^`]*`|: harness db recover .*|\(--allow-secrets[^)]*\)")
"""What a message may quote: a whole command, and what a command alone can do."""


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The literal texts of what is raised, or made to be raised, line by line."""
    for node in ast.walk(tree):
        call = node.exc if isinstance(node, ast.Raise) else node
        if not isinstance(call, ast.Call):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name.endswith(("Error", "Advice", "Capabilities", "misfit", "fault")):
            inner = {
                id(v) for n in ast.walk(call) if isinstance(n, ast.JoinedStr) for v in n.values
            }
            for part in ast.walk(call):
                if id(part) in inner:
                    continue
                if isinstance(part, ast.JoinedStr):
                    parts = (v.value if isinstance(v, ast.Constant) else "…" for v in part.values)
                    yield part.lineno, "".join(map(str, parts))
                elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.lineno, part.value


def test_no_error_of_the_library_speaks_of_options() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}: {text}"
        for file in LIBRARY
        for line, text in texts(ast.parse(file.read_text("utf-8")))
        if DASHES.search(OF_A_COMMAND.sub("", text))
    ]
    assert found == []


def test_the_scan_finds_an_option() -> None:
    (one, *_) = texts(ast.parse('def f():\n    raise UsageError(f"{x}: give --model-arg a=b")'))
    assert one[0] == 2
    assert any(DASHES.search(t) for _, t in texts(ast.parse('raise UsageError("use --db")')))
    assert not DASHES.search(OF_A_COMMAND.sub("", "see `harness show --json`"))


def test_a_backends_option_is_named_by_whoever_says_it() -> None:
    error = UsageError(
        "give {model_args.continue} or {model_args.tokenizer}",
        **backend_options(continue_="vllm", tokenizer=...),
    )
    assert str(error) == "give model_args={'continue': 'vllm'} or model_args={'tokenizer': ...}"
    assert told(error) == "give --model-arg continue=vllm or --model-arg tokenizer="


@pytest.mark.parametrize(
    ("message", "field", "body", "says"),
    [
        ("Unsupported parameter: 'seed'", "seed", {"seed": 1}, "Add --model-arg drop=seed, and"),
        ("maximum context length is 4096 tokens", None, {}, "--max-output-tokens 2048"),
        (
            "use max_completion_tokens instead of max_tokens", None, {},
            "--model-arg max_tokens_field=max_completion_tokens",
        ),
        ("of no kind", None, {}, "refused"),
    ],
)  # fmt: skip
def test_advice_on_a_refusal_reaches_the_command_line(
    message: str, field: str | None, body: dict[str, int], says: str
) -> None:
    advice = advise(message, field, body)
    error = RefusedError(advice.behind("refused"), message, **advice.values).failed(" {0}")
    assert isinstance(error, BackendError)
    assert says in told(error)
    assert "--" not in str(error)
