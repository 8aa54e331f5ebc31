"""Groups (团): one leader, seats to fill, a clock, and one end."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from zlib import crc32

from common.rows import Group, Row
from services.groupbuy.activities import BUCKETS, TERMS
from services.groupbuy.draft import Draft
from services.groupbuy.terms import Mode, Terms

GroupStatus = Literal["WAITING_LEADER_PAY", "OPEN", "SUCCEEDED", "FAILED", "CLOSED"]
Outcome = Literal[
    "", "FULL", "SIMULATED", "MANUAL", "LADDER",
    "EXPIRED", "LEADER_LEFT_ALONE", "ACTIVITY_STOPPED", "STOCK_OUT",
]  # fmt: skip
EXPIRY_TIMER = "group_expiry"
SIMULATE_TIMER = "group_simulate"
REWARD_TIMER = "leader_reward"
FULL_TIMER = "group_full"


class BuyGroup(Row, frozen=True):
    """One group. Its counters are its seats'; virtual seats are a number, never rows."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "group_id")

    merchant_id: str
    group_id: str
    activity_id: str
    terms_version: int
    bucket: int
    mode: Mode
    status: GroupStatus
    # How it ended; empty while it has not.
    outcome: Outcome
    leader_id: str
    # LADDER_PICK: the step picked; LADDER_DYNAMIC: the step reached, once settled. Else -1.
    tier: int
    # The fewest real payers that succeed, and the most real seats.
    min_seats: int
    seats: int
    reserved: int
    paid: int
    new_paid: int
    virtual: int
    pickup_point_id: str
    gather: bool
    created_at: datetime
    # From the leader's payment on.
    opened_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def free(self) -> int:
        """Seats nobody has reserved or paid."""
        return self.seats - self.reserved - self.paid

    @property
    def is_over(self) -> bool:
        """Whether it has ended, one way or the other."""
        return self.status in ("SUCCEEDED", "FAILED", "CLOSED")


def _lives(group: BuyGroup) -> bool:
    return not group.is_over


LIVE_IN_BUCKET = Group(BuyGroup, ("merchant_id", "activity_id", "bucket"), holds=_lives)
LED_BY = Group(BuyGroup, ("merchant_id", "leader_id"), holds=_lives)


def is_complete(group: BuyGroup) -> bool:
    """Whether every seat is paid. A community's group is settled by its clock instead."""
    return group.free == 0 and group.reserved == 0 and group.mode != "COMMUNITY"


def bucket_of(group_id: str) -> int:
    """Which step of a sweep the group belongs to."""
    return crc32(group_id.encode()) % BUCKETS


def terms_of(draft: Draft, group: BuyGroup) -> Terms:
    """The terms the group was opened under."""
    for version in draft.group(TERMS, group.activity_id):
        if version.version == group.terms_version:
            return version.terms
    raise AssertionError(f"Bug: no terms {group.terms_version} of {group.activity_id}")
