"""What a coupon is worth and where it counts: frozen onto the coupon when it is claimed.

A template's terms are kept by version and never changed; a coupon names the version it was claimed
under. So an edited template changes nothing for those who hold its coupons; parity.md §3 no. 38.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b
from typing import ClassVar, Final, Literal

import msgspec

from common.rows import Row
from services.coupon.calendar import local_day, midnight
from services.coupon.conditions import check_condition
from services.coupon.errors import TermsInvalid

# 满减券, 代金券 (no threshold needed), 折扣券, 兑换/体验券, 运费券, 随机金额券.
Kind = Literal["FULL_REDUCTION", "CASH", "DISCOUNT", "EXCHANGE", "SHIPPING", "RANDOM"]
ValidityKind = Literal["FIXED", "HOURS", "DAYS", "NATURAL_DAYS"]
FULL_BP: Final = 10_000
LONGEST_DAYS: Final = 1_096


class Scope(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a coupon counts. An empty list of a dimension means all of it."""

    # Eligible lines: those of these products or of these categories, less the excluded products.
    product_ids: list[str] = []
    category_ids: list[str] = []
    excluded_product_ids: list[str] = []
    store_ids: list[str] = []
    # Sales channels: MINI, POS, LIVE.
    channels: list[str] = []
    # Who may use it, judged when the cart is quoted.
    tier_ids: list[str] = []
    segment_ids: list[str] = []


class Validity(msgspec.Struct, frozen=True, omit_defaults=True):
    """When a coupon can be used; its end is always exclusive. domain.md §2.7, C9."""

    kind: ValidityKind
    # FIXED.
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    # HOURS, DAYS (of 24 hours), NATURAL_DAYS (of which the day of claiming is the first).
    amount: int = 0
    # Usable only so much later, in the unit of ``amount``: a delayed coupon's ``not_before``.
    delay: int = 0

    def window(self, at: datetime) -> tuple[datetime, datetime]:
        """From when and until when (exclusive) a coupon claimed at ``at`` can be used."""
        if self.kind == "FIXED":
            assert self.starts_at is not None and self.ends_at is not None, "checked when it is set"
            return self.starts_at, self.ends_at
        if self.kind == "NATURAL_DAYS":
            first = local_day(at) + timedelta(days=self.delay)
            start = midnight(first) if self.delay else at
            return start, midnight(first + timedelta(days=self.amount))
        unit = timedelta(hours=1) if self.kind == "HOURS" else timedelta(days=1)
        start = at + self.delay * unit
        return start, start + self.amount * unit


class Terms(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a coupon does. Money is fen, rates are basis points; domain.md §2.7."""

    kind: Kind
    # FULL_REDUCTION, CASH: what it takes off. SHIPPING: at most that of the shipping, 0 all of it.
    # EXCHANGE: what the thing is worth at most, 0 its price. RANDOM: unused, see the coupon.
    face_fen: int = 0
    # What the eligible lines must come to, after activity prices and full reductions; 0 for none.
    threshold_fen: int = 0
    # DISCOUNT: what remains to be paid (8.5 折 = 8 500), and the most it takes off (0 no limit).
    discount_bp: int = FULL_BP
    cap_fen: int = 0
    # RANDOM: the face is drawn between these, ends included.
    random_min_fen: int = 0
    random_max_fen: int = 0
    # EXCHANGE: one piece of one of these becomes free.
    exchange_sku_ids: list[str] = []
    scope: Scope = Scope()
    first_order_only: bool = False
    # Only one coupon of a group per order, besides one per order and one for shipping by default.
    exclusive_group: str = ""
    # May be used along with coupons that are not of its group.
    stackable: bool = False
    # A partial refund keeps the line's share (KEEP) or prices the goods that are kept anew.
    on_partial_refund: Literal["KEEP", "RECALC"] = "KEEP"
    # How often it may be handed on to a friend; 0 never.
    transfers: int = 0
    # A condition on the cart in CEL; empty holds always. See conditions.py for what it may ask.
    condition: str = ""

    @property
    def is_shipping(self) -> bool:
        """Whether it takes the shipping coupon's place in an order."""
        return self.kind == "SHIPPING"

    @property
    def most_fen(self) -> int:
        """The most that one coupon can cost; 0 if there is no limit to it."""
        if self.kind == "DISCOUNT":
            return self.cap_fen
        return self.random_max_fen if self.kind == "RANDOM" else self.face_fen

    def face(self, coupon_id: str) -> int:
        """The face of one coupon: the same for all, or drawn for this one from its random id."""
        if self.kind != "RANDOM":
            return self.most_fen
        number = int.from_bytes(blake2b(coupon_id.encode(), digest_size=8).digest())
        return self.random_min_fen + number % (self.random_max_fen - self.random_min_fen + 1)


class CouponTerms(Row, frozen=True):
    """One version of a template's terms. Written once, never changed."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "template_id", "terms_version")

    merchant_id: str
    template_id: str
    terms_version: int
    terms: Terms


def check_terms(terms: Terms) -> None:
    """Refuses TERMS_INVALID or CONDITION_INVALID, naming the field at fault."""
    kind = terms.kind
    if kind in ("FULL_REDUCTION", "CASH") and terms.face_fen <= 0:
        raise TermsInvalid(field="terms.face_fen", why="it takes nothing off")
    if kind == "FULL_REDUCTION" and terms.threshold_fen < terms.face_fen:
        raise TermsInvalid(field="terms.threshold_fen", why="smaller than what is taken off")
    if kind == "DISCOUNT" and not 0 < terms.discount_bp < FULL_BP:
        raise TermsInvalid(field="terms.discount_bp", why="not between 0 and 10000")
    if kind == "RANDOM" and not 0 < terms.random_min_fen <= terms.random_max_fen:
        raise TermsInvalid(field="terms.random_min_fen", why="not between 1 and random_max_fen")
    if kind == "EXCHANGE" and not terms.exchange_sku_ids:
        raise TermsInvalid(field="terms.exchange_sku_ids", why="nothing to exchange for")
    check_condition(terms.condition, field="terms.condition")


def check_validity(validity: Validity) -> None:
    """Refuses TERMS_INVALID, naming the field, if there is no such time."""
    if validity.kind == "FIXED":
        start, end = validity.starts_at, validity.ends_at
        if start is None or end is None or start >= end:
            raise TermsInvalid(field="validity.end_time", why="not after start_time")
        if end - start > timedelta(days=LONGEST_DAYS):
            raise TermsInvalid(field="validity.end_time", why="longer than three years")
        return
    hours = 1 if validity.kind == "HOURS" else 24
    if not 0 < validity.amount * hours <= LONGEST_DAYS * 24:
        raise TermsInvalid(field="validity.amount", why="nothing, or longer than three years")
    if not 0 <= validity.delay * hours <= LONGEST_DAYS * 24:
        raise TermsInvalid(field="validity.delay", why="negative, or longer than three years")
