r"""Constructs that are larger than a formula: environments, numbers with units."""

from __future__ import annotations

from harness.verifiers.math.reading.commands import Commands
from harness.verifiers.math.reading.lexer import ParseError
from harness.verifiers.math.reading.tree import Node, Num, Op, Sym, Text, mul
from harness.verifiers.math.reading.units import is_unit, read_unit

SCALES = {
    "dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9,
    "trillion": 10**12, "万": 10**4, "亿": 10**8,
}  # fmt: skip
_MATRICES = frozenset(
    ["matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "array", "vmatrix", "Vmatrix"]
)
_CONDITION_WORDS = frozenset({"if", "for", "when", "is", "are", ",", "."})


class Groups(Commands):
    """Environments, units, compound quantities."""

    def environment(self) -> Node:
        r"""`\begin{pmatrix} … \end{pmatrix}`, `cases`, `aligned`."""
        name = self.environment_name()
        if name == "array" and self.value == "{":
            while self.value != "}" and self.kind != "end":
                self.advance()
            self.advance()
        rows: list[list[Node]] = [[]]
        while not (self.kind == "cmd" and self.value == "end"):
            if self.kind == "end":
                break  # unterminated
            if self.value == "\\\\":
                self.advance()
                rows.append([])
            elif self.value in ("&", ",") and self.kind == "op":
                self.advance()
            else:
                rows[-1].append(self.cell() if name == "cases" and rows[-1] else self.statement())
        if self.kind != "end":
            self.advance()
            self.environment_name()
        rows = [r for r in rows if r]
        if not rows:
            raise ParseError("an empty environment")
        return _environment(name, rows)

    def cell(self) -> Node:
        """A condition of `cases`: a statement, or words ("n even")."""
        start, depth, fences = self.position, self.depth, list(self.fences)
        try:
            node = self.statement()
            if self.value in ("&", "\\\\", ",") or self.kind in ("cmd", "end"):
                return node
        except ParseError:
            pass
        self.position, self.depth, self.fences = start, depth, fences
        words: list[str] = []
        while self.value not in ("&", "\\\\") and self.kind not in ("cmd", "end"):
            words += self.value.split()
            self.advance()
        kept = [w for w in words if w not in _CONDITION_WORDS]
        if not kept:
            raise ParseError(f"unexpected {self.value!r}")
        return Text(" ".join(kept))

    def environment_name(self) -> str:
        """The braced name after `begin` or `end`."""
        self.expect("{")
        name = ""
        while self.value != "}" and self.kind != "end":
            name += self.value
            self.advance()
        self.expect("}")
        return name.rstrip("*")

    def with_unit(self, node: Node) -> Node:
        """A product with the unit or noun that follows it in words."""
        if self.kind == "currency":  # 45 €
            unit = self.value
            self.advance()
            return Op("quantity", (node, Text(unit)))
        words: list[str] = []
        while self.kind == "text" or (
            words
            and self.kind in ("name", "op")
            and self.value in ("of", "/", "^", "in")
            and (
                self.peek().kind in ("text", "num")
                or (self.value == "/" and is_unit(words[-1]) and is_unit(self.peek().value))
            )
        ):
            words.append(self.value)
            if self.value == "^":
                self.advance()
                words[-1] = f"^{self.value}"
            self.advance()
            if words[-1] == "/" and (self.kind == "name" or self.value == "min"):  # erg/s
                words.append(self.value)
                self.advance()
            if self.kind == "num" and self.value in ("2", "3") and is_unit(words[-1]):
                words[-1] += self.value
                self.advance()
            elif self.kind == "op" and self.value == "^" and self.peek().kind in ("num", "op"):
                self.advance()
                exponent = self.script(plain=True)
                words[-1] += f"^{exponent}"
            elif words[-1].startswith("cents") and self.kind == "end":
                break
        if not words:
            return node
        if isinstance(node, Sym):
            raise ParseError("words, not mathematics")
        scale, _, behind = " ".join(words).partition(" ")
        if scale in SCALES:
            node = _scaled(node, SCALES[scale])
            if not behind:
                return node
            words = [behind]
        return self.compound(Op("quantity", (node, Text(" ".join(words)))))

    def compound(self, first: Op) -> Op:
        """`3 hours 30 minutes`, `5 ft 6 in`: a quantity followed by a smaller one."""
        value, words = first.args
        unit = read_unit(words.text) if isinstance(words, Text) else None
        start = self.position
        if unit is None or not isinstance(value, Num):
            return first
        if self.kind == "and":
            self.advance()
        second = self.term() if self.kind == "num" else first
        if second is not first and isinstance(second, Op) and second.head == "quantity":
            number, name = second.args
            part = read_unit(name.text) if isinstance(name, Text) else None
            fits = part is not None and part.dimension == unit.dimension
            if fits and part is not None and isinstance(number, Num):
                size = number.value * part.factor
                if 0 <= size < unit.factor:
                    return Op("quantity", (Num(value.value + size / unit.factor), words))
        self.position = start
        return first

    def term(self) -> Node:
        """Supplied by the parser."""
        raise NotImplementedError


def _environment(name: str, rows: list[list[Node]]) -> Node:
    if name in _MATRICES:
        matrix = Op("matrix", tuple(Op("row", tuple(r)) for r in rows))
        return Op("det", (matrix,)) if name == "vmatrix" else matrix
    if name == "cases":
        if any(len(r) > 1 for r in rows):
            return Op("cases", tuple(Op("row", tuple(r)) for r in rows))
        return Op("system", tuple(r[0] for r in rows))
    if name == "gathered" and len(rows) > 1:
        return Op("list", tuple(r[0] for r in rows))
    return rows[-1][-1]


def _scaled(node: Node, scale: int) -> Node:
    """`3 million`, `$3 million`: the number with its zeros."""
    if isinstance(node, Op) and node.head == "quantity":
        return Op("quantity", (_scaled(node.args[0], scale), *node.args[1:]))
    return Num(node.value * scale) if isinstance(node, Num) else mul(node, Num(scale))
