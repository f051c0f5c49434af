"""Words that may mean two things, and questions about what was never told."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, told

TOPIC = "reference"
_Words = dict[str, dict[str, str]]
_MEN = {"en": ("uncle", "grandfather", "father", "brother"), "zh": ("叔叔", "爷爷", "爸爸", "哥哥")}
_WOMEN = {"en": ("aunt", "grandmother", "mother", "sister"), "zh": ("姑姑", "奶奶", "妈妈", "姐姐")}
_PRONOUN = {"en": ("he", "she"), "zh": ("他", "她")}


def _pronoun(rng: Random) -> Mapping[str, Case]:
    """Two relatives, and a pronoun that fits one of them, or both."""

    def words(first: int, second: int, pronoun: int) -> _Words:
        i, j = rng.sample(range(4), 2)
        pools = (_MEN, _WOMEN)
        return {
            k: {"r": pools[first][k][i], "s": pools[second][k][j], "p": _PRONOUN[k][pronoun]}
            for k in ("en", "zh")
        }

    def numbers() -> dict[str, int]:
        return {"n": rng.randint(20, 90), "k": rng.randint(3, 15)}

    g, h, u = rng.randrange(2), rng.randrange(2), rng.randrange(2)
    o, t, c = numbers(), numbers(), numbers()
    return {
        "original": Case(values=o, answer=o["n"] + o["k"], words=words(g, 1 - g, g), model="first"),
        "concept": Case(values=t, answer=t["n"] + t["k"], words=words(h, 1 - h, h)),
        "twist": Case(
            values=t, lure=t["n"] + t["k"], words=words(h, h, h),
            witnesses=({"x": 0}, {"x": 1}),
        ),
        "control": Case(
            values=c, answer=c["n"] + c["k"], words=words(u, 1 - u, u), model="first"
        ),
    }  # fmt: skip


def _date(rng: Random) -> Mapping[str, Case]:
    """Two numbers of a date in an unknown order: it is plain if one is above 12, or both are one."""

    def case(low: int, high: int) -> dict[str, int]:
        p, q = rng.randint(low, high), rng.randint(3, 12)
        while p == q:
            q = rng.randint(3, 12)
        return {"p": p, "q": q, "y": rng.randint(1990, 2024)}

    o, t, c = case(20, 28), case(3, 12), case(3, 12)
    if rng.randrange(4):
        c["q"] = c["p"]
    else:
        c["p"] = rng.randint(13, 19)
    return {
        "original": Case(values=o, answer=o["p"]),
        "concept": Case(values={"p": t["p"], "q": t["q"]}, answer=2),
        "twist": Case(
            values=t, lure=t["p"],
            witnesses=({"d": t["p"], "m": t["q"]}, {"d": t["q"], "m": t["p"]}),
        ),
        "control": Case(values=c, answer=c["p"]),
    }  # fmt: skip


_FRUIT = {
    "en": ("apples", "pears", "plums", "figs", "lemons", "mangoes", "limes", "peaches"),
    "zh": ("苹果", "梨", "李子", "无花果", "柠檬", "芒果", "青柠", "桃子"),
}
_PARTS = {
    "en": (
        "windows",
        "skylights",
        "arches",
        "gables",
        "chimneys",
        "balconies",
        "niches",
        "statues",
    ),
    "zh": ("窗户", "天窗", "拱门", "山墙", "烟囱", "阳台", "壁龛", "雕像"),
}


def _never_told(rng: Random, pool: Mapping[str, tuple[str, ...]]) -> Mapping[str, Case]:
    """Three kinds of things; some of the third go. Asked for it, or for a kind never named."""

    def words(kinds: list[int], asked: int) -> _Words:
        return {
            k: {"f": w[kinds[0]], "g": w[kinds[1]], "h": w[kinds[2]], "q": w[asked]}
            for k, w in pool.items()
        }

    def case() -> tuple[dict[str, int], list[int]]:
        c = rng.randint(12, 30)
        values = {"a": rng.randint(8, 30), "b": rng.randint(8, 30), "c": c, "d": rng.randint(3, 9)}
        return values, rng.sample(range(8), 4)

    (o, ok), (t, tk), (c, ck) = case(), case(), case()
    noise = ("a", "b")
    return {
        "original": Case(values=o, answer=o["c"] - o["d"], noise=noise, words=words(ok, ok[2])),
        "concept": Case(
            values={name: t[name] for name in "abc"}, answer=t["a"] + t["b"] + t["c"],
            words=words(tk, tk[3]),
        ),
        "twist": Case(
            values=t, lure=t["c"] - t["d"], noise=noise, words=words(tk, tk[3]), model="twist",
            witnesses=({"x": t["c"] - t["d"], "y": 3}, {"x": t["c"] - t["d"], "y": 4}),
        ),
        "control": Case(
            values=c, answer=c["c"] - c["d"], noise=noise, words=words(ck, ck[2]), model="original"
        ),
    }  # fmt: skip


def _fruit(rng: Random) -> Mapping[str, Case]:
    return _never_told(rng, _FRUIT)


def _castle(rng: Random) -> Mapping[str, Case]:
    return _never_told(rng, _PARTS)


def _rows(rng: Random) -> Mapping[str, Case]:
    """What two persons have is told; of a third, or of one of the two, is asked."""
    pool = {
        "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    }

    def words(days: list[int], asked: int) -> _Words:
        return {k: {"f": w[days[0]], "g": w[days[1]], "q": w[days[asked]]} for k, w in pool.items()}

    def case() -> tuple[dict[str, int], list[int]]:
        return {"a": rng.randint(15, 60), "b": rng.randint(3, 12)}, rng.sample(range(7), 3)

    (o, od), (t, td), (c, cd) = case(), case(), case()
    return {
        "original": Case(values=o, answer=o["a"] + o["b"], words=words(od, 1)),
        "concept": Case(values=t, answer=2 * t["a"] + t["b"], words=words(td, 2)),
        "twist": Case(
            values=t, lure=t["a"] + t["b"], words=words(td, 2), model="twist",
            witnesses=({"x": t["a"] + t["b"], "y": 20}, {"x": t["a"] + t["b"], "y": 21}),
        ),
        "control": Case(values=c, answer=c["a"] + c["b"], words=words(cd, 1), model="original"),
    }  # fmt: skip


_BOTH = {"x": Q, "y": Q}


def _kinds() -> dict[str, Model]:
    return {
        "original": Model(unknowns={"x": Q}, facts=("x == c - d",), ask="x", shortcut="c - d"),
        "twist": Model(
            unknowns=_BOTH, facts=("x == c - d",), sense=("y >= 0",), ask="y", shortcut="c - d"
        ),
        "concept": Model(unknowns={"x": Q}, facts=("x == a + b + c",), ask="x"),
    }


TEMPLATES = (
    Template(
        name="he-or-she",
        topic=TOPIC,
        flaw=Flaw.AMBIGUOUS,
        draw=_pronoun,
        ranges={"n": "things to count", "k": "things to count"},
        models={
            "first": Model(
                unknowns={"x": (0, 1)}, facts=("x == 1",), ask="n + k * x", shortcut="n + k"
            ),
            "original": Model(unknowns={"x": (0, 1)}, ask="n + k * x", shortcut="n + k"),
            "concept": Model(unknowns={"x": Q}, facts=("x == n + k",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A}'s {r} and {A}'s {s} had {n} stamps each. Then {p} was given {k} more, and the other person none. How many stamps does {A}'s {r} have now?",
                    "{A}'s {r} and {A}'s {s} had {n} stamps each. Then the {r} was given {k} more, and the other person none. How many stamps does the one who was given some have now?",
                ),
                (
                    "{A}'s {r} and {A}'s {s} each picked {n} apples in the morning. In the afternoon {p} picked another {k}; the other one rested. How many apples did the {r} pick on that day?",
                    "{A}'s {r} and {A}'s {s} each picked {n} apples in the morning. In the afternoon the {r} picked another {k}; the other one rested. How many apples did the one who did not rest pick on that day?",
                ),
                (
                    "In spring {A}'s {s} planted {n} bulbs, and so did {A}'s {r}. In autumn {p} planted {k} more, and the other one none. How many bulbs did {A}'s {r} plant in that year?",
                    "In spring {A}'s {s} planted {n} bulbs, and so did {A}'s {r}. In autumn the {r} planted {k} more, and the other one none. How many bulbs did the one who planted in both seasons plant in that year?",
                ),
            ),
            "zh": told(
                (
                    "{A}的{r}和{A}的{s}原来各有{n}枚邮票。后来{p}又得到{k}枚，另一个人没有得到。现在{A}的{r}有多少枚邮票？",
                    "{A}的{r}和{A}的{s}原来各有{n}枚邮票。后来{r}又得到{k}枚，另一个人没有得到。现在得到邮票的那个人有多少枚邮票？",
                ),
                (
                    "早上，{A}的{r}和{s}都摘了{n}个苹果。下午{p}又摘了{k}个，另一个人在休息。这一天，{r}一共摘了多少个？",
                    "早上，{A}的{r}和{s}都摘了{n}个苹果。下午{r}又摘了{k}个，另一个人在休息。这一天，没休息的那个人一共摘了多少个？",
                ),
                (
                    "春天，{A}的{s}种了{n}株花，{A}的{r}也种了同样多。秋天，{p}又种了{k}株，另一个人没有种。这一年，{A}的{r}一共种了多少株？",
                    "春天，{A}的{s}种了{n}株花，{A}的{r}也种了同样多。秋天，{r}又种了{k}株，另一个人没有种。这一年，秋天也种花的那个人一共种了多少株？",
                ),
            ),
        },
    ),
    Template(
        name="day-or-month-first",
        topic=TOPIC,
        flaw=Flaw.AMBIGUOUS,
        draw=_date,
        ranges={"d": "day of the month", "m": "month", "y": "year"},
        models={
            "original": Model(
                unknowns={"d": (1, 31), "m": (1, 12)},
                facts=("d + m == p + q", "d * m == p * q"),
                ask="d + 0 * y",
                shortcut="p",
            ),
            "concept": Model(ask="(p <= 12) + (q <= 12)"),
        },
        words={
            "en": told(
                (
                    "{A} finds a ticket stamped {p}/{q}/{y}, from a country where some people write the day first and others the month. On which day of the month was it stamped?",
                    "{A} finds a ticket stamped {p}/{q}, from a country where some people write the day first and others the month. How many of these two numbers could stand for the month?",
                ),
                (
                    "In a ship's log {A} reads the date {p}/{q}/{y}. The log never says if it writes the month or the day first, and captains do either. Which day of the month is meant?",
                    "In a ship's log, which may write the month or the day first, {A} reads {p}/{q}. How many of these two numbers can be a month?",
                ),
                (
                    "A form asks for a date without saying whether the day or the month comes first. {A} finds {p}/{q}/{y} on it. What day of the month is that?",
                    "A form asks for a date without saying whether the day or the month comes first. {A} finds {p}/{q} on it. How many of the two numbers could be the month?",
                ),
            ),
            "zh": told(
                (
                    "一张外国车票上盖着{p}/{q}/{y}，{A}不知道那里是先写日还是先写月，两种写法都有人用。车票是几号盖的章？",
                    "一张外国车票上盖着{p}/{q}，是日和月，{A}不知道那里先写哪个。这两个数里，有几个可能是月份？",
                ),
                (
                    "{A}在一本航海日志里读到日期{p}/{q}/{y}。日志没说明先写月还是先写日，两种写法都常见。这是几号？",
                    "{A}在一本航海日志里读到{p}/{q}，可能先写月，也可能先写日。这两个数里，有几个可能是月份？",
                ),
                (
                    "一张外国表格只写“日期”，没规定日和月的先后。{A}看到别人在上面填了{p}/{q}/{y}。填的是几号？",
                    "一张外国表格只写“日期”，没规定日和月的先后，{A}看到上面填了{p}/{q}。这两个数里，有几个可能是月份？",
                ),
            ),
        },
    ),
    Template(
        name="a-fruit-never-named",
        topic=TOPIC,
        flaw=Flaw.UNRELATED,
        draw=_fruit,
        ranges={"a": "things to count", "b": "things to count", "c": "things to count"},
        models=_kinds(),
        words={
            "en": told(
                (
                    "In {A}'s kitchen there are {a} {f}, {b} {g}, {c} {h} and much else to eat. {A} gives {d} of the {h} to {B}. How many {q} are there in the kitchen after that?",
                    "In {A}'s kitchen there are {a} {f}, {b} {g}, {c} {h} and much else to eat. How many pieces of these three kinds of fruit are there in the kitchen?",
                ),
                (
                    "{A}'s market stall has {a} {f}, {b} {g} and {c} {h} on display; other kinds of goods are kept behind it. {d} of the {h} are sold. How many {q} does the stall have after that?",
                    "{A}'s market stall has {a} {f}, {b} {g} and {c} {h} on display; other kinds of goods are kept behind it. How many pieces of fruit does the stall have on display?",
                ),
                (
                    "A basket that {A} filled up to the brim contains, among other things, {a} {f}, {b} {g} and {c} {h}. {B} takes {d} of the {h} out. How many {q} are in the basket now?",
                    "A basket that {A} filled up to the brim contains, among other things, {a} {f}, {b} {g} and {c} {h}. How many pieces of these three kinds of fruit are in the basket?",
                ),
            ),
            "zh": told(
                (
                    "{A}的厨房里有{a}个{f}、{b}个{g}、{c}个{h}，还有许多别的吃的。{A}把{d}个{h}送给了{B}。这时厨房里有多少个{q}？",
                    "{A}的厨房里有{a}个{f}、{b}个{g}、{c}个{h}，还有许多别的吃的。这三种水果一共多少个？",
                ),
                (
                    "{A}的水果摊上摆着{a}个{f}、{b}个{g}和{c}个{h}，摊子后面还放着别的货。卖掉{d}个{h}以后，{A}的摊位一共还有多少个{q}？",
                    "{A}的水果摊上摆着{a}个{f}、{b}个{g}和{c}个{h}，摊子后面还放着别的货。摊上一共摆着多少个水果？",
                ),
                (
                    "{A}装了满满一篮东西，其中有{a}个{f}、{b}个{g}和{c}个{h}。{B}拿走了{d}个{h}。现在篮子里有多少个{q}？",
                    "{A}装了满满一篮东西，其中有{a}个{f}、{b}个{g}和{c}个{h}。篮子里这三种水果一共多少个？",
                ),
            ),
        },
    ),
    Template(
        name="a-part-never-named",
        topic=TOPIC,
        flaw=Flaw.UNRELATED,
        draw=_castle,
        ranges={"a": "things to count", "b": "things to count", "c": "things to count"},
        models=_kinds(),
        words={
            "en": told(
                (
                    "The old villa that {A} draws has, among other things, {a} {f}, {b} {g} and {c} {h}. {d} of the {h} are hidden behind a tree. How many {q} can {A} see?",
                    "The old villa that {A} draws has, among other things, {a} {f}, {b} {g} and {c} {h}. How many {f}, {g} and {h} is that in all?",
                ),
                (
                    "A guide tells {A} that the castle once had {a} {f}, {b} {g} and {c} {h}. After a fire it was rebuilt with {d} fewer {h}. How many {q} does the castle have today?",
                    "A guide tells {A} that the castle once had {a} {f}, {b} {g} and {c} {h}. How many {f}, {g} and {h} was that in all?",
                ),
                (
                    "{A}'s model of a palace had, among other parts, {a} {f}, {b} {g} and {c} {h}, but {d} of the {h} have come off. How many {q} are on the model now?",
                    "{A}'s model of a palace had, among other parts, {a} {f}, {b} {g} and {c} {h}. How many {f}, {g} and {h} was that in all?",
                ),
            ),
            "zh": told(
                (
                    "{A}画的老饭店有{a}个{f}、{b}个{g}、{c}个{h}，还有许多别的东西。有{d}个{h}被树挡住了。{A}能看到多少个{q}？",
                    "{A}画的老饭店有{a}个{f}、{b}个{g}、{c}个{h}，还有许多别的东西。{f}、{g}和{h}一共多少个？",
                ),
                (
                    "导游告诉{A}，城堡原来有{a}个{f}、{b}个{g}、{c}个{h}，火灾以后少了{d}个{h}。城堡现在有多少个{q}？",
                    "导游告诉{A}，城堡原来有{a}个{f}、{b}个{g}、{c}个{h}。{f}、{g}和{h}原来一共多少个？",
                ),
                (
                    "{A}的宫殿模型上原有{a}个{f}、{b}个{g}、{c}个{h}和别的部件，其中{d}个{h}掉了。现在模型上有多少个{q}？",
                    "{A}的宫殿模型上原有{a}个{f}、{b}个{g}、{c}个{h}和别的部件。{f}、{g}和{h}原来一共多少个？",
                ),
            ),
        },
    ),
    Template(
        name="a-day-never-told",
        topic=TOPIC,
        flaw=Flaw.UNRELATED,
        draw=_rows,
        ranges={"a": "things to count", "b": "things to count"},
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == a + b",), ask="x", shortcut="a + b"),
            "twist": Model(
                unknowns=_BOTH, facts=("x == a + b",), sense=("y >= 0",), ask="y", shortcut="a + b"
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == a + a + b",), ask="x"),
        },
        words={
            "en": told(
                (
                    "On {f} the bakery where {A} works sold {a} cakes, and on {g} of the same week it sold {b} more than that. How many cakes did it sell on {q} of that week?",
                    "On {f} the bakery where {A} works sold {a} cakes, and on {g} of the same week it sold {b} more than that. How many cakes did it sell on these two days of that week?",
                ),
                (
                    "{A} reads every day of the holidays: {a} pages on {f}, and {b} pages more than that on {g}. How many pages does {A} read on {q}?",
                    "{A} reads every day of the holidays: {a} pages on {f}, and {b} pages more than that on {g}. How many pages is that on the two days together?",
                ),
                (
                    "The village museum counted {a} visitors on {f}, and {b} more than that on {g}. How many visitors, {A} asks, came on {q}?",
                    "The village museum counted {a} visitors on {f}, and {b} more than that on {g}. How many visitors, {A} asks, came on the two days together?",
                ),
            ),
            "zh": told(
                (
                    "{A}工作的面包店{f}卖了{a}个蛋糕，同一周{g}比那天多卖{b}个。那一周{q}卖了多少个？",
                    "{A}工作的面包店{f}卖了{a}个蛋糕，同一周{g}比那天多卖{b}个。那一周这两天一共卖了多少个？",
                ),
                (
                    "假期里{A}天天看书，{f}看了{a}页，{g}比那天多看{b}页。{q}看了多少页？",
                    "假期里{A}天天看书，{f}看了{a}页，{g}比那天多看{b}页。这两天一共看了多少页？",
                ),
                (
                    "村里的博物馆{f}来了{a}名游客，{g}比那天多来了{b}名。{A}问：{q}来了多少名游客？",
                    "村里的博物馆{f}来了{a}名游客，{g}比那天多来了{b}名。{A}问：这两天一共来了多少名游客？",
                ),
            ),
        },
    ),
)
