"""Rates and meeting problems."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, wordings

TOPIC = "rates and meeting problems"
_SPEEDS = ((40, 60, 48), (30, 60, 40), (20, 30, 24), (60, 90, 72), (12, 24, 16), (30, 45, 36), (40, 120, 60), (15, 30, 20), (20, 60, 30), (24, 40, 30))  # fmt: skip


def _average(rng: Random) -> Mapping[str, Case]:
    v, w, mean = rng.choice(_SPEEDS)
    t, h = rng.randint(2, 9), rng.randint(2, 8)
    d = rng.randint(1, 9) * 360
    v1, w1 = 2 * rng.randint(5, 40), 2 * rng.randint(41, 60)
    return {
        "original": Case(values={"v": v1, "t": t}, answer=v1 * t),
        "concept": Case(values={"d": v * h, "v": v}, answer=h),
        "twist": Case(values={"d": d, "v": v, "w": w}, answer=mean, lure=Fraction(v + w, 2)),
        "control": Case(values={"t": t, "v": v1, "w": w1}, answer=(v1 + w1) // 2),
    }


def _catch_up(rng: Random) -> Mapping[str, Case]:
    def chase(gap: int) -> Case:
        v, t = rng.randint(45, 90), rng.randint(2, 30)
        return Case(values={"d": gap * t, "v": v, "w": v + gap}, answer=t)

    u, d, t = rng.randint(45, 90), rng.randint(20, 300), rng.randint(2, 30)
    d *= u
    return {
        "original": chase(rng.randint(10, 30)),
        "concept": Case(values={"v": u, "w": u + t}, answer=t),
        "twist": Case(values={"d": d, "v": u, "w": u}, lure=Fraction(d, u)),
        "control": chase(rng.randint(1, 4)),
    }


def _meeting(rng: Random) -> Mapping[str, Case]:
    t, v, w, k = rng.randint(2, 9), rng.randint(30, 80), rng.randint(30, 80), rng.randint(3, 20)
    t1, v1, w1 = rng.randint(2, 9), rng.randint(30, 80), rng.randint(30, 80)
    a, b = (v + w) * t, (v1 + w1) * t1
    return {
        "original": Case(values={"d": a, "t": t, "v": v}, answer=w),
        "concept": Case(values={"v": v1, "w": k}, answer=v1 + k),
        "twist": Case(
            values={"d": a, "t": t, "s": v + w},
            lure=Fraction(v + w, 2),
            witnesses=({"x": v, "y": w}, {"x": v + 1, "y": w - 1}),
        ),
        "control": Case(values={"d": b, "t": t1, "s": v1}, answer=w1),
    }


def _on_foot(rng: Random) -> Mapping[str, Case]:
    def walk(low: int, high: int) -> tuple[int, int]:
        return rng.randint(low, high), rng.randint(2, 7)

    (v, t), (v1, t1), (v2, t2) = walk(3, 5), walk(40, 95), walk(6, 7)
    n, m = rng.randint(2, 9), rng.randint(10, 60)
    return {
        "original": Case(values={"d": v * t, "t": t, "h": n}, answer=v * n),
        "concept": Case(values={"m": m}, answer=1000 * m),
        "twist": Case(values={"d": v1 * t1, "t": t1, "h": n}, lure=v1 * n),
        "control": Case(values={"d": v2 * t2, "t": t2, "h": n + 1}, answer=v2 * (n + 1)),
    }


TEMPLATES = (
    Template(
        name="average-speed",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_average,
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == v * t",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x * v == d",), ask="x"),
            "twist": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x * v == d", "y * w == d"),
                ask="2 * d / (x + y)",
                shortcut="(v + w) / 2",
            ),
            "control": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x == v * t", "y == w * t"),
                ask="(x + y) / (2 * t)",
            ),
        },
        words={
            "en": wordings(
                (
                    "A bus travels at {v} km/h for {t} hours. How many kilometres does it cover?",
                    (
                        "A bus drives the {d} km to the coast at {v} km/h and the same {d} km back at "
                        "{w} km/h. What is its average speed for the whole journey, in km/h?"
                    ),
                    (
                        "A bus drives towards the coast for {t} hours at {v} km/h and on for another "
                        "{t} hours at {w} km/h. What is its average speed for the whole journey, in "
                        "km/h?"
                    ),
                ),
                (
                    (
                        "A drone flies for {t} minutes at {v} metres a minute. How many metres does it "
                        "fly?"
                    ),
                    (
                        "A drone flies {d} metres at {v} metres a minute and then {d} metres at {w} "
                        "metres a minute. How many metres a minute does it average over the flight?"
                    ),
                    (
                        "A drone flies {t} minutes at {v} metres a minute and then {t} minutes at {w} "
                        "metres a minute. How many metres a minute does it average over the flight?"
                    ),
                ),
                (
                    "{A} types {v} words a minute for {t} minutes. How many words does {A} type?",
                    (
                        "{A} types {d} words at {v} words a minute, then {d} words at {w} words a "
                        "minute. What is {A}'s average speed, in words a minute?"
                    ),
                    (
                        "{A} types for {t} minutes at {v} words a minute, then for {t} minutes at {w} "
                        "words a minute. What is {A}'s average speed, in words a minute?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    "客车以每小时{v}千米的速度行驶{t}小时，行驶了多少千米？",
                    (
                        "客车以每小时{v}千米的速度开往{d}千米外的海边，又以每小时{w}千米的速度行驶{d}千米返回。"
                        "全程的平均速度是每小时多少千米？"
                    ),
                    (
                        "客车以每小时{v}千米的速度行驶{t}小时，又以每小时{w}千米的速度行驶{t}小时。"
                        "全程的平均速度是每小时多少千米？"
                    ),
                ),
                (
                    "无人机以每分钟{v}米的速度飞行{t}分钟，飞了多少米？",
                    (
                        "无人机先以每分钟{v}米的速度飞{d}米，再以每分钟{w}米的速度飞{d}米。"
                        "整个飞行平均每分钟多少米？"
                    ),
                    (
                        "无人机先以每分钟{v}米的速度飞{t}分钟，再以每分钟{w}米的速度飞{t}分钟。"
                        "整个飞行平均每分钟多少米？"
                    ),
                ),
                (
                    "{A}每分钟打{v}个字，打了{t}分钟，共打了多少个字？",
                    (
                        "{A}先以每分钟{v}个字的速度打了{d}个字，再以每分钟{w}个字的速度打了{d}个字。"
                        "平均每分钟打多少个字？"
                    ),
                    (
                        "{A}先以每分钟{v}个字的速度打了{t}分钟，再以每分钟{w}个字的速度打了{t}分钟。"
                        "平均每分钟打多少个字？"
                    ),
                ),
            ),
        },
        concept={
            "en": ("How many hours does a bus need for {d} km at {v} km/h?",),
            "zh": ("客车以每小时{v}千米的速度行驶{d}千米，需要多少小时？",),
        },
    ),
    Template(
        name="catching-up",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_catch_up,
        models={
            "original": Model(
                unknowns={"x": Q}, facts=("x == w - v",), ask="d / x", shortcut="d / w"
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == w - v",), ask="x"),
        },
        words={
            "en": wordings(
                "{A} is {d} metres ahead of {B} on a straight road. {A} walks on at {v} metres a "
                "minute, {B} follows at {w} metres a minute. After how many minutes does {B} catch "
                "up with {A}?",
                "A lorry drives at a constant {v} metres a minute. A van, {d} metres behind it, "
                "drives the same way at a constant {w} metres a minute. How many minutes does the "
                "van take to reach the lorry?",
                "Two robots move along one line in the same direction. The front one makes {v} cm "
                "a second, the one behind makes {w} cm a second, and they start {d} cm apart. In "
                "how many seconds does the rear robot touch the front one?",
            ),
            "zh": wordings(
                "在一条直路上，{A}在{B}前面{d}米。{A}每分钟走{v}米，{B}每分钟走{w}米，同时同向出发。"
                "{B}几分钟后追上{A}？",
                "货车以每分钟{v}米的速度匀速行驶，后方{d}米处的面包车以每分钟{w}米的速度匀速同向行驶。"
                "面包车几分钟后追上货车？",
                "两个机器人沿同一直线同向移动。前面的每秒移动{v}厘米，后面的每秒移动{w}厘米，"
                "开始时相距{d}厘米。后面的机器人几秒后碰到前面的？",
            ),
        },
        concept={
            "en": (
                (
                    "{A} walks {v} metres a minute and {B} walks {w} metres a minute, the same way. By "
                    "how many metres does the gap change each minute?"
                ),
            ),
            "zh": ("{A}每分钟走{v}米，{B}每分钟走{w}米，方向相同。两人的距离每分钟变化多少米？",),
        },
    ),
    Template(
        name="two-towns",
        topic=TOPIC,
        flaw=Flaw.MISSING,
        draw=_meeting,
        models={
            "original": Model(
                unknowns={"x": Q, "y": Q}, facts=("x == v", "(x + y) * t == d"), ask="y"
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == v + w",), ask="x"),
            "twist": Model(
                unknowns={"x": Q, "y": Q},
                facts=("x + y == s", "(x + y) * t == d"),
                sense=("x > 0", "y > 0"),
                ask="y",
                shortcut="s / 2",
            ),
            "control": Model(
                unknowns={"x": Q, "y": Q}, facts=("x == s", "(x + y) * t == d"), ask="y"
            ),
        },
        words={
            "en": wordings(
                (
                    (
                        "Two towns are {d} km apart. {A} drives from one and {B} from the other, "
                        "towards each other; they meet after {t} hours. {A} drives at {v} km/h. At how "
                        "many km/h does {B} drive?"
                    ),
                    (
                        "Two towns are {d} km apart. {A} drives from one and {B} from the other, "
                        "towards each other; they meet after {t} hours. The speeds of {A} and {B} add "
                        "up to {s} km/h. At how many km/h does {B} drive?"
                    ),
                    (
                        "Two towns are {d} km apart. {A} drives from one and {B} from the other, "
                        "towards each other; they meet after {t} hours. The speed of {A} comes up to "
                        "{s} km/h. At how many km/h does {B} drive?"
                    ),
                ),
                (
                    (
                        "Two pipes fill a tank of {d} litres in {t} hours. The blue one gives {v} "
                        "litres an hour. How many litres an hour does the grey one give?"
                    ),
                    (
                        "Two pipes fill a tank of {d} litres in {t} hours. Together the blue and the "
                        "grey one give {s} litres an hour. How many litres an hour does the grey one "
                        "give?"
                    ),
                    (
                        "Two pipes fill a tank of {d} litres in {t} hours. Alone, the blue one would "
                        "give {s} litres an hour. How many litres an hour does the grey one give?"
                    ),
                ),
                (
                    (
                        "{A} and {B} pack {d} boxes in {t} hours, working side by side. {A} packs {v} "
                        "boxes an hour. How many does {B} pack an hour?"
                    ),
                    (
                        "{A} and {B} pack {d} boxes in {t} hours, working side by side. In one hour "
                        "they pack {s} boxes between them. How many does {B} pack an hour?"
                    ),
                    (
                        "{A} and {B} pack {d} boxes in {t} hours, working side by side. In one hour "
                        "{A} packs {s} boxes of them. How many does {B} pack an hour?"
                    ),
                ),
            ),
            "zh": wordings(
                (
                    (
                        "两城相距{d}千米，{A}和{B}同时从两城相向开车，{t}小时后相遇。{A}每小时行{v}千米。"
                        "{B}每小时行多少千米？"
                    ),
                    (
                        "两城相距{d}千米，{A}和{B}同时从两城相向开车，{t}小时后相遇。两人速度之和是每小时{s}千米。"
                        "{B}每小时行多少千米？"
                    ),
                    (
                        "两城相距{d}千米，{A}和{B}同时从两城相向开车，{t}小时后相遇。{A}的速度是每小时{s}千米。"
                        "{B}每小时行多少千米？"
                    ),
                ),
                (
                    "两根水管一起用{t}小时注满{d}升的水箱，蓝管每小时注{v}升。灰管每小时注多少升？",
                    "两根水管一起用{t}小时注满{d}升的水箱，蓝管和灰管每小时共注{s}升。灰管每小时注多少升？",
                    "两根水管一起用{t}小时注满{d}升的水箱，蓝管单独每小时注{s}升。灰管每小时注多少升？",
                ),
                (
                    "{A}和{B}一起用{t}小时装了{d}个箱子，{A}每小时装{v}个。{B}每小时装多少个？",
                    "{A}和{B}一起用{t}小时装了{d}个箱子，两人每小时共装{s}个。{B}每小时装多少个？",
                    "{A}和{B}一起用{t}小时装了{d}个箱子，其中{A}每小时装{s}个。{B}每小时装多少个？",
                ),
            ),
        },
        concept={
            "en": (
                (
                    "{A} and {B} drive towards each other at {v} km/h and {w} km/h. By how many "
                    "kilometres does the distance between them shrink each hour?"
                ),
            ),
            "zh": ("{A}和{B}相向而行，速度分别是每小时{v}千米和{w}千米。两人每小时接近多少千米？",),
        },
    ),
    Template(
        name="on-foot",
        topic=TOPIC,
        flaw=Flaw.SENSE,
        draw=_on_foot,
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("x * t == d",),
                sense=("x <= 20",),
                ask="x * h",
                shortcut="d * h / t",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == 1000 * m",), ask="x"),
        },
        words={
            "en": wordings(
                "{A} walks {d} km in {t} hours at a steady pace. At the same pace, how many "
                "kilometres does {A} walk in {h} hours?",
                "On foot, and without any vehicle, {A} covers {d} km in {t} hours. How many "
                "kilometres would {A} cover in {h} hours at that speed?",
                "A hiker carries a rucksack {d} km in {t} hours. Walking on at the same speed, how "
                "many kilometres does the hiker make in {h} hours?",
            ),
            "zh": wordings(
                "{A}步行，匀速走{d}千米用了{t}小时。照这样的速度，{h}小时走多少千米？",
                "{A}不乘任何交通工具，徒步{t}小时走了{d}千米。照这样的速度，{h}小时能走多少千米？",
                "一位背着行囊的徒步者{t}小时走了{d}千米。以同样的速度，{h}小时走多少千米？",
            ),
        },
        concept={
            "en": ("How many metres are {m} km?",),
            "zh": ("{m}千米是多少米？",),
        },
    ),
)
