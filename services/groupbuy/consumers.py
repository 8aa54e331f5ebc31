"""Group-buy's Kafka door: event → command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.commands import Command
from common.consumers import Arrival, Handler
from common.service import Kit
from danke.events import loyalty, trade
from services.groupbuy.closures import CloseMember
from services.groupbuy.config import Config
from services.groupbuy.merges import MergeMembers
from services.groupbuy.orders import (
    TakeOrderClosed,
    TakeOrderCreated,
    TakeOrderPaid,
    TakeOrderRefunded,
)
from services.groupbuy.refunds import SettleRefund
from services.groupbuy.seat_payments import ConfirmSeat


def payment_succeeded(event: trade.PaymentSucceeded, arrival: Arrival) -> Command | None:
    """The channel has the money for a seat; ``biz_id`` is the seat. Saga S5."""
    if event.biz_type != "GROUP_SEAT":
        return None
    return ConfirmSeat(
        **arrival.about(),
        seat_id=event.biz_id,
        payment_id=event.payment_id,
        amount_fen=event.amount_fen,
        paid_at=event.paid_at,
        by_event=True,
    )


def payment_refunded(event: trade.PaymentRefunded, arrival: Arrival) -> Command | None:
    """The channel paid a refund back, or could not; ``refund_id`` is the one it was asked with."""
    if event.biz_type != "GROUP_SEAT":
        return None
    return SettleRefund(
        **arrival.about(),
        refund_id=event.refund_id,
        succeeded=event.status == "SUCCEEDED",
        amount_fen=event.amount_fen,
    )


def order_created(event: trade.OrderCreated, arrival: Arrival) -> Command:
    """An unpaid order makes its member an old customer, unless it holds a seat. G6."""
    return TakeOrderCreated(
        **arrival.about(),
        order_id=event.order_id,
        member_id=event.member_id,
        for_group=event.group_id != "",
    )


def order_paid(event: trade.OrderPaid, arrival: Arrival) -> Command:
    """A paid order makes a customer, and pays its seat by whatever methods."""
    paid_fen = sum(line.net_paid_fen for line in event.lines) + event.shipping_paid_fen
    return TakeOrderPaid(
        **arrival.about(),
        order_id=event.order_id,
        member_id=event.member_id,
        amount_fen=paid_fen,
        paid_at=event.paid_at,
    )


def order_closed(event: trade.OrderClosed, arrival: Arrival) -> Command:
    """An order that ended unpaid frees its seat and makes nobody old."""
    return TakeOrderClosed(**arrival.about(), order_id=event.order_id, member_id=event.member_id)


def order_refunded(event: trade.OrderRefunded, arrival: Arrival) -> Command:
    """Money of an order went back; saga S4, S5."""
    amount_fen = sum(line.cash_fen + line.wallet_fen for line in event.lines)
    return TakeOrderRefunded(
        **arrival.about(),
        order_id=event.order_id,
        member_id=event.member_id,
        refund_id=event.refund_id,
        amount_fen=amount_fen + event.shipping_refund_fen,
        is_full=event.is_full_cumulative,
        qty=sum(line.qty for line in event.lines),
    )


def member_merged(event: loyalty.MemberMerged, arrival: Arrival) -> Command:
    """Two members are one person; saga S9."""
    return MergeMembers(
        **arrival.about(),
        from_member=event.from_member_id,
        into_member=event.into_member_id,
    )


def member_closed(event: loyalty.MemberClosed, arrival: Arrival) -> Command:
    """A member left: open seats, bargains and assists end; saga S10."""
    return CloseMember(**arrival.about(), member_id=event.member_id)


def handlers(kit: Kit[Config]) -> Mapping[type[Any], Handler]:
    """Which events group-buy acts on, and how."""
    return {
        trade.PaymentSucceeded: payment_succeeded,
        trade.PaymentRefunded: payment_refunded,
        trade.OrderCreated: order_created,
        trade.OrderPaid: order_paid,
        trade.OrderClosed: order_closed,
        trade.OrderRefunded: order_refunded,
        loyalty.MemberMerged: member_merged,
        loyalty.MemberClosed: member_closed,
    }
