"""Points, rules, check-ins and exchanges as messages, and back."""

from __future__ import annotations

from typing import Any, cast

from common.messages import moment, timestamp
from danke.events.loyalty_points import SourceType
from danke.loyalty.v1 import exchange_pb2, points_pb2, points_rule_pb2
from services.loyalty.earn_rules import (
    Expiry,
    LadderReset,
    Milestone,
    PointsRule,
    Prize,
    RuleKind,
    RuleTerms,
)
from services.loyalty.exchange_items import ExchangeItem, ExchangeKind
from services.loyalty.exchanges import Exchange
from services.loyalty.points_accounts import Balances, Clawback, PointsProgramme
from services.loyalty.points_book import PointsEntry
from services.loyalty.points_holds import PointsHold
from services.loyalty.points_lots import PointsLot


def word(message: Any, field: str) -> str:
    """The value of an enum field without its prefix: ``KIND_GIFT`` of an enum ``Kind`` → GIFT."""
    enum = message.DESCRIPTOR.fields_by_name[field].enum_type
    values = enum.values_by_number
    unspecified: str = values[0].name
    prefix = unspecified.removesuffix("UNSPECIFIED")
    name: str = values[getattr(message, field)].name
    return name.removeprefix(prefix)


def source_from(message: Any) -> SourceType:
    """What a request names as a source."""
    return cast("SourceType", word(message, "source"))


def balances_to(balances: Balances) -> points_pb2.PointsBalances:
    """The balances as callers see them."""
    return points_pb2.PointsBalances(
        member_id=balances.member_id,
        available_points=balances.available_points,
        pending_points=balances.pending_points,
        frozen_points=balances.frozen_points,
        debt_points=balances.debt_points,
    )


def lot_to(lot: PointsLot) -> points_pb2.PointsLot:
    """One lot."""
    return points_pb2.PointsLot(
        lot_id=lot.lot_id,
        source=f"POINTS_SOURCE_{lot.source_type}",
        earned_points=lot.earned_points,
        remaining_points=lot.remaining_points,
        held_points=lot.held_points,
        consumed_points=lot.consumed_points,
        expired_points=lot.expired_points,
        revoked_points=lot.revoked_points,
        earn_time=timestamp(lot.earned_at),
        expire_time=timestamp(lot.expires_at),
    )


def entry_to(entry: PointsEntry) -> points_pb2.PointsEntry:
    """One line of the journal."""
    return points_pb2.PointsEntry(
        entry_id=entry.entry_id,
        kind=entry.kind,
        points=entry.points,
        available_delta=entry.available_delta,
        available_points=entry.available_points,
        ref_type=entry.ref_type,
        ref_id=entry.ref_id,
        time=timestamp(entry.at),
    )


def hold_to(hold: PointsHold) -> points_pb2.PointsHold:
    """One hold with its shares."""
    return points_pb2.PointsHold(
        hold_id=hold.hold_id,
        order_id=hold.order_id,
        member_id=hold.member_id,
        state=f"STATE_{hold.state}",
        points=hold.points,
        reverted_points=hold.reverted_points,
        shares=[
            points_pb2.PointsShare(
                lot_id=share.lot_id, points=share.points, reverted_points=share.reverted_points
            )
            for share in hold.shares
        ],
        create_time=timestamp(hold.created_at),
        expire_time=timestamp(hold.expires_at),
    )


def programme_to(programme: PointsProgramme) -> points_rule_pb2.PointsProgramme:
    """The terms as callers see them."""
    return points_rule_pb2.PointsProgramme(
        version=programme.version,
        earning=programme.earning,
        zone=programme.zone,
        grace_days=programme.grace_days,
        notice_days=programme.notice_days,
        hold_minutes=programme.hold_minutes,
        daily_cap_points=programme.daily_cap_points,
        clawback=f"CLAWBACK_{programme.clawback}",
        points_per_yuan=programme.points_per_yuan,
        deduct_cap_bp=programme.deduct_cap_bp,
        deduct_step_points=programme.deduct_step_points,
        deduct_min_points=programme.deduct_min_points,
    )


def programme_from(merchant_id: str, asked: points_rule_pb2.PointsProgramme) -> PointsProgramme:
    """The terms of a request; what is 0 and must not be takes its default."""
    defaults = PointsProgramme(merchant_id)
    return PointsProgramme(
        merchant_id=merchant_id,
        version=asked.version,
        earning=asked.earning,
        zone=asked.zone or defaults.zone,
        grace_days=asked.grace_days,
        notice_days=asked.notice_days,
        hold_minutes=asked.hold_minutes or defaults.hold_minutes,
        daily_cap_points=asked.daily_cap_points,
        clawback=cast("Clawback", word(asked, "clawback")),
        points_per_yuan=asked.points_per_yuan or defaults.points_per_yuan,
        deduct_cap_bp=asked.deduct_cap_bp,
        deduct_step_points=asked.deduct_step_points or 1,
        deduct_min_points=asked.deduct_min_points,
    )


def rule_to(rule: PointsRule) -> points_rule_pb2.PointsRule:
    """One rule."""
    terms = rule.terms
    return points_rule_pb2.PointsRule(
        rule_id=rule.rule_id,
        kind=f"POINTS_RULE_KIND_{rule.kind}",
        version=rule.version,
        state=f"STATE_{rule.state}",
        name=rule.name,
        start_time=timestamp(rule.starts_at),
        end_time=timestamp(rule.ends_at),
        rate_bp=terms.rate_bp,
        without_multiplier=not terms.tier_multiplier,
        channels=terms.channels,
        category_ids=terms.category_ids,
        sku_ids=terms.sku_ids,
        pending_days=terms.pending_days,
        points=terms.points,
        prizes=[
            points_rule_pb2.GamePrize(chance_bp=prize.chance_bp, points=prize.points)
            for prize in terms.prizes
        ],
        ladder=terms.ladder,
        milestones=[
            points_rule_pb2.StreakMilestone(streak=step.streak, points=step.points)
            for step in terms.milestones
        ],
        ladder_reset=f"LADDER_RESET_{terms.ladder_reset}",
        make_up_days=terms.make_up_days,
        expiry=f"EXPIRY_{terms.expiry}",
        expiry_days=terms.expiry_days,
        daily_cap_points=terms.daily_cap_points,
        total_cap_points=terms.total_cap_points,
    )


def rule_from(asked: points_rule_pb2.PointsRule) -> dict[str, Any]:
    """The fields of ``SetRule`` that a rule in a request gives."""
    reset = word(asked, "ladder_reset") if asked.ladder_reset else "CYCLE"
    expiry = word(asked, "expiry") if asked.expiry else "NEXT_YEAR_END"
    return {
        "rule_id": asked.rule_id,
        "kind": cast("RuleKind", word(asked, "kind")),
        "version": asked.version,
        "state": word(asked, "state"),
        "name": asked.name,
        "starts_at": moment(asked, "start_time"),
        "ends_at": moment(asked, "end_time"),
        "terms": RuleTerms(
            rate_bp=asked.rate_bp,
            tier_multiplier=not asked.without_multiplier,
            channels=list(asked.channels),
            category_ids=list(asked.category_ids),
            sku_ids=list(asked.sku_ids),
            pending_days=asked.pending_days,
            points=asked.points,
            prizes=[Prize(prize.chance_bp, prize.points) for prize in asked.prizes],
            ladder=list(asked.ladder),
            milestones=[Milestone(step.streak, step.points) for step in asked.milestones],
            ladder_reset=cast("LadderReset", reset),
            make_up_days=asked.make_up_days,
            expiry=cast("Expiry", expiry),
            expiry_days=asked.expiry_days,
            daily_cap_points=asked.daily_cap_points,
            total_cap_points=asked.total_cap_points,
        ),
    }


def exchange_to(exchange: Exchange) -> exchange_pb2.Exchange:
    """One exchange."""
    return exchange_pb2.Exchange(
        exchange_id=exchange.exchange_id,
        member_id=exchange.member_id,
        item_id=exchange.item_id,
        kind=f"EXCHANGE_KIND_{exchange.kind}",
        state=f"STATE_{exchange.state}",
        quantity=exchange.quantity,
        points=exchange.points,
        cash_fen=exchange.cash_fen,
        template_id=exchange.template_id,
        address_ref=exchange.address_ref,
        payment_id=exchange.payment_id,
        reason=exchange.reason,
        create_time=timestamp(exchange.created_at),
    )


def item_to(item: ExchangeItem) -> exchange_pb2.ExchangeItem:
    """One item."""
    return exchange_pb2.ExchangeItem(
        item_id=item.item_id,
        kind=f"EXCHANGE_KIND_{item.kind}",
        version=item.version,
        state=f"STATE_{item.state}",
        name=item.name,
        points=item.points,
        cash_fen=item.cash_fen,
        template_id=item.template_id,
        stock=item.stock,
        taken=item.taken,
        per_member=item.per_member,
        start_time=timestamp(item.starts_at),
        end_time=timestamp(item.ends_at),
    )


def item_from(asked: exchange_pb2.ExchangeItem) -> dict[str, Any]:
    """The fields of ``SetExchangeItem`` that an item in a request gives."""
    return {
        "item_id": asked.item_id,
        "kind": cast("ExchangeKind", word(asked, "kind")),
        "version": asked.version,
        "state": word(asked, "state"),
        "name": asked.name,
        "points": asked.points,
        "cash_fen": asked.cash_fen,
        "template_id": asked.template_id,
        "stock": asked.stock if asked.HasField("stock") else None,
        "per_member": asked.per_member,
        "starts_at": moment(asked, "start_time"),
        "ends_at": moment(asked, "end_time"),
    }
