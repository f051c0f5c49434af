"""`harness compare`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from harness.cli.options import db_option, json_option, plugin_option, print_json
from harness.core.counting import counted

if TYPE_CHECKING:
    from harness.core import Estimate
    from harness.gate.compare import Comparison


@click.command(
    epilog="\b\nExamples:\n  harness compare 3fa2 91bc\n"
    "  harness compare 'budget=vote@1' 'budget=vote@16' --correction bh\n"
    "  harness compare baseline.txt 'model=tiny-s;budget=greedy' --json"
)
@click.argument("a")
@click.argument("b")
@db_option
@click.option("--anyway", is_flag=True, help="Compare runs even if they were measured differently.")
@click.option(
    "--correction",
    type=click.Choice(["holm", "bh"]),
    default="holm",
    show_default=True,
    help="Correction for comparing several tasks at once.",
)
@click.option(
    "--flips",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    help="Number of flipped problems to list.",
)
@plugin_option
@json_option
def compare(
    a: str, b: str, db: str, anyway: bool, correction: str, flips: int, as_json: bool
) -> None:
    """Compare B with A on the same problems.

    Each is a run id (or the beginning of one), a filter or a baseline file.
    """
    from harness import api

    results = api.compare(a, b, db, anyway=anyway, correction=correction)
    if as_json:
        print_json([result.to_json() for result in results])
        return
    for result in results:
        _print(result, flips, correction if len(results) > 1 else None)


def _points(estimate: Estimate) -> str:
    low, high = 100 * estimate.low, 100 * estimate.high
    return f"{100 * estimate.value:+z.1f} points [{low:+z.1f}, {high:+z.1f}]"


def _print(c: Comparison, flips: int, correction: str | None) -> None:
    click.secho(f"A {c.a.label}  ({c.a.id[:12]})\nB {c.b.label}  ({c.b.id[:12]})", bold=True)
    for line in c.warnings:
        click.echo(f"  differs: {line}")
    count = f"{counted(c.accuracy.n, 'problem')} in {counted(c.accuracy.clusters, 'cluster')}"
    click.echo(
        f"  {c.measure}: {c.means[0]:.1%} -> {c.means[1]:.1%}, {_points(c.accuracy)}, {count}"
    )
    p = f"p = {c.accuracy.extra['p']:.4g}"
    if correction:
        p += f" ({correction}: {c.adjusted_p:.4g})"
    if c.mcnemar_p is not None:
        p += f"; exact McNemar p = {c.mcnemar_p:.4g}"
    low, high = (100 * bound for bound in c.bayes)
    click.echo(f"  {p}; Bayesian interval [{low:+z.1f}, {high:+z.1f}]")
    if c.detectable is not None:
        click.echo(
            f"  a true difference below {100 * c.detectable:.1f} points would likely be missed"
        )
    if c.lure_rate is not None:
        click.echo(f"  lure rate: {_points(c.lure_rate)}")
    for name, e in (("tokens/problem", c.tokens), ("usd/problem", c.usd)):
        if e is None:
            click.echo(f"  {name}: unknown")
        else:
            click.echo(f"  {name}: {e.value:+.6g} [{e.low:+.6g}, {e.high:+.6g}]")
    click.echo(f"  {len(c.flips)} flips")
    for flip in c.flips[:flips]:
        click.echo(f"    {flip.problem}: {flip.a:.2g} -> {flip.b:.2g}")
        for side in (c.a, c.b):
            click.echo(f"      harness show --samples {side.id[:12]} --problem {flip.problem}")
