"""`harness tasks`."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.checking import announcing, check_apart, importing
from harness.cli.options import json_option, plugin_option, plugin_paths_option, print_json
from harness.core import DataSource, HarnessError, TaskSpec, UsageError, registry
from harness.core.counting import counted
from harness.core.origin import is_builtin

if TYPE_CHECKING:
    from harness.tasks import CheckReport


@click.group(
    invoke_without_command=True,
    epilog="\b\nExamples:\n  harness tasks\n  harness tasks show gsm8k\n"
    "  harness tasks preview decimals:seed=7 --limit 3\n  harness tasks new quiz\n"
    "  harness tasks check quiz.yaml\n  harness tasks check my_task.py",
)
@json_option
@click.pass_context
def tasks(context: click.Context, as_json: bool) -> None:
    """List, show and preview tasks; write and check your own."""
    if context.invoked_subcommand is None:
        context.invoke(list_, as_json=as_json)
    elif as_json:
        raise UsageError(f"write --json after {context.invoked_subcommand}")


@tasks.command("list")
@plugin_option
@json_option
def list_(as_json: bool) -> None:
    """List all tasks, one line each."""
    rows = []
    for name in registry.names("tasks"):
        try:
            task = registry.make("tasks", name)
            rows.append({"name": name, "version": task.version, "summary": str(task.summary)})
        except (HarnessError, AttributeError) as error:  # of a stranger's: the others stay
            said = str(error) if isinstance(error, HarnessError) else f"the task {name!r}: {error}"
            warnings.warn(said, registry.BrokenPluginWarning, stacklevel=1)
    if as_json:
        print_json(rows)
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        click.echo(f"{row['name']:{width}}  {row['summary']}")


@tasks.command("show")
@click.argument("name")
@plugin_option
@json_option
def show(name: str, as_json: bool) -> None:
    """Show a task's card: source, licence, an example, its history."""
    import inspect

    from harness.run.contracts import verifier_of
    from harness.tasks._faults import lines as fault_lines
    from harness.tasks._faults import to_json as known_faults

    task = registry.make("tasks", TaskSpec.parse(name).name)
    file = Path(inspect.getfile(type(task))).parent / "README.md"
    plain = f"# {task.name}\n\n{task.summary}\n"
    own = getattr(task, "card", None)  # for a task without a class of its own
    text = own or (file.read_text("utf-8") if file.is_file() else plain)
    verifier = verifier_of(TaskSpec.parse(name), task)
    facts = {"name": task.name, "version": task.version, "summary": task.summary}
    if as_json:
        known = {"known": known_faults(task.name)}
        print_json({**facts, "verifier": asdict(verifier), "card": text, **known})
    else:
        click.echo(text)
        if known_lines := fault_lines(task.name):
            click.echo("\n".join([*known_lines, ""]))
        click.echo(f"version {task.version}, judged by the verifier {verifier.name!r}")


@tasks.command("preview")
@click.argument("name")
@click.option(
    "--limit",
    type=click.IntRange(1, 10**9),
    default=5,
    show_default=True,
    help="Number of problems.",
)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Read data sets from this folder instead of the hub.",
)
@plugin_option
@json_option
def preview(name: str, limit: int, data_dir: Path | None, as_json: bool) -> None:
    """Show a few problems as the model sees them, with gold and lure, and the design, if any."""
    from harness.core.protocols import Designed
    from harness.run.plan import load_task

    spec = TaskSpec.parse(name)
    loaded = load_task(spec, limit=limit, data_dir=data_dir)
    rows: list[dict[str, Any]] = [
        {**problem.to_json(), "prompt": [asdict(m) for m in prompt.messages]}
        for problem, prompt in zip(loaded.problems, loaded.prompts, strict=True)
    ]
    if as_json:
        print_json(rows)
        return
    if isinstance(loaded.task, Designed):
        design = loaded.task.design(DataSource(data_dir=data_dir, options=dict(spec.options)))
        for factor, levels in design.items():
            click.echo(f"{click.style(factor, bold=True)}: {', '.join(levels)}")
        click.echo()
    for row in rows:
        gold = "none: the problem has no answer" if row["gold"] is None else row["gold"]
        lure = "" if row["lure"] is None else f"   lure: {row['lure']}"
        click.secho(f"── {row['id']} ({row['variant']})", bold=True)
        for message in row["prompt"]:
            click.echo(f"[{message['role']}] {message['content']}")
        click.echo(f"gold: {gold}{lure}\n")


@tasks.command("new")
@click.argument("name")
def new(name: str) -> None:
    """Write NAME.yaml, a commented task, and NAME.csv, a few questions for it."""
    from harness.tasks.custom.template import QUESTIONS, TASK

    stem = name.removesuffix(".yaml")
    files = {Path(f"{stem}.yaml"): TASK.replace("NAME", Path(stem).name)}
    files[Path(f"{stem}.csv")] = QUESTIONS
    for file in files:
        if file.exists():
            raise UsageError(f"{file} already exists: choose another name")
    for file, text in files.items():
        try:
            file.write_text(text, "utf-8")
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror or error}") from error
    click.echo(f"wrote {' and '.join(map(str, files))}")
    click.echo(f"next: harness tasks check {stem}.yaml")


@tasks.command("check")
@click.argument("target", metavar="FILE|NAME")
@click.option("--limit", type=click.IntRange(1, 10**9), help="Check only this many problems.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Read data sets from this folder instead of the hub.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    default=5.0,
    show_default=True,
    help="Time limit for each call into a task's own code: import, load, prompt …",
)
@plugin_paths_option
@json_option
def check(
    target: str,
    limit: int | None,
    data_dir: Path | None,
    seconds: float,
    plugins: tuple[str, ...],
    as_json: bool,
) -> int:
    """Run a task through the checks that the built-in tasks pass.

    A Python file is loaded as a plugin, and all tasks that it registers are checked. Any other file
    is read as a file of questions. A task name may have options. Two problems are printed as the
    model sees them. The exit code is 1 if a check fails.
    """
    if (here := announcing()) is None:
        words = [] if limit is None else ["--limit", str(limit)]
        words += [] if data_dir is None else ["--data-dir", str(data_dir)]
        words += ["--seconds", str(seconds)]
        words += [word for file in plugins for word in ("--plugin", file)]
        return check_apart(target, [*words, *(["--json"] if as_json else [])], seconds)
    with here:
        reports = _checked(target, plugins, DataSource(data_dir=data_dir, limit=limit), seconds)
    if as_json:
        print_json([report.to_json() for report in reports])
    else:
        for report in reports:
            click.echo("\n".join([*_check_lines(report), *_rendered(report)]))
    return 0 if all(report.ok for report in reports) else 1


def _checked(
    target: str, plugins: Iterable[str], source: DataSource, seconds: float
) -> list[CheckReport]:
    from harness.tasks import _calls
    from harness.tasks import check as run_checks

    for file in plugins:
        with importing():
            registry.load_plugin(file)
    reports = []
    for spec in _targets(target):
        with _calls.of(registry.find("tasks", spec.name), "its constructor"):
            task = registry.make("tasks", spec.name)
        asked = replace(source, options=dict(spec.options))
        limit = {} if is_builtin(task) else {"verifier_s": seconds}
        reports.append(run_checks(task, asked, **limit))
    return reports


def _targets(target: str) -> list[TaskSpec]:
    """The tasks of a plugin file, or the named task."""
    if not target.endswith(".py"):
        return [TaskSpec.parse(target)]
    with importing():
        found = [name for kind, name in registry.load_plugin(target) if kind == "tasks"]
    if not found:
        raise UsageError(
            f"{target} registers no task: end it with harness.register('tasks', NAME, CLASS)"
        )
    return [TaskSpec(name) for name in dict.fromkeys(found)]


def _check_lines(report: CheckReport) -> list[str]:
    lines = [click.style(f"{report.task}: {counted(report.problems, 'problem')}", bold=True)]
    for name in report.checks:
        bad = report.failures.get(name, [])
        if name in report.skipped:
            lines.append(f"  {'–':4}  {name}: {report.skipped[name]}")
        else:
            lines.append(f"  {'FAIL' if bad else 'ok':4}  {name}")
        lines += [f"        {message}" for message in bad]
    lines += [f"  warning: {message}" for message in report.warnings]
    return lines


def _rendered(report: CheckReport) -> list[str]:
    """The first two problems as the model sees them."""
    lines = []
    for problem, prompt in report.examples:
        lines.append(click.style(f"── {problem.id}", bold=True))
        lines += [f"[{message.role}] {message.content}" for message in prompt.messages]
        lure = "" if problem.lure is None else f"   lure: {problem.lure}"
        lines.append(f"gold: {problem.gold}{lure}")
    return lines
