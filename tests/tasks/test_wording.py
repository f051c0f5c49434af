"""Any task in another wording: what the model sees, and that the run is another row."""

from __future__ import annotations

from pathlib import Path

import pytest

import harness
from harness.core import DataSource, TaskSpec, UnknownNameError, UsageError, registry
from harness.run.plan import load_task
from harness.tasks import Wording


def turns(task: str, problem: int = 0, **wording: object) -> list[tuple[str, str]]:
    loaded = load_task(TaskSpec.parse(task), limit=20, wording=Wording(**wording))  # type: ignore[arg-type]
    return [(m.role, m.content) for m in loaded.prompts[problem].messages]


def test_the_prompt_is_the_template_of_the_question() -> None:
    [problem, *_] = registry.make("tasks", "decimals").load(DataSource(limit=1))
    assert turns("decimals", prompt="Q: {{ question }}\nA:") == [
        ("user", f"Q: {problem.question}\nA:")
    ]


def test_a_field_that_the_problem_does_not_have_is_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'question'"):
        turns("decimals", prompt="{{ quesiton }}")


def test_the_system_prompt_comes_first_and_can_be_taken_away() -> None:
    [system, own] = turns("decimals", system="Be brief.")
    assert system == ("system", "Be brief.")
    assert [own] == turns("decimals", system="") == turns("decimals")


def test_examples_of_a_generated_task_are_of_another_seed() -> None:
    *examples, own = turns("arithmetic", shots=3)
    assert [role for role, _ in examples] == ["user", "assistant"] * 3
    asked = {p.question for p in registry.make("tasks", "arithmetic").load(DataSource())}
    assert not [text for role, text in examples if role == "user" and text in asked]
    assert own == turns("arithmetic")[0]


def test_examples_are_the_same_whatever_the_limit_and_never_the_problem_itself(
    shared_data: Path,
) -> None:
    def prompts(limit: int) -> list[list[str]]:
        spec, folder = TaskSpec("svamp"), shared_data
        loaded = load_task(spec, limit=limit, data_dir=folder, wording=Wording(shots=4))
        return [[m.content for m in p.messages] for p in loaded.prompts]

    many = prompts(60)
    assert prompts(10) == many[:10]
    assert all(len(p) == 9 and p[-1] not in p[:-1] for p in many)


def test_a_task_with_examples_of_its_own_gives_those(shared_data: Path) -> None:
    loaded = [
        load_task(TaskSpec.parse(name), limit=3, data_dir=shared_data, wording=wording)
        for name, wording in (("gsm8k:shots=2", Wording()), ("gsm8k", Wording(shots=2)))
    ]
    assert loaded[0].spec == loaded[1].spec
    assert loaded[0].prompts == loaded[1].prompts
    told = load_task(
        TaskSpec("gsm8k"), limit=3, data_dir=shared_data,
        wording=Wording(shots=2, prompt="Q: {{ question }}"),
    )  # fmt: skip
    users = [m.content for m in told.prompts[0].messages if m.role == "user"]
    assert len(users) == 3
    assert all(text.startswith("Q: ") and "step by step" not in text for text in users)


def test_two_numbers_of_examples_are_refused() -> None:
    with pytest.raises(UsageError, match="given twice"):
        turns("gsm8k:shots=2", shots=3)


def test_another_wording_is_another_row_and_says_how_it_was_made(tmp_path: Path) -> None:
    db = tmp_path / "x.sqlite"
    words = {"limit": 2, "db": db, "max_output_tokens": 8}
    harness.evaluate("onnx:tiny-s", "decimals", "greedy", **words)  # type: ignore[arg-type]
    harness.evaluate("onnx:tiny-s", "decimals", "greedy", system="Be brief.", **words)  # type: ignore[arg-type]
    plain, other = harness.show(db)
    assert (plain.task, other.task.partition("~")[0]) == ("decimals", "decimals:system=")
    assert other.manifest.extra["wording"] == {"system": "Be brief."}
    assert "--task decimals --budget" in str(other.manifest.command)
    assert "--system 'Be brief.'" in str(other.manifest.command)
    assert other.metrics.keys() == plain.metrics.keys()
