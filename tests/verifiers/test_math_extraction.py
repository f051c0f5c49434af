"""The final answer in free text."""

from __future__ import annotations

import pytest

from harness.core import Status
from harness.verifiers import math
from harness.verifiers.math.finding.extract import extract, final_part


@pytest.mark.parametrize(
    ("text", "answer", "rule"),
    [
        (r"so \boxed{7}.", "7", "boxed"),
        (r"\boxed{\frac{1}{2}} and more words", r"\frac{1}{2}", "boxed"),
        (r"\boxed{3} then \boxed{4}", "4", "boxed"),
        (r"\boxed{3} and \boxed{4}", "3, 4", "boxed"),
        (r"\boxed{3} apples and \boxed{4} pears", "3, 4", "boxed"),
        (r"\fbox{9}", "9", "boxed"),
        (r"$\boxed{28", "28", "boxed"),
        (r"\boxed 7 $", "7", "boxed"),
        ("The answer is 42.", "42", "marker"),
        ("The final answer is $x=3$. I hope it is correct.", "$x=3$", "marker"),
        ("work\n#### 18", "18", "marker"),
        ("work\nA: 18", "18", "marker"),
        ("**Answer:** 5", "5", "marker"),
        ("La réponse est 5.", "5", "marker"),
        ("Die Antwort lautet 5.", "5", "marker"),
        ("La respuesta es 5.", "5", "marker"),
        ("La risposta è 5.", "5", "marker"),
        ("所以答案是 5。", "5", "marker"),
        ("答えは 5 です。", "5 です", "marker"),
        ("Ответ: 5", "5", "marker"),
        ("The answer is 5. No wait, it is 7.", "7", "correction"),
        ("I think it is 5. No wait, it is 7", "7", "correction"),
        ("First 3 birds came, then 4.\nIn all there are **7** birds.", "7", "bold"),
        ("x^2 + 1", "x^2 + 1", "bare"),
        ("We add 3 and 4 and so we get 7", "7", "number"),
    ],
)
def test_extraction(text: str, answer: str, rule: str) -> None:
    found = extract(text)
    assert found is not None
    assert (found.answer, found.rule) == (answer, rule)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("<think>5?</think>7", "7"),
        ("no opening mark</think> 7", " 7"),
        ("<think>still thinking", None),
        ("plain", "plain"),
    ],
)
def test_reasoning_is_cut_away(text: str, rest: str | None) -> None:
    assert final_part(text) == rest


TEXTS = [
    ("I think it is 5. No wait, it is 7", "7"),
    ("Let me compute.\n\n## Final Answer\n\n42", "42"),
    ("### Answer\n\n$\\frac{1}{2}$", "1/2"),
    ("**Final Answer**\n\n\\[\n\\frac{3}{4}\n\\]", "3/4"),
    ("The answer is: **$12**", "12"),
    ("So the total cost is $45.50.", "45.5"),
    ("Therefore, she needs 12 more apples.", "12"),
    ("Thus x = 4.", "4"),
    ("Hence, the area is 25π.", "25\\pi"),
    ("Therefore the answer is (C) 15.", "C"),
    ("The correct option is B.", "B"),
    ("Answer: B) Paris", "B"),
    ("最终答案：\\boxed{3}", "3"),
    ("因此，答案为 $\\frac{2}{3}$。", "2/3"),
    ("答：小明有15个苹果。", "15"),
    ("Donc, la réponse finale est 3,5 kg.", "3.5"),
    ("Die Antwort lautet: 1.234,5", "1234.5"),
    ("Por lo tanto, la respuesta es 12.", "12"),
    ("したがって、答えは 24 です。", "24"),
    ("答えは$x=3$です。", "3"),
    ("정답은 15입니다.", "15"),
    ("الجواب هو ٤٢", "42"),
    ("Ответ: 17.", "17"),
    ("The final answer is \\boxed{\\text{No solution}}.", "no solution"),
    ("Check: 3+4=7. The answer: 7 (verified: 7 - 4 = 3)", "7"),
    ("The answer is 7, because 3 + 4 = 7.", "7"),
    ("The answer is 3 or 4", "3,4"),
    ("The solutions are x = 3 and x = -2.", "-2,3"),
    ("The answer is 12 not 13", "12"),
    ("Answer: $x \\in (-\\infty, 2]$", "x\\le 2"),
    ("The probability is 3/8, or 37.5%.", "3/8"),
    ("The answer is approximately 3.14.", "3.14"),
    ("ANSWER: 5", "5"),
    ("Final answer: 1,234 meters", "1234"),
    ("final answer is \\(\\boxed{-3}\\)", "-3"),
    ("Solution: ... The value of $k$ is $\\boxed{6}$, where $k>0$.", "6"),
    ("The answer is 5! = 120", "120"),
    ("We get 5 apples and 3 pears, so 8 in total.\n", "8"),
    ("The answer is not 5.\nIt is 6.", "6"),
    ("```python\nprint(3)\n```\nOutput: 3\nSo the answer is 3", "3"),
    ("\\boxed{A}", "A"),
    ("\\boxed{(A)}", "A"),
    ("\\boxed{A: 12}", "A"),
    ("$$x=\\boxed{5}$$", "5"),
    ("\\boxed{x=5}", "5"),
    ("\\boxed{5\\ \\text{cm}}", "5"),
    ("The answer is 1/2 (one half).", "1/2"),
    ("The answer is one half.", "1/2"),
    ("The answer is twelve.", "12"),
    ("There are twelve.", "12"),
    ("The answer is yes.", "Yes"),
    ("Yes, it is convergent.\nAnswer: Yes", "yes"),
    ("It's 3:45 PM. Answer: 3:45 PM", "3:45 p.m."),
    ("The answer is $5,000.", "5000"),
    ("The answer is $5,000.00 per month", "5000"),
    ("The answer is 25%.", "25\\%"),
    ("The answer is 10^-3", "0.001"),
    ("The answer is 2√3", "2\\sqrt{3}"),
    ("The answer is x² + 1", "x^2+1"),
    ("The answer is x^2 + 2x + 1.", "(x+1)^2"),
    ("The answer is {1, 2, 3}.", "\\{1,2,3\\}"),
    ("The answer is (1, 2).", "(1,2)"),
    ("Answer: -7 degrees", "-7"),
    ("The minimum value of the expression is 4.", "4"),
    ("The answer is 8 + 4 = 12.", "12"),
    ("so 8 + 4 = 12 apples", "12"),
    ("The ratio is 2:3", "2:3"),
    ("the number is 0.75 = 3/4", "0.75"),
]


@pytest.mark.parametrize(("text", "gold"), TEXTS)
def test_texts_of_many_styles_are_understood(text: str, gold: str) -> None:
    verdict = math.verify(text, gold)
    assert verdict.status is Status.CORRECT, verdict
