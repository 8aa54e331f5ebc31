"""Segments and snapshots through the gRPC door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import pytest

from danke.audience.v1 import segment_pb2 as pb
from danke.audience.v1 import tag_pb2
from danke.audience.v1.segment_pb2_grpc import SegmentServiceStub
from danke.audience.v1.tag_pb2_grpc import TagServiceStub
from services.audience.main import SERVICE
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running

SCOPES = ("audience.read", "audience.segments")


class Door:
    """Calls of one merchant."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.stub: Any = SegmentServiceStub(channel)
        self.channel = channel
        self._ids = 0

    def __call__(self, rpc: str, /, who: Any = None, **fields: Any) -> Any:
        """A call that has begun."""
        request_type = getattr(pb, f"{rpc}Request")
        if "request_id" in request_type.DESCRIPTOR.fields_by_name:
            self._ids += 1
            fields.setdefault("request_id", f"r{self._ids}")
        return getattr(self.stub, rpc)(
            request_type(**fields), metadata=who or metadata(scopes=SCOPES)
        )


@pytest.fixture
async def door(migrated: Migrated, bootstrap: str) -> AsyncIterator[Door]:
    async with running(SERVICE, await migrated("audience"), bootstrap) as (_process, channel):
        yield Door(channel)


async def until(ask: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await ask():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def ready(door: Door, segment_id: str) -> pb.GetSegmentResponse:
    """The segment once its run is over."""
    found: list[pb.GetSegmentResponse] = []

    async def is_ready() -> bool:
        found[:] = [await door("GetSegment", segment_id=segment_id)]
        return found[0].segment.state == pb.Segment.STATE_READY

    await until(is_ready)
    return found[0]


async def listed(door: Door, segment_id: str, members: list[str]) -> None:
    await door("CreateSegment", segment_id=segment_id, name="a list", kind="KIND_STATIC")
    await door("AddSegmentMembers", segment_id=segment_id, page=0, member_ids=members)
    await door("ComputeSegment", segment_id=segment_id)


async def test_a_list_from_its_upload_to_its_stream(door: Door) -> None:
    ids = [f"u{number:04d}" for number in range(1_201)]
    await listed(door, "list", ids)
    assert (await ready(door, "list")).members == len(ids)
    first = await door("ListMembers", segment_id="list", page_size=1_000)
    rest = await door(
        "ListMembers", segment_id="list", page_size=1_000, page_token=first.next_page_token
    )
    assert [one.member_id for page in (first, rest) for one in page.members] == ids
    assert not rest.next_page_token
    await door("CreateSnapshot", snapshot_id="snap", segment_id="list")

    async def is_ready() -> bool:
        answer = await door("GetSnapshot", snapshot_id="snap")
        return bool(answer.snapshot.state == pb.Snapshot.STATE_READY)

    await until(is_ready)
    (made,) = (await door("ListSnapshots", segment_id="list")).snapshots
    assert (made.members, made.pages) == (1_201, 3)
    parts = [part async for part in door("StreamSnapshot", snapshot_id="snap")]
    assert [(part.page, part.pages) for part in parts] == [(0, 3), (1, 3), (2, 3)]
    assert [member for part in parts for member in part.member_ids] == ids
    tail = [part async for part in door("StreamSnapshot", snapshot_id="snap", first_page=2)]
    assert [list(part.member_ids) for part in tail] == [ids[1_000:]]
    page = await door("GetSnapshotPage", snapshot_id="snap", page=1)
    assert (list(page.member_ids), page.next_page) == (ids[500:1_000], 2)
    assert (await door("GetSnapshotPage", snapshot_id="snap", page=2)).next_page == 0


async def test_a_rule_is_tried_explained_and_used(door: Door) -> None:
    rule = "order_count >= 3 && days_since(last_paid_at) >= 30"
    tried = await door("EvaluateSegment", rule=rule, sample=5)
    assert (tried.members, tried.is_estimate, list(tried.sample_member_ids)) == (0, False, [])
    assert tried.explanation == (
        "has ordered at least 3 times (下单次数) and has not ordered for at least 30 days "
        "(最近消费时间)"
    )
    made = await door(
        "CreateSegment", segment_id="s", name="dormant", kind="KIND_DYNAMIC", rule=rule
    )
    assert made.segment.state == pb.Segment.STATE_DRAFT
    assert made.segment.explanation == tried.explanation
    await door("ComputeSegment", segment_id="s")
    found = await ready(door, "s")
    changed = await door(
        "UpdateSegment", segment_id="s", version=found.segment.version, rule="order_count >= 4"
    )
    assert changed.segment.rule_version == 2
    assert (await door("EvaluateSegment", segment_id="s")).members == 0
    listed_ = await door("ListSegments", state=pb.Segment.STATE_DRAFT)
    assert not listed_.segments
    assert [one.segment_id for one in (await door("ListSegments")).segments] == ["s"]
    assert not (await door("IsMember", segment_id="s", member_id="u")).is_member


async def test_who_is_in_what(door: Door) -> None:
    await listed(door, "a", ["u1", "u2"])
    await listed(door, "b", ["u1"])
    member = await door("IsMember", segment_id="a", member_id="u1")
    assert member.is_member and member.enter_time.seconds
    of = await door("ListSegmentsOfMember", member_id="u1")
    assert list(of.segment_ids) == ["a", "b"]
    await door("ArchiveSegment", segment_id="b")
    of = await door("ListSegmentsOfMember", member_id="u1")
    assert list(of.segment_ids) == ["a"]
    assert not (await door("IsMember", segment_id="b", member_id="u1")).is_member
    elsewhere = metadata("m2", scopes=SCOPES)
    refused = await refusal(door("IsMember", elsewhere, segment_id="a", member_id="u1"))
    assert refused.reason == "SEGMENT_NOT_FOUND"


async def test_what_is_wrong_is_named(door: Door) -> None:
    given = {"segment_id": "s", "name": "s", "kind": "KIND_DYNAMIC"}
    refused = await refusal(door("CreateSegment", **given, rule="order_count > 'a'"))
    assert (refused.reason, refused.fields) == ("SEGMENT_RULE_INVALID", ["rule"])
    assert "no matching overload" in refused.metadata["why"]
    refused = await refusal(door("CreateSegment", **given))
    assert refused.reason == "SEGMENT_KIND_INVALID"
    refused = await refusal(door("CreateSegment", **(given | {"kind": 0})))
    assert refused.fields == ["kind"]
    refused = await refusal(door("EvaluateSegment"))
    assert refused.code == grpc.StatusCode.INVALID_ARGUMENT
    for name, fields in (
        ("GetSegment", {"segment_id": "none"}),
        ("ListMembers", {"segment_id": "none"}),
        ("ListSnapshots", {"segment_id": "none"}),
        ("CreateSnapshot", {"segment_id": "none", "snapshot_id": "x"}),
    ):
        assert (await refusal(door(name, **fields))).reason == "SEGMENT_NOT_FOUND"
    assert (await refusal(door("GetSnapshot", snapshot_id="x"))).reason == "SNAPSHOT_NOT_FOUND"


async def test_a_stream_is_refused_as_any_call_is(door: Door) -> None:
    async def streamed(**fields: Any) -> list[Any]:
        return [part async for part in door("StreamSnapshot", **fields)]

    assert (await refusal(streamed(snapshot_id="none"))).reason == "SNAPSHOT_NOT_FOUND"
    assert (await refusal(streamed(snapshot_id="a b"))).fields == ["snapshot_id"]
    nobody = metadata(scopes=("wallet.pay",))
    assert (await refusal(streamed(who=nobody, snapshot_id="x"))).reason == "SCOPE_MISSING"


async def test_a_tag_is_bound_to_a_segment_that_does_not_ask_for_tags(door: Door) -> None:
    tags: Any = TagServiceStub(door.channel)
    header = metadata(scopes=("*",))

    def define(segment_id: str) -> Any:
        tag = tag_pb2.Tag(tag_id="t", name="t", segment_id=segment_id)
        request = tag_pb2.DefineTagRequest(request_id=f"tag-{segment_id}", tag=tag)
        return tags.DefineTag(request, metadata=header)

    for name, rule in (("free", "is_super"), ("loop", "!('t' in tags)")):
        await door("CreateSegment", segment_id=name, name=name, kind="KIND_DYNAMIC", rule=rule)
    assert (await refusal(define("none"))).reason == "SEGMENT_NOT_FOUND"
    assert (await refusal(define("loop"))).reason == "SEGMENT_TAG_INVALID"
    assert (await define("free")).tag.segment_id == "free"
