"""The coupon service's Kafka door: event → command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common.commands import Command
from common.consumers import Arrival, Handler
from common.service import Kit
from danke.events import (
    audience_segments,
    automation,
    coupon,
    loyalty,
    loyalty_points,
    trade,
    wallet,
)
from danke.events.coupon import CouponSource
from services.coupon.actions import GrantForAction
from services.coupon.closings import CloseMember
from services.coupon.config import Config
from services.coupon.fission_rewards import BoomerangUsed, VoidFissionRewards
from services.coupon.grant_snapshots import AddSnapshotPage
from services.coupon.grants import GrantCoupons, RevokeGrants
from services.coupon.locks import ReturnCoupons, UnlockCoupons, UseCoupons
from services.coupon.members import NoteOrder, NoteSegment, NoteTier
from services.coupon.merges import MergeMembers
from services.coupon.pack_refunds import SettlePackRefund
from services.coupon.packs import PayPack
from services.coupon.pos import ReturnVerified
from services.coupon.postpay import RevokeOrderGrants, RewardOrder


def order_paid(event: trade.OrderPaid, arrival: Arrival) -> Sequence[Command]:
    """The order's coupons are used, its reward is promised, its member is no new customer."""
    paid_fen = sum(line.net_paid_fen for line in event.lines)
    return [
        UseCoupons(
            **arrival.about() | {"at": event.paid_at}, order_id=event.order_id, by_event=True,
            store_id=event.store_id, discounted=any(line.coupon_off_fen for line in event.lines),
        ),
        RewardOrder(
            **arrival.about(1), order_id=event.order_id, member_id=event.member_id,
            channel=event.channel, store_id=event.store_id, paid_fen=paid_fen,
            first_order=event.is_first_order,
        ),
        NoteOrder(**arrival.about(2), member_id=event.member_id, paid_at=event.paid_at),
    ]  # fmt: skip


def order_closed(event: trade.OrderClosed, arrival: Arrival) -> Command:
    """The order will not be paid: its coupons are free again."""
    at = event.closed_at or arrival.at
    return UnlockCoupons(**arrival.about() | {"at": at}, order_id=event.order_id, by_event=True)


def order_refunded(event: trade.OrderRefunded, arrival: Arrival) -> Sequence[Command]:
    """A full refund gives the coupons back and takes the order's reward; saga S4, C15."""
    if not event.is_full_cumulative:
        return []
    return [
        ReturnCoupons(
            **arrival.about() | {"at": event.refunded_at}, order_id=event.order_id, by_event=True,
            refund_id=event.refund_id, full=True,
        ),
        ReturnVerified(
            **arrival.about(3) | {"at": event.refunded_at}, order_id=event.order_id,
            refund_id=event.refund_id,
        ),
        RevokeOrderGrants(
            **arrival.about(4), source="ORDER", ref=event.order_id, reason="ORDER_REFUNDED"
        ),
        VoidFissionRewards(
            **arrival.about(5) | {"at": event.refunded_at}, source="FISSION",
            ref=f"order:{event.order_id}", reason="ORDER_REFUNDED",
        ),
    ]  # fmt: skip


def coupon_used(event: coupon.CouponUsed, arrival: Arrival) -> Command | None:
    """A boomerang comes back to its sharer when the friend uses it; our own event."""
    if not event.order_id:
        return None
    return BoomerangUsed(**arrival.about(), coupon_id=event.coupon_id, order_id=event.order_id)


def payment_succeeded(event: trade.PaymentSucceeded, arrival: Arrival) -> Command | None:
    """A saver pack was paid. What else was paid for is others'."""
    if event.biz_type != "PACK":
        return None
    return PayPack(
        **arrival.about() | {"at": event.paid_at}, pack_id=event.biz_id,
        payment_id=event.payment_id, amount_fen=event.amount_fen, paid_at=event.paid_at,
    )  # fmt: skip


def payment_refunded(event: trade.PaymentRefunded, arrival: Arrival) -> Command | None:
    """A saver pack's money went back, or could not."""
    if event.biz_type != "PACK":
        return None
    return SettlePackRefund(
        **arrival.about(), pack_id=event.biz_id, refund_id=event.refund_id,
        succeeded=event.status == "SUCCEEDED", payment_id=event.payment_id,
        amount_fen=event.amount_fen,
    )  # fmt: skip


def _promised(
    arrival: Arrival, number: int, source: CouponSource, ref: str, member_id: str,
    template_id: str, quantity: int,
) -> GrantCoupons:  # fmt: skip
    return GrantCoupons(
        **arrival.about(number), grant_id=f"{source}:{ref}:{template_id}",
        template_id=template_id, member_id=member_id, quantity=quantity, source=source, ref=ref,
        promised=True,
    )  # fmt: skip


def recharged(event: wallet.RechargeSucceeded, arrival: Arrival) -> Sequence[Command]:
    """The coupons that a recharge promises; saga S1."""
    wanted: dict[str, int] = {}
    for gift in event.gift_coupons:
        wanted[gift.template_id] = wanted.get(gift.template_id, 0) + gift.count
    return [
        _promised(
            arrival, number, "RECHARGE", event.recharge_id, event.member_id, template_id, count
        )
        for number, (template_id, count) in enumerate(wanted.items())
        if count > 0
    ]


def recharge_revoked(
    event: wallet.RechargeRefundApproved | wallet.RechargeRefunded, arrival: Arrival
) -> Command | None:
    """A recharge is refunded: its unused coupons go; saga S2."""
    templates = [coupon.template_id for coupon in event.gifts_to_revoke.coupons]
    if not templates:
        return None
    return RevokeGrants(
        **arrival.about(), source="RECHARGE", ref=event.recharge_id, reason="RECHARGE_REFUNDED",
        template_ids=templates,
    )  # fmt: skip


def coupon_exchanged(event: loyalty_points.CouponExchanged, arrival: Arrival) -> Command:
    """Points were exchanged for coupons."""
    return _promised(
        arrival, 0, "EXCHANGE", event.exchange_id, event.member_id, event.template_id,
        event.quantity,
    )  # fmt: skip


def exchange_cancelled(event: loyalty_points.ExchangeCancelled, arrival: Arrival) -> Command | None:
    """The points are back, so the coupons are not given, or go if they are unused."""
    if event.kind != "COUPON":
        return None
    return RevokeGrants(
        **arrival.about(), source="EXCHANGE", ref=event.exchange_id, reason="EXCHANGE_CANCELLED"
    )


def tier_gift(event: loyalty.TierUpgradeGiftDue, arrival: Arrival) -> Sequence[Command]:
    """The coupons of a tier's gift."""
    return [
        _promised(
            arrival, number, "TIER", event.gift_id, event.member_id, gift.template_id, gift.quantity
        )
        for number, gift in enumerate(event.coupons)
        if gift.quantity > 0
    ]


def tier_gift_revoked(event: loyalty.TierUpgradeGiftRevoked, arrival: Arrival) -> Command:
    """An upgrade was undone."""
    return RevokeGrants(
        **arrival.about(), source="TIER", ref=event.gift_id, reason="TIER_GIFT_REVOKED"
    )


def tier_changed(event: loyalty.TierChanged, arrival: Arrival) -> Command:
    """Some coupons are for some tiers only."""
    return NoteTier(**arrival.about(), member_id=event.member_id, tier_id=event.to_tier_id)


def grant_requested(event: automation.CouponGrantRequested, arrival: Arrival) -> Command:
    """A journey or campaign gives a coupon."""
    return GrantForAction(
        **arrival.about(), grant_id=f"action:{event.action_id}", template_id=event.template_id,
        member_id=event.member_id, source=event.source_kind, ref=event.action_id,
    )  # fmt: skip


def segment_changed(
    event: audience_segments.SegmentEntered | audience_segments.SegmentLeft, arrival: Arrival
) -> Command:
    """Some coupons are for some segments only."""
    inside = isinstance(event, audience_segments.SegmentEntered)
    since = (
        event.entered_at if isinstance(event, audience_segments.SegmentEntered) else event.left_at
    )
    return NoteSegment(
        **arrival.about(), member_id=event.member_id, segment_id=event.segment_id, inside=inside,
        since=since,
    )  # fmt: skip


def snapshot_page(event: audience_segments.SegmentSnapshotPage, arrival: Arrival) -> Command:
    """Members of a mass grant to a segment."""
    return AddSnapshotPage(
        **arrival.about(), snapshot_id=event.snapshot_id, page=event.page, pages=event.pages,
        member_ids=event.member_ids,
    )  # fmt: skip


def member_merged(event: loyalty.MemberMerged, arrival: Arrival) -> Command:
    """Two members are one person; saga S9."""
    return MergeMembers(
        **arrival.about(), merge_id=event.merge_id, from_id=event.from_member_id,
        into_id=event.into_member_id,
    )  # fmt: skip


def member_closed(event: loyalty.MemberClosed, arrival: Arrival) -> Command:
    """The member left; saga S10."""
    return CloseMember(**arrival.about(), member_id=event.member_id)


def handlers(kit: Kit[Config]) -> Mapping[type[Any], Handler]:
    """Which events the coupon service acts on, and how."""
    return {
        trade.OrderPaid: order_paid,
        trade.OrderClosed: order_closed,
        trade.OrderRefunded: order_refunded,
        trade.PaymentSucceeded: payment_succeeded,
        trade.PaymentRefunded: payment_refunded,
        coupon.CouponUsed: coupon_used,
        wallet.RechargeSucceeded: recharged,
        wallet.RechargeRefundApproved: recharge_revoked,
        wallet.RechargeRefunded: recharge_revoked,
        loyalty_points.CouponExchanged: coupon_exchanged,
        loyalty_points.ExchangeCancelled: exchange_cancelled,
        loyalty.TierUpgradeGiftDue: tier_gift,
        loyalty.TierUpgradeGiftRevoked: tier_gift_revoked,
        loyalty.TierChanged: tier_changed,
        loyalty.MemberMerged: member_merged,
        loyalty.MemberClosed: member_closed,
        automation.CouponGrantRequested: grant_requested,
        audience_segments.SegmentEntered: segment_changed,
        audience_segments.SegmentLeft: segment_changed,
        audience_segments.SegmentSnapshotPage: snapshot_page,
    }
