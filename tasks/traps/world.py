"""What quantities can be in the real world: the limits that a problem's numbers must keep.

A certificate names for each number what it measures; `certify` holds it to these limits, the
derived quantities of sound problems too. Only a trap of violated common sense may break one.
"""

from __future__ import annotations

from fractions import Fraction

LIMITS: dict[str, tuple[float, float]] = {
    "age": (0, 105),
    "parent's age at birth": (16, 50),
    "height, cm": (120, 210),
    "walking speed, km/h": (2, 7),
    "running speed, m/s": (3, 10),
    "cycling speed, km/h": (8, 35),
    "driving speed, km/h": (20, 130),
    "train speed, km/h": (40, 300),
    "trip, km": (1, 1500),
    "trip, h": (0.1, 24),
    "minutes": (1, 600),
    "hours of a day": (0, 24),
    "hour of the clock": (0, 23),
    "minute of the clock": (0, 59),
    "day of the month": (1, 31),
    "month": (1, 12),
    "year": (1900, 2100),
    "percent": (0, 100),
    "discount, percent": (1, 90),
    "cheap goods, price": (0.1, 60),
    "goods, price": (1, 2000),
    "ticket, price": (2, 150),
    "bill, total": (1, 20_000),
    "people in a room": (2, 300),
    "people of a place": (2, 5000),
    "children of a family": (0, 9),
    "things to count": (1, 2000),
    "points of a test": (0, 100),
    "side of a drawing, cm": (1, 250),
    "length of a garden, m": (1, 200),
    "ribbon, m": (0.1, 50),
    "ribbon, cm": (1, 5000),
    "tank, l": (50, 20_000),
    "flow, l/min": (1, 200),
    "work, h": (1, 60),
    "grams of food": (1, 5000),
    "doors": (3, 20),
    "tosses": (1, 12),
    "sides of a die": (4, 20),
}
"""From the smallest to the largest value that nobody would wonder at, both included."""


def of_one_size(a: int | Fraction, b: int | Fraction) -> bool:
    """Whether two numbers are within a factor of ten; below 5, all are alike."""
    x, y = abs(Fraction(a)), abs(Fraction(b))
    return max(x, y) <= 10 * max(min(x, y), Fraction(5))
