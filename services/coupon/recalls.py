"""Recalls (收回): unused coupons of a mass grant or a whole template are taken back.

Block after block, one timer after the other, like a mass grant. A coupon that an order or a friend
holds is marked and becomes void when it is given back; used ones stay used, and are void if their
order is refunded. What is taken back goes into stock again if that is asked for. parity.md §3
no. 40.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events import coupon as events
from danke.events.envelope import Event
from services.coupon.coupons import LIVE_OF_BLOCK, Coupon, OfCoupon, block_key, coupon_of
from services.coupon.errors import CouponNotAvailable, RecallExists, TemplateNotFound
from services.coupon.grants import taken_back
from services.coupon.stocks import BLOCK, Stock, recycled

RECALL_TIMER: Final = "coupon_recall"
_MOMENT: Final = timedelta(microseconds=1)


class Recall(Row, frozen=True):
    """One recall and how far it is."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "recall_id")

    merchant_id: str
    recall_id: str
    template_id: str
    # Only coupons of this mass grant, grant or code batch; empty for all of the template.
    ref: str
    recycle: bool
    reason: str
    state: Literal["RUNNING", "DONE"]
    next_block: int
    last_block: int
    voided: int
    # Held by an order or a friend when they were looked at.
    pending: int
    created_by: str
    created_at: datetime
    ended_at: datetime | None = None


# Of those who took coupons back, whoever gives one back must know.
RECALLS_OF = Group(Recall, ("merchant_id", "template_id"), order=lambda recall: recall.recall_id)


def is_recalled(state: State, coupon: Coupon) -> bool:
    """Whether a used coupon was taken back while it was used, by a recall of all or of its ref."""
    recalls = state.group(RECALLS_OF, (coupon.merchant_id, coupon.template_id))
    return any(
        one.ref in ("", coupon.ref) and coupon.claimed_at <= one.created_at for one in recalls
    )


class StartRecall(Command, frozen=True, kw_only=True):
    """Takes back the unused coupons of a template, or of one ``ref``. The same again answers it.

    Coupons issued after this are not touched. Refuses TEMPLATE_NOT_FOUND, RECALL_EXISTS.
    """

    RESULT: ClassVar[type] = Recall

    recall_id: str
    template_id: str
    ref: str
    recycle: bool
    reason: str
    actor: str

    def lane(self) -> str:
        return self.template_id

    def keys(self, found: State) -> tuple[str, ...]:
        return (self.template_id, f"recall:{self.recall_id}")

    def reads(self, found: State) -> Iterable[Read]:
        yield Recall, (self.merchant_id, self.recall_id)
        yield Stock, (self.merchant_id, self.template_id)

    def decide(self, state: State) -> Decision:
        old = state.get(Recall, (self.merchant_id, self.recall_id))
        if old is not None:
            if (old.template_id, old.ref) != (self.template_id, self.ref):
                raise RecallExists(field="recall_id", recall_id=self.recall_id)
            return Decision(result=old)
        stock = state.get(Stock, (self.merchant_id, self.template_id))
        if stock is None:
            raise TemplateNotFound(field="template_id", template_id=self.template_id)
        recall = Recall(
            self.merchant_id, self.recall_id, self.template_id, self.ref, self.recycle,
            self.reason, "RUNNING", 0, (stock.issued - 1) // BLOCK, 0, 0, self.actor, self.at,
        )  # fmt: skip
        timer = Timer(self.merchant_id, RECALL_TIMER, f"{self.recall_id}/0", self.at)
        return Decision(result=recall, rows=[recall, timer])


class RecallBlock(Command, frozen=True, kw_only=True):
    """Does one block of a recall, and sets the timer of the next."""

    recall_id: str
    block: int

    def lane(self) -> str:
        return f"recall:{self.recall_id}"

    def locate(self) -> Sequence[Read]:
        return ((Recall, (self.merchant_id, self.recall_id)),)

    def keys(self, found: State) -> tuple[str, ...]:
        recall = found.get(Recall, (self.merchant_id, self.recall_id))
        if recall is None:
            return (self.lane(),)
        template_id = recall.template_id
        return (self.lane(), template_id, block_key(template_id, self.block))

    def reads(self, found: State) -> Iterable[Read]:
        yield Recall, (self.merchant_id, self.recall_id)
        recall = found.get(Recall, (self.merchant_id, self.recall_id))
        if recall is not None:
            yield Stock, (self.merchant_id, recall.template_id)
            yield LIVE_OF_BLOCK, (self.merchant_id, recall.template_id, self.block)

    def decide(self, state: State) -> Decision:
        recall = state.get(Recall, (self.merchant_id, self.recall_id))
        if recall is None or recall.state == "DONE" or recall.next_block != self.block:
            return Decision()
        rows: list[Row] = []
        told: list[Event] = []
        back: list[Coupon] = []
        held = 0
        key = (self.merchant_id, recall.template_id, self.block)
        for coupon in state.group(LIVE_OF_BLOCK, key):
            if recall.ref and coupon.ref != recall.ref:
                continue
            after, event = taken_back(coupon, recall.reason)
            if after is not None:
                rows.append(after)
                held += event is None
            if event is not None:
                told.append(event)
                back.append(coupon)
        stock = state.get(Stock, (self.merchant_id, recall.template_id))
        assert stock is not None, "Bug: a recall without its template's stock"
        if recall.recycle and back:
            rows.append(recycled(stock, back))
        done = replace(
            recall, next_block=self.block + 1, voided=recall.voided + len(back),
            pending=recall.pending + held,
        )  # fmt: skip
        if done.next_block > done.last_block:
            done = replace(done, state="DONE", ended_at=self.at)
            told.append(
                events.RecallCompleted(
                    batch_id=recall.ref or recall.template_id, template_id=recall.template_id,
                    recall_id=recall.recall_id, voided=done.voided, pending=done.pending,
                )
            )  # fmt: skip
        else:
            ref = f"{self.recall_id}/{done.next_block}"
            rows.append(Timer(self.merchant_id, RECALL_TIMER, ref, self.at + _MOMENT))
        return Decision(rows=[*rows, done], events=told)


class VoidCoupon(OfCoupon, frozen=True, kw_only=True):
    """Takes one coupon back. Void already: nothing changes.

    Refuses COUPON_NOT_FOUND, COUPON_NOT_AVAILABLE if it was used, expired or handed on.
    """

    RESULT: ClassVar[type] = Coupon

    reason: str

    def decide(self, state: State) -> Decision:
        coupon = coupon_of(state, self.merchant_id, self.coupon_id)
        after, event = taken_back(coupon, self.reason)
        if after is None:
            if coupon.state == "VOIDED" or (coupon.recalled and coupon.state != "USED"):
                return Decision(result=coupon)
            raise CouponNotAvailable(coupon_id=self.coupon_id, state=coupon.state)
        return Decision(result=after, rows=[after], events=[event] if event else [])
