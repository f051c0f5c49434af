"""Speeds and work: too fast, too late, never."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, flawed, four, sound, told

TOPIC = "rates and meeting problems"


def _on_foot(rng: Random) -> Mapping[str, Case]:
    def case(low: int, high: int) -> dict[str, int]:
        t = rng.randint(*(2, 4) if low > 6 else (3, 7))
        h = rng.choice([h for h in range(2, 6) if h != t])
        return {"d": t * rng.randint(low, high), "t": t, "h": h}

    o, c, t = case(4, 5), case(5, 6), case(12, 16)
    return four(
        sound(o["d"] * o["h"] // o["t"], **o),
        sound(t["d"] // t["t"], d=t["d"], t=t["t"]),
        flawed(t["d"] * t["h"] // t["t"], **t),
        sound(c["d"] * c["h"] // c["t"], **c),
    )


def _way_back(rng: Random) -> Mapping[str, Case]:
    """There at v; the whole trip is to average w. At w = 2v and above no time is left."""

    def case(kind: str) -> tuple[dict[str, int], int]:
        while True:
            v, back = 5 * rng.randint(6, 16), 5 * rng.randint(6, 26)
            w = Fraction(2 * v * back, v + back)
            if w.denominator != 1 or w == v or (w > v) == (kind == "original"):
                continue
            goal, trips = int(w), rng.randint(1, 4)
            if kind != "trap":
                return {"d": v * trips, "v": v, "w": goal}, back
            slow = goal // 10 * 5 - 5 * rng.randint(0, 1)  # the goal of a control, from half of it
            if slow >= 30:
                return {"d": slow * trips, "v": slow, "w": goal}, 2 * goal - slow

    (o, x), (c, y), (t, z) = case("original"), case("control"), case("trap")
    return four(
        sound(x, **o), sound(t["d"] // t["v"], d=t["d"], v=t["v"]), flawed(z, **t), sound(y, **c)
    )


def _chase(rng: Random) -> Mapping[str, Case]:
    """B has a lead of h hours at w km/h; A follows at v, in the trap the slower of the two."""

    def case(gains: tuple[int, int], slower: bool) -> dict[str, int]:
        while True:
            gain, low, h = rng.randint(*gains), rng.randint(10, 22), rng.randint(1, 4)
            v, w = (low, low + gain) if slower else (low + gain, low)
            if max(v, w) <= 26 and h * w % gain == 0 and h * w <= 9 * gain:  # within nine hours
                return {"h": h, "w": w, "v": v}

    def hours(x: dict[str, int]) -> Fraction:
        return Fraction(x["h"] * x["w"], abs(x["v"] - x["w"]))

    o, c, t = case((5, 9), False), case((2, 6), False), case((2, 6), True)
    return four(
        sound(hours(o), **o),
        sound(t["w"] - t["v"], v=t["v"], w=t["w"]),
        flawed(hours(t), **t),
        sound(hours(c), **c),
    )


def _tank(rng: Random) -> Mapping[str, Case]:
    def case(gain: int) -> dict[str, int]:
        b = rng.randint(12, 34)
        return {"c": abs(gain) * rng.randint(30, 60), "a": b + gain, "b": b}

    o, c, t = case(rng.randint(5, 9)), case(rng.randint(2, 3)), case(-rng.randint(2, 3))
    return four(
        sound(o["c"] // (o["a"] - o["b"]), **o),
        sound(t["b"] - t["a"], a=t["a"], b=t["b"]),
        flawed(t["c"] // (t["b"] - t["a"]), **t),
        sound(c["c"] // (c["a"] - c["b"]), **c),
    )


def _together(rng: Random) -> Mapping[str, Case]:
    """Together in t hours, A alone in s; in the trap the help makes it slower."""
    pairs = [
        (s, t)
        for s in range(3, 31)
        for t in range(2, 31)
        if s != t and (s * t) % (s - t) == 0 and abs(s * t // (s - t)) <= 60
    ]
    later = [(s, t) for s, t in pairs if s > t]
    near = [(s, t) for s, t in later if s - t <= 3]
    wide = [(s, t) for s, t in later if s - t > 3]
    (s, t), (s1, t1), (s2, t2) = rng.choice(wide), rng.choice(near), rng.choice(near)
    s2, t2 = t2, s2
    return four(
        sound(s * t // (s - t), s=s, t=t),
        sound(Fraction(t2, s2), s=s2, t=t2),
        flawed(s2 * t2 // (t2 - s2), s=s2, t=t2),
        sound(s1 * t1 // (s1 - t1), s=s1, t=t1),
    )


TEMPLATES = (
    Template(
        name="on-foot",
        taught=True,
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_on_foot,
        ranges={"x": "walking speed, km/h", "d": "trip, km", "t": "trip, h", "h": "trip, h"},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x * t == d",),
                sense=("x <= 10",),
                ask="x * h",
                shortcut="d * h / t",
            ),
            "concept": Model(unknowns={"y": Q}, facts=("y * t == d",), ask="y"),
        },
        words={
            "en": told(
                (
                    "{A} walks {d} km in {t} hours at a steady pace, without running or riding. At the same pace, how many kilometres does {A} walk in {h} hours?",
                    "Somebody covers {d} km in {t} hours at a steady pace, on foot or by some other means. How many kilometres per hour is that?",
                ),
                (
                    "On foot and with a rucksack, {A} has covered {d} km in the last {t} hours. Walking on at that speed, how many kilometres will {A} cover in the next {h} hours?",
                    "{A} has covered {d} km in the last {t} hours, on foot or by some other means. What was the speed in kilometres per hour?",
                ),
                (
                    "A postman does his round on foot, covering {d} km in {t} hours. How many kilometres does he walk in {h} hours if he keeps up that pace?",
                    "A van does a round of the villages, covering {d} km in {t} hours. How many kilometres does it cover in one hour if it keeps up that pace?",
                ),
            ),
            "zh": told(
                (
                    "{A}步行，不跑也不骑车，匀速走{d}千米用了{t}小时。照这样的速度，{h}小时走多少千米？",
                    "有人匀速走完{d}千米用了{t}小时，没说是步行、跑步还是骑车。速度是每小时多少千米？",
                ),
                (
                    "{A}背着背包徒步，刚才{t}小时走了{d}千米。照这样的速度走下去，接下来{h}小时走多少千米？",
                    "{A}刚才{t}小时前进了{d}千米，可能是步行，也可能是坐车。速度是每小时多少千米？",
                ),
                (
                    "一位邮递员步行送信，{t}小时走了{d}千米。他保持这个速度，{h}小时走多少千米？",
                    "一辆邮车去各村送信，{t}小时走了{d}千米。它保持这个速度，一小时走多少千米？",
                ),
            ),
        },
    ),
    Template(
        name="average-of-the-way",
        topic=TOPIC,
        flaw=Flaw.INDIRECT,
        draw=_way_back,
        ranges={"v": "driving speed, km/h", "w": "driving speed, km/h", "d": "trip, km"},
        models={
            "original": Model(
                unknowns={"r": Q, "y": Q},  # hours a kilometre on the way back, hours in all
                facts=("y == d * r", "y + d / v == 2 * d / w"),
                laws=("r > 0",),
                ask="1 / r",
                shortcut="2 * w - v",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x * v == d",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A} drives {d} km to the coast at an average of {v} km/h and drives back the same way. For the whole trip there and back the average speed, stops left out, is to be {w} km/h. What must the average on the way back be, in km/h?",
                    "{A} drives {d} km to the coast at an average of {v} km/h. How many hours does the way there take, stops left out?",
                ),
                (
                    "A pickup carries sand over {d} km at {v} km/h and returns empty on the same road. At what speed, in km/h, must it return so that its average speed over both ways together is {w} km/h?",
                    "A pickup carries sand over {d} km at {v} km/h. How many hours has it been driving when it turns round to return empty?",
                ),
                (
                    "The two halves of a ride are {d} km each. {A} has driven the first at an average of {v} km/h. How fast, in km/h, must the second half be for an average of {w} km/h over the whole ride?",
                    "The two halves of a ride are {d} km each. {A} has driven the first at an average of {v} km/h. How many hours of the whole ride have gone by?",
                ),
            ),
            "zh": told(
                (
                    "{A}开车去{d}千米外的海边，去程平均每小时{v}千米，然后原路返回。要使往返全程的平均速度（不算停车时间）是每小时{w}千米，回程平均每小时要开多少千米？",
                    "{A}开车去{d}千米外的海边，去程平均每小时{v}千米。去程用了多少小时（不算停车时间）？",
                ),
                (
                    "一辆皮卡以每小时{v}千米的速度把沙子运到{d}千米外，再空车原路返回。返回时每小时要开多少千米，往返的平均速度才是每小时{w}千米？",
                    "一辆皮卡以每小时{v}千米的速度把沙子运到{d}千米外，准备空车原路返回时，已经开了多少小时？",
                ),
                (
                    "一段车程的前一半和后一半都是{d}千米。{A}开完前一半，平均每小时{v}千米。后一半每小时要开多少千米，全程的平均速度才是每小时{w}千米？",
                    "一段车程的前一半和后一半都是{d}千米。{A}开完前一半，平均每小时{v}千米。前一半用了多少小时？",
                ),
            ),
        },
    ),
    Template(
        name="chase",
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_chase,
        ranges={
            "v": "cycling speed, km/h",
            "w": "cycling speed, km/h",
            "h": "trip, h",
        },
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("v * x == w * x + w * h",),
                sense=("x >= 0",),
                ask="x",
                shortcut="abs(h * w / (v - w))",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == w - v",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{B} sets off by bicycle at a steady {w} km/h. {h} h later {A} starts from the same place on the same road, at a steady {v} km/h; neither ever stops. How many hours after {A}'s start does {A} catch up with {B}?",
                    "{B} rides ahead by bicycle at a steady {w} km/h, {A} follows on the same road at a steady {v} km/h. By how many kilometres does {B}'s lead grow each hour?",
                ),
                (
                    "A barge goes down a long river at {w} km/h. Another barge follows from the same landing {h} h later at {v} km/h. Neither ever stops or turns. How many hours after setting out does the second reach the first?",
                    "Two barges go down a long river, the first at {w} km/h and behind it another at {v} km/h. How many kilometres more than the second does the first cover each hour?",
                ),
                (
                    "Two sailing boats keep to one course across the ocean. The first has been under way for {h} h at {w} km/h when the second leaves the same harbour at {v} km/h. Both hold their speeds. How many hours does the second need to draw level with the first?",
                    "Two sailing boats keep to one course across the ocean and hold their speeds: {w} km/h the first, {v} km/h the second, which is behind. By how many kilometres does the gap widen in an hour?",
                ),
            ),
            "zh": told(
                (
                    "{B}骑车出发，一直保持每小时{w}千米。{h}小时后，{A}从同一地点沿同一条路出发，一直保持每小时{v}千米，两人一路不停。{A}出发后几小时追上{B}？",
                    "{B}骑车在前，一直保持每小时{w}千米；{A}沿同一条路在后，一直保持每小时{v}千米。{B}领先的距离每小时增加多少千米？",
                ),
                (
                    "一艘货船以每小时{w}千米的速度沿江而下。{h}小时后，另一艘货船从同一码头以每小时{v}千米的速度跟去。两船都不停也不掉头。后一艘出发几小时后赶上前一艘？",
                    "两艘货船沿江而下，前一艘每小时{w}千米，后一艘每小时{v}千米。前一艘每小时比后一艘多走多少千米？",
                ),
                (
                    "两艘帆船沿同一航线横渡大洋。第一艘以每小时{w}千米的速度航行了{h}小时，第二艘才从同一港口以每小时{v}千米的速度出发，两船速度都不变。第二艘要几小时才能赶上第一艘？",
                    "两艘帆船沿同一航线横渡大洋，速度都不变：前面的每小时{w}千米，后面的每小时{v}千米。两船的距离每小时拉大多少千米？",
                ),
            ),
        },
    ),
    Template(
        name="tank-that-drains",
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_tank,
        ranges={"c": "tank, l", "a": "flow, l/min", "b": "flow, l/min"},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("a * x - b * x == c",),
                sense=("x >= 0",),
                ask="x",
                shortcut="c / abs(a - b)",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == b - a",), ask="x"),
        },
        words={
            "en": told(
                (
                    "A trough that holds {c} litres is empty. A pipe lets in {a} litres a minute. As long as there is water in the trough, {b} litres a minute run out through a crack at the bottom. How many minutes does it take to fill the trough?",
                    "A trough is half full. A pipe lets in {a} litres a minute while {b} litres a minute run out through a crack at the bottom. By how many litres does the water in it go down each minute?",
                ),
                (
                    "{A} starts to fill an empty paddling pool of {c} litres at {a} litres a minute and forgets to close the drain, which lets out {b} litres a minute as long as there is water in the pool. After how many minutes is the pool full?",
                    "{A} fills a paddling pool at {a} litres a minute and forgets to close the drain, which lets out {b} litres a minute. There is water in the pool. By how many litres does it go down each minute?",
                ),
                (
                    "A pump delivers {a} litres a minute into an empty cistern of {c} litres; a leak lets {b} litres a minute escape as long as there is water in it. The pump keeps running. How many minutes until the cistern overflows?",
                    "A pump delivers {a} litres a minute into a cistern; a leak lets {b} litres a minute escape. By how many litres does the water in it go down each minute?",
                ),
            ),
            "zh": told(
                (
                    "一个能装{c}升水的水槽是空的。水管每分钟放进{a}升水；只要槽里有水，底部的裂缝每分钟就漏掉{b}升水。要多少分钟才能把水槽装满？",
                    "一个水槽里有半槽水。水管每分钟放进{a}升水，底部的裂缝每分钟漏掉{b}升水。水槽里的水每分钟减少多少升？",
                ),
                (
                    "{A}往一个容量{c}升的空水池里注水，每分钟{a}升，却忘了关排水口，只要池里有水，排水口每分钟就排掉{b}升。多少分钟后水池注满？",
                    "{A}往水池里注水，每分钟{a}升，却忘了关排水口，排水口每分钟排{b}升。池里原来有水，每分钟减少多少升？",
                ),
                (
                    "水泵每分钟往一个{c}升的空蓄水箱里送{a}升水，只要箱里有水，漏缝每分钟就漏走{b}升，水泵一直开着。多少分钟后水箱开始溢水？",
                    "水泵每分钟往蓄水箱里送{a}升水，漏缝每分钟漏走{b}升。水箱里的水每分钟减少多少升？",
                ),
            ),
        },
    ),
    Template(
        name="help-that-slows-down",
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_together,
        ranges={"s": "work, h", "t": "work, h"},
        models={
            "original": Model(
                unknowns={"y": Q},  # fences an hour
                facts=("y * s * t == s - t",),
                sense=("y > 0",),
                ask="1 / y",
                shortcut="abs(s * t / (s - t))",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x * s == t",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A} alone paints a fence in {s} hours. {A} and {B} together, each at the usual speed and neither in the other's way, paint it in {t} hours. In how many hours does {B} paint it alone?",
                    "{A} alone paints a fence in {s} hours, always at the same speed. How many such fences, as a fraction or a whole number, can {A} paint in {t} hours?",
                ),
                (
                    "One pump empties a cellar in {s} hours. With a second pump running beside it at full power, the same cellar is empty after {t} hours. How many hours does the second pump need by itself?",
                    "One pump empties a cellar in {s} hours. How many such cellars could it empty in {t} hours, as a fraction or a whole number?",
                ),
                (
                    "The old copier prints a booklet for all pupils in {s} hours. When the new copier takes over a part of the same job and both run from start to end, the job takes {t} hours. How many hours would the new copier take alone?",
                    "The old copier prints a booklet for all pupils in {s} hours. How many such jobs could it do in {t} hours, as a fraction or a whole number?",
                ),
            ),
            "zh": told(
                (
                    "{A}单独刷一道围墙要{s}小时。{A}和{B}一起刷，各自速度不变，也不互相妨碍，要{t}小时。{B}单独刷要多少小时？",
                    "{A}单独刷一道围墙要{s}小时，速度不变。{t}小时能刷这样的围墙多少道（可用分数表示）？",
                ),
                (
                    "一台水泵抽干地下室要{s}小时。再加一台水泵同时全力抽，同一个地下室{t}小时抽干。第二台单独抽要多少小时？",
                    "一台水泵抽干地下室要{s}小时。{t}小时能抽干这样的地下室多少个（可用分数表示）？",
                ),
                (
                    "旧复印机印完全校的手册要{s}小时。新复印机分担同一任务的一部分，两台从头到尾同时开，共用{t}小时。新复印机单独印要多少小时？",
                    "旧复印机印完全校的手册要{s}小时。{t}小时能完成同样的任务多少次（可用分数表示）？",
                ),
            ),
        },
    ),
)
