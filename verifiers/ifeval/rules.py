"""The 25 verifiable instructions of IFEval (Zhou et al. 2023, arXiv 2311.07911, table 1).

Each rule takes the response and the instruction's arguments by the names of the published data.
Where the paper leaves a rule open, it is what google-research/instruction_following_eval does;
sentences and words in capitals are counted by rules of our own, where that takes NLTK, and the
language of a response is told by `language`, where that takes langdetect.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from harness.verifiers.ifeval.language import language_of

Rule = Callable[..., bool]


def _holds(count: int, relation: str, wanted: int) -> bool:
    """`less than` or `at least`, the two relations of the data."""
    return count < wanted if relation == "less than" else count >= wanted


# keywords


def existence(text: str, *, keywords: list[str]) -> bool:
    """Each keyword occurs, ignoring case."""
    return all(re.search(word, text, re.I) for word in keywords)


def frequency(text: str, *, keyword: str, frequency: int, relation: str) -> bool:
    """A number of occurrences of a keyword, ignoring case."""
    return _holds(len(re.findall(keyword, text, re.I)), relation, frequency)


def forbidden_words(text: str, *, forbidden_words: list[str]) -> bool:
    """No listed word occurs as a whole word, ignoring case."""
    return not any(re.search(rf"\b{word}\b", text, re.I) for word in forbidden_words)


def letter_frequency(text: str, *, letter: str, let_frequency: int, let_relation: str) -> bool:
    """A number of occurrences of a character, ignoring case."""
    return _holds(text.lower().count(letter.lower()), let_relation, let_frequency)


# language


def response_language(text: str, *, language: str) -> bool:
    """The whole text is in one language; a text whose language cannot be told passes."""
    return language_of(text) in (None, language)


# lengths


_ABBREVIATIONS = frozenset(
    (
        *("mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "etc", "e.g", "i.e", "u.s"),
        *("u.k", "a.m", "p.m", "vol", "fig", "inc", "ltd", "co", "dept", "mt"),
    )
)


def sentences(text: str) -> int:
    """Sentences: what ends in `.`, `!` or `?` before a space and a beginning, or with the text."""
    count = 0
    for paragraph in filter(str.strip, re.split(r"\n{2,}", text)):
        ends = 0
        for end in re.finditer(r"[.!?]+[\"'”’)\]*]*(?=\s+[\"'“‘(\[*#A-Z0-9]|\s*$)", paragraph):
            before = re.split(r"\s", paragraph[: end.start()])[-1].lstrip("\"'(“[*").lower()
            numbered = before == "no" and re.match(r"\s+\d", paragraph[end.end() :])
            stop = paragraph[end.start()] == "." and bool(
                before in _ABBREVIATIONS or numbered or re.fullmatch(r"[a-z]|\d+", before)
            )
            last = not paragraph[end.end() :].strip()
            ends += last or not stop
        tail = re.search(r"[.!?]+[\"'”’)\]*]*\s*$", paragraph)
        count += ends + (tail is None)
    return count


def number_sentences(text: str, *, num_sentences: int, relation: str) -> bool:
    """A number of sentences."""
    return _holds(sentences(text), relation, num_sentences)


def number_paragraphs(text: str, *, num_paragraphs: int) -> bool:
    """A number of paragraphs separated by `***`; only the first and the last may be empty."""
    parts = re.split(r"\s?\*\*\*\s?", text)
    inner = parts[1:-1]
    ends = [part for part in (parts[0], parts[-1] if len(parts) > 1 else "") if part.strip()]
    return all(part.strip() for part in inner) and len(inner) + len(ends) == num_paragraphs


def number_words(text: str, *, num_words: int, relation: str) -> bool:
    """A number of words: runs of letters, digits and underscores."""
    return _holds(len(re.findall(r"\w+", text)), relation, num_words)


def nth_paragraph_first_word(
    text: str, *, num_paragraphs: int, nth_paragraph: int, first_word: str
) -> bool:
    """A number of paragraphs separated by empty lines; a given one begins with a given word."""
    parts = text.split("\n\n")
    full = sum(bool(part.strip()) for part in parts)
    if nth_paragraph > full or not parts[nth_paragraph - 1].strip():
        return False
    word = parts[nth_paragraph - 1].split()[0].lstrip("'").lstrip('"')
    bare = re.split(r"[.,?!'\"]", word)[0].lower()
    return full == num_paragraphs and bare == first_word.lower()


# content and format


def number_placeholders(text: str, *, num_placeholders: int) -> bool:
    """A minimum number of `[placeholders]`."""
    return len(re.findall(r"\[.*?\]", text)) >= num_placeholders


def postscript(text: str, *, postscript_marker: str) -> bool:
    """A line holds the marker of a postscript."""
    marks = {"P.P.S": r"\s*p\.\s?p\.\s?s.*$", "P.S.": r"\s*p\.\s?s\..*$"}
    mark = marks.get(postscript_marker, rf"\s*{postscript_marker.lower()}.*$")
    return re.search(mark, text.lower(), re.M) is not None


def number_bullet_lists(text: str, *, num_bullets: int) -> bool:
    """An exact number of lines that begin with `*` or `-`."""
    stars = re.findall(r"^\s*\*[^\*].*$", text, re.M)
    return len(stars) + len(re.findall(r"^\s*-.*$", text, re.M)) == num_bullets


def constrained_response(text: str) -> bool:
    """One of three answers occurs."""
    return any(f"My answer is {word}." in text for word in ("yes", "no", "maybe"))


def number_highlighted_sections(text: str, *, num_highlights: int) -> bool:
    """A minimum number of non-empty parts between `*` or `**`."""
    single = [one.strip("*").strip() for one in re.findall(r"\*[^\n\*]*\*", text)]
    double = [one[2:-2].strip() for one in re.findall(r"\*\*[^\n\*]*\*\*", text)]
    return sum(map(bool, single)) + sum(map(bool, double)) >= num_highlights


def multiple_sections(text: str, *, section_spliter: str, num_sections: int) -> bool:
    """A minimum number of sections, each headed by a given word and its number."""
    return len(re.split(rf"\s?{section_spliter}\s?\d+\s?", text)) - 1 >= num_sections


def json_format(text: str) -> bool:
    """The whole text is JSON, possibly fenced."""
    bare = text.strip()
    for fence in ("```json", "```Json", "```JSON", "```"):
        bare = bare.removeprefix(fence)
    try:
        json.loads(bare.removesuffix("```").strip())
    except (ValueError, RecursionError):
        return False
    return True


def title(text: str) -> bool:
    """A title in `<<double angular brackets>>`."""
    found = re.findall(r"<<[^\n]+>>", text)
    return any(one.lstrip("<").rstrip(">").strip() for one in found)


# combinations, beginning and end


def two_responses(text: str) -> bool:
    """Two different responses separated by `******`."""
    parts = text.split("******")
    if any(not part.strip() for part in parts[1:-1]):
        return False
    said = [part.strip() for part in parts if part.strip()]
    return len(said) == 2 and said[0] != said[1]


def repeat_prompt(text: str, *, prompt_to_repeat: str) -> bool:
    """It begins with the request, word for word."""
    return text.strip().lower().startswith(prompt_to_repeat.strip().lower())


def end_checker(text: str, *, end_phrase: str) -> bool:
    """It ends with a phrase."""
    return text.strip().strip('"').lower().endswith(end_phrase.strip().lower())


def quotation(text: str) -> bool:
    """The whole text is in double quotation marks."""
    bare = text.strip()
    return len(bare) > 1 and bare[0] == bare[-1] == '"'


# case and punctuation


def capital_words(text: str) -> int:
    """Words in capitals; `DON'T` counts as two, as English tokenizers split it."""
    words = re.findall(r"n't\b|\w+?(?=n't\b)|\w+(?:[-.&/]\w+)*|'\w+", text, re.I)
    return sum(word.isupper() for word in words)


def capital_word_frequency(text: str, *, capital_frequency: int, capital_relation: str) -> bool:
    """A number of words in capitals."""
    return _holds(capital_words(text), capital_relation, capital_frequency)


def english_capital(text: str) -> bool:
    """English, without a small letter."""
    return text.isupper() and language_of(text) in (None, "en")


def english_lowercase(text: str) -> bool:
    """English, without a capital."""
    return text.islower() and language_of(text) in (None, "en")


def no_comma(text: str) -> bool:
    """No comma."""
    return "," not in text


RULES: Mapping[str, Rule] = {
    "keywords:existence": existence,
    "keywords:frequency": frequency,
    "keywords:forbidden_words": forbidden_words,
    "keywords:letter_frequency": letter_frequency,
    "language:response_language": response_language,
    "length_constraints:number_sentences": number_sentences,
    "length_constraints:number_paragraphs": number_paragraphs,
    "length_constraints:number_words": number_words,
    "length_constraints:nth_paragraph_first_word": nth_paragraph_first_word,
    "detectable_content:number_placeholders": number_placeholders,
    "detectable_content:postscript": postscript,
    "detectable_format:number_bullet_lists": number_bullet_lists,
    "detectable_format:constrained_response": constrained_response,
    "detectable_format:number_highlighted_sections": number_highlighted_sections,
    "detectable_format:multiple_sections": multiple_sections,
    "detectable_format:json_format": json_format,
    "detectable_format:title": title,
    "combination:two_responses": two_responses,
    "combination:repeat_prompt": repeat_prompt,
    "startend:end_checker": end_checker,
    "startend:quotation": quotation,
    "change_case:capital_word_frequency": capital_word_frequency,
    "change_case:english_capital": english_capital,
    "change_case:english_lowercase": english_lowercase,
    "punctuation:no_comma": no_comma,
}


def follows(text: str, instruction: str, arguments: Mapping[str, Any]) -> bool:
    """Whether a response follows one instruction; an empty response follows none.

    Arguments that are None are as if not given: the hub's rows hold every name.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    return bool(text.strip()) and RULES[instruction](text, **given)


def loosely(text: str) -> list[str]:
    """What the loose mode tries: without the first line, the last, both; without `*`."""
    lines = text.split("\n")
    cuts = ("\n".join(part).strip() for part in (lines[1:], lines[:-1], lines[1:-1]))
    ways = [text, *cuts]
    return [*ways, *(way.replace("*", "") for way in ways)]
