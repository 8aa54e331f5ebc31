"""Profiles over gRPC; ``danke.audience.v1.ProfileService``."""

from __future__ import annotations

from common.messages import own
from common.server import Call
from danke.audience.v1 import profile_pb2 as pb
from services.audience import rpc_profiles_messages as messages
from services.audience import store_profiles
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
