"""Probability: balls drawn, tickets sold, shares of two colours."""

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


def _bag(fact: str) -> Model:
    return Model(
        unknowns={"x": Q, "y": Q},
        facts=("100 * x == p * (x + y)", fact),
        sense=("x > 0", "y > 0"),
        ask="x",
        shortcut="p",
    )


DRAWN_BEFORE = Template(
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
)

AFTER_THE_LAST_TICKET = Template(
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
)

CHANCES_OF_TWO_COLOURS = Template(
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
)
