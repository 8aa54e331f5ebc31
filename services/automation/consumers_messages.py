"""Messages', campaigns' and attribution's Kafka door: event → command."""

from __future__ import annotations

from typing import Any

from common.commands import Command
from common.consumers import Arrival, Handler
from common.service import Kit
from danke.events import audience, audience_segments, coupon, loyalty, trade
from services.automation.attributions import AdjustOrder, CreditOrder
from services.automation.attributions_coupons import (
    CreditCoupon,
    NoteCouponBack,
    NoteGivenCoupon,
)
from services.automation.campaigns import KeepPage
from services.automation.campaigns_coupons import CouponArrived, CouponRefused
from services.automation.campaigns_members import CouponParams
from services.automation.channels import RULES
from services.automation.config import Config
from services.automation.consents import SetConsent
from services.automation.listed import EVERY
from services.automation.merges import MergeRecipients
from services.automation.quotas import GrantQuota
from services.automation.recipients import NoteMemberTier, NoteStage
from services.automation.suppressions import NoteClosed, OptOut

# The commands that journeys make of the same events are numbered below.
FIRST = 100


def order_paid(event: trade.OrderPaid, arrival: Arrival) -> Command:
    """Somebody bought: whose merit is it? M6."""
    paid_fen = sum(line.net_paid_fen for line in event.lines) + event.shipping_paid_fen
    return CreditOrder(
        **arrival.about(FIRST), order_id=event.order_id, member_id=event.member_id,
        paid_at=event.paid_at, amount_fen=paid_fen,
    )  # fmt: skip


def order_refunded(event: trade.OrderRefunded, arrival: Arrival) -> Command:
    """What was credited is less, or nothing; saga S4."""
    back_fen = sum(line.cash_fen + line.wallet_fen for line in event.lines)
    return AdjustOrder(
        **arrival.about(FIRST), order_id=event.order_id, refund_id=event.refund_id,
        amount_fen=back_fen + event.shipping_refund_fen, in_full=event.is_full_cumulative,
    )  # fmt: skip


def coupon_refused(event: coupon.CouponGrantRefused, arrival: Arrival) -> Command:
    """A coupon that was asked for is not given."""
    return CouponRefused(**arrival.about(FIRST), action_id=event.action_id, reason=event.reason)


def coupon_used(event: coupon.CouponUsed, arrival: Arrival) -> Command:
    """An order used a coupon: if it was ours the order is its merit; M6."""
    return CreditCoupon(
        **arrival.about(FIRST), order_id=event.order_id, coupon_id=event.coupon_id,
        discount_fen=max(event.discount_fen, 0), at_pos=event.scene == "POS" or not event.order_id,
        sequence=arrival.envelope.sequence,
    )  # fmt: skip


def coupon_returned(event: coupon.CouponReturned, arrival: Arrival) -> Command:
    """A used coupon came back."""
    return NoteCouponBack(
        **arrival.about(FIRST), coupon_id=event.coupon_id, order_id=event.order_id,
        sequence=arrival.envelope.sequence,
    )  # fmt: skip


def snapshot_page(event: audience_segments.SegmentSnapshotPage, arrival: Arrival) -> Command:
    """Members of a segment, for the campaign that is for them."""
    return KeepPage(
        **arrival.about(FIRST), audience_id=event.snapshot_id, segment_id=event.segment_id,
        page=event.page, pages=event.pages, member_ids=event.member_ids,
    )  # fmt: skip


def snapshot_ready(
    event: audience_segments.SegmentSnapshotReady, arrival: Arrival
) -> Command | None:
    """A snapshot of nobody has no page of its own."""
    if event.count:
        return None
    return KeepPage(
        **arrival.about(FIRST), audience_id=event.snapshot_id, segment_id=event.segment_id,
        page=0, pages=1, member_ids=[],
    )  # fmt: skip


def consent_changed(event: audience.ConsentChanged, arrival: Arrival) -> Command | None:
    """The member said so to audience. What is no channel of ours means nothing here."""
    said: dict[str, Any] = {"channel": event.channel, "purpose": event.purpose}
    if event.channel not in RULES or event.purpose not in ("MARKETING", "TRANSACTIONAL"):
        return None
    return SetConsent(
        **arrival.about(FIRST), **said, member_id=event.member_id, granted=event.granted,
        given_at=event.changed_at, evidence=event.record_id[:200], actor="audience",
        is_own=False,
    )  # fmt: skip


def stage_changed(event: audience.LifecycleStageChanged, arrival: Arrival) -> Command:
    """Who is LOST gets no marketing; domain.md §1.10."""
    return NoteStage(
        **arrival.about(FIRST) | {"at": event.changed_at}, member_id=event.member_id,
        stage=event.to_stage,
    )  # fmt: skip


def behaved(event: trade.Behaved, arrival: Arrival) -> Command | None:
    """The member allowed subscribe messages; what else was done is others'."""
    if event.event_name != "subscribe_consent" or not event.template_id or not event.count:
        return None
    return GrantQuota(
        **arrival.about(FIRST), grant_id=arrival.command_id(), member_id=event.member_id,
        channel="SUBSCRIBE", template_id=event.template_id, count=event.count,
    )  # fmt: skip


def tier_changed(event: loyalty.TierChanged, arrival: Arrival) -> Command:
    """Templates have words for tiers; M09."""
    return NoteMemberTier(
        **arrival.about(FIRST), member_id=event.member_id, tier_id=event.to_tier_id
    )


def member_merged(event: loyalty.MemberMerged, arrival: Arrival) -> Command:
    """The old id gets nothing any more; what it said and was allowed is who remains'. Saga S9."""
    return MergeRecipients(
        **arrival.about(FIRST), from_member=event.from_member_id, into_member=event.into_member_id
    )


def data_deleted(event: audience.PersonalDataDeleted, arrival: Arrival) -> Command:
    """Everything personal is erased: who stays agrees to nothing any more, until asked again."""
    if not event.stays:
        return member_closed(event, arrival)
    return OptOut(
        **arrival.about(FIRST), member_id=event.member_id, channel=EVERY,
        evidence="personal data deleted", actor="audience",
    )  # fmt: skip


def member_closed(
    event: loyalty.MemberClosed | audience.PersonalDataDeleted, arrival: Arrival
) -> Command:
    """The member left; parity.md §3 no. 64."""
    return NoteClosed(**arrival.about(FIRST), member_id=event.member_id)


def coupon_granted_by(kit: Kit[Config]) -> Handler:
    """A coupon that was asked for exists: a campaign's message is planned; saga S6.

    What comes late is not sent as if it were early: the night may have begun meanwhile.
    """

    def coupon_granted(event: coupon.CouponGranted, arrival: Arrival) -> Command | None:
        if not event.action_id:
            return None
        about = arrival.about(FIRST)
        if event.source == "JOURNEY":
            return NoteGivenCoupon(
                **about, coupon_id=event.coupon_id, member_id=event.member_id,
                action_id=event.action_id,
            )  # fmt: skip
        given = CouponParams(event.coupon_id, event.template_id, event.face_fen, event.valid_to)
        return CouponArrived(
            **about | {"at": max(arrival.at, kit.clock.now())},
            action_id=event.action_id,
            coupon=given,
        )

    return coupon_granted


def handlers(kit: Kit[Config]) -> dict[type[Any], Handler]:
    """Which events messages, campaigns and attribution act on, and how."""
    return {
        trade.OrderPaid: order_paid,
        trade.OrderRefunded: order_refunded,
        trade.Behaved: behaved,
        coupon.CouponGranted: coupon_granted_by(kit),
        coupon.CouponGrantRefused: coupon_refused,
        coupon.CouponUsed: coupon_used,
        coupon.CouponReturned: coupon_returned,
        audience_segments.SegmentSnapshotPage: snapshot_page,
        audience_segments.SegmentSnapshotReady: snapshot_ready,
        audience.ConsentChanged: consent_changed,
        audience.LifecycleStageChanged: stage_changed,
        audience.PersonalDataDeleted: data_deleted,
        loyalty.TierChanged: tier_changed,
        loyalty.MemberMerged: member_merged,
        loyalty.MemberClosed: member_closed,
    }
