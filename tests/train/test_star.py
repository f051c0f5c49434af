"""One round of STaR: what is drawn and kept, what is learned, and a whole round in small."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

import pytest

from harness.analysis.star import StarRow
from harness.core import (
    Completion,
    Finish,
    Problem,
    Prompt,
    Reply,
    Request,
    Usage,
    registry,
)
from harness.train import star
from harness.train.data import IGNORED, training_problem
from harness.train.star import StarConfig, collect, evaluation_problems, example
from harness.train.tokens import ASSISTANT, EOS, IDS, THINK, USER, encode


@dataclass
class Solver:
    """Right for questions that hold their answer in brackets, and for every other training one."""

    asked: list[Request] = field(default_factory=list)
    closed: bool = False

    def render(self, prompt: Prompt, prefix: str = "") -> str:
        return f"{USER}{prompt.messages[-1].content}{ASSISTANT}{prefix}"

    async def generate(self, request: Request) -> Reply:
        self.asked.append(request)
        text = request.prompt.messages[-1].content
        question = text.partition("\n")[0]
        hinted = question.endswith(")")  # else at a full stop or question mark
        said = question.rpartition("(")[2].rstrip(")") if hinted else self.luck(question)
        one = Completion(text=f"<think>1+1=2</think>Answer: {said}", finish=Finish.STOP,
                         output_tokens=9)  # fmt: skip
        return Reply(completions=(one,) * len(request.seeds), usage=Usage(), latency_s=0.0)

    def luck(self, question: str) -> str:
        words = "".join(c for c in question if c in "0123456789.+-*() ").strip().rstrip(".")
        value = eval(words) if sum(map(ord, words)) % 2 else "none"  # noqa: S307 - ours
        return f"{value:.6g}" if isinstance(value, float) else str(value)

    async def close(self) -> None:
        self.closed = True


def test_right_solutions_are_kept_and_missed_problems_get_the_answer_as_a_hint(
    monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    solver = Solver()
    find = registry.find
    monkeypatch.setattr(
        registry,
        "find",
        lambda kind, name: (lambda spec: solver) if kind == "models" else find(kind, name),
    )
    config = StarConfig(folder=tmp_path, problems=30, samples=2, evaluation=5)
    rows, count = asyncio.run(collect(config, evaluation_problems(config), lambda line: None))
    assert solver.closed
    assert count.problems == 30
    assert 0 < count.missed < 30
    assert count.rationalised == count.missed
    sources = {row.source for row in rows}
    assert sources == {"sampled", "rationalised"}
    assert count.repeated >= 20  # both samples say the same
    for row in rows:
        first = row.prompt.partition("\n")[0]
        assert not first.endswith(")"), "the hint is not in the row"
    hinted = [r for r in solver.asked if ")\n" in r.prompt.messages[-1].content]
    assert len(hinted) >= count.missed


def test_training_and_evaluation_share_no_content(tmp_path) -> None:
    config = StarConfig(folder=tmp_path, evaluation=50)
    problems = evaluation_problems(config)
    assert len(problems) == 50
    rng = random.Random(0)
    drawn = {training_problem(rng, "p", ("arithmetic",))[1].question for _ in range(500)}
    assert not drawn & {p.question for p in problems}


def test_a_row_as_tokens_is_the_engines_text_and_the_end_of_the_turn() -> None:
    row = StarRow(
        prompt=f"{USER}What is 1 + 1?{ASSISTANT}", completion="<think>=2</think>Answer: 2",
        problem="p", sample="s", source="sampled",
    )  # fmt: skip
    made = example(row)
    prompt = encode(USER, "What is 1 + 1?", ASSISTANT)
    assert made.ids[: len(prompt)] == prompt
    assert made.labels[: len(prompt)] == [IGNORED] * len(prompt)
    assert made.labels[len(prompt) :] == made.ids[len(prompt) :]
    assert made.ids[len(prompt)] == IDS[THINK]
    assert made.ids[-1] == IDS[EOS]


@pytest.mark.extras
def test_a_whole_round_in_small(tmp_path) -> None:
    pytest.importorskip("torch", reason="needs the extra `train`")
    lines: list[str] = []
    config = StarConfig(folder=tmp_path / "m", problems=12, samples=2, evaluation=12, epochs=1)
    result = star.train_star(config, lines.append)
    assert result.before.n == result.after.n == 12
    assert result.gain.value == pytest.approx(result.after.value - result.before.value)
    assert result.count.rows >= 6
    assert (tmp_path / "m" / "model.safetensors").is_file()
    assert any("loss" in line for line in lines)


def test_problem_of_the_hint_is_the_question_with_its_answer() -> None:
    problem = Problem(id="p", question="What is 1 + 1?", gold="2")
    assert star._hinted(problem).question == "What is 1 + 1? (2)"
