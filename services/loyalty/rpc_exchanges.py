"""Exchanges over gRPC; ``danke.loyalty.v1.ExchangeService``."""

from __future__ import annotations

from common.messages import LATEST, own
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.loyalty.v1 import exchange_pb2 as pb
from services.loyalty import store_points
from services.loyalty.errors import ExchangeNotFound
from services.loyalty.exchange_items import SetExchangeItem
from services.loyalty.exchanges import (
    CancelExchange,
    CompleteExchange,
    ConfirmExchangePaid,
    Exchange,
    ExchangePoints,
)
from services.loyalty.rpc_points import PointsDoor
from services.loyalty.rpc_points_messages import exchange_to, item_from, item_to


class ExchangeService(PointsDoor):
    """Answers ``danke.loyalty.v1.ExchangeService``; what each RPC refuses is said in its proto."""

    async def ExchangeGift(
        self, request: pb.ExchangeGiftRequest, call: Call
    ) -> pb.ExchangeGiftResponse:
        own(call, request.member_id)
        made = await self.run(
            ExchangePoints(
                **self.about(request, call),
                member_id=request.member_id,
                kind="GIFT",
                item_id=request.item_id,
                quantity=request.quantity,
                address_ref=request.address_ref,
            ),
            call,
        )
        return pb.ExchangeGiftResponse(
            exchange=exchange_to(made.exchange),
            available_points=made.balances.available_points,
        )

    async def ExchangeCoupon(
        self, request: pb.ExchangeCouponRequest, call: Call
    ) -> pb.ExchangeCouponResponse:
        own(call, request.member_id)
        made = await self.run(
            ExchangePoints(
                **self.about(request, call),
                member_id=request.member_id,
                kind="COUPON",
                item_id=request.item_id,
                quantity=request.quantity,
            ),
            call,
        )
        return pb.ExchangeCouponResponse(
            exchange=exchange_to(made.exchange),
            available_points=made.balances.available_points,
        )

    async def ConfirmExchangePaid(
        self, request: pb.ConfirmExchangePaidRequest, call: Call
    ) -> pb.ConfirmExchangePaidResponse:
        await self._own(call, request.exchange_id)
        done = await self.run(
            ConfirmExchangePaid(
                **self.about(request, call),
                exchange_id=request.exchange_id,
                payment_id=request.payment_id,
            ),
            call,
        )
        return pb.ConfirmExchangePaidResponse(exchange=exchange_to(done.exchange))

    async def CompleteExchange(
        self, request: pb.CompleteExchangeRequest, call: Call
    ) -> pb.CompleteExchangeResponse:
        await self._own(call, request.exchange_id)
        done = await self.run(
            CompleteExchange(**self.about(request, call), exchange_id=request.exchange_id), call
        )
        return pb.CompleteExchangeResponse(exchange=exchange_to(done.exchange))

    async def CancelExchange(
        self, request: pb.CancelExchangeRequest, call: Call
    ) -> pb.CancelExchangeResponse:
        await self._own(call, request.exchange_id)
        done = await self.run(
            CancelExchange(
                **self.about(request, call),
                exchange_id=request.exchange_id,
                reason=request.reason,
            ),
            call,
        )
        return pb.CancelExchangeResponse(exchange=exchange_to(done.exchange))

    async def GetExchange(
        self, request: pb.GetExchangeRequest, call: Call
    ) -> pb.GetExchangeResponse:
        found = await self._exchange(call, request.exchange_id)
        return pb.GetExchangeResponse(exchange=exchange_to(found))

    async def ListExchanges(
        self, request: pb.ListExchangesRequest, call: Call
    ) -> pb.ListExchangesResponse:
        member_id = await self.survivor(call, request.member_id)
        size = page_size(request.page_size)
        before = page_start(request.page_token, (LATEST, ""))
        found = await store_points.exchanges(self.pool, call.merchant_id, member_id, before, size)
        return pb.ListExchangesResponse(
            exchanges=[exchange_to(one) for one in found],
            next_page_token=next_token(found, size, lambda one: (one.created_at, one.exchange_id)),
        )

    async def ListExchangeItems(
        self, request: pb.ListExchangeItemsRequest, call: Call
    ) -> pb.ListExchangeItemsResponse:
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        found = await store_points.items(self.pool, call.merchant_id, after, size)
        return pb.ListExchangeItemsResponse(
            items=[item_to(item) for item in found],
            next_page_token=next_token(found, size, lambda item: (item.item_id,)),
        )

    async def SetExchangeItem(
        self, request: pb.SetExchangeItemRequest, call: Call
    ) -> pb.SetExchangeItemResponse:
        item = await self.run(
            SetExchangeItem(
                **self.about(request, call),
                **item_from(request.item),
                operator=call.caller.actor,
            ),
            call,
        )
        return pb.SetExchangeItemResponse(item=item_to(item))

    async def _exchange(self, call: Call, exchange_id: str) -> Exchange:
        found = await store_points.exchange(self.pool, call.merchant_id, exchange_id)
        if found is None:
            raise ExchangeNotFound(field="exchange_id", exchange_id=exchange_id)
        own(call, found.member_id)
        return found

    async def _own(self, call: Call, exchange_id: str) -> None:
        """A member's own token reaches only that member's exchanges; a service's reaches all."""
        if call.caller.member_id is not None:
            await self._exchange(call, exchange_id)
