"""Refunds of recharges: quoted by law, requested, approved by another person, paid back (saga S2).

Approval freezes what is left of the lot and asks the payment system for the money; the lot is
emptied when that has paid. A failed pay-back is retried until it succeeds: the state stays
REFUNDING and nothing is undone. Reclaiming within the cooling-off period needs no approval, because
nobody may refuse it (art. 14). Money that comes back to the lot afterwards, from the refund of an
order, stays in the wallet and can be refunded by a further request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.errors import NotYet
from common.rows import Read, State
from common.timers import Timer
from danke.events import wallet as events
from danke.events.envelope import Event
from danke.events.wallet import GiftsToRevoke, RefundBasis
from services.wallet.accounts import Account, is_stopped, must_be_here, must_not_be_stopped
from services.wallet.errors import (
    CheckerIsMaker,
    HoldsPending,
    InvalidState,
    NothingToRefund,
    QuoteChanged,
    RechargeRefundNotFound,
    RefundAmountMismatch,
)
from services.wallet.ledger import Transfer, transfers
from services.wallet.lots import OPEN_LOTS, Lot, Share, balance_changed, freeze, release, withdraw
from services.wallet.policies import Policy, policy_key, policy_of
from services.wallet.recharges import OfRecharge, Recharge
from services.wallet.refund_quotes import Quote, interest, quote
from services.wallet.refunds import REFUND_TIMER, RechargeRefund, ask_for_money, retry_timer


class Refunding(msgspec.Struct, frozen=True):
    """The answer to a command on a refund: the refund and its recharge after it."""

    refund: RechargeRefund
    recharge: Recharge


class RequestRechargeRefund(OfRecharge, frozen=True, kw_only=True):
    """Asks for a recharge's refund. On the basis COOLING_OFF it is granted at once.

    (Not where risk control froze the wallet: there it is asked for in time and approved later.)

    ``consumed_original_fen`` is the undiscounted price of what was bought with it, where that is
    more than was paid (basis CONSUMER_REASON_ORIGINAL_PRICE). Refuses RECHARGE_NOT_FOUND,
    INVALID_STATE unless credited and without another open refund, HOLDS_PENDING while a payment
    holds part of it, NOTHING_TO_REFUND, COOLING_OFF_PASSED, RECHARGE_USED, RESCISSION_NOT_POSSIBLE.
    domain.md W3, W12.
    """

    RESULT: ClassVar[type] = Refunding

    basis: RefundBasis
    actor: str
    reason: str = ""
    consumed_original_fen: int = 0
    rescinded_at: datetime | None = None

    def decide(self, state: State) -> Decision:
        recharge = self.recharge(state)
        if recharge.state not in ("CREDITED", "REFUND_REJECTED", "REFUNDED"):
            raise InvalidState(recharge_id=self.recharge_id, state=recharge.state)
        lot = state.get(Lot, (self.merchant_id, self.recharge_id))
        if lot is None:  # its payment was returned instead of credited
            raise InvalidState(recharge_id=self.recharge_id, state=recharge.state)
        refund = RechargeRefund(
            merchant_id=self.merchant_id,
            refund_id=self.new_id,
            recharge_id=self.recharge_id,
            member_id=recharge.member_id,
            payment_id=recharge.payment_id,
            basis=self.basis,
            state="REQUESTED",
            reason=self.reason,
            amount_fen=0,
            requested_by=self.actor,
            requested_at=self.at,
            consumed_original_fen=self.consumed_original_fen,
            rescinded_at=self.rescinded_at,
        )
        refund = _divided(refund, _quote(state, recharge, lot, refund))
        account = state.get(Account, (self.merchant_id, recharge.member_id))
        if self.basis == "COOLING_OFF" and not is_stopped(account):
            return _approve(self, state, refund, recharge, lot, decided_by="")
        recharge = replace(recharge, state="REFUND_REQUESTED", refund_id=refund.refund_id)
        return Decision(result=Refunding(refund, recharge), rows=[refund, recharge])


class _OfRefund(Command, frozen=True, kw_only=True):
    """A command that names a refund and the recharge it belongs to."""

    RESULT: ClassVar[type] = Refunding

    refund_id: str

    def lane(self) -> str:
        return self.refund_id

    def locate(self) -> Sequence[Read]:
        return ((RechargeRefund, (self.merchant_id, self.refund_id)),)

    def keys(self, found: State) -> Sequence[str]:
        refund = found.get(RechargeRefund, (self.merchant_id, self.refund_id))
        return (refund.member_id if refund else self.refund_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield RechargeRefund, (self.merchant_id, self.refund_id)
        yield Policy, policy_key(self.merchant_id)
        refund = found.get(RechargeRefund, (self.merchant_id, self.refund_id))
        if refund:
            yield Recharge, (self.merchant_id, refund.recharge_id)
            yield Lot, (self.merchant_id, refund.recharge_id)
            yield Account, (self.merchant_id, refund.member_id)
            yield OPEN_LOTS, (self.merchant_id, refund.member_id)

    def refund(self, state: State) -> tuple[RechargeRefund, Recharge]:
        """The named refund and its recharge. Refuses RECHARGE_REFUND_NOT_FOUND, MEMBER_MOVED."""
        refund = state.get(RechargeRefund, (self.merchant_id, self.refund_id))
        if refund is None:
            raise RechargeRefundNotFound(field="refund_id", refund_id=self.refund_id)
        must_be_here(state, OPEN_LOTS, self.merchant_id, refund.member_id)
        recharge = state.get(Recharge, (self.merchant_id, refund.recharge_id))
        assert recharge is not None, "Bug: a refund names a recharge that is not there"
        return refund, recharge


class ApproveRechargeRefund(_OfRefund, frozen=True, kw_only=True):
    """Grants a refund: freezes what is left of the lot and asks the payment system to pay.

    A repeat answers the same. Refuses RECHARGE_REFUND_NOT_FOUND, INVALID_STATE if rejected,
    CHECKER_IS_MAKER, ACCOUNT_FROZEN by risk control, HOLDS_PENDING, QUOTE_CHANGED if the wallet was
    used since the request.
    """

    actor: str

    def decide(self, state: State) -> Decision:
        refund, recharge = self.refund(state)
        if refund.state in ("REFUNDING", "REFUNDED"):
            return Decision(result=Refunding(refund, recharge))
        if refund.state != "REQUESTED":
            raise InvalidState(refund_id=self.refund_id, state=refund.state)
        if self.actor == refund.requested_by:
            raise CheckerIsMaker(actor=self.actor)
        must_not_be_stopped(state.get(Account, (self.merchant_id, refund.member_id)))
        lot = state.get(Lot, (self.merchant_id, refund.recharge_id))
        assert lot is not None, "Bug: a refund was requested for a recharge without a lot"
        now = _divided(refund, _quote(state, recharge, lot, refund))
        if now != refund:
            raise QuoteChanged(requested_fen=refund.amount_fen, now_fen=now.amount_fen)
        return _approve(self, state, refund, recharge, lot, decided_by=self.actor)


class RejectRechargeRefund(_OfRefund, frozen=True, kw_only=True):
    """Refuses or withdraws a requested refund; whoever asked may do it too.

    A repeat answers the same. Refuses RECHARGE_REFUND_NOT_FOUND, INVALID_STATE once approved.
    """

    actor: str
    reason: str

    def decide(self, state: State) -> Decision:
        refund, recharge = self.refund(state)
        if refund.state == "REJECTED":
            return Decision(result=Refunding(refund, recharge))
        if refund.state != "REQUESTED":
            raise InvalidState(refund_id=self.refund_id, state=refund.state)
        rejected = replace(
            refund,
            state="REJECTED",
            reason=self.reason,
            decided_by=self.actor,
            decided_at=self.at,
            ended_at=self.at,
        )
        recharge = replace(recharge, state="REFUND_REJECTED", state_reason=self.reason)
        event = events.RechargeRefundRejected(
            member_id=refund.member_id,
            recharge_id=refund.recharge_id,
            refund_id=refund.refund_id,
            reason=self.reason,
        )
        return Decision(
            result=Refunding(rejected, recharge), rows=[rejected, recharge], events=[event]
        )


class SettleRechargeRefund(_OfRefund, frozen=True, kw_only=True):
    """The payment system answered: paid back, or not (then it is asked again later).

    Refuses NOT_YET if the refund is unknown here, REFUND_AMOUNT_MISMATCH if another amount was paid
    (with the interest or without): emptied for less, the lot would be the payer's loss.
    """

    paid_back: bool
    paid_fen: int = 0  # 0: not told

    def decide(self, state: State) -> Decision:
        if state.get(RechargeRefund, (self.merchant_id, self.refund_id)) is None:
            raise NotYet(refund_id=self.refund_id)
        refund, recharge = self.refund(state)
        if refund.state != "REFUNDING":  # a repeat, or an answer after the last
            return Decision(result=Refunding(refund, recharge))
        if not self.paid_back:
            failed = replace(refund, failures=refund.failures + 1)
            return Decision(
                result=Refunding(failed, recharge), rows=[failed, retry_timer(failed, self.at)]
            )
        approved = (0, refund.amount_fen, refund.amount_fen + refund.interest_fen)
        if self.paid_fen not in approved:
            raise RefundAmountMismatch(paid_fen=self.paid_fen, approved_fen=refund.amount_fen)
        decision = _finish(self, state, refund, recharge)
        timer = (self.merchant_id, REFUND_TIMER, self.refund_id)
        return replace(decision, deletes=[(Timer, timer)])


class AskForMoneyAgain(_OfRefund, frozen=True, kw_only=True):
    """The timer's command: the payment system failed, or did not answer. It pays once per id."""

    def decide(self, state: State) -> Decision:
        refund, recharge = self.refund(state)
        if refund.state != "REFUNDING":
            return Decision(result=Refunding(refund, recharge))
        timer, event = ask_for_money(refund, self.at)
        return Decision(result=Refunding(refund, recharge), rows=[timer], events=[event])


def _quote(state: State, recharge: Recharge, lot: Lot, refund: RechargeRefund) -> Quote:
    """What the refund gives back now. Refuses as ``RequestRechargeRefund`` documents."""
    if lot.frozen_fen:
        raise HoldsPending(pending_fen=lot.frozen_fen)
    if lot.available_fen == 0:
        raise NothingToRefund(recharge_id=recharge.recharge_id)
    assert recharge.paid_at is not None, "Bug: a recharge was credited without a payment"
    return quote(
        lot,
        refund.basis,
        policy_of(state, recharge.merchant_id).for_what_was_sold(recharge.terms.promised),
        paid_at=recharge.paid_at,
        requested_at=refund.requested_at,
        consumed_original_fen=refund.consumed_original_fen,
        rescinded_at=refund.rescinded_at,
    )


def _divided(refund: RechargeRefund, quoted: Quote) -> RechargeRefund:
    return replace(
        refund,
        amount_fen=quoted.amount_fen,
        fee_fen=quoted.fee_fen,
        forfeited_fen=quoted.forfeited_fen,
        bonus_cancelled_fen=quoted.bonus_cancelled_fen,
    )


def _approve(
    command: Command,
    state: State,
    refund: RechargeRefund,
    recharge: Recharge,
    lot: Lot,
    *,
    decided_by: str,
) -> Decision:
    """Freezes the lot's remainder and asks for the money; if none is due, it is over at once."""
    refund = replace(
        refund,
        state="REFUNDING",
        held_fen=lot.available_fen,
        principal_held_fen=lot.principal_left_fen,
        decided_by=decided_by,
        decided_at=command.at,
        interest_fen=interest(
            refund.amount_fen,
            refund.basis,
            policy_of(state, refund.merchant_id),
            refund.rescinded_at or refund.requested_at,
            command.at,
        ),
        # Once: a further refund, of money that came back to the lot later, revokes nothing.
        gifts_to_revoke=GiftsToRevoke() if recharge.gifts_revoked else recharge.terms.gifts,
    )
    recharge = replace(
        recharge,
        state="REFUNDING",
        state_reason=refund.basis,
        refund_id=refund.refund_id,
        gifts_revoked=True,
    )
    share = Share(lot.lot_id, refund.held_fen, refund.principal_held_fen, lot.used_fen)
    held = freeze(lot, share)
    timer, event = ask_for_money(refund, command.at)
    if refund.amount_fen == 0:
        decision = _finish(command, state, refund, recharge, held)
        return replace(decision, events=[event, *decision.events])
    return Decision(
        result=Refunding(refund, recharge), rows=[refund, recharge, held, timer], events=[event]
    )


def _finish(
    command: Command,
    state: State,
    refund: RechargeRefund,
    recharge: Recharge,
    lot: Lot | None = None,
) -> Decision:
    """The payer has the money: empties the lot, books where every fen of it went."""
    done = replace(refund, state="REFUNDED", ended_at=command.at)
    if refund.basis == "NOT_CREDITED":
        return _returned(done, recharge)
    lot = lot or state.get(Lot, (refund.merchant_id, refund.recharge_id))
    assert lot is not None, "Bug: a refund was approved for a recharge without a lot"
    held = Share(lot.lot_id, refund.held_fen, refund.principal_held_fen, lot.used_fen)
    emptied = withdraw(
        release(lot, held), refund.held_fen, refund.principal_held_fen, empty="REFUNDED"
    )
    recharge = replace(recharge, state="REFUNDED")
    lots = state.group(OPEN_LOTS, (refund.merchant_id, refund.member_id))
    changed = balance_changed(
        refund.member_id,
        [emptied, *(other for other in lots if other.lot_id != emptied.lot_id)],
        -refund.principal_held_fen,
        refund.principal_held_fen - refund.held_fen,
        "RECHARGE_REFUND",
        refund.refund_id,
    )
    return Decision(
        result=Refunding(done, recharge),
        rows=[done, recharge, emptied, *_booked(command, done)],
        events=[_refunded(done, recharge), changed],
    )


def _booked(command: Command, refund: RechargeRefund) -> list[Transfer]:
    """Principal pays first; where the spend order left too little of it, bonus pays the rest."""
    principal = refund.principal_held_fen
    paid = min(refund.amount_fen, principal)
    fee = min(refund.fee_fen, principal - paid)
    return transfers(
        refund.merchant_id, refund.member_id, command.new_id, refund.refund_id, command.at,
        [
            ("RECHARGE_REFUND", "PRINCIPAL_LIAB", "CASH_CLEARING", paid),
            ("RECHARGE_REFUND", "BONUS_LIAB", "CASH_CLEARING", refund.amount_fen - paid),
            ("REFUND_FEE", "PRINCIPAL_LIAB", "BREAKAGE", fee),
            ("REFUND_FEE", "BONUS_LIAB", "BREAKAGE", refund.fee_fen - fee),
            ("FORFEITED", "PRINCIPAL_LIAB", "BREAKAGE", refund.forfeited_fen),
            ("BONUS_CANCELLED", "BONUS_LIAB", "MARKETING_COST", refund.bonus_cancelled_fen),
            ("REFUND_INTEREST", "INTEREST_COST", "CASH_CLEARING", refund.interest_fen),
        ],
    )  # fmt: skip


def _refunded(refund: RechargeRefund, recharge: Recharge) -> Event:
    return events.RechargeRefunded(
        member_id=refund.member_id,
        recharge_id=refund.recharge_id,
        refund_id=refund.refund_id,
        payment_id=refund.payment_id,
        basis=refund.basis,
        store_id=recharge.store_id,
        staff_id=recharge.staff_id,
        paid_fen=recharge.pay_fen,
        principal_refunded_fen=refund.amount_fen,
        bonus_cancelled_fen=refund.bonus_cancelled_fen,
        forfeited_fen=refund.forfeited_fen,
        fee_fen=refund.fee_fen,
        gifts_to_revoke=refund.gifts_to_revoke,
        interest_fen=refund.interest_fen,
    )


def _returned(refund: RechargeRefund, recharge: Recharge) -> Decision:
    """A payment that was never credited is back with its payer; the books never knew it."""
    rows: list[Any] = [refund]
    if recharge.refund_id == refund.refund_id and recharge.credited_at is None:
        recharge = replace(recharge, state="REFUNDED")
        rows.append(recharge)
    event = events.RechargePaymentReturned(
        member_id=refund.member_id,
        recharge_id=refund.recharge_id,
        refund_id=refund.refund_id,
        payment_id=refund.payment_id,
        amount_fen=refund.amount_fen,
        reason=refund.reason,
    )
    return Decision(result=Refunding(refund, recharge), rows=rows, events=[event])
