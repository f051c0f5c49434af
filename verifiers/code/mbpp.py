"""EvalPlus' rules for its own file of MBPP+, by problem: what inputs were, and what agrees.

JSON has no tuples, sets or complex numbers; and some problems have more right answers than the
reference gives. Both lists are facts of evalplus 0.3.1 (`data/mbpp.py`, `eval/_special_oracle.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Rule = Callable[[list[Any]], list[Any]]


def tuples(value: Any, depth: int) -> Any:
    """The lists so deep within a value, as tuples."""
    if not isinstance(value, list):
        return value
    return tuple(value) if depth == 0 else [tuples(one, depth - 1) for one in value]


def all_tuples(value: Any) -> Any:
    """All lists, however deep."""
    return tuple(map(all_tuples, value)) if isinstance(value, list) else value


def sets(items: list[Any]) -> list[Any]:
    """Lists as sets; an empty one was written `{}`, a dictionary."""
    return [set(one) if isinstance(one, list) and one else {} for one in items]


RULES: tuple[tuple[frozenset[int], Rule], ...] = (
    (frozenset({2, 116, 132, 143, 222, 261, 273, 394, 399, 421, 424, 429, 470, 560, 579, 596, 616,
                630, 726, 740, 744, 809}), lambda args: [tuples(one, 0) for one in args]),
    (frozenset({63, 64, 70, 94, 120, 237, 272, 299, 400, 409, 417, 438, 473, 614, 780}),
     lambda args: [tuples(one, 1) for one in args]),
    (frozenset({75, 413, 444, 753}), lambda args: [tuples(args[0], 1), *args[1:]]),
    (frozenset({106, 750}), lambda args: [args[0], tuples(args[1], 0)]),
    (frozenset({115}), lambda args: [sets(args[0])]),
    (frozenset({124}), lambda args: [float(args[0]), complex(args[1])]),
    (frozenset({250, 307, 405, 446, 617, 720, 763, 808}),
     lambda args: [tuples(args[0], 0), *args[1:]]),
    (frozenset({252}), lambda args: [complex(args[0])]),
    (frozenset({259, 278, 401, 445}), lambda args: [tuples(tuples(one, 1), 0) for one in args]),
    (frozenset({580, 615, 791}), lambda args: [all_tuples(one) for one in args]),
    (frozenset({722}), lambda args: [{k: tuples(v, 0) for k, v in args[0].items()}, *args[1:]]),
)  # fmt: skip

# By the function's name: the order and number of equal items do not count; or only whether there
# is an answer at all.
AS_SETS = frozenset({"similar_elements", "find_char_long", "common_in_nested_lists",
                     "extract_singly", "larg_nnum", "intersection_array", "find_dissimilar",
                     "Diff"})  # fmt: skip
IS_THERE = frozenset({"check_str", "text_match_three", "text_starta_endb"})


def typed(problem: int, args: list[Any]) -> list[Any]:
    """A call's arguments as they were before they became JSON."""
    return next((rule(args) for numbers, rule in RULES if problem in numbers), args)


def agrees(entry: str, args: list[Any], found: Any, wanted: Any) -> bool:
    """Whether an answer that is not the reference's is right all the same."""
    if entry in AS_SETS:
        return set(found) == set(wanted)
    if entry in IS_THERE:
        there = wanted is not None
        return bool(found == there if isinstance(found, bool) else (found is not None) == there)
    if entry == "are_equivalent":  # Mbpp/164, whose question is wrong: any answer is taken
        return True
    if entry == "sum_div":  # Mbpp/295: proper divisors, or none
        return bool(found == 0)
    if entry == "surface_Area":  # Mbpp/581: the height may be the pyramid's own
        base, height = args
        slant = float((base / 2) ** 2 + height**2) ** 0.5
        return bool(found == round(base**2 + 4 * (base * slant) / 2))
    if entry == "digit_distance_nums":  # Mbpp/558: digit by digit, of numbers filled with zeros
        one, other = map(str, args)
        most = max(len(one), len(other))
        pairs = zip(one.zfill(most), other.zfill(most), strict=True)
        return bool(found == sum(abs(int(a) - int(b)) for a, b in pairs))
    return False
