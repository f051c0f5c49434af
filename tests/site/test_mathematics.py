"""Formulas of strangers, typeset: those that are known whole, as listed elements alone."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest
from markupsafe import escape

from harness.site import build
from harness.site.mathematics import answer, formula, typeset
from harness.site.text import visible


class _Seen(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.data = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.data += data


@pytest.mark.parametrize(
    ("source", "shape"),
    [
        (r"x^2", "msup"), (r"\frac{1}{2}", "mfrac"), (r"\dfrac12", "mfrac"),
        (r"\sqrt[3]{x}", "mroot"), (r"\boxed{12}", "menclose"), (r"a_1^2", "msubsup"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "mtable"), (r"\text{if } x \le 2", "mtext"),
        (r"\begin{align*}x&=1\\y&=2\end{align*}", "mtable"), (r"\overline{AB}", "mover"),
        (r"45^\circ", "msup"), (r"\sum_{i=1}^n i", "msubsup"), (r"10\%", "mn"),
    ],
)  # fmt: skip
def test_the_usual_formulas_are_typeset(source: str, shape: str) -> None:
    found = formula(source)
    assert found is not None
    seen = _Seen(found)
    assert shape in seen.tags
    assert "\\" not in seen.data


@pytest.mark.parametrize(
    "text",
    [
        r"$\foo{x}$", r"$\frac{1$", r"$x^$", r"\(\end{array}\)", "$" + "{" * 300 + "}" * 300 + "$",
        r"\(" + "x" * 1200 + r"\)", "no formula", r"a \$5 note", "$ x $", "",
    ],
)  # fmt: skip
def test_what_is_not_known_whole_stays_as_it_was_written(text: str) -> None:
    assert typeset(text) == visible(text)


@pytest.mark.parametrize(
    "text",
    [
        "She has $20 and he has $30.", "$5-$10", "It costs $5, and the tax is another 3$ in all",
        "from $1,000 to $2,000, that is $1,000 more", "for$6 or 7$", "US$5 or A$6",
    ],
)  # fmt: skip
def test_money_is_no_formula(text: str) -> None:
    assert typeset(text) == visible(text)


ATTACKS = [
    r"\text{<script>alert(1)</script>}",
    r"\href{javascript:alert(1)}{x}",
    r"\href{https://example.org}{x}",
    r"\style{position:fixed;inset:0}{x}",
    r"\class{top}{x}",
    r"\text{\"><img src=x onerror=alert(1)>}",
    r"\mathrm{</math></span></pre><script>alert(1)</script>}",
    r"\color{red;background:url(//example.org)}{x}",
    r"\rule{900em}{900em}",
    r"\hspace{-50em}x",
    "\u202ex\u200b",
]


@pytest.mark.parametrize("source", ATTACKS)
def test_a_hostile_formula_is_text(source: str) -> None:
    html = typeset(f"before ${source}$ \\[{source}\\] after")
    seen = _Seen(html)
    allowed = {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mstyle", "mpadded", "span"}
    assert seen.tags <= allowed
    assert not seen.attributes & {"href", "style", "id", "src", "mathcolor", "mathbackground"}
    assert not re.search("[\u200b\u202e]", html)
    for tag in re.findall("<m[a-z]+[^>]*>", html):
        assert "class" not in tag
        assert not re.search(r"\d{2}|-\d", tag), tag


def test_a_right_answer_is_shown_as_written_and_typeset() -> None:
    assert answer("12") == "12"
    assert answer("<b>") == "&lt;b&gt;"
    both = answer(r"\frac{1}{2}")
    assert "<mfrac>" in both
    assert r"\frac{1}{2}</code>" in both


def test_pages_typeset_questions_and_answers_and_keep_the_mark(
    fakes: ModuleType, crawl: ModuleType, tmp_path: Path
) -> None:
    board = fakes.Board(2)
    report = board.add("tiny-s", "think@8", think=8)
    views = [
        replace(
            view,
            problem=replace(view.problem, question=r"What is $\frac{1}{2}+1$?"),
            sample=replace(
                view.sample,
                text=r"<think>$\frac12$</think>So $x^2=4$ and \(y=\boxed{7}\). " + ATTACKS[0],
                prefix="",
                reasoning=None,
            ),
            verdict=replace(view.verdict, answer="7"),
        )
        for view in board.views[report.id]
    ]
    build(fakes.Invented([report], {report.id: views}), tmp_path / "out")
    crawl.read_site(tmp_path / "out")
    page = (tmp_path / f"out/runs/{report.id}/samples-1.html").read_text()
    assert page.count("<mfrac>") == len(views)  # questions: the thought stays as it was written
    assert page.count("<msup>") == len(views)
    assert page.count('\\boxed{<mark class="x">7</mark>}') == len(views)
    assert page.count(str(escape(r"$\frac12$"))) == len(views)
    assert "<script>alert" not in page
    problem = next((tmp_path / "out/tasks").rglob("p/*.html")).read_text()
    assert "<mfrac>" in problem
