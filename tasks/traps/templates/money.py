"""Prices and payments: facts that repeat or contradict one another."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, flawed, four, sound, told

TOPIC = "money"
PRICE = "cheap goods, price"
_Two = dict[str, int]


def _independent(rng: Random) -> tuple[_Two, int]:
    """Two purchases, the second no multiple of the first, and the first price.

    As in the trap, the first costs what so many pieces at one price would.
    """
    (a, b), (k, m) = rng.sample((2, 3, 4), 2), rng.sample((2, 3), 2)
    p, j = rng.randint(8, 14), rng.choice((-1, 1))
    x, y, c, d = p + j * b, p - j * a, k * a, m * b
    return {"a": a, "b": b, "s": a * x + b * y, "c": c, "d": d, "t": c * x + d * y}, x


def _repeated(rng: Random) -> Mapping[str, Case]:
    (o, x), (c, u) = _independent(rng), _independent(rng)
    p, k = rng.randint(8, 14), rng.randint(2, 3)
    a, b = rng.sample((2, 3, 4), 2)
    s = (a + b) * p
    return four(
        sound(x, **o),
        sound(k * s, a=a, b=b, s=s, c=k * a, d=k * b),
        flawed(
            p, {"x": p, "y": p}, {"x": p + b, "y": p - a}, a=a, b=b, s=s, c=k * a, d=k * b, t=k * s
        ),
        sound(u, **c),
    )


def _dearer(rng: Random) -> Mapping[str, Case]:
    """Proportional purchases; of the trap the second costs more or less than it must."""

    def case(off: int) -> tuple[_Two, int]:
        a, k, m = rng.randint(2, 4), rng.randint(2, 3), rng.randint(2, 3)
        p, c = rng.randint(4, 15) + k * rng.randint(2, 9), m * a + 1
        total = c * (p + off)
        return {"a": a, "b": k * a, "s": a * p, "c": c, "d": k * c, "t": total, "k": k}, p

    (o, p), (c, q), (t, r) = case(0), case(0), case(rng.choice((-1, 1)))
    return four(
        sound(p, **o),
        sound(t["c"] * r, **{name: t[name] for name in "abscd"}),
        flawed(r, **t),
        sound(q, **c),
    )


def _receipts(rng: Random) -> Mapping[str, Case]:
    def case(more: int, dearer: int) -> _Two:
        n, p = rng.randint(6, 19), rng.randint(8, 16)
        s = (n + more) * (p + dearer)
        return {"n": n, "p": p, "s": s, "b": (s // 50 + rng.randint(1, 2)) * 50}

    o, c, t = case(0, 0), case(0, 0), case(*rng.choice(((-1, 0), (1, 0), (0, -1), (0, 1))))
    return four(
        sound(o["b"] - o["s"], **o),
        sound(t["n"] * t["p"], n=t["n"], p=t["p"]),
        flawed(t["b"] - t["s"], **t),
        sound(c["b"] - c["s"], **c),
    )


def _tickets(rng: Random) -> Mapping[str, Case]:
    """Takings of `n` tickets at two prices; of the trap more than the dear ones would bring."""

    def case(cheap: int) -> _Two:
        n, q = rng.randint(20, 60), rng.randint(4, 9)
        return {"n": n, "p": 2 * q, "q": q, "s": q * n + q * (n - cheap)}

    x, y, z = rng.randint(6, 12), rng.randint(1, 3), rng.randint(2, 6)
    o, c, t = case(x), case(y), case(-z)
    most = t["n"] * t["p"]
    return four(
        sound(x, **o), sound(most, n=t["n"], p=t["p"], q=t["q"]), flawed(z, **t), sound(y, **c)
    )


def _purse(rng: Random) -> Mapping[str, Case]:
    def case(rest: int) -> _Two:
        a, p, b, q = (rng.randint(2, 6), rng.randint(4, 15), rng.randint(2, 6), rng.randint(4, 15))
        return {"a": a, "p": p, "b": b, "q": q, "m": a * p + b * q + rest}

    o, c, t = case(rng.randint(20, 40)), case(rng.randint(1, 4)), case(-rng.randint(1, 9))
    return four(
        sound(o["m"] - o["a"] * o["p"] - o["b"] * o["q"], **o),
        sound(t["a"] * t["p"] + t["b"] * t["q"], **{k: t[k] for k in "apbq"}),
        flawed(t["a"] * t["p"] + t["b"] * t["q"] - t["m"], **t),
        sound(c["m"] - c["a"] * c["p"] - c["b"] * c["q"], **c),
    )


_TWO_PRICES = {"x": Q, "y": Q}
_TWICE = ("a * x + b * y == s", "c * x + d * y == t")

TEMPLATES = (
    Template(
        name="the-same-purchase-twice",
        topic=TOPIC,
        flaw=Flaw.MISSING,
        draw=_repeated,
        ranges={"x": PRICE, "y": PRICE},
        models={
            "original": Model(unknowns=_TWO_PRICES, facts=_TWICE, ask="x", shortcut="s / (a + b)"),
            "concept": Model(
                unknowns={"t": Q}, facts=("t * a == s * c", "t * b == s * d"), ask="t"
            ),
        },
        words={
            "en": told(
                (
                    "{a} paperbacks and {b} mugs cost ${s}. At the same prices, {c} paperbacks and {d} mugs cost ${t}. What does one paperback cost, in dollars?",
                    "{a} paperbacks and {b} mugs cost ${s}. At the same prices, what do {c} paperbacks and {d} mugs cost, in dollars?",
                ),
                (
                    "At the garden centre {A} pays ${s} for {a} roses and {b} lilies in pots, and {B} pays ${t} for {c} roses and {d} lilies. What does one rose cost, in dollars?",
                    "At the garden centre {A} pays ${s} for {a} roses and {b} lilies in pots. {B} takes {c} roses and {d} lilies. How many dollars does {B} pay?",
                ),
                (
                    "A restaurant bill says: {a} pizzas and {b} salads, ${s}. The bill for the next table says: {c} pizzas and {d} salads, ${t}. How many dollars does a pizza cost?",
                    "A restaurant bill says: {a} pizzas and {b} salads, ${s}. The next table had {c} pizzas and {d} salads. How many dollars is the bill there?",
                ),
            ),
            "zh": told(
                (
                    "{a}支钢笔和{b}把尺子共{s}元。按同样的单价，{c}支钢笔和{d}把尺子共{t}元。一支钢笔多少元？",
                    "{a}支钢笔和{b}把尺子共{s}元。按同样的单价，{c}支钢笔和{d}把尺子共多少元？",
                ),
                (
                    "在花店，{A}买{a}枝玫瑰和{b}枝百合付了{s}元，{B}买{c}枝玫瑰和{d}枝百合付了{t}元。一枝玫瑰多少元？",
                    "在花店，{A}买{a}枝玫瑰和{b}枝百合付了{s}元。{B}买{c}枝玫瑰和{d}枝百合，要付多少元？",
                ),
                (
                    "咖啡馆的一张账单是{a}杯咖啡和{b}杯茶，共{s}元；邻桌的账单是{c}杯咖啡和{d}杯茶，共{t}元。一杯咖啡多少元？",
                    "咖啡馆的一张账单是{a}杯咖啡和{b}杯茶，共{s}元。邻桌点了{c}杯咖啡和{d}杯茶，要付多少元？",
                ),
            ),
        },
    ),
    Template(
        name="a-total-that-does-not-fit",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_dearer,
        models={
            "original": Model(
                unknowns={"x": (0, 200), "y": (0, 100)},
                facts=_TWICE,
                ask="x + k * y",
                shortcut="s / a",
            ),
            "concept": Model(
                unknowns={"t": Q}, facts=("t * a == s * c", "t * b == s * d"), ask="t"
            ),
        },
        words={
            "en": told(
                (
                    "{a} kg of cherries and {b} kg of apricots cost ${s} at a market stall; {c} kg of cherries and {d} kg of apricots cost ${t} there, with no discount for anybody. What do a kilogram of cherries and {k} of apricots cost together, in dollars?",
                    "{a} kg of cherries and {b} kg of apricots cost ${s} at a market stall that gives no discounts. What do {c} kg of cherries and {d} kg of apricots cost there, in dollars?",
                ),
                (
                    "{A} buys {a} tickets for adults and {b} for children for ${s}. {B} pays ${t} at the same window for {c} adults and {d} children. Nobody gets a discount. How many dollars do one adult's ticket and {k} children's tickets cost together?",
                    "{A} buys {a} tickets for adults and {b} for children for ${s}. {B} buys tickets for {c} adults and {d} children at the same prices. How many dollars does {B} pay?",
                ),
                (
                    "A carrier charges ${s} for {a} sofas and {b} chairs, and ${t} for {c} sofas and {d} chairs; every sofa costs the same, and so does every chair. What does {A} pay for one sofa and {k} chairs, in dollars?",
                    "A carrier charges ${s} for {a} sofas and {b} chairs; every sofa costs the same, and so does every chair. How many dollars does {A} pay for {c} sofas and {d} chairs?",
                ),
            ),
            "zh": told(
                (
                    "水果摊上，{a}千克苹果和{b}千克梨共{s}元，{c}千克苹果和{d}千克梨共{t}元，谁来买都不打折。买一千克苹果和{k}千克梨一共要多少元？",
                    "水果摊上，{a}千克苹果和{b}千克梨共{s}元，不打折。买{c}千克苹果和{d}千克梨一共要多少元？",
                ),
                (
                    "{A}买了{a}张成人票和{b}张儿童票，付了{s}元；{B}在同一窗口按同样的票价买了{c}张成人票和{d}张儿童票，付了{t}元。一名成人带{k}名儿童，买票共要多少元？",
                    "{A}买了{a}张成人票和{b}张儿童票，付了{s}元。{B}按同样的票价买{c}张成人票和{d}张儿童票，要付多少元？",
                ),
                (
                    "搬家公司搬{a}张沙发和{b}把椅子收{s}元，搬{c}张沙发和{d}把椅子收{t}元，每张沙发一个价，每把椅子一个价。{A}请他们搬一张沙发和{k}把椅子，要付多少元？",
                    "搬家公司搬{a}张沙发和{b}把椅子收{s}元，每张沙发一个价，每把椅子一个价。{A}请他们搬{c}张沙发和{d}把椅子，要付多少元？",
                ),
            ),
        },
    ),
    Template(
        name="receipt",
        topic=TOPIC,
        flaw=Flaw.DIRECT,
        draw=_receipts,
        ranges={"p": PRICE, "s": "bill, total", "n": "things to count"},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("s == n * p", "x == b - s"),
                ask="x",
                shortcut="b - s",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == n * p",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A} buys {n} T-shirts at ${p} each, nothing else. There is no discount and no fee; the total is ${s}, and {A} pays with ${b}. How many dollars does {A} get back?",
                    "{A} buys {n} T-shirts at ${p} each, nothing else. There is no discount and no fee. What is the total in dollars?",
                ),
                (
                    "A bill lists {n} lunches at ${p} each, then the sum to pay, ${s}, and nothing else. The group lays ${b} on the table. How much change is due, in dollars?",
                    "A bill lists {n} lunches at ${p} each and nothing else. What sum is to be paid, in dollars?",
                ),
                (
                    "{A} works {n} hours at ${p} an hour and gets exactly that, ${s} in all. With it {A} pays off part of a debt of ${b}. How many dollars of the debt remain?",
                    "{A} works {n} hours at ${p} an hour and gets exactly that. How many dollars is that in all?",
                ),
            ),
            "zh": told(
                (
                    "{A}买了{n}本笔记本，每本{p}元，没有买别的，也没有折扣，总价是{s}元。{A}付了{b}元，应找回多少元？",
                    "{A}买了{n}本笔记本，每本{p}元，没有买别的，也没有折扣，总价是多少元？",
                ),
                (
                    "账单上写着：午餐{n}份，每份{p}元，合计{s}元，没有其他项目。大家付了{b}元，应找回多少元？",
                    "账单上写着：午餐{n}份，每份{p}元，没有其他项目。合计多少元？",
                ),
                (
                    "{A}送了{n}单外卖，每单{p}元，没有别的收入，总共拿到{s}元，全部用来还{b}元的欠款。还欠多少元？",
                    "{A}送了{n}单外卖，每单{p}元，没有别的收入，总共拿到多少元？",
                ),
            ),
        },
    ),
    Template(
        name="too-much-taken",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_tickets,
        ranges={"p": PRICE, "q": PRICE, "n": "things to count"},
        models={
            "original": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x + y == n", "q * x + p * y == s"),
                laws=("x >= 0", "y >= 0"),
                ask="x",
                shortcut="abs(n - (s - q * n) / (p - q))",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == n * p",), ask="x", laws=("q < p",)),
        },
        words={
            "en": told(
                (
                    "A cinema sold {n} tickets, at ${p} for adults and ${q} for children, and took ${s} for them. How many of the tickets were for children?",
                    "A cinema sold {n} tickets, at ${p} for adults and ${q} for children. What is the most, in dollars, that it can have taken for them?",
                ),
                (
                    "{A} buys {n} mugs as presents. A mug with a name on it costs ${p}, a plain one ${q}. All the mugs together cost ${s}. How many of them are plain?",
                    "{A} buys {n} mugs as presents. A mug with a name on it costs ${p}, a plain one ${q}. How many dollars can all the mugs together cost at most?",
                ),
                (
                    "{n} people went up a tower. By lift it costs ${p}, by the stairs ${q}, and ${s} was paid altogether. How many took the stairs?",
                    "{n} people went up a tower. By lift it costs ${p}, by the stairs ${q}. What is the most, in dollars, that can have been paid altogether?",
                ),
            ),
            "zh": told(
                (
                    "电影院卖出{n}张票，成人票每张{p}元，儿童票每张{q}元，票款一共{s}元。儿童票卖了多少张？",
                    "电影院卖出{n}张票，成人票每张{p}元，儿童票每张{q}元。票款最多是多少元？",
                ),
                (
                    "{A}买了{n}个杯子送人，印名字的每个{p}元，不印的每个{q}元，一共花了{s}元。不印名字的有多少个？",
                    "{A}买了{n}个杯子送人，印名字的每个{p}元，不印的每个{q}元。最多会花多少元？",
                ),
                (
                    "{n}名游客上塔，坐电梯每人{p}元，走楼梯每人{q}元，一共付了{s}元。走楼梯的有多少人？",
                    "{n}名游客上塔，坐电梯每人{p}元，走楼梯每人{q}元。一共最多付多少元？",
                ),
            ),
        },
    ),
    Template(
        name="not-enough-money",
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_purse,
        ranges={"p": PRICE, "q": PRICE},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x == m - a * p - b * q",),
                sense=("x >= 0",),
                ask="x",
                shortcut="abs(m - a * p - b * q)",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == a * p + b * q",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A} goes to the market with ${m} and nothing else, borrows nothing, and buys {a} cheeses at ${p} and {b} jars of honey at ${q} each. How many dollars does {A} bring home?",
                    "At the market {A} buys {a} cheeses at ${p} and {b} jars of honey at ${q} each. How many dollars does that cost?",
                ),
                (
                    "A gift card holds ${m}. With it alone {A} pays for {a} books at ${p} each and {b} games at ${q} each. What amount is left on the card, in dollars?",
                    "{A} pays with a gift card for {a} books at ${p} each and {b} games at ${q} each. What amount is taken from the card, in dollars?",
                ),
                (
                    "The class fund holds ${m} in cash. Out of it come {a} pizzas for ${p} each and {b} puzzles for ${q} each, all paid at once. How much cash stays in the fund, in dollars?",
                    "Out of the class fund come {a} pizzas for ${p} each and {b} puzzles for ${q} each. How much is that in all, in dollars?",
                ),
            ),
            "zh": told(
                (
                    "{A}只带了{m}元去市场，没有向别人借钱，买了{a}个西瓜，每个{p}元，又买了{b}个菠萝，每个{q}元。{A}回家时还剩多少元？",
                    "{A}在市场买了{a}个西瓜，每个{p}元，又买了{b}个菠萝，每个{q}元。一共花了多少元？",
                ),
                (
                    "一张礼品卡里有{m}元。{A}只用这张卡付款，买了{a}个笔记本，每个{p}元，又买了{b}个玩具，每个{q}元。卡里还剩多少元？",
                    "{A}用礼品卡付款，买了{a}个笔记本，每个{p}元，又买了{b}个玩具，每个{q}元。从卡里扣掉多少元？",
                ),
                (
                    "班费一共有{m}元现金，全部费用都从里面当场付清：蛋糕{a}块，每块{p}元；果汁{b}瓶，每瓶{q}元。班费还剩多少元？",
                    "班里用班费买了蛋糕{a}块，每块{p}元；果汁{b}瓶，每瓶{q}元。一共用去多少元？",
                ),
            ),
        },
    ),
)
