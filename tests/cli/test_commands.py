"""The other commands: what they print, and how they fail."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cli import main
from harness.core import registry
from harness.core.errors import PluginError
from harness.store.identity import prompt_id

PLUGIN = str(Path(__file__).parents[1] / "run" / "stub_plugin.py")


def test_help_names_every_command_and_the_exit_codes(cli):
    result = cli("--help")
    assert result.code == 0
    for name in ("eval", "show", "tasks", "models", "import", "regrade", "site", "db", "doctor"):
        assert name in result.out
        text = cli(name, "--help").out
        assert "Example" in text
    assert "Exit codes" in result.out


def test_help_imports_nothing_heavy():
    code = (
        "import sys; sys.argv = ['harness', '--help']\n"
        "from harness.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'rich', 'numpy', 'sympy', 'torch', 'httpx', 'datasets', 'jinja2',"
        " 'onnxruntime_genai', 'transformers'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_table_that_is_shown_again_imports_no_numerics(cli, tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"problem": 0, "text": "Answer: 12"}\n')
    assert cli("import", "rows.jsonl", "--task", "arithmetic", "--model", "m").code == 0
    table = cli("show").out
    code = (
        "import sys; sys.argv = ['harness', 'show']\n"
        "from harness.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'scipy', 'sqlalchemy.orm', 'alembic', 'harness.tasks'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (table, "[]\n")


def test_an_unknown_command_gets_a_suggestion(cli):
    result = cli("evla")
    assert result.code == 2
    assert "did you mean 'eval'" in result.err


@pytest.mark.parametrize("words", [("show",), ("regrade",), ("db", "verify"), ("site", "build")])
def test_commands_on_a_missing_database_say_what_to_do(cli, words):
    result = cli(*words)
    assert result.code == 2
    assert "run `harness eval` first" in result.err


def test_a_fault_in_a_plugin_is_one_message(cli, tmp_path, monkeypatch):
    known = {kind: dict(plugins) for kind, plugins in registry._registered.items()}
    monkeypatch.setattr(registry, "_registered", known)
    (tmp_path / "task.py").write_text(
        "import harness\n"
        "from harness.tasks.decimals import Decimals\n"
        "class Broken(Decimals):\n"
        "    name = 'broken'\n"
        "    def load(self, source): return {}['nothing']\n"
        "harness.register('tasks', 'broken', Broken)\n"
    )
    words = ("eval", "--plugin", "task.py", "--task", "broken", "--budget", "greedy")
    result = cli(*words)
    assert result.code == 1
    assert "KeyError: 'nothing'" in result.err
    assert "task.py, line 5" in result.err
    assert "Traceback" not in result.err
    monkeypatch.setenv("HARNESS_TRACEBACK", "1")
    monkeypatch.setattr("sys.argv", ["harness", *words])
    with pytest.raises(PluginError) as caught:
        main()
    assert isinstance(caught.value.__cause__, KeyError)


def test_runs_of_one_command_are_shown_smaller_budgets_first(stub_eval, cli):
    budgets = ["think@0", "think@8", "think@16", "vote@2", "vote@10 tokens<=9", "vote@10"]
    stub_eval(*(word for b in reversed(budgets) for word in ("--budget", b)), "--quiet")
    shown = [run["budget"] for run in json.loads(cli("show", "--json").out)]
    assert shown == [*budgets[:4], "vote@10", "vote@10 tokens<=9"]
    table = [line for line in cli("show").out.splitlines() if "tokens<=9" in line]
    assert "6 stopped by the ceiling" in table[0]


def test_commands_that_write_say_in_json_what_they_wrote(stub_eval, cli, tmp_path):
    stub_eval("--budget", "vote@{2,4}", "--quiet")
    saved = json.loads(cli("baseline", "save", "b.txt", "model=stub", "--json").out)
    assert [f["clusters"] for f in saved.pop("feasibility")] == [2, 2]  # one for each run
    assert saved == {"file": "b.txt", "runs": 2, "outcomes": 12, "first_margin": 1.0}
    words = ("baseline", "update", "b.txt", "budget=vote@2", "--json")
    assert json.loads(cli(*words).out) == {"file": "b.txt", "new": 1, "kept": 1}
    row = {"table": "prompt", "row": {"id": prompt_id("what?"), "text": "what?"}}
    (tmp_path / "rescue.jsonl").write_text(json.dumps(row) + "\n")
    recovered = json.loads(cli("db", "recover", "rescue.jsonl", "--json").out)
    assert recovered == {"file": "rescue.jsonl", "rows": 1}


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("db", "recover", "stub.bin"), 2, "not a rescue file"),
        (("site", "build", "--out", "stub.bin/inside"), 2, "name another folder with --out"),
        (("regrade", "--task", "nope"), 0, "no runs match"),
        (("show", "--task", "nope"), 0, "no runs match"),
    ],
)
def test_files_and_names_that_lead_nowhere(stub_eval, cli, tmp_path, words, code, message):
    stub_eval("--budget", "greedy", "--quiet")
    (tmp_path / "stub.bin").write_bytes(b"\xff\xfe\x00")
    result = cli(*words)
    assert result.code == code
    assert message in result.out + result.err
    assert "Traceback" not in result.err


def test_a_problem_is_shown_of_one_run_only(stub_eval, cli):
    [run] = json.loads(stub_eval("--budget", "vote@2", "--quiet", "--json").out)
    shown = cli("show", "--samples", run["id"], "--problem", "p1")
    assert shown.code == 0
    assert "p1 #1" in shown.out
    for words, message in [
        (("--problem", "p1"), "needs --samples"),
        (("--samples", run["id"], "--problem", "p77"), "no such problem"),
    ]:
        result = cli("show", *words)
        assert result.code == 2
        assert message in result.err


def test_tasks(cli):
    assert "gsm8k" in cli("tasks").out
    rows = json.loads(cli("tasks", "list", "--json").out)
    assert {"decimals", "gsm8k", "arithmetic"} <= {row["name"] for row in rows}
    assert json.loads(cli("tasks", "--json").out) == rows
    assert cli("tasks", "--json", "show", "gsm8k").code == 2
    card = cli("tasks", "show", "gsm8k").out
    assert "licence" in card
    preview = json.loads(cli("tasks", "preview", "decimals:seed=3", "--limit", 2, "--json").out)
    assert [row["id"] for row in preview] == ["s3-0", "s3-1"]
    assert "gold:" in cli("tasks", "preview", "decimals", "--limit", 1).out
    assert cli("tasks", "preview", "decimal").code == 2


def test_models_and_doctor(cli):
    rows = json.loads(cli("models", "--json").out)
    assert {"onnx", "hf", "vllm", "openai"} <= {row["backend"] for row in rows["backends"]}
    assert "tiny-s" in {row["name"] for row in rows["embedded"]}
    assert rows["rewards"] == ["tiny-prm"]
    findings = {row["name"]: row for row in json.loads(cli("doctor", "--json").out)}
    assert findings["onnxruntime"]["state"] == "ok"
    assert findings["hub"]["state"] == "missing"
    assert {"[vllm]", "[hf]", "[train]", "[lm-eval]", "gpu", "database"} <= set(findings)
    assert {"sandbox", "coq", "lean"} <= set(findings)
    assert cli("doctor", "--data-dir", "nowhere").code == 1


def test_show_filters_and_samples(stub_eval, cli):
    stub_eval("--budget", "vote@{1,2}", "--quiet")
    runs = json.loads(cli("show", "--plugin", PLUGIN, "--json", "--budget", "vote@2").out)
    assert [run["budget"] for run in runs] == ["vote@2"]
    samples = json.loads(cli("show", "--samples", runs[0]["id"][:12], "--json").out)
    assert len(samples) == 12
    assert samples[0]["verdict"]["status"] in ("correct", "lured", "wrong")
    text = cli("show", "--samples", runs[0]["id"], "--problem", "p3").out
    assert "p3 #0" in text
    assert "p2 #0" not in text
    assert cli("show", "--samples", "zz").code == 2
    assert "no runs match" in cli("show", "--task", "none").out


def test_regrade_changes_nothing_when_the_verifier_is_the_same(stub_eval, cli):
    stub_eval("--budget", "vote@2", "--quiet")
    before = cli("show", "--plugin", PLUGIN, "--json").out
    result = cli("regrade", "--plugin", PLUGIN, "--json")
    assert result.code == 0
    [row] = json.loads(result.out)
    assert (row["samples"], row["changed"]) == (12, 0)
    assert cli("show", "--plugin", PLUGIN, "--json").out == before


def test_regrade_renews_verdicts_that_are_gone(stub_eval, cli, tmp_path):
    import sqlite3

    stub_eval("--budget", "vote@2", "--quiet")
    before = json.loads(cli("show", "--plugin", PLUGIN, "--json").out)
    with sqlite3.connect(tmp_path / "harness.sqlite") as connection:
        connection.execute("DELETE FROM verdict")
        connection.execute("DELETE FROM figures")  # what was kept of them
    connection.close()
    [lost] = json.loads(cli("show", "--plugin", PLUGIN, "--json").out)
    assert lost["ungraded"] == 6
    assert "accuracy" not in lost["metrics"]  # unknown, which is not 0%
    assert "0.0%" not in cli("show", "--plugin", PLUGIN).out
    curve = cli("curve", "--plugin", PLUGIN)
    assert (curve.code, "no graded problem" in curve.err) == (2, True)
    [row] = json.loads(cli("regrade", "--plugin", PLUGIN, "--json").out)
    assert row["changed"] == 12
    assert json.loads(cli("show", "--plugin", PLUGIN, "--json").out) == before


def test_db_verify(stub_eval, cli):
    stub_eval("--budget", "think@{4,16}", "--quiet")
    result = cli("db", "verify")
    assert result.code == 0
    assert "all is well" in result.out
    assert json.loads(cli("db", "verify", "--json").out)["faults"] == []
    assert cli("db", "recover", "nowhere.jsonl").code == 2


def test_the_site_is_built_from_a_database(stub_eval, cli, tmp_path):
    stub_eval("--budget", "vote@2", "--quiet")
    result = json.loads(cli("site", "build", "--out", "lb", "--plugin", PLUGIN, "--json").out)
    assert result["runs"] == 1
    page = (tmp_path / "lb" / "index.html").read_text()
    assert "vote@2" in page
    assert cli("site", "serve", "nowhere").code == 2


def test_python_gives_what_the_command_line_gives(stub_eval, cli, tmp_path):
    import harness

    # First, since it loads the plugin that both need.
    [shown] = json.loads(stub_eval("--budget", "vote@2", "--quiet", "--json").out)
    result = harness.evaluate(
        "stub:x",
        "thirds",
        "vote@2",
        limit=6,
        db=tmp_path / "api.sqlite",
    )
    assert result.reports[0].to_json()["metrics"] == shown["metrics"]
    assert result.reports[0].id == shown["id"]


def test_python_works_inside_a_running_event_loop(tmp_path):
    import asyncio

    import harness

    harness.load_plugin(PLUGIN)

    async def notebook():
        db = tmp_path / "n.sqlite"
        return harness.evaluate("stub:x", "thirds", "greedy", limit=3, db=db)

    assert asyncio.run(notebook()).ok


def test_regrade_by_a_judge_is_for_flawed_problems(cli, stub_eval):
    assert stub_eval("--budget", "greedy").code == 0
    result = cli("regrade", "--plugin", PLUGIN, "--judge", "stub:x")
    assert result.code == 2
    assert "uses no judge" in result.err
    assert cli("regrade", "--plugin", PLUGIN, "--judge", "stab:x").code == 2
    assert cli("regrade", "--plugin", PLUGIN).code == 0
