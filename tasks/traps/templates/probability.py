"""Probability: doors and hosts, streaks, draws with and without putting back, nothing left."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from harness.tasks.traps.template import (
    Case,
    Flaw,
    Model,
    Numbers,
    Q,
    Template,
    distracted,
    flawed,
    four,
    sound,
    tempted,
    told,
)

TOPIC = "probability and counting"


def _doors(rng: Random) -> Mapping[str, Case]:
    """Of n doors one wins; a host who opens one by chance tells less than one who knows."""
    o, t, c = (rng.randint(3, 12) for _ in range(3))
    return tempted(
        {"n": t}, {"n": c},
        right=lambda v: Fraction(1, v["n"] - 1),
        hasty=lambda v: Fraction(v["n"] - 1, v["n"] * (v["n"] - 2)),
        original=sound(Fraction(1, o), n=o),
        concept=sound(Fraction(t - 1, t), n=t),
    )  # fmt: skip


def _streak(rng: Random) -> Mapping[str, Case]:
    def case() -> Numbers:
        return {"s": rng.choice((4, 6, 8, 10, 12, 20)), "k": rng.randint(3, 4)}

    o, t, c = case(), case(), case()
    return tempted(
        t, c,
        right=lambda v: Fraction(1, v["s"]),
        hasty=lambda v: Fraction(1, v["s"] ** (v["k"] + 1)),
        original=sound(Fraction(1, o["s"]), s=o["s"]),
        concept=sound(t["s"], s=t["s"], k=t["k"]),
    )  # fmt: skip


def _urn(rng: Random) -> Mapping[str, Case]:
    def case() -> Numbers:
        r = rng.randint(6, 20)
        return {"r": r, "b": rng.randint(4, 20), "k": rng.randint(3, 5)}

    t, c = case(), case()
    return distracted(
        t, c, ("k",),
        right=lambda v: Fraction(v["r"], v["r"] + v["b"]),
        hasty=lambda v: Fraction(v["r"] - v["k"], v["r"] + v["b"] - v["k"]),
        concept=sound(t["r"] + t["b"], r=t["r"], b=t["b"]),
    )  # fmt: skip


def _sold_out(rng: Random) -> Mapping[str, Case]:
    def case(left: int, wins: int) -> Numbers:
        k = rng.randint(20, 60)
        j = rng.randint(4, 12)
        return {"n": k + left, "w": j + wins, "k": k, "j": j}

    wins, few = rng.randint(2, 4), rng.randint(1, 2)
    left, last = rng.randint(6, 15), rng.randint(3, 4)
    o, c, t = case(left, wins), case(last, few), case(0, 0)
    return four(
        sound(Fraction(wins, left), **o),
        sound(t["n"] - t["k"], n=t["n"], k=t["k"]),
        flawed(Fraction(t["w"], t["n"]), **t),
        sound(Fraction(few, last), **c),
    )


TEMPLATES = (
    Template(
        name="the-host-who-does-not-know",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_doors,
        ranges={"n": "doors"},
        models={
            "original": Model(unknowns={"x": Q}, facts=("x * n == 1",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x == 1 - 1 / n",), ask="x"),
            # x: the car is at the asked door, and this door was opened; y: this door was opened
            "twist": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x * n * (n - 1) == 1", "y * n * (n - 1) == n - 1"),
                ask="x / y",
                shortcut="(n - 1) / (n * (n - 2))",
            ),
            "control": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x * n * (n - 2) == 1", "y == 1 / (n * (n - 1)) + (n - 2) * x"),
                ask="x / y",
            ),
        },
        words={
            "en": told(
                (
                    "In a quiz show a car stands behind one of {n} closed doors. {A} points at a door at random. What is the probability that the car is there, as a fraction?",
                    "In a quiz show a car stands behind one of {n} closed doors. {A} points at a door. The host, who has no idea where the car is, opens one of the other doors at random, and by chance there is no car behind it. {A} now switches to one of the other closed doors. With what probability, as a fraction, is the car there?",
                    "In a quiz show a car stands behind one of {n} closed doors. {A} points at a door. The host, who knows where the car is and never shows it, opens at random one of the other doors without the car. {A} now switches to one of the other closed doors. With what probability, as a fraction, is the car there?",
                    "In a quiz show a car stands behind one of {n} closed doors. {A} points at a door. With what probability, as a fraction, is the car behind one of the other doors?",
                ),
                (
                    "{A} has {n} face-down cards, one of them the queen of hearts, and touches one. With what probability is it the queen of hearts, as a fraction?",
                    "{A} has {n} face-down cards, one of them the queen of hearts, and touches one. {B}, who does not know the cards either, turns over one of the others at random; it happens not to be the queen. What is now the probability that a particular one of the other face-down cards is the queen of hearts, as a fraction?",
                    "{A} has {n} face-down cards, one of them the queen of hearts, and touches one. {B}, who has looked at all the cards, turns over, as agreed, one of the others that is not the queen, chosen at random. What is now the probability that a particular one of the other face-down cards is the queen of hearts, as a fraction?",
                    "{A} has {n} face-down cards, one of them the queen of hearts, and touches one. What is the probability that the queen of hearts is among the others, as a fraction?",
                ),
                (
                    "A ring lies under one of {n} cups. {A} puts a hand on a cup at random. What is the chance, as a fraction, that the ring is under it?",
                    "A ring lies under one of {n} cups. {A} puts a hand on a cup. A gust of wind, as likely to hit any one of the other cups as the next, tips one of them over: it is empty. What is the chance, as a fraction, that the ring is under a given one of the other standing cups?",
                    "A ring lies under one of {n} cups. {A} puts a hand on a cup. The juggler, who hid the ring, as always tips over one of the other cups that are empty, chosen at random. What is the chance, as a fraction, that the ring is under a given one of the other standing cups?",
                    "A ring lies under one of {n} cups. {A} puts a hand on a cup. What is the chance, as a fraction, that the ring is under one of the other cups?",
                ),
            ),
            "zh": told(
                (
                    "游戏节目里有{n}扇关着的门，其中一扇后面是汽车。{A}随便指了一扇。汽车在这扇门后的概率是多少（用分数表示）？",
                    "游戏节目里有{n}扇关着的门，其中一扇后面是汽车。{A}指了一扇。主持人也不知道汽车在哪里，随机打开了其余的一扇，碰巧没有汽车。{A}改选其余某一扇关着的门，汽车在那里的概率是多少（用分数表示）？",
                    "游戏节目里有{n}扇关着的门，其中一扇后面是汽车。{A}指了一扇。主持人知道汽车在哪里，按规则从其余没有汽车的门里随机打开一扇。{A}改选其余某一扇关着的门，汽车在那里的概率是多少（用分数表示）？",
                    "游戏节目里有{n}扇关着的门，其中一扇后面是汽车。{A}指了一扇。汽车在其余的门后的概率是多少（用分数表示）？",
                ),
                (
                    "{A}面前扣着{n}张牌，其中一张是红心皇后。{A}随便按住一张，它是红心皇后的概率是多少（用分数表示）？",
                    "{A}面前扣着{n}张牌，其中一张是红心皇后，{A}按住了一张。{B}也不知道牌的位置，随便翻开其余的一张，碰巧不是红心皇后。这时，其余扣着的某一张是红心皇后的概率是多少（用分数表示）？",
                    "{A}面前扣着{n}张牌，其中一张是红心皇后，{A}按住了一张。{B}看过所有的牌，按约定从其余不是红心皇后的牌里随便翻开一张。这时，其余扣着的某一张是红心皇后的概率是多少（用分数表示）？",
                    "{A}面前扣着{n}张牌，其中一张是红心皇后，{A}按住了一张。红心皇后在其余的牌里的概率是多少（用分数表示）？",
                ),
                (
                    "{n}个杯子中有一个下面扣着戒指。{A}随手按住一个杯子，戒指在它下面的概率是多少（用分数表示）？",
                    "{n}个杯子中有一个下面扣着戒指，{A}按住了一个杯子。一阵风随机吹倒了其余杯子中的一个，下面恰好是空的。戒指在其余某个没倒的杯子下面的概率是多少（用分数表示）？",
                    "{n}个杯子中有一个下面扣着戒指，{A}按住了一个杯子。藏戒指的魔术师照例从其余的空杯子里随意掀开一个。戒指在其余某个没掀开的杯子下面的概率是多少（用分数表示）？",
                    "{n}个杯子中有一个下面扣着戒指，{A}按住了一个杯子。戒指在其余杯子下面的概率是多少（用分数表示）？",
                ),
            ),
        },
    ),
    Template(
        name="streak",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_streak,
        ranges={"s": "sides of a die", "k": "tosses"},
        models={
            "original": Model(unknowns={"x": Q}, facts=("x * s == 1",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x == s + 0 * k",), ask="x"),
            "twist": Model(
                unknowns={"x": Q, "y": Q},  # of the streak and one more; of the streak
                facts=("x * s * s ** k == 1", "y * s ** k == 1"),
                ask="x / y",
                shortcut="1 / s ** (k + 1)",
            ),
            "control": Model(unknowns={"x": Q}, facts=("x * s * s ** k == 1",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A} rolls a fair die with {s} faces. What is the probability of the highest number, as a fraction?",
                    "{A} has rolled a fair die with {s} faces {k} times: the highest number each time. With what probability does the next roll show the highest number again, as a fraction?",
                    "{A} is going to roll a fair die with {s} faces {k} times and then once more. With what probability will all of these rolls show the highest number, as a fraction?",
                    "{A} has rolled a fair die with {s} faces {k} times: the highest number each time. How many different numbers can the next roll show?",
                ),
                (
                    "A fair spinner has {s} equal fields, one of them gold. What is the chance that it stops on gold, as a fraction?",
                    "A fair spinner has {s} equal fields, one of them gold, and has just stopped on gold {k} times running. What is the chance that it stops on gold the next time, as a fraction?",
                    "A fair spinner has {s} equal fields, one of them gold. What is the chance that it stops on gold the next {k} times and the time after that as well, as a fraction?",
                    "A fair spinner has {s} equal fields, one of them gold, and has just stopped on gold {k} times running. On how many different fields can it stop the next time?",
                ),
                (
                    "Each day a clerk draws by lot which of {s} teams goes first, with equal chances. How likely is it that {A}'s team goes first tomorrow, as a fraction?",
                    "Each day a clerk draws by lot which of {s} teams goes first, with equal chances. {A}'s team has gone first on the last {k} days. How likely is it that {A}'s team goes first tomorrow, as a fraction?",
                    "Each day a clerk draws by lot which of {s} teams goes first, with equal chances. How likely is it that {A}'s team goes first on each of the next {k} days and on the day after that too, as a fraction?",
                    "Each day a clerk draws by lot which of {s} teams goes first. {A}'s team has gone first on the last {k} days. How many teams have a chance to go first tomorrow?",
                ),
            ),
            "zh": told(
                (
                    "{A}掷一个均匀的{s}面骰子，掷出最大点数的概率是多少（用分数表示）？",
                    "{A}把一个均匀的{s}面骰子掷了{k}次，每次都是最大点数。下一次又掷出最大点数的概率是多少（用分数表示）？",
                    "{A}准备把一个均匀的{s}面骰子先掷{k}次，然后再掷一次。每次都掷出最大点数的概率是多少（用分数表示）？",
                    "{A}把一个均匀的{s}面骰子掷了{k}次，每次都是最大点数。下一次可能掷出多少种不同的点数？",
                ),
                (
                    "一个均匀的转盘分成{s}个相同的格子，其中一格是金色。转一次停在金色的概率是多少（用分数表示）？",
                    "一个均匀的转盘分成{s}个相同的格子，其中一格是金色，刚才连续{k}次都停在金色。下一次停在金色的概率是多少（用分数表示）？",
                    "一个均匀的转盘分成{s}个相同的格子，其中一格是金色。接下来{k}次以及再下一次全都停在金色的概率是多少（用分数表示）？",
                    "一个均匀的转盘分成{s}个相同的格子，其中一格是金色，刚才连续{k}次都停在金色。下一次可能停在多少个不同的格子？",
                ),
                (
                    "工作人员每天抽签决定{s}个队中哪个队先上场，机会均等。明天{A}的队先上场的概率是多少（用分数表示）？",
                    "工作人员每天抽签决定{s}个队中哪个队先上场，机会均等。最近{k}天都是{A}的队先上场。明天还是{A}的队先上场的概率是多少（用分数表示）？",
                    "工作人员每天抽签决定{s}个队中哪个队先上场，机会均等。从明天起连续{k}天，再加上随后的一天，都是{A}的队先上场的概率是多少（用分数表示）？",
                    "工作人员每天抽签决定{s}个队中哪个队先上场，机会均等。最近{k}天都是{A}的队先上场。明天有多少个队有可能先上场？",
                ),
            ),
        },
    ),
    Template(
        name="drawn-before",
        topic=TOPIC,
        flaw=Flaw.DISTRACTOR,
        draw=_urn,
        ranges={"r": "things to count", "b": "things to count"},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x * (r + b) == r",),
                ask="x",
                shortcut="(r - k) / (r + b - k)",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == r + b",), ask="x"),
            "control": Model(unknowns={"x": Q}, facts=("x * (r - k + b) == r - k",), ask="x"),
        },
        words={
            "en": told(
                (
                    "A bag holds {r} red and {b} blue balls. {A} draws one blindly. What is the probability that it is red, as a fraction?",
                    "A bag holds {r} red and {b} blue balls. {A} has drawn {k} balls blindly, one by one, putting each back at once; all were red. What is the probability that the next ball is red, as a fraction?",
                    "A bag holds {r} red and {b} blue balls. {A} has drawn {k} balls blindly, one by one, putting none of them back; all were red. What is the probability that the next ball is red, as a fraction?",
                    "A bag holds {r} red and {b} blue balls. {A} has drawn some of the balls blindly, putting each back at once. How many balls are in the bag for the next draw?",
                ),
                (
                    "A computer picks at random from a list of {r} songs and {b} talks. With what probability does {A} hear a song first, as a fraction?",
                    "A computer picks at random from an unchanging list of {r} songs and {b} talks. {A} has heard {k} titles so far, all of them songs. With what probability does a song come next, as a fraction?",
                    "A computer picks at random from a list of {r} songs and {b} talks and strikes off what has been played. {A} has heard {k} titles so far, all of them songs. With what probability does a song come next, as a fraction?",
                    "A computer picks at random from an unchanging list of {r} songs and {b} talks. {A} has heard some titles so far, all of them songs. How many titles are on the list for the next pick?",
                ),
                (
                    "{A} shuffles {r} cards with a star and {b} cards with a moon and turns over the top one. What is the chance of a star, as a fraction?",
                    "{A} shuffles {r} cards with a star and {b} cards with a moon. The first {k} times the top card was a star, and each time it was shuffled back in. What is the chance that the top card is a star now, as a fraction?",
                    "{A} shuffles {r} cards with a star and {b} cards with a moon. The first {k} times the top card was a star, and each time it was laid aside and the rest shuffled. What is the chance that the top card is a star now, as a fraction?",
                    "{A} shuffles {r} cards with a star and {b} cards with a moon. The first few times the top card was a star, and each time it was shuffled back in. How many cards are in the pack now?",
                ),
            ),
            "zh": told(
                (
                    "袋子里有{r}个红球和{b}个蓝球。{A}随意摸出一个，是红球的概率是多少（用分数表示）？",
                    "袋子里有{r}个红球和{b}个蓝球。{A}随意摸了{k}次，每次摸出一个，看后立即放回，都是红球。下一次摸到红球的概率是多少（用分数表示）？",
                    "袋子里有{r}个红球和{b}个蓝球。{A}随意摸了{k}次，每次摸出一个，都没有放回，都是红球。下一次摸到红球的概率是多少（用分数表示）？",
                    "袋子里有{r}个红球和{b}个蓝球。{A}随意摸了几次，每次摸出一个，看后立即放回。下一次摸球时，袋子里有多少个球？",
                ),
                (
                    "播放列表里有{r}首歌和{b}段评书，电脑随机播放一段。{A}先听到歌的概率是多少（用分数表示）？",
                    "播放列表里有{r}首歌和{b}段评书，电脑每次随机选一段，列表始终不变。{A}已经听了{k}段，都是歌。下一段是歌的概率是多少（用分数表示）？",
                    "播放列表里有{r}首歌和{b}段评书，电脑每次随机选一段，放过的就从列表里删去。{A}已经听了{k}段，都是歌。下一段是歌的概率是多少（用分数表示）？",
                    "播放列表里有{r}首歌和{b}段评书，电脑每次随机选一段，列表始终不变。{A}已经听了几段。选下一段时，列表里有多少段？",
                ),
                (
                    "{A}把{r}张星星卡和{b}张月亮卡洗匀，翻开最上面一张，是星星的概率是多少（用分数表示）？",
                    "{A}把{r}张星星卡和{b}张月亮卡洗匀。前{k}次翻开最上面一张都是星星，每次都放回去重新洗匀。现在最上面一张是星星的概率是多少（用分数表示）？",
                    "{A}把{r}张星星卡和{b}张月亮卡洗匀。前{k}次翻开最上面一张都是星星，每次都放到一边，再洗匀其余的。现在最上面一张是星星的概率是多少（用分数表示）？",
                    "{A}把{r}张星星卡和{b}张月亮卡洗匀。前几次翻开最上面一张都是星星，每次都放回去重新洗匀。现在这叠卡有多少张？",
                ),
            ),
        },
    ),
    Template(
        name="after-the-last-ticket",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_sold_out,
        ranges={"n": "things to count", "k": "things to count"},
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
            "en": told(
                (
                    "A raffle has {n} tickets, and {w} of them win. {k} tickets were sold in the morning, {j} winning ones among them. {A} buys one of the tickets left over. With what probability does it win, as a fraction?",
                    "A raffle has {n} tickets. {k} tickets were sold in the morning. How many tickets are left over for {A} to choose from?",
                ),
                (
                    "{A} mixes {n} beans in a jar, {w} of them black. {B} takes out {k} beans for good, {j} of which are black. A bean is then drawn blindly from the jar. What is the chance that it is black, as a fraction?",
                    "{A} mixes {n} beans in a jar. {B} takes out {k} beans for good. How many beans are then in the jar?",
                ),
                (
                    "Of {n} letters in a basket {w} have a foreign stamp. {A} has opened {k} of the letters, {j} with a foreign stamp among them. What fraction of the letters that are still closed have a foreign stamp?",
                    "There are {n} letters in a basket. {A} has opened {k} of the letters. How many of them are still closed?",
                ),
            ),
            "zh": told(
                (
                    "抽奖券共{n}张，其中{w}张有奖。上午卖出{k}张，包括{j}张有奖的。{A}从剩下的奖券里买一张，中奖的概率是多少（用分数表示）？",
                    "抽奖券共{n}张，上午卖出{k}张。{A}可以从剩下的多少张奖券里挑选？",
                ),
                (
                    "{A}在罐子里混放了{n}颗豆子，其中{w}颗是黑色的。{B}取走{k}颗不再放回，其中{j}颗是黑色的。这时从罐子里随意摸一颗，是黑色的概率是多少（用分数表示）？",
                    "{A}在罐子里放了{n}颗豆子，{B}取走{k}颗不再放回。这时罐子里有多少颗豆子？",
                ),
                (
                    "篮子里的{n}封信中，{w}封贴着外国邮票。{A}已经拆开{k}封，其中{j}封贴着外国邮票。还没拆开的信里，贴外国邮票的占几分之几？",
                    "篮子里有{n}封信，{A}已经拆开{k}封。还没拆开的有多少封？",
                ),
            ),
        },
    ),
)
