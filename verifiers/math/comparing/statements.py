"""Statements reduced to what they say: assignments, approximations, plus-minus, lists."""

from __future__ import annotations

from harness.verifiers.math.comparing.exact import key
from harness.verifiers.math.reading.parser import is_inequality
from harness.verifiers.math.reading.tree import (
    CONSTANTS,
    Node,
    Num,
    Op,
    Sym,
    Text,
    contents,
    free_symbols,
    has_head,
    neg,
    walk,
)


def is_name(node: Node) -> bool:
    """What an assignment may stand for: x, f(x), x_1, (x, y), a ratio of segments."""
    if isinstance(node, Sym):
        return node.name not in ("pi", "e", "i", "oo", "emptyset", "reals")
    if isinstance(node, Text):
        return True
    if not isinstance(node, Op):
        return False
    if node.head == "call" and isinstance(node.args[0], Sym):
        return True
    if node.head in ("call", "sub", "deg", "det", "quantity"):
        return is_name(node.args[0])
    if node.head in ("()", "{}", "ratio", "list", "matrix", "row"):
        return bool(node.args) and all(is_name(a) for a in node.args)
    if node.head == "*" and isinstance(node.args[0], Sym) and node.args[0].name[0] == "\\":
        return is_name(node.args[-1])  # \nabla f = …
    if node.head == "*" and len(node.args) == 2 and all(isinstance(a, Sym) for a in node.args):
        first, second = (a.name for a in node.args if isinstance(a, Sym))
        if first[:1].isupper() and len(first) == 1 and second[:1].islower():
            return second not in CONSTANTS  # P(x) = …
    if _is_slope(node) or _is_measure(node) or _is_special(node) or _is_matrix_name(node):
        return True
    if node.head == "*":
        return all(is_name(a) or _is_inverse(a) for a in node.args) and all(
            _segment(a) for a in node.args
        )
    if node.head == "abs":
        return is_name(node.args[0])
    if node.head in ("inter", "union", "minus"):  # A ∩ B = {0, 1}
        return all(n.name[:1].isupper() for n in walk(node) if isinstance(n, Sym))
    return False


def _is_matrix_name(node: Op) -> bool:
    """`A^{-1}`, `A^T` and `s^2`."""
    match node:
        case Op(head="^", args=(Sym(name=name), Num(value=-1) | Sym(name="T"))):
            return len(name) == 1 and name.isupper()
        case Op(head="^", args=(Sym(name="s" | "S" | "sigma"), Num(value=2))):
            return True  # the variance
    return False


def _is_special(node: Op) -> bool:
    """`zeta(2k)`, read as a product."""
    first = node.args[0] if node.head == "*" and len(node.args) == 2 else None
    return isinstance(first, Sym) and first.name in ("zeta", "Gamma")


def _is_measure(node: Op) -> bool:
    """`P(A)`, `E[X]`, `T(10)`, read as products: a capital letter with its argument."""
    if node.head != "*" or len(node.args) != 2 or not isinstance(node.args[0], Sym):
        return False
    letter, argument = node.args[0].name, node.args[1]
    if not letter[:1].isupper() or len(letter.partition("_")[0]) > 3:
        return False
    if isinstance(argument, Op):
        return argument.head in ("[]", "()", "<", ">", "<=", ">=", "=", "list", "abs")
    return isinstance(argument, (Num, Text))


def is_term(node: Node) -> bool:
    """`sin A`, `log x`, `|z|`: a function of something named, whose value a gold may tell."""
    return (
        is_name(node)
        or _is_quotient(node)
        or is_limit(node)
        or (
            isinstance(node, Op)
            and node.head in ("sin", "cos", "tan", "cot", "sec", "csc", "log", "abs", "root")
            and all(is_name(a) or isinstance(a, Num) or _is_multiple(a) for a in node.args)
        )
    )


def _is_quotient(node: Node) -> bool:
    """`x/y` of two letters."""
    match node:
        case Op(head="*", args=(Sym(), Op(head="^", args=(Sym(), Num(value=-1))))):
            return True
    return False


def is_limit(node: Node) -> bool:
    """The limit, sum or integral of something unknown."""
    return isinstance(node, Op) and node.head in ("lim", "sum", "prod", "int") and bool(_free(node))


def _is_multiple(node: Node) -> bool:
    """The angle 2A of `sin 2A`."""
    match node:
        case Op(head="*", args=(Num(), Sym())):
            return True
        case Op(head="+", args=args):  # |a + 2b|
            return len(args) == 2 and all(is_name(a) or _is_multiple(a) for a in args)
    return False


def alike(first: Node, second: Node) -> bool:
    """Whether two left sides name one thing: y and f(x), m and m_max, P and P(A).

    A derivative, an inverse, the function's value at another place and another letter are others.
    """
    if key(first) == key(second):
        return True
    for slope, other in ((first, second), (second, first)):
        if isinstance(slope, Op) and _is_slope(slope) and isinstance(other, Sym):
            top = slope.args[0]
            return isinstance(top, Op) and other.name == f"{top.args[-1]}'"
    names = _letter(first), _letter(second)
    if None in names:
        return False
    if set(names) == {"r", "rho"}:
        return True  # the distance of polar coordinates
    letters = [isinstance(n, Sym) or _is_indexed(n) for n in (first, second)]
    if all(letters):
        bases = {str(n).partition("_")[0] for n in names}
        return len(bases) == 1 and any("_" not in str(n) for n in names)
    if not any(letters):
        return False
    letter, function = (first, second) if letters[0] else (second, first)
    name = _letter(function) or ""
    return _letter(letter) == name or (_letter(letter) == "y" and not name.endswith("'"))


def named_apart(first: Node, second: Node) -> bool:
    """Whether both sides give a value to a name, and the names are of two things."""
    if name_of(first) is None or name_of(second) is None:
        return False
    names = [n.args[0] for n in (first, second) if isinstance(n, Op)]
    simple = all(isinstance(n, Sym) or (isinstance(n, Op) and n.head != "()") for n in names)
    return simple and not alike(names[0], names[1])


def _is_indexed(node: Node) -> bool:
    return isinstance(node, Op) and node.head == "sub"


def _letter(node: Node) -> str | None:
    """The letter of `y`, `f(x)` and `P(A)`."""
    if isinstance(node, Sym):
        return node.name
    if isinstance(node, Op) and node.head == "call" and isinstance(node.args[0], Sym):
        known = any(isinstance(a, Num) for a in node.args[1:])
        return None if known else node.args[0].name
    if isinstance(node, Op) and node.head == "sub" and isinstance(node.args[0], Sym):
        return f"{node.args[0].name}_{key(node.args[1])}"
    if isinstance(node, Op) and node.head == "*" and isinstance(node.args[0], Sym):
        name = node.args[0].name
        return name if len(node.args) == 2 and len(name) == 1 and is_name(node) else None
    return None


def _is_slope(node: Op) -> bool:
    """`dy/dx`, read as a quotient of products."""
    if node.head != "*" or len(node.args) != 2 or not _is_inverse_of(node.args[1], "d"):
        return False
    top = node.args[0]
    return (
        isinstance(top, Op)
        and top.head == "*"
        and isinstance(top.args[0], Sym)
        and top.args[0].name == "d"
    )


def _is_inverse_of(node: Node, name: str) -> bool:
    bottom = node.args[0] if isinstance(node, Op) and node.head == "^" else None
    first = bottom.args[0] if isinstance(bottom, Op) and bottom.head == "*" else None
    return isinstance(first, Sym) and first.name == name


def _is_inverse(node: Node) -> bool:
    return isinstance(node, Op) and node.head == "^" and is_name(node.args[0])


def _segment(node: Node) -> bool:
    """Capital letters: NO/BO is a ratio of segments, xy is a product."""
    return all(not isinstance(n, Sym) or n.name[:1].isupper() for n in walk(node)) or (
        isinstance(node, Op) and node.head in ("call", "sub")
    )


def settle(node: Node) -> Node:
    """The statement with approximations, chains of equalities and memberships reduced."""
    if not isinstance(node, Op):
        return node
    if node.head == "in" and not _is_quantified(node.args[0]):
        return node.args[1]
    if node.head == "where" and (len(node.args) == 1 or _is_equation(node.args[0])):
        return settle(node.args[0])  # {x | 2k pi < x < 2k pi + pi, k in Z}
    if node.head == "~":
        return node.args[1] if is_name(node.args[0]) else node.args[0]
    if node.head == "chain" and not is_inequality(node):
        parts = list(node.args)
        for index, part in enumerate(parts):
            if isinstance(part, Sym) and part.name == "~" and index > 2:
                parts = parts[:index]
                break
        if len(parts) == 1:
            return parts[0]
        first, last = parts[0], parts[-1]
        return Op("=", (first, last)) if is_name(first) else last
    if node.head == "list":
        kept = tuple(a for a in node.args if not is_domain(a))
        if (
            len(kept) > 1
            and not is_inequality(kept[0])
            and not (isinstance(kept[0], Op) and kept[0].head == "in")
            and (letters := free_symbols(value_of(kept[0])))
        ):
            kept = (kept[0], *(a for a in kept[1:] if not (  # x^2, x >= 0
                is_inequality(a) and free_symbols(a) - _SIGNS <= letters)))  # fmt: skip
        if kept and len(kept) < len(node.args):
            return settle(kept[0] if len(kept) == 1 else Op("list", kept))
    if has_head(node, "in") and any(is_domain(n) for n in walk(node)):
        return settle(_without_domains(node))
    if node.head in ("list", "()", "{}", "[]", "or", "system"):
        return Op(node.head, tuple(settle(a) for a in node.args))
    return node


def _is_equation(node: Node) -> bool:
    return isinstance(node, Op) and node.head == "="


def least_value(node: Node) -> Node | None:
    """The number that a chain of bounds comes to: 3 of `f >= g = 3`."""
    if not (isinstance(node, Op) and node.head == "chain" and len(node.args) > 3):
        return None
    sign, last = node.args[-2:]
    told = isinstance(sign, Sym) and sign.name == "=" and not free_symbols(last)
    return last if told and free_symbols(node.args[0]) else None


def _is_quantified(node: Node) -> bool:
    """`for all x` and `there is an x`: such a statement tells more than where x lies."""
    return not contents(node)[1].isdisjoint(("\\forall", "\\exists"))


_SIGNS = {"<", "<=", ">", ">=", "!=", "="}
_NUMBER_SETS = frozenset({"integers", "naturals", "reals", "rationals", "complexes"})


def is_domain(node: Node) -> bool:
    """`k in Z` behind an answer: it says what the letters range over, not what the answer is."""
    if not (isinstance(node, Op) and node.head == "in") or _is_quantified(node.args[0]):
        return False
    where = node.args[1]
    while isinstance(where, Op) and where.args:
        where = where.args[0]
    return isinstance(where, Sym) and (where.name in _NUMBER_SETS or where.name[0] in "ZN")


def _without_domains(node: Node) -> Node:
    if not isinstance(node, Op):
        return node
    args = tuple(_without_domains(a) for a in node.args if not is_domain(a))
    if not args:
        return node
    return args[0] if len(args) == 1 and node.head in ("*", "+", "list") else Op(node.head, args)


def value_of(node: Node) -> Node:
    """The right-hand side of an assignment; anything else as it is."""
    if isinstance(node, Op) and node.head == "=":
        left, right = node.args
        if is_name(left):
            return right
        if is_name(right):
            return left
        if not _free(left) and not _free(right):
            return right
    return node


def _free(node: Node) -> set[str]:
    """Variables that no sum, integral or limit binds."""
    if not has_head(node, "sum", "prod", "int", "lim"):
        return free_symbols(node) - {"..."}
    bound = {
        n.args[1].name
        for n in walk(node)
        if isinstance(n, Op)
        and n.head in ("sum", "prod", "int", "lim")
        and isinstance(n.args[1], Sym)
    }
    return free_symbols(node) - bound - {"..."}


def name_of(node: Node) -> str | None:
    """The name that an assignment gives a value to."""
    if isinstance(node, Op) and node.head == "=" and is_name(node.args[0]):
        return key(node.args[0])
    return None


def expand_each(node: Node) -> list[Node]:
    """The expressions that one with several plus-minus signs stands for, each sign by itself."""
    if not has_head(node, "pm"):
        return [node]
    sign = next((n for n in walk(node) if isinstance(n, Op) and n.head == "pm"), None)
    if sign is None:
        return [node]
    halves = (_put(node, sign, s) for s in (sign.args[0], neg(sign.args[0])))
    return [told for half in halves for told in expand_each(half)]


def _put(node: Node, old: Node, new: Node) -> Node:
    if node is old:
        return new
    return (
        Op(node.head, tuple(_put(a, old, new) for a in node.args)) if isinstance(node, Op) else node
    )


def expand_signs(node: Node) -> list[Node]:
    """The two expressions that one with plus-minus stands for (all its signs move together)."""
    if not has_head(node, "pm", "mp"):
        return [node]
    return [_with_sign(node, upper) for upper in (True, False)]


def _with_sign(node: Node, upper: bool) -> Node:
    if not isinstance(node, Op):
        return node
    args = tuple(_with_sign(a, upper) for a in node.args)
    if node.head in ("pm", "mp"):
        return args[0] if upper == (node.head == "pm") else neg(args[0])
    return Op(node.head, args)


def items_of(node: Node) -> list[Node]:
    """The members of an unordered answer, plus-minus expanded, a common name taken off."""
    if isinstance(node, Op) and node.head in ("list", "{}", "or", "system"):
        members = (
            [m for a in node.args for m in items_of(settle(a))]
            if node.head != "{}"
            else [m for a in node.args for m in expand_signs(settle(a))]
        )
    else:
        members = expand_signs(node)
        if isinstance(value_of(node), Op) and value_of(node) is not node:
            inner = value_of(node)
            if isinstance(inner, Op) and inner.head in ("list", "{}"):
                return items_of(inner)
    return members
