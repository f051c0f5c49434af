"""`harness eval`."""

from __future__ import annotations

import contextlib
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
from harness.cli.planning import JUDGE, WHAT, config_from, config_options, flag, stop_cleanly
from harness.core import UsageError
from harness.core.counting import counted

if TYPE_CHECKING:
    from harness.run.evaluation import Evaluation
    from harness.run.plan import Plan

EXAMPLES = """
\b
Examples:
  harness eval --task decimals --budget greedy --limit 50
  harness eval --task decimals --budget 'think@{0,16,32,64}' --budget 'vote@{1,4,16}'
  harness eval --model vllm:Qwen/Qwen3-8B --task gsm8k --budget 'sample@16:think=1024'
  harness eval --model openai:my-model@http://127.0.0.1:8000/v1 --task gsm8k --budget greedy
  harness eval --task gsm8k --data-dir data --budget greedy --dry-run
  harness eval --task decimals --budget greedy --fresh-seed
  harness eval --task traps --budget greedy --judge openai:NAME
  harness eval --task my_questions.csv --budget greedy
  harness eval --study study.toml --dry-run

\b
A budget says what may be spent on one problem:
  greedy  sample@n (pass@k)  vote@n (majority)  adaptive@n (a vote that stops early)
  think@n (at most n thinking tokens; min=, waits= and wait= extend the thinking)
  effort@low (a provider's named level)  ask@n (a thinking length requested in the prompt)
  loglikelihood (scores the choices of a multiple-choice task, without generating)
  best@n:reward=R  weighted@n:reward=R  revise@nxm (n chains of m answers)
  beam@nxm:reward=R  dvts@nxm:reward=R  lookahead@nxm+k:reward=R  mcts@n:reward=R  rmaxts@n
R is a reward: steps (checks written arithmetic, no model), judge (the model itself), onnx:tiny-prm
  (included, for arithmetic), hf:FOLDER, onnx:FOLDER.
Options follow a colon: think=, effort=, ask=, by=, temperature=, top_p=, top_k=, max=, step=,
  select=, agg=, stop=, rounds=.
A ceiling per problem follows a space: 'vote@16 tokens<=400', 'vote@16 usd<=0.02',
  'vote@16 seconds<=30'.
Braces expand to a sweep, which costs no more than its most expensive budget.
Repeating a command resumes it; nothing that is stored is paid for twice.
"""


_OPTIONS = (
    *WHAT, "fresh_seed", "fresh", "max_age", *JUDGE, "concurrency", "batch",
    "max_total_tokens", "max_usd", "max_seconds", "price", "gpu_usd_per_hour",
)  # fmt: skip


class _WithNames(click.Command):
    """Ends the help with the valid values of budget options, including those from plugins."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from harness.budgets import catalogue

        super().format_epilog(ctx, formatter)
        with formatter.section("Values of budget options"):
            for line in catalogue():
                formatter.write_text(line)


@click.command("eval", cls=_WithNames, epilog=EXAMPLES)
@config_options(*_OPTIONS)
@click.option(
    "--study",
    "study_file",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="Run a study file: its models on its tasks under its budgets.",
)
@click.option(
    "--pilot",
    is_flag=False,
    flag_value=0.05,
    type=click.FloatRange(0, 1, min_open=True),
    metavar="[SHARE]",
    help="With --study and --dry-run: run this share of each task first (5% if omitted).",
)
@db_option
@click.option(
    "--site",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Then write the database's leaderboard there, as `harness site build` does.",
)
@click.option("--dry-run", is_flag=True, help="Print what would run, then exit.")
@click.option("--quiet", is_flag=True, help="Do not show progress.")
@env_file_option
@allow_code_option
@plugin_option
@json_option
def eval_(
    as_json: bool,
    dry_run: bool,
    quiet: bool,
    study_file: Path | None,
    pilot: float | None,
    site: Path | None,
    **given: Any,
) -> int:
    """Evaluate a model on tasks under budgets; store every sample and print a report."""
    context = click.get_current_context()
    if site is not None and (as_json or dry_run):
        raise UsageError(f"--site cannot be combined with {'--json' if as_json else '--dry-run'}")
    if study_file is not None:
        code = _study(context, study_file, as_json, quiet, dry_run, pilot)
        return _with_site(context, code, site, study_file=study_file)
    if pilot is not None:
        raise UsageError(
            "--pilot needs --study FILE; for a single eval use `harness plan --pilot N`"
        )
    from harness.cli.progress import progress
    from harness.run.evaluate import carry_out
    from harness.run.plan import make_plan
    from harness.run.progress import Silent

    stop_cleanly()
    plan = make_plan(config_from(given))
    if dry_run:
        return _dry_run(plan, as_json)
    try:
        with contextlib.nullcontext(Silent()) if quiet else progress() as observer:
            result = carry_out(plan, observer)
    except KeyboardInterrupt:
        click.echo(
            "\nstopped; all finished work is stored. Run the same command again to resume.",
            err=True,
        )
        return 130
    code = _report(result, as_json, quiet, given["judge_model"])
    return _with_site(context, code, site, db=given["db"])


def _with_site(context: click.Context, code: int, site: Path | None, **source: Any) -> int:
    """Write the leaderboard if a folder is named, and pass on the exit code."""
    if site is not None:
        from harness.cli.site import build

        context.invoke(build, out=site, **source)
    return code


def _study(
    context: click.Context,
    file: Path,
    as_json: bool,
    quiet: bool,
    dry_run: bool,
    pilot: float | None,
) -> int:
    from harness.cli.study import carry_out, dry_run_of, open_study

    said = {
        name
        for name in context.params
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    }
    for name in sorted(said & set(_OPTIONS)):
        raise UsageError(f"{flag(name)} cannot be combined with --study: set it in the study file")
    if pilot is not None and not dry_run:
        raise UsageError("--pilot needs --dry-run")
    study = open_study(file, context)
    stop_cleanly()
    return dry_run_of(study, pilot, as_json) if dry_run else carry_out(study, as_json, quiet)


def _dry_run(plan: Plan, as_json: bool) -> int:
    from harness.cli.plan import forecast_lines
    from harness.run.forecast import forecast

    rows = forecast(plan)
    for line in plan.notes:
        click.echo(line, err=True)
    if as_json:
        print_json([row.to_json() for row in rows])
        return 0
    for line in forecast_lines(rows):
        click.echo(line)
    click.echo("nothing was run")
    return 0


def _report(result: Evaluation, as_json: bool, quiet: bool, judge: str | None) -> int:
    from harness.cli.tables import console, contamination_table, group_lines, print_runs

    runs = [report.to_json() for report in result.reports]
    compared = [one.to_json() for one in result.contamination]
    groups = [one.to_json() for one in result.groups]
    if as_json:
        more = {"contamination": compared, "groups": groups}
        told = {name: rows for name, rows in more.items() if rows}
        print_json({"runs": runs, **told} if told else runs)
    else:
        print_runs(result.reports)
        for line in group_lines(result.groups):
            click.echo(line)
        if compared:
            console().print("", contamination_table(result.contamination), sep="\n")
    if not quiet:
        click.echo(
            f"{counted(result.asked, 'sample')} generated, {result.from_store} from the store",
            err=True,
        )
    for line in _troubles(result, judge):
        click.echo(line, err=True)
    return 0 if result.ok else 1


def _troubles(result: Evaluation, judge: str | None) -> list[str]:
    lines = list(result.notes)
    if result.failed:
        first = "; ".join(result.errors[:3])
        lines.append(f"{counted(result.failed, 'attempt')} failed: {first}")
        lines.append("run the same command again to retry them")
    if not result.judged:
        lines.append(
            "the limit of this command was reached before the judge was done: the verdicts are "
            "those of the rules; run the same command with a higher limit to continue"
        )
    elif result.limit_reached:
        lines.append(
            "the limit of this command was reached: at least "
            f"{counted(result.unfinished, 'attempt is', 'attempts are')} left; run the same "
            "command with a higher limit to continue"
        )
    left = sum(r.planned - r.problems - r.failed for r in result.reports)
    if left > 0 and not result.limit_reached:
        lines.append(
            f"{counted(left, 'attempt was', 'attempts were')} interrupted; "
            "run the same command again to resume"
        )
    ungraded = sum(report.ungraded for report in result.reports)
    if ungraded:
        advice = "run `harness regrade` to try again"
        if judge is not None:
            advice = f"where {judge} gave no verdict, `harness regrade` falls back to the rules"
        lines.append(
            f"{counted(ungraded, 'attempt is', 'attempts are')} ungraded: "
            f"{'; '.join([*result.ungraded[:2], advice])}"
        )
    return lines
