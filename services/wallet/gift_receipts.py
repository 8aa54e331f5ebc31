"""Gift receipts: which gifts of a recharge were confirmed by the services that grant them.

A recharge is credited at once, whatever becomes of its gifts (saga S1). Their owners retry until
they are granted and say so with their own events; here it is only kept, so that nobody has to guess
whether a promised gift arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.wallet.plans import Terms

POINTS = "POINTS"
TIER = "TIER"


def coupon_gift(template_id: str) -> str:
    """The name of the gift that is coupons of one template."""
    return f"COUPON/{template_id}"


class GiftReceipt(Row, frozen=True):
    """One kind of gift of one recharge: how much was promised, how much was confirmed."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "recharge_id", "gift")

    merchant_id: str
    recharge_id: str
    gift: str
    promised: int
    # The ids of the points lot, coupons or tier change that fulfil it: a repeat counts once.
    refs: list[str]
    received: int
    since: datetime
    complete_at: datetime | None = None


def promised(merchant_id: str, recharge_id: str, terms: Terms, at: datetime) -> list[GiftReceipt]:
    """The receipts to wait for. A tier grant counts as one; growth is confirmed by no event.

    Nor is a grant of a tier that the member already has: such a receipt stays open.
    """
    gifts = [
        (POINTS, terms.gift_points),
        (TIER, int(bool(terms.tier_grant))),
    ]
    coupons: dict[str, int] = {}
    for coupon in terms.gift_coupons:
        gift = coupon_gift(coupon.template_id)
        coupons[gift] = coupons.get(gift, 0) + coupon.count
    return [
        GiftReceipt(merchant_id, recharge_id, gift, amount, [], 0, at)
        for gift, amount in (*gifts, *coupons.items())
        if amount
    ]


class ConfirmGift(Command, frozen=True, kw_only=True):
    """Another service granted ``amount`` of a gift; one nobody promised is ignored."""

    recharge_id: str
    gift: str
    ref: str
    amount: int

    def lane(self) -> str:
        return f"gift:{self.recharge_id}"

    def reads(self, found: State) -> Iterable[Read]:
        return ((GiftReceipt, (self.merchant_id, self.recharge_id, self.gift)),)

    def decide(self, state: State) -> Decision:
        receipt = state.get(GiftReceipt, (self.merchant_id, self.recharge_id, self.gift))
        if receipt is None or self.ref in receipt.refs:
            return Decision()
        received = receipt.received + self.amount
        complete = receipt.complete_at
        if complete is None and received >= receipt.promised:
            complete = self.at
        refs: Sequence[str] = [*receipt.refs, self.ref]
        return Decision(rows=[replace(receipt, refs=refs, received=received, complete_at=complete)])
