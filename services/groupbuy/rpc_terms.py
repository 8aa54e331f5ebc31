"""An activity's terms between the wire and the rules; absent figures take their defaults here."""

from __future__ import annotations

from danke.groupbuy.v1 import activity_pb2 as pb
from services.groupbuy.activities import Activity, SkuStock, StockEntry
from services.groupbuy.terms import LeaderReward, PickupPoint, Simulate, SkuTerms, Terms

DEFAULT_TTL_MINUTES = 1_440
DEFAULT_HOLD_MINUTES = 15
DEFAULT_GRACE_MINUTES = 5


def from_pb(message: pb.Terms) -> Terms:
    """The terms as the rules have them; what contradicts itself is refused by the command."""
    reward = message.leader_reward
    kind = pb.RewardKind.Name(reward.kind).removeprefix("REWARD_KIND_")
    given = message.simulate
    refund_late = message.late_payment == pb.LATE_PAYMENT_REFUND
    overflow = pb.Overflow.Name(message.overflow).removeprefix("OVERFLOW_")
    has_grace = message.HasField("grace_minutes")
    return Terms(
        mode=pb.Mode.Name(message.mode).removeprefix("MODE_"),  # type: ignore[arg-type]
        name=message.name,
        spu_id=message.spu_id,
        size=message.size,
        tier_sizes=list(message.tier_sizes),
        capacity=message.capacity,
        skus=[_sku(sku) for sku in message.skus],
        reward=LeaderReward(
            kind="NONE" if kind == "UNSPECIFIED" else kind,  # type: ignore[arg-type]
            amount=reward.amount,
            ref=reward.ref,
            delay_hours=reward.delay_hours,
        ),
        ttl_minutes=message.ttl_minutes or DEFAULT_TTL_MINUTES,
        seat_hold_minutes=message.seat_hold_minutes or DEFAULT_HOLD_MINUTES,
        grace_minutes=message.grace_minutes if has_grace else DEFAULT_GRACE_MINUTES,
        order_limit=message.order_limit,
        member_limit=message.member_limit,
        gather=message.gather,
        simulate=Simulate(
            enabled=given.enabled,
            min_real=max(2, given.min_real),
            min_percent=given.min_percent,
            min_new=given.min_new,
            hours_before=given.hours_before,
        ),
        min_new_members=message.min_new_members,
        refunded_is_old=message.refunded_is_old,
        late_payment="REFUND" if refund_late else "REATTACH",
        overflow="REFUSE" if overflow == "UNSPECIFIED" else overflow,  # type: ignore[arg-type]
        recurrence_minutes=message.recurrence_minutes,
        allow_refund_before_success=not message.no_refund_before_success,
        coupon_allowed=message.coupon_allowed,
        commission_allowed=message.commission_allowed,
        pickup_points=[
            PickupPoint(
                point_id=point.point_id,
                leader_id=point.leader_id,
                name=point.name,
                store_id=point.store_id,
            )
            for point in message.pickup_points
        ],
    )


def _sku(sku: pb.SkuTerms) -> SkuTerms:
    return SkuTerms(
        sku_id=sku.sku_id,
        price_fen=sku.price_fen,
        leader_price_fen=sku.leader_price_fen,
        tier_prices_fen=list(sku.tier_prices_fen),
    )


def to_pb(terms: Terms) -> pb.Terms:
    """The terms as callers see them."""
    return pb.Terms(
        mode=f"MODE_{terms.mode}",
        name=terms.name,
        spu_id=terms.spu_id,
        size=terms.size,
        tier_sizes=terms.tier_sizes,
        capacity=terms.capacity,
        skus=[
            pb.SkuTerms(
                sku_id=sku.sku_id,
                price_fen=sku.price_fen,
                leader_price_fen=sku.leader_price_fen,
                tier_prices_fen=sku.tier_prices_fen,
            )
            for sku in terms.skus
        ],
        leader_reward=None if terms.reward.kind == "NONE" else _reward(terms.reward),
        ttl_minutes=terms.ttl_minutes,
        seat_hold_minutes=terms.seat_hold_minutes,
        grace_minutes=terms.grace_minutes,
        order_limit=terms.order_limit,
        member_limit=terms.member_limit,
        gather=terms.gather,
        simulate=pb.Simulate(
            enabled=terms.simulate.enabled,
            min_real=terms.simulate.min_real,
            min_percent=terms.simulate.min_percent,
            min_new=terms.simulate.min_new,
            hours_before=terms.simulate.hours_before,
        ),
        min_new_members=terms.min_new_members,
        refunded_is_old=terms.refunded_is_old,
        late_payment=f"LATE_PAYMENT_{terms.late_payment}",
        overflow=f"OVERFLOW_{terms.overflow}",
        recurrence_minutes=terms.recurrence_minutes,
        no_refund_before_success=not terms.allow_refund_before_success,
        coupon_allowed=terms.coupon_allowed,
        commission_allowed=terms.commission_allowed,
        pickup_points=[
            pb.PickupPoint(
                point_id=point.point_id,
                leader_id=point.leader_id,
                name=point.name,
                store_id=point.store_id,
            )
            for point in terms.pickup_points
        ],
    )


def _reward(reward: LeaderReward) -> pb.LeaderReward:
    return pb.LeaderReward(
        kind=f"REWARD_KIND_{reward.kind}",
        amount=reward.amount,
        ref=reward.ref,
        delay_hours=reward.delay_hours,
    )


def activity_to_pb(activity: Activity, stock: list[SkuStock]) -> pb.Activity:
    """The activity as callers see it, with what is limited of it."""
    stopped = activity.state == "STOPPED"
    message = pb.Activity(
        activity_id=activity.activity_id,
        state=f"STATE_{activity.state}",
        version=activity.version,
        terms=to_pb(activity.terms),
        stop_policy=f"STOP_POLICY_{activity.stop_policy if stopped else 'UNSPECIFIED'}",
        stop_reason=activity.stop_reason,
        stock=[
            pb.SkuStock(sku_id=row.sku_id, total=row.total, taken=row.taken)
            for row in stock
            if row.activity_id == activity.activity_id
        ],
    )
    message.start_time.FromDatetime(activity.starts_at)
    message.end_time.FromDatetime(activity.ends_at)
    message.create_time.FromDatetime(activity.created_at)
    return message


def stock_from_pb(entries: list[pb.SkuStock]) -> tuple[StockEntry, ...]:
    """How many of which SKU are for sale."""
    return tuple(StockEntry(entry.sku_id, entry.total) for entry in entries)
