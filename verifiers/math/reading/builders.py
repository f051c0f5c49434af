"""Sets told by a condition: `{x | x > 3}`, `{k pi | k in Z}`, `{(x, y) | x = 1, y = 2}`."""

from __future__ import annotations

from harness.verifiers.math.reading.tree import Node, Op, Sym


def built(told: Node, condition: Node) -> Node:
    """The node of `{told | condition}`."""
    if (place := _placed(told, condition)) is not None:
        return Op("{}", (place,))
    if isinstance(told, Op) and isinstance(condition, Op) and _ranges(told, condition):
        return Op("list", (told, condition))  # {k pi | k in Z}
    if isinstance(told, Op) and told.head == "in" and isinstance(told.args[1], Sym):
        name = _NUMBERS.get(told.args[1].name)
        if name is not None:
            return Op("where", (condition, Sym(name)))
    return Op("where", (condition,))


_NUMBERS = {"integers": "integers", "Z": "integers", "naturals": "naturals", "N": "naturals"}


def _placed(told: Node, condition: Node) -> Node | None:
    """The one point of `{(x, y) | x = 1, y = 2}`."""
    match told, condition:
        case Op(head="()", args=names), Op(head="list" | "system", args=values):
            given = {
                v.args[0].name: v.args[1] for v in values
                if isinstance(v, Op) and v.head == "=" and isinstance(v.args[0], Sym)
            }  # fmt: skip
            wanted = [n.name for n in names if isinstance(n, Sym)]
            if len(wanted) == len(names) == len(values) and {*wanted} == {*given}:
                return Op("()", tuple(given[n] for n in wanted))
    return None


def _ranges(told: Op, condition: Op) -> bool:
    """Whether the condition of a set only gives the range of a letter of its members."""
    return told.head in ("+", "*", "^", "()") and condition.head == "in"
