"""Points accounts: a member's balances, and the merchant's terms; domain.md §2.9, §3.2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Key, Read, Row, State
from common.timers import Timer
from services.loyalty.days import CHINA, known_zone
from services.loyalty.errors import (
    MemberMoved,
    PointsClosed,
    PointsFrozen,
    RuleInvalid,
    RuleVersionConflict,
)
from services.loyalty.members import MEMBER_LINK, must_be_active, survivor

AccountState = Literal["OPEN", "FROZEN", "CLOSED", "MERGED"]
# What a clawback may take. DEBT: everything, what is not there is owed and repaid from what comes
# next (domain.md §2.9, L3). WITHIN_BALANCE: what is there. PENDING_ONLY: only what never matured.
Clawback = Literal["DEBT", "WITHIN_BALANCE", "PENDING_ONLY"]
DUE_TIMER = "points_due"


class PointsAccount(Row, frozen=True):
    """One member's points. ``available_points`` is what the lots hold less what is owed."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    state: AccountState
    available_points: int
    # Earned, not matured.
    pending_points: int
    # Held for orders and exchanges.
    frozen_points: int
    # Owed after a clawback of points already used. Nothing is left in the lots while it is above 0.
    debt_points: int
    opened_at: datetime
    # No pending points mature before this.
    next_maturity_at: datetime | None = None
    # When the account's timer runs: the next maturity, notice or expiry.
    due_at: datetime | None = None
    # The due time of its last run. Times only rise, so that no run has the id of an earlier one.
    ran_at: datetime | None = None


class PointsProgramme(Row, frozen=True):
    """A merchant's terms for points, whatever earned them."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "programme")

    merchant_id: str
    programme: str = "default"
    version: int = 0
    # Off: nothing is earned any more, what was earned can still be used.
    earning: bool = True
    # An IANA name; days, years and expiry follow it.
    zone: str = CHINA
    # Used points that come back after they expired live this many calendar days; 0: they are lost.
    grace_days: int = 0
    # How long before expiry a member is told; 0: never.
    notice_days: int = 30
    hold_minutes: int = 30
    # What all rules together may give a member in a day; 0: no cap.
    daily_cap_points: int = 0
    clawback: Clawback = "DEBT"
    # Deduction (积分抵现): how many points are worth one yuan, at most which part of an order
    # (basis points), in which steps and from which number of points on.
    points_per_yuan: int = 100
    deduct_cap_bp: int = 5_000
    deduct_step_points: int = 100
    deduct_min_points: int = 0


def programme_key(merchant_id: str) -> Key:
    """Where a merchant's programme is."""
    return (merchant_id, "default")


def programme_of(state: State, merchant_id: str) -> PointsProgramme:
    """The merchant's programme, or the defaults."""
    found = state.get(PointsProgramme, programme_key(merchant_id))
    return found or PointsProgramme(merchant_id)


def opened(merchant_id: str, member_id: str, at: datetime) -> PointsAccount:
    """The account of a member who never had points."""
    return PointsAccount(merchant_id, member_id, "OPEN", 0, 0, 0, 0, at)


def must_be_usable(state: State, account: PointsAccount) -> None:
    """Refuses POINTS_FROZEN, POINTS_CLOSED, MEMBER_IS_FROZEN.

    Whoever buys may earn before enrolling, so an id that is no member's is not refused.
    """
    if account.state == "FROZEN":
        raise PointsFrozen(member_id=account.member_id)
    if account.state != "OPEN":
        raise PointsClosed(member_id=account.member_id)
    key = (account.merchant_id, account.member_id)
    for member in state.group(MEMBER_LINK, key):
        must_be_active(member, member.member_id)


def must_not_be_closed(account: PointsAccount) -> None:
    """Refuses POINTS_CLOSED: nothing is kept anew of who has left."""
    if account.state == "CLOSED":
        raise PointsClosed(member_id=account.member_id)


def declared(state: State, row: type[Row], key: Key) -> bool:
    """Whether ``decide`` may ask for the row.

    What was located without a lock may have moved before the lock was there (a merge); the command
    then did not declare, and did not lock, what it needs now, and is refused MEMBER_MOVED.
    """
    return key in state.rows.get(row, {})


class MemberCommand(Command, frozen=True, kw_only=True):
    """A command about the points of one member. After a merge it goes to who the member became."""

    member_id: str

    def lane(self) -> str:
        return self.member_id

    def locate(self) -> Sequence[Read]:
        return ((MEMBER_LINK, (self.merchant_id, self.member_id)),)

    def keys(self, found: State) -> Sequence[str]:
        return sorted({self.member_id, self.member(found)})

    def member(self, state: State) -> str:
        """The member whose points these are now."""
        return survivor(state, self.merchant_id, self.member_id)


class SetPointsState(MemberCommand, frozen=True, kw_only=True):
    """Freezes a member's points or thaws them (risk control). Refuses POINTS_CLOSED."""

    RESULT: ClassVar[type] = PointsAccount

    state: Literal["OPEN", "FROZEN"]
    operator: str
    reason: str

    def reads(self, found: State) -> Iterable[Read]:
        yield MEMBER_LINK, (self.merchant_id, self.member_id)
        yield PointsAccount, (self.merchant_id, self.member(found))

    def decide(self, state: State) -> Decision:
        key = (self.merchant_id, self.member(state))
        if not declared(state, PointsAccount, key):
            raise MemberMoved(member_id=self.member_id)
        account = state.get(PointsAccount, key) or opened(*key, self.at)
        if account.state not in ("OPEN", "FROZEN"):
            raise PointsClosed(member_id=self.member_id)
        after = replace(account, state=self.state)
        return Decision(result=after, rows=[after])


class SetProgramme(Command, frozen=True, kw_only=True):
    """Replaces the merchant's terms for points; what was earned keeps the terms it was earned on.

    ``programme.version`` is the version that was read (0: none). Refuses RULE_VERSION_CONFLICT,
    RULE_INVALID.
    """

    RESULT: ClassVar[type] = PointsProgramme

    programme: PointsProgramme
    operator: str

    def lane(self) -> str:
        return "points-programme"

    def reads(self, found: State) -> Iterable[Read]:
        yield PointsProgramme, programme_key(self.merchant_id)

    def decide(self, state: State) -> Decision:
        current = programme_of(state, self.merchant_id)
        if self.programme.version != current.version:
            raise RuleVersionConflict(version=current.version)
        terms = self.programme
        if terms.points_per_yuan < 1 or terms.deduct_step_points < 1:
            raise RuleInvalid(field="programme")
        if not known_zone(terms.zone):
            raise RuleInvalid(field="zone")
        if not 0 <= terms.deduct_cap_bp <= 10_000 or terms.grace_days < 0:
            raise RuleInvalid(field="programme")
        after = replace(
            terms,
            merchant_id=self.merchant_id,
            programme="default",
            version=current.version + 1,
        )
        return Decision(result=after, rows=[after])


class Balances(msgspec.Struct, frozen=True):
    """What a points command answers: the balances after it."""

    member_id: str
    available_points: int
    pending_points: int
    frozen_points: int
    debt_points: int


def balances(account: PointsAccount) -> Balances:
    """The balances of ``account``."""
    return Balances(
        account.member_id,
        account.available_points,
        account.pending_points,
        account.frozen_points,
        account.debt_points,
    )


def due_timer(account: PointsAccount) -> Timer | None:
    """The timer that the account's ``due_at`` asks for."""
    if account.due_at is None:
        return None
    return Timer(account.merchant_id, DUE_TIMER, account.member_id, account.due_at)
