"""Tags over gRPC; ``danke.audience.v1.TagService``."""

from __future__ import annotations

from functools import partial

from common.messages import timestamp
from common.pages import paged
from common.server import Call
from danke.audience.v1 import tag_pb2 as pb
from services.audience import store_portraits, store_segments
from services.audience.errors_segments import SegmentNotFound, SegmentTagInvalid
from services.audience.rpc_door import Door
from services.audience.segments import can_give_tags
from services.audience.tags import ChangeTag, DefineTag, TagAssignment, TagDefinition


class TagService(Door):
    """Answers ``danke.audience.v1.TagService``; what each RPC refuses is in its proto."""

    async def DefineTag(self, request: pb.DefineTagRequest, call: Call) -> pb.DefineTagResponse:
        given = request.tag
        if given.segment_id:
            segment = await store_segments.segment(self.pool, call.merchant_id, given.segment_id)
            if segment is None:
                raise SegmentNotFound(field="tag.segment_id", segment_id=given.segment_id)
            if not can_give_tags(segment):
                raise SegmentTagInvalid(field="tag.segment_id", tag_id=given.tag_id)
        tag = await self.run(
            DefineTag,
            request,
            call,
            tag_id=given.tag_id,
            name=given.name,
            category=given.category,
            segment_id=given.segment_id,
            is_retired=given.is_retired,
        )
        return pb.DefineTagResponse(tag=_tag(tag))

    async def ListTags(self, request: pb.ListTagsRequest, call: Call) -> pb.ListTagsResponse:
        found, token = await paged(
            request,
            ("",),
            partial(store_portraits.tags, self.pool, call.merchant_id),
            lambda one: (one.tag_id,),
        )
        return pb.ListTagsResponse(tags=map(_tag, found), next_page_token=token)

    async def AssignTag(self, request: pb.AssignTagRequest, call: Call) -> pb.AssignTagResponse:
        return pb.AssignTagResponse(tags=await self._change(request, call, add=True))

    async def RemoveTag(self, request: pb.RemoveTagRequest, call: Call) -> pb.RemoveTagResponse:
        return pb.RemoveTagResponse(tags=await self._change(request, call, add=False))

    async def _change(
        self, request: pb.AssignTagRequest | pb.RemoveTagRequest, call: Call, *, add: bool
    ) -> list[str]:
        tags: list[str] = await self.run(
            ChangeTag,
            request,
            call,
            member_id=request.member_id,
            tag_id=request.tag_id,
            add=add,
            origin="MANUAL",
            actor=call.caller.actor,
        )
        return tags

    async def ListTagged(self, request: pb.ListTaggedRequest, call: Call) -> pb.ListTaggedResponse:
        found, token = await paged(
            request,
            ("",),
            partial(store_portraits.tagged, self.pool, call.merchant_id, request.tag_id),
            lambda one: (one.member_id,),
        )
        return pb.ListTaggedResponse(assignments=map(_assignment, found), next_page_token=token)


def _tag(found: TagDefinition) -> pb.Tag:
    return pb.Tag(
        tag_id=found.tag_id,
        name=found.name,
        category=found.category,
        segment_id=found.segment_id,
        is_retired=found.is_retired,
    )


def _assignment(found: TagAssignment) -> pb.TagAssignment:
    return pb.TagAssignment(
        member_id=found.member_id,
        origin=f"ORIGIN_{found.origin}",
        assign_time=timestamp(found.assigned_at),
    )
