"""Coupons used in stores: one row per verification at a till, written by the commands of pos.py."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from common.rows import Group, Row


class Verification(Row, frozen=True):
    """A coupon used in a store."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "verification_id")

    merchant_id: str
    verification_id: str
    coupon_id: str
    member_id: str
    lock_key: str
    store_id: str
    staff_id: str
    order_id: str
    discount_fen: int
    state: Literal["DONE", "REVERTED"]
    verified_at: datetime
    reverted_at: datetime | None = None
    reverted_by: str = ""


# What was used at tills for one order.
VERIFIED_FOR = Group(
    Verification, ("merchant_id", "order_id"), holds=lambda done: done.state == "DONE",
    order=lambda done: done.verification_id,
)  # fmt: skip
