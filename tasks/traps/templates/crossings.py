"""Rivers and bridges: puzzles that everybody knows, made trivial."""

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
    sound,
    tempted,
    told,
)

TOPIC = "river crossings"


def _wolf(rng: Random) -> Mapping[str, Case]:
    """Wolf, goat and cabbage: seven crossings by ones, three by twos, a single one by threes."""
    crossings = {1: 7, 2: 3, 3: 1}

    def case(c: int) -> Numbers:
        return {"t": rng.randint(2, 30), "c": c}

    o, t, c = case(1), case(rng.choice((2, 3, 3))), case(1)
    return tempted(
        t, c,
        right=lambda v: v["t"] * crossings[v["c"]],
        hasty=lambda v: v["t"] * 7,
        original=sound(5 * o["t"], **o),
        concept=sound(3 - t["c"], c=t["c"]),
    )  # fmt: skip


def _ferry(rng: Random) -> Mapping[str, Case]:
    def case() -> Numbers:
        c = rng.randint(3, 9)
        return {"c": c, "n": c * rng.randint(3, 9)}

    o, t, c = case(), case(), case()
    return tempted(
        t, c,
        right=lambda v: 2 * (v["n"] // v["c"]) - 1,
        hasty=lambda v: v["n"] // v["c"],
        original=sound(o["n"] // o["c"], **o),
        concept=sound(t["n"] - t["c"], **t),
    )  # fmt: skip


def _bridge(rng: Random) -> Mapping[str, Case]:
    def case(k: int) -> Numbers:
        a = rng.randint(2, 5)
        b = a + rng.randint(1, 4)
        return {"a": a, "b": b, "c": b + rng.randint(2, 9), "k": k}

    o, t, c = case(2), case(rng.randint(3, 5)), case(2)
    return tempted(
        t, c,
        right=lambda v: v["c"],
        hasty=lambda v: v["a"] + v["b"] + v["c"],
        original=sound(o["b"], a=o["a"], b=o["b"], k=2),
        concept=sound(t["c"], a=t["a"], b=t["b"], c=t["c"]),
    )  # fmt: skip


TEMPLATES = (
    Template(
        name="wolf-and-goat",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_wolf,
        ranges={"t": "minutes"},
        models={
            "original": Model(unknowns={"x": Q}, facts=("x == t * ferry(c, 3, 0)",), ask="x"),
            "twist": Model(
                unknowns={"x": Q}, facts=("x == t * ferry(c, 3, 1)",), ask="x", shortcut="7 * t"
            ),
            "control": Model(unknowns={"x": Q}, facts=("x == t * ferry(c, 3, 1)",), ask="x"),
            "concept": Model(unknowns={"x": Q}, facts=("x + c == 3",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A} takes three sacks across a river. Besides {A}, who rows, the boat holds at most {c} of them. One crossing takes {t} minutes. What is the smallest number of minutes of rowing that brings {A} and all the sacks across?",
                    "{A} takes a wolf, a goat and a cabbage across a river. Besides {A}, who rows, the boat holds at most {c} of them. Left alone, the wolf eats the goat, and the goat eats the cabbage. One crossing takes {t} minutes. What is the smallest number of minutes of rowing that brings {A} and all three across safely?",
                    "{A} takes a wolf, a goat and a cabbage across a river. Besides {A}, who rows, the boat holds at most {c} of them. How many of the three must wait when {A} crosses for the first time with as many as the boat holds?",
                ),
                (
                    "{A} has three crates to take upstairs. The lift goes between two floors and holds, besides {A}, at most {c} of them. One ride, up or down, takes {t} seconds. What is the smallest number of seconds of riding that gets {A} and all three crates upstairs?",
                    "{A} has a fox, a hen and a snail to take upstairs. The lift goes between two floors and holds, besides {A}, at most {c} of them. Out of {A}'s sight the fox eats the hen and the hen eats the snail. One ride, up or down, takes {t} seconds. What is the smallest number of seconds of riding that gets {A} and all three animals upstairs unharmed?",
                    "{A} has a fox, a hen and a snail to take upstairs. The lift goes between two floors and holds, besides {A}, at most {c} of them. How many of the animals stay below on the first ride if {A} takes as many as allowed?",
                ),
                (
                    "{A} rows three trunks to an island in a small boat that has room for {c} of them besides {A}. Each way across takes {t} minutes. What is the smallest number of minutes after which {A} can be on the island with all the trunks?",
                    "{A} rows a dog, a cat and a mouse to an island in a small boat that has room for {c} of them besides {A}. Without {A} the dog bites the cat and the cat bites the mouse. Each way across takes {t} minutes. What is the smallest number of minutes after which {A} can be on the island with all three, none of them bitten?",
                    "{A} rows a dog, a cat and a mouse to an island in a small boat that has room for {c} of them besides {A}. How many of the three find no room on the first trip?",
                ),
            ),
            "zh": told(
                (
                    "{A}要把三袋粮食运过河。船上除了划船的{A}，最多放{c}袋。每过一次河要{t}分钟。{A}和三袋粮食都过河，至少要划多少分钟？",
                    "{A}要把一只狼、一只羊和一棵白菜运过河。船上除了划船的{A}，一次最多再带{c}样。没人看着时，狼会吃羊，羊会吃白菜。每过一次河要{t}分钟。{A}和三样东西都安全过河，至少要划多少分钟？",
                    "{A}要把一只狼、一只羊和一棵白菜运过河。船上除了划船的{A}，一次最多再带{c}样。{A}第一次过河时尽量多带，有几样要留在岸边？",
                ),
                (
                    "电梯在楼上楼下之间运行，除了{A}，一次最多再装{c}个箱子。{A}要把三个箱子从楼下运到楼上。上行或下行一趟要{t}秒。{A}和三个箱子都到楼上，电梯至少要运行多少秒？",
                    "电梯在楼上楼下之间运行，除了{A}，一次最多再带{c}只动物。{A}要把狐狸、母鸡和蜗牛从楼下带到楼上。{A}不在旁边时，狐狸会吃母鸡，母鸡会吃蜗牛。上行或下行一趟要{t}秒。{A}和三只动物都平安到楼上，电梯至少要运行多少秒？",
                    "电梯在楼上楼下之间运行，除了{A}，一次最多再带{c}只动物。{A}要把狐狸、母鸡和蜗牛从楼下带到楼上。第一趟{A}尽量多带，有几只动物要留在楼下？",
                ),
                (
                    "{A}用小船把三口大箱子送到岛上，船上除了{A}还放得下{c}口。单程要{t}分钟。至少多少分钟后，{A}和三口箱子都在岛上？",
                    "{A}用小船把狗、猫和老鼠送到岛上，船上除了{A}还坐得下{c}只。{A}不在时，狗会咬猫，猫会咬老鼠。单程要{t}分钟。至少多少分钟后，{A}和三只动物都在岛上，谁也没有被咬？",
                    "{A}用小船把狗、猫和老鼠送到岛上，船上除了{A}还坐得下{c}只。第一趟有几只坐不下？",
                ),
            ),
        },
    ),
    Template(
        name="the-boat-must-come-back",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_ferry,
        ranges={"n": "people of a place", "c": "people in a room"},
        models={
            "original": Model(unknowns={"x": Q}, facts=("x * c == n",), ask="x"),
            "twist": Model(
                unknowns={"x": Q, "y": Q},  # crossings, loads
                facts=("y * c == n", "x == y + y - 1"),
                ask="x",
                shortcut="n / c",
            ),
            "control": Model(unknowns={"y": Q}, facts=("y * c == n",), ask="y"),
            "concept": Model(unknowns={"x": Q}, facts=("x == n - c",), ask="x"),
        },
        words={
            "en": told(
                (
                    "{A} takes {n} sheep over a lake in boats that hold {c} sheep each. How many boats does it take to carry them all at once?",
                    "{A} ferries {n} sheep over a lake in the only boat, which holds {A} and {c} of them. What is the smallest number of crossings, there and back counted alike, until {A} and all the sheep are over?",
                    "{A} ferries {n} sheep over a lake in the only boat, which holds {A} and {c} of them. What is the smallest number of crossings with sheep aboard until all of them are over?",
                    "{A} ferries {n} sheep over a lake in the only boat, which holds {A} and {c} of them. How many sheep are left when the first full boat has gone?",
                ),
                (
                    "{n} climbers ride in cabins for {c} people each. How many cabins do they fill?",
                    "A single cabin, driven by {A}, brings {n} climbers from the valley to the top, {c} at a time. How many rides, up and down counted alike, does it make from the first start until the last climber is at the top?",
                    "A single cabin, driven by {A}, brings {n} climbers from the valley to the top, {c} at a time. How many rides with climbers does it make until the last of them is at the top?",
                    "A single cabin, driven by {A}, brings {n} climbers from the valley to the top, {c} at a time. How many climbers still wait in the valley after the first ride?",
                ),
                (
                    "{A} stacks {n} tiles in piles of {c}. How many piles are there?",
                    "{A} carries {n} tiles from the yard up to the roof, {c} at a time, and then stays there. How many trips does {A} make, up and down counted alike?",
                    "{A} carries {n} tiles from the yard up to the roof, {c} at a time, and then stays there. How many trips up does {A} make?",
                    "{A} carries {n} tiles from the yard up to the roof, {c} at a time. How many tiles are still in the yard when {A} has gone up for the first time?",
                ),
            ),
            "zh": told(
                (
                    "{A}把{n}只羊分到船上，每条船{c}只，要多少条船？",
                    "{A}用唯一的一条船把{n}只羊运过湖，每次船上除了{A}能装{c}只。到{A}和所有的羊都过湖为止，船至少要过湖多少次（去和回都算）？",
                    "{A}用唯一的一条船把{n}只羊运过湖，每次船上除了{A}能装{c}只。到所有的羊都过湖为止，船载着羊过湖至少多少次？",
                    "{A}用唯一的一条船把{n}只羊运过湖，每次船上除了{A}能装{c}只。第一船装满开走后，还剩多少只羊？",
                ),
                (
                    "{n}名登山者坐缆车，每个车厢坐{c}人，要坐满多少个车厢？",
                    "只有一个缆车车厢，由{A}操纵，每次把{c}名登山者从山谷送到山顶，一共{n}人。从第一次出发到最后一人到达山顶，车厢一共运行多少趟（上行、下行各算一趟）？",
                    "只有一个缆车车厢，由{A}操纵，每次把{c}名登山者从山谷送到山顶，一共{n}人。到最后一人到达山顶，车厢载人上行多少趟？",
                    "只有一个缆车车厢，由{A}操纵，每次把{c}名登山者从山谷送到山顶，一共{n}人。第一趟之后，山谷里还有多少人在等？",
                ),
                (
                    "{A}把{n}块瓦摞起来，每摞{c}块，一共多少摞？",
                    "{A}把{n}块瓦从院子搬上屋顶，每次搬{c}块，搬完就留在屋顶上。院子和屋顶之间的路，{A}一共走多少次（上下都算）？",
                    "{A}把{n}块瓦从院子搬上屋顶，每次搬{c}块，搬完就留在屋顶上。{A}从院子走上屋顶多少次？",
                    "{A}把{n}块瓦从院子搬上屋顶，每次搬{c}块。{A}第一次上去以后，院子里还有多少块瓦？",
                ),
            ),
        },
    ),
    Template(
        name="a-bridge-for-all",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_bridge,
        ranges={"a": "minutes", "b": "minutes", "c": "minutes"},
        models={
            "original": Model(
                unknowns={"x": Q}, facts=("x == max(a, b)",), laws=("k == 2",), ask="x"
            ),
            "twist": Model(
                unknowns={"x": Q},
                facts=("x == max(a, b, c)",),
                laws=("k >= 3",),
                ask="x",
                shortcut="a + b + c",
            ),
            # the fastest brings the slowest over, comes back with the lamp, and brings the other
            "control": Model(
                unknowns={"x": Q},
                facts=("x == c + a + b",),
                laws=("k == 2", "a < b", "b < c"),
                ask="x",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x == max(a, b, c)",), ask="x"),
        },
        words={
            "en": told(
                (
                    "Two hikers cross a rope bridge in the dark with one lamp; the bridge carries at most {k} at once. One takes {a} minutes, the other {b}, and together they walk at the slower one's pace. After how many minutes are both across?",
                    "Three hikers cross a rope bridge in the dark with one lamp, which must be carried on every crossing; the bridge carries at most {k} at once. They take {a}, {b} and {c} minutes, and together they walk at the slowest one's pace. What is the smallest number of minutes after which all can be across?",
                    "Three hikers cross a rope bridge in one group. They take {a}, {b} and {c} minutes alone, and together they walk at the slowest one's pace. After how many minutes are all across?",
                ),
                (
                    "{A} and {B} walk through a dark tunnel with the only torch, at most {k} people at a time. {A} needs {a} minutes, {B} {b}, and a pair is as slow as its slower member. How many minutes does it take?",
                    "{A}, {B} and {C} walk through a dark tunnel with the only torch, without which nobody can walk there, at most {k} people at a time. They need {a}, {b} and {c} minutes, and a group is as slow as its slowest member. What is the smallest number of minutes after which all can be through?",
                    "{A}, {B} and {C} walk through a dark tunnel in one group. They need {a}, {b} and {c} minutes, and a group is as slow as its slowest member. After how many minutes are all through?",
                ),
                (
                    "Two guards have to walk down a corridor with a single key card. Up to {k} may go together. Alone one needs {a} seconds and the other {b}, together as long as the slower of them needs. After how many seconds are both at the far end?",
                    "Three guards have to walk down a corridor with a single key card, which must be carried on every walk in either direction. Up to {k} may go together. Alone they need {a}, {b} and {c} seconds, together as long as the slowest of them needs. What is the smallest number of seconds after which all can be at the far end?",
                    "Three guards walk down a corridor together. Alone they need {a}, {b} and {c} seconds, together as long as the slowest of them needs. After how many seconds are all at the far end?",
                ),
            ),
            "zh": told(
                (
                    "两名徒步者摸黑过索桥，只有一盏灯，桥上最多同时走{k}人。一人要{a}分钟，另一人要{b}分钟，一起走时按慢的算。两人都过桥要多少分钟？",
                    "三名徒步者摸黑过索桥，只有一盏灯，每次过桥都必须带灯，桥上最多同时走{k}人。三人分别要{a}、{b}、{c}分钟，一起走时按最慢的算。全部过桥最少要多少分钟？",
                    "三名徒步者结伴过索桥，单独走分别要{a}、{b}、{c}分钟，一起走时按最慢的算。全部过桥要多少分钟？",
                ),
                (
                    "{A}和{B}要穿过一条漆黑的隧道，只有一支手电，每次最多{k}人。{A}要{a}分钟，{B}要{b}分钟，一起走时按慢的算。一共要多少分钟？",
                    "{A}、{B}和{C}要穿过一条漆黑的隧道，只有一支手电，没有手电谁也不能走，每次最多{k}人。三人分别要{a}、{b}、{c}分钟，一起走时按最慢的算。全部穿过隧道最少要多少分钟？",
                    "{A}、{B}和{C}一起穿过一条漆黑的隧道，单独走分别要{a}、{b}、{c}分钟，一起走时按最慢的算。全部穿过隧道要多少分钟？",
                ),
                (
                    "两名保安要走过一条走廊，只有一张门卡，最多{k}人同行。一人要{a}秒，另一人要{b}秒，同行时按慢的算。一共要多少秒？",
                    "三名保安要走过一条走廊，只有一张门卡，来回每走一趟都要用卡，最多{k}人同行。单独走分别要{a}、{b}、{c}秒，同行时按最慢的算。全部到达另一头最少要多少秒？",
                    "三名保安一起走过一条走廊，单独走分别要{a}、{b}、{c}秒，同行时按最慢的算。全部到达另一头要多少秒？",
                ),
            ),
        },
    ),
)
