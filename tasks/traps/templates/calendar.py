"""Days that do not exist, days of 24 hours, weeks of seven days, clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, flawed, four, sound, told

TOPIC = "time and calendar"


def _leap(rng: Random) -> Mapping[str, Case]:
    def case(rest: int, low: int = 1904) -> dict[str, int]:
        return {"y": rng.randrange(low, 2024, 4) + rest, "d": rng.randint(4, 28)}

    o, c, t = case(0), case(0), case(rng.randint(1, 3))
    cases = four(
        sound(o["d"], l=29, **o),
        sound(28, y=t["y"]),
        flawed(t["d"], l=29, **t),
        sound(c["d"], l=29, **c),
    )
    months = {"en": {}, "zh": {"feb": "2月", "mar": "3月"}}
    return {part: replace(case, words=months) for part, case in cases.items()}


_MONTHS = (
    "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SHORT = ("April", "June", "September", "November")


def _ordinal(day: int) -> str:
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10 if day not in (11, 12, 13) else 0, "th")


def _thirty_one(rng: Random) -> Mapping[str, Case]:
    """From a day of a short month to one of the long month after it, or the other way round.

    In trap and control alike one day is the 30th and one the 31st, and either month may come first.
    """

    def case(p: int, q: int, short_first: bool, lure: bool = False) -> Case:
        first = rng.choice(
            [m for m in _MONTHS[:-1] if (m in _SHORT) == short_first and m != "July"]
        )
        i, k, length = _MONTHS.index(first), rng.randint(3, 12), 30 if short_first else 31
        named = {"m": first, "n": _MONTHS[i + 1], "s": _MONTHS[i + (not short_first)]}
        words = {
            "en": named | {"u": _ordinal(p), "v": _ordinal(q)},
            "zh": {x: f"{_MONTHS.index(name) + 3}月" for x, name in named.items()},
        }
        days, model = (length - p + q) * k, f"from {length}"
        values = {"p": p, "q": q, "k": k}
        if lure:
            return Case(values=values, words=words, model=model, lure=days)
        return Case(values=values, words=words, model=model, answer=days)

    o, t, c = (rng.random() < 0.5 for _ in range(3))
    twist = case(*(31, 30) if t else (30, 31), t, lure=True)
    k = twist.values["k"]
    return {
        "original": case(rng.randint(4, 28), rng.randint(4, 28), o),
        "concept": Case(values={"k": k}, answer=30 * k, words=twist.words),
        "twist": twist,
        "control": case(*(30, 31) if c else (31, 30), c),
    }


def _between_months() -> dict[str, Model]:
    """By the length of the first month; the second has the other length."""
    return {
        f"from {length}": Model(
            ask=f"({length} - p + q) * k",
            laws=(f"p <= {length}", f"q <= {61 - length}"),
            shortcut=f"({length} - p + q) * k",
            claim="none",
        )
        for length in (30, 31)
    }


def _weekdays(rng: Random) -> Mapping[str, Case]:
    """The first Wednesday and the first Friday of a month, or what cannot be."""
    names = {
        "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    }

    def case(shift: int) -> tuple[dict[str, int], dict[str, dict[str, str]], int]:
        """Two dates whose weekdays differ by `shift` from what they should."""
        while True:
            a, b = rng.randint(4, 9), rng.choice((*range(12, 21), *range(24, 28)))
            w, s = rng.randrange(7), (b - a + shift) % 7
            if s:
                break
        months = {"may": "5月", "oct": "10月"}
        words = {k: {"w": day[w], "v": day[(w + s) % 7], **months} for k, day in names.items()}
        return {"a": a, "b": b, "k": rng.randint(4, 30)}, words, s

    (o, ow, os), (c, cw, cs), (t, tw, ts) = case(0), case(0), case(rng.choice((-1, 1)))
    names_of = {lang: {k: v for k, v in w.items() if k != "v"} for lang, w in tw.items()}

    def pay(case: dict[str, int]) -> int:
        return (case["b"] - case["a"]) * case["k"]

    return {
        "original": Case(values=o, answer=pay(o), words=ow, model=f"by {os}"),
        "concept": Case(values={"a": t["a"]}, answer=t["a"] + 14, words=names_of),
        "twist": Case(values=t, lure=pay(t), words=tw, model=f"by {ts}"),
        "control": Case(values=c, answer=pay(c), words=cw, model=f"by {cs}"),
    }


def _day(rng: Random) -> Mapping[str, Case]:
    def case(total: int) -> dict[str, int]:
        a, b = rng.randint(6, 9), rng.randint(5, 9)
        return {"a": a, "b": b, "c": total - a - b, "n": rng.randint(3, 6)}

    o, c, t = case(rng.randint(19, 21)), case(rng.randint(23, 24)), case(rng.randint(25, 26))
    return four(
        sound(o["n"] * o["c"], **o),
        sound(24 - t["a"] - t["b"], a=t["a"], b=t["b"]),
        flawed(t["n"] * t["c"], **t),
        sound(c["n"] * c["c"], **c),
    )


def _trip(rng: Random) -> Mapping[str, Case]:
    def case(off: int) -> dict[str, int]:
        while True:
            h, m, t = rng.randint(6, 18), rng.randint(10, 59), rng.randint(65, 170)
            end = 60 * h + m + t
            i, n = divmod(end, 60)
            if n >= 10 and m % 5 == 0 and n % 5 == 0 and 65 <= t + off <= 170:
                return {"h": h, "m": m, "i": i, "n": n, "t": t + off, "k": 5 * rng.randint(2, 6)}

    o, c, t = case(0), case(0), case(rng.choice((-40, -30, -20, 20, 30, 40)))
    long = 60 * (t["i"] - t["h"]) + t["n"] - t["m"]
    return four(
        sound(o["t"] + o["k"], **o),
        sound(long, **{k: t[k] for k in "hmin"}),
        flawed(t["t"] + t["k"], **t),
        sound(c["t"] + c["k"], **c),
    )


def _weekday_models() -> dict[str, Model]:
    """One for each number of days by which the later weekday follows the earlier one."""
    return {
        f"by {s}": Model(
            unknowns={"x": Q},
            facts=("x == (b - a) * k",),
            laws=(f"(b - a) % 7 == {s}",),
            ask="x",
            shortcut="(b - a) * k",
        )
        for s in range(1, 7)
    }


TEMPLATES = (
    Template(
        name="leap-day",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_leap,
        ranges={"y": "year", "d": "day of the month"},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x + l == l + d",),
                laws=("l <= 28 + (y % 4 == 0)",),
                ask="x",
                shortcut="d",
                claim="none",
            ),
            "concept": Model(unknowns={"x": (28, 29)}, facts=("x == 28 + (y % 4 == 0)",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A} started a diary on {l} February {y} and wrote in it for the last time on {d} March of the same year. How many days after the first entry was the last one?",
                    "{A} kept a diary in {y} and wrote a page on every day of February. How many pages is that?",
                ),
                (
                    "A parcel for {A} left the harbour on {l} February {y} and was delivered on {d} March {y}. How many days was it on the way?",
                    "A parcel for {A} left the harbour on every day of February {y}. How many parcels was that?",
                ),
                (
                    "The exhibition was opened on {l} February {y}, and {A} saw it on {d} March of that year. How many days after the opening was that?",
                    "The exhibition was open on every day of February {y}. How many days was that?",
                ),
            ),
            "zh": told(
                (
                    "{A}从{y}年{feb}{l}日开始写日记，同年{mar}{d}日写了最后一篇。最后一篇是在第一篇多少天以后写的？",
                    "{A}在{y}年{feb}每天写一篇日记。{feb}一共写了多少篇？",
                ),
                (
                    "{A}的包裹{y}年{feb}{l}日从港口发出，当年{mar}{d}日送到。路上用了多少天？",
                    "港口在{y}年{feb}每天发出一个包裹。{feb}一共发出多少个？",
                ),
                (
                    "展览在{y}年{feb}{l}日开幕，{A}当年{mar}{d}日去参观。{A}是在开幕多少天以后去的？",
                    "展览在{y}年{feb}每天都开放。{feb}开放了多少天？",
                ),
            ),
        },
    ),
    Template(
        name="day-thirty-one",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_thirty_one,
        ranges={"p": "day of the month", "q": "day of the month"},
        models={
            "concept": Model(unknowns={"x": Q}, facts=("x == 30 * k",), ask="x"),
            **_between_months(),
        },
        words={
            "en": told(
                (
                    "{A} rents a bicycle for ${k} a day. The {p}{u} of {m} is the last day before the rental, and the {q}{v} of {n} of the same year is its last day. How many dollars does {A} pay?",
                    "{A} rents a bicycle for ${k} a day and pays for every day of {s}. How many dollars is that?",
                ),
                (
                    "A car park at the airport costs ${k} a night. {A} leaves a car there from the {p}{u} of {m} to the {q}{v} of {n} of the same year. How many dollars is that?",
                    "A car park at the airport costs ${k} a night. {A} leaves a car there every night in {s}. How many dollars is that?",
                ),
                (
                    "From the day after the {p}{u} of {m} up to and including the {q}{v} of {n} of the same year, {A} learns {k} new words a day. How many words is that?",
                    "{A} learns {k} new words on every day of {s}. How many words is that?",
                ),
            ),
            "zh": told(
                (
                    "{A}租了一辆自行车，每天{k}元，从{m}{p}日的第二天算起，到同年{n}{q}日为止，最后一天也算。一共要付多少元？",
                    "{A}租了一辆自行车，每天{k}元，{s}从头到尾每天都租。一共要付多少元？",
                ),
                (
                    "机场停车场过夜每晚{k}元。{A}的车从{m}{p}日停到同年{n}{q}日。过夜费一共多少元？",
                    "机场停车场过夜每晚{k}元。{A}的车{s}每晚都停在那里。过夜费一共多少元？",
                ),
                (
                    "从{m}{p}日的第二天起，到同年{n}{q}日当天为止，{A}每天学{k}个新单词。一共学了多少个？",
                    "{A}在{s}里每天学{k}个新单词。一共学了多少个？",
                ),
            ),
        },
    ),
    Template(
        name="weekdays",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_weekdays,
        ranges={"a": "day of the month", "b": "day of the month"},
        models={
            "concept": Model(unknowns={"x": Q}, facts=("x == a + 14",), ask="x"),
            **_weekday_models(),
        },
        words={
            "en": told(
                (
                    "In a certain month the {a}th is a {w} and the {b}th is a {v}. From the day after the {a}th up to and including the {b}th {A} saves ${k} a day. How many dollars is that?",
                    "In a certain month the {a}th is a {w}. Two weeks after that day {A} starts to save. On which day of the month does {A} start?",
                ),
                (
                    "The school fair falls on {w}, {a} May, the concert on {v}, {b} May of that year. {A} paints {k} posters on every day after the fair, up to and including the day of the concert. How many posters is that?",
                    "The school fair falls on {w}, {a} May. The concert is exactly two weeks later, on a {w} again. On which day of May is the concert?",
                ),
                (
                    "{A} hands in a form on {w}, {a} October, and gets an answer on {v}, {b} October of the same year. For each day of waiting, counted from one date to the other, {k} points are credited. How many points does {A} get?",
                    "{A} hands in a form on {w}, {a} October, and gets an answer exactly two weeks later, on a {w} again. On which day of October does the answer come?",
                ),
            ),
            "zh": told(
                (
                    "某个月的{a}日是{w}，{b}日是{v}。从{a}日的第二天到{b}日，{A}每天存{k}元。一共存了多少元？",
                    "某个月的{a}日是{w}。再过两个星期，又是{w}，那天是这个月的几日？",
                ),
                (
                    "学校的义卖在{may}{a}日{w}，音乐会在同年{may}{b}日{v}。义卖的第二天起到音乐会当天，{A}每天画{k}张海报。一共画了多少张？",
                    "学校的义卖在{may}{a}日{w}，音乐会在两周后，也是{w}。音乐会在{may}几日？",
                ),
                (
                    "{A}在{oct}{a}日{w}交了申请表，同年{oct}{b}日{v}收到答复。从交表的第二天起到答复当天，{A}每天背{k}个单词。一共背了多少个单词？",
                    "{A}在{oct}{a}日{w}交了申请表，两周后又是{w}，收到了答复。答复的日期是{oct}几日？",
                ),
            ),
        },
    ),
    Template(
        name="more-than-a-day",
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_day,
        ranges={"a": "hours of a day", "b": "hours of a day", "c": "hours of a day"},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x == n * c",),
                sense=("a + b + c <= 24",),
                ask="x",
                shortcut="n * c",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x + a + b == 24",), ask="x"),
        },
        words={
            "en": told(
                (
                    "The log of {A}'s phone shows for each of {n} days: {a} hours switched off, {b} hours on standby and {c} hours in use, never two of these at once. For how many hours was it in use in these {n} days?",
                    "The log of {A}'s phone shows for one day {a} hours switched off and {b} hours on standby. For how many hours of that day can it have been in use at most?",
                ),
                (
                    "A watchman's round-the-clock log for each of the last {n} days shows {a} hours asleep, {b} hours at the gate and {c} hours in the office, with no overlap. How many hours in the office is that in all?",
                    "A watchman's log of one day shows {a} hours asleep and {b} hours at the gate. For how many hours, at most, can the watchman be in the office on that day?",
                ),
                (
                    "{A}'s kiln can do one thing at a time. Every day it dries bricks for {a} hours, bakes pots for {b} hours and fires tiles for {c} hours. For how many hours does it fire tiles in {n} days?",
                    "{A}'s kiln can do one thing at a time. Every day it dries bricks for {a} hours and bakes pots for {b} hours. For how many hours a day can it fire tiles at most?",
                ),
            ),
            "zh": told(
                (
                    "{A}的手机记录显示，连续{n}天，每天都是关机{a}小时、待机{b}小时、使用{c}小时，互不重叠。这{n}天一共使用多少小时？",
                    "{A}的手机记录显示，某一天关机{a}小时、待机{b}小时。这一天最多使用了多少小时？",
                ),
                (
                    "门卫最近{n}天的作息记录，每天都是睡觉{a}小时、守门{b}小时、在办公室{c}小时，互不重叠。这几天在办公室一共多少小时？",
                    "门卫的作息记录上，一天睡觉{a}小时、守门{b}小时。这一天最多可能有多少小时在办公室？",
                ),
                (
                    "{A}的窑一次只能做一件事，每天烘砖{a}小时、烧罐{b}小时、烧瓦{c}小时。{n}天一共烧瓦多少小时？",
                    "{A}的窑一次只能做一件事，每天烘砖{a}小时、烧罐{b}小时。一天最多还能烧瓦多少小时？",
                ),
            ),
        },
    ),
    Template(
        name="timetable",
        topic=TOPIC,
        flaw=Flaw.DIRECT,
        draw=_trip,
        ranges={
            "h": "hour of the clock",
            "m": "minute of the clock",
            "i": "hour of the clock",
            "n": "minute of the clock",
            "t": "minutes",
        },
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("60 * h + m + t == 60 * i + n", "x == t + k"),
                ask="x",
                shortcut="t + k",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("60 * h + m + x == 60 * i + n",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A}'s bus leaves at {h}:{m} and arrives at {i}:{n} on the same day, after a ride of {t} minutes in one time zone. The ride back takes {k} minutes longer. How many minutes does the ride back take?",
                    "{A}'s bus leaves at {h}:{m} and arrives at {i}:{n} on the same day, in one time zone. How many minutes does the ride take?",
                ),
                (
                    "A film of {t} minutes, shown on television without a break, starts at {h}:{m} and ends at {i}:{n}. Another film is {k} minutes longer. How many minutes does the other film last?",
                    "A film, shown on television without a break, starts at {h}:{m} and ends at {i}:{n}. How many minutes does it last?",
                ),
                (
                    "{A} puts a roast into the oven at {h}:{m} and takes it out at {i}:{n} on the same day, so it is in there for exactly {t} minutes. A bigger roast takes {k} minutes more. How many minutes does the bigger roast take?",
                    "{A} puts a roast into the oven at {h}:{m} and takes it out at {i}:{n} on the same day. For how many minutes is it in there?",
                ),
            ),
            "zh": told(
                (
                    "{A}坐的大巴{h}:{m}发车，当天{i}:{n}到达，中间不跨时区，路上用了{t}分钟。回程要多用{k}分钟。回程用多少分钟？",
                    "{A}坐的大巴{h}:{m}发车，当天{i}:{n}到达，中间不跨时区。路上用了多少分钟？",
                ),
                (
                    "电视上播放一部{t}分钟的电影，中间没有广告，{h}:{m}开始，{i}:{n}结束。另一部电影比它长{k}分钟。另一部电影长多少分钟？",
                    "电视上播放一部电影，中间没有广告，{h}:{m}开始，{i}:{n}结束。这部电影长多少分钟？",
                ),
                (
                    "{A}{h}:{m}把羊腿放进烤箱，当天{i}:{n}取出，正好烤了{t}分钟。大一点的羊腿要多烤{k}分钟。大羊腿要烤多少分钟？",
                    "{A}{h}:{m}把羊腿放进烤箱，当天{i}:{n}取出。羊腿烤了多少分钟？",
                ),
            ),
        },
    ),
)
