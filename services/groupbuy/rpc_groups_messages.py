"""Groups, seats and refunds as callers see them."""

from __future__ import annotations

from common.messages import timestamp
from danke.groupbuy.v1 import group_pb2 as pb
from services.groupbuy.groups import BuyGroup
from services.groupbuy.refunds import Refund
from services.groupbuy.seats import Seat, Taken


def group_to_pb(group: BuyGroup) -> pb.BuyGroup:
    """The group with its progress."""
    return pb.BuyGroup(
        group_id=group.group_id,
        activity_id=group.activity_id,
        terms_version=group.terms_version,
        status=f"STATUS_{group.status}",
        outcome=f"OUTCOME_{group.outcome or 'UNSPECIFIED'}",
        leader_id=group.leader_id,
        tier=None if group.tier < 0 else group.tier,
        min_seats=group.min_seats,
        seats=group.seats,
        reserved=group.reserved,
        paid=group.paid,
        new_paid=group.new_paid,
        virtual=group.virtual,
        missing=0 if group.is_over else max(group.min_seats - group.paid, 0),
        pickup_point_id=group.pickup_point_id,
        create_time=timestamp(group.created_at),
        open_time=timestamp(group.opened_at),
        expire_time=timestamp(group.expires_at),
        end_time=timestamp(group.ended_at),
    )


def seat_to_pb(seat: Seat, *, hidden: bool = False) -> pb.Seat:
    """The seat; ``hidden`` leaves out the order and the money, for other members."""
    message = pb.Seat(
        seat_id=seat.seat_id,
        group_id=seat.group_id,
        activity_id=seat.activity_id,
        member_id=seat.member_id,
        sku_id=seat.sku_id,
        qty=seat.qty,
        state=f"STATE_{seat.state}",
        leads=seat.leads,
        is_new_customer=seat.is_new,
        inviter_id=seat.inviter_id,
        reserve_time=timestamp(seat.reserved_at),
        pay_time=timestamp(seat.paid_at),
    )
    if not hidden:
        message.order_id = seat.order_id
        message.unit_price_fen = seat.unit_price_fen
        message.amount_fen = seat.amount_fen
        message.paid_fen = seat.paid_fen
        message.owed_back_fen = seat.owed_back_fen
        message.refunded_fen = seat.refunded_fen
        message.pickup_point_id = seat.pickup_point_id
        message.hold_until_time.FromDatetime(seat.hold_until)
    return message


def rules_of(taken: Taken) -> pb.CheckoutRules:
    """What the checkout may do with the order."""
    return pb.CheckoutRules(
        coupon_allowed=taken.coupon_allowed, commission_allowed=taken.commission_allowed
    )


def refund_to_pb(refund: Refund) -> pb.Refund:
    """The refund as an operator sees it."""
    return pb.Refund(
        refund_id=refund.refund_id,
        seat_id=refund.seat_id,
        group_id=refund.group_id,
        order_id=refund.order_id,
        member_id=refund.member_id,
        kind=refund.kind,
        amount_fen=refund.amount_fen,
        request_time=timestamp(refund.requested_at),
        attempts=refund.attempts,
        failures=refund.failures,
        overdue=refund.overdue,
    )
