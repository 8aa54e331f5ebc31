"""Promoters, links and bindings over gRPC; ``PromoterService`` and ``BindingService``."""

from __future__ import annotations

from functools import partial

from common.messages import EARLIEST, LATEST, moment, own
from common.pages import paged
from common.server import Call
from danke.commission.v1 import binding_pb2, promoter_pb2
from services.commission import store_promotion
from services.commission.bindings import BindCustomer, Binding, UnbindCustomer
from services.commission.errors import BindingNotFound, LinkNotFound, PromoterNotFound
from services.commission.links import CreatePromoLink, RecordClick
from services.commission.promoters import (
    ApplyPromoter,
    ApprovePromoter,
    MovePromoter,
    Promoter,
    SetPromoterLevel,
)
from services.commission.rpc_messages import to_pb, word
from services.commission.rpc_programmes import Door

pb = promoter_pb2


def _promoter(row: Promoter) -> pb.Promoter:
    return to_pb(pb.Promoter, row)


class PromoterService(Door):
    """Answers ``danke.commission.v1.PromoterService``; its proto says what each RPC refuses."""

    async def ApplyPromoter(
        self, request: pb.ApplyPromoterRequest, call: Call
    ) -> pb.ApplyPromoterResponse:
        own(call, request.promoter_id)
        row = await self.run(ApplyPromoter, request, call, promoter_id=request.promoter_id)
        return pb.ApplyPromoterResponse(promoter=_promoter(row))

    async def ApprovePromoter(
        self, request: pb.ApprovePromoterRequest, call: Call
    ) -> pb.ApprovePromoterResponse:
        row = await self.run(
            ApprovePromoter,
            request,
            call,
            promoter_id=request.promoter_id,
            approve=request.approve,
            reason=request.reason,
            actor=call.caller.actor,
        )
        return pb.ApprovePromoterResponse(promoter=_promoter(row))

    async def FreezePromoter(
        self, request: pb.FreezePromoterRequest, call: Call
    ) -> pb.FreezePromoterResponse:
        row = await self.run(
            MovePromoter,
            request,
            call,
            promoter_id=request.promoter_id,
            to=word(request, "to"),
            reason=request.reason,
            actor=call.caller.actor,
        )
        return pb.FreezePromoterResponse(promoter=_promoter(row))

    async def SetPromoterLevel(
        self, request: pb.SetPromoterLevelRequest, call: Call
    ) -> pb.SetPromoterLevelResponse:
        row = await self.run(
            SetPromoterLevel,
            request,
            call,
            promoter_id=request.promoter_id,
            level_id=request.level_id,
            actor=call.caller.actor,
        )
        return pb.SetPromoterLevelResponse(promoter=_promoter(row))

    async def GetPromoter(
        self, request: pb.GetPromoterRequest, call: Call
    ) -> pb.GetPromoterResponse:
        own(call, request.promoter_id)
        row = await store_promotion.promoter(self.pool, call.merchant_id, request.promoter_id)
        if row is None:
            raise PromoterNotFound(field="promoter_id")
        return pb.GetPromoterResponse(promoter=_promoter(row))

    async def ListPromoters(
        self, request: pb.ListPromotersRequest, call: Call
    ) -> pb.ListPromotersResponse:
        rows, token = await paged(
            request,
            ("",),
            partial(store_promotion.promoters, self.pool, call.merchant_id, word(request, "state")),
            lambda row: (row.promoter_id,),
        )
        return pb.ListPromotersResponse(
            promoters=map(_promoter, rows),
            next_page_token=token,
        )

    async def CreatePromoLink(
        self, request: pb.CreatePromoLinkRequest, call: Call
    ) -> pb.CreatePromoLinkResponse:
        own(call, request.promoter_id)
        row = await self.run(
            CreatePromoLink,
            request,
            call,
            promoter_id=request.promoter_id,
            target=request.target,
            channel_code=request.channel_code,
        )
        return pb.CreatePromoLinkResponse(link=to_pb(pb.PromoLink, row))

    async def ListPromoLinks(
        self, request: pb.ListPromoLinksRequest, call: Call
    ) -> pb.ListPromoLinksResponse:
        own(call, request.promoter_id)
        rows, token = await paged(
            request,
            ("",),
            partial(store_promotion.links, self.pool, call.merchant_id, request.promoter_id),
            lambda row: (row.link_id,),
        )
        return pb.ListPromoLinksResponse(
            links=[to_pb(pb.PromoLink, row) for row in rows],
            next_page_token=token,
        )

    async def RecordClick(
        self, request: pb.RecordClickRequest, call: Call
    ) -> pb.RecordClickResponse:
        own(call, request.customer_id)
        link = await store_promotion.link(self.pool, call.merchant_id, request.link_id)
        if link is None:
            raise LinkNotFound(field="link_id")
        bound = await self.run(
            RecordClick,
            request,
            call,
            customer_id=request.customer_id,
            promoter_id=link.promoter_id,
            link_id=link.link_id,
            channel_code=link.channel_code,
        )
        return pb.RecordClickResponse(
            bound=bound.bound, outcome=bound.reason or "BOUND", promoter_id=link.promoter_id
        )

    async def CountClicks(
        self, request: pb.CountClicksRequest, call: Call
    ) -> pb.CountClicksResponse:
        own(call, request.promoter_id)
        start = moment(request, "from") or EARLIEST
        end = moment(request, "to") or LATEST
        rows = await store_promotion.clicks(
            self.pool, call.merchant_id, request.promoter_id, start, end
        )
        return pb.CountClicksResponse(counts=[to_pb(pb.ClickCount, row) for row in rows])


class BindingService(Door):
    """Answers ``danke.commission.v1.BindingService``; its proto says what each RPC refuses."""

    def _binding(self, row: Binding) -> binding_pb2.Binding:
        return to_pb(binding_pb2.Binding, row, is_valid=row.is_valid(self.clock.now()))

    async def BindCustomer(
        self, request: binding_pb2.BindCustomerRequest, call: Call
    ) -> binding_pb2.BindCustomerResponse:
        bound = await self.run(
            BindCustomer,
            request,
            call,
            customer_id=request.customer_id,
            promoter_id=request.promoter_id,
            actor=call.caller.actor,
        )
        return binding_pb2.BindCustomerResponse(binding=self._binding(bound.binding))

    async def UnbindCustomer(
        self, request: binding_pb2.UnbindCustomerRequest, call: Call
    ) -> binding_pb2.UnbindCustomerResponse:
        row = await self.run(
            UnbindCustomer,
            request,
            call,
            customer_id=request.customer_id,
            actor=call.caller.actor,
        )
        return binding_pb2.UnbindCustomerResponse(binding=self._binding(row))

    async def TransferCustomers(
        self, request: binding_pb2.TransferCustomersRequest, call: Call
    ) -> binding_pb2.TransferCustomersResponse:
        given = [
            {
                "customer_id": customer_id,
                "promoter_id": request.to_promoter_id,
                "actor": call.caller.actor,
                "transfer": True,
            }
            for customer_id in request.customer_ids
        ]
        reasons = await self.run_each(BindCustomer, request, call, given)
        return binding_pb2.TransferCustomersResponse(
            results=[
                binding_pb2.TransferResult(customer_id=customer_id, reason=reason)
                for customer_id, reason in zip(request.customer_ids, reasons, strict=True)
            ]
        )

    async def GetBinding(
        self, request: binding_pb2.GetBindingRequest, call: Call
    ) -> binding_pb2.GetBindingResponse:
        own(call, request.customer_id)
        row = await store_promotion.binding(self.pool, call.merchant_id, request.customer_id)
        if row is None or not row.promoter_id:
            raise BindingNotFound(field="customer_id")
        return binding_pb2.GetBindingResponse(binding=self._binding(row))

    async def ListCustomers(
        self, request: binding_pb2.ListCustomersRequest, call: Call
    ) -> binding_pb2.ListCustomersResponse:
        own(call, request.promoter_id)
        rows, token = await paged(
            request,
            ("",),
            partial(store_promotion.customers, self.pool, call.merchant_id, request.promoter_id),
            lambda row: (row.customer_id,),
        )
        return binding_pb2.ListCustomersResponse(
            bindings=map(self._binding, rows),
            next_page_token=token,
        )

    async def ListBindingChanges(
        self, request: binding_pb2.ListBindingChangesRequest, call: Call
    ) -> binding_pb2.ListBindingChangesResponse:
        own(call, request.customer_id)
        rows, token = await paged(
            request,
            (LATEST, ""),
            partial(store_promotion.history, self.pool, call.merchant_id, request.customer_id),
            lambda row: (row.at, row.change_id),
        )
        return binding_pb2.ListBindingChangesResponse(
            changes=[to_pb(binding_pb2.BindingChange, row) for row in rows],
            next_page_token=token,
        )
