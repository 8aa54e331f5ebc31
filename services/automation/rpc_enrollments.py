"""Enrolments over gRPC; ``EnrollmentService``."""

from __future__ import annotations

from datetime import date
from typing import Any

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.from_door import FromDoor
from common.messages import about, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.automation.v1 import journey_pb2 as pb
from services.automation import store_enrollments as store
from services.automation.enrollments import Enrollment
from services.automation.errors import CalendarInvalid
from services.automation.member_events import SetBirthday
from services.automation.steps import TestEnroll


class EnrollmentService:
    """Answers ``danke.automation.v1.EnrollmentService``; refusals are listed in its proto."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def TestEnroll(self, request: pb.TestEnrollRequest, call: Call) -> pb.TestEnrollResponse:
        command = TestEnroll(
            **about(request, call, self.clock),
            journey_id=request.journey_id,
            version=request.version,
            member_id=request.member_id,
            entry_key=request.request_id,
            skip_waits=request.skip_waits,
        )
        enrollment = await self.engine.run(command, call.context)
        return pb.TestEnrollResponse(enrollment=_to_pb(enrollment))

    async def ListEnrollments(
        self, request: pb.ListEnrollmentsRequest, call: Call
    ) -> pb.ListEnrollmentsResponse:
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        state = pb.Enrollment.State.Name(request.state).removeprefix("STATE_")
        found = await store.enrollments(
            self.pool,
            call.merchant_id,
            request.journey_id,
            after,
            size,
            state="" if state == "UNSPECIFIED" else state,
            member_id=request.member_id,
        )
        return pb.ListEnrollmentsResponse(
            enrollments=map(_to_pb, found),
            next_page_token=next_token(found, size, lambda row: (row.enrollment_id,)),
        )

    async def CountEnrollments(
        self, request: pb.CountEnrollmentsRequest, call: Call
    ) -> pb.CountEnrollmentsResponse:
        counts = await store.enrollment_counts(self.pool, call.merchant_id, request.journey_id)
        return pb.CountEnrollmentsResponse(
            **{state.lower(): number for state, number in counts.items()}
        )

    async def SetMemberBirthday(
        self, request: pb.SetMemberBirthdayRequest, call: Call
    ) -> pb.SetMemberBirthdayResponse:
        birthday = ""
        if request.month or request.day:
            try:
                birthday = date(2_000, request.month, request.day).strftime("%m-%d")
            except ValueError as error:
                raise CalendarInvalid(field="day", why=str(error)) from error
        command = SetBirthday(
            **about(request, call, self.clock),
            member_id=request.member_id,
            now=FromDoor.of(self.clock.now()),
            birthday=birthday,
        )
        await self.engine.run(command, call.context)
        return pb.SetMemberBirthdayResponse()


def _to_pb(enrollment: Enrollment) -> pb.Enrollment:
    return pb.Enrollment(
        enrollment_id=enrollment.enrollment_id,
        journey_id=enrollment.journey_id,
        version=enrollment.version,
        member_id=enrollment.member_id,
        entry_key=enrollment.entry_key,
        state=f"STATE_{enrollment.state}",
        reason=enrollment.reason,
        step_id=enrollment.step_id,
        wake_time=timestamp(enrollment.wake_at),
        window_end_time=timestamp(enrollment.ends_at),
        is_test=enrollment.is_test,
        start_time=timestamp(enrollment.started_at),
        end_time=timestamp(enrollment.ended_at),
    )
