"""Activities over gRPC; ``danke.groupbuy.v1.ActivityService``."""

from __future__ import annotations

from functools import partial

import msgspec

from common.messages import EARLIEST, LATEST, moment
from common.pages import paged
from common.server import Call
from danke.groupbuy.v1 import activity_pb2 as pb
from services.groupbuy import activities, store_activities
from services.groupbuy.errors import ActivityNotFound
from services.groupbuy.rpc_door import Door
from services.groupbuy.rpc_terms import activity_to_pb, from_pb, stock_from_pb


class ActivityService(Door):
    """Answers ``danke.groupbuy.v1.ActivityService``; what each RPC refuses is in its proto."""

    async def CreateActivity(
        self, request: pb.CreateActivityRequest, call: Call
    ) -> pb.CreateActivityResponse:
        made = await self._write(activities.CreateActivity, request, call)
        return pb.CreateActivityResponse(activity=made)

    async def EditActivity(
        self, request: pb.EditActivityRequest, call: Call
    ) -> pb.EditActivityResponse:
        edited = await self._write(activities.EditActivity, request, call)
        return pb.EditActivityResponse(activity=edited)

    async def PublishActivity(
        self, request: pb.PublishActivityRequest, call: Call
    ) -> pb.PublishActivityResponse:
        activity = await self.run(
            activities.PublishActivity, request, call, activity_id=request.activity_id
        )
        return pb.PublishActivityResponse(activity=await self._shown(activity))

    async def StopActivity(
        self, request: pb.StopActivityRequest, call: Call
    ) -> pb.StopActivityResponse:
        policy = pb.StopPolicy.Name(request.policy).removeprefix("STOP_POLICY_")
        activity = await self.run(
            activities.StopActivity,
            request,
            call,
            activity_id=request.activity_id,
            policy=policy,
            reason=request.reason,
            actor=call.caller.actor,
        )
        return pb.StopActivityResponse(activity=await self._shown(activity))

    async def GetActivity(
        self, request: pb.GetActivityRequest, call: Call
    ) -> pb.GetActivityResponse:
        found = await store_activities.activity(self.pool, call.merchant_id, request.activity_id)
        if found is None:
            raise ActivityNotFound(field="activity_id", activity_id=request.activity_id)
        figures = await store_activities.figures(self.pool, call.merchant_id, request.activity_id)
        return pb.GetActivityResponse(
            activity=await self._shown(found),
            figures=pb.ActivityFigures(**msgspec.structs.asdict(figures)),
        )

    async def ListActivities(
        self, request: pb.ListActivitiesRequest, call: Call
    ) -> pb.ListActivitiesResponse:
        state = pb.Activity.State.Name(request.state).removeprefix("STATE_")
        rows, token = await paged(
            request,
            (LATEST, ""),
            partial(
                store_activities.activities,
                self.pool,
                call.merchant_id,
                "" if state == "UNSPECIFIED" else state,
            ),
            lambda row: (row.created_at, row.activity_id),
        )
        stock = await store_activities.stock(
            self.pool, call.merchant_id, [row.activity_id for row in rows]
        )
        return pb.ListActivitiesResponse(
            activities=[activity_to_pb(row, stock) for row in rows],
            next_page_token=token,
        )

    async def _write(
        self,
        command: type[activities.CreateActivity | activities.EditActivity],
        request: pb.CreateActivityRequest | pb.EditActivityRequest,
        call: Call,
    ) -> pb.Activity:
        activity = await self.run(
            command,
            request,
            call,
            activity_id=request.activity_id,
            terms=from_pb(request.terms),
            starts_at=moment(request, "start_time") or EARLIEST,
            ends_at=moment(request, "end_time") or EARLIEST,
            stock=stock_from_pb(list(request.stock)),
            actor=call.caller.actor,
        )
        return await self._shown(activity)

    async def _shown(self, activity: activities.Activity) -> pb.Activity:
        stock = await store_activities.stock(
            self.pool, activity.merchant_id, [activity.activity_id]
        )
        return activity_to_pb(activity, stock)
