"""What points learn from events of orders, recharges and coupons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.commands import Command
from common.consumers import Arrival, Handler
from danke.events import automation, coupon, trade, wallet
from services.loyalty.earnings import EarnPoints
from services.loyalty.exchanges import SettleCoupons
from services.loyalty.order_points import (
    EarnOrder,
    LineRefund,
    OrderLine,
    RecordOrder,
    RefundOrder,
)
from services.loyalty.recharge_points import EarnRecharge, RevokeRecharge

# Several nouns make a command of the same event; the suffix keeps their ids apart.
POINTS: Final = "points"


def _id(arrival: Arrival) -> str:
    return f"{arrival.envelope.id}/{POINTS}"


def order_paid(event: trade.OrderPaid, arrival: Arrival) -> RecordOrder:
    """What the order will earn is fixed at payment."""
    lines = [
        OrderLine(
            line.line_id,
            line.sku_id,
            line.category_id,
            line.net_paid_fen,
            line.wallet_principal_fen + line.wallet_bonus_fen,
            line.wallet_bonus_fen,
        )
        for line in event.lines
    ]
    return RecordOrder(
        id=_id(arrival),
        merchant_id=arrival.merchant_id,
        at=event.paid_at,
        new_id=arrival.new_id,
        member_id=event.member_id,
        order_id=event.order_id,
        channel=event.channel,
        lines=lines,
    )


def order_completed(event: trade.OrderCompleted, arrival: Arrival) -> EarnOrder:
    """The points are earned, pending from now on."""
    return EarnOrder(
        id=_id(arrival),
        merchant_id=arrival.merchant_id,
        at=event.completed_at,
        new_id=arrival.new_id,
        order_id=event.order_id,
    )


def order_refunded(event: trade.OrderRefunded, arrival: Arrival) -> RefundOrder:
    """Used points come back, earned ones are taken back; saga S4."""
    return RefundOrder(
        id=_id(arrival),
        merchant_id=arrival.merchant_id,
        at=event.refunded_at,
        new_id=arrival.new_id,
        order_id=event.order_id,
        refund_id=event.refund_id,
        lines=[LineRefund(line.line_id, line.cash_fen, line.wallet_fen) for line in event.lines],
        points=sum(line.points for line in event.lines),
        full=event.is_full_cumulative,
    )


def recharge_succeeded(event: wallet.RechargeSucceeded, arrival: Arrival) -> EarnRecharge:
    """The recharge's gift of points; W1, S1."""
    return EarnRecharge(
        id=_id(arrival),
        merchant_id=arrival.merchant_id,
        at=event.credited_at,
        new_id=arrival.new_id,
        member_id=event.member_id,
        recharge_id=event.recharge_id,
        gift_points=event.gift_points,
        paid_fen=event.paid_fen,
    )


def recharge_refunded(
    event: wallet.RechargeRefundApproved | wallet.RechargeRefunded, arrival: Arrival
) -> Command | None:
    """The gift is taken back once per refund, at the approval or, if that was missed, the end."""
    if event.basis == "NOT_CREDITED":
        return None
    return RevokeRecharge(
        id=_id(arrival),
        merchant_id=arrival.merchant_id,
        at=arrival.at,
        new_id=arrival.new_id,
        source_type="RECHARGE",
        source_id=event.recharge_id,
        clawback_id=event.refund_id,
        reason="RECHARGE_REFUND",
    )


def points_requested(event: automation.PointsGrantRequested, arrival: Arrival) -> EarnPoints:
    """A step of a journey, or a campaign, gives points, once per action."""
    return EarnPoints(
        id=_id(arrival),
        merchant_id=arrival.merchant_id,
        at=arrival.at,
        new_id=arrival.new_id,
        member_id=event.member_id,
        source_type="ACTIVITY",
        source_id=event.action_id,
        points=event.points,
        reason=f"{event.source_kind}:{event.source_id}",
        operator="automation",
    )


def coupons_granted(event: coupon.CouponGranted, arrival: Arrival) -> SettleCoupons | None:
    """The coupons that points were exchanged for are there: the points are used."""
    if event.source != "EXCHANGE":
        return None
    return _settle(event.ref, arrival, is_granted=True)


def coupons_failed(event: coupon.CouponGrantFailed, arrival: Arrival) -> SettleCoupons | None:
    """They cannot be had, also not later: the points come back."""
    if event.source != "EXCHANGE":
        return None
    return _settle(event.ref, arrival, is_granted=False, reason=event.reason)


def _settle(exchange_id: str, arrival: Arrival, **fields: Any) -> SettleCoupons:
    return SettleCoupons(
        id=_id(arrival),
        merchant_id=arrival.merchant_id,
        at=arrival.at,
        new_id=arrival.new_id,
        exchange_id=exchange_id,
        **fields,
    )


HANDLERS: Final[Mapping[type[Any], Handler]] = {
    trade.OrderPaid: order_paid,
    trade.OrderCompleted: order_completed,
    trade.OrderRefunded: order_refunded,
    wallet.RechargeSucceeded: recharge_succeeded,
    wallet.RechargeRefundApproved: recharge_refunded,
    wallet.RechargeRefunded: recharge_refunded,
    automation.PointsGrantRequested: points_requested,
    coupon.CouponGranted: coupons_granted,
    coupon.CouponGrantFailed: coupons_failed,
}
