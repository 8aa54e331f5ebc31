"""Events that touch members and tiers → commands: orders, recharges, payments, points, balances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from common.commands import Command
from common.consumers import Arrival, Handler
from danke.events import (
    commission,
    groupbuy,
    loyalty,
    loyalty_points,
    trade,
    wallet,
    wallet_punchcard,
)
from services.loyalty.earnings import EarnPoints, RevokeEarned
from services.loyalty.growth import CountPoints
from services.loyalty.obligations import RecordObligation
from services.loyalty.order_growth import (
    BaseLine,
    RecordOrderCompleted,
    RecordOrderPaid,
    RecordOrderRefunded,
    RefundPart,
)
from services.loyalty.paid_memberships import ActivateMembership
from services.loyalty.tier_grants import RecordRecharge, RecordRechargeRefund


def _about(arrival: Arrival, what: str, at: datetime | None = None) -> dict[str, Any]:
    """Fields that every command from an event has; ``what`` keeps the ids of its commands apart."""
    return {
        "id": f"{arrival.envelope.id}/{what}",
        "merchant_id": arrival.merchant_id,
        "at": at or arrival.at,
        "new_id": f"{arrival.new_id}.{what}",
    }


def order_paid(event: trade.OrderPaid, arrival: Arrival) -> Command:
    """The base is what was paid for the goods, without bonus and shipping; X1."""
    lines = [
        BaseLine(
            line.line_id,
            line.net_paid_fen,
            max(0, line.net_paid_fen - line.wallet_bonus_fen),
            wallet_fen=line.wallet_principal_fen + line.wallet_bonus_fen,
        )
        for line in event.lines
    ]
    return RecordOrderPaid(
        **_about(arrival, "growth", event.paid_at),
        member_id=event.member_id,
        order_id=event.order_id,
        lines=lines,
    )


def order_completed(event: trade.OrderCompleted, arrival: Arrival) -> Command:
    """The order's growth is due."""
    about = _about(arrival, "growth", event.completed_at)
    return RecordOrderCompleted(**about, order_id=event.order_id)


def order_refunded(event: trade.OrderRefunded, arrival: Arrival) -> Command:
    """The refunded part's growth goes back; a refund of shipping alone takes nothing."""
    return RecordOrderRefunded(
        **_about(arrival, "growth", event.refunded_at),
        order_id=event.order_id,
        refund_id=event.refund_id,
        parts=[
            RefundPart(line.line_id, line.cash_fen + line.wallet_fen, line.wallet_fen)
            for line in event.lines
        ],
        full=event.is_full_cumulative,
    )


def recharge_succeeded(event: wallet.RechargeSucceeded, arrival: Arrival) -> Command | None:
    """A recharge may lift the tier and bring growth; W1."""
    if not event.tier_grant and not event.growth:
        return None
    return RecordRecharge(
        **_about(arrival, "tier"),
        member_id=event.member_id,
        recharge_id=event.recharge_id,
        tier_id=event.tier_grant,
        growth=event.growth,
    )


def recharge_refund_approved(
    event: wallet.RechargeRefundApproved, arrival: Arrival
) -> Command | None:
    """What a recharge brought is revoked before its money goes back; saga S2."""
    return _recharge_undone(event, arrival)


def recharge_refunded(event: wallet.RechargeRefunded, arrival: Arrival) -> Command | None:
    """The same again in case the approval was not seen; a recharge is undone once."""
    return _recharge_undone(event, arrival)


def _recharge_undone(
    event: wallet.RechargeRefundApproved | wallet.RechargeRefunded, arrival: Arrival
) -> Command | None:
    gifts = event.gifts_to_revoke
    if not gifts.tier_grant and not gifts.growth:
        return None
    return RecordRechargeRefund(
        **_about(arrival, "tier"), member_id=event.member_id, recharge_id=event.recharge_id
    )


def payment_succeeded(event: trade.PaymentSucceeded, arrival: Arrival) -> Command | None:
    """Money for a paid membership."""
    if event.biz_type != "MEMBERSHIP":
        return None
    return ActivateMembership(
        **_about(arrival, "membership", event.paid_at),
        membership_id=event.biz_id,
        payment_id=event.payment_id,
        amount_fen=event.amount_fen,
    )


def balance_changed(event: wallet.BalanceChanged, arrival: Arrival) -> Command:
    """Principal that is left stands against closing the member; S10."""
    return RecordObligation(
        **_about(arrival, "obligation"),
        member_id=event.member_id,
        kind="WALLET_PRINCIPAL",
        ref="",
        amount=max(0, event.principal_fen),
    )


def _left(
    arrival: Arrival, kind: str, member_id: str, ref: str, amount: int, number: int = 0
) -> Command:
    return RecordObligation(
        **_about(arrival, f"obligation{number or ''}"),
        member_id=member_id,
        kind=kind,
        ref=ref,
        amount=amount,
    )


def seat_taken(event: groupbuy.SeatReserved | groupbuy.SeatPaid, arrival: Arrival) -> Command:
    """A seat in an open group stands against closing the member; S10."""
    return _left(arrival, "OPEN_GROUP", event.member_id, event.order_id, 1)


def seat_ended(
    event: groupbuy.SeatReleased | groupbuy.SeatLeft | groupbuy.SeatRefunded, arrival: Arrival
) -> Command:
    """The seat is free again, or all its money is back."""
    return _left(arrival, "OPEN_GROUP", event.member_id, event.order_id, 0)


def group_succeeded(event: groupbuy.GroupSucceeded, arrival: Arrival) -> Sequence[Command]:
    """Its seats are orders like any others."""
    return [
        _left(arrival, "OPEN_GROUP", seat.member_id, seat.order_id, 0, number)
        for number, seat in enumerate(event.settled, 1)
    ]


def refund_asked(event: groupbuy.RefundRequested, arrival: Arrival) -> Command:
    """Money on its way back to the member."""
    return _left(arrival, "GROUP_REFUND", event.member_id, event.refund_id, event.amount_fen)


def refund_done(event: groupbuy.RefundDone, arrival: Arrival) -> Command:
    """It is there."""
    return _left(arrival, "GROUP_REFUND", event.member_id, event.refund_id, 0)


def card_sold(event: wallet_punchcard.PunchCardActivated, arrival: Arrival) -> Command:
    """A paid punch card is owed to the member: by law it can be given back for money; §2.6."""
    return _card(arrival, event, event.price_fen)


def card_changed(
    event: wallet_punchcard.PunchValueEvent | wallet_punchcard.PunchCardReceived, arrival: Arrival
) -> Command | None:
    """What it would give back now. Where that is nothing it does not keep its owner."""
    if event.refundable_fen is None:  # told by an older release, which did not say
        return None
    return _card(arrival, event, event.refundable_fen)


def card_ended(
    event: wallet_punchcard.PunchCardRefunded | wallet_punchcard.PunchCardTransferred,
    arrival: Arrival,
) -> Command:
    """Its money is back, or a friend has it as a card of his own."""
    return _card(arrival, event, 0)


def _card(arrival: Arrival, event: wallet_punchcard.PunchCardEvent, amount_fen: int) -> Command:
    return _left(arrival, "PUNCH_CARD", event.member_id, event.card_id, amount_fen)


def withdrawal_applied(event: commission.WithdrawalApplied, arrival: Arrival) -> Command | None:
    """Commission on its way to a member who promotes; guides are no members."""
    if event.payee_kind != "PROMOTER":
        return None
    return _left(arrival, "WITHDRAWAL", event.payee_id, event.withdrawal_id, event.gross_fen)


def withdrawal_ended(
    event: commission.WithdrawalRejected | commission.WithdrawalPaid | commission.WithdrawalFailed,
    arrival: Arrival,
) -> Command | None:
    """It was paid, or is available again."""
    if event.payee_kind != "PROMOTER":
        return None
    return _left(arrival, "WITHDRAWAL", event.payee_id, event.withdrawal_id, 0)


def points_earned(event: loyalty_points.PointsEarned, arrival: Arrival) -> Command:
    """For tier schemes measured by points; M05."""
    source = f"{event.rule_id}/{event.source_type}/{event.source_id}"
    return CountPoints(
        **_about(arrival, "points"), member_id=event.member_id, source=source, points=event.points
    )


def points_revoked(event: loyalty_points.PointsRevoked, arrival: Arrival) -> Command:
    """Points taken back, or forgiven, count no more. Each revocation is an event of its own."""
    return CountPoints(
        **_about(arrival, "points"),
        member_id=event.member_id,
        source=f"revoked/{arrival.envelope.id}",
        points=-event.points - event.forgiven_points,
    )


def gift_due(event: loyalty.TierUpgradeGiftDue, arrival: Arrival) -> Command | None:
    """The points of an upgrade gift; its coupons are the coupon service's."""
    if not event.points:
        return None
    return EarnPoints(
        **_about(arrival, "gift"),
        member_id=event.member_id,
        source_type="ACTIVITY",
        source_id=event.gift_id,
        points=event.points,
        reason=event.tier_id,
        operator="tier-gift",
    )


def gift_revoked(event: loyalty.TierUpgradeGiftRevoked, arrival: Arrival) -> Command | None:
    """The upgrade was undone; so are its points."""
    if not event.points:
        return None
    return RevokeEarned(
        **_about(arrival, "gift"),
        source_type="ACTIVITY",
        source_id=event.gift_id,
        clawback_id=f"gift/{event.gift_id}",
        reason=event.tier_id,
    )


HANDLERS: Final[Mapping[type[Any], Handler]] = {
    trade.OrderPaid: order_paid,
    trade.OrderCompleted: order_completed,
    trade.OrderRefunded: order_refunded,
    trade.PaymentSucceeded: payment_succeeded,
    wallet.RechargeSucceeded: recharge_succeeded,
    wallet.RechargeRefundApproved: recharge_refund_approved,
    wallet.RechargeRefunded: recharge_refunded,
    wallet.BalanceChanged: balance_changed,
    groupbuy.SeatReserved: seat_taken,
    groupbuy.SeatPaid: seat_taken,
    groupbuy.SeatReleased: seat_ended,
    groupbuy.SeatLeft: seat_ended,
    groupbuy.SeatRefunded: seat_ended,
    groupbuy.GroupSucceeded: group_succeeded,
    groupbuy.RefundRequested: refund_asked,
    groupbuy.RefundDone: refund_done,
    wallet_punchcard.PunchCardActivated: card_sold,
    wallet_punchcard.PunchCardReceived: card_changed,
    wallet_punchcard.PunchCardRedeemed: card_changed,
    wallet_punchcard.RedemptionReversed: card_changed,
    wallet_punchcard.PunchCardExpired: card_changed,
    wallet_punchcard.PunchCardTransferred: card_ended,
    wallet_punchcard.PunchCardRefunded: card_ended,
    commission.WithdrawalApplied: withdrawal_applied,
    commission.WithdrawalRejected: withdrawal_ended,
    commission.WithdrawalPaid: withdrawal_ended,
    commission.WithdrawalFailed: withdrawal_ended,
    loyalty_points.PointsEarned: points_earned,
    loyalty_points.PointsRevoked: points_revoked,
    loyalty.TierUpgradeGiftDue: gift_due,
    loyalty.TierUpgradeGiftRevoked: gift_revoked,
}
