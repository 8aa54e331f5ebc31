"""The end of coupons: told of in time, expired when it comes. One timer per block, by the hour.

What a coupon may be used for is decided by its times, never by whether this ran: a coupon that is
past its end cannot be locked, whatever its state still says.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events import coupon as events
from danke.events.envelope import Event
from services.coupon.calendar import next_hour
from services.coupon.coupons import (
    LIVE_OF_BLOCK,
    Coupon,
    OfCoupon,
    about,
    block_key,
    expired,
)
from services.coupon.issuing import BLOCK_TIMER
from services.coupon.stocks import BLOCK, Stock
from services.coupon.templates import CouponTemplate

LOOK_AGAIN: Final = timedelta(hours=1)


class RunBlock(Command, frozen=True, kw_only=True):
    """Expires and tells of what is due at ``at`` in one block, and arms the timer for the rest."""

    template_id: str
    block: int

    def lane(self) -> str:
        return self.template_id

    def keys(self, found: State) -> tuple[str, ...]:
        return (self.template_id, block_key(self.template_id, self.block))

    def reads(self, found: State) -> Iterable[Read]:
        key = (self.merchant_id, self.template_id)
        yield CouponTemplate, key
        yield Stock, key
        yield LIVE_OF_BLOCK, (*key, self.block)

    def decide(self, state: State) -> Decision:
        key = (self.merchant_id, self.template_id)
        template, stock = state.get(CouponTemplate, key), state.get(Stock, key)
        assert template is not None and stock is not None, "Bug: a block without its template"
        rows: list[Row] = []
        told: list[Event] = []
        due: datetime | None = None
        for coupon in state.group(LIVE_OF_BLOCK, (*key, self.block)):
            after, event = self._run(coupon, template)
            if event is not None:
                rows.append(after)
                told.append(event)
            following = _due(after, template, self.at)
            if following is not None and (due is None or following < due):
                due = following
        if (stock.issued - 1) // BLOCK == self.block:
            rows.append(replace(stock, due_at=due, swept_at=self.at))
        if due is not None:
            ref = block_key(self.template_id, self.block)
            rows.append(Timer(self.merchant_id, BLOCK_TIMER, ref, due))
        return Decision(rows=rows, events=told)

    def _run(self, coupon: Coupon, template: CouponTemplate) -> tuple[Coupon, Event | None]:
        # An order or a friend holds the others; who gives them back sees their end.
        if coupon.state not in ("AVAILABLE", "FISSION_LOCKED"):
            return coupon, None
        if coupon.valid_to <= self.at:
            return expired(coupon)
        notice = template.notice_at(coupon.valid_to)
        if coupon.noticed or notice is None or notice > self.at:
            return coupon, None
        event = events.CouponExpiringSoon(
            **about(coupon), face_fen=coupon.face_fen, valid_to=coupon.valid_to
        )
        return replace(coupon, noticed=True), event


def _due(coupon: Coupon, template: CouponTemplate, at: datetime) -> datetime | None:
    """The hour in which something is due for the coupon; None if nothing is any more."""
    if coupon.state == "EXPIRED":
        return None
    if coupon.valid_to <= at:
        # An order or a friend holds it. Timers that are late run side by side: the one that gives
        # it back may do so as of a time when it had not ended yet, so it is looked at once more.
        return max(coupon.locked_until or at, at) + LOOK_AGAIN
    notice = None if coupon.noticed else template.notice_at(coupon.valid_to)
    return next_hour(notice if notice is not None and notice > at else coupon.valid_to)


class ExpireCoupon(OfCoupon, frozen=True, kw_only=True):
    """The end of a coupon that had been used and came back."""

    def decide(self, state: State) -> Decision:
        coupon = state.get(Coupon, (self.merchant_id, self.coupon_id))
        if coupon is None or coupon.state != "AVAILABLE" or coupon.valid_to > self.at:
            return Decision()
        after, event = expired(coupon)
        return Decision(rows=[after], events=[event])
