"""Letters of words that tokenizers cut in odd places."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from random import Random

from harness.tasks.traps.template import Case, Flaw, Model, Template, told

TOPIC = "letters"
WORDS = (
    "accommodation", "addressee", "aggressive", "assassination", "balloon", "banana",
    "beekeeper", "blueberry", "bookkeeper", "bubblegum", "cappuccino", "carabiner", "cemetery",
    "cinnamon", "coffee", "committee", "connoisseur", "cucumber", "dilemma", "disappearance",
    "eleven", "embarrassment", "encyclopedia", "engineer", "excellence", "fulfillment", "gooseberry",
    "harassment", "hippopotamus", "interference", "jellyfish", "kayak", "lollipop", "macaroni",
    "mayonnaise", "millennium", "minimum", "necessity", "nonsense", "occurrence",
    "orangutan", "parallelogram", "pepper", "permanent", "possession", "preference", "questionnaire",
    "rhododendron", "rhythm", "sleeplessness", "statistics", "strawberry", "successful", "syllable",
    "tattoo", "television", "tomorrow", "unnecessary", "vacuum", "volleyball",
    "wheelbarrow", "whippersnapper", "xylophone", "yesterday", "zucchini",
)  # fmt: skip


def _of(word: str, letter: str) -> list[int]:
    return [i for i, c in enumerate(word) if c == letter]


def _doubled(word: str, letter: str) -> bool:
    places = _of(word, letter)
    return any(b - a == 1 for a, b in itertools.pairwise(places))


MORE = (
    "appropriate", "attention", "beginning", "competence", "corridor", "decidedly", "interpreter",
    "motorboat", "peppermint", "proportion", "recorder", "remember", "surrender", "suspenders",
    "suspense", "temperature", "thermometer",
)  # fmt: skip
PAIRS = [
    (w, c) for w in (*WORDS, *MORE) for c in sorted(set(w)) if c not in "ai"
]  # "a" and "I" are words
DOUBLED = [(w, c) for w, c in PAIRS if len(_of(w, c)) > 1 and _doubled(w, c)]
APART = [(w, c) for w, c in PAIRS if len(_of(w, c)) > 1 and not _doubled(w, c)]
THREE = [
    (w, c) for w, c in PAIRS
    if len(_of(w, c)) == 3 and len({b - a for a, b in itertools.pairwise(_of(w, c))}) > 1
]  # fmt: skip
TWO = [(w, c) for w, c in PAIRS if len(_of(w, c)) == 2 and not _doubled(w, c)]
BOTH = sorted({w for w, _ in THREE} & {w for w, _ in TWO})
"""Words that serve both, so that none tells a trap from a control."""


def _texts(word: str, letter: str) -> dict[str, str]:
    return {"w": word, "c": letter}


def _count(rng: Random) -> Mapping[str, Case]:
    (tw, tc), (cw, cc), (ow, _) = rng.choice(DOUBLED), rng.choice(APART), rng.choice(DOUBLED)
    spelled = {k: {"spelled": "-".join(tw)} for k in ("en", "zh")}
    runs = sum(1 for key, _ in itertools.groupby(tw) if key == tc)
    return {
        "original": Case(values={}, answer=len(ow), texts={"w": ow}),
        "concept": Case(values={}, answer=tw.count(tc), texts=_texts(tw, tc), words=spelled),
        "twist": Case(values={}, answer=tw.count(tc), lure=runs, texts=_texts(tw, tc)),
        "control": Case(values={}, answer=cw.count(cc), texts=_texts(cw, cc)),
    }


def _nth(rng: Random) -> Mapping[str, Case]:
    def case(low: int, high: int) -> Case:
        size = rng.randint(6, 14)
        word = rng.choice([w for w in (*WORDS, *MORE) if len(w) == size])
        n = len(word) + rng.randint(low, high)
        last = ord(word[min(n, len(word)) - 1]) - 96
        answer, lure = (None, last) if n > len(word) else (last, None)
        return Case(values={"n": n}, answer=answer, lure=lure, texts={"w": word})

    twist = case(1, 2)
    word = twist.texts["w"]
    return {
        "original": case(-4, -2),
        "concept": Case(values={}, answer=len(word), texts={"w": word}),
        "twist": twist,
        "control": case(-1, 0),
    }


def _gap(rng: Random) -> Mapping[str, Case]:
    def first(word: str, letter: str) -> int:
        places = _of(word, letter)
        return places[1] - places[0] - 1

    def pick(pairs: list[tuple[str, str]]) -> tuple[str, str]:
        word = rng.choice(BOTH)
        return rng.choice([pair for pair in pairs if pair[0] == word])

    o, c, t = rng.choice(TWO), pick(TWO), pick(THREE)
    return {
        "original": Case(values={}, answer=first(*o), texts=_texts(*o)),
        "concept": Case(values={}, answer=3, texts=_texts(*t)),
        "twist": Case(values={}, lure=first(*t), texts=_texts(*t), witnesses=({"k": 1}, {"k": 2})),
        "control": Case(values={}, answer=first(*c), texts=_texts(*c)),
    }


TEMPLATES = (
    Template(
        name="how-many-of-a-letter",
        topic=TOPIC,
        flaw=Flaw.LURE,
        draw=_count,
        models={
            "original": Model(ask="length(w)"),
            "concept": Model(ask="letters(w, c)"),
            "twist": Model(ask="letters(w, c)", shortcut="runs(w, c)"),
        },
        words={
            "en": told(
                (
                    "How many letters, {A} asks, does the English word {w} have?",
                    "How many times, {A} asks, does the letter {c} occur in the English word {w}?",
                    "How many times, {A} asks, does the letter {c} occur in the English word {w}, spelled {spelled}?",
                ),
                (
                    "{A} paints the word {w} on a sign, each letter separately. How many letters must {A} paint?",
                    "{A} paints the word {w} on a sign, each letter separately. How many times must {A} paint the letter {c}?",
                    "{A} paints the letters of the word {w} on a sign, one by one: {spelled}. How many times must {A} paint the letter {c}?",
                ),
                (
                    "To spell the word {w} with letter tiles, how many tiles does {A} need?",
                    "To spell the word {w} with letter tiles, how many tiles with the letter {c} does {A} need?",
                    "To spell the word {w} with letter tiles, {A} lays out {spelled}. How many of these tiles show the letter {c}?",
                ),
            ),
            "zh": told(
                (
                    "{A}问：英文单词{w}一共有多少个字母？",
                    "{A}问：英文单词{w}里有多少个字母{c}？",
                    "{A}问：英文单词{w}拆开是{spelled}，里面有多少个字母{c}？",
                ),
                (
                    "{A}要把英文单词{w}一个字母一个字母地刷到招牌上，一共要刷多少个字母？",
                    "{A}要把英文单词{w}一个字母一个字母地刷到招牌上，字母{c}要刷多少次？",
                    "{A}要把英文单词{w}一个字母一个字母地刷到招牌上：{spelled}。字母{c}要刷多少次？",
                ),
                (
                    "用字母卡片拼出英文单词{w}，{A}需要多少张卡片？",
                    "用字母卡片拼出英文单词{w}，{A}需要多少张写着{c}的卡片？",
                    "用字母卡片拼英文单词{w}，{A}摆出了{spelled}，其中写着{c}的卡片有多少张？",
                ),
            ),
        },
    ),
    Template(
        name="beyond-the-last-letter",
        topic=TOPIC,
        flaw=Flaw.UNDEFINED,
        draw=_nth,
        models={
            "original": Model(
                laws=("n <= length(w)",),
                ask="nth(w, n)",
                shortcut="nth(w, min(n, length(w)))",
                claim="none",
            ),
            "concept": Model(ask="length(w)"),
        },
        words={
            "en": told(
                (
                    "{A} takes letter number {n} of the word {w}, counted from the left. At which place in the alphabet (a = first) does that letter stand?",
                    "{A} counts the letters of the word {w}, starting from the left. What number does the last letter get?",
                ),
                (
                    "In a code, each letter is replaced by its place in the alphabet, from a to z. Which number replaces letter {n} of the word {w}?",
                    "In a code, each letter is replaced by its place in the alphabet. How many numbers are needed to replace the letters of the word {w}?",
                ),
                (
                    "Write the word {w} into a row of numbered boxes, one letter to a box from the first box on. What place in the alphabet does the letter in box {n} have?",
                    "Write the word {w} into a row of numbered boxes, one letter to a box from the first box on. What is the number of the last box that gets a letter?",
                ),
            ),
            "zh": told(
                (
                    "{A}取出英文单词{w}从左数的第{n}个字母。这个字母在字母表里排第几（a排第一）？",
                    "{A}从左开始给英文单词{w}的字母编号。最后一个字母是第几号？",
                ),
                (
                    "按一种密码，每个字母换成它在字母表里的序号。英文单词{w}的第{n}个字母要换成几？",
                    "按一种密码，每个字母换成它在字母表里的序号。英文单词{w}一共要换成多少个序号？",
                ),
                (
                    "把英文单词{w}写进格子，一格一个字母。第{n}格里的字母在字母表里排第几？",
                    "把英文单词{w}写进格子，一格一个字母。写有字母的最后一格是第几格？",
                ),
            ),
        },
    ),
    Template(
        name="from-one-to-the-next",
        topic=TOPIC,
        flaw=Flaw.AMBIGUOUS,
        draw=_gap,
        models={
            "original": Model(
                unknowns={"k": (1, 2)},
                facts=("k <= letters(w, c) - 1",),
                ask="between(w, c, k)",
                shortcut="between(w, c, 1)",
            ),
            "concept": Model(ask="letters(w, c)"),
        },
        words={
            "en": told(
                (
                    "How many letters, {A} would like to know, are there between one {c} and the next {c} in the word {w}?",
                    "How many times, {A} would like to know, does the letter {c} occur in the word {w}?",
                ),
                (
                    "{A} spells the word {w} with letter tiles and takes the letter {c} away wherever it occurs. How many tiles are there between the two gaps?",
                    "{A} spells the word {w} with letter tiles and takes the letter {c} away wherever it occurs. How many tiles does {A} take away?",
                ),
                (
                    "Letter tiles spell the word {w}. {A} puts a finger on one {c} and moves on to the next {c}. How many letters does the finger pass over in between?",
                    "Letter tiles spell the word {w}. {A} puts a finger on every {c}. How many fingers does that take?",
                ),
            ),
            "zh": told(
                (
                    "{A}想知道：英文单词{w}里，一个{c}和下一个{c}之间隔着多少个字母？",
                    "{A}想知道：英文单词{w}里，字母{c}出现了多少次？",
                ),
                (
                    "{A}用字母卡片拼出英文单词{w}，再把所有的{c}都拿走。两个空位之间有多少张卡片？",
                    "{A}用字母卡片拼出英文单词{w}，再把所有的{c}都拿走。一共拿走多少张？",
                ),
                (
                    "字母卡片拼成英文单词{w}。{A}把手指放在一个{c}上，再移到后面的下一个{c}上，中间经过多少个字母？",
                    "字母卡片拼成英文单词{w}。{A}用手指按住每一个{c}，要用多少根手指？",
                ),
            ),
        },
    ),
)
