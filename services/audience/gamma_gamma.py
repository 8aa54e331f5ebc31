"""What a member's purchase days are worth: Gamma-Gamma, fitted on the merchant's orders. Pure.

The model of Fader, Hardie and Lee (2005, 2013): a member's purchase values are gamma(p, ν), and ν
is gamma(q, v) over members. Of each member who bought again it needs the number x of repeat
purchase days and the mean m of their values. It supposes that value and frequency have little to
do with each other; ``correlation`` says how much they have. M64.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np
from scipy import special

from services.audience.likelihoods import Column, NoModel, column, maximise

LEAST_MEMBERS: Final = 30


class Params(msgspec.Struct, frozen=True):
    """The distribution of mean values over members; ``v`` is in the unit of the values."""

    p: float
    q: float
    v: float


class Sample(msgspec.Struct, frozen=True):
    """Groups of like repeat buyers as columns: x, m and how many members each group has."""

    frequency: Column
    value: Column
    count: Column

    @classmethod
    def of(cls, frequency: Any, value: Any, count: Any = None) -> Sample:
        """From any sequences; who never bought again, or for nothing, says nothing and is left out.

        Without ``count`` each is one member.
        """
        x, mean = column(frequency), column(value)
        members = np.ones_like(x) if count is None else column(count)
        tells = (x > 0) & (mean > 0)
        return cls(x[tells], mean[tells], members[tells])

    @property
    def members(self) -> int:
        """How many members there are."""
        return int(self.count.sum())


class Fitted(msgspec.Struct, frozen=True):
    """A fitted model, with the log-likelihood of the whole sample."""

    params: Params
    log_likelihood: float
    members: int


def fit(sample: Sample) -> Fitted | NoModel:
    """The parameters under which the sample is likeliest, q above 1 so that means exist.

    TOO_FEW_REPEATS below 30 members who bought again, NO_SPREAD if all values are the same,
    NOT_CONVERGED if there is no top.
    """
    members = sample.members
    if members < LEAST_MEMBERS:
        return NoModel("TOO_FEW_REPEATS")
    if np.ptp(sample.value) == 0:
        return NoModel("NO_SPREAD")
    # Values of any currency unit are brought near 1; v has the values' unit and is brought back.
    unit = float(np.average(sample.value, weights=sample.count))
    scaled = Sample(sample.frequency, sample.value / unit, sample.count)

    def climb(logs: Column) -> tuple[float, Column]:
        p, over, v = np.exp(logs)
        values, slopes = _terms(p, 1 + over, v, scaled)
        weights = sample.count / members
        return float(values @ weights), slopes @ weights * np.exp(logs)

    found = maximise(climb, [(2.0, 1.0, 1.0), (6.0, 3.0, 0.3), (1.0, 9.0, 9.0)])
    if isinstance(found, NoModel):
        return found
    p, over, v = map(float, found[0])
    params = Params(p, 1 + over, v * unit)
    return Fitted(params, log_likelihood(params, sample), members)


def log_likelihood(params: Params, sample: Sample) -> float:
    """Of the whole sample."""
    return float(_terms(params.p, params.q, params.v, sample)[0] @ sample.count)


def _terms(p: float, q: float, v: float, sample: Sample) -> tuple[Column, Column]:
    """Each group's log-likelihood of one member, and its slope in p, q and v."""
    x, mean = sample.frequency, sample.value
    px, spent = p * x, v + sample.frequency * sample.value
    values = (
        special.gammaln(px + q)
        - special.gammaln(px)
        - special.gammaln(q)
        + q * np.log(v)
        + (px - 1) * np.log(mean)
        + px * np.log(x)
        - (px + q) * np.log(spent)
    )
    psi = special.psi
    slopes = np.vstack(
        [
            x * (psi(px + q) - psi(px) + np.log(mean) + np.log(x) - np.log(spent)),
            psi(px + q) - psi(q) + np.log(v) - np.log(spent),
            q / v - (px + q) / spent,
        ]
    )
    return values, slopes


def expected(params: Params, frequency: Any, value: Any) -> Column:
    """What each member's purchase day is expected to be worth: their own mean, drawn to all's.

    Who never bought again is expected to be like everybody: ``value`` does not matter then.
    """
    x = column(frequency)
    spent = np.where(x > 0, x * column(value), 0.0)
    return params.p * (params.v + spent) / (params.p * x + params.q - 1)


def correlation(sample: Sample) -> float:
    """Between frequency and value over members, −1 … 1; near 0 the model may be relied on."""
    weights = sample.count
    x = sample.frequency - np.average(sample.frequency, weights=weights)
    m = sample.value - np.average(sample.value, weights=weights)
    together = float(np.sqrt((weights @ x**2) * (weights @ m**2)))
    return float(weights @ (x * m)) / together if together > 0 else 0.0
