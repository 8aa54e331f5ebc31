"""Buying models of a merchant: asked for, fitted on its own orders, tried on its last days, kept.

A fit is a version that is never altered. Members are foretold by the last version that is READY; a
version that found no model says why, and the one before stays in force. M58, M64.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final, Literal

import msgspec
import numpy as np
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from services.audience import bgnbd, gamma_gamma
from services.audience.days import day_of
from services.audience.errors import FitRunning
from services.audience.likelihoods import Column, NoModel, column
from services.audience.prediction_policies import SCOPE as POLICY
from services.audience.prediction_policies import PredictionPolicy, policy_in_force

SCOPE: Final = "BUYING"
REFIT_TIMER: Final = "refit"
DAYS_A_WEEK: Final = 7


class Group(msgspec.Struct, frozen=True, array_like=True):
    """Members alike up to the cut: repeat days, weeks to the last, weeks watched, how many.

    ``later`` are their purchase days after the cut, summed, and ``later_squares`` the squares.
    """

    frequency: int
    recency_weeks: int
    age_weeks: int
    members: int
    later: int = 0
    later_squares: int = 0


class ValueGroup(msgspec.Struct, frozen=True, array_like=True):
    """Repeat buyers alike in repeat days and, within one per cent, in their mean value in fen."""

    frequency: int
    value_fen: float
    members: int


class Trial(msgspec.Struct, frozen=True):
    """A model fitted without the last ``horizon_days``, held against what then happened.

    ``naive`` goes on buying at each member's rate so far. Errors are per member, root mean square.
    """

    cut_on: date
    horizon_days: int
    members: int
    actual: int
    expected: float
    naive: float
    error: float
    naive_error: float


class Result(msgspec.Struct, frozen=True):
    """What a fit found; of each model either its parameters or why there is none."""

    buying: bgnbd.Fitted | None
    buying_why: str
    value: gamma_gamma.Fitted | None
    value_why: str
    # Between value and frequency over repeat buyers; far from 0 the value model leans on nothing.
    correlation: float
    trial: Trial | None


def fit(
    groups: Sequence[Group],
    values: Sequence[ValueGroup],
    before_cut: Sequence[Group],
    cut_on: date,
    horizon_days: int,
) -> Result:
    """Fits both models and tries the first one; heavy, so not for the event loop."""
    buying = bgnbd.fit(_sample(groups))
    money = gamma_gamma.Sample.of(
        [group.frequency for group in values],
        [group.value_fen for group in values],
        [group.members for group in values],
    )
    value = gamma_gamma.fit(money)
    return Result(
        None if isinstance(buying, NoModel) else buying,
        buying.why if isinstance(buying, NoModel) else "",
        None if isinstance(value, NoModel) else value,
        value.why if isinstance(value, NoModel) else "",
        gamma_gamma.correlation(money) if money.members else 0.0,
        try_out(before_cut, cut_on, horizon_days),
    )


def try_out(groups: Sequence[Group], cut_on: date, horizon_days: int) -> Trial | None:
    """What a model of the time before the cut says of the time after; None without one."""
    sample = _sample(groups)
    fitted = bgnbd.fit(sample)
    if isinstance(fitted, NoModel):
        return None
    weeks = horizon_days / DAYS_A_WEEK
    later = column([group.later for group in groups])
    squares = column([group.later_squares for group in groups])
    expected = bgnbd.expected(
        fitted.params, sample.frequency, sample.recency, sample.age, np.full_like(later, weeks)
    )
    if not np.all(np.isfinite(expected)):
        return None
    # Who was not watched yet has no rate so far.
    naive = weeks * sample.frequency / np.maximum(sample.age, 1.0)
    return Trial(
        cut_on,
        horizon_days,
        sample.members,
        int(later.sum()),
        float(sample.count @ expected),
        float(sample.count @ naive),
        _error(expected, sample.count, later, squares),
        _error(naive, sample.count, later, squares),
    )


def _error(guess: Column, members: Column, later: Column, squares: Column) -> float:
    """Σ(y − guess)² over members is Σy² − 2·guess·Σy + n·guess², group by group."""
    total = float((squares - 2 * guess * later + members * guess**2).sum())
    return float(np.sqrt(max(0.0, total) / members.sum()))


def _sample(groups: Sequence[Group]) -> bgnbd.Sample:
    return bgnbd.Sample.of(
        [group.frequency for group in groups],
        [group.recency_weeks for group in groups],
        [group.age_weeks for group in groups],
        [group.members for group in groups],
    )


class History(msgspec.Struct, frozen=True):
    """One member's standing orders as days: how many, first and last, and what the later cost."""

    purchase_days: int
    first_on: date
    last_on: date
    repeat_fen: int


class Outlook(msgspec.Struct, frozen=True):
    """What the models say of one member over the horizon; values in fen, floored.

    The values are None while there is no value model.
    """

    alive: float
    expected_days: float
    day_value_fen: int | None
    expected_fen: int | None


def outlook(fitted: ModelFit, history: History, today: date) -> Outlook:
    """The member's chance to be alive, purchase days to expect and what they bring."""
    assert fitted.buying is not None, "Bug: a version in force has a buying model"
    frequency = history.purchase_days - 1
    recency = (history.last_on - history.first_on).days / DAYS_A_WEEK
    age = max(recency, (today - history.first_on).days / DAYS_A_WEEK)
    ahead = fitted.horizon_days / DAYS_A_WEEK
    about = (fitted.buying.params, [frequency], [recency], [age])
    alive = float(bgnbd.alive(*about)[0])
    days = float(bgnbd.expected(*about, ahead)[0])
    if fitted.value is None:
        return Outlook(alive, days, None, None)
    mean = history.repeat_fen / frequency if frequency else 0.0
    value = float(gamma_gamma.expected(fitted.value.params, [frequency], [mean])[0])
    return Outlook(alive, days, int(value), int(days * value))


FitState = Literal["FITTING", "READY", "NO_MODEL"]


class ModelFit(Row, frozen=True):
    """One version. ``as_of``: orders of the CST days before it counted."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "version")

    merchant_id: str
    version: int
    state: FitState
    as_of: date
    horizon_days: int
    asked_at: datetime
    asked_by: str
    ended_at: datetime | None
    buying: bgnbd.Fitted | None
    buying_why: str
    value: gamma_gamma.Fitted | None
    value_why: str
    correlation: float
    trial: Trial | None


class ModelHead(Row, frozen=True):
    """Which versions a merchant has: the last asked for, and the one in force (0: none)."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "scope")

    merchant_id: str
    scope: str
    last_version: int
    ready_version: int
    is_fitting: bool


class _OfModels(Command, frozen=True, kw_only=True):
    """A command about a merchant's models."""

    RESULT: ClassVar[Any] = ModelFit

    def lane(self) -> str:
        return "buying-model"

    def reads(self, found: State) -> Iterable[Read]:
        yield ModelHead, (self.merchant_id, SCOPE)
        yield PredictionPolicy, (self.merchant_id, POLICY)

    def head(self, state: State) -> ModelHead:
        """The merchant's head."""
        found = state.get(ModelHead, (self.merchant_id, SCOPE))
        return found or ModelHead(self.merchant_id, SCOPE, 0, 0, False)


class AskForFit(_OfModels, frozen=True, kw_only=True):
    """A new version is to be fitted on the orders of the days before. Refuses FIT_RUNNING.

    ``is_polite``: a timer asks, and is content with the one that runs.
    """

    actor: str
    is_polite: bool = False

    def decide(self, state: State) -> Decision:
        head = self.head(state)
        if head.is_fitting:
            if self.is_polite:
                return Decision()
            raise FitRunning(version=head.last_version)
        version = head.last_version + 1
        asked = ModelFit(
            self.merchant_id, version, "FITTING", day_of(self.at),
            policy_in_force(state, self).horizon_days, self.at, self.actor, None, None, "", None,
            "", 0.0, None,
        )  # fmt: skip
        return Decision(asked, [asked, replace(head, last_version=version, is_fitting=True)])


class RecordFit(_OfModels, frozen=True, kw_only=True):
    """A version was fitted; READY with a buying model. The first answer counts."""

    version: int
    result: Result

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield ModelFit, (self.merchant_id, self.version)

    def decide(self, state: State) -> Decision:
        asked = state.get(ModelFit, (self.merchant_id, self.version))
        if asked is None or asked.state != "FITTING":
            return Decision(asked)
        found = self.result
        ready = found.buying is not None
        ended = replace(
            asked,
            state="READY" if ready else "NO_MODEL",
            ended_at=self.at,
            buying=found.buying,
            buying_why=found.buying_why,
            value=found.value,
            value_why=found.value_why,
            correlation=found.correlation,
            trial=found.trial,
        )
        head = self.head(state)
        in_force = self.version if ready else head.ready_version
        rows: list[Row] = [ended, replace(head, ready_version=in_force, is_fitting=False)]
        if days := policy_in_force(state, self).refit_days:
            due = self.at + timedelta(days=days)
            rows.append(Timer(self.merchant_id, REFIT_TIMER, SCOPE, due))
        return Decision(ended, rows)
