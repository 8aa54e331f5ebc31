"""Fission activities (裂变活动): what a group needs, what it gives, and how often; domain.md §2.8.

UNLOCK 助力, DIVIDE 好友瓜分券, SHARE_PACK 发券宝, BOOMERANG, INFLATE 膨胀券. Groups keep the terms
they were opened under. Ending an activity keeps what was won; unfinished groups cannot continue.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events.coupon_fission import FissionKind
from services.coupon.errors import TemplateNotFound
from services.coupon.errors_promotions import (
    FissionChanged,
    FissionInvalid,
    FissionNotActive,
    FissionNotFound,
)
from services.coupon.templates import CouponTemplate

FissionState = Literal["DRAFT", "ACTIVE", "ENDED"]
LONGEST_MINUTES: Final = 30 * 24 * 60
LONGEST_WINDOW_DAYS: Final = 365
MOST_PEOPLE: Final = 200
# Their coupons have faces of their own, sums of money. What a coupon of the other kinds takes off
# follows from the cart, and its face is at best a limit to it.
FACED: Final = ("DIVIDE", "INFLATE")
LIMITED: Final = ("DISCOUNT", "EXCHANGE")


class FissionTerms(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a group needs and gives. Money is fen."""

    kind: FissionKind
    # The reward: the initiator's (UNLOCK, INFLATE), everybody's (DIVIDE, SHARE_PACK, BOOMERANG).
    template_id: str
    # How many others must come: DIVIDE one less than share; SHARE_PACK, BOOMERANG at most so many.
    helpers_needed: int
    lifetime_minutes: int = 24 * 60
    # UNLOCK, INFLATE: what a helper gets; empty for nothing.
    helper_template_id: str = ""
    new_customers_only: bool = False
    # How often one may help in this activity per day, and how many groups one may open in all.
    helper_daily_limit: int = 1
    groups_per_member: int = 1
    # How many groups the activity pays for; 0 is no limit.
    groups_total: int = 0
    # DIVIDE: what is divided, and how. INFLATE: from this face up to that.
    total_fen: int = 0
    random: bool = False
    least_fen: int = 1
    start_fen: int = 0
    # BOOMERANG: so long after it was earned a full refund takes the reward back; by default until
    # the friend can no longer return what he bought; S8.
    refund_window_days: int = 15


class FissionActivity(Row, frozen=True):
    """One activity as it is now."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "activity_id")

    merchant_id: str
    activity_id: str
    version: int
    name: str
    state: FissionState
    terms: FissionTerms
    starts_at: datetime
    ends_at: datetime
    changed_by: str
    changed_at: datetime


class FissionTally(Row, frozen=True):
    """How many groups of an activity were opened; apart from it, so that editors do not wait."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "activity_id")

    merchant_id: str
    activity_id: str
    opened: int = 0


def check_fission(terms: FissionTerms) -> None:
    """Refuses FISSION_INVALID, naming the field, if the figures do not fit the kind."""
    if not 0 < terms.helpers_needed <= MOST_PEOPLE:
        raise FissionInvalid(field="terms.helpers_needed", why=f"not between 1 and {MOST_PEOPLE}")
    if not 0 < terms.lifetime_minutes <= LONGEST_MINUTES:
        raise FissionInvalid(field="terms.lifetime_minutes", why="nothing, or more than 30 days")
    if terms.helper_daily_limit < 1:
        raise FissionInvalid(field="terms.helper_daily_limit", why="nobody could help")
    if terms.groups_per_member < 1:
        raise FissionInvalid(field="terms.groups_per_member", why="nobody could open a group")
    if not 0 < terms.refund_window_days <= LONGEST_WINDOW_DAYS:
        raise FissionInvalid(field="terms.refund_window_days", why="nothing, or more than a year")
    if terms.kind == "DIVIDE":
        least = terms.least_fen if terms.random else 1
        if least < 1 or terms.total_fen < least * (terms.helpers_needed + 1):
            raise FissionInvalid(field="terms.total_fen", why="not enough for everybody")
    if terms.kind == "INFLATE" and not 0 < terms.start_fen < terms.total_fen:
        raise FissionInvalid(field="terms.total_fen", why="not above start_fen")


def must_be_open(activity: FissionActivity | None, at: datetime) -> FissionActivity:
    """Refuses FISSION_NOT_FOUND, FISSION_NOT_ACTIVE."""
    if activity is None:
        raise FissionNotFound(field="activity_id")
    if activity.state != "ACTIVE" or not activity.starts_at <= at < activity.ends_at:
        raise FissionNotActive(activity_id=activity.activity_id, state=activity.state)
    return activity


class _OfActivity(Command, frozen=True, kw_only=True):
    """A change of one activity."""

    RESULT: ClassVar[type] = FissionActivity

    activity_id: str
    actor: str

    def lane(self) -> str:
        return f"fission-activity:{self.activity_id}"

    def reads(self, found: State) -> Iterable[Read]:
        return ((FissionActivity, (self.merchant_id, self.activity_id)),)


class SetFissionActivity(_OfActivity, frozen=True, kw_only=True):
    """Makes an activity (``version`` 0) or changes the one that was read as ``version``.

    Refuses FISSION_CHANGED, FISSION_INVALID, for DIVIDE and INFLATE TEMPLATE_NOT_FOUND.
    """

    version: int
    name: str
    terms: FissionTerms
    starts_at: datetime
    ends_at: datetime
    active: bool = True

    def decide(self, state: State) -> Decision:
        old = state.get(FissionActivity, (self.merchant_id, self.activity_id))
        version = old.version if old else 0
        if self.version != version:
            raise FissionChanged(version=version)
        check_fission(self.terms)
        if self.starts_at >= self.ends_at:
            raise FissionInvalid(field="end_time", why="not after start_time")
        if old is not None and old.terms.kind != self.terms.kind:
            raise FissionInvalid(field="terms.kind", why="an activity keeps its kind")
        if self.terms.kind in FACED:
            self._must_take_its_face(state)
        activity = FissionActivity(
            self.merchant_id, self.activity_id, version + 1, self.name,
            "ACTIVE" if self.active else "DRAFT", self.terms, self.starts_at, self.ends_at,
            self.actor, self.at,
        )  # fmt: skip
        return Decision(result=activity, rows=[activity])

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield CouponTemplate, (self.merchant_id, self.terms.template_id)

    def _must_take_its_face(self, state: State) -> None:
        template_id = self.terms.template_id
        template = state.get(CouponTemplate, (self.merchant_id, template_id))
        if template is None:
            raise TemplateNotFound(field="terms.template_id", template_id=template_id)
        if template.terms.kind in LIMITED:
            raise FissionInvalid(
                field="terms.template_id", why=f"a {template.terms.kind}'s face is only a limit"
            )


class EndFissionActivity(_OfActivity, frozen=True, kw_only=True):
    """Ends an activity; again changes nothing. Refuses FISSION_NOT_FOUND."""

    def decide(self, state: State) -> Decision:
        old = state.get(FissionActivity, (self.merchant_id, self.activity_id))
        if old is None:
            raise FissionNotFound(field="activity_id", activity_id=self.activity_id)
        if old.state == "ENDED":
            return Decision(result=old)
        after = replace(
            old, state="ENDED", version=old.version + 1, changed_by=self.actor, changed_at=self.at
        )
        return Decision(result=after, rows=[after])
