"""Paired traps: originals, concept questions, flawed or tempting twists, and sound controls.

Every item carries a certificate; `harness.tasks.traps.certify` proves it again at loading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from harness.core import DataSource, Estimate, Problem, Prompt, Scored, UsageError, VerifierSpec
from harness.tasks._data import check_choice
from harness.tasks._generate import check_options, whole
from harness.tasks.traps.certify import (
    CertificateError,
    certify,
    certify_cluster,
    certify_openings,
)
from harness.tasks.traps.generate import LANGUAGES, VERSION, cluster_items, item
from harness.tasks.traps.levels import LEVELS
from harness.tasks.traps.metrics import trap_metrics
from harness.tasks.traps.templates import TEMPLATES
from harness.tasks.traps.templates.instructions import TOPIC as INSTRUCTIONS

_THINK = {"en": "Think step by step and put", "zh": "请逐步思考，并把"}
_PUT = {"en": "Put", "zh": "请把"}
_BOX = {"en": " your final answer in \\boxed{}.", "zh": "最终答案写在\\boxed{}中。"}
_HINT = {
    "en": "The problem may have no answer: something may be missing, contradictory or impossible. "
    "If so, say what is wrong instead of giving a number.",
    "zh": "题目可能没有答案：可能缺少条件、自相矛盾或不合常理。"
    "如果是这样，请指出问题所在，不要给出数字。",
}


class Traps:
    """Options: seed=N, lang=en|zh|both, prompt=plain|hint, level=1..4; by default two rounds of
    templates."""

    name = "traps"
    version = VERSION
    summary = "Paired traps with and without a flaw, generated and machine-checked (en, zh)"
    public_seed = 0

    def load(self, source: DataSource) -> Sequence[Problem]:
        """Clusters of four in a row; raises CertificateError when an item's proof fails."""
        check_options(self.name, source.options, ("seed", "lang", "prompt", "level"))
        seed = whole(self.name, source.options, "seed", self.public_seed)
        lang = check_choice(
            self.name, "lang", source.options.get("lang", "both"), ("en", "zh", "both")
        )
        hint = check_choice(
            self.name, "prompt", source.options.get("prompt", "plain"), ("plain", "hint")
        )
        levels = tuple(str(n) for n in range(1, LEVELS + 1))
        level = int(check_choice(self.name, "level", source.options.get("level", "1"), levels))
        count = source.limit if source.limit is not None else 8 * len(TEMPLATES)
        if count < 0:
            raise UsageError(f"task traps: limit {count} must not be negative")
        problems: list[Problem] = []
        for cluster in range(-(-count // 4)):
            items = cluster_items(seed, cluster, None if lang == "both" else lang, level)
            certify_cluster(items)
            for problem in items:
                certify(problem)
                if hint == "hint":
                    problem = _with_hint(problem)
                problems.append(problem)
        return problems[:count]

    def design(self, source: DataSource) -> Mapping[str, Sequence[str]]:
        """Topics and flaws with their numbers of templates; variants, languages, and so on."""
        lang = source.options.get("lang", "both")
        return {
            "topic": _counted(template.topic for template in TEMPLATES),
            "flaw": _counted(template.flaw.value for template in TEMPLATES),
            "variant": ["original", "concept", "trap or distractor or lure", "control"],
            "language": LANGUAGES if lang == "both" else [lang],
            "prompt": [source.options.get("prompt", "plain")],
            "level": [source.options.get("level", "1")],
        }

    def prompt(self, problem: Problem) -> Prompt:
        """The question, the hint where it is asked for, and how to end.

        A question that itself asks for an answer at once is not told to think step by step.
        """
        language = problem.meta["language"]
        first = _PUT if problem.meta["topic"] == INSTRUCTIONS else _THINK
        lines = [problem.question, first[language] + _BOX[language]]
        if problem.meta.get("prompt") == "hint":
            lines.insert(1, _HINT[language])
        return Prompt.user("\n\n".join(lines))

    def verifier(self) -> VerifierSpec:
        """Flaw recognition; problems with an answer go on to the verifier of mathematics."""
        return VerifierSpec("flaw")

    def certify(self, problem: Problem) -> None:
        """Prove the problem's certificate again."""
        certify(problem)

    def certify_all(self, problems: Sequence[Problem]) -> Sequence[str]:
        """What is wrong with whole clusters, and with the problems together; empty: nothing."""
        clusters: dict[str, list[Problem]] = {}
        for problem in problems:
            clusters.setdefault(problem.cluster, []).append(problem)
        for items in clusters.values():
            if len(items) == 4:  # a limit may cut the last one
                certify_cluster(items)
        return certify_openings(problems)

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """Rates by variant, flaw and topic, and what relates a trap to its control and original."""
        return trap_metrics(scored)


def _counted(names: Iterable[str]) -> list[str]:
    return [f"{name} ({n})" for name, n in Counter(names).items()]


def _with_hint(problem: Problem) -> Problem:
    fields = problem.to_json()
    return Problem(**{**fields, "meta": {**problem.meta, "prompt": "hint"}})


__all__ = [
    "TEMPLATES",
    "CertificateError",
    "Traps",
    "certify",
    "certify_cluster",
    "certify_openings",
    "cluster_items",
    "item",
]
