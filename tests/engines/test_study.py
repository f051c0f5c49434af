"""The example study through four ways to run one model: the same figures, in their intervals."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.results.views import RunReport

from .conftest import SMALLEST, study_of

pytestmark = [
    pytest.mark.engines,
    pytest.mark.filterwarnings("ignore"),  # torch, transformers and vLLM warn on import
]

PROBLEMS = 24
HEADLINES = {"accuracy", "lure_rate"}
Figures = dict[tuple[str, str], RunReport]  # by task and budget


def figures(spec: str, args: str, folder: Path) -> Figures:
    result = study_of({"it": (spec, args)}, folder, limit=PROBLEMS).run()
    assert result.ok, result.left
    found = {(report.task, report.budget): report for report in result.reports}
    assert len(found) == len(result.reports) == 2 * 6
    return found


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """By ONNX Runtime."""
    return figures(f"onnx:{SMALLEST}", "", tmp_path_factory.mktemp("onnx"))


@pytest.mark.parametrize(
    "engine",
    [
        "transformers",
        "a server",
        # one start of the engine more: test_engines.py compares it, token by token
        pytest.param("vLLM", marks=pytest.mark.nightly),
    ],
)
def test_every_engine_gives_the_example_s_figures(
    request: pytest.FixtureRequest, ours: Figures, engine: str, tmp_path: Path
) -> None:
    if engine == "a server":
        spec = f"openai:{SMALLEST}@{request.getfixturevalue('reasoning_server')}"
        args = f'api = "completions", tokenizer = "{SMALLEST}", token_ids = true'
    elif engine == "vLLM":
        spec, args = f"vllm:{SMALLEST}", "block_size = 32"
    else:
        spec, args = f"hf:{SMALLEST}", "batch_size = 32"
    for cell, theirs in figures(spec, args, tmp_path).items():
        # The figures of tables; those by factor are of a problem or two each.
        for metric in HEADLINES & ours[cell].metrics.keys():
            one, other = ours[cell].metrics[metric], theirs.metrics[metric]
            close = one.low <= other.value <= one.high and other.low <= one.value <= other.high
            assert close, (cell, metric, one, other)
