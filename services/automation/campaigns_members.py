"""A campaign's members, addressed in chunks: held out, left out, or given a coupon or message; S6.

A chunk is one timer's command and sets the timer of the next, so a crash repeats a chunk that took
effect or did not, and memory does not grow with the segment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Decision
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events import automation as events
from danke.events.envelope import Event
from services.automation.attributions import assigned
from services.automation.campaigns import (
    PATIENCE,
    AudiencePage,
    Campaign,
    OfCampaign,
    chunk_timer,
    ended,
)
from services.automation.holdout import global_key, is_held_out
from services.automation.messages import campaign_message_id, plan_message
from services.automation.policies import policy_key, policy_of
from services.automation.suppressions import no_marketing, suppression_reads

CHUNK: Final = 500
# How long until a page that is missing, or a pause, is looked at again.
_AGAIN: Final = timedelta(seconds=30)
_PAUSE: Final = timedelta(minutes=5)


class CampaignMember(Row, frozen=True):
    """One member of a campaign and what was done. How his message ended is the message's to say."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "campaign_id", "member_id")

    merchant_id: str
    campaign_id: str
    member_id: str
    # GRANTING: the coupon is asked for. REFUSED: it is not given. PLANNED: there is a message.
    # CANCELLED: the coupon came after the campaign was cancelled, and no message follows.
    state: Literal["HELD_OUT", "SUPPRESSED", "GRANTING", "REFUSED", "PLANNED", "CANCELLED"]
    reason: str
    # Empty without a coupon.
    action_id: str
    coupon_id: str
    message_id: str
    assigned_at: datetime


BY_ACTION = Group(
    CampaignMember, ("merchant_id", "action_id"), holds=lambda member: bool(member.action_id)
)


def action_id(campaign_id: str, member_id: str) -> str:
    """The id of the grant for one member: the same whenever it is asked for, and short."""
    digest = sha256(f"{campaign_id}/{member_id}".encode()).hexdigest()
    return f"cp-{digest[:40]}"


class AddressChunk(OfCampaign, frozen=True, kw_only=True):
    """Addresses up to 500 members of one page, and sets the timer of what follows."""

    audience_id: str
    page: int
    chunk: int

    def _page_key(self) -> tuple[str, str, int]:
        return (self.merchant_id, self.audience_id, self.page)

    def locate(self) -> Sequence[Read]:
        # A page never changes, so its members may be looked up before anything is locked.
        return ((AudiencePage, self._page_key()),)

    def _part(self, state: State) -> list[str]:
        page = state.get(AudiencePage, self._page_key())
        first = self.chunk * CHUNK
        return page.member_ids[first : first + CHUNK] if page else []

    def reads(self, found: State) -> Iterable[Read]:
        yield Campaign, (self.merchant_id, self.campaign_id)
        yield policy_key(self.merchant_id)
        yield AudiencePage, self._page_key()
        for member_id in self._part(found):
            yield CampaignMember, (self.merchant_id, self.campaign_id, member_id)
            yield from suppression_reads(self.merchant_id, member_id)

    def decide(self, state: State) -> Decision:
        campaign = self.campaign(state)
        if campaign.state == "PAUSED":
            wait = chunk_timer(campaign, self.page, self.chunk, self.at + _PAUSE)
            return Decision(result=campaign, rows=[wait])
        if campaign.state != "RUNNING":
            return Decision(result=campaign)
        page = state.get(AudiencePage, self._page_key())
        members = self._part(state)
        if page is None or (members and not self._was_read(state, members)):
            return self._wait(campaign)
        addressing = _Addressing(self, state, campaign)
        for member_id in members:
            addressing.address(member_id)
        after = addressing.counted()
        follows = self._following(after, page)
        if follows is not None:
            return Decision(after, [after, *addressing.rows, follows], addressing.events)
        after, told = ended(after, "COMPLETED", self.at)
        return Decision(after, [after, *addressing.rows], [*addressing.events, told])

    def _was_read(self, state: State, members: Sequence[str]) -> bool:
        """A page that arrived between looking and locking is taken the next time."""
        return state.knows(CampaignMember, (self.merchant_id, self.campaign_id, members[0]))

    def _following(self, campaign: Campaign, page: AudiencePage) -> Timer | None:
        """The timer of the next chunk or page; None after the last."""
        if (self.chunk + 1) * CHUNK < len(page.member_ids):
            return chunk_timer(campaign, self.page, self.chunk + 1, self.at)
        if self.page + 1 == (campaign.pages or page.pages):
            return None
        return chunk_timer(campaign, self.page + 1, 0, self.at)

    def _wait(self, campaign: Campaign) -> Decision:
        if self.at < campaign.start_at + PATIENCE:
            wait = chunk_timer(campaign, self.page, self.chunk, self.at + _AGAIN)
            return Decision(result=campaign, rows=[wait])
        after, told = ended(campaign, "FAILED", self.at, "AUDIENCE_MISSING")
        return Decision(after, [after], [told])


class _Addressing:
    """What a chunk does with each of its members."""

    def __init__(self, command: AddressChunk, state: State, campaign: Campaign) -> None:
        self.at = command.at
        self.state = state
        self.campaign = campaign
        self.rows: list[Row] = []
        self.events: list[Event] = []
        self._global_bp = policy_of(state, campaign.merchant_id).rules.global_holdout_bp
        self._number = {"HELD_OUT": 0, "SUPPRESSED": 0, "TREATED": 0}

    def counted(self) -> Campaign:
        """The campaign with its members counted."""
        campaign, number = self.campaign, self._number
        return replace(
            campaign, members=campaign.members + sum(number.values()),
            treated=campaign.treated + number["TREATED"],
            held_out=campaign.held_out + number["HELD_OUT"],
            suppressed=campaign.suppressed + number["SUPPRESSED"],
        )  # fmt: skip

    def address(self, member_id: str) -> None:
        """Decides once for each member, however often he is named."""
        campaign = self.campaign
        merchant_id = campaign.merchant_id
        key = (merchant_id, campaign.campaign_id, member_id)
        if self.state.get(CampaignMember, key) is not None:
            return
        if no_marketing(self.state, merchant_id, member_id):
            self._number["SUPPRESSED"] += 1
            self.rows.append(CampaignMember(*key, "SUPPRESSED", "", "", "", "", self.at))
            return
        control = is_held_out(global_key(merchant_id), member_id, self._global_bp) or is_held_out(
            campaign.holdout_key, member_id, campaign.holdout_bp
        )
        until = self.at + timedelta(hours=campaign.window_hours)
        self.rows.append(
            assigned(
                merchant_id=merchant_id, source_kind="CAMPAIGN", source_id=campaign.campaign_id,
                ref=campaign.campaign_id, member_id=member_id, at=self.at, until=until,
                control=control,
            )
        )  # fmt: skip
        if control:
            self._number["HELD_OUT"] += 1
            self.rows.append(CampaignMember(*key, "HELD_OUT", "", "", "", "", self.at))
        else:
            self._number["TREATED"] += 1
            self._treat(key)

    def _treat(self, key: tuple[str, str, str]) -> None:
        campaign, member_id = self.campaign, key[2]
        if not campaign.coupon_template_id:
            row = CampaignMember(
                *key,
                "PLANNED",
                "",
                "",
                "",
                campaign_message_id(campaign.campaign_id, member_id),
                self.at,
            )
            self.rows += [row, *message_rows(campaign, member_id, self.at)]
            return
        action = action_id(campaign.campaign_id, member_id)
        self.rows.append(CampaignMember(*key, "GRANTING", "", action, "", "", self.at))
        self.events.append(
            events.CouponGrantRequested(
                action_id=action, member_id=member_id, source_kind="CAMPAIGN",
                source_id=campaign.campaign_id, template_id=campaign.coupon_template_id,
                reason=campaign.name,
            )
        )  # fmt: skip


def message_rows(
    campaign: Campaign, member_id: str, at: datetime, coupon: CouponParams | None = None
) -> list[Row]:
    """The member's message, to go at once; with its coupon, if there is one."""
    return plan_message(
        merchant_id=campaign.merchant_id, source_kind="CAMPAIGN", source_id=campaign.campaign_id,
        ref=campaign.campaign_id, step="", member_id=member_id, template_id=campaign.template_id,
        at=at, due_at=at, window_hours=campaign.window_hours, priority=campaign.priority,
        params=campaign.params | (coupon.params() if coupon else {}),
        coupon_id=coupon.coupon_id if coupon else "",
    )  # fmt: skip


class CouponParams(msgspec.Struct, frozen=True):
    """What a message may say of its coupon."""

    coupon_id: str
    template_id: str
    face_fen: int
    valid_to: datetime

    def params(self) -> dict[str, str]:
        """As parameters of a message."""
        return {
            "coupon_id": self.coupon_id,
            "coupon_template_id": self.template_id,
            "coupon_face_fen": str(self.face_fen),
            "coupon_valid_to": self.valid_to.isoformat(),
        }
