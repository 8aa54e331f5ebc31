"""What automation publishes: journeys' steps, actions asked of others, messages, conversions.

Everything is keyed by member. Actions are carried out by the service that owns what is given; each
works once per ``action_id``. Money is fen, points are whole. No personal data.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from danke.events.envelope import Event, Topic

JOURNEY = Topic(
    name="danke.automation.journey.v1",
    key="member_id",
    summary="Members on their way through journeys (自动化旅程): started, each step, ended.",
)
ACTION = Topic(
    name="danke.automation.action.v1",
    key="member_id",
    summary="What automation asks of others: coupons, points, tags, guide tasks.",
)
WAKE = Topic(
    name="danke.automation.wake.v1",
    key="member_id",
    summary="Rounds of waking sleeping members (唤醒轮次) that ended without an order.",
)
MESSAGE = Topic(
    name="danke.automation.message.v1",
    key="member_id",
    summary="Messages to members: asked of a channel, delivered, failed, skipped.",
)
ATTRIBUTION = Topic(
    name="danke.automation.attribution.v1",
    key="member_id",
    summary="Which journey or campaign an order is credited to.",
)

CAMPAIGN = Topic(
    name="danke.automation.campaign.v1",
    key="campaign_id",
    summary="Campaigns to a segment (精准群发): started, ended.",
)

# What an action or a message came from.
SourceKind = Literal["JOURNEY", "CAMPAIGN"]

# --- journeys -------------------------------------------------------------------------------------


class EnrollmentEvent(Event, frozen=True, kw_only=True):
    """An event of one enrolment: one member's way through one version of a journey."""

    TOPIC: ClassVar[Topic] = JOURNEY
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "enrollment_id"

    enrollment_id: str
    journey_id: str
    version: int
    member_id: str


class EnrollmentStarted(EnrollmentEvent, frozen=True, kw_only=True):
    """A member entered a journey. ``held_out``: as control, for whom nothing is done (M3)."""

    entry_key: str
    trigger: str
    held_out: bool = False


class StepExecuted(EnrollmentEvent, frozen=True, kw_only=True):
    """An action step was carried out: ``ref`` is its action id, message id or call id."""

    step_id: str
    action: Literal["COUPON", "POINTS", "MESSAGE", "TAG", "GUIDE_TASK", "WEBHOOK", "WAKE_ROUND"]
    ref: str


class EnrollmentEnded(EnrollmentEvent, frozen=True, kw_only=True):
    """The member is out of the journey; ``reason`` says why where ``state`` does not.

    ``held_out``: as control, who stay as long as the treated do with nothing done for them (M3).
    """

    state: Literal["COMPLETED", "GOAL_REACHED", "EXITED"]
    reason: str
    held_out: bool = False


# --- actions --------------------------------------------------------------------------------------


class ActionEvent(Event, frozen=True, kw_only=True):
    """Something another service is to do for a member, once per ``action_id``."""

    TOPIC: ClassVar[Topic] = ACTION
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "member_id"

    action_id: str
    member_id: str
    source_kind: SourceKind
    # The journey's or the campaign's id.
    source_id: str


class CouponGrantRequested(ActionEvent, frozen=True, kw_only=True):
    """The member shall get one coupon of this template; coupon answers with CouponGranted."""

    template_id: str
    reason: str = ""


class PointsGrantRequested(ActionEvent, frozen=True, kw_only=True):
    """The member shall get this many points."""

    points: int


class TagRequested(ActionEvent, frozen=True, kw_only=True):
    """The member shall have this tag, or with ``add`` false have it no longer."""

    tag_id: str
    add: bool


class GuideTaskRequested(ActionEvent, frozen=True, kw_only=True):
    """The member's guide (导购) shall do something until ``due_at``; domain.md M70."""

    title: str
    due_at: datetime


# --- wake rounds ----------------------------------------------------------------------------------


class WakeEvent(Event, frozen=True, kw_only=True):
    """An event of one member's wake-up rounds."""

    TOPIC: ClassVar[Topic] = WAKE
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "member_id"

    member_id: str


class WakeRoundEnded(WakeEvent, frozen=True, kw_only=True):
    """Round ``round`` of ``rounds`` ended without an order; after the last the member is LOST."""

    round: int
    rounds: int
    ended_at: datetime


# --- messages -------------------------------------------------------------------------------------


class MessageEvent(Event, frozen=True, kw_only=True):
    """An event of one message."""

    TOPIC: ClassVar[Topic] = MESSAGE
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "message_id"

    message_id: str
    member_id: str
    source_kind: SourceKind
    source_id: str


class MessageRequested(MessageEvent, frozen=True, kw_only=True):
    """A channel shall deliver this message; the adapter knows the member's address, we do not."""

    channel: str
    # The template's id at the platform, and what fills it.
    template_id: str
    params: dict[str, str] = {}
    # Counts from 1; a message that falls back to another channel gets the next number.
    attempt: int = 1
    # Later than this the message must not go out any more.
    not_after: datetime | None = None


class MessageDelivered(MessageEvent, frozen=True, kw_only=True):
    """The channel delivered the message."""

    channel: str
    delivered_at: datetime


class MessageFailed(MessageEvent, frozen=True, kw_only=True):
    """The channel could not deliver the message, for good."""

    channel: str
    reason: str


class MessageSkipped(MessageEvent, frozen=True, kw_only=True):
    """The message was not sent: CAPPED, NO_CONSENT, NO_QUOTA, SUPPRESSED or HOLDOUT.

    Or it was taken back (CANCELLED), or there are no words for it (NO_TEMPLATE).
    """

    reason: str


# --- attribution ----------------------------------------------------------------------------------


class AttributionEvent(Event, frozen=True, kw_only=True):
    """An event of one order's attribution."""

    TOPIC: ClassVar[Topic] = ATTRIBUTION
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "order_id"

    order_id: str
    member_id: str


class ConversionAttributed(AttributionEvent, frozen=True, kw_only=True):
    """The order is credited to this journey; ``is_control``: it was held out of it (M6).

    An order is credited once. Told again with ``replaces``, another takes the credit: the order
    used its coupon. Where a campaign gets it, ``journey_id`` is empty and ``source_id`` its id.
    """

    journey_id: str
    amount_fen: int
    is_control: bool
    source_kind: SourceKind = "JOURNEY"
    source_id: str = ""
    # Why: the last message before it, a coupon that was used, or the window of who was held out.
    by: Literal["TOUCH", "COUPON", "CONTROL"] = "TOUCH"
    # The journey or campaign that had the credit before.
    replaces: str = ""


class ConversionAdjusted(AttributionEvent, frozen=True, kw_only=True):
    """A credited order was refunded: this much of it altogether, or in full."""

    source_kind: SourceKind
    source_id: str
    amount_fen: int
    refunded_fen: int
    is_full: bool


# --- campaigns ------------------------------------------------------------------------------------


class CampaignEvent(Event, frozen=True, kw_only=True):
    """An event of one campaign; in order per campaign."""

    TOPIC: ClassVar[Topic] = CAMPAIGN
    KEY: ClassVar[str] = "campaign_id"
    SUBJECT: ClassVar[str] = "campaign_id"

    campaign_id: str


class CampaignStarted(CampaignEvent, frozen=True, kw_only=True):
    """A campaign is on its way to its members from ``start_at`` on."""

    name: str
    segment_id: str
    template_id: str
    coupon_template_id: str
    start_at: datetime
    holdout_bp: int


class CampaignEnded(CampaignEvent, frozen=True, kw_only=True):
    """Every member was addressed, or it was stopped; messages on their way still arrive."""

    state: Literal["COMPLETED", "CANCELLED", "FAILED"]
    members: int
    treated: int
    held_out: int
    suppressed: int
