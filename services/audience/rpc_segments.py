"""Segments and snapshots over gRPC; ``danke.audience.v1.SegmentService``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from common.messages import own, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.audience.v1 import segment_pb2 as pb
from services.audience import rpc_segments_messages as messages
from services.audience import segments, snapshots, store_segments, store_snapshots
from services.audience.errors_segments import (
    SegmentKindInvalid,
    SegmentNotFound,
)
from services.audience.rpc_door import Door
from services.audience.rpc_snapshots import readable, snapshot_of
from services.audience.segment_lists import AddSegmentMembers
from services.audience.segment_rules import Rule, rule_of
from services.audience.segment_words import explain

# Counting longer than this is given up for an estimate.
COUNT_S: Final = 10.0
# Pages of a stream read at once.
STREAMED_PAGES: Final = 20


class SegmentService(Door):
    """Answers ``danke.audience.v1.SegmentService``; what each RPC refuses is in its proto."""

    async def CreateSegment(
        self, request: pb.CreateSegmentRequest, call: Call
    ) -> pb.CreateSegmentResponse:
        made = await self.run(
            segments.CreateSegment, request, call, segment_id=request.segment_id,
            name=request.name, description=request.description,
            kind=pb.Segment.Kind.Name(request.kind).removeprefix("KIND_"), rule=request.rule,
            is_quiet=request.quiet, actor=call.caller.actor,
        )  # fmt: skip
        return pb.CreateSegmentResponse(segment=messages.segment(made))

    async def UpdateSegment(
        self, request: pb.UpdateSegmentRequest, call: Call
    ) -> pb.UpdateSegmentResponse:
        after = await self.run(
            segments.UpdateSegment, request, call, segment_id=request.segment_id,
            version=request.version, name=request.name if request.HasField("name") else None,
            description=request.description if request.HasField("description") else None,
            rule=request.rule if request.HasField("rule") else None, actor=call.caller.actor,
        )  # fmt: skip
        return pb.UpdateSegmentResponse(segment=messages.segment(after))

    async def AddSegmentMembers(
        self, request: pb.AddSegmentMembersRequest, call: Call
    ) -> pb.AddSegmentMembersResponse:
        after = await self.run(
            AddSegmentMembers, request, call, segment_id=request.segment_id,
            page=request.page, member_ids=tuple(request.member_ids),
        )  # fmt: skip
        return pb.AddSegmentMembersResponse(segment=messages.segment(after))

    async def ComputeSegment(
        self, request: pb.ComputeSegmentRequest, call: Call
    ) -> pb.ComputeSegmentResponse:
        after = await self.run(
            segments.ComputeSegment, request, call, segment_id=request.segment_id
        )
        return pb.ComputeSegmentResponse(segment=messages.segment(after))

    async def ArchiveSegment(
        self, request: pb.ArchiveSegmentRequest, call: Call
    ) -> pb.ArchiveSegmentResponse:
        after = await self.run(
            segments.ArchiveSegment, request, call, segment_id=request.segment_id
        )
        return pb.ArchiveSegmentResponse(segment=messages.segment(after))

    async def GetSegment(self, request: pb.GetSegmentRequest, call: Call) -> pb.GetSegmentResponse:
        found = await self._segment(call, request.segment_id)
        members = await store_segments.count_members(
            self.pool, call.merchant_id, request.segment_id
        )
        return pb.GetSegmentResponse(segment=messages.segment(found), members=members)

    async def ListSegments(
        self, request: pb.ListSegmentsRequest, call: Call
    ) -> pb.ListSegmentsResponse:
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        state = pb.Segment.State.Name(request.state).removeprefix("STATE_") if request.state else ""
        rows = await store_segments.segments(self.pool, call.merchant_id, after, state, size)
        return pb.ListSegmentsResponse(
            segments=map(messages.segment, rows),
            next_page_token=next_token(rows, size, lambda row: (row.segment_id,)),
        )

    async def EvaluateSegment(
        self, request: pb.EvaluateSegmentRequest, call: Call
    ) -> pb.EvaluateSegmentResponse:
        rule = await self._rule(request, call)
        asked = (self.pool, call.merchant_id, rule, self.clock.now())
        members, is_estimate = await self._count(call, rule)
        sample = await store_segments.sample(*asked, request.sample) if request.sample else []
        return pb.EvaluateSegmentResponse(
            members=members, is_estimate=is_estimate, sample_member_ids=sample,
            explanation=explain(rule),
        )  # fmt: skip

    async def _rule(self, request: pb.EvaluateSegmentRequest, call: Call) -> Rule:
        if request.WhichOneof("what") == "rule":
            return rule_of(request.rule)
        found = await self._segment(call, request.segment_id)
        if not found.rule:
            raise SegmentKindInvalid(field="segment_id")
        return rule_of(found.rule)

    async def _count(self, call: Call, rule: Rule) -> tuple[int, bool]:
        asked = (self.pool, call.merchant_id, rule, self.clock.now())
        try:
            return await store_segments.count(*asked, timeout_s=COUNT_S), False
        except TimeoutError:
            return await store_segments.estimate(*asked), True

    async def IsMember(self, request: pb.IsMemberRequest, call: Call) -> pb.IsMemberResponse:
        own(call, request.member_id)
        segment = await self._segment(call, request.segment_id)
        key = (call.merchant_id, request.segment_id, request.member_id)
        found = await store_segments.member(self.pool, key)
        if found is None or segment.state not in ("READY", "COMPUTING"):
            return pb.IsMemberResponse()
        return pb.IsMemberResponse(is_member=True, enter_time=timestamp(found.entered_at))

    async def ListSegmentsOfMember(
        self, request: pb.ListSegmentsOfMemberRequest, call: Call
    ) -> pb.ListSegmentsOfMemberResponse:
        own(call, request.member_id)
        found = await store_segments.in_which(self.pool, call.merchant_id, request.member_id)
        return pb.ListSegmentsOfMemberResponse(segment_ids=[row[0] for row in found])

    async def ListMembers(
        self, request: pb.ListMembersRequest, call: Call
    ) -> pb.ListMembersResponse:
        await self._segment(call, request.segment_id)
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        rows = await store_segments.members(
            self.pool, call.merchant_id, request.segment_id, after, size
        )
        return pb.ListMembersResponse(
            members=[
                pb.SegmentMember(
                    member_id=row[0], rule_version=row[1], enter_time=timestamp(row[2])
                )
                for row in rows
            ],
            next_page_token=next_token(rows, size, lambda row: (row[0],)),
        )

    async def CreateSnapshot(
        self, request: pb.CreateSnapshotRequest, call: Call
    ) -> pb.CreateSnapshotResponse:
        made = await self.run(
            snapshots.CreateSnapshot, request, call, snapshot_id=request.snapshot_id,
            segment_id=request.segment_id, is_published=request.publish, actor=call.caller.actor,
        )  # fmt: skip
        return pb.CreateSnapshotResponse(snapshot=messages.snapshot(made))

    async def GetSnapshot(
        self, request: pb.GetSnapshotRequest, call: Call
    ) -> pb.GetSnapshotResponse:
        found = await snapshot_of(self.pool, call.merchant_id, request.snapshot_id)
        return pb.GetSnapshotResponse(snapshot=messages.snapshot(found))

    async def ListSnapshots(
        self, request: pb.ListSnapshotsRequest, call: Call
    ) -> pb.ListSnapshotsResponse:
        await self._segment(call, request.segment_id)
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        rows = await store_snapshots.snapshots(
            self.pool, call.merchant_id, request.segment_id, after, size
        )
        return pb.ListSnapshotsResponse(
            snapshots=map(messages.snapshot, rows),
            next_page_token=next_token(rows, size, lambda row: (row.snapshot_id,)),
        )

    async def GetSnapshotPage(
        self, request: pb.GetSnapshotPageRequest, call: Call
    ) -> pb.GetSnapshotPageResponse:
        snapshot = await readable(self.pool, call.merchant_id, request.snapshot_id)
        pages = await store_snapshots.pages(
            self.pool, call.merchant_id, request.snapshot_id, request.page, 1
        )
        following = request.page + 1
        return pb.GetSnapshotPageResponse(
            member_ids=pages[0].member_ids if pages else (),
            next_page=following if following < snapshot.pages else 0,
        )

    async def StreamSnapshot(
        self, request: pb.StreamSnapshotRequest, call: Call
    ) -> AsyncIterator[pb.StreamSnapshotResponse]:
        snapshot = await readable(self.pool, call.merchant_id, request.snapshot_id)
        page = request.first_page
        while page < snapshot.pages:
            for row in await store_snapshots.pages(
                self.pool, call.merchant_id, request.snapshot_id, page, STREAMED_PAGES
            ):
                yield pb.StreamSnapshotResponse(
                    page=row.page, pages=snapshot.pages, member_ids=row.member_ids
                )
            page += STREAMED_PAGES

    async def _segment(self, call: Call, segment_id: str) -> segments.Segment:
        found = await store_segments.segment(self.pool, call.merchant_id, segment_id)
        if found is None:
            raise SegmentNotFound(field="segment_id", segment_id=segment_id)
        return found
