"""Counting: pairs among n, choices of one of each kind, and clauses that change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import (
    Case,
    Flaw,
    Model,
    Numbers,
    Q,
    Template,
    distracted,
    sound,
    tempted,
    told,
)

TOPIC = "probability and counting"
MANY = "things to count"


def _pairs(rng: Random) -> Mapping[str, Case]:
    n, m, k, p = (rng.randint(5, 30) for _ in range(4))
    return tempted(
        {"n": n}, {"n": m},
        right=lambda c: c["n"] * (c["n"] - 1) // 2,
        hasty=lambda c: c["n"] * (c["n"] - 1),
        original=sound(p * k, n=p, k=k),
        concept=sound(n - 1, n=n),
    )  # fmt: skip


def _menus(rng: Random) -> Mapping[str, Case]:
    def case() -> Numbers:
        return {"a": rng.randint(3, 12), "b": rng.randint(3, 12), "m": rng.randint(3, 9)}

    t, c = case(), case()
    return distracted(
        t, c, ("m",),
        right=lambda v: v["a"] * v["b"],
        hasty=lambda v: v["a"] * v["b"] * v["m"],
        concept=sound(t["a"] + t["b"], a=t["a"], b=t["b"]),
    )  # fmt: skip


def _picking(rng: Random) -> Mapping[str, Case]:
    """Three days of picking; in the trap two groups only look different."""

    def case() -> Numbers:
        a, b, k = rng.randint(24, 60), rng.randint(24, 60), rng.randint(3, 4)
        return {"a": a, "b": b, "k": k, "m": rng.randint(3, 9), "n": rng.randint(2, 8)}

    t, c = case(), case()
    return distracted(
        t, c, ("m", "n"),
        right=lambda v: v["a"] + v["b"] + v["k"] * v["a"],
        hasty=lambda v: v["a"] + v["b"] + v["k"] * v["a"] - v["m"] - v["n"],
        concept=sound(t["b"], a=t["a"], b=t["b"], m=t["m"]),
    )  # fmt: skip


def _shelves(rng: Random) -> Mapping[str, Case]:
    def case() -> Numbers:
        return {
            "r": rng.randint(4, 9), "s": rng.randint(12, 30), "g": rng.randint(5, 20),
            "m": rng.randint(3, 9), "n": rng.randint(2, 8),
        }  # fmt: skip

    t, c = case(), case()
    return distracted(
        t, c, ("m", "n"),
        right=lambda v: v["r"] * v["s"] - v["g"],
        hasty=lambda v: v["r"] * v["s"] - v["g"] - v["m"] - v["n"],
        concept=sound(t["r"] * t["s"], r=t["r"], s=t["s"], m=t["m"]),
    )  # fmt: skip


def _choices(*facts: str) -> Model:
    """The ways to choose one of each kind, counted one by one."""
    return Model(
        unknowns=dict.fromkeys("xyz"[: len(facts)], (1, 12)),
        facts=facts,
        best="count",
        shortcut="a * b * m",
    )


def _idle(plain: str, shortcut: str, concept: str) -> dict[str, Model]:
    """Models of a distractor: what counts, what the hasty reader counts, the concept question."""
    one = {"x": Q}
    return {
        "original": Model(unknowns=one, facts=(f"x == {plain}",), ask="x", shortcut=shortcut),
        "control": Model(unknowns=one, facts=(f"x == {shortcut}",), ask="x"),
        "concept": Model(unknowns=one, facts=(f"x == {concept}",), ask="x"),
    }


_ORDERED = {"x": (1, 30), "y": (1, 30)}

TEMPLATES = (
    Template(
        name="each-with-each",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_pairs,
        ranges={"n": "people in a room"},
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == k * n",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x + 1 == n",), ask="x"),
            "twist": Model(
                unknowns=_ORDERED,
                facts=("x <= n", "y <= n", "x < y"),
                best="count",
                shortcut="n * (n - 1)",
            ),
            "control": Model(unknowns=_ORDERED, facts=("x <= n", "y <= n", "x != y"), best="count"),
        },
        words={
            "en": told(
                (
                    "{n} people are at {A}'s party. Everyone is given a strip of {k} raffle tickets. How many tickets is that?",
                    "{n} people are at {A}'s party. Everyone shakes hands with everyone else, once. How many handshakes is that?",
                    "{n} people are at {A}'s party. Everyone hands a card to everyone else, once. How many cards is that?",
                    "{n} people are at {A}'s party. With how many others does each of them shake hands if everyone shakes hands with everyone else?",
                ),
                (
                    "Each of {n} players in {A}'s club plays {k} games against a computer. How many games is that?",
                    "Each of {n} players in {A}'s club plays one game against each of the others. How many games are played?",
                    "Each of {n} players in {A}'s club writes one letter to each of the others. How many letters are written?",
                    "Each of {n} players in {A}'s club plays one game against each of the others. How many games does one player play?",
                ),
                (
                    "{A} draws {n} circles and marks {k} points on each of them. How many points are there?",
                    "{A} marks {n} points on a circle and joins each of them to all the others by straight lines. How many lines are there?",
                    "{A} marks {n} points on a circle and draws from each of them an arrow to every other one. How many arrows are there?",
                    "{A} marks {n} points on a circle and joins each of them to all the others by straight lines. How many lines start from one point?",
                ),
            ),
            "zh": told(
                (
                    "{A}的聚会上共有{n}个人，每个人领到{k}张抽奖券。一共发了多少张抽奖券？",
                    "{A}的聚会上共有{n}个人，每个人与其他每个人握一次手。一共握手多少次？",
                    "{A}的聚会上共有{n}个人，每个人给其他每个人递一张卡片。一共递了多少张卡片？",
                    "{A}的聚会上共有{n}个人，每个人与其他每个人握一次手。每个人要与多少个人握手？",
                ),
                (
                    "{A}的棋社有{n}名棋手，每人与电脑下{k}盘棋。一共下多少盘？",
                    "{A}的棋社有{n}名棋手，每人与其他每个人下一盘棋。一共下多少盘？",
                    "{A}的棋社有{n}名棋手，每人给其他每个人写一封信。一共写多少封？",
                    "{A}的棋社有{n}名棋手，每人与其他每个人下一盘棋。一名棋手要下多少盘？",
                ),
                (
                    "{A}画了{n}个圆，在每个圆上标出{k}个点。一共标了多少个点？",
                    "{A}在圆上标出{n}个点，用线段把每个点与其他所有的点相连。一共有多少条线段？",
                    "{A}在圆上标出{n}个点，从每个点向其他每个点各画一个箭头。一共有多少个箭头？",
                    "{A}在圆上标出{n}个点，用线段把每个点与其他所有的点相连。一个点连出多少条线段？",
                ),
            ),
        },
    ),
    Template(
        name="menus",
        topic=TOPIC,
        flaw=Flaw.DISTRACTOR,
        draw=_menus,
        models={
            "original": _choices("x <= a", "y <= b"),
            "concept": Model(unknowns={"x": Q}, facts=("x == a + b",), ask="x"),
            "control": _choices("x <= a", "y <= b", "z <= m"),
        },
        words={
            "en": told(
                (
                    "A canteen offers {a} soups and {b} main dishes. How many different meals of one soup and one main dish can {A} put together?",
                    "A canteen with {m} cooks offers {a} soups and {b} main dishes. How many different meals of one soup and one main dish can {A} put together?",
                    "A canteen offers {a} soups, {b} main dishes and {m} desserts. How many different meals of one soup, one main dish and one dessert can {A} put together?",
                    "A canteen offers {a} soups and {b} main dishes. How many different dishes can {A} choose from in all?",
                ),
                (
                    "{A} owns {a} shirts and {b} pairs of trousers. In how many ways can {A} dress in one shirt and one pair of trousers?",
                    "{A} keeps {a} shirts and {b} pairs of trousers in a cupboard with {m} drawers. In how many ways can {A} dress in one shirt and one pair of trousers?",
                    "{A} owns {a} shirts, {b} pairs of trousers and {m} jackets. In how many ways can {A} dress in one shirt, one pair of trousers and one jacket?",
                    "{A} owns {a} shirts and {b} pairs of trousers, no two of them alike. How many pieces of clothing is that?",
                ),
                (
                    "{a} paths lead from the valley up to the hut, and {b} from the hut to the peak. In how many ways can {A} walk up to the peak by way of the hut?",
                    "{a} paths lead from the valley up to the hut, and {b} from the hut to the peak, where {m} benches stand. In how many ways can {A} walk up to the peak by way of the hut?",
                    "{a} paths lead from the valley up to the hut, {b} from the hut to the peak, and {m} from the peak to the lake. In how many ways can {A} walk to the lake by way of hut and peak?",
                    "{a} paths lead from the valley up to the hut, and {b} from the hut to the peak. How many paths must {A} walk to have been on each of them?",
                ),
            ),
            "zh": told(
                (
                    "食堂有{a}种汤和{b}种主菜。{A}选一份汤和一份主菜，有多少种不同的选法？",
                    "食堂有{m}位厨师，供应{a}种汤和{b}种主菜。{A}选一份汤和一份主菜，有多少种不同的选法？",
                    "食堂有{a}种汤、{b}种主菜和{m}种甜点。{A}选一份汤、一份主菜和一份甜点，有多少种不同的选法？",
                    "食堂有{a}种汤和{b}种主菜。{A}一共能看到多少种菜品？",
                ),
                (
                    "{A}有{a}件衬衫和{b}条裤子。穿一件衬衫配一条裤子，有多少种穿法？",
                    "{A}的衣柜有{m}个抽屉，里面放着{a}件衬衫和{b}条裤子。穿一件衬衫配一条裤子，有多少种穿法？",
                    "{A}有{a}件衬衫、{b}条裤子和{m}件外套。穿一件衬衫、一条裤子和一件外套，有多少种穿法？",
                    "{A}有{a}件衬衫和{b}条裤子。一共有多少件衣物？",
                ),
                (
                    "从山谷到小屋有{a}条路，从小屋到山顶有{b}条路。{A}从山谷经小屋走到山顶，有多少种走法？",
                    "从山谷到小屋有{a}条路，从小屋到山顶有{b}条路，山顶有{m}张长椅。{A}从山谷经小屋走到山顶，有多少种走法？",
                    "从山谷到小屋有{a}条路，从小屋到山顶有{b}条路，从山顶到湖边有{m}条路。{A}从山谷经小屋和山顶走到湖边，有多少种走法？",
                    "从山谷到小屋有{a}条路，从小屋到山顶有{b}条路。{A}想把每条路都走一遍，要走多少条路？",
                ),
            ),
        },
    ),
    Template(
        name="picking-fruit",
        topic=TOPIC,
        flaw=Flaw.DISTRACTOR,
        draw=_picking,
        ranges={"a": MANY, "b": MANY},
        models=_idle("a + b + k * a", "a + b + k * a - m - n", "b + 0 * a + 0 * m"),
        words={
            "en": told(
                (
                    "{A} picks {a} kiwis on Friday and {b} on Saturday. On Sunday {A} picks {k} times as many as on Friday. How many kiwis is that in all?",
                    "{A} picks {a} kiwis on Friday and {b} on Saturday, {m} of which are a bit smaller than the others. On Sunday {A} picks {k} times as many as on Friday, {n} of them from a ladder. How many kiwis is that in all?",
                    "{A} picks {a} kiwis on Friday and {b} on Saturday, {m} of which are eaten at once. On Sunday {A} picks {k} times as many as on Friday and gives {n} of them away. How many kiwis are left?",
                    "{A} picks {a} kiwis on Friday and {b} on Saturday, {m} of which are a bit smaller than the others. How many kiwis does {A} pick on Saturday?",
                ),
                (
                    "{A}'s hens lay {a} eggs in the first week and {b} in the second. In the third week they lay {k} times as many as in the first. How many eggs do they lay in the three weeks?",
                    "{A}'s hens lay {a} eggs in the first week and {b} in the second, {m} of them brown. In the third week they lay {k} times as many as in the first, {n} of them on the Sunday. How many eggs do they lay in the three weeks?",
                    "{A}'s hens lay {a} eggs in the first week and {b} in the second, {m} of which break. In the third week they lay {k} times as many as in the first, and {n} of these are stolen by a fox. How many whole eggs are left?",
                    "{A}'s hens lay {a} eggs in the first week and {b} in the second, {m} of them brown. How many eggs do they lay in the second week?",
                ),
                (
                    "{A} folds {a} paper cranes in March and {b} in April. In May {A} folds {k} times as many as in March. How many cranes does {A} fold in the three months?",
                    "{A} folds {a} paper cranes in March and {b} in April, {m} of them a little crooked. In May {A} folds {k} times as many as in March, and {n} of these are blue. How many cranes does {A} fold in the three months?",
                    "{A} folds {a} paper cranes in March and {b} in April, and throws {m} away. In May {A} folds {k} times as many as in March, and {n} of these get lost. How many cranes does {A} still have from the three months?",
                    "{A} folds {a} paper cranes in March and {b} in April, {m} of them a little crooked. How many cranes does {A} fold in April?",
                ),
            ),
            "zh": told(
                (
                    "{A}星期五摘了{a}个猕猴桃，星期六摘了{b}个，星期日摘的是星期五的{k}倍。一共摘了多少个？",
                    "{A}星期五摘了{a}个猕猴桃，星期六摘了{b}个，其中{m}个比别的稍小。星期日摘的是星期五的{k}倍，其中{n}个是爬梯子摘的。一共摘了多少个？",
                    "{A}星期五摘了{a}个猕猴桃，星期六摘了{b}个，当场吃掉{m}个。星期日摘的是星期五的{k}倍，送给别人{n}个。还剩多少个？",
                    "{A}星期五摘了{a}个猕猴桃，星期六摘了{b}个，其中{m}个比别的稍小。星期六摘了多少个？",
                ),
                (
                    "鸡舍第一周产蛋{a}个，第二周产蛋{b}个，第三周产的是第一周的{k}倍。这三周一共产蛋多少个？",
                    "鸡舍第一周产蛋{a}个，第二周产蛋{b}个，其中{m}个是棕色的。第三周产的是第一周的{k}倍，其中{n}个是周日下的。这三周一共产蛋多少个？",
                    "鸡舍第一周产蛋{a}个，第二周产蛋{b}个，其中{m}个打碎了。第三周产的是第一周的{k}倍，其中{n}个被狐狸偷走了。还剩多少个完好的蛋？",
                    "鸡舍第一周产蛋{a}个，第二周产蛋{b}个，其中{m}个是棕色的。第二周一共产蛋多少个？",
                ),
                (
                    "{A}三月折了{a}只纸鹤，四月折了{b}只，五月折的是三月的{k}倍。这三个月一共折了多少只？",
                    "{A}三月折了{a}只纸鹤，四月折了{b}只，其中{m}只有点歪。五月折的是三月的{k}倍，其中{n}只是蓝色的。这三个月一共折了多少只？",
                    "{A}三月折了{a}只纸鹤，四月折了{b}只，扔掉了{m}只。五月折的是三月的{k}倍，其中{n}只弄丢了。这三个月折的还剩多少只？",
                    "{A}三月折了{a}只纸鹤，四月折了{b}只，其中{m}只有点歪。四月折了多少只？",
                ),
            ),
        },
    ),
    Template(
        name="shelves-and-rows",
        topic=TOPIC,
        flaw=Flaw.DISTRACTOR,
        draw=_shelves,
        ranges={"r": MANY, "s": MANY},
        models=_idle("r * s - g", "r * s - g - m - n", "r * s + 0 * m"),
        words={
            "en": told(
                (
                    "{A}'s library has {r} shelves with {s} books each. {g} of the books are lent out. How many books stand on the shelves now?",
                    "{A}'s library has {r} shelves with {s} books each; {m} of the books are older than {A}. {g} of the books are lent out, {n} of them to neighbours. How many books stand on the shelves now?",
                    "{A}'s library had {r} shelves with {s} books each. Since then {m} of the books have been sold, {g} others lent out, and {n} more taken to the bindery. How many books stand on the shelves now?",
                    "{A}'s library has {r} shelves with {s} books each; {m} of the books are older than {A}. How many books are on these shelves?",
                ),
                (
                    "A theatre has {r} rows of {s} seats. For tonight {g} seats are blocked. How many seats can be sold?",
                    "A theatre has {r} rows of {s} seats, {m} of them re-covered last year. For tonight {g} seats are blocked, {n} of these on the left. How many seats can be sold?",
                    "A theatre has {r} rows of {s} seats, {m} of them broken and not for sale. For tonight {g} others are blocked, and {n} more are kept for the press. How many seats can be sold?",
                    "A theatre has {r} rows of {s} seats, {m} of them re-covered last year. How many seats does it have?",
                ),
                (
                    "{A} plants {r} rows of {s} tulips. Mice eat {g} of them. How many tulips are left?",
                    "{A} plants {r} rows of {s} tulips, {m} of which bloom a day early. Mice eat {g} of the tulips, {n} of those at night. How many tulips are left?",
                    "{A} plants {r} rows of {s} tulips, {m} of which dry up. Mice eat {g} others, and {n} more are picked. How many tulips are left?",
                    "{A} plants {r} rows of {s} tulips, {m} of which bloom a day early. How many tulips does {A} plant?",
                ),
            ),
            "zh": told(
                (
                    "{A}的图书室有{r}个书架，每个书架{s}本书，借出去了{g}本。现在书架上有多少本书？",
                    "{A}的图书室有{r}个书架，每个书架{s}本书，其中{m}本比{A}的年纪还大。借出去了{g}本，其中{n}本借给了邻居。现在书架上有多少本书？",
                    "{A}的图书室有{r}个书架，每个书架{s}本书，后来卖掉了{m}本，另外借出去{g}本，又有{n}本送去装订。现在书架上有多少本书？",
                    "{A}的图书室有{r}个书架，每个书架{s}本书，其中{m}本比{A}的年纪还大。这些书架上一共有多少本书？",
                ),
                (
                    "剧院有{r}排座位，每排{s}个。今晚有{g}个座位不开放。能卖多少个座位？",
                    "剧院有{r}排座位，每排{s}个，其中{m}个去年换了新面料。今晚有{g}个座位不开放，其中{n}个在左边。能卖多少个座位？",
                    "剧院有{r}排座位，每排{s}个，其中{m}个坏了不能卖。今晚另有{g}个座位不开放，还有{n}个留给记者。能卖多少个座位？",
                    "剧院有{r}排座位，每排{s}个，其中{m}个去年换了新面料。剧院一共有多少个座位？",
                ),
                (
                    "{A}种了{r}行郁金香，每行{s}株，被老鼠吃掉{g}株。还剩多少株？",
                    "{A}种了{r}行郁金香，每行{s}株，其中{m}株早开了一天。被老鼠吃掉{g}株，其中{n}株是夜里吃的。还剩多少株？",
                    "{A}种了{r}行郁金香，每行{s}株，其中{m}株枯死了。另有{g}株被老鼠吃掉，还有{n}株被摘走。还剩多少株？",
                    "{A}种了{r}行郁金香，每行{s}株，其中{m}株早开了一天。{A}一共种了多少株？",
                ),
            ),
        },
    ),
)
