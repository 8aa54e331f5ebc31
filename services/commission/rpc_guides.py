"""Guides and referrals over gRPC; ``GuideService`` and ``ReferralService``."""

from __future__ import annotations

from functools import partial
from typing import Any

from common.messages import EARLIEST, moment, own
from common.pages import paged
from common.server import Call
from danke.commission.v1 import guide_pb2, referral_pb2
from services.commission import store_guides
from services.commission.accounts import account_of
from services.commission.attributions import AttributeOrder, Buying, Item
from services.commission.errors import (
    GuideNotFound,
    PeriodInvalid,
    ReferralNotFound,
    ReferralProgrammeNotFound,
    TargetNotFound,
)
from services.commission.guide_relations import BindGuide, TransferCustomer
from services.commission.guide_tasks import CompleteTask
from services.commission.guides import MoveGuide, UpsertGuide
from services.commission.programmes import BP
from services.commission.referral_programmes import (
    ReferralProgramme,
    Reward,
    SetReferralProgramme,
    Step,
)
from services.commission.referrals import RegisterReferral
from services.commission.rpc_messages import fields, to_pb, word
from services.commission.rpc_programmes import Door
from services.commission.targets import SetTarget, target_id

pb = guide_pb2
rb = referral_pb2
_PROGRAMME = dict.fromkeys(ReferralProgramme.__struct_fields__)


class GuideService(Door):
    """Answers ``danke.commission.v1.GuideService``; its proto says what each RPC refuses."""

    async def UpsertGuide(
        self, request: pb.UpsertGuideRequest, call: Call
    ) -> pb.UpsertGuideResponse:
        row = await self.run(
            UpsertGuide,
            request,
            call,
            guide_id=request.guide_id,
            store_id=request.store_id,
            name=request.name,
            actor=call.caller.actor,
        )
        return pb.UpsertGuideResponse(guide=to_pb(pb.Guide, row))

    async def _move(self, request: Any, call: Call, to: str) -> pb.Guide:
        row = await self.run(
            MoveGuide, request, call, guide_id=request.guide_id, to=to, actor=call.caller.actor
        )
        return to_pb(pb.Guide, row)

    async def DisableGuide(
        self, request: pb.DisableGuideRequest, call: Call
    ) -> pb.DisableGuideResponse:
        to = "ENABLED" if request.enable else "DISABLED"
        return pb.DisableGuideResponse(guide=await self._move(request, call, to))

    async def RemoveGuide(
        self, request: pb.RemoveGuideRequest, call: Call
    ) -> pb.RemoveGuideResponse:
        return pb.RemoveGuideResponse(guide=await self._move(request, call, "REMOVED"))

    async def GetGuide(self, request: pb.GetGuideRequest, call: Call) -> pb.GetGuideResponse:
        row = await store_guides.guide(self.pool, call.merchant_id, request.guide_id)
        if row is None:
            raise GuideNotFound(field="guide_id")
        return pb.GetGuideResponse(guide=to_pb(pb.Guide, row))

    async def ListGuides(self, request: pb.ListGuidesRequest, call: Call) -> pb.ListGuidesResponse:
        rows, token = await paged(
            request,
            ("",),
            partial(store_guides.guides, self.pool, call.merchant_id, request.store_id),
            lambda row: (row.guide_id,),
        )
        return pb.ListGuidesResponse(
            guides=[to_pb(pb.Guide, row) for row in rows],
            next_page_token=token,
        )

    async def BindGuide(self, request: pb.BindGuideRequest, call: Call) -> pb.BindGuideResponse:
        row = await self.run(
            BindGuide,
            request,
            call,
            customer_id=request.customer_id,
            guide_id=request.guide_id,
            actor=call.caller.actor,
        )
        return pb.BindGuideResponse(relation=to_pb(pb.GuideRelation, row))

    async def GetCustomerGuides(
        self, request: pb.GetCustomerGuidesRequest, call: Call
    ) -> pb.GetCustomerGuidesResponse:
        own(call, request.customer_id)
        merchant, customer = call.merchant_id, request.customer_id
        row = await store_guides.relation(self.pool, merchant, customer)
        opened = await store_guides.opening(self.pool, merchant, customer)
        now = await store_guides.guide_now(self.pool, merchant, customer, self.clock.now())
        return pb.GetCustomerGuidesResponse(
            exclusive=to_pb(pb.GuideRelation, row) if row else None,
            opening_guide_id=opened.guide_id if opened else "",
            exclusive_guide_id=now,
        )

    async def ListGuideCustomers(
        self, request: pb.ListGuideCustomersRequest, call: Call
    ) -> pb.ListGuideCustomersResponse:
        rows, token = await paged(
            request,
            ("",),
            partial(
                store_guides.guide_customers,
                self.pool,
                call.merchant_id,
                request.guide_id,
                self.clock.now(),
            ),
            lambda row: (row.customer_id,),
        )
        return pb.ListGuideCustomersResponse(
            relations=[to_pb(pb.GuideRelation, row) for row in rows],
            next_page_token=token,
        )

    async def TransferGuideCustomers(
        self, request: pb.TransferGuideCustomersRequest, call: Call
    ) -> pb.TransferGuideCustomersResponse:
        given = [
            {
                "customer_id": customer_id,
                "from_guide_id": request.from_guide_id,
                "to_guide_id": request.to_guide_id,
                "actor": call.caller.actor,
            }
            for customer_id in request.customer_ids
        ]
        reasons = await self.run_each(TransferCustomer, request, call, given)
        return pb.TransferGuideCustomersResponse(
            results=[
                pb.GuideTransferResult(customer_id=customer_id, reason=reason)
                for customer_id, reason in zip(request.customer_ids, reasons, strict=True)
            ]
        )

    async def AttributeOrder(
        self, request: pb.AttributeOrderRequest, call: Call
    ) -> pb.AttributeOrderResponse:
        row = await self.run(AttributeOrder, request, call, **_pushed(request.document))
        return to_pb(pb.AttributeOrderResponse, row)

    async def AttributeOrders(
        self, request: pb.AttributeOrdersRequest, call: Call
    ) -> pb.AttributeOrdersResponse:
        documents = request.documents
        reasons = await self.run_each(AttributeOrder, request, call, [*map(_pushed, documents)])
        return pb.AttributeOrdersResponse(
            results=[
                pb.AttributionResult(order_id=document.order_id, reason=reason)
                for document, reason in zip(documents, reasons, strict=True)
            ]
        )

    async def GetGuidePerformance(
        self, request: pb.GetGuidePerformanceRequest, call: Call
    ) -> pb.GetGuidePerformanceResponse:
        first, last = _periods(request)
        merchant, account_id = call.merchant_id, account_of("GUIDE", request.guide_id)
        months = await store_guides.guide_months(self.pool, merchant, request.guide_id, first, last)
        earned = await store_guides.guide_commission(self.pool, merchant, account_id, first, last)
        return pb.GetGuidePerformanceResponse(
            months=[to_pb(pb.GuideMonth, row) for row in months],
            commissions=[
                pb.GuideCommission(period=period, amount_fen=fen) for period, fen in earned.items()
            ],
        )

    async def GetStorePerformance(
        self, request: pb.GetStorePerformanceRequest, call: Call
    ) -> pb.GetStorePerformanceResponse:
        first, last = _periods(request)
        rows = await store_guides.store_months(
            self.pool, call.merchant_id, first, last, request.store_id
        )
        return pb.GetStorePerformanceResponse(months=[to_pb(pb.StoreMonth, row) for row in rows])

    async def SetGuideTarget(
        self, request: pb.SetGuideTargetRequest, call: Call
    ) -> pb.SetGuideTargetResponse:
        row = await self.run(
            SetTarget,
            request,
            call,
            kind=word(request, "kind"),
            owner_id=request.owner_id,
            period=request.period,
            target_fen=request.target_fen,
            actor=call.caller.actor,
        )
        return pb.SetGuideTargetResponse(target_id=row.target_id)

    async def GetGuideTarget(
        self, request: pb.GetGuideTargetRequest, call: Call
    ) -> pb.GetGuideTargetResponse:
        wanted = target_id(word(request, "kind"), request.owner_id, request.period)
        found = await store_guides.target(self.pool, call.merchant_id, wanted)
        if found is None:
            raise TargetNotFound(field="owner_id")
        target, achieved = found
        return pb.GetGuideTargetResponse(
            target_fen=target.target_fen,
            achieved_fen=achieved,
            rate_bp=max(0, achieved) * BP // target.target_fen,
        )

    async def ListGuideTasks(
        self, request: pb.ListGuideTasksRequest, call: Call
    ) -> pb.ListGuideTasksResponse:
        state = word(request, "state")
        rows, token = await paged(
            request,
            (EARLIEST, ""),
            partial(store_guides.tasks, self.pool, call.merchant_id, request.guide_id, state),
            lambda row: (row.due_at, row.task_id),
        )
        return pb.ListGuideTasksResponse(
            tasks=[to_pb(pb.GuideTask, row) for row in rows], next_page_token=token
        )

    async def CompleteGuideTask(
        self, request: pb.CompleteGuideTaskRequest, call: Call
    ) -> pb.CompleteGuideTaskResponse:
        row = await self.run(
            CompleteTask,
            request,
            call,
            task_id=request.task_id,
            note=request.note,
            actor=call.caller.actor,
        )
        return pb.CompleteGuideTaskResponse(task=to_pb(pb.GuideTask, row))


def _pushed(document: pb.OrderDocument) -> dict[str, Any]:
    """A till's document as the command has it."""
    items = [Item(one.line_id, one.sku_id, one.spu_id) for one in document.items]
    buying = Buying(
        document.order_id, document.member_id, document.store_id, items, document.promoter_id,
        document.guide_id,
    )  # fmt: skip
    created_at = moment(document, "created_at") or EARLIEST
    return {"buying": buying, "created_at": created_at, "pushed": True}


def _periods(request: Any) -> tuple[str, str]:
    """The months asked for. Refuses PERIOD_INVALID."""
    if request.to_period < request.from_period:
        raise PeriodInvalid(field="to_period")
    return request.from_period, request.to_period


class ReferralService(Door):
    """Answers ``danke.commission.v1.ReferralService``; its proto says what each RPC refuses."""

    async def CreateReferralProgramme(
        self, request: rb.CreateReferralProgrammeRequest, call: Call
    ) -> rb.CreateReferralProgrammeResponse:
        asked = request.programme
        rewards = [
            Reward(
                to=word(one, "to"),  # type: ignore[arg-type]
                kind=word(one, "kind"),  # type: ignore[arg-type]
                on=word(one, "on"),  # type: ignore[arg-type]
                ladder=[Step(step.first, step.amount) for step in one.ladder],
                template_id=one.template_id,
            )
            for one in asked.rewards
        ]
        given: dict[str, Any] = fields(asked, _PROGRAMME)
        row = await self.run(
            SetReferralProgramme,
            request,
            call,
            programme=ReferralProgramme(
                merchant_id=call.merchant_id,
                rewards=rewards,
                changed_by="",
                changed_at=EARLIEST,
                **given,
            ),
            actor=call.caller.actor,
        )
        return rb.CreateReferralProgrammeResponse(programme=to_pb(rb.ReferralProgramme, row))

    async def GetReferralProgramme(
        self, request: rb.GetReferralProgrammeRequest, call: Call
    ) -> rb.GetReferralProgrammeResponse:
        row = await store_guides.referral_programme(
            self.pool, call.merchant_id, request.programme_id
        )
        if row is None:
            raise ReferralProgrammeNotFound(field="programme_id")
        return rb.GetReferralProgrammeResponse(programme=to_pb(rb.ReferralProgramme, row))

    async def RegisterReferral(
        self, request: rb.RegisterReferralRequest, call: Call
    ) -> rb.RegisterReferralResponse:
        own(call, request.member_id)
        row = await self.run(
            RegisterReferral,
            request,
            call,
            programme_id=request.programme_id,
            member_id=request.member_id,
            kind=word(request, "referrer_kind"),
            referrer_id=request.referrer_id,
            device_hash=request.device_hash,
        )
        return rb.RegisterReferralResponse(referral=to_pb(rb.Referral, row))

    async def GetReferral(
        self, request: rb.GetReferralRequest, call: Call
    ) -> rb.GetReferralResponse:
        own(call, request.member_id)
        row = await store_guides.referral(self.pool, call.merchant_id, request.member_id)
        if row is None:
            raise ReferralNotFound(field="member_id")
        return rb.GetReferralResponse(referral=to_pb(rb.Referral, row))

    async def ListReferrals(
        self, request: rb.ListReferralsRequest, call: Call
    ) -> rb.ListReferralsResponse:
        own(call, request.referrer_id)
        rows, token = await paged(
            request,
            ("",),
            partial(store_guides.referrals, self.pool, call.merchant_id, request.referrer_id),
            lambda row: (row.member_id,),
        )
        return rb.ListReferralsResponse(
            referrals=[to_pb(rb.Referral, row) for row in rows],
            next_page_token=token,
        )
