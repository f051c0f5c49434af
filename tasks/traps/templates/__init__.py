"""All templates of the trap task, by topic."""

from harness.tasks.traps.template import Template
from harness.tasks.traps.templates import (
    ages,
    calendar,
    counting,
    crossings,
    family,
    formulas,
    instructions,
    letters,
    limits,
    money,
    percentages,
    probability,
    rates,
    reference,
    sets,
    triangles,
    units,
    whole_numbers,
)

TEMPLATES: tuple[Template, ...] = (
    *triangles.TEMPLATES,
    *whole_numbers.TEMPLATES,
    *money.TEMPLATES,
    *percentages.TEMPLATES,
    *ages.TEMPLATES,
    *calendar.TEMPLATES,
    *rates.TEMPLATES,
    *units.TEMPLATES,
    *sets.TEMPLATES,
    *formulas.TEMPLATES,
    *limits.TEMPLATES,
    *probability.TEMPLATES,
    *counting.TEMPLATES,
    *letters.TEMPLATES,
    *family.TEMPLATES,
    *crossings.TEMPLATES,
    *reference.TEMPLATES,
    *instructions.TEMPLATES,
)
"""The problems of a seed hang on the order of this list."""
