"""Multiple choice by log-likelihood on the embedded model, from the wording to the figure."""

from __future__ import annotations

import asyncio
import http.server
import json
import math
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from harness.cli import cli
from harness.core import (
    BackendError,
    Choice,
    ModelSpec,
    Problem,
    Prompt,
    Status,
    TaskSpec,
    UnknownNameError,
    UsageError,
    registry,
)
from harness.core.likelihood import Likelihood, read_measures, write_measures
from harness.core.problem import Message
from harness.models.folder import EMBEDDED
from harness.models.likelihood import measure, passages
from harness.models.onnx import OnnxBackend
from harness.models.openai import OpenAIBackend
from harness.run.evaluate import evaluate
from harness.run.plan import load_task
from harness.verifiers.likelihood import LikelihoodVerifier

WORDS = ("hot", "cold", "white", "red", "old")
CHOICES = {"A": "ice", "B": "fire", "C": "the sun"}
ROWS = [
    {"question": f"Which is {word}?", "answer": "ABC"[n % 3]} | CHOICES
    for n, word in enumerate(WORDS)
]


@pytest.fixture
def quiz(tmp_path: Path) -> str:
    file = tmp_path / "quiz.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return str(file)


def plain(text: str, *choices: Choice) -> Prompt:
    return Prompt((Message("user", text),), plain=True, choices=choices)


def read(prompt: Prompt, spec: str = "onnx:tiny-s") -> list[Likelihood]:
    async def go() -> list[Likelihood]:
        backend = OnnxBackend(ModelSpec.parse(spec))
        try:
            return list((await backend.likelihood(prompt)).likelihoods)
        finally:
            await backend.close()

    return asyncio.run(go())


@pytest.fixture(scope="module")
def wording() -> Any:
    return OnnxBackend(ModelSpec.parse("onnx:tiny-s")).wording


def test_the_words_before_a_choice_are_those_of_its_way(quiz: str) -> None:
    def first(options: str) -> tuple[str, list[str]]:
        task = load_task(TaskSpec.parse(f"{quiz}:{options}"))
        [at] = [i for i, p in enumerate(task.problems) if p.id == "row-1"]
        prompt = task.prompts[at]
        assert prompt.plain
        return prompt.messages[-1].content, [one.text for one in prompt.choices]

    assert first("scoring=loglikelihood") == (
        "Question: Which is hot?\nAnswer:", [" ice", " fire", " the sun"],
    )  # fmt: skip
    assert first("scoring=letters") == (
        "Which is hot?\nA. ice\nB. fire\nC. the sun\nAnswer:", [" A", " B", " C"],
    )  # fmt: skip
    text, _ = first("scoring=loglikelihood,shots=2")
    example, other, last = text.split("\n\n")
    assert last == "Question: Which is hot?\nAnswer:"
    for one in (example, other):
        question, answer = one.split("\nAnswer: ")
        row = next(r for r in ROWS if question == f"Question: {r['question']}")
        assert answer == row[row["answer"]]


def test_a_run_compares_what_the_model_says_and_asks_once(quiz: str, tmp_path: Path) -> None:
    db = tmp_path / "t.sqlite"
    tasks = [f"{quiz}:scoring=loglikelihood,metric={m}" for m in ("acc", "acc_norm", "acc_bytes")]
    result = evaluate("onnx:tiny-s", tasks, "loglikelihood", db=db)
    assert result.ok, result.errors
    assert result.calls == len(ROWS)  # one reading serves all three metrics
    for report in result.reports:
        assert report.charged.output_tokens == 0
        assert report.spent_by_role.keys() <= {"generator"}
    with sqlite3.connect(db) as connection:
        rows = connection.execute(
            "SELECT p.content, s.text, s.prompt_tokens, r.task FROM run r JOIN charge c ON c.run_id"
            " = r.id JOIN sample s ON s.id = c.sample_id JOIN problem p ON p.id = c.problem_id"
        ).fetchall()
    connection.close()
    lengths = {"acc": lambda text: 1, "acc_norm": len, "acc_bytes": lambda t: len(t.encode())}
    for report in result.reports:
        metric = report.task.split("metric=")[1].split(",")[0]
        right = 0
        for content, text, _, task in rows:
            if task == report.task:
                problem = json.loads(content)
                measures, choices = read_measures(text), problem["meta"]["choices"]
                scores = [m.logprob / lengths[metric](c)
                          for m, c in zip(measures, choices, strict=True)]  # fmt: skip
                right += "ABC"[int(np.argmax(scores))] == problem["gold"]
        assert report.metrics["accuracy"].value == pytest.approx(right / len(ROWS))
    again = evaluate("onnx:tiny-s", tasks[:1], "loglikelihood", db=db)
    assert (again.calls, again.from_store) == (0, len(ROWS))


def test_judging_again_knows_how_it_was_scored(quiz: str, tmp_path: Path) -> None:
    db = str(tmp_path / "t.sqlite")
    task = f"{quiz}:scoring=loglikelihood,metric=acc_norm"
    [report] = evaluate("onnx:tiny-s", task, "loglikelihood", db=db).reports
    result = CliRunner().invoke(cli, ["regrade", "--db", db])
    assert result.exit_code == 0, result.output
    [again] = json.loads(CliRunner().invoke(cli, ["show", "--db", db, "--json"]).output)
    assert again["verifier"] == report.verifier == "likelihood(metric=acc_norm)@1"
    assert again["metrics"]["accuracy"] == report.metrics["accuracy"].to_json()


def test_a_choice_is_as_likely_as_its_tokens_one_by_one(wording: Any) -> None:
    prompt = plain("9.8 > 9", Choice(".11"), Choice(".7 so", "5 +"))
    for one, choice in zip(read(prompt), prompt.choices, strict=True):
        context, total, greedy = choice.context or "9.8 > 9", 0.0, True
        ids = wording.ids(context + choice.text, plain=True)
        assert one.tokens == len(ids) - len(wording.ids(context, plain=True))
        for n in range(len(ids) - one.tokens, len(ids)):
            step = _next(ids[:n])
            total += step[ids[n]] - float(np.log(np.exp(step - step.max()).sum())) - step.max()
            greedy = greedy and int(step.argmax()) == ids[n]
        assert one.logprob == pytest.approx(total, abs=1e-4)
        assert one.greedy is greedy


def _next(ids: tuple[int, ...]) -> Any:
    """The logits behind some tokens, by the path that generates."""
    backend = OnnxBackend(ModelSpec.parse("onnx:tiny-s"))
    engine = backend._start()
    try:
        return engine.decoder.prefill(ids)[0].astype(np.float64)
    finally:
        engine.close()


def test_the_space_before_a_choice_is_the_choices_on_either_side(wording: Any) -> None:
    before, behind = (
        passages(wording, plain(text, Choice(choice)), None)[0]
        for text, choice in (("What is it? ", "ice"), ("What is it?", " ice"))
    )
    assert before == behind


def test_behind_nothing_stands_the_first_token(wording: Any) -> None:
    [alone] = passages(wording, plain("x", Choice("ice", "")), None)
    assert alone.ids[0] == wording.first_id
    assert alone.count == len(alone.ids) - 1


def test_a_short_context_loses_its_beginning_alone(wording: Any) -> None:
    whole, cut = (
        passages(wording, plain("word " * 40, Choice("end")), most)[0] for most in (None, 20)
    )
    assert len(cut.ids) == 21  # the last of which is foretold, and not read
    assert cut.ids == whole.ids[-21:]
    with pytest.raises(BackendError, match="context is 2"):
        passages(wording, plain("word", Choice(" a longer choice")), 2)


def test_logits_become_log_probabilities() -> None:
    logits = np.array([[0.0, math.log(3)], [5.0, 5.0]], np.float32)
    one = measure(logits, [1, 0])
    assert one.logprob == pytest.approx(math.log(3 / 4) + math.log(1 / 2), abs=1e-6)
    assert (one.greedy, one.tokens) == (True, 2)
    assert not measure(logits, [0, 0]).greedy


PROBLEM = Problem(id="p", question="?", gold="B", meta={"choices": ["no", "certainly", "河"]})


@pytest.mark.parametrize(
    ("metric", "chosen"), [("acc", "A"), ("acc_norm", "B"), ("acc_bytes", "C")]
)
def test_each_metric_divides_by_its_length(metric: str, chosen: str) -> None:
    # for their lengths: -1.5, -1.0, and -3.5 a character or -0.9 a byte of the last
    last = {"acc": -3.1, "acc_norm": -3.5, "acc_bytes": -2.7}[metric]
    found = [Likelihood(logprob=s, greedy=False, tokens=1) for s in (-3.0, -9.0, last)]
    text = write_measures([Choice(" no"), Choice(" certainly"), Choice(" 河")], found)
    verdict = LikelihoodVerifier(metric).verify(text, PROBLEM)
    assert verdict.answer == chosen
    assert verdict.status is (Status.CORRECT if chosen == "B" else Status.WRONG)


def test_what_is_no_reading_is_ungraded() -> None:
    assert LikelihoodVerifier().verify("Answer: B", PROBLEM).status is Status.UNGRADED
    one = write_measures([Choice("x")], [Likelihood(logprob=-1.0, greedy=True, tokens=1)])
    assert LikelihoodVerifier().verify(one, PROBLEM).status is Status.UNGRADED


@pytest.mark.parametrize(
    ("options", "budget", "kind", "message"),
    [
        ("", "loglikelihood", UsageError, "scoring=loglikelihood"),
        (":scoring=loglikelihood", "greedy", UsageError, "generates an answer"),
        (":scoring=loglikelihood", "loglikelihood@4", UsageError, "no size"),
        (":scoring=loglikelihood", "loglikelihood tokens<=9", UsageError, "no ceiling"),
        (":scoring=likely", "loglikelihood", UnknownNameError, "loglikelihood"),
        (":scoring=letters,metric=f1", "loglikelihood", UnknownNameError, "acc"),
        (":metric=acc_norm", "greedy", UsageError, "scoring="),
    ],
)
def test_what_does_not_go_together_says_so(
    quiz: str, tmp_path: Path, options: str, budget: str, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        evaluate("onnx:tiny-s", f"{quiz}{options}", budget, db=tmp_path / "t.sqlite")
    assert "\n" not in str(caught.value)


def test_an_engine_that_reads_nothing_is_refused(quiz: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not say how likely"):
        evaluate("openai:m@http://127.0.0.1:9/v1", f"{quiz}:scoring=letters", "loglikelihood",
                 db=tmp_path / "t.sqlite")  # fmt: skip


def test_a_task_without_choices_has_none_to_compare(tmp_path: Path) -> None:
    file = tmp_path / "sums.csv"
    file.write_text("question,answer\n1+1?,2\n2+2?,4\n")
    with pytest.raises(UsageError, match="no choices"):
        load_task(TaskSpec.parse(f"{file}:scoring=loglikelihood"))


class Echo(http.server.BaseHTTPRequestHandler):
    """A completions server that echoes a prompt of token ids: a stand-in for vLLM's, whose own is
    asked in tests/engines. Its log-probabilities are those of the embedded model."""

    asked: list[dict[str, Any]] = []  # noqa: RUF012 - of the one server of a test
    blind = False

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.asked.append(body)
        ids = body["prompt"]
        values = [None, *(-0.5 * n for n in range(1, len(ids) + 1))]
        told = {"token_logprobs": values, "top_logprobs": [None, *({"x": v} for v in values[1:])]}
        choice = {"text": "", "index": 0, "finish_reason": "length"}
        reply = {
            "choices": [choice if self.blind else choice | {"logprobs": told}],
            "usage": {"prompt_tokens": len(ids), "completion_tokens": 1},
        }
        data = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        return


@pytest.fixture
def server() -> Iterator[str]:
    Echo.asked, Echo.blind = [], False
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}/v1"
        found.shutdown()


def test_a_server_that_echoes_is_asked_by_token_ids(server: str, wording: Any) -> None:
    prompt = plain("It is", Choice(" ice"), Choice(" fire"))
    args = {"api": "completions", "tokenizer": str(EMBEDDED / "tiny-s")}

    async def go() -> Any:
        backend = OpenAIBackend(ModelSpec.parse(f"openai:m@{server}", args))
        assert backend.info.can.likelihood
        try:
            return await backend.likelihood(prompt)
        finally:
            await backend.close()

    found = asyncio.run(go())
    texts = passages(wording, prompt, None)
    assert sorted(body["prompt"] for body in Echo.asked) == sorted(list(t.ids) for t in texts)
    assert {(b["echo"], b["logprobs"], b["max_tokens"]) for b in Echo.asked} == {(True, 1, 1)}
    for one, text in zip(found.likelihoods, texts, strict=True):
        end = len(text.ids)
        assert one.logprob == pytest.approx(-0.5 * sum(range(end - text.count, end)))
        assert (one.greedy, one.tokens) == (True, text.count)
    assert found.reply.usage.prompt_tokens == sum(len(t.ids) for t in texts)
    Echo.blind = True
    with pytest.raises(BackendError, match="does not echo"):
        asyncio.run(go())


def test_the_budget_is_found_as_others_are() -> None:
    assert "loglikelihood" in registry.names("proposers")
