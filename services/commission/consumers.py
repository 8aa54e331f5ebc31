"""Commission's Kafka door: event → command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from common.commands import Command
from common.consumers import Arrival, Handler
from common.service import Kit
from danke.events import automation, groupbuy, loyalty, trade, wallet
from services.commission.accruals import AccrueOrder, source_of
from services.commission.attributions import AttributeOrder, Buying, Item
from services.commission.config import Config
from services.commission.entries import Line
from services.commission.guide_relations import BindGuide, RecordOpening
from services.commission.guide_tasks import AskGuide
from services.commission.links import RecordClick
from services.commission.members import LeaveMember
from services.commission.merges import MergeMembers
from services.commission.referral_rewards import LookAtReferral
from services.commission.referrals import EnrolReferred, VerifyPhone
from services.commission.refunds import RefundPart, RefundSource
from services.commission.settlements import CompleteOrder, GroupSucceeded
from services.commission.staff_rewards import EarnLeaderReward, EarnRecharge

# What a guide's list shows; nobody checks its length before.
LONGEST_TITLE: Final = 200


def order_created(event: trade.OrderCreated, arrival: Arrival) -> Command:
    """The order's promoters, guides and terms are frozen; D2."""
    items = [Item(line.line_id, line.sku_id, line.spu_id) for line in event.lines]
    return AttributeOrder(
        **arrival.about(),
        buying=Buying(
            event.order_id,
            event.member_id,
            event.store_id,
            items,
            event.promoter_hint,
            event.guide_hint,
            event.group_id,
        ),
        created_at=event.created_at,
    )


def order_paid(event: trade.OrderPaid, arrival: Arrival) -> Command:
    """Commission is estimated, performance recorded; S7."""
    lines = []
    items = []
    for line in event.lines:
        bonus = line.wallet_bonus_fen
        lines.append(
            Line(
                line.line_id, line.qty, max(line.net_paid_fen, bonus),
                line.wallet_principal_fen + bonus, bonus, line.list_price_fen,
            )
        )  # fmt: skip
        items.append(Item(line.line_id, line.sku_id, line.spu_id))
    return AccrueOrder(
        **arrival.about(),
        buying=Buying(event.order_id, event.member_id, event.store_id, items),
        channel=event.channel,
        lines=lines,
        paid_at=event.paid_at,
    )


def order_completed(event: trade.OrderCompleted, arrival: Arrival) -> Command:
    """The refund window starts."""
    about = arrival.about() | {"at": event.completed_at}
    return CompleteOrder(**about, source_id=source_of("ORDER", event.order_id))


def order_refunded(event: trade.OrderRefunded, arrival: Arrival) -> Command:
    """Commission and performance shrink; S4."""
    return RefundSource(
        **(arrival.about() | {"at": event.refunded_at}),
        source_id=source_of("ORDER", event.order_id),
        refund_id=event.refund_id,
        parts=[RefundPart(line.line_id, line.cash_fen, line.wallet_fen) for line in event.lines],
        full=event.is_full_cumulative,
    )


def order_closed(event: trade.OrderClosed, arrival: Arrival) -> None:
    """Unpaid: nothing was estimated, and its snapshot pays nobody."""


def behaved(event: trade.Behaved, arrival: Arrival) -> Sequence[Command]:
    """A click on a promoter's or a guide's link."""
    if event.event_name != "link_click":
        return ()
    about = {"at": event.happened_at}
    commands: list[Command] = []
    if event.promoter_id:
        commands.append(
            RecordClick(
                **(arrival.about() | about),
                customer_id=event.member_id,
                promoter_id=event.promoter_id,
                channel_code=event.channel_code,
            )
        )
    if event.guide_id:
        commands.append(
            BindGuide(
                **(arrival.about(1) | about),
                customer_id=event.member_id,
                guide_id=event.guide_id,
                actor=event.member_id,
                cause="CLICK",
                polite=True,
            )
        )
    return commands


def member_enrolled(event: loyalty.MemberEnrolled, arrival: Arrival) -> Sequence[Command]:
    """Who brought the member, and who opened the card; M03, M12."""
    hashes = (("phone", event.phone_hash), ("unionid", event.unionid_hash))
    kind, referrer = event.referrer_kind, event.referrer_id
    if not referrer and event.opening_guide_id:
        kind, referrer = "STAFF", event.opening_guide_id
    commands: list[Command] = [
        EnrolReferred(
            **arrival.about(),
            member_id=event.member_id,
            identities=[f"{name}:{value}" for name, value in hashes if value],
            phone_verified=bool(event.phone_hash),
            referrer_kind=kind,
            referrer_id=referrer,
            imported=event.imported,
        ),
        LookAtReferral(**arrival.about(1), member_id=event.member_id),
    ]
    if event.opening_guide_id:
        commands += [
            RecordOpening(
                **arrival.about(2), member_id=event.member_id, guide_id=event.opening_guide_id
            ),
            BindGuide(
                **arrival.about(3),
                customer_id=event.member_id,
                guide_id=event.opening_guide_id,
                actor=event.opening_guide_id,
                cause="OPENING",
                polite=True,
            ),
        ]
    return commands


def identity_bound(event: loyalty.MemberIdentityBound, arrival: Arrival) -> Sequence[Command]:
    """A phone number was bound to a member."""
    if not event.phone_hash:
        return ()
    return (
        VerifyPhone(**arrival.about(), member_id=event.member_id, phone_hash=event.phone_hash),
        LookAtReferral(**arrival.about(1), member_id=event.member_id),
    )


def member_merged(event: loyalty.MemberMerged, arrival: Arrival) -> Command:
    """Two members are one: bindings, relations and money come together; S9."""
    return MergeMembers(
        **arrival.about(),
        merge_id=event.merge_id,
        from_id=event.from_member_id,
        into_id=event.into_member_id,
    )


def member_closed(event: loyalty.MemberClosed, arrival: Arrival) -> Command:
    """Who left promotes nothing and is nobody's customer; the books stay. S10."""
    return LeaveMember(**arrival.about(), member_id=event.member_id)


def recharge_succeeded(event: wallet.RechargeSucceeded, arrival: Arrival) -> Command:
    """Staff commission on the principal; S1."""
    return EarnRecharge(
        **(arrival.about() | {"at": event.credited_at}),
        recharge_id=event.recharge_id,
        staff_id=event.staff_id,
        member_id=event.member_id,
        store_id=event.store_id,
        paid_fen=event.paid_fen,
    )


def recharge_refunded(event: wallet.RechargeRefunded, arrival: Arrival) -> Command | None:
    """The commission on what went back is taken back; S2. What was never credited earned none."""
    if event.basis == "NOT_CREDITED":
        return None
    return RefundSource(
        **arrival.about(),
        source_id=source_of("RECHARGE", event.recharge_id),
        refund_id=event.refund_id,
        parts=[RefundPart("", event.principal_refunded_fen, 0)],
        full=event.principal_refunded_fen >= event.paid_fen,
    )


def group_succeeded(event: groupbuy.GroupSucceeded, arrival: Arrival) -> Sequence[Command]:
    """Group orders earn from now on, if both the activity and the programme let them."""
    return [
        GroupSucceeded(
            **arrival.about(number),
            source_id=source_of("ORDER", order_id),
            allowed=event.commission_allowed,
        )
        for number, order_id in enumerate(event.order_ids)
    ]


def leader_reward(event: groupbuy.LeaderRewardDue, arrival: Arrival) -> Command | None:
    """A leader's reward in money; points and coupons are granted elsewhere."""
    if event.kind in ("POINTS", "COUPON") or event.amount <= 0:
        return None
    return EarnLeaderReward(
        **arrival.about(),
        reward_id=event.idempotency_key,
        leader_id=event.leader_id,
        amount_fen=event.amount,
    )


def leader_reward_reversed(
    event: groupbuy.LeaderRewardReversed, arrival: Arrival
) -> Command | None:
    """Refunds took part or all of a leader's reward back; parity 56."""
    if event.kind in ("POINTS", "COUPON"):
        return None
    return RefundSource(
        **arrival.about(),
        source_id=source_of("LEADER", event.reverses),
        refund_id=event.idempotency_key,
        parts=[RefundPart("", event.amount, 0)],
        full=event.left == 0,
    )


def guide_task(event: automation.GuideTaskRequested, arrival: Arrival) -> Command:
    """A journey or a campaign asks the member's guide to do something."""
    return AskGuide(
        **arrival.about(),
        task_id=event.action_id,
        member_id=event.member_id,
        title=event.title[:LONGEST_TITLE],
        due_at=event.due_at,
        source_kind=event.source_kind,
        source_id=event.source_id,
    )


def handlers(kit: Kit[Config]) -> Mapping[type[Any], Handler]:
    """Which events commission acts on, and how."""
    return {
        trade.OrderCreated: order_created,
        trade.OrderPaid: order_paid,
        trade.OrderCompleted: order_completed,
        trade.OrderRefunded: order_refunded,
        trade.OrderClosed: order_closed,
        trade.Behaved: behaved,
        loyalty.MemberEnrolled: member_enrolled,
        loyalty.MemberIdentityBound: identity_bound,
        loyalty.MemberMerged: member_merged,
        loyalty.MemberClosed: member_closed,
        wallet.RechargeSucceeded: recharge_succeeded,
        wallet.RechargeRefunded: recharge_refunded,
        groupbuy.GroupSucceeded: group_succeeded,
        groupbuy.LeaderRewardDue: leader_reward,
        groupbuy.LeaderRewardReversed: leader_reward_reversed,
        automation.GuideTaskRequested: guide_task,
    }
