"""The options that a task can set, and their defaults."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from harness.core import UsageError


@dataclass(frozen=True, slots=True)
class Options:
    """Conventions of comparison.

    `decimals`: "strict" requires a decimal answer to equal an exact gold (0.333 is not 1/3) unless
    it has the 12 or more digits of a printed machine number; "rounded" accepts a decimal of at
    least 2 places or 3 significant digits that the gold rounds to.
    `tolerance`: the accepted relative difference between numbers; 0 is exact.
    `ordered`: whether bare lists (1, 2, 3 without brackets) must keep their order.
    `percent`: "either" takes 50% for 0.5 and for 50 (0.5% is never 0.5); "value" for 0.5 alone.
    `units`: "convert" compares units if both sides have known ones; "ignore" drops them.
    `case`: whether words must agree in letter case.
    `roman`: whether capitals that form a Roman numeral (XIV) mean that number.
    """

    decimals: Literal["strict", "rounded"] = "strict"
    tolerance: float = 0.0
    ordered: bool = False
    percent: Literal["either", "value"] = "either"
    units: Literal["convert", "ignore"] = "convert"
    case: bool = False
    roman: bool = False

    @classmethod
    def of(cls, given: dict[str, Any]) -> Options:
        """Check names and values; raises UsageError."""
        known = {f.name for f in fields(cls)}
        choices = {
            "decimals": ("strict", "rounded"),
            "percent": ("either", "value"),
            "units": ("convert", "ignore"),
        }
        for name, value in given.items():
            if name not in known:
                raise UsageError(f"math verifier: no option {name!r}; known: {', '.join(known)}")
            if name in choices and value not in choices[name]:
                raise UsageError(f"math verifier: {name} must be one of {choices[name]}")
        return cls(**given)
