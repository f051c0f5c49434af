"""Invented runs for the site's tests: a small arithmetic of chances, no model behind them."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.analysis.curves import Curve
from harness.budgets import Judged, Selector
from harness.budgets.selectors.first import First
from harness.core import (
    Command,
    Finish,
    Problem,
    RunIdentity,
    RunManifest,
    Sample,
    Scored,
    Status,
    UnknownNameError,
    Usage,
    Verdict,
    registry,
)
from harness.core.hashing import content_hash
from harness.core.sample import add_known
from harness.results.attempts import selector_of
from harness.results.boards import Answer, BoardRun, ProblemFigures
from harness.results.searches import Node
from harness.results.views import RunReport, SampleView
from harness.site import About
from harness.site.source import Work
from harness.stats import mean_interval, pass_at_k

SKILL = {"tiny-s": 0.0, "tiny-m": 1.1}


def problems(count: int) -> list[Problem]:
    """Decimal comparisons, two variants a cluster, every ninth without an answer."""
    rng = random.Random(5)
    out = []
    for i in range(count):
        whole, a, b = rng.randint(1, 20), rng.randint(2, 9), rng.randint(10, 99)
        first, second = f"{whole}.{a}", f"{whole}.{b}"
        right = max(first, second, key=float)
        lure = second if right == first else first
        out.append(
            Problem(
                id=f"d-{i:04d}",
                question=f"Which is larger, {first} or {second}?",
                gold=None if i % 9 == 8 else right,
                lure=lure,
                variant="trap" if i % 2 else "original",
                cluster=f"c-{i // 2}",
                meta={"places": 2},
            )
        )
    return out


class Invented:
    """Invented runs as a source of a site; it has no curves, for which it would need a store."""

    def __init__(
        self, reports: Sequence[RunReport], views: Mapping[str, Iterable[SampleView]]
    ) -> None:
        self._reports = list(reports)
        self._views = {run: list(found) for run, found in views.items()}
        self.read: list[str] = []

    def reports(self, work: Work | None = None) -> Sequence[RunReport]:
        """All of them."""
        return self._reports

    def stamp(self, run: str) -> str:
        """Equal for runs with the same samples."""
        return content_hash([repr(replace(view, run_id="")) for view in self._views[run]])

    def about(self, run: str) -> About:
        """Nothing is known."""
        return About()

    def samples(self, run: str) -> Iterator[SampleView]:
        """All samples of a run."""
        self.read.append(run)
        return iter(self._views[run])

    def figures(self, run: str) -> BoardRun:
        """What the samples come to, as the store would say it."""
        report = next(r for r in self._reports if r.id == run)
        try:
            selector = selector_of(report.manifest)
        except UnknownNameError:  # a hostile name
            selector = First()
        by_problem: dict[str, list[SampleView]] = {}
        for view in self._views[run]:
            if view.error is None:
                by_problem.setdefault(view.problem.id, []).append(view)
        return BoardRun(
            run=run,
            problems=tuple(members[0].problem for members in by_problem.values()),
            figures=tuple(
                _figures(problem, members, selector, report.manifest.size)
                for problem, members in by_problem.items()
            ),
        )

    def curves(self, runs: Sequence[str]) -> Sequence[Curve]:
        """None."""
        return []

    def searches(self, run: str) -> Mapping[str, Sequence[Node]]:
        """None."""
        return {}


def _figures(
    problem: str, members: Sequence[SampleView], selector: Selector, size: int
) -> ProblemFigures:
    pool = [Judged(verdict=v.verdict) for v in members if v.verdict]
    k = min(size, len(pool))
    answers = Counter(str(v.verdict.answer) for v in members if v.verdict and v.verdict.answer)
    tokens = add_known(v.usage.output_tokens for v in members)
    return ProblemFigures(
        problem=problem,
        statuses={str(s): p for s, p in selector.expect(pool, k).items() if p},
        counts=Counter(str(j.verdict.status) for j in pool),
        answers=tuple(
            Answer(text, count, _status(members, text)) for text, count in answers.most_common(6)
        ),
        tokens=None if tokens is None else tokens * k / len(pool),
        sequential=max((v.usage.output_tokens or 0) for v in members),
        read=0,
    )


def _status(members: Sequence[SampleView], answer: str) -> str:
    return next(str(v.verdict.status) for v in members if v.verdict and v.verdict.answer == answer)


def saying(view: SampleView, response: str, **more: Any) -> SampleView:
    """A view with another response."""
    return replace(view, sample=replace(view.sample, text=response, **more))


class Board:
    """Invented runs and their samples."""

    def __init__(self, count: int = 40, task: str = "decimals", *, pool: int = 8) -> None:
        self.task, self.pool = task, pool
        self.problems = problems(count)
        self.reports: list[RunReport] = []
        self.views: dict[str, list[SampleView]] = {}

    def source(self, reports: Sequence[RunReport] | None = None) -> Invented:
        """Its runs, or some, as a source."""
        return Invented(self.reports if reports is None else reports, self.views)

    def add(
        self,
        model: str,
        budget: str,
        *,
        done: int | None = None,
        usd: float | None = None,
        size: int = 1,
        think: int = 0,
        selector: str = "first",
        always: Status | None = None,
    ) -> RunReport:
        """Draw a run: the chance to be right grows with skill and thinking, unless it is `always`
        of one status."""
        pool = self.pool if size > 1 else 1
        run_id = f"{model}-{self.task}-{budget}".replace("@", "-").replace(":", "-")
        run_id = run_id.replace("=", "-").replace("+", "-")
        views: list[SampleView] = []
        scored: list[Scored] = []
        passes: dict[int, list[float]] = {}
        kept = self.problems[: done or len(self.problems)]
        for problem in kept:
            mine = [self._view(run_id, model, problem, i, think) for i in range(pool)]
            if always is not None:
                mine = [replace(v, verdict=replace(v.verdict, status=always)) for v in mine]
            views += mine
            judged = [Judged(verdict=v.verdict) for v in mine if v.verdict]
            statuses = registry.find("selectors", selector)().expect(judged, size)
            scored.append(Scored(problem=problem, statuses=statuses))
            right = sum(v.verdict.status is Status.CORRECT for v in mine if v.verdict)
            for k in (1, 2, 4, 8):
                if k <= pool and pool > 1:
                    passes.setdefault(k, []).append(pass_at_k(pool, right, k))
        self.views[run_id] = views
        self.reports.append(
            self._report(run_id, model, budget, size, selector, scored, passes, usd)
        )
        return self.reports[-1]

    def _view(
        self, run_id: str, model: str, problem: Problem, index: int, think: int
    ) -> SampleView:
        rng = random.Random(f"{model} {problem.id} {index} {think}")
        odds = SKILL[model] - 0.4 + 0.55 * math.log2(1 + think / 12)
        hard = random.Random(problem.id).gauss(0, 1.2)
        right = rng.random() < 1 / (1 + math.exp(hard - odds))
        gold = problem.gold or "neither"
        draw = rng.random()
        if right:
            status, answer = Status.CORRECT, gold
        elif draw < 0.7 and problem.lure:
            status, answer = Status.LURED, problem.lure
        elif draw < 0.9:
            status, answer = Status.WRONG, "7"
        else:
            status, answer = (Status.TRUNCATED if think else Status.UNPARSED), None
        thought = "Compare place by place.\n" * max(1, think // 8)
        cut = status is Status.TRUNCATED
        body = f"<think>{thought}" + ("" if cut else f"</think>\nThe answer is {answer}.")
        return SampleView(
            sample=Sample(
                id=f"{model}-{problem.id}-{index}-{think}",
                trace="",
                text=body if think else f"The answer is {answer}.",
                finish=Finish.LENGTH if cut else Finish.STOP,
            ),
            run_id=run_id,
            problem=problem,
            index=index,
            prompt=f"<user>{problem.question}</user>\n<assistant>",
            usage=Usage(prompt_tokens=20, output_tokens=6 + think, reasoning_tokens=think or None),
            verdict=Verdict(
                status=status,
                answer=answer,
                key=answer,
                method="number",
                warning=int(draw > 0.95),
                reason="equal as decimals" if right else "another number",
            ),
            verifier="math@1",
        )

    def _report(
        self,
        run_id: str,
        model: str,
        budget: str,
        size: int,
        selector: str,
        scored: list[Scored],
        passes: dict[int, list[float]],
        usd: float | None,
    ) -> RunReport:
        clusters = [s.problem.cluster for s in scored]
        pool = [v for v in self.views[run_id] if v.verdict]
        share = size * len(scored) / len(pool)
        output = int(sum(v.usage.output_tokens or 0 for v in pool) * share)
        verdicts: dict[str, float] = {}
        for one in scored:
            for status, chance in one.statuses.items():
                verdicts[str(status)] = verdicts.get(str(status), 0.0) + chance
        metrics = {
            "accuracy": mean_interval([s.score for s in scored], clusters),
            "lure_rate": mean_interval(
                [s.statuses.get(Status.LURED, 0.0) for s in scored], clusters
            ),
        }
        metrics |= {f"pass@{k}": mean_interval(v, clusters) for k, v in passes.items()}
        return RunReport(
            id=run_id,
            model=model,
            model_spec=f"onnx:{model}",
            task=self.task,
            task_version="1",
            budget=budget,
            selector=selector,
            created="2026-01-02T03:04:05",
            status="complete" if len(scored) == len(self.problems) else "partial",
            planned=len(self.problems),
            problems=len(scored),
            failed=0,
            ungraded=0,
            correct=sum(s.score for s in scored),
            metrics=metrics,
            charged=Usage(prompt_tokens=20 * size * len(scored), output_tokens=output),
            spent=Usage(prompt_tokens=20 * len(pool), output_tokens=int(output / share)),
            calls=len(pool),
            verdicts=verdicts,
            usd=usd,
            flops=None if model == "api" else 1e6 * (1 + SKILL[model]) * output,
            seconds=12.5,
            truncated=sum(v.finish == "length" for v in pool) / len(pool),
            verifier="math@1",
            manifest=RunManifest(
                command=Command.parse(
                    f"harness eval --model onnx:{model} --task {self.task} --budget '{budget}'"
                ),
                size=size,
                selector=selector,
                identity=RunIdentity(data=f"{self.task}-{len(self.problems)}"),
            ),
        )


def full_board(count: int = 40) -> Board:
    """Two models, five ways of spending, one coverage sweep, one unfinished run."""
    board = Board(count)
    for model in ("tiny-s", "tiny-m"):
        board.add(model, "greedy", usd=0.004 if model == "tiny-m" else None)
        for think in (8, 16, 32, 64):
            board.add(model, f"think@{think}", think=think)
        for size in (2, 4, 8):
            board.add(model, f"vote@{size}", size=size, selector="majority")
            board.add(model, f"vote@{size}:think=32", size=size, think=32, selector="majority")
        for size in (2, 4, 8):
            board.add(model, f"sample@{size}", size=size, selector="oracle")
    board.add("tiny-m", "vote@8:think=64", size=8, think=64, selector="majority", done=count // 2)
    return board


def small_boards() -> dict[str, Board]:
    """Boards at the edge: nothing at all, one run, one problem, nothing right, nothing wrong."""
    boards = {
        name: Board(count) for name, count in (("empty", 4), ("one run", 4), ("one problem", 1))
    }
    boards["one run"].add("tiny-s", "greedy")
    for size, selector in ((1, "first"), (8, "majority")):
        boards["one problem"].add("tiny-s", f"vote@{size}", size=size, selector=selector)
    for name, status in (("nothing right", Status.LURED), ("nothing wrong", Status.CORRECT)):
        boards[name] = Board(6)
        for model in ("tiny-s", "tiny-m"):
            boards[name].add(model, "greedy", always=status)
    return boards
