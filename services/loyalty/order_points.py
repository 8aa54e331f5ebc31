"""Points of orders: promised when paid, earned when completed, taken back when refunded.

The promise freezes rules, multiplier and base at payment. Whatever order completion and refunds
arrive in, the state after both is the same: an order earns by its full base, and refunds take back
a share of that by cumulative floor. domain.md §2.9, §2.14 (out of order), L2, L3, L12, X1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from services.loyalty.days import local_day
from services.loyalty.earn_rules import (
    BP,
    RULES,
    Caps,
    PointsRule,
    RuleTerms,
    cap_reads,
    points_for,
    rules_at,
)
from services.loyalty.earnings import (
    EARNED_BY,
    Clawback,
    Earning,
    Source,
    earn,
    lots_of,
    of_order_refund,
    revoke,
)
from services.loyalty.errors import HoldNotConsumedYet, MemberMoved, OrderNotPaidYet
from services.loyalty.members import MEMBER_LINK
from services.loyalty.points_accounts import (
    Balances,
    MemberCommand,
    PointsAccount,
    PointsProgramme,
    balances,
    declared,
    programme_key,
    programme_of,
)
from services.loyalty.points_benefits import benefit_reads, multiplier
from services.loyalty.points_book import Book, book_reads
from services.loyalty.points_holds import HOLDS_OF_ORDER, PointsRevert, hold_reads, revert


class OrderLine(msgspec.Struct, frozen=True):
    """One line of an order as far as points go. All amounts are int fen."""

    line_id: str
    sku_id: str
    category_id: str
    # What was paid for the goods, by whatever method, bonus value included.
    net_fen: int
    # The part paid from the wallet, and the bonus in it.
    wallet_fen: int
    bonus_fen: int


class BasisLine(msgspec.Struct, frozen=True, array_like=True):
    """What a line earns on, and what was refunded of it so far."""

    line_id: str
    base_fen: int
    wallet_fen: int
    bonus_fen: int
    cash_refunded_fen: int = 0
    wallet_refunded_fen: int = 0

    def refunded_base_fen(self) -> int:
        """The part of the base that came back; the bonus in wallet refunds by cumulative floor."""
        bonus = 0
        if self.wallet_fen:
            wallet = min(self.wallet_refunded_fen, self.wallet_fen)
            bonus = self.bonus_fen * wallet // self.wallet_fen
        return min(self.base_fen, self.cash_refunded_fen + self.wallet_refunded_fen - bonus)


class Offer(msgspec.Struct, frozen=True):
    """What one rule promised for an order."""

    rule_id: str
    rule_version: int
    points: int
    # The base it counted, and the lines; no lines means all.
    base_fen: int
    terms: RuleTerms
    line_ids: list[str] = []


class PointsOrder(Row, frozen=True):
    """An order that was paid: its promises, and how much of it still stands."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "order_id")

    merchant_id: str
    order_id: str
    member_id: str
    lines: list[BasisLine]
    offers: list[Offer]
    # The shop's day of payment: its caps count.
    cap_day: str
    fully_refunded: bool
    paid_at: datetime
    completed_at: datetime | None = None

    def refunded_of(self, offer: Offer) -> int:
        """How much of an offer's base was refunded."""
        if self.fully_refunded:
            return offer.base_fen
        wanted = set(offer.line_ids)
        return sum(
            line.refunded_base_fen() for line in self.lines if not wanted or line.line_id in wanted
        )


# All of a member's orders, for a merge.
ALL_ORDERS = Group(PointsOrder, ("merchant_id", "member_id"))


class RecordOrder(MemberCommand, frozen=True, kw_only=True):
    """Remembers what a paid order will earn. ``at`` is the payment; a repeat changes nothing."""

    order_id: str
    channel: Literal["MINI", "POS", "LIVE"]
    lines: list[OrderLine]

    def reads(self, found: State) -> Iterable[Read]:
        member = (self.merchant_id, self.member(found))
        yield MEMBER_LINK, (self.merchant_id, self.member_id)
        yield PointsProgramme, programme_key(self.merchant_id)
        yield PointsOrder, (self.merchant_id, self.order_id)
        yield RULES, (self.merchant_id, "PURCHASE")
        yield from benefit_reads(*member)

    def decide(self, state: State) -> Decision:
        if state.get(PointsOrder, (self.merchant_id, self.order_id)) is not None:
            return Decision()
        member_id = self.member(state)
        multiplier_bp = multiplier(state, self.merchant_id, member_id, self.at)
        rules = rules_at(state, self.merchant_id, "PURCHASE", self.at)
        offers = [self._offer(rule, multiplier_bp) for rule in rules]
        zone = programme_of(state, self.merchant_id).zone
        order = PointsOrder(
            self.merchant_id, self.order_id, member_id, [_basis(line) for line in self.lines],
            [offer for offer in offers if offer.base_fen], local_day(self.at, zone).isoformat(),
            False, self.at,
        )  # fmt: skip
        return Decision(rows=[order])

    def _offer(self, rule: PointsRule, multiplier_bp: int) -> Offer:
        terms = rule.terms
        lines = [line for line in self.lines if _earns(terms, line)]
        if terms.channels and self.channel not in terms.channels:
            lines = []
        base_fen = sum(_basis(line).base_fen for line in lines)
        rate = multiplier_bp if terms.tier_multiplier else BP
        points = points_for(base_fen, terms.rate_bp, rate)
        everything = len(lines) == len(self.lines)
        return Offer(
            rule.rule_id, rule.version, points, base_fen, terms,
            [] if everything else [line.line_id for line in lines],
        )  # fmt: skip


def _earns(terms: RuleTerms, line: OrderLine) -> bool:
    category = not terms.category_ids or line.category_id in terms.category_ids
    return category and (not terms.sku_ids or line.sku_id in terms.sku_ids)


def _basis(line: OrderLine) -> BasisLine:
    base_fen = max(0, line.net_fen - line.bonus_fen)
    return BasisLine(line.line_id, base_fen, line.wallet_fen, line.bonus_fen)


class _OfOrder(Command, frozen=True, kw_only=True):
    """A command about an order that was paid; the order says whose points it changes."""

    RESULT: ClassVar[type] = Balances

    order_id: str

    def lane(self) -> str:
        return self.order_id

    def locate(self) -> Sequence[Read]:
        return (
            (PointsOrder, (self.merchant_id, self.order_id)),
            (HOLDS_OF_ORDER, (self.merchant_id, self.order_id)),
        )

    def keys(self, found: State) -> Sequence[str]:
        order = found.get(PointsOrder, (self.merchant_id, self.order_id))
        holds = found.group(HOLDS_OF_ORDER, (self.merchant_id, self.order_id))
        return sorted({one.member_id for one in (order, *holds) if one} or {self.order_id})

    def reads(self, found: State) -> Iterable[Read]:
        yield PointsOrder, (self.merchant_id, self.order_id)
        yield EARNED_BY, (self.merchant_id, "ORDER", self.order_id)
        order = found.get(PointsOrder, (self.merchant_id, self.order_id))
        if order is not None:
            yield from book_reads(self.merchant_id, order.member_id)
            yield from cap_reads(self.merchant_id, order.member_id, (order.cap_day,))

    def _order(self, state: State) -> PointsOrder:
        order = state.get(PointsOrder, (self.merchant_id, self.order_id))
        if order is None:
            raise OrderNotPaidYet(order_id=self.order_id)
        if not declared(state, PointsAccount, (self.merchant_id, order.member_id)):
            raise MemberMoved(member_id=order.member_id)
        return order

    def _open(self, state: State, order: PointsOrder) -> tuple[Book, Caps]:
        book = Book(state, self.merchant_id, order.member_id, self.at, self.new_id)
        return book, Caps(state, self.merchant_id, order.member_id, (order.cap_day,))


class EarnOrder(_OfOrder, frozen=True, kw_only=True):
    """Earns what an order promised, pending from its completion (``at``); L2, L12.

    Waits for the payment (ORDER_NOT_PAID_YET). What was refunded before is taken back at once.
    """

    def decide(self, state: State) -> Decision:
        order = self._order(state)
        book, caps = self._open(state, order)
        if order.completed_at is not None:
            return Decision(result=balances(book.account))
        rows: list[Row] = [replace(order, completed_at=self.at)]
        for offer in order.offers:
            rule = (offer.rule_id, offer.rule_version, offer.terms)
            source: Source = ("ORDER", self.order_id)
            earning = earn(book, caps, source, rule, offer.points, self.at, order.cap_day)
            rows.append(revoke(book, caps, earning, _to_revoke(order, offer, earning), "REFUND"))
        return book.close(balances(book.account), *rows, *caps.rows())


def _to_revoke(order: PointsOrder, offer: Offer, earning: Earning) -> int:
    """What refunds so far must have taken back, less what they did: a cumulative floor."""
    due = earning.points * order.refunded_of(offer) // offer.base_fen
    return max(0, due - earning.revoked_points)


class LineRefund(msgspec.Struct, frozen=True):
    """What one refund gave back of one line."""

    line_id: str
    cash_fen: int
    wallet_fen: int


class RefundOrder(_OfOrder, frozen=True, kw_only=True):
    """Gives back the points an order was paid with, takes back those it earned; S4, L1–L3.

    ``refund_id`` works once for ever; what a caller took or gave back for it before is not taken or
    given again. Waits for the payment, and for the points of the order to be consumed if they are
    still held.
    """

    refund_id: str
    lines: list[LineRefund]
    # Points the customer gets back.
    points: int
    full: bool

    def locate(self) -> Sequence[Read]:
        return (*super().locate(), (EARNED_BY, (self.merchant_id, "ORDER", self.order_id)))

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield from lots_of(found.group(EARNED_BY, (self.merchant_id, "ORDER", self.order_id)))
        yield Clawback, (self.merchant_id, of_order_refund(self.refund_id))
        yield Clawback, (self.merchant_id, self.refund_id)
        yield PointsRevert, (self.merchant_id, self.refund_id)
        yield HOLDS_OF_ORDER, (self.merchant_id, self.order_id)
        for hold in found.group(HOLDS_OF_ORDER, (self.merchant_id, self.order_id)):
            yield from hold_reads(hold)

    def decide(self, state: State) -> Decision:
        order = self._order(state)
        book, caps = self._open(state, order)
        clawback_id = of_order_refund(self.refund_id)
        known = state.get(Clawback, (self.merchant_id, clawback_id))
        if known is not None or self._is_told_in_old_shape(state):
            return Decision(result=balances(book.account))
        rows = self._give_back(state, book)
        order = replace(
            order,
            lines=[self._after(line) for line in order.lines],
            fully_refunded=order.fully_refunded or self.full,
        )
        rows.append(order)
        earnings = state.group(EARNED_BY, (self.merchant_id, "ORDER", self.order_id))
        offers = {offer.rule_id: offer for offer in order.offers}
        taken = 0
        for earning in earnings:
            points = _to_revoke(order, offers[earning.rule_id], earning)
            taken += points
            if points:
                rows.append(revoke(book, caps, earning, points, "REFUND"))
        clawback = Clawback(
            self.merchant_id, clawback_id, order.member_id, "ORDER", self.order_id, taken,
            "REFUND", self.at,
        )  # fmt: skip
        return book.close(balances(book.account), clawback, *rows, *caps.rows())

    def _is_told_in_old_shape(self, state: State) -> bool:
        """Whether a former release took this refund's event, and kept it under the bare id.

        A caller's clawback has that id, too, but never the very moment of the event.
        """
        known = state.get(Clawback, (self.merchant_id, self.refund_id))
        if known is None:
            return False
        told = (known.source_type, known.source_id, known.reason, known.at)
        return told == ("ORDER", self.order_id, "REFUND", self.at)

    def _after(self, line: BasisLine) -> BasisLine:
        for refund in self.lines:
            if refund.line_id == line.line_id:
                line = replace(
                    line,
                    cash_refunded_fen=line.cash_refunded_fen + refund.cash_fen,
                    wallet_refunded_fen=line.wallet_refunded_fen + refund.wallet_fen,
                )
        return line

    def _give_back(self, state: State, book: Book) -> list[Row]:
        """The used points of this refund, unless they came back by another door already."""
        if not self.points or state.get(PointsRevert, (self.merchant_id, self.refund_id)):
            return []
        for hold in state.group(HOLDS_OF_ORDER, (self.merchant_id, self.order_id)):
            if hold.state == "HELD":
                raise HoldNotConsumedYet(order_id=self.order_id)
            if hold.member_id != book.account.member_id:
                continue
            points = min(self.points, hold.points - hold.reverted_points)
            if points:
                return list(revert(book, hold, points, self.refund_id))
        return []
