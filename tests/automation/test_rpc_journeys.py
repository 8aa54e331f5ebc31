"""Journeys through real gRPC."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
import pytest

from danke.automation.v1 import journey_pb2 as pb
from danke.automation.v1.journey_pb2_grpc import JourneyServiceStub
from services.automation.main import SERVICE
from services.automation.rpc_definitions import definition_to
from tests.automation.desk import definition
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running

ADMIN = metadata()


@pytest.fixture
async def journeys(migrated: Migrated, bootstrap: str) -> AsyncIterator[JourneyServiceStub]:
    async with running(SERVICE, await migrated("automation"), bootstrap) as (_process, channel):
        yield JourneyServiceStub(channel)


async def test_a_journey_is_written_and_read(journeys: JourneyServiceStub) -> None:
    written = definition_to(definition())
    for journey_id in ("a", "b", "c"):
        request = pb.UpsertJourneyRequest(
            request_id=f"save-{journey_id}", journey_id=journey_id, definition=written
        )
        await journeys.UpsertJourney(request, metadata=ADMIN)
    await journeys.ActivateJourney(
        pb.ActivateJourneyRequest(request_id="go", journey_id="b", version=1), metadata=ADMIN
    )
    await journeys.PauseJourney(
        pb.PauseJourneyRequest(request_id="stop", journey_id="b"), metadata=ADMIN
    )
    await journeys.ArchiveJourney(
        pb.ArchiveJourneyRequest(request_id="end", journey_id="c"), metadata=ADMIN
    )
    found = await journeys.GetJourney(pb.GetJourneyRequest(journey_id="b"), metadata=ADMIN)
    assert found.definition == written
    assert found.journey.state == pb.Journey.STATE_PAUSED
    page = await journeys.ListJourneys(pb.ListJourneysRequest(page_size=2), metadata=ADMIN)
    rest = await journeys.ListJourneys(
        pb.ListJourneysRequest(page_size=2, page_token=page.next_page_token), metadata=ADMIN
    )
    listed = [*page.journeys, *rest.journeys]
    assert [one.journey_id for one in listed] == ["a", "b", "c"]


async def test_bad_input_is_named(journeys: JourneyServiceStub) -> None:
    request = pb.UpsertJourneyRequest(
        request_id="x", journey_id="j", definition=definition_to(definition())
    )
    request.definition.steps[0].next = "nowhere"
    refused = await refusal(journeys.UpsertJourney(request, metadata=ADMIN))
    assert (refused.code, refused.reason) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "JOURNEY_INVALID",
    )
    assert refused.metadata["step_id"] == "wait"
    request.definition.trigger.kind = 99  # type: ignore[assignment]
    assert (
        "definition.trigger.kind"
        in (await refusal(journeys.UpsertJourney(request, metadata=ADMIN))).fields
    )
    request.definition.trigger.kind = pb.OCCURRENCE_KIND_SCHEDULE
    request.definition.trigger.once_time.seconds = -1
    refused = await refusal(journeys.UpsertJourney(request, metadata=ADMIN))
    assert refused.reason == "TIME_OUT_OF_RANGE"
    missing = pb.GetJourneyRequest(journey_id="j")
    refused = await refusal(journeys.GetJourney(missing, metadata=ADMIN))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "JOURNEY_NOT_FOUND")
