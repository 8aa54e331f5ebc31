"""Journeys over gRPC; ``JourneyService``."""

from __future__ import annotations

from typing import Any

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.messages import about, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.automation.v1 import journey_pb2 as pb
from services.automation import journeys
from services.automation import store_journeys as store
from services.automation.errors import JourneyNotFound
from services.automation.journeys import Journey
from services.automation.rpc_definitions import definition_from, definition_to


class JourneyService:
    """Answers ``danke.automation.v1.JourneyService``; refusals are listed in its proto."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def UpsertJourney(
        self, request: pb.UpsertJourneyRequest, call: Call
    ) -> pb.UpsertJourneyResponse:
        command = journeys.UpsertJourney(
            **about(request, call, self.clock),
            journey_id=request.journey_id,
            version=request.version,
            name=request.name,
            definition=definition_from(request.definition),
            actor=call.caller.actor,
        )
        journey = await self.engine.run(command, call.context)
        return pb.UpsertJourneyResponse(journey=_to_pb(journey))

    async def ActivateJourney(
        self, request: pb.ActivateJourneyRequest, call: Call
    ) -> pb.ActivateJourneyResponse:
        command = journeys.ActivateJourney(
            **about(request, call, self.clock),
            journey_id=request.journey_id,
            version=request.version,
            actor=call.caller.actor,
        )
        journey = await self.engine.run(command, call.context)
        return pb.ActivateJourneyResponse(journey=_to_pb(journey))

    async def PauseJourney(
        self, request: pb.PauseJourneyRequest, call: Call
    ) -> pb.PauseJourneyResponse:
        command = journeys.PauseJourney(
            **about(request, call, self.clock),
            journey_id=request.journey_id,
            actor=call.caller.actor,
        )
        journey = await self.engine.run(command, call.context)
        return pb.PauseJourneyResponse(journey=_to_pb(journey))

    async def ArchiveJourney(
        self, request: pb.ArchiveJourneyRequest, call: Call
    ) -> pb.ArchiveJourneyResponse:
        command = journeys.ArchiveJourney(
            **about(request, call, self.clock),
            journey_id=request.journey_id,
            actor=call.caller.actor,
        )
        journey = await self.engine.run(command, call.context)
        return pb.ArchiveJourneyResponse(journey=_to_pb(journey))

    async def GetJourney(self, request: pb.GetJourneyRequest, call: Call) -> pb.GetJourneyResponse:
        key = (call.merchant_id, request.journey_id)
        journey = await store.journey(self.pool, *key)
        if journey is None:
            raise JourneyNotFound(field="journey_id", journey_id=request.journey_id)
        number = request.version or journey.version
        version = await store.journey_version(self.pool, *key, number)
        if version is None:
            raise JourneyNotFound(field="version", version=number)
        return pb.GetJourneyResponse(
            journey=_to_pb(journey), version=number, definition=definition_to(version.definition)
        )

    async def ListJourneys(
        self, request: pb.ListJourneysRequest, call: Call
    ) -> pb.ListJourneysResponse:
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        found = await store.journeys(self.pool, call.merchant_id, after, size)
        return pb.ListJourneysResponse(
            journeys=map(_to_pb, found),
            next_page_token=next_token(found, size, lambda row: (row.journey_id,)),
        )


def _to_pb(journey: Journey) -> pb.Journey:
    return pb.Journey(
        journey_id=journey.journey_id,
        name=journey.name,
        state=f"STATE_{journey.state}",
        version=journey.version,
        active_version=journey.active_version,
        changed_by=journey.changed_by,
        change_time=timestamp(journey.changed_at),
    )
