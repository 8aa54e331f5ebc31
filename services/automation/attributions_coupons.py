"""Coupons that journeys and campaigns had given: the order that uses one is their merit; M6.

Coupon tells of each coupon's uses and returns in order, but a use is heard of only when its order
is known to be paid. So each event counts by its place in that order, not by when it is heard of: an
order keeps its credit, and what the coupon cost is what its latest event says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events.automation import SourceKind
from services.automation.attributions import AttributedOrder, OfOrder, credited
from services.automation.enrollments import Enrollment


class GivenCoupon(Row, frozen=True):
    """A coupon that a journey or campaign had given, and the order that used it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "coupon_id")

    merchant_id: str
    coupon_id: str
    member_id: str
    source_kind: SourceKind
    source_id: str
    action_id: str
    is_used: bool
    # Empty also where it was used at a till.
    order_id: str
    discount_fen: int
    # The place among the coupon's events of the latest use or return; 0: none, or nobody said.
    heard: int = 0


def _after(coupon: GivenCoupon, sequence: int, **facts: object) -> GivenCoupon:
    """The coupon with these facts of its ``sequence``-th event; as it is after a later one's."""
    if sequence < coupon.heard:
        return coupon
    return replace(coupon, heard=sequence, **facts)


class CreditCoupon(OfOrder, frozen=True, kw_only=True):
    """An order used a coupon: if a journey or campaign had given it, the order is its merit; M6.

    Refuses NOT_YET while the order's payment is unknown. Other coupons mean nothing here. At a till
    (``at_pos``) there may be no order: then only the discount counts.
    """

    RESULT: ClassVar[type] = GivenCoupon

    coupon_id: str
    at_pos: bool
    discount_fen: int
    # Which of the coupon's events it is; 0 of a sender that does not count them.
    sequence: int

    def keys(self, found: State) -> Sequence[str]:
        return (self.lane(), f"given-coupon:{self.coupon_id}")

    def reads(self, found: State) -> Iterable[Read]:
        yield GivenCoupon, (self.merchant_id, self.coupon_id)
        yield AttributedOrder, (self.merchant_id, self.order_id)

    def decide(self, state: State) -> Decision:
        coupon = state.get(GivenCoupon, (self.merchant_id, self.coupon_id))
        if coupon is None:
            return Decision()
        used = _after(
            coupon, self.sequence, is_used=True, order_id=self.order_id,
            discount_fen=self.discount_fen,
        )  # fmt: skip
        if self.at_pos:
            return Decision(result=used, rows=[used])
        order = self.order(state)
        if not self._takes_credit(order):
            return Decision(result=used, rows=[used])
        after = replace(
            order, source_kind=coupon.source_kind, source_id=coupon.source_id, by="COUPON",
            coupon_id=self.coupon_id, coupon_fen=self.discount_fen,
        )  # fmt: skip
        same = (order.source_kind, order.source_id) == (after.source_kind, after.source_id)
        told = [] if same else [credited(after, order.source_id)]
        return Decision(used, [used, after], told)

    def _takes_credit(self, order: AttributedOrder) -> bool:
        """Of two coupons of one order the one that took off more, at the same the first by id."""
        if order.by != "COUPON":
            return True
        # Credited by a release that did not say by which coupon: it stays.
        known = (-order.coupon_fen, order.coupon_id)
        return order.coupon_id != "" and (-self.discount_fen, self.coupon_id) < known


class NoteCouponBack(Command, frozen=True, kw_only=True):
    """A used coupon came back with its order's full refund: it cost nothing."""

    RESULT: ClassVar[type] = GivenCoupon

    coupon_id: str
    order_id: str
    # As of ``CreditCoupon``.
    sequence: int

    def lane(self) -> str:
        return f"given-coupon:{self.coupon_id}"

    def reads(self, found: State) -> Iterable[Read]:
        return ((GivenCoupon, (self.merchant_id, self.coupon_id)),)

    def decide(self, state: State) -> Decision:
        coupon = state.get(GivenCoupon, (self.merchant_id, self.coupon_id))
        # Of a sender that does not count: only what is known to be used there comes back.
        if coupon is None or (not self.sequence and coupon.order_id != self.order_id):
            return Decision(result=coupon)
        after = _after(coupon, self.sequence, is_used=False, order_id="", discount_fen=0)
        return Decision(result=after, rows=[after])


class NoteGivenCoupon(Command, frozen=True, kw_only=True):
    """A journey's coupon was given: the order that uses it will be the journey's merit; M6.

    The enrolment says whose coupon it is, whoever its member is by now; a test's is for nothing.
    """

    RESULT: ClassVar[type] = GivenCoupon

    coupon_id: str
    member_id: str
    # ``<enrolment>.<step>``, as journeys name what a step asks for.
    action_id: str

    def lane(self) -> str:
        return f"given-coupon:{self.coupon_id}"

    def _enrollment_key(self) -> tuple[str, str]:
        return (self.merchant_id, self.action_id.partition(".")[0])

    def reads(self, found: State) -> Iterable[Read]:
        yield GivenCoupon, (self.merchant_id, self.coupon_id)
        yield Enrollment, self._enrollment_key()

    def decide(self, state: State) -> Decision:
        old = state.get(GivenCoupon, (self.merchant_id, self.coupon_id))
        enrollment = state.get(Enrollment, self._enrollment_key())
        if old is not None or enrollment is None or enrollment.is_test:
            return Decision(result=old)
        given = GivenCoupon(
            self.merchant_id, self.coupon_id, self.member_id, "JOURNEY", enrollment.journey_id,
            self.action_id, is_used=False, order_id="", discount_fen=0,
        )  # fmt: skip
        return Decision(result=given, rows=[given])
