"""Traces of textbook algorithms as text, in the manner of CLRS-Text; the length is a dial."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence

from harness.core import (
    DataSource,
    Estimate,
    Problem,
    Prompt,
    Scored,
    UnknownNameError,
    UsageError,
    VerifierSpec,
)
from harness.core.hashing import derive_seed
from harness.tasks._data import check_choice
from harness.tasks._generate import DEFAULT_COUNT, Part, check_options, part_of, whole
from harness.tasks._metrics import by_factor
from harness.tasks.clrs import certify as certificates
from harness.tasks.clrs.algorithms import ALGORITHMS, Run

SHORTEST, LONGEST = 4, 64  # from 4, as CLRS-Text
DEFAULT_LENGTH = "4..16"
ENDING = (
    "Write the states behind the given first one, with commas between them, then a | and the "
    "output.\n\n"
)
_TRIES = 2000
OPTIONS = ("seed", "length", "algorithm", "gold", "partial", "part")


class Clrs:
    """Each problem gives inputs and the state before the first step of an algorithm.

    Asked are the states behind each step and the output. `algorithm` names one, or several with a
    `+` between them; `length` one length of the inputs, or a range `4..16`.
    """

    name = "clrs"
    version = "1"
    summary = "runs of textbook algorithms, step by step, of any length (generated)"
    public_seed = 0

    def __init__(self) -> None:
        self._partial = True

    def load(self, source: DataSource) -> Sequence[Problem]:
        """`source.limit` problems (400 unless told), algorithms and lengths in turn."""
        options = source.options
        check_options(self.name, options, OPTIONS)
        gold = check_choice(self.name, "gold", options.get("gold", "final"), ("final", "trace"))
        partial = check_choice(self.name, "partial", options.get("partial", "yes"), ("yes", "no"))
        self._partial = partial == "yes"
        parts: tuple[Part, ...] = ("evaluation", "training")
        part = check_choice(self.name, "part", options.get("part", "evaluation"), parts)
        runs = clrs_runs(
            whole(self.name, options, "seed", self.public_seed),
            _algorithms(options.get("algorithm")),
            _lengths(options.get("length", DEFAULT_LENGTH)),
            "training" if part == "training" else "evaluation",
        )
        count = DEFAULT_COUNT if source.limit is None else source.limit
        return [
            clrs_problem(f"{name}-{length}-{i}", name, length, run, trace=gold == "trace")
            for i, (name, length, run) in enumerate(itertools.islice(runs, count))
        ]

    def prompt(self, problem: Problem) -> Prompt:
        """What the states are, the inputs, and the line that the answer goes on from.

        `--prompt '{{ question }}'` leaves the first out, for models that have learnt it.
        """
        return Prompt.user(
            f"{ALGORITHMS[problem.meta['algorithm']].told} {ENDING}{problem.question}"
        )

    def verifier(self) -> VerifierSpec:
        """Element by element, with partial credit unless `partial=no`."""
        return VerifierSpec("trace", {} if self._partial else {"partial": False})

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """By algorithm and by length."""
        return {
            **by_factor(scored, "algorithm", lambda p: p.meta["algorithm"]),
            **by_factor(scored, "length", lambda p: f"{p.meta['length']:02d}"),
        }

    def certify(self, problem: Problem) -> None:
        """Prove states and output from the inputs in the question, by other means."""
        certificates.certify(problem)


def clrs_runs(
    seed: int, names: Sequence[str], lengths: Sequence[int], part: Part
) -> Iterator[tuple[str, int, Run]]:
    """Endless runs with different inputs, as (algorithm, length, run); run i depends on `seed`,
    its algorithm and length, and how many of these were before it."""
    seen: set[str] = set()
    turns: dict[tuple[str, int], int] = {}
    for length, name in itertools.cycle(itertools.product(lengths, names)):
        turn = turns[name, length] = turns.get((name, length), -1) + 1
        rng = random.Random(derive_seed("clrs", seed, name, length, turn))  # repeatable draws
        for _ in range(_TRIES):
            run = ALGORITHMS[name].draw(rng, length)
            key = f"{name} {run.key}"
            if part_of(key) == part and key not in seen:
                break
        else:
            raise UsageError(
                f"clrs: {name} has no more than {turn} distinct problems of length {length}: ask "
                "for fewer ({limit}) or other lengths",
                limit=...,
            )
        seen.add(key)
        yield name, length, run


def clrs_problem(
    problem_id: str, name: str, length: int, run: Run, *, trace: bool = False
) -> Problem:
    """The problem that a run makes; with `trace` the gold is the states and the output."""
    states = ", ".join(run.states[1:])
    inputs = ", ".join(f"{key}: {text}" for key, text in run.inputs)
    question = f"{name}:\n{inputs}, initial_trace: {run.states[0]}\ntrace | {run.output}:"
    return Problem(
        id=problem_id,
        question=question,
        gold=f"{states} | {run.result}" if trace else run.result,
        meta={"algorithm": name, "length": length, "trace": states, "output": run.result},
    )


def _algorithms(text: str | None) -> list[str]:
    names = sorted(ALGORITHMS) if text is None else text.split("+")
    for name in names:
        if name not in ALGORITHMS:
            raise UnknownNameError("algorithm of clrs", name, ALGORITHMS)
    return names


def _lengths(text: str) -> list[int]:
    first, dots, last = text.partition("..")
    ends = [first, last if dots else first]
    if not all(end.isdecimal() for end in ends) or not (
        SHORTEST <= int(ends[0]) <= int(ends[1]) <= LONGEST
    ):
        raise UsageError(
            f"task clrs: length={text} must be a whole number from {SHORTEST} to {LONGEST}, or a "
            "range as 4..16"
        )
    return list(range(int(ends[0]), int(ends[1]) + 1))
