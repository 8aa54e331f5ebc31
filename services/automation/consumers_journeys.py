"""The Kafka door of journeys: what happens to members, as commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from common.clock import Clock
from common.commands import Command
from common.consumers import Arrival, Handler
from common.from_door import FromDoor
from common.service import Kit
from danke.events import audience, audience_predictions, coupon, loyalty, trade, wallet
from danke.events import audience_segments as segments
from services.automation.config import Config
from services.automation.departures import CloseMember, MergeMembers
from services.automation.firing import EndLive, WatchLive
from services.automation.lives import ScheduleLive
from services.automation.member_events import (
    SetBirthday,
    TakeConsent,
    TakeEnrolled,
    TakeHappening,
    TakeSegment,
    TakeStage,
    TakeTag,
    TakeTier,
)
from services.automation.occurrences import Occurrence, OccurrenceKind
from services.automation.order_events import TakeOrderCompleted, TakeOrderPaid, TakeOrderRefunded

# Too many to begin anything by: a segment of who viewed is the way.
UNHEARD: Final = ("page_view", "search")


class JourneyHandlers:
    """Handlers that know when an event was told: what comes too late begins nothing."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def about(self, arrival: Arrival, member_id: str) -> dict[str, Any]:
        """What every command of a member takes from its event."""
        now = FromDoor.of(self.clock.now())
        return {**arrival.about(), "member_id": member_id, "now": now}

    def happened(
        self, arrival: Arrival, member_id: str, kind: OccurrenceKind, ref: str, **fields: Any
    ) -> Command:
        """Something that is only heard of."""
        at = fields.pop("at", arrival.at)
        about = self.about(arrival, member_id) | {"at": at}
        return TakeHappening(**about, happened=Occurrence(kind, ref, at, **fields))

    def enrolled(self, event: loyalty.MemberEnrolled, arrival: Arrival) -> Command:
        """A new member."""
        return TakeEnrolled(
            **self.about(arrival, event.member_id), channel=event.channel,
            store_id=event.store_id, imported=event.imported,
        )  # fmt: skip

    def merged(self, event: loyalty.MemberMerged, arrival: Arrival) -> Command:
        """Two members are one person; saga S9."""
        return MergeMembers(
            **arrival.about(), from_member=event.from_member_id, into_member=event.into_member_id
        )

    def closed(
        self, event: loyalty.MemberClosed | audience.PersonalDataDeleted, arrival: Arrival
    ) -> Command:
        """A member left; saga S10."""
        return CloseMember(**arrival.about(), member_id=event.member_id)

    def erased(self, event: audience.PersonalDataDeleted, arrival: Arrival) -> Command:
        """Everything personal is erased; tags and consents are told of one by one."""
        if not event.stays:
            return self.closed(event, arrival)
        return SetBirthday(**self.about(arrival, event.member_id), birthday="")

    def tier_changed(self, event: loyalty.TierChanged, arrival: Arrival) -> Command:
        """Another tier."""
        return TakeTier(
            **self.about(arrival, event.member_id), kind="TIER_CHANGED", ref=arrival.envelope.id,
            tier_id=event.to_tier_id, before=event.from_tier_id, level=event.to_level,
        )  # fmt: skip

    def tier_progressed(self, event: loyalty.TierProgressUpdated, arrival: Arrival) -> Command:
        """How far the next tier is."""
        return TakeTier(
            **self.about(arrival, event.member_id), kind="TIER_PROGRESSED",
            ref=arrival.envelope.id, tier_id=event.tier_id, need=event.need_growth,
        )  # fmt: skip

    def tier_will_drop(self, event: loyalty.TierWillDowngrade, arrival: Arrival) -> Command:
        """A lower tier is near."""
        return TakeTier(
            **self.about(arrival, event.member_id), kind="TIER_WILL_DROP",
            ref=f"{event.tier_id}@{event.at.isoformat()}", tier_id=event.tier_id,
            before=event.to_tier_id, need=event.need,
        )  # fmt: skip

    def order_paid(self, event: trade.OrderPaid, arrival: Arrival) -> Command:
        """An order was paid."""
        about = self.about(arrival, event.member_id) | {"at": event.paid_at}
        paid_fen = sum(line.net_paid_fen for line in event.lines) + event.shipping_paid_fen
        return TakeOrderPaid(
            **about, order_id=event.order_id, paid_fen=paid_fen, channel=event.channel,
            store_id=event.store_id,
            category_ids=sorted({line.category_id for line in event.lines if line.category_id}),
            sku_ids=sorted({line.sku_id for line in event.lines}),
        )  # fmt: skip

    def order_completed(self, event: trade.OrderCompleted, arrival: Arrival) -> Command:
        """The goods were received."""
        about = self.about(arrival, event.member_id) | {"at": event.completed_at}
        return TakeOrderCompleted(**about, order_id=event.order_id)

    def order_refunded(self, event: trade.OrderRefunded, arrival: Arrival) -> Command:
        """Money of an order went back; saga S4."""
        about = self.about(arrival, event.member_id) | {"at": event.refunded_at}
        back_fen = sum(line.cash_fen + line.wallet_fen for line in event.lines)
        return TakeOrderRefunded(
            **about, order_id=event.order_id, refund_id=event.refund_id,
            amount_fen=back_fen + event.shipping_refund_fen, is_full=event.is_full_cumulative,
        )  # fmt: skip

    def stage_changed(self, event: audience.LifecycleStageChanged, arrival: Arrival) -> Command:
        """Another stage of life."""
        about = self.about(arrival, event.member_id) | {"at": event.changed_at}
        # The merchant's default says nothing of the member: a journey's own is nearer; M5.
        days = 0 if event.cycle_source == "DEFAULT" else event.cycle_days
        return TakeStage(**about, before=event.from_stage, after=event.to_stage, cycle_days=days)

    def habit_formed(self, event: audience.HabitFormed, arrival: Arrival) -> Command:
        """Buying here became a habit; M71."""
        return self.happened(
            arrival, event.member_id, "HABIT_FORMED", f"{event.orders}@{event.formed_at}",
            at=event.formed_at, number=event.orders,
        )  # fmt: skip

    def replenishment_due(
        self, event: audience_predictions.ReplenishmentDue, arrival: Arrival
    ) -> Command:
        """The member will need a category again soon; M58."""
        return self.happened(
            arrival, event.member_id, "REPLENISHMENT_DUE", f"{event.category_id}@{event.due_date}",
            object_id=event.category_id, category_ids=[event.category_id],
        )  # fmt: skip

    def tag_changed(
        self, event: audience.TagAdded | audience.TagRemoved, arrival: Arrival
    ) -> Command:
        """A tag was put on or taken off."""
        added = isinstance(event, audience.TagAdded)
        return TakeTag(**self.about(arrival, event.member_id), tag_id=event.tag_id, added=added)

    def consent_changed(self, event: audience.ConsentChanged, arrival: Arrival) -> Command:
        """A consent was given or withdrawn."""
        about = self.about(arrival, event.member_id) | {"at": event.changed_at}
        return TakeConsent(
            **about, channel=event.channel, purpose=event.purpose, granted=event.granted
        )

    def segment_entered(self, event: segments.SegmentEntered, arrival: Arrival) -> Command:
        """In a segment from now on."""
        about = self.about(arrival, event.member_id) | {"at": event.entered_at}
        return TakeSegment(
            **about, segment_id=event.segment_id, entered=True, is_backfill=event.is_backfill
        )

    def segment_left(self, event: segments.SegmentLeft, arrival: Arrival) -> Command:
        """In a segment no more."""
        about = self.about(arrival, event.member_id) | {"at": event.left_at}
        return TakeSegment(
            **about, segment_id=event.segment_id, entered=False, is_backfill=event.is_backfill
        )

    def coupon_granted(self, event: coupon.CouponGranted, arrival: Arrival) -> Command:
        """A coupon was given; perhaps it is the one that a step waits for."""
        return self.happened(
            arrival, event.member_id, "COUPON_GRANTED", event.coupon_id,
            object_id=event.template_id, action_id=event.action_id, amount_fen=event.face_fen,
        )  # fmt: skip

    def coupon_refused(self, event: coupon.CouponGrantRefused, arrival: Arrival) -> Command:
        """The coupon that a step asked for is not given."""
        return self.happened(
            arrival, event.member_id, "COUPON_REFUSED", event.action_id,
            object_id=event.template_id, action_id=event.action_id,
        )  # fmt: skip

    def coupon_used(self, event: coupon.CouponUsed, arrival: Arrival) -> Command:
        """A coupon was used."""
        return self.happened(
            arrival, event.member_id, "COUPON_USED", event.coupon_id,
            object_id=event.template_id, amount_fen=max(0, event.discount_fen),
        )  # fmt: skip

    def coupon_expiring(self, event: coupon.CouponExpiringSoon, arrival: Arrival) -> Command:
        """A coupon ends soon."""
        return self.happened(
            arrival, event.member_id, "COUPON_EXPIRING", event.coupon_id,
            object_id=event.template_id, amount_fen=event.face_fen,
        )  # fmt: skip

    def recharged(self, event: wallet.RechargeSucceeded, arrival: Arrival) -> Command:
        """Stored value was bought."""
        return self.happened(
            arrival, event.member_id, "RECHARGED", event.recharge_id, object_id=event.plan_id,
            amount_fen=event.paid_fen, store_id=event.store_id,
        )  # fmt: skip

    def behaved(self, event: trade.Behaved, arrival: Arrival) -> Sequence[Command]:
        """Something a member did; a live session that ended is many members' event."""
        at = event.happened_at
        if event.event_name == "live_end":
            about = arrival.about() | {"at": at}
            if not event.live_id:
                return ()
            return (EndLive(**about, live_id=event.live_id, sales_fen=event.amount_fen),)
        if event.event_name in UNHEARD:
            return ()
        heard = self.happened(
            arrival, event.member_id, "BEHAVED", arrival.envelope.id, at=at,
            object_id=event.event_name, store_id=event.store_id, amount_fen=event.amount_fen,
            sku_ids=[event.item_id] if event.item_id else [],
        )  # fmt: skip
        if event.event_name not in ("live_watch", "live_reserve") or not event.live_id:
            return (heard,)
        about = arrival.about(1) | {"at": at}
        return (heard, WatchLive(**about, live_id=event.live_id, member_id=event.member_id))

    def live_scheduled(self, event: trade.LiveScheduled, arrival: Arrival) -> Command:
        """A live session was announced, moved or called off; M73."""
        about = arrival.about() | {"at": event.happened_at}
        return ScheduleLive(
            **about, live_id=event.live_id, starts_at=event.starts_at,
            is_cancelled=event.is_cancelled,
        )  # fmt: skip


def handlers(kit: Kit[Config]) -> Mapping[type[Any], Handler]:
    """Which events journeys act on, and how."""
    door = JourneyHandlers(kit.clock)
    return {
        loyalty.MemberEnrolled: door.enrolled,
        loyalty.MemberMerged: door.merged,
        loyalty.MemberClosed: door.closed,
        loyalty.TierChanged: door.tier_changed,
        loyalty.TierProgressUpdated: door.tier_progressed,
        loyalty.TierWillDowngrade: door.tier_will_drop,
        trade.OrderPaid: door.order_paid,
        trade.OrderCompleted: door.order_completed,
        trade.OrderRefunded: door.order_refunded,
        trade.Behaved: door.behaved,
        trade.LiveScheduled: door.live_scheduled,
        audience.LifecycleStageChanged: door.stage_changed,
        audience.HabitFormed: door.habit_formed,
        audience_predictions.ReplenishmentDue: door.replenishment_due,
        audience.TagAdded: door.tag_changed,
        audience.TagRemoved: door.tag_changed,
        audience.ConsentChanged: door.consent_changed,
        audience.PersonalDataDeleted: door.erased,
        segments.SegmentEntered: door.segment_entered,
        segments.SegmentLeft: door.segment_left,
        coupon.CouponGranted: door.coupon_granted,
        coupon.CouponGrantRefused: door.coupon_refused,
        coupon.CouponUsed: door.coupon_used,
        coupon.CouponExpiringSoon: door.coupon_expiring,
        wallet.RechargeSucceeded: door.recharged,
    }
