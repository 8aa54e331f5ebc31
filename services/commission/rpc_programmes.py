"""The programme over gRPC; ``danke.commission.v1.ProgrammeService``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.errors import Busy, Refusal
from common.messages import about
from common.pages import paged
from common.server import Call
from danke.commission.v1 import programme_pb2 as pb
from services.commission import store_promotion
from services.commission.entries import Line
from services.commission.errors import ProgrammeNotFound
from services.commission.estimates import estimate
from services.commission.programmes import (
    Programme,
    PromoterLevel,
    Rate,
    SetProgramme,
    SetRates,
    rate_ids,
)
from services.commission.rpc_messages import fields, to_pb

_FIELDS = dict.fromkeys(
    name
    for name in Programme.__struct_fields__
    if name not in ("acknowledged_by", "acknowledged_at", "changed_by", "changed_at", "levels")
)
_RATES = ("l1_fixed_fen", "l1_bp", "l2_fixed_fen", "l2_bp")


class Door:
    """What every servicer of commission needs."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def run(self, command: type[Any], request: Any, call: Call, **given: Any) -> Any:
        """Runs a command made of the call and ``given``."""
        made = command(**(about(request, call, self.clock) | given))
        return await self.engine.run(made, call.context)

    async def run_each(
        self, command: type[Any], request: Any, call: Call, given: Sequence[dict[str, Any]]
    ) -> list[str]:
        """Runs one command for each of ``given``: why it was not done, or an empty text."""
        said = about(request, call, self.clock)
        commands = [
            command(**(said | {"id": f"{said['id']}/{n}", "new_id": f"{said['new_id']}.{n}"} | one))
            for n, one in enumerate(given)
        ]
        outcomes = await self.engine.run_each(commands, [call.context] * len(commands))
        return [_reason_of(outcome) for outcome in outcomes]


def _reason_of(outcome: Any) -> str:
    """Why one of many was not done. What may succeed later fails the whole call."""
    if isinstance(outcome, Refusal) and not isinstance(outcome, Busy):
        return outcome.reason
    if isinstance(outcome, BaseException):
        raise outcome
    return ""


class ProgrammeService(Door):
    """Answers ``danke.commission.v1.ProgrammeService``; its proto says what each RPC refuses."""

    async def SetProgramme(
        self, request: pb.SetProgrammeRequest, call: Call
    ) -> pb.SetProgrammeResponse:
        asked = request.programme
        levels = [
            PromoterLevel(one.level_id, one.l1_bp, one.l2_bp, one.no_l2) for one in asked.levels
        ]
        given = fields(asked, _FIELDS)
        given["level_cap"] = given["level_cap"] or 1
        row = await self.run(
            SetProgramme,
            request,
            call,
            programme=Programme(call.merchant_id, levels=levels, **given),
            acknowledge=request.acknowledge_second_level,
            actor=call.caller.actor,
        )
        return pb.SetProgrammeResponse(programme=to_pb(pb.Programme, row))

    async def GetProgramme(
        self, request: pb.GetProgrammeRequest, call: Call
    ) -> pb.GetProgrammeResponse:
        row: Programme | None
        if request.version:
            row = await store_promotion.programme_version(
                self.pool, call.merchant_id, request.version
            )
        else:
            row = await store_promotion.programme(self.pool, call.merchant_id)
        if row is None:
            raise ProgrammeNotFound(field="version")
        return pb.GetProgrammeResponse(programme=to_pb(pb.Programme, row))

    async def SetRates(self, request: pb.SetRatesRequest, call: Call) -> pb.SetRatesResponse:
        rates = [
            Rate(
                call.merchant_id,
                one.rate_id,
                **{name: getattr(one, name) for name in _RATES if one.HasField(name)},
            )
            for one in request.rates
        ]
        count = await self.run(SetRates, request, call, rates=rates, actor=call.caller.actor)
        return pb.SetRatesResponse(count=count)

    async def ListRates(self, request: pb.ListRatesRequest, call: Call) -> pb.ListRatesResponse:
        rows, token = await paged(
            request,
            ("",),
            partial(store_promotion.rates, self.pool, call.merchant_id),
            lambda row: (row.rate_id,),
        )
        return pb.ListRatesResponse(
            rates=[to_pb(pb.Rate, row) for row in rows],
            next_page_token=token,
        )

    async def EstimateCommission(
        self, request: pb.EstimateCommissionRequest, call: Call
    ) -> pb.EstimateCommissionResponse:
        merchant = call.merchant_id
        programme = await store_promotion.programme(self.pool, merchant)
        ids = rate_ids(request.sku_id, request.spu_id)
        rates = await store_promotion.rates_of(self.pool, merchant, ids)
        near = await store_promotion.held(
            self.pool, merchant, request.promoter_id, self.clock.now()
        )
        line = Line("", request.qty, request.price_fen, 0, 0)
        item = (request.sku_id, request.spu_id)
        l1, l2 = estimate(programme, request.promoter_id, near, rates, line, item)
        return pb.EstimateCommissionResponse(l1_fen=l1, l2_fen=l2)
