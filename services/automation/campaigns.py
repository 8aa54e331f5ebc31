"""Campaigns (精准群发): one call sends a coupon and its message to everybody of a segment; saga S6.

Snapshot → holdout → coupon → message, once the coupon exists → report. The members come as pages of
an immutable snapshot, or of a list in the call. domain.md §3.7, M37; parity.md §2 no. 10.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events import automation as events
from danke.events.envelope import Event
from services.automation.errors_messages import (
    AudienceNotGiven,
    CampaignExists,
    CampaignMembersOutOfOrder,
    CampaignNeedsMarketing,
    CampaignNotFound,
    CampaignPageOutOfOrder,
    CampaignStateInvalid,
    CampaignTakesNoMembers,
    MemberIdInvalid,
    MessageTemplateNotFound,
)
from services.automation.policies import policy_key, policy_of
from services.automation.templates import MessageTemplate

# ref: ``<campaign>/<page>/<chunk>/<audience>``
CHUNK_TIMER: Final = "campaign_chunk"
CampaignState = Literal["RUNNING", "PAUSED", "COMPLETED", "CANCELLED", "FAILED"]
OPEN: Final = ("RUNNING", "PAUSED")
# Ids travel into timers' and messages' names.
_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
# How long the pages of a campaign's members are waited for.
PATIENCE: Final = timedelta(days=2)


class Campaign(Row, frozen=True):
    """A campaign and how far it is. A member counts once he was addressed."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "campaign_id")

    merchant_id: str
    campaign_id: str
    name: str
    state: CampaignState
    # Why it failed.
    reason: str
    # The snapshot, or ``list/<campaign>`` whose pages came with the call; see ``AudiencePage``.
    audience_id: str
    segment_id: str
    template_id: str
    # Empty: a message without a coupon.
    coupon_template_id: str
    params: dict[str, str]
    priority: int
    start_at: datetime
    holdout_bp: int
    # What the members' places are drawn with; the campaign's id unless said otherwise (M3).
    holdout_key: str
    window_hours: int
    # How many pages of members there are; 0 while that is not known.
    pages: int
    pages_added: int
    last_member_id: str
    # Members addressed, and what that meant: treated, held out, or left out as suppressed.
    members: int
    treated: int
    held_out: int
    suppressed: int
    created_by: str
    created_at: datetime
    ended_at: datetime | None = None


class AudiencePage(Row, frozen=True):
    """One page of the members of a snapshot or list. Immutable, as the snapshot is."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "audience_id", "page")

    merchant_id: str
    audience_id: str
    page: int
    # 0: not known yet.
    pages: int
    segment_id: str
    member_ids: list[str]
    kept_at: datetime


def chunk_timer(campaign: Campaign, page: int, chunk: int, at: datetime) -> Timer:
    """What addresses the next members."""
    ref = f"{campaign.campaign_id}/{page}/{chunk}/{campaign.audience_id}"
    return Timer(campaign.merchant_id, CHUNK_TIMER, ref, at)


class KeepPage(Command, frozen=True, kw_only=True):
    """A page of a snapshot arrived; whichever campaign is for it will find it.

    Refuses MEMBER_ID_INVALID naming the place.
    """

    audience_id: str
    segment_id: str
    page: int
    pages: int
    member_ids: list[str]

    def lane(self) -> str:
        return f"audience:{self.audience_id}"

    def reads(self, found: State) -> Iterable[Read]:
        return ((AudiencePage, (self.merchant_id, self.audience_id, self.page)),)

    def decide(self, state: State) -> Decision:
        key = (self.merchant_id, self.audience_id, self.page)
        if state.get(AudiencePage, key) is not None:
            return Decision()
        for place, member_id in enumerate(self.member_ids):
            if not _ID.fullmatch(member_id):
                raise MemberIdInvalid(field=f"member_ids[{place}]")
        page = AudiencePage(*key, self.pages, self.segment_id, self.member_ids, self.at)
        return Decision(rows=[page])


class SendCampaign(Command, frozen=True, kw_only=True):
    """Starts a campaign, once per ``campaign_id``; the same again answers it.

    Refuses AUDIENCE_NOT_GIVEN, MESSAGE_TEMPLATE_NOT_FOUND, CAMPAIGN_NEEDS_MARKETING,
    CAMPAIGN_EXISTS, CAMPAIGN_MEMBERS_OUT_OF_ORDER naming the place.
    """

    RESULT: ClassVar[type] = Campaign

    campaign_id: str
    name: str
    # Either a snapshot or the first page of members, and whether it is the only one.
    snapshot_id: str
    segment_id: str
    member_ids: list[str]
    more_pages: bool
    template_id: str
    coupon_template_id: str
    params: dict[str, str]
    priority: int
    start_at: datetime | None
    holdout_bp: int
    holdout_key: str
    window_hours: int
    actor: str

    def lane(self) -> str:
        return f"campaign:{self.campaign_id}"

    def reads(self, found: State) -> Iterable[Read]:
        yield Campaign, (self.merchant_id, self.campaign_id)
        yield MessageTemplate, (self.merchant_id, self.template_id)
        yield policy_key(self.merchant_id)

    def decide(self, state: State) -> Decision:
        old = state.get(Campaign, (self.merchant_id, self.campaign_id))
        if old is not None:
            raise CampaignExists(field="campaign_id", campaign_id=self.campaign_id)
        if bool(self.snapshot_id) == bool(self.member_ids):
            raise AudienceNotGiven(field="snapshot_id")
        template = state.get(MessageTemplate, (self.merchant_id, self.template_id))
        if template is None:
            raise MessageTemplateNotFound(field="template_id", template_id=self.template_id)
        if template.purpose != "MARKETING":
            raise CampaignNeedsMarketing(field="template_id")
        campaign = self._campaign(policy_of(state, self.merchant_id).rules.window_hours)
        rows: list[Row] = []
        if self.member_ids:
            campaign, page = with_page(campaign, self.member_ids, self.at, last=not self.more_pages)
            rows.append(page)
        rows += [campaign, chunk_timer(campaign, 0, 0, campaign.start_at)]
        event = events.CampaignStarted(
            campaign_id=campaign.campaign_id, name=campaign.name, segment_id=campaign.segment_id,
            template_id=campaign.template_id, coupon_template_id=campaign.coupon_template_id,
            start_at=campaign.start_at, holdout_bp=campaign.holdout_bp,
        )  # fmt: skip
        return Decision(campaign, rows, [event])

    def _campaign(self, window_hours: int) -> Campaign:
        return Campaign(
            self.merchant_id, self.campaign_id, self.name, "RUNNING", "",
            self.snapshot_id or f"list/{self.campaign_id}", self.segment_id, self.template_id,
            self.coupon_template_id, self.params, self.priority,
            max(self.at, self.start_at or self.at), self.holdout_bp,
            self.holdout_key or self.campaign_id, self.window_hours or window_hours, pages=0,
            pages_added=0, last_member_id="", members=0, treated=0, held_out=0, suppressed=0,
            created_by=self.actor, created_at=self.at,
        )  # fmt: skip


def with_page(
    campaign: Campaign, member_ids: Sequence[str], at: datetime, *, last: bool
) -> tuple[Campaign, AudiencePage]:
    """The campaign with one more page of members. Refuses CAMPAIGN_MEMBERS_OUT_OF_ORDER."""
    before = campaign.last_member_id
    for place, member_id in enumerate(member_ids):
        if member_id <= before:
            raise CampaignMembersOutOfOrder(field=f"member_ids[{place}]")
        before = member_id
    number = campaign.pages_added
    after = replace(
        campaign, pages=number + 1 if last else 0, pages_added=number + 1, last_member_id=before
    )
    page = AudiencePage(
        campaign.merchant_id,
        campaign.audience_id,
        number,
        after.pages,
        "",
        list(member_ids),
        at,
    )
    return after, page


class OfCampaign(Command, frozen=True, kw_only=True):
    """A command that knows its campaign."""

    RESULT: ClassVar[type] = Campaign

    campaign_id: str

    def lane(self) -> str:
        return f"campaign:{self.campaign_id}"

    def reads(self, found: State) -> Iterable[Read]:
        return ((Campaign, (self.merchant_id, self.campaign_id)),)

    def campaign(self, state: State) -> Campaign:
        """The campaign. Refuses CAMPAIGN_NOT_FOUND."""
        campaign = state.get(Campaign, (self.merchant_id, self.campaign_id))
        if campaign is None:
            raise CampaignNotFound(field="campaign_id", campaign_id=self.campaign_id)
        return campaign


class AddCampaignMembers(OfCampaign, frozen=True, kw_only=True):
    """Adds page ``page`` of the members of a list, in ascending order over all pages.

    Refuses CAMPAIGN_NOT_FOUND, CAMPAIGN_STATE_INVALID, CAMPAIGN_TAKES_NO_MEMBERS,
    CAMPAIGN_PAGE_OUT_OF_ORDER, CAMPAIGN_MEMBERS_OUT_OF_ORDER naming the place.
    """

    page: int
    member_ids: list[str]
    more_pages: bool

    def decide(self, state: State) -> Decision:
        campaign = self.campaign(state)
        if campaign.state not in OPEN:
            raise CampaignStateInvalid(state=campaign.state)
        if not campaign.pages_added or campaign.pages:
            raise CampaignTakesNoMembers(campaign_id=self.campaign_id)
        if self.page != campaign.pages_added:
            raise CampaignPageOutOfOrder(field="page", expected=campaign.pages_added)
        after, page = with_page(campaign, self.member_ids, self.at, last=not self.more_pages)
        return Decision(result=after, rows=[after, page])


class ChangeCampaign(OfCampaign, frozen=True, kw_only=True):
    """Pauses, resumes or cancels. To be so already is no mistake.

    Nobody is addressed and nothing is sent while it is paused. After a cancellation who has a
    coupon keeps it, and no message follows. Refuses CAMPAIGN_NOT_FOUND, CAMPAIGN_STATE_INVALID.
    """

    to: Literal["RUNNING", "PAUSED", "CANCELLED"]

    def decide(self, state: State) -> Decision:
        campaign = self.campaign(state)
        if campaign.state == self.to:
            return Decision(result=campaign)
        # Everybody was addressed, but messages may be on their way: those can still be stopped.
        stops_rest = self.to == "CANCELLED" and campaign.state == "COMPLETED"
        if campaign.state not in OPEN and not stops_rest:
            raise CampaignStateInvalid(state=campaign.state)
        if self.to == "CANCELLED":
            after, told = ended(campaign, "CANCELLED", self.at)
            return Decision(after, [after], [told])
        after = replace(campaign, state=self.to)
        return Decision(result=after, rows=[after])


def ended(
    campaign: Campaign,
    state: Literal["COMPLETED", "CANCELLED", "FAILED"],
    at: datetime,
    reason: str = "",
) -> tuple[Campaign, Event]:
    """The campaign after its end, and the event that says so."""
    after = replace(campaign, state=state, reason=reason, ended_at=at)
    event = events.CampaignEnded(
        campaign_id=campaign.campaign_id, state=state, members=campaign.members,
        treated=campaign.treated, held_out=campaign.held_out, suppressed=campaign.suppressed,
    )  # fmt: skip
    return after, event
