"""`harness eval`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from harness.cli.options import db_option, json_option, plugin_option, print_json
from harness.cli.planning import read_plan, stop_cleanly

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

\b
Budgets, what may be spent on one problem:
  greedy  sample@n (pass@k)  vote@n (majority)  adaptive@n (a vote that stops early)
  think@n (thinking cut at n tokens; min=, waits=, wait= make it go on)
  best@n:reward=R  weighted@n:reward=R  revise@nxm (n chains of m answers)
  beam@nxm:reward=R  dvts@nxm:reward=R  lookahead@nxm+k:reward=R  mcts@n:reward=R  rmaxts@n
R: steps (checks the written sums; no model), judge (the model itself), onnx:tiny-prm (in the
  package, for arithmetic), hf:FOLDER, onnx:FOLDER.
Options behind a colon: think=, temperature=, top_p=, top_k=, max=, step=, select=, agg=, rounds=.
Behind a space stands a ceiling for one problem: 'vote@16 tokens<=400', 'vote@16 usd<=0.02'.
Braces expand to a sweep, and a sweep costs what its dearest budget costs.
The same command again goes on where the last one stopped; what is stored is not paid twice.
"""


@click.command("eval", epilog=EXAMPLES)
@click.option("-m", "--model", default="onnx:tiny-s", show_default=True, help="backend:name[@url].")
@click.option("-t", "--task", "tasks", multiple=True, help="Task, with options as name:k=v.")
@click.option("-b", "--budget", "budgets", multiple=True, help="Budget or sweep (repeatable).")
@click.option("--model-arg", "model_args", multiple=True, metavar="K=V", help="For the backend.")
@click.option("--limit", type=int, help="Only the first so many problems of each task.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the sampling.")
@click.option(
    "--fresh-seed",
    is_flag=False,
    flag_value="draw",
    metavar="[SEED]",
    help="Run generated tasks on this seed too [default: a drawn one]; public minus fresh.",
)
@click.option(
    "--judge",
    metavar="MODEL",
    help="Ask this model whether a flaw was recognised, instead of the rules.",
)
@db_option
@click.option("--data-dir", type=click.Path(path_type=Path), help="Local data sets, not the hub.")
@click.option("--concurrency", type=int, help="Calls in flight [default: what fills the engine].")
@click.option("--max-output-tokens", type=int, help="For one completion [default: 2048].")
@click.option("--max-tokens", type=int, help="Hard limit for this command, prompts included.")
@click.option("--max-usd", type=float, help="Hard limit for this command, in US dollars.")
@click.option("--price", metavar="IN,OUT", help="US dollars per million tokens, as 0.15,0.60.")
@click.option("--gpu-usd-per-hour", type=float, help="Dollars by the device's time instead.")
@click.option("--dry-run", is_flag=True, help="Say what would be run, and stop.")
@click.option("--quiet", is_flag=True, help="No progress.")
@plugin_option
@json_option
def eval_(as_json: bool, dry_run: bool, quiet: bool, judge: str | None, **given: Any) -> int:
    """Run a model on tasks under budgets; store every sample and report."""
    from harness.cli.progress import progress
    from harness.run.evaluate import run_blocking
    from harness.run.progress import Silent
    from harness.run.regrade import judge_evaluation, open_judge

    stop_cleanly()
    plan, options = read_plan(given)
    asked = None if judge is None else open_judge(plan, options, judge)
    if dry_run:
        if judge is not None:
            click.echo(f"not counted: the answers that {judge} would be asked about", err=True)
        return _dry_run(plan, options, as_json)
    try:
        if quiet:
            result = run_blocking(plan, options, Silent())
        else:
            with progress() as observer:
                result = run_blocking(plan, options, observer)
        if asked is not None:
            result = judge_evaluation(plan, options, result, asked)
    except KeyboardInterrupt:
        click.echo(
            "\nstopped; everything finished is stored. The same command goes on from there.",
            err=True,
        )
        return 130
    return _report(result, as_json, judge)


def _dry_run(plan: Any, options: Any, as_json: bool) -> int:
    from harness.cli.plan import forecast_lines
    from harness.run.forecast import forecast

    rows = forecast(plan, options, gpu_usd_per_hour=options.gpu_usd_per_hour)
    if as_json:
        print_json(rows)
        return 0
    for line in forecast_lines(rows):
        click.echo(line)
    click.echo("nothing was run")
    return 0


def _report(result: Any, as_json: bool, judge: str | None) -> int:
    from harness.cli.tables import console, contamination_table, runs_table

    runs = [report.to_json() for report in result.reports]
    compared = [one.to_json() for one in result.contamination]
    if as_json:
        print_json({"runs": runs, "contamination": compared} if compared else runs)
    else:
        console().print(runs_table(result.reports))
        if compared:
            console().print("", contamination_table(result.contamination), sep="\n")
    for line in _troubles(result, judge):
        click.echo(line, err=True)
    return 0 if result.ok else 1


def _troubles(result: Any, judge: str | None) -> list[str]:
    lines = []
    if result.failed:
        first = "; ".join(result.errors[:3])
        lines.append(f"{result.failed} attempts failed: {first}")
        lines.append("the same command tries them again")
    if result.limit_reached:
        lines.append(
            f"the limit of this command is reached: {result.unfinished} attempts or more are left; "
            "the same command with a higher limit goes on"
        )
    left = sum(r.planned - r.problems - r.failed for r in result.reports)
    if left > 0 and not result.limit_reached:
        lines.append(f"{left} attempts were broken off; the same command goes on with them")
    ungraded = sum(report.ungraded for report in result.reports)
    if ungraded:
        advice = "`harness regrade` tries again"
        if judge is not None:
            advice = f"where {judge} gave no verdict, `harness regrade` goes back to the rules"
        lines.append(f"{ungraded} attempts are ungraded: {advice}")
    return lines
