"""A small minimiser and derivatives by differences, so that fits need no scipy at run time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def minimise(
    f: Callable[[Floats], float],
    start: Sequence[float],
    *,
    step: float = 0.5,
    tolerance: float = 1e-10,
    rounds: int = 4000,
) -> Floats:
    """The lowest point that Nelder and Mead's simplex (1965) finds from `start`.

    It stops when the simplex is smaller than `tolerance` in the arguments' units, begins once
    more from there, and keeps the better end. `f` may return infinity where it is not defined.
    """
    best = np.asarray(start, dtype=np.float64)
    for scale in (step, step / 5):
        best = _simplex(f, best, scale, tolerance, rounds)
    return best


def _simplex(
    f: Callable[[Floats], float], start: Floats, step: float, tolerance: float, rounds: int
) -> Floats:
    size = len(start)
    points = np.vstack([start, start + step * np.eye(size)])
    values = np.array([f(p) for p in points])
    for _ in range(rounds):
        order = np.argsort(values, kind="stable")
        points, values = points[order], values[order]
        if np.abs(points[1:] - points[0]).max() < tolerance:
            break
        centre = points[:-1].mean(axis=0)
        reflected = 2 * centre - points[-1]
        value = f(reflected)
        if value < values[0]:
            further = 3 * centre - 2 * points[-1]
            other = f(further)
            if other < value:
                reflected, value = further, other
        elif value >= values[-2]:
            inside = value >= values[-1]
            reflected = 0.5 * (centre + (points[-1] if inside else reflected))
            bound, value = min(value, values[-1]), f(reflected)
            if value >= bound:
                points[1:] = 0.5 * (points[1:] + points[0])
                values[1:] = [f(p) for p in points[1:]]
                continue
        points[-1], values[-1] = reflected, value
    found: Floats = points[int(np.argmin(values))]
    return found


def gradients(f: Callable[[Floats], Floats], at: Floats, step: float = 1e-4) -> Floats:
    """Central differences of a vector function: shape (len(at), len(f(at)))."""
    rows = []
    for i in range(len(at)):
        shift = np.zeros(len(at))
        shift[i] = step
        rows.append((f(at + shift) - f(at - shift)) / (2 * step))
    return np.array(rows)


def hessian(f: Callable[[Floats], float], at: Floats, step: float = 1e-3) -> Floats:
    """Second central differences of a scalar function: a symmetric matrix."""
    slopes = gradients(lambda x: gradients(lambda y: np.array([f(y)]), x, step)[:, 0], at, step)
    symmetric: Floats = 0.5 * (slopes + slopes.T)
    return symmetric
