"""Bargain activities (砍价活动): what may be bargained for, how far, and how often."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

import msgspec

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.groupbuy.activities import activity_key
from services.groupbuy.errors import TermsInvalid


class BargainTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What is bargained for, and how far."""

    name: str
    sku_id: str
    start_fen: int
    floor_fen: int
    # So many friends bring the price down to the floor.
    cuts: int
    ttl_hours: int = 24
    # How many bargains of this activity one helper may help in a day; 0 for no limit.
    daily_helps: int = 3
    new_helpers_only: bool = False
    order_before_floor: bool = False
    # How many may be ordered; 0 for no limit.
    stock: int = 0


class BargainActivity(Row, frozen=True):
    """One SKU that may be bargained for, between two moments."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "activity_id")

    merchant_id: str
    activity_id: str
    stopped: bool
    terms: BargainTerms
    starts_at: datetime
    ends_at: datetime
    ordered: int = 0


class SetBargainActivity(Command, frozen=True, kw_only=True):
    """Makes or edits an activity; open bargains keep their terms. Refuses TERMS_INVALID."""

    RESULT: ClassVar[type] = BargainActivity

    activity_id: str
    stopped: bool
    terms: BargainTerms
    starts_at: datetime
    ends_at: datetime

    def lane(self) -> str:
        return activity_key(self.activity_id)

    def reads(self, found: State) -> Iterable[Read]:
        return ((BargainActivity, (self.merchant_id, self.activity_id)),)

    def decide(self, state: State) -> Decision:
        terms = self.terms
        if self.starts_at >= self.ends_at:
            raise TermsInvalid(field="end_time", problem="after start_time")
        if not 0 <= terms.floor_fen < terms.start_fen:
            raise TermsInvalid(field="terms.floor_fen", problem="below start_fen")
        if not 1 <= terms.cuts <= terms.start_fen - terms.floor_fen:
            raise TermsInvalid(field="terms.cuts", problem="each cut is at least 1 fen")
        before = state.get(BargainActivity, (self.merchant_id, self.activity_id))
        after = BargainActivity(
            self.merchant_id,
            self.activity_id,
            self.stopped,
            terms,
            self.starts_at,
            self.ends_at,
            before.ordered if before else 0,
        )
        return Decision(result=after, rows=[after])
