"""Bargains over gRPC; ``danke.groupbuy.v1.BargainService``."""

from __future__ import annotations

from functools import partial
from typing import Final

from common.messages import EARLIEST, LATEST, moment, own, timestamp
from common.pages import paged
from common.server import Call
from danke.groupbuy.v1 import bargain_pb2 as pb
from services.groupbuy import bargain_orders, bargains, store_activities, store_social
from services.groupbuy.bargain_activities import (
    BargainActivity,
    BargainTerms,
    SetBargainActivity,
)
from services.groupbuy.errors import ActivityNotFound, BargainNotFound
from services.groupbuy.rpc_door import Door

FIRST_HELPS: Final = 100
DEFAULT_TTL_HOURS: Final = 24


class BargainService(Door):
    """Answers ``danke.groupbuy.v1.BargainService``; what each RPC refuses is in its proto."""

    async def SetBargainActivity(
        self, request: pb.SetBargainActivityRequest, call: Call
    ) -> pb.SetBargainActivityResponse:
        terms = request.terms
        activity = await self.run(
            SetBargainActivity,
            request,
            call,
            activity_id=request.activity_id,
            stopped=request.stopped,
            terms=BargainTerms(
                name=terms.name,
                sku_id=terms.sku_id,
                start_fen=terms.start_fen,
                floor_fen=terms.floor_fen,
                cuts=terms.cuts,
                ttl_hours=terms.ttl_hours or DEFAULT_TTL_HOURS,
                daily_helps=terms.daily_helps,
                new_helpers_only=terms.new_helpers_only,
                order_before_floor=terms.order_before_floor,
                stock=terms.stock,
            ),
            starts_at=moment(request, "start_time") or EARLIEST,
            ends_at=moment(request, "end_time") or EARLIEST,
        )
        return pb.SetBargainActivityResponse(activity=_activity(activity))

    async def GetBargainActivity(
        self, request: pb.GetBargainActivityRequest, call: Call
    ) -> pb.GetBargainActivityResponse:
        found = await store_activities.bargain_activity(
            self.pool, call.merchant_id, request.activity_id
        )
        if found is None:
            raise ActivityNotFound(field="activity_id", activity_id=request.activity_id)
        return pb.GetBargainActivityResponse(activity=_activity(found))

    async def OpenBargain(
        self, request: pb.OpenBargainRequest, call: Call
    ) -> pb.OpenBargainResponse:
        own(call, request.member_id)
        bargain = await self.run(
            bargains.OpenBargain,
            request,
            call,
            activity_id=request.activity_id,
            member_id=request.member_id,
        )
        return pb.OpenBargainResponse(bargain=_bargain(bargain))

    async def CutPrice(self, request: pb.CutPriceRequest, call: Call) -> pb.CutPriceResponse:
        own(call, request.helper_id)
        bargain = await self.run(
            bargains.CutPrice,
            request,
            call,
            bargain_id=request.bargain_id,
            helper_id=request.helper_id,
            inviter_id=request.inviter_id,
        )
        return pb.CutPriceResponse(bargain=_bargain(bargain))

    async def OrderBargain(
        self, request: pb.OrderBargainRequest, call: Call
    ) -> pb.OrderBargainResponse:
        bargain = await self.run(
            bargain_orders.OrderBargain,
            request,
            call,
            bargain_id=request.bargain_id,
            order_id=request.order_id,
        )
        return pb.OrderBargainResponse(bargain=_bargain(bargain))

    async def GetBargain(self, request: pb.GetBargainRequest, call: Call) -> pb.GetBargainResponse:
        found = await store_social.bargain(self.pool, call.merchant_id, request.bargain_id)
        if found is None:
            raise BargainNotFound(field="bargain_id", bargain_id=request.bargain_id)
        helps = await store_social.bargain_helps(
            self.pool, call.merchant_id, request.bargain_id, (EARLIEST, ""), FIRST_HELPS
        )
        return pb.GetBargainResponse(bargain=_bargain(found), helps=map(_help, helps))

    async def MyBargains(self, request: pb.MyBargainsRequest, call: Call) -> pb.MyBargainsResponse:
        own(call, request.member_id)
        found, token = await paged(
            request,
            (LATEST, ""),
            partial(store_social.bargains_of, self.pool, call.merchant_id, request.member_id),
            lambda one: (one.opened_at, one.bargain_id),
        )
        return pb.MyBargainsResponse(
            bargains=map(_bargain, found),
            next_page_token=token,
        )


def _terms(terms: BargainTerms) -> pb.BargainTerms:
    return pb.BargainTerms(
        name=terms.name,
        sku_id=terms.sku_id,
        start_fen=terms.start_fen,
        floor_fen=terms.floor_fen,
        cuts=terms.cuts,
        ttl_hours=terms.ttl_hours,
        daily_helps=terms.daily_helps,
        new_helpers_only=terms.new_helpers_only,
        order_before_floor=terms.order_before_floor,
        stock=terms.stock,
    )


def _activity(activity: BargainActivity) -> pb.BargainActivity:
    return pb.BargainActivity(
        activity_id=activity.activity_id,
        stopped=activity.stopped,
        terms=_terms(activity.terms),
        start_time=timestamp(activity.starts_at),
        end_time=timestamp(activity.ends_at),
        ordered=activity.ordered,
    )


def _bargain(bargain: bargains.Bargain) -> pb.Bargain:
    return pb.Bargain(
        bargain_id=bargain.bargain_id,
        activity_id=bargain.activity_id,
        member_id=bargain.member_id,
        state=f"STATE_{bargain.state}",
        terms=_terms(bargain.terms),
        price_fen=bargain.price_fen,
        cuts=bargain.cuts,
        order_id=bargain.order_id,
        open_time=timestamp(bargain.opened_at),
        expire_time=timestamp(bargain.expires_at),
    )


def _help(given: bargains.BargainHelp) -> pb.BargainHelp:
    return pb.BargainHelp(
        helper_id=given.helper_id,
        inviter_id=given.inviter_id,
        is_new_customer=given.is_new,
        cut_fen=given.cut_fen,
        help_time=timestamp(given.at),
    )
