"""Activities (拼团活动): their life, the versions of their terms, and their stock.

One lock per activity covers all that hangs on it: its groups, their seats, its stock, and what
each member holds of it. A hot activity is one lane of large batches, not a queue for row locks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from common.timers import Timer
from services.groupbuy.errors import (
    ActivityExists,
    ActivityNotFound,
    ActivityNotRunning,
    InvalidState,
    TermsInvalid,
)
from services.groupbuy.terms import Terms, checked

ActivityState = Literal["DRAFT", "SCHEDULED", "RUNNING", "ENDED", "STOPPED"]
StopPolicy = Literal["LET_RUN", "FAIL_OPEN"]
START_TIMER = "activity_start"
END_TIMER = "activity_end"
SWEEP_TIMER = "activity_sweep"
PERIOD_TIMER = "community_period"
# A stopped activity fails its open groups in so many steps, so that no step is too large.
BUCKETS = 64


def activity_key(activity_id: str) -> str:
    """The lock that covers the activity and everything that hangs on it."""
    return f"activity/{activity_id}"


class Activity(Row, frozen=True):
    """One activity with its current terms."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "activity_id")

    merchant_id: str
    activity_id: str
    state: ActivityState
    version: int
    terms: Terms
    # Groups are opened from ``starts_at`` inclusive to ``ends_at`` exclusive.
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    created_by: str
    stop_policy: StopPolicy = "LET_RUN"
    stop_reason: str = ""

    def runs(self, at: datetime) -> bool:
        """Whether groups may be opened; goes by the clock, not by when a timer ran."""
        return self.state in ("SCHEDULED", "RUNNING") and self.starts_at <= at < self.ends_at

    def period_at(self, at: datetime) -> datetime:
        """When the period began in which ``at`` lies; the first one before it all begins."""
        step = self.terms.recurrence
        return self.starts_at + max((at - self.starts_at) // step, 0) * step

    def must_run(self, at: datetime) -> None:
        """Refuses ACTIVITY_NOT_RUNNING."""
        if not self.runs(at):
            raise ActivityNotRunning(state=self.state, starts_at=self.starts_at.isoformat())


class ActivityTerms(Row, frozen=True):
    """One version of an activity's terms; never changed, for groups were opened under it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "activity_id", "version")

    merchant_id: str
    activity_id: str
    version: int
    terms: Terms
    edited_at: datetime
    edited_by: str


class SkuStock(Row, frozen=True):
    """How many of a SKU the activity may sell, and how many its seats hold. No row: no limit."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "activity_id", "sku_id")

    merchant_id: str
    activity_id: str
    sku_id: str
    total: int
    # By seats that are reserved, paid or settled; below ``total`` unless the merchant lowered it.
    taken: int


TERMS = Group(ActivityTerms, ("merchant_id", "activity_id"))
STOCK = Group(SkuStock, ("merchant_id", "activity_id"))


class StockEntry(msgspec.Struct, frozen=True):
    """How many of a SKU are for sale."""

    sku_id: str
    total: int


class _OfActivity(Command, frozen=True, kw_only=True):
    """A command that names an activity."""

    RESULT: ClassVar[type] = Activity

    activity_id: str

    def lane(self) -> str:
        return activity_key(self.activity_id)

    def reads(self, found: State) -> Iterable[Read]:
        return (
            (Activity, (self.merchant_id, self.activity_id)),
            (STOCK, (self.merchant_id, self.activity_id)),
        )

    def activity(self, state: State) -> Activity:
        """Refuses ACTIVITY_NOT_FOUND."""
        found = state.get(Activity, (self.merchant_id, self.activity_id))
        if found is None:
            raise ActivityNotFound(field="activity_id", activity_id=self.activity_id)
        return found

    def _stock(self, state: State, entries: Sequence[StockEntry], terms: Terms) -> list[SkuStock]:
        known = {
            row.sku_id: row for row in state.group(STOCK, (self.merchant_id, self.activity_id))
        }
        rows = []
        for entry in entries:
            terms.sku(entry.sku_id)
            row = known.get(entry.sku_id)
            if row is None:
                row = SkuStock(self.merchant_id, self.activity_id, entry.sku_id, 0, 0)
            rows.append(replace(row, total=entry.total))
        return rows


class CreateActivity(_OfActivity, frozen=True, kw_only=True):
    """A draft. Refuses TERMS_INVALID, ACTIVITY_EXISTS, SKU_NOT_OFFERED. domain.md §3.4."""

    terms: Terms
    starts_at: datetime
    ends_at: datetime
    stock: tuple[StockEntry, ...] = ()
    actor: str

    def decide(self, state: State) -> Decision:
        if state.get(Activity, (self.merchant_id, self.activity_id)) is not None:
            raise ActivityExists(field="activity_id", activity_id=self.activity_id)
        _must_be_period(self.starts_at, self.ends_at)
        activity = Activity(
            merchant_id=self.merchant_id,
            activity_id=self.activity_id,
            state="DRAFT",
            version=1,
            terms=checked(self.terms),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            created_at=self.at,
            created_by=self.actor,
        )
        stock = self._stock(state, self.stock, self.terms)
        return Decision(result=activity, rows=[activity, _version(self, activity), *stock])


class EditActivity(_OfActivity, frozen=True, kw_only=True):
    """New terms for groups opened from now on; open groups keep theirs. parity.md §3 49.

    Whether a SKU has a limit is decided before publishing: seats sold without one are not counted.
    Refuses ACTIVITY_NOT_FOUND, TERMS_INVALID, INVALID_STATE once ended, stopped, or if the mode of
    a published activity would change.
    """

    terms: Terms
    starts_at: datetime
    ends_at: datetime
    stock: tuple[StockEntry, ...] = ()
    actor: str

    def decide(self, state: State) -> Decision:
        before = self.activity(state)
        draft = before.state == "DRAFT"
        if before.state in ("ENDED", "STOPPED"):
            raise InvalidState(activity_id=self.activity_id, state=before.state)
        if not draft and self.terms.mode != before.terms.mode:
            raise InvalidState(field="terms.mode", state=before.state)
        _must_be_period(self.starts_at, self.ends_at)
        stock = self._stock(state, self.stock, self.terms)
        limited = {row.sku_id for row in state.group(STOCK, (self.merchant_id, self.activity_id))}
        if not draft and any(row.sku_id not in limited for row in stock):
            offered_before = {sku.sku_id for sku in before.terms.skus}
            if any(row.sku_id in offered_before - limited for row in stock):
                raise InvalidState(field="stock", state=before.state)
        after = replace(
            before,
            version=before.version + 1,
            terms=checked(self.terms),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
        )
        timers: list[Timer] = []
        if not draft:
            # The period that runs has its groups, or had its chance.
            step = after.terms.recurrence
            begun = after.starts_at <= self.at and after.terms.recurrence_minutes > 0
            timers = _timers(after, after.period_at(self.at) + step if begun else after.starts_at)
        return Decision(result=after, rows=[after, _version(self, after), *stock, *timers])


class PublishActivity(_OfActivity, frozen=True, kw_only=True):
    """Makes a draft visible: SCHEDULED until it starts, RUNNING until it ends.

    A repeat answers the same. Refuses ACTIVITY_NOT_FOUND, INVALID_STATE if it is over.
    """

    def decide(self, state: State) -> Decision:
        before = self.activity(state)
        if before.state in ("SCHEDULED", "RUNNING"):
            return Decision(result=before)
        if before.state != "DRAFT" or self.at >= before.ends_at:
            raise InvalidState(activity_id=self.activity_id, state=before.state)
        after = replace(before, state="RUNNING" if self.at >= before.starts_at else "SCHEDULED")
        return Decision(result=after, rows=[after, *_timers(after, _first_period(after, self.at))])


class TurnActivity(_OfActivity, frozen=True, kw_only=True):
    """The clock starts or ends an activity; open groups live to their own end."""

    to: Literal["RUNNING", "ENDED"]

    def decide(self, state: State) -> Decision:
        before = self.activity(state)
        if before.state not in ("SCHEDULED", "RUNNING"):
            return Decision(result=before)
        if self.at < (before.starts_at if self.to == "RUNNING" else before.ends_at):
            return Decision(result=before)  # it was moved; its timer is set anew
        after = replace(before, state=self.to)
        return Decision(result=after, rows=[after])


class StopActivity(_OfActivity, frozen=True, kw_only=True):
    """No more groups; the open ones run on, or fail with all their money back (FAIL_OPEN).

    A repeat answers the same. Refuses ACTIVITY_NOT_FOUND, INVALID_STATE for a draft.
    """

    policy: StopPolicy
    reason: str = ""
    actor: str

    def decide(self, state: State) -> Decision:
        before = self.activity(state)
        if before.state == "DRAFT":
            raise InvalidState(activity_id=self.activity_id, state=before.state)
        if before.state == "STOPPED" and before.stop_policy in (self.policy, "FAIL_OPEN"):
            return Decision(result=before)
        after = replace(before, state="STOPPED", stop_policy=self.policy, stop_reason=self.reason)
        timers = [(Timer, (self.merchant_id, kind, self.activity_id)) for kind in _LIFE]
        sweeps = []
        if self.policy == "FAIL_OPEN":
            sweeps = [
                Timer(self.merchant_id, SWEEP_TIMER, f"{self.activity_id}/{bucket}", self.at)
                for bucket in range(BUCKETS)
            ]
        return Decision(result=after, rows=[after, *sweeps], deletes=timers)


_LIFE = (START_TIMER, END_TIMER, PERIOD_TIMER)


def _must_be_period(starts_at: datetime, ends_at: datetime) -> None:
    if starts_at >= ends_at:
        raise TermsInvalid(field="end_time", problem="after start_time")


def _version(command: CreateActivity | EditActivity, activity: Activity) -> ActivityTerms:
    return ActivityTerms(
        command.merchant_id,
        activity.activity_id,
        activity.version,
        activity.terms,
        command.at,
        command.actor,
    )


def _first_period(activity: Activity, at: datetime) -> datetime:
    return activity.period_at(at) if activity.terms.recurrence_minutes else activity.starts_at


def _timers(activity: Activity, period_at: datetime) -> list[Timer]:
    ends = Timer(activity.merchant_id, END_TIMER, activity.activity_id, activity.ends_at)
    timers = [ends]
    if activity.terms.recurrence_minutes:
        key = (activity.merchant_id, PERIOD_TIMER, activity.activity_id)
        timers.append(Timer(*key, period_at))
    if activity.state == "SCHEDULED":
        key = (activity.merchant_id, START_TIMER, activity.activity_id)
        timers.append(Timer(*key, activity.starts_at))
    return timers
