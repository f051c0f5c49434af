"""Published trap sets, in their authors' schema; pairs keep their pairing.

SVAMP, MathTrap and MiP here; GSM-Plus, GSM-Symbolic, GSM-IC and UMWP in `variations`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.core import DataError, DataSource, Estimate, Problem, Scored
from harness.tasks._data import Published, check_choice, load_rows
from harness.tasks._faults import sound_figure
from harness.tasks.math import boxed
from harness.tasks.published._pairs import Pairs, number


class Svamp(Pairs):
    """SVAMP (Patel et al. 2021, arXiv 2103.07191): 1000 variations on word problems."""

    name = "svamp"
    summary = "SVAMP: variations on simple word problems (hub or --data-dir)"

    def _problems(self, source: DataSource) -> list[Problem]:
        data = Published(
            name="SVAMP",
            hub="ChilleD/SVAMP",
            revision="5e0bf1e5e7c0e9c4bc39180d224f41f3f801b7ef",
            config=None,
            files=("svamp/SVAMP.json", "SVAMP.json"),
            columns=("Body", "Question", "Answer", "Type"),
            texts=("Body", "Question", "Type"),
            key=("ID",),
        )
        if source.data_dir is not None:
            rows = load_rows(data, "test", source)
        else:  # the hub's copy is split; the published set is both parts
            rows = [row for part in ("train", "test") for row in load_rows(data, part, source)]
        return [
            Problem(
                id=f"all-{i}",
                question=f"{row['Body'].strip().rstrip('.')}. {row['Question'].strip()}",
                gold=number(row["Answer"], f"SVAMP, row {i + 1}"),
                meta={"kind": row["Type"], "row": i},
            )
            for i, row in enumerate(rows)
        ]

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """Accuracy by kind, and without problems known to be wrong."""
        return {**super().metrics(scored), **sound_figure(self.name, scored)}


class MathTrap(Pairs):
    """MathTrap's public part (arXiv 2405.06680): traps with their originals.

    Its 104 rows repeat 40 originals. Each is asked once; its traps are in its cluster.
    """

    name = "mathtrap"
    version = "2"
    summary = "MathTrap: flawed problems beside their originals (--data-dir)"

    def _problems(self, source: DataSource) -> list[Problem]:
        files = ("mathtrap/MathTrap_Public.json", "MathTrap_Public.json")
        columns = ("trap_problem", "original_problem", "original_solution", "trap_type", "category")
        data = Published(
            name="MathTrap", hub="", revision="", config=None, files=files, columns=columns,
            texts=columns, key=("trap_problem",),
        )  # fmt: skip
        out: list[Problem] = []
        originals: dict[str, Problem] = {}
        for i, row in enumerate(load_rows(data, "public", source)):
            solution, question = row["original_solution"], row["original_problem"]
            _, marks, tail = solution.rpartition("####")
            where = f"MathTrap, row {i + 1}"
            gold = tail.strip() if marks else boxed(solution, where)
            if not gold:
                raise DataError(f"{where}: no answer behind '####' of its original_solution")
            original = originals.get(question)
            if original is None:
                original = originals[question] = Problem(
                    id=f"original-{i}", question=question, gold=gold, cluster=f"set-{i}",
                    meta={"kind": "original", "row": i},
                )  # fmt: skip
                out.append(original)
            elif original.gold != gold:
                raise DataError(
                    f"{where}: its original has the answer {gold}, and {original.gold} in row "
                    f"{original.meta['row'] + 1}"
                )
            out.append(
                Problem(
                    id=f"trap-{i}", question=row["trap_problem"], gold=None, variant="trap",
                    cluster=original.cluster,
                    meta={"kind": row["trap_type"], "category": row["category"], "row": i},
                )
            )  # fmt: skip
        return out


class Mip(Pairs):
    """MiP (arXiv 2504.06514): problems whose premise was removed; option part=gsm8k|svamp."""

    name = "mip"
    summary = "MiP: word problems with a missing premise (--data-dir; part=gsm8k or svamp)"
    options = ("part",)

    def _problems(self, source: DataSource) -> list[Problem]:
        part = check_choice(
            self.name, "part", source.options.get("part", "gsm8k"), ("gsm8k", "svamp")
        )
        paired = part == "gsm8k"
        columns = ("insufficient_question", "answer", *(("question",) if paired else ()))
        files = (f"mip/{part}.json", f"{part}.json")
        data = Published(
            name="MiP", hub="", revision="", config=None, files=files, columns=columns,
            texts=("insufficient_question", *(("question",) if paired else ())),
            key=("insufficient_question",),
        )  # fmt: skip
        out = []
        for i, row in enumerate(load_rows(data, part, source)):
            gold = number(row["answer"], f"MiP {part}, row {i + 1}")
            meta = {"kind": part, "row": i}
            if paired:
                out.append(
                    Problem(
                        id=f"original-{i}", question=row["question"], gold=gold,
                        cluster=f"pair-{i}", meta=meta,
                    )
                )  # fmt: skip
            out.append(
                Problem(
                    id=f"trap-{i}", question=row["insufficient_question"], gold=None, lure=gold,
                    variant="trap", cluster=f"pair-{i}", meta=meta,
                )
            )  # fmt: skip
        return out
