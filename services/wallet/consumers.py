"""The wallet's Kafka door: event → command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common.commands import Command
from common.consumers import Arrival, Handler
from common.service import Kit
from danke.events import coupon, loyalty, loyalty_points, trade
from services.wallet.accounts import MemberLeft
from services.wallet.config import Config
from services.wallet.gift_receipts import POINTS, TIER, ConfirmGift, coupon_gift
from services.wallet.merges import MergeMembers
from services.wallet.pay_password_reset import ForgetPayPassword
from services.wallet.payment_refunds import RefundOrder
from services.wallet.punch_merges import MergePunchCards
from services.wallet.punch_payments import PayPunchCard
from services.wallet.punch_refunds import SettlePunchRefund
from services.wallet.recharge_refunds import SettleRechargeRefund
from services.wallet.recharges import CreditRecharge


def payment_succeeded(event: trade.PaymentSucceeded, arrival: Arrival) -> Command | None:
    """Money for a recharge (saga S1) or a punch card arrived. What else was paid for is others'."""
    if event.biz_type == "RECHARGE":
        return CreditRecharge(
            id=arrival.command_id(),
            merchant_id=arrival.merchant_id,
            at=arrival.at,
            new_id=arrival.new_id,
            recharge_id=event.biz_id,
            payment_id=event.payment_id,
            amount_fen=event.amount_fen,
            paid_at=event.paid_at,
        )
    if event.biz_type == "PUNCHCARD":
        return PayPunchCard(
            id=arrival.command_id(),
            merchant_id=arrival.merchant_id,
            at=arrival.at,
            new_id=arrival.new_id,
            card_id=event.biz_id,
            payment_id=event.payment_id,
            amount_fen=event.amount_fen,
            paid_at=event.paid_at,
        )
    return None


def payment_refunded(event: trade.PaymentRefunded, arrival: Arrival) -> Command | None:
    """The channel paid a refund back, or could not; ``refund_id`` is the one it was asked with."""
    if event.biz_type == "RECHARGE":
        return SettleRechargeRefund(
            id=arrival.command_id(),
            merchant_id=arrival.merchant_id,
            at=arrival.at,
            new_id=arrival.new_id,
            refund_id=event.refund_id,
            paid_back=event.status == "SUCCEEDED",
            paid_fen=event.amount_fen,
        )
    if event.biz_type == "PUNCHCARD":
        return SettlePunchRefund(
            id=arrival.command_id(),
            merchant_id=arrival.merchant_id,
            at=arrival.at,
            new_id=arrival.new_id,
            refund_id=event.refund_id,
            amount_fen=event.amount_fen,
            succeeded=event.status == "SUCCEEDED",
        )
    return None


def order_refunded(event: trade.OrderRefunded, arrival: Arrival) -> Command | None:
    """The wallet's part of an order's refund goes back to its lots; saga S4.

    An order that was not paid from a wallet has no such part, and nothing to wait for here.
    """
    amount_fen = sum(line.wallet_fen for line in event.lines) + event.shipping_wallet_fen
    if amount_fen == 0:
        return None
    return RefundOrder(
        id=arrival.command_id(),
        merchant_id=arrival.merchant_id,
        at=arrival.at,
        new_id=arrival.new_id,
        order_id=event.order_id,
        refund_id=event.refund_id,
        amount_fen=amount_fen,
    )


def member_merged(event: loyalty.MemberMerged, arrival: Arrival) -> Sequence[Command]:
    """Two members are one person: one wallet takes over the other; saga S9."""
    return [
        MergeMembers(
            id=arrival.command_id(),
            merchant_id=arrival.merchant_id,
            at=arrival.at,
            new_id=arrival.new_id,
            merge_id=event.merge_id,
            from_member=event.from_member_id,
            into_member=event.into_member_id,
        ),
        MergePunchCards(
            id=arrival.command_id(1),
            merchant_id=arrival.merchant_id,
            at=arrival.at,
            from_member=event.from_member_id,
            into_member=event.into_member_id,
        ),
    ]


def member_closed(event: loyalty.MemberClosed, arrival: Arrival) -> Sequence[Command]:
    """The member left: an empty wallet closes, one with money is kept safe; saga S10."""
    return [
        MemberLeft(
            id=arrival.command_id(),
            merchant_id=arrival.merchant_id,
            at=arrival.at,
            member_id=event.member_id,
        ),
        ForgetPayPassword(
            id=arrival.command_id(1),
            merchant_id=arrival.merchant_id,
            at=arrival.at,
            member_id=event.member_id,
        ),
    ]


def _confirmed(arrival: Arrival, recharge_id: str, gift: str, ref: str, amount: int) -> ConfirmGift:
    return ConfirmGift(
        id=arrival.command_id(),
        merchant_id=arrival.merchant_id,
        at=arrival.at,
        recharge_id=recharge_id,
        gift=gift,
        ref=ref,
        amount=amount,
    )


def points_earned(event: loyalty_points.PointsEarned, arrival: Arrival) -> Command | None:
    """Loyalty gave the points a recharge promised."""
    if event.source_type == "RECHARGE":
        return _confirmed(arrival, event.source_id, POINTS, event.lot_id, event.points)
    return None


def coupon_granted(event: coupon.CouponGranted, arrival: Arrival) -> Command | None:
    """A coupon that a recharge promised is the member's."""
    if event.source == "RECHARGE":
        gift = coupon_gift(event.template_id)
        return _confirmed(arrival, event.ref, gift, event.coupon_id, 1)
    return None


def tier_changed(event: loyalty.TierChanged, arrival: Arrival) -> Command | None:
    """Loyalty lifted the member as a recharge promised."""
    if event.source == "RECHARGE" and event.to_level > event.from_level:
        return _confirmed(arrival, event.ref, TIER, event.to_tier_id, 1)
    return None


def handlers(kit: Kit[Config]) -> Mapping[type[Any], Handler]:
    """Which events the wallet acts on, and how."""
    return {
        trade.PaymentSucceeded: payment_succeeded,
        trade.PaymentRefunded: payment_refunded,
        trade.OrderRefunded: order_refunded,
        loyalty.MemberMerged: member_merged,
        loyalty.MemberClosed: member_closed,
        loyalty.TierChanged: tier_changed,
        loyalty_points.PointsEarned: points_earned,
        coupon.CouponGranted: coupon_granted,
    }
