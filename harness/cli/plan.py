"""`harness plan`."""

from __future__ import annotations

from collections.abc import Sequence
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
from harness.cli.planning import JUDGE, WHAT, config_from, config_options, stop_cleanly
from harness.core import UsageError
from harness.core.counting import counted

if TYPE_CHECKING:
    from harness.analysis.power import Decision
    from harness.run.forecast import Forecast, Range

EXAMPLES = """
\b
Examples:
  harness plan --task decimals --budget 'vote@{1,4,16}'
  harness plan --model openai:my-model@$URL --task gsm8k --budget sample@16 --pilot 8
  harness plan --task decimals --detect 0.02 --power 0.8
  harness plan --task gsm8k --model small --against large --detect 0.02
  harness plan --task decimals --limit 200 --gate    # what a gate's rules could decide

\b
Without --detect: the tokens, dollars and time that an evaluation would take, with 95% ranges,
predicted from stored results of the same model, task and budgets, or from a pilot that is run now
(its samples are stored, and the evaluation does not pay for them again).
With --detect: the number of problems and samples needed to detect a difference that small, given
the variance between and within problems seen so far. --model and --against then name stored models;
without --against the other model is assumed to be similar, its success rates correlated by
--correlation.
With --gate: what the gate's rules in this folder (by default a margin of 5 points) could decide
with this many problems of the task, and with more, before there is a baseline.
"""


@click.command("plan", epilog=EXAMPLES)
@config_options(*WHAT, *JUDGE)
@click.option(
    "--pilot",
    type=click.IntRange(2),
    help="Evaluate this many problems first, and predict from them.",
)
@click.option(
    "--detect", type=float, help="Plan to detect this difference in accuracy, such as 0.02."
)
@click.option("--power", type=float, help="Power, with --detect [default: 0.8].")
@click.option("--confidence", type=float, help="Confidence level, with --detect [default: 0.95].")
@click.option("--against", help="The other stored model, with --detect.")
@click.option(
    "--correlation",
    type=float,
    help="Assumed correlation of success rates, with --detect but not --against [default: 0.5].",
)
@click.option(
    "--gate", "for_gate", is_flag=True, help="Plan how many problems a gate's baseline needs."
)
@config_options("gpu_usd_per_hour", "price")
@db_option
@env_file_option
@allow_code_option
@plugin_option
@json_option
def plan(as_json: bool, **given: Any) -> int:
    """Predict what an evaluation would cost, or how large it must be to settle a question."""
    if given.pop("for_gate"):
        return _gate(as_json, given)
    if given["detect"] is None:
        for name in ("against", "correlation", "power", "confidence"):
            if given[name] is not None:
                raise UsageError(f"--{name} needs --detect")
        return _forecast(as_json, given)
    decision = _decision(given)
    if as_json:
        print_json(decision.to_json())
        return 0
    for line in decision_lines(decision):
        click.echo(line)
    return 0


def _gate(as_json: bool, given: dict[str, Any]) -> int:
    from harness.gate.api import foresee

    if len(given["tasks"]) != 1 or given["detect"] is not None:
        raise UsageError("--gate plans for one task: name it with --task, and leave out --detect")
    [task] = given["tasks"]
    found = foresee(task, limit=given["limit"], data_dir=given["data_dir"])
    if as_json:
        print_json([one.to_json() for one in found])
        return 0
    for one in found:
        click.echo(f"{'ok' if one.feasible else 'too little':12} {one}")
    if not found:
        click.echo("no rule depends on chance: rules on costs pass an unchanged model")
    return 0


def _forecast(as_json: bool, given: dict[str, Any]) -> int:
    from harness.run.evaluate import run_pilot
    from harness.run.evaluation import Evaluation
    from harness.run.forecast import forecast
    from harness.run.plan import make_plan

    config = config_from(given)
    pilot: Evaluation | None = None
    if given["pilot"]:
        stop_cleanly()
        pilot = run_pilot(config, given["pilot"])
    plan = make_plan(config)
    rows = forecast(plan)
    for line in plan.notes:
        click.echo(line, err=True)
    if as_json:
        print_json([row.to_json() for row in rows])
    else:
        for line in forecast_lines(rows):
            click.echo(line)
    if pilot is not None and pilot.failed:
        click.echo(
            f"{counted(pilot.failed, 'attempt')} of the pilot failed; run the same "
            "command to retry",
            err=True,
        )
        return 1
    return 0


def forecast_lines(rows: Sequence[Forecast]) -> list[str]:
    """A forecast as text: upper bound, expectation with range, and what it is based on."""
    lines = []
    for row in rows:
        bound = "unknown" if row.most_tokens is None else f"at most {row.most_tokens:,}"
        judge = f" ({row.most_judge_tokens:,} of them the judge's)" if row.most_judge_tokens else ""
        lines.append(
            f"{row.task}  {', '.join(row.budgets)}: {counted(row.problems, 'problem')}, "
            f"{row.stored} of {row.attempts} attempts stored; tokens to generate: {bound}{judge}"
        )
        if row.samples == 0 and not row.most_judge_tokens:
            lines.append("  nothing is left to generate")
            continue
        if row.expected_tokens is None:
            lines.append(
                "  no estimate: fewer than two problems are stored; run a few with --pilot 8"
            )
            continue
        usd, seconds = row.expected_usd, row.expected_seconds
        lines.append(
            f"  expected: {_range(row.expected_tokens, '{:,.0f}')} tokens; "
            f"usd {'N/A' if usd is None else _range(usd, '{:.4g}')}; "
            f"seconds {'unknown' if seconds is None else _range(seconds, '{:,.1f}')} "
            f"(95% ranges, from {counted(row.measured_on, 'problem')})"
        )
        if row.expected_judge_tokens is not None:
            lines.append(f"  plus, for the judge: {row.expected_judge_tokens:,.0f} tokens")
    return lines


def _range(values: Range, form: str) -> str:
    low, high = form.format(values.low), form.format(values.high)
    return f"{form.format(values.value)} [{low}, {high}]"


def _decision(given: dict[str, Any]) -> Decision:
    from harness.analysis.curves import load_curves
    from harness.analysis.power import CORRELATION, plan_decision
    from harness.results.reports import find_runs
    from harness.store import open_store

    if len(given["tasks"]) != 1:
        raise UsageError("--detect plans for one task: name it with --task")
    if given["against"] and given["correlation"] is not None:
        raise UsageError("--correlation stands in for --against: give only one of them")
    with open_store(given["db"]) as store:
        sides = {}
        for name in ("model", "against"):
            if name == "against" and given[name] is None:
                continue
            ids = find_runs(store, model=given[name], task=given["tasks"][0])
            curves = (
                load_curves(
                    store,
                    ids,
                    gpu_usd_per_hour=given["gpu_usd_per_hour"],
                    price_entry=given["price"],
                )
                if ids
                else []
            )
            pools = [c for c in curves if c.counts is not None and c.oracle]
            if not pools:
                raise UsageError(
                    f"no pool of samples of {given[name] or 'any model'} on {given['tasks'][0]}: "
                    "start by running sample@8 on a few problems"
                )
            sides[name] = pools
    models = sorted({c.model for c in sides["model"]})
    if len(models) > 1:
        raise UsageError(f"several models are stored ({', '.join(models)}): choose with --model")
    others = sides.get("against")
    return plan_decision(
        sides["model"],
        given["detect"],
        power=0.8 if given["power"] is None else given["power"],
        confidence=0.95 if given["confidence"] is None else given["confidence"],
        against=max(others, key=lambda c: len(c.problems)) if others else None,
        correlation=CORRELATION if given["correlation"] is None else given["correlation"],
    )


def decision_lines(d: Decision) -> list[str]:
    """A decision plan as text."""
    c, other = d.components, d.against or "a similar model"
    seen = f"variance of one sample {c.between:.4f} between problems, {c.within:.4f} within"
    asked = f"{100 * d.difference:g} points with power {d.power:g} at confidence {d.confidence:g}"
    lines = [
        f"{d.model} against {other} on {d.task}: to detect {asked}",
        f"  from {c.problems} problems: mean {c.mean:.1%}; {seen}; clusters: x{c.design:.2f}",
    ]
    if d.assumed_correlation is not None:
        lines.append(
            f"  assumed: the models' success rates correlate by {d.assumed_correlation:g} "
            "(set --correlation, or measure both and use --against)"
        )
    lines.append("  samples of each  problems     samples        tokens         usd   (each model)")
    for x in d.designs:
        tokens = "unknown" if x.tokens is None else f"{x.tokens:,.0f}"
        usd = "N/A" if x.usd is None else f"{x.usd:.4g}"
        star = " <- cheapest" if x == d.cheapest else ""
        sizes = f"{x.samples:15d} {x.problems:9,d} {x.samples * x.problems:11,d}"
        lines.append(f"  {sizes} {tokens:>13} {usd:>11}{star}")
    share = d.share_within
    lines.append(
        f"  {share:.0%} of the difference's variance is within problems, which more samples "
        f"reduce; only more problems reduce the other {1 - share:.0%}"
    )
    if d.with_these is None:
        lines.append(
            f"  with the {c.problems} measured problems no number of samples is enough: it takes "
            f"{d.floor:,} problems even with unlimited samples. More problems help."
        )
    else:
        lines.append(
            f"  with the {c.problems} measured problems, {d.with_these:,} samples each are enough"
        )
    return lines
