"""What is foreseen, over gRPC; ``danke.audience.v1.PredictionService``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from common.messages import own
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.audience.v1 import prediction_pb2 as pb
from services.audience import (
    prediction_policies,
    rpc_dates,
    store_predictions,
    store_profiles,
    store_snapshots,
)
from services.audience import rpc_predictions_messages as messages
from services.audience.days import day_of
from services.audience.errors import ModelNotFound, ProfileNotFound
from services.audience.model_fits import AskForFit, outlook
from services.audience.prediction_policies import PredictionPolicy, SetPredictionPolicy
from services.audience.replenishment_cycles import PurchaseCycle
from services.audience.rpc_door import Door
from services.audience.rpc_snapshots import readable


def _place(cycle: PurchaseCycle) -> tuple[str, str, str]:
    assert cycle.trigger_on is not None, "Bug: only what is foretold is listed"
    return cycle.trigger_on.isoformat(), cycle.member_id, cycle.category_id


class PredictionService(Door):
    """Answers ``danke.audience.v1.PredictionService``; what each RPC refuses is in its proto."""

    async def GetPrediction(
        self, request: pb.GetPredictionRequest, call: Call
    ) -> pb.GetPredictionResponse:
        own(call, request.member_id)
        merchant_id = call.merchant_id
        profile = await store_profiles.profile(self.pool, merchant_id, request.member_id)
        if profile is None:
            raise ProfileNotFound(field="member_id", member_id=request.member_id)
        cycles = await store_predictions.cycles(self.pool, merchant_id, profile.member_id)
        response = pb.GetPredictionResponse(
            replenishments=map(messages.replenishment, cycles),
            value_so_far_fen=profile.net_sales_fen,
        )
        today = day_of(self.clock.now())
        fitted = await store_predictions.fit_of(self.pool, merchant_id, 0)
        bought = await store_predictions.histories(
            self.pool, merchant_id, [profile.member_id], today + timedelta(days=1)
        )
        if fitted is not None and bought:
            found = outlook(fitted, bought[profile.member_id], today)
            response.outlook.CopyFrom(messages.outlook(fitted, found))
        return response

    async def ScoreSnapshot(
        self, request: pb.ScoreSnapshotRequest, call: Call
    ) -> AsyncIterator[pb.ScoreSnapshotResponse]:
        merchant_id = call.merchant_id
        snapshot = await readable(self.pool, merchant_id, request.snapshot_id)
        fitted = await store_predictions.fit_of(self.pool, merchant_id, 0)
        if fitted is None:
            raise ModelNotFound(field="snapshot_id", version=0)
        today = day_of(self.clock.now())
        for page in range(request.first_page, snapshot.pages):
            (row,) = await store_snapshots.pages(
                self.pool, merchant_id, request.snapshot_id, page, 1
            )
            bought = await store_predictions.histories(
                self.pool, merchant_id, row.member_ids, today + timedelta(days=1)
            )
            needs = await store_predictions.foretold(self.pool, merchant_id, row.member_ids)
            scored = (
                pb.MemberPrediction(
                    member_id=member,
                    outlook=messages.outlook(fitted, outlook(fitted, bought[member], today)),
                    replenishments=map(messages.replenishment, needs.get(member, ())),
                )
                for member in row.member_ids
                if member in bought
            )
            yield pb.ScoreSnapshotResponse(page=page, pages=snapshot.pages, members=scored)

    async def ListDuePredictions(
        self, request: pb.ListDuePredictionsRequest, call: Call
    ) -> pb.ListDuePredictionsResponse:
        days = rpc_dates.days(request)
        size = page_size(request.page_size)
        after = page_start(request.page_token, ("2000-01-01", "", ""))
        rpc_dates.day(after[0], "page_token")
        found = await store_predictions.due_between(
            self.pool, call.merchant_id, days, request.category_id, after, size
        )
        return pb.ListDuePredictionsResponse(
            replenishments=map(messages.replenishment, found),
            next_page_token=next_token(found, size, _place),
        )

    async def SetPredictionPolicy(
        self, request: pb.SetPredictionPolicyRequest, call: Call
    ) -> pb.SetPredictionPolicyResponse:
        given = {field.name: value for field, value in request.ListFields()}
        given.pop("request_id")
        policy = await self.run(
            SetPredictionPolicy,
            request,
            call,
            **given,
            actor=call.caller.actor,
        )
        return pb.SetPredictionPolicyResponse(policy=messages.policy(policy))

    async def GetPredictionPolicy(
        self, request: pb.GetPredictionPolicyRequest, call: Call
    ) -> pb.GetPredictionPolicyResponse:
        return pb.GetPredictionPolicyResponse(policy=messages.policy(await self._policy(call)))

    async def _policy(self, call: Call) -> PredictionPolicy:
        found = await store_predictions.policy(self.pool, call.merchant_id)
        return found or prediction_policies.usual(call.merchant_id, self.clock.now())

    async def FitModel(self, request: pb.FitModelRequest, call: Call) -> pb.FitModelResponse:
        asked = await self.run(
            AskForFit,
            request,
            call,
            actor=call.caller.actor,
        )
        return pb.FitModelResponse(model=messages.model(asked))

    async def GetModel(self, request: pb.GetModelRequest, call: Call) -> pb.GetModelResponse:
        found = await store_predictions.fit_of(self.pool, call.merchant_id, request.version)
        if found is None:
            raise ModelNotFound(field="version", version=request.version)
        return pb.GetModelResponse(model=messages.model(found))
