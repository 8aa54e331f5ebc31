"""Members: what loyalty, wallet, coupon, group-buy, commission and automation tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from common.commands import Command
from common.consumers import Arrival, Handler
from danke.events import (
    audience_segments,
    automation,
    commission,
    coupon,
    groupbuy,
    loyalty,
    loyalty_points,
    trade,
    wallet,
)
from services.audience import members
from services.audience.behaviours import TakeBehaviour
from services.audience.erasures import EraseMember
from services.audience.merges import MergeMembers
from services.audience.tags import ChangeTag, FollowSegment


def enrolled(event: loyalty.MemberEnrolled, arrival: Arrival) -> Command:
    """Somebody became a member."""
    return members.NoteEnrolment(
        **arrival.about(),
        member_id=event.member_id,
        channel=event.channel,
        store_id=event.store_id,
        referrer_id=event.referrer_id,
        guide_id=event.opening_guide_id,
        channel_code=event.channel_code,
    )


def frozen(event: loyalty.MemberFrozen, arrival: Arrival) -> Command:
    """Risk control froze the member."""
    return members.NoteFreeze(**arrival.about(), member_id=event.member_id, frozen=True)


def unfrozen(event: loyalty.MemberUnfrozen, arrival: Arrival) -> Command:
    """The member may do everything again."""
    return members.NoteFreeze(**arrival.about(), member_id=event.member_id, frozen=False)


def closed(event: loyalty.MemberClosed, arrival: Arrival) -> Command:
    """The member left: saga S10."""
    return EraseMember(
        **arrival.about(), member_id=event.member_id, closes=True, reason="MEMBER_CLOSED"
    )


def merged(event: loyalty.MemberMerged, arrival: Arrival) -> Command:
    """Two members are one person: saga S9."""
    return MergeMembers(
        **arrival.about(),
        merge_id=event.merge_id,
        from_member=event.from_member_id,
        into_member=event.into_member_id,
    )


def tier_changed(event: loyalty.TierChanged, arrival: Arrival) -> Command:
    """The effective tier is another one."""
    return members.NoteTier(
        **arrival.about(), member_id=event.member_id, tier_id=event.to_tier_id, level=event.to_level
    )


def membership(event: loyalty.MembershipActivated, arrival: Arrival) -> Command:
    """A paid membership runs."""
    return members.NoteMembership(**arrival.about(), member_id=event.member_id, until=event.ends_at)


def membership_ended(
    event: loyalty.MembershipExpired | loyalty.MembershipRefunded, arrival: Arrival
) -> Command:
    """A paid membership ended."""
    return members.NoteMembership(**arrival.about(), member_id=event.member_id, until=None)


def points(event: loyalty_points.PointsEvent, arrival: Arrival) -> Command:
    """Every points event says what is left."""
    return members.NotePoints(
        **arrival.about(), member_id=event.member_id, points=event.available_points
    )


def balance(event: wallet.BalanceChanged, arrival: Arrival) -> Command:
    """The wallet's balance is this."""
    return members.NoteBalance(
        **arrival.about(),
        member_id=event.member_id,
        principal_fen=event.principal_fen,
        bonus_fen=event.bonus_fen,
    )


def coupon_received(event: coupon.CouponIssued, arrival: Arrival) -> Command:
    """The member got a coupon."""
    return members.NoteCoupons(**arrival.about(), member_id=event.member_id, received=1)


def coupon_used(event: coupon.CouponUsed, arrival: Arrival) -> Command:
    """The member used a coupon."""
    return members.NoteCoupons(**arrival.about(), member_id=event.member_id, used=1)


def coupon_returned(event: coupon.CouponReturned, arrival: Arrival) -> Command:
    """A used coupon came back."""
    return members.NoteCoupons(**arrival.about(), member_id=event.member_id, used=-1)


def group_succeeded(event: groupbuy.GroupSucceeded, arrival: Arrival) -> Sequence[Command]:
    """Every member with a real seat was in a group that succeeded."""
    joined = sorted({seat.member_id for seat in event.settled})
    return [
        members.NoteGroup(**arrival.about(number), member_id=member)
        for number, member in enumerate(joined)
    ]


def guide_bound(event: commission.GuideCustomerBound, arrival: Arrival) -> Command:
    """The member is this guide's."""
    return members.NoteGuide(
        **arrival.about(),
        member_id=event.member_id,
        guide_id=event.guide_id,
        effective_at=event.effective_at,
    )


def customer_bound(event: commission.CustomerBound, arrival: Arrival) -> Command:
    """The member is this promoter's."""
    return members.NotePromoter(
        **arrival.about(), member_id=event.member_id, promoter_id=event.promoter_id
    )


def customer_unbound(event: commission.CustomerUnbound, arrival: Arrival) -> Command:
    """The member is no promoter's any more."""
    return members.NotePromoter(**arrival.about(), member_id=event.member_id, promoter_id="")


def _referral(event: commission.ReferralEvent, arrival: Arrival, *, counts: bool) -> Command | None:
    if event.referrer_kind != "MEMBER":
        return None
    return members.TakeReferral(
        **arrival.about(),
        member_id=event.referrer_id,
        programme_id=event.programme_id,
        new_member=event.member_id,
        counts=counts,
    )


def referral_qualified(event: commission.ReferralQualified, arrival: Arrival) -> Command | None:
    """A member brought somebody who met the condition."""
    return _referral(event, arrival, counts=True)


def referral_undone(event: commission.ReferralClawedBack, arrival: Arrival) -> Command | None:
    """The order that met the condition came back."""
    return _referral(event, arrival, counts=False)


def behaved(event: trade.Behaved, arrival: Arrival) -> Command:
    """A member did something."""
    return TakeBehaviour(
        **arrival.about(),
        member_id=event.member_id,
        fact_id=arrival.envelope.id,
        event_name=event.event_name,
        happened_at=event.happened_at,
        item_id=event.item_id,
        store_id=event.store_id,
        live_id=event.live_id,
        promoter_id=event.promoter_id,
        guide_id=event.guide_id,
        channel_code=event.channel_code,
        template_id=event.template_id,
        count=event.count,
        amount_fen=event.amount_fen,
    )


def wake_round(event: automation.WakeRoundEnded, arrival: Arrival) -> Command:
    """A round of waking ended without an order."""
    return members.NoteWakeRound(
        **arrival.about(), member_id=event.member_id, round=event.round, ended_at=event.ended_at
    )


def tag_requested(event: automation.TagRequested, arrival: Arrival) -> Command:
    """A journey gives a tag or takes it."""
    return ChangeTag(
        **arrival.about(),
        member_id=event.member_id,
        tag_id=event.tag_id,
        add=event.add,
        origin="JOURNEY",
        actor=event.source_id,
    )


def segment_entered(event: audience_segments.SegmentEntered, arrival: Arrival) -> Command:
    """Tags bound to the segment are given."""
    return FollowSegment(
        **arrival.about(), member_id=event.member_id, segment_id=event.segment_id, entered=True
    )


def segment_left(event: audience_segments.SegmentLeft, arrival: Arrival) -> Command:
    """Tags bound to the segment are taken."""
    return FollowSegment(
        **arrival.about(), member_id=event.member_id, segment_id=event.segment_id, entered=False
    )


# Points after anything that happened to them.
POINTS: Final = (
    loyalty_points.PointsEarned,
    loyalty_points.PointsMatured,
    loyalty_points.PointsHeld,
    loyalty_points.PointsHoldReleased,
    loyalty_points.PointsConsumed,
    loyalty_points.PointsReverted,
    loyalty_points.PointsRevoked,
    loyalty_points.PointsExpired,
    loyalty_points.PointsMerged,
    loyalty_points.PointsForfeited,
)
HANDLERS: Final[Mapping[type[Any], Handler]] = {
    loyalty.MemberEnrolled: enrolled,
    loyalty.MemberFrozen: frozen,
    loyalty.MemberUnfrozen: unfrozen,
    loyalty.MemberClosed: closed,
    loyalty.MemberMerged: merged,
    loyalty.TierChanged: tier_changed,
    loyalty.MembershipActivated: membership,
    loyalty.MembershipExpired: membership_ended,
    loyalty.MembershipRefunded: membership_ended,
    **dict.fromkeys(POINTS, points),
    wallet.BalanceChanged: balance,
    coupon.CouponClaimed: coupon_received,
    coupon.CouponGranted: coupon_received,
    coupon.CouponUsed: coupon_used,
    coupon.CouponReturned: coupon_returned,
    groupbuy.GroupSucceeded: group_succeeded,
    commission.GuideCustomerBound: guide_bound,
    commission.CustomerBound: customer_bound,
    commission.CustomerUnbound: customer_unbound,
    commission.ReferralQualified: referral_qualified,
    commission.ReferralClawedBack: referral_undone,
    trade.Behaved: behaved,
    automation.WakeRoundEnded: wake_round,
    automation.TagRequested: tag_requested,
    audience_segments.SegmentEntered: segment_entered,
    audience_segments.SegmentLeft: segment_left,
}
