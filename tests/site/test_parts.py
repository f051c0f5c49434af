"""The site's small parts: numbers, hidden characters, thoughts, ranks, the picture, the colours."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import harness.site
from harness.core import Command, Estimate, Status, ThinkMarks
from harness.site import BoardText, build, numbers, text
from harness.site.breakdowns import part
from harness.site.chart import draw
from harness.site.dictionary import PROBLEM_COLUMNS, RUN_COLUMNS
from harness.site.groups import family_of, group_runs, kind_of, own_hardware
from harness.site.verdicts import VERDICTS
from harness.site.words import CHART, EDGE, ENGLISH, SCRIPT, chinese, joined


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.8421, "84.2%"),
        (0, "0.0%"),
        (1, "100.0%"),
        (0.0001, "<0.1%"),
        (0.9999, ">99.9%"),
        (None, "N/A"),
    ],
)
def test_percent(share: float | None, shown: str) -> None:
    assert numbers.percent(share) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (7, "7"),
        (38.46, "38.5"),
        (1204.4, "1,204"),
        (25_123, "25.1k"),
        (3.2e6, "3.20M"),
        (None, "N/A"),
        (math.inf, "∞"),
        (0, "0"),
        (9999.7, "10.0k"),
        (999_960, "1.00M"),
    ],
)
def test_count(value: float | None, shown: str) -> None:
    assert numbers.count(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.254, "$1.25"),
        (0.00314, "$0.0031"),
        (None, "N/A"),
        (0, "$0.00"),
        (1234.5, "$1,234.50"),
        (0.0999, "$0.100"),
        (math.inf, "∞"),
    ],
)
def test_usd(value: float | None, shown: str) -> None:
    assert numbers.usd(value) == shown


def test_other_numbers() -> None:
    shown = [numbers.tokens(value) for value in (12.0, 38.46, 834.2, None, math.inf)]
    assert shown == ["12.0", "38.5", "834", "N/A", "∞"]
    assert numbers.si(3.214e9, "FLOP") == "3.21 GFLOP"
    assert numbers.si(None, "FLOP") == "N/A"
    assert numbers.si(12.0, "FLOP") == "12 FLOP"
    assert numbers.seconds(0.0312) == "0.0312 s"
    assert numbers.seconds(8.21) == "8.2 s"
    assert numbers.seconds(850) == "14 min"
    assert numbers.points(0.0312) == "+3.1"
    assert numbers.points(-0.0312) == "\N{MINUS SIGN}3.1"
    assert numbers.points(-0.0001) == "0.0"
    e = Estimate(value=0.5, low=0.4567, high=0.61, n=1, clusters=1)
    assert numbers.interval(e) == "45.7–61.0"


@given(st.text())
def test_shown_text_hides_nothing_and_says_all(value: str) -> None:
    shown = str(text.visible(value))
    bare = re.sub(r'<span class="ctl" title="[^"<>]*">|</span>', "", shown)
    assert "<" not in bare
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]", bare)
    read = bare.removeprefix("\n")  # as a browser reads it behind <pre>
    assert read.count("\n") == value.replace("\r\n", "\n").count("\n")
    assert text.plain(value) == text.plain(text.plain(value))


def test_hidden_characters_are_named() -> None:
    shown = str(text.visible("a\u202eb"))
    assert 'title="RIGHT-TO-LEFT OVERRIDE"' in shown
    assert "[U+202E]" in shown
    assert str(text.visible("tab\tline\n")) == "tab\tline\n"


def parts(response: str) -> list[tuple[bool, str, bool]]:
    return [(p.thinking, p.text, p.closed) for p in text.split_thinking(response)]


def test_thoughts_are_set_apart() -> None:
    assert parts("<think>a</think>b") == [(True, "a", True), (False, "b", True)]
    assert parts("a</think>b") == [(True, "a", True), (False, "b", True)]
    assert parts("<think>a") == [(True, "a", False)]
    assert parts("b") == [(False, "b", True)]
    assert parts("") == [(False, "", True)]
    assert parts("x<think>a</think>b<think>c</think>d") == [
        (False, "x", True),
        (True, "a", True),
        (False, "b", True),
        (True, "c", True),
        (False, "d", True),
    ]
    own = text.split_thinking("[T]a[/T]b", ThinkMarks("[T]", "[/T]"))
    assert [(p.thinking, p.text) for p in own] == [(True, "a"), (False, "b")]


@given(st.lists(st.sampled_from(["<think>", "</think>", "a", "b\n", " "]), max_size=8))
def test_splitting_loses_only_marks_and_blank_space(pieces: list[str]) -> None:
    whole = "".join(pieces)
    left = "".join(p.text for p in text.split_thinking(whole))
    assert re.sub(r"</?think>|\s", "", left) == re.sub(r"</?think>|\s", "", whole)


def test_what_rows_can_be_filtered_by() -> None:
    assert kind_of("vote@16:think=256") == "vote"
    assert kind_of("greedy") == "greedy"
    assert kind_of("think@4 tokens<=100") == "think"
    assert family_of("org/Qwen2.5-7B") == "Qwen"
    assert family_of("tiny-s") == "tiny"
    assert family_of("4o") == "4o"
    assert own_hardware("onnx:tiny-s")
    assert own_hardware("openai:mine@http://private:8000/v1")
    assert not own_hardware("openai:gpt@https://api.example.com/v1")
    assert not own_hardware("anthropic:claude")


@pytest.mark.parametrize(
    ("response", "answer", "shown"),
    [
        ("It is 9.11, no: 9.8.", "9.8", 'It is 9.11, no: <mark class="x">9.8</mark>.'),
        ("19.8 and 9.80", "9.8", "19.8 and 9.80"),
        ("9.8", "9.8", '<mark class="x">9.8</mark>'),
        ("\n9.8", "9.8", '\n\n<mark class="x">9.8</mark>'),
        ("a<b", "<", 'a<mark class="x">&lt;</mark>b'),
        ("答案：对", "对", '答案：<mark class="x">对</mark>'),
        ("nothing", "true", "nothing"),
        ("aaa", "a", "aaa"),
    ],
)
def test_the_extracted_answer_is_set_apart(response: str, answer: str, shown: str) -> None:
    assert str(text.marked(response, answer)) == shown


@given(st.text(max_size=60), st.text(min_size=1, max_size=4))
def test_marking_changes_no_text(before: str, answer: str) -> None:
    shown = str(text.marked(before + answer, answer))
    bare = shown.replace('<mark class="x">', "").replace("</mark>", "")
    assert bare == str(text.visible(before + answer))


def test_ranks_and_frontier(fakes: ModuleType) -> None:
    board = fakes.full_board(40)
    (group,) = group_runs(board.reports, {r.id: r.id for r in board.reports})
    values = [row.accuracy.value for row in group.ranked]
    assert values == sorted(values, reverse=True)
    for row in group.ranked:
        others = [o.accuracy for o in group.ranked if o is not row]
        best = 1 + sum(o.low > row.accuracy.high for o in others)
        worst = 1 + sum(o.high >= row.accuracy.low for o in others)
        assert row.rank == (best, worst)
        beaten = any(
            o.tokens <= row.tokens
            and o.accuracy.value >= row.accuracy.value
            and (o.tokens, o.accuracy.value) != (row.tokens, row.accuracy.value)
            for o in group.ranked
        )
        assert row.frontier == (not beaten)
    assert group.best is group.ranked[0]
    assert group.thrifty.rank[0] == 1
    assert all(row.rank is None for row in group.oracle + group.partial)


def test_the_picture_holds_every_complete_run_and_no_label_hides_another(
    fakes: ModuleType,
) -> None:
    board = fakes.full_board(40)
    (group,) = group_runs(board.reports, {r.id: r.id for r in board.reports})
    chart = draw(group)
    assert chart is not None
    marks = [m for line in chart.lines for m in line.marks]
    assert len(marks) == len(group.ranked)
    frame = chart.frame
    for m in marks:
        assert frame.left <= m.x <= frame.width - frame.right
        assert frame.top <= m.high <= m.y <= m.low <= frame.height - frame.bottom
    for a, b in itertools.combinations(marks, 2):
        assert (a.row.tokens < b.row.tokens) == (a.x < b.x)
        assert (a.row.accuracy.value < b.row.accuracy.value) == (a.y > b.y) or a.y == b.y
    boxes = []
    for label in chart.labels:
        wide = 6.4 * len(label.text)
        start = label.x - wide if label.anchor == "end" else label.x
        boxes.append((start, label.y - 10, start + wide, label.y))
    for a, b in itertools.combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    assert chart.labels
    ats = [t.at for t in chart.x_ticks]
    assert ats == sorted(ats)
    assert 2 <= len(ats) <= 10
    assert "Pareto frontier" in chart.summary
    for line in chart.lines:  # a model's line never falls
        ys = [m.y for m in line.marks if m.main]
        assert ys == sorted(ys, reverse=True)


def test_runs_that_differ_only_in_a_seed_are_told_apart(fakes: ModuleType) -> None:
    from dataclasses import replace

    board = fakes.Board(4)
    one = board.add("tiny-s", "greedy")
    two = replace(
        one,
        id="other",
        manifest=replace(one.manifest, identity=replace(one.manifest.identity, seed=7)),
    )
    (group,) = group_runs([one, two], {one.id: "a", "other": "b"})
    assert {row.note for row in group.ranked} == {"seed 0", "seed 7"}


def _themes() -> dict[str, dict[str, str]]:
    css = (Path(harness.site.__file__).parent / "static/site.css").read_text()
    found = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", css)
    return {
        "light": {name: light for name, light, _ in found},
        "dark": {name: dark for name, _, dark in found},
    }


def _contrast(a: str, b: str) -> float:
    """WCAG 2.2 contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    one, other = sorted((luminance(a), luminance(b)), reverse=True)
    return (one + 0.05) / (other + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contrast(theme: str) -> None:
    colours = _themes()[theme]
    words = [
        "ink",
        "muted",
        "accent",
        "correct",
        "lured",
        "wrong",
        "abstained",
        "refused",
        "truncated",
        "unparsed",
        "ungraded",
        "failed",
    ]
    for word, ground in itertools.product(words, ["bg", "panel"]):
        assert _contrast(colours[word], colours[ground]) >= 4.5, (word, ground)
    for word, ground in (
        ("muted", "sunk"),
        ("ink", "sunk"),
        ("warn", "warn-soft"),
        ("muted", "think"),
        ("ink", "think"),
    ):
        assert _contrast(colours[word], colours[ground]) >= 4.5, (word, ground)
    for i in range(8):
        assert _contrast(colours[f"s{i}"], colours["panel"]) >= 3, i


def test_metrics_are_listed_or_broken_down_each_once() -> None:
    names = ["pass@2", "kind=a/b=c", "kind=d", "lure_rate/all", "lure_rate/kind=d", "gold=sure"]
    names += ["a/b/kind=d", "accuracy", "a/b"]
    metrics = {
        name: Estimate(value=i / 10, low=0, high=1, n=i, clusters=i) for i, name in enumerate(names)
    }
    listed, (kinds,) = part(metrics)
    assert [name for name, _ in listed] == [
        "accuracy", "pass@2", "lure_rate/all", "gold=sure", "a/b",
    ]  # fmt: skip
    assert all(metrics[name] is estimate for name, estimate in listed)
    assert (kinds.factor, kinds.figures) == ("kind", ("", "lure_rate", "a/b"))
    assert kinds.rows == (
        ("a/b=c", (metrics["kind=a/b=c"], None, None)),
        ("d", (metrics["kind=d"], metrics["lure_rate/kind=d"], metrics["a/b/kind=d"])),
    )


def test_ratios_are_no_shares() -> None:
    ratio = Estimate(value=0.5, low=0.25, high=0.75, n=9, clusters=9, method="ratio-t")
    wide = Estimate(value=1.5, low=-1.849, high=4.8491, n=9, clusters=9)
    assert (numbers.estimate(ratio), numbers.interval(ratio)) == ("0.5", "0.25 to 0.75")
    assert numbers.interval(wide) == "\N{MINUS SIGN}1.849 to 4.849"
    share = Estimate(value=0.5, low=0.25, high=0.75, n=9, clusters=9)
    assert (numbers.estimate(share), numbers.interval(share)) == ("50.0%", "25.0–75.0")


def test_a_name_breaks_behind_slashes_and_is_escaped() -> None:
    assert text.breakable("a_b/<i>\u202e") == "a_<wbr>b/<wbr>&lt;i&gt;[U+202E]"


def test_every_word_of_the_interface_is_there_in_chinese() -> None:
    folder = Path(harness.site.__file__).parent
    told = set(SCRIPT.values()) | {word.meaning for word in VERDICTS.values()} | set(ENGLISH)
    told |= {str(status) for status in Status} | set(CHART.values())
    told |= {meaning for _, meaning in (*RUN_COLUMNS, *PROBLEM_COLUMNS)}
    for page in (folder / "templates").iterdir():
        body = page.read_text(encoding="utf-8")
        if page.name != "label.html":
            calls = re.findall(r'\b_\(("[^"]*"(?: if [\w |.=]+ else "[^"]*")?)\)', body)
            told |= {word for call in calls for word in re.findall(r'"([^"]*)"', call)}
    board = (folder / "templates/board.html").read_text(encoding="utf-8")
    told |= set(re.findall(r'\("[a-z_]+", "([^"]+)", (?:true|false)', board))
    for code in ("problems.py",):
        told |= set(re.findall(r'say\("([^"]*)"\)', (folder / code).read_text(encoding="utf-8")))
    assert told - chinese().keys() == set()
    for english, other in chinese().items():
        assert other or english == " ", english
        assert re.findall(r"\{\w+\}", english) == re.findall(r"\{\w+\}", other) or (
            sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", other))
        ), english


def test_a_chinese_board(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.Board(4)
    board.add("tiny-s", "greedy")
    board.add("tiny-m", "greedy")
    build(board.source(), tmp_path / "out", board=BoardText(title="榜", language="zh"))
    page = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert '<html lang="zh-Hans">' in page
    assert "准确率与成本" in page
    assert "Accuracy over cost" not in page
    assert EDGE not in "".join(
        p.read_text(encoding="utf-8") for p in (tmp_path / "out").rglob("*.html")
    )


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("@原始记录@ 3 @/@ 7", "原始记录 3 / 7"),
        ("@只看@ @正确@", "只看正确"),
        ("@计费@; @实耗 64@", "计费；实耗 64"),
        ("1 @题@, @版本@ 2.", "1 题，版本 2."),
        ("<a>@方法@</a>. <a>@数据@</a>.</p>", "<a>方法</a>。<a>数据</a>。</p>"),
        ("@见@ <code>a b</code>, @或@ <code>c</code>", "见 <code>a b</code>，或 <code>c</code>"),
        ('aria-label="@表格@: decimals"', 'aria-label="表格：decimals"'),
        ("<pre>a, b. c: d</pre> @题@", "<pre>a, b. c: d</pre> 题"),
    ],
)  # fmt: skip
def test_chinese_pieces_are_joined_as_chinese_is_written(page: str, shown: str) -> None:
    assert joined(page.replace("@", EDGE)) == shown


def test_who_solves_a_problem_for_least_stands_first(fakes: ModuleType, tmp_path: Path) -> None:
    board = fakes.full_board(6)
    build(board.source(), tmp_path / "out")
    reports = {r.id: r for r in board.reports}
    for page in (tmp_path / "out/tasks").glob("*/p/*.html"):
        rows = re.findall(r'<tr data-v=.*?runs/([^/]+)/.*?<td class="r">(\d+)%', page.read_text())
        order = [(reports[run].selector == "oracle", reports[run].status != "complete",
                  -int(share)) for run, share in rows]  # fmt: skip
        assert len(order) > 10
        assert order == sorted(order, key=lambda o: (o[0] or o[1], o[1], o[2]))


def test_a_command_breaks_before_its_options() -> None:
    short = Command.parse("harness eval --task decimals --limit 5")
    assert text.shell(short.words) == str(short)
    long = Command.parse(
        "harness eval --model onnx:tiny-s --task arithmetic --max-output-tokens 256 "
        "--budget 'beam@4x4:reward=onnx:tiny-prm,temperature=0.8' --limit 300"
    )
    lines = text.shell(long.words).split("\n")
    assert len(lines) == 2
    assert all(len(line) <= 86 for line in lines)
    assert lines[1].startswith("  --budget 'beam@4x4")
    joined_again = " ".join(line.removesuffix("\\").strip() for line in lines)
    assert joined_again == str(long)
    assert text.shell(()) == ""
