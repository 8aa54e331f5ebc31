"""Saver packs over gRPC; ``PackService``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.messages import about, merchant_only, own, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.coupon.v1 import pack_pb2 as pb
from services.coupon import pack_offers, pack_refunds, packs
from services.coupon import store_promotions as store
from services.coupon.errors_promotions import PackNotFound
from services.coupon.pack_offers import PackItem, PackOffer
from services.coupon.packs import CouponPack

# As an unpaid order: long enough to pay in WeChat.
PAY_WITHIN: Final = timedelta(minutes=30)


class PackService:
    """Answers ``danke.coupon.v1.PackService``; refusals are listed in its proto."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def SetPackOffer(
        self, request: pb.SetPackOfferRequest, call: Call
    ) -> pb.SetPackOfferResponse:
        command = pack_offers.SetPackOffer(
            **about(request, call, self.clock), offer_id=request.offer_id,
            version=request.version, name=request.name, price_fen=request.price_fen,
            items=[PackItem(one.template_id, one.quantity, one.after_days)
                   for one in request.items],
            per_member=request.per_member, on_sale=not request.off_sale, actor=call.caller.actor,
        )  # fmt: skip
        offer = await self.engine.run(command, call.context)
        return pb.SetPackOfferResponse(offer=_offer_to_pb(offer))

    async def ListPackOffers(
        self, request: pb.ListPackOffersRequest, call: Call
    ) -> pb.ListPackOffersResponse:
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        found = await store.offers(
            self.pool, call.merchant_id, after, size, on_sale=request.on_sale_only
        )
        return pb.ListPackOffersResponse(
            offers=map(_offer_to_pb, found),
            next_page_token=next_token(found, size, lambda row: (row.offer_id,)),
        )

    async def BuyPack(self, request: pb.BuyPackRequest, call: Call) -> pb.BuyPackResponse:
        own(call, request.member_id)
        command = packs.BuyPack(
            **about(request, call, self.clock), offer_id=request.offer_id,
            member_id=request.member_id, pay_within=PAY_WITHIN,
        )  # fmt: skip
        return pb.BuyPackResponse(pack=_to_pb(await self.engine.run(command, call.context)))

    async def GetPack(self, request: pb.GetPackRequest, call: Call) -> pb.GetPackResponse:
        pack = await store.pack(self.pool, call.merchant_id, request.pack_id)
        if pack is None:
            raise PackNotFound(field="pack_id", pack_id=request.pack_id)
        own(call, pack.member_id)
        return pb.GetPackResponse(pack=_to_pb(pack))

    async def ListPacks(self, request: pb.ListPacksRequest, call: Call) -> pb.ListPacksResponse:
        own(call, request.member_id)
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        key = (call.merchant_id, request.member_id)
        found = await store.packs_of(self.pool, *key, after, size)
        return pb.ListPacksResponse(
            packs=map(_to_pb, found),
            next_page_token=next_token(found, size, lambda row: (row.pack_id,)),
        )

    async def ListOpenPackRefunds(
        self, request: pb.ListOpenPackRefundsRequest, call: Call
    ) -> pb.ListOpenPackRefundsResponse:
        merchant_only(call, "page_token")
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        found = await store.open_refunds(self.pool, call.merchant_id, after, size)
        return pb.ListOpenPackRefundsResponse(
            packs=map(_to_pb, found),
            next_page_token=next_token(found, size, lambda row: (row.pack_id,)),
        )

    async def RefundPack(self, request: pb.RefundPackRequest, call: Call) -> pb.RefundPackResponse:
        command = pack_refunds.RefundPack(
            **about(request, call, self.clock), pack_id=request.pack_id
        )
        return pb.RefundPackResponse(pack=_to_pb(await self.engine.run(command, call.context)))


def _items(items: list[PackItem]) -> list[pb.PackItem]:
    return [
        pb.PackItem(template_id=one.template_id, quantity=one.quantity, after_days=one.after_days)
        for one in items
    ]


def _offer_to_pb(offer: PackOffer) -> pb.PackOffer:
    return pb.PackOffer(
        offer_id=offer.offer_id,
        version=offer.version,
        name=offer.name,
        on_sale=offer.state == "ON_SALE",
        price_fen=offer.price_fen,
        per_member=offer.per_member,
        items=_items(offer.items),
    )


def _to_pb(pack: CouponPack) -> pb.CouponPack:
    return pb.CouponPack(
        pack_id=pack.pack_id,
        offer_id=pack.offer_id,
        offer_version=pack.offer_version,
        member_id=pack.member_id,
        state=f"STATE_{pack.state}",
        price_fen=pack.price_fen,
        items=_items(pack.items),
        create_time=timestamp(pack.created_at),
        expire_time=timestamp(pack.expires_at),
        pay_time=timestamp(pack.paid_at),
        payment_id=pack.payment_id,
        refund_id=pack.refund_id,
        refund_fen=pack.refund_fen,
        savings_fen=pack.savings_fen,
        asked_fen=pack.asked_fen,
    )
