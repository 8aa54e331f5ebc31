"""Profiles over gRPC; ``danke.audience.v1.ProfileService``."""

from __future__ import annotations

from functools import partial

from common.messages import own
from common.pages import paged
from common.server import Call
from danke.audience.v1 import profile_pb2 as pb
from services.audience import rpc_profiles_messages as messages
from services.audience import store_portraits, store_profiles
from services.audience.attributes import DefineAttribute, UpsertAttributes
from services.audience.erasures import EraseMember
from services.audience.errors import ProfileNotFound
from services.audience.rpc_door import Door


class ProfileService(Door):
    """Answers ``danke.audience.v1.ProfileService``; what each RPC refuses is in its proto."""

    async def GetProfile(self, request: pb.GetProfileRequest, call: Call) -> pb.GetProfileResponse:
        own(call, request.member_id)
        found = await store_profiles.profile(self.pool, call.merchant_id, request.member_id)
        if found is None:
            raise ProfileNotFound(field="member_id", member_id=request.member_id)
        return pb.GetProfileResponse(profile=messages.profile(found))

    async def ListProfiles(
        self, request: pb.ListProfilesRequest, call: Call
    ) -> pb.ListProfilesResponse:
        stage = pb.Stage.Name(request.stage).removeprefix("STAGE_") if request.stage else ""
        found, token = await paged(
            request,
            ("",),
            partial(store_profiles.profiles, self.pool, call.merchant_id, stage),
            lambda one: (one.member_id,),
        )
        return pb.ListProfilesResponse(profiles=map(messages.profile, found), next_page_token=token)

    async def DefineAttribute(
        self, request: pb.DefineAttributeRequest, call: Call
    ) -> pb.DefineAttributeResponse:
        given = request.attribute
        kind = pb.AttributeDefinition.Type.Name(given.type).removeprefix("TYPE_")
        attribute = await self.run(
            DefineAttribute,
            request,
            call,
            name=given.name,
            type=kind,
            allowed=tuple(given.allowed),
            is_personal=given.is_personal,
            label=given.label,
            is_retired=given.is_retired,
        )
        return pb.DefineAttributeResponse(attribute=messages.definition(attribute))

    async def ListAttributes(
        self, request: pb.ListAttributesRequest, call: Call
    ) -> pb.ListAttributesResponse:
        found, token = await paged(
            request,
            ("",),
            partial(store_portraits.attributes, self.pool, call.merchant_id),
            lambda one: (one.name,),
        )
        return pb.ListAttributesResponse(
            attributes=map(messages.definition, found), next_page_token=token
        )

    async def UpsertAttributes(
        self, request: pb.UpsertAttributesRequest, call: Call
    ) -> pb.UpsertAttributesResponse:
        own(call, request.member_id)
        member_id = await self.run(
            UpsertAttributes,
            request,
            call,
            member_id=request.member_id,
            values={one.name: messages.given(one.value) for one in request.attributes},
            cleared=tuple(request.cleared),
            birthday=request.birthday,
        )
        return pb.UpsertAttributesResponse(member_id=member_id)

    async def DeletePersonalData(
        self, request: pb.DeletePersonalDataRequest, call: Call
    ) -> pb.DeletePersonalDataResponse:
        member_id = await self.run(
            EraseMember,
            request,
            call,
            member_id=request.member_id,
            reason=request.reason,
            actor=call.caller.actor,
        )
        return pb.DeletePersonalDataResponse(member_id=member_id)
