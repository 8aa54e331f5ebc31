"""Campaigns in the replay, through coupon's doors: templates, mass grants, locks and uses."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, time, timedelta
from typing import Any, Final

import msgspec

from danke.coupon.v1 import coupon_pb2, grant_pb2, template_pb2
from danke.coupon.v1.coupon_pb2_grpc import CouponServiceStub
from danke.coupon.v1.grant_pb2_grpc import GrantServiceStub
from danke.coupon.v1.template_pb2_grpc import TemplateServiceStub
from demo.campaigns import FACE_FEN, Batch, Campaign, CampaignDay, Redemption
from demo.data import SHOP_ZONE
from demo.doors import Doors
from demo.messages import timestamp
from demo.steps import Unexpected

ENDED: Final = (grant_pb2.GrantBatch.STATE_COMPLETED, grant_pb2.GrantBatch.STATE_PARTIAL)


class Granted(msgspec.Struct, frozen=True):
    """What the service answers of one campaign: asked for, given, and the template's counters."""

    asked: int
    given: int
    issued: int
    used: int


class Coupons:
    """Carries campaigns through coupon's doors; every id comes from the data."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self.templates = doors.stub("coupon", TemplateServiceStub)
        self.grants = doors.stub("coupon", GrantServiceStub)
        self.coupons = doors.stub("coupon", CouponServiceStub)
        # The coupon each member got of each template.
        self._held: dict[tuple[str, str], str] = {}
        self._batches: dict[str, Batch] = {}

    async def offer(self, campaigns: Iterable[Campaign]) -> None:
        """One template per campaign: set up once."""
        for request in map(_template, campaigns):
            await self.doors.call(self.templates, "SetTemplate", request)
            on = template_pb2.ActivateTemplateRequest(
                request_id=f"on-{request.template_id}", template_id=request.template_id
            )
            await self.doors.call(self.templates, "ActivateTemplate", on)

    async def grant(self, day: CampaignDay, run_due: Callable[[], Awaitable[None]]) -> None:
        """The day's mass grants, from their announcement to their end; ``run_due`` runs timers."""
        await asyncio.gather(*map(self._announce, day.batches))
        if day.batches:
            await run_due()
        await asyncio.gather(*map(self._look, day.batches))

    async def _announce(self, batch: Batch) -> None:
        about: dict[str, Any] = {"batch_id": batch.batch_id}
        create = grant_pb2.CreateGrantBatchRequest(
            request_id=f"create-{batch.batch_id}", template_id=batch.campaign.template_id,
            name=f"Campaign {batch.campaign.campaign_id}", members=len(batch.households), **about,
        )  # fmt: skip
        await self.doors.call(self.grants, "CreateGrantBatch", create)
        add = grant_pb2.AddGrantMembersRequest(
            request_id=f"add-{batch.batch_id}",
            member_ids=[household.member_id for household in batch.households], **about,
        )  # fmt: skip
        await self.doors.call(self.grants, "AddGrantMembers", add)
        start = grant_pb2.StartGrantBatchRequest(request_id=f"start-{batch.batch_id}", **about)
        await self.doors.call(self.grants, "StartGrantBatch", start)

    async def _look(self, batch: Batch) -> None:
        """Who got which coupon; a campaign that is over gives none."""
        asked = grant_pb2.GetGrantBatchRequest(batch_id=batch.batch_id)
        state = (await self.doors.call(self.grants, "GetGrantBatch", asked)).batch.state
        if state not in ENDED:
            raise Unexpected(f"mass grant {batch.batch_id} has not ended")
        self._batches[batch.batch_id] = batch
        chunk = 0
        while True:
            results = await self.doors.call(
                self.grants,
                "ListGrantResults",
                grant_pb2.ListGrantResultsRequest(batch_id=batch.batch_id, chunk=chunk),
            )
            for one in results.results:
                if one.coupon_id:
                    self._held[batch.campaign.template_id, one.member_id] = one.coupon_id
            chunk = results.next_chunk
            if not chunk:
                return

    async def redeem(self, day: CampaignDay) -> None:
        """The day's redemptions: one household's one after the other, households at once."""
        by_household: defaultdict[int, list[Redemption]] = defaultdict(list)
        for one in day.redemptions:
            by_household[one.household.household_id].append(one)
        await asyncio.gather(*map(self._redeem, by_household.values()))

    async def _redeem(self, redemptions: Iterable[Redemption]) -> None:
        for one in redemptions:
            coupon_id = await self._coupon(one)
            order: dict[str, Any] = {"order_id": one.order_id}
            lock = coupon_pb2.LockRequest(
                request_id=f"lock-{one.order_id}", member_id=one.household.member_id, **order,
                coupons=[coupon_pb2.LockedCoupon(coupon_id=coupon_id, discount_fen=FACE_FEN)],
            )  # fmt: skip
            await self.doors.call(self.coupons, "Lock", lock)
            use = coupon_pb2.UseRequest(request_id=f"use-{one.order_id}", **order)
            await self.doors.call(self.coupons, "Use", use)

    async def _coupon(self, one: Redemption) -> str:
        """The mass grant's coupon, or for a further redemption one more."""
        template_id, member_id = one.campaign.template_id, one.household.member_id
        if not one.number:
            return self._held[template_id, member_id]
        name = f"further-{one.order_id}"
        request = grant_pb2.GrantRequest(
            request_id=name, grant_id=name, template_id=template_id, member_id=member_id, quantity=1
        )
        answer = await self.doors.call(self.grants, "Grant", request)
        return str(answer.grant.coupon_ids[0])

    async def answers(self, campaigns: Iterable[Campaign]) -> dict[int, Granted]:
        """What the service says of each campaign in the end."""
        return {one.campaign_id: await self._answer(one) for one in campaigns}

    async def _answer(self, campaign: Campaign) -> Granted:
        request = template_pb2.GetTemplateStatisticsRequest(template_id=campaign.template_id)
        told = await self.doors.call(self.templates, "GetTemplateStatistics", request)
        batches = [one for one in self._batches.values() if one.campaign == campaign]
        answers = await self.doors.each(
            self.grants,
            "GetGrantBatch",
            (grant_pb2.GetGrantBatchRequest(batch_id=one.batch_id) for one in batches),
        )
        return Granted(
            sum(answer.batch.members for answer in answers),
            sum(answer.batch.ok for answer in answers),
            told.stock.issued,
            sum(channel.used for channel in told.channels),
        )


def _template(campaign: Campaign) -> template_pb2.SetTemplateRequest:
    return template_pb2.SetTemplateRequest(
        request_id=f"set-{campaign.template_id}",
        template_id=campaign.template_id,
        settings=template_pb2.TemplateSettings(
            name=f"Campaign {campaign.campaign_id}, {campaign.kind}",
            terms=template_pb2.Terms(
                kind=template_pb2.COUPON_KIND_CASH, face_fen=FACE_FEN, stackable=True
            ),
            validity=template_pb2.Validity(
                kind=template_pb2.Validity.KIND_FIXED,
                start_time=timestamp(datetime.combine(campaign.first, time(), SHOP_ZONE)),
                end_time=timestamp(
                    datetime.combine(campaign.last + timedelta(days=1), time(), SHOP_ZONE)
                ),
            ),
            audience=template_pb2.Audience(how=template_pb2.Audience.HOW_GRANT_ONLY),
        ),
    )
