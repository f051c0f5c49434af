"""Percentages: reductions one after the other, and shares of a whole."""

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
    flawed,
    four,
    sound,
    told,
)


def _discounts(rng: Random) -> Mapping[str, Case]:
    def case() -> Numbers:
        return {
            "s": 100 * rng.randint(2, 9),
            "a": 10 * rng.randint(1, 4),
            "b": 10 * rng.randint(1, 4),
        }

    o, c, t = case(), case(), case()
    after = t["s"] * (100 - t["a"]) // 100
    return four(
        sound(o["s"] * (100 - o["a"]) // 100, s=o["s"], a=o["a"]),
        sound(t["s"] * (100 - t["a"]) // 100, s=t["s"], a=t["a"]),
        sound(after * (100 - t["b"]) // 100, t["s"] * (100 - t["a"] - t["b"]) // 100, **t),
        sound(c["s"] * (100 - c["a"] - c["b"]) // 100, **c),
    )


def _shares(rng: Random) -> Mapping[str, Case]:
    def case(total: int) -> dict[str, int]:
        a, b = 5 * rng.randint(3, 8), 5 * rng.randint(3, 7)
        return {"n": 20 * rng.randint(8, 40), "a": a, "b": b, "c": total - a - b}

    o, c, t = case(5 * rng.randint(18, 19)), case(100), case(5 * rng.randint(21, 22))
    return four(
        sound(o["n"] * o["c"] // 100, **o),
        sound(100 - t["a"] - t["b"], a=t["a"], b=t["b"]),
        flawed(t["n"] * t["c"] // 100, **t),
        sound(c["n"] * c["c"] // 100, **c),
    )


TEMPLATES = (
    Template(
        name="two-discounts",
        topic="money",
        flaw=Flaw.LURE,
        draw=_discounts,
        ranges={"s": "goods, price", "a": "discount, percent", "b": "discount, percent"},
        models={
            "original": Model(unknowns={"x": Q}, facts=("100 * x == s * (100 - a)",), ask="x"),
            "twist": Model(
                unknowns={"x": Q, "y": Q},
                facts=("100 * y == s * (100 - a)", "100 * x == y * (100 - b)"),
                ask="x",
                shortcut="s * (100 - a - b) / 100",
            ),
            "control": Model(
                unknowns={"x": Q}, facts=("100 * x == s * 100 - s * a - s * b",), ask="x"
            ),
            "concept": Model(unknowns={"x": Q}, facts=("100 * x == s * (100 - a)",), ask="x"),
        },
        words={
            "en": told(
                (
                    "A coat with a list price of ${s} is reduced by {a}%. What does it cost now, in dollars?",
                    "A coat with a list price of ${s} is reduced by {a}%, and a week later the new price by another {b}%. What does it cost now, in dollars?",
                    "A coat with a list price of ${s} is reduced by {a}% of the list price, and a week later by another {b}% of the list price. What does it cost now, in dollars?",
                    "A coat costs ${s} and is reduced by {a}%. From what amount would a second reduction, on the new price, be taken, in dollars?",
                ),
                (
                    "{A}'s plane ticket costs ${s}. As a student {A} gets {a}% off. How many dollars does {A} pay?",
                    "{A}'s plane ticket costs ${s}. As a student {A} gets {a}% off, and on what is left, for paying early, {b}% off. How many dollars are to be paid?",
                    "{A}'s plane ticket costs ${s}. As a student {A} gets {a}% of this fare off, and {b}% of this fare for paying early. How many dollars are to be paid?",
                    "{A}'s plane ticket costs ${s}. As a student {A} gets {a}% off. A further discount would be taken off what is left. What amount is that, in dollars?",
                ),
                (
                    "A bicycle is offered for ${s}. The dealer takes {a}% off. How many dollars does {A} pay?",
                    "A bicycle is offered for ${s}. The dealer takes {a}% off, then {b}% off the lower price. How many dollars does {A} pay?",
                    "A bicycle is offered for ${s}. The dealer takes off {a}% of that price and another {b}% of that price. How many dollars does {A} pay?",
                    "A bicycle is offered for ${s}. The dealer takes {a}% off. What is the lower price, in dollars?",
                ),
            ),
            "zh": told(
                (
                    "一件大衣标价{s}元，降价{a}%。现价多少元？",
                    "一件大衣标价{s}元，先降价{a}%，一周后在新价格上再降{b}%。现价多少元？",
                    "一件大衣标价{s}元，先降标价的{a}%，一周后再降标价的{b}%。现价多少元？",
                    "一件大衣标价{s}元，先降价{a}%，再按新价格打折时，是在多少元的基础上打折？",
                ),
                (
                    "{A}的机票原价{s}元，学生优惠{a}%。要付多少元？",
                    "{A}的机票原价{s}元，学生优惠{a}%，提前付款再按余下的金额优惠{b}%。要付多少元？",
                    "{A}的机票原价{s}元，学生优惠原价的{a}%，提前付款再优惠原价的{b}%。要付多少元？",
                    "{A}的机票原价{s}元，学生优惠{a}%。余下的金额是多少元？",
                ),
                (
                    "一辆自行车卖{s}元，老板便宜{a}%。{A}付了多少元？",
                    "一辆自行车卖{s}元，老板先便宜{a}%，再在降低后的价格上便宜{b}%。{A}付了多少元？",
                    "一辆自行车卖{s}元，老板便宜{a}%，又便宜{b}%，两次都按原来的价格算。{A}付了多少元？",
                    "一辆自行车卖{s}元，老板先便宜{a}%。降低后的价格是多少元？",
                ),
            ),
        },
    ),
    Template(
        name="shares-over-the-whole",
        topic="sets",
        flaw=Flaw.INDIRECT,
        draw=_shares,
        ranges={"n": "people of a place", "a": "percent", "b": "percent", "c": "percent"},
        models={
            "original": Model(
                unknowns={"x": Q},
                facts=("100 * x == n * c",),
                laws=("a + b + c <= 100",),
                ask="x",
                shortcut="n * c / 100",
            ),
            "concept": Model(unknowns={"x": Q}, facts=("x + a + b == 100",), ask="x"),
        },
        words={
            "en": told(
                (
                    "Each of the {n} pupils of a school gets there in just one way: {a}% by bus, {b}% on foot, {c}% by bicycle, the rest, if any, by car. How many get there by bicycle?",
                    "Each of the pupils of a school gets there in just one way: {a}% by bus, {b}% on foot. What percentage, at most, is left for those who get there by bicycle?",
                ),
                (
                    "{n} votes were cast in {A}'s club, all valid and each for one person. {a}% went to the first candidate, {b}% to the second and {c}% to the third. How many votes did the third get?",
                    "In a ballot of {A}'s club each vote went to one person, {a}% to the first candidate and {b}% to the second. What percentage of the votes can the third get at most?",
                ),
                (
                    "A farm of {n} hectares grows one crop on each field: wheat on {a}% of the land, maize on {b}%, beans on {c}%; anything else lies fallow. On how many hectares do beans grow?",
                    "A farm grows one crop on each field: wheat on {a}% of the land, maize on {b}%. On what percentage of the land can beans grow at most?",
                ),
            ),
            "zh": told(
                (
                    "学校的{n}名学生每人只用一种方式上学：{a}%坐公交，{b}%步行，{c}%骑车，如果还有其余的就坐小汽车。骑车上学的有多少人？",
                    "学校的学生每人只用一种方式上学：{a}%坐公交，{b}%步行。骑车上学的最多占百分之几？",
                ),
                (
                    "{A}的俱乐部投出{n}张选票，全部有效，每张只选一人。第一位候选人得票{a}%，第二位{b}%，第三位{c}%。第三位得了多少张票？",
                    "{A}的俱乐部投票，每张只选一人。第一位候选人得票{a}%，第二位{b}%。第三位最多能得百分之几的票？",
                ),
                (
                    "农场有{n}公顷地，每块地只种一种作物：小麦占{a}%，玉米占{b}%，豆子占{c}%，其余的休耕。种豆子的地有多少公顷？",
                    "农场的每块地只种一种作物：小麦占{a}%，玉米占{b}%。豆子最多能占百分之几？",
                ),
            ),
        },
    ),
)
