"""How many gates an unchanged model passes under README's rule: prints the table of docs/gate.md.

python benchmarks/unchanged_gates.py                  # 200 gates a line, README's 500 problems
python benchmarks/unchanged_gates.py --problems 200   # fewer, in 97 clusters

The first problems of `decimals` are answered by a stub engine of which some problems
are torn: right in some samples and wrong in others. A pool of its samples is drawn through the
whole product, into a store. Each gate then takes one sample of each problem for the baseline and
another for the candidate, and judges them as `harness gate` does: at once, or look by look.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

import harness
from harness.core import (
    Completion,
    Finish,
    ModelInfo,
    Prompt,
    Reply,
    Request,
    Status,
    Usage,
)
from harness.gate.judge import Looks, run_gate
from harness.gate.results import GateVerdict
from harness.gate.rules import Rule
from harness.gate.staged import growing
from harness.results.attempts import read_attempts
from harness.results.outcomes import ProblemOutcome, RunOutcomes, load_outcomes
from harness.run.config import EvalConfig
from harness.run.plan import LoadedTask, make_plan
from harness.stats.sequential import LOOKS
from harness.store import open_store
from harness.store.runs import get_run

README = Rule(metric="accuracy", margin=0.1)
POOL = 12  # samples a problem
Right = np.ndarray[tuple[int, int], np.dtype[np.bool_]]


class Torn:
    """Says the right answer of a problem by its own chance, drawn from the prompt and the seed.

    `torn` of the problems have a chance from 0 to 1, four fifths of the others 1, the rest 0.
    """

    def __init__(self, torn: float, golds: Mapping[str, str]) -> None:
        self._torn, self._golds = torn, golds
        self.info = ModelInfo(spec="torn", name=f"torn-{torn:g}", fingerprint=f"torn-{torn:g}")

    def render(self, prompt: Prompt, prefix: str = "") -> str:
        """The text of the messages."""
        return "\n".join(m.content for m in prompt.messages) + prefix

    def count_tokens(self, rendered: str) -> int:
        """A token a word."""
        return len(rendered.split())

    async def generate(self, request: Request) -> Reply:
        """A sample for each seed."""
        text = self.render(request.prompt)
        own = random.Random(f"{self._torn} {text}")
        chance = own.random() if own.random() < self._torn else float(own.random() < 0.8)
        said = []
        for seed in request.seeds:
            right = random.Random(f"{text} {seed}").random() < chance
            answer = self._golds[text] if right else "no answer"
            said.append(
                Completion(
                    text=f"The answer is \\boxed{{{answer}}}.", finish=Finish.STOP, output_tokens=8
                )
            )
        usage = Usage(prompt_tokens=self.count_tokens(text), output_tokens=8 * len(said))
        return Reply(completions=tuple(said), usage=usage, latency_s=0.0)

    async def close(self) -> None:
        """Nothing to close."""


def pool_of(torn: float, problems: int, folder: Path) -> tuple[LoadedTask, RunOutcomes, Right]:
    """The task, a run to copy, and which sample of which problem is right: shape (n, POOL)."""
    db = folder / f"{torn}.sqlite"
    [loaded] = make_plan(
        EvalConfig(tasks=("decimals",), budgets=("greedy",), limit=problems, db=db)
    ).tasks
    golds = {
        "\n".join(m.content for m in prompt.messages): problem.gold or ""
        for problem, prompt in zip(loaded.problems, loaded.prompts, strict=True)
    }
    engine = Torn(torn, golds)
    done = harness.evaluate(engine, "decimals", f"sample@{POOL}", limit=problems, db=db)
    with open_store(db) as store:
        [report] = done.reports
        run = load_outcomes(store, report.id)
        attempts = read_attempts(store, get_run(store, report.id))
        by_id = {
            a.problem.id: [j.verdict.status is Status.CORRECT for j in a.judged]
            for a in attempts.items
        }
    return loaded, run, np.array([by_id[o.id] for o in run.outcomes])


def drawn(run: RunOutcomes, right: Right, columns: np.ndarray) -> RunOutcomes:
    """The run with one sample a problem."""
    scores = right[np.arange(len(right)), columns]
    outcomes = tuple(
        replace(o, correct=float(s), pool_correct=float(s), samples=1)
        for o, s in zip(run.outcomes, scores, strict=True)
    )
    return replace(run, budget="greedy", selector="first", outcomes=outcomes)


def one_gate(
    rule: Rule, loaded: LoadedTask, run: RunOutcomes, right: Right, rng: np.random.Generator
) -> tuple[GateVerdict, GateVerdict]:
    """The verdict at once, and look by look, on an unchanged model."""
    two = np.argsort(rng.random(right.shape), axis=1)[:, :2]  # of each pool without replacement
    old, new = drawn(run, right, two[:, 0]), drawn(run, right, two[:, 1])
    once = run_gate([rule], [new], [old]).verdict
    name = str(loaded.spec)
    parts = [part[name] for part in growing([loaded], {name: loaded.problems}, LOOKS)]
    looks = Looks([len(part) / len(loaded.problems) for part in parts])
    for number, part in enumerate(parts):
        pair = [_only(side, part) for side in (new, old)]
        result = looks.look(
            number, lambda level, p=pair: run_gate([rule], [p[0]], [p[1]], level=level)
        )
        if Looks.settled(result):
            break
    return once, result.verdict


def _only(run: RunOutcomes, ids: frozenset[str]) -> RunOutcomes:
    kept: tuple[ProblemOutcome, ...] = tuple(o for o in run.outcomes if o.id in ids)
    return replace(run, outcomes=kept, planned=len(kept))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gates", type=int, default=200)
    parser.add_argument("--problems", type=int, default=500)
    parser.add_argument("--margin", type=float, default=README.margin)
    given = parser.parse_args()
    rule = replace(README, margin=given.margin)
    print(f"rule: {rule}; {given.problems} problems of decimals; {given.gates} gates a line\n")
    print("| torn | answers that change | clusters | passes at once | with `--run` | regressed |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for torn in (0.0, 0.15, 0.3):
            loaded, run, right = pool_of(torn, given.problems, Path(folder))
            p = right.mean(axis=1)
            changes = float((2 * p * (1 - p) * POOL / (POOL - 1)).mean())
            rng = np.random.default_rng(0)
            pairs = [one_gate(rule, loaded, run, right, rng) for _ in range(given.gates)]
            once, looked = (Counter(side) for side in zip(*pairs, strict=True))
            clusters = len({o.cluster for o in run.outcomes})
            wrong = max(once[GateVerdict.REGRESSED], looked[GateVerdict.REGRESSED])
            cells = (
                f"{torn:.0%}", f"{changes:.1%}", clusters, once[GateVerdict.PASS],
                looked[GateVerdict.PASS], wrong,
            )  # fmt: skip
            print("| " + " | ".join(map(str, cells)) + " |", flush=True)


if __name__ == "__main__":
    main()
