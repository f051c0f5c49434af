"""Golds in many wordings, labelled by how they were made: what does the verifier say of them?

    python benchmarks/verifier_wordings.py [--cases 100000] [--seed 1] [--show 3]

Seeded makers (`wordings_makers.py`, `wordings_shapes.py`) draw an answer and write it in a form
that is equal, or into a near miss, and put that into a sentence (English or Chinese), a box, a
list, an interval, a locale. What must hold of a case:

- label: what was made equal is correct, what was made different is not;
- reflexive: the gold is correct for itself;
- symmetric: bare answers are equal both ways;
- wrapping: bold, a box, a final point, a new line and "So," change nothing;
- one truth: no text is right for two different golds;
- votes: what is equal has the gold's key, what is not has another.

The cases are checked on all cores, many at a time in one process. Failures are counted by property
and maker. A case comes from a list of whole numbers that were drawn, and a failure is made small by
drawing smaller ones (0 is the simplest choice everywhere) as long as the same property fails: the
label follows, since it comes from the same draws.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wordings_makers import MAKERS, Case, Draws
from wordings_shapes import SHAPES

from harness.core import Problem, Verdict
from harness.verifiers.math import MathVerifier
from harness.verifiers.math.comparing.judge import answer_key

VERIFIER = MathVerifier()
ALL = MAKERS + SHAPES
BATCH = 200  # cases a worker takes at a time
MAX_SHRINKS = 300  # makings of one failure while it is made smaller
SHRUNK = 5  # failures of one property and maker that a batch makes smaller
PROPERTIES = (
    "missed", "falsely right", "not reflexive", "right for two", "not symmetric",
    "wrapping matters", "votes apart", "votes together",
)  # fmt: skip
_WRAPS = ("\\boxed{@}", "**@**", "@.", "@\n", "So, \\boxed{@}", "The answer is $@$.", "$@$")


class Failure(NamedTuple):
    """A property that did not hold of a case."""

    rule: str
    case: Case
    said: str


class Told(NamedTuple):
    """A batch: how often each property was checked, and what failed (made small where `small`)."""

    checked: Counter[str]
    failures: list[tuple[Failure, bool]]
    cases: int = 0


def judge(text: str, gold: str, question: str = "") -> Verdict:
    """The verdict on a text."""
    return VERIFIER.verify(text, Problem(id="", question=question, gold=gold))


def right(text: str, gold: str, question: str = "") -> bool:
    """Whether the verifier calls `text` correct for `gold`."""
    return judge(text, gold, question).status == "correct"


def failures(case: Case, draws: Draws, checked: Counter[str]) -> Iterator[Failure]:
    """The properties that do not hold of a case; counts those that it looked at."""
    verdict = judge(case.text, case.gold, case.question)
    said = verdict.status == "correct"
    checked["missed" if case.equal else "falsely right"] += 1
    if said != case.equal:
        yield Failure("missed" if case.equal else "falsely right", case,
                      f"{verdict.status} {verdict.answer!r} {verdict.reason}")  # fmt: skip
    checked["not reflexive"] += 1
    if not right(case.gold, case.gold):
        yield Failure("not reflexive", case, case.gold)
    key = answer_key(case.gold)
    if said:
        checked["votes apart"] += 1
        if verdict.key != key:
            yield Failure("votes apart", case, f"{verdict.key} is not the gold's {key}")
    elif not case.equal:
        checked["votes together"] += 1
        if verdict.key is not None and verdict.key == key:
            yield Failure("votes together", case, f"{key}")
    if said and case.equal:
        checked["right for two"] += 1
        if right(case.text, case.other, case.question):
            yield Failure("right for two", case, case.other)
    if case.bare:
        yield from _bare(case, verdict, draws, checked)


def _bare(case: Case, verdict: Verdict, draws: Draws, checked: Counter[str]) -> Iterator[Failure]:
    """What holds of an answer alone."""
    said = verdict.status == "correct"
    # a gold may tell what an answer leaves out ("sin x = 1/2" takes 1/2), not the other way round
    if said and case.kind != "left side" and "$" not in case.text:
        checked["not symmetric"] += 1
        if not right(case.gold, case.text):
            yield Failure("not symmetric", case, "")
    wrapped = draws.choice(_WRAPS).replace("@", case.text.strip("$"))
    told = judge(wrapped, case.gold, case.question)
    checked["wrapping matters"] += 1
    if (told.status == "correct") != said:
        yield Failure("wrapping matters", case, f"{wrapped!r}: {told.status} {told.answer!r}")


def made(maker: int, draws: Draws, checked: Counter[str]) -> list[Failure]:
    """Make a case from its draws and check it."""
    return list(failures(ALL[maker](draws), draws, checked))


def smallest(maker: int, drawn: list[int], rule: str) -> Failure | None:
    """The failure of one property with the smallest draws that still fail it."""
    best: Failure | None = None
    left, changed = MAX_SHRINKS, True
    while changed and left > 0:
        changed = False
        for place in range(len(drawn)):
            for value in dict.fromkeys((0, drawn[place] // 2, drawn[place] - 1)):
                if not 0 <= value < drawn[place] or left <= 0:
                    continue
                left -= 1
                told = [*drawn[:place], value, *drawn[place + 1 :]]
                draws = Draws(told=told)
                same = [f for f in made(maker, draws, Counter()) if f.rule == rule]
                if same:
                    best, drawn, changed = same[0], told, True
                    break
    return best


def batch(job: tuple[int, int, int]) -> Told:
    """Check the cases from one number to another: the same for one seed, whatever the batches."""
    seed, first, last = job
    checked: Counter[str] = Counter()
    found: list[tuple[Failure, bool]] = []
    shrunk: Counter[tuple[str, str]] = Counter()
    for index in range(first, last):
        maker = index % len(ALL)
        draws = Draws(seed * 1_000_003 + index)
        for failure in made(maker, draws, checked):
            name = (failure.case.kind, failure.rule)
            shrunk[name] += 1
            small = shrunk[name] <= SHRUNK and smallest(maker, draws.drawn, failure.rule)
            found.append((small or failure, bool(small)))
    return Told(checked, found, last - first)


def report(told: Told, cases: int, seconds: float, show: int) -> None:
    """The properties with their counts, then the smallest failures by maker and property."""
    groups: dict[tuple[str, str], list[Failure]] = {}
    for failure, _ in told.failures:
        groups.setdefault((failure.case.kind, failure.rule), []).append(failure)
    print(f"{'property':<20}{'checked':>9}{'failed':>8}")
    for rule in PROPERTIES:
        failed = sum(len(f) for (_, name), f in groups.items() if name == rule)
        print(f"{rule:<20}{told.checked[rule]:>9}{failed:>8}")
    for (kind, rule), several in sorted(groups.items()):
        print(f"{kind:<14}{rule:<18}{len(several):>7}")
        for failure in sorted({*several}, key=lambda f: len(f.case.text + f.case.gold))[:show]:
            print(f"    {failure.case.gold!r} | {failure.case.text!r} | {failure.said[:200]}")
    print(f"{cases} cases, {len(told.failures)} failures, {seconds:.0f} s")


Job = tuple[int, int, int]


def _named(job: Job) -> tuple[Job, Told]:
    return job, batch(job)


def _join(whole: Told, told: Told) -> int:
    """Add a batch to the whole; how many cases it has."""
    whole.checked.update(told.checked)
    whole.failures.extend(told.failures)
    return told.cases


def _keep(file: Path, job: Job, told: Told) -> None:
    """Append a finished batch to a file, one a line."""
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps([job, told]) + "\n")


def _kept(file: Path) -> Iterator[tuple[Job, Told]]:
    """The batches that an earlier run of the same verifier finished."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else ()
    for job, (checked, failures, cases) in map(json.loads, lines):
        found = [(Failure(rule, Case(*case), said), small)
                 for (rule, case, said), small in failures]  # fmt: skip
        yield (job[0], job[1], job[2]), Told(Counter(checked), found, cases)


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=3, help="failures shown of each kind")
    parser.add_argument("--workers", type=int, default=None, help="processes; default: all cores")
    parser.add_argument("--seconds", type=float, help="end after so long, with what is done")
    parser.add_argument("--out", type=Path, help="write all failures here, one a line")
    parser.add_argument("--keep", type=Path, metavar="FILE",
                        help="keep finished batches here, and continue from them")  # fmt: skip
    args = parser.parse_args()
    began = time.perf_counter()
    kept = dict(_kept(args.keep)) if args.keep else {}
    whole, done = Told(Counter(), []), 0
    for told in kept.values():
        done += _join(whole, told)
    jobs = [job for first in range(0, args.cases, BATCH)
            if (job := (args.seed, first, min(first + BATCH, args.cases))) not in kept]  # fmt: skip
    with multiprocessing.Pool(args.workers, initializer=_ignore_interrupts) as pool:
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C ends it early, with what is done
            for job, told in pool.imap_unordered(_named, jobs):
                done += _join(whole, told)
                if args.keep:
                    _keep(args.keep, job, told)
                if args.seconds and time.perf_counter() - began > args.seconds:
                    break
        pool.terminate()
    report(whole, done, time.perf_counter() - began, args.show)
    if args.out:
        args.out.write_text("".join(f"{f}\n" for f, _ in whole.failures), "utf-8")


if __name__ == "__main__":
    main()
