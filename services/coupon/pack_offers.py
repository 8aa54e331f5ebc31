"""The packs a merchant sells: a price, and which coupons come when; M44."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final, Literal

import msgspec

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.coupon.errors_promotions import PackInvalid, PackOfferChanged

MOST_ITEMS: Final = 50
MOST_COUPONS: Final = 100
LONGEST_DAYS: Final = 366


class PackItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Coupons of one template, so many days after the pack was paid."""

    template_id: str
    quantity: int = 1
    after_days: int = 0


class PackOffer(Row, frozen=True):
    """One pack as it is sold now."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "offer_id")

    merchant_id: str
    offer_id: str
    version: int
    name: str
    state: Literal["ON_SALE", "OFF_SALE"]
    price_fen: int
    # How many a member may have; 0 is no limit.
    per_member: int
    items: list[PackItem]
    changed_by: str
    changed_at: datetime


class SetPackOffer(Command, frozen=True, kw_only=True):
    """Makes a pack (``version`` 0) or changes the one that was read; what was sold stays.

    Refuses PACK_OFFER_CHANGED, PACK_INVALID.
    """

    RESULT: ClassVar[type] = PackOffer

    offer_id: str
    version: int
    name: str
    price_fen: int
    items: list[PackItem]
    per_member: int = 0
    on_sale: bool = True
    actor: str

    def lane(self) -> str:
        return f"pack-offer:{self.offer_id}"

    def reads(self, found: State) -> Iterable[Read]:
        return ((PackOffer, (self.merchant_id, self.offer_id)),)

    def decide(self, state: State) -> Decision:
        old = state.get(PackOffer, (self.merchant_id, self.offer_id))
        version = old.version if old else 0
        if self.version != version:
            raise PackOfferChanged(version=version)
        self._check()
        offer = PackOffer(
            self.merchant_id, self.offer_id, version + 1, self.name,
            "ON_SALE" if self.on_sale else "OFF_SALE", self.price_fen, self.per_member, self.items,
            self.actor, self.at,
        )  # fmt: skip
        return Decision(result=offer, rows=[offer])

    def _check(self) -> None:
        if self.price_fen < 1:
            raise PackInvalid(field="price_fen", why="a pack is paid for")
        if not 0 < len(self.items) <= MOST_ITEMS:
            raise PackInvalid(field="items", why=f"none, or more than {MOST_ITEMS}")
        if not all(item.quantity > 0 for item in self.items):
            raise PackInvalid(field="items.quantity", why="nothing to deliver")
        if sum(item.quantity for item in self.items) > MOST_COUPONS:
            raise PackInvalid(field="items.quantity", why=f"more than {MOST_COUPONS} in all")
        if not all(0 <= item.after_days <= LONGEST_DAYS for item in self.items):
            raise PackInvalid(field="items.after_days", why="negative, or more than a year")
