"""Judging rows of a file: what `harness verify` does, as a library."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any, NamedTuple

from harness.core import DataError, Problem, Verdict, VerifierSpec
from harness.verifiers.pool import VerifierPool

AHEAD = 512  # rows in flight, so that a long file is read as it is judged


class Row(NamedTuple):
    """What is judged: a gold (None: the problem has no answer), a response, and what was asked."""

    gold: str | None
    text: str
    question: str = ""


def read_rows(lines: Iterable[str]) -> Iterator[Row]:
    """The rows of a JSON Lines file; raises DataError naming the faulty line.

    A gold may be a text or a number; null says that the problem has no answer. `question` is
    optional: it helps where a sentence has several numbers.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise DataError(f"line {number}: not JSON: {error}") from error
        text = row.get("text", row.get("answer")) if isinstance(row, dict) else None
        if not isinstance(row, dict) or text is None or "gold" not in row:
            raise DataError(f"line {number}: needs the fields `gold` and `text` (or `answer`)")
        gold = row["gold"]
        if isinstance(gold, (dict, list)) or isinstance(text, (dict, list)):
            raise DataError(f"line {number}: `gold` and `text` must be texts or numbers")
        question = row.get("question") or ""
        if not isinstance(question, str):
            raise DataError(f"line {number}: `question` must be a text")
        yield Row(None if gold is None else str(gold), str(text), question)


def judge_rows(
    rows: Iterable[Row], spec: VerifierSpec, pool: VerifierPool
) -> Iterator[dict[str, Any]]:
    """One object per row, in order, with `verdict`, `extracted`, `stage` and `reason`.

    Each is yielded as soon as it and all earlier rows are judged, even while `rows` waits for more:
    the rows are read in a thread of their own, at most AHEAD of them before their verdicts are
    taken.
    """
    waiting: queue.Queue[Future[Verdict] | BaseException | None] = queue.Queue(AHEAD)
    stopped = threading.Event()

    def put(item: Future[Verdict] | BaseException | None) -> None:
        while not stopped.is_set():
            with contextlib.suppress(queue.Full):
                waiting.put(item, timeout=0.1)
                return

    def read() -> None:
        try:
            for index, row in enumerate(rows):
                if stopped.is_set():
                    return
                problem = Problem(id=f"row-{index}", question=row.question, gold=row.gold)
                put(pool.submit(spec, row.text, problem))
            put(None)
        except BaseException as error:  # noqa: BLE001 - it belongs to the one who iterates
            put(error)

    threading.Thread(target=read, name="rows", daemon=True).start()
    try:
        while (item := waiting.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield as_row(item.result())
    finally:
        stopped.set()


def as_row(verdict: Verdict) -> dict[str, Any]:
    """The fields that a script reads; `score` where the verifier gives partial credit."""
    rule, _, stage = verdict.method.rpartition("/")
    partial = {} if verdict.score is None else {"score": verdict.score}
    return {
        "verdict": verdict.status.value,
        **partial,
        "extracted": verdict.answer,
        "stage": stage,
        "reason": verdict.reason,
        "rule": rule,
        "warning": verdict.warning,
        "key": verdict.key,
    }


def options_of(pairs: Iterable[str]) -> Mapping[str, Any]:
    """`key=value` pairs as verifier arguments; values are JSON where they parse as such."""
    options: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise DataError(f"option {pair!r}: write key=value")
        try:
            options[name] = json.loads(value)
        except ValueError:
            options[name] = value
    return options
