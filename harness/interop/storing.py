"""The second reading of a file of outputs: texts are graded and stored, then the runs charged.

Two windows of texts are held at once: one is graded while the one before it is written.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from harness.core import Finish, ModelInfo, Problem, Verdict
from harness.interop.imported import Prompts, sample_of, score_row, text_rows
from harness.interop.jsonl import ImportedRow
from harness.interop.survey import WINDOW, windows
from harness.run.plan import PlannedRun, stored_run
from harness.store import Store, Writer
from harness.store.records import (
    Charge,
    Row,
    attempt_rows,
    model_row,
    now,
    problem_row,
    prompt_row,
    verdict_row,
)
from harness.verifiers.pool import VerifierPool

_Graded = list[tuple[ImportedRow, Future[Verdict]]]


@dataclass(frozen=True, slots=True)
class _Stored:
    """What a charge needs of a stored text; `scores` are its rewards' samples, by run."""

    sample: str
    key: str | None
    scores: Mapping[str, str]


@dataclass(slots=True)
class Part:
    """One model's texts: the runs that they answer, the texts that each problem has, and those
    stored so far, by problem and index."""

    info: ModelInfo
    runs: Sequence[PlannedRun]
    counts: Counter[str]
    stored: dict[str, dict[int, _Stored]] = field(default_factory=lambda: defaultdict(dict))

    def answered(self, problem: str) -> list[PlannedRun]:
        """The runs for which a problem has texts enough."""
        return [run for run in self.runs if self.counts[problem] >= needed(run)]


def needed(run: PlannedRun) -> int:
    """How many samples a problem must have to count: a search is as long as it is."""
    return 1 if run.strategy.whole else run.strategy.proposer.size


def store_rows(
    store: Store, prompts: Prompts, parts: Mapping[str, Part], rows: Iterable[ImportedRow]
) -> None:
    """Grade and write all texts, then what their runs are charged with."""
    created = now()
    writer = Writer(store)
    seen: set[str] = set()
    try:
        with VerifierPool() as pool:
            waiting: deque[_Graded] = deque()
            for window in windows(rows):
                waiting.append(_submitted(pool, parts, window))
                if len(waiting) > 1:
                    _write_texts(writer, prompts, parts, waiting.popleft(), created, seen)
            for last in waiting:
                _write_texts(writer, prompts, parts, last, created, seen)
        for part in parts.values():
            for batch in _batches(_charges(part, prompts)):
                writer.flush()
                writer.put(batch)
        writer.flush()
    finally:
        writer.close()


def _submitted(
    pool: VerifierPool, parts: Mapping[str, Part], window: Sequence[ImportedRow]
) -> _Graded:
    """Equal texts are graded once, as verifiers are pure."""
    asked: dict[tuple[str, str, bool], Future[Verdict]] = {}
    out = []
    for row in window:
        key = (row.problem.id, row.text, row.finish is Finish.LENGTH)
        if key not in asked:
            verifier = parts[row.model].runs[0].loaded.verifier
            asked[key] = pool.submit(verifier, row.text, row.problem, truncated=key[2])
        out.append((row, asked[key]))
    return out


def _write_texts(
    writer: Writer,
    prompts: Prompts,
    parts: Mapping[str, Part],
    graded: _Graded,
    created: str,
    seen: set[str],
) -> None:
    """Queue a window's rows once those before are written; those of a model's runs first."""
    out: list[Row] = []
    for row, future in graded:
        part, verdict = parts[row.model], future.result()
        if row.model not in seen:
            seen.add(row.model)
            rewards = [r.strategy.reward.info for r in part.runs if r.strategy.reward is not None]
            out += [model_row(known) for known in (part.info, *rewards)]
            out += [stored_run(run, run.manifest, created) for run in part.runs]
        known = prompts.of(row.problem)
        if known.digest not in seen:
            seen.add(known.digest)
            out.append(prompt_row(known.prompt, known.prompt_id))
            out.append(problem_row(row.problem, known.digest))
        asked = prompts.asked(row)
        sample = sample_of(row, asked)
        out += text_rows(row, sample, asked, part.runs[0], created)
        out.append(verdict_row(sample.id, known.digest, part.runs[0].loaded.judge, verdict))
        scores = {}
        for run in part.answered(row.problem.id):
            if run.strategy.reward is not None:
                score = score_row(row, asked, run.strategy.reward)
                out.append(score)
                scores[run.id] = str(score[1]["id"])
        part.stored[row.problem.id][row.sample] = _Stored(sample.id, verdict.key, scores)
    writer.flush()
    writer.put(out)


def _charges(part: Part, prompts: Prompts) -> Iterator[list[Row]]:
    """Each attempt of each run with all that it is charged with."""
    places: dict[str, tuple[int, Problem]] = {
        problem.id: (i, problem) for i, problem in enumerate(part.runs[0].loaded.problems)
    }
    for name, texts in part.stored.items():
        position, problem = places[name]
        for run in part.answered(name):
            charges = []
            for index in _drawn(run, texts):
                text = texts[index]
                charges.append(Charge(ordinal=index, step=0, sample=text.sample, final=True))
                if run.id in text.scores:
                    score = text.scores[run.id]
                    charges.append(
                        Charge(ordinal=index, step=1, sample=score, final=False, score=True)
                    )
            if charges:
                yield attempt_rows(run.id, prompts.of(problem).digest, position, charges=charges)


def _batches(attempts: Iterable[list[Row]]) -> Iterator[list[Row]]:
    """Whole attempts, about so many rows at a time as are held at once."""
    batch: list[Row] = []
    for rows in attempts:
        batch += rows
        if len(batch) >= WINDOW:
            yield batch
            batch = []
    yield batch


def _drawn(run: PlannedRun, texts: Mapping[int, _Stored]) -> Sequence[int]:
    """The indices of the samples that a run would have drawn.

    All, unless its budget stops by itself: then, in the order of their indices, those drawn before
    it would have stopped; none of a problem whose pool ends before that.
    """
    drawn_of = getattr(run.strategy.proposer, "drawn_of", None)
    if drawn_of is None:
        return list(texts)
    order = sorted(texts)
    return order[: drawn_of([texts[index].key for index in order]) or 0]
