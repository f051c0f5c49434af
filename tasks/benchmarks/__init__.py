"""Standard benchmarks: each is a file in this folder, with its source and licence.

Rows come from the hub, or from a folder (`--data-dir`) that has them with the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.core import DataError, DataSource, Problem
from harness.core.typed import read_table
from harness.tasks._data import Published, load_rows
from harness.tasks.custom.file import Hub, TaskFile, Text
from harness.tasks.custom.reading import Table, read_toml
from harness.tasks.custom.scoring import OPTIONS as SCORING
from harness.tasks.custom.task import RowTask

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkFile(TaskFile):
    """A task file in this folder.

    `title` is the display name; `rows` is how many problems its authors publish (0: it depends
    on the config), `columns` what each row must have, and `files` the names that a local copy may
    have in `--data-dir` (with `{split}` and `{config}` filled in). `configs` are the values of the
    option `config`. `metric` says what the authors report, `paper` and `licence` where it is from.
    """

    title: Text
    metric: Text
    paper: Text
    licence: Text
    rows: int = 0
    columns: tuple[Text, ...]
    files: tuple[Text, ...]
    configs: tuple[Text, ...] = ()
    note: str = ""


def names() -> list[str]:
    """All benchmarks in this folder."""
    return sorted(file.stem for file in HERE.glob("*.toml"))


class Benchmark(RowTask):
    """One of them; `config` chooses among its parts if it has several."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._source = DataSource()
        self._config: str | None = None

    def _file(self) -> tuple[TaskFile, Mapping[str, Any]]:
        file = HERE / f"{self.name}.toml"
        found, faults = read_table(read_toml(file), BenchmarkFile)
        if found is None or found.hub is None or found.verifier is None:
            raise DataError("\n".join([f"{file}:", *faults]))
        return found, {}

    @property
    def about(self) -> BenchmarkFile:
        """The file's contents about the set."""
        assert isinstance(self.file, BenchmarkFile)
        return self.file

    @property
    def options(self) -> tuple[str, ...]:  # type: ignore[override]
        """Options for worked examples, the choices and how they are scored, and its parts."""
        own = ("config",) if self.about.configs else ()
        order = ("choices_seed",) if self.about.shuffle_choices else ()
        scoring = SCORING if self.about.fields.choices else ()
        return ("shots", "shots_seed", *order, *scoring, *own)

    def load(self, source: DataSource) -> Sequence[Problem]:
        """The rows in a fixed shuffled order."""
        self._source = source
        self._config = source.options.get("config")
        if self._config is not None and self._config not in self.about.configs:
            known = ", ".join(self.about.configs)
            raise DataError(f"task {self.name}: config={self._config} is none of {known}")
        return super().load(source)

    def _table(self, file: TaskFile, split: str | None = None) -> Table:
        about, hub = self.about, self._hub()
        data = Published(
            name=about.title,
            hub=hub.name,
            revision=hub.revision,
            config=hub.config,
            files=tuple(f.replace("{config}", hub.config or "") for f in about.files),
            columns=about.columns,
        )
        split = split or hub.split
        rows = load_rows(data, split, self._source)
        origin = {"benchmark": self.name, "config": hub.config, "split": split, "rows": len(rows)}
        if self._source.data_dir is None:
            origin["hub"] = hub.name
        return Table(where=f"{about.title}, split {split}", rows=rows, origin=origin)

    def _hub(self) -> Hub:
        assert self.about.hub is not None
        hub = self.about.hub
        return hub if self._config is None else replace(hub, config=self._config)

    def _card(self) -> Iterator[str]:
        about, hub = self.about, self._hub()
        yield f"# {about.title}\n\n{self.summary}\n"
        count = f"{about.rows:,} problems" if about.rows else "as many problems as its part has"
        yield f"- {count}, from {hub.name} on the hub (split {hub.split}) or --data-dir"
        yield f"- a local copy: {' or '.join(about.files)}, with columns {', '.join(about.columns)}"
        if about.configs:
            yield f"- config={hub.config} [default]; or {', '.join(about.configs)}"
        yield f"- metric: {about.metric}; verifier {about.verifier}"
        yield f"- paper: {about.paper}; licence: {about.licence}"
        if about.factors:
            yield f"- accuracy by {', '.join(about.factors)}"
        if about.note:
            yield f"\n{about.note}"


def __getattr__(name: str) -> Callable[[], Benchmark]:
    """`gpqa_diamond` creates the task of gpqa-diamond.toml, for entry points."""
    file = name.replace("_", "-")
    if file not in names():
        raise AttributeError(name)

    def make() -> Benchmark:
        return Benchmark(file)

    make.__name__ = make.__qualname__ = name
    return make
