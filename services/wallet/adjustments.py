"""Adjustments: corrections of a balance by hand, by one person and approved by another.

Added money becomes a lot of its own; taken money leaves the open lots, oldest first, principal and
bonus apart. Nothing is ever edited: the ledger shows the correction next to what it corrects.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.wallet.accounts import Account, must_be_here
from services.wallet.errors import (
    AccountClosed,
    AdjustmentEmpty,
    AdjustmentNotFound,
    CheckerIsMaker,
    InsufficientBalance,
    InvalidState,
)
from services.wallet.ledger import transfers
from services.wallet.lots import OPEN_LOTS, Lot, balance_changed, withdraw
from services.wallet.policies import Policy, policy_key, policy_of
from services.wallet.recharges import check_cap

AdjustmentState = Literal["REQUESTED", "APPLIED", "REJECTED"]


class Adjustment(Row, frozen=True):
    """One correction: signed amounts, why, who asked and who decided."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "adjustment_id")

    merchant_id: str
    adjustment_id: str
    member_id: str
    state: AdjustmentState
    principal_fen: int
    bonus_fen: int
    reason: str
    requested_by: str
    requested_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    # Why it was rejected.
    note: str = ""


class RequestAdjustment(Command, frozen=True, kw_only=True):
    """Asks for a correction; nothing moves until another operator approves it.

    Refuses ADJUSTMENT_EMPTY if both amounts are 0.
    """

    RESULT: ClassVar[type] = Adjustment

    member_id: str
    principal_fen: int
    bonus_fen: int
    reason: str
    actor: str

    def lane(self) -> str:
        return self.member_id

    def reads(self, found: State) -> Iterable[Read]:
        return ()

    def decide(self, state: State) -> Decision:
        if not self.principal_fen and not self.bonus_fen:
            raise AdjustmentEmpty(field="principal_fen")
        adjustment = Adjustment(
            self.merchant_id,
            self.new_id,
            self.member_id,
            "REQUESTED",
            self.principal_fen,
            self.bonus_fen,
            self.reason,
            self.actor,
            self.at,
        )
        return Decision(result=adjustment, rows=[adjustment])


class _OfAdjustment(Command, frozen=True, kw_only=True):
    """A command that names an adjustment."""

    RESULT: ClassVar[type] = Adjustment

    adjustment_id: str
    actor: str

    def lane(self) -> str:
        return self.adjustment_id

    def locate(self) -> Sequence[Read]:
        return ((Adjustment, (self.merchant_id, self.adjustment_id)),)

    def keys(self, found: State) -> Sequence[str]:
        adjustment = found.get(Adjustment, (self.merchant_id, self.adjustment_id))
        return (adjustment.member_id if adjustment else self.adjustment_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield Adjustment, (self.merchant_id, self.adjustment_id)
        yield Policy, policy_key(self.merchant_id)
        adjustment = found.get(Adjustment, (self.merchant_id, self.adjustment_id))
        if adjustment:
            yield Account, (self.merchant_id, adjustment.member_id)
            yield OPEN_LOTS, (self.merchant_id, adjustment.member_id)

    def adjustment(self, state: State) -> Adjustment:
        """The named adjustment. Refuses ADJUSTMENT_NOT_FOUND, MEMBER_MOVED."""
        adjustment = state.get(Adjustment, (self.merchant_id, self.adjustment_id))
        if adjustment is None:
            raise AdjustmentNotFound(field="adjustment_id", adjustment_id=self.adjustment_id)
        must_be_here(state, OPEN_LOTS, self.merchant_id, adjustment.member_id)
        return adjustment


class RejectAdjustment(_OfAdjustment, frozen=True, kw_only=True):
    """Refuses or withdraws a correction. A repeat answers the same.

    Refuses ADJUSTMENT_NOT_FOUND, INVALID_STATE once applied.
    """

    note: str

    def decide(self, state: State) -> Decision:
        adjustment = self.adjustment(state)
        if adjustment.state == "APPLIED":
            raise InvalidState(adjustment_id=self.adjustment_id, state=adjustment.state)
        if adjustment.state == "REJECTED":
            return Decision(result=adjustment)
        rejected = replace(
            adjustment,
            state="REJECTED",
            decided_by=self.actor,
            decided_at=self.at,
            note=self.note,
        )
        return Decision(result=rejected, rows=[rejected])


class ApproveAdjustment(_OfAdjustment, frozen=True, kw_only=True):
    """Applies a correction. A repeat answers the same; a frozen wallet can be corrected.

    Refuses ADJUSTMENT_NOT_FOUND, INVALID_STATE if rejected, CHECKER_IS_MAKER, ACCOUNT_CLOSED,
    CARD_CAP_EXCEEDED, INSUFFICIENT_BALANCE: holds are not touched and no balance goes below zero.
    """

    def decide(self, state: State) -> Decision:
        adjustment = self.adjustment(state)
        if adjustment.state == "APPLIED":
            return Decision(result=adjustment)
        if adjustment.state != "REQUESTED":
            raise InvalidState(adjustment_id=self.adjustment_id, state=adjustment.state)
        if self.actor == adjustment.requested_by:
            raise CheckerIsMaker(actor=self.actor)
        wallet = (self.merchant_id, adjustment.member_id)
        policy = policy_of(state, self.merchant_id)
        known = state.get(Account, wallet)
        account = known or policy.account(*wallet, self.at)
        if account.status == "CLOSED":
            raise AccountClosed(member_id=account.member_id, merged_into=account.merged_into)
        lots = state.group(OPEN_LOTS, wallet)
        principal, bonus = adjustment.principal_fen, adjustment.bonus_fen
        if principal > 0 or bonus > 0:
            check_cap(policy, account, lots, principal, bonus)
        changed = _taken(lots, max(0, -principal), max(0, -bonus))
        if principal > 0 or bonus > 0:
            changed.append(self._lot(adjustment, policy))
        applied = replace(adjustment, state="APPLIED", decided_by=self.actor, decided_at=self.at)
        after = {lot.lot_id: lot for lot in lots} | {lot.lot_id: lot for lot in changed}
        event = balance_changed(
            adjustment.member_id,
            after.values(),
            principal,
            bonus,
            "ADJUSTMENT",
            self.adjustment_id,
        )
        opened = [] if known else [account]
        return Decision(
            result=applied,
            rows=[*opened, applied, *changed, *self._moves(adjustment)],
            events=[event],
        )

    def _moves(self, adjustment: Adjustment) -> list[Row]:
        principal, bonus = adjustment.principal_fen, adjustment.bonus_fen
        return list(transfers(
            self.merchant_id, adjustment.member_id, self.new_id, self.adjustment_id, self.at,
            [
                ("ADJUSTMENT", "ADJUSTMENT", "PRINCIPAL_LIAB", max(0, principal)),
                ("ADJUSTMENT", "PRINCIPAL_LIAB", "ADJUSTMENT", max(0, -principal)),
                ("ADJUSTMENT", "MARKETING_COST", "BONUS_LIAB", max(0, bonus)),
                ("ADJUSTMENT", "BONUS_LIAB", "MARKETING_COST", max(0, -bonus)),
            ],
        ))  # fmt: skip

    def _lot(self, adjustment: Adjustment, policy: Policy) -> Lot:
        return Lot(
            merchant_id=self.merchant_id,
            lot_id=self.adjustment_id,
            member_id=adjustment.member_id,
            recharge_id="",
            state="ACTIVE",
            spend_order=policy.spend_order,
            paid_fen=max(0, adjustment.principal_fen),
            bonus_fen=max(0, adjustment.bonus_fen),
            used_fen=0,
            principal_used_fen=0,
            frozen_fen=0,
            principal_frozen_fen=0,
            credited_at=self.at,
            adjustment_id=self.adjustment_id,
        )


def _taken(lots: Sequence[Lot], principal_fen: int, bonus_fen: int) -> list[Lot]:
    """The lots changed by taking this much, oldest first. Refuses INSUFFICIENT_BALANCE."""
    changed = []
    for lot in lots:
        principal_free = lot.principal_left_fen - lot.principal_frozen_fen
        principal = min(principal_fen, principal_free)
        bonus = min(bonus_fen, lot.available_fen - principal_free)
        if principal or bonus:
            changed.append(withdraw(lot, principal + bonus, principal, "EXHAUSTED"))
        principal_fen -= principal
        bonus_fen -= bonus
    if principal_fen or bonus_fen:
        raise InsufficientBalance(missing_principal_fen=principal_fen, missing_bonus_fen=bonus_fen)
    return changed
