"""docs/plugins.md: every example works as a file, as a package, and without a file."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import sysconfig
import types
import venv
from pathlib import Path

import pytest

import harness

from ..grids import every_second  # noqa: TID252

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "plugins.md").read_text("utf-8")
FILES = {
    match[1]: match[0]
    for match in re.finditer(r"(?<=```python\n)# (\S+\.py)\n(?s:.*?)(?=```)", PAGE)
}
COMMANDS = {
    match[1].split("--plugin ")[1].split()[0]: match[1]
    for match in re.finditer(r"```bash\n(harness eval .*)\n```", PAGE)
}
KINDS = ("coins", "sign", "parrot", "second_try", "shortest", "brevity", "sums", "small")
NAMES = [f"{name}.py" for name in KINDS]


def test_the_page_has_an_example_of_every_kind():
    from harness.core.registry import KINDS as ALL

    assert [name for name in FILES if name != "hold_it.py"] == NAMES
    assert list(COMMANDS) == NAMES
    said = "".join(FILES.values())
    assert all(f'register("{kind}"' in said for kind in ALL)


@pytest.mark.parametrize("name", every_second(NAMES))
def test_it_works_as_a_file(name, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(FILES[name], "utf-8")
    code, out, err = command(*shlex.split(COMMANDS[name])[1:], "--quiet", "--json")
    assert code == 0, err
    assert err == ""
    for run in json.loads(out):
        assert (run["problems"], run["status"]) == (6, "complete")
        assert run["ungraded"] == 0


def told(command_line):
    """The options of a documented command, as `evaluate` takes them."""
    words = shlex.split(command_line)[2:]
    pairs = list(zip(words[::2], words[1::2], strict=True))
    one = dict(pairs)
    budgets = [value for key, value in pairs if key == "--budget"]
    most = int(one.get("--max-output-tokens", 2048))
    return one.get("--model", "onnx:tiny-s"), one["--task"], budgets, most


@pytest.mark.parametrize("name", every_second(NAMES, 1))
def test_it_works_without_a_file(name, tmp_path):
    """As cells of a notebook do: in a namespace that no import finds."""
    cell = types.ModuleType("__main__")
    exec(compile(FILES[name], "<cell 1>", "exec"), cell.__dict__)  # noqa: S102 - that is the test
    model, task, budgets, most = told(COMMANDS[name])
    result = harness.evaluate(
        model,
        task,
        budgets,
        limit=6,
        max_output_tokens=most,
        db=tmp_path / "t.sqlite",
    )
    assert result.ok, (result.errors, result.ungraded)
    assert all(report.problems == 6 for report in result.reports)


@pytest.mark.slow
def test_they_work_as_a_package_in_a_fresh_environment(tmp_path):
    pytest.importorskip("hatchling")
    project = tmp_path / "project"
    (project / "my_parts").mkdir(parents=True)
    (project / "my_parts" / "__init__.py").touch()
    [toml] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (project / "pyproject.toml").write_text(toml, "utf-8")
    for name in NAMES:
        (project / "my_parts" / name).write_text(FILES[name], "utf-8")
    python = fresh_environment(tmp_path / "venv")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps"]
    install += ["--no-build-isolation", "--no-index", "--disable-pip-version-check", project]
    done = subprocess.run(list(map(str, install)), capture_output=True, text=True, check=False)
    if "No module named pip" in done.stderr:
        pytest.skip("no pip in this environment")
    assert done.returncode == 0, done.stderr
    words = "eval --model parrot:grey --limit 2 --quiet --json --db t.sqlite"
    words += " --task coins --task signs --task sums:20 --max-output-tokens 64"
    for budget in (
        "second-try@2:short=4",
        "vote@3:select=shortest,of=2",
        "best@2:reward=brevity,agg=median",
        "adaptive@5:stop=lead,ahead=2",
    ):
        words += f" --budget {budget}"
    asked = [str(python), "-m", "harness", *words.split()]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    runs = json.loads(done.stdout)
    assert len(runs) == 12
    assert all(run["problems"] == 2 and not run["ungraded"] for run in runs)


def fresh_environment(folder):
    """A new environment that finds this one's packages, and none of the project's own."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    purelib = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    ours = sysconfig.get_path("purelib")
    lines = [ours, *(line for file in Path(ours).glob("*.pth") for line in paths(file))]
    (Path(purelib) / "here.pth").write_text("\n".join(lines) + "\n", "utf-8")
    return python


def paths(file):
    """The folders that a .pth file adds."""
    lines = file.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "import "))]


def test_the_engine_holds_a_strategy_as_the_page_says():
    exec(compile(FILES["hold_it.py"], "hold_it.py", "exec"), {})  # noqa: S102 - that is the test


def test_the_message_on_the_page_is_the_real_one(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = FILES["coins.py"].replace(
        "        return problems[: source.limit]",
        "        return [Problem(id='a', question='', gold=7)]",
    )
    Path("coins.py").write_text(text, "utf-8")
    code, _, said = command("eval", "--plugin", "coins.py", "--task", "coins", "--budget", "greedy")
    [shown] = re.findall(r"    (harness: the task 'coins'.*: load gave.*)", PAGE)
    assert said.strip().replace(f"{tmp_path}/", "") == re.sub(r"line \d+", line_of(text), shown)
    assert code == 2


def line_of(text):
    lines = text.splitlines()
    return f"line {next(i for i, line in enumerate(lines, 1) if 'def load' in line)}"
