"""Groups that overlap: how many belong to both cannot be told while some may belong to neither."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Q, Template, wordings


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


_HOBBIES = ("x + z == a", "y + z == b", "x + y + z + k == n")
_GROUPS = {"x": Q, "y": Q, "z": Q, "k": Q}
_NOT_NEGATIVE = ("x >= 0", "y >= 0", "z >= 0", "k >= 0")

TWO_HOBBIES = Template(
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
)
