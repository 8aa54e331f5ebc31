"""Lots: stored value (储值) as it was bought, principal (本金) and bonus (赠金) kept apart.

Every credited recharge is one lot. Spending takes lots in the order they were credited (FIFO) and
splits each taken amount into principal and bonus; domain.md §2.4, W2, W4. All amounts are int fen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from common.rows import Group, Row
from danke.events.wallet import BalanceChanged, BalanceReason
from services.wallet.errors import InsufficientBalance

# Which part of a lot is spent first. PROPORTIONAL keeps the remaining principal equal to what the
# law would refund at any moment (法释〔2025〕4号 art. 18(2)), so it is the default.
SpendOrder = Literal["PROPORTIONAL", "PRINCIPAL_FIRST", "BONUS_FIRST"]
LotState = Literal["ACTIVE", "EXHAUSTED", "REFUNDED"]


class Lot(Row, frozen=True):
    """One credited recharge: what was paid, what was given, and how much of each is gone."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "lot_id")

    merchant_id: str
    lot_id: str
    member_id: str
    recharge_id: str
    state: LotState
    spend_order: SpendOrder
    paid_fen: int
    bonus_fen: int
    # Captured payments less their refunds, and the part of it that was principal.
    used_fen: int
    principal_used_fen: int
    # Held by payments that are not captured yet, and the part of it that is principal.
    frozen_fen: int
    principal_frozen_fen: int
    credited_at: datetime
    # Taken out without being spent, by a recharge refund or an adjustment; principal apart again.
    withdrawn_fen: int = 0
    principal_withdrawn_fen: int = 0
    # The adjustment that made this lot; then there is no recharge.
    adjustment_id: str = ""

    @property
    def total_fen(self) -> int:
        """What the lot was worth when credited."""
        return self.paid_fen + self.bonus_fen

    @property
    def worth_fen(self) -> int:
        """What the lot is worth to its owner, spent or not: withdrawn money is no longer in it."""
        return self.total_fen - self.withdrawn_fen

    @property
    def principal_worth_fen(self) -> int:
        """The principal part of ``worth_fen``."""
        return self.paid_fen - self.principal_withdrawn_fen

    @property
    def available_fen(self) -> int:
        """What can still be spent."""
        return self.worth_fen - self.used_fen - self.frozen_fen

    @property
    def principal_left_fen(self) -> int:
        """Unspent principal, holds included."""
        return self.principal_worth_fen - self.principal_used_fen

    @property
    def bonus_left_fen(self) -> int:
        """Unspent bonus, holds included."""
        return self.worth_fen - self.used_fen - self.principal_left_fen


# Lots that money can still move in: spendable, or holding a frozen part.
OPEN_LOTS = Group(
    Lot,
    ("merchant_id", "member_id"),
    holds=lambda lot: lot.state == "ACTIVE",
    order=lambda lot: (lot.credited_at, lot.lot_id),
)


class Share(msgspec.Struct, frozen=True, array_like=True):
    """What one payment takes from one lot. Kept with the payment, so that a refund restores it."""

    lot_id: str
    amount_fen: int
    principal_fen: int
    # How much of the lot was taken before this share: with it, a partial refund splits as the
    # spending did.
    before_fen: int
    refunded_fen: int = 0
    principal_refunded_fen: int = 0


def principal_of(lot: Lot, spent_fen: int) -> int:
    """How much of the first ``spent_fen`` of a lot is principal: a cumulative floor."""
    principal = lot.principal_worth_fen
    if lot.spend_order == "PRINCIPAL_FIRST":
        return min(spent_fen, principal)
    if lot.spend_order == "BONUS_FIRST":
        return max(0, spent_fen - (lot.worth_fen - principal))
    return spent_fen * principal // lot.worth_fen


def take(lots: Sequence[Lot], amount_fen: int) -> list[Share]:
    """The shares that pay ``amount_fen`` from ``lots`` in their order.

    Refuses INSUFFICIENT_BALANCE if they hold less. Changes nothing; see ``freeze`` and ``use``.
    """
    available = sum(lot.available_fen for lot in lots)
    if available < amount_fen:
        raise InsufficientBalance(available_fen=available, amount_fen=amount_fen)
    shares = []
    left = amount_fen
    for lot in lots:
        amount = min(left, lot.available_fen)
        if amount == 0:
            continue
        before = lot.used_fen + lot.frozen_fen
        principal_before = lot.principal_used_fen + lot.principal_frozen_fen
        # Aims at the exact split of everything taken so far. After holds were released or other
        # payments refunded the lot may be a fen off it; the bounds let it come back to it.
        principal = principal_of(lot, before + amount) - principal_before
        principal_left = lot.principal_worth_fen - principal_before
        bonus_left = lot.available_fen - principal_left
        principal = max(principal, 0, amount - bonus_left)
        principal = min(principal, amount, principal_left)
        shares.append(Share(lot.lot_id, amount, principal, before))
        left -= amount
        if left == 0:
            break
    return shares


def freeze(lot: Lot, share: Share) -> Lot:
    """Holds the share: no longer available, not yet spent."""
    return replace(
        lot,
        frozen_fen=lot.frozen_fen + share.amount_fen,
        principal_frozen_fen=lot.principal_frozen_fen + share.principal_fen,
    )


def release(lot: Lot, share: Share) -> Lot:
    """Ends the hold of the share: available again."""
    return replace(
        lot,
        frozen_fen=lot.frozen_fen - share.amount_fen,
        principal_frozen_fen=lot.principal_frozen_fen - share.principal_fen,
    )


def use(lot: Lot, share: Share) -> Lot:
    """Spends the share. A lot with nothing left is EXHAUSTED."""
    used = lot.used_fen + share.amount_fen
    return replace(
        lot,
        used_fen=used,
        principal_used_fen=lot.principal_used_fen + share.principal_fen,
        state="EXHAUSTED" if used == lot.worth_fen else lot.state,
    )


def withdraw(lot: Lot, amount_fen: int, principal_fen: int, empty: LotState) -> Lot:
    """Takes available money out without spending it. A lot with nothing left becomes ``empty``."""
    after = replace(
        lot,
        withdrawn_fen=lot.withdrawn_fen + amount_fen,
        principal_withdrawn_fen=lot.principal_withdrawn_fen + principal_fen,
    )
    return replace(after, state=empty) if after.used_fen == after.worth_fen else after


def restore(lot: Lot, amount_fen: int, principal_fen: int) -> Lot:
    """Gives spent money back to the lot it came from."""
    return replace(
        lot,
        used_fen=lot.used_fen - amount_fen,
        principal_used_fen=lot.principal_used_fen - principal_fen,
        state="ACTIVE",
    )


def principal_restored(lot: Lot, share: Share, refunded_fen: int) -> int:
    """How much of the first ``refunded_fen`` refunded of a share is principal.

    The last taken comes back first, by the same cumulative floor, and a full refund restores
    exactly what was taken; domain.md §2.0 (splitting by cumulative floor) and §2.14.
    """
    if refunded_fen == share.amount_fen:
        return share.principal_fen
    end = share.before_fen + share.amount_fen
    principal = principal_of(lot, end) - principal_of(lot, end - refunded_fen)
    # A withdrawal between two refunds changes the lot's split; the bounds keep what was already
    # given back, and never give back more of a part than was taken of it.
    given_bonus = share.refunded_fen - share.principal_refunded_fen
    bonus_taken = share.amount_fen - share.principal_fen
    least = max(share.principal_refunded_fen, refunded_fen - bonus_taken)
    return min(max(principal, least), share.principal_fen, refunded_fen - given_bonus)


def balance_changed(
    member_id: str,
    lots: Iterable[Lot],
    delta_principal_fen: int,
    delta_bonus_fen: int,
    reason: BalanceReason,
    ref: str,
) -> BalanceChanged:
    """The event that tells the balance after a change; ``lots`` are all open lots after it."""
    lots = list(lots)
    return BalanceChanged(
        member_id=member_id,
        delta_principal_fen=delta_principal_fen,
        delta_bonus_fen=delta_bonus_fen,
        principal_fen=sum(lot.principal_left_fen for lot in lots),
        bonus_fen=sum(lot.bonus_left_fen for lot in lots),
        reason=reason,
        ref=ref,
    )
