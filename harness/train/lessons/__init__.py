"""The school problems that the embedded models are taught: templates of the task `traps` before its
fourth version, kept so that the training can be repeated. The task itself asks none of them.
"""

from dataclasses import replace

from harness.train.lessons import (
    ages,
    areas,
    averages,
    linear,
    rates,
    ratios,
    remainders,
    sets,
    triangles,
)

SCHOOL = tuple(
    replace(template, framed=True)
    for module in (linear, ratios, rates, averages, ages, remainders, triangles, areas, sets)
    for template in module.TEMPLATES
)
"""The random streams of the training hang on this list, its order included."""
