"""Saver packs (省钱券包): a bundle of coupons that is paid for and delivered over time; M44, §2.14.

CREATED → DELIVERING → DELIVERED | REFUNDING → REFUNDED; CREATED → CLOSED. Each delivery is a
promised grant with a time of its own, so a template that cannot pay today is tried again. Money
that cannot be taken for a pack goes back to its payer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.errors import NotYet
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events import coupon_fission as events
from danke.events.envelope import Event
from services.coupon.errors import MemberMoved
from services.coupon.errors_promotions import (
    PackLimitReached,
    PackNotFound,
    PackNotOnSale,
    PackOfferNotFound,
    PaymentUsed,
)
from services.coupon.grants import GRANT_TIMER, GRANTS_FOR, Grant
from services.coupon.members import MergedMember, has_left, must_be_himself
from services.coupon.pack_offers import PackItem, PackOffer

CLOSE_TIMER: Final = "pack_close"
DELIVERED_TIMER: Final = "pack_delivered"
REFUND_TIMER: Final = "pack_refund"
# After the channel said that it could not: at once it would say so again, and again.
RETRY: Final = timedelta(hours=1)
# A payment channel answers within the day; after that the request may have been lost.
UNANSWERED: Final = timedelta(hours=24)


class CouponPack(Row, frozen=True):
    """One pack of one member, with the terms it was sold under."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "pack_id")

    merchant_id: str
    pack_id: str
    offer_id: str
    offer_version: int
    member_id: str
    state: Literal["CREATED", "CLOSED", "DELIVERING", "DELIVERED", "REFUNDING", "REFUNDED"]
    price_fen: int
    items: list[PackItem]
    created_at: datetime
    expires_at: datetime
    payment_id: str = ""
    paid_at: datetime | None = None
    refund_id: str = ""
    # All that is given back, and what the last request to the payment system was about.
    refund_fen: int = 0
    savings_fen: int = 0
    ended_at: datetime | None = None
    asked_fen: int = 0


PACKS_OF = Group(
    CouponPack,
    ("merchant_id", "member_id", "offer_id"),
    holds=lambda pack: pack.state not in ("CLOSED", "REFUNDED"),
)
MEMBER_PACKS = Group(CouponPack, ("merchant_id", "member_id"))
# The pack a payment bought; there is no second one.
PACKS_OF_PAYMENT = Group(
    CouponPack, ("merchant_id", "payment_id"), holds=lambda pack: pack.payment_id != ""
)


def told(pack: CouponPack) -> dict[str, str]:
    """What every event of a pack says."""
    return {"pack_id": pack.pack_id, "member_id": pack.member_id, "offer_id": pack.offer_id}


class BuyPack(Command, frozen=True, kw_only=True):
    """Prepares a pack, to be paid by its id within ``pay_within``.

    Refuses PACK_OFFER_NOT_FOUND, PACK_NOT_ON_SALE, PACK_LIMIT_REACHED, MEMBER_MERGED,
    MEMBER_CLOSED.
    """

    RESULT: ClassVar[type] = CouponPack

    offer_id: str
    member_id: str
    pay_within: timedelta

    def lane(self) -> str:
        return f"packs:{self.member_id}"

    def reads(self, found: State) -> Iterable[Read]:
        yield PackOffer, (self.merchant_id, self.offer_id)
        yield PACKS_OF, (self.merchant_id, self.member_id, self.offer_id)
        yield MergedMember, (self.merchant_id, self.member_id)

    def decide(self, state: State) -> Decision:
        offer = state.get(PackOffer, (self.merchant_id, self.offer_id))
        if offer is None:
            raise PackOfferNotFound(field="offer_id", offer_id=self.offer_id)
        if offer.state != "ON_SALE":
            raise PackNotOnSale(offer_id=self.offer_id)
        must_be_himself(state, self.merchant_id, self.member_id, field="member_id")
        mine = state.group(PACKS_OF, (self.merchant_id, self.member_id, self.offer_id))
        if offer.per_member and len(mine) >= offer.per_member:
            raise PackLimitReached(limit=offer.per_member)
        pack = CouponPack(
            self.merchant_id, self.new_id, offer.offer_id, offer.version, self.member_id,
            "CREATED", offer.price_fen, offer.items, self.at, self.at + self.pay_within,
        )  # fmt: skip
        timer = Timer(self.merchant_id, CLOSE_TIMER, pack.pack_id, pack.expires_at)
        return Decision(result=pack, rows=[pack, timer])


class OfPack(Command, frozen=True, kw_only=True):
    """A command for one pack, under its member's lock and its own."""

    RESULT: ClassVar[type] = CouponPack

    pack_id: str

    def lane(self) -> str:
        return f"pack:{self.pack_id}"

    def locate(self) -> Sequence[Read]:
        return ((CouponPack, (self.merchant_id, self.pack_id)),)

    def keys(self, found: State) -> Sequence[str]:
        pack = found.get(CouponPack, (self.merchant_id, self.pack_id))
        return (self.lane(), *((f"packs:{pack.member_id}",) if pack else ()))

    def reads(self, found: State) -> Iterable[Read]:
        yield CouponPack, (self.merchant_id, self.pack_id)

    def pack(self, state: State) -> CouponPack:
        """The pack. Refuses PACK_NOT_FOUND."""
        pack = state.get(CouponPack, (self.merchant_id, self.pack_id))
        if pack is None:
            raise PackNotFound(field="pack_id", pack_id=self.pack_id)
        return pack


class ClosePack(OfPack, frozen=True, kw_only=True):
    """An unpaid pack is given up; a paid one is left as it is."""

    def decide(self, state: State) -> Decision:
        pack = self.pack(state)
        if pack.state != "CREATED":
            return Decision(result=pack)
        after = replace(pack, state="CLOSED", ended_at=self.at)
        timer = (Timer, (self.merchant_id, CLOSE_TIMER, pack.pack_id))
        return Decision(result=after, rows=[after], deletes=[timer])


class PayPack(OfPack, frozen=True, kw_only=True):
    """The money arrived: the deliveries are promised. Late money still buys what it was for.

    A payment of another amount, a second one, or one of who left is sent back. The same payment
    changes nothing. Refuses PAYMENT_USED if it bought another pack.
    """

    payment_id: str
    amount_fen: int
    paid_at: datetime

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield PACKS_OF_PAYMENT, (self.merchant_id, self.payment_id)
        pack = found.get(CouponPack, (self.merchant_id, self.pack_id))
        if pack is not None:
            yield MergedMember, (self.merchant_id, pack.member_id)

    def decide(self, state: State) -> Decision:
        pack = state.get(CouponPack, (self.merchant_id, self.pack_id))
        if pack is None:
            raise NotYet(pack_id=self.pack_id)
        if pack.payment_id == self.payment_id:
            return Decision(result=pack)
        for other in state.group(PACKS_OF_PAYMENT, (self.merchant_id, self.payment_id)):
            raise PaymentUsed(payment_id=self.payment_id, pack_id=other.pack_id)
        if not state.knows(MergedMember, (self.merchant_id, pack.member_id)):
            raise MemberMoved(pack_id=self.pack_id)
        gone = has_left(state, self.merchant_id, pack.member_id)
        if gone or pack.state not in ("CREATED", "CLOSED") or self.amount_fen != pack.price_fen:
            rows, back = ask_back(pack, self.payment_id, self.payment_id, self.amount_fen, self.at)
            return Decision(result=pack, rows=rows, events=back)
        paid = replace(
            pack, state="DELIVERING", payment_id=self.payment_id, paid_at=self.paid_at,
            ended_at=None,
        )  # fmt: skip
        deliveries = list(self._deliveries(pack))
        last = max(pack.items, key=lambda item: item.after_days).after_days
        due = self.at + timedelta(days=last, seconds=1)  # after the deliveries
        bought = events.PackPurchased(
            **told(pack), payment_id=self.payment_id, price_fen=pack.price_fen,
            coupons=sum(item.quantity for item in pack.items), paid_at=self.paid_at,
        )  # fmt: skip
        close = (Timer, (self.merchant_id, CLOSE_TIMER, pack.pack_id))
        end = Timer(self.merchant_id, DELIVERED_TIMER, pack.pack_id, due)
        return Decision(paid, [paid, *deliveries, end], [bought], [close])

    def _deliveries(self, pack: CouponPack) -> Iterable[Row]:
        for number, item in enumerate(pack.items):
            grant_id = f"{pack.pack_id}.{number}"
            due = self.at + timedelta(days=item.after_days)
            yield Grant(
                self.merchant_id, grant_id, item.template_id, pack.member_id, item.quantity,
                "PACK", pack.pack_id, "PENDING", [], [], "", 0, self.at, promised=True,
            )  # fmt: skip
            yield Timer(self.merchant_id, GRANT_TIMER, grant_id, due)


class FinishPack(OfPack, frozen=True, kw_only=True):
    """The last delivery is due; comes again while one is still tried."""

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield GRANTS_FOR, (self.merchant_id, "PACK", self.pack_id)

    def decide(self, state: State) -> Decision:
        pack = self.pack(state)
        if pack.state != "DELIVERING":
            return Decision(result=pack)
        grants = state.group(GRANTS_FOR, (self.merchant_id, "PACK", self.pack_id))
        if any(grant.state == "PENDING" for grant in grants):
            again = Timer(self.merchant_id, DELIVERED_TIMER, pack.pack_id, self.at + RETRY)
            return Decision(result=pack, rows=[again])
        after = replace(pack, state="DELIVERED", ended_at=self.at)
        return Decision(result=after, rows=[after])


def ask_back(
    pack: CouponPack, refund_id: str, payment_id: str, amount_fen: int, at: datetime
) -> tuple[list[Row], list[Event]]:
    """Asks the payment system to pay back, if it is anything, and a timer for when it is silent."""
    if not amount_fen:
        return [], [paid_back(pack)]
    asked = events.PackRefundRequested(
        **told(pack), refund_id=refund_id, payment_id=payment_id, amount_fen=amount_fen
    )
    ref = f"{pack.pack_id}/{refund_id}/{amount_fen}"
    return [Timer(pack.merchant_id, REFUND_TIMER, ref, at + UNANSWERED)], [asked]


def paid_back(pack: CouponPack) -> events.PackRefunded:
    """What is told once the last request was answered."""
    return events.PackRefunded(
        **told(pack), refund_id=pack.refund_id, amount_fen=pack.asked_fen or pack.refund_fen,
        savings_fen=pack.savings_fen,
    )  # fmt: skip
