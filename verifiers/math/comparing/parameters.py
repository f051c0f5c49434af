r"""Letters whose name is arbitrary: bound variables, integers, free constants.

`f(t) = t + 1` is `f(x) = x + 1`; `x = \pi/4 + n\pi` is `x = \pi/4 + k\pi, k \in \mathbb{Z}`, and so
is `x = -3\pi/4 + n\pi`; `f(x) = kx` is `f(x) = cx` if the letter is a free constant.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from harness.verifiers.math.comparing.exact import exact, key
from harness.verifiers.math.comparing.probe import agree
from harness.verifiers.math.comparing.statements import is_domain, value_of
from harness.verifiers.math.reading.tree import (
    Node,
    Num,
    Op,
    Sym,
    add,
    contents,
    divide,
    free_symbols,
    has_head,
    neg,
    substitute,
    walk,
)

_OF_INTEGRATION = frozenset({"c", "C", "K", *(f"{c}_{i}" for c in "cCkK" for i in range(1, 5))})
_CONSTANTS = _OF_INTEGRATION | frozenset("abdkmnpqrstABD") | {"lambda", "alpha", "beta", "mu"}
_INTEGERS = frozenset({"k", "n", "m", "l", "p", "j", "t"})


def declared_integers(node: Node, *, negative: bool = False) -> set[str]:
    """The letters that `k in Z` after an answer declares; `negative`: those of Z, not of N."""
    if not has_head(node, "in"):
        return set()
    sets = {"integers"} if negative else {"integers", "naturals"}
    return {
        n.args[0].name
        for n in walk(node)
        if is_domain(n) and isinstance(n, Op) and isinstance(n.args[0], Sym)
        and isinstance(n.args[1], Sym) and n.args[1].name in sets
    }  # fmt: skip


def implied_integers(node: Node) -> set[str]:
    """The letters that run through the integers without being declared: n of pi/4 + 2n pi."""
    found: set[str] = set()
    heads, letters = contents(node)
    if letters.isdisjoint(_INTEGERS) or not ("pi" in letters or "deg" in heads):
        return found
    for part in walk(node):
        if isinstance(part, Op) and part.head == "*":
            names = {a.name for a in part.args if isinstance(a, Sym)}
            turn = "pi" in names or any(isinstance(a, Op) and a.head == "deg" for a in part.args)
            found |= names & _INTEGERS if turn else set()
    return found


def renamings(gold: Node, answer: Node, declared: set[str]) -> Iterator[Node]:
    """`answer` with its parameters renamed to those of `gold`, in every order that fits.

    A parameter is a letter that one of the two declares an integer, a constant of integration
    (`C_1`, or `A` beside a `C_1`), or the one free constant of a function f(x) = cx.
    """
    named = {n for n in (assigned(gold), assigned(answer)) if n}
    if is_equation(gold) and is_equation(answer):
        for name in free_symbols(gold) & free_symbols(answer) & _OF_INTEGRATION:
            yield substitute(answer, name, neg(Sym(name)))  # y^2 = x^2 + C and x^2 - y^2 = C
    left, right = free_symbols(gold) - named, free_symbols(answer) - named
    ours, theirs = sorted(left - right), sorted(right - left)
    if not (ours or theirs) and assigned(gold) is not None and assigned(gold) == assigned(answer):
        shared = sorted(n for n in left if n in _OF_INTEGRATION and "_" in n)
        if 1 < len(shared) < 4:  # (C_1 x + C_2) e^x for (C_1 + C_2 x) e^x
            yield from _reordered(answer, shared)
    if not ours or len(ours) != len(theirs) or len(ours) > 3:
        return
    letters = {*ours, *theirs}
    integers = bool(letters & declared) and (letters <= _INTEGERS or letters <= declared)
    solved = assigned(gold) is not None and assigned(gold) == assigned(answer)
    numbered = all("_" in name for name in ours)
    constants = letters <= _CONSTANTS and (
        (set(ours) <= _OF_INTEGRATION and (solved or numbered))
        or (_is_function(gold) and _is_function(answer))
    )
    points = _is_points(gold) and _is_points(answer) and all(len(n) == 1 for n in letters)
    if not (integers or constants or points):
        return
    for order in permutations(ours):
        told = answer
        for old, new in zip(theirs, order, strict=True):
            told = substitute(told, old, Sym(new))
        yield told


def _is_points(node: Node) -> bool:
    """A tuple or a list of tuples with a letter in it: the letter runs through its numbers."""
    node = value_of(node)
    if isinstance(node, Op) and node.head in ("list", "or", "{}") and node.args:
        return all(map(_is_points, node.args))
    return isinstance(node, Op) and node.head == "()" and len(node.args) > 1


def _reordered(node: Node, names: list[str]) -> Iterator[Node]:
    """`node` with the names of its constants permuted, in every other order."""
    for order in permutations(names):
        if list(order) == names:
            continue
        told = node
        for old in names:
            told = substitute(told, old, Sym(f"{old}'"))
        for old, new in zip(names, order, strict=True):
            told = substitute(told, f"{old}'", Sym(new))
        yield told


def assigned(node: Node) -> str | None:
    """The variable whose value an answer gives, even if it gives several values."""
    if isinstance(node, Op) and node.head in ("list", "or", "system", "{}") and node.args:
        names = {assigned(a) for a in node.args}
        return names.pop() if len(names) == 1 else None
    left = node.args[0] if isinstance(node, Op) and node.head == "=" else None
    return left.name if isinstance(left, Sym) else None


def same_argument(gold: Op, answer: Op) -> Op | None:
    """`f(t) = …` in terms of the letter of `f(x) = …`; None if they are not such definitions."""
    if (shifted := _shifted(gold, answer)) is not None:
        return shifted
    heads = _definition(gold.args[0]), _definition(answer.args[0])
    if heads[0] is None or heads[1] is None:
        return None
    (name, old), (other, new) = heads[1], heads[0]
    if name != other or old == new or new in free_symbols(answer.args[1]):
        return None
    return Op("=", (gold.args[0], substitute(answer.args[1], old, Sym(new))))


def _shifted(gold: Op, answer: Op) -> Op | None:
    """`a_{n+1} = 2n + 1` rewritten for a_n, if the gold gives a_n."""
    wanted, told = gold.args[0], answer.args[0]
    if not isinstance(wanted, Sym) or "_" not in wanted.name:
        return None
    base, letter = wanted.name.split("_", 1)
    if not (isinstance(told, Op) and told.head == "sub" and key(told.args[0]) == base):
        return None
    index = told.args[1]
    shift = (
        exact(add(index, neg(Sym(letter))))
        if free_symbols(index) != {letter}
        else exact(substitute(index, letter, Num(0)))
    )
    if shift is None or exact(substitute(index, letter, Num(1))) != shift + 1:
        return None
    return Op("=", (wanted, substitute(answer.args[1], letter, add(Sym(letter), Num(-shift)))))


def _definition(left: Node) -> tuple[str, str] | None:
    """(function, argument) of `f(x)`, even if it was parsed as the product P·x, and of `a_n`."""
    if isinstance(left, Sym):
        base, _, index = left.name.partition("_")
        return (f"{base}_", index) if len(index) == 1 and index in "nkmijr" else None
    if isinstance(left, Op) and left.head == "call" and len(left.args) == 2:
        name, argument = left.args
    elif isinstance(left, Op) and left.head == "*" and len(left.args) == 2:
        name, argument = left.args
        if not (isinstance(name, Sym) and name.name[:1].isupper()):
            return None
    else:
        return None
    if not isinstance(argument, Sym) or argument.name[:1].isupper():
        return None  # P(A): an event, no variable
    return key(name), argument.name


def is_equation(node: Node) -> bool:
    """An equation in several letters that gives none of them a value."""
    return isinstance(node, Op) and node.head == "=" and not isinstance(node.args[0], Sym)


def _is_function(node: Node) -> bool:
    return isinstance(node, Op) and node.head == "=" and _definition(node.args[0]) is not None


def same_progression(gold: Node, answer: Node, declared: set[str]) -> bool:
    """Whether two expressions a + b·k take the same values as k runs through Z."""
    names = free_symbols(gold) & free_symbols(answer) & declared
    if len(names) != 1 or free_symbols(gold) != free_symbols(answer):
        return False
    name = names.pop()
    first, step = _linear(value_of(gold), name)
    other, stride = _linear(value_of(answer), name)
    if step is None or stride is None:
        return False
    if not (agree(step, stride) or agree(step, neg(stride))):
        return False
    turns = divide(add(first, neg(other)), step)
    whole = exact(turns)
    if whole is None:
        whole = next((Num(t).value for t in range(-4, 5) if agree(turns, Num(t))), None)
    return whole is not None and whole.denominator == 1


def _linear(node: Node, name: str) -> tuple[Node, Node | None]:
    """(value at 0, slope) of an expression that is linear in `name`; the slope None otherwise."""
    at = [substitute(node, name, Num(k)) for k in (0, 1, 5)]
    slope = add(at[1], neg(at[0]))
    line = add(at[0], Op("*", (Num(5), slope)))
    return at[0], slope if agree(at[2], line) else None
