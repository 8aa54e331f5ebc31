"""A campaign's coupons: once one exists its message is planned, never before; saga S6.

What was given because of an action is remembered, so that the order which uses it can be credited.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, State
from services.automation.attributions_coupons import GivenCoupon
from services.automation.campaigns import Campaign
from services.automation.campaigns_members import (
    BY_ACTION,
    CampaignMember,
    CouponParams,
    message_rows,
)
from services.automation.messages import campaign_message_id


class _OfAction(Command, frozen=True, kw_only=True):
    RESULT: ClassVar[type] = CampaignMember

    action_id: str

    def lane(self) -> str:
        return f"action:{self.action_id}"

    def locate(self) -> Sequence[Read]:
        return ((BY_ACTION, (self.merchant_id, self.action_id)),)

    def member(self, state: State) -> CampaignMember | None:
        """The member whose coupon it is, while it is waited for."""
        for row in state.group(BY_ACTION, (self.merchant_id, self.action_id)):
            if row.state == "GRANTING":
                return row
        return None


class CouponArrived(_OfAction, frozen=True, kw_only=True):
    """The coupon that was asked for exists: now its message is planned."""

    coupon: CouponParams

    def reads(self, found: State) -> Iterable[Read]:
        yield BY_ACTION, (self.merchant_id, self.action_id)
        yield GivenCoupon, (self.merchant_id, self.coupon.coupon_id)
        for row in found.group(BY_ACTION, (self.merchant_id, self.action_id)):
            yield Campaign, (self.merchant_id, row.campaign_id)

    def decide(self, state: State) -> Decision:
        row = self.member(state)
        if row is None or not state.knows(Campaign, (self.merchant_id, row.campaign_id)):
            return Decision()
        campaign = state.get(Campaign, (self.merchant_id, row.campaign_id))
        assert campaign is not None, "Bug: a member of a campaign that is not there"
        given = GivenCoupon(
            self.merchant_id, self.coupon.coupon_id, row.member_id, "CAMPAIGN", row.campaign_id,
            self.action_id, is_used=False, order_id="", discount_fen=0,
        )  # fmt: skip
        if campaign.state == "CANCELLED":
            after = replace(row, state="CANCELLED", coupon_id=self.coupon.coupon_id)
            return Decision(result=after, rows=[after, given])
        after = replace(
            row, state="PLANNED", coupon_id=self.coupon.coupon_id,
            message_id=campaign_message_id(row.campaign_id, row.member_id),
        )  # fmt: skip
        messages = message_rows(campaign, row.member_id, self.at, self.coupon)
        return Decision(after, [after, given, *messages])


class CouponRefused(_OfAction, frozen=True, kw_only=True):
    """The coupon is not given, for good: no message tells of it."""

    reason: str

    def reads(self, found: State) -> Iterable[Read]:
        return ((BY_ACTION, (self.merchant_id, self.action_id)),)

    def decide(self, state: State) -> Decision:
        row = self.member(state)
        if row is None:
            return Decision()
        after = replace(row, state="REFUSED", reason=self.reason)
        return Decision(result=after, rows=[after])
