"""What a search tried, problem by problem: its steps as a tree, or its revisions as chains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter

from harness.budgets import Budget
from harness.core import UsageError
from harness.store import Store
from harness.store.attempts import ChainSample, chain_samples, step_values
from harness.store.runs import get_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One generated piece: it continues the node `parent` (-1: the prompt).

    `value` is the reward's value of the text up to here; `status` and `answer` are those of an
    answer, None for an intermediate step; `kept`: it led to an answer.
    """

    parent: int
    text: str
    tokens: int | None
    value: float | None = None
    status: str | None = None
    answer: str | None = None
    kept: bool = False


def load_searches(store: Store, run_id: str) -> Iterator[tuple[str, tuple[Node, ...]]]:
    """By problem, in the task's order; a problem with disconnected pieces is left out."""
    run = get_run(store, run_id)
    length = _revisions(run.budget)
    for _, rows in groupby(chain_samples(store, run), key=attrgetter("digest")):
        members = list(rows)
        nodes = _revised(members, length) if length else _tree(members)
        if any(node.parent >= 0 for node in nodes):
            yield members[0].problem.id, nodes


def _revisions(budget: str) -> int:
    """How many answers of a chain follow one another; 0 without revisions."""
    try:
        parsed = Budget.parse(budget)
    except UsageError:  # a budget from a plugin or an older grammar
        return 0
    return (parsed.width or parsed.n or 0) if parsed.name == "revise" else 0


def _answered(row: ChainSample) -> dict[str, str | None]:
    verdict = row.verdict
    return {
        "status": None if verdict is None else str(verdict.status),
        "answer": None if verdict is None else verdict.answer,
    }


def _revised(rows: Iterable[ChainSample], length: int) -> tuple[Node, ...]:
    answers = [row for row in rows if row.final]
    return tuple(
        Node(
            parent=-1 if i % length == 0 else i - 1,
            text=row.sample.text,
            tokens=row.sample.output_tokens,
            kept=True,
            status=_answered(row)["status"],
            answer=_answered(row)["answer"],
        )
        for i, row in enumerate(answers)
    )


def _tree(rows: Iterable[ChainSample]) -> tuple[Node, ...]:
    """Pieces linked where one begins with everything that the other ends with."""
    pieces: dict[str, ChainSample] = {}
    values: dict[str, float] = {}
    prompt: str | None = None
    for row in rows:
        sample = row.sample
        if not row.own:
            value = _value(sample.text)
            if value is not None:
                values[sample.prefix.rstrip()] = value
            continue
        prompt = row.prompt if prompt is None else prompt
        if row.prompt == prompt and (sample.id not in pieces or row.final):  # not a judge's text
            pieces[sample.id] = row
    ends: dict[str, int] = {}
    for i, row in enumerate(pieces.values()):  # a piece ends before its stop string
        ends.setdefault((row.sample.prefix + row.sample.text).rstrip(), i)
    nodes = []
    for i, row in enumerate(pieces.values()):
        sample = row.sample
        parent = ends.get(sample.prefix.rstrip(), -1) if sample.prefix else -1
        nodes.append(
            Node(
                parent=parent if parent != i else -1,
                text=sample.text,
                tokens=sample.output_tokens,
                value=values.get((sample.prefix + sample.text).rstrip()),
                status=_answered(row)["status"],
                answer=_answered(row)["answer"],
            )
        )
    return _marked(nodes)


def _value(text: str) -> float | None:
    """The last of a reward's values; None for a judge's text."""
    try:
        return step_values(text)[-1]
    except (ValueError, IndexError, TypeError):
        return None


def _marked(nodes: list[Node]) -> tuple[Node, ...]:
    """With the pieces that led to an answer marked."""
    kept = set()
    for i, node in enumerate(nodes):
        if node.status is None:
            continue
        at, left = i, len(nodes)
        while at >= 0 and at not in kept and left:
            kept.add(at)
            at, left = nodes[at].parent, left - 1
    return tuple(replace(node, kept=i in kept) for i, node in enumerate(nodes))
