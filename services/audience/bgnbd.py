"""How often members buy and when they stop: BG/NBD, fitted on the merchant's own orders. Pure.

The beta-geometric / negative-binomial model of Fader, Hardie and Lee (2005). A member buys at a
rate of their own, gamma(r, α) over members, and after each purchase stops for good with a chance
of their own, beta(a, b). Of each member it needs the repeat purchase days x, the time t_x of the
last of them and the time T watched, both since the first purchase. M58, M64.

Time is in whatever unit t_x and T are; the service uses weeks.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np
from scipy import special

from services.audience.likelihoods import Column, NoModel, column, maximise

# Fewer say nothing about a distribution of four parameters.
LEAST_MEMBERS: Final = 100
LEAST_REPEATERS: Final = 30


class Params(msgspec.Struct, frozen=True):
    """The distribution of buying rates and of stopping over the merchant's members."""

    r: float
    alpha: float
    a: float
    b: float


class Sample(msgspec.Struct, frozen=True):
    """Groups of like members as columns: x, t_x, T and how many members each group has."""

    frequency: Column
    recency: Column
    age: Column
    count: Column

    @classmethod
    def of(cls, frequency: Any, recency: Any, age: Any, count: Any = None) -> Sample:
        """From any sequences; without ``count`` each is one member."""
        x = column(frequency)
        members = np.ones_like(x) if count is None else column(count)
        return cls(x, column(recency), column(age), members)

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
    """The parameters under which the sample is likeliest.

    TOO_FEW_MEMBERS below 100 members, TOO_FEW_REPEATS below 30 who bought again, NO_SPREAD if
    nobody was watched for any time, NOT_CONVERGED if there is no top: members who never stop, say.
    """
    members = sample.members
    if members < LEAST_MEMBERS:
        return NoModel("TOO_FEW_MEMBERS")
    if sample.count[sample.frequency > 0].sum() < LEAST_REPEATERS:
        return NoModel("TOO_FEW_REPEATS")
    watched = float(np.average(sample.age, weights=sample.count))
    if watched <= 0:
        return NoModel("NO_SPREAD")

    def climb(logs: Column) -> tuple[float, Column]:
        values, slopes = _terms(np.exp(logs), sample)
        weights = sample.count / members
        return float(values @ weights), slopes @ weights * np.exp(logs)

    starts = [(0.5, watched / 4, 0.8, 2.5), (1.0, watched, 1.0, 1.0), (3.0, watched, 0.2, 5.0)]
    found = maximise(climb, starts)
    if isinstance(found, NoModel):
        return found
    params = Params(*map(float, found[0]))
    foretold = expected(params, sample.frequency, sample.recency, sample.age, watched)
    if not np.all(np.isfinite(foretold)):
        return NoModel("NOT_CONVERGED")
    return Fitted(params, found[1] * members, members)


def log_likelihood(params: Params, sample: Sample) -> float:
    """Of the whole sample."""
    return float(_terms(column(msgspec.structs.astuple(params)), sample)[0] @ sample.count)


def _terms(at: Column, sample: Sample) -> tuple[Column, Column]:
    """Each group's log-likelihood of one member, and its slope in r, α, a and b.

    L = A1·A2·(A3 + A4), the last only for x > 0; the sum is taken by logarithms, so that neither
    a long history nor a long silence underflows.
    """
    r, alpha, a, b = at
    x, last, age = sample.frequency, sample.recency, sample.age
    again = x > 0
    behind = np.maximum(x, 1) - 1
    common = (
        special.gammaln(r + x)
        - special.gammaln(r)
        + r * np.log(alpha)
        + special.gammaln(a + b)
        + special.gammaln(b + x)
        - special.gammaln(b)
        - special.gammaln(a + b + x)
    )
    alive = -(r + x) * np.log(alpha + age)
    stopped = np.where(
        again, np.log(a) - np.log(b + behind) - (r + x) * np.log(alpha + last), -np.inf
    )
    both = np.logaddexp(alive, stopped)
    on, off = np.exp(alive - both), np.exp(stopped - both)
    psi = special.psi
    slopes = np.vstack(
        [
            psi(r + x) - psi(r) + np.log(alpha)
            - on * np.log(alpha + age) - off * np.log(alpha + last),
            r / alpha - (r + x) * (on / (alpha + age) + off / (alpha + last)),
            psi(a + b) - psi(a + b + x) + off / a,
            psi(a + b) + psi(b + x) - psi(b) - psi(a + b + x) - off / (b + behind),
        ]
    )  # fmt: skip
    return common + both, slopes


def alive(params: Params, frequency: Any, recency: Any, age: Any) -> Column:
    """The chance that each member still buys; 1 for who bought once, as the model has it."""
    x, last, watched = column(frequency), column(recency), column(age)
    odds = (
        np.log(params.a)
        - np.log(params.b + np.maximum(x, 1) - 1)
        + (params.r + x) * np.log((params.alpha + watched) / (params.alpha + last))
    )
    return np.where(x > 0, special.expit(-odds), 1.0)


def expected(params: Params, frequency: Any, recency: Any, age: Any, ahead: Any) -> Column:
    """How many more purchase days each member is expected to have in the time ``ahead``.

    The published formula after Euler's transformation, in which x is only the third parameter of
    the hypergeometric function: long histories neither overflow nor lose their digits.
    """
    r, alpha, a, b = params.r, params.alpha, params.a, params.b
    if abs(a - 1) < 1e-7:
        a = 1 + 1e-7  # the formula's limit exists there, the formula does not
    x, watched = column(frequency), column(age)
    z = column(ahead) / (alpha + watched + ahead)
    with np.errstate(all="ignore"):  # absurd parameters give no number, and ``fit`` none of them
        still = (1 - z) ** (a - 1) * special.hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
    if_alive = (a + b + x - 1) / (a - 1) * (1 - still)
    return column(np.maximum(0.0, if_alive) * alive(params, frequency, recency, age))


def expected_of_new(params: Params, ahead: Any) -> Column:
    """How many repeat purchase days a member of whom nothing is known has in the time ``ahead``."""
    zero = np.zeros_like(column(ahead))
    return expected(params, zero, zero, zero, ahead)
