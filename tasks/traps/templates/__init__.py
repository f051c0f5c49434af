"""All templates of the trap task, by topic."""

from harness.tasks.traps.template import Template
from harness.tasks.traps.templates import (
    ages,
    areas,
    averages,
    calendar,
    counting,
    groups,
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
    probability.DRAWN_BEFORE,
    counting.EACH_WITH_EACH,
    probability.AFTER_THE_LAST_TICKET,
    probability.CHANCES_OF_TWO_COLOURS,
    counting.MENUS,
    groups.TWO_HOBBIES,
    *calendar.TEMPLATES,
    *money.TEMPLATES,
)
"""Never taught: shows what carries over to scenarios that a model was not trained on.

The problems of a seed hang on the order of this list too.
"""

TEMPLATES = SCHOOL + HELD_OUT
