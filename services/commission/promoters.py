"""Promoters (推广员): by default everybody is one; nobody pays or is paid for becoming one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events.commission import PromoterChanged
from services.commission.errors import (
    BindingMoved,
    PromoterNotActive,
    PromoterNotFound,
    PromoterState,
    SpendTooLow,
)
from services.commission.programmes import Programme, programme_key, programme_of

State_ = Literal["NONE", "APPLIED", "ACTIVE", "FROZEN", "REMOVED", "MERGED"]


class Promoter(Row, frozen=True):
    """A member as a promoter; the promoter's id is the member's.

    NONE is a member the programme knows for another reason: one who was merged, or bound.
    """

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "promoter_id")

    merchant_id: str
    promoter_id: str
    state: State_ = "NONE"
    level_id: str = ""
    # Set by the first customer and never cleared: who has it may be above somebody.
    has_customers: bool = False
    merged_into: str = ""
    reason: str = ""
    changed_by: str = ""
    changed_at: datetime | None = None


# Everybody who was merged into one member, so that a look-up stays one step.
MERGED_INTO = Group(
    Promoter, ("merchant_id", "merged_into"), holds=lambda row: row.state == "MERGED"
)


class Spending(Row, frozen=True):
    """What a member has paid for goods so far. Read only: the sum of their orders."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    spent_fen: int
    orders: int


SPENDING = Group(Spending, ("merchant_id", "member_id"))


def member_key(member_id: str) -> str:
    """The lock of a member: as promoter, as customer, as referred."""
    return f"member:{member_id}"


def stands(state: State, merchant_id: str, member_id: str) -> None:
    """Refuses BINDING_MOVED if who was located has been merged since, in this batch or before."""
    key = (merchant_id, member_id)
    if not state.knows(Promoter, key):
        raise BindingMoved
    promoter = state.get(Promoter, key)
    if promoter is not None and promoter.state == "MERGED":
        raise BindingMoved


def admitted(
    programme: Programme, promoter: Promoter | None, merchant_id: str, promoter_id: str
) -> Promoter | None:
    """The promoter as it may act now: ANYONE makes one of whoever is asked for; else None."""
    row = promoter or Promoter(merchant_id, promoter_id)
    if row.state == "NONE" and programme.who == "ANYONE":
        return replace(row, state="ACTIVE")
    return row if row.state == "ACTIVE" else None


def changed(row: Promoter) -> PromoterChanged:
    """What is told of a promoter's new state."""
    return PromoterChanged(
        member_id=row.promoter_id, state=row.state, level_id=row.level_id, reason=row.reason
    )


class _OnPromoter(Command, frozen=True, kw_only=True):
    RESULT: ClassVar[type] = Promoter

    promoter_id: str

    def lane(self) -> str:
        return self.promoter_id

    def keys(self, found: State) -> Sequence[str]:
        return (member_key(self.promoter_id),)

    def reads(self, found: State) -> Iterable[Read]:
        return (
            (Promoter, (self.merchant_id, self.promoter_id)),
            (Programme, programme_key(self.merchant_id)),
        )

    def promoter(self, state: State) -> Promoter | None:
        """The row, or None."""
        return state.get(Promoter, (self.merchant_id, self.promoter_id))


class ApplyPromoter(_OnPromoter, frozen=True, kw_only=True):
    """A member asks to promote. ACTIVE at once if anyone may, or if enough was spent.

    Refuses SPEND_TOO_LOW, PROMOTER_STATE if the promoter was frozen or removed. domain.md §2.2.
    """

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield SPENDING, (self.merchant_id, self.promoter_id)

    def decide(self, state: State) -> Decision:
        row = self.promoter(state) or Promoter(self.merchant_id, self.promoter_id)
        if row.state in ("ACTIVE", "APPLIED"):
            return Decision(row)
        if row.state != "NONE":
            raise PromoterState(state=row.state)
        programme = programme_of(state, self.merchant_id)
        becomes: State_ = "APPLIED" if programme.who == "APPROVAL" else "ACTIVE"
        if programme.who == "SPEND":
            spent = sum(
                one.spent_fen for one in state.group(SPENDING, (self.merchant_id, self.promoter_id))
            )
            if spent < programme.spend_fen:
                raise SpendTooLow(spent_fen=spent, needed_fen=programme.spend_fen)
        row = replace(row, state=becomes, changed_by=self.promoter_id, changed_at=self.at)
        return Decision(row, [row], [changed(row)])


class ApprovePromoter(_OnPromoter, frozen=True, kw_only=True):
    """Decides an application. Refuses PROMOTER_NOT_FOUND, PROMOTER_STATE if none is open."""

    approve: bool
    reason: str
    actor: str

    def decide(self, state: State) -> Decision:
        row = self.promoter(state)
        if row is None:
            raise PromoterNotFound(field="promoter_id")
        if row.state != "APPLIED":
            raise PromoterState(state=row.state)
        row = replace(
            row,
            state="ACTIVE" if self.approve else "NONE",
            reason=self.reason,
            changed_by=self.actor,
            changed_at=self.at,
        )
        return Decision(row, [row], [changed(row)])


_MOVES: dict[str, tuple[State_, ...]] = {
    "FROZEN": ("ACTIVE",),
    "ACTIVE": ("FROZEN", "REMOVED"),
    "REMOVED": ("ACTIVE", "FROZEN", "APPLIED", "NONE"),
}


class MovePromoter(_OnPromoter, frozen=True, kw_only=True):
    """Freezes, unfreezes or removes a promoter.

    Who is frozen or removed is attributed no new orders and gets no new customers; what orders
    owe from before is paid. FROZEN also stops withdrawals. Refuses PROMOTER_STATE.
    """

    to: Literal["ACTIVE", "FROZEN", "REMOVED"]
    reason: str
    actor: str

    def decide(self, state: State) -> Decision:
        programme = programme_of(state, self.merchant_id)
        row = self.promoter(state) or Promoter(self.merchant_id, self.promoter_id)
        if row.state == "NONE" and programme.who == "ANYONE":
            row = replace(row, state="ACTIVE")
        if row.state == self.to:
            return Decision(row)
        if row.state not in _MOVES[self.to]:
            raise PromoterState(state=row.state)
        row = replace(
            row, state=self.to, reason=self.reason, changed_by=self.actor, changed_at=self.at
        )
        return Decision(row, [row], [changed(row)])


class SetPromoterLevel(_OnPromoter, frozen=True, kw_only=True):
    """Puts a promoter on a level of the programme. Refuses PROMOTER_NOT_ACTIVE."""

    level_id: str
    actor: str

    def decide(self, state: State) -> Decision:
        programme = programme_of(state, self.merchant_id)
        row = admitted(programme, self.promoter(state), self.merchant_id, self.promoter_id)
        if row is None:
            raise PromoterNotActive(field="promoter_id")
        row = replace(row, level_id=self.level_id, changed_by=self.actor, changed_at=self.at)
        return Decision(row, [row], [changed(row)])
