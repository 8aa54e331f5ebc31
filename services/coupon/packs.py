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
from services.coupon.coupons import UNUSED_TIMER, Coupon
from services.coupon.errors import MemberMoved
from services.coupon.errors_promotions import (
    PackLimitReached,
    PackNotFound,
    PackNotOnSale,
    PackOfferNotFound,
    PackStateInvalid,
)
from services.coupon.grants import GRANT_TIMER, GRANTS_FOR, Grant, RevokeGrants
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
    changes nothing.
    """

    payment_id: str
    amount_fen: int
    paid_at: datetime

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        pack = found.get(CouponPack, (self.merchant_id, self.pack_id))
        if pack is not None:
            yield MergedMember, (self.merchant_id, pack.member_id)

    def decide(self, state: State) -> Decision:
        pack = state.get(CouponPack, (self.merchant_id, self.pack_id))
        if pack is None:
            raise NotYet(pack_id=self.pack_id)
        if pack.payment_id == self.payment_id:
            return Decision(result=pack)
        if not state.knows(MergedMember, (self.merchant_id, pack.member_id)):
            raise MemberMoved(pack_id=self.pack_id)
        gone = has_left(state, self.merchant_id, pack.member_id)
        if gone or pack.state not in ("CREATED", "CLOSED") or self.amount_fen != pack.price_fen:
            rows, back = _asked(pack, self.payment_id, self.payment_id, self.amount_fen, self.at)
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


class RefundPack(OfPack, frozen=True, kw_only=True):
    """Refunds a pack: what was paid less what its used coupons saved; the unused ones are void.

    Deliveries to come are called off. Refuses PACK_NOT_FOUND, PACK_STATE_INVALID if it is not
    paid, refunded already, or an order holds one of its coupons. domain.md §2.14.
    """

    def _revoking(self) -> RevokeGrants:
        return RevokeGrants(
            id=self.id, merchant_id=self.merchant_id, at=self.at, new_id=self.new_id,
            source="PACK", ref=self.pack_id, reason="PACK_REFUNDED",
        )  # fmt: skip

    def locate(self) -> Sequence[Read]:
        return (*super().locate(), *self._revoking().locate())

    def keys(self, found: State) -> Sequence[str]:
        return (*super().keys(found), *self._revoking().keys(found))

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield from self._revoking().reads(found)

    def decide(self, state: State) -> Decision:
        pack = self.pack(state)
        if pack.state not in ("DELIVERING", "DELIVERED"):
            raise PackStateInvalid(pack_id=self.pack_id, state=pack.state)
        revoked = self._revoking().decide(state)
        savings = sum(self._saved(pack, coupon) for coupon in self._coupons(state))
        amount = max(0, pack.price_fen - savings)
        after = replace(
            pack, state="REFUNDING" if amount else "REFUNDED", refund_id=self.new_id,
            refund_fen=amount, savings_fen=savings, ended_at=self.at, asked_fen=amount,
        )  # fmt: skip
        rows, asked = _asked(after, self.new_id, pack.payment_id, amount, self.at)
        timer = (Timer, (self.merchant_id, DELIVERED_TIMER, pack.pack_id))
        return Decision(
            after,
            [after, *rows, *revoked.rows],
            [*asked, *revoked.events],
            [*revoked.deletes, timer],
        )

    def _coupons(self, state: State) -> Iterable[Coupon]:
        for grant in state.group(GRANTS_FOR, (self.merchant_id, "PACK", self.pack_id)):
            for coupon_id in grant.coupon_ids:
                coupon = state.get(Coupon, (self.merchant_id, coupon_id))
                assert coupon is not None, "Bug: a grant's coupon is gone"
                yield coupon

    def _saved(self, pack: CouponPack, coupon: Coupon) -> int:
        if coupon.state == "LOCKED":
            raise PackStateInvalid(pack_id=self.pack_id, state="COUPON_LOCKED")
        # What a friend does with a coupon is not known here: it counts as used in full. One that is
        # still offered is void now, and saved nobody anything.
        if coupon.state == "TRANSFERRED":
            return _worth(pack, coupon)
        if coupon.state != "USED":
            return 0
        # A till may not have said what it took off.
        return coupon.discount_fen or _worth(pack, coupon)


class RepayPack(RefundPack, frozen=True, kw_only=True):
    """A used coupon of a refunded pack came back from its order, void: it saved nothing.

    What the pack's refund charged for it is paid back, so that it is the same which of the two was
    refunded first; §2.14. While the payment system is at the refund before, this comes again.
    """

    coupon_id: str

    def decide(self, state: State) -> Decision:
        pack = self.pack(state)
        if pack.state == "REFUNDING":
            ref = f"{self.pack_id}/{self.coupon_id}"
            return Decision(pack, [Timer(self.merchant_id, UNUSED_TIMER, ref, self.at + RETRY)])
        if pack.state != "REFUNDED":
            return Decision(result=pack)  # recalled for another reason; its refund is still to come
        savings = sum(self._saved(pack, coupon) for coupon in self._coupons(state))
        due = max(0, pack.price_fen - savings)
        owed = due - pack.refund_fen
        if owed <= 0:
            same = replace(pack, savings_fen=savings)
            return Decision(result=same, rows=[same])
        after = replace(
            pack, state="REFUNDING", refund_id=self.new_id, refund_fen=due, savings_fen=savings,
            asked_fen=owed, ended_at=self.at,
        )  # fmt: skip
        rows, asked = _asked(after, self.new_id, pack.payment_id, owed, self.at)
        return Decision(after, [after, *rows], asked)


def _asked(
    pack: CouponPack, refund_id: str, payment_id: str, amount_fen: int, at: datetime
) -> tuple[list[Row], list[Event]]:
    """Asks the payment system to pay back, if it is anything, and a timer for when it is silent."""
    if not amount_fen:
        return [], [_refunded(pack)]
    asked = events.PackRefundRequested(
        **told(pack), refund_id=refund_id, payment_id=payment_id, amount_fen=amount_fen
    )
    ref = f"{pack.pack_id}/{refund_id}/{amount_fen}"
    return [Timer(pack.merchant_id, REFUND_TIMER, ref, at + UNANSWERED)], [asked]


def _worth(pack: CouponPack, coupon: Coupon) -> int:
    """What a coupon counts for where it is not known: its face, or its share of the price."""
    pieces = sum(item.quantity for item in pack.items)
    return coupon.face_fen or -(-pack.price_fen // pieces)


class SettlePackRefund(OfPack, frozen=True, kw_only=True):
    """The payment system paid back, or could not and is asked again later; it names the refund.

    Money that bought nothing goes back under the id of its payment.
    """

    refund_id: str
    succeeded: bool
    payment_id: str = ""
    amount_fen: int = 0

    def decide(self, state: State) -> Decision:
        pack = state.get(CouponPack, (self.merchant_id, self.pack_id))
        if pack is None:
            raise NotYet(pack_id=self.pack_id)
        ours = pack.refund_id == self.refund_id and pack.state == "REFUNDING"
        # Packs that were refunded before it was noted asked for all of it at once.
        asked_fen = (pack.asked_fen or pack.refund_fen) if ours else self.amount_fen
        ref = f"{self.pack_id}/{self.refund_id}/{asked_fen}"
        timer = Timer(self.merchant_id, REFUND_TIMER, ref, self.at + RETRY)
        if not ours and self.refund_id != self.payment_id:
            return Decision(result=pack)
        if not self.succeeded:
            return Decision(result=pack, rows=[timer])
        done = [(Timer, (self.merchant_id, REFUND_TIMER, ref))]
        if not ours:
            return Decision(result=pack, deletes=done)
        after = replace(pack, state="REFUNDED", ended_at=self.at)
        return Decision(result=after, rows=[after], events=[_refunded(after)], deletes=done)


class AskPackRefundAgain(OfPack, frozen=True, kw_only=True):
    """The timer's command: the payment system could not pay back, or said nothing for a day."""

    refund_id: str
    amount_fen: int

    def decide(self, state: State) -> Decision:
        pack = self.pack(state)
        ours = self.refund_id == pack.refund_id
        if ours and pack.state != "REFUNDING":
            return Decision(result=pack)
        payment_id = pack.payment_id if ours else self.refund_id
        rows, again = _asked(pack, self.refund_id, payment_id, self.amount_fen, self.at)
        return Decision(result=pack, rows=rows, events=again)


def _refunded(pack: CouponPack) -> events.PackRefunded:
    return events.PackRefunded(
        **told(pack), refund_id=pack.refund_id, amount_fen=pack.asked_fen or pack.refund_fen,
        savings_fen=pack.savings_fen,
    )  # fmt: skip
