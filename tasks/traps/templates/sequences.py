"""Sequences."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, wordings

TOPIC = "sequences"


def _middle(rng: Random) -> Mapping[str, Case]:
    def rows(beside: int) -> Case:
        """Rows i and j together, and row k, which lies `beside` the middle of both."""
        m = rng.randint(2, 4)
        middle = rng.randint(m + 2, 14)
        i, j, k = middle - m, middle + m, middle + beside
        x, d = rng.randint(5, 40), rng.randint(2, 9)
        values = {"i": i, "j": j, "s": 2 * x + (i + j - 2) * d, "k": k, "t": x + (k - 1) * d}
        if beside:
            return Case(values=values, answer=x)
        return Case(values=values, witnesses=({"x": x, "d": d}, {"x": x + k - 1, "d": d - 1}))

    a, d, n = rng.randint(2, 60), rng.randint(2, 12), rng.randint(3, 20)
    return {
        "original": rows(rng.choice((5, 6, 7))),
        "concept": Case(values={"a": a, "d": d, "n": n}, answer=a + (n - 1) * d),
        "twist": rows(0),
        "control": rows(rng.choice((-1, 1))),
    }


_STEP = {1: {"en": "more", "zh": "多"}, -1: {"en": "less", "zh": "少"}}
_BEST = {1: {"en": "largest", "zh": "最大"}, -1: {"en": "smallest", "zh": "最小"}}
_SIDE = {1: {"en": "greater than", "zh": "大于"}, -1: {"en": "less than", "zh": "小于"}}


def _endless(rng: Random) -> Mapping[str, Case]:
    def ask(way: int, best: int, side: int) -> Case:
        """`way`: up or down by d; the bound n lies between the terms m and m + 1 (from 0)."""
        a, d, m = rng.randint(500, 990), rng.randint(3, 15), rng.randint(2, 30)
        n = a + way * (d * m + rng.randint(1, d - 1))
        words = {
            lang: {"step": _STEP[way][lang], "best": _BEST[best][lang], "side": _SIDE[side][lang]}
            for lang in ("en", "zh")
        }
        values, model = {"a": a, "d": d, "n": n}, f"{way} {best} {side}"
        if way == best == side:
            return Case(values=values, witnesses=({"x": m + 1},), words=words, model=model)
        last = m if side != way else m + 1
        return Case(values=values, answer=a + way * d * last, words=words, model=model)

    def near() -> Case:
        side = rng.choice((1, -1))
        return ask(rng.choice((1, -1)), -side, side)

    far = rng.choice((1, -1))
    a, d = rng.randint(40, 300), rng.randint(2, 30)
    return {
        "original": near(),
        "concept": Case(values={"a": a, "d": d}, answer=a - d),
        "twist": ask(far, far, far),
        "control": near(),
    }


def _searched(way: int, side: int) -> Model:
    """The nearest term on a side of n."""
    term = "a + d * x" if way == 1 else "a - d * x"
    return Model(
        unknowns={"x": (0, 200)},
        facts=("x >= 0", f"{term} {'>' if side == 1 else '<'} n"),
        ask=term,
        best="min" if side == 1 else "max",
    )


def _far(way: int) -> Model:
    """A term as far on the way of the sequence as one likes."""
    term = "a + d * x" if way == 1 else "a - d * x"
    return Model(
        unknowns={"x": None},
        facts=("x >= 0", f"{term} {'>' if way == 1 else '<'} n"),
        ask=term,
        best="max" if way == 1 else "min",
        family="1",
    )


def _three_terms(rng: Random) -> Mapping[str, Case]:
    def terms(shift: int) -> tuple[dict[str, int], int]:
        i, j, k, n = sorted(rng.sample(range(2, 20), 4))
        x, d = rng.randint(3, 60), rng.randint(2, 12)
        p, q, r, last = (x + (t - 1) * d for t in (i, j, k, n))
        return {"i": i, "p": p, "j": j, "q": q, "k": k, "r": r + shift, "n": n}, last

    (o, o_last), (c, c_last) = terms(0), terms(0)
    t, t_last = terms(rng.choice((-3, -2, -1, 1, 2, 3)))
    p, d, m = rng.randint(10, 90), rng.randint(2, 12), rng.randint(2, 9)
    return {
        "original": Case(values=o, answer=o_last),
        "concept": Case(values={"p": p, "q": p + d * m, "m": m}, answer=d),
        "twist": Case(values=t, lure=t_last),
        "control": Case(values=c, answer=c_last),
    }


def _written(rng: Random) -> Mapping[str, Case]:
    def sequence() -> tuple[int, int, int, int]:
        return rng.randint(2, 60), rng.randint(2, 12), rng.randint(5, 25), rng.randint(2, 12)

    (a, d, n, m), (b, e, o, k) = sequence(), sequence()
    c, f = rng.randint(5, 90), rng.randint(2, 30)
    return {
        "original": Case(values={"a": a, "d": d, "n": n}, answer=a + (n - 1) * d),
        "concept": Case(values={"c": c, "f": f}, answer=c + f),
        "twist": Case(
            values={"a": a, "d": d, "n": n, "m": m},
            answer=a + (n - 1) * d,
            lure=a + (n + m - 1) * d,
            noise=("m",),
        ),
        "control": Case(values={"a": b, "d": e, "n": o, "m": k}, answer=b + (k + o - 1) * e),
    }


_ROWS = Model(
    unknowns={"x": Q, "d": Q},
    facts=("x + (i - 1) * d + x + (j - 1) * d == s", "x + (k - 1) * d == t"),
    sense=("x > 0", "d > 0"),
    ask="x",
)
_NTH = Model(
    unknowns={"x": Q, "y": Q},
    facts=("y == (n - 1) * d", "x == a + y"),
    ask="x",
    shortcut="a + (n + m - 1) * d",
)

TEMPLATES = (
    Template(
        name="row-in-the-middle",
        topic=TOPIC,
        flaw=Flaw.MISSING,
        draw=_middle,
        models={
            "original": _ROWS,
            "concept": Model(unknowns={"x": Q}, facts=("x == a + d * n - d",), ask="x"),
        },
        words={
            "en": wordings(
                "In a hall each row has the same number of seats more than the row in front of it. "
                "Rows {i} and {j} have {s} seats together, and row {k} has {t} seats. How many "
                "seats are in the first row?",
                "A sequence of numbers grows by the same positive amount at every step. Terms {i} "
                "and {j} add up to {s}; term {k} is {t}. What is the first term?",
                "Every week {A} saves more than in the week before, always by the same amount. "
                "Week {i} and week {j} bring {s} dollars in all, week {k} alone {t} dollars. How "
                "many dollars did {A} save in the first week?",
            ),
            "zh": wordings(
                "礼堂里每一排都比前一排多同样数目的座位。第{i}排和第{j}排共有{s}个座位，第{k}排有{t}个座位。"
                "第一排有多少个座位？",
                "一列数，从第二个数起，每个数都比前一个数大同样的量。第{i}个数与第{j}个数的和是{s}，"
                "第{k}个数是{t}。第一个数是多少？",
                "{A}每周存的钱都比前一周多，而且每次多的钱一样。第{i}周和第{j}周一共存了{s}元，"
                "第{k}周存了{t}元。第一周存了多少元？",
            ),
        },
        concept={
            "en": (
                (
                    "A sequence starts with {a}, and each later term is {d} more than the one before "
                    "it. What is term number {n}?"
                ),
            ),
            "zh": ("一列数的第一个数是{a}，后面每个数都比前一个数大{d}。第{n}个数是多少？",),
        },
    ),
    Template(
        name="endless-sequence",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_endless,
        models={
            **{
                f"{way} {-side} {side}": _searched(way, side) for way in (1, -1) for side in (1, -1)
            },
            **{f"{way} {way} {way}": _far(way) for way in (1, -1)},
            "concept": Model(unknowns={"x": Q}, facts=("x + d == a",), ask="x"),
        },
        words={
            "en": wordings(
                "A sequence starts with {a} and never ends; each later term is {d} {step} than the "
                "one before, and terms may be negative. Which is its {best} term {side} {n}?",
                "A machine prints {a} and then goes on without end, every number being {d} {step} "
                "than the last, below zero if it comes to that. What is the {best} printed number "
                "{side} {n}?",
                "{A} imagines a counter that shows {a}, then a number {d} {step}, then again one "
                "{d} {step}, and so on for ever, negative numbers not excluded. What is the {best} "
                "number {side} {n} that it ever shows?",
            ),
            "zh": wordings(
                "一列数从{a}开始，永不结束，后面每个数都比前一个数{step}{d}，可以出现负数。"
                "其中{side}{n}的{best}的数是多少？",
                "一台机器先打印{a}，然后不停地打印下去，每个数都比上一个{step}{d}，需要时也打印负数。"
                "打印的数里，{side}{n}的{best}的数是多少？",
                "{A}设想一个计数器，先显示{a}，接着显示比它{step}{d}的数，再{step}{d}，永远继续，"
                "负数也照样显示。它显示的数中，{side}{n}的{best}的是多少？",
            ),
        },
        concept={
            "en": (
                (
                    "Each term of a sequence is {d} less than the one before. One term is {a}. What is "
                    "the next?"
                ),
            ),
            "zh": ("一列数里每个数都比前一个数少{d}，其中一个数是{a}。下一个数是多少？",),
        },
    ),
    Template(
        name="three-terms",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_three_terms,
        models={
            "original": Model(
                unknowns={"x": Q, "d": Q},
                facts=(
                    "x + (i - 1) * d == p",
                    "x + (j - 1) * d == q",
                    "x + (k - 1) * d == r",
                ),
                ask="x + (n - 1) * d",
                shortcut="p + (n - i) * (q - p) / (j - i)",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("p + x * m == q",), ask="x"),
        },
        words={
            "en": wordings(
                "In an arithmetic sequence term number {i} is {p}, term number {j} is {q} and term "
                "number {k} is {r}. What is term number {n}?",
                "A plant grows by the same number of millimetres each day. It is {p} mm high on "
                "day {i}, {q} mm on day {j} and {r} mm on day {k}. How many mm high is it on day "
                "{n}?",
                "The rungs of a fire ladder on a wall are equally far apart. {A} finds rung {i} at "
                "{p} cm above the ground, rung {j} at {q} cm and rung {k} at {r} cm. At how many "
                "cm is rung {n}?",
            ),
            "zh": wordings(
                "等差数列的第{i}项是{p}，第{j}项是{q}，第{k}项是{r}。第{n}项是多少？",
                "一株植物每天长高的毫米数相同。第{i}天高{p}毫米，第{j}天高{q}毫米，第{k}天高{r}毫米。"
                "第{n}天高多少毫米？",
                "墙上消防梯的横档间距都相等。{A}量得从下数第{i}根离地{p}厘米，第{j}根离地{q}厘米，"
                "第{k}根离地{r}厘米。第{n}根离地多少厘米？",
            ),
        },
        concept={
            "en": (
                (
                    "In {m} equal steps a number grows from {p} to {q}. By how much does it grow in "
                    "one step?"
                ),
            ),
            "zh": ("一个数从{p}开始，分{m}次增加到{q}，每次增加的一样多。每次增加多少？",),
        },
    ),
    Template(
        name="terms-on-paper",
        topic=TOPIC,
        flaw=Flaw.DISTRACTOR,
        draw=_written,
        models={
            "original": _NTH,
            "concept": Model(unknowns={"x": Q}, facts=("x - f == c",), ask="x"),
            "control": Model(
                unknowns={"x": Q, "y": Q},
                facts=("y == a + m * d", "x == y + (n - 1) * d"),
                ask="x",
            ),
        },
        words={
            "en": wordings(
                (
                    (
                        "A sequence starts with {a}, and each later term is {d} more than the one "
                        "before. What is term number {n}?"
                    ),
                    (
                        "A sequence starts with {a}, and each later term is {d} more than the one "
                        "before. {A} has written the first {m} terms on a sheet. What is term number "
                        "{n} of the sequence?"
                    ),
                    (
                        "A sequence starts with {a}, and each later term is {d} more than the one "
                        "before. {A} takes away the first {m} terms. What is term number {n} of the "
                        "sequence that is left?"
                    ),
                ),
                (
                    (
                        "The first house of a long street has the number {a}, and each next house a "
                        "number that is {d} higher. Which number has house {n} in the row?"
                    ),
                    (
                        "The first house of a long street has the number {a}, and each next house a "
                        "number that is {d} higher. The first {m} houses have red doors. Which number "
                        "has house {n} in the row?"
                    ),
                    (
                        "The first house of a long street has the number {a}, and each next house a "
                        "number that is {d} higher. The first {m} houses have red doors. Which number "
                        "has house {n} of those without a red door?"
                    ),
                ),
                (
                    (
                        "{A} swims {a} lengths on the first day and {d} lengths more on each day than "
                        "on the day before. How many lengths does {A} swim on day {n}?"
                    ),
                    (
                        "{A} swims {a} lengths on the first day and {d} lengths more on each day than "
                        "on the day before. {B} comes along on the first {m} days. How many lengths "
                        "does {A} swim on day {n}?"
                    ),
                    (
                        "{A} swims {a} lengths on the first day and {d} lengths more on each day than "
                        "on the day before. After {m} days {B} starts to come along. How many lengths "
                        "does {A} swim on day {n} with {B}?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "一列数的第一个数是{a}，后面每个数都比前一个数大{d}。第{n}个数是多少？",
                    (
                        "一列数的第一个数是{a}，后面每个数都比前一个数大{d}。{A}已经在纸上写了前{m}个数。"
                        "这列数的第{n}个数是多少？"
                    ),
                    (
                        "一列数的第一个数是{a}，后面每个数都比前一个数大{d}。{A}去掉了前{m}个数。"
                        "剩下的数列的第{n}个数是多少？"
                    ),
                ),
                (
                    "一条长街的第一座房子门牌号是{a}，后面每座的门牌号都大{d}。第{n}座房子的门牌号是多少？",
                    (
                        "一条长街的第一座房子门牌号是{a}，后面每座的门牌号都大{d}。前{m}座房子的门是红色的。"
                        "第{n}座房子的门牌号是多少？"
                    ),
                    (
                        "一条长街的第一座房子门牌号是{a}，后面每座的门牌号都大{d}。前{m}座房子的门是红色的。"
                        "门不是红色的房子里，第{n}座的门牌号是多少？"
                    ),
                ),
                (
                    "{A}第一天游{a}个来回，以后每天比前一天多游{d}个来回。第{n}天游多少个来回？",
                    (
                        "{A}第一天游{a}个来回，以后每天比前一天多游{d}个来回。前{m}天{B}一起来。"
                        "{A}第{n}天游多少个来回？"
                    ),
                    (
                        "{A}第一天游{a}个来回，以后每天比前一天多游{d}个来回。{m}天之后{B}才开始一起来。"
                        "{A}在{B}来的第{n}天游多少个来回？"
                    ),
                ),
            ),
        },
        concept={
            "en": ("A term of a sequence is {c}; the next is {f} more. What is the next?",),
            "zh": ("一列数中的一个数是{c}，下一个数大{f}。下一个数是多少？",),
        },
    ),
)
