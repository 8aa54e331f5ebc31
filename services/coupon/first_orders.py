"""First-order coupons (首单券): of a member's orders one may have some, and none once he paid; M45.

Whichever door the order comes through: a lock of the checkout, or a code at a till.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from msgspec.structs import replace

from common.rows import Group, Row, State
from services.coupon.errors import MemberMoved, NotEligible
from services.coupon.members import Standing
from services.coupon.order_locks import OrderLock
from services.coupon.verifications import VERIFIED_FOR, Verification


class FirstOrder(Row, frozen=True):
    """The order that took a member's first-order coupon last, and what it has. Read only: joined.

    For who finds out too late whose coupon it is to look the order up.
    """

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    order_id: str
    lock_state: str
    lock_until: datetime | None
    verified: bool


FIRST_ORDER = Group(FirstOrder, ("merchant_id", "member_id"))


def is_first(lock: OrderLock | None, verified: Sequence[Verification], at: datetime) -> bool:
    """Whether the order that took a first-order coupon still is the first one: no other may.

    It holds its coupons, or used them and the news that it was paid is on its way.
    """
    if verified or lock is None:
        return bool(verified)
    return _holds(lock.state, lock.expires_at, at)


def _holds(state: str, until: datetime | None, at: datetime) -> bool:
    return state == "USED" or (state == "LOCKED" and until is not None and at < until)


def locked_first(
    state: State, merchant_id: str, member_id: str, order_id: str, at: datetime
) -> Standing:
    """The member's standing with this order as his first one, for who located it. Refuses so."""
    key = (merchant_id, member_id)
    standing = state.get(Standing, key) or Standing(*key, "", 0)
    taken = False
    other = standing.first_order_id
    if other and other != order_id:
        if not state.knows(OrderLock, (merchant_id, other)):
            raise MemberMoved(order_id=other)  # locked this very moment
        lock = state.get(OrderLock, (merchant_id, other))
        taken = is_first(lock, state.group(VERIFIED_FOR, (merchant_id, other)), at)
    paid = bool(standing.paid_orders)
    return _noted(standing, order_id, "coupons", paid=paid, taken=taken)


def shown_first(
    state: State, merchant_id: str, member_id: str, order_id: str, at: datetime,
    *, field: str, shown_at: datetime | None = None,
) -> Standing:  # fmt: skip
    """The same at a till, by what ``FIRST_ORDER`` says; without ``order_id`` before one is known.

    What was paid since the code was shown is what the till was paid: its news may be the faster.
    """
    key = (merchant_id, member_id)
    standing = state.get(Standing, key) or Standing(*key, "", 0)
    taken = False
    other = standing.first_order_id
    if other and other != order_id:
        known = [one for one in state.group(FIRST_ORDER, key) if one.order_id == other]
        if not known:
            raise MemberMoved(order_id=other)
        taken = any(one.verified or _holds(one.lock_state, one.lock_until, at) for one in known)
    first_paid = standing.first_paid_at
    paid = bool(standing.paid_orders)
    if shown_at is not None and first_paid is not None:
        paid = first_paid <= shown_at
    return _noted(standing, order_id, field, paid=paid, taken=taken)


def _noted(standing: Standing, order_id: str, field: str, *, paid: bool, taken: bool) -> Standing:
    """Refuses NOT_ELIGIBLE after a paid order, or while another has a first-order coupon."""
    if paid:
        raise NotEligible(field=field, why="FIRST_ORDER_ONLY")
    if taken:
        raise NotEligible(field=field, why="FIRST_ORDER_ONLY", order_id=standing.first_order_id)
    return replace(standing, first_order_id=order_id)
