"""The high-precedence grammar: powers, postfixes, functions, brackets, environments, words."""

from __future__ import annotations

from harness.verifiers.math.reading.builders import built
from harness.verifiers.math.reading.groups import Groups
from harness.verifiers.math.reading.lexer import ParseError
from harness.verifiers.math.reading.tree import (
    RELATIONS,
    Node,
    Num,
    Op,
    Sym,
    Text,
    neg,
    power,
)
from harness.verifiers.math.reading.wording import number_words

MAX_POSTFIXES = 8
MEASURES = frozenset({"E", "P", "V", "Pr", "Var"})  # called with square brackets: E[X]
_NUMERIC = frozenset({"/", "-", "frac", "dfrac", "{", "}", ",", "pi"})
_STARTS = frozenset({",", ";", "\\\\", "quad", "&"})
CALLED = frozenset("fg")  # letters that are read as functions before a bracket
_NO_GROUP = RELATIONS | {",", ";", "cup", "cap", "minus", "|", ":", "\\\\", "&"}
_OPEN = {"(": ")", "[": "]", "]": "[", "{s": "}s", "{": "}", "<<": ">>"}


class Atoms(Groups):
    """Powers down to atoms."""

    def alternatives(self, stop: frozenset[str] = frozenset()) -> Node:
        """Supplied by the parser."""
        raise NotImplementedError

    def unary(self) -> Node:
        """A power with its postfixes."""
        return self.postfix(self.atom())

    def signed_factor(self) -> Node:
        """A factor after `*` or `/` may carry a sign."""
        if self.kind == "op" and self.value == "-":
            self.advance()
            return neg(self.signed_factor())
        if self.kind == "op" and self.value == "+":
            self.advance()
        return self.unary()

    def postfix(self, node: Node) -> Node:
        """Exponents, factorials, percent signs, degrees, primes, bases."""
        for _ in range(MAX_POSTFIXES):
            if self.kind == "op" and self.value in ("^", "**"):
                node = self.exponent(node)
            elif (
                self.kind == "op"
                and self.value == "!"
                and (not self.token.space or isinstance(node, Sym))
            ):
                self.advance()
                head = "!"
                if self.value == "!":
                    self.advance()
                    head = "!!"
                node = Op(head, (node,))
            elif self.kind == "op" and self.value == "%":
                self.advance()
                node = Op("%", (node,))
            elif self.kind == "op" and self.value == "°":
                self.advance()
                node = self.degrees(node)
            elif self.kind == "op" and self.value == "_" and isinstance(node, (Num, Op)):
                self.advance()
                node = Op("base", (node, self.script()))
            elif self.kind == "op" and self.value == "_" and isinstance(node, Sym):  # \dot{x}_0
                self.advance()
                index = self.script()
                if not isinstance(index, (Num, Sym)):
                    return Op("sub", (node, index))
                node = Sym(f"{node.name}_{index}")
            elif self.kind == "op" and self.value == "'" and isinstance(node, Sym):
                self.advance()
                node = Sym(node.name + "'")
            else:
                return node
        raise ParseError("too many postfixes")

    def degrees(self, node: Node) -> Node:
        """Degrees, followed by the C or F of a temperature, or by minutes of arc."""
        if self.kind == "name" and self.value in "CF" and not self.starts_after_name():
            unit = "deg" + self.value
            self.advance()
            return Op("quantity", (node, Text(unit)))
        if self.kind == "num" and self.peek().value == "'":
            minutes = Num(self.token.number or 0)
            self.advance()
            self.advance()
            node = Op("+", (node, Num(minutes.value / 60)))
        return Op("deg", (node,))

    def starts_after_name(self) -> bool:
        """Whether the token after this one continues a product."""
        return self.peek().kind in ("num", "name")

    def exponent(self, node: Node) -> Node:
        """What follows `^`: a group, or one signed factor."""
        self.advance()
        if self.value == "°":
            self.advance()
            return self.degrees(node)
        if self.value in ("'", "*"):
            mark = self.value
            self.advance()
            return Sym(f"{node}{mark}") if isinstance(node, Sym) else node
        exponent = self.script(plain=True)
        if isinstance(exponent, Op) and exponent.head == "deg":
            return self.degrees(node)
        if isinstance(exponent, Sym) and exponent.name == "T":
            return Op("transpose", (node,))
        if isinstance(node, Sym) and node.name.startswith(("C_", "A_", "P_")):
            chosen = self.choose(node.name, exponent)
            if chosen is not None:
                return chosen
        return power(node, exponent)

    def script(self, *, plain: bool = False) -> Node:
        """A braced group or a single factor, as an index or an exponent."""
        self.deeper()
        try:
            if self.value == "{" and self.kind == "op":
                self.advance()
                if self.value == "°":
                    self.advance()
                    self.expect("}")
                    return Op("deg", (Num(1),))
                if self.kind in ("func", "cmd") and self.peek().value == "}":  # m_{\\max}
                    named = Sym(self.value)
                    self.advance()
                    self.expect("}")
                    return named
                if self.kind == "text" and (base := number_words(self.value)) is not None:
                    self.advance()  # 1011_{\text{two}}
                    self.expect("}")
                    return Num(base)
                node = self.set_expression()
                while self.value == "," and self.kind == "op":
                    self.advance()
                    node = Op("list", (node, self.set_expression()))
                self.expect("}")
                return node
            if self.kind == "op" and self.value in ("-", "+") and plain:
                sign = self.value
                self.advance()
                node = self.script(plain=True)
                return neg(node) if sign == "-" else node
            if not plain and self.kind == "func":  # a_\\min
                named = Sym(self.value)
                self.advance()
                return named
            node = self.atom()
            if plain and self.kind == "op" and self.value in ("^", "**"):
                return self.exponent(node)
            if plain and self.kind == "op" and self.value == "!":
                self.advance()
                return Op("!", (node,))
            return node
        finally:
            self.depth -= 1

    def atom(self) -> Node:
        """A number, a symbol, a function's value, a bracketed group, a command."""
        token = self.token
        if token.kind == "num":
            self.advance()
            return self.decimal_tail(Num(token.number or 0, token.places))
        if token.kind == "name":
            return self.name()
        if token.kind == "func":
            return self.function()
        if token.kind == "call":
            return self.named_call()
        if token.kind == "cmd":
            return self.command()
        if token.kind == "currency" or (token.kind == "op" and token.value == "$"):
            self.advance()
            unit = token.value if token.kind == "currency" else "usd"
            return Op("quantity", (self.signed_factor(), Text(unit)))
        if token.kind == "op":
            if token.value in _OPEN:
                return self.bracket()
            if token.value in ("|", "\\|", "lfloor", "lceil"):
                return self.fence()
            if token.value in ("-", "+"):
                return self.signed_factor()
            if token.value == "...":
                self.advance()
                return Sym("...")
        raise ParseError(f"unexpected {token.value!r}")

    def decimal_tail(self, node: Num) -> Num:
        """`0.333...`: dots after a decimal are ignored."""
        return node

    def name(self) -> Node:
        """A symbol with its indices; `f(x)`; letters of a segment stay a product."""
        name = self.value
        self.advance()
        if (
            self.kind == "num"
            and not self.token.space
            and self.token.places is None
            and len(name) == 1
            and name not in "ei"
            and not (name in "nmk" and self.peek().value == "^")  # n2^{n-1}
        ):
            name += "_" + self.value
            self.advance()
        while self.kind == "op" and self.value == "_":
            self.advance()
            index = self.script()
            if isinstance(index, (Num, Sym)):
                name += f"_{index}"
            elif isinstance(index, Op) and index.head == "list":
                name += "_" + "_".join(map(repr, index.args))
            else:
                return self.postfix(Op("sub", (Sym(name), index)))
        node: Node = Sym({"j": "j"}.get(name, name))
        primes = 0
        while self.kind == "op" and self.value == "'":
            self.advance()
            primes += 1
        if primes:
            node = Sym(name + "'" * primes)
        inverse = ("^", "{", "-", "1", "}", "(")
        if name in CALLED and tuple(self.peek(k).value for k in range(6)) == inverse:
            self.position += 5
            node = Sym(name + "^-1")
        if name == "Gamma" and self.value == "(":
            return Op("gamma", (self.bracket(),))
        if name in MEASURES and self.value == "[" and not self.token.space:
            inner = self.bracket()  # E[X]
            return Op("call", (node, *(inner.args if isinstance(inner, Op) else (inner,))))
        called = name[0] in CALLED and self.value == "(" and not self.token.space
        if called or self.assigns():
            inner = self.bracket()
            args = inner.args if isinstance(inner, Op) and inner.head == "()" else (inner,)
            return Op("call", (node, *args))
        return node

    def assigns(self) -> bool:
        """Whether an argument, a letter or a number, and a relation follow a name at the head of a
        statement: y(x) = …, u(x, t) = …, d(3/5) = …, P(0) < …
        """
        before = self.tokens[self.position - 2] if self.position > 1 else None
        if before is not None and before.kind not in ("or", "and") and before.value not in _STARTS:
            return False
        if self.value != "(":
            return False
        size = next((k for k in range(1, 14) if self.peek(k).value == ")"), 0)
        if not size or self.peek(size + 1).value not in RELATIONS:
            return False
        inner = [self.peek(k) for k in range(1, size)]
        letters = all(t.kind == "name" or t.value == "," for t in inner)
        numbers = any(t.kind == "num" for t in inner) and all(
            t.kind == "num" or t.value in _NUMERIC for t in inner
        )
        return numbers or (letters and self.peek(size + 1).value == "=")

    def bracket(self) -> Node:
        """A group, tuple, interval, set or list, by its brackets and commas."""
        opening = self.value
        self.deeper()
        self.advance()
        closers = frozenset({")", "]", "}", "}s", ">>"})
        if opening == "]":
            closers |= {"["}
        if self.value in closers:
            closing = self.value
            self.advance()
            self.depth -= 1
            if opening in ("{s", "{"):
                return Sym("emptyset")
            return Op("()" if closing == ")" else "[]", ())
        braced = opening in ("{s", "{")
        if braced:
            self.fences.append("|")  # a bar in braces is "such that"
        inner = self.alternatives(closers | {"|", ":"} if braced else closers)
        if braced:
            self.fences.pop()
        if opening in ("{s", "{") and self.value in ("|", ":") and self.kind == "op":
            self.advance()
            told, inner = inner, self.alternatives(closers)
            self.close(opening)
            self.depth -= 1
            return built(told, inner)
        closing = self.close(opening)
        self.depth -= 1
        return self.bracketed(opening, closing, inner)

    def close(self, opening: str) -> str:
        """Take a closing bracket; only intervals may mix round and square ones."""
        closing = self.value
        fits = closing == _OPEN[opening] or (
            opening in ("(", "[", "]") and closing in (")", "]", "[")
        )
        if self.kind != "op" or not fits:
            raise ParseError(f"{opening!r} is not closed")
        self.advance()
        return closing

    def bracketed(self, opening: str, closing: str, inner: Node) -> Node:
        """The node for a closed bracket around `inner`."""
        several = isinstance(inner, Op) and inner.head in ("list", "system")
        items = inner.args if several and isinstance(inner, Op) else (inner,)
        if opening == "{s":
            return Op("{}", items)
        if opening == "{":
            return Op("{}", items) if several else inner
        if opening == "<<":
            return Op("()", items)
        if not several:
            if isinstance(inner, Op) and inner.head == "matrix":
                return inner
            if opening == "[" and closing == "]":
                return Op("[]", items)
            return inner
        heads = {"[[": "[)", "]]": "(]"}  # [1; 2[ and ]1; 2]
        return Op(heads.get(opening + closing, opening + closing), items)

    def fence(self) -> Node:
        """Absolute value, norm, floor, ceiling."""
        opening = self.value
        closing, head = {
            "|": ("|", "abs"), "\\|": ("\\|", "abs"), "lfloor": ("rfloor", "floor"),
            "lceil": ("rceil", "ceil"),
        }[opening]  # fmt: skip
        self.deeper()
        self.advance()
        self.fences.append(closing)
        node = self.sum()
        self.fences.pop()
        self.expect(closing)
        self.depth -= 1
        return Op(head, (node,))

    def starts_factor(self) -> bool:
        """Whether the next token begins a factor that multiplies the preceding one."""
        if self.kind in ("num", "name", "func", "cmd", "call"):
            return self.value not in ("end", "right", "pmod", "mod")
        if self.value == "(" and self.peek().value == "mod":
            return False
        if self.kind == "op" and self.value == "...":  # 1 * 2 ... n
            return self.peek().kind in ("num", "name", "cmd") or self.peek().value in ("(", "*")
        if self.kind == "op" and self.value in ("(", "[", "{", "lfloor", "lceil", "{s", "<<"):
            return self.value not in ("[", "{s", "<<") or self.groups()
        return self.kind == "op" and self.value in ("|", "\\|") and not self.fences

    def groups(self) -> bool:
        """Whether a square bracket behind a factor groups a sum or product: 2[3(x + 1) - 5]."""
        depth = 0
        for size, token in enumerate(self.tokens[self.position :] if self.value == "[" else ()):
            if token.kind in ("text", "or", "and", "end") or token.value in _NO_GROUP:
                return False
            depth += (token.value in ("[", "(")) - (token.value in ("]", ")"))
            if depth == 0:
                return token.value == "]" and size > 2
        return False

    def mixed(self, whole: Num) -> Num | None:
        """`3 1/2` and `3\\frac{1}{2}`: a whole number and a proper fraction side by side."""
        if whole.places is not None or whole.value.denominator != 1:
            return None
        start = self.position
        if self.kind == "num":
            if not self.token.space or self.peek().value != "/" or self.peek(2).kind != "num":
                return None
            top, bottom = self.token.number, self.peek(2).number
            self.position += 3
        else:
            node = self.command()
            if not isinstance(node, Num) or node.value.denominator == 1:
                self.position = start
                return None
            top, bottom = node.value, None
        if top is None or (bottom is not None and not bottom):
            return None
        value = top / bottom if bottom is not None else top
        if not 0 < value < 1 or whole.value < 0:
            self.position = start
            return None
        return Num(whole.value + value)
