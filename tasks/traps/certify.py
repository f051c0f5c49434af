"""Re-checking a trap problem's certificate: nothing here knows how the problem was made.

A certificate (`problem.meta["certificate"]`) is plain JSON: the numbers of the text, a formal
model, and a claim about it. `certify` proves the claim by exact algebra and complete search, and
ties it to the problem: the text's numbers are the model's, gold and lure are the model's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

from harness.core import HarnessError, Problem
from harness.tasks.traps.names import POOLS
from harness.tasks.traps.solve import (
    CannotDecide,
    Linear,
    NotLinear,
    Number,
    expression,
    holds,
    names_in,
    solutions,
)
from harness.tasks.traps.world import LIMITS, of_one_size

_NAMES = re.compile(
    "|".join(sorted((n for pool in POOLS.values() for n in pool), key=len, reverse=True))
)
TWISTS = ("trap", "distractor", "lure")
CLAIMS = ("one", "none", "many", "undefined", "unbounded")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_WORD = re.compile(r"[a-z']+|[\u4e00-\u9fff]")


class CertificateError(HarnessError):
    """A generated problem's certificate does not hold: a defect of its template."""

    def __init__(self, problem: Problem, reason: str) -> None:
        self.problem, self.reason = problem, reason
        super().__init__(
            f"problem {problem.id} (template {problem.meta.get('template')!r}): {reason}; "
            "this is a defect of the template, please report it"
        )


def _number(text: str) -> Number:
    value = Fraction(text)
    return value.numerator if value.denominator == 1 else value


class _Failure(Exception):  # noqa: N818 - caught in this module, never seen outside
    """Why a claim is not proved."""


class _Check:
    def __init__(self, problem: Problem, certificate: Mapping[str, Any]) -> None:
        self.problem = problem
        self.claim = certificate["claim"]
        self.numbers = {k: _number(v) for k, v in certificate["given"].items()}
        self.texts = dict(certificate["texts"])
        self.given: dict[str, Any] = {**self.numbers, **self.texts}
        self.ranges = dict(certificate["ranges"])
        self.words = sorted((w for w in certificate["words"] if _DIGITS.search(w)), key=len)[::-1]
        self.then = certificate["then"]
        self.unknowns = {k: tuple(v) if v else None for k, v in certificate["unknowns"].items()}
        self.facts = list(certificate["facts"])
        self.laws = list(certificate["laws"])
        self.sense = list(certificate["sense"])
        self.ask, self.best = certificate["ask"], certificate["best"]
        self.shortcut, self.family = certificate["shortcut"], certificate["family"]
        self.noise = set(certificate["noise"])
        self.witnesses = [{k: _number(v) for k, v in w.items()} for w in certificate["witnesses"]]
        self.all = self.facts + self.laws + self.sense
        self._solved: dict[tuple[str, ...], list[dict[str, Number]]] = {}

    def solve(self, facts: list[str]) -> list[dict[str, Number]]:
        key = tuple(facts)
        if key not in self._solved:
            self._solved[key] = list(solutions(self.unknowns, facts, self.given))
        return self._solved[key]

    def answers(self, facts: list[str]) -> set[Number]:
        """The different answers that the solutions of `facts` give."""
        found = self.solve(facts)
        if self.best == "count":
            return {len(found)}
        value = expression(self.ask)
        answers = {value({**self.given, **s}) for s in found}
        if self.best and answers:
            return {max(answers) if self.best == "max" else min(answers)}
        return answers

    def text(self) -> None:
        """The text's numbers are the certificate's, and the model uses all but the noise."""
        question = self.problem.question
        for word in self.words:  # "6月" is the name of a month
            question = question.replace(word, " ")
        shown = {_number(m) for m in _DIGITS.findall(question)}
        given = {abs(v) for v in self.numbers.values()}
        if shown != given:
            raise _Failure(
                f"numbers {sorted(map(str, shown ^ given))} are in the text or the model alone"
            )
        for shown_text in self.texts.values():
            if shown_text not in self.problem.question:
                raise _Failure(f"{shown_text!r} is not in the text")
        told = [*self.all, self.ask, self.family, self.then]
        used = frozenset().union(*(names_in(e) for e in told if e))
        idle = self.given.keys() - used
        if idle != self.noise:
            raise _Failure(f"the model leaves out {sorted(idle)}, not {sorted(self.noise)}")
        if self.problem.variant == "distractor" and not self.noise:
            raise _Failure("a distractor without a number that the model leaves out")

    def one(self) -> None:
        answers = self.answers(self.all)
        if len(answers) != 1:
            raise _Failure(f"claimed one answer, found {sorted(map(str, answers))[:5]}")
        if self.best in ("max", "min"):
            self.inside()
        (answer,) = answers
        answer = self.after(answer)
        if self.problem.gold is None or _number(self.problem.gold) != answer:
            raise _Failure(f"gold {self.problem.gold}, the model gives {answer}")

    def after(self, answer: Number) -> Number:
        """What the further steps of the question make of an answer."""
        if not self.then:
            return answer
        value: Number = expression(self.then)({**self.given, "answer": answer})
        return value

    def world(self) -> None:
        """Every number lies where the world allows, and so do the unknowns of possible cases."""
        cases: list[Mapping[str, Any]] = [self.given]
        if self.claim == "one" and self.unknowns and self.best != "count":
            best = self.answers(self.all)
            value = expression(self.ask)
            found = self.solve(self.all)
            cases += [s for s in found if value({**self.given, **s}) in best]
        elif self.claim == "many":
            cases += self.witnesses
        for name, quantity in self.ranges.items():
            low, high = LIMITS[quantity]
            for case in cases:
                if name in case and not low <= case[name] <= high:
                    raise _Failure(f"{quantity} {name} = {case[name]} is not of this world")

    def inside(self) -> None:
        """A best solution at the edge of a searched domain may be the search's own doing."""
        value = expression(self.ask)
        best = self.answers(self.all)
        for solution in self.solve(self.all):
            if value({**self.given, **solution}) not in best:
                continue
            for name, domain in self.unknowns.items():
                if domain and domain[1] - domain[0] > 20 and solution[name] in domain:
                    raise _Failure(f"the best {name} lies at the edge of its domain")

    def none(self) -> None:
        if self.solve(self.all):
            raise _Failure("claimed a contradiction, but there is a solution")
        flaw = self.problem.meta["flaw"]
        if flaw.endswith("direct contradiction") and self.direct() != (flaw[0] == "d"):
            raise _Failure(f"it is not a {flaw}")
        sense_alone = bool(self.sense) and self.possible(self.facts + self.laws)
        if flaw == "violated common sense" and not sense_alone:
            raise _Failure("the facts are impossible even without common sense")

    def direct(self) -> bool:
        """Whether two stated facts, each about one quantity at most, contradict each other."""
        plain = [f for f in self.facts if len(names_in(f) & self.unknowns.keys()) <= 1]
        pairs = combinations([[f] for f in plain], 2)
        return any(not self.possible(a + b) for a, b in pairs) or any(
            not self.possible([f]) for f in plain
        )

    def possible(self, facts: list[str]) -> bool:
        try:
            return next(solutions(self.unknowns, facts, self.given), None) is not None
        except CannotDecide:
            return True  # more freedom than a search can cover: certainly no contradiction

    def many(self) -> None:
        if len(self.witnesses) < 2:
            raise _Failure("claimed several answers without two witnesses")
        value, answers = expression(self.ask), set()
        for witness in self.witnesses:
            if witness.keys() != self.unknowns.keys():
                raise _Failure(f"witness {witness} does not fill {sorted(self.unknowns)}")
            env = {**self.given, **witness}
            for name, domain in self.unknowns.items():
                if domain and not domain[0] <= witness[name] <= domain[1]:
                    raise _Failure(f"witness {witness} is outside the domain of {name}")
            if not holds(self.all, env):
                raise _Failure(f"witness {witness} does not fit the text")
            answers.add(value(env))
        if len(answers) < 2:
            raise _Failure("the witnesses give the same answer")

    def undefined(self) -> None:
        found = self.solve(self.all)
        if not found:
            raise _Failure("claimed an undefined quantity, but the facts are contradictory")
        for solution in found:
            try:
                expression(self.ask)({**self.given, **solution})
            except ZeroDivisionError:
                continue
            raise _Failure("the quantity asked for is defined")

    def unbounded(self) -> None:
        """Along start + k·step (k = 0, 1, 2 …) all facts stay true and the question's value grows.

        A congruence stays true when the step shifts its left side by a multiple of the modulus;
        an inequality when it grows no tighter; the value is a polynomial of degree 2 at most, so
        that three points decide it.
        """
        (name,) = self.unknowns
        step = expression(self.family)(self.given)
        start = self.witnesses[0][name]
        sign = 1 if self.best == "max" else -1
        value = expression(self.ask)
        v = [sign * value({**self.given, name: start + k * step}) for k in range(4)]
        if not (v[0] < v[1] < v[2] and v[2] - v[1] >= v[1] - v[0]):
            raise _Failure("the quantity does not grow along the family")
        if v[3] - 3 * v[2] + 3 * v[1] - v[0]:
            raise _Failure("the quantity is not of degree 2 along the family")
        for fact in self.all:
            if not holds([fact], {**self.given, name: start}):
                raise _Failure(f"{fact} does not hold at the start of the family")
            self.stays(fact, name, step)

    def stays(self, fact: str, name: str, step: Number) -> None:
        if match := re.fullmatch(r"(.+) % (\w+) == (.+)", fact):
            form = self.form(match[1], name)
            if (form.terms.get(name, 0) * step) % self.given[match[2]]:
                raise _Failure(f"{fact} does not hold along the family")
            return
        if match := re.fullmatch(r"(.+) (<|<=|>|>=) (.+)", fact):
            slack = self.form(match[1], name) - self.form(match[3], name)
            drift = slack.terms.get(name, 0) * step
            if drift < 0 if match[2][0] == ">" else drift > 0:
                raise _Failure(f"{fact} ends along the family")
            return
        raise _Failure(f"{fact}: neither a congruence nor an inequality")

    def form(self, text: str, name: str) -> Linear:
        value = expression(text)({**self.given, name: Linear(0, {name: 1})})
        return value if isinstance(value, Linear) else Linear(value, {})

    def lure(self) -> None:
        lure = self.problem.lure
        if not self.shortcut:
            if lure is not None:
                raise _Failure("a lure without a shortcut that computes it")
            return
        if lure is None or _number(lure) != self.after(expression(self.shortcut)(self.given)):
            raise _Failure(f"lure {lure} is not what the shortcut {self.shortcut!r} gives")
        if lure == self.problem.gold:
            raise _Failure("the lure is the right answer")


def certify(problem: Problem) -> str:
    """Prove the problem's claim again and return it ("one", "none", "many" …).

    Raises CertificateError, with the first thing that does not hold.
    """
    certificate = problem.meta.get("certificate")
    if not isinstance(certificate, Mapping):
        raise CertificateError(problem, "it has no certificate")
    try:
        check = _Check(problem, certificate)
        if check.claim not in CLAIMS:
            raise _Failure(f"unknown claim {check.claim!r}")
        if (problem.gold is None) == (check.claim == "one"):
            raise _Failure(f"gold {problem.gold!r} does not go with the claim {check.claim!r}")
        check.text()
        getattr(check, check.claim)()
        check.lure()
        check.world()
    except (_Failure, CannotDecide, NotLinear, KeyError, ZeroDivisionError) as error:
        raise CertificateError(problem, str(error) or type(error).__name__) from error
    return str(check.claim)


def certify_cluster(problems: list[Problem]) -> None:
    """Check what ties a cluster together; raises CertificateError.

    No question comes twice; the twist has a lure; a trap and its control share all words, in
    whatever order; the concept question uses numbers of the trap, and its words; the numbers of
    all four are of one size; a distractor changes nothing.
    """
    by_variant = {p.variant: p for p in problems}
    for question, n in Counter(p.question for p in problems).items():
        if n > 1:
            raise CertificateError(problems[0], f"two problems of the cluster read {question!r}")
    twist = next(p for p in problems if p.variant in TWISTS)
    original, concept, control = (by_variant[v] for v in ("original", "concept", "control"))
    if twist.lure is None:
        raise CertificateError(twist, "nothing tempts: it has no lure")
    if twist.variant == "distractor" and original.gold != twist.gold:
        raise CertificateError(twist, "the distractor changes the answer")
    if twist.variant == "trap" and masked(twist) != masked(control):
        raise CertificateError(control, "it is not worded as its trap is")
    shared = _words(concept) & _words(twist)
    if len(shared) < 3 and not _one_formula(concept.question, twist.question):
        raise CertificateError(concept, f"it shares with the trap only the words {sorted(shared)}")
    _sizes(twist, concept, original, control)


def masked(problem: Problem) -> list[str]:
    """The words of a question in order, its numbers and changing words left out, sorted."""
    certificate = problem.meta["certificate"]
    text = problem.question
    changing = [*certificate["words"], *certificate["texts"].values()]
    for word in sorted(changing, key=len, reverse=True):
        pattern = re.escape(word)
        if word.isascii():
            pattern = f"(?<![A-Za-z]){pattern}(?![A-Za-z])"
        text = re.sub(pattern, " ", text)
    return sorted(_WORD.findall(_DIGITS.sub(" ", text).lower()))


def _one_formula(a: str, b: str) -> bool:
    """Whether two texts of few words share a formula, or a phrase of five Chinese characters."""
    match = SequenceMatcher(None, a, b, autojunk=False).find_longest_match()
    return match.size >= (8 if a.isascii() else 5)


def _words(problem: Problem) -> set[str]:
    text = problem.question.lower()
    latin = {w for w in re.findall(r"[a-z]+", text) if len(w) > 3}
    chinese = re.findall(r"[\u4e00-\u9fff]+", text)
    return latin | {a + b for run in chinese for a, b in pairwise(run)}


def _sizes(twist: Problem, *others: Problem) -> None:
    """Numbers of one name (from 5 on) are within a factor of ten; the concept shares one."""
    own = {k: abs(Fraction(v)) for k, v in twist.meta["certificate"]["given"].items()}
    texts = set(twist.meta["certificate"]["texts"].values())
    for other in others:
        certificate = other.meta["certificate"]
        given = {k: abs(Fraction(v)) for k, v in certificate["given"].items()}
        for name in own.keys() & given.keys():
            if not of_one_size(own[name], given[name]):
                raise CertificateError(other, f"{name} is of another size than in the trap")
        shares = {*given.values()} & {*own.values()} or texts & {*certificate["texts"].values()}
        if other.variant == "concept" and not shares:
            raise CertificateError(other, "it shares no number with the trap")


def certify_openings(problems: Sequence[Problem]) -> list[str]:
    """Opening sentences that more than 5% of `problems` share, names and numbers left out."""
    openings = Counter(_opening(p) for p in problems)
    return [
        f"{n} of {len(problems)} problems open with {opening!r}"
        for opening, n in openings.items()
        if n > max(4, 0.05 * len(problems))
    ]


def _opening(problem: Problem) -> str:
    first = re.split(r"(?<=[.?!。？！])\s*", problem.question)[0]
    return _DIGITS.sub("#", _NAMES.sub("@", first))
