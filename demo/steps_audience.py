"""Audience in the replay: the lifecycle's policy, consents, and what it answers at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from danke.audience.v1 import (
    consent_pb2,
    lifecycle_pb2,
    metrics_pb2,
    prediction_pb2,
    profile_pb2,
    tag_pb2,
)
from danke.audience.v1.consent_pb2_grpc import ConsentServiceStub
from danke.audience.v1.lifecycle_pb2_grpc import LifecycleServiceStub
from danke.audience.v1.metrics_pb2_grpc import MetricsServiceStub
from danke.audience.v1.prediction_pb2_grpc import PredictionServiceStub
from danke.audience.v1.tag_pb2_grpc import TagServiceStub
from demo import audience_truth, rules
from demo.audience_report import AudienceAnswers, FunnelSums, ModelTrial
from demo.doors import Doors
from demo.plan import DayPlan, Household
from demo.steps import Unexpected

VIP_TAG: Final = "vip"
CONSENT_BP: Final = 8_000
# Folding and fitting go on in the background, by the system's time.
WAIT_S: Final = 300.0
POLL_S: Final = 0.2


class Audience:
    """What of a day concerns audience, and what it answers at the end."""

    def __init__(self, doors: Doors, weeks: int) -> None:
        self.doors = doors
        self.weeks = weeks
        self.lifecycle = doors.stub("audience", LifecycleServiceStub)
        self.consents = doors.stub("audience", ConsentServiceStub)
        self.tags = doors.stub("audience", TagServiceStub)
        self.metrics = doors.stub("audience", MetricsServiceStub)
        self.predictions = doors.stub("audience", PredictionServiceStub)

    async def offer(self) -> None:
        """The policies and the journeys' tag, once."""
        terms = lifecycle_pb2.LifecycleTerms(
            default_cycle_days=audience_truth.DEFAULT_DAYS,
            least_cycle_days=audience_truth.LEAST_DAYS,
            most_cycle_days=audience_truth.MOST_DAYS,
            wake_rounds=audience_truth.WAKE_ROUNDS,
        )
        policy = lifecycle_pb2.SetLifecyclePolicyRequest(request_id="set-lifecycle", terms=terms)
        await self.doors.call(self.lifecycle, "SetLifecyclePolicy", policy)
        # The model is asked for at the end, and tried on the last quarter.
        foresee = prediction_pb2.SetPredictionPolicyRequest(
            request_id="set-predictions", refit_days=0, horizon_days=max(7, 7 * self.weeks // 4)
        )
        await self.doors.call(self.predictions, "SetPredictionPolicy", foresee)
        tag = tag_pb2.Tag(tag_id=VIP_TAG, name="VIP")
        await self.doors.call(
            self.tags, "DefineTag", tag_pb2.DefineTagRequest(request_id="tag-vip", tag=tag)
        )

    async def consent(self, plan: DayPlan) -> None:
        """Who joins says whether he may be written to."""
        await self.doors.each(
            self.consents,
            "SetConsent",
            (
                consent_pb2.SetConsentRequest(
                    request_id=f"consent-{visit.household.household_id}",
                    member_id=visit.household.member_id,
                    channel=consent_pb2.CHANNEL_SMS,
                    purpose=consent_pb2.PURPOSE_MARKETING,
                    granted=agrees(visit.household.household_id),
                    evidence="derived-by-rule",
                )
                for visit in plan.joins
            ),
        )

    async def answers(
        self, households: Iterable[Household], first: date, last: date, today: date
    ) -> AudienceAnswers:
        """What the service says in the end: of every member, of all, and of the coming weeks."""
        moves, members = await self._matrix(first, today)
        policy = await self.doors.call(
            self.lifecycle, "GetLifecyclePolicy", lifecycle_pb2.GetLifecyclePolicyRequest()
        )
        standings = await self.doors.each(
            self.lifecycle,
            "GetLifecycle",
            (
                lifecycle_pb2.GetLifecycleRequest(member_id=household.member_id)
                for household in households
            ),
        )
        return AudienceAnswers(
            moves=moves,
            members=members,
            standings={
                one.member_id: (_stage(one.stage), int(one.cycle_days)) for one in standings
            },
            cohorts={each.category_id: int(each.median_days) for each in policy.policy.cycles},
            funnel=await self._funnel(first, last),
            model=await self._model() if self.weeks >= audience_truth.LEAST_WEEKS else None,
        )

    async def _matrix(
        self, first: date, today: date
    ) -> tuple[Mapping[tuple[str, str], int], Mapping[str, int]]:
        request = metrics_pb2.GetStageMatrixRequest(range=_range(first, today), with_members=True)
        matrix = await self.doors.call(self.metrics, "GetStageMatrix", request)
        moves = {
            (_stage(move.from_stage), _stage(move.to_stage)): int(move.moves)
            for move in matrix.moves
        }
        return moves, {_stage(each.stage): int(each.members) for each in matrix.members}

    async def _funnel(self, first: date, last: date) -> FunnelSums:
        """The whole time by days, once every change is counted."""
        request = metrics_pb2.GetFunnelRequest(
            range=_range(first, last), counting=metrics_pb2.COUNTING_DAYS
        )
        async with asyncio.timeout(WAIT_S):
            while True:
                answer = await self.doors.call(self.metrics, "GetFunnel", request)
                if not answer.pending:
                    break
                await asyncio.sleep(POLL_S)
        (line,) = answer.lines
        funnel = line.funnel
        return FunnelSums(funnel.uv, funnel.buyers, funnel.orders, funnel.sales_fen)

    async def _model(self) -> ModelTrial | None:
        """The buying model fitted on all but the last quarter, tried on that."""
        asked = await self.doors.call(
            self.predictions, "FitModel", prediction_pb2.FitModelRequest(request_id="fit")
        )
        request = prediction_pb2.GetModelRequest(version=asked.model.version)
        fitting = prediction_pb2.BuyingModel.STATE_FITTING
        async with asyncio.timeout(WAIT_S):
            while True:
                answer = await self._get_model(request)
                if answer.state != fitting:
                    break
                await asyncio.sleep(POLL_S)
        if not answer.HasField("trial"):
            return None
        trial = answer.trial
        return ModelTrial(
            trial.cut_date, int(trial.members), int(trial.actual), trial.expected, trial.naive,
            trial.error, trial.naive_error,
        )  # fmt: skip

    async def _get_model(self, request: prediction_pb2.GetModelRequest) -> Any:
        answer = await self.doors.call(self.predictions, "GetModel", request)
        if not answer.model.version:
            raise Unexpected("the buying model that was asked for is not there")
        return answer.model


def agrees(household_id: int) -> bool:
    """Whether the household lets the merchant write to it."""
    return rules.number("consent", household_id) < CONSENT_BP


def _stage(stage: int) -> str:
    return profile_pb2.Stage.Name(stage).removeprefix("STAGE_")


def _range(first: date, last: date) -> metrics_pb2.DateRange:
    return metrics_pb2.DateRange(from_date=first.isoformat(), to_date=last.isoformat())
