"""Predictions through real gRPC: what is foreseen, the policy, the models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

import grpc
import pytest

from common.service import Process
from danke.audience.v1 import prediction_pb2 as pb
from danke.audience.v1.prediction_pb2_grpc import PredictionServiceStub
from services.audience.main import SERVICE
from tests.audience.desk import Desk, cst, line
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running

A2 = ("2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01")  # 28, 31, 30 days


class Seer(NamedTuple):
    process: Process
    desk: Desk
    stub: PredictionServiceStub


@pytest.fixture
async def seer(migrated: Migrated, bootstrap: str) -> AsyncIterator[Seer]:
    dsn = await migrated("audience")
    async with running(SERVICE, dsn, bootstrap) as (process, channel):
        process.set_time(cst("2026-05-02 10:00"))
        desk = Desk(dsn, process.engine, process.pool)
        yield Seer(process, desk, PredictionServiceStub(channel))


async def test_a2_a_member_and_what_is_due(seer: Seer) -> None:
    for member in ("a", "b", "c"):
        for day in A2:
            await seer.desk.pays(member, day, line(2_000))
    found = await seer.stub.GetPrediction(
        pb.GetPredictionRequest(member_id="a"), metadata=metadata()
    )
    (milk,) = found.replenishments
    assert (milk.due_date, milk.trigger_date, milk.confidence_bp) == (
        "2026-05-31", "2026-05-28", 7_250,
    )  # fmt: skip
    assert found.value_so_far_fen == 8_000
    assert not found.HasField("outlook")  # no model yet
    asked = pb.ListDuePredictionsRequest(from_date="2026-05-28", to_date="2026-05-28", page_size=2)
    first = await seer.stub.ListDuePredictions(asked, metadata=metadata())
    asked.page_token = first.next_page_token
    rest = await seer.stub.ListDuePredictions(asked, metadata=metadata())
    assert [one.member_id for one in first.replenishments] == ["a", "b"]
    assert [one.member_id for one in rest.replenishments] == ["c"]
    assert not rest.next_page_token
    asked.page_token = ""
    elsewhere = await seer.stub.ListDuePredictions(asked, metadata=metadata("m2"))
    assert not elsewhere.replenishments


async def test_why_nothing_can_be_said(seer: Seer) -> None:
    await seer.desk.pays("a", "2026-05-01")
    found = await seer.stub.GetPrediction(
        pb.GetPredictionRequest(member_id="a"), metadata=metadata()
    )
    (milk,) = found.replenishments
    assert milk.why == pb.Replenishment.WHY_TOO_FEW_INTERVALS and not milk.due_date


async def test_a_member_sees_only_their_own(seer: Seer) -> None:
    await seer.desk.pays("a", "2026-05-01")
    asked = pb.GetPredictionRequest(member_id="a")
    own = metadata(member_id="a")
    assert (await seer.stub.GetPrediction(asked, metadata=own)).value_so_far_fen == 1_000
    other = await refusal(seer.stub.GetPrediction(asked, metadata=metadata(member_id="b")))
    assert other.reason == "ACTOR_NOT_ALLOWED"
    unknown = pb.GetPredictionRequest(member_id="nobody")
    nobody = await refusal(seer.stub.GetPrediction(unknown, metadata=metadata()))
    assert nobody.reason == "PROFILE_NOT_FOUND"


@pytest.mark.parametrize(
    ("days", "reason", "field"),
    [
        (("2026-02-30", "2026-03-01"), "DATE_INVALID", "from_date"),
        (("2026-03-01", "9999-12-31"), "DATE_INVALID", "to_date"),
        (("2026-03-02", "2026-03-01"), "DATES_BACKWARDS", "to_date"),
    ],
)
async def test_days_that_are_none(
    seer: Seer, days: tuple[str, str], reason: str, field: str
) -> None:
    asked = pb.ListDuePredictionsRequest(from_date=days[0], to_date=days[1])
    found = await refusal(seer.stub.ListDuePredictions(asked, metadata=metadata()))
    assert (found.reason, found.fields) == (reason, [field])
    assert found.code == grpc.StatusCode.INVALID_ARGUMENT


async def test_the_policy_keeps_what_is_not_set(seer: Seer) -> None:
    usual = await seer.stub.GetPredictionPolicy(
        pb.GetPredictionPolicyRequest(), metadata=metadata()
    )
    assert (usual.policy.version, usual.policy.lead_days, usual.policy.horizon_days) == (0, 3, 90)
    asked = pb.SetPredictionPolicyRequest(request_id="p1", lead_days=0)
    await seer.stub.SetPredictionPolicy(asked, metadata=metadata())
    made = await seer.stub.SetPredictionPolicy(asked, metadata=metadata())  # changes nothing
    assert (made.policy.version, made.policy.lead_days, made.policy.refit_days) == (1, 0, 30)
    bad = pb.SetPredictionPolicyRequest(request_id="p2", horizon_days=6)
    found = await refusal(seer.stub.SetPredictionPolicy(bad, metadata=metadata()))
    assert found.fields == ["horizon_days"]


async def test_a_model_is_asked_for_fitted_and_read(seer: Seer) -> None:
    none = await refusal(seer.stub.GetModel(pb.GetModelRequest(), metadata=metadata()))
    assert none.reason == "MODEL_NOT_FOUND"
    asked = await seer.stub.FitModel(pb.FitModelRequest(request_id="f1"), metadata=metadata())
    assert (asked.model.version, asked.model.state) == (1, pb.BuyingModel.STATE_FITTING)
    async with asyncio.timeout(30):
        while True:
            found = await seer.stub.GetModel(pb.GetModelRequest(version=1), metadata=metadata())
            if found.model.state != pb.BuyingModel.STATE_FITTING:
                break
            await asyncio.sleep(0.1)
    assert found.model.state == pb.BuyingModel.STATE_NO_MODEL
    assert found.model.purchases_why == "TOO_FEW_MEMBERS"
    assert found.model.as_of_date == "2026-05-02"
