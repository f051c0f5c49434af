"""Which runs may share a table, and the contents of each row."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.core import Estimate, ModelSpec, UsageError
from harness.core.hashing import content_hash
from harness.cost import cost_of_pass, pareto
from harness.results.boards import BoardRun
from harness.results.views import RunReport
from harness.site.names import slug

ORACLE = "oracle"
UNITS = ("tokens", "sequential", "flops", "usd", "seconds")
"""The units that accuracy can be plotted against; all are charged, per problem."""

_LOCAL = ("onnx", "hf", "vllm")
_PAIRED = ("pair_score", "balanced_accuracy", "trap_given_original_and_concept", "trap_to_original")
_ALARMS = ("false_alarms/control", "false_alarms/original")


def kind_of(budget: str) -> str:
    """The kind of a budget: its first word, `vote` of `vote@16:temperature=0.8`."""
    return re.split(r"[@: ]", budget, maxsplit=1)[0]


def own_hardware(model_spec: str) -> bool:
    """Whether a model ran on the user's own hardware: in-process, or at a private address."""
    try:
        spec = ModelSpec.parse(model_spec)
    except UsageError:
        return False
    return spec.backend in _LOCAL or "://private" in model_spec


def family_of(model: str) -> str:
    """The family of a model by its name: its leading letters."""
    found = re.match(r"[^\W\d_]+", model.rsplit("/", 1)[-1])
    return found[0] if found else model


def _per(total: float | None, problems: int) -> float | None:
    return None if total is None or problems == 0 else total / problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run as a table row. Costs are per problem; None is unknown.

    `sequential` are the tokens that cannot be parallelised, `device_seconds` the time in
    which the device is busy with it.
    """

    report: RunReport
    href: str
    note: str = ""
    rank: tuple[int, int] | None = None
    frontier: bool = False
    sequential: float | None = None
    device_seconds: float | None = None

    @property
    def accuracy(self) -> Estimate | None:
        """The headline figure; None as long as no problem has an attempt."""
        return self.report.metrics.get("accuracy")

    @property
    def lure(self) -> Estimate | None:
        """The lure rate, if the task has lures."""
        return self.report.metrics.get("lure_rate")

    @property
    def paired(self) -> Estimate | None:
        """The joint score of a trap and its sound counterpart, if the task has pairs."""
        return self._first(_PAIRED)

    @property
    def alarms(self) -> Estimate | None:
        """Sound problems that were declared unanswerable."""
        return self._first(_ALARMS)

    def _first(self, names: Sequence[str]) -> Estimate | None:
        metrics = self.report.metrics
        return next((metrics[name] for name in names if name in metrics), None)

    @property
    def refused(self) -> float | None:
        """The share of problems that the model declined."""
        return _per(self.report.verdicts.get("refused", 0.0), self.report.problems)

    @property
    def ungraded(self) -> float | None:
        """The share of problems with an undecided verdict."""
        return _per(self.report.ungraded, self.report.problems)

    @property
    def kind(self) -> str:
        """The kind of budget."""
        return kind_of(self.report.budget)

    @property
    def own(self) -> bool:
        """Whether it ran on the user's own hardware."""
        return own_hardware(self.report.model_spec)

    @property
    def family(self) -> str:
        """The model's family."""
        return family_of(self.report.model)

    @property
    def obeyed(self) -> float | None:
        """The share of spending limits that were kept; None if there are none."""
        return None if self.report.obedience is None else self.report.obedience.within

    @property
    def oracle(self) -> bool:
        """Whether the answer was selected by knowing the gold answer."""
        return self.report.selector == ORACLE

    @property
    def ceiling(self) -> bool:
        """Whether a ceiling may have ended problems, so that their number is shown."""
        return self.report.stopped > 0 or "<=" in self.report.budget

    @property
    def tokens(self) -> float | None:
        """Charged output tokens per problem."""
        return _per(self.report.charged.output_tokens, self.report.problems)

    @property
    def spent(self) -> float | None:
        """Output tokens per problem that this run actually generated."""
        return _per(self.report.spent.output_tokens, self.report.problems)

    @property
    def flops(self) -> float | None:
        """Charged FLOPs per problem."""
        return _per(self.report.flops, self.report.problems)

    @property
    def usd(self) -> float | None:
        """Charged US dollars per problem."""
        return _per(self.report.usd, self.report.problems)

    def cost(self, unit: str) -> float | None:
        """The cost per problem in one of `UNITS`."""
        value: float | None = getattr(self, unit)
        return value

    @property
    def seconds(self) -> float | None:
        """Summed latencies of the charged calls, in seconds."""
        return _per(self.report.charged_seconds, self.report.problems)

    @property
    def attempted(self) -> Estimate | None:
        """The share of problems with an answer."""
        return self.report.metrics.get("attempted")

    @property
    def accuracy_attempted(self) -> Estimate | None:
        """Accuracy among those."""
        return self.report.metrics.get("accuracy_attempted")

    def per_correct(self, cost: float | None) -> float | None:
        """Cost of one correct answer; infinite if none is correct."""
        return cost_of_pass(cost, self.accuracy.value) if self.accuracy else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Runs on the same problems, graded by the same verifier: rows that may be compared.

    `ranked` are complete runs with a selected answer, best first; `oracle` complete runs whose
    figure is coverage; `partial` unfinished ones.
    """

    task: str
    task_version: str
    verifier: str
    planned: int
    slug: str
    ranked: tuple[Row, ...] = ()
    oracle: tuple[Row, ...] = ()
    partial: tuple[Row, ...] = ()
    low: float = 0.0
    high: float = 1.0

    @property
    def href(self) -> str:
        """The group's own page."""
        return f"tasks/{self.slug}/index.html"

    @property
    def units(self) -> tuple[str, ...]:
        """The units in which at least one row's cost is known."""
        return tuple(u for u in UNITS if any(r.cost(u) for r in self.ranked + self.oracle))

    @property
    def drawn(self) -> bool:
        """Whether it has a chart: two finished runs with a known cost in tokens."""
        return sum(bool(r.cost("tokens")) and r.accuracy is not None for r in self.ranked) > 1

    @property
    def models(self) -> tuple[str, ...]:
        """Its models, the most accurate first."""
        return tuple(dict.fromkeys(row.report.model for row in self.rows))

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, in the order of the table."""
        return self.ranked + self.oracle + self.partial

    @property
    def has_lures(self) -> bool:
        """Whether any row has a lure rate."""
        return any(row.lure for row in self.rows)

    @property
    def best(self) -> Row | None:
        """The most accurate complete run."""
        return self.ranked[0] if self.ranked else None

    @property
    def thrifty(self) -> Row | None:
        """The cheapest complete run that may be the best: its rank may be 1."""
        able = [r for r in self.ranked if r.rank and r.rank[0] == 1 and r.tokens is not None]
        return min(able, key=lambda r: r.tokens or 0.0, default=None)


def group_runs(reports: Sequence[RunReport], hrefs: Mapping[str, str]) -> list[Group]:
    """Reports sorted into groups, by task name; runs are never compared across groups.

    One group has one task version, one verifier version and one set of problems (by the data
    fingerprint in the manifest, else by their planned number); its name is made from these, and
    does not change when other groups are added or removed.
    """
    buckets: dict[tuple[str, str, str, int, str], list[RunReport]] = defaultdict(list)
    for report in reports:
        data = report.manifest.identity.data
        key = (report.task, report.task_version, report.verifier, report.planned, data)
        buckets[key].append(report)
    order = sorted(buckets, key=lambda k: (k[0], k[1], -k[3], k[2], k[4]))
    return [_group(f"{slug(key[0])}-{content_hash(key)[:6]}", buckets[key], hrefs) for key in order]


def _group(name: str, reports: list[RunReport], hrefs: Mapping[str, str]) -> Group:
    notes = _notes(reports)
    rows = [Row(report=r, href=hrefs[r.id], note=notes[r.id]) for r in reports]
    first = reports[0]
    return arranged(
        Group(
            task=first.task,
            task_version=first.task_version,
            verifier=first.verifier,
            planned=first.planned,
            slug=name,
            partial=tuple(rows),
        )
    )


def with_costs(
    group: Group, boards: Mapping[str, BoardRun], seconds: Mapping[str, float | None]
) -> Group:
    """The group with its runs' figures problem by problem."""

    def known(row: Row) -> Row:
        run = row.report.id
        return replace(row, sequential=boards[run].mean("sequential"), device_seconds=seconds[run])

    ranked, oracle, partial = (
        tuple(map(known, rows)) for rows in (group.ranked, group.oracle, group.partial)
    )
    return replace(group, ranked=ranked, oracle=oracle, partial=partial)


def arranged(group: Group) -> Group:
    """The group with its rows in their parts and order."""
    rows = group.rows
    complete = [r for r in rows if r.report.status == "complete" and r.accuracy is not None]
    ranked = sorted((r for r in complete if not r.oracle), key=_by_accuracy)
    oracle = sorted((r for r in complete if r.oracle), key=_by_accuracy)
    done = {r.report.id for r in complete}
    partial = sorted((r for r in rows if r.report.id not in done), key=_by_accuracy)
    low, high = _range([r.accuracy for r in rows if r.accuracy is not None])
    return replace(
        group,
        ranked=tuple(_with_frontier(_with_ranks(ranked))),
        oracle=tuple(oracle),
        partial=tuple(partial),
        low=low,
        high=high,
    )


def _by_accuracy(row: Row) -> tuple[float, float, str, str, str]:
    value = row.accuracy.value if row.accuracy else -1.0
    tokens = math.inf if row.tokens is None else row.tokens
    return (-value, tokens, row.report.model, row.report.budget, row.report.id)


def _notes(reports: Iterable[RunReport]) -> dict[str, str]:
    """What distinguishes runs with the same model and budget: seeds, limits or engines."""
    twins: dict[tuple[str, str], list[RunReport]] = defaultdict(list)
    for report in reports:
        twins[report.model, report.budget].append(report)
    notes: dict[str, str] = {}
    for alike in twins.values():
        identities = [r.manifest.identity.to_json() | {"spec": r.model_spec} for r in alike]
        keys = [
            key
            for key in ("spec", "seed", "max_output_tokens", "model", "prompts")
            if len({str(identity.get(key)) for identity in identities}) > 1
        ]
        for report, identity in zip(alike, identities, strict=True):
            words = [f"{key.replace('_', ' ')} {str(identity.get(key))[:24]}" for key in keys[:2]]
            clash = f"run {report.id[:8]}" if len(alike) > 1 else ""
            notes[report.id] = ", ".join(words) or clash
    return notes


def _range(estimates: Sequence[Estimate]) -> tuple[float, float]:
    """A range for drawing, in multiples of ten percent, that contains every interval."""
    if not estimates:
        return 0.0, 1.0
    low = math.floor(min(e.low for e in estimates) * 10 + 1e-9) / 10
    high = math.ceil(max(e.high for e in estimates) * 10 - 1e-9) / 10
    if high - low < 0.2:
        low, high = max(0.0, low - 0.1), min(1.0, high + 0.1)
    return low, high


def _with_ranks(rows: Sequence[Row]) -> list[Row]:
    """The range of places that the intervals allow: from best to worst possible."""
    out = []
    for row in rows:
        mine = row.accuracy
        assert mine is not None  # complete rows have one
        others = [r.accuracy for r in rows if r is not row and r.accuracy is not None]
        above = sum(other.low > mine.high for other in others)
        reach = sum(other.high >= mine.low for other in others)
        out.append(replace(row, rank=(above + 1, reach + 1)))
    return out


def _with_frontier(rows: Sequence[Row]) -> list[Row]:
    """Mark the runs that no other beats in both accuracy and charged tokens."""
    able = [i for i, r in enumerate(rows) if r.tokens and r.accuracy is not None]
    found = pareto([(rows[i].tokens or 1.0, rows[i].accuracy.value) for i in able])  # type: ignore[union-attr] # chosen above
    best = {able[j] for j in found}
    return [replace(row, frontier=i in best) for i, row in enumerate(rows)]
