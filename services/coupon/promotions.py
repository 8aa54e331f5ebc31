"""Promotions a merchant sets up: full reductions, add-ons, free shipping, bundles; in versions.

DRAFT → ACTIVE → ENDED. What a version says is kept for good, so that a quote's rule and version
can be looked up; domain.md §3.3, parity.md §2 no. 14.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.coupon.carts import Offer
from services.coupon.errors_promotions import (
    PromotionChanged,
    PromotionEnded,
    PromotionInvalid,
    PromotionNotFound,
)
from services.coupon.promotion_terms import PromotionTerms, check_promotion

PromotionState = Literal["DRAFT", "ACTIVE", "ENDED"]


class Promotion(Row, frozen=True):
    """A promotion as it is now. It holds from ``starts_at`` until ``ends_at`` (exclusive)."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "promotion_id")

    merchant_id: str
    promotion_id: str
    version: int
    name: str
    state: PromotionState
    terms: PromotionTerms
    starts_at: datetime
    ends_at: datetime
    changed_by: str
    changed_at: datetime

    @property
    def offer(self) -> Offer:
        """What a quote reads of it."""
        return Offer(self.promotion_id, self.version, self.terms, self.starts_at, self.ends_at)


class PromotionVersion(Row, frozen=True):
    """What one version said, and who made it. Written once, never changed."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "promotion_id", "version")

    merchant_id: str
    promotion_id: str
    version: int
    name: str
    state: PromotionState
    terms: PromotionTerms
    starts_at: datetime
    ends_at: datetime
    changed_by: str
    changed_at: datetime


def _written(promotion: Promotion) -> Decision:
    version = PromotionVersion(*(getattr(promotion, name) for name in Promotion.__struct_fields__))
    return Decision(result=promotion, rows=[promotion, version])


class _OfPromotion(Command, frozen=True, kw_only=True):
    """A change of one promotion."""

    RESULT: ClassVar[type] = Promotion

    promotion_id: str
    actor: str

    def lane(self) -> str:
        return f"promotion:{self.promotion_id}"

    def reads(self, found: State) -> Iterable[Read]:
        return ((Promotion, (self.merchant_id, self.promotion_id)),)


class SetPromotion(_OfPromotion, frozen=True, kw_only=True):
    """Makes a promotion (``version`` 0) or changes the one that was read as ``version``.

    Refuses PROMOTION_CHANGED, PROMOTION_ENDED, PROMOTION_INVALID, CONDITION_INVALID.
    """

    version: int
    name: str
    terms: PromotionTerms
    starts_at: datetime
    ends_at: datetime
    active: bool = True

    def decide(self, state: State) -> Decision:
        old = state.get(Promotion, (self.merchant_id, self.promotion_id))
        version = old.version if old else 0
        if self.version != version:
            raise PromotionChanged(version=version)
        if old is not None and old.state == "ENDED":
            raise PromotionEnded(promotion_id=self.promotion_id)
        check_promotion(self.terms)
        if self.starts_at >= self.ends_at:
            raise PromotionInvalid(field="end_time", why="not after start_time")
        return _written(
            Promotion(
                self.merchant_id, self.promotion_id, version + 1, self.name,
                "ACTIVE" if self.active else "DRAFT", self.terms, self.starts_at, self.ends_at,
                self.actor, self.at,
            )
        )  # fmt: skip


class EndPromotion(_OfPromotion, frozen=True, kw_only=True):
    """Ends a promotion for good; again changes nothing. Refuses PROMOTION_NOT_FOUND."""

    def decide(self, state: State) -> Decision:
        old = state.get(Promotion, (self.merchant_id, self.promotion_id))
        if old is None:
            raise PromotionNotFound(field="promotion_id", promotion_id=self.promotion_id)
        if old.state == "ENDED":
            return Decision(result=old)
        return _written(
            replace(
                old, version=old.version + 1, state="ENDED", changed_by=self.actor,
                changed_at=self.at,
            )
        )  # fmt: skip
