"""Answers in words and sentences, sums with dots, dates: what equals the gold and what does not."""

from __future__ import annotations

import pytest

from harness.core import Status
from harness.verifiers import math
from harness.verifiers.math.reading.dates import date
from harness.verifiers.math.reading.sentences import gives, spelled_number
from harness.verifiers.math.reading.spoken import in_signs, is_range


def equal(gold: str, answer: str) -> bool:
    return math.verify(answer, gold).status is Status.CORRECT


@pytest.mark.parametrize(
    ("words", "sentence", "expected"),
    [
        ("Tuesday", "The day will be Tuesday", True),
        ("Evelyn", "Evelyn has the greatest speed", True),
        ("the ellipse", "The curve is an ellipse", True),
        ("Alice", "Alice beats Bob", False),
        ("Alice", "The brother of Alice", False),
        ("Alice", "Alice is the one who loses", False),
        ("Alice", "It is not Alice", False),
        ("Alice", "It isn't Alice", False),
        ("Alice", "It is Alice or Bob", False),
        ("circle", "The area of a circle", False),
        ("east", "It is the opposite of east", False),
        ("even", "It is neither odd nor even", False),
        ("Alice", "Alice", False),
    ],
)
def test_a_sentence_gives_its_subject_or_complement(
    words: str, sentence: str, expected: bool
) -> None:
    assert gives(words, sentence) is expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a total of six", "six"),
        ("there are one hundred and twenty of them", "one hundred twenty"),
        ("it is not six", None),
        ("between two and three", None),
        ("the one that fits", None),
        ("six of the 7", None),
    ],
)
def test_the_one_spelled_number(text: str, number: str | None) -> None:
    found = spelled_number(text)
    assert (found and found.replace(" and ", " ")) == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("June 20th", (6, 20, None)),
        ("the 20th of June", (6, 20, None)),
        ("Monday, 3 March 2025", (3, 3, 2025)),
        ("2024-06-20", (6, 20, 2024)),
        ("June", None),
        ("20", None),
    ],
)
def test_dates(text: str, expected: tuple[int, int, int | None] | None) -> None:
    assert date(text) == expected


@pytest.mark.parametrize(
    ("gold", "answer", "expected"),
    [
        ("June 20", "20th of June", True),
        ("June 20", "June 21", False),
        ("June 20, 2024", "2024-06-20", True),
        ("June 20, 2024", "June 20, 2023", False),
        ("noon", "12:00 pm", True),
        ("noon", "12:00 am", False),
        ("Alice, Bob and Carol", "Carol, Alice and Bob", True),
        ("Alice, Bob and Carol", "Alice and Bob", False),
        ("B", "I pick option B", True),
        ("B", "I pick option C", False),
        ("B", "Option B is wrong", False),
        ("B", "I pick B or C", False),
        ("B", "choose B, then C", False),
        ("I and II", "I and II only", True),
        ("6", "A total of six.", True),
        ("-3", "negative three", True),
        ("3", "negative three", False),
    ],
)
def test_words_against_words(gold: str, answer: str, expected: bool) -> None:
    assert equal(gold, answer) is expected


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("the square root of 2", r"\sqrt{2}"),
        ("cube root of 2", r"\sqrt[3]{2}"),
        ("minus 3", "-3"),
        ("all real numbers less than 5", "x <5"),
        ("at least 3", r"x \ge 3"),
        ("all positive real numbers", "x >0"),
        ("all real numbers except 2 and 3", r"\mathbb{R} \setminus \{ 2,3\}"),
        ("there are at least two ways", "there are at least two ways"),
    ],
)
def test_words_become_signs(text: str, signs: str) -> None:
    assert in_signs(text) == signs


def test_only_whole_phrases_are_sets_of_numbers() -> None:
    assert is_range("all positive real numbers")
    assert not is_range("there are at least two ways")


@pytest.mark.parametrize(
    ("gold", "answer", "expected"),
    [
        ("x < 5", "all real numbers less than 5", True),
        ("x < 5", "numbers less than or equal to 5", False),
        ("5", "at most 5", False),
        (r"\mathbb{R} \setminus \{2\}", "all real numbers except 2", True),
        (r"\mathbb{R}", "all real numbers except 2", False),
        (r"\sqrt{2}", "the square root of 2", True),
        ("2", "the square root of 2", False),
    ],
)
def test_words_against_mathematics(gold: str, answer: str, expected: bool) -> None:
    assert equal(gold, answer) is expected


@pytest.mark.parametrize(
    ("gold", "answer", "expected"),
    [
        (r"\frac{n(n+1)}{2}", r"1 + 2 + \cdots + n", True),
        (r"\frac{n(n+1)}{2}", r"1 + 2 + \cdots + (n-1)", False),
        (r"\frac{n(n+1)(2n+1)}{6}", r"1^2 + 2^2 + \cdots + n^2", True),
        (r"n^2", r"1 + 3 + 5 + \cdots + (2n-1)", True),
        (r"n^2", r"1 + 3 + 5 + \cdots + (2n+1)", False),
        (r"2^n - 1", r"1 + 2 + 4 + \cdots + 2^{n-1}", True),
        (r"2^n - 1", r"1 + 2 + 4 + \cdots + 2^n", False),
        ("127", r"1 + 2 + 4 + \cdots + 64", True),
        ("5050", r"1 + 2 + 3 + \cdots + 100", True),
        ("5051", r"1 + 2 + 3 + \cdots + 100", False),
        ("n!", r"1 \cdot 2 \cdots n", True),
        ("(n+1)!", r"1 \cdot 2 \cdots n", False),
        ("2", r"1 + \frac12 + \frac14 + \cdots", True),
        ("3", r"1 + \frac12 + \frac14 + \cdots", False),
        ("12", r"1 + 2 + 4 + 5 + \cdots", False),  # no rule: the dots stay unknown
        (r"a_1 + a_2 + \cdots + a_n", r"a_1 + a_2 + \cdots + a_n", True),
    ],
)
def test_sums_and_products_with_dots(gold: str, answer: str, expected: bool) -> None:
    assert equal(gold, answer) is expected


@pytest.mark.parametrize(
    ("gold", "answer", "expected"),
    [
        ("3000000", "3 million", True),
        ("3", "3 million", False),
        ("24", "2 dozen", True),
        ("0.5", "0.5%", False),
        (r"0.5\%", "0.5", False),
        (r"50\%", "50", True),
        (r"50\%", "0.5", True),
        ("3 + 4i", "(3+4j)", True),
        ("3i", "3j", False),  # vectors
        ("a_i", "a_j", False),
        (r"3 \pmod 7", "7k + 3", True),
        (r"3 \pmod 7", "7k + 4", False),
        ("1,1,2", "1,2", False),
        (r"\{1,2\}", r"\{1,1,2\}", True),
        ("y = 4/x", "xy = 4", True),
        ("y = 4/x", "xy = 5", False),
        ("25", "m + n = 25", True),
        ("0", "a + b = 0", False),
        (r"x \ne 0, x \ne 1", r"x \ne 0, 1", True),
        (r"3\text{ m/s}", r"3\ m\ s^{-1}", True),
        (r"3\text{ m/s}", r"3\ m\ s^{-2}", False),
        (r"5\text{ feet }6\text{ inches}", "5 ft 6 in", True),
        (r"5\text{ feet }6\text{ inches}", "5 ft 7 in", False),
        ("171", "AB_{16}", True),
        ("170", "AB_{16}", False),
        ("2:3", "2 to 3", True),
        ("2:3", "3 to 2", False),
        ("x=1, y=2", "x = 1\ny = 2", True),
        ("x=1, y=2", "x = 2\ny = 1", False),
        ("5", "The answer is $5$ as there are 4 left over", True),
        ("4", "The answer is $5$ as there are 4 left over", False),
        ("13", "3 more than 10, that is 13", True),
        ("2", "2$x", False),
    ],
)
def test_notations(gold: str, answer: str, expected: bool) -> None:
    assert equal(gold, answer) is expected
