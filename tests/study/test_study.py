"""A study from Python and from the command line: what it runs, shares, claims and publishes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import harness
from harness import Study

from .conftest import SMALL, Result

Write = Callable[..., Path]
Cli = Callable[..., Result]


def test_a_study_runs_once_and_its_results_are_one_frame(write: Write) -> None:
    study = Study.load(write())
    first = study.run()
    assert first.ok
    assert first.asked > 0
    again = study.run()
    assert (again.ok, again.asked, again.spent.tokens) == (True, 0, 0)
    frame = study.frame()
    assert list(frame.columns) == list(harness.show().to_frame().columns)
    assert sorted(frame.budget) == ["greedy", "vote@1", "vote@2"]
    assert set(frame.model) == {"Small"}
    assert [r.id for r in again.reports] == [r.id for r in first.reports]


def test_what_a_study_runs_is_what_evaluate_runs(write: Write, tmp_path: Path) -> None:
    Study.load(write()).run()
    alone = harness.evaluate(
        "onnx:tiny-s", "decimals", ["greedy", "vote@{1,2}"], limit=6, max_output_tokens=24,
        db=tmp_path / "alone.sqlite",
    )  # fmt: skip
    ours = {r.id: r.metrics for r in harness.show()}
    assert {r.id: r.metrics for r in alone.reports} == ours


def test_two_studies_share_the_samples_of_what_both_name(write: Write) -> None:
    Study.load(write()).run()
    other = SMALL.replace("Small", "The small one").replace('"vote@{1,2}"', '"vote@2"')
    second = Study.load(write(other, "other.toml"))
    assert [cell.samples for cell in second.plan()] == [0]
    result = second.run()
    assert result.asked == 0
    assert {r.model for r in result.reports} == {"The small one"}  # each by its own names
    assert set(Study.load("study.toml").frame().model) == {"Small"}


def test_limits_budgets_and_wordings_of_a_task_go_before_the_study_s(write: Write) -> None:
    text = SMALL + 'limit = 3\nbudgets = ["greedy"]\nsystem = "Be brief."\n'
    text += '[[tasks]]\ntask = "decimals"\noptions = { language = "en" }\n'
    [one, two] = Study.load(write(text)).planned
    labels = [*one.plan.runs, *two.plan.runs]
    assert labels[0].startswith("decimals:system=~")
    assert labels[1] == "decimals:language=en"
    sizes = [(len(p.plan.all_runs), len(p.plan.tasks[0].problems)) for p in (one, two)]
    assert sizes == [(1, 3), (3, 6)]


def test_a_ceiling_holds_for_all_models_and_all_commands_together(write: Write) -> None:
    """What was used in earlier commands is counted by the ledger."""
    text = SMALL + '[[models]]\nmodel = "onnx:tiny-m"\nname = "Other"\n'
    whole = Study.load(write(text), db="whole.sqlite").run().spent.tokens
    most = whole * 6 // 10
    study = Study.load(write(text + f"[ceilings]\nmax_tokens = {most}\n"))
    used, results = 0, []
    for _ in range(3):
        results.append(study.run())
        used += results[-1].spent.tokens
    assert 0 < used <= most
    assert results[-1].asked == 0
    assert not results[-1].ok
    assert any("ceiling" in line for line in results[-1].left)
    higher = Study.load(write(text + f"[ceilings]\nmax_tokens = {whole + 5000}\n")).run()
    assert higher.ok
    assert used + higher.spent.tokens == whole


def test_a_model_that_cannot_be_reached_leaves_the_others(write: Write) -> None:
    gone = 'model = "openai:x@http://127.0.0.1:9/v1"\nname = "Gone"\nargs = { retries = 0 }\n'
    result = Study.load(write(SMALL.replace("[[models]]", f"[[models]]\n{gone}[[models]]"))).run()
    assert not result.ok
    assert [line.partition(":")[0] for line in result.left] == ["Gone"]
    complete = {r.model for r in result.reports if r.status == "complete"}
    assert complete == {"Small"}


CLAIM = '[[expect]]\nmodel = "Small"\ntask = "decimals"\nbudget = "greedy"\nvalue = {}\n'


def test_a_figure_that_is_claimed_is_checked(write: Write) -> None:
    found = Study.load(write()).run().reports[0].metrics["accuracy"]
    inside, outside = (found.low + found.value) / 2, found.low - 0.01
    cases = [
        (CLAIM.format(inside), True),
        (CLAIM.format(outside), False),
        (CLAIM.format(found.value + 0.04) + "tolerance = 0.05\n", True),
        (CLAIM.format(found.value + 0.06) + "tolerance = 0.05\n", False),
        (CLAIM.format(found.value) + 'metric = "accuracie"\n', False),
    ]
    for text, agrees in cases:
        [checked] = Study.load(write(SMALL + text)).check()
        assert checked.agrees is agrees, str(checked)
    assert Study.load(write(SMALL + "".join(text for text, _ in cases))).run().ok is False


def test_a_claim_of_what_is_not_measured_does_not_agree(write: Write) -> None:
    Study.load(write()).run()
    [checked] = Study.load(
        write(SMALL.replace("limit = 6", "limit = 7") + CLAIM.format(0.5))
    ).check()
    assert not checked.agrees
    assert "nothing is measured" in checked.why


def test_the_command_line_says_the_same_in_words_and_in_json(cli: Cli, write: Write) -> None:
    file = write(SMALL + CLAIM.format(0.0) + "tolerance = 0.01\n" + CLAIM.format(0.5)
                 + "tolerance = 1.0\n")  # fmt: skip
    ran = cli("eval", "--study", file, "--quiet", "--json")
    assert ran.code == 1
    told = json.loads(ran.out)
    assert [one["agrees"] for one in told["expect"]] == [False, True]
    assert len(told["runs"]) == 3
    checked = cli("study", "check", file)
    assert checked.code == 1
    assert [line.split()[0] for line in checked.out.splitlines()[1:]] == ["DIFFERS", "agrees"]
    assert json.loads(cli("study", "check", file, "--json").out) == told["expect"]
    matrix = json.loads(cli("eval", "--study", file, "--dry-run", "--json").out)
    assert [cell["samples"] for cell in matrix["cells"]] == [0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--limit", "3"], "--limit cannot be combined with --study"),
        (["--budget", "greedy"], "--budget cannot be combined with --study"),
        (["--pilot"], "--pilot needs --dry-run"),
    ],
)
def test_what_stands_in_the_file_is_not_said_beside_it(
    cli: Cli, write: Write, words: list[str], said: str
) -> None:
    done = cli("eval", "--study", write(), *words)
    assert (done.code, said in done.err) == (2, True)


def test_a_new_study_is_written_beside_its_schema_and_runs(cli: Cli) -> None:
    assert cli("study", "new", "board").code == 0
    assert json.loads(Path("study.schema.json").read_text("utf-8")) == json.loads(
        cli("study", "schema").out
    )
    assert cli("study", "new", "board").code == 2
    shown = cli("eval", "--study", "board.toml", "--dry-run")
    assert (shown.code, "nothing was run" in shown.out) == (0, True)
    assert cli("study", "check", "board.toml").code == 0


def test_the_site_of_a_study_has_its_runs_title_and_text(cli: Cli, write: Write) -> None:
    harness.evaluate("onnx:tiny-m", "decimals", "greedy", limit=2, max_output_tokens=8)
    file = write('title = "A & B"\ntext = "First.\\n\\nSecond <b>."\n' + SMALL)
    assert cli("site", "build", "--study", file).code == 2  # nothing of it is there yet
    cli("eval", "--study", file, "--quiet")
    done = cli("site", "build", "--study", file, "--json")
    assert json.loads(done.out)["runs"] == 3
    page = Path("_site/index.html").read_text("utf-8")
    assert "A &amp; B" in page
    assert "First." in page
    assert "Second &lt;b&gt;." in page
    assert "Small" in page
    assert "tiny-m" not in page


def test_a_pilot_is_part_of_the_study_and_predicts_the_rest(write: Write) -> None:
    """Within 20% on a study of this size is held by benchmarks/study_forecast.py."""
    study = Study.load(write(SMALL.replace("limit = 6", "limit = 40")))
    before = study.plan()
    assert before.tokens is None
    assert before.most_tokens is not None
    after = study.plan(pilot=0.1)
    assert [cell.measured_on for cell in after] == [4]
    assert after.tokens is not None
    assert after.tokens.value < before.most_tokens
    assert sum(c.samples for c in after) == sum(c.samples for c in before) * 9 // 10


def test_a_stranger_s_model_is_named_by_the_study(write: Write) -> None:
    """Its backend takes no option but its own; the results are by the name all the same."""
    plugin = Path(__file__).parents[1] / "run" / "stub_plugin.py"
    text = f'plugins = ["{plugin}"]\n' + SMALL.replace("onnx:tiny-s", "stub:x")
    text = text.replace("max_output_tokens = 24\n", "").replace('"decimals"', '"thirds"')
    result = Study.load(write(text)).run()
    assert result.ok
    assert {report.model for report in result.reports} == {"Small"}


def test_a_judge_is_asked_by_the_tasks_that_know_what_to_ask(write: Write) -> None:
    """Its price is counted with the rest; a group of other tasks runs without it."""
    text = SMALL.replace('budgets = ["greedy", "vote@{1,2}"]', 'budgets = ["greedy"]')
    text = text.replace("max_output_tokens = 24", "max_output_tokens = 120")  # whole answers
    text += '[[tasks]]\ntask = "traps"\nlimit = 8\n'
    text += '[judge]\nmodel = "onnx:tiny-m"\nmax_output_tokens = 16\n'
    [plain, judged] = Study.load(write(text)).planned
    assert [p.plan.config.judge is None for p in (plain, judged)] == [True, False]
    result = Study.load(write(text)).run()
    roles = {report.task: set(report.spent_by_role) for report in result.reports}
    assert roles == {"decimals": {"generator"}, "traps": {"generator", "judge"}}
