"""What audience publishes of profiles and the lifecycle. No personal data: ids and marks only."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from danke.events.envelope import Event, Topic

PROFILE = Topic(
    name="danke.audience.profile.v1",
    key="member_id",
    summary="What is known of a member: first seen, tags, consents, personal data erased.",
)
LIFECYCLE = Topic(
    name="danke.audience.lifecycle.v1",
    key="member_id",
    summary="A member's stage (生命周期), the habit at the fifth order, super users.",
)

Stage = Literal["PROSPECT", "NEW", "RETURNING", "ACTIVE", "SILENT", "SLEEPING", "LOST"]
CycleSource = Literal["", "MEMBER", "COHORT", "DEFAULT"]


# --- profiles -------------------------------------------------------------------------------------


class ProfileEvent(Event, frozen=True, kw_only=True):
    """An event of one member's profile; in order per member."""

    TOPIC: ClassVar[Topic] = PROFILE
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "member_id"

    member_id: str


class ProfileCreated(ProfileEvent, frozen=True, kw_only=True):
    """Somebody is known for the first time; ``source`` is where they came from, if known yet."""

    source: str
    created_at: datetime


class TagAdded(ProfileEvent, frozen=True, kw_only=True):
    """The member carries a tag from now on, and who or what gave it."""

    tag_id: str
    origin: Literal["MANUAL", "RULE", "JOURNEY"]


class TagRemoved(ProfileEvent, frozen=True, kw_only=True):
    """The member carries the tag no more."""

    tag_id: str
    origin: Literal["MANUAL", "RULE", "JOURNEY", "ERASED"]


class ConsentChanged(ProfileEvent, frozen=True, kw_only=True):
    """The member allowed a channel for a purpose, or withdrew that; ``record_id`` has the proof."""

    channel: str
    purpose: str
    granted: bool
    record_id: str
    changed_at: datetime


class PersonalDataDeleted(ProfileEvent, frozen=True, kw_only=True):
    """Everything personal is erased; the id stays as a pseudonym of the books. Keep nothing.

    `stays`: it was asked for by who goes on as a member or visitor; otherwise the member left.
    """

    reason: str
    stays: bool = False


# --- lifecycle ------------------------------------------------------------------------------------


class LifecycleEvent(Event, frozen=True, kw_only=True):
    """An event of one member's lifecycle; in order per member."""

    TOPIC: ClassVar[Topic] = LIFECYCLE
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "member_id"

    member_id: str


class LifecycleStageChanged(LifecycleEvent, frozen=True, kw_only=True):
    """The stage changed, once for every change.

    ``days_since`` are CST days since the last order, ``cycle_days`` the rhythm they were measured
    with, and ``cycle_source`` whose it is: the member's own, that of who buys the same category, or
    the merchant's default. ``changed_at`` may be long past: whoever sends messages looks at it.
    """

    from_stage: Stage
    to_stage: Stage
    order_count: int
    days_since: int
    cycle_days: int
    changed_at: datetime
    cycle_source: CycleSource = ""


class HabitFormed(LifecycleEvent, frozen=True, kw_only=True):
    """The fifth order that stands, or as many as the merchant set: a habit (习惯) is formed."""

    orders: int
    formed_at: datetime


class HabitLost(LifecycleEvent, frozen=True, kw_only=True):
    """Refunds in full left fewer orders than a habit takes."""

    orders: int
    lost_at: datetime


class SuperUserChanged(LifecycleEvent, frozen=True, kw_only=True):
    """Bought again, gave feedback and brought others (超级用户), or no longer all three."""

    is_super: bool
    changed_at: datetime
