"""Sets derived from published school problems: GSM-Plus, GSM-Symbolic, GSM-IC and UMWP.

Each keeps the original and what was made from it in one cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.core import DataError, DataSource, Estimate, Problem, Scored
from harness.tasks._data import Published, Row, check_choice, load_rows
from harness.tasks._metrics import by_factor
from harness.tasks._pairs import pair_figures
from harness.tasks.published._pairs import Pairs, number


class _Originals:
    """The originals of a set, each once, numbered in order of appearance."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: dict[str, Problem] = {}

    def of(self, question: str, gold: str, row: int) -> tuple[Problem, bool]:
        """The original with this question, and whether it is new.

        Raises DataError if the same question appeared with another answer.
        """
        known = self._found.get(question)
        if known is None:
            index = len(self._found)
            known = Problem(
                id=f"original-{index}", question=question, gold=gold, cluster=f"set-{index}",
                meta={"kind": "original", "row": row},
            )  # fmt: skip
            self._found[question] = known
            return known, True
        if known.gold != gold:
            raise DataError(
                f"{self._name}, row {row + 1}: its original has the answer {gold}, and "
                f"{known.gold} in row {known.meta['row'] + 1}"
            )
        return known, False


def _numbered(data: Published, split: str, source: DataSource) -> Iterator[tuple[int, Row]]:
    return enumerate(load_rows(data, split, source))


class GsmPlus(Pairs):
    """GSM-Plus (Li et al. 2024, arXiv 2402.19255): eight changes to each GSM8K problem.

    `critical thinking` removes a premise: there is no answer, and the original's is the lure.
    """

    name = "gsm-plus"
    summary = "GSM-Plus: GSM8K changed in eight ways (hub or --data-dir; part=test or testmini)"
    options = ("part",)

    def _problems(self, source: DataSource) -> list[Problem]:
        parts = ("test", "testmini")
        part = check_choice(self.name, "part", source.options.get("part", "test"), parts)
        columns = ("question", "answer", "perturbation_type", "seed_question", "seed_answer")
        data = Published(
            name="GSM-Plus",
            hub="qintongli/GSM-Plus",
            revision="3b708db57b96a16e8e3368ed2956990c0809440e",
            config=None,
            files=(
                "gsm-plus/gsmplus_{split}.jsonl",
                "gsmplus_{split}.jsonl",
                "data/{split}-00000-of-00001.jsonl",
                "gsmplus_{split}.json",
            ),
            columns=columns,
            texts=("question", "perturbation_type", "seed_question"),
        )
        out: list[Problem] = []
        originals = _Originals("GSM-Plus")
        for i, row in _numbered(data, part, source):
            where = f"GSM-Plus, row {i + 1}"
            original, new = originals.of(row["seed_question"], number(row["seed_answer"], where), i)
            if new:
                out.append(original)
            out.append(self._changed(row, i, original))
        return out

    @staticmethod
    def _changed(row: Row, i: int, original: Problem) -> Problem:
        kind = row["perturbation_type"]
        if kind == "critical thinking":
            variant, gold = "trap", None
            if str(row["answer"]).strip() not in ("None", "null", ""):
                raise DataError(
                    f"GSM-Plus, row {i + 1}: a problem without its premise has the answer "
                    f"{row['answer']!r}, where None is published"
                )
        else:
            variant = "distractor" if kind == "distraction insertion" else "variation"
            gold = number(row["answer"], f"GSM-Plus, row {i + 1}")
        return Problem(
            id=f"{variant}-{i}", question=row["question"], gold=gold, variant=variant,
            lure=original.gold if gold is None else None, cluster=original.cluster,
            meta={"kind": kind, "row": i},
        )  # fmt: skip


class GsmSymbolic(Pairs):
    """GSM-Symbolic (Mirzadeh et al. 2024, arXiv 2410.05229): 50 instances per template.

    `config=p1` and `p2` add one and two clauses, so that they are harder than their originals.
    """

    name = "gsm-symbolic"
    summary = "GSM-Symbolic: GSM8K templates, new names and numbers (hub or --data-dir; config=)"
    options = ("config",)

    def _problems(self, source: DataSource) -> list[Problem]:
        configs = ("main", "p1", "p2")
        config = check_choice(self.name, "config", source.options.get("config", "main"), configs)
        file = f"GSM_{'symbolic' if config == 'main' else config}.jsonl"
        data = Published(
            name="GSM-Symbolic",
            hub="apple/GSM-Symbolic",
            revision="93b5b3758d9d9841ffe81d6cd2ae2b030685b078",
            config=config,
            files=(f"gsm-symbolic/{file}", file, f"generated_data/{file}", f"{config}/test.jsonl"),
            columns=(
                "id", "instance", "question", "answer", "original_question", "original_answer",
            ),
            texts=("question", "answer", "original_question", "original_answer"),
            key=("id", "instance"),
        )  # fmt: skip
        out: list[Problem] = []
        originals = _Originals("GSM-Symbolic")
        for i, row in _numbered(data, "test", source):
            where = f"GSM-Symbolic, row {i + 1}"
            gold = number(row["original_answer"], where)
            original, new = originals.of(row["original_question"], gold, i)
            if new:
                out.append(original)
            out.append(
                Problem(
                    id=f"template-{row['id']}-{row['instance']}", question=row["question"],
                    gold=number(row["answer"], where), variant="variation",
                    cluster=original.cluster, meta={"kind": config, "row": i},
                )
            )  # fmt: skip
        return out


class GsmIc(Pairs):
    """GSM-IC (Shi et al. 2023, arXiv 2302.00093): one irrelevant sentence is added."""

    name = "gsm-ic"
    summary = "GSM-IC: school problems with irrelevant context (--data-dir; part=2step or mstep)"
    options = ("part",)
    factors = ("role_label", "number_label", "sentence_label")

    def _problems(self, source: DataSource) -> list[Problem]:
        parts = ("2step", "mstep")
        part = check_choice(self.name, "part", source.options.get("part", "2step"), parts)
        data = Published(
            name="GSM-IC",
            hub="",
            revision="",
            config=None,
            files=("gsm-ic/GSM-IC_{split}.json", "GSM-IC_{split}.json"),
            columns=("original_question", "new_question", "answer", *self.factors),
            texts=("original_question", "new_question", *self.factors),
        )
        out: list[Problem] = []
        originals = _Originals("GSM-IC")
        for i, row in _numbered(data, part, source):
            gold = number(row["answer"], f"GSM-IC, row {i + 1}")
            original, new = originals.of(row["original_question"], gold, i)
            if new:
                out.append(original)
            meta: dict[str, Any] = {"kind": part, "row": i}
            meta.update((factor, row[factor]) for factor in self.factors)
            out.append(
                Problem(
                    id=f"distractor-{i}", question=row["new_question"], gold=gold,
                    variant="distractor", cluster=original.cluster, meta=meta,
                )
            )  # fmt: skip
        return out

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """The pairs, accuracy by variant, and by properties of the added sentence."""
        added = [item for item in scored if item.problem.variant == "distractor"]
        out = {**pair_figures(scored), **by_factor(scored, "variant", lambda p: p.variant)}
        for factor in self.factors:
            out.update(_by_meta(added, factor))
        return out


def _by_meta(scored: Sequence[Scored], factor: str) -> Mapping[str, Estimate]:
    return by_factor(scored, factor.removesuffix("_label"), lambda p: p.meta[factor])


UMWP_KINDS = {
    1: "key information missing",
    2: "ambiguous key information",
    3: "unrealistic conditions",
    4: "unrelated object",
    5: "question missing",
}


class Umwp(Pairs):
    """UMWP (Sun et al. 2024, arXiv 2403.03558): answerable and unanswerable problems in pairs."""

    name = "umwp"
    summary = "UMWP: unanswerable word problems beside their originals (--data-dir)"

    def _problems(self, source: DataSource) -> list[Problem]:
        data = Published(
            name="UMWP",
            hub="",
            revision="",
            config=None,
            files=(
                "umwp/StandardDataset.jsonl",
                "StandardDataset.jsonl",
                "data/StandardDataset.jsonl",
            ),
            columns=("id", "question", "answer", "answerable", "category", "relevant_ids"),
            texts=("question",),
            key=("id",),
        )
        rows = load_rows(data, "all", source)
        for number_, row in enumerate(rows, 1):
            if not isinstance(row["answerable"], bool):
                raise DataError(
                    f"UMWP, row {number_}: answerable should be true or false, not "
                    f"{row['answerable']!r}"
                )
        answerable = [row["id"] for row in rows if row["answerable"]]
        return [self._problem(row, set(answerable)) for row in rows]

    @staticmethod
    def _problem(row: Row, answerable: set[int]) -> Problem:
        where = f"UMWP, id {row['id']}"
        if row["answerable"]:
            answer = row["answer"]
            if not isinstance(answer, list) or len(answer) != 1:
                raise DataError(f"{where}: an answerable problem should have one answer in a list")
            return Problem(
                id=f"original-{row['id']}", question=row["question"], gold=number(answer[0], where),
                cluster=f"pair-{row['id']}", meta={"kind": "answerable"},
            )  # fmt: skip
        related = row["relevant_ids"]
        original = related[0] if isinstance(related, list) and related else None
        if not isinstance(original, int | float | str) or original not in answerable:
            raise DataError(f"{where}: its original, id {original}, is not an answerable row")
        if not isinstance(row["category"], int | float) or row["category"] not in UMWP_KINDS:
            raise DataError(f"{where}: category {row['category']!r} is none of 1 to 5")
        return Problem(
            id=f"trap-{row['id']}", question=row["question"], gold=None, variant="trap",
            cluster=f"pair-{original}", meta={"kind": UMWP_KINDS[int(row["category"])]},
        )  # fmt: skip
