"""Solvers that do not think, which the pair figures must not reward.

Each judges a problem by one trick. If it considers a problem sound, it is given more than it could
have, the correct answer, unless its trick computes another. A figure that such a solver can raise
above LIMIT measures wording, not thought.
"""

from __future__ import annotations

import itertools
import math
import re
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

from harness.core import Problem, Scored, Status
from harness.tasks.traps.solve import CannotDecide, NotLinear, Number, expression, solutions

LIMIT = 0.55
Cluster = Mapping[str, Problem]
Solver = Callable[[Problem, Cluster], Status]
"""The verdict on a problem of a cluster, whose other problems by variant tell the tricks."""

KEYWORDS = re.compile(
    r"exact|same|at most|\bonly\b|alone|nothing|nobody|neither|never|always|truly|\breal\b"
    r"|both|whole"
    r"|正好|恰好|最多|只|一直|如实|同样|同一|实数|没有|不",
    re.I,
)
"""What a reader who looks for suspicious words might look for."""


def flagged(problem: Problem) -> Status:
    """The verdict when a problem is declared flawed."""
    return Status.CORRECT if problem.gold is None else Status.ABSTAINED


def answered(problem: Problem) -> Status:
    """The verdict on the best possible answer of somebody who sees no flaw."""
    return Status.LURED if problem.gold is None else Status.CORRECT


def never_flags(problem: Problem, cluster: Cluster) -> Status:
    """Answers everything, correctly if there is an answer."""
    return answered(problem)


def always_flags(problem: Problem, cluster: Cluster) -> Status:
    """Declares everything flawed."""
    return flagged(problem)


def by_keywords(problem: Problem, cluster: Cluster) -> Status:
    """Calls any problem with a suspicious word flawed."""
    return flagged(problem) if KEYWORDS.search(problem.question) else answered(problem)


def by_repeated_numbers(problem: Problem, cluster: Cluster) -> Status:
    """Calls any problem that repeats a number flawed."""
    counts = Counter(re.findall(r"\d+", problem.question))
    return (flagged if max(counts.values(), default=0) > 1 else answered)(problem)


def by_many_numbers(problem: Problem, cluster: Cluster) -> Status:
    """Calls any problem with more numbers than its original flawed."""
    own, other = (len(re.findall(r"\d+", p.question)) for p in (problem, cluster["original"]))
    return (flagged if own > other else answered)(problem)


def by_shortcut(problem: Problem, cluster: Cluster) -> Status:
    """Does the computation that gives the lure, in the control too."""
    twist = next(p for v, p in cluster.items() if v in ("trap", "distractor", "lure"))
    formula = twist.meta["certificate"]["shortcut"]
    try:
        return _given(problem, expression(formula)(_env(problem)))
    except (LookupError, ZeroDivisionError, CannotDecide):
        return Status.WRONG


def by_the_original(problem: Problem, cluster: Cluster) -> Status:
    """Computes with the numbers what solves the original, ignoring the rest of the text."""
    certificate = cluster["original"].meta["certificate"]
    unknowns = {k: tuple(v) if v else None for k, v in certificate["unknowns"].items()}
    env = _env(problem)
    try:
        found = list(solutions(unknowns, certificate["facts"], env))
        if certificate["best"] == "count":
            return _given(problem, len(found))
        values = {expression(certificate["ask"])({**env, **one}) for one in found}
        best = {"max": max, "min": min}.get(certificate["best"], min)
        return _given(problem, best(values))
    except (LookupError, ValueError, ZeroDivisionError, CannotDecide, NotLinear):
        return Status.WRONG


def _env(problem: Problem) -> dict[str, Any]:
    certificate = problem.meta["certificate"]
    numbers: dict[str, Any] = {k: Fraction(v) for k, v in certificate["given"].items()}
    return {**numbers, **certificate["texts"]}


def _given(problem: Problem, value: Number) -> Status:
    """The verdict on a value, after the further steps of the question."""
    if then := problem.meta["certificate"]["then"]:
        value = expression(then)({**_env(problem), "answer": value})
    if problem.gold is not None and Fraction(problem.gold) == value:
        return Status.CORRECT
    lured = problem.lure is not None and Fraction(problem.lure) == value
    return Status.LURED if lured else Status.WRONG


PANEL: Mapping[str, Solver] = {
    "never flags": never_flags,
    "always flags": always_flags,
    "flags by keyword": by_keywords,
    "flags repeated numbers": by_repeated_numbers,
    "flags more numbers than the original": by_many_numbers,
    "answers by shortcut": by_shortcut,
    "answers with the original's method": by_the_original,
}


def judged(problems: Sequence[Problem]) -> list[Problem]:
    """The traps and controls of flawed pairs, as training data for a flagger."""
    return [
        p
        for p in problems
        if p.variant in ("trap", "control") and p.meta["flaw"] not in ("lure", "distractor")
    ]


def first_sentence(text: str) -> str:
    """The text read by somebody who stops at the first full stop."""
    return _sentences(text)[0]


def last_sentence(text: str) -> str:
    """The text read by somebody who only looks at the question."""
    return _sentences(text)[-1]


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.?!。？！])\s*", text) if part]


class LongFlagger:
    """Calls any problem longer than the median trap or control of its language flawed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        lengths: dict[str, list[int]] = {}
        for p in judged(problems):
            lengths.setdefault(p.meta["language"], []).append(len(p.question))
        self._median = {k: statistics.median(v) for k, v in lengths.items()}

    def __call__(self, problem: Problem, cluster: Cluster) -> Status:
        """Flag what is long."""
        long = len(problem.question) > self._median[problem.meta["language"]]
        return (flagged if long else answered)(problem)


class TrainedFlagger:
    """Naive Bayes over words and their pairs, of traps and controls; `numbers`: and over numbers.

    Multinomial, with Laplace smoothing (Manning, Raghavan and Schütze 2008, section 13.2); in
    Chinese over characters and their pairs. `read` selects the part of a text that is used.
    """

    def __init__(
        self, problems: Sequence[Problem], *, numbers: bool, read: Callable[[str], str] = str
    ) -> None:
        self._numbers, self._read = numbers, read
        counts = {"trap": Counter[str](), "control": Counter[str]()}
        for problem in judged(problems):
            counts[problem.variant].update(self._tokens(problem))
        vocabulary = len(set().union(*counts.values()))
        self._counts = counts
        self._totals = {k: sum(c.values()) + vocabulary for k, c in counts.items()}

    def _tokens(self, problem: Problem) -> list[str]:
        return tokens(problem, numbers=self._numbers, read=self._read)

    def __call__(self, problem: Problem, cluster: Cluster) -> Status:
        """Flag what reads more like a trap."""
        score = {
            kind: sum(math.log((own[t] + 1) / self._totals[kind]) for t in self._tokens(problem))
            for kind, own in self._counts.items()
        }
        return (flagged if score["trap"] > score["control"] else answered)(problem)


class LogisticFlagger:
    """Logistic regression over which words, numbers and pairs of both a text has.

    The penalty is half the sum of the squared weights (Hastie, Tibshirani and Friedman 2009,
    section 4.4.4, with an L2 penalty).
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        learnt = judged(problems)
        rows = [set(tokens(p, numbers=True)) for p in learnt]
        self._column = {t: i for i, t in enumerate(sorted(set().union(*rows)))}
        x = self._matrix(rows)
        sign = np.array([1.0 if p.variant == "trap" else -1.0 for p in learnt])

        def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            margin = sign * (x @ w)
            value = np.logaddexp(0, -margin).sum() + 0.5 * w @ w
            return float(value), w - x.T @ (sign * expit(-margin))

        self._weights = minimize(loss, np.zeros(len(self._column)), jac=True, method="L-BFGS-B").x

    def _matrix(self, rows: Sequence[set[str]]) -> Any:
        cells = [(i, self._column[t]) for i, row in enumerate(rows) for t in row]
        at = tuple(np.array(axis, dtype=int) for axis in zip(*cells, strict=True))
        return csr_array((np.ones(len(cells)), at), shape=(len(rows), len(self._column)))

    def __call__(self, problem: Problem, cluster: Cluster) -> Status:
        """Flag what the weights call a trap."""
        own = {self._column[t] for t in tokens(problem, numbers=True) if t in self._column}
        return (flagged if sum(self._weights[i] for i in own) > 0 else answered)(problem)


def trained(problems: Sequence[Problem]) -> dict[str, Solver]:
    """The solvers that learn from problems of other seeds."""
    return {
        "words": TrainedFlagger(problems, numbers=False),
        "words and numbers": TrainedFlagger(problems, numbers=True),
        "first sentence": TrainedFlagger(problems, numbers=True, read=first_sentence),
        "last sentence": TrainedFlagger(problems, numbers=True, read=last_sentence),
        "regression": LogisticFlagger(problems),
        "longer than the median": LongFlagger(problems),
    }


def tokens(problem: Problem, *, numbers: bool, read: Callable[[str], str] = str) -> list[str]:
    """Words, numbers (if they are used) and pairs of neighbours."""
    text = read(problem.question).lower()
    if not numbers:
        text = re.sub(r"\d+", "#", text)
    pattern = r"\w+|[^\w\s]" if problem.meta["language"] == "en" else r"[a-z]+|\d+|\S"
    words = re.findall(pattern, text)
    return [*words, *(f"{a} {b}" for a, b in itertools.pairwise(words))]


def solve(problems: Sequence[Problem], solver: Solver) -> list[Scored]:
    """A solver's results on whole clusters."""
    clusters: dict[str, dict[str, Problem]] = {}
    for problem in problems:
        clusters.setdefault(problem.cluster, {})[problem.variant] = problem
    return [
        Scored(problem=p, statuses={solver(p, clusters[p.cluster]): 1.0}, output_tokens=None)
        for p in problems
    ]
