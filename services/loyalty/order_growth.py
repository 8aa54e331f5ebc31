"""What orders bring in growth: given when paid or completed, taken back when refunded.

A refund takes back by cumulative floor, so that refunds in pieces sum exactly to what was earned;
domain.md §2.0, §2.10, §2.14, X1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from services.loyalty.errors_members import OrderNotSeenYet
from services.loyalty.growth import GrowthPolicy, OfMember, entry, reversed_
from services.loyalty.members import must_be_declared
from services.loyalty.standing import Standing
from services.loyalty.tier_schemes import Sums
from services.loyalty.tier_terms import settle
from services.loyalty.tiers import TierState, standing_reads

# Basis points of growth per fen: 10 000 is one growth per yuan.
_PER_YUAN = 100 * 10_000


class BaseLine(msgspec.Struct, frozen=True, array_like=True):
    """One order line: what was paid, how much of it counts, and what came back of it."""

    line_id: str
    net_fen: int
    base_fen: int
    refunded_fen: int = 0
    # The part paid from the wallet, in which the bonus is; 0 too if a former release wrote it.
    wallet_fen: int = 0
    wallet_refunded_fen: int = 0

    @property
    def base_refunded_fen(self) -> int:
        """How much of the base is refunded; the bonus in wallet refunds by cumulative floor."""
        if self.net_fen == 0:
            return 0
        if self.wallet_fen == 0:
            return self.base_fen * self.refunded_fen // self.net_fen
        wallet = min(self.wallet_refunded_fen, self.wallet_fen)
        bonus = (self.net_fen - self.base_fen) * wallet // self.wallet_fen
        return min(self.base_fen, self.refunded_fen - bonus)


class OrderGrowth(Row, frozen=True):
    """One paid order: its base, the terms of its time, and what was given and taken back."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "order_id")

    merchant_id: str
    order_id: str
    member_id: str
    state: Literal["PAID", "COUNTED"]
    growth_per_yuan_bp: int
    lines: list[BaseLine]
    earned: Sums
    reversed: Sums
    # The ledger entry it was counted by.
    counted_n: int
    refund_ids: list[str]
    paid_at: datetime

    @property
    def base_fen(self) -> int:
        """What the order's growth is made of."""
        return sum(line.base_fen for line in self.lines)

    @property
    def goods_are_back(self) -> bool:
        """Whether all that was paid for the goods came back; shipping may stay paid."""
        paid = [line for line in self.lines if line.net_fen]
        return bool(paid) and all(line.refunded_fen == line.net_fen for line in paid)

    def taken_back(self, *, full: bool) -> Sums:
        """What all refunds so far take back of ``earned``."""
        if full or self.base_fen == 0:
            return self.earned if full else Sums()
        refunded = sum(line.base_refunded_fen for line in self.lines)
        growth = self.earned.growth * refunded // self.base_fen
        return Sums(growth=growth, spend_fen=refunded)


# A merge moves a member's orders, so that refunds find who remains.
ORDERS_OF = Group(OrderGrowth, ("merchant_id", "member_id"), order=lambda row: row.order_id)


class _OnOrder(Command, frozen=True, kw_only=True):
    """A command that names an order; the order says whose it is."""

    order_id: str

    def lane(self) -> str:
        return self.order_id

    def locate(self) -> Sequence[Read]:
        return ((OrderGrowth, (self.merchant_id, self.order_id)),)

    def keys(self, found: State) -> Sequence[str]:
        order = found.get(OrderGrowth, (self.merchant_id, self.order_id))
        return (order.member_id,) if order else (self.order_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield OrderGrowth, (self.merchant_id, self.order_id)
        order = found.get(OrderGrowth, (self.merchant_id, self.order_id))
        if order:
            yield from standing_reads(self.merchant_id, order.member_id)

    def order(self, state: State) -> OrderGrowth:
        """Raises ORDER_NOT_SEEN_YET (the event is parked) or MEMBER_MOVED."""
        order = state.get(OrderGrowth, (self.merchant_id, self.order_id))
        if order is None:
            raise OrderNotSeenYet(order_id=self.order_id)
        must_be_declared(state, TierState, (self.merchant_id, order.member_id))
        return order


class RecordOrderPaid(OfMember, frozen=True, kw_only=True):
    """Remembers what a paid order is worth in growth; gives it at once if the policy says so.

    The policy of the moment is frozen onto the order. Repeats change nothing.
    """

    RESULT: ClassVar[type] = OrderGrowth

    order_id: str
    lines: list[BaseLine]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield OrderGrowth, (self.merchant_id, self.order_id)
        yield GrowthPolicy, (self.merchant_id, "current")

    def decide(self, state: State) -> Decision:
        known = state.get(OrderGrowth, (self.merchant_id, self.order_id))
        if known is not None:
            return Decision(known)
        policy = state.get(GrowthPolicy, (self.merchant_id, "current"))
        policy = policy or GrowthPolicy(self.merchant_id)
        standing = self.standing(state)
        order = OrderGrowth(
            self.merchant_id,
            self.order_id,
            standing.member_id,
            state="PAID",
            growth_per_yuan_bp=policy.growth_per_yuan_bp,
            lines=self.lines,
            earned=Sums(),
            reversed=Sums(),
            counted_n=0,
            refund_ids=[],
            paid_at=self.at,
        )
        if policy.grant_on == "PAID":
            return _count_order(self, standing, order)
        return Decision(order, [order])


def _count_order(command: Command, standing: Standing, order: OrderGrowth) -> Decision:
    """Gives an order's growth, less what was refunded before it was given."""
    growth = order.base_fen * order.growth_per_yuan_bp // _PER_YUAN
    earned = Sums(growth=growth, spend_fen=order.base_fen, orders=1)
    order = replace(order, state="COUNTED", earned=earned)
    order = replace(order, reversed=order.taken_back(full=False))
    settle(standing)
    line = entry(command, standing, "ORDER", order.order_id, earned - order.reversed)
    order = replace(order, counted_n=line.n)
    standing.promote("GROWTH", order.order_id)
    standing.progress()
    return standing.decision(order, (line, order))


class RecordOrderCompleted(_OnOrder, frozen=True, kw_only=True):
    """Gives an order's growth when it is completed, once; L12.

    An order refunded in full gives none. Before the order's payment is known it is parked
    (ORDER_NOT_SEEN_YET).
    """

    RESULT: ClassVar[type] = OrderGrowth

    def decide(self, state: State) -> Decision:
        order = self.order(state)
        if order.state == "COUNTED":
            return Decision(order)
        if order.refund_ids and all(line.refunded_fen == line.net_fen for line in order.lines):
            return Decision(order)
        return _count_order(self, Standing(state, self, order.member_id), order)


class RefundPart(msgspec.Struct, frozen=True, array_like=True):
    """What came back of one line in one refund, by cash and wallet together."""

    line_id: str
    amount_fen: int
    # The part of it that went back to the wallet.
    wallet_fen: int = 0


class RecordOrderRefunded(_OnOrder, frozen=True, kw_only=True):
    """Takes back what the refunded part of an order earned; ``refund_id`` works once.

    If the growth caused an upgrade, the tier reverts at once, but not below the one before it.
    Before the order's payment is known it is parked. domain.md §2.10, §2.14.
    """

    RESULT: ClassVar[type] = OrderGrowth

    refund_id: str
    parts: list[RefundPart]
    full: bool

    def decide(self, state: State) -> Decision:
        order = self.order(state)
        if self.refund_id in order.refund_ids:
            return Decision(order)
        order = self._refunded(order)
        if order.state == "PAID":
            return Decision(order, [order])
        # A part that arrives after the refund in full gives nothing of that back.
        full = self.full or order.goods_are_back
        back = order.taken_back(full=full).at_least(order.reversed)
        delta = back - order.reversed
        order = replace(order, reversed=back)
        if delta == Sums():
            return Decision(order, [order])
        standing = Standing(state, self, order.member_id)
        decision = reversed_(
            self, standing, "ORDER_REFUND", f"{self.order_id}/{self.refund_id}", delta,
            order.counted_n, (order,),
        )  # fmt: skip
        return replace(decision, result=order)

    def _refunded(self, order: OrderGrowth) -> OrderGrowth:
        lines = []
        for line in order.lines:
            parts = [part for part in self.parts if part.line_id == line.line_id]
            total = line.refunded_fen + sum(part.amount_fen for part in parts)
            wallet = line.wallet_refunded_fen + sum(part.wallet_fen for part in parts)
            if self.full:
                total, wallet = line.net_fen, line.wallet_fen
            lines.append(
                replace(
                    line,
                    refunded_fen=min(total, line.net_fen),
                    wallet_refunded_fen=min(wallet, line.wallet_fen),
                )
            )
        return replace(order, lines=lines, refund_ids=[*order.refund_ids, self.refund_id])
