"""The wordings: each context's words, and the frames of the questions, in English and Chinese."""

from __future__ import annotations

from dataclasses import dataclass

from harness.tasks.decimals._numbers import Reading


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one context: `item` writes a number, `ten` is what "closer to 10" names."""

    noun: str
    nouns: str
    item: str
    larger: str
    smaller: str
    low: str
    high: str
    equal: str
    ten: str


@dataclass(frozen=True, slots=True)
class Context:
    """What the numbers are, and therefore which order is the right one."""

    reading: Reading
    en: Words
    zh: Words


def _en(noun: str, nouns: str, item: str, words: str, ends: str, equal: str, ten: str) -> Words:
    larger, smaller = words.split("/")
    low, high = ends.split("/")
    return Words(noun, nouns, item, larger, smaller, low, high, f"is {equal}", ten)


def _zh(noun: str, item: str, words: str, ends: str, equal: str, ten: str) -> Words:
    larger, smaller = words.split("/")
    low, high = ends.split("/")
    return Words(noun, noun, item, larger, smaller, low, high, equal, ten)


CONTEXTS: dict[str, Context] = {
    "plain": Context(
        "value",
        _en("number", "numbers", "{}", "larger/smaller", "smallest/largest", "equal to", "10"),
        _zh("数", "{}", "大/小", "小/大", "相等", "10"),
    ),
    "price": Context(
        "value",
        _en("price", "prices", "${}", "higher/lower", "lowest/highest", "equal to", "$10"),
        _zh("价格", "{}元", "高/低", "低/高", "相等", "10元"),
    ),
    "length": Context(
        "value",
        _en("length", "lengths", "{} m", "longer/shorter", "shortest/longest", "equal to", "10 m"),
        _zh("长度", "{}米", "长/短", "短/长", "相等", "10米"),
    ),
    "version": Context(
        "parts",
        _en(
            "software version", "software versions", "{}", "newer/older", "oldest/newest",
            "the same as", "10.0",
        ),
        _zh("软件版本", "{}", "新/旧", "旧/新", "相同", "10.0"),
    ),
    "chapter": Context(
        "parts",
        _en(
            "chapter of a book", "chapters of a book", "{}", "later/earlier", "first/last",
            "the same as", "chapter 10",
        ),
        _zh("书的章节", "{}", "靠后/靠前", "前/后", "相同", "第10章"),
    ),
    "date": Context(
        "parts",
        _en(
            "date (month.day)", "dates (month.day)", "{}", "later/earlier", "earliest/latest",
            "the same as", "10.1",
        ),
        _zh("日期（月.日）", "{}", "晚/早", "早/晚", "相同", "10.1"),
    ),
}  # fmt: skip

LANGUAGES = ("en", "zh")

# Frames by the form of the question; the last of each names the options before the question.
FRAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "pick": (
            "Which {noun} is {word}, {a} or {b}?",
            "Which of these {nouns} is {word}: {a} or {b}?",
            "Pick the {noun} that is {word}: {a} or {b}.",
            "{a} or {b}: which {noun} is {word}?",
        ),
        "judge": (
            "For {nouns}: {a} {relation} {b}. True or false?",
            "About {nouns}: {a} {relation} {b}. Is that true or false?",
            "We compare {nouns}. {a} {relation} {b}: true or false?",
            "True or false, for {nouns}: {a} {relation} {b}.",
        ),
        "sort": (
            "Sort these {nouns} from {start} to {end}: {list}.",
            "Order these {nouns} from {start} to {end}: {list}.",
            "From {start} to {end}, what is the order of these {nouns}: {list}?",
            "{list}: sort these {nouns} from {start} to {end}.",
        ),
    },
    "zh": {
        "pick": (
            "哪个{noun}更{word}，{a}还是{b}？",
            "请问哪个{noun}更{word}：{a}还是{b}？",
            "选出更{word}的{noun}：{a}或{b}。",
            "{a}和{b}，哪个{noun}更{word}？",
        ),
        "judge": (
            "就{noun}而言，{a}{relation}。对还是错？",
            "比较{noun}：{a}{relation}，这句话对还是错？",
            "关于{noun}：{a}{relation}。请判断对错。",
            "对还是错（{noun}）：{a}{relation}。",
        ),
        "sort": (
            "把这些{noun}从{start}到{end}排列：{list}。",
            "请将下列{noun}从{start}到{end}排序：{list}。",
            "按从{start}到{end}的顺序写出这些{noun}：{list}。",
            "{list}：把这些{noun}从{start}到{end}排列。",
        ),
    },
}

# What each prompt condition adds behind the question; `options` changes the frame instead.
INSTRUCTIONS: dict[str, dict[str, str]] = {
    "direct": {"en": "Answer directly.", "zh": "请直接回答。"},
    "steps": {"en": "Think step by step.", "zh": "请逐步思考。"},
    "scaling": {
        "en": "Multiply by 10^N until all are whole, then subtract.",
        "zh": "先都乘以10^N化为整数，再相减。",
    },
    "options": {"en": "", "zh": ""},
    "double": {"en": "Treat them as double-precision numbers.", "zh": "按双精度浮点数处理。"},
}

ENDINGS: dict[str, dict[str, str]] = {
    "en": {
        "pick": 'End with "Answer: <number>" or "Answer: equal".',
        "judge": 'End with "Answer: true" or "Answer: false".',
        "sort": 'End with "Answer: <number>, <number>, ...".',
    },
    "zh": {
        "pick": "最后写“答案：<数>”或“答案：相等”。",
        "judge": "最后写“答案：对”或“答案：错”。",
        "sort": "最后写“答案：<数>, <数>, ...”。",
    },
}

TRUE = {"en": "true", "zh": "对"}
FALSE = {"en": "false", "zh": "错"}
EQUAL = {"en": "equal", "zh": "相等"}
ANSWER = {"en": "Answer: ", "zh": "答案："}
