"""Coupon templates: what is given, to whom, how many, and when; domain.md §2.7, §3.3.

DRAFT → ACTIVE ⇄ PAUSED → ENDED → VOIDED. Ending stops giving; voiding also takes back what is not
used (recalls.py does the work). Whoever holds a coupon keeps the terms it was claimed under.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events import coupon as events
from services.coupon.errors import (
    NotEligible,
    TemplateChanged,
    TemplateNotActive,
    TemplateNotFound,
    TemplateStateInvalid,
    TermsInvalid,
)
from services.coupon.members import Standing
from services.coupon.stocks import Stock, restocked
from services.coupon.terms import CouponTerms, Terms, Validity, check_terms, check_validity

TemplateState = Literal["DRAFT", "ACTIVE", "PAUSED", "ENDED", "VOIDED"]
# From which states a template may come to another.
_FROM: Final[dict[TemplateState, tuple[TemplateState, ...]]] = {
    "ACTIVE": ("DRAFT", "PAUSED"),
    "PAUSED": ("ACTIVE",),
    "ENDED": ("DRAFT", "ACTIVE", "PAUSED"),
    "VOIDED": ("DRAFT", "ACTIVE", "PAUSED", "ENDED"),
}
NOTICE_HOURS: Final = 72


class Limits(msgspec.Struct, frozen=True, omit_defaults=True):
    """How much is given; None is no limit. Money is fen; domain.md §2.7, C1, C2, C11."""

    total: int | None = None
    # What all faces together may come to.
    budget_fen: int | None = None
    per_day: int | None = None
    per_member: int | None = None
    # Per member and calendar day in China.
    per_member_day: int | None = None


class Audience(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who may claim; an empty list is everybody. Grants are not asked."""

    tier_ids: list[str] = []
    segment_ids: list[str] = []
    # Only members who never paid an order.
    new_customers_only: bool = False
    # Only through one of the template's channels, or not by claiming at all.
    how: Literal["OPEN", "CHANNEL", "GRANT_ONLY"] = "OPEN"


class CouponTemplate(Row, frozen=True):
    """A template as it is now."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "template_id")

    merchant_id: str
    template_id: str
    # Counts changes; who changes it says which one he read.
    version: int
    name: str
    state: TemplateState
    terms: Terms
    terms_version: int
    validity: Validity
    limits: Limits
    audience: Audience
    # How long before its end the holder is told; 0 never.
    notice_hours: int
    created_at: datetime
    changed_at: datetime
    changed_by: str
    claim_from: datetime | None = None
    claim_until: datetime | None = None

    def notice_at(self, valid_to: datetime) -> datetime | None:
        """When the holder of a coupon that ends then is told."""
        return valid_to - timedelta(hours=self.notice_hours) if self.notice_hours else None


def must_be_active(template: CouponTemplate | None, template_id: str) -> CouponTemplate:
    """The template if it gives coupons. Refuses TEMPLATE_NOT_FOUND, TEMPLATE_NOT_ACTIVE."""
    if template is None:
        raise TemplateNotFound(field="template_id", template_id=template_id)
    if template.state != "ACTIVE":
        raise TemplateNotActive(template_id=template_id, state=template.state)
    return template


def must_be_eligible(
    audience: Audience, standing: Standing | None, segment_ids: Iterable[str]
) -> None:
    """Refuses NOT_ELIGIBLE saying which condition is not met.

    ``segment_ids`` are those the caller vouches for, besides what audience told.
    """
    if audience.tier_ids and (standing is None or standing.tier_id not in audience.tier_ids):
        raise NotEligible(why="TIER")
    segments = {*segment_ids, *(standing.segment_ids if standing else ())}
    if audience.segment_ids and segments.isdisjoint(audience.segment_ids):
        raise NotEligible(why="SEGMENT")
    if audience.new_customers_only and standing is not None and standing.paid_orders > 0:
        raise NotEligible(why="NEW_CUSTOMERS_ONLY")


class _OfTemplate(Command, frozen=True, kw_only=True):
    RESULT: ClassVar[type] = CouponTemplate

    template_id: str
    actor: str

    def lane(self) -> str:
        return self.template_id

    def reads(self, found: State) -> Iterable[Read]:
        key = (self.merchant_id, self.template_id)
        return ((CouponTemplate, key), (Stock, key))


class SetTemplate(_OfTemplate, frozen=True, kw_only=True):
    """Makes a template (``version`` 0, as a DRAFT) or changes the one that was read as ``version``.

    New terms hold for coupons claimed from now on. Refuses TERMS_INVALID, CONDITION_INVALID,
    TEMPLATE_CHANGED, TEMPLATE_NOT_FOUND, TEMPLATE_STATE_INVALID once it ended, STOCK_BELOW_ISSUED.
    """

    version: int
    name: str
    terms: Terms
    validity: Validity
    limits: Limits
    audience: Audience
    notice_hours: int = NOTICE_HOURS
    claim_from: datetime | None = None
    claim_until: datetime | None = None

    def decide(self, state: State) -> Decision:
        key = (self.merchant_id, self.template_id)
        old, stock = state.get(CouponTemplate, key), state.get(Stock, key)
        if old is None and self.version:
            raise TemplateNotFound(field="template_id", template_id=self.template_id)
        if old is not None and old.version != self.version:
            raise TemplateChanged(version=old.version)
        if old is not None and old.state in ("ENDED", "VOIDED"):
            raise TemplateStateInvalid(state=old.state)
        self._check()
        terms_version = 1 if old is None else old.terms_version + (old.terms != self.terms)
        template = CouponTemplate(
            self.merchant_id, self.template_id, self.version + 1, self.name,
            old.state if old else "DRAFT", self.terms, terms_version, self.validity, self.limits,
            self.audience, self.notice_hours, old.created_at if old else self.at, self.at,
            self.actor, self.claim_from, self.claim_until,
        )  # fmt: skip
        rows: list[Row] = [template, restocked(stock, *key, self.limits)]
        if old is None or terms_version != old.terms_version:
            rows.append(CouponTerms(*key, terms_version, self.terms))
        return Decision(result=template, rows=rows, events=[_changed(template)])

    def _check(self) -> None:
        check_terms(self.terms)
        check_validity(self.validity)
        if self.limits.budget_fen is not None and not self.terms.most_fen:
            raise TermsInvalid(field="limits.budget_fen", why="a coupon's cost has no limit")
        if self.claim_from and self.claim_until and self.claim_from >= self.claim_until:
            raise TermsInvalid(field="claim_until_time", why="not after claim_from_time")


class ChangeTemplateState(_OfTemplate, frozen=True, kw_only=True):
    """Activates, pauses, ends or voids a template; to the state it is in already changes nothing.

    Refuses TEMPLATE_NOT_FOUND, TEMPLATE_STATE_INVALID. domain.md §3.3.
    """

    to: TemplateState

    def decide(self, state: State) -> Decision:
        template = state.get(CouponTemplate, (self.merchant_id, self.template_id))
        if template is None:
            raise TemplateNotFound(field="template_id", template_id=self.template_id)
        if template.state == self.to:
            return Decision(result=template)
        if template.state not in _FROM[self.to]:
            raise TemplateStateInvalid(state=template.state)
        after = replace(
            template, state=self.to, version=template.version + 1, changed_at=self.at,
            changed_by=self.actor,
        )  # fmt: skip
        return Decision(result=after, rows=[after], events=[_changed(after)])


def _changed(template: CouponTemplate) -> events.CouponTemplateChanged:
    return events.CouponTemplateChanged(
        template_id=template.template_id,
        version=template.version,
        name=template.name,
        state=template.state,
        kind=template.terms.kind,
        face_fen=template.terms.most_fen,
        threshold_fen=template.terms.threshold_fen,
        total=template.limits.total,
        budget_fen=template.limits.budget_fen,
    )
