"""`harness gate`."""

from __future__ import annotations

import contextlib
import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import (
    allow_code_option,
    db_option,
    env_file_option,
    json_option,
    plugin_option,
    print_json,
)
from harness.cli.planning import WHAT, config_options, flag, given_options, stop_cleanly, told
from harness.core import UsageError

if TYPE_CHECKING:
    from harness.gate.reports import Reports
    from harness.gate.results import GateResult
    from harness.gate.rules import GateConfig

_RUN_ONLY = (*WHAT[1:], "fresh", "max_age", "concurrency", "max_total_tokens", "max_usd", "price")
"""Options that need --run, in addition to --model."""

EPILOG = """
\b
Exit codes: 0 pass; 1 regressed; 3 inconclusive; 2 invalid usage or input, or an external service
failed; 130 interrupted.

\b
Examples:
  harness gate 'model=tiny-s'
  harness gate 3fa2 --config ci/harness.toml --junit gate.xml --inconclusive pass
  harness gate --run --model onnx:tiny-s
  harness gate --run --model onnx:tiny-s --model onnx:tiny-m    # one gate each, one report
  harness gate --check          # exit 0 if an unchanged model would pass in 95% of gates, else 3
  harness gate --run --model openai:my-model@$URL --task gsm8k --budget think@512 --limit 1000

\b
--run evaluates in growing batches and stops as soon as the verdict is certain, at the same error
rates. Task, budget and number of problems come from the baseline unless given. Repeating the
command resumes it. A model behind an API is sampled again in each CI run (or for each --fresh
LABEL), because its name does not reveal whether it has changed.
"""


@click.command(epilog=EPILOG)
@click.argument("candidate", required=False)
@db_option
@click.option("--config", type=click.Path(path_type=Path), help="TOML file with the rules.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    help="Baseline file, instead of the one in the config.",
)
@click.option(
    "--inconclusive",
    type=click.Choice(["pass", "fail", "report"]),
    default="report",
    show_default=True,
    help="Exit with code 0, 1 or 3 if the interval straddles the limit.",
)
@click.option("--any-budget", is_flag=True, help="Allow a baseline under another budget.")
@click.option(
    "--junit", "junit_file", type=click.Path(path_type=Path), help="Write a JUnit XML report."
)
@click.option(
    "--gitlab",
    "gitlab_file",
    type=click.Path(path_type=Path),
    help="Write a GitLab code quality report.",
)
@click.option(
    "--comment",
    "comment_file",
    type=click.Path(path_type=Path),
    help="Write Markdown for the pull request: before and after, what flipped, both answers.",
)
@click.option(
    "--check",
    "check_it",
    is_flag=True,
    help="Print what the rules can decide, without running anything.",
)
@click.option(
    "--run",
    "run_it",
    is_flag=True,
    help="Evaluate the model now, and stop as soon as the verdict is certain.",
)
@click.option(
    "-m", "--model", "models", multiple=True, help="Model to evaluate, with --run (repeatable)."
)
@config_options(*_RUN_ONLY)
@click.option("--quiet", is_flag=True, help="Do not show progress.")
@env_file_option
@allow_code_option
@plugin_option
@json_option
def gate(inconclusive: str, as_json: bool, **given: Any) -> int:
    """Check CANDIDATE (a run id, filter or baseline file) against the rules and the baseline.

    In GitHub Actions this also writes the step summary and annotations.
    """
    from harness.gate.forms import summary
    from harness.gate.reports import Reports
    from harness.gate.results import EXIT_CODES, GateVerdict
    from harness.gate.rules import read_config

    reports = Reports(
        junit=given["junit_file"],
        gitlab=given["gitlab_file"],
        comment=given["comment_file"],
        inconclusive=inconclusive,
    )
    config = None
    # Exit code 1 means "regressed" here, so nothing else may return it.
    try:
        reports.check()
        config = read_config(given["config"])
        if given["check_it"]:
            return _checked(config, given["baseline"], as_json)
        result = _judged(config, given)
    except click.ClickException:
        raise
    except BaseException as error:  # noqa: BLE001 - a bug is not a regression either
        return _no_verdict(error, reports, None if config is None else config.path, as_json)
    if as_json:
        print_json(result.to_json())
    else:
        click.echo(summary(result))
    with _said():
        for line in reports.write(result, config.path, given["db"]):
            click.echo(line, err=True)
    if result.verdict is GateVerdict.INCONCLUSIVE and inconclusive != "report":
        return 0 if inconclusive == "pass" else 1
    return EXIT_CODES[result.verdict]


def _checked(config: GateConfig, baseline: Path | None, as_json: bool) -> int:
    from harness.gate.api import check

    found = check(config=config, baseline=baseline)
    if as_json:
        print_json([one.to_json() for one in found])
    else:
        for one in found:
            click.echo(f"{'ok' if one.feasible else 'too little':12} {one}")
        if not found:
            click.echo("no rule depends on chance: rules on costs pass an unchanged model")
    return 0 if all(one.feasible for one in found) else 3


def _no_verdict(error: BaseException, reports: Reports, config: Path | None, as_json: bool) -> int:
    """Write to every report why there is no verdict, and return the exit code."""
    from harness.core import HarnessError
    from harness.gate.forms import Failure

    stopped = isinstance(error, KeyboardInterrupt)
    failure = Failure.of(error)
    if stopped:
        text = "stopped; all finished work is stored. Run the same command again to resume."
        failure = Failure(cause="interrupted", message=text)
        click.echo(f"\n{text}", err=True)
    elif os.environ.get("HARNESS_TRACEBACK") or not isinstance(error, HarnessError):
        traceback.print_exception(error)
    else:
        click.echo(f"harness: {told(error)}", err=True)
    if as_json:
        print_json(failure.to_json())
    with _said(already=str(error)):
        for line in reports.write_failure(failure, config):
            click.echo(line, err=True)
    return 130 if stopped else 2


@contextlib.contextmanager
def _said(already: str = "") -> Iterator[None]:
    """Print an error if a report cannot be written; the verdict stands."""
    from harness.core import DataError

    try:
        yield
    except DataError as error:
        if str(error) != already:
            click.echo(f"harness: {error}", err=True)


def _judged(config: GateConfig, given: dict[str, Any]) -> GateResult:
    from harness.cli.progress import progress
    from harness.gate.api import judge
    from harness.run.progress import Silent

    said = given_options({name: given[name] for name in ("models", *_RUN_ONLY)})
    if said and not given["run_it"]:
        name = next(iter(said)).replace("models", "model")
        raise UsageError(f"{flag(name)} needs --run, which evaluates a model now")
    if given["run_it"] and not given["models"]:
        raise UsageError("--run evaluates a model: name it with --model (repeat it for several)")
    models = said.pop("models", ())
    if given["run_it"]:
        if given["candidate"] is not None:
            raise UsageError("give either a CANDIDATE or --run and --model, not both")
        stop_cleanly()
    elif given["candidate"] is None:
        raise UsageError("give a CANDIDATE (a run, filter or baseline file), or --run and --model")
    shown = given["run_it"] and not given["quiet"]
    with progress() if shown else contextlib.nullcontext(Silent()) as observer:
        return judge(
            given["candidate"],
            config=config,
            baseline=given["baseline"],
            model=models[0] if len(models) == 1 else list(models) or None,
            any_budget=given["any_budget"],
            progress=observer,
            db=given["db"],
            **said,
        )
