"""A recursive-descent parser from an answer's text to a tree.

Bounded in depth and length; linear in the number of tokens. No part of the text is ever evaluated
as code. Grammar, loosest first: alternatives (`;` rows "or"), lists (`,` "and"), chains of
relations, unions of sets, sums, products (juxtaposition included), powers, postfixes, atoms.
"""

from __future__ import annotations

from fractions import Fraction

from harness.verifiers.math.reading.atoms import Atoms
from harness.verifiers.math.reading.lexer import ParseError, tokenize
from harness.verifiers.math.reading.tree import (
    RELATIONS,
    SEVERAL,
    Node,
    Num,
    Op,
    Sym,
    Text,
    add,
    divide,
    mul,
    neg,
)

NUMBER_SETS = {"R": "reals", "Z": "integers", "Q": "rationals"}
MAX_TEXT = 20_000
MAX_EXPONENT = 400  # of ten, in scientific notation

__all__ = ["MAX_TEXT", "ParseError", "Parser", "parse"]


class Parser(Atoms):
    """The tokens of one text and the current position."""

    paired = False  # whether the last items were two, joined by "and" alone
    label = ""  # the word and equality sign that stood before the last statement

    def answer(self) -> Node:
        """The whole text; raises ParseError if anything is left over."""
        node = self.alternatives()
        if self.kind != "end":
            raise ParseError(f"unexpected {self.value!r}")
        return node

    def alternatives(self, stop: frozenset[str] = frozenset()) -> Node:
        """Groups separated by semicolons, rows or "or"; each a list by commas or "and"."""
        groups: list[Node] = []
        joined_by_or, pairs = False, True
        while True:
            while self.value in (";", "\\\\", ",", "quad") or self.kind in ("or", "and"):
                joined_by_or = joined_by_or or self.kind == "or"
                self.advance()
            if self.kind == "end" or self.value in stop:
                break
            groups.append(self.commas(stop))
            pairs = pairs and self.paired
            if self.kind == "or":
                joined_by_or = True
            elif self.value not in (";", "\\\\", ",", "quad"):
                break
        if not groups:
            raise ParseError("nothing there")
        if len(groups) == 1:
            return groups[0]
        if joined_by_or and all(is_inequality(g) for g in groups):
            return Op("or", tuple(groups))
        if joined_by_or and (points := _points(groups)):
            return Op("list", points)
        if joined_by_or and pairs:  # -3 and 8, or 3 and -8
            return Op("list", tuple(_as_tuple(g) for g in groups))
        if any(isinstance(g, Op) and g.head == "list" for g in groups) and not joined_by_or:
            return Op("list", tuple(_as_tuple(g) for g in groups))
        return Op("list", tuple(m for g in groups for m in _members(g)))

    def commas(self, stop: frozenset[str]) -> Node:
        """Items separated by commas, or by "and"."""
        items = [self.statement()]
        labels = [self.label]
        by_and = commas = comma = self.paired = False
        while (
            self.value == ","
            or self.kind == "and"
            or (self.value == "quad" and self.peek().kind != "end")
        ):
            while self.value in (",", "quad") or self.kind == "and":
                by_and, comma = by_and or self.kind == "and", self.kind != "and"
                self.advance()
            if self.kind in ("end", "or") or self.value in stop or self.value in (";", "\\\\"):
                break
            commas = commas or comma
            items.append(self.statement())
            labels.append(self.label)
        if len(items) == 1:
            return items[0]
        self.paired = by_and and not commas and len(items) == 2
        if all(labels) and len(set(labels)) == len(items):  # Ana: 14, Ben: 18
            items = [Op("=", (Text(n), i)) for n, i in zip(labels, items, strict=True)]
        excluded = _excluded(items)
        if excluded is not None:
            return excluded
        if all(is_inequality(i) for i in items):
            return Op("system" if by_and or len(items) == 2 else "list", tuple(items))
        return Op("list", tuple(items))

    def statement(self) -> Node:
        """A chain of relations between set expressions; words around it are dropped."""
        lead = self.leading_words()
        self.label = lead if lead.isalpha() and self.tokens[self.position - 1].value == "=" else ""
        if self.kind == "end" or self.value in (",", ";"):
            if lead:
                return Text(lead)
            raise ParseError("nothing between separators")
        parts: list[Node] = [self.set_expression()]
        while True:
            self.skip_words_before_relation()
            relation = self.relation()
            if relation is None:
                break
            if self.kind == "end" or self.value in (",", ";", ")"):
                break
            parts += [Sym(relation), self.set_expression()]
        if len(parts) == 1:
            return parts[0]
        if len(parts) == 3 and isinstance(parts[1], Sym):
            if parts[1].name == "in" and isinstance(parts[2], Sym):
                parts[2] = Sym(NUMBER_SETS.get(parts[2].name, parts[2].name))
            return Op(parts[1].name, (parts[0], parts[2]))
        return Op("chain", tuple(parts))

    def relation(self) -> str | None:
        """Take a relation sign, as one of `tree.RELATIONS`."""
        value = {"==": "=", ":=": "=", "is": "=", "=>": "~", "->": "="}.get(self.value, self.value)
        if self.kind != "op" or value not in RELATIONS:
            return None
        if value == "~" and self.peek().kind == "end":
            return None
        self.advance()
        while self.value in ("=", "about", "~") and self.kind == "op":  # "= ≈", "< ="
            value = value + "=" if value in "<>" and self.value == "=" else value
            self.advance()
        return value

    def set_expression(self) -> Node:
        """Sums, possibly joined by union, intersection, difference."""
        node = self.residue(self.sum())
        while self.value in ("cup", "cap", "minus") and self.kind == "op":
            head = {"cup": "union", "cap": "inter", "minus": "minus"}[self.value]
            self.advance()
            node = Op(head, (node, self.sum()))
        if self.kind == "name" and self.value == "U" and is_set(node):
            self.advance()
            node = Op("union", (node, self.set_expression()))
        return node

    def residue(self, node: Node) -> Node:
        r"""`3 \pmod 7`, `3 (mod 7)`: a number up to multiples of another."""
        if self.kind == "cmd" and self.value in ("pmod", "mod"):
            self.advance()
            return Op("residue", (node, self.argument()))
        if self.value == "(" and self.peek().kind == "op" and self.peek().value == "mod":
            self.advance()
            self.advance()
            modulus = self.sum()
            self.expect(")")
            return Op("residue", (node, modulus))
        return node

    def sum(self) -> Node:
        """Terms joined by plus, minus, plus-minus."""
        self.deeper()
        terms = [self.signed_term()]
        while self.kind == "op" and self.value in ("+", "-", "pm", "mp"):
            terms.append(self.signed_term())
        self.depth -= 1
        if len(terms) == 2 and is_set(terms[0]) and (taken := _taken(terms[1])):
            return Op("minus", (terms[0], taken))
        node = _measured(terms) or add(*terms)
        if self.kind == "op" and self.value == ":" and not is_set(node):
            such_that = isinstance(node, Sym) and self.fences[-1:] == ["|"]  # {x : x > 3}
            return node if such_that else self.ratio(node)
        if self.kind == "op" and self.value == "mod":
            self.advance()
            return Op("mod", (node, self.sum()))
        return node

    def ratio(self, first: Node) -> Node:
        """`a : b : c`."""
        items = [first]
        while self.value == ":" and self.kind == "op":
            self.advance()
            self.deeper()
            items.append(self.signed_term())
            self.depth -= 1
        return Op("ratio", tuple(items))

    def signed_term(self) -> Node:
        """A term with the signs before it."""
        signs = 1
        wrap: list[str] = []
        while self.kind == "op" and self.value in ("+", "-", "pm", "mp"):
            if self.value == "-":
                signs = -signs
            elif self.value in ("pm", "mp"):
                wrap.append(self.value)
            self.advance()
        node = self.term()
        if signs < 0:
            node = neg(node)
        for sign in wrap:
            node = Op(sign, (node,))
        return node

    def term(self) -> Node:
        """Factors joined by multiplication or division signs, or by juxtaposition."""
        node = self.unary()
        factors = [node]
        while True:
            if self.kind == "op" and self.value in ("*", "/"):
                sign = self.value
                self.advance()
                factor = self.signed_factor()
                if sign == "/":
                    factors = [divide(mul(*factors), factor)]
                else:
                    factors.append(factor)
                    _fold_scientific(factors)
            elif self.starts_factor():
                if self.kind == "num" and isinstance(factors[-1], Num):
                    fraction = self.mixed(factors[-1])
                    if fraction is None and self.tokens[self.position - 1].value == "}":
                        factors.append(self.unary())  # \frac{3}{2}2^n
                        continue
                    if fraction is None:
                        raise ParseError("two numbers side by side")
                    factors[-1] = self.postfix(fraction)
                    continue
                before = factors[-1]
                if self.value in ("frac", "dfrac", "tfrac") and isinstance(before, Num):
                    fraction = self.mixed(before)
                    if fraction is not None:
                        factors[-1] = self.postfix(fraction)
                        continue
                factors.append(self.unary())
            else:
                break
        return self.with_unit(mul(*factors))


def parse(text: str, commas: str = "group") -> Node:
    """The tree of one answer; raises ParseError. `commas` as in `lexer.tokenize`."""
    if len(text) > MAX_TEXT:
        raise ParseError("too long")
    return Parser(tokenize(text, commas)).answer()


def is_inequality(node: Node) -> bool:
    """A statement with an order sign in it, or an alternative of such statements."""
    if not isinstance(node, Op):
        return False
    if node.head == "chain":
        return any(isinstance(a, Sym) and a.name in ("<", "<=", ">", ">=") for a in node.args)
    if node.head in ("or", "system"):
        return all(is_inequality(a) for a in node.args)
    return node.head in ("<", "<=", ">", ">=", "!=")


def is_set(node: Node) -> bool:
    """An interval, a set, or an operation on them."""
    return isinstance(node, Op) and node.head in (SEVERAL - {"list", "ratio", "system", "or"}) | {
        "where"
    }


def _measured(terms: list[Node]) -> Node | None:
    r"""`\sqrt{5} + 1 cm`: the unit after the last term applies to the sum."""
    last = terms[-1]
    match last:
        case Op(head="*", args=(Num() as sign, Op(head="quantity", args=(value, *words)))):
            last = Op("quantity", (mul(sign, value), *words))
    if len(terms) < 2 or not (isinstance(last, Op) and last.head == "quantity"):
        return None
    if any(isinstance(t, Op) and t.head in ("quantity", "*") and "quantity" in repr(t)
           for t in terms[:-1]):  # fmt: skip
        return None
    return Op("quantity", (add(*terms[:-1], last.args[0]), *last.args[1:]))


def _taken(term: Node) -> Node | None:
    """The set that is removed in `A - {1}`."""
    if not isinstance(term, Op) or term.head != "*" or len(term.args) != 2:
        return None
    sign, rest = term.args
    minus = isinstance(sign, Num) and sign.value == -1
    return rest if minus and isinstance(rest, Op) and rest.head == "{}" else None


def _fold_scientific(factors: list[Node]) -> None:
    """`2.5 * 10^3` as one decimal number."""
    first, last = factors[0], factors[-1]
    if len(factors) != 2 or not isinstance(first, Num) or not first.places:
        return
    if not (isinstance(last, Op) and last.head == "^"):
        return
    base, exponent = last.args
    if not (isinstance(base, Num) and isinstance(exponent, Num) and base.value == 10):
        return
    if exponent.value.denominator == 1 and abs(exponent.value) < MAX_EXPONENT:
        power = int(exponent.value)
        value = first.value * Fraction(10) ** power
        factors[:] = [Num(value, max(0, first.places - power) or None)]


def _excluded(items: list[Node]) -> Node | None:
    """`x != 0, 1` as x != 0 and x != 1; None for another list."""
    first = items[0]
    if not (isinstance(first, Op) and first.head == "!=" and isinstance(first.args[0], Sym)):
        return None
    if any(isinstance(i, Op) and i.head in RELATIONS for i in items[1:]):
        return None
    return Op("system", (first, *(Op("!=", (first.args[0], i)) for i in items[1:])))


def _points(groups: list[Node]) -> tuple[Node, ...]:
    """`x = 3, y = 4 or x = 4, y = 3` as points, ordered by name; none for other groups."""
    found: list[dict[str, Node]] = []
    for group in groups:
        values: dict[str, Node] = {}
        members = (
            group.args if isinstance(group, Op) and group.head == "system" else _members(group)
        )
        for member in members:
            match member:
                case Op(head="=", args=(Sym(name=name), value)):
                    values[name] = value
                case _:
                    return ()
        if len(values) < 2 or len(values) != len(members):
            return ()
        found.append(values)
    names = sorted(found[0])
    if any(sorted(f) != names for f in found):
        return ()
    return tuple(Op("()", tuple(f[n] for n in names)) for f in found)


def _members(node: Node) -> tuple[Node, ...]:
    return node.args if isinstance(node, Op) and node.head == "list" else (node,)


def _as_tuple(node: Node) -> Node:
    return Op("()", node.args) if isinstance(node, Op) and node.head == "list" else node
