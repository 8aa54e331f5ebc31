"""Orders of members: how many there are, which number each has, and that refunds count again.

Numbers count what stands over all channels. A full refund takes its order out, and those after it
move up: a third order is no longer the third; parity.md §2 item 13, §3 no. 60 and 65.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from common.rows import Read, State
from services.automation.errors import OrderUnknown
from services.automation.members import (
    ORDER_ITSELF,
    ORDERS_OF,
    MemberOrder,
)
from services.automation.occurrences import Occurrence, OccurrenceKind
from services.automation.reactions import Change, MemberCommand


def occurrence_of(order: MemberOrder, kind: OccurrenceKind, at: datetime) -> Occurrence:
    """What happened to an order, as journeys see it."""
    return Occurrence(
        kind, order.order_id, at, amount_fen=order.paid_fen - order.refunded_fen,
        number=order.number, channel=order.channel, store_id=order.store_id,
        category_ids=order.category_ids, sku_ids=order.sku_ids,
    )  # fmt: skip


class TakeOrderPaid(MemberCommand, frozen=True, kw_only=True):
    """An order was paid. The number it gets is by when it was told of, not when it was paid."""

    order_id: str
    paid_fen: int
    channel: str
    store_id: str
    category_ids: list[str]
    sku_ids: list[str]

    def occurrence(self) -> Occurrence:
        # For finding the journeys and the entry key; the number is known only when decided.
        return Occurrence("ORDER_PAID", self.order_id, self.at)

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield MemberOrder, (self.merchant_id, self.order_id)

    def happen(self, state: State, change: Change) -> Occurrence | None:
        if state.get(MemberOrder, (self.merchant_id, self.order_id)) is not None:
            return None
        member = change.member
        number = member.order_count + 1
        order = MemberOrder(
            self.merchant_id, self.order_id, member.member_id, "PAID", number, self.paid_fen, 0,
            [], self.channel, self.store_id, self.category_ids, self.sku_ids, self.at,
        )  # fmt: skip
        last = max(self.at, member.last_order_at or self.at)
        change.member = replace(
            member, order_count=number, spent_fen=member.spent_fen + self.paid_fen,
            last_order_at=last,
        )  # fmt: skip
        change.rows += [change.member, order]
        return occurrence_of(order, "ORDER_PAID", self.at)


class _OfOrder(MemberCommand, frozen=True, kw_only=True):
    """Something about an order that was paid. Empty ``member_id``: the event does not say whose."""

    order_id: str

    def lane(self) -> str:
        return self.order_id

    def locate(self) -> Sequence[Read]:
        return [(ORDER_ITSELF, (self.merchant_id, self.order_id)), *super().locate()]

    def subject(self, found: State) -> str:
        for order in found.group(ORDER_ITSELF, (self.merchant_id, self.order_id)):
            return order.member_id
        return self.member_id

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield MemberOrder, (self.merchant_id, self.order_id)

    def order(self, state: State) -> MemberOrder:
        """The order. Refuses ORDER_UNKNOWN: it may still be told of."""
        order = state.get(MemberOrder, (self.merchant_id, self.order_id))
        if order is None:
            raise OrderUnknown(order_id=self.order_id)
        return order

    def change(self, state: State) -> Change:
        return self.change_of(state, self.order(state).member_id)


class TakeOrderCompleted(_OfOrder, frozen=True, kw_only=True):
    """The goods of an order were received or redeemed. Refuses ORDER_UNKNOWN."""

    def occurrence(self) -> Occurrence:
        return Occurrence("ORDER_COMPLETED", self.order_id, self.at)

    def happen(self, state: State, change: Change) -> Occurrence | None:
        order = self.order(state)
        if order.state != "PAID":
            return None
        order = replace(order, state="COMPLETED")
        change.rows.append(order)
        return occurrence_of(order, "ORDER_COMPLETED", self.at)


class TakeOrderRefunded(_OfOrder, frozen=True, kw_only=True):
    """Part or all of an order came back, once per refund. Refuses ORDER_UNKNOWN."""

    refund_id: str
    amount_fen: int
    is_full: bool

    def occurrence(self) -> Occurrence:
        return Occurrence("ORDER_REFUNDED", f"{self.order_id}/{self.refund_id}", self.at)

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        if self.is_full:
            yield ORDERS_OF, (self.merchant_id, self.subject(found))

    def happen(self, state: State, change: Change) -> Occurrence | None:
        order = self.order(state)
        if self.refund_id in order.refund_ids or order.state == "REFUNDED":
            return None
        left = order.paid_fen - order.refunded_fen
        back = left if self.is_full else min(left, self.amount_fen)
        order = replace(
            order, refunded_fen=order.refunded_fen + back,
            refund_ids=[*order.refund_ids, self.refund_id],
        )  # fmt: skip
        member = change.member
        change.member = replace(member, spent_fen=member.spent_fen - back)
        if self.is_full:
            order = self._take_out(state, change, order)
        change.rows += [change.member, order]
        ref = f"{self.order_id}/{self.refund_id}"
        happened = occurrence_of(order, "ORDER_REFUNDED", self.at)
        return Occurrence(
            "ORDER_REFUNDED", ref, self.at, amount_fen=back, number=order.number,
            channel=happened.channel, store_id=happened.store_id, object_id=self.order_id,
            category_ids=happened.category_ids, sku_ids=happened.sku_ids,
        )  # fmt: skip

    def _take_out(self, state: State, change: Change, order: MemberOrder) -> MemberOrder:
        """The order does not stand any more; those that were after it move up by one."""
        standing = [
            one
            for one in state.group(ORDERS_OF, (self.merchant_id, change.member.member_id))
            if one.order_id != order.order_id
        ]
        change.rows += [
            replace(one, number=one.number - 1) for one in standing if one.number > order.number
        ]
        change.member = replace(
            change.member, order_count=len(standing),
            last_order_at=max((one.paid_at for one in standing), default=None),
        )  # fmt: skip
        return replace(order, state="REFUNDED", number=0)
