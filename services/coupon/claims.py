"""Claims: a member takes a coupon; domain.md C1, C2, C11. A rush meets in batches, not in a queue.

Everything a claim counts is under the template's lock, so a member's limit needs no counter of its
own: what he got is what is counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.coupon.channels import Channel, claimed_through
from services.coupon.coupons import Coupon
from services.coupon.errors import ClaimNotOpen, NotClaimable
from services.coupon.issuing import Issue, issue_reads
from services.coupon.members import Standing, must_be_himself
from services.coupon.templates import CouponTemplate, must_be_eligible


class Claim(Command, frozen=True, kw_only=True):
    """One coupon of a template for a member, through a channel or without.

    ``segment_ids`` are segments the caller vouches for, besides those audience told of. Refuses
    TEMPLATE_NOT_FOUND, TEMPLATE_NOT_ACTIVE, CLAIM_NOT_OPEN, NOT_CLAIMABLE, NOT_ELIGIBLE,
    CHANNEL_NOT_FOUND, CHANNEL_QUOTA_REACHED, CLAIM_LIMIT_REACHED, DAILY_LIMIT_REACHED, SOLD_OUT,
    BUDGET_EXHAUSTED, MEMBER_MERGED, MEMBER_CLOSED.
    """

    RESULT: ClassVar[type] = Coupon

    template_id: str
    member_id: str
    channel_code: str = ""
    segment_ids: list[str] = []  # noqa: RUF012  a struct copies its mutable defaults

    def lane(self) -> str:
        return self.template_id

    def reads(self, found: State) -> Iterable[Read]:
        yield from issue_reads(self.merchant_id, self.template_id, (self.member_id,))
        yield Standing, (self.merchant_id, self.member_id)
        if self.channel_code:
            yield Channel, (self.merchant_id, self.channel_code)

    def decide(self, state: State) -> Decision:
        issue = Issue(self, state, self.template_id)
        template = issue.template
        must_be_open(self, template)
        must_be_himself(state, self.merchant_id, self.member_id, field="member_id")
        standing = state.get(Standing, (self.merchant_id, self.member_id))
        must_be_eligible(template.audience, standing, self.segment_ids)
        rows: list[Row] = []
        if self.channel_code:
            channel = state.get(Channel, (self.merchant_id, self.channel_code))
            rows.append(claimed_through(channel, self.template_id, self.channel_code))
        elif template.audience.how != "OPEN":
            raise NotClaimable(template_id=self.template_id, how=template.audience.how)
        issue.limit(self.member_id)
        coupon = issue.one(self.member_id, "CLAIM", channel=self.channel_code)
        return Decision(result=coupon, rows=[*rows, *issue.rows()], events=issue.events)


def must_be_open(command: Command, template: CouponTemplate, *, by_code: bool = False) -> None:
    """Refuses CLAIM_NOT_OPEN, and NOT_CLAIMABLE for what is only given or needs a code."""
    if template.claim_from is not None and command.at < template.claim_from:
        raise ClaimNotOpen(template_id=template.template_id, opens=template.claim_from)
    if template.claim_until is not None and command.at >= template.claim_until:
        raise ClaimNotOpen(template_id=template.template_id, closed=template.claim_until)
    if template.audience.how == "GRANT_ONLY" and not by_code:
        raise NotClaimable(template_id=template.template_id, how="GRANT_ONLY")
