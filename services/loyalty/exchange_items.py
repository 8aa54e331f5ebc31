"""Exchange items (积分商城): what points can be exchanged for, with stock and limits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.loyalty.errors import (
    ExchangeItemNotFound,
    ExchangeItemUnavailable,
    ExchangeSoldOut,
    RuleInvalid,
    RuleVersionConflict,
)

ExchangeKind = Literal["GIFT", "COUPON"]


class ExchangeItem(Row, frozen=True):
    """One thing to be had for points, with or without cash on top. Amounts are per piece."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "item_id")

    merchant_id: str
    item_id: str
    kind: ExchangeKind
    version: int
    state: Literal["ON_OFFER", "WITHDRAWN"]
    name: str
    points: int
    cash_fen: int
    # COUPON: what the coupon service grants.
    template_id: str
    # None: without end.
    stock: int | None
    # Pieces given or on their way; cancelled ones are back in stock.
    taken: int
    # Pieces one member may have; 0: any number.
    per_member: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def take(self, quantity: int, at: datetime) -> ExchangeItem:
        """The item with so many more pieces gone.

        Refuses EXCHANGE_ITEM_UNAVAILABLE, EXCHANGE_SOLD_OUT.
        """
        begun = self.starts_at is None or at >= self.starts_at
        if self.state != "ON_OFFER" or not begun or (self.ends_at and at >= self.ends_at):
            raise ExchangeItemUnavailable(item_id=self.item_id)
        if self.stock is not None and self.taken + quantity > self.stock:
            raise ExchangeSoldOut(item_id=self.item_id, left=self.stock - self.taken)
        return replace(self, taken=self.taken + quantity)

    def put_back(self, quantity: int) -> ExchangeItem:
        """The item with the pieces of a cancelled exchange in stock again."""
        return replace(self, taken=self.taken - quantity)


def item_lock(item_id: str) -> str:
    """The aggregate that commands on an item's stock lock."""
    return f"exchange-item/{item_id}"


class SetExchangeItem(Command, frozen=True, kw_only=True):
    """Puts an item on offer, changes or withdraws it. Exchanges under way keep their terms.

    ``version`` is the version that was read (0: a new item). Refuses RULE_VERSION_CONFLICT,
    RULE_INVALID.
    """

    RESULT: ClassVar[type] = ExchangeItem

    item_id: str
    kind: ExchangeKind
    version: int
    state: Literal["ON_OFFER", "WITHDRAWN"]
    name: str
    points: int
    cash_fen: int
    operator: str
    template_id: str = ""
    stock: int | None = None
    per_member: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def lane(self) -> str:
        return item_lock(self.item_id)

    def reads(self, found: State) -> Iterable[Read]:
        yield ExchangeItem, (self.merchant_id, self.item_id)

    def decide(self, state: State) -> Decision:
        current = state.get(ExchangeItem, (self.merchant_id, self.item_id))
        version = current.version if current else 0
        if version != self.version:
            raise RuleVersionConflict(version=version)
        if self.points + self.cash_fen == 0:
            raise RuleInvalid(field="points")
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise RuleInvalid(field="ends_at")
        if self.kind == "COUPON" and not self.template_id:
            raise RuleInvalid(field="template_id")
        if current is not None and current.kind != self.kind:
            raise RuleInvalid(field="kind")
        taken = current.taken if current else 0
        if self.stock is not None and self.stock < taken:
            raise RuleInvalid(field="stock", taken=taken)
        item = ExchangeItem(
            self.merchant_id, self.item_id, self.kind, version + 1, self.state, self.name,
            self.points, self.cash_fen, self.template_id, self.stock, taken, self.per_member,
            self.starts_at, self.ends_at,
        )  # fmt: skip
        return Decision(result=item, rows=[item])


def item_of(state: State, merchant_id: str, item_id: str) -> ExchangeItem:
    """The item. Refuses EXCHANGE_ITEM_NOT_FOUND."""
    item = state.get(ExchangeItem, (merchant_id, item_id))
    if item is None:
        raise ExchangeItemNotFound(field="item_id", item_id=item_id)
    return item
