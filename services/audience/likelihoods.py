"""Maximum likelihood over columns of sufficient statistics: the one way both models are fitted.

A model says its mean log-likelihood and the slope of it in the logarithms of its parameters, which
are all positive. Everything is a column over groups of like members with a count each, so a fit
costs the same for a hundred members as for millions of the same few thousand kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import optimize

Column = NDArray[np.float64]
# From log-parameters to the mean log-likelihood and its slope.
Climb = Callable[[Column], tuple[float, Column]]

# exp(−9) … exp(8): beyond it a parameter only says that the data has no such effect, and what it
# foretells loses its digits.
LOWEST: Final = -9.0
HIGHEST: Final = 8.0
NEAR: Final = 0.01
STEPS: Final = 2_000
# The slope of the mean log-likelihood that counts as the top.
FLAT: Final = 1e-4

Why = Literal["TOO_FEW_MEMBERS", "TOO_FEW_REPEATS", "NO_SPREAD", "NOT_CONVERGED"]


class NoModel(msgspec.Struct, frozen=True):
    """The data carries no model, and why; nothing is guessed instead."""

    why: Why


def column(values: Any) -> Column:
    """The values as a column of floats."""
    return np.asarray(values, dtype=np.float64)


def maximise(climb: Climb, starts: Sequence[Sequence[float]]) -> tuple[Column, float] | NoModel:
    """The parameters at the top and the mean log-likelihood there, from the best of the starts.

    NOT_CONVERGED if no start reaches a flat top inside the bounds.
    """
    best: tuple[Column, float] | None = None
    for start in starts:
        found = _climb_from(climb, np.log(column(start)))
        if found is not None and (best is None or found[1] > best[1]):
            best = found
    return best or NoModel("NOT_CONVERGED")


def _climb_from(climb: Climb, start: Column) -> tuple[Column, float] | None:
    def downhill(at: Column) -> tuple[float, Column]:
        height, slope = climb(at)
        return -height, -slope

    with np.errstate(all="ignore"):  # steps into the absurd are turned back, not warned of
        found = optimize.minimize(
            downhill,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(LOWEST, HIGHEST)] * len(start),
            options={"maxiter": STEPS, "ftol": 1e-15, "gtol": 1e-9},
        )
        height, slope = climb(found.x)
    inside = np.all((found.x > LOWEST + NEAR) & (found.x < HIGHEST - NEAR))
    if not (np.isfinite(height) and inside and np.max(np.abs(slope)) <= FLAT):
        return None
    return np.exp(found.x), float(height)
