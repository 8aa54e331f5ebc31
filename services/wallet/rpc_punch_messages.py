"""Punch cards, redemptions, shares and refunds as callers see them."""

from __future__ import annotations

from common.messages import timestamp
from danke.wallet.v1 import punch_card_pb2 as pb
from services.wallet.punch_cards import PunchCard
from services.wallet.punch_redemptions import Redemption
from services.wallet.punch_refunds import PunchRefund
from services.wallet.punch_shares import PunchShare
from services.wallet.punch_templates import Allowance, PunchTemplate


def template_to_pb(template: PunchTemplate) -> pb.PunchTemplate:
    """The template as callers see it."""
    return pb.PunchTemplate(
        template_id=template.template_id,
        version=template.version,
        state=f"STATE_{template.state}",
        name=template.name,
        kind=f"PUNCH_KIND_{template.kind}",
        price_fen=template.price_fen,
        allowances=map(_allowance, template.allowances),
        valid_days=template.valid_days,
        valid_from=f"VALID_FROM_{template.valid_from}",
        store_ids=template.store_ids,
        shareable=template.shareable,
        transferable=template.transferable,
        limit_per_member=template.limit_per_member,
        sale_start_time=timestamp(template.sale_from),
        sale_end_time=timestamp(template.sale_to),
    )


def _allowance(part: Allowance) -> pb.PunchAllowance:
    return pb.PunchAllowance(
        item_ids=part.items,
        visits=part.visits,
        bonus_visits=part.bonus_visits,
        list_visit_price_fen=part.list_visit_price_fen,
        used=part.used,
    )


def allowance_of(message: pb.PunchAllowance) -> Allowance:
    """An allowance of a template as the caller wants it."""
    return Allowance(
        list(message.item_ids),
        message.visits,
        message.bonus_visits,
        message.list_visit_price_fen,
    )


def card_to_pb(card: PunchCard) -> pb.PunchCard:
    """The card as callers see it."""
    return pb.PunchCard(
        card_id=card.card_id,
        template_id=card.template_id,
        name=card.name,
        kind=f"PUNCH_KIND_{card.kind}",
        state=f"STATE_{card.state}",
        owner_id=card.owner_id,
        buyer_id=card.buyer_id,
        price_fen=card.price_fen,
        allowances=map(_allowance, card.allowances),
        total_visits=card.total_visits,
        used_visits=card.used_visits,
        remaining=card.remaining,
        revenue_fen=card.revenue_fen,
        store_ids=card.store_ids,
        shareable=card.shareable,
        transferable=card.transferable,
        store_id=card.sold_store_id,
        staff_id=card.staff_id,
        campaign=card.campaign,
        payment_id=card.payment_id,
        create_time=timestamp(card.created_at),
        activate_time=timestamp(card.activated_at),
        expire_time=timestamp(card.expires_at),
        refund_id=card.refund_id,
        from_card_id=card.from_card_id,
    )


def redemption_to_pb(redemption: Redemption) -> pb.Redemption:
    """The redemption as callers see it."""
    return pb.Redemption(
        redemption_id=redemption.redemption_id,
        card_id=redemption.card_id,
        owner_id=redemption.owner_id,
        redeemer_id=redemption.redeemer_id,
        share_id=redemption.share_id,
        item_id=redemption.item_id,
        times=redemption.times,
        store_id=redemption.store_id,
        staff_id=redemption.staff_id,
        by_code=redemption.via == "CODE",
        booking_id=redemption.booking_id,
        state=f"STATE_{redemption.state}",
        revenue_fen=redemption.revenue_fen,
        redeem_time=timestamp(redemption.redeemed_at),
        reverse_time=timestamp(redemption.reversed_at),
        reversed_by=redemption.reversed_by,
        reason=redemption.reason,
    )


def share_to_pb(share: PunchShare) -> pb.PunchShare:
    """The share as callers see it; never its link."""
    return pb.PunchShare(
        share_id=share.share_id,
        card_id=share.card_id,
        owner_id=share.owner_id,
        is_transfer=share.kind == "TRANSFER",
        state=f"STATE_{share.state}",
        quota=share.quota,
        used=share.used,
        friend_id=share.friend_id,
        offer_time=timestamp(share.offered_at),
        expire_time=timestamp(share.expires_at),
        accept_time=timestamp(share.accepted_at),
    )


def refund_to_pb(refund: PunchRefund) -> pb.PunchRefund:
    """The refund as callers see it."""
    return pb.PunchRefund(
        refund_id=refund.refund_id,
        card_id=refund.card_id,
        owner_id=refund.owner_id,
        payment_id=refund.payment_id,
        basis=f"PUNCH_REFUND_BASIS_{refund.basis}",
        state=f"STATE_{refund.state}",
        amount_fen=refund.amount_fen,
        requested_by=refund.requested_by,
        reason=refund.reason,
        request_time=timestamp(refund.requested_at),
        decided_by=refund.decided_by,
        decide_time=timestamp(refund.decided_at),
        pay_time=timestamp(refund.paid_at),
    )
