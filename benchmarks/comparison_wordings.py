# ruff: noqa: E501 - the wordings of a group stand together
"""Plain wordings of answers to comparisons, right and wrong ones, and how they are judged.

    python benchmarks/comparison_wordings.py [--problems 600] [--wordings 8] [--seed 0] [--show seen]

Each problem of the task `decimals` is answered in `--wordings` ways, half of them right: a claim
is drawn (the right one or another), put into words by templates that know nothing of the
verifier's tables, and the verdict is checked against what the claim says. Half of the templates,
by a hash of their text, were never looked at while the verifier was written: `kept back`. With
`--show seen` the misjudged answers of the other half are printed.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from harness.core import DataSource, Problem, Status
from harness.tasks.decimals import Decimals
from harness.tasks.decimals.verifier import ComparisonVerifier

# What a winner and a loser are called, by context and by what is asked.
ADJECTIVES = {
    ("en", "plain", "larger"): (("larger", "bigger", "greater"), ("smaller", "less", "lower")),
    ("en", "price", "larger"): (("higher", "greater", "larger"), ("lower", "less", "smaller")),
    ("en", "length", "larger"): (("longer", "greater"), ("shorter", "smaller")),
    ("en", "version", "larger"): (("newer", "more recent", "later"), ("older", "earlier")),
    ("en", "chapter", "larger"): (("later",), ("earlier",)),
    ("en", "date", "larger"): (("later", "more recent"), ("earlier",)),
    ("zh", "plain", "larger"): (("大",), ("小",)),
    ("zh", "price", "larger"): (("高", "贵"), ("低", "便宜")),
    ("zh", "length", "larger"): (("长",), ("短",)),
    ("zh", "version", "larger"): (("新",), ("旧", "老")),
    ("zh", "chapter", "larger"): (("靠后",), ("靠前",)),
    ("zh", "date", "larger"): (("晚", "靠后"), ("早",)),
}

PICK = {
    "en": (
        "{w}",
        "{w}.",
        "**{w}**",
        "The answer is {w}.",
        "Answer: {w}",
        "**Answer:** {w}",
        "\\boxed{{{w}}}",
        "It is {w}.",
        "I would pick {w}.",
        "{w} is {adj}.",
        "{w} is the {adj} {noun}.",
        "{w} is the {adj} one.",
        "{w} is the {adj} of the two.",
        "{w} is {adj} than {l}.",
        "{l} is {opp} than {w}.",
        "{l} is the {opp} one, so the answer is {w}.",
        "The {adj} {noun} is {w}.",
        "The {adj} one is {w}.",
        "The {adj} {noun} is **{w}**, because {l} is {opp}.",
        "Between {a} and {b}, {w} is {adj}.",
        "Between {a} and {b}, the {adj} {noun} is {w}.",
        "Comparing {a} and {b}: {w} is {adj} than {l}.",
        "{w} is {adj} because {l} is {opp}.",
        "{w} is {adj} than {l}, so the answer is {w}.",
        "{w}, since {l} is {opp}.",
        "{w}, not {l}.",
        "Not {l}, but {w}.",
        "It's not {l}; it's {w}.",
        "{l} is not {adj} than {w}.",
        "It might look like {l} is {adj}, but {w} is {adj}.",
        "At first glance {l} seems {adj}, but actually {w} is {adj} than {l}.",
        "Many people think it is {l}. In fact, {w} is {adj}.",
        "{l} is not the {adj} one. {w} is.",
        "Let's compare them digit by digit. Therefore, {w} is {adj} than {l}.",
        "So {w} is the {adj} {noun}, and {l} is the {opp} one.",
        "Thus, {l} is {opp} and {w} is {adj}.",
        "Of the two {nouns}, {w} is {adj}.",
        "I think {w} is {adj} than {l}.",
        "Therefore, the {noun} that is {adj} is {w}.",
        "Given {a} and {b}, we find that {w} is the {adj} {noun}.",
        "The two {nouns} are {a} and {b}. Of these, {w} is the {adj} one.",
        "{a} vs {b}: {w} is {adj}.",
        "Final answer: {w} is {adj} than {l}",
        "Answer: {w} ({adj} than {l})",
        "The {noun} {w} is {adj} than the {noun} {l}.",
        "Hence the {adj} {noun} among {a} and {b} is {w}.",
        "If we compare, {w} comes out {adj}.",
        "{l} is {opp}. So: {w}",
        "We have {a} and {b}.\n\nThe {adj} is:\n\n{w}",
        "You asked which is {adj}. That would be {w}.",
    ),
    "zh": (
        "{w}",
        "{w}。",
        "答案：{w}",
        "答案是{w}。",
        "**{w}**",
        "\\boxed{{{w}}}",
        "{w}更{adj}。",
        "{w}更{adj}一些。",
        "{w}比{l}{adj}。",
        "{w}比较{adj}。",
        "{l}比{w}{opp}。",
        "{l}更{opp}，所以答案是{w}。",
        "更{adj}的是{w}。",
        "更{adj}的{noun}是{w}。",
        "{a}和{b}相比，{w}更{adj}。",
        "因此，{w}比{l}更{adj}。",
        "不是{l}，而是{w}。",
        "是{w}，不是{l}。",
        "看起来{l}更{adj}，但实际上{w}更{adj}。",
        "所以{w}更{adj}，{l}更{opp}。",
        "{w}更{adj}，因为{l}更{opp}。",
        "应该选{w}。",
        "在{a}和{b}中，{w}更{adj}。",
        "{l}没有{w}{adj}。",
        "{l}不如{w}{adj}。",
        "两者中更{adj}的是{w}。",
        "很多人以为是{l}，其实{w}更{adj}。",
        "比较可知，{w}{adj}于{l}。",
        "综上，{w}的{noun}更{adj}。",
        "我选择{w}，因为它更{adj}。",
        "{l}并不比{w}{adj}。",
        "最终答案：{w}更{adj}",
    ),
}  # fmt: skip

# Only where what is compared is a quantity.
SIGNS = {
    "en": (
        "{x} > {y}",
        "{y} < {x}",
        "So {x} > {y}.",
        "Simply put: {x} > {y}",
        "Therefore {y} < {x}.",
        "$${x_bare} > {y_bare}$$",
        "Since {x} > {y}, the answer is {w}.",
        "${x_bare} > {y_bare}$, so {w} is {adj}.",
        "{x} is greater than {y}.",
        "{y} is less than {x}.",
        "{x} exceeds {y}.",
        "{x} is greater than {y} by {d}.",
        "The tenths decide: {x} > {y}. So the {adj} one is {w}.",
        "{x} - {y} = {d} > 0, so {x} > {y}.",
    ),
    "zh": (
        "{x} > {y}",
        "{y} < {x}",
        "简单来说:{x} > {y}",
        "因此,{x} 大于 {y}",
        "{y}小于{x}。",
        "所以{x}>{y}，{w}更{adj}。",
        "{x} 比 {y} 大 {d}。",
        "因此,{x} 大于 {y}。\n\n{x} 减去 {y} 等于 {d}，即 {x} 比 {y} 大 {d}。",
        "{y}比{x}小。",
        "{x}大于{y}，所以选{w}。",
    ),
}  # fmt: skip

CLOSER = {
    "en": (
        "{w}",
        "Answer: {w}",
        "{w} is closer to {ten}.",
        "{w} is closer to {ten} than {l}.",
        "{l} is farther from {ten}, so {w}.",
        "The {noun} closer to {ten} is {w}.",
        "{w} is nearer to {ten} than {l} is.",
        "Of {a} and {b}, {w} is the one closer to {ten}.",
        "{l} is further away from {ten} than {w}.",
        "The distance of {w} from {ten} is smaller. The answer is {w}.",
        "{l} is not closer to {ten}; {w} is.",
        "Not {l}, but {w}.",
    ),
    "zh": (
        "{w}",
        "答案：{w}",
        "{w}更接近{ten}。",
        "{w}比{l}更接近{ten}。",
        "{l}离{ten}更远，所以是{w}。",
        "更接近{ten}的是{w}。",
        "不是{l}，而是{w}。",
        "{w}离{ten}更近。",
    ),
}  # fmt: skip

EQUAL = {
    "en": (
        "equal",
        "They are equal.",
        "Answer: equal",
        "The two {nouns} are equal.",
        "{a} and {b} are equal.",
        "{a} and {b} are the same.",
        "Neither: they are equal.",
        "Neither is {adj}; {a} equals {b}.",
        "{a} is equal to {b}.",
        "{a} is the same as {b}.",
        "{a} = {b}, so they are equal.",
        "Both are the same {noun}.",
        "There is no difference between {a} and {b}.",
        "{a} is not {adj} than {b}; they are identical.",
    ),
    "zh": (
        "相等",
        "答案：相等",
        "两者相等。",
        "{a}和{b}相等。",
        "{a}和{b}一样{adj}。",
        "{a}等于{b}。",
        "它们是一样的。",
        "两个{noun}相同。",
        "{a}与{b}没有区别，两者相等。",
        "都不更{adj}，它们相等。",
    ),
}  # fmt: skip

TRUTH = {
    ("en", True): (
        "true",
        "True.",
        "Answer: true",
        "**True**",
        "\\boxed{{\\text{{true}}}}",
        "The statement is true.",
        "This is true.",
        "That is correct.",
        "Correct.",
        "Yes.",
        "Yes, that's right.",
        "Yes, the statement is correct.",
        "The statement holds.",
        "The claim holds.",
        "It is right.",
        "Not false.",
        "The statement is not false.",
        "This isn't wrong.",
        "The statement is correct, not false.",
        "It's a true statement.",
        "True: {truth}.",
        "True, because {truth}.",
        "{truth}, so the statement is true.",
        "Since {truth}, the claim is correct.",
        "✓",
        "✅ True",
        "The given statement is indeed true.",
        "One might think it is false, but it is true.",
        "I agree with the statement.",
    ),
    ("en", False): (
        "false",
        "False.",
        "Answer: false",
        "**False**",
        "\\boxed{{\\text{{False}}}}",
        "The statement is false.",
        "This is false.",
        "That is incorrect.",
        "Incorrect.",
        "No.",
        "No, that's wrong.",
        "No, the statement is not correct.",
        "The statement does not hold.",
        "The claim doesn't hold.",
        "It is wrong.",
        "Not true.",
        "The statement is not true.",
        "This isn't right.",
        "The statement is untrue.",
        "It's a false statement.",
        "False: {truth}.",
        "False, because {truth}.",
        "{truth}, so the statement is false.",
        "Since {truth}, the claim is incorrect.",
        "✗",
        "❌ False",
        "The given statement is actually false.",
        "One might think it is true, but it is false.",
        "I disagree with the statement.",
    ),
    ("zh", True): (
        "对", "对。", "答案：对", "正确", "正确。", "是对的。", "这句话是对的。", "这句话正确。", "没错。", "不错，这句话成立。", "√", "✓", "是的。", "这个说法成立。",
        "该说法是正确的。", "这句话没有错。", "{truth}，所以这句话是对的。", "对，因为{truth}。", "真", "这是真的。", "判断：正确",
    ),
    ("zh", False): (
        "错", "错。", "答案：错", "错误", "错误。", "不对。", "这句话是错的。", "这句话不正确。", "不正确。", "这个说法不成立。", "×", "✗", "不是的。", "并非如此。",
        "该说法是错误的。", "这句话不对。", "{truth}，所以这句话是错的。", "错，因为{truth}。", "假", "这是假的。", "判断：错误",
    ),
}  # fmt: skip

SORT = {
    "en": (
        "{commas}",
        "Answer: {commas}",
        "The order is {commas}.",
        "\\boxed{{{commas}}}",
        "{lines}",
        "The sorted list:\n\n{lines}",
        "{bullets}",
        "Here is the order:\n{bullets}",
        "{numbered}",
        "From {start} to {end}:\n{numbered}",
        "From {start} to {end}: {commas}.",
        "{arrows}",
        "The order is {arrows}.",
        "{signs}",
        "So {signs}.",
        "Answer: {signs}",
        "$${bare_signs}$$",
        "{thens}.",
        "First {thens}.",
        "The {start} is {first}, and the {end} is {last}. The full order: {commas}",
        "Sorted: [{commas}]",
        "({commas})",
        "{ands}",
        "The {nouns} in order are {ands}.",
        "The list {given} becomes {commas}.",
        "Given {given}, the order from {start} to {end} is: {commas}",
        "{semis}",
        "**{commas}**",
        "{bold_lines}",
        "We start with {given}.\nAfter sorting:\n{lines}",
    ),
    "zh": (
        "{commas}",
        "答案：{commas}",
        "{dots}",
        "顺序是{dots}。",
        "从{start}到{end}：{dots}",
        "{lines}",
        "排列如下：\n{lines}",
        "{arrows}",
        "{signs}",
        "因此{signs}。",
        "{numbered}",
        "正确的顺序为{dots}。",
        "把{given}排序后得到：{commas}",
        "依次是{dots}",
        "\\boxed{{{commas}}}",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """An answer, the template that it was made from, and what the verdict must be."""

    problem: Problem
    template: str
    text: str
    expected: Status


def kept_back(template: str) -> bool:
    """Whether a template belongs to the half that was not looked at."""
    return hashlib.sha256(template.encode()).digest()[0] % 2 == 1


def cases(count: int, wordings: int, seed: int) -> Iterator[Case]:
    """`wordings` answers to each of `count` problems."""
    rng = random.Random(seed)
    source = DataSource(limit=count, options={"seed": str(1000 + seed)})
    for problem in Decimals().load(source):
        for index in range(wordings):
            yield from _case(rng, problem, right=index % 2 == 0)


def _case(rng: random.Random, problem: Problem, *, right: bool) -> Iterator[Case]:
    if problem.meta["form"] == "judge":
        made = _judged(rng, problem, right)
    elif problem.meta["form"] == "sort":
        made = _sorted(rng, problem, right)
    else:
        made = _picked(rng, problem, right)
    if made is not None:
        template, text, claim = made
        status = Status.CORRECT if right else Status.WRONG
        if not right and _lured(problem, claim):
            status = Status.LURED
        yield Case(problem, template, text, status)


def _lured(problem: Problem, claim: str) -> bool:
    """Whether a wrong claim is the lure, by value: 9.80 and 9.8 are one lure where equal is right."""
    if claim == problem.lure or (claim == "equal" and problem.lure == "相等"):
        return True
    numbers = problem.meta["numbers"]
    equal = problem.meta["form"] == "pick" and not problem.meta["picks"]
    return equal and claim in numbers and problem.lure in numbers


def _shown(problem: Problem, number: str) -> str:
    form = {"en": {"price": "${}", "length": "{} m"}, "zh": {"price": "{}元", "length": "{}米"}}
    meta = problem.meta
    return form[meta["language"]].get(meta["context"], "{}").format(number)


def _nouns(problem: Problem) -> dict[str, str]:
    known = {
        "plain": ("number", "numbers", "数"),
        "price": ("price", "prices", "价格"),
        "length": ("length", "lengths", "长度"),
        "version": ("version", "versions", "版本"),
        "chapter": ("chapter", "chapters", "章节"),
        "date": ("date", "dates", "日期"),
    }
    one, many, chinese = known[problem.meta["context"]]
    if problem.meta["language"] == "zh":
        return {"noun": chinese, "nouns": chinese}
    return {"noun": one, "nouns": many}


def _words(rng: random.Random, problem: Problem, ask: str) -> dict[str, str]:
    meta = problem.meta
    high, low = ADJECTIVES[meta["language"], meta["context"], "larger"]
    pair = (rng.choice(high), rng.choice(low))
    adj, opp = pair if ask == "larger" else pair[::-1]
    return {"adj": adj, "opp": opp, **_nouns(problem)}


def _picked(rng: random.Random, problem: Problem, right: bool) -> tuple[str, str, str] | None:
    meta = problem.meta
    language, ask = meta["language"], meta["ask"]
    a, b = meta["numbers"]
    fields = {"a": _shown(problem, a), "b": _shown(problem, b)}
    if meta["picks"]:
        claim = problem.gold if right else (b if problem.gold == a else a)
        if not right and rng.random() < 0.1:
            claim = "equal"
    else:
        claim = "equal" if right else rng.choice((a, b))
    if claim == "equal":
        template = rng.choice(EQUAL[language])
        asked = "larger" if ask == "closer" else ask
        return template, template.format(**fields, **_words(rng, problem, asked)), claim
    loser = b if claim == a else a
    fields |= {"w": _shown(problem, claim), "l": _shown(problem, loser)}
    if ask == "closer":
        ten = {"chapter": "chapter 10", "version": "10.0", "date": "10.1", "price": "$10"}
        chinese = {"chapter": "第10章", "price": "10元", "length": "10米"} | {
            k: v for k, v in ten.items() if k in ("version", "date")
        }
        ten["length"] = "10 m"
        near = (ten if language == "en" else chinese).get(meta["context"], "10")
        template = rng.choice(CLOSER[language])
        return template, template.format(**fields, ten=near, **_nouns(problem)), claim
    plain = meta["reading"] == "value"
    known = PICK[language] + (SIGNS[language] * 2 if plain else ())
    if not meta["picks"]:  # of equal numbers it is true that one is not larger
        known = tuple(t for t in known if not re.search(r"\bnot {adj} than|没有{w}|不如|不比", t))
    template = rng.choice(known)
    x, y = (claim, loser) if ask == "larger" else (loser, claim)
    difference = _difference(x, y)
    fields |= {"x": _shown(problem, x), "y": _shown(problem, y), "d": difference}
    fields |= {"x_bare": x, "y_bare": y}
    return template, template.format(**fields, **_words(rng, problem, ask)), claim


def _difference(x: str, y: str) -> str:
    from decimal import Decimal

    return f"{abs(Decimal(x) - Decimal(y)):f}"


def _judged(rng: random.Random, problem: Problem, right: bool) -> tuple[str, str, str]:
    meta = problem.meta
    language = meta["language"]
    gold = problem.gold in ("true", "对")
    says = gold if right else not gold
    template = rng.choice(TRUTH[language, says])
    truth = _relation(rng, problem, says)
    claim = {"en": ("false", "true"), "zh": ("错", "对")}[language][says]
    return template, template.format(truth=truth), claim


def _relation(rng: random.Random, problem: Problem, says: bool) -> str:
    """A relation that bears the verdict out: the claimed one, or what contradicts it."""
    meta = problem.meta
    a, b = (_shown(problem, n) for n in meta["numbers"])
    words = _words(rng, problem, "larger")
    question = problem.question
    chinese = meta["language"] == "zh"
    marks = ("equal to", "the same as", "相等", "相同")
    claims = (
        "equal"
        if any(m in question for m in marks)
        else "larger"
        if _claims_larger(problem)
        else "smaller"
    )
    if says:
        relation = claims
    else:
        relation = {"larger": "smaller", "smaller": "larger", "equal": "larger"}[claims]
    if chinese:
        return {
            "equal": f"{a}等于{b}",
            "larger": f"{a}比{b}{words['adj']}",
            "smaller": f"{a}比{b}{words['opp']}",
        }[relation]
    return {
        "equal": f"{a} is equal to {b}",
        "larger": f"{a} is {words['adj']} than {b}",
        "smaller": f"{a} is {words['opp']} than {b}",
    }[relation]


def _claims_larger(problem: Problem) -> bool:
    high = ("larger", "higher", "longer", "newer", "later", "大", "高", "长", "新", "靠后", "晚")
    text = problem.question
    behind = text[text.find(problem.meta["numbers"][0]) :]
    if problem.meta["language"] == "en":
        return any(f"is {word} than" in behind for word in high)
    behind = behind[behind.find(problem.meta["numbers"][1]) :]
    return any(word in behind.split("对")[0] for word in high)


def _sorted(rng: random.Random, problem: Problem, right: bool) -> tuple[str, str, str] | None:
    meta = problem.meta
    language = meta["language"]
    order = str(problem.gold).split(", ")
    if not right:
        if problem.lure is not None and rng.random() < 0.5:
            order = problem.lure.split(", ")
        else:
            i = rng.randrange(len(order) - 1)
            order[i], order[i + 1] = order[i + 1], order[i]
            if _same_order(problem, order):
                return None
    shown = [_shown(problem, n) for n in order]
    ends = {
        "plain": ("smallest", "largest", "小", "大"),
        "price": ("lowest", "highest", "低", "高"),
        "length": ("shortest", "longest", "短", "长"),
        "version": ("oldest", "newest", "旧", "新"),
        "chapter": ("first", "last", "前", "后"),
        "date": ("earliest", "latest", "早", "晚"),
    }[meta["context"]]
    pair = ends[:2] if language == "en" else ends[2:]
    up = _ascends(problem, pair)
    start, end = pair if up else pair[::-1]
    sign = " < " if up else " > "
    template = rng.choice(SORT[language])
    text = template.format(
        commas=", ".join(shown),
        dots="、".join(shown),
        semis="; ".join(shown),
        lines="\n".join(shown),
        bold_lines="\n".join(f"**{s}**" for s in shown),
        bullets="\n".join(f"- {s}" for s in shown),
        numbered="\n".join(f"{i}. {s}" for i, s in enumerate(shown, 1)),
        arrows=" → ".join(shown),
        signs=sign.join(shown),
        bare_signs=sign.join(order),
        thens=", then ".join(shown),
        ands=", ".join(shown[:-1]) + " and " + shown[-1],
        given=", ".join(_shown(problem, n) for n in meta["numbers"]),
        start=start,
        end=end,
        first=shown[0],
        last=shown[-1],
        nouns=_nouns(problem)["nouns"],
    )
    return template, text, ", ".join(order)


def _ascends(problem: Problem, pair: tuple[str, str]) -> bool:
    text = problem.question
    low, high = pair
    if problem.meta["language"] == "zh":
        return f"从{low}到{high}" in text
    return f"from {low} to {high}" in text.lower()


def _same_order(problem: Problem, order: list[str]) -> bool:
    from harness.tasks.decimals._numbers import TRUE_ORDER

    key = TRUE_ORDER[problem.meta["reading"]]
    return [key(n) for n in order] == [key(n) for n in str(problem.gold).split(", ")]


def _read_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=600)
    parser.add_argument("--wordings", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", choices=("seen", "kept"))
    return parser.parse_args()


def main() -> None:
    """Print the share of answers judged as they were made, seen and kept back."""
    asked = _read_args()
    counts: Counter[tuple[str, bool, bool]] = Counter()
    verifier = ComparisonVerifier()
    shown: Counter[str] = Counter()
    for case in cases(asked.problems, asked.wordings, asked.seed):
        verdict = verifier.verify(case.text, case.problem)
        kept = kept_back(case.template)
        form = case.problem.meta["form"]
        right = case.expected is Status.CORRECT
        good = verdict.status is case.expected
        counts[form, kept, good] += 1
        counts["all", kept, good] += 1
        counts["right" if right else "wrong", kept, good] += 1
        if not good and asked.show == ("kept" if kept else "seen"):
            shown[case.template] += 1
            if shown[case.template] <= 2:
                print(
                    f"{case.problem.question!r}\n   {case.text!r}\n   gold {case.problem.gold!r}:"
                    f" {verdict.status} ({verdict.answer!r}, {verdict.method}, {verdict.reason}),"
                    f" should be {case.expected}"
                )
    for name in ("all", "right", "wrong", "pick", "judge", "sort"):
        line = [f"{name:<7}"]
        for kept, title in ((False, "seen"), (True, "kept back")):
            yes, no = counts[name, kept, True], counts[name, kept, False]
            line.append(f"{title} {yes / max(1, yes + no):.4f} of {yes + no}")
        print("  ".join(line))


if __name__ == "__main__":
    main()
