"""Tasks made of a file of questions: `quiz.csv`, `quiz.yaml`, `hub:ORG/NAME`. See docs/tasks.md."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.core import (
    DataError,
    DataSource,
    Estimate,
    Message,
    Problem,
    Prompt,
    Scored,
    UsageError,
    VerifierSpec,
)
from harness.core.counting import counted
from harness.core.hashing import derive_seed
from harness.tasks._data import fixed_shuffle
from harness.tasks._faults import sound_figure
from harness.tasks._generate import check_options, whole
from harness.tasks._metrics import by_factor
from harness.tasks._pairs import pair_figures
from harness.tasks.custom.file import Fields, Hub, TaskFile
from harness.tasks.custom.reading import (
    Table,
    read_hub,
    read_rows,
    read_task_file,
    verifier_tables,
)
from harness.tasks.custom.rows import RowReader
from harness.tasks.custom.scoring import OPTIONS as SCORING
from harness.tasks.custom.scoring import scored_prompt, scoring_of

_seen: dict[str, Path] = {}
"""Files by name, the last of each: a run's name does not depend on the file's location."""


def file_family(name: str) -> Callable[[], FileTask]:
    """Implements a file of questions; it is read when its problems are loaded."""
    return lambda: FileTask(name)


def hub_family(name: str) -> Callable[[], HubTask]:
    """Implements `hub:ORG/NAME`."""
    return lambda: HubTask(name)


class RowTask:
    """Problems, prompts and figures from a TaskFile; subclasses provide the file and its rows."""

    options: tuple[str, ...] = ("shots", "shots_seed", "choices_seed", *SCORING)

    def __init__(self, name: str) -> None:
        self.name = self.label = name
        self.origin: Mapping[str, Any] = {}
        self._made: tuple[TaskFile, Mapping[str, Any]] | None = None
        self._reader: RowReader | None = None
        self._metric = ""  # of log-likelihoods; "" where an answer is generated

    def _file(self) -> tuple[TaskFile, Mapping[str, Any]]:
        raise NotImplementedError

    def _table(self, file: TaskFile, split: str | None = None) -> Table:
        raise NotImplementedError

    @property
    def file(self) -> TaskFile:
        """The file's contents."""
        if self._made is None:
            self._made = self._file()
        return self._made[0]

    @property
    def version(self) -> str:
        """The file's own; its data and prompts also identify a run."""
        return self.file.version

    @property
    def summary(self) -> str:
        """One line."""
        return " ".join(self.file.summary.split()) or f"the questions of {self.name}"

    def load(self, source: DataSource) -> Sequence[Problem]:
        """The rows in a fixed shuffled order, clusters together; ids are the file's or `row-N`."""
        check_options(self.name, source.options, self.options)
        file = self._with(self.file, source.options)
        table = self._table(file)
        order = whole(self.name, source.options, "choices_seed", 0)
        self.configure(source.options)
        wording, _ = scoring_of(self.name, source.options)
        reader = self._reader = RowReader(self.name, file, table, order, wording)
        shots = whole(self.name, source.options, "shots", file.shots)
        examples = self._examples(file, reader, source, shots) if shots else {}
        clusters: dict[str, list[Problem]] = {}
        for number, row in enumerate(table.rows, 1):
            problem = reader.problem(number, row, examples)
            clusters.setdefault(problem.cluster, []).append(problem)
        told = dict(self._made[1]) if self._made else {}
        self.origin = {**told, **table.origin}
        ordered = [p for cluster in fixed_shuffle(clusters) for p in clusters[cluster]]
        return ordered[: source.limit]

    def configure(self, options: Mapping[str, str]) -> None:
        """Whose verifier: by how the choices are scored."""
        _, self._metric = scoring_of(self.name, options)

    def _with(self, file: TaskFile, options: Mapping[str, str]) -> TaskFile:
        return file

    def _examples(
        self, file: TaskFile, reader: RowReader, source: DataSource, shots: int
    ) -> Mapping[int | None, list[list[str]]]:
        """By the row number that they are for (None: all rows): `shots` of question and answer."""
        seed = whole(self.name, source.options, "shots_seed", 0)
        pick = random.Random(derive_seed("examples", seed))
        if file.examples is not None:
            other = RowReader(
                self.name, file, self._table(file, file.examples), reader.order_seed, reader.scored
            )
            pool = [other.example(n, row) for n, row in enumerate(other.table.rows, 1)]
            asked = {reader.question(n, row): n for n, row in enumerate(reader.table.rows, 1)}
            for n, row in enumerate(other.table.rows, 1):
                if (same := asked.get(other.question(n, row))) is not None:
                    raise DataError(
                        f"{other.table.where}, row {n}: this example is the question of row {same} "
                        f"of {reader.table.where}, and gives its answer away"
                    )
            if len(pool) < shots:
                raise DataError(f"task {self.name}: shots={shots}, but {other.table.where} has "
                                f"only {counted(len(pool), 'row')}")  # fmt: skip
            return {None: pick.sample(pool, shots)}
        rows = reader.table.rows
        if len(rows) <= shots:
            raise DataError(f"task {self.name}: shots={shots} from among its own "
                            f"{counted(len(rows), 'row')}; give a file of `examples`")  # fmt: skip
        order = pick.sample(range(1, len(rows) + 1), len(rows))
        clusters = {n: reader.cluster(n, rows[n - 1]) for n in order}
        found: dict[int | None, list[list[str]]] = {}
        for mine in order:
            others = [n for n in order if clusters[n] != clusters[mine]][:shots]
            if len(others) < shots:
                raise DataError(f"task {self.name}: shots={shots}, but fewer rows are in another "
                                f"cluster than row {mine}")  # fmt: skip
            found[mine] = [reader.example(n, rows[n - 1]) for n in others]
        return found

    def prompt(self, problem: Problem) -> Prompt:
        """The system prompt, the worked examples as turns, the question."""
        file, reader = self.file, self._known_reader()
        if reader.scored is not None:
            return scored_prompt(reader.scored, problem, self.shots(problem))
        turns = [Message("system", file.system)] if file.system else []
        for question, answer in self.shots(problem):
            turns += [Message("user", question), Message("assistant", answer)]
        turns.append(Message("user", reader.wording(problem)))
        return Prompt(tuple(turns), begin=file.begin, stop=file.stop)

    def shots(self, problem: Problem) -> Sequence[Sequence[str]]:
        """The worked examples before a problem, as (user message, answer)."""
        examples: Sequence[Sequence[str]] = problem.meta.get("shots", ())
        return examples

    def verifier(self) -> VerifierSpec:
        """The file's verifier, else one that suits its answers."""
        file = self.file
        if self._metric:
            return VerifierSpec("likelihood", {"metric": self._metric})
        name = file.verifier or self._known_reader().verifier
        return VerifierSpec(name, dict(file.verifier_options))

    def _known_reader(self) -> RowReader:
        if self._reader is None:
            self._reader = RowReader(self.name, self.file, self._table(self.file))
        return self._reader

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """Accuracy by each factor of the file; variants and pairs if there are several."""
        figures: dict[str, Estimate] = dict(sound_figure(self.name, scored))
        if len({one.problem.variant for one in scored}) > 1:
            figures |= by_factor(scored, "variant", lambda p: p.variant)
            figures |= pair_figures(scored)
        if self.file.shuffle_choices:  # an even accuracy: no bias for a place
            figures |= by_factor(scored, "place", lambda p: p.gold)
        factors = dict.fromkeys(f for one in scored for f in one.problem.meta.get("factors", ()))
        for factor in factors:
            having = [one for one in scored if factor in one.problem.meta.get("factors", ())]
            figures |= by_factor(having, factor, _level(factor))
        return figures

    @property
    def card(self) -> str:
        """The output of `harness tasks show`."""
        return "\n".join(self._card())

    def _card(self) -> Iterator[str]:
        file, reader = self.file, self._known_reader()
        yield f"# {self.name}\n\n{self.summary}\n"
        yield f"- {counted(len(reader.table.rows), 'row')} of {reader.table.where}"
        for name, where in reader.described():
            yield f"- {name}: {where}"
        if file.factors:
            yield f"- accuracy by {', '.join(file.factors)}"


def _level(factor: str) -> Callable[[Problem], object]:
    return lambda problem: problem.meta["factors"][factor]


class FileTask(RowTask):
    """A task file, or a bare table of questions."""

    def __init__(self, name: str) -> None:
        path = Path(name)
        if not path.is_file() and path.name == name and name in _seen:
            path = _seen[name]
        super().__init__(re.sub(r"[\s:,=]+", "-", path.name))  # what parts words and options
        self._path = path
        if path.is_file():
            _seen[self.name] = path.resolve()

    def _file(self) -> tuple[TaskFile, Mapping[str, Any]]:
        file, told = read_task_file(self._path)
        tables = verifier_tables(file, self._path.parent)
        if not tables:
            return file, told
        options = {**file.verifier_options, **tables}
        return replace(file, verifier_options=options), {**told, "tables": tables}

    def _table(self, file: TaskFile, split: str | None = None) -> Table:
        if file.hub is not None:
            return read_hub(file.hub, split)
        return read_rows(self._path.parent / (split or file.data or ""))


class HubTask(RowTask):
    """`hub:ORG/NAME`, set by options: split, config, revision, question, answer, verifier."""

    options = (
        "split", "config", "revision", "question", "answer", "choices", "verifier", "shots",
        "shots_seed", "choices_seed", "examples", *SCORING,
    )  # fmt: skip

    def __init__(self, name: str) -> None:
        super().__init__(f"hub:{name}")
        if name.count("/") > 1 or not name.strip("/"):
            raise UsageError(f"hub:{name} names no data set: write hub:ORG/NAME")
        self._hub = Hub(name=name)

    def _file(self) -> tuple[TaskFile, Mapping[str, Any]]:
        return TaskFile(hub=self._hub), {}

    def _with(self, file: TaskFile, options: Mapping[str, str]) -> TaskFile:
        of_hub = {n: options[n] for n in ("config", "split", "revision") if n in options}
        made = TaskFile(
            hub=Hub(name=self._hub.name, **of_hub),
            fields=Fields(
                question=options.get("question"),
                answer=options.get("answer"),
                choices=tuple(filter(None, options.get("choices", "").split("+"))),
            ),
            verifier=options.get("verifier"),
            examples=options.get("examples"),
        )
        self._made = (made, {})
        return made

    def _table(self, file: TaskFile, split: str | None = None) -> Table:
        assert file.hub is not None
        return read_hub(file.hub, split)
