"""What can happen to a member, in the one shape that triggers, goals, exits and waits look at."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, get_args

import msgspec

# SCHEDULE, BIRTHDAY and CALENDAR come from the clock, LIVE_STARTING and LIVE_ENDED once for all who
# reserved or watched, the rest from topics; domain.md §2.12, M74, M58, M72, M73.
OccurrenceKind = Literal[
    "MEMBER_ENROLLED", "ORDER_PAID", "ORDER_COMPLETED", "ORDER_REFUNDED", "STAGE_CHANGED",
    "HABIT_FORMED", "TIER_CHANGED", "TIER_PROGRESSED", "TIER_WILL_DROP", "REPLENISHMENT_DUE",
    "SEGMENT_ENTERED", "SEGMENT_LEFT", "COUPON_GRANTED", "COUPON_USED", "COUPON_EXPIRING",
    "RECHARGED", "BEHAVED", "OPTED_OUT", "LIVE_ENDED", "SCHEDULE", "BIRTHDAY", "CALENDAR", "MANUAL",
    "COUPON_REFUSED", "LIVE_STARTING",
]  # fmt: skip
KINDS: Final[tuple[OccurrenceKind, ...]] = get_args(OccurrenceKind)
# Due by the clock, for many members at once.
CLOCKED: Final = ("SCHEDULE", "BIRTHDAY", "CALENDAR")
# Nobody enters a journey by these: leaving and opting out end one, a test has no trigger.
NO_TRIGGER: Final = ("SEGMENT_LEFT", "OPTED_OUT", "MANUAL")
# Only these can happen to one member while a journey runs.
NO_LISTENING: Final = (*CLOCKED, "LIVE_STARTING", "MANUAL")


class Occurrence(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that happened to one member. Kept with the enrolment it began."""

    kind: OccurrenceKind
    # What it is about, once: an order, a live session, a day. Part of the entry key.
    ref: str
    at: datetime
    amount_fen: int = 0
    # ORDER_*: which of the member's orders it is, refunded ones not counted; parity.md §2 item 13.
    number: int = 0
    channel: str = ""
    store_id: str = ""
    category_ids: list[str] = []
    sku_ids: list[str] = []
    # STAGE_CHANGED, TIER_CHANGED: what it was and what it is.
    before: str = ""
    after: str = ""
    # The segment, category, live session, coupon template, calendar day or behaviour.
    object_id: str = ""
    # COUPON_GRANTED, COUPON_REFUSED: which of our actions it answers.
    action_id: str = ""
    # LIVE_STARTING: when the session begins; nobody is told after it that it will.
    until: datetime | None = None
