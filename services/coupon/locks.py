"""Locks: an order holds its coupons, uses them when it is paid, gives them back when it is not.

Try, confirm, cancel of saga S3; the lock's own timer frees what a lost cancel left behind. A paid
order keeps its coupons even if they ended meanwhile, an unpaid one gives back what ended as
EXPIRED. domain.md §2.7, C7, C8, C17, X3; parity.md §3 nos. 33–35.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import ClassVar, Final

from msgspec.structs import replace

from common.commands import Command, Decision
from common.errors import NotYet
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events import coupon as events
from danke.events.envelope import Event
from services.coupon.coupons import (
    Coupon,
    about,
    coupon_of,
    given_back,
    keys_of,
    must_be_available,
    must_take,
    returned,
    revived,
)
from services.coupon.errors import (
    DuplicateCoupon,
    HoldExpired,
    LockNotFound,
    LockStateInvalid,
    MemberMoved,
    OrderLocked,
)
from services.coupon.first_orders import locked_first
from services.coupon.members import MergedMember, Standing, has_left
from services.coupon.order_locks import LockedCoupon, OrderLock
from services.coupon.recalls import RECALLS_OF, is_recalled
from services.coupon.templates import CouponTemplate
from services.coupon.terms import CouponTerms
from services.coupon.verifications import VERIFIED_FOR

LOCK_TIMER: Final = "coupon_lock"


class LockCoupons(Command, frozen=True, kw_only=True):
    """Holds coupons for an order for ``ttl``: the *try*. All of them or none.

    The same again answers the same. Refuses COUPON_NOT_FOUND, COUPON_NOT_HELD,
    COUPON_NOT_AVAILABLE, DISCOUNT_TOO_HIGH, DUPLICATE_COUPON, ORDER_LOCKED, NOT_ELIGIBLE for a
    first-order coupon once an order was paid or while another one holds such a coupon. The door
    compared the quote.
    """

    RESULT: ClassVar[type] = OrderLock

    order_id: str
    member_id: str
    coupons: list[LockedCoupon]
    quote_hash: str
    ttl: timedelta

    def lane(self) -> str:
        return self.order_id

    def locate(self) -> Sequence[Read]:
        coupons = [(Coupon, (self.merchant_id, one.coupon_id)) for one in self.coupons]
        return [*coupons, (Standing, (self.merchant_id, self.member_id))]

    def keys(self, found: State) -> Sequence[str]:
        ids = [one.coupon_id for one in self.coupons]
        own = (f"order:{self.order_id}", f"standing:{self.member_id}")
        return (*own, *keys_of(found, self.merchant_id, ids))

    def reads(self, found: State) -> Iterable[Read]:
        yield OrderLock, (self.merchant_id, self.order_id)
        yield from self.locate()
        for one in self.coupons:
            coupon = found.get(Coupon, (self.merchant_id, one.coupon_id))
            if coupon is not None:
                yield CouponTerms, coupon.terms_key
        standing = found.get(Standing, (self.merchant_id, self.member_id))
        if standing is not None and standing.first_order_id:
            yield OrderLock, (self.merchant_id, standing.first_order_id)
            yield VERIFIED_FOR, (self.merchant_id, standing.first_order_id)

    def decide(self, state: State) -> Decision:
        ids = [one.coupon_id for one in self.coupons]
        if len(set(ids)) != len(ids):
            raise DuplicateCoupon(field="coupons")
        old = state.get(OrderLock, (self.merchant_id, self.order_id))
        lapsed = False
        if old is not None and old.state not in ("UNLOCKED", "EXPIRED"):
            asked = [(one.coupon_id, one.discount_fen) for one in self.coupons]
            held = [(one.coupon_id, one.discount_fen) for one in old.coupons]
            if old.state != "LOCKED" or held != asked or old.member_id != self.member_id:
                raise OrderLocked(order_id=self.order_id, state=old.state)
            lapsed = self.at >= old.expires_at  # its timer has not come yet: it is held anew
            if not lapsed:
                return Decision(result=old)
        until = self.at + self.ttl
        rows: list[Row] = []
        told: list[Event] = []
        held_now = []
        for one in self.coupons:
            coupon = coupon_of(state, self.merchant_id, one.coupon_id, self.member_id)
            if lapsed and coupon.order_id == self.order_id:
                coupon = given_back(coupon, self.at)
            must_be_available(coupon, self.at)
            must_take(coupon, one.discount_fen)
            rows += self._first_order(state, coupon)
            rows.append(
                replace(
                    coupon, state="LOCKED", order_id=self.order_id,
                    discount_fen=one.discount_fen, locked_until=until,
                )
            )  # fmt: skip
            told.append(events.CouponLocked(**about(coupon), order_id=self.order_id, until=until))
            held_now.append(replace(one, key=coupon.lock_key))
        lock = OrderLock(
            self.merchant_id, self.order_id, self.member_id, "LOCKED", held_now, self.quote_hash,
            self.at, until,
        )  # fmt: skip
        timer = Timer(self.merchant_id, LOCK_TIMER, self.order_id, until)
        return Decision(result=lock, rows=[lock, timer, *rows], events=told)

    def _first_order(self, state: State, coupon: Coupon) -> list[Row]:
        """Notes that this is to be the member's first order, if the coupon asks for that; M45."""
        if not state.knows(CouponTerms, coupon.terms_key):
            raise MemberMoved(coupon_id=coupon.coupon_id)
        version = state.get(CouponTerms, coupon.terms_key)
        assert version is not None, "Bug: a coupon without its terms"
        if not version.terms.first_order_only:
            return []
        who = (self.merchant_id, self.member_id)
        return [locked_first(state, *who, self.order_id, self.at)]


class OfOrder(Command, frozen=True, kw_only=True):
    """A command for what an order holds. ``by_event``: an order without coupons is no mistake."""

    RESULT: ClassVar[type] = OrderLock

    order_id: str
    by_event: bool = False

    def lane(self) -> str:
        return self.order_id

    def locate(self) -> Sequence[Read]:
        return ((OrderLock, (self.merchant_id, self.order_id)),)

    def keys(self, found: State) -> Sequence[str]:
        lock = found.get(OrderLock, (self.merchant_id, self.order_id))
        return (f"order:{self.order_id}", *(one.key for one in (lock.coupons if lock else ())))

    def reads(self, found: State) -> Iterable[Read]:
        yield OrderLock, (self.merchant_id, self.order_id)
        lock = found.get(OrderLock, (self.merchant_id, self.order_id))
        for one in lock.coupons if lock else ():
            yield Coupon, (self.merchant_id, one.coupon_id)

    def decide(self, state: State) -> Decision:
        lock = state.get(OrderLock, (self.merchant_id, self.order_id))
        if lock is None:
            if self.by_event:
                return Decision()
            raise LockNotFound(field="order_id", order_id=self.order_id)
        for one in lock.coupons:
            # The order was locked anew between finding out what it holds and getting its lock.
            if not state.knows(Coupon, (self.merchant_id, one.coupon_id)):
                raise MemberMoved(order_id=self.order_id)
        return self.change(state, lock)

    def change(self, state: State, lock: OrderLock) -> Decision:
        """What the command does to the lock."""
        raise NotImplementedError

    def held(self, state: State, lock: OrderLock) -> Iterable[tuple[Coupon, int]]:
        """The lock's coupons and what each takes off."""
        for one in lock.coupons:
            yield coupon_of(state, self.merchant_id, one.coupon_id), one.discount_fen

    def timer(self) -> tuple[type[Row], tuple[str, ...]]:
        """The lock's timer, to delete it."""
        return Timer, (self.merchant_id, LOCK_TIMER, self.order_id)


class UseCoupons(OfOrder, frozen=True, kw_only=True):
    """The order was paid: the *confirm*. The same again answers the same.

    Refuses LOCK_NOT_FOUND, HOLD_EXPIRED, LOCK_STATE_INVALID once unlocked. An OrderPaid event has
    happened and cannot be refused: it uses what is still there, and tells of what is gone. Coupons
    that were taken off the order before it was paid, without a discount, stay the member's.
    """

    store_id: str = ""
    # Whether what was paid was less because of coupons, as far as the event says.
    discounted: bool = True

    def change(self, state: State, lock: OrderLock) -> Decision:
        if lock.state in ("USED", "RETURNED"):
            return Decision(result=lock)
        if not self.by_event:
            if lock.state == "EXPIRED" or (lock.state == "LOCKED" and self.at >= lock.expires_at):
                raise HoldExpired(order_id=self.order_id)
            if lock.state != "LOCKED":
                raise LockStateInvalid(order_id=self.order_id, state=lock.state)
        if lock.state == "UNLOCKED" and not self.discounted:
            unused = replace(lock, state="USED", coupons=[])
            return Decision(result=unused, rows=[unused])
        rows: list[Row] = []
        told: list[Event] = []
        for coupon, discount_fen in self.held(state, lock):
            mine = coupon.state == "LOCKED" and coupon.order_id == self.order_id
            # Given back by the clock, and nobody took it since: the payment only came late. It is
            # still the order's member's, under whatever id: a coupon changes its member by a merge
            # alone (a transfer makes another coupon), and the lock keeps the id it was made with.
            free = coupon.state in ("AVAILABLE", "EXPIRED")
            if not mine and not free:
                told.append(events.CouponUseMissed(**about(coupon), order_id=self.order_id))
                continue
            rows.append(
                replace(
                    coupon, state="USED", order_id=self.order_id, discount_fen=discount_fen,
                    locked_until=None, used_at=self.at,
                )
            )  # fmt: skip
            told.append(
                events.CouponUsed(
                    **about(coupon), order_id=self.order_id, discount_fen=discount_fen,
                    scene="ORDER", store_id=self.store_id,
                )
            )  # fmt: skip
        after = replace(lock, state="USED")
        return Decision(after, [after, *rows], told, [self.timer()])


class UnlockCoupons(OfOrder, frozen=True, kw_only=True):
    """The order will not be paid: the *cancel*, or the lock's time-out (``expired``). C8.

    The same again answers the same. Refuses LOCK_NOT_FOUND, LOCK_STATE_INVALID once used.
    """

    expired: bool = False

    def change(self, state: State, lock: OrderLock) -> Decision:
        if lock.state in ("UNLOCKED", "EXPIRED"):
            return Decision(result=lock)
        if lock.state != "LOCKED":
            if self.by_event:
                return Decision(result=lock)
            raise LockStateInvalid(order_id=self.order_id, state=lock.state)
        if self.expired and self.at < lock.expires_at:
            return Decision(result=lock)  # an older lock of this order
        rows: list[Row] = []
        told: list[Event] = []
        for coupon, _ in self.held(state, lock):
            if coupon.state != "LOCKED" or coupon.order_id != self.order_id:
                continue
            free = given_back(coupon, self.at)
            rows.append(free)
            told.append(
                events.CouponUnlocked(
                    **about(free), order_id=self.order_id, state=free.state, expired=self.expired
                )
            )
        after = replace(lock, state="EXPIRED" if self.expired else "UNLOCKED")
        return Decision(after, [after, *rows], told, [self.timer()])


class ReturnCoupons(OfOrder, frozen=True, kw_only=True):
    """An order was refunded: a *full* refund gives its coupons back, a partial one does not.

    Validity is unchanged: what ended stays ended; C7. What was taken back meanwhile, or is of a
    template that was voided or a member who left, comes back void. The same again answers the
    same. Refuses LOCK_NOT_FOUND, LOCK_STATE_INVALID if they were never used. domain.md §2.7, S4.
    """

    refund_id: str
    full: bool

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        lock = found.get(OrderLock, (self.merchant_id, self.order_id))
        if lock is not None:
            yield MergedMember, (self.merchant_id, lock.member_id)
        for one in lock.coupons if lock else ():
            yield CouponTemplate, (self.merchant_id, one.key.rpartition("/")[0])
            yield RECALLS_OF, (self.merchant_id, one.key.rpartition("/")[0])

    def decide(self, state: State) -> Decision:
        lock = state.get(OrderLock, (self.merchant_id, self.order_id))
        if lock is None and self.by_event and self.full:
            # Whatever comes later of this order was refunded before: RewardOrder looks here.
            gone = OrderLock(
                self.merchant_id, self.order_id, "", "RETURNED", [], "", self.at, self.at,
                self.refund_id,
            )  # fmt: skip
            return Decision(rows=[gone])
        return super().decide(state)

    def change(self, state: State, lock: OrderLock) -> Decision:
        if lock.state == "RETURNED" or not self.full:
            return Decision(result=lock)
        if lock.state != "USED":
            if not self.by_event:
                raise LockStateInvalid(order_id=self.order_id, state=lock.state)
            raise NotYet(order_id=self.order_id)  # it was paid, so its payment will come
        rows: list[Row] = []
        told: list[Event] = []
        for coupon, _ in self.held(state, lock):
            if coupon.state != "USED" or coupon.order_id != self.order_id:
                continue
            template = state.get(CouponTemplate, (self.merchant_id, coupon.template_id))
            left = has_left(state, self.merchant_id, lock.member_id)
            free = returned(coupon, template, self.at, gone=left or is_recalled(state, coupon))
            rows += revived(free, self.at)
            told.append(
                events.CouponReturned(
                    **about(free), order_id=self.order_id, refund_id=self.refund_id,
                    state=free.state,
                )
            )  # fmt: skip
        after = replace(lock, state="RETURNED", refund_id=self.refund_id)
        return Decision(after, [after, *rows], told)
