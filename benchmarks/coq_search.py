"""Twenty theorems in Coq: tree search (`rmaxts`) against independent samples, at equal tokens.

    python benchmarks/coq_search.py [--seeds 10] [--tokens 2000]

Coq is real (`coqc`, `coqtop`). The model is NOT: no model here has learnt Coq, so that the proofs
are proposed by a table of tactics: which line follows which, counted in the proofs below of other
theorems, by kind of theorem. What the comparison shows is the search, not a model's skill.

Each attempt has the same ceiling of generated tokens (four characters each). Candidates are first
run in one `coqtop`, where each takes milliseconds; what passes is confirmed by the `proof` verifier
as in an evaluation, and only that counts.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import subprocess
from collections import defaultdict

from harness.budgets import Budget, resolve
from harness.core import DataSource, Problem, Prompt, Status
from harness.stats import mean_interval, paired_difference
from harness.tasks.proofs import CoqBasics
from harness.testing import Ceiling, ScriptedCaller, ScriptedEngine
from harness.verifiers.proof import ProofVerifier

BUDGETS = ("sample@2000", "rmaxts@2000:batch=4")
SHARES = (0.25, 0.5, 1.0)  # of the ceiling, at which solved theorems are counted
WIDTH = 4

# Proofs of theorems that are not among the twenty, a tactic a `;;`.
CORPUS = {
    "nat": """
        intros n. ;; simpl. ;; reflexivity.
        induction n. ;; reflexivity. ;; simpl. ;; rewrite IHn. ;; reflexivity.
        induction n. ;; simpl. ;; reflexivity. ;; simpl. ;; rewrite IHn. ;; reflexivity.
        intros n m. ;; induction n. ;; simpl. ;; reflexivity. ;; simpl. ;; rewrite IHn. ;; reflexivity.
        intros n m. ;; induction n. ;; simpl. ;; auto. ;; simpl. ;; rewrite IHn. ;; auto.
        intros n m p. ;; induction n. ;; simpl. ;; reflexivity. ;; simpl. ;; rewrite <- plus_n_Sm. ;; auto.
        intros n. ;; destruct n. ;; reflexivity. ;; simpl. ;; apply plus_n_O.
        exists 2. ;; reflexivity.
        exists 3. ;; simpl. ;; auto.
        exists 4. ;; auto.""",
    "list": """
        intros l. ;; reflexivity.
        induction l. ;; reflexivity. ;; simpl. ;; rewrite IHl. ;; reflexivity.
        intros l m. ;; induction l. ;; reflexivity. ;; simpl. ;; rewrite IHl. ;; reflexivity.
        intros l m n. ;; induction l. ;; simpl. ;; reflexivity. ;; simpl. ;; rewrite IHl. ;; auto.
        intros f l. ;; induction l. ;; simpl. ;; auto. ;; simpl. ;; rewrite IHl. ;; reflexivity.
        intros f l m. ;; destruct l. ;; reflexivity. ;; simpl. ;; auto.""",
    "bool": """
        intros b. ;; destruct b. ;; reflexivity. ;; reflexivity.
        intros b c. ;; destruct b. ;; simpl. ;; destruct c. ;; reflexivity. ;; auto.
        destruct b. ;; auto. ;; destruct c. ;; reflexivity. ;; reflexivity.""",
    "Prop": """
        intros. ;; auto.
        intros P Q H. ;; destruct H. ;; split. ;; auto. ;; auto.
        intros P Q H. ;; destruct H. ;; left. ;; auto. ;; right. ;; auto.
        intros P Q H. ;; destruct H. ;; right. ;; assumption. ;; left. ;; assumption.
        intros P Q R. ;; intros H. ;; destruct H as [H1 H2]. ;; destruct H2. ;; left. ;; auto. ;; right. ;; auto.
        intros P H. ;; intros N. ;; apply N. ;; assumption.
        intros P Q H N. ;; unfold not. ;; intros p. ;; apply N. ;; apply H. ;; assumption.
        unfold not. ;; intros. ;; apply H0. ;; auto.""",
}  # fmt: skip
START, END = "Proof.", "Qed."


def bigrams() -> dict[tuple[str, str], list[str]]:
    """What follows a line, by kind of theorem, as often as in the corpus."""
    found = defaultdict(list)
    for kind, text in CORPUS.items():
        for proof in filter(None, map(str.strip, text.splitlines())):
            lines = [START, *map(str.strip, proof.split(";;")), END]
            for line, after in itertools.pairwise(lines):
                found[kind, line].append(after)
    return dict(found)


TABLE = bigrams()


def kind_of(statement: str) -> str:
    """The sort of theorem: what it speaks of."""
    return next(kind for kind in ("list", "bool", "Prop", "nat") if kind in statement)


def say(prompt: str, prefix: str, luck: random.Random) -> str:
    """The rest of a block of code, line by line from the table; at most 14 lines of tactics."""
    statement = next(line for line in prompt.splitlines() if line.startswith("Theorem"))
    head = ["```coq", statement, START]
    lines = prefix.splitlines() if prefix.endswith("\n") else prefix.splitlines()[:-1]
    begun, out = len("".join(f"{line}\n" for line in lines)), list(lines)
    out += head[len(out) :]
    while out[-1] not in (END, "```") and len(out) < 17:
        out.append(luck.choice(TABLE.get((kind_of(statement), out[-1]), [END])))
    if out[-1] != "```":
        out += ["```"] if out[-1] == END else [END, "```"]
    return "\n".join(out)[len(prefix) :] if begun == len(prefix) else "\n```"


class Judge:
    """Whether responses prove a theorem: by one `coqtop`, and by the verifier where that passes."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.verifier = problem, ProofVerifier(prover="coq")
        self.known: dict[str, bool] = {}
        self._asked = 0
        self._coq = subprocess.Popen(
            ["coqtop", "-q"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._run(problem.meta["header"])

    def proves(self, response: str) -> bool:
        """Each text is judged once."""
        code = response.removeprefix("```coq\n").removesuffix("```").strip()
        if code not in self.known:
            self.known[code] = (
                code.endswith(END)
                and self._passes(code)
                and (self.verifier.verify(response, self.problem).status is Status.CORRECT)
            )
        return self.known[code]

    def _passes(self, code: str) -> bool:
        """Whether coqtop runs all sentences without an error; what they define is forgotten."""
        said = self._run(code)
        self._run(f"Abort All.\nReset {self.problem.id}.")
        return "Error" not in said

    def _run(self, text: str) -> str:
        """What coqtop prints; an object that nobody has defined marks the end."""
        self._asked += 1
        mark = f"Nothing{self._asked}"
        assert self._coq.stdin is not None
        assert self._coq.stdout is not None
        self._coq.stdin.write(f"{text}\nPrint {mark}.\n")
        self._coq.stdin.flush()
        said = []
        for line in self._coq.stdout:
            if f"{mark} not a defined object" in line:
                break
            said.append(line)
        # the error of the mark itself begins with the place in the input
        return "".join(said).rpartition("Toplevel input")[0]

    def close(self) -> None:
        """End coqtop."""
        self._coq.kill()
        self._coq.wait()


async def attempt(text: str, problem: Problem, judge: Judge, seed: int, tokens: int) -> int | None:
    """Tokens that were generated when the first proof was there; None without one."""
    strategy = resolve(Budget.parse(text))
    caller = ScriptedCaller(
        ScriptedEngine(say=say, token_width=WIDTH, marks=None),
        Prompt.user(CoqBasics().prompt(problem).messages[-1].content),
        seed=seed,
        tokens=tokens,
        answer=lambda response: str(int(judge.proves(response))),
    )
    try:
        async for chain in strategy.proposer.propose(caller, strategy.proposer.size):
            if judge.proves(chain[-1].response):
                return caller.used
    except Ceiling:
        pass
    return None


def main() -> None:
    """See the top of the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--tokens", type=int, default=2000)
    asked = parser.parse_args()
    problems = CoqBasics().load(DataSource())
    spent: dict[str, list[int | None]] = {text: [] for text in BUDGETS}
    clusters = []
    for problem in problems:
        judge = Judge(problem)
        for seed in range(asked.seeds):
            clusters.append(problem.id)
            for text in BUDGETS:
                spent[text].append(asyncio.run(attempt(text, problem, judge, seed, asked.tokens)))
        solved = {text: sum(s is not None for s in spent[text][-asked.seeds :]) for text in BUDGETS}
        print(f"{problem.id:<16} {solved}, {len(judge.known)} different proofs", flush=True)
        judge.close()
    for share in SHARES:
        ceiling = int(asked.tokens * share)
        scores = {t: [float(s is not None and s <= ceiling) for s in spent[t]] for t in BUDGETS}
        print(f"within {ceiling} tokens")
        for text in BUDGETS:
            found = mean_interval(scores[text], clusters)
            print(f"  {text:<22} {found.value:.3f} [{found.low:.3f}, {found.high:.3f}]")
        apart = paired_difference(scores[BUDGETS[1]], scores[BUDGETS[0]], clusters)
        print(f"  difference             {apart.value:+.3f} [{apart.low:+.3f}, {apart.high:+.3f}]")


if __name__ == "__main__":
    main()
