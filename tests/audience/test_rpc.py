"""Audience through real gRPC: a call of each kind, and what bad input is answered with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import grpc
import pytest

from common.service import Process
from danke.audience.v1 import consent_pb2, lifecycle_pb2, tag_pb2
from danke.audience.v1 import profile_pb2 as pb
from danke.audience.v1.consent_pb2_grpc import ConsentServiceStub
from danke.audience.v1.lifecycle_pb2_grpc import LifecycleServiceStub
from danke.audience.v1.profile_pb2_grpc import ProfileServiceStub
from danke.audience.v1.tag_pb2_grpc import TagServiceStub
from services.audience.main import SERVICE
from services.audience.order_facts import FactLine, TakeOrderPaid
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running

NOW = datetime(2026, 5, 1, 2, tzinfo=UTC)
ADMIN = metadata()
MEMBER = metadata(member_id="m", actor_kind="MEMBER")


class Gateway:
    """Audience as a gateway sees it."""

    def __init__(self, process: Process, channel: grpc.aio.Channel) -> None:
        self.process = process
        self.profiles = ProfileServiceStub(channel)
        self.tags = TagServiceStub(channel)
        self.consents = ConsentServiceStub(channel)
        self.lifecycle = LifecycleServiceStub(channel)

    async def pays(self, member: str, order: str, at: datetime, fen: int = 1_000) -> None:
        """The member pays an order then."""
        await self.process.engine.run(
            TakeOrderPaid(
                id=f"paid-{order}", merchant_id="m1", at=at, new_id=order, member_id=member,
                order_id=order, channel="MINI", store_id="s1", shipping_fen=0, paid_at=at,
                lines=(FactLine("L1", "k", "", "milk", 1, fen),),
            )
        )  # fmt: skip


@pytest.fixture
async def gateway(migrated: Migrated, bootstrap: str) -> AsyncIterator[Gateway]:
    async with running(SERVICE, await migrated("audience"), bootstrap) as (process, channel):
        process.set_time(NOW)
        yield Gateway(process, channel)


async def test_profiles_and_attributes(gateway: Gateway) -> None:
    await gateway.pays("m", "o1", NOW)
    await gateway.pays("n", "o2", NOW)
    children = pb.AttributeDefinition(
        name="children", type=pb.AttributeDefinition.TYPE_NUMBER, is_personal=True
    )
    city = pb.AttributeDefinition(
        name="city", type=pb.AttributeDefinition.TYPE_CHOICE, allowed=["Shanghai", "Beijing"]
    )
    for definition in (children, city):
        request = pb.DefineAttributeRequest(request_id=definition.name, attribute=definition)
        answer = await gateway.profiles.DefineAttribute(request, metadata=ADMIN)
        assert answer.attribute == definition
    listed = await gateway.profiles.ListAttributes(
        pb.ListAttributesRequest(page_size=1), metadata=ADMIN
    )
    assert ([one.name for one in listed.attributes], listed.next_page_token != "") == (
        ["children"],
        True,
    )
    given = [
        pb.Attribute(name="children", value=pb.AttributeValue(number=2)),
        pb.Attribute(name="city", value=pb.AttributeValue(text="Beijing")),
    ]
    upsert = pb.UpsertAttributesRequest(
        request_id="u1", member_id="m", attributes=given, birthday="05-09"
    )
    for _ in range(2):
        assert (await gateway.profiles.UpsertAttributes(upsert, metadata=ADMIN)).member_id == "m"
    found = await gateway.profiles.GetProfile(pb.GetProfileRequest(member_id="m"), metadata=MEMBER)
    assert list(found.profile.attributes) == given
    assert (found.profile.birthday, found.profile.stage) == ("05-09", pb.STAGE_NEW)
    assert found.profile.net_sales_fen == 1_000
    page = await gateway.profiles.ListProfiles(
        pb.ListProfilesRequest(stage=pb.STAGE_NEW, page_size=1), metadata=ADMIN
    )
    rest = await gateway.profiles.ListProfiles(
        pb.ListProfilesRequest(page_size=5, page_token=page.next_page_token), metadata=ADMIN
    )
    assert [one.member_id for one in (*page.profiles, *rest.profiles)] == ["m", "n"]
    erased = pb.DeletePersonalDataRequest(request_id="d1", member_id="m", reason="asked")
    await gateway.profiles.DeletePersonalData(erased, metadata=ADMIN)
    found = await gateway.profiles.GetProfile(pb.GetProfileRequest(member_id="m"), metadata=ADMIN)
    assert (len(found.profile.attributes), found.profile.birthday) == (0, "")
    assert found.profile.order_count == 1


async def test_bad_input_is_refused_by_name(gateway: Gateway) -> None:
    call = gateway.profiles
    refused = await refusal(call.GetProfile(pb.GetProfileRequest(member_id="x"), metadata=ADMIN))
    assert refused.reason == "PROFILE_NOT_FOUND"
    refused = await refusal(call.GetProfile(pb.GetProfileRequest(member_id="x"), metadata=MEMBER))
    assert refused.reason == "ACTOR_NOT_ALLOWED"
    refused = await refusal(call.GetProfile(pb.GetProfileRequest(member_id="a b"), metadata=ADMIN))
    assert refused.code == grpc.StatusCode.INVALID_ARGUMENT
    upsert = pb.UpsertAttributesRequest(
        request_id="u", member_id="m", attributes=[pb.Attribute(name="none")]
    )
    refused = await refusal(call.UpsertAttributes(upsert, metadata=ADMIN))
    assert refused.code == grpc.StatusCode.INVALID_ARGUMENT
    upsert.attributes[0].value.date = "2026-02-30"
    refused = await refusal(call.UpsertAttributes(upsert, metadata=ADMIN))
    assert refused.reason == "ATTRIBUTE_INVALID"
    refused = await refusal(
        gateway.lifecycle.GetRun(
            lifecycle_pb2.GetRunRequest(kind=lifecycle_pb2.Run.KIND_RFM), metadata=ADMIN
        )
    )
    assert refused.reason == "RUN_NOT_FOUND"


async def test_tags_and_consents(gateway: Gateway) -> None:
    tag = tag_pb2.Tag(tag_id="vip", name="VIP", category="value")
    defined = await gateway.tags.DefineTag(
        tag_pb2.DefineTagRequest(request_id="t", tag=tag), metadata=ADMIN
    )
    assert defined.tag == tag
    listed = await gateway.tags.ListTags(tag_pb2.ListTagsRequest(), metadata=ADMIN)
    assert list(listed.tags) == [tag]
    assigned = await gateway.tags.AssignTag(
        tag_pb2.AssignTagRequest(request_id="a", member_id="m", tag_id="vip"), metadata=ADMIN
    )
    assert list(assigned.tags) == ["vip"]
    tagged = await gateway.tags.ListTagged(tag_pb2.ListTaggedRequest(tag_id="vip"), metadata=ADMIN)
    assert [one.member_id for one in tagged.assignments] == ["m"]
    removed = await gateway.tags.RemoveTag(
        tag_pb2.RemoveTagRequest(request_id="r", member_id="m", tag_id="vip"), metadata=ADMIN
    )
    assert list(removed.tags) == []
    answer = consent_pb2.SetConsentRequest(
        request_id="c", member_id="m", channel=consent_pb2.CHANNEL_SMS,
        purpose=consent_pb2.PURPOSE_MARKETING, granted=True, evidence="form-3",
    )  # fmt: skip
    await gateway.consents.SetConsent(answer, metadata=MEMBER)
    answer.request_id, answer.granted = "c2", False
    await gateway.consents.SetConsent(answer, metadata=MEMBER)
    held = await gateway.consents.GetConsents(
        consent_pb2.GetConsentsRequest(member_id="m"), metadata=MEMBER
    )
    assert [(one.channel, one.granted) for one in held.consents] == [
        (consent_pb2.CHANNEL_SMS, False)
    ]
    records = await gateway.consents.ListConsentRecords(
        consent_pb2.ListConsentRecordsRequest(member_id="m"), metadata=ADMIN
    )
    assert [(one.granted, one.evidence) for one in records.records] in (
        [(False, "form-3"), (True, "form-3")],
        [(True, "form-3"), (False, "form-3")],
    )


async def test_lifecycle_policy_and_runs(gateway: Gateway) -> None:
    await gateway.pays("m", "o1", NOW)
    found = await gateway.lifecycle.GetLifecycle(
        lifecycle_pb2.GetLifecycleRequest(member_id="m"), metadata=MEMBER
    )
    assert (found.stage, found.cycle_days) == (pb.STAGE_NEW, 30)
    assert found.cycle_source == pb.CYCLE_SOURCE_DEFAULT
    assert found.next_change_time.ToDatetime(tzinfo=UTC) == datetime(2026, 6, 15, 16, tzinfo=UTC)
    terms = lifecycle_pb2.LifecycleTerms(default_cycle_days=10)
    policy = await gateway.lifecycle.SetLifecyclePolicy(
        lifecycle_pb2.SetLifecyclePolicyRequest(request_id="p", terms=terms), metadata=ADMIN
    )
    assert (policy.policy.version, policy.policy.terms.sleeping_bp) == (1, 50_000)
    for method, request in (
        (gateway.lifecycle.RefreshRfm, lifecycle_pb2.RefreshRfmRequest(request_id="1")),
        (gateway.lifecycle.RefreshCycles, lifecycle_pb2.RefreshCyclesRequest(request_id="2")),
        (
            gateway.lifecycle.RecomputeLifecycle,
            lifecycle_pb2.RecomputeLifecycleRequest(request_id="3"),
        ),
    ):
        assert (await method(request, metadata=ADMIN)).run.run_id
    await gateway.process.timers.run_due()
    run = await gateway.lifecycle.GetRun(
        lifecycle_pb2.GetRunRequest(kind=lifecycle_pb2.Run.KIND_LIFECYCLE), metadata=ADMIN
    )
    assert run.run.done
    rfm = await gateway.lifecycle.GetRfm(lifecycle_pb2.GetRfmRequest(member_id="m"), metadata=ADMIN)
    assert (rfm.recency, rfm.frequency, rfm.monetary, rfm.as_of) == (1, 1, 1, "2026-05-01")
    held = await gateway.lifecycle.GetLifecyclePolicy(
        lifecycle_pb2.GetLifecyclePolicyRequest(), metadata=ADMIN
    )
    assert held.policy.terms.default_cycle_days == 10
    changes = await gateway.lifecycle.ListStageChanges(
        lifecycle_pb2.ListStageChangesRequest(member_id="m"), metadata=ADMIN
    )
    assert [one.to_stage for one in changes.changes] == [pb.STAGE_NEW]
