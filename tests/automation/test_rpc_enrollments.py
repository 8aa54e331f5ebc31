"""Enrolments, the pack and the calendar through real gRPC, with events through a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import grpc
import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from common.clock import DevelopmentClock
from common.service import Process
from danke.automation.v1 import journey_pb2 as pb
from danke.automation.v1.journey_pb2_grpc import EnrollmentServiceStub, JourneyServiceStub
from danke.events import audience, coupon, loyalty, trade
from danke.events.envelope import Envelope, Event, event_type, to_headers
from services.automation.default_pack import DEFAULTS, PACK
from services.automation.definitions import AddPoints
from services.automation.main import SERVICE
from services.automation.rpc_definitions import definition_to
from tests.automation.desk import definition
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running

ADMIN = metadata()
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


class Office:
    """Automation as a marketer sees it, and the other services' way to tell it things."""

    def __init__(self, process: Process, channel: grpc.aio.Channel, kafka: AIOKafkaProducer):
        self.process = process
        self.journeys = JourneyServiceStub(channel)
        self.enrollments = EnrollmentServiceStub(channel)
        self.kafka = kafka

    async def tell(self, event: Event, at: datetime | None = None) -> None:
        """Publishes an event of another service."""
        key = str(getattr(event, event.KEY))
        envelope = Envelope(
            id=str(uuid4()), type=event_type(type(event)), source="test", subject=key,
            time=at or self.process.clock.now(), key=key, merchant_id="m1", sequence=1,
        )  # fmt: skip
        await self.kafka.send_and_wait(
            event.TOPIC.name, key=key.encode(), value=msgspec.json.encode(event),
            headers=to_headers(envelope),
        )  # fmt: skip

    async def active(self, journey_id: str, written: pb.JourneyDefinition) -> None:
        """A journey that members enter."""
        await self.journeys.UpsertJourney(
            pb.UpsertJourneyRequest(
                request_id=f"save-{journey_id}", journey_id=journey_id, definition=written
            ),
            metadata=ADMIN,
        )
        await self.journeys.ActivateJourney(
            pb.ActivateJourneyRequest(
                request_id=f"on-{journey_id}", journey_id=journey_id, version=1
            ),
            metadata=ADMIN,
        )

    async def listed(self, journey_id: str, **fields: Any) -> list[pb.Enrollment]:
        """The journey's enrolments."""
        request = pb.ListEnrollmentsRequest(journey_id=journey_id, **fields)
        found = await self.enrollments.ListEnrollments(request, metadata=ADMIN)
        return list(found.enrollments)


@pytest.fixture
async def office(migrated: Migrated, bootstrap: str) -> AsyncIterator[Office]:
    dsn = await migrated("automation")
    kafka = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=False)
    await kafka.start()
    async with running(SERVICE, dsn, bootstrap) as (process, channel):
        process.set_time(NOW)
        yield Office(process, channel, kafka)
    await kafka.stop()


async def until(what: Callable[[], Awaitable[bool]]) -> None:
    """Waits for what other tasks do, no longer than is reasonable."""
    async with asyncio.timeout(30):
        while not await what():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def order(member_id: str, order_id: str) -> trade.OrderPaid:
    """A paid order of one line."""
    line = trade.PaidLine(
        line_id="1", sku_id="sku", category_id="tea", qty=1, list_price_fen=5_000,
        net_paid_fen=5_000,
    )  # fmt: skip
    return trade.OrderPaid(
        order_id=order_id, member_id=member_id, channel="MINI", lines=[line], paid_at=NOW
    )


async def test_an_order_of_the_topic_begins_a_journey_that_runs_to_its_end(
    office: Office,
) -> None:
    await office.active("paid", definition_to(definition()))
    member = f"m-{uuid4().hex[:8]}"
    orders = [order(member, f"o-{uuid4().hex[:8]}") for _ in range(2)]
    for event in (orders[0], orders[0], orders[1]):
        await office.tell(event)

    async def enrolled() -> bool:
        return bool(await office.listed("paid", member_id=member))

    await until(enrolled)
    assert isinstance(office.process.clock, DevelopmentClock)
    office.process.clock.advance(timedelta(hours=2))
    await office.process.timers.run_due()
    [done] = await office.listed("paid", member_id=member)
    assert done.state == pb.Enrollment.STATE_COMPLETED
    counts = await office.enrollments.CountEnrollments(
        pb.CountEnrollmentsRequest(journey_id="paid"), metadata=ADMIN
    )
    assert (counts.completed, counts.running) == (1, 0)
    assert await office.listed("paid", state=pb.Enrollment.STATE_RUNNING) == []


async def test_a_member_s_ways_through_all_journeys(office: Office) -> None:
    """What who serves a member wants to see; every way that runs or has ended, once, in pages."""
    member = f"m-{uuid4().hex[:8]}"
    for number in range(3):
        steps = [AddPoints(step_id="p", points=1)] if number == 1 else []
        await office.active(f"j{number}", definition_to(definition(*steps)))
    await office.tell(order(member, f"o-{uuid4().hex[:8]}"))

    async def entered() -> bool:
        return len(await office.listed("", member_id=member)) == 3

    await until(entered)
    pages, token = [], ""
    for _ in range(3):
        request = pb.ListEnrollmentsRequest(member_id=member, page_size=1, page_token=token)
        found = await office.enrollments.ListEnrollments(request, metadata=ADMIN)
        pages += found.enrollments
        token = found.next_page_token
    assert sorted(one.journey_id for one in pages) == ["j0", "j1", "j2"]
    assert pages == await office.listed("", member_id=member)
    done = await office.listed("", member_id=member, state=pb.Enrollment.STATE_COMPLETED)
    assert (
        [one.journey_id for one in done]
        == ["j1"]
        == [one.journey_id for one in await office.listed("j1", member_id=member)]
    )
    assert await office.listed("", member_id="somebody-else") == []
    nothing = await refusal(
        office.enrollments.ListEnrollments(pb.ListEnrollmentsRequest(), metadata=ADMIN)
    )
    assert nothing.code == grpc.StatusCode.INVALID_ARGUMENT


async def test_every_event_that_is_heard_is_taken(office: Office) -> None:
    """One of each kind through the broker: what automation knows of the member afterwards."""
    member = f"m-{uuid4().hex[:8]}"
    common = {"member_id": member}
    await office.tell(
        loyalty.MemberEnrolled(**common, channel="MINI", store_id="s")  # type: ignore[arg-type]
    )
    await office.tell(
        loyalty.TierChanged(
            member_id=member, from_tier_id="", to_tier_id="gold", from_level=1, to_level=3,
            reason="GROWTH", source="EARNED",
        )
    )  # fmt: skip
    await office.tell(
        audience.LifecycleStageChanged(
            member_id=member, from_stage="NEW", to_stage="RETURNING", order_count=2, days_since=0,
            cycle_days=21, changed_at=NOW,
        )
    )  # fmt: skip
    await office.tell(audience.TagAdded(member_id=member, tag_id="vip", origin="MANUAL"))
    await office.tell(
        audience.ConsentChanged(
            member_id=member, channel="SMS", purpose="MARKETING", granted=True, record_id="r",
            changed_at=NOW,
        )
    )  # fmt: skip
    await office.tell(order(member, f"o-{uuid4().hex[:8]}"))

    async def known() -> bool:
        row = await office.process.pool.fetchrow(
            "SELECT tier_id, tier_level, stage, cycle_days, tag_ids, consents, order_count"
            " FROM members WHERE member_id = $1",
            member,
        )
        expected = ("gold", 3, "RETURNING", 21, '["vip"]', '["SMS/MARKETING"]', 1)
        return row is not None and tuple(row) == expected

    await until(known)


async def test_a_member_is_tested_and_a_birthday_told(office: Office) -> None:
    await office.active("paid", definition_to(definition()))
    # Others read the same broker: members of one's own.
    member = f"m-{uuid4().hex[:8]}"
    birthday = pb.SetMemberBirthdayRequest(request_id="b", member_id=member, month=2, day=30)
    refused = await refusal(office.enrollments.SetMemberBirthday(birthday, metadata=ADMIN))
    assert (refused.reason, refused.code) == (
        "CALENDAR_INVALID",
        grpc.StatusCode.INVALID_ARGUMENT,
    )
    birthday.day = 29
    await office.enrollments.SetMemberBirthday(birthday, metadata=ADMIN)
    request = pb.TestEnrollRequest(
        request_id="t", journey_id="paid", version=1, member_id=member, skip_waits=True
    )
    for _ in range(2):
        tried = await office.enrollments.TestEnroll(request, metadata=ADMIN)
        assert tried.enrollment.state == pb.Enrollment.STATE_COMPLETED
        assert tried.enrollment.is_test
    request = pb.TestEnrollRequest(request_id="u", journey_id="paid", version=1, member_id="nobody")
    refused = await refusal(office.enrollments.TestEnroll(request, metadata=ADMIN))
    assert refused.reason == "MEMBER_NOT_FOUND"


async def test_the_pack_and_the_calendar(office: Office) -> None:
    needed = {name for one in PACK.values() for name in one.parameters() if name not in DEFAULTS}
    request = pb.InstallDefaultPackRequest(request_id="bad")
    refused = await refusal(office.journeys.InstallDefaultPack(request, metadata=ADMIN))
    assert refused.reason == "PACK_PARAMETER_MISSING"
    for name in needed:
        kind, _, key = name.partition(".")
        given = getattr(request.parameters, f"{kind}_template_ids")
        given[key] = f"own-{key}"
    request.request_id = "good"
    request.parameters.wake_rounds = 2
    request.parameters.holdout_bp = 0
    found = await office.journeys.InstallDefaultPack(request, metadata=ADMIN)
    assert {journey.journey_id for journey in found.journeys} == set(PACK)
    wake = await office.journeys.GetJourney(
        pb.GetJourneyRequest(journey_id="pack-wake-up"), metadata=ADMIN
    )
    rounds = [step.wake_round.rounds for step in wake.definition.steps if step.wake_round.rounds]
    assert (rounds, wake.definition.holdout_bp) == ([2], 0)
    for template in ("own-wake",):
        await office.tell(
            coupon.CouponTemplateChanged(
                template_id=template, version=1, name="", state="ACTIVE", kind="CASH",
                face_fen=100, threshold_fen=0,
            )
        )  # fmt: skip
    day = pb.CalendarDay(day_id="festival", kind=pb.CalendarDay.KIND_FESTIVAL, month=6, day=18)
    await office.journeys.SetCalendar(
        pb.SetCalendarRequest(request_id="c", days=[day]), metadata=ADMIN
    )
    calendar = await office.journeys.GetCalendar(pb.GetCalendarRequest(), metadata=ADMIN)
    assert list(calendar.days) == [day]
