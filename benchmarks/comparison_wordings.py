"""Plain wordings of answers to comparisons, right and wrong ones, and how they are judged.

    python benchmarks/comparison_wordings.py [--problems 600] [--wordings 8] [--show seen]

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

from comparison_templates import ADJECTIVES, CLOSER, EQUAL, PICK, SIGNS, SORT, TRUTH

from harness.core import DataSource, Problem, Status
from harness.tasks.decimals import Decimals
from harness.tasks.decimals.verifier import ComparisonVerifier


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
    """Whether a wrong claim is the lure, by value: 9.80 and 9.8 are one where equal is right."""
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
