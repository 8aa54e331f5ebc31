"""Leaders (团长): who leads when the leader leaves, members who leave, and the leader's reward."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from common.commands import Decision
from common.rows import Read, State
from danke.events import groupbuy as events
from services.groupbuy.draft import Draft
from services.groupbuy.errors import GroupNotOpen, RefundNotAllowed
from services.groupbuy.groups import BuyGroup, terms_of
from services.groupbuy.refunds import request_refund
from services.groupbuy.seats import (
    LIVE_SEATS,
    OfSeat,
    Seat,
    Taken,
    free,
    group_of,
    stock_back,
)
from services.groupbuy.settlement import fail


class LeaveGroup(OfSeat, frozen=True, kw_only=True):
    """A member leaves before the group succeeded; what was paid goes back.

    If the leader leaves, the earliest payer leads and the clock does not move; a leader who is
    alone ends the group. A repeat answers the same. Refuses SEAT_NOT_FOUND, REFUND_NOT_ALLOWED by
    the activity's terms or once the group succeeded, GROUP_NOT_OPEN. domain.md §2.1, G7.
    """

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        seat = found.get(Seat, (self.merchant_id, self.seat_id))
        if seat:
            yield LIVE_SEATS, (self.merchant_id, seat.group_id)

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        seat = self.seat(draft)
        group = group_of(draft, seat)
        if seat.state == "RESERVED":
            seat = free(draft, seat, expired=False)
            return draft.decision(Taken(group_of(draft, seat), seat))
        if seat.state == "SETTLED":
            raise RefundNotAllowed(seat_id=self.seat_id, state=seat.state)
        if seat.state != "PAID":
            return Decision(result=Taken(group, seat))
        if group.expires_at is None or self.at >= group.expires_at:
            raise GroupNotOpen(group_id=group.group_id, status=group.status)
        if not terms_of(draft, group).allow_refund_before_success:
            raise RefundNotAllowed(seat_id=self.seat_id, state=seat.state)
        return draft.decision(leave(draft, group, seat))


def leave(draft: Draft, group: BuyGroup, seat: Seat) -> Taken:
    """A paid seat of an open group is given up: its money goes back."""
    amount_fen = seat.net_fen
    request_refund(draft, seat, "LEAVE", amount_fen)
    seat = draft.put(
        replace(
            seat,
            state="REFUND_REQUESTED",
            owed_back_fen=seat.owed_back_fen + amount_fen,
            ended_at=draft.at,
        )
    )
    return Taken(drop_out(draft, group, seat), seat)


def drop_out(draft: Draft, group: BuyGroup, seat: Seat) -> BuyGroup:
    """A paid seat, already changed by the caller, leaves an open group; somebody may have to lead.

    The successor keeps what was paid: the leader's price stays with whom it was promised to.
    """
    stock_back(draft, seat)
    group = draft.put(
        replace(group, paid=group.paid - 1, new_paid=group.new_paid - int(seat.is_new))
    )
    draft.tell(
        events.SeatLeft(
            group_id=group.group_id,
            activity_id=group.activity_id,
            seat_id=seat.seat_id,
            order_id=seat.order_id,
            member_id=seat.member_id,
            reserved=group.reserved,
            paid=group.paid,
            seats=group.seats,
        )
    )
    if seat.member_id != group.leader_id or group.mode == "COMMUNITY":
        return group
    payers = [other for other in draft.group(LIVE_SEATS, group.group_id) if other.state == "PAID"]
    if not payers:
        return fail(draft, group, "LEADER_LEFT_ALONE")
    heir = min(payers, key=lambda other: (other.paid_at, other.seat_id))
    group = draft.put(replace(group, leader_id=heir.member_id))
    assert group.expires_at is not None, "Bug: an open group has a clock"
    draft.tell(
        events.LeaderChanged(
            group_id=group.group_id,
            activity_id=group.activity_id,
            from_leader_id=seat.member_id,
            to_leader_id=heir.member_id,
            expires_at=group.expires_at,
        )
    )
    return group
