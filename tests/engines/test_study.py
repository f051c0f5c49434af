"""The example study through four ways to run one model: the same figures, in their intervals."""

from __future__ import annotations

from collections import defaultdict
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


def test_every_engine_gives_the_example_s_figures(smallest_server: str, tmp_path: Path) -> None:
    engines = {
        "onnx": (f"onnx:{SMALLEST}", ""),
        "transformers": (f"hf:{SMALLEST}", "batch_size = 32"),
        "vLLM": (f"vllm:{SMALLEST}", "block_size = 32"),
        "a server": (f"openai:{SMALLEST}@{smallest_server}",
                     f'api = "completions", tokenizer = "{SMALLEST}", token_ids = true'),
    }  # fmt: skip
    result = study_of(engines, tmp_path, limit=PROBLEMS).run()
    assert result.ok, result.left
    runs: dict[tuple[str, str], dict[str, RunReport]] = defaultdict(dict)
    for report in result.reports:
        runs[report.task, report.budget][report.model] = report
    assert len(runs) == 2 * 6
    for cell, by_engine in runs.items():
        assert set(by_engine) == set(engines)
        ours = by_engine["onnx"]
        for name, theirs in by_engine.items():
            # The figures of tables; those by factor are of a problem or two each.
            for metric in HEADLINES & ours.metrics.keys():
                one, other = ours.metrics[metric], theirs.metrics[metric]
                close = one.low <= other.value <= one.high and other.low <= one.value <= other.high
                assert close, (cell, name, metric, one, other)
