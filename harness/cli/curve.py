"""`harness curve`."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import (
    db_option,
    filter_options,
    hourly,
    json_option,
    plugin_option,
    print_json,
)
from harness.cli.planning import config_options

if TYPE_CHECKING:
    from harness.analysis.curves import Curve

EXAMPLES = """
\b
Examples:
  harness curve --task arithmetic
  harness curve --task arithmetic --by flops --svg curve.svg --csv curve.csv
  harness curve --fit --k 100 --k 1000
  harness curve --task arithmetic --compare 'vote@k' 'think@n' --at 100
  harness curve --task arithmetic --compare 'small vote@k' 'large greedy' --by flops
  harness curve --task arithmetic --policy predicted --limit 250

\b
A pool of samples gives two curves: coverage (pass@k) and the budget's own (vote@k is maj@k, best@k
is bo@n), at every k, as exact expectations over its subsets. Other budgets give one point each.
--compare compares two curves at equal cost: between two measured budgets it uses the random mixture
of both that costs exactly that much on average. Name a curve by part of "MODEL CURVE" as listed.
"""


@click.command("curve", epilog=EXAMPLES)
@filter_options
@click.option(
    "--by",
    "unit",
    type=click.Choice(["tokens", "flops", "usd", "seconds"]),
    default="tokens",
    show_default=True,
    help="Unit of cost; seconds are the summed latencies of an attempt's calls.",
)
@click.option("--fit", is_flag=True, help="Fit coverage, and extrapolate it to each --k.")
@click.option(
    "--k",
    "ks",
    type=click.IntRange(1),
    multiple=True,
    help="Number of samples, with --fit (repeatable).",
)
@click.option(
    "--compare", nargs=2, metavar="A B", help="Compare two curves at equal cost, B minus A."
)
@click.option(
    "--at",
    "costs",
    type=float,
    multiple=True,
    help="Cost to compare at, with --compare (repeatable).",
)
@click.option(
    "--policy",
    type=click.Choice(["oracle", "predicted"]),
    help="Choose the best budget for each level of difficulty, known (oracle) or predicted.",
)
@click.option("--limit", type=float, help="Maximum cost of one problem, with --policy.")
@click.option(
    "--probe",
    type=click.IntRange(2),
    help="Samples that predict difficulty, with --policy predicted [default: 4].",
)
@config_options("gpu_usd_per_hour", "price")
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path), help="Write all points to this file."
)
@click.option(
    "--svg", "svg_file", type=click.Path(path_type=Path), help="Draw the curves to this file."
)
@db_option
@plugin_option
@json_option
def curve(as_json: bool, db: str, unit: str, **given: Any) -> int:
    """Plot accuracy and coverage against tokens, FLOPs or dollars, from all stored results."""
    curves = _load(db, given)
    if given["csv_file"] is not None:
        _write_csv(given["csv_file"], curves)
    if given["svg_file"] is not None:
        _write(given["svg_file"], _picture(curves, unit))
    extra = [*_obedience(db, given), *_analyses(curves, unit, given)]
    if as_json:
        print_json(_as_json(curves, unit) | {name: value for name, value, _ in extra})
        return 0
    for line in _judges(db, curves, given):
        click.echo(line)
    _print_curves(curves, unit)
    for _, _, lines in extra:
        if lines:
            click.echo()
        for line in lines:
            click.echo(line)
    return 0


def _load(db: str, given: dict[str, Any]) -> Sequence[Curve]:
    from harness import api

    names = ("model", "task", "budget", "price")
    rate = hourly(given["gpu_usd_per_hour"])
    return api.curve(db, **{name: given[name] for name in names}, gpu_usd_per_hour=rate)


def _judges(db: str, curves: Sequence[Curve], given: dict[str, Any]) -> list[str]:
    """How reliable the judges that gave the verdicts are; nothing if rules gave them."""
    from harness import api
    from harness.results.warnings import judge_lines

    if not any(" by " in one.facts.get("verifier", "") for one in curves):
        return []  # the reports are not needed
    return judge_lines(api.show(db, **{name: given[name] for name in ("model", "task", "budget")}))


def _obedience(db: str, given: dict[str, Any]) -> list[tuple[str, Any, list[str]]]:
    """Whether servers comply with budgets; nothing if no budget relies on a server."""
    from harness import api
    from harness.analysis.obedience import sweep_lines

    found = api.obeyed(db, **{name: given[name] for name in ("model", "task", "budget")})
    lines = sweep_lines(found)
    return [("obedience", [one.to_json() for one in found], lines)] if found else []


def _by_task(curves: Sequence[Curve]) -> dict[str, list[Curve]]:
    tasks: dict[str, list[Curve]] = {}
    for one in curves:
        tasks.setdefault(one.task, []).append(one)
    return tasks


def _write(path: Path, text: str) -> None:
    from harness.core import DataError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error}") from error


def _write_csv(path: Path, curves: Sequence[Curve]) -> None:
    import io

    from harness.analysis.curve_figures import COLUMNS, rows

    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for one in curves for row in rows(one))
    _write(path, text.getvalue())


def _series(curves: Sequence[Curve], unit: str) -> list[Any]:
    from harness.cli.plot import Series

    out = []
    for one in curves:
        points = [
            (cost, p.accuracy.value, p.accuracy.low, p.accuracy.high)
            for p in one.points
            if (cost := p.cost(unit))
        ]
        if points:
            out.append(Series(one.label, sorted(points), dashed=one.oracle))
    return out


def _picture(curves: Sequence[Curve], unit: str) -> str:
    from harness.cli.plot import svg
    from harness.core import UsageError

    tasks = _by_task(curves)
    if len(tasks) > 1:
        raise UsageError(f"--svg draws one task: choose it with --task ({', '.join(tasks)})")
    series = _series(curves, unit)
    if not series:
        raise UsageError(f"no point has a known cost in {unit}: {_hint(unit)}")
    return svg(series, unit, f"Accuracy over {unit}, {next(iter(tasks))}")


def _hint(unit: str) -> str:
    if unit == "usd":
        return "use --price IN,OUT or --gpu-usd-per-hour"
    if unit == "seconds":
        return "no call's latency was recorded"
    return "the model's shape is unknown" if unit == "flops" else "no tokens were recorded"


def _print_curves(curves: Sequence[Curve], unit: str) -> None:
    from harness.cli.curve_tables import (
        best_line,
        by_verifier,
        figures_table,
        frontier_table,
        gaps_table,
        points_table,
    )
    from harness.cli.plot import terminal
    from harness.cli.tables import console
    from harness.core import UsageError

    out = console()
    for task, members in _by_task(curves).items():
        click.secho(task, bold=True)
        series = _series(members, unit)
        if series:
            click.echo(terminal(series, unit))
        else:
            click.echo(f"cost in {unit} is unknown: {_hint(unit)}")
        out.print(points_table(members))
        out.print(figures_table(members, unit))
        gaps = gaps_table(members)
        if gaps.row_count:
            out.print(gaps)
        for graded in by_verifier(members):
            try:
                out.print(frontier_table(graded, unit))
                click.echo(best_line(graded, unit))
            except UsageError as error:
                click.echo(f"no frontier: {error}")


def _as_json(curves: Sequence[Curve], unit: str) -> dict[str, Any]:
    from harness.cli.curve_tables import curves_json

    return curves_json(curves, unit)


def _analyses(
    curves: Sequence[Curve], unit: str, given: dict[str, Any]
) -> list[tuple[str, Any, list[str]]]:
    """What the options request beyond the curves: name, JSON, text lines."""
    from harness.cli.curve_tables import compared, fitted, policies
    from harness.core import UsageError

    if given["ks"] and not given["fit"]:
        raise UsageError("--k needs --fit")
    if given["costs"] and not given["compare"]:
        raise UsageError("--at needs --compare")
    if given["limit"] is not None and not given["policy"]:
        raise UsageError("--limit needs --policy")
    if given["probe"] is not None and given["policy"] != "predicted":
        raise UsageError("--probe needs --policy predicted")
    out = []
    if given["fit"]:
        out.append(("fits", *fitted(curves, given["ks"])))
    if given["compare"]:
        a, b = given["compare"]
        out.append(("compare", *compared(curves, a, b, unit, given["costs"])))
    if given["policy"]:
        limits = None if given["limit"] is None else [given["limit"]]
        out.append(
            ("policy", *policies(curves, unit, given["policy"], limits, given["probe"] or 4))
        )
    return out
