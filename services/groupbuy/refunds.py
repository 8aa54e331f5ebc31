"""Refunds: asked for as events, and followed until each is done.

Group-buy moves no money. It says what must go back, under an id that makes it go back once, asks
again until somebody answers, and makes what hangs visible; domain.md saga S5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events import groupbuy as events
from danke.events.groupbuy import RefundKind
from services.groupbuy.activities import activity_key
from services.groupbuy.customers import Customer, CustomerOrder, member_key, note_order
from services.groupbuy.draft import Draft
from services.groupbuy.errors import MemberMoved, RefundNotFound
from services.groupbuy.seats import Seat

RefundState = Literal["REQUESTED", "DONE"]
# ORDER: the order system's own refund, which nobody here asked for.
AnyRefund = Literal[RefundKind, "ORDER"]
CHASE_TIMER = "refund_chase"
# What nobody answered by then is told again, and is an alarm; S5.
OVERDUE: Final = timedelta(hours=24)
# After the channel said that it could not.
RETRY: Final = timedelta(hours=1)


class Refund(Row, frozen=True):
    """One refund that was asked for."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "refund_id")

    merchant_id: str
    refund_id: str
    seat_id: str
    group_id: str
    activity_id: str
    order_id: str
    member_id: str
    payment_id: str
    kind: AnyRefund
    amount_fen: int
    state: RefundState
    requested_at: datetime
    attempts: int
    failures: int
    overdue: bool
    done_at: datetime | None = None


def _is_open(refund: Refund) -> bool:
    return refund.state == "REQUESTED"


# Of money that never belonged to the seat: what comes back of it changes nothing there.
NOT_THE_SEATS: Final[Sequence[AnyRefund]] = ("DUPLICATE", "UNDERPAID")
OPEN_REFUNDS = Group(Refund, ("merchant_id", "seat_id"), holds=_is_open)
MEMBER_REFUNDS = Group(Refund, ("merchant_id", "member_id"), holds=_is_open)


def refund_key(seat_id: str, kind: RefundKind) -> str:
    """The id under which a seat's money is asked back for one reason, once."""
    return f"{seat_id}.{kind.lower()}"


def request_refund(
    draft: Draft, seat: Seat, kind: RefundKind, amount_fen: int, refund_id: str = ""
) -> None:
    """Asks for money back. The seat's own row is the caller's to change."""
    refund = draft.put(
        _refund(draft, seat, kind, amount_fen, refund_id or refund_key(seat.seat_id, kind))
    )
    draft.wake(CHASE_TIMER, refund.refund_id, draft.at + OVERDUE)
    draft.tell(_requested(refund))


def note_refund(draft: Draft, seat: Seat, amount_fen: int, refund_id: str) -> None:
    """Remembers a refund that the order system made by itself, so that it counts once."""
    refund = _refund(draft, seat, "ORDER", amount_fen, refund_id)
    draft.put(replace(refund, state="DONE", attempts=0, done_at=draft.at))


def _refund(draft: Draft, seat: Seat, kind: AnyRefund, amount_fen: int, refund_id: str) -> Refund:
    return Refund(
        merchant_id=draft.merchant_id,
        refund_id=refund_id,
        seat_id=seat.seat_id,
        group_id=seat.group_id,
        activity_id=seat.activity_id,
        order_id=seat.order_id,
        member_id=seat.member_id,
        payment_id=seat.payment_id,
        kind=kind,
        amount_fen=amount_fen,
        state="REQUESTED",
        requested_at=draft.at,
        attempts=1,
        failures=0,
        overdue=False,
    )


def _requested(refund: Refund) -> events.RefundRequested:
    assert refund.kind != "ORDER", "Bug: nobody asks for what was done already"
    return events.RefundRequested(
        group_id=refund.group_id,
        activity_id=refund.activity_id,
        refund_id=refund.refund_id,
        order_id=refund.order_id,
        seat_id=refund.seat_id,
        member_id=refund.member_id,
        amount_fen=refund.amount_fen,
        kind=refund.kind,
        idempotency_key=refund.refund_id,
        payment_id=refund.payment_id,
        attempt=refund.attempts,
    )


class _OfRefund(Command, frozen=True, kw_only=True):
    """A command that names a refund; its activity and group never change."""

    RESULT: ClassVar[type] = Refund

    refund_id: str

    def lane(self) -> str:
        return self.refund_id

    def locate(self) -> Sequence[Read]:
        return ((Refund, (self.merchant_id, self.refund_id)),)

    def keys(self, found: State) -> Sequence[str]:
        refund = found.get(Refund, (self.merchant_id, self.refund_id))
        if refund is None:
            return (self.refund_id,)
        return activity_key(refund.activity_id), member_key(refund.member_id)

    def reads(self, found: State) -> Iterable[Read]:
        yield Refund, (self.merchant_id, self.refund_id)
        refund = found.get(Refund, (self.merchant_id, self.refund_id))
        if refund:
            yield Seat, (self.merchant_id, refund.seat_id)
            yield Customer, (self.merchant_id, refund.member_id)
            yield CustomerOrder, (self.merchant_id, refund.order_id)

    def refund(self, draft: Draft) -> Refund:
        """Refuses REFUND_NOT_FOUND."""
        refund = draft.get(Refund, self.refund_id)
        if refund is None:
            raise RefundNotFound(field="refund_id", refund_id=self.refund_id)
        return refund


class SettleRefund(_OfRefund, frozen=True, kw_only=True):
    """The channel answered a refund. What is done stays done; what failed is asked for again.

    Less than was asked for is no answer: the refund stays open, and is overdue after a day. One
    that nobody here asked for is the order system's; its order tells of it, too.
    domain.md S5; parity.md §3 47.
    """

    succeeded: bool
    # What came back; None means all that was asked for.
    amount_fen: int | None = None

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        refund = draft.get(Refund, self.refund_id)
        if refund is None:
            return Decision()
        if refund.state == "DONE":
            return Decision(result=refund)
        if not self.succeeded:
            failed = draft.put(replace(refund, failures=refund.failures + 1))
            draft.wake(CHASE_TIMER, refund.refund_id, self.at + RETRY)
            return draft.decision(failed)
        if self.amount_fen is not None and self.amount_fen < refund.amount_fen:
            return Decision(result=refund)
        if not state.knows(Customer, (self.merchant_id, refund.member_id)):
            raise MemberMoved(refund_id=self.refund_id)
        return draft.decision(done(draft, refund))


def done(draft: Draft, refund: Refund) -> Refund:
    """The money of one refund is back."""
    after = draft.put(replace(refund, state="DONE", overdue=False, done_at=draft.at))
    draft.cancel(CHASE_TIMER, refund.refund_id)
    assert refund.kind != "ORDER", "Bug: nobody asked for it"
    draft.tell(
        events.RefundDone(
            group_id=refund.group_id,
            activity_id=refund.activity_id,
            refund_id=refund.refund_id,
            order_id=refund.order_id,
            seat_id=refund.seat_id,
            member_id=refund.member_id,
            amount_fen=refund.amount_fen,
            kind=refund.kind,
        )
    )
    seat = draft.get(Seat, refund.seat_id)
    assert seat is not None, "Bug: a refund without its seat"
    if refund.kind in NOT_THE_SEATS:
        return after
    seat = draft.put(
        replace(
            seat,
            owed_back_fen=seat.owed_back_fen - refund.amount_fen,
            refunded_fen=seat.refunded_fen + refund.amount_fen,
        )
    )
    if seat.state in ("REFUND_REQUESTED", "LATE_PAID"):
        refunded(draft, seat, after_success=False)
    return after


def refunded(draft: Draft, seat: Seat, *, after_success: bool) -> Seat:
    """The seat's money is all back; its order no longer makes its member an old customer."""
    seat = draft.put(replace(seat, state="REFUNDED", ended_at=draft.at))
    note_order(draft, seat.member_id, seat.order_id, "REFUNDED")
    draft.tell(
        events.SeatRefunded(
            group_id=seat.group_id,
            activity_id=seat.activity_id,
            seat_id=seat.seat_id,
            order_id=seat.order_id,
            member_id=seat.member_id,
            refunded_fen=seat.refunded_fen,
            after_success=after_success,
        )
    )
    return seat


class ChaseRefund(_OfRefund, frozen=True, kw_only=True):
    """A refund hangs: it is asked for again under the same key, and after a day it is an alarm."""

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        refund = self.refund(draft)
        if refund.state == "DONE":
            return Decision(result=refund)
        overdue = self.at >= refund.requested_at + OVERDUE
        refund = draft.put(replace(refund, attempts=refund.attempts + 1, overdue=overdue))
        draft.wake(CHASE_TIMER, refund.refund_id, self.at + (OVERDUE if overdue else RETRY))
        draft.tell(_requested(refund))
        if overdue and refund.kind != "ORDER":
            draft.tell(
                events.RefundOverdue(
                    group_id=refund.group_id,
                    activity_id=refund.activity_id,
                    refund_id=refund.refund_id,
                    order_id=refund.order_id,
                    seat_id=refund.seat_id,
                    member_id=refund.member_id,
                    amount_fen=refund.amount_fen,
                    kind=refund.kind,
                    requested_at=refund.requested_at,
                    attempts=refund.attempts,
                    failures=refund.failures,
                )
            )
        return draft.decision(refund)
