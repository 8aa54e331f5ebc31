"""What orders hold of coupons: one row per order, written by the commands of locks.py."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from common.rows import Row


class LockedCoupon(msgspec.Struct, frozen=True, array_like=True):
    """A coupon an order holds and what it takes off there, in fen."""

    coupon_id: str
    discount_fen: int
    # Its lock key, so that the order's commands need not look for it.
    key: str = ""


class OrderLock(Row, frozen=True):
    """What one order holds, used or gave back."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "order_id")

    merchant_id: str
    order_id: str
    member_id: str
    state: Literal["LOCKED", "USED", "UNLOCKED", "EXPIRED", "RETURNED"]
    coupons: list[LockedCoupon]
    quote_hash: str
    locked_at: datetime
    expires_at: datetime
    # The full refund that gave the coupons back.
    refund_id: str = ""
