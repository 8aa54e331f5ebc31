"""Handing a coupon to a friend (转赠): offer, accept by link, revoke; parity.md §3 no. 39.

The friend gets a coupon of his own with the same terms, face and end; the giver's is over. How
often it may be handed on is the template's to say, so it cannot go round in circles. It does not
count against the friend's limit, and the giver's is not freed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events import coupon as events
from services.coupon.coupons import (
    Coupon,
    about,
    coupon_of,
    given_back,
    keys_of,
    must_be_available,
)
from services.coupon.errors import (
    CouponNotHeld,
    MemberMoved,
    SelfTransfer,
    TransferClosed,
    TransferNotAllowed,
    TransferNotFound,
)
from services.coupon.members import MergedMember, holder_of
from services.coupon.terms import CouponTerms

TRANSFER_TIMER: Final = "coupon_transfer"
OFFER_LIFE: Final = timedelta(hours=24)


class Transfer(Row, frozen=True):
    """One offer of one coupon."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "transfer_id")

    merchant_id: str
    transfer_id: str
    coupon_id: str
    lock_key: str
    giver_id: str
    state: Literal["OFFERED", "ACCEPTED", "REVOKED", "EXPIRED", "VOID"]
    offered_at: datetime
    expires_at: datetime
    friend_id: str = ""
    to_coupon_id: str = ""


class Handed(msgspec.Struct, frozen=True):
    """The answer to a transfer's command: it, and the coupon that is now the caller's."""

    transfer: Transfer
    coupon: Coupon


class OfferCoupon(Command, frozen=True, kw_only=True):
    """Offers a coupon to whoever has the link, for a day, or until the coupon ends.

    Refuses COUPON_NOT_FOUND, COUPON_NOT_HELD, COUPON_NOT_AVAILABLE, TRANSFER_NOT_ALLOWED.
    """

    RESULT: ClassVar[type] = Handed

    coupon_id: str
    member_id: str

    def lane(self) -> str:
        return self.coupon_id

    def locate(self) -> Sequence[Read]:
        return ((Coupon, (self.merchant_id, self.coupon_id)),)

    def keys(self, found: State) -> tuple[str, ...]:
        return keys_of(found, self.merchant_id, [self.coupon_id])

    def reads(self, found: State) -> Iterable[Read]:
        yield Coupon, (self.merchant_id, self.coupon_id)
        coupon = found.get(Coupon, (self.merchant_id, self.coupon_id))
        if coupon is not None:
            yield CouponTerms, (self.merchant_id, coupon.template_id, coupon.terms_version)

    def decide(self, state: State) -> Decision:
        coupon = coupon_of(state, self.merchant_id, self.coupon_id, self.member_id)
        key = (self.merchant_id, coupon.template_id, coupon.terms_version)
        if not state.knows(CouponTerms, key):
            raise MemberMoved(coupon_id=self.coupon_id)
        terms = state.get(CouponTerms, key)
        assert terms is not None, "Bug: a coupon without its terms"
        # One that is not usable yet may be offered already: it is worth as much to the friend.
        must_be_available(coupon, max(self.at, coupon.valid_from))
        if coupon.hops >= terms.terms.transfers:
            raise TransferNotAllowed(coupon_id=self.coupon_id, limit=terms.terms.transfers)
        until = min(self.at + OFFER_LIFE, coupon.valid_to)
        offer = Transfer(
            self.merchant_id, self.new_id, self.coupon_id, coupon.lock_key, self.member_id,
            "OFFERED", self.at, until,
        )  # fmt: skip
        held = replace(coupon, state="TRANSFERRING", order_id="", locked_until=until)
        event = events.CouponTransferOffered(
            **about(coupon), transfer_id=offer.transfer_id, until=until
        )
        timer = Timer(self.merchant_id, TRANSFER_TIMER, offer.transfer_id, until)
        return Decision(Handed(offer, held), [offer, held, timer], [event])


class _OfTransfer(Command, frozen=True, kw_only=True):
    RESULT: ClassVar[type] = Handed

    transfer_id: str

    def lane(self) -> str:
        return self.transfer_id

    def locate(self) -> Sequence[Read]:
        return ((Transfer, (self.merchant_id, self.transfer_id)),)

    def keys(self, found: State) -> tuple[str, ...]:
        offer = found.get(Transfer, (self.merchant_id, self.transfer_id))
        return (offer.lock_key if offer else self.transfer_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield Transfer, (self.merchant_id, self.transfer_id)
        offer = found.get(Transfer, (self.merchant_id, self.transfer_id))
        if offer is not None:
            yield Coupon, (self.merchant_id, offer.coupon_id)
            # The friend's coupon has the transfer's id.
            yield Coupon, (self.merchant_id, self.transfer_id)

    def _offer(self, state: State) -> tuple[Transfer, Coupon]:
        offer = state.get(Transfer, (self.merchant_id, self.transfer_id))
        if offer is None:
            raise TransferNotFound(field="transfer_id", transfer_id=self.transfer_id)
        if not state.knows(Coupon, (self.merchant_id, offer.coupon_id)):
            raise MemberMoved(transfer_id=self.transfer_id)
        return offer, coupon_of(state, self.merchant_id, offer.coupon_id)


class AcceptTransfer(_OfTransfer, frozen=True, kw_only=True):
    """A friend takes the coupon. The same friend again gets the same answer.

    The door compared the link's token. Refuses TRANSFER_NOT_FOUND, TRANSFER_CLOSED, SELF_TRANSFER,
    MEMBER_CLOSED.
    """

    friend_id: str

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield MergedMember, (self.merchant_id, self.friend_id)

    def decide(self, state: State) -> Decision:
        offer, coupon = self._offer(state)
        if offer.state == "ACCEPTED" and offer.friend_id == self.friend_id:
            return Decision(Handed(offer, coupon_of(state, self.merchant_id, offer.to_coupon_id)))
        if offer.state != "OFFERED" or self.at >= offer.expires_at or coupon.recalled:
            raise TransferClosed(transfer_id=self.transfer_id, state=offer.state)
        friend_id = holder_of(state, self.merchant_id, self.friend_id)
        if friend_id == coupon.member_id:
            raise SelfTransfer(field="member_id")
        theirs = replace(
            coupon, coupon_id=self.transfer_id, member_id=friend_id, state="AVAILABLE",
            source="TRANSFER", ref=self.transfer_id, claimed_at=self.at, hops=coupon.hops + 1,
            locked_until=None,
        )  # fmt: skip
        gone = replace(coupon, state="TRANSFERRED", locked_until=None)
        after = replace(
            offer, state="ACCEPTED", friend_id=self.friend_id, to_coupon_id=theirs.coupon_id
        )
        told = [
            events.CouponTransferred(
                **about(coupon), transfer_id=self.transfer_id, to_member_id=friend_id,
                to_coupon_id=theirs.coupon_id,
            ),
            events.CouponGranted(
                **about(theirs), face_fen=theirs.face_fen, valid_from=theirs.valid_from,
                valid_to=theirs.valid_to, state=theirs.state, channel=theirs.channel,
                source="TRANSFER", ref=self.transfer_id,
            ),
        ]  # fmt: skip
        timer = (Timer, (self.merchant_id, TRANSFER_TIMER, self.transfer_id))
        return Decision(Handed(after, theirs), [after, gone, theirs], told, [timer])


class EndTransfer(_OfTransfer, frozen=True, kw_only=True):
    """The giver takes the offer back (``member_id``), or its time is over (empty).

    The same again answers the same. Refuses TRANSFER_NOT_FOUND, COUPON_NOT_HELD, TRANSFER_CLOSED
    once it was accepted.
    """

    member_id: str = ""

    def decide(self, state: State) -> Decision:
        offer, coupon = self._offer(state)
        if self.member_id and self.member_id != coupon.member_id:
            raise CouponNotHeld(field="member_id")
        if offer.state != "OFFERED":
            if offer.state == "ACCEPTED" and self.member_id:
                raise TransferClosed(transfer_id=self.transfer_id, state=offer.state)
            return Decision(Handed(offer, coupon))
        free = given_back(coupon, self.at)
        after = replace(offer, state="REVOKED" if self.member_id else "EXPIRED")
        event = events.CouponTransferEnded(
            **about(free), transfer_id=self.transfer_id, state=free.state
        )
        timer = (Timer, (self.merchant_id, TRANSFER_TIMER, self.transfer_id))
        return Decision(Handed(after, free), [after, free], [event], [timer])
