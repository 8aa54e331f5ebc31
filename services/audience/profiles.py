"""Profiles: the one wide row per member, and how a command finds its member.

Whoever is named in a fact has a profile from then on, enrolled or not. A member who was merged is
an alias of who remains: facts that still name the old id go to the new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Literal, TypeVar

from msgspec.structs import replace

from common.commands import Command
from common.rows import Group, Read, Row, State
from services.audience.errors import MemberMoved
from services.audience.lifecycle import (
    SCOPE,
    CycleSource,
    LifecyclePolicy,
    LifecycleTerms,
    Stage,
)

R = TypeVar("R", bound=Row)
# VISITOR: known by facts, not enrolled. CLOSED: left, personal data erased.
Status = Literal["VISITOR", "MEMBER", "FROZEN", "CLOSED", "MERGED"]


class Profile(Row, frozen=True):
    """All that is known of one member, in one row; fen, points, moments. See 0001_init.sql.

    Orders that were refunded in full count in ``refunded_fen`` only.
    """

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    status: Status
    merged_into: str
    created_at: datetime
    updated_at: datetime
    enrolled_at: datetime | None
    enrol_channel: str
    store_id: str
    # The channel code or the entry of the first touch, and when that was.
    source: str
    source_at: datetime | None
    referrer_id: str
    opening_guide_id: str
    guide_id: str
    guide_at: datetime | None
    order_count: int
    first_paid_at: datetime | None
    last_paid_at: datetime | None
    # CST days with an order, ascending, at most the last 13.
    order_days: list[date]
    net_sales_fen: int
    refunded_fen: int
    avg_order_fen: int
    last_order_id: str
    last_category_id: str
    last_store_id: str
    last_channel: str
    stage: Stage
    stage_since: datetime
    # The moment up to which ``stage`` is true, and when mere time will change it.
    evaluated_at: datetime
    next_stage_at: datetime | None
    cycle_days: int
    cycle_source: CycleSource
    stage_number: int
    wake_round: int
    wake_ended_at: datetime | None
    is_habit: bool
    is_super: bool
    feedback_count: int
    referral_count: int
    tier_id: str
    tier_level: int
    points: int
    principal_fen: int
    bonus_fen: int
    paid_member_until: datetime | None
    coupons_received: int
    coupons_used: int
    groups_joined: int
    promoter_id: str
    # MM-DD, or empty.
    birthday: str
    tags: list[str]
    attributes: dict[str, Any]
    # "CHANNEL/PURPOSE" of every consent in force.
    consents: list[str]
    # Behaviour name → [how often, when last].
    behaviour: dict[str, tuple[int, datetime]]
    last_seen_at: datetime | None


class Alias(Row, frozen=True):
    """A member id that leads to another one since a merge."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    into_member: str
    merge_id: str


# As a group of one: a member who is nobody's alias must not make the command wait for one.
ALIAS_OF = Group(Alias, ("merchant_id", "member_id"))
ALIASES_INTO = Group(Alias, ("merchant_id", "into_member"))


def member_key(member_id: str) -> str:
    """The lock that covers a member's profile and facts."""
    return f"member/{member_id}"


def new_profile(merchant_id: str, member_id: str, at: datetime) -> Profile:
    """A profile of which nothing is known but that it exists."""
    return Profile(
        merchant_id=merchant_id, member_id=member_id, status="VISITOR", merged_into="",
        created_at=at, updated_at=at, enrolled_at=None, enrol_channel="", store_id="", source="",
        source_at=None, referrer_id="", opening_guide_id="", guide_id="", guide_at=None,
        order_count=0, first_paid_at=None, last_paid_at=None, order_days=[], net_sales_fen=0,
        refunded_fen=0, avg_order_fen=0, last_order_id="", last_category_id="", last_store_id="",
        last_channel="", stage="PROSPECT", stage_since=at, evaluated_at=at, next_stage_at=None,
        cycle_days=0, cycle_source="", stage_number=0, wake_round=0, wake_ended_at=None,
        is_habit=False, is_super=False, feedback_count=0, referral_count=0, tier_id="",
        tier_level=0, points=0, principal_fen=0, bonus_fen=0, paid_member_until=None,
        coupons_received=0, coupons_used=0, groups_joined=0, promoter_id="", birthday="", tags=[],
        attributes={}, consents=[], behaviour={}, last_seen_at=None,
    )  # fmt: skip


def new_policy(merchant_id: str, at: datetime) -> LifecyclePolicy:
    """What holds for a merchant who set nothing."""
    return LifecyclePolicy(merchant_id, SCOPE, 0, LifecycleTerms(), {}, at, "")


def target_of(state: State, merchant_id: str, member_id: str) -> str:
    """Who that member is now."""
    for alias in state.group(ALIAS_OF, (merchant_id, member_id)):
        return alias.into_member
    return member_id


def policy_of(state: State, merchant_id: str, at: datetime) -> LifecyclePolicy:
    """The merchant's lifecycle policy."""
    return state.get(LifecyclePolicy, (merchant_id, SCOPE)) or new_policy(merchant_id, at)


class OfMember(Command, frozen=True, kw_only=True):
    """A command about one member, whoever that is by now; most answer with who that is."""

    RESULT: ClassVar[Any] = str

    member_id: str

    def lane(self) -> str:
        return member_key(self.member_id)

    def locate(self) -> Sequence[Read]:
        return ((ALIAS_OF, (self.merchant_id, self.member_id)),)

    def keys(self, found: State) -> Sequence[str]:
        target = target_of(found, self.merchant_id, self.member_id)
        if target == self.member_id:
            return (member_key(target),)
        return member_key(self.member_id), member_key(target)

    def reads(self, found: State) -> Iterable[Read]:
        yield ALIAS_OF, (self.merchant_id, self.member_id)
        yield Profile, (self.merchant_id, target_of(found, self.merchant_id, self.member_id))
        yield LifecyclePolicy, (self.merchant_id, SCOPE)

    def profile(self, state: State) -> Profile | None:
        """The member's profile. Refuses MEMBER_MOVED if a merge came between."""
        key = (self.merchant_id, target_of(state, self.merchant_id, self.member_id))
        if not state.knows(Profile, key):
            raise MemberMoved(member_id=self.member_id)
        return state.get(Profile, key)

    def group_of(self, state: State, group: Group[R], member_id: str) -> list[R]:
        """A group of the member's. Refuses MEMBER_MOVED if it was declared for who they were.

        A merge may come between the look and the locks, or in the same batch.
        """
        key = (self.merchant_id, member_id)
        if not state.knows(group, key):
            raise MemberMoved(member_id=self.member_id)
        return state.group(group, key)

    def profile_or_new(self, state: State, at: datetime) -> Profile:
        """The member's profile, a fresh one at their first fact; it is not older than that fact."""
        found = self.profile(state)
        if found is None:
            target = target_of(state, self.merchant_id, self.member_id)
            return new_profile(self.merchant_id, target, at)
        return touched(found, at)


def first_touch(profile: Profile, source: str, at: datetime) -> Profile:
    """The profile with where it came from: the earliest touch that names something counts.

    Of who left that is forgotten, and not learned again.
    """
    known = profile.source_at
    if not source or profile.status == "CLOSED":
        return profile
    if known is not None and (known, profile.source) <= (at, source):
        return profile
    return replace(profile, source=source, source_at=at)


def touched(profile: Profile, at: datetime) -> Profile:
    """The profile with a fact of that moment, early or late."""
    if profile.created_at <= at <= profile.updated_at:
        return profile
    return replace(
        profile, created_at=min(profile.created_at, at), updated_at=max(profile.updated_at, at)
    )
