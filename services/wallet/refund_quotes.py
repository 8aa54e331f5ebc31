"""What the law refunds of a recharge (法释〔2025〕4号), by why the contract ends; domain.md §2.4.

The lot's remainder is always divided without rest: to the payer, fee, principal the merchant keeps,
bonus that is cancelled. All amounts are int fen.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from danke.events.wallet import RefundBasis
from services.wallet.calendar import SHANGHAI
from services.wallet.errors import CoolingOffPassed, RechargeUsed, RescissionNotPossible
from services.wallet.lots import Lot
from services.wallet.policies import Policy

BP: Final = 10_000
YEAR_DAYS: Final = 365


class Quote(msgspec.Struct, frozen=True):
    """How the remainder of a lot would be divided by a refund now."""

    recharge_id: str
    basis: RefundBasis
    paid_fen: int
    bonus_fen: int
    consumed_fen: int
    # The principal that what was consumed stands for, on this basis.
    principal_consumed_fen: int
    # What the payer gets back.
    amount_fen: int
    fee_fen: int
    forfeited_fen: int
    bonus_cancelled_fen: int
    # Held by payments under way; there is no refund while it is not 0.
    pending_fen: int
    cooling_off_ends: datetime
    # On top of the amount, from the day the contract ended until now.
    interest_fen: int = 0


def interest(
    amount_fen: int, basis: RefundBasis, policy: Policy, rescinded_at: datetime, at: datetime
) -> int:
    """Interest on a refund, for whole days (Asia/Shanghai) from the rescission to ``at``; floor.

    Art. 16, 17: by whose reason the contract ended. A member who reclaims within the cooling-off
    period ends nothing, and gets the principal alone.
    """
    rate_bp = {
        "NOT_CONSUMER_FAULT": policy.interest_merchant_bp,
        "CONSUMER_REASON_ORIGINAL_PRICE": policy.interest_consumer_bp,
    }.get(basis, 0)
    days = (at.astimezone(SHANGHAI).date() - rescinded_at.astimezone(SHANGHAI).date()).days
    return amount_fen * rate_bp * max(0, days) // (BP * YEAR_DAYS)


def principal_consumed(lot: Lot, basis: RefundBasis, consumed_original_fen: int) -> int:
    """The principal that the consumer has to let the merchant keep; W3.

    Art. 14: nothing was consumed. Art. 18(2): converted at paid : (paid + bonus), whatever the
    spend order. Art. 19: the undiscounted price of what was consumed; what was paid for it unless
    the operator states more. Art. 20: never more than the principal.
    """
    principal = lot.principal_worth_fen
    if basis == "CONSUMER_REASON_ORIGINAL_PRICE":
        return min(principal, max(lot.used_fen, consumed_original_fen))
    if not lot.used_fen:
        return 0
    return lot.used_fen * principal // lot.worth_fen


def quote(
    lot: Lot,
    basis: RefundBasis,
    policy: Policy,
    *,
    paid_at: datetime,
    requested_at: datetime,
    consumed_original_fen: int = 0,
    rescinded_at: datetime | None = None,
    at: datetime | None = None,
) -> Quote:
    """How much a refund on this basis gives back; paid out ``at``, or as requested.

    Refuses COOLING_OFF_PASSED and RECHARGE_USED on the basis COOLING_OFF, whose deadline counts for
    the moment of the request, not of the approval. Refuses RESCISSION_NOT_POSSIBLE before the
    payment or after the request. domain.md W3, W12.
    """
    if rescinded_at is not None and not paid_at <= rescinded_at <= requested_at:
        raise RescissionNotPossible(field="rescind_time", paid=paid_at.isoformat())
    ends = policy.cooling_off_ends(paid_at)
    if basis == "COOLING_OFF":
        if requested_at >= ends:
            raise CoolingOffPassed(ended=ends.isoformat())
        if lot.used_fen:
            raise RechargeUsed(consumed_fen=lot.used_fen)
    consumed = principal_consumed(lot, basis, consumed_original_fen)
    left = lot.worth_fen - lot.used_fen
    refundable = min(lot.principal_worth_fen - consumed, left)
    fee = 0
    if basis == "CONSUMER_REASON_ORIGINAL_PRICE":
        fee = refundable * policy.refund_fee_bp // BP + policy.refund_fee_fixed_fen
        fee = min(fee, refundable)
    # Another spend order may have left less principal than the law refunds; then bonus is paid out.
    forfeited = max(0, lot.principal_left_fen - refundable)
    return Quote(
        recharge_id=lot.recharge_id,
        basis=basis,
        paid_fen=lot.paid_fen,
        bonus_fen=lot.bonus_fen,
        consumed_fen=lot.used_fen,
        principal_consumed_fen=consumed,
        amount_fen=refundable - fee,
        fee_fen=fee,
        forfeited_fen=forfeited,
        bonus_cancelled_fen=left - refundable - forfeited,
        pending_fen=lot.frozen_fen,
        cooling_off_ends=ends,
        interest_fen=interest(
            refundable - fee, basis, policy, rescinded_at or requested_at, at or requested_at
        ),
    )
