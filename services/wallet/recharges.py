"""Recharges (充值): money in, credited exactly once, with the gifts their plan promised.

CREATED → CREDITED when the payment arrives, or CLOSED when it does not in time. Money is never kept
without a balance for it: a payment that can no longer be credited goes back to its payer. A late
payment of a closed recharge *is* credited if the recharge would still be accepted now, because that
is what the payer wanted; otherwise (cap reached meanwhile, wallet closed, amount differs, recharge
already paid) it is returned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.errors import NotYet
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events import wallet as events
from services.wallet.accounts import Account, has_left, must_be_here, must_be_open
from services.wallet.errors import (
    AmountNotAllowed,
    CardCapExceeded,
    InvalidState,
    PaymentUsed,
    PlanNotFound,
    PlanNotOnSale,
    RechargeNotFound,
)
from services.wallet.gift_receipts import promised
from services.wallet.ledger import transfers
from services.wallet.lots import OPEN_LOTS, Lot, balance_changed
from services.wallet.plans import Plan, Terms
from services.wallet.policies import Policy, policy_key, policy_of
from services.wallet.refunds import RechargeRefund, ask_for_money

RechargeState = Literal[
    "CREATED",
    "CLOSED",
    "CREDITED",
    "REFUND_REQUESTED",
    "REFUNDING",
    "REFUNDED",
    "REFUND_REJECTED",
]
CLOSE_TIMER = "recharge_close"


class Recharge(Row, frozen=True):
    """One recharge: what was to be paid, what it promised, and what became of it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "recharge_id")

    merchant_id: str
    recharge_id: str
    member_id: str
    store_id: str
    # Who sold it, for commission on the principal; empty for self-service.
    staff_id: str
    state: RechargeState
    state_reason: str
    pay_fen: int
    terms: Terms
    payment_id: str
    refund_id: str
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None = None
    credited_at: datetime | None = None
    # The gifts are revoked by the first approved refund, and only by it.
    gifts_revoked: bool = False


# What a member may still pay: it counts against the card's cap until it is paid or closed.
OPEN_RECHARGES = Group(
    Recharge, ("merchant_id", "member_id"), holds=lambda recharge: recharge.state == "CREATED"
)

# The recharge a payment was for; there is no second one.
RECHARGES_OF_PAYMENT = Group(
    Recharge, ("merchant_id", "payment_id"), holds=lambda recharge: recharge.payment_id != ""
)


def check_cap(
    policy: Policy, account: Account, lots: Sequence[Lot], pay_fen: int, bonus_fen: int
) -> None:
    """Refuses CARD_CAP_EXCEEDED if the card would hold too much; domain.md §2.4, W6."""
    total = policy.cap_basis == "TOTAL"
    held = sum(lot.principal_left_fen + total * lot.bonus_left_fen for lot in lots)
    cap = policy.cap_fen(account.card_kind)
    if held + pay_fen + total * bonus_fen > cap:
        raise CardCapExceeded(cap_fen=cap, held_fen=held, card_kind=account.card_kind)


class CreateRecharge(Command, frozen=True, kw_only=True):
    """Prepares a recharge by a plan, or of a free amount without gifts, to be paid by its id.

    Opens the wallet if there is none. What was created and not yet paid counts against the card's
    cap; cancel what will not be paid. Refuses ACCOUNT_FROZEN, ACCOUNT_CLOSED,
    VALUE_CARD_EXPIRED, PLAN_NOT_FOUND,
    PLAN_NOT_ON_SALE, AMOUNT_NOT_ALLOWED, CARD_CAP_EXCEEDED. domain.md §2.4, §3.1, W1, W6.
    """

    RESULT: ClassVar[type] = Recharge

    member_id: str
    plan_id: str = ""
    amount_fen: int = 0
    store_id: str = ""
    staff_id: str = ""

    def lane(self) -> str:
        return self.member_id

    def reads(self, found: State) -> Iterable[Read]:
        wallet = (self.merchant_id, self.member_id)
        yield Account, wallet
        yield OPEN_LOTS, wallet
        yield OPEN_RECHARGES, wallet
        yield Policy, policy_key(self.merchant_id)
        if self.plan_id:
            yield Plan, (self.merchant_id, self.plan_id)

    def decide(self, state: State) -> Decision:
        wallet = (self.merchant_id, self.member_id)
        policy = policy_of(state, self.merchant_id)
        known = state.get(Account, wallet)
        must_be_open(known, self.at)
        account = known or policy.account(*wallet, self.at)
        pay_fen, terms = self._terms(state, policy)
        unpaid = state.group(OPEN_RECHARGES, wallet)
        check_cap(
            policy,
            account,
            state.group(OPEN_LOTS, wallet),
            pay_fen + sum(other.pay_fen for other in unpaid),
            terms.bonus_fen + sum(other.terms.bonus_fen for other in unpaid),
        )
        recharge = Recharge(
            merchant_id=self.merchant_id,
            recharge_id=self.new_id,
            member_id=self.member_id,
            store_id=self.store_id,
            staff_id=self.staff_id,
            state="CREATED",
            state_reason="",
            pay_fen=pay_fen,
            terms=replace(terms, promised=policy.promised),
            payment_id="",
            refund_id="",
            created_at=self.at,
            expires_at=self.at + timedelta(seconds=policy.recharge_ttl_seconds),
        )
        timer = Timer(self.merchant_id, CLOSE_TIMER, recharge.recharge_id, recharge.expires_at)
        opened = [] if known else [account]
        return Decision(result=recharge, rows=[*opened, recharge, timer])

    def _terms(self, state: State, policy: Policy) -> tuple[int, Terms]:
        if not self.plan_id:
            if not 0 < self.amount_fen <= policy.free_recharge_max_fen:
                raise AmountNotAllowed(field="amount_fen", most_fen=policy.free_recharge_max_fen)
            return self.amount_fen, Terms()
        plan = state.get(Plan, (self.merchant_id, self.plan_id))
        if plan is None:
            raise PlanNotFound(field="plan_id", plan_id=self.plan_id)
        if not plan.on_sale(self.at, self.store_id):
            raise PlanNotOnSale(plan_id=self.plan_id, store_id=self.store_id)
        if self.amount_fen not in (0, plan.pay_fen):
            raise AmountNotAllowed(field="amount_fen", plan_fen=plan.pay_fen)
        return plan.pay_fen, plan.terms


class OfRecharge(Command, frozen=True, kw_only=True):
    """A command that names a recharge; the recharge says whose wallet it touches."""

    recharge_id: str

    def lane(self) -> str:
        return self.recharge_id

    def locate(self) -> Sequence[Read]:
        return ((Recharge, (self.merchant_id, self.recharge_id)),)

    def keys(self, found: State) -> Sequence[str]:
        recharge = found.get(Recharge, (self.merchant_id, self.recharge_id))
        return (recharge.member_id if recharge else self.recharge_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield Recharge, (self.merchant_id, self.recharge_id)
        # A recharge's lot carries its id: there can be no second one.
        yield Lot, (self.merchant_id, self.recharge_id)
        yield Policy, policy_key(self.merchant_id)
        recharge = found.get(Recharge, (self.merchant_id, self.recharge_id))
        if recharge:
            yield Account, (self.merchant_id, recharge.member_id)
            yield OPEN_LOTS, (self.merchant_id, recharge.member_id)

    def recharge(self, state: State) -> Recharge:
        """The named recharge. Refuses RECHARGE_NOT_FOUND, or MEMBER_MOVED during a merge."""
        recharge = state.get(Recharge, (self.merchant_id, self.recharge_id))
        if recharge is None:
            raise RechargeNotFound(field="recharge_id", recharge_id=self.recharge_id)
        must_be_here(state, OPEN_LOTS, self.merchant_id, recharge.member_id)
        return recharge


class CloseRecharge(OfRecharge, frozen=True, kw_only=True):
    """Gives an unpaid recharge up, by the member or by its time-out (``expired``).

    A repeat answers the same. Refuses RECHARGE_NOT_FOUND, INVALID_STATE once it is paid.
    """

    RESULT: ClassVar[type] = Recharge

    expired: bool = False

    def decide(self, state: State) -> Decision:
        recharge = self.recharge(state)
        if recharge.state != "CREATED":
            if self.expired or recharge.state == "CLOSED":
                return Decision(result=recharge)
            raise InvalidState(recharge_id=self.recharge_id, state=recharge.state)
        reason = "TIMEOUT" if self.expired else "CANCELLED"
        closed = replace(recharge, state="CLOSED", state_reason=reason)
        timer = (self.merchant_id, CLOSE_TIMER, self.recharge_id)
        return Decision(result=closed, rows=[closed], deletes=[(Timer, timer)])


class CreditRecharge(OfRecharge, frozen=True, kw_only=True):
    """The payment arrived: one lot, one event, whatever is repeated; domain.md W1, saga S1.

    A frozen wallet is credited too: the money was on its way, and it cannot be spent. What cannot
    be credited is returned to its payer; see the module. Refuses NOT_YET if it is unknown,
    PAYMENT_USED if the payment was for another recharge.
    """

    RESULT: ClassVar[type] = Recharge

    payment_id: str
    amount_fen: int
    paid_at: datetime

    def reads(self, found: State) -> Iterable[Read]:
        # A payment is returned at most once, so it names its own return.
        yield RechargeRefund, (self.merchant_id, self.payment_id)
        yield RECHARGES_OF_PAYMENT, (self.merchant_id, self.payment_id)
        yield from super().reads(found)

    def decide(self, state: State) -> Decision:
        if state.get(Recharge, (self.merchant_id, self.recharge_id)) is None:
            raise NotYet(recharge_id=self.recharge_id)
        recharge = self.recharge(state)
        returned = state.get(RechargeRefund, (self.merchant_id, self.payment_id))
        if recharge.payment_id == self.payment_id or returned:
            return Decision(result=recharge)
        for other in state.group(RECHARGES_OF_PAYMENT, (self.merchant_id, self.payment_id)):
            raise PaymentUsed(payment_id=self.payment_id, recharge_id=other.recharge_id)
        reason = self._obstacle(state, recharge)
        return self._return(recharge, reason) if reason else self._credit(state, recharge)

    def _obstacle(self, state: State, recharge: Recharge) -> str:
        """Why this payment cannot be credited; empty if it can."""
        account = state.get(Account, (self.merchant_id, recharge.member_id))
        assert account is not None, "Bug: a recharge was created without a wallet"
        if recharge.payment_id:
            return "ALREADY_PAID"
        if self.amount_fen != recharge.pay_fen:
            return "AMOUNT_MISMATCH"
        if account.status == "CLOSED" or has_left(account):
            return "ACCOUNT_CLOSED"
        lots = state.group(OPEN_LOTS, (self.merchant_id, recharge.member_id))
        try:
            check_cap(
                policy_of(state, self.merchant_id),
                account,
                lots,
                recharge.pay_fen,
                recharge.terms.bonus_fen,
            )
        except CardCapExceeded as full:
            return full.reason
        return ""

    def _credit(self, state: State, recharge: Recharge) -> Decision:
        terms = recharge.terms
        lot = Lot(
            merchant_id=self.merchant_id,
            lot_id=self.recharge_id,
            member_id=recharge.member_id,
            recharge_id=self.recharge_id,
            state="ACTIVE",
            spend_order=policy_of(state, self.merchant_id).spend_order,
            paid_fen=recharge.pay_fen,
            bonus_fen=terms.bonus_fen,
            used_fen=0,
            principal_used_fen=0,
            frozen_fen=0,
            principal_frozen_fen=0,
            credited_at=self.at,
        )
        credited = replace(
            recharge,
            state="CREDITED",
            state_reason="",
            payment_id=self.payment_id,
            paid_at=self.paid_at,
            credited_at=self.at,
        )
        moves = transfers(
            self.merchant_id, recharge.member_id, self.new_id, self.recharge_id, self.at,
            [
                ("RECHARGE", "CASH_CLEARING", "PRINCIPAL_LIAB", recharge.pay_fen),
                ("BONUS", "MARKETING_COST", "BONUS_LIAB", terms.bonus_fen),
            ],
        )  # fmt: skip
        receipts = promised(self.merchant_id, self.recharge_id, terms, self.at)
        lots = state.group(OPEN_LOTS, (self.merchant_id, recharge.member_id))
        changed = balance_changed(
            recharge.member_id,
            [*lots, lot],
            recharge.pay_fen,
            terms.bonus_fen,
            "RECHARGE",
            self.recharge_id,
        )
        return Decision(
            result=credited,
            rows=[credited, lot, *moves, *receipts],
            events=[_succeeded(credited, self.at), changed],
            deletes=[(Timer, (self.merchant_id, CLOSE_TIMER, self.recharge_id))],
        )

    def _return(self, recharge: Recharge, reason: str) -> Decision:
        refund = RechargeRefund(
            merchant_id=self.merchant_id,
            refund_id=self.payment_id,
            recharge_id=self.recharge_id,
            member_id=recharge.member_id,
            payment_id=self.payment_id,
            basis="NOT_CREDITED",
            state="REFUNDING",
            reason=reason,
            amount_fen=self.amount_fen,
            requested_by="",
            requested_at=self.at,
            decided_at=self.at,
        )
        rows: list[Row] = [refund]
        deletes = []
        if not recharge.payment_id:
            recharge = replace(
                recharge,
                state="REFUNDING",
                state_reason=reason,
                payment_id=self.payment_id,
                refund_id=self.payment_id,
                paid_at=self.paid_at,
            )
            rows.append(recharge)
            deletes = [(Timer, (self.merchant_id, CLOSE_TIMER, self.recharge_id))]
        timer, event = ask_for_money(refund, self.at)
        return Decision(result=recharge, rows=[*rows, timer], events=[event], deletes=deletes)


def _succeeded(recharge: Recharge, at: datetime) -> events.RechargeSucceeded:
    terms = recharge.terms
    return events.RechargeSucceeded(
        member_id=recharge.member_id,
        recharge_id=recharge.recharge_id,
        plan_id=terms.plan_id,
        store_id=recharge.store_id,
        staff_id=recharge.staff_id,
        payment_id=recharge.payment_id,
        paid_fen=recharge.pay_fen,
        bonus_fen=terms.bonus_fen,
        gift_points=terms.gift_points,
        gift_coupons=terms.gift_coupons,
        tier_grant=terms.tier_grant,
        growth=terms.growth,
        credited_at=at,
    )
