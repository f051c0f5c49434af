"""All templates of the trap task, by topic."""

from harness.tasks.traps.template import Template
from harness.tasks.traps.templates import (
    ages,
    areas,
    averages,
    calendar,
    linear,
    money,
    probability,
    rates,
    ratios,
    remainders,
    sequences,
    sets,
    triangles,
)

SCHOOL: tuple[Template, ...] = (
    *linear.TEMPLATES,
    *ratios.TEMPLATES,
    *rates.TEMPLATES,
    *averages.TEMPLATES,
    *ages.TEMPLATES,
    *remainders.TEMPLATES,
    *triangles.TEMPLATES,
    *areas.TEMPLATES,
    *sets.TEMPLATES,
)
"""What the embedded models are trained on; their random streams hang on this list."""

HELD_OUT: tuple[Template, ...] = (
    *sequences.TEMPLATES,
    *probability.TEMPLATES,
    *calendar.TEMPLATES,
    *money.TEMPLATES,
)
"""Never taught: shows what carries over to scenarios that a model was not trained on."""

TEMPLATES = SCHOOL + HELD_OUT
