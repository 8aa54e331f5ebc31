"""Order facts: one row per paid order, and what a member's orders amount to.

Facts may come twice, late and in any order; what follows from them is the same. An order refunded
in full (``is_full_cumulative``) leaves frequency, monetary value, stage and habit. domain.md §3.6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from services.audience.days import day_of
from services.audience.errors import MemberMoved, OrderNotPaid
from services.audience.lifecycle import RHYTHM_DAYS, SCOPE, LifecyclePolicy
from services.audience.nights import first_of_merchant
from services.audience.profiles import (
    OfMember,
    Profile,
    first_touch,
    member_key,
    policy_of,
    touched,
)
from services.audience.stages import pass_time, settle


class FactLine(msgspec.Struct, frozen=True):
    """One line of an order: what it was, what it cost net, and what came back of it."""

    line_id: str
    sku_id: str
    spu_id: str
    category_id: str
    qty: int
    net_fen: int
    refunded_qty: int = 0
    refunded_fen: int = 0


class RefundLine(msgspec.Struct, frozen=True):
    """What one refund gives back of one line, cash and wallet together."""

    line_id: str
    qty: int
    fen: int


class OrderFact(Row, frozen=True):
    """One paid order. ``net_fen`` is what its goods cost after all discounts, shipping apart."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "order_id")

    merchant_id: str
    order_id: str
    member_id: str
    channel: str
    store_id: str
    # Who sold it, as commission attributed it.
    guide_id: str
    paid_at: datetime
    completed_at: datetime | None
    net_fen: int
    shipping_fen: int
    refunded_fen: int
    shipping_refunded_fen: int
    is_full_refund: bool
    refunded_at: datetime | None
    # Of the line that cost most; ties go to the first id.
    category_id: str
    lines: list[FactLine]
    refund_ids: list[str]


MEMBER_ORDERS = Group(OrderFact, ("merchant_id", "member_id"))


def main_category(lines: Sequence[FactLine]) -> str:
    """The category that most money went to; ties go to the first id."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.category_id] = sums.get(line.category_id, 0) + line.net_fen
    return min(sums, key=lambda category: (-sums[category], category))


def with_order(profile: Profile, fact: OrderFact) -> Profile:
    """The profile with one more order. Equal to ``with_orders`` of them all."""
    day = day_of(fact.paid_at)
    days = profile.order_days
    if day not in days:
        days = sorted([*days, day])[-RHYTHM_DAYS:]
    count = profile.order_count + 1
    net = profile.net_sales_fen + fact.net_fen - fact.refunded_fen
    changed = replace(
        profile,
        order_count=count,
        order_days=days,
        net_sales_fen=net,
        avg_order_fen=net // count,
        first_paid_at=min(profile.first_paid_at or fact.paid_at, fact.paid_at),
    )
    last = profile.last_paid_at
    if last is not None and (fact.paid_at, fact.order_id) < (last, profile.last_order_id):
        return changed
    return replace(
        changed,
        last_paid_at=fact.paid_at,
        last_order_id=fact.order_id,
        last_category_id=fact.category_id,
        last_store_id=fact.store_id,
        last_channel=fact.channel,
    )


def with_orders(profile: Profile, facts: Iterable[OrderFact]) -> Profile:
    """The profile with just these orders: what a rebuild finds."""
    facts = list(facts)
    found = replace(
        profile,
        order_count=0,
        order_days=[],
        net_sales_fen=0,
        avg_order_fen=0,
        refunded_fen=sum(fact.refunded_fen for fact in facts),
        first_paid_at=None,
        last_paid_at=None,
        last_order_id="",
        last_category_id="",
        last_store_id="",
        last_channel="",
    )
    for fact in facts:
        if not fact.is_full_refund:
            found = with_order(found, fact)
    return found


class TakeOrderPaid(OfMember, frozen=True, kw_only=True):
    """An order was paid. A repeat changes nothing."""

    order_id: str
    channel: str
    store_id: str
    shipping_fen: int
    paid_at: datetime
    lines: tuple[FactLine, ...]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield OrderFact, (self.merchant_id, self.order_id)

    def decide(self, state: State) -> Decision:
        if state.get(OrderFact, (self.merchant_id, self.order_id)) is not None:
            return Decision()
        before = self.profile_or_new(state, self.paid_at)
        policy = policy_of(state, self.merchant_id, self.at)
        fact = OrderFact(
            merchant_id=self.merchant_id,
            order_id=self.order_id,
            member_id=before.member_id,
            channel=self.channel,
            store_id=self.store_id,
            guide_id="",
            paid_at=self.paid_at,
            completed_at=None,
            net_fen=sum(line.net_fen for line in self.lines),
            shipping_fen=self.shipping_fen,
            refunded_fen=0,
            shipping_refunded_fen=0,
            is_full_refund=False,
            refunded_at=None,
            category_id=main_category(self.lines),
            lines=list(self.lines),
            refund_ids=[],
        )
        passed = pass_time(before, self.paid_at, policy)
        bought = first_touch(with_order(passed.profile, fact), self.channel, self.paid_at)
        outcome = settle(passed, bought, self.paid_at, policy)
        first = first_of_merchant(state, self.merchant_id, self.paid_at)
        return outcome.decision(state, fact, *first)


class OfOrder(Command, frozen=True, kw_only=True):
    """A command about an order that was paid, found by its fact. Parked until that is there."""

    RESULT: ClassVar[Any] = str

    order_id: str

    def lane(self) -> str:
        return f"order/{self.order_id}"

    def locate(self) -> Sequence[Read]:
        return ((OrderFact, (self.merchant_id, self.order_id)),)

    def _owner(self, found: State) -> str | None:
        fact = found.get(OrderFact, (self.merchant_id, self.order_id))
        return fact.member_id if fact else None

    def keys(self, found: State) -> Sequence[str]:
        owner = self._owner(found)
        return (member_key(owner) if owner else self.lane(),)

    def reads(self, found: State) -> Iterable[Read]:
        yield OrderFact, (self.merchant_id, self.order_id)
        if owner := self._owner(found):
            yield Profile, (self.merchant_id, owner)
            yield LifecyclePolicy, (self.merchant_id, SCOPE)

    def fact(self, state: State) -> OrderFact:
        """The order's fact, its member locked. Refuses ORDER_NOT_PAID, MEMBER_MOVED."""
        fact = state.get(OrderFact, (self.merchant_id, self.order_id))
        if fact is None:
            raise OrderNotPaid(order_id=self.order_id)
        if not state.knows(Profile, (self.merchant_id, fact.member_id)):
            raise MemberMoved(member_id=fact.member_id)
        return fact


class TakeOrderRefunded(OfOrder, frozen=True, kw_only=True):
    """Part or all of an order came back; once per ``refund_id``. Refuses ORDER_NOT_PAID."""

    refund_id: str
    lines: tuple[RefundLine, ...]
    shipping_fen: int
    is_full: bool
    refunded_at: datetime

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        owner = self._owner(found)
        if owner and self.is_full:
            yield MEMBER_ORDERS, (self.merchant_id, owner)

    def decide(self, state: State) -> Decision:
        fact = self.fact(state)
        if self.refund_id in fact.refund_ids:
            return Decision()
        profile = state.get(Profile, (self.merchant_id, fact.member_id))
        assert profile is not None, "Bug: an order's member has a profile"
        after = self._refunded(fact)
        back_fen = after.refunded_fen - fact.refunded_fen
        before = touched(profile, self.refunded_at)
        if not self.is_full or fact.is_full_refund:
            changed = replace(before, refunded_fen=before.refunded_fen + back_fen)
            if not fact.is_full_refund:
                net = before.net_sales_fen - back_fen
                changed = replace(
                    changed, net_sales_fen=net, avg_order_fen=net // before.order_count
                )
            return Decision(rows=[after, changed])
        key = (self.merchant_id, fact.member_id)
        if not state.knows(MEMBER_ORDERS, key):
            raise MemberMoved(member_id=fact.member_id)
        group = state.group(MEMBER_ORDERS, key)
        others = [one for one in group if one.order_id != self.order_id]
        policy = policy_of(state, self.merchant_id, self.at)
        passed = pass_time(before, self.refunded_at, policy)
        changed = with_orders(passed.profile, [*others, after])
        return settle(passed, changed, self.refunded_at, policy).decision(state, after)

    def _refunded(self, fact: OrderFact) -> OrderFact:
        back: dict[str, RefundLine] = {}
        for line in self.lines:
            known = back.get(line.line_id, RefundLine(line.line_id, 0, 0))
            back[line.line_id] = RefundLine(
                line.line_id, known.qty + line.qty, known.fen + line.fen
            )
        nothing = RefundLine("", 0, 0)
        lines = [
            replace(
                line,
                refunded_qty=line.refunded_qty + back.get(line.line_id, nothing).qty,
                refunded_fen=line.refunded_fen + back.get(line.line_id, nothing).fen,
            )
            for line in fact.lines
        ]
        return replace(
            fact,
            refunded_fen=fact.refunded_fen + sum(line.fen for line in self.lines),
            shipping_refunded_fen=fact.shipping_refunded_fen + self.shipping_fen,
            is_full_refund=fact.is_full_refund or self.is_full,
            refunded_at=max(fact.refunded_at or self.refunded_at, self.refunded_at),
            lines=lines,
            refund_ids=sorted([*fact.refund_ids, self.refund_id]),
        )


class TakeOrderCompleted(OfOrder, frozen=True, kw_only=True):
    """The customer received the goods. Refuses ORDER_NOT_PAID."""

    completed_at: datetime

    def decide(self, state: State) -> Decision:
        fact = self.fact(state)
        if fact.completed_at is not None:
            return Decision()
        return Decision(rows=[replace(fact, completed_at=self.completed_at)])


class NoteGuideSale(OfOrder, frozen=True, kw_only=True):
    """Commission attributed the order's sale to a guide. Refuses ORDER_NOT_PAID."""

    guide_id: str

    def decide(self, state: State) -> Decision:
        fact = self.fact(state)
        if fact.guide_id == self.guide_id:
            return Decision()
        return Decision(rows=[replace(fact, guide_id=self.guide_id)])
