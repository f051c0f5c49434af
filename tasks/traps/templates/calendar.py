"""Time and calendar."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, wordings

TOPIC = "time and calendar"
_SHORT = (("April", "四月"), ("June", "六月"), ("September", "九月"), ("November", "十一月"))
_LONG = (("May", "五月"), ("July", "七月"), ("August", "八月"), ("October", "十月"))


def _last_day(rng: Random) -> Mapping[str, Case]:
    def run(short: bool, last: int) -> tuple[Case, int]:
        """Daily shows up to day `last` of a month of 30 or 31 days, and the number of shows."""
        en, zh = rng.choice(_SHORT if short else _LONG)
        a, k = rng.randint(2, 20), rng.randint(2, 9)
        words = {"en": {"month": en}, "zh": {"month": zh}}
        values, count = {"a": a, "b": last, "k": k}, k * (last - a + 1)
        model = "short" if short else "long"
        return Case(values=values, answer=count, words=words, model=model), count

    short = rng.random() < 0.5
    flawed, lure = run(True, 31)
    p, q = rng.randint(2, 30), rng.randint(2, 9)
    return {
        "original": run(rng.random() < 0.5, rng.randint(24, 29))[0],
        "concept": Case(values={"p": p, "q": q}, answer=p * q),
        "twist": Case(values=flawed.values, words=flawed.words, model="short", lure=lure),
        "control": run(short, 30 if short else 31)[0],
    }


def _at_once(rng: Random) -> Mapping[str, Case]:
    def times() -> tuple[int, int, int]:
        n = rng.randint(2, 9)
        return n, n * rng.randint(2, 6), rng.randint(12, 60)

    (n, _, t), (n1, m1, t1), (n2, m2, t2) = times(), times(), times()
    h = rng.randint(2, 24)
    return {
        "original": Case(values={"t": t, "n": n}, answer=t * n),
        "concept": Case(values={"h": h}, answer=60 * h),
        "twist": Case(
            values={"n": n1, "t": t1, "m": m1}, answer=t1, lure=t1 * m1 // n1, noise=("m", "n")
        ),
        "control": Case(values={"n": n2, "t": t2, "m": m2}, answer=t2 * m2 // n2),
    }


def _weeks(rng: Random) -> Mapping[str, Case]:
    w, w1, w2, n = (rng.randint(2, 30) for _ in range(4))
    k, k1, k2 = (rng.randint(2, 40) for _ in range(3))
    shift = rng.choice((-3, -2, -1, 1, 2, 3))
    return {
        "original": Case(values={"w": w, "k": k}, answer=7 * w * k, model="plain"),
        "concept": Case(values={"n": 7 * n}, answer=n),
        "twist": Case(values={"w": w1, "d": 7 * w1 + shift, "k": k1}, lure=7 * w1 * k1),
        "control": Case(values={"w": w2, "d": 7 * w2, "k": k2}, answer=7 * w2 * k2),
    }


def _shows(days: int) -> Model:
    """From day x to day y of a month of so many days, both included."""
    return Model(
        unknowns={"x": Q, "y": Q},
        facts=("x == a", "y == b"),
        sense=("x >= 1", f"y <= {days}"),
        ask="(y - x + 1) * k",
        shortcut="(b - a + 1) * k",
    )


TEMPLATES = (
    Template(
        name="last-day-of-the-month",
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_last_day,
        models={
            "short": _shows(30),
            "long": _shows(31),
            "concept": Model(unknowns={"x": Q}, facts=("x == p * q",), ask="x"),
        },
        words={
            "en": wordings(
                "A circus plays {k} times a day, from {month} {a} to {month} {b} of the same year, "
                "on the first day and the last day too. How many times does it play?",
                "{A} takes {k} pills daily. The first are taken on {month} {a} and the last on "
                "{month} {b} of that year, and no day between is left out. How many pills are "
                "that?",
                "A ferry makes {k} trips every day of its season, which opens on the morning of "
                "{month} {a} and closes on the evening of {month} {b} in the same year. How many "
                "trips does it make?",
            ),
            "zh": wordings(
                "马戏团每天演{k}场，从{month}{a}日演到同年{month}{b}日，首尾两天都演。一共演多少场？",
                "{A}每天吃{k}片药，{month}{a}日开始吃，同年{month}{b}日吃最后一次，中间一天不落。"
                "一共吃了多少片？",
                "渡轮在航季里每天开{k}班，航季从{month}{a}日早上开始，到同年{month}{b}日晚上结束。"
                "一共开多少班？",
            ),
        },
        concept={
            "en": ("A circus plays {q} times a day. How many times does it play in {p} days?",),
            "zh": ("马戏团每天演{q}场，{p}天演多少场？",),
        },
    ),
    Template(
        name="all-at-once",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_at_once,
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == t * n",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x == 60 * h",), ask="x"),
            "twist": Model(unknowns={"x": Q}, facts=("x == t",), ask="x", shortcut="t * m / n"),
            "control": Model(unknowns={"x": Q}, facts=("x * n == t * m",), ask="x"),
        },
        words={
            "en": wordings(
                (
                    (
                        "{A} sings a verse in {t} seconds. How many seconds do {n} verses of that length "
                        "take?"
                    ),
                    (
                        "A choir of {n} singers takes {t} seconds for a verse. How many seconds does a "
                        "choir of {m} singers take for that verse at the same tempo?"
                    ),
                    (
                        "A choir takes {t} seconds for {n} verses of one length. How many seconds does "
                        "it take for {m} such verses at the same tempo?"
                    ),
                ),
                (
                    (
                        "{A} walks around the lake in {t} minutes. How many minutes do {n} rounds take "
                        "at that pace?"
                    ),
                    (
                        "{n} friends walk side by side once around the lake in {t} minutes. How many "
                        "minutes do {m} friends take for this, side by side and at the same pace?"
                    ),
                    (
                        "{A} walks {n} times around the lake in {t} minutes. How many minutes does "
                        "{A} take for {m} times, without a rest and at the same pace?"
                    ),
                ),
                (
                    (
                        "A towel is folded in {t} seconds. How many seconds does {A} need for {n} "
                        "towels?"
                    ),
                    (
                        "{n} wet towels, hung out at one time on a long line, are dry after {t} minutes "
                        "of sun. How many minutes of that sun do {m} such towels need, hung out at one "
                        "time?"
                    ),
                    (
                        "{n} wet towels, put one by one into a small dryer, are dry after {t} minutes in "
                        "all. How many minutes of that dryer do {m} such towels need, put in one by one?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "{A}唱一段歌要{t}秒。唱{n}段同样长的歌要多少秒？",
                    "一个{n}人的合唱团唱一段歌要{t}秒。以同样的速度，{m}人的合唱团唱这段歌要多少秒？",
                    "一个合唱团唱{n}段同样长的歌要{t}秒。以同样的速度，唱{m}段这样的歌要多少秒？",
                ),
                (
                    "{A}绕湖走一圈要{t}分钟。以同样的速度走{n}圈要多少分钟？",
                    "{n}个朋友并排绕湖走一圈用了{t}分钟。以同样的速度，{m}个朋友并排走一圈要多少分钟？",
                    "{A}绕湖走{n}圈用了{t}分钟。以同样的速度不休息，走{m}圈要多少分钟？",
                ),
                (
                    "叠一条毛巾要{t}秒。{A}叠{n}条要多少秒？",
                    (
                        "{n}条湿毛巾同时挂在长绳上，晒{t}分钟就干了。在同样的阳光下，"
                        "同时挂出{m}条这样的毛巾，要晒多少分钟？"
                    ),
                    (
                        "{n}条湿毛巾逐条放进小烘干机，一共{t}分钟全部烘干。用同样的烘干机，"
                        "逐条放进{m}条这样的毛巾，一共要多少分钟？"
                    ),
                ),
            ),
        },
        concept={
            "en": ("How many minutes are {h} hours?",),
            "zh": ("{h}小时是多少分钟？",),
        },
    ),
    Template(
        name="weeks-and-days",
        topic=TOPIC,
        flaw=Flaw.DIRECT,
        draw=_weeks,
        models={
            "plain": Model(unknowns={"x": Q}, facts=("x == 7 * w",), ask="x * k"),
            "original": Model(
                unknowns={"x": Q},
                facts=("x == 7 * w", "x == d"),
                ask="x * k",
                shortcut="7 * w * k",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("7 * x == n",), ask="x"),
        },
        words={
            "en": wordings(
                (
                    (
                        "A voyage lasts exactly {w} weeks. The crew eats {k} loaves a day. How many "
                        "loaves is that?"
                    ),
                    (
                        "A voyage lasts exactly {w} weeks, which makes {d} days. The crew eats {k} "
                        "loaves a day. How many loaves is that?"
                    ),
                ),
                (
                    (
                        "{A} trains on every day of a camp of {w} full weeks, {k} minutes each day. "
                        "How many minutes are that?"
                    ),
                    (
                        "{A} trains on every day of a camp of {w} full weeks, {k} minutes each day. "
                        "The camp has {d} days. How many minutes are that?"
                    ),
                ),
                (
                    "A tap drips {k} times a day for {w} whole weeks. How many drops fall?",
                    (
                        "A tap drips {k} times a day, for {w} whole weeks or, counted in days, for "
                        "{d} days. How many drops fall?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "一次航行正好{w}周，船员每天吃{k}个面包。一共吃多少个？",
                    "一次航行正好{w}周，也就是{d}天，船员每天吃{k}个面包。一共吃多少个？",
                ),
                (
                    "{A}参加整整{w}周的训练营，每天训练{k}分钟，一天不停。一共训练多少分钟？",
                    (
                        "{A}参加整整{w}周的训练营，每天训练{k}分钟，一天不停。训练营共{d}天。"
                        "一共训练多少分钟？"
                    ),
                ),
                (
                    "水龙头每天滴{k}滴水，滴了整整{w}周。一共滴了多少滴？",
                    "水龙头每天滴{k}滴水，滴了整整{w}周，按天算是{d}天。一共滴了多少滴？",
                ),
            ),
        },
        concept={
            "en": ("How many weeks are {n} days?",),
            "zh": ("{n}天是多少个星期？",),
        },
    ),
)
