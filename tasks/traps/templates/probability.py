"""Probability, counting and sets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, wordings

TOPIC = "probability and counting"


def _urn(rng: Random) -> Mapping[str, Case]:
    def balls() -> tuple[int, int, int]:
        r = rng.randint(4, 30)
        return r, rng.randint(3, 30), rng.randint(2, min(r - 1, 9))

    (r, b, k), (u, v, j) = balls(), balls()
    p, q = rng.randint(3, 60), rng.randint(3, 60)
    return {
        "original": Case(values={"r": r, "b": b}, answer=Fraction(r, r + b)),
        "concept": Case(values={"p": p, "q": q}, answer=p + q),
        "twist": Case(
            values={"r": r, "b": b, "k": k},
            answer=Fraction(r, r + b),
            lure=Fraction(r - k, r + b - k),
            noise=("k",),
        ),
        "control": Case(values={"r": u, "b": v, "k": j}, answer=Fraction(u - j, u + v - j)),
    }


def _pairs(rng: Random) -> Mapping[str, Case]:
    n, n1, n2, m = (rng.randint(5, 40) for _ in range(4))
    k = rng.randint(2, 12)
    return {
        "original": Case(values={"n": n, "k": k}, answer=n * k),
        "concept": Case(values={"m": m}, answer=m - 1),
        "twist": Case(values={"n": n1}, answer=n1 * (n1 - 1) // 2, lure=n1 * (n1 - 1)),
        "control": Case(values={"n": n2}, answer=n2 * (n2 - 1)),
    }


def _sold_out(rng: Random) -> Mapping[str, Case]:
    def lottery(left: int, wins: int) -> dict[str, int]:
        sold = rng.randint(left + 3, 80)
        drawn = rng.randint(2, sold - 1)
        return {"n": sold + left, "w": drawn + wins, "k": sold, "j": drawn}

    def some(low: int, high: int) -> Case:
        left = rng.randint(low, high)
        wins = rng.randint(1, left - 1)
        return Case(values=lottery(left, wins), answer=Fraction(wins, left))

    none, n = lottery(0, 0), rng.randint(20, 90)
    k = rng.randint(3, n - 1)
    return {
        "original": some(5, 20),
        "concept": Case(values={"n": n, "k": k}, answer=n - k),
        "twist": Case(values=none, lure=Fraction(none["w"], none["n"])),
        "control": some(2, 4),
    }


def _chances(rng: Random) -> Mapping[str, Case]:
    def bag() -> tuple[int, int, int]:
        """Percent red, and red and blue balls."""
        p = 5 * rng.randint(1, 19)
        g, m = math.gcd(p, 100), rng.randint(2, 12)
        return p, p // g * m, (100 - p) // g * m

    (p, x, y), (p1, x1, y1), (p2, x2, y2) = bag(), bag(), bag()
    a, n = 10 * rng.randint(1, 9), 10 * rng.randint(2, 40)
    return {
        "original": Case(values={"p": p, "q": x + y}, answer=x),
        "concept": Case(values={"a": a, "n": n}, answer=n * a // 100),
        "twist": Case(
            values={"p": p1, "q": 100 - p1},
            lure=p1,
            witnesses=({"x": x1, "y": y1}, {"x": 2 * x1, "y": 2 * y1}),
        ),
        "control": Case(values={"p": p2, "q": y2}, answer=x2),
    }


def _menus(rng: Random) -> Mapping[str, Case]:
    (a, b, m), (c, d, k) = ([rng.randint(2, 12) for _ in range(3)] for _ in range(2))
    p, q = rng.randint(2, 30), rng.randint(2, 30)
    return {
        "original": Case(values={"a": a, "b": b}, answer=a * b),
        "concept": Case(values={"p": p, "q": q}, answer=p + q),
        "twist": Case(values={"a": a, "b": b, "m": m}, answer=a * b, lure=a * b * m, noise=("m",)),
        "control": Case(values={"a": c, "b": d, "m": k}, answer=c * d * k),
    }


def _hobbies(rng: Random) -> Mapping[str, Case]:
    def pupils() -> tuple[int, int, int]:
        return rng.randint(4, 30), rng.randint(4, 30), rng.randint(3, 20)

    (x, y, z), (u, v, w), (p, q, r) = pupils(), pupils(), pupils()
    a, b = rng.randint(20, 60), rng.randint(2, 19)
    least = {"x": u, "y": v, "z": w, "k": 0}
    return {
        "original": Case(values={"n": x + y + z, "a": x + z, "b": z}, answer=y + z),
        "concept": Case(values={"a": a, "b": b}, answer=a - b),
        "twist": Case(
            values={"n": u + v + w, "a": u + w, "b": v + w},
            lure=w,
            witnesses=(least, {"x": u - 1, "y": v - 1, "z": w + 1, "k": 1}),
        ),
        "control": Case(values={"n": p + q + r, "a": p + r, "b": q + r}, answer=r),
    }


def _bag(fact: str) -> Model:
    return Model(
        unknowns={"x": Q, "y": Q},
        facts=("100 * x == p * (x + y)", fact),
        sense=("x > 0", "y > 0"),
        ask="x",
        shortcut="p",
    )


def _choices(*facts: str) -> Model:
    """The ways to choose one of each kind, counted one by one."""
    return Model(
        unknowns=dict.fromkeys("xyz"[: len(facts)], (1, 12)),
        facts=facts,
        best="count",
        shortcut="a * b * m",
    )


_ORDERED = {"x": (1, 40), "y": (1, 40)}
_HOBBIES = ("x + z == a", "y + z == b", "x + y + z + k == n")
_GROUPS = {"x": Q, "y": Q, "z": Q, "k": Q}
_NOT_NEGATIVE = ("x >= 0", "y >= 0", "z >= 0", "k >= 0")

TEMPLATES = (
    Template(
        name="drawn-before",
        topic=TOPIC,
        flaw=Flaw.DISTRACTOR,
        draw=_urn,
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x * (r + b) == r",),
                ask="x",
                shortcut="(r - k) / (r + b - k)",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x - p == q",), ask="x"),
            "control": Model(unknowns={"x": Q}, facts=("x * (r - k + b) == r - k",), ask="x"),
        },
        words={
            "en": wordings(
                (
                    (
                        "A bag holds {r} red balls and {b} blue balls. {A} draws a ball blindly. What "
                        "is the probability that it is red, as a fraction?"
                    ),
                    (
                        "A bag holds {r} red balls and {b} blue balls. {A} has drawn {k} balls blindly, "
                        "one by one, putting each back at once; all were red. What is the probability "
                        "that the next ball is red, as a fraction?"
                    ),
                    (
                        "A bag holds {r} red balls and {b} blue balls. {A} has drawn {k} balls blindly, "
                        "one by one, putting none of them back; all were red. What is the probability "
                        "that the next ball is red, as a fraction?"
                    ),
                ),
                (
                    (
                        "A list has {r} names of girls and {b} names of boys. A computer picks a name "
                        "at random. With what probability is it the name of a girl, as a fraction?"
                    ),
                    (
                        "A list has {r} names of girls and {b} names of boys. A computer has picked "
                        "girls {k} times at random, and picked names stay on the list. With what "
                        "probability is the next name that of a girl, as a fraction?"
                    ),
                    (
                        "A list has {r} names of girls and {b} names of boys. A computer has picked "
                        "girls {k} times at random, and picked names leave the list. With what "
                        "probability is the next name that of a girl, as a fraction?"
                    ),
                ),
                (
                    (
                        "{A} shuffles {r} cards with a star and {b} cards with a moon and turns over "
                        "the top one. What is the chance of a star, as a fraction?"
                    ),
                    (
                        "{A} shuffles {r} cards with a star and {b} cards with a moon. {k} times the "
                        "top card was a star, and went back before all cards were shuffled again. What "
                        "is the chance that the top card is a star now, as a fraction?"
                    ),
                    (
                        "{A} shuffles {r} cards with a star and {b} cards with a moon. {k} times the "
                        "top card was a star, and was laid aside before the rest was shuffled again. "
                        "What is the chance that the top card is a star now, as a fraction?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "袋子里有{r}个红球和{b}个蓝球。{A}随意摸出一个球，摸到红球的概率是多少（用分数表示）？",
                    (
                        "袋子里有{r}个红球和{b}个蓝球。{A}随意摸了{k}次，每次摸出一个，看后立即放回，都是红球。"
                        "下一次摸到红球的概率是多少（用分数表示）？"
                    ),
                    (
                        "袋子里有{r}个红球和{b}个蓝球。{A}随意摸了{k}次，每次摸出一个，一个也没有放回，都是红球。"
                        "下一次摸到红球的概率是多少（用分数表示）？"
                    ),
                ),
                (
                    "名单上有{r}个女生和{b}个男生的名字。电脑随机选一个，选到女生的概率是多少（用分数表示）？",
                    (
                        "名单上有{r}个女生和{b}个男生的名字。电脑已随机选了{k}次，都是女生，选过的名字留在名单上。"
                        "下一次选到女生的概率是多少（用分数表示）？"
                    ),
                    (
                        "名单上有{r}个女生和{b}个男生的名字。电脑已随机选了{k}次，都是女生，选过的名字从名单上划掉。"
                        "下一次选到女生的概率是多少（用分数表示）？"
                    ),
                ),
                (
                    "{A}把{r}张星星卡和{b}张月亮卡洗匀，翻开最上面一张，是星星的概率是多少（用分数表示）？",
                    (
                        "{A}把{r}张星星卡和{b}张月亮卡洗匀。前{k}次翻开最上面一张都是星星，每次都放回再洗匀。"
                        "现在最上面一张是星星的概率是多少（用分数表示）？"
                    ),
                    (
                        "{A}把{r}张星星卡和{b}张月亮卡洗匀。前{k}次翻开最上面一张都是星星，"
                        "每次都放到一边，把其余的再洗匀。现在最上面一张是星星的概率是多少（用分数表示）？"
                    ),
                ),
            ),
        },
        concept={
            "en": ("A bag holds {p} red and {q} blue balls and no others. How many is that?",),
            "zh": ("袋子里只有{p}个红球和{q}个蓝球。一共有多少个球？",),
        },
    ),
    Template(
        name="each-with-each",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_pairs,
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == k * n",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x + 1 == m",), ask="x"),
            "twist": Model(
                unknowns=_ORDERED,
                facts=("x <= n", "y <= n", "x < y"),
                best="count",
                shortcut="n * (n - 1)",
            ),
            "control": Model(unknowns=_ORDERED, facts=("x <= n", "y <= n", "x != y"), best="count"),
        },
        words={
            "en": wordings(
                (
                    "{n} guests come to a party, and each brings {k} cakes. How many cakes is that?",
                    (
                        "{n} guests come to a party. Everyone shakes hands with everyone else, once. "
                        "How many handshakes is that?"
                    ),
                    (
                        "{n} guests come to a party. Everyone hands a card to everyone else, once. How "
                        "many cards is that?"
                    ),
                ),
                (
                    (
                        "Each of {n} chess players plays {k} games against a computer. How many games "
                        "are played?"
                    ),
                    (
                        "Each of {n} chess players plays one game against each of the others. How many "
                        "games are played?"
                    ),
                    (
                        "Each of {n} chess players writes one letter to each of the others. How many "
                        "letters are written?"
                    ),
                ),
                (
                    "{A} draws {n} stars with {k} points each. How many points are drawn?",
                    (
                        "{A} marks {n} places on a circle and joins each of them to all others by "
                        "straight lines. How many lines does {A} draw?"
                    ),
                    (
                        "{A} marks {n} places on a circle and draws from each of them an arrow to all "
                        "others. How many arrows does {A} draw?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "聚会来了{n}位客人，每人带了{k}块蛋糕。一共有多少块蛋糕？",
                    "聚会来了{n}位客人，每个人与其他每个人握一次手。一共握手多少次？",
                    "聚会来了{n}位客人，每个人给其他每个人递一张卡片。一共有多少张卡片？",
                ),
                (
                    "{n}名棋手每人与电脑下{k}盘棋。一共下多少盘？",
                    "{n}名棋手每人与其他每个人下一盘棋。一共下多少盘？",
                    "{n}名棋手每人给其他每个人写一封信。一共写多少封？",
                ),
                (
                    "{A}画了{n}颗星，每颗有{k}个角。一共画了多少个角？",
                    "{A}在圆上标出{n}个点，用线段把每个点与其他所有的点相连。一共画了多少条线段？",
                    "{A}在圆上标出{n}个点，从每个点向其他所有的点各画一个箭头。一共画了多少个箭头？",
                ),
            ),
        },
        concept={
            "en": ("{m} people sit in a room. How many others does each of them see there?",),
            "zh": ("房间里坐着{m}个人。每个人看到房间里有多少个其他人？",),
        },
    ),
    Template(
        name="after-the-last-ticket",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_sold_out,
        models={
            "original": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x + k == n", "y + j == w"),
                sense=("y >= 0", "y <= x"),
                ask="y / x",
                shortcut="w / n",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x + k == n",), ask="x"),
        },
        words={
            "en": wordings(
                "A raffle has {n} tickets, and {w} of them win. {k} tickets were sold in the "
                "morning, and {j} of those were winning ones. What fraction of the tickets left "
                "for the afternoon wins?",
                "{A} mixes {n} beans in a jar, {w} of them black. {B} takes out {k} beans, {j} of "
                "them black, and keeps them. With what probability is a bean that is then drawn "
                "from the jar black, as a fraction?",
                "Of {n} letters in a basket {w} have a foreign stamp. {A} has opened {k} of the "
                "letters, {j} with a foreign stamp among them. Of the letters that are not opened "
                "yet, what fraction has a foreign stamp?",
            ),
            "zh": wordings(
                "抽奖券共{n}张，其中{w}张有奖。上午卖出{k}张，其中{j}张有奖。"
                "留到下午的奖券中，有奖的占几分之几？",
                "{A}在罐子里混放了{n}颗豆子，其中{w}颗是黑色的。{B}取走了{k}颗，其中{j}颗是黑色的。"
                "这时再从罐子里摸一颗，是黑色的概率是多少（用分数表示）？",
                "篮子里的{n}封信中，{w}封贴着外国邮票。{A}已经拆了{k}封，其中{j}封贴着外国邮票。"
                "在还没有拆的信里，贴外国邮票的占几分之几？",
            ),
        },
        concept={
            "en": ("Of {n} tickets {k} have been sold. How many are left?",),
            "zh": ("{n}张票卖出了{k}张。还剩多少张？",),
        },
    ),
    Template(
        name="chances-of-two-colours",
        topic=TOPIC,
        flaw=Flaw.MISSING,
        draw=_chances,
        models={
            "original": _bag("x + y == q"),
            "concept": Model(unknowns={"x": Q}, facts=("100 * x == a * n",), ask="x"),
            "twist": _bag("100 * y == q * (x + y)"),
            "control": _bag("y == q"),
        },
        words={
            "en": wordings(
                (
                    (
                        "A bag holds red and blue balls, {q} in all. A ball drawn blindly is red with "
                        "a probability of {p}%. How many red balls are in the bag?"
                    ),
                    (
                        "A bag holds red and blue balls, no others. A ball drawn blindly is red with a "
                        "probability of {p}%, and blue with one of {q}%. How many red balls are in the "
                        "bag?"
                    ),
                    (
                        "A bag holds red and blue balls, no others. A ball drawn blindly is red with a "
                        "probability of {p}%, and the blue ones number {q}. How many red balls are in "
                        "the bag?"
                    ),
                ),
                (
                    (
                        "All {q} members of a club vote yes or no. {p}% of the members vote yes. "
                        "How many voted yes?"
                    ),
                    (
                        "All members of a club vote yes or no. {p}% of the members vote yes. The votes "
                        "for no come to {q}% of the members. How many voted yes?"
                    ),
                    (
                        "All members of a club vote yes or no. {p}% of the members vote yes. The votes "
                        "for no come to {q} of the members. How many voted yes?"
                    ),
                ),
                (
                    (
                        "{A}'s tray has {q} pies, with apple or with plum. For a pie taken at random "
                        "the chance of apple is {p}%. How many apple pies are there?"
                    ),
                    (
                        "{A}'s tray has pies with apple or with plum. For a pie taken at random the "
                        "chance of apple is {p}%; for plum {q}% can be given. How many apple pies are "
                        "there?"
                    ),
                    (
                        "{A}'s tray has pies with apple or with plum. For a pie taken at random the "
                        "chance of apple is {p}%; for plum {q} pies can be given. How many apple pies "
                        "are there?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "袋子里有红球和蓝球，一共{q}个。随意摸一个，摸到红球的概率是{p}%。红球有多少个？",
                    (
                        "袋子里只有红球和蓝球。随意摸一个，摸到红球的概率是{p}%，蓝球的概率是{q}%。"
                        "红球有多少个？"
                    ),
                    (
                        "袋子里只有红球和蓝球。随意摸一个，摸到红球的概率是{p}%，蓝球的数量是{q}个。"
                        "红球有多少个？"
                    ),
                ),
                (
                    "俱乐部全体{q}名成员投票，只有赞成和反对两种，赞成的占{p}%。投赞成票的有多少人？",
                    (
                        "俱乐部全体成员投票，只有赞成和反对两种，赞成的占{p}%，反对的占{q}%。"
                        "投赞成票的有多少人？"
                    ),
                    (
                        "俱乐部全体成员投票，只有赞成和反对两种，赞成的占{p}%，反对的是{q}人。"
                        "投赞成票的有多少人？"
                    ),
                ),
                (
                    (
                        "{A}的托盘里有苹果派和李子派，一共{q}个。任取一个是苹果派的可能性是{p}%。"
                        "苹果派有多少个？"
                    ),
                    (
                        "{A}的托盘里只有苹果派和李子派。任取一个是苹果派的可能性是{p}%，李子派是{q}%。"
                        "苹果派有多少个？"
                    ),
                    (
                        "{A}的托盘里只有苹果派和李子派。任取一个是苹果派的可能性是{p}%，李子派有{q}个。"
                        "苹果派有多少个？"
                    ),
                ),
            ),
        },
        concept={
            "en": ("{a}% of {n} balls are red. How many is that?",),
            "zh": ("{n}个球中有{a}%是红球。红球有多少个？",),
        },
    ),
    Template(
        name="menus",
        topic=TOPIC,
        flaw=Flaw.DISTRACTOR,
        draw=_menus,
        models={
            "original": _choices("x <= a", "y <= b"),
            "concept": Model(unknowns={"x": Q}, facts=("x - q == p",), ask="x"),
            "control": _choices("x <= a", "y <= b", "z <= m"),
        },
        words={
            "en": wordings(
                (
                    (
                        "A canteen has {a} soups and {b} main dishes. How many different meals of one "
                        "soup and one main dish can be chosen?"
                    ),
                    (
                        "A canteen has {a} soups, {b} main dishes and {m} tables. How many different "
                        "meals of one soup and one main dish can be chosen?"
                    ),
                    (
                        "A canteen has {a} soups, {b} main dishes and {m} desserts. How many different "
                        "meals of one soup, one main dish and one dessert can be chosen?"
                    ),
                ),
                (
                    (
                        "{A} owns {a} shirts and {b} skirts. In how many ways can {A} put on one shirt "
                        "and one skirt?"
                    ),
                    (
                        "{A} owns {a} shirts and {b} skirts, and a wardrobe of {m} drawers for them. In "
                        "how many ways can {A} put on one shirt and one skirt?"
                    ),
                    (
                        "{A} owns {a} shirts and {b} skirts, and a bag of {m} scarves beside them. In "
                        "how many ways can {A} put on one shirt, one skirt and one scarf?"
                    ),
                ),
                (
                    (
                        "From the valley {a} paths lead to the hut, and {b} from the hut to the peak. "
                        "How many routes from the valley to the peak pass the hut?"
                    ),
                    (
                        "From the valley {a} paths lead to the hut, and {b} from the hut to the peak. "
                        "{m} benches stand at the peak. How many routes from the valley to the peak "
                        "pass the hut?"
                    ),
                    (
                        "From the valley {a} paths lead to the hut, and {b} from the hut to the peak. "
                        "{m} ridges go on from the peak to the lake. How many routes from the valley "
                        "to the lake pass the hut and the peak?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "食堂有{a}种汤和{b}种主菜。一份汤配一份主菜，有多少种不同的选法？",
                    "食堂有{a}种汤、{b}种主菜和{m}张桌子。一份汤配一份主菜，有多少种不同的选法？",
                    "食堂有{a}种汤、{b}种主菜和{m}种甜点。一份汤配一份主菜和一份甜点，有多少种不同的选法？",
                ),
                (
                    "{A}有{a}件衬衫和{b}条裙子。穿一件衬衫和一条裙子，有多少种穿法？",
                    (
                        "{A}有{a}件衬衫和{b}条裙子，放在{m}个抽屉的衣柜里。"
                        "穿一件衬衫和一条裙子，有多少种穿法？"
                    ),
                    (
                        "{A}有{a}件衬衫和{b}条裙子，还有{m}条围巾。"
                        "穿一件衬衫和一条裙子，再戴一条围巾，有多少种穿法？"
                    ),
                ),
                (
                    "从山谷到小屋有{a}条路，从小屋到山顶有{b}条路。从山谷经小屋到山顶有多少种走法？",
                    (
                        "从山谷到小屋有{a}条路，从小屋到山顶有{b}条路，山顶有{m}张长椅。"
                        "从山谷经小屋到山顶有多少种走法？"
                    ),
                    (
                        "从山谷到小屋有{a}条路，从小屋到山顶有{b}条路，从山顶到湖边有{m}条路。"
                        "从山谷经小屋和山顶到湖边有多少种走法？"
                    ),
                ),
            ),
        },
        concept={
            "en": ("A canteen has {p} soups and {q} main dishes. How many dishes are those?",),
            "zh": ("食堂有{p}种汤和{q}种主菜。一共有多少种菜？",),
        },
    ),
    Template(
        name="two-hobbies",
        topic="sets",
        flaw=Flaw.MISSING,
        draw=_hobbies,
        models={
            "original": Model(
                unknowns={"x": Q, "y": Q, "z": Q},
                facts=("x + y + z == n", "x + z == a", "z == b"),
                ask="y + z",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x + b == a",), ask="x"),
            "twist": Model(
                unknowns=_GROUPS,
                facts=_HOBBIES,
                sense=_NOT_NEGATIVE,
                ask="z",
                shortcut="a + b - n",
            ),
            "control": Model(
                unknowns=_GROUPS, facts=(*_HOBBIES, "k == 0"), sense=_NOT_NEGATIVE, ask="z"
            ),
        },
        words={
            "en": wordings(
                (
                    (
                        "Each of {n} pupils paints or dances. {a} of them paint, and {b} of these dance too. "
                        "How many dance?"
                    ),
                    (
                        "Of {n} pupils {a} paint and {b} dance; some of them may have other hobbies. "
                        "How many do both of these?"
                    ),
                    (
                        "Of {n} pupils {a} paint and {b} dance; all of them have one of these hobbies. "
                        "How many do both of these?"
                    ),
                ),
                (
                    (
                        "Each of {n} flats has a balcony or a terrace. {a} have a balcony, and {b} of "
                        "those a terrace too. How many have a terrace?"
                    ),
                    (
                        "A house has {n} flats. {a} flats come with a balcony, {b} flats with a "
                        "terrace, and no flat has two of a kind. How many have both?"
                    ),
                    (
                        "A house has {n} flats. {a} flats come with a balcony, {b} flats with a "
                        "terrace, and no flat has none of them. How many have both?"
                    ),
                ),
                (
                    (
                        "{A} asks {n} people who speak Dutch or Danish. {a} speak Dutch, {b} of whom "
                        "know Danish too. How many speak Danish?"
                    ),
                    (
                        "{A} asks {n} people. {a} say that they speak Dutch, {b} that they speak "
                        "Danish. Nobody skips a question. How many speak Dutch and Danish?"
                    ),
                    (
                        "{A} asks {n} people. {a} say that they speak Dutch, {b} that they speak "
                        "Danish. Nobody speaks neither. How many speak Dutch and Danish?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "{n}名学生每人会画画或跳舞。会画画的有{a}人，其中{b}人也会跳舞。会跳舞的有多少人？",
                    "{n}名学生中，{a}人会画画，{b}人会跳舞，有的人可能另有爱好。两样都会的有多少人？",
                    "{n}名学生中，{a}人会画画，{b}人会跳舞，每个人至少会一样。两样都会的有多少人？",
                ),
                (
                    "{n}套房子每套有阳台或露台。有阳台的{a}套，其中{b}套也有露台。有露台的有多少套？",
                    "一栋楼有{n}套房子，{a}套有阳台，{b}套有露台，同一种每套最多一个。两样都有的有多少套？",
                    "一栋楼有{n}套房子，{a}套有阳台，{b}套有露台，两种每套最少一个。两样都有的有多少套？",
                ),
                (
                    (
                        "{A}问了{n}个会荷兰语或丹麦语的人。会荷兰语的{a}人，其中{b}人也会丹麦语。"
                        "会丹麦语的有多少人？"
                    ),
                    (
                        "{A}问了{n}个人，{a}人说会荷兰语，{b}人说会丹麦语，没有人不回答。"
                        "两种语言都会的有多少人？"
                    ),
                    (
                        "{A}问了{n}个人，{a}人说会荷兰语，{b}人说会丹麦语，没有人都不会。"
                        "两种语言都会的有多少人？"
                    ),
                ),
            ),
        },
        concept={
            "en": ("{a} pupils paint; {b} of them dance as well. How many of them do not dance?",),
            "zh": ("{a}名学生会画画，其中{b}人也会跳舞。不会跳舞的有多少人？",),
        },
    ),
)
