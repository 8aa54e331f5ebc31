"""Coupons: one row each, and how its state changes; domain.md §3.3.

[FISSION_LOCKED →] AVAILABLE → LOCKED → USED → back to AVAILABLE or EXPIRED; AVAILABLE → EXPIRED |
VOIDED | TRANSFERRING → TRANSFERRED. A state is changed under the lock of the coupon's block.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec.structs import replace

from common.commands import Command
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events import coupon as events
from danke.events.coupon import CouponSource
from services.coupon.errors import (
    CouponNotAvailable,
    CouponNotFound,
    CouponNotHeld,
    DiscountTooHigh,
)

if TYPE_CHECKING:
    from services.coupon.templates import CouponTemplate

CouponState = Literal[
    "FISSION_LOCKED", "AVAILABLE", "LOCKED", "USED", "EXPIRED", "VOIDED", "TRANSFERRING",
    "TRANSFERRED",
]  # fmt: skip
# These can still become useful, so their end is watched.
LIVE: tuple[CouponState, ...] = ("FISSION_LOCKED", "AVAILABLE", "LOCKED", "TRANSFERRING")
# The end of one coupon that came back after its block's timer had stopped counting it.
COUPON_TIMER = "coupon_expiry"
# A coupon of a refunded pack came back from its order: what its use was charged is owed.
UNUSED_TIMER = "pack_unused"


class Coupon(Row, frozen=True):
    """One coupon of one member. Usable from ``valid_from`` (``not_before``) until ``valid_to``."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "coupon_id")

    merchant_id: str
    coupon_id: str
    template_id: str
    # What locks it and what timer ends it, with the others issued next to it.
    block: int
    terms_version: int
    member_id: str
    state: CouponState
    # What it takes off at most, or for RANDOM what was drawn; 0 without limit.
    face_fen: int
    valid_from: datetime
    valid_to: datetime
    source: CouponSource
    # What it was issued for: the id of a mass grant, grant, code, transfer, fission group, pack,
    # or of a journey's action.
    ref: str
    channel: str
    claimed_at: datetime
    # Whether the holder was told of its end, or need not be.
    noticed: bool
    # Taken back while an order held or had used it: void as soon as the order gives it back.
    recalled: bool = False
    # How often it was handed on to come here.
    hops: int = 0
    order_id: str = ""
    discount_fen: int = 0
    locked_until: datetime | None = None
    used_at: datetime | None = None

    @property
    def terms_key(self) -> tuple[str, str, int]:
        """The terms it was claimed under."""
        return self.merchant_id, self.template_id, self.terms_version

    @property
    def lock_key(self) -> str:
        """The aggregate it belongs to."""
        return block_key(self.template_id, self.block)


LIVE_OF_BLOCK = Group(
    Coupon,
    ("merchant_id", "template_id", "block"),
    holds=lambda coupon: coupon.state in LIVE,
    order=lambda coupon: coupon.coupon_id,
)
# What a member got of one template; what friends handed him is not counted against him.
GOT = Group(
    Coupon,
    ("merchant_id", "member_id", "template_id"),
    holds=lambda coupon: coupon.source != "TRANSFER",
)
OF_MEMBER = Group(Coupon, ("merchant_id", "member_id"))


def block_key(template_id: str, block: int) -> str:
    """What is locked to change coupons of a block."""
    return f"{template_id}/{block}"


def about(coupon: Coupon) -> dict[str, str]:
    """What every event of a coupon says."""
    return {
        "coupon_id": coupon.coupon_id,
        "template_id": coupon.template_id,
        "member_id": coupon.member_id,
    }


def coupon_of(state: State, merchant_id: str, coupon_id: str, member_id: str = "") -> Coupon:
    """The coupon, of this member if one is named. Refuses COUPON_NOT_FOUND, COUPON_NOT_HELD."""
    coupon = state.get(Coupon, (merchant_id, coupon_id))
    if coupon is None:
        raise CouponNotFound(field="coupon_id", coupon_id=coupon_id)
    if member_id and coupon.member_id != member_id:
        raise CouponNotHeld(field="member_id", coupon_id=coupon_id)
    return coupon


def must_be_available(coupon: Coupon, at: datetime) -> None:
    """Refuses COUPON_NOT_AVAILABLE, saying the state, EXPIRED or NOT_YET."""
    state: str = coupon.state
    if state == "AVAILABLE":
        if at >= coupon.valid_to:
            state = "EXPIRED"
        elif at < coupon.valid_from:
            state = "NOT_YET"
        else:
            return
    raise CouponNotAvailable(coupon_id=coupon.coupon_id, state=state)


def must_take(coupon: Coupon, discount_fen: int) -> None:
    """Refuses DISCOUNT_TOO_HIGH: no coupon takes off more than its budget was charged; C11."""
    if coupon.face_fen and discount_fen > coupon.face_fen:
        raise DiscountTooHigh(coupon_id=coupon.coupon_id, face_fen=coupon.face_fen)


def given_back(coupon: Coupon, at: datetime) -> Coupon:
    """The coupon free of its order, transfer or use: its ``valid_to`` is what it was; C7, C8."""
    state: CouponState = "AVAILABLE" if at < coupon.valid_to else "EXPIRED"
    return replace(
        coupon,
        state="VOIDED" if coupon.recalled else state,
        order_id="",
        discount_fen=0,
        locked_until=None,
        used_at=None,
    )


def returned(
    coupon: Coupon, template: CouponTemplate | None, at: datetime, *, gone: bool
) -> Coupon:
    """A used coupon that its order gives back: void if its template was voided meanwhile.

    Or if it is ``gone``: it was recalled, or its member left; S10.
    """
    free = given_back(coupon, at)
    if gone or (template is not None and template.state == "VOIDED"):
        return replace(free, state="VOIDED")
    return free


def revived(coupon: Coupon, at: datetime) -> list[Row]:
    """A used coupon that is back, with a timer for its end: its block no longer counted it.

    One of a pack that was refunded meanwhile is void, with a timer for what its use was charged.
    """
    if coupon.recalled and coupon.source == "PACK":
        ref = f"{coupon.ref}/{coupon.coupon_id}"
        return [coupon, Timer(coupon.merchant_id, UNUSED_TIMER, ref, at)]
    if coupon.state != "AVAILABLE":
        return [coupon]
    timer = Timer(coupon.merchant_id, COUPON_TIMER, coupon.coupon_id, coupon.valid_to)
    return [coupon, timer]


def expired(coupon: Coupon) -> tuple[Coupon, events.CouponExpired]:
    """The coupon after its time."""
    after = replace(coupon, state="EXPIRED")
    event = events.CouponExpired(
        **about(coupon), face_fen=coupon.face_fen, valid_to=coupon.valid_to
    )
    return after, event


def voided(coupon: Coupon, reason: str) -> tuple[Coupon, events.CouponVoided]:
    """The coupon taken back."""
    event = events.CouponVoided(**about(coupon), reason=reason)
    return replace(coupon, state="VOIDED"), event


class OfCoupon(Command, frozen=True, kw_only=True):
    """A command that names one coupon."""

    coupon_id: str

    def lane(self) -> str:
        return self.coupon_id

    def locate(self) -> Iterable[Read]:  # type: ignore[override]
        return ((Coupon, (self.merchant_id, self.coupon_id)),)

    def keys(self, found: State) -> tuple[str, ...]:
        return keys_of(found, self.merchant_id, [self.coupon_id])

    def reads(self, found: State) -> Iterable[Read]:
        return ((Coupon, (self.merchant_id, self.coupon_id)),)


def keys_of(found: State, merchant_id: str, coupon_ids: Iterable[str]) -> tuple[str, ...]:
    """The aggregates of located coupons; of one that does not exist, its id."""
    keys = []
    for coupon_id in coupon_ids:
        coupon = found.get(Coupon, (merchant_id, coupon_id))
        keys.append(coupon.lock_key if coupon else coupon_id)
    return tuple(keys)
