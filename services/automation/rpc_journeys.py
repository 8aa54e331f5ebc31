"""Journeys over gRPC; ``JourneyService``."""

from __future__ import annotations

from typing import Any, cast

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.messages import about, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.automation.v1 import journey_pb2 as pb
from services.automation import journey_states, journeys, store_sweeps
from services.automation import store_journeys as store
from services.automation.calendars import Calendar, CalendarDay, DayKind, SetCalendar
from services.automation.default_pack import InstallDefaultPack
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
        command = journey_states.ActivateJourney(
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
        command = journey_states.PauseJourney(
            **about(request, call, self.clock),
            journey_id=request.journey_id,
            actor=call.caller.actor,
        )
        journey = await self.engine.run(command, call.context)
        return pb.PauseJourneyResponse(journey=_to_pb(journey))

    async def ArchiveJourney(
        self, request: pb.ArchiveJourneyRequest, call: Call
    ) -> pb.ArchiveJourneyResponse:
        command = journey_states.ArchiveJourney(
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

    async def InstallDefaultPack(
        self, request: pb.InstallDefaultPackRequest, call: Call
    ) -> pb.InstallDefaultPackResponse:
        command = InstallDefaultPack(
            **about(request, call, self.clock),
            journey_ids=tuple(request.journey_ids),
            parameters=_parameters_from(request.parameters),
            actor=call.caller.actor,
        )
        found = await self.engine.run(command, call.context)
        return pb.InstallDefaultPackResponse(journeys=map(_to_pb, found))

    async def SetCalendar(
        self, request: pb.SetCalendarRequest, call: Call
    ) -> pb.SetCalendarResponse:
        days = tuple(
            CalendarDay(
                day.day_id,
                day.name,
                cast("DayKind", pb.CalendarDay.Kind.Name(day.kind).removeprefix("KIND_")),
                day.month,
                day.day,
                day.year,
            )
            for day in request.days
        )
        command = SetCalendar(
            **about(request, call, self.clock), days=days, actor=call.caller.actor
        )
        calendar = await self.engine.run(command, call.context)
        return pb.SetCalendarResponse(days=_days_to_pb(calendar))

    async def GetCalendar(
        self, request: pb.GetCalendarRequest, call: Call
    ) -> pb.GetCalendarResponse:
        found = await store_sweeps.calendar(self.pool, call.merchant_id)
        return pb.GetCalendarResponse(days=_days_to_pb(found) if found else ())


def _parameters_from(message: pb.PackParameters) -> dict[str, Any]:
    """What was given, by the names the pack's files use; what was not takes its default."""
    given: dict[str, Any] = {
        "cycle_days": message.cycle_days,
        "tier_need": message.tier_need,
        "thank_points": message.thank_points,
        "vip_tag": message.vip_tag,
        "live_window_seconds": message.live_window_hours * 3_600,
        "wake_rounds": message.wake_rounds,
        "wake_seconds": message.wake_days * 86_400,
    }
    found = {name: value for name, value in given.items() if value}
    if message.HasField("holdout_bp"):
        found["holdout_bp"] = message.holdout_bp
    found |= {f"coupon.{name}": to for name, to in message.coupon_template_ids.items()}
    found |= {f"message.{name}": to for name, to in message.message_template_ids.items()}
    return found | {f"day.{name}": to for name, to in message.calendar_day_ids.items()}


def _days_to_pb(calendar: Calendar) -> list[pb.CalendarDay]:
    return [
        pb.CalendarDay(
            day_id=day.day_id,
            name=day.name,
            kind=f"KIND_{day.kind}",
            month=day.month,
            day=day.day,
            year=day.year,
        )
        for day in calendar.days
    ]


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
