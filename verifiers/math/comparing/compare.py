"""Equality of whole answers: lists, tuples, sets, intervals, relations, matrices, quantities."""

from __future__ import annotations

from harness.verifiers.math.comparing.calculus import slopes
from harness.verifiers.math.comparing.exact import key
from harness.verifiers.math.comparing.families import is_family, same_family
from harness.verifiers.math.comparing.outcome import Outcome
from harness.verifiers.math.comparing.parameters import (
    declared_integers,
    implied_integers,
    renamings,
    same_argument,
    same_progression,
)
from harness.verifiers.math.comparing.periodic import same_periodic
from harness.verifiers.math.comparing.piecewise import same_function
from harness.verifiers.math.comparing.relations import (
    cleared,
    constant_ratio,
    has_roots,
    same_residue,
    solved_by,
    stated_value,
)
from harness.verifiers.math.comparing.sets import SetComparison
from harness.verifiers.math.comparing.shapes import (
    MAX_ITEMS,
    are_extremes,
    are_roots,
    as_points,
    ascending,
    column,
    counted_apart,
    distinct,
    in_turns,
    is_arithmetic,
    is_op,
    is_tuple,
    nested,
    noun_of,
    one_member,
    opened,
    point,
    point_name,
    pure,
    rounded_so,
    sets_within,
    whole_run,
    with_floor,
)
from harness.verifiers.math.comparing.spreading import spread
from harness.verifiers.math.comparing.statements import (
    alike,
    is_term,
    items_of,
    least_value,
    name_of,
    named_apart,
    settle,
    value_of,
)
from harness.verifiers.math.comparing.values import same_quantity, same_ratio, same_value
from harness.verifiers.math.comparing.vectors import components, has_matrix, rows
from harness.verifiers.math.reading.tree import (
    BRACKETS,
    Node,
    Num,
    Op,
    Sym,
    Text,
    add,
    free_symbols,
    has_head,
    neg,
)

_NO = Outcome(False, "structure")
_SEVERAL = BRACKETS | {"list", "{}", "matrix", "or", "system", "cases", "][", "row"}


def _integers(gold: Node, answer: Node) -> tuple[set[str], set[str]]:
    """(letters declared or implied to be integers, those of them that may be negative)."""
    declared = declared_integers(gold) | declared_integers(answer)
    whole = declared_integers(gold, negative=True) | declared_integers(answer, negative=True)
    implied = [implied_integers(n) - free_symbols(o) for n, o in ((gold, answer), (answer, gold))]
    if all(implied):
        declared |= implied[0] | implied[1]
        whole |= implied[0] | implied[1]
    return declared, whole


class Comparison(SetComparison):
    """One gold against one answer under one set of options."""

    def same(self, gold: Node, answer: Node) -> Outcome:
        """Whether `answer` is `gold`."""
        if key(gold) == key(answer) or rounded_so(gold, answer):
            return Outcome(True, "canonical")
        written = gold, answer
        if is_arithmetic(gold) and is_arithmetic(answer):  # as most are: no shape below is theirs
            outcome = same_quantity(gold, answer, self.options)
        else:
            gold, answer = with_floor(gold, answer), with_floor(answer, gold)
            written = gold, answer
            gold, answer = settle(spread(gold, answer)), settle(spread(answer, gold))
            if is_tuple(value_of(gold)) and is_tuple(value_of(answer)):
                gold, answer = value_of(gold), value_of(answer)  # (x, y) = (t, 2t)
            outcome = self._settled(gold, answer)
        if outcome.equal:
            return outcome
        declared, whole = _integers(*written)
        candidates = [answer]
        for other in renamings(gold, answer, declared):
            told = self._settled(gold, other)
            if told.equal:
                return told
            candidates.append(other)
        if whole and any(same_progression(gold, c, whole) for c in candidates):
            return Outcome(True, "progression")
        if same_periodic(gold, answer):
            return Outcome(True, "progression")
        return outcome

    def _settled(self, gold: Node, answer: Node) -> Outcome:
        gold, answer = ascending(gold), ascending(answer)
        if (least := least_value(gold)) is not None and not free_symbols(answer):
            gold = least
        if key(gold) == key(answer):
            return Outcome(True, "canonical")
        for side in (gold, answer):
            if isinstance(side, Op) and len(side.args) > MAX_ITEMS:
                return Outcome(None, "size")
        if whole_run(gold, answer) or whole_run(answer, gold):
            return Outcome(True, "members")
        if is_family(gold) or is_family(answer):
            return Outcome(same_family(gold, answer), "members")
        if self._is_sets(gold, answer):
            return self._sets(gold, answer)
        if self._is_several(gold) or self._is_several(answer):
            return self._several(gold, answer)
        return self._one(gold, answer)

    # --- several values

    def _is_several(self, node: Node) -> bool:
        if isinstance(node, Op):
            if node.head in _SEVERAL:
                return True
            if node.head == "=":
                return self._is_several(value_of(node)) if value_of(node) is not node else False
            if node.head == "ratio":
                return len(node.args) > 2
            if has_matrix(node):
                return True
            return has_head(node, "pm", "mp")
        return isinstance(node, Sym) and node.name == "emptyset"

    def _several(self, gold: Node, answer: Node) -> Outcome:
        gold, answer = in_turns(gold), in_turns(answer)
        g, a = value_of(gold), value_of(answer)
        listed = as_points(g, a), as_points(a, g)
        if listed[0] is not g or listed[1] is not a:
            return self._unordered(*listed)
        points = opened(g, a), opened(a, g)
        if points[0] is not g or points[1] is not a:
            return self._unordered(*points)
        if any(is_op(n, "matrix") or has_matrix(n) for n in (g, a)):
            if named_apart(gold, answer):
                return _NO  # A^{-1} = … for A = …
            return self._matrices(column(point(g)), column(point(a)))
        if is_op(g, "ratio") or is_op(a, "ratio"):
            return same_ratio(g, a, self.options)
        if is_op(g, "cases") or is_op(a, "cases"):
            told = self._cases(g, a)
            return told if told.equal else Outcome(same_function(g, a) or False, "cases")
        if is_tuple(g) or is_tuple(a):
            return self._tuples(g, a)
        sized = isinstance(gold, Op) and is_op(gold, "=") and is_op(gold.args[0], "abs")
        if isinstance(gold, Op) and is_op(gold, "=") and (g is gold or sized):
            return Outcome(has_roots(gold, items_of(answer)), "roots")
        return self._unordered(gold, answer)

    def _cases(self, gold: Node, answer: Node) -> Outcome:
        """Functions by cases: each case of one stands in the other, in any order."""
        if not (isinstance(gold, Op) and isinstance(answer, Op) and gold.head == answer.head):
            return _NO
        left = list(answer.args)
        for row in gold.args:
            twin = next(
                (r for r in left if isinstance(row, Op) and isinstance(r, Op)
                 and self._by_parts(row, r).equal), None
            )  # fmt: skip
            if twin is None:
                return _NO
            left.remove(twin)
        return Outcome(not left, "structure")

    def _tuples(self, gold: Node, answer: Node) -> Outcome:
        if not (isinstance(gold, Op) and isinstance(answer, Op)):
            return self._alone(gold, answer)
        pair = (gold.head, answer.head)
        if not (is_tuple(gold) and is_tuple(answer)):
            if "{}" in pair:
                return self._unordered(gold, answer) if one_member(gold, answer) else _NO
            if {"list", "system"} & set(pair):
                members = answer if is_tuple(gold) else gold
                if any(
                    isinstance(settle(m), Op) and is_tuple(value_of(settle(m)))
                    for m in members.args
                ) and not (nested(gold) and nested(answer)):
                    return self._unordered(gold, answer)
                return self._ordered(
                    list(gold.args) if is_tuple(gold) else items_of(gold),
                    list(answer.args) if is_tuple(answer) else items_of(answer),
                )
            return self._alone(gold, answer)
        same_marks = gold.head == answer.head
        if (
            not same_marks
            and (len(gold.args) == 2 or "[)" in pair or "(]" in pair)
            and not ("[]" in pair and any(nested(x) for x in (gold, answer)))
        ):
            return _NO
        return self._ordered(list(gold.args), list(answer.args))

    def _alone(self, gold: Node, answer: Node) -> Outcome:
        """A bracket around one value against the value."""
        for several, other in ((gold, answer), (answer, gold)):
            if isinstance(several, Op) and is_tuple(several) and len(several.args) == 1:
                inner = several.args[0]
                return self.same(inner, other) if several is gold else self.same(other, inner)
            if isinstance(several, Op) and is_tuple(several):
                parts = components(other, len(several.args))
                if parts is not None:  # 3i + 4j
                    return self._ordered(list(several.args), parts)
        return _NO

    def _ordered(self, gold: list[Node], answer: list[Node]) -> Outcome:
        if len(gold) != len(answer):
            return _NO
        stage = "canonical"
        for a, b in zip(gold, answer, strict=True):
            outcome = self.same(pure(a), pure(b))
            if outcome.equal is not True:
                return outcome if outcome.equal is None else Outcome(False, outcome.stage)
            stage = outcome.stage
        return Outcome(True, stage)

    def _unordered(self, gold: Node, answer: Node) -> Outcome:
        if sets_within(gold) != sets_within(answer):
            return _NO  # {{1}} is not {1}
        left, right = items_of(gold), items_of(answer)
        if all(counted_apart(side) for side in (left, right)) or (
            len(left) == len(right) and any(counted_apart(s) for s in (left, right)) and all(
                counted_apart(s) or all(isinstance(m, Num) for m in s) for s in (left, right))
        ):  # fmt: skip
            return self._by_nouns(left, right)  # 20 chickens, 15 rabbits
        if (told := self._labelled(left, right)) is not None:
            return told
        if len(left) == len(right) or any(is_op(value_of(n), "{}") for n in (gold, answer)):
            left, right = distinct(left), distinct(right)
        alone = 1 in (len(left), len(right)) and 2 < len(left) + len(right) <= 4
        if alone and all(self.same(a, b).equal for a in left for b in right):
            return Outcome(True, "repeated")  # "3/8, or 37.5%"
        if len(left) != len(right):
            left, right = self._without_repeats(left), self._without_repeats(right)
            if len(left) != len(right) or not (
                is_op(value_of(gold), "{}") or is_op(value_of(answer), "{}")
            ):
                return _NO
        if len(left) == 1 and not (gold is left[0] and answer is right[0]):
            return self.same(left[0], right[0])
        if len(left) <= 1:
            return Outcome(len(left) == len(right) == 0, "structure")
        names = [name_of(m) for m in left], [name_of(m) for m in right]
        points = [point_name(m) for m in left], [point_name(m) for m in right]
        if all(points[0]) and all(points[1]):
            names = points
        bases = [{str(n).partition("_")[0] for n in side} for side in names]
        by_name = all(names[0]) and all(names[1]) and len(bases[0]) == len(left)
        if by_name and set(names[0]) == set(names[1]):
            order = dict(zip(names[1], right, strict=True))
            return self._ordered(left, [order[n] for n in names[0]])
        one_sided = [all(n) and len(b) == len(left) for n, b in zip(names, bases, strict=True)]
        bare = [not any(n) for n in names]
        paired = (one_sided[0] and bare[1]) or (one_sided[1] and bare[0])
        if paired or self.options.ordered:
            return self._ordered(left, right)
        outcome = self._matched([pure(m) for m in left], [pure(m) for m in right])
        if not outcome.equal and all(is_op(m, "=") for m in (*left, *right)):
            return self._matched(left, right)  # lines, each in a form of its own
        return outcome

    def _labelled(self, left: list[Node], right: list[Node]) -> Outcome | None:
        """Labels on one side alone: `w = 16, d = 3` for 16, 3; None where they do not decide."""
        named = [all(map(name_of, side)) for side in (left, right)]
        bare = [not any(map(name_of, side)) for side in (left, right)]
        if not (any(named) and any(bare) and len(left) == len(right) > 1):
            return None
        told = left if named[0] else right
        labels = {name_of(m) for m in told}
        extremes = are_extremes(told)
        if extremes is None:
            decided = len(labels) == len(left) and not are_roots(labels)
            return self._ordered(left, right) if decided else None
        return self._matched([pure(m) for m in left], [pure(m) for m in right]) if extremes else _NO

    def _by_nouns(self, gold: list[Node], answer: list[Node]) -> Outcome:
        """Counts of several things: by their nouns where both have the same, else in order."""
        nouns = [[noun_of(m) for m in side] for side in (gold, answer)]
        if all(nouns[0]) and sorted(map(str, nouns[0])) == sorted(map(str, nouns[1])):
            order = dict(zip(nouns[1], answer, strict=True))
            return self._ordered(gold, [order[n] for n in nouns[0]])
        return self._ordered(gold, answer)

    def _matched(self, gold: list[Node], answer: list[Node]) -> Outcome:
        """Each gold member finds an answer member of its own."""
        left = list(answer)
        stage = "canonical"
        keys = {key(a): a for a in left}
        rest = []
        for member in gold:
            twin = keys.get(key(member))
            if twin is not None and any(x is twin for x in left):
                left = [x for x in left if x is not twin]
            else:
                rest.append(member)
        if len(rest) > 30:
            return Outcome(None, "size")
        for member in rest:
            for candidate in left:
                outcome = self.same(member, candidate)
                if outcome.equal:
                    left = [x for x in left if x is not candidate]
                    stage = outcome.stage
                    break
            else:
                return _NO
        return Outcome(True, stage)

    def _without_repeats(self, members: list[Node]) -> list[Node]:
        kept: list[Node] = []
        for member in members[:30]:
            if not any(self.same(k, member).equal for k in kept):
                kept.append(member)
        return kept

    def _matrices(self, gold: Node, answer: Node) -> Outcome:
        left, right = rows(gold), rows(answer)
        if left is None or right is None:
            return _NO
        if [len(r) for r in left] != [len(r) for r in right]:
            flat = [r for m in (left, right) for r in ([c for row in m for c in row],)]
            vectors = all(len(m) == 1 or all(len(r) == 1 for r in m) for m in (left, right))
            if not vectors or (is_op(gold, "matrix") and is_op(answer, "matrix")):
                return _NO
            return self._ordered(*flat)
        return self._ordered([c for r in left for c in r], [c for r in right for c in r])

    # --- one value

    def _one(self, gold: Node, answer: Node) -> Outcome:
        equations = [isinstance(n, Op) and n.head == "=" for n in (gold, answer)]
        if all(equations) and isinstance(gold, Op) and isinstance(answer, Op):
            return self._equations(gold, answer)
        if any(equations):
            g, a = value_of(gold), value_of(answer)
            if a is answer and isinstance(answer, Op) and equations[1]:
                a = stated_value(answer) or a
            if g is gold and isinstance(gold, Op) and equations[0] and is_term(gold.args[0]):
                g = gold.args[1]  # "sin A = 3/5" asked for the sine
            if solved_by(gold, answer):
                return Outcome(True, "probe")
            if (g is gold and equations[0]) or (a is answer and equations[1]):
                return _NO
            return self.same(g, a)
        if isinstance(gold, Text) or isinstance(answer, Text):
            return _NO
        if is_op(gold, "residue") or is_op(answer, "residue"):
            return same_residue(gold, answer)
        pair = slopes(gold, answer)
        if pair is not None:
            return same_value(*pair, self.options)
        return same_quantity(gold, answer, self.options)

    def _equations(self, gold: Op, answer: Op) -> Outcome:
        first, second = (add(n.args[0], neg(n.args[1])) for n in (gold, answer))
        variables = free_symbols(first)
        several = len(variables) > 1 and variables == free_symbols(second)
        if several and constant_ratio(first, second) is not None:
            return Outcome(True, "probe")
        answer = same_argument(gold, answer) or answer
        names = name_of(gold), name_of(answer)
        values = value_of(gold), value_of(answer)
        if None not in names and values[0] is not gold and values[1] is not answer:
            if names[0] == names[1] or alike(gold.args[0], answer.args[0]):
                return self.same(*values)
            if not any(isinstance(v, Op) and free_symbols(v) for v in values):
                return _NO  # P(B) = 0.5 is not P(A) = 0.5
        if variables != free_symbols(second):
            return _NO
        if constant_ratio(cleared(first), cleared(second)) is not None:
            return Outcome(True, "probe")
        outcome = same_value(first, second, self.options)
        return outcome if outcome.equal else Outcome(False, "probe")
