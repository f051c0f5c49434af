r"""Commands and functions with arguments: `\frac`, `\sqrt`, `\sin x`, `\sum`, matrices."""

from __future__ import annotations

import re
from fractions import Fraction

from harness.verifiers.math.reading.lexer import ParseError, Token
from harness.verifiers.math.reading.tree import (
    Node,
    Num,
    Op,
    Sym,
    contents,
    divide,
    mul,
    neg,
    power,
)
from harness.verifiers.patterns import lazy_pattern

MAX_DEPTH = 40


class Commands:
    """The token stream and the parts of the grammar that begin with a command."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = [t for t in tokens if t.kind != "skip"]  # signs without meaning
        self.position = 0
        self.depth = 0
        self.fences: list[str] = []
        self.integrals = 0  # that wait for their differential

    # supplied by the classes above in the tower
    def sum(self) -> Node:
        raise NotImplementedError

    def set_expression(self) -> Node:
        raise NotImplementedError

    def statement(self) -> Node:
        raise NotImplementedError

    def unary(self) -> Node:
        raise NotImplementedError

    def signed_factor(self) -> Node:
        raise NotImplementedError

    def script(self, *, plain: bool = False) -> Node:
        raise NotImplementedError

    def starts_factor(self) -> bool:
        raise NotImplementedError

    def atom(self) -> Node:
        raise NotImplementedError

    def environment(self) -> Node:
        raise NotImplementedError

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.position]

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.tokens[self.position].kind

    @property
    def value(self) -> str:
        """Its text."""
        return self.tokens[self.position].value

    def peek(self, ahead: int = 1) -> Token:
        """A later token."""
        return self.tokens[min(self.position + ahead, len(self.tokens) - 1)]

    def advance(self) -> None:
        """Advance to the next token."""
        if self.position < len(self.tokens) - 1:
            self.position += 1

    def expect(self, value: str) -> None:
        """Take the sign `value`."""
        if self.kind != "op" or self.value != value:
            raise ParseError(f"{value!r} expected, {self.value!r} met")
        self.advance()

    def deeper(self) -> None:
        """Count a level of nesting; the caller subtracts it again."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ParseError("nested too deeply")

    def leading_words(self) -> str:
        """Drop words before the mathematics; returns them."""
        words = []
        while self.kind == "text" or (
            self.kind == "op" and self.value in ("about", "~", "=", ":", "is")
        ):
            if self.kind == "text":
                words.append(self.value)
            self.advance()
        if any(_EXCEPTS.search(word) for word in words):
            raise ParseError("an exception")  # "every number but 3" is not 3
        return " ".join(words)

    def skip_words_before_relation(self) -> None:
        """`5 (approximately …)`: words in brackets after an expression are dropped."""
        if (self.value == "(" and self.peek().kind in ("text",)) or (
            self.value == "(" and self.peek().value in ("about", "~")
        ):
            depth = 0
            while self.kind != "end":
                depth += (self.value == "(") - (self.value == ")")
                self.advance()
                if depth == 0:
                    return

    def command(self) -> Node:
        r"""A LaTeX command with its arguments."""
        name = self.value
        self.deeper()
        self.advance()
        try:
            if name in ("frac", "dfrac", "tfrac", "cfrac"):
                top = self.argument()
                return divide(top, self.argument())
            if name in ("binom", "dbinom", "tbinom"):
                return Op("binom", (self.argument(), self.argument()))
            if name == "sqrt":
                return self.root()
            if name == "cbrt":
                return Op("root", (self.argument(), Num(3)))
            if name in ("sum", "prod"):
                return self.big(name)
            if name in ("int", "lim"):
                return self.integral() if name == "int" else self.limit()
            if name in ("mathbb", "Bbb"):
                return self.number_set()
            if name == "begin":
                return self.environment()
            if name == "not":
                return self.atom()
            if name in ("dot", "ddot"):
                node = self.argument()
                return Sym(f"{node.name}_{name}") if isinstance(node, Sym) else node
            if name in ("overline", "bar"):
                return _barred(self.argument())
        finally:
            self.depth -= 1
        if self.kind == "op" and self.value == "{":
            raise ParseError(f"unknown command \\{name}")
        return Sym(f"\\{name}")

    def argument(self) -> Node:
        r"""A braced group, or one digit or symbol as in `\frac12`."""
        if self.kind == "op" and self.value == "{":
            self.advance()
            node = self.set_expression()
            self.expect("}")
            return node
        token = self.token
        if token.kind == "num" and len(token.value) > 1 and token.value.isdigit():
            rest = token.value[1:]
            self.tokens[self.position] = Token("num", rest, False, Fraction(int(rest)))
            return Num(int(token.value[0]))
        if token.kind == "name" and self.peek().kind == "num":  # \frac n2
            self.advance()
            return Sym(token.value)
        if token.kind == "op" and token.value == "-":
            self.advance()
            return neg(self.argument())
        return self.atom()

    def root(self) -> Node:
        r"""`\sqrt{x}`, `\sqrt[3]{x}`, `\sqrt x`, `√17`."""
        degree: Node = Num(2)
        if self.kind == "op" and self.value == "[":
            self.advance()
            degree = self.sum()
            self.expect("]")
        if self.kind == "num":
            body: Node = Num(self.token.number or 0, self.token.places)
            self.advance()
        else:
            body = self.argument()
        if isinstance(degree, Num) and degree.value == 2:
            return power(body, Num(Fraction(1, 2)))
        return Op("root", (body, degree))

    def function(self) -> Node:
        r"""`\sin x`, `\sin^2 x`, `\log_2 8`, `sqrt(3)`."""
        name = self.value
        if name in ("max", "min") and self.peek().value in ("=", ":"):
            self.advance()
            return Sym(name)  # \\max = 5
        self.deeper()
        self.advance()
        exponent: Node | None = None
        index: Node | None = None
        while self.kind == "op" and self.value in ("^", "_", "**"):
            sign = self.value
            self.advance()
            if sign == "_":
                index = self.script()
            else:
                exponent = self.script(plain=True)
        attached = self.kind == "num" and not self.token.space and self.peek().value == "("
        if name == "log" and index is None and attached:  # log2(10)
            index = Num(self.token.number or 0)
            self.advance()
        args = self.function_arguments()
        self.depth -= 1
        if name in ("sqrt", "cbrt", "exp", "lg") and len(args) == 1:
            node: Node = {
                "sqrt": power(args[0], Num(Fraction(1, 2))),
                "cbrt": Op("root", (args[0], Num(3))),
                "exp": power(Sym("e"), args[0]),
                "lg": Op("log", (args[0], Num(10))),
            }[name]
        elif name == "lg" and len(args) == 2:
            node = Op("log", args)  # lg(8, 2)
        elif name == "cis" and len(args) == 1:
            node = power(Sym("e"), mul(Sym("i"), args[0]))
        elif name in ("log", "ln"):
            base = index or (args[1] if len(args) == 2 and name == "log" else None)
            node = Op("log", (args[0], base) if base is not None else (args[0],))
        else:
            node = Op(name, args)
        if isinstance(exponent, Num) and exponent.value == -1 and name in _TRIGONOMETRIC:
            return Op("a" + name, args)
        return node if exponent is None else power(node, exponent)

    def function_arguments(self) -> tuple[Node, ...]:
        """In brackets, or the product that follows up to the next function or sign."""
        if self.kind == "op" and self.value == "(":
            return _members(self.atom(), "()")
        if self.kind == "op" and self.value == "{":
            return (self.argument(),)
        if self.kind == "op" and self.value == "{s":  # max{a, b}
            return _members(self.atom(), "{}")
        if self.kind == "op" and self.value == "-":
            self.advance()
            return (neg(self.function_arguments()[0]),)
        factors = [self.unary()]
        while self.starts_factor() and self.kind != "func" and self.value != "(":
            differential = self.integrals and self.value == "d" and self.peek().kind == "name"
            if self.kind == "num" or differential:
                break
            factors.append(self.unary())
        plain = all(isinstance(f, (Num, Sym)) for f in factors)
        if plain and self.kind == "op" and self.value == "/" and self.peek().kind == "num":
            self.advance()  # sin pi/3
            factors = [divide(mul(*factors), self.unary())]
        return (mul(*factors),)

    def named_call(self) -> Node:
        """`sum(f, k, 1, 3)`, `product(…)`, `integrate(…)`, `matrix([1,2],[3,4])`."""
        name = self.value
        self.advance()
        if self.value != "(":
            raise ParseError(f"{name} without arguments")
        node = self.atom()
        args = node.args if isinstance(node, Op) and node.head == "()" else (node,)
        if name == "matrix":
            if len(args) == 1 and isinstance(args[0], Op) and args[0].head == "[]":
                args = args[0].args
            return Op("matrix", tuple(Op("row", _members(a, "[]", "()")) for a in args))
        if name == "root" and len(args) in (1, 2):
            return Op("root", (args[0], args[1] if len(args) == 2 else Num(2)))
        if name in ("int", "diff") and len(args) == 2 and isinstance(args[1], Sym):
            return Op(name, (*args, Sym("?"), Sym("?")) if name == "int" else args)
        if len(args) == 4 and name not in ("root", "diff") and isinstance(args[1], Sym):
            return Op(name, args)
        raise ParseError(f"{name} of {len(args)} arguments")

    def big(self, head: str) -> Node:
        r"""`\sum_{k=1}^{n} …`."""
        variable, low, high = self.bounds()
        body = self.operand()
        return Op(head, (body, variable, low, high))

    def bounds(self) -> tuple[Node, Node, Node]:
        """Index, lower and upper bound of a sum or product."""
        low: Node = Sym("?")
        high: Node = Sym("?")
        for _ in range(2):
            if self.kind == "op" and self.value == "_":
                self.advance()
                if self.value == "{":
                    self.advance()
                    low = self.statement()
                    self.expect("}")
                else:
                    low = self.script()
            elif self.kind == "op" and self.value == "^":
                self.advance()
                high = self.script(plain=True)
        if isinstance(low, Op) and low.head == "=" and isinstance(low.args[0], Sym):
            return low.args[0], low.args[1], high
        return Sym("?"), low, high

    def operand(self) -> Node:
        """The product to the right of a big operator."""
        factors = [self.signed_factor()]
        while self.starts_factor() or (self.kind == "op" and self.value in ("*", "/")):
            if self.value == "/" and self.kind == "op":
                self.advance()
                factors = [divide(mul(*factors), self.unary())]
                continue
            if self.value == "*" and self.kind == "op":
                self.advance()
            factors.append(self.unary())
        return mul(*factors)

    def integral(self) -> Node:
        r"""`\int_a^b f(x) dx`; without bounds it stays opaque."""
        _, low, high = self.bounds()
        self.integrals += 1
        body = self.sum()
        self.integrals -= 1
        if isinstance(body, Op) and body.head == "*" and len(body.args) >= 2:
            *factors, d, variable = body.args
            if isinstance(d, Sym) and d.name == "d" and isinstance(variable, Sym):
                return Op("int", (mul(*factors) if factors else Num(1), variable, low, high))
            top = body.args[0]  # dx / x
            if isinstance(top, Op) and top.head == "*" and len(top.args) == 2:
                d, variable = top.args
                if isinstance(d, Sym) and d.name == "d" and isinstance(variable, Sym):
                    return Op("int", (mul(*body.args[1:]), variable, low, high))
        raise ParseError("an integral without its differential")

    def limit(self) -> Node:
        r"""`\lim_{x \to 0} f(x)`."""
        self.expect("_")
        self.expect("{")
        target = self.statement()
        if self.kind == "op" and self.value == "^":
            self.advance()
            self.script(plain=True)
        self.expect("}")
        if not (isinstance(target, Op) and target.head == "=" and isinstance(target.args[0], Sym)):
            raise ParseError("a limit without its point")
        return Op("lim", (self.operand(), target.args[0], target.args[1]))

    def number_set(self) -> Node:
        r"""`\mathbb{R}` and its kin."""
        node = self.argument()
        names = {"R": "reals", "Z": "integers", "N": "naturals", "Q": "rationals", "C": "complexes"}
        if isinstance(node, Sym) and node.name in names:
            return Sym(names[node.name])
        return node

    def choose(self, name: str, chosen: Node) -> Node | None:
        """`C_n^k` and `A_n^k`, for numbers n and k."""
        total = name.partition("_")[2]
        if not total.isdigit() or not isinstance(chosen, Num):
            return None
        pair = (Num(int(total)), chosen)
        return Op("binom" if name[0] == "C" else "permutations", pair)


_EXCEPTS = lazy_pattern(
    r"\b(?:except(?:ing)?|excluding|but|besides|without|other than|unless|not|neither)\b", re.I
)
_TRIGONOMETRIC = frozenset(["sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh"])


def _barred(node: Node) -> Node:
    r"""`\overline{3+4i}` is the conjugate, `\bar z` a separate name, `\overline{AB}` AB."""
    if isinstance(node, Sym) and node.name.islower():
        return Sym(f"{node.name}_bar")
    if "i" in contents(node)[1]:
        return Op("conj", (node,))
    return node


def _members(node: Node, *brackets: str) -> tuple[Node, ...]:
    """The members of a bracket, at least one; else the node alone."""
    members = node.args if isinstance(node, Op) and node.head in brackets else (node,)
    if not members:
        raise ParseError("a function of nothing")
    return members
